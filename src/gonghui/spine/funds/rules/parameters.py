"""The dated parameters of dues and payments: one of the documents `schemes/funds_<year>.toml` holds on any day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gonghui.core.schemes import Scheme, Schemes


@dataclass(frozen=True)
class Dues:
    """What employers pay of their wages, and whose share it is."""

    percent: int
    shares: Mapping[str, int]


@dataclass(frozen=True)
class Tier:
    """Who approves payments up to an amount; the last tier knows no bound."""

    power: str
    title: str
    up_to_fen: int | None = None
    needs_minutes: bool = False


@dataclass(frozen=True)
class Deadlines:
    """Until when banks are expected to answer, doubts to be cleared up, and months to be closed."""

    answer_workdays: int
    doubt_workdays: int
    close_day: int


@dataclass(frozen=True)
class Parameters(Scheme):
    """What a federation may change about dues and payments."""

    hold_hours: int
    batch_most: int
    list_batch_most: int
    remark_longest: int
    purposes: Mapping[str, str]
    dues: Dues
    deadlines: Deadlines
    tiers: tuple[Tier, ...]


def _read(*, purposes: Any, dues: Any, deadlines: Any, tiers: Any, **said: Any) -> Parameters:
    named = {one["key"]: one["title"] for one in purposes}
    levels = tuple(Tier(**one) for one in tiers)
    return Parameters(**said, purposes=named, dues=Dues(**dues), deadlines=Deadlines(**deadlines), tiers=levels)


PARAMETERS = Schemes(Path(__file__).parent.parent / "schemes", "funds", _read)


def on(day: date) -> Parameters:
    """Those that hold on a day."""
    return PARAMETERS.on(day)


def tier_of(amount_fen: int, day: date) -> Tier:
    """The tier that approves an amount."""
    return next(tier for tier in on(day).tiers if tier.up_to_fen is None or amount_fen <= tier.up_to_fen)
