"""The rules of returned figures at their thresholds; no tables."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.core.errors import Refusal
from gonghui.core.personal import MOBILE, PAPER, personal_numbers
from gonghui.reports import parameters, rules
from gonghui.reports.parameters import Parameters
from gonghui.reports.rules import OWN, SUBTREE, Amount, Span

HELD: Parameters = parameters.on(date(2020, 7, 1))
JAN_1, JUN_30, JUL_1 = date(2020, 1, 1), date(2020, 6, 30), date(2020, 7, 1)


def span(path: str, coverage: str = OWN, first: date = JAN_1, last: date = JUN_30) -> Span:
    return Span(path, coverage, first, last)


@pytest.mark.parametrize(
    ("one", "other", "clashes"),
    [
        (span("/1/3/"), span("/1/3/"), True),
        (span("/1/3/"), span("/1/30/"), False),
        (span("/1/3/", SUBTREE), span("/1/30/"), False),
        (span("/1/3/", SUBTREE), span("/1/3/4/"), True),
        (span("/1/3/4/"), span("/1/3/", SUBTREE), True),
        (span("/1/3/"), span("/1/3/4/", SUBTREE), False),
        (span("/1/3/", SUBTREE), span("/1/3/4/", SUBTREE), True),
        (span("/1/", SUBTREE), span("/1/3/"), True),
        (span("/1/"), span("/1/3/", SUBTREE), False),
    ],
)
def test_two_lines_clash_where_an_organisation_is_counted_in_both(one: Span, other: Span, clashes: bool) -> None:
    assert rules.clash(one, other, stock=False) is clashes
    assert rules.clash(other, one, stock=False) is clashes


def test_days_that_touch_clash_and_days_that_follow_do_not() -> None:
    assert rules.clash(span("/1/"), span("/1/", first=JUN_30, last=JUL_1), stock=False)
    assert not rules.clash(span("/1/"), span("/1/", first=JUL_1, last=date(2020, 12, 31)), stock=False)


def test_levels_of_one_unit_follow_each_other_and_those_of_a_family_never_stand_together() -> None:
    march, june = span("/1/3/", first=date(2020, 3, 31), last=date(2020, 3, 31)), span("/1/3/", first=JUN_30)
    assert not rules.clash(march, june, stock=True)
    assert rules.clash(june, june, stock=True)
    assert rules.clash(march, span("/1/3/", SUBTREE, JUN_30), stock=True)
    assert rules.clash(span("/1/", SUBTREE, JUN_30), march, stock=True)
    assert not rules.clash(span("/1/", OWN, JUN_30), march, stock=True)


def refused(amount: Amount, *, ratio: bool = False, money: bool = False) -> str:
    with pytest.raises(Refusal) as caught:
        rules.check_amount(amount, title="示例", ratio=ratio, money=money)
    assert "示例" in str(caught.value)
    return caught.value.code


def test_amounts_at_their_limits() -> None:
    rules.check_amount(Amount(0), title="示例", ratio=False, money=False)
    rules.check_amount(Amount(None, None, True), title="示例", ratio=False, money=False)
    rules.check_amount(Amount(2**31 - 1), title="示例", ratio=False, money=False)
    rules.check_amount(Amount(2**31), title="示例", ratio=False, money=True)
    assert refused(Amount(2**31)) == "reports.too_large"
    assert refused(Amount(10**15 + 1), money=True) == "reports.too_large"
    assert refused(Amount(-1)) == "reports.negative"
    assert refused(Amount(None)) == "reports.empty"
    assert refused(Amount(0, None, True)) == "reports.nothing_with_number"
    assert refused(Amount(1, 2)) == "reports.denominator_not_asked"


def test_a_ratio_is_two_whole_numbers_and_never_more_than_the_whole() -> None:
    rules.check_amount(Amount(1200, 1200), title="示例", ratio=True, money=False)
    rules.check_amount(Amount(0, 1), title="示例", ratio=True, money=False)
    assert refused(Amount(46), ratio=True) == "reports.denominator_missing"
    assert refused(Amount(0, 0), ratio=True) == "reports.denominator_zero"
    assert refused(Amount(1201, 1200), ratio=True) == "reports.share_over_one"


def days(first: date, last: date, clock: str, on: date) -> None:
    rules.check_days(first, last, clock=clock, on=on, parameters=HELD, title="示例")


def test_a_period_is_returned_once_it_is_over_and_an_asof_figure_a_few_days_ahead() -> None:
    days(JAN_1, JUN_30, "flow", JUN_30)
    with pytest.raises(Refusal, match="到期后再填"):
        days(JAN_1, JUN_30, "flow", JUN_30 - timedelta(days=1))
    days(JAN_1, JUN_30, "asof", JUN_30 - timedelta(days=HELD.asof_days_ahead))
    with pytest.raises(Refusal, match="到期后再填"):
        days(JAN_1, JUN_30, "asof", JUN_30 - timedelta(days=HELD.asof_days_ahead + 1))
    with pytest.raises(Refusal, match="颠倒"):
        days(JUN_30, JAN_1, "flow", JUL_1)
    with pytest.raises(Refusal, match="只填一个日期"):
        days(JAN_1, JUN_30, "stock", JUL_1)


def moved(now: int, before: int, *, money: bool = False) -> rules.Moved:
    return rules.moved(Amount(now), Amount(before), money=money, ratio=False, parameters=HELD)


def test_a_change_of_the_band_and_more_asks_for_a_reason() -> None:
    assert (HELD.change_percent, HELD.change_least) == (30, 20)
    assert moved(130, 100).needs_reason
    assert not moved(129, 100).needs_reason
    assert moved(70, 100).needs_reason
    assert not moved(71, 100).needs_reason
    assert moved(245, 210).said() == "+16.7%"
    assert moved(100, 100).said() == "持平"


def test_small_bases_are_compared_by_the_absolute_number() -> None:
    assert moved(19, 10).said() == "+9"
    assert not moved(29, 10).needs_reason
    assert moved(30, 10).needs_reason
    assert not moved(500, 0).needs_reason
    assert moved(500, 0).said() == "+500"
    assert moved(13_000, 10_000, money=True).needs_reason
    assert not moved(3_899, 1_900, money=True).needs_reason
    assert moved(3_900, 1_900, money=True).needs_reason


def test_shares_are_compared_in_points_not_in_percent() -> None:
    found = rules.moved(Amount(466, 1000), Amount(452, 1000), money=False, ratio=True, parameters=HELD)
    assert (found.said(), found.said(english=True)) == ("+1.4个百分点", "+1.4 percentage points")


def test_nothing_against_something_asks_for_a_reason() -> None:
    def against(now: Amount, before: Amount | None) -> bool:
        return rules.moved(now, before, money=False, ratio=False, parameters=HELD).needs_reason

    assert against(Amount(None, None, True), Amount(5))
    assert against(Amount(5), Amount(None, None, True))
    assert not against(Amount(0), Amount(None, None, True))
    assert not against(Amount(5), None)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=12))
def test_differences_add_up_to_the_last_level(levels: list[tuple[int, int]]) -> None:
    parts = rules.differences(levels)
    for at in range(len(levels)):
        assert (sum(a for a, _ in parts[: at + 1]), sum(b for _, b in parts[: at + 1])) == levels[at]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("990101198503070017", [PAPER]),
        ("证号９９０１０１１９８５０３０７００１７。", [PAPER]),
        ("13812345678", [MOBILE]),
        ("电话 138-1234-5678", [MOBILE]),
        ("+86 13812345678", [MOBILE]),
        ("合计 2060012 人次", []),
        ("金额 187214560.00 元，单位代码 110105-DI-00001-4", []),
        ("12345678901234567890", []),
        ("83970505", []),
    ],
)
def test_personal_numbers_are_found_and_sums_are_not(text: str, kinds: list[str]) -> None:
    assert personal_numbers(text) == kinds


def test_text_is_trimmed_cleaned_and_limited() -> None:
    assert rules.check_text("  漏统计\u202e \x00", where="备注", parameters=HELD) == "漏统计 "
    rules.check_text("字" * HELD.text_longest, where="备注", parameters=HELD)
    with pytest.raises(Refusal, match="501 字"):
        rules.check_text("字" * (HELD.text_longest + 1), where="备注", parameters=HELD)
