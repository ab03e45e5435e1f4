"""What the medical-insurance bureau settles of the demo's members, month by month: numbers drawn, none of a result.

How many settlements there are and how large follows `targets`; what they pay is up to the text of the plan alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gonghui.scenario.split import split
from gonghui.scenario.targets import BY_FIGURE, SEED

MONTHS = (201912, 202001, 202002, 202003, 202004, 202005)
"""Settled then, received and paid in the month that follows."""
SPREAD = (30, 33, 26, 34, 38, 42)
A_PERSON = 5.95
"""So many payments one member comes to in the half-year."""
OUTPATIENT, EMERGENCY, INPATIENT, SPECIAL = 1, 2, 3, 4
SHARES = (0.885, 0.02, 0.055, 0.04)
OPENING_FEN, STAY_FEN = 100_000, 130_000
"""What a member bears before anything is due: most have borne that with the first bill of a year."""
TUNED = 0.8728
"""How large bills are, so that the half-year comes to what was published."""
SMALL = 0.04
"""The share of bills too small to be paid anything of."""
TAKEN_BACK = 0.0001


@dataclass(frozen=True)
class Bills:
    """A month's bills: of which member (by their place in the list), what for, when, what they bore themselves."""

    month: int
    who: Any
    benefit: Any
    day: Any
    self_pay1_fen: Any
    self_pay2_fen: Any
    outside_fen: Any
    insurer_fen: Any
    takes_back: Any
    """The bill of the month before that a bill takes back, by its place there; -1 for none."""


def payments(scale: float) -> int:
    """How many payments the half-year comes to."""
    return max(12, round(BY_FIGURE["mutual_aid.payments_made"].number * scale))


def members(scale: float, at_hand: int) -> int:
    """How many members they go to."""
    return max(1, min(at_hand, round(payments(scale) / A_PERSON)))


def months(scale: float, people: int) -> Iterator[Bills]:
    """The six months of bills for so many members, each month's own."""
    borne = np.zeros(people, np.int64)
    before: Bills | None = None
    for at, many in enumerate(split(payments(scale), SPREAD)):
        if MONTHS[at] % 100 == 1:
            borne[:] = 0
        before = _month(at, many, people, borne, before)
        yield before


def _month(at: int, many: int, people: int, borne: Any, before: Bills | None) -> Bills:
    chance = np.random.default_rng([SEED, at])
    who = (np.arange(many) + at * 7) % people
    benefit = chance.choice((OUTPATIENT, EMERGENCY, INPATIENT, SPECIAL), many, p=SHARES)
    stays = benefit == INPATIENT
    drawn = chance.lognormal(0, 0.55, many)
    self_pay1 = np.where(stays, STAY_FEN + 240_000 * TUNED * drawn, 74_000 * TUNED * drawn).astype(np.int64)
    first = np.zeros(many, bool)
    first[np.unique(np.where(stays, people, who), return_index=True)[1]] = True
    opens = first & ~stays
    self_pay1[opens] += np.maximum(OPENING_FEN - borne[who[opens]], 0)
    np.add.at(borne, who[~stays], self_pay1[~stays])
    small = max(1, round(many * SMALL))
    who = np.append(who, chance.integers(0, people, small))
    benefit = np.append(benefit, np.full(small, OUTPATIENT))
    self_pay1 = np.append(self_pay1, np.zeros(small, np.int64))
    back = np.full(len(who), -1)
    if before is not None and (taken := round(many * TAKEN_BACK)):
        its = chance.choice(np.flatnonzero(before.takes_back < 0), taken, replace=False)
        who, benefit = np.append(who, before.who[its]), np.append(benefit, before.benefit[its])
        self_pay1, back = np.append(self_pay1, -before.self_pay1_fen[its]), np.append(back, its)
    return _rest(at, who, benefit, self_pay1, back, before, chance)


def _rest(at: int, who: Any, benefit: Any, self_pay1: Any, back: Any, before: Bills | None, chance: Any) -> Bills:
    """The other sums of each bill, its day, and all of it in an order of its own."""
    self_pay2 = (np.abs(self_pay1) * chance.random(len(who)) * 0.2).astype(np.int64)
    outside = chance.integers(0, 20_000, len(who))
    insurer = (np.abs(self_pay1) * (0.8 + chance.random(len(who)))).astype(np.int64)
    taken = back >= 0
    if before is not None and taken.any():
        its = back[taken]
        self_pay2[taken], outside[taken] = -before.self_pay2_fen[its], -before.outside_fen[its]
        insurer[taken] = -before.insurer_fen[its]
    month = MONTHS[at]
    first = np.datetime64(f"{month // 100}-{month % 100:02}-01")
    day = first + chance.integers(0, 28, len(who))
    order = np.argsort(day, kind="stable")
    who, benefit, day, self_pay1, self_pay2, outside, insurer, back = (
        one[order] for one in (who, benefit, day, self_pay1, self_pay2, outside, insurer, back)
    )
    return Bills(month, who, benefit, day, self_pay1, self_pay2, outside, insurer, back)
