"""The unit's own workbook handed back with every problem marked: red cell, remark, sentence at the end of the row."""

import io
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from gonghui.core.neutral import neutral
from gonghui.reports import rules
from gonghui.reports.sheets.columns import COLUMNS, SHEET
from gonghui.web.imports.cells import letter

ROWS, WIDTH = 2_000, 24
HEADING = "请改正"
_CELL = re.compile(r"([A-Z]{1,3})(\d+)")


def grid_of(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """The cells as they are kept for handing back: no personal numbers; nothing at all of a sheet beyond measure."""
    if len(rows) > ROWS:
        return []
    return [[_kept(value) for value in row[:WIDTH]] for row in rows]


def _kept(value: Any) -> Any:
    if isinstance(value, str):
        return "……" if rules.personal_numbers(value) else value[:500]
    return value if isinstance(value, int | float) else ""


def marked_workbook(grid: Sequence[Sequence[Any]], problems: Sequence[Mapping[str, str]]) -> bytes:
    """The workbook; problems come as cell and sentence in the reader's language."""
    at: dict[str, list[str]] = defaultdict(list)
    ends: dict[int, list[str]] = defaultdict(list)
    for problem in problems:
        at[problem["cell"]].append(problem["text"])
        if match := _CELL.fullmatch(problem["cell"]):
            ends[int(match[2])].append(f"{problem['cell']}：{problem['text']}")
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet(SHEET)
    wrong = book.add_format({"bg_color": "#fbd5d5", "border": 1, "border_color": "#b3202a"})
    said = book.add_format({"font_color": "#b3202a"})
    last = max((len(row) for row in grid), default=0)
    for row, values in enumerate(grid):
        for column in range(max(len(values), last)):
            value = values[column] if column < len(values) else ""
            sentences = at.get(f"{letter(column)}{row + 1}")
            _write(sheet, row, column, value, wrong if sentences else None)
            if sentences:
                sheet.write_comment(row, column, "\n".join(sentences)[:2_000], {"x_scale": 2})
        if ends.get(row + 1):
            sheet.write_string(row, last, neutral("；".join(ends[row + 1])[:2_000]), said)
        elif any(str(value).strip() == COLUMNS[0].heading for value in values):
            sheet.write_string(row, last, HEADING, said)
    for index, column_ in enumerate(COLUMNS):
        sheet.set_column(index, index, column_.width)
    sheet.set_column(last, last, 60)
    book.close()
    return buffer.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, look: Any) -> None:
    if isinstance(value, bool):
        sheet.write_string(row, column, str(value), look)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, look)
    elif value:
        sheet.write_string(row, column, neutral(str(value)), look)
    elif look is not None:
        sheet.write_blank(row, column, None, look)
