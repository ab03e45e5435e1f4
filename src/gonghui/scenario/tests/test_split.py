"""Parts add up to the whole, the same way every time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.scenario.split import split, split_ratio, split_unevenly

WHOLES = st.integers(0, 10**12)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=60).filter(any)


@given(WHOLES, WEIGHTS)
def test_parts_add_up_to_the_whole(whole, weights):
    assert sum(split(whole, weights)) == whole


@given(WHOLES, WEIGHTS)
def test_no_part_is_a_whole_unit_away_from_its_share(whole, weights):
    total = sum(weights)
    for part, weight in zip(split(whole, weights), weights, strict=True):
        assert abs(part * total - whole * weight) < total


@given(WHOLES, WEIGHTS)
def test_who_has_no_weight_gets_nothing(whole, weights):
    assert all(part == 0 for part, weight in zip(split(whole, weights), weights, strict=True) if weight == 0)


@given(WHOLES, WHOLES, WEIGHTS)
def test_ratios_add_up_and_no_numerator_exceeds_its_denominator(one, other, weights):
    numerator, denominator = sorted((one, other))
    pairs = split_ratio(numerator, denominator, weights)
    assert (sum(a for a, _ in pairs), sum(b for _, b in pairs)) == (numerator, denominator)
    assert all(a <= b for a, b in pairs)


@given(WHOLES, WEIGHTS)
def test_uneven_shares_are_the_same_for_the_same_seed(whole, weights):
    shares = split_unevenly(whole, weights, seed="one")
    assert shares == split_unevenly(whole, weights, seed="one")
    assert sum(shares) == whole


def test_the_largest_remainder_takes_the_unit_left_over():
    assert split(10, [1, 1, 1]) == [4, 3, 3]
    assert split(100, [333, 333, 334]) == [33, 33, 34]


def test_a_whole_without_takers_is_refused():
    with pytest.raises(ValueError, match="nobody"):
        split(5, [0, 0])
    assert split(0, [0, 0]) == [0, 0]
