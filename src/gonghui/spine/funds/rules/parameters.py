"""The dated parameters of dues and payments: one version of `schemes/funds.toml` holds on any day."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

SCHEME = Path(__file__).resolve().parents[1] / "schemes" / "funds.toml"


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
class Parameters:
    """What a federation may change about dues and payments."""

    first_on: date
    hold_hours: int
    batch_most: int
    remark_longest: int
    purposes: Mapping[str, str]
    dues: Dues
    tiers: tuple[Tier, ...]


@cache
def versions() -> tuple[Parameters, ...]:
    """Every version, the oldest first."""
    found = []
    for row in tomllib.loads(SCHEME.read_text(encoding="utf-8"))["version"]:
        dues, tiers = Dues(**row.pop("dues")), tuple(Tier(**tier) for tier in row.pop("tiers"))
        purposes = {one["key"]: one["title"] for one in row.pop("purposes")}
        found.append(Parameters(**row, purposes=purposes, dues=dues, tiers=tiers))
    return tuple(sorted(found, key=lambda one: one.first_on))


def on(day: date) -> Parameters:
    """The version that holds on a day."""
    held = [version for version in versions() if version.first_on <= day]
    return (held or list(versions()))[-1]


def tier_of(amount_fen: int, day: date) -> Tier:
    """The tier that approves an amount."""
    return next(tier for tier in on(day).tiers if tier.up_to_fen is None or amount_fen <= tier.up_to_fen)
