"""Workbooks on their way out: the list in the layout that is read back, and the user's own with every fault marked."""

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from gonghui.core.neutral import neutral
from gonghui.web import pouring
from gonghui.web.imports.cells import placed
from gonghui.web.imports.sheet import Column, Sheet, Standing
from gonghui.web.lists.export import Statement, footer

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
CHUNK = 2_000
HELP, HEADING = "填写说明", "请改正"
LOOKS: Mapping[str, dict[str, Any]] = {
    "head": {"bold": True, "bg_color": "#f1efea", "border": 1, "border_color": "#d8d4cc", "text_wrap": True},
    "needed": {"bold": True, "bg_color": "#fff1b8", "border": 1, "border_color": "#d8d4cc", "text_wrap": True},
    "text": {"num_format": "@"},
    "day": {"num_format": "yyyy-mm-dd"},
    "int": {"num_format": "0"},
    "float": {"num_format": "0.00"},
    "wrap": {"text_wrap": True, "valign": "top"},
    "wrong": {"bg_color": "#fbd5d5", "border": 1, "border_color": "#b3202a"},
    "said": {"font_color": "#b3202a"},
}


def layout(sheet: Sheet, rows: Iterable[Standing], *, banner: str = "", mark: Statement | None = None) -> bytes:
    """The list as the desk reads it back: brought back unchanged, it changes nothing. `mark` says who took it."""
    whole, book = io.BytesIO(), pouring.Book()
    looks = {name: book.made.add_format(look) for name, look in LOOKS.items()}
    page = book.made.add_worksheet(_(sheet.title)[:31])
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.kind.width, looks["text"])
        page.write_string(0, at, _(column.title), looks["needed" if column.required else "head"])
    page.freeze_panes(1, 1)
    by_type = {str: looks["text"], date: looks["day"], int: looks["int"], float: looks["float"]}
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        book.pour(([_cell(column, one) for column in sheet.columns] for one in chunk), by_type)
    if mark:
        page.set_footer(footer(mark))
    told = [f"{name}：{words}" for name, words in mark or []]  # zh
    _help(book.made, sheet, looks, [*([_(banner)] if banner else []), *told])
    book.written(whole)
    return whole.getvalue()


def _cell(column: Column, one: Standing) -> pouring.Cell:
    value = one.values.get(column.key)
    if value is None:
        return None
    written = column.kind.written(value)
    return neutral(written) if isinstance(written, str) else written


def _help(book: Any, sheet: Sheet, looks: Mapping[str, Any], first: Sequence[str]) -> None:
    page = book.add_worksheet(_(HELP))
    page.set_column(0, 0, 18)
    page.set_column(1, 1, 90)
    row = 0
    for line in (*first, *(_(sentence) for sentence in sheet.help)):
        page.write_string(row, 1, neutral(line), looks["wrap"])
        row += 1
    for column in sheet.columns:
        page.write_string(row, 0, _(column.title), looks["needed" if column.required else "head"])
        page.write_string(row, 1, neutral(described(sheet, column.key)), looks["wrap"])
        row += 1


def described(sheet: Sheet, key: str) -> str:
    """What to write into a column, in a line, in the reader's language."""
    column = sheet.column(key)
    said = [_(column.hint) if column.hint else "", _("新增的行必填") if column.required else ""]
    if column.ours:
        said.append(_("平台已知，只供查看"))
    elif column.fixed:
        said.append(_("只有新增的行才填，已有的不在这里改"))
    choices = getattr(column.kind, "choices", None)
    if choices:
        said.append(_("填：%(choices)s") % {"choices": _("、").join(_(title) for title in list(choices.values())[:30])})
    if column.example is not None:
        said.append(_("如：%(example)s") % {"example": column.kind.shown(column.example)})
    return _("；").join(one for one in said if one)


def marked(
    rows: Iterable[tuple[int, Sequence[Any]]], problems: Iterable[Mapping[str, str]], *, title: str, header: int
) -> bytes:
    """The user's own rows with every fault marked: red cell, remark, the sentence at the end of the row.

    Rows come by their number in ascending order (the header among them); problems as cell and sentence.
    """
    at: dict[tuple[int, int], list[str]] = defaultdict(list)
    ends: dict[int, list[str]] = defaultdict(list)
    for problem in problems:
        where = placed(problem["cell"])
        if where is not None:
            at[where].append(problem["text"])
            ends[where[0]].append(f"{problem['cell']}：{problem['text']}")
    listed = list(rows)
    last = max((len(cells) for _row, cells in listed), default=0)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {**OPTIONS, "in_memory": True})
    wrong, said = book.add_format(dict(LOOKS["wrong"])), book.add_format(dict(LOOKS["said"]))
    page = book.add_worksheet(title)
    for number, cells in listed:
        for column in range(last):
            value = cells[column] if column < len(cells) else ""
            sentences = at.get((number, column))
            _copy(page, number - 1, column, value, wrong if sentences else None)
            if sentences:
                page.write_comment(number - 1, column, "\n".join(sentences)[:2_000], {"x_scale": 2})
        if ends.get(number):
            page.write_string(number - 1, last, neutral("；".join(ends[number])[:2_000]), said)
        elif number == header:
            page.write_string(number - 1, last, _(HEADING), said)
    page.set_column(0, max(last - 1, 0), 18)
    page.set_column(last, last, 60)
    book.close()
    return buffer.getvalue()


def _copy(page: Any, row: int, column: int, value: Any, look: Any) -> None:
    if isinstance(value, bool):
        page.write_string(row, column, str(value), look)
    elif isinstance(value, int | float):
        page.write_number(row, column, value, look)
    elif value:
        page.write_string(row, column, neutral(str(value)), look)
    elif look is not None:
        page.write_blank(row, column, None, look)
