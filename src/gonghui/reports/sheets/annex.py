"""附表: the figures of a report by the unions directly below, as cells for the page and as a workbook."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import xlsxwriter
from django.utils.translation import gettext as _

from gonghui.core.actor import Actor
from gonghui.core.figures import CLOCKS
from gonghui.core.neutral import neutral
from gonghui.reports.breakdown import areas
from gonghui.reports.filling import Filled, Filling
from gonghui.reports.standing import WORDS
from gonghui.spine.organisations.models import Organisation

HIDDEN = "—"


@dataclass(frozen=True)
class Box:
    """One cell: two whole numbers or one, or the words that stand for them."""

    numbers: tuple[int, ...] = ()
    words: str = ""


@dataclass(frozen=True)
class AnnexRow:
    """One figure across all columns; the last two are the union itself and the sum."""

    filled: Filled
    unit: str
    boxes: tuple[Box, ...]
    total: Box


@dataclass(frozen=True)
class Annex:
    """Figures by unions."""

    columns: tuple[str, ...]
    rows: tuple[AnnexRow, ...]

    @property
    def has_sensitive(self) -> bool:
        """Whether a look at it is to be recorded."""
        return any(row.filled.figure.sensitive for row in self.rows)


def annex(actor: Actor, filling: Filling, names: dict[int, str]) -> Annex:
    """Every row of the report for each union below, the union's own part, and the sum."""
    children = areas.below(filling.organisation, filling.period)
    columns = tuple(names.get(child.pk, child.short_name) for child in children)
    masked = areas.masked_rows(filling.rows.values(), filling.organisation, actor)
    divided = [
        (one.row, one.period)
        for one in filling.rows.values()
        if one.is_known and one.row.id not in masked and areas.is_divided(one.figure)
    ]
    found = areas.cells(divided, filling.organisation, children, filling.cut)
    rows = tuple(_row(filled, children, found, masked) for filled in filling.rows.values())
    return Annex((*columns, _("本级")), rows)


def _row(
    filled: Filled,
    children: Sequence[Organisation],
    found: Mapping[str, Sequence[areas.Cell]],
    masked: frozenset[str],
) -> AnnexRow:
    total = Box(filled.value.whole) if filled.is_known else Box(words=_(WORDS[filled.standing][0]))
    if filled.row.id in masked:
        total = Box(words=HIDDEN)
    boxes: tuple[Box, ...]
    if filled.row.id in found:
        boxes = tuple(Box(cell.value.whole) if cell.is_open else Box(words=HIDDEN) for cell in found[filled.row.id])
    else:
        own = Box() if areas.is_divided(filled.figure) else total
        boxes = (*(Box() for _child in children), own)
    unit = "元" if filled.figure.is_money else filled.figure.unit
    return AnnexRow(filled, _(unit), boxes, total)


def workbook(found: Annex, title: str, note: str) -> bytes:
    """The annex as .xlsx: numbers as numbers, a share as its percent with the two whole numbers under it."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    sheet = book.add_worksheet(_("附表"))
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "int": book.add_format({"num_format": "#,##0"}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "share": book.add_format({"num_format": "0.0%"}),
        "note": book.add_format({"font_color": "#5a626c"}),
    }
    sheet.write_string(0, 0, neutral(title), formats["title"])
    sheet.write_string(1, 0, neutral(note), formats["note"])
    heads = [_("编号"), _("数字"), _("计量单位"), _("时间口径"), _("起日"), _("止日"), _("合计"), *found.columns]
    for column, text in enumerate(heads):
        sheet.write_string(3, column, neutral(text), head)
    at = 4
    for row in found.rows:
        at = _write(sheet, at, row, formats)
    sheet.freeze_panes(4, 2)
    sheet.set_column(0, 0, 7)
    sheet.set_column(1, 1, 26)
    sheet.set_column(2, 3, 9)
    sheet.set_column(4, 5, 11)
    sheet.set_column(6, len(heads) - 1, 14)
    book.close()
    return out.getvalue()


def _write(sheet: xlsxwriter.worksheet.Worksheet, at: int, row: AnnexRow, formats: dict[str, object]) -> int:
    """Write one figure's line, two more for a share; the next free line."""
    figure, period = row.filled.figure, row.filled.period
    days = (period.first.isoformat(), period.last.isoformat())
    head = [row.filled.row.id, _(figure.title), row.unit, _(CLOCKS[figure.clock]), *days]
    boxes = (row.total, *row.boxes)
    for column, text in enumerate(head):
        sheet.write_string(at, column, neutral(text))
    if figure.is_ratio:
        sheet.write_string(at + 1, 1, neutral(_("其中：分子")))
        sheet.write_string(at + 2, 1, neutral(_("其中：总数")))
    for column, box in enumerate(boxes, start=len(head)):
        if box.words:
            sheet.write_string(at, column, neutral(box.words))
        elif len(box.numbers) == 2:
            if box.numbers[1]:
                sheet.write_number(at, column, box.numbers[0] / box.numbers[1], formats["share"])
                sheet.write_number(at + 1, column, box.numbers[0], formats["int"])
                sheet.write_number(at + 2, column, box.numbers[1], formats["int"])
        elif box.numbers and figure.is_money:
            sheet.write_number(at, column, box.numbers[0] / 100, formats["money"])
        elif box.numbers:
            sheet.write_number(at, column, box.numbers[0], formats["int"])
    return at + (3 if figure.is_ratio else 1)
