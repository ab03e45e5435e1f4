"""A bridge table as a workbook: the lines from a figure then to the figure now, numbers as numbers."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter
from django.utils.translation import gettext as _

from gonghui.core.figures import Figure
from gonghui.core.neutral import neutral


@dataclass(frozen=True)
class Line:
    """One line: its words, its number or two, the day of what happened."""

    title: str
    numbers: tuple[int, ...]
    day: str = ""
    is_sum: bool = False


def workbook(figure: Figure, lines: Sequence[Line], title: str, days: str, note: str) -> bytes:
    """The lines under their heads; a reader's own sum over the first to the last but one gives the last."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet(_("组织变动对照"))
    head = book.add_format({"bold": True, "bottom": 1})
    bold = book.add_format({"bold": True})
    number = book.add_format({"num_format": "#,##0.00" if figure.is_money else "#,##0"})
    sheet.write_string(0, 0, neutral(title), book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, neutral(f"{days} {note}".strip()))
    unit = _("元") if figure.is_money else _(figure.unit)
    heads = [_("事项"), _("日期"), *((_("分子"), _("总数")) if figure.is_ratio else (unit,))]
    for column, text in enumerate(heads):
        sheet.write_string(3, column, neutral(text), head)
    for at, line in enumerate(lines, start=4):
        sheet.write_string(at, 0, neutral(line.title), bold if line.is_sum else None)
        sheet.write_string(at, 1, neutral(line.day))
        for column, value in enumerate(line.numbers, start=2):
            sheet.write_number(at, column, value / 100 if figure.is_money else value, number)
    sheet.freeze_panes(4, 1)
    sheet.set_column(0, 0, 48)
    sheet.set_column(1, 3, 16)
    book.close()
    return out.getvalue()
