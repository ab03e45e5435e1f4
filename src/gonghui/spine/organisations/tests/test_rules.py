"""Thresholds of the rules: at, just below and just above."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.core.errors import Refusal
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.rules import Ballot

ON = date(2020, 6, 1)
SCHEME = rules.set_up_scheme(ON)


def refused(code: str, call: object, *args: object, **given: object) -> None:
    with pytest.raises(Refusal) as caught:
        call(*args, **given)  # type: ignore[operator]
    assert caught.value.code == code
    assert str(caught.value)


@pytest.mark.parametrize(
    ("entitled", "quorum", "needed"),
    [(36, 24, 19), (35, 24, 18), (37, 25, 19), (25, 17, 13), (3, 2, 2), (1, 1, 1), (100, 67, 51), (2, 2, 2)],
)
def test_quorum_is_two_thirds_rounded_up_and_majority_more_than_half(entitled: int, quorum: int, needed: int) -> None:
    assert SCHEME.quorum(entitled) == quorum
    assert SCHEME.votes_needed(entitled) == needed


@given(st.integers(1, 10**6))
def test_quorum_and_majority_are_the_smallest_numbers_that_satisfy_the_rule(entitled: int) -> None:
    quorum, needed = SCHEME.quorum(entitled), SCHEME.votes_needed(entitled)
    assert quorum * 3 >= entitled * 2 > (quorum - 1) * 3
    assert needed * 2 > entitled >= (needed - 1) * 2
    assert needed <= entitled
    assert quorum <= entitled


def test_a_meeting_at_quorum_is_valid_and_one_short_of_it_is_not() -> None:
    rules.check_ballot(Ballot(36, 24, 19, 3), members=36, scheme=SCHEME)
    refused("organisations.quorum", rules.check_ballot, Ballot(36, 23, 19, 3), members=36, scheme=SCHEME)


def test_votes_are_counted_against_those_entitled_not_those_present() -> None:
    refused("organisations.majority", rules.check_ballot, Ballot(36, 24, 18, 3), members=36, scheme=SCHEME)
    rules.check_ballot(Ballot(36, 24, 24, 3), members=40, scheme=SCHEME)


@pytest.mark.parametrize(
    "ballot", [Ballot(36, 37, 30, 3), Ballot(36, 30, 31, 3), Ballot(37, 30, 25, 3), Ballot(0, 0, 0, 3)]
)
def test_sums_that_cannot_be_are_refused(ballot: Ballot) -> None:
    refused("organisations.sum", rules.check_ballot, ballot, members=36, scheme=SCHEME)


@pytest.mark.parametrize(("years", "fits"), [(2, False), (3, True), (4, False), (5, True), (6, False)])
def test_a_term_is_three_or_five_years(years: int, fits: bool) -> None:
    ballot = Ballot(36, 30, 25, years)
    if fits:
        rules.check_ballot(ballot, members=36, scheme=SCHEME)
    else:
        refused("organisations.term", rules.check_ballot, ballot, members=36, scheme=SCHEME)


@pytest.mark.parametrize(("kind", "employers", "code"), [
    ("joint", 1, "organisations.joint_employers"),
    ("joint", 2, ""),
    ("joint", 12, ""),
    ("base", 0, "organisations.base_employer"),
    ("base", 1, ""),
    ("base", 2, "organisations.base_employer"),
    ("branch", 1, "organisations.set_up_kind"),
])  # fmt: skip
def test_a_joint_union_needs_two_employers_and_a_base_union_one(kind: str, employers: int, code: str) -> None:
    listed = [object()] * employers
    if code:
        refused(code, rules.check_employers, kind, listed, scheme=SCHEME)
    else:
        rules.check_employers(kind, listed, scheme=SCHEME)


@pytest.mark.parametrize(("preparers", "fits"), [(2, False), (3, True), (4, True)])
def test_a_preparing_group_has_three_people(preparers: int, fits: bool) -> None:
    if fits:
        rules.check_preparers(preparers, scheme=SCHEME)
    else:
        refused("organisations.preparers", rules.check_preparers, preparers, scheme=SCHEME)


def test_steps_on_one_day_are_in_order_and_a_day_earlier_is_not() -> None:
    rules.check_order(ON, ON, what_earlier="选举", what_later="批复成立")
    refused(
        "organisations.date_order",
        rules.check_order,
        ON,
        date(2020, 5, 31),
        what_earlier="选举",
        what_later="批复成立",
    )


@pytest.mark.parametrize(
    ("uncovered", "covered", "new"),
    [
        (None, date(2020, 6, 10), True),
        (date(2018, 6, 10), date(2020, 6, 9), False),
        (date(2018, 6, 10), date(2020, 6, 10), False),
        (date(2018, 6, 10), date(2020, 6, 11), True),
        (date(2018, 2, 28), date(2020, 2, 29), True),
        (date(2016, 2, 29), date(2018, 2, 28), False),
        (date(2016, 2, 29), date(2018, 3, 1), True),
    ],
)
def test_an_employer_covered_again_within_twenty_four_months_is_not_new(
    uncovered: date | None, covered: date, new: bool
) -> None:
    assert rules.counts_as_new(uncovered, covered, scheme=SCHEME) is new


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2020, 1, 31), 1, date(2020, 2, 29)),
        (date(2019, 1, 31), 1, date(2019, 2, 28)),
        (date(2020, 12, 31), 2, date(2021, 2, 28)),
        (date(2020, 5, 31), 1, date(2020, 6, 30)),
        (date(2020, 11, 15), 1, date(2020, 12, 15)),
    ],
)
def test_months_end_on_the_corresponding_day_or_the_months_last(day: date, months: int, after: date) -> None:
    assert rules.months_after(day, months) == after


def test_the_scheme_of_the_day_is_used_and_before_the_first_there_is_none() -> None:
    assert rules.set_up_scheme(date(2016, 10, 9)) is SCHEME
    refused("schemes.none", rules.set_up_scheme, date(2016, 10, 8))


@pytest.mark.parametrize(
    ("level", "under", "fits"),
    [
        ("district", "city", True),
        ("industry", "city", True),
        ("town", "district", True),
        ("town", "town", True),
        ("town", "city", False),
        ("sector", "city", True),
        ("sector", "sector", True),
        ("base", "town", True),
        ("base", "base", True),
        ("base", "city", False),
        ("joint", "industry", False),
        ("branch", "base", True),
        ("branch", "town", False),
        ("district", "district", False),
    ],
)
def test_each_level_stands_where_the_charter_puts_it(level: str, under: str, fits: bool) -> None:
    if fits:
        rules.check_place(level, under)
    else:
        refused("organisations.place", rules.check_place, level, under)


def test_only_the_city_stands_under_nothing() -> None:
    rules.check_place("city", None)
    refused("organisations.superior_missing", rules.check_place, "base", None)
    refused("organisations.place", rules.check_place, "city", "city")
    refused("organisations.level", rules.check_place, "province", None)


@pytest.mark.parametrize(
    ("employees", "label"),
    [(1, "1-24"), (24, "1-24"), (25, "25-99"), (99, "25-99"), (100, "100-299"), (999, "300-999"), (1000, "1000+")],
)
def test_size_classes_begin_at_their_first_number(employees: int, label: str) -> None:
    assert rules.band(employees) == label


def test_names_lose_blanks_and_invisible_letters_and_may_not_be_empty() -> None:
    assert rules.checked_name("  示例  有限公司\t工会 ") == "示例 有限公司 工会"
    refused("organisations.name_missing", rules.checked_name, " \u200b ")


@pytest.mark.parametrize(("code", "fits"), [("I64", True), ("I", True), ("i64", False), ("U01", False), ("I6", False)])
def test_industries_are_a_section_letter_with_a_division(code: str, fits: bool) -> None:
    if fits:
        rules.check_industry(code)
    else:
        refused("organisations.industry", rules.check_industry, code)


def test_kinds_of_ownership_are_listed() -> None:
    rules.check_ownership("private")
    assert rules.is_non_public("private")
    assert not rules.is_non_public("state")
    refused("organisations.ownership", rules.check_ownership, "unknown")
