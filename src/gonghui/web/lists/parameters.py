"""The dated parameters of taking lists away: how many people one takes alone, and how long a request lives."""

from dataclasses import dataclass
from pathlib import Path

from gonghui.core.schemes import Scheme, Schemes


@dataclass(frozen=True)
class Parameters(Scheme):
    """What holds on a day."""

    alone_most: int
    answer_days: int
    take_hours: int
    open_most: int


on = Schemes(Path(__file__).with_name("schemes"), "exports", Parameters).on
