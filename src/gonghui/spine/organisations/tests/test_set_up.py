"""Setting up a union: every step from every state, who may take it, and what counts as a new employer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.errors import PowerMissing, Refusal, StepRefused
from gonghui.core.journal import KIND_IDS, entries_of
from gonghui.core.period import Period
from gonghui.spine.organisations import actions
from gonghui.spine.organisations.actions import Proposal
from gonghui.spine.organisations.figures import EMPLOYERS_COVERED
from gonghui.spine.organisations.flow import SET_UP_FLOW
from gonghui.spine.organisations.models import Employer, SetUp, SetUpEmployer, tree_differences
from gonghui.spine.organisations.tests.builders import (
    BALLOT,
    JANUARY,
    JUNE,
    MARCH,
    Federation,
    a_preparing_set_up,
    a_set_up,
    an_actor,
    an_elected_set_up,
    an_employer,
    an_established_set_up,
)
from gonghui.web.models import Account

pytestmark = pytest.mark.django_db
HALF = Period.parse("2020H1")


def an_abandoned_set_up(superior: object) -> SetUp:
    set_up = a_set_up(superior)  # type: ignore[arg-type]
    actions.abandon_set_up(set_up, reason="unready", by=SYSTEM, on=JANUARY)
    return set_up


STATES: dict[str, Callable[..., SetUp]] = {
    "prospect": a_set_up,
    "preparing": a_preparing_set_up,
    "elected": an_elected_set_up,
    "established": an_established_set_up,
    "abandoned": an_abandoned_set_up,
}
STEPS: dict[str, Callable[[SetUp, Actor], object]] = {
    "approve": lambda one, by: actions.approve_preparation(one, preparers=3, approval_no="1号", by=by, on=JUNE),
    "elect": lambda one, by: actions.record_election(one, BALLOT, members=36, by=by, on=JUNE),
    "establish": lambda one, by: actions.establish_union(one, establishment_no="2号", by=by, on=JUNE),
    "abandon": lambda one, by: actions.abandon_set_up(one, reason="gone", by=by, on=JUNE),
}
KINDS = {
    "approve": "organisations.preparation_approved",
    "elect": "organisations.election_recorded",
    "establish": "organisations.union_established",
    "abandon": "organisations.set_up_abandoned",
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", STATES)
def test_each_step_is_taken_from_its_states_only(federation: Federation, state: str, step: str) -> None:
    set_up = STATES[state](federation.wangjing)
    if state in SET_UP_FLOW.steps[step].leaves:
        STEPS[step](set_up, SYSTEM)
        set_up.refresh_from_db()
        assert set_up.state == SET_UP_FLOW.steps[step].after
        assert KIND_IDS.name(entries_of(set_up).last().kind) == KINDS[step]
    else:
        with pytest.raises(StepRefused):
            STEPS[step](set_up, SYSTEM)
        set_up.refresh_from_db()
        assert set_up.state == state


@pytest.mark.parametrize("role", ["statistician", "reviewer", "unit_lead", "org_officer", "auditor", "report_editor"])
@pytest.mark.parametrize("step", STEPS)
def test_each_step_needs_its_power(federation: Federation, step: str, role: str) -> None:
    start = {"approve": a_set_up, "elect": a_preparing_set_up, "establish": an_elected_set_up, "abandon": a_set_up}
    set_up = start[step](federation.wangjing)
    actor = an_actor(role, federation.chaoyang)
    allowed = {"approve": "unit_lead", "establish": "unit_lead", "elect": "org_officer", "abandon": "org_officer"}
    if allowed[step] == role:
        STEPS[step](set_up, actor)
    else:
        with pytest.raises(PowerMissing):
            STEPS[step](set_up, actor)


@pytest.mark.parametrize("step", STEPS)
def test_another_districts_officers_reach_no_set_up_of_ours(federation: Federation, step: str) -> None:
    start = {"approve": a_set_up, "elect": a_preparing_set_up, "establish": an_elected_set_up, "abandon": a_set_up}
    set_up = start[step](federation.wangjing)
    role = "unit_lead" if step in ("approve", "establish") else "org_officer"
    with pytest.raises(PowerMissing):
        STEPS[step](set_up, an_actor(role, federation.haidian))
    assert not SetUp.objects.seen_by(an_actor(role, federation.haidian)).exists()


@pytest.mark.parametrize("role", ["statistician", "unit_lead"])
def test_no_role_at_an_employers_union_has_a_right_in_setting_up(federation: Federation, role: str) -> None:
    powers = an_actor(role, federation.first).powers
    assert not powers & {"organisations.set_up", "organisations.approve", "organisations.edit"}


def test_who_proposed_does_not_approve(federation: Federation) -> None:
    person = Account.objects.create_user("chen")
    officer = replace(an_actor("org_officer", federation.chaoyang), account_id=person.pk)
    lead = replace(an_actor("unit_lead", federation.chaoyang), account_id=person.pk)
    proposal = Proposal("某工会", "base", federation.wangjing, [an_employer()])
    set_up = actions.propose_set_up(proposal, by=officer, on=JANUARY)
    with pytest.raises(StepRefused, match="同一人"):
        STEPS["approve"](set_up, lead)
    offer = next(offer for offer in SET_UP_FLOW.offers(set_up, by=lead) if offer.step.name == "approve")
    assert not offer.allowed
    assert "同一人" in offer.why
    STEPS["approve"](set_up, an_actor("unit_lead", federation.chaoyang))


def test_an_established_union_stands_in_the_tree_and_covers_its_employers(federation: Federation) -> None:
    set_up = an_established_set_up(federation.wangjing, kind="joint", employers=12)
    union = set_up.union
    assert union is not None
    assert (union.level, union.parent_id, union.founded_on) == ("joint", federation.wangjing.id, JUNE)
    assert union.employers.count() == 12
    assert EMPLOYERS_COVERED.value(federation.wangjing.path, HALF).total == 12
    assert EMPLOYERS_COVERED.value(federation.haidian.path, HALF).total == 0
    assert list(tree_differences()) == []


def test_an_employer_is_counted_in_the_period_its_union_was_approved(federation: Federation) -> None:
    an_established_set_up(federation.wangjing, on=date(2020, 6, 30))
    an_established_set_up(federation.wangjing, on=date(2020, 7, 1))
    assert EMPLOYERS_COVERED.value(federation.city.path, HALF).total == 1
    assert EMPLOYERS_COVERED.value(federation.city.path, Period.parse("2020")).total == 2


def again(set_up: SetUp, on: date) -> SetUp:
    """The same employer set up once more."""
    employer = set_up.employers.get()
    entry = an_employer(uscc=employer.uscc, name=employer.name)
    later = actions.propose_set_up(Proposal("重建工会", "base", set_up.superior, [entry]), by=SYSTEM, on=on)
    actions.approve_preparation(later, preparers=3, approval_no="1号", by=SYSTEM, on=on)
    actions.record_election(later, BALLOT, members=36, by=SYSTEM, on=on)
    actions.establish_union(later, establishment_no="2号", by=SYSTEM, on=on)
    return later


@pytest.mark.parametrize(("on", "new"), [(date(2022, 6, 10), False), (date(2022, 6, 11), True)])
def test_an_employer_covered_again_counts_as_new_only_after_twenty_four_months(
    federation: Federation, on: date, new: bool
) -> None:
    set_up = an_established_set_up(federation.wangjing)
    actions.close_organisation(set_up.union, by=SYSTEM, on=date(2020, 6, 10))  # type: ignore[arg-type]
    again(set_up, on)
    assert EMPLOYERS_COVERED.value(federation.city.path, Period.parse("2022")).total == int(new)


def test_an_employer_covered_twice_in_a_period_counts_once(federation: Federation) -> None:
    set_up = an_established_set_up(federation.wangjing, on=MARCH)
    actions.close_organisation(set_up.union, by=SYSTEM, on=MARCH)  # type: ignore[arg-type]
    again(set_up, JUNE)
    assert EMPLOYERS_COVERED.value(federation.city.path, HALF).total == 1


def test_an_employer_of_another_union_is_refused(federation: Federation) -> None:
    employer = an_established_set_up(federation.wangjing).employers.get()
    entry = an_employer(uscc=employer.uscc)
    with pytest.raises(Refusal) as caught:
        actions.propose_set_up(Proposal("又一个", "base", federation.zhongguancun, [entry]), by=SYSTEM, on=JUNE)
    assert caught.value.code == "organisations.employer_taken"
    assert employer.uscc in str(caught.value)


def test_who_cannot_see_the_other_union_is_not_told_its_name(federation: Federation) -> None:
    covered = an_established_set_up(federation.wangjing)
    open_one = a_set_up(federation.wangjing)
    there = an_actor("org_officer", federation.haidian)
    for set_up, code in ((covered, "employer_taken"), (open_one, "employer_in_set_up")):
        employer = set_up.employers.get()
        entry = an_employer(uscc=employer.uscc, name="随便一个名字")
        for by, named in ((there, False), (SYSTEM, True)):
            with pytest.raises(Refusal) as caught:
                actions.propose_set_up(Proposal("又一个", "base", federation.zhongguancun, [entry]), by=by, on=JUNE)
            assert caught.value.code == f"organisations.{code}"
            assert employer.uscc in str(caught.value)
            assert (set_up.name in str(caught.value)) is named
            assert (employer.name in str(caught.value)) is named


def test_an_employer_of_another_open_set_up_is_refused_and_free_once_that_is_given_up(
    federation: Federation,
) -> None:
    first = a_set_up(federation.wangjing)
    entry = an_employer(uscc=first.employers.get().uscc)
    proposal = Proposal("又一个", "base", federation.zhongguancun, [entry])
    with pytest.raises(Refusal) as caught:
        actions.propose_set_up(proposal, by=SYSTEM, on=JANUARY)
    assert caught.value.code == "organisations.employer_in_set_up"
    with pytest.raises(IntegrityError), transaction.atomic():
        SetUpEmployer.objects.create(
            set_up=a_set_up(federation.wangjing), employer=Employer.objects.get(uscc=entry.uscc)
        )
    actions.abandon_set_up(first, reason="mistake", by=SYSTEM, on=JANUARY)
    actions.propose_set_up(proposal, by=SYSTEM, on=JANUARY)


def test_wrong_codes_and_twice_the_same_employer_are_refused(federation: Federation) -> None:
    entry = an_employer()
    wrong = entry.uscc[:-1] + ("0" if entry.uscc[-1] != "0" else "1")
    for entries, code in (
        ([replace(entry, uscc=wrong)], "codes.uscc_check"),
        ([replace(entry, uscc="81110105MC0000012B")], "codes.uscc_of_union"),
        ([replace(entry, employees=0)], "organisations.employees"),
        ([replace(entry, industry_code="Z9")], "organisations.industry"),
        ([replace(entry, ownership="none")], "organisations.ownership"),
    ):
        with pytest.raises(Refusal) as caught:
            actions.propose_set_up(Proposal("某工会", "base", federation.wangjing, entries), by=SYSTEM, on=JUNE)
        assert caught.value.code == code
    with pytest.raises(Refusal) as caught:
        actions.propose_set_up(Proposal("某工会", "joint", federation.wangjing, [entry, entry]), by=SYSTEM, on=JUNE)
    assert caught.value.code == "organisations.employer_twice"
    assert not Employer.objects.exists()


def test_full_width_digits_of_a_code_are_understood(federation: Federation) -> None:
    entry = an_employer()
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in entry.uscc)
    proposal = Proposal("某工会", "base", federation.wangjing, [replace(entry, uscc=wide)])
    assert actions.propose_set_up(proposal, by=SYSTEM, on=JUNE).employers.get().uscc == entry.uscc


def test_dates_run_in_order(federation: Federation) -> None:
    set_up = a_set_up(federation.wangjing, on=MARCH)
    with pytest.raises(Refusal, match="早于"):
        actions.approve_preparation(set_up, preparers=3, approval_no="1号", by=SYSTEM, on=JANUARY)
    elected = an_elected_set_up(federation.wangjing)
    with pytest.raises(Refusal, match="早于"):
        actions.establish_union(elected, establishment_no="1号", by=SYSTEM, on=date(2020, 3, 1))
    elected.refresh_from_db()
    assert elected.state == "elected"


def test_an_approval_names_its_document(federation: Federation) -> None:
    with pytest.raises(Refusal) as caught:
        actions.approve_preparation(a_set_up(federation.wangjing), preparers=3, approval_no=" ", by=SYSTEM, on=JUNE)
    assert caught.value.code == "organisations.approval_no"


def test_a_union_cannot_be_set_up_where_its_level_does_not_stand(federation: Federation) -> None:
    with pytest.raises(Refusal) as caught:
        a_set_up(federation.education, kind="joint", employers=2)
    assert caught.value.code == "organisations.place"


@pytest.mark.parametrize(
    "change",
    [
        {"votes": 31},
        {"attended": 37},
        {"entitled": 37},
        {"established_on": date(2020, 3, 1)},
        {"state": "established"},
        {"state": "unknown"},
    ],
)
def test_the_database_refuses_sums_and_dates_that_cannot_be(federation: Federation, change: dict[str, object]) -> None:
    set_up = an_elected_set_up(federation.wangjing)
    with pytest.raises(IntegrityError), transaction.atomic():
        SetUp.objects.filter(pk=set_up.pk).update(**change)
