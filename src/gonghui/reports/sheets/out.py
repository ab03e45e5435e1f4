"""The pre-filled workbook of a return: everything known is printed and locked, only the answers are open."""

import io
from datetime import date
from typing import Any

import xlsxwriter

from gonghui.core.neutral import neutral
from gonghui.reports import checking, rules
from gonghui.reports.models import Line, Return, RoundFigure
from gonghui.reports.sheets.columns import (
    CODE_LABEL,
    COLUMNS,
    DUE_LABEL,
    INSTRUCTIONS,
    NUMBER_LABEL,
    ROUND_LABEL,
    SHEET,
    UNIT_LABEL,
)
from gonghui.web.imports.cells import letter
from gonghui.web.shell import DEMO_WORDS

HEADER_ROW = 7
"""The header stands in the eighth row, below what is known of the unit and the round."""
HELP = (
    "只填浅黄色的格子，其余是平台已知的，不用改。",
    "三种情况不同：留空是未报；填 0 是做了但为零；没有这项工作在“无此项”填“是”。",
    "占比填两个整数：本期数填分子，总数填分母（如 536 和 1150），不填百分比。",
    "金额按元填，可到分。期末存量填到期末那天一共有多少，不填增加数。",
    "填报范围：“本级”只算本单位，“本级及所辖”连同下面所有单位；下级已单独报的，不要再含在内。",
    "与上期相比变动较大的，请写变动原因，不然不能送签。",
    "不要改列名、表名和代码，不要合并单元格。填好后在平台的“导入”页上传。",
    "只填汇总数，不要写个人姓名、身份证号、手机号。",
)


def amount_cells(amount: rules.Amount | None, *, money: bool) -> tuple[object, object]:
    """Number and denominator as they are written; 无此项 in words."""
    if amount is None:
        return "", ""
    if amount.nothing:
        return "无此项", ""
    number = amount.number or 0
    return (number / 100 if money else number), ("" if amount.denominator is None else amount.denominator)


def figures_for(in_return: Return) -> list[RoundFigure]:
    """The figures this unit is asked for."""
    return [one for one in in_return.round.figures.all() if one.is_asked_of(in_return.organisation)]


def workbook(in_return: Return, *, demo: bool) -> bytes:
    """The workbook as bytes, with the unit's present drafts in it."""
    asked = figures_for(in_return)
    earlier = checking.before(in_return.organisation, asked)
    drafts = {x.figure: x for x in in_return.lines.filter(state__in=("draft", "refused"), corrects=None)}
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": in_return.round.title, "created": in_return.round.opened_on})
    sheet = book.add_worksheet(SHEET)
    looks = _looks(book)
    _top(sheet, in_return, looks, demo=demo)
    for index, column in enumerate(COLUMNS):
        sheet.write_string(HEADER_ROW, index, column.heading, looks["head_entered" if column.entered else "head"])
        sheet.set_column(index, index, column.width)
    coverages = checking.default_coverages(in_return.organisation, [one.figure for one in asked])
    for row, one in enumerate(asked, HEADER_ROW + 1):
        code = one.figure
        _figure_row(sheet, row, one, coverages[code], earlier.get(code), drafts.get(code), looks)
    _validate(sheet, HEADER_ROW + 1, HEADER_ROW + len(asked))
    sheet.freeze_panes(HEADER_ROW + 1, 3)
    sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    _help(book, looks)
    book.close()
    return buffer.getvalue()


def _looks(book: Any) -> dict[str, Any]:
    edge = {"border": 1, "border_color": "#d8d4cc", "valign": "vcenter"}
    locked = {**edge, "font_color": "#5a626c"}
    entered = {**edge, "bg_color": "#fffbe6", "locked": False}
    made = {
        "title": {"bold": True, "font_size": 14},
        "label": {"font_color": "#5a626c"},
        "known": {"bold": True},
        "head": {**edge, "bold": True, "bg_color": "#f1efea"},
        "head_entered": {**edge, "bold": True, "bg_color": "#fff1b8"},
        "text": locked,
        "day": {**locked, "num_format": "yyyy-mm-dd"},
        "money": {**locked, "num_format": "#,##0.00"},
        "whole": {**locked, "num_format": "#,##0"},
        "in_money": {**entered, "num_format": "#,##0.00"},
        "in_whole": {**entered, "num_format": "#,##0"},
        "in_text": {**entered, "text_wrap": True},
        "off": {**locked, "bg_color": "#f1efea"},
        "wrap": {"text_wrap": True, "valign": "top"},
    }
    return {name: book.add_format(look) for name, look in made.items()}


def _top(sheet: Any, in_return: Return, looks: dict[str, Any], *, demo: bool) -> None:
    sheet.merge_range(0, 0, 0, len(COLUMNS) - 1, neutral(in_return.round.title), looks["title"])
    if demo:
        sheet.write_string(1, 0, DEMO_WORDS, looks["label"])
    known = (
        (UNIT_LABEL, in_return.organisation.name),
        (CODE_LABEL, in_return.organisation.code),
        (ROUND_LABEL, str(in_return.round.days.label)),
        (NUMBER_LABEL, in_return.round.public_id.hex[:12]),
        (DUE_LABEL, in_return.round.due_on.isoformat()),
    )
    for row, (label, value) in enumerate(known, 2):
        sheet.write_string(row, 0, label, looks["label"])
        sheet.write_string(row, 1, neutral(value), looks["known"])


def _figure_row(
    sheet: Any,
    row: int,
    one: RoundFigure,
    coverage: str,
    before: rules.Amount | None,
    draft: Line | None,
    looks: dict[str, Any],
) -> None:
    figure = one.declared
    number_look = "money" if figure.is_money else "whole"
    was, was_of = amount_cells(before, money=figure.is_money)
    now, now_of = amount_cells(draft.amount if draft is not None else None, money=figure.is_money)
    nothing = draft is not None and draft.nothing
    coverage = draft.coverage if draft is not None else coverage
    values: list[tuple[object, str]] = [
        (one.figure, "text"),
        (figure.title, "text"),
        (checking.shown_unit(figure), "text"),
        (one.first_on, "day"),
        (one.last_on, "day"),
        (was, number_look),
        (was_of, "whole"),
        ("" if nothing else now, f"in_{number_look}"),
        (now_of, "in_whole" if figure.is_ratio else "off"),
        ("是" if nothing else "", "in_text"),
        (rules.COVERAGES[coverage], "in_text"),
        (draft.reason if draft is not None else "", "in_text"),
        (draft.note if draft is not None else "", "in_text"),
    ]
    for index, (value, look) in enumerate(values):
        _write(sheet, row, index, value, looks[look])


def _write(sheet: Any, row: int, column: int, value: object, look: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, column, value, look)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, look)
    elif value == "":
        sheet.write_blank(row, column, None, look)
    else:
        sheet.write_string(row, column, neutral(str(value)), look)


def _validate(sheet: Any, first: int, last: int) -> None:
    keys = [column.key for column in COLUMNS]
    whole = {
        "validate": "decimal",
        "criteria": ">=",
        "value": 0,
        "error_title": "请填数",
        "error_message": "请填 0 或正数；占比填两个整数，不填百分比。",
    }
    lists = {"nothing": ["是"], "coverage": list(rules.COVERAGES.values())}
    for key in ("number", "denominator"):
        at = letter(keys.index(key))
        sheet.data_validation(f"{at}{first + 1}:{at}{last + 1}", whole)
    for key, source in lists.items():
        at = letter(keys.index(key))
        sheet.data_validation(
            f"{at}{first + 1}:{at}{last + 1}", {"validate": "list", "source": source, "ignore_blank": True}
        )


def _help(book: Any, looks: dict[str, Any]) -> None:
    sheet = book.add_worksheet(INSTRUCTIONS)
    sheet.set_column(0, 0, 100)
    for row, line in enumerate(HELP):
        sheet.write_string(row, 0, line, looks["wrap"])
    sheet.protect()
