"""How a change is told: exact, rounded once, in percent, in points or by the number alone."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.core import claims
from gonghui.reports.changes import Change, change

LEAST = 20
counts = st.integers(0, 10**12)
shares = st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(lambda pair: (min(pair), max(pair)))


def told(now: tuple[int, ...], base: tuple[int, ...], unit: str = "") -> str:
    found = change(now, base, least=LEAST)
    return found.signed(unit) if found is not None else ""


@pytest.mark.parametrize(
    ("now", "base", "words"),
    [
        ((245_000_000_00,), (210_000_000_00,), "+16.7%"),
        ((466, 1000), (452, 1000), "+1.4个百分点"),
        ((536, 1150), (520, 1150), "+1.4个百分点"),
        ((452, 1000), (466, 1000), "−1.4个百分点"),
        ((20,), (20,), "持平"),
        ((24,), (19,), "+5"),
        ((24,), (20,), "+20%"),
        ((3,), (0,), "+3"),
        ((100_001,), (100_000,), "+不到0.01%"),
        ((199_996,), (100_000,), "+99.99%以上"),
        ((1, 1), (0, 0), ""),
    ],
)
def test_changes_are_told_as_official_reports_tell_them(
    now: tuple[int, ...], base: tuple[int, ...], words: str
) -> None:
    assert told(now, base) == words


def test_a_difference_of_money_is_told_in_yuan_and_english_counts_its_points() -> None:
    more = change((15_50,), (10_00,), least=LEAST * 100)
    assert more is not None
    assert more.signed("分") == "+5.50元"
    found = change((466, 1000), (456, 1000), least=LEAST)
    assert found is not None
    assert found.signed(english=True) == "+1 percentage point"


@given(counts, counts, st.integers(0, 1000))
def test_a_percent_times_its_base_gives_the_difference_back(now: int, base: int, least: int) -> None:
    found = change((now,), (base,), least=least)
    assert found is not None
    if base < max(least, 1):
        assert found == Change("number", Fraction(now - base))
    else:
        assert found.kind == "percent"
        assert found.amount * base == 100 * (now - base)


@given(shares, shares)
def test_points_are_the_difference_of_exact_shares_and_turn_with_their_sides(
    now: tuple[int, int], base: tuple[int, int]
) -> None:
    found, back = change(now, base, least=LEAST), change(base, now, least=LEAST)
    if not now[1] or not base[1]:
        assert found is None
        assert back is None
        return
    assert found is not None
    assert back is not None
    assert found.kind == "points"
    assert found.amount == -back.amount
    assert found.amount == 100 * (Fraction(*now) - Fraction(*base))


@given(st.fractions(-1000, 1000))
def test_what_is_printed_is_true_of_the_exact_change(amount: Fraction) -> None:
    said = Change("percent", amount).size()
    size = abs(amount)
    assert claims.holds(said, (size.numerator, size.denominator * 100))
    assert bool(amount) == (said != "0%")
