"""A bank's statement as rows, by the layout somebody chose; workbooks go through the same limited child as imports."""

import csv
import hashlib
import io
from collections.abc import Sequence
from typing import Any

from gonghui.core.errors import Refusal
from gonghui.spine.funds.rules import statements
from gonghui.spine.funds.rules.statements import Movement, StatementLayout
from gonghui.web.imports.opening import ANY, open_workbook


def movements_of(content: bytes, layout: str) -> tuple[list[Movement], str]:
    """The rows of a statement, and the fingerprint by which the same file is known again."""
    chosen = statements.layout_of(layout)
    if len(content) > statements.FILE_BYTES_MOST:
        raise Refusal("funds.statement_size", "对账单文件最大 10 MB，请分开导入")
    table = open_workbook(content, (ANY,)).rows if chosen.kind == "xlsx" else _table(content, chosen)
    return statements.movements(table, chosen), hashlib.sha256(content).hexdigest()


def _table(content: bytes, layout: StatementLayout) -> Sequence[Sequence[Any]]:
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
        return list(csv.reader(io.StringIO(text), delimiter=layout.delimiter, strict=True))
    except csv.Error:
        raise Refusal("funds.statement_table", "文件不是完整的表格，请向银行重新取对账单") from None
