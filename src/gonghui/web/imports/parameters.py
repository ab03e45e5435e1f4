"""The dated parameters of the desk: sizes, and how long an import can be taken back."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

SCHEMES = Path(__file__).resolve().parent / "schemes"


@dataclass(frozen=True)
class Parameters:
    """What holds on a day."""

    valid_from: date
    source: str
    largest_mb: int
    at_once_kb: int
    at_once_rows: int
    undo_days: int
    keep_rows_days: int

    @property
    def largest_bytes(self) -> int:
        """The largest file that is taken."""
        return self.largest_mb * 2**20

    @property
    def at_once_bytes(self) -> int:
        """Up to here a file is read while the sender waits; larger ones go to the worker."""
        return self.at_once_kb * 2**10

    def last_undo(self, committed_on: date) -> date:
        """The last day on which an import can be taken back."""
        return committed_on + timedelta(days=self.undo_days)


@cache
def _schemes() -> tuple[Parameters, ...]:
    rows = [tomllib.loads(path.read_text(encoding="utf-8")) for path in SCHEMES.glob("imports_*.toml")]
    return tuple(sorted((Parameters(**row) for row in rows), key=lambda one: one.valid_from, reverse=True))


def on(day: date) -> Parameters:
    """The parameters of the day."""
    return next(one for one in _schemes() if one.valid_from <= day)
