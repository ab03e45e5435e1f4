"""The dated parameters of returns: one version of `schemes/returns.toml` holds on any day."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

SCHEME = Path(__file__).parent / "schemes" / "returns.toml"


@dataclass(frozen=True)
class Parameters:
    """What a federation may change about its returns."""

    first_on: date
    change_percent: int
    change_least: int
    compare_least: int
    asof_days_ahead: int
    text_longest: int
    remind_days_apart: int
    evidence_bytes: int
    workbook_bytes: int


@cache
def versions() -> tuple[Parameters, ...]:
    """Every version, the oldest first."""
    written = tomllib.loads(SCHEME.read_text(encoding="utf-8"))["version"]
    return tuple(sorted((Parameters(**version) for version in written), key=lambda one: one.first_on))


def on(day: date) -> Parameters:
    """The version that holds on a day."""
    held = [version for version in versions() if version.first_on <= day]
    return (held or list(versions()))[-1]
