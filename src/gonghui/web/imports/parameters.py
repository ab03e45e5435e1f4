"""The dated parameters of the desk: sizes, and how long an import can be taken back."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from gonghui.core.schemes import Scheme, Schemes


@dataclass(frozen=True)
class Parameters(Scheme):
    """What holds on a day."""

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


on = Schemes(Path(__file__).with_name("schemes"), "imports", Parameters).on
