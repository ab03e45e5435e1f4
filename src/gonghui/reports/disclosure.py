"""Which cells of a breakdown may be shown: ten cases or more, and never one hidden cell that the others give away.

Pure arithmetic. What is proved (docs/decisions/0018): of every column whose sum is known either nothing is hidden, or
at least two cells are, and together they are ten or more; so each hidden cell may be anything from nought to their
sum. Columns are atoms: no number is published that is not a sum of whole columns (`open_in_all`).
"""

from collections.abc import Iterable, Sequence

LEAST = 10


def shown(cells: Sequence[int], least: int = LEAST) -> list[bool]:
    """For each cell of a row whose sum is known: whether it may be printed; the others print as —.

    Nought is hidden like any small number: for a sensitive matter "none" tells as much as "one". Where the hidden
    cells together are few, or only one is hidden, the smallest shown ones are hidden too (complementary).
    """
    open_cells = [cell >= least for cell in cells]
    if all(open_cells):
        return open_cells
    for n in sorted(range(len(cells)), key=lambda n: (cells[n], n)):
        hidden = [cell for cell, is_open in zip(cells, open_cells, strict=True) if not is_open]
        if len(hidden) >= 2 and sum(hidden) >= least:
            break
        if open_cells[n]:
            open_cells[n] = False
    return open_cells


def open_in_all(columns: Iterable[Sequence[int]], cells: int, least: int = LEAST) -> list[bool]:
    """For each unit: whether its number for a longer time may be printed, given its numbers for the parts of it.

    It may where it may in every part: then it is a sum of printed numbers and tells nothing more. A number hidden in
    one month and printed for the half-year would be the half-year less the other five.
    """
    open_cells = [True] * cells
    for column in columns:
        open_cells = [both and one for both, one in zip(open_cells, shown(column, least), strict=True)]
    return open_cells


def may_show(number: int, least: int = LEAST) -> bool:
    """Whether one number of another unit may be shown by itself."""
    return number >= least
