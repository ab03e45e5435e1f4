"""Bank files as tables of text: payments out, answers in, with the totals both sides count."""

import csv
import io
from collections.abc import Sequence
from datetime import date

from gonghui.core import money
from gonghui.core.errors import Refusal
from gonghui.spine.funds.actions import Transfer
from gonghui.spine.funds.models import NUMBER, PaymentBatch
from gonghui.spine.funds.rules.answers import Answer
from gonghui.spine.funds.rules.banks import REASONS, RESULTS, ROWS_MOST, Layout

OUT = ("序号", "付款参考号", "收款账号", "收款户名", "开户行", "联行号", "金额", "附言")  # zh
IN = ("付款参考号", "金额", "结果", "原因", "银行流水号", "日期")  # zh
TOTAL = "合计"  # zh


def _said(fen: int, layout: Layout) -> str:
    return str(fen) if layout.unit == "fen" else money.yuan(fen, grouped=False)


def write(batch: PaymentBatch, lines: Sequence[Transfer], layout: Layout) -> bytes:
    """The batch as a table, its last row the count and the sum."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=layout.delimiter, lineterminator="\r\n")
    table.writerow(OUT)
    for line in lines:
        who = (line.reference, NUMBER.open(line.sealed, line.account), line.name, line.bank, line.clearing)
        table.writerow((line.seq, *who, _said(line.amount_fen, layout), line.remark))
    table.writerow((TOTAL, len(lines), "", "", "", "", _said(batch.total_fen, layout), ""))
    return out.getvalue().encode(layout.encoding)


def read(content: bytes, layout: Layout) -> list[Answer]:
    """The rows of an answer, or a refusal that names the row; nothing is taken of a file that does not add up."""
    try:
        text = content.decode(layout.encoding)
    except UnicodeDecodeError as wrong:
        raise Refusal(
            "funds.answer_encoding",
            "文件第 %(byte)s 字节起不是 %(encoding)s 编码，请核对所选的银行格式",
            byte=wrong.start + 1,
            encoding=layout.encoding,
        ) from None
    try:
        table = list(csv.reader(io.StringIO(text), delimiter=layout.delimiter, strict=True))
    except csv.Error:
        raise Refusal("funds.answer_table", "文件不是完整的表格，请向银行重新取回单") from None
    if not table or tuple(cell.strip() for cell in table[0]) != IN:
        raise Refusal("funds.answer_columns", "第 1 行应为：%(columns)s；请核对所选的银行格式", columns="、".join(IN))
    if len(table) > ROWS_MOST + 2:
        raise Refusal("funds.answer_rows", "回单最多 %(most)s 行，请分开导入", most=ROWS_MOST)
    rows, total = [], None
    for number, cells in enumerate(table[1:], 2):
        if not any(cells):
            continue
        if total is not None:
            raise Refusal("funds.answer_after_total", "第 %(row)s 行在合计行之后，请向银行重新取回单", row=number)
        if cells[0].strip() == TOTAL:
            total = _total(cells, layout, number)
        else:
            rows.append(_row(cells, layout, number))
    if total is None or total != (len(rows), sum(row.amount_fen for row in rows)):
        raise Refusal("funds.answer_total", "各行的笔数、金额与合计行不符，没有处理；请向银行重新取回单")
    return rows


def _fen(cell: str, layout: Layout, number: int) -> int:
    try:
        if layout.unit == "yuan":
            return money.read(cell.strip())
        if cell.strip().isdecimal() and len(cell.strip()) < 17:
            return int(cell)
    except Refusal:
        pass
    raise Refusal("funds.answer_amount", "第 %(row)s 行的金额读不出来，请核对所选的银行格式", row=number)


def _total(cells: Sequence[str], layout: Layout, number: int) -> tuple[int, int]:
    if len(cells) < 3 or not cells[1].strip().isdecimal():
        raise Refusal("funds.answer_total", "各行的笔数、金额与合计行不符，没有处理；请向银行重新取回单")
    return int(cells[1]), _fen(cells[2], layout, number)


def _row(cells: Sequence[str], layout: Layout, number: int) -> Answer:
    if len(cells) != len(IN):
        raise Refusal("funds.answer_cells", "第 %(row)s 行应有 %(n)s 列，请核对文件", row=number, n=len(IN))
    reference, amount, result, reason, bank_ref, day = (cell.strip() for cell in cells)
    if result not in RESULTS:
        raise Refusal("funds.answer_result", "第 %(row)s 行的结果不是成功、失败、处理中或退票", row=number)
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise Refusal("funds.answer_day", "第 %(row)s 行的日期应写作 2020-06-01", row=number) from None
    code = REASONS.get(reason, "OTHER") if RESULTS[result] in ("failed", "returned") else ""
    return Answer(reference, _fen(amount, layout, number), RESULTS[result], on, code, bank_ref)
