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
