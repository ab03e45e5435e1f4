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


def widths(table: Table, whole: float, first: float) -> list[float]:
    """The width of each column: the first as given, the others by the longest number they hold."""
    longest = [max((len(row[n]) for row in table.rows), default=0) for n in range(1, len(table.head))]
    shares = [max(longest, 7) + 2 for longest in longest]
    return [first, *((whole - first) * share / sum(shares) for share in shares)]
