"""The targets are those of the published half-year and of the rules about who may return what."""

from fractions import Fraction

from gonghui.core.figures import FIGURES
from gonghui.scenario.targets import BY_FIGURE, FORMER_FLOWS, FORMER_LEVELS, TARGETS


def test_each_target_is_a_declared_figure():
    assert all(target.figure in FIGURES for target in TARGETS)
    assert len(BY_FIGURE) == len(TARGETS) == 32


def test_figures_of_the_city_alone_are_returned_by_the_city_alone():
    for target in TARGETS:
        assert target.is_city_only == (FIGURES[target.figure].returned_by == "city"), target.figure


def test_ratios_have_two_numbers_and_others_one():
    for target in TARGETS:
        assert (target.denominator is not None) == FIGURES[target.figure].is_ratio


def test_figures_with_days_of_their_own_follow_their_clock():
    for target in TARGETS:
        assert (target.days[0] == target.days[1]) == (FIGURES[target.figure].clock == "stock")


def test_the_published_claims_hold():
    value = {target.row: target.number for target in TARGETS}
    assert Fraction(338, 820) > Fraction(40, 100)
    assert 50_000 < value["F27"] < 60_000
    assert 10 < value["F16"] < 20
    assert value["F46"] + value["F47"] + value["F48"] == 658


def test_former_values_belong_to_targets_and_stocks_grow():
    for figure, (level, _) in FORMER_LEVELS.items():
        assert level < BY_FIGURE[figure].number
        assert FIGURES[figure].clock == "stock"
    assert all(FIGURES[figure].clock == "flow" for figure in FORMER_FLOWS)
