"""A bank for tests: it writes its own answers, by its own few lines, and says what should come of them."""

import csv
import io
from collections.abc import Sequence
from xml.sax.saxutils import escape

from gonghui.spine.funds.rules.answers import Answer

_WORDS = {"ok": "成功", "failed": "失败", "pending": "处理中", "returned": "退票"}
_REASONS = {"": "", "ACCT_CLOSED": "账户已销户", "TIMEOUT": "超时", "OTHER": "别的原因"}
_STATUS = {"ok": "ACSC", "failed": "RJCT", "pending": "PDNG", "returned": "RJCT"}
_CODES = {"ACCT_CLOSED": "AC04", "TIMEOUT": "AB05", "OTHER": "ZZ99"}


def as_table(rows: Sequence[Answer], encoding: str, delimiter: str = ",", *, fen: bool = False, off: int = 0) -> bytes:
    """The rows as a table; `off` is how far its total is wrong."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=delimiter)
    table.writerow(["付款参考号", "金额", "结果", "原因", "银行流水号", "日期"])
    said = (lambda n: str(n)) if fen else (lambda n: f"{n // 100}.{n % 100:02}")
    for row in rows:
        reason = _REASONS[row.code]
        table.writerow([row.reference, said(row.amount_fen), _WORDS[row.result], reason, row.bank_ref, row.on])
    table.writerow(["合计", len(rows), said(sum(row.amount_fen for row in rows) + off)])
    return out.getvalue().encode(encoding)


def as_report(rows: Sequence[Answer], *, off: int = 0) -> bytes:
    """The rows as pain.002."""
    told = []
    for row in rows:
        reason = "<Prtry>RETURNED</Prtry>" if row.result == "returned" else f"<Cd>{_CODES.get(row.code, 'ZZ99')}</Cd>"
        why = f"<StsRsnInf><Rsn>{reason}</Rsn></StsRsnInf>" if row.result in ("failed", "returned") else ""
        told.append(
            f"<TxInfAndSts><OrgnlEndToEndId>{escape(row.reference)}</OrgnlEndToEndId>"
            f"<TxSts>{_STATUS[row.result]}</TxSts>{why}<AccptncDtTm>{row.on}T10:00:00</AccptncDtTm>"
            f"<AcctSvcrRef>{escape(row.bank_ref)}</AcctSvcrRef><OrgnlTxRef><Amt>"
            f'<InstdAmt Ccy="CNY">{row.amount_fen / 100:.2f}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>'
        )
    counted = "".join(
        f"<NbOfTxsPerSts><DtldNbOfTxs>{sum(_STATUS[row.result] == status for row in rows) + off}</DtldNbOfTxs>"
        f"<DtldSts>{status}</DtldSts></NbOfTxsPerSts>"
        for status in sorted({_STATUS[row.result] for row in rows})
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt><OrgnlPmtInfAndSts>'
        f"{counted}{''.join(told)}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()
