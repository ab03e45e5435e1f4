"""All shares of a figure make up its city value, whoever returns them."""

import pytest

from gonghui.scenario import plan
from gonghui.scenario.targets import BY_FIGURE, FORMER_FLOWS, FORMER_LEVELS, RECORDED, TARGETS

FIGURES = [target.figure for target in TARGETS]


def total(shares):
    parts = list(shares.values())
    denominators = [part.denominator for part in parts if part.denominator is not None]
    return sum(part.number for part in parts), sum(denominators) if denominators else None


@pytest.mark.parametrize("figure", FIGURES)
def test_the_shares_make_up_the_target(figure):
    target = BY_FIGURE[figure]
    assert total(plan.half_year(figure)) == (target.number, target.denominator)


@pytest.mark.parametrize("figure", FIGURES)
def test_city_only_figures_are_returned_by_the_city_and_the_others_by_all_below(figure):
    keys = set(plan.half_year(figure))
    if BY_FIGURE[figure].is_city_only:
        assert keys == {plan.CITY_KEY}
    else:
        assert keys - {plan.CITY_KEY} == set(plan.units()) - {plan.CITY_KEY}


@pytest.mark.parametrize("figure", FORMER_LEVELS)
def test_no_unit_loses_stock_in_the_half_year(figure):
    before, now = plan.before(figure), plan.half_year(figure)
    assert total(before) == FORMER_LEVELS[figure]
    for key, share in now.items():
        assert 0 <= before[key].number <= share.number
        if share.denominator is not None:
            assert before[key].number <= (before[key].denominator or 0) <= share.denominator


@pytest.mark.parametrize("figure", FORMER_FLOWS)
def test_the_former_flows_add_up(figure):
    assert total(plan.before(figure)) == (FORMER_FLOWS[figure], None)


@pytest.mark.parametrize("figure", plan.MONTHLY)
def test_january_to_may_and_june_make_the_half_year(figure):
    early, june, july = plan.months(figure)
    for key, share in plan.half_year(figure).items():
        assert early[key].number + june[key].number == share.number
        assert 0 < july[key].number < 2 * june[key].number


@pytest.mark.parametrize("figure", plan.BY_TOWNS)
def test_chaoyang_and_its_towns_make_up_chaoyangs_share(figure):
    for shares in (plan.half_year(figure), plan.before(figure)):
        whole = shares["chaoyang"].number
        own, towns = plan.chaoyang_apart(whole, figure)
        assert own + sum(towns.values()) == whole
        assert len(towns) == 43
        assert min(towns.values()) > 0


def test_wangjing_and_its_unions_make_up_wangjings_stations():
    _, towns = plan.chaoyang_apart(plan.half_year(plan.BY_UNIONS)["chaoyang"].number, plan.BY_UNIONS)
    own, unions = plan.wangjing_apart(towns["望京街道"])
    assert own + sum(unions) == towns["望京街道"]
    assert len(unions) == plan.UNIONS_RETURNING
    assert min(unions) > 0


def test_every_figure_is_collected_exactly_once_or_recorded():
    rounds = [*plan.HALF_YEAR_FIGURES, *plan.MONTHLY, *plan.OUTLAYS, *RECORDED]
    assert sorted(rounds) == sorted(FIGURES)


def test_money_per_case_is_plausible_in_every_unit():
    payments, paid = plan.half_year("mutual_aid.payments_made"), plan.half_year("mutual_aid.paid_fen")
    for key, share in payments.items():
        assert 90_00 < paid[key].number / share.number < 150_00
