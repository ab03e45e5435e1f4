"""Tables on paper."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table: the first column names the row, the others hold numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Annex:
    """One attachment: its title and the tables it is printed as."""

    title: str
    tables: tuple[Table, ...]


FIRST, FIRST_ENGLISH = 30.0, 34.0
"""The width of the column of names, in millimetres."""


def widths(table: Table, whole: float, *, english: bool) -> list[float]:
    """The width of each column: the first for names, the others by the longest number or English word they hold."""
    first = FIRST_ENGLISH if english else FIRST
    longest = [
        max(7, *(len(row[n]) for row in table.rows), *(len(word) for word in table.head[n].split() if word.isascii()))
        for n in range(1, len(table.head))
    ]
    return [first, *((whole - first) * (one + 1) / sum(one + 1 for one in longest) for one in longest)]
