"""The dated parameters of taking lists away: how many people one takes alone, and how long a request lives."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

SCHEMES = Path(__file__).resolve().parent / "schemes"


@dataclass(frozen=True)
class Parameters:
    """What holds on a day."""

    valid_from: date
    source: str
    alone_most: int
    answer_days: int
    take_hours: int
    open_most: int


@cache
def _schemes() -> tuple[Parameters, ...]:
    rows = [tomllib.loads(path.read_text(encoding="utf-8")) for path in SCHEMES.glob("exports_*.toml")]
    return tuple(sorted((Parameters(**row) for row in rows), key=lambda one: one.valid_from, reverse=True))


def on(day: date) -> Parameters:
    """The parameters of the day."""
    return next(one for one in _schemes() if one.valid_from <= day)
