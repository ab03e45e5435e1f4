"""Which cells of a breakdown may be shown: ten cases or more, and never one hidden cell that the others give away.

Pure arithmetic. What is proved (docs/decisions/0018): of every column whose sum is known either nothing is hidden, or
at least two cells are, and together they are ten or more; so each hidden cell may be anything from nought to their
sum. Columns are atoms: no number is published that is not a sum of whole columns (`open_in_all`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gonghui.core.period import Period

LEAST = 10
PARTS = {"year": (6, 2), "half": (3, 2), "quarter": (1, 3), "month": (0, 0)}
"""How many months the parts of a period have, and how many there are; other periods are not offered."""


@dataclass(frozen=True)
class Column:
    """Days that cannot be taken apart further: a period less those inside it that can be asked for by themselves."""

    whole: Period
    less: tuple[Period, ...] = ()


def parts_of(period: Period) -> list[Period]:
    """The periods a longer one is made of."""
    length, many = PARTS.get(period.kind, (0, 0))
    first = period.first.year * 12 + period.first.month - 1
    months = [Period.month(month // 12 * 100 + month % 12 + 1) for month in range(first, first + length * many)]
    return [Period(months[n].first, months[n + length - 1].last) for n in range(0, len(months), length or 1)]


def inside(period: Period) -> list[Period]:
    """All periods that lie inside one and can be asked for, longer ones first."""
    found: list[Period] = []
    level = parts_of(period)
    while level:
        found += level
        level = [part for one in level for part in parts_of(one)]
    return found


def columns(period: Period, is_known: Callable[[Period], bool]) -> list[Column]:
    """What a period is taken apart into, given which periods have a number; nothing where it has none itself.

    Every number for a time inside the period, and every difference of such numbers, is a sum of whole columns.
    """
    if period.kind not in PARTS or not is_known(period):
        return []
    known = [part for part in inside(period) if is_known(part)]
    largest = [one for one in known if not any(one != other and _holds(other, one) for other in known)]
    whole = sum(one.days for one in largest) == period.days
    return [
        *([] if whole else [Column(period, tuple(largest))]),
        *(column for part in largest for column in columns(part, is_known)),
    ]


def _holds(one: Period, other: Period) -> bool:
    return one.first <= other.first and other.last <= one.last


def shown(cells: Sequence[int]) -> list[bool]:
    """For each cell of a row whose sum is known: whether it may be printed; the others print as —.

    Nought is hidden like any small number: for a sensitive matter "none" tells as much as "one". Where the hidden
    cells together are few, or only one is hidden, the smallest shown ones are hidden too (complementary).
    """
    open_cells = [cell >= LEAST for cell in cells]
    if all(open_cells):
        return open_cells
    for n in sorted(range(len(cells)), key=lambda n: (cells[n], n)):
        hidden = [cell for cell, is_open in zip(cells, open_cells, strict=True) if not is_open]
        if len(hidden) >= 2 and sum(hidden) >= LEAST:
            break
        if open_cells[n]:
            open_cells[n] = False
    return open_cells


def open_in_all(columns: Iterable[Sequence[int]], cells: int) -> list[bool]:
    """For each unit: whether its number for a longer time may be printed, given its numbers for the parts of it.

    It may where it may in every part: then it is a sum of printed numbers and tells nothing more. A number hidden in
    one month and printed for the half-year would be the half-year less the other five.
    """
    open_cells = [True] * cells
    for column in columns:
        open_cells = [both and one for both, one in zip(open_cells, shown(column), strict=True)]
    return open_cells
