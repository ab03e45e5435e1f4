"""附表 of a printed report: unions down the side, figures across, as many tables side by side as the page needs."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from gonghui.reports.breakdown import areas
from gonghui.reports.charts import exact
from gonghui.reports.filling import Filled, Filling
from gonghui.reports.places import short_name
from gonghui.reports.printing.tables import Annex, Table
from gonghui.spine.organisations.models import Organisation

ACROSS, ACROSS_ENGLISH = 5, 4
"""How many figures stand side by side: English heads and names need more room."""


def annex_of(filling: Filling, title: str, *, english: bool) -> Annex | None:
    """The figures that have parts, by the unions directly below; None where there is nothing to set out.

    A part that may not be shown prints as —, by the same rule as on the pages.
    """
    children = areas.below(filling.organisation, filling.period)
    wanted = [filled for filled in filling.rows.values() if filled.is_known and areas.is_divided(filled.figure)]
    if not children or not wanted:
        return None
    asked = [(filled.row, filled.period) for filled in wanted]
    cells = areas.cells(asked, filling.organisation, children, filling.cut)
    wanted = [filled for filled in wanted if _says_something(cells[filled.row.id])]
    if not wanted:
        return None
    count = -(-len(wanted) // (ACROSS_ENGLISH if english else ACROSS))
    parts = [wanted[len(wanted) * n // count : len(wanted) * (n + 1) // count] for n in range(count)]
    return Annex(title, tuple(_table(part, children, cells, english=english) for part in parts))


def _says_something(cells: Sequence[areas.Cell]) -> bool:
    """Whether any union below has a number of its own to show."""
    return any(cell.organisation is not None and cell.is_open and any(cell.value.whole) for cell in cells)


def _table(
    part: Sequence[Filled],
    children: Sequence[Organisation],
    cells: dict[str, list[areas.Cell]],
    *,
    english: bool,
) -> Table:
    names = [*(short_name(child, english=english) for child in children), _("本级")]
    rows = [
        (name, *(_cell(filled, cells[filled.row.id][n]) for filled in part))
        for n, name in enumerate(names)
        if any(cells[filled.row.id][n].is_open for filled in part)
    ]
    total = (_("合计"), *(exact(filled.figure, filled.value.whole) for filled in part))
    return Table(
        head=(_("各单位"), *(_head(filled, english=english) for filled in part)),
        rows=(total, *rows),
        note=_note(part, rows),
        of=tuple(filled.row.id for filled in part),
    )


def _cell(filled: Filled, cell: areas.Cell) -> str:
    return exact(filled.figure, cell.value.whole if cell.is_open else None)


def _head(filled: Filled, *, english: bool) -> str:
    """What the column counts: its title, unit and, where they are its own, its days."""
    one = filled.definition
    unit = _("元") if filled.figure.is_money else _(one.unit)
    title = one.title_en if english else one.title
    return f"{title} ({unit})" if english else f"{title}（{unit}）"  # zh


def _note(part: Sequence[Filled], rows: Sequence[tuple[str, ...]]) -> str:
    notes = []
    if any("—" in row for row in rows):
        notes.append(_("—：少于 10 的隐私数字，或会泄露它的数字，不显示。"))
    if any(filled.figure.is_distinct for filled in part):
        notes.append(_("按户、按家计的数字，本级一栏已减去各单位间重复的。"))
    if any(filled.figure.is_ratio for filled in part):
        notes.append(_("比率写作 分子 / 总数。"))
    return "".join(notes)
