"""附表 of a printed report: unions down the side, figures across, as many tables side by side as the page needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TypeVar

from django.utils.translation import gettext as _

from gonghui.reports.breakdown import areas
from gonghui.reports.charts import exact
from gonghui.reports.comparing import Comparison
from gonghui.reports.filling import Filled, Filling
from gonghui.reports.places import short_name
from gonghui.reports.printing.tables import Annex, Table

ACROSS, ACROSS_ENGLISH = 5, 4
"""How many columns stand side by side: English heads and names need more room."""
HIDDEN = "—"


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
    said = [one for filled in wanted for one in _compared(filled, filling)]
    before = areas.before(said, filling.organisation, children)
    groups = [
        [
            _number(filled, cells[filled.row.id], english=english),
            *(
                _change(one, cells[filled.row.id], before[one.key], english=english)
                for one in _compared(filled, filling)
            ),
        ]
        for filled in wanted
    ]
    names = [*(short_name(child, english=english) for child in children), _("本级")]
    tables = side_by_side(groups, ACROSS_ENGLISH if english else ACROSS)
    return Annex(title, tuple(_table([column for group in part for column in group], names) for part in tables))


def _compared(filled: Filled, filling: Filling) -> list[Comparison]:
    """The comparisons of a row that the form wants in the annex; one without a change has no parts that moved."""
    if not filling.form.annex_changes:
        return []
    return [one for one in filled.comparisons if one.way in filled.row.compare and one.change is not None]


@dataclass(frozen=True)
class Column:
    """One column: what it is of, its head, the sum, a word for each union below and the own part; what is not shown."""

    of: str
    head: str
    total: str
    words: tuple[str, ...]
    is_open: tuple[bool, ...]
    filled: Filled | None = None
    """The number it shows; none where it shows how one moved."""


def _number(filled: Filled, cells: Sequence[areas.Cell], *, english: bool) -> Column:
    return Column(
        filled.row.id,
        _head(filled, english=english),
        exact(filled.figure, filled.value.whole),
        tuple(_cell(filled, cell) for cell in cells),
        tuple(cell.is_open for cell in cells),
        filled,
    )


def _change(said: Comparison, cells: Sequence[areas.Cell], before: Sequence[areas.Cell], *, english: bool) -> Column:
    """How the number moved, for each union and in all."""
    moved = [areas.moved(said, cell, former) for cell, former in zip(cells, before, strict=True)]
    total, *words = (
        one.short(english=english) if one is not None and one.change is not None else HIDDEN for one in (said, *moved)
    )
    head = {"yoy": _("同比"), "pop": _("环比")}[said.way]
    return Column(said.key, head, total, tuple(words), tuple(one is not None for one in moved))


Group = TypeVar("Group", bound=Sequence[object])


def side_by_side(groups: Sequence[Group], most: int) -> list[list[Group]]:
    """The groups of columns in as few tables as hold `most` columns each, all about as wide; no group is parted."""
    starts = list(accumulate((len(group) for group in groups), initial=0))
    whole = starts.pop()
    for count in range(max(1, -(-whole // most)), len(groups) + 1):
        edges = [whole * n // count for n in range(count + 1)]
        tables = [
            [group for start, group in zip(starts, groups, strict=True) if first <= start < beyond]
            for first, beyond in pairwise(edges)
        ]
        if all(sum(map(len, table)) <= most for table in tables):
            return [table for table in tables if table]
    return [[group] for group in groups]


def _says_something(cells: Sequence[areas.Cell]) -> bool:
    """Whether any union below has a number of its own to show."""
    return any(cell.organisation is not None and cell.is_open and any(cell.value.whole) for cell in cells)


def _table(columns: Sequence[Column], names: Sequence[str]) -> Table:
    rows = [
        (name, *(column.words[n] for column in columns))
        for n, name in enumerate(names)
        if any(column.is_open[n] for column in columns)
    ]
    total = (_("合计"), *(column.total for column in columns))
    return Table(
        head=(_("各单位"), *(column.head for column in columns)),
        rows=(total, *rows),
        note=_note(columns),
        of=tuple(column.of for column in columns),
    )


def _cell(filled: Filled, cell: areas.Cell) -> str:
    return exact(filled.figure, cell.value.whole if cell.is_open else None)


def _head(filled: Filled, *, english: bool) -> str:
    """What the column counts: its title, unit and, where they are its own, its days."""
    one = filled.definition
    unit = _("元") if filled.figure.is_money else _(one.unit)
    title = one.title_en if english else one.title
    return f"{title} ({unit})" if english else f"{title}（{unit}）"  # zh


def _note(columns: Sequence[Column]) -> str:
    numbers = [column for column in columns if column.filled is not None]
    figures = [column.filled.figure for column in numbers if column.filled is not None]
    notes = []
    if any(HIDDEN in column.words for column in numbers):
        notes.append(_("—：少于 10 的隐私数字，或会泄露它的数字，不显示。"))
    if any(figure.is_distinct for figure in figures):
        notes.append(_("按户、按家计的数字，本级一栏已减去各单位间重复的。"))
    if any(figure.is_ratio for figure in figures):
        notes.append(_("比率写作 分子 / 总数。"))
    ways = {column.of.partition("|")[2] for column in columns}
    if "yoy" in ways:
        notes.append(_("同比是与上年同期比，没有可比的数写 —。"))
    if "pop" in ways:
        notes.append(_("环比是与上一期比，没有可比的数写 —。"))
    return "".join(notes).rstrip()
