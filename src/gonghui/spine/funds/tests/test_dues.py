"""Dues and their split, with the worked examples of the regulations' readers (services.md 5 d)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.spine.funds.rules import dues, parameters

DUES = parameters.on(date(2020, 6, 1)).dues


@pytest.mark.parametrize(
    ("wages", "payable", "parts"),
    [
        (125_000_000, 2_500_000, (1_500_000, 500_000, 375_000, 125_000)),
        (33_333_333, 666_667, (400_000, 133_334, 100_000, 33_333)),
        (0, 0, (0, 0, 0, 0)),
        (49, 1, (1, 0, 0, 0)),
    ],
)
def test_the_worked_examples(wages: int, payable: int, parts: tuple[int, ...]) -> None:
    assert dues.payable_fen(wages, DUES) == payable
    assert tuple(dues.split(payable, DUES).values()) == parts


def test_a_full_refund_gives_back_what_went_up() -> None:
    first, second = 2_500_000, 2_300_000
    assert dues.passed_up_fen(first, DUES) == 1_000_000
    assert dues.passed_up_fen(second, DUES) == 920_000
    assert dict(dues.split(second, DUES)) == {"base": 1_380_000, "district": 460_000, "city": 345_000, "acftu": 115_000}


@given(st.integers(0, 10**13))
def test_the_parts_are_the_whole_and_none_is_a_fen_off(paid: int) -> None:
    parts = dues.split(paid, DUES)
    assert sum(parts.values()) == paid
    assert all(abs(part * 100 - paid * DUES.shares[level]) < 100 for level, part in parts.items())


@pytest.mark.parametrize(
    ("fen", "power"),
    [(5_000_000, "funds.approve"), (5_000_001, "funds.approve_middle"), (50_000_001, "funds.approve_large")],
)
def test_who_approves_follows_the_amount(fen: int, power: str) -> None:
    tier = parameters.tier_of(fen, date(2020, 6, 1))
    assert tier.power == power
    assert tier.needs_minutes == (power == "funds.approve_large")
