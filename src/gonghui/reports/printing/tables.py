"""Tables on paper."""

from collections.abc import Set
from dataclasses import dataclass, replace

from gonghui.reports.filling import is_hidden


@dataclass(frozen=True)
class Table:
    """A table: the first column names the row, the others hold numbers; `of` names the report's row of each,
    or the comparison of one."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    of: tuple[str, ...] = ()

    def without(self, hidden: Set[str]) -> "Table | None":
        """The table without the columns of these rows; None where no column is left, or none is known."""
        kept = [n for n, row in enumerate(self.of, start=1) if not is_hidden(row, hidden)]
        if not kept:
            return None
        head, *rows = (tuple(line[n] for n in (0, *kept)) for line in (self.head, *self.rows))
        return replace(self, head=head, rows=tuple(rows), of=tuple(self.of[n - 1] for n in kept))


@dataclass(frozen=True)
class Annex:
    """One attachment: its title and the tables it is printed as."""

    title: str
    tables: tuple[Table, ...]


FIRST, FIRST_ENGLISH = (30.0, 30.0), (34.0, 54.0)
"""The least and the most that the column of names takes, in millimetres."""
SIGN = 2.0
"""What a digit of 9 points takes in the widest of the faces that may stand in."""


def widths(table: Table, whole: float, *, english: bool) -> list[float]:
    """The width of each column: the first for names, the others by the longest number or English word they hold."""
    longest = [
        max(7, *(len(row[n]) for row in table.rows), *(len(word) for word in table.head[n].split() if word.isascii()))
        for n in range(1, len(table.head))
    ]
    wanted = sum(one + 1 for one in longest)
    least, most = FIRST_ENGLISH if english else FIRST
    first = min(max(whole - SIGN * wanted, least), most)
    return [first, *((whole - first) * (one + 1) / wanted for one in longest)]
