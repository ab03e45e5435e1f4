"""Who may be enrolled and what a claim must say, at each threshold."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonghui.core import rules as texts
from gonghui.core.errors import Refusal
from gonghui.work.mutual_aid.actions.editions import shipped
from gonghui.work.mutual_aid.rules import claims, enrolment
from gonghui.work.mutual_aid.rules.claims import Costs
from gonghui.work.mutual_aid.rules.enrolment import Candidate
from gonghui.work.mutual_aid.rules.plans import PLANS

FIRST = date(2020, 2, 1)


def codes(plan: str, **given: object) -> list[str]:
    """What is wrong with somebody under the shipped text of a plan."""
    filled = {"gender": "f", "born_on": date(1985, 3, 7), "is_member": True, "shares": 1, **given}
    asked = enrolment.terms(PLANS[plan], texts.read(shipped()[plan][-1]))
    return [refusal.code for _cell, refusal in enrolment.faults(asked, Candidate(**filled), FIRST)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("plan", "given", "wrong"),
    [
        ("hospital_allowance", {"gender": "f", "born_on": date(1965, 2, 2)}, []),  # 54
        ("hospital_allowance", {"gender": "f", "born_on": date(1965, 2, 1)}, ["mutual_aid.cover_age"]),  # 55 that day
        ("hospital_allowance", {"gender": "m", "born_on": date(1960, 2, 2)}, []),  # 59
        ("hospital_allowance", {"gender": "m", "born_on": date(1960, 2, 1)}, ["mutual_aid.cover_age"]),
        ("womens_diseases", {"born_on": date(1959, 2, 2)}, []),  # 60
        ("womens_diseases", {"born_on": date(1959, 2, 1)}, ["mutual_aid.cover_age"]),  # 61
        ("womens_diseases", {"born_on": date(2004, 2, 1)}, []),  # 16 that day
        ("womens_diseases", {"born_on": date(2004, 2, 2)}, ["mutual_aid.cover_young"]),
        ("womens_diseases", {"gender": "m"}, ["mutual_aid.cover_sex"]),
        ("womens_diseases", {"shares": 2}, []),
        ("womens_diseases", {"shares": 3}, ["mutual_aid.cover_shares"]),
        ("hospital_allowance", {"shares": 0}, ["mutual_aid.cover_shares"]),
        ("hospital_allowance", {"shares": 10}, []),
        (
            "hospital_allowance",
            {"is_member": False, "shares": 11},
            ["mutual_aid.cover_not_member", "mutual_aid.cover_shares"],
        ),
        ("accident", {"shares": 1}, []),
        ("accident", {"shares": 2}, ["mutual_aid.cover_shares"]),
    ],
)
def test_each_threshold_of_a_roll(plan, given, wrong):
    assert codes(plan, **given) == wrong


def test_who_was_born_on_a_leap_day_is_a_year_older_on_the_first_of_march():
    born = date(2004, 2, 29)
    assert [enrolment.age(born, day) for day in (date(2020, 2, 28), date(2020, 2, 29), date(2021, 2, 28))] == [
        15,
        16,
        16,
    ]
    assert enrolment.age(born, date(2021, 3, 1)) == 17


def test_every_enrolled_plan_has_its_terms():
    for key, plan in PLANS.items():
        if plan.is_enrolled:
            assert enrolment.terms(plan, texts.read(shipped()[key][-1])).premium_fen > 0
    with pytest.raises(Refusal, match="没有写每份保费"):
        enrolment.terms(PLANS["accident"], texts.read(shipped()["universal"][-1]))


def test_a_cover_of_a_year_ends_the_day_before_it_began():
    assert enrolment.last_day(date(2020, 2, 1), 12) == date(2021, 1, 31)
    assert enrolment.last_day(date(2020, 2, 29), 12) == date(2021, 2, 27)


@pytest.mark.parametrize(("enrolled", "is_few"), [(79, True), (80, False), (100, False)])
def test_fewer_than_the_share_of_those_on_post(enrolled, is_few):
    assert enrolment.is_few(enrolled, 100, 80) == is_few


@pytest.mark.parametrize(("days", "goes_on"), [(0, False), (1, True), (31, True), (32, False)])
def test_a_renewal_within_the_gap_is_continuous(days, goes_on):
    last = date(2020, 1, 31)
    assert enrolment.is_continuous(last, last + timedelta(days=days), 30) == goes_on


# Claims -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "ok"), [(10_000, True), (10_001, True), (9_999, True), (10_002, False), (9_998, False)]
)
def test_the_parts_of_a_bill_are_its_total_to_the_fen(total, ok):
    bill = Costs(total, 4_000, 3_000, 2_000, 1_000)
    if ok:
        claims.check_costs(bill)
    else:
        with pytest.raises(Refusal, match="不等于总金额"):
            claims.check_costs(bill)


def test_a_negative_part_of_a_bill_is_refused():
    with pytest.raises(Refusal, match="不能是负数"):
        claims.check_costs(Costs(0, 100, -100, 0, 0))


@pytest.mark.parametrize(("days", "late"), [(179, False), (180, False), (181, True)])
def test_the_window_runs_from_the_discharge(days, late):
    out = date(2020, 3, 19)
    said = {"admitted_on": date(2020, 3, 2), "discharged_on": out}
    assert claims.begins_on(said, date(2020, 1, 1)) == date(2020, 3, 2)
    assert claims.ends_on(said, date(2020, 1, 1)) == out
    assert claims.is_late(out, out + timedelta(days=days), 180) == late


STAY = st.tuples(st.integers(0, 30), st.integers(0, 10)).map(
    lambda pair: {
        "admitted_on": FIRST + timedelta(days=pair[0]),
        "discharged_on": FIRST + timedelta(days=pair[0] + pair[1]),
    }
)


@settings(max_examples=60)
@given(STAY, STAY)
def test_stays_meet_where_they_share_a_night(one, other):
    nights = [
        {
            one["admitted_on"] + timedelta(days=n)
            for n in range(max(1, (one["discharged_on"] - one["admitted_on"]).days))
        }
        for one in (one, other)
    ]
    assert claims.stays_meet(one, other) == claims.stays_meet(other, one) == bool(nights[0] & nights[1])


def test_nothing_that_the_cover_says_is_asked_of_the_claimant():
    asked = {key: claims.asked(texts.read(text[-1])) for key, text in shipped().items()}
    assert asked["womens_diseases"] == ["diagnosed_on", "existed_before", "is_in_situ"]
    assert asked["hospital_allowance"] == ["admitted_on", "discharged_on", "is_same_cause_again"]
    assert set(claims.REMARKS) == set(asked)


def test_a_remark_for_the_bank_names_no_disease_and_fits():
    assert all(len(one) <= 20 and not set(one) & set("病癌疾") for one in claims.REMARKS.values())
