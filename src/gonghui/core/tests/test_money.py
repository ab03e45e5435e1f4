"""Money: reading, showing, sharing, splitting, all in whole fen."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.core import money
from gonghui.core.errors import Refusal


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("245,187,902.36", 245_187_902_36),
        ("２４５１８７９０２．３６", 245_187_902_36),
        ("0", 0),
        ("0.1", 10),
        ("1234.50元", 1234_50),
        (" ¥ 1,234 ", 1234_00),
        ("1.000", 1_00),
        (12, 12_00),
        (245187902.36, 245_187_902_36),
        (3.0, 3_00),
        ("+5", 5_00),
    ],
)
def test_yuan_become_fen(written: str | float, fen: int) -> None:
    assert money.read(written) == fen


@pytest.mark.parametrize(
    ("written", "fen"),
    [("848万元", 8_480_000_00), ("3.96亿", 396_000_000_00), ("1.23456万元", 12_345_60), ("5", 5_00)],
)
def test_words_only_where_allowed(written: str, fen: int) -> None:
    assert money.read(written, words=True) == fen
    if written[-1] in "元亿":
        with pytest.raises(Refusal) as refused:
            money.read(written)
        assert refused.value.code == "money.unreadable"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "money.unreadable"),
        ("约5万", "money.unreadable"),
        ("1,23", "money.unreadable"),
        ("12,34,567", "money.unreadable"),
        ("1e5", "money.unreadable"),
        ("--", "money.unreadable"),
        (float("nan"), "money.unreadable"),
        (float("inf"), "money.unreadable"),
        (1e22, "money.unreadable"),
        (True, "money.unreadable"),
        ("-1", "money.negative"),
        (-0.5, "money.negative"),
        ("1.234", "money.decimals"),
        (0.1 + 0.2, "money.decimals"),
        ("10000000000000000", "money.too_large"),
    ],
)
def test_bad_amounts_are_refused_with_the_value(written: str | float, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        money.read(written)
    assert refused.value.code == code
    assert str(refused.value.params["value"]) in str(refused.value)


@given(st.integers(0, money.LARGEST_FEN))
def test_what_is_shown_reads_back(fen: int) -> None:
    assert money.read(money.yuan(fen)) == fen
    assert money.read(money.yuan(fen, grouped=False)) == fen


def test_yuan_of_a_reversal_is_negative() -> None:
    assert [money.yuan(fen) for fen in (-5, 0, 1_234_56)] == ["-0.05", "0.00", "1,234.56"]


@pytest.mark.parametrize(
    ("fen", "percent", "part"),
    [(100, 50, 50), (1, 50, 1), (-1, 50, -1), (3, 50, 2), (-3, 50, -2), (149, 1, 1), (150, 1, 2), (0, 70, 0)],
)
def test_a_share_rounds_half_up_away_from_zero(fen: int, percent: int, part: int) -> None:
    assert money.share(fen, percent) == part


def test_a_share_of_a_broken_percent_is_exact() -> None:
    assert money.share(1_000_00, Fraction(1, 2)) == 5_00


@given(st.integers(-(10**14), 10**14), st.lists(st.integers(0, 10**6), min_size=1).filter(any))
def test_a_split_adds_up_and_stays_within_one_fen(total: int, weights: list[int]) -> None:
    parts = money.split(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)


def test_equal_remainders_go_to_the_first() -> None:
    assert money.split(100, [1, 1, 1]) == [34, 33, 33]
    with pytest.raises(ValueError, match="weights"):
        money.split(1, [0, 0])
