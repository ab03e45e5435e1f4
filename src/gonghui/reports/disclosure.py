"""Which cells of a breakdown may be shown: ten cases or more, and never one hidden cell that the others give away."""

from collections.abc import Sequence

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


def may_show(number: int, least: int = LEAST) -> bool:
    """Whether one number of another unit may be shown by itself."""
    return number >= least
