"""Payments as ISO 20022 pain.001 and answers as pain.002; what comes in is read without entities, DTDs or networks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from gonghui.core import clock, money
from gonghui.core.errors import Refusal
from gonghui.spine.funds.actions import Transfer
from gonghui.spine.funds.models import NUMBER, PaymentBatch
from gonghui.spine.funds.rules.answers import Answer
from gonghui.spine.funds.rules.banks import ISO_REASONS, ISO_RESULTS, ISO_RETURNED, ROWS_MOST, Layout

PAIN_001 = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"
PAIN_002 = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"
NOT_PROVIDED = "NOTPROVIDED"
TRANSFER = "CdtTrfTxInf"


def _add(parent: Element, path: str, text: str = "") -> Element:
    """The element at the end of a path of new elements."""
    for name in path.split("/"):
        parent = SubElement(parent, name)
    if text:
        parent.text = text
    return parent


def write(batch: PaymentBatch, lines: Sequence[Transfer], layout: Layout) -> bytes:
    """The batch as one payment instruction with its transfers; the same batch always gives the same bytes."""
    assert batch.released_at is not None
    root = Element("Document", {"xmlns": PAIN_001})
    start = SubElement(root, "CstmrCdtTrfInitn")
    total = money.yuan(batch.total_fen, grouped=False)
    head = SubElement(start, "GrpHdr")
    identity = f"GH{batch.public_id.hex[:30].upper()}"
    _add(head, "MsgId", identity)
    _add(head, "CreDtTm", batch.released_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    _add(head, "NbOfTxs", str(len(lines)))
    _add(head, "CtrlSum", total)
    _add(head, "InitgPty/Nm", batch.organisation.name)
    group = SubElement(start, "PmtInf")
    _add(group, "PmtInfId", identity)
    _add(group, "PmtMtd", "TRF")
    _add(group, "NbOfTxs", str(len(lines)))
    _add(group, "CtrlSum", total)
    _add(group, "ReqdExctnDt", clock.day_of(batch.released_at).isoformat())
    _add(group, "Dbtr/Nm", batch.organisation.name)
    _add(group, "DbtrAcct/Id/Othr/Id", NOT_PROVIDED)
    _add(group, "DbtrAgt/FinInstnId/Othr/Id", NOT_PROVIDED)
    SubElement(group, TRANSFER)
    frame = tostring(root, encoding="unicode")
    written = frame.replace(f"<{TRANSFER} />", "".join(map(_transfer, lines)))
    return b"<?xml version='1.0' encoding='utf-8'?>\n" + written.encode()


def _transfer(line: Transfer) -> str:
    """One payment, as text: element by element, fifty thousand of them take three seconds."""
    clearing = f"<ClrSysMmbId><MmbId>{escape(line.clearing)}</MmbId></ClrSysMmbId>" if line.clearing else ""
    remark = f"<RmtInf><Ustrd>{escape(line.remark)}</Ustrd></RmtInf>" if line.remark else ""
    return (
        f"<{TRANSFER}><PmtId><EndToEndId>{line.reference}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="CNY">{money.yuan(line.amount_fen, grouped=False)}</InstdAmt></Amt>'
        f"<CdtrAgt><FinInstnId>{clearing}<Nm>{escape(line.bank)}</Nm></FinInstnId></CdtrAgt>"
        f"<Cdtr><Nm>{escape(line.name)}</Nm></Cdtr>"
        f"<CdtrAcct><Id><Othr><Id>{NUMBER.open(line.sealed, line.account)}</Id></Othr></Id></CdtrAcct>"
        f"{remark}</{TRANSFER}>"
    )


# In ---------------------------------------------------------------------------------------------------------------


def read(content: bytes, layout: Layout) -> list[Answer]:
    """The transactions of a status report; counts and sums it states by status are held against its rows."""
    del layout
    try:
        root: Any = fromstring(content, forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError, LookupError):
        raise Refusal("funds.answer_xml", "文件不是完整的 XML，或带有不允许的内容，请向银行重新取回单") from None
    if root.tag != f"{{{PAIN_002}}}Document":
        raise Refusal("funds.answer_pain", "文件不是 pain.002.001.03，请核对所选的银行格式")
    rows: list[Answer] = []
    counted: Counter[str] = Counter()
    for number, one in enumerate(_all(root, "TxInfAndSts"), 1):
        if number > ROWS_MOST:
            raise Refusal("funds.answer_rows", "回单最多 %(most)s 行，请分开导入", most=ROWS_MOST)
        status = _text(one, "TxSts")
        rows.append(_row(one, status, number))
        counted[status] += 1
    for stated in _all(root, "NbOfTxsPerSts"):
        if _text(stated, "DtldNbOfTxs") != str(counted[_text(stated, "DtldSts")]):
            raise Refusal("funds.answer_total", "各行的笔数、金额与合计行不符，没有处理；请向银行重新取回单")
    if not rows:
        raise Refusal("funds.answer_empty", "回单里没有逐笔的结果，没有处理")
    return rows


def _all(root: Any, name: str) -> Iterator[Any]:
    return iter(root.iter(f"{{{PAIN_002}}}{name}"))


def _text(one: Any, path: str) -> str:
    found = one.find("/".join(f"{{{PAIN_002}}}{name}" for name in path.split("/")))
    return (found.text or "").strip() if found is not None else ""


def _row(one: Any, status: str, number: int) -> Answer:
    if status not in ISO_RESULTS:
        raise Refusal("funds.answer_status", "第 %(row)s 笔的状态“%(status)s”不认识", row=number, status=status[:20])
    amount = one.find(f".//{{{PAIN_002}}}OrgnlTxRef/{{{PAIN_002}}}Amt/{{{PAIN_002}}}InstdAmt")
    if amount is None or amount.get("Ccy") != "CNY":
        raise Refusal("funds.answer_currency", "第 %(row)s 笔没有人民币金额", row=number)
    try:
        fen = money.read(amount.text or "")
        on = date.fromisoformat(_text(one, "AccptncDtTm")[:10])
    except (Refusal, ValueError):
        raise Refusal("funds.answer_transaction", "第 %(row)s 笔的金额或日期读不出来", row=number) from None
    result = ISO_RESULTS[status]
    code = ""
    if result == "failed":
        code = ISO_REASONS.get(_text(one, "StsRsnInf/Rsn/Cd"), "OTHER")
        if _text(one, "StsRsnInf/Rsn/Prtry") == ISO_RETURNED:
            result = "returned"
    return Answer(_text(one, "OrgnlEndToEndId"), fen, result, on, code, _text(one, "AcctSvcrRef"))
