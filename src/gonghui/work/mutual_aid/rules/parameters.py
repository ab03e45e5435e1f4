"""The dated defaults of the work: one of the documents `schemes/aid_<year>.toml` holds on any day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gonghui.core.schemes import Scheme, Schemes


@dataclass(frozen=True)
class Parameters(Scheme):
    """What a federation may change about how it works, not about what it pays."""

    file_rows_most: int
    file_megabytes_most: int
    sample_per_mille: int
    sample_least: int
    large_fen: int
    leader_fen: int
    year_closes: tuple[int, int]
    replay_people_least: int
    replay_bands_fen: tuple[int, ...]
    days: Mapping[str, int]
    workdays: Mapping[str, int]


def _read(**said: Any) -> Parameters:
    return Parameters(**said)


PARAMETERS = Schemes(Path(__file__).parent.parent / "schemes", "aid", _read)


def open_year(day: date) -> int:
    """The earliest year of which settlements are still taken on the day."""
    return day.year - 1 if (day.month, day.day) <= on(day).year_closes else day.year


def on(day: date) -> Parameters:
    """Those that hold on a day."""
    return PARAMETERS.on(day)
