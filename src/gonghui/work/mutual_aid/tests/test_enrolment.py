"""Enrolments from hand to hand, covers that never overlap, and what the audit finds."""

import threading
from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from gonghui.core.errors import Refusal, StepRefused
from gonghui.spine.funds.models import VoucherDraft
from gonghui.work.mutual_aid.actions import enrolment, reviewing, rolls
from gonghui.work.mutual_aid.flow import ENROLMENT_FLOW
from gonghui.work.mutual_aid.models import Cover, Enrolment, PlanMoney, audits
from gonghui.work.mutual_aid.schedule import covers
from gonghui.work.mutual_aid.tests.claiming import (
    APRIL,
    FEBRUARY,
    JANUARY,
    MAY,
    Centre,
    a_worker,
    an_enrolment,
    an_entry,
    approved,
    certified,
    covered,
    fresh,
    reviewed,
    submitted,
)


@pytest.fixture
def centre(db: None) -> Centre:
    """A centre with its people."""
    return Centre()


def test_the_premium_is_due_for_every_share(centre):
    one, other = a_worker(centre.unit), a_worker(centre.unit)
    made = submitted(centre, [(one, 2), (other, 1)], on_post=2)
    assert (made.state, made.people, made.shares, made.premium_fen) == ("checked", 2, 3, 18_000)
    assert set(made.covers.values_list("state", flat=True)) == {"pending"}


def test_the_chair_is_not_the_clerk_and_says_why_so_few_take_part(centre):
    made = submitted(centre, [(a_worker(centre.unit), 1)], on_post=2)
    same = replace(centre.chair, account_id=centre.clerk.account_id)
    with pytest.raises(Refusal, match="不能自己确认"):
        enrolment.certify_enrolment(made, by=same, on=JANUARY)
    made.refresh_from_db()
    with pytest.raises(Refusal, match="参保率不足的理由"):
        enrolment.certify_enrolment(made, by=centre.chair, on=JANUARY)
    made.refresh_from_db()
    enrolment.certify_enrolment(made, few_why="多人请假", by=centre.chair, on=JANUARY)
    assert (made.state, made.few_why, made.due_on) == ("awaiting_premium", "多人请假", date(2020, 2, 1))


def test_a_returned_roll_frees_its_days(centre):
    person = a_worker(centre.unit)
    made = submitted(centre, [(person, 1)])
    enrolment.return_enrolment(made, "重填", by=centre.chair, on=JANUARY)
    assert (made.state, made.covers.get().state, made.why_back) == ("returned", "draft", "重填")
    assert submitted(centre, [(person, 1)]).state == "checked"


def test_a_short_premium_waits_and_each_receipt_is_held_for_others(centre):
    made = certified(centre, [(a_worker(centre.unit), 1)])
    enrolment.receive_premium(made, 5_999, received_on=JANUARY, by=centre.finance, on=JANUARY)
    assert (made.state, made.short_fen) == ("awaiting_premium", 1)
    with pytest.raises(Refusal, match=r"多了 0.01 元"):
        enrolment.receive_premium(made, 2, received_on=JANUARY, by=centre.finance, on=JANUARY)
    enrolment.receive_premium(made, 1, received_on=JANUARY, by=centre.finance, on=JANUARY)
    assert (made.state, made.covers.get().state) == ("in_force", "active")
    drafts = VoucherDraft.objects.filter(book=centre.book)
    custody = centre.accounts["custody"].pk
    assert sorted(line[-1] for one in drafts for line in one.lines if line[0] == custody) == [-5_999, -1]


def test_a_premium_needs_a_custody_fund(centre):
    made = certified(centre, [(a_worker(centre.unit), 1)])
    PlanMoney.objects.all().delete()
    with pytest.raises(Refusal, match="还没有设定"):
        enrolment.receive_premium(made, 1, received_on=JANUARY, by=centre.finance, on=JANUARY)


def test_an_unpaid_enrolment_lapses_after_its_day_and_frees_its_people(centre):
    person = a_worker(centre.unit)
    made = certified(centre, [(person, 1)])
    assert covers.turn(FEBRUARY) == 0
    assert covers.turn(date(2020, 2, 2)) == 1
    made.refresh_from_db()
    assert (made.state, made.covers.get().state) == ("lapsed", "cancelled")


def test_covers_expire_with_their_last_day(centre):
    cover = covered(centre, a_worker(centre.unit))
    covers.turn(date(2021, 1, 31))
    cover.refresh_from_db()
    assert cover.state == "active"
    covers.turn(date(2021, 2, 1))
    cover.refresh_from_db()
    assert cover.state == "expired"


def test_a_cover_ends_with_the_month_in_which_somebody_left(centre):
    person = a_worker(centre.unit)
    cover = covered(centre, person)
    person.state = "left"
    person.save(update_fields=["state"])
    covers.turn(APRIL)
    cover.refresh_from_db()
    assert (cover.state, cover.why, cover.last_on) == ("terminated", "not_member", date(2020, 4, 30))


def test_nobody_is_covered_twice_and_the_other_unit_stays_unnamed(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    clerk = centre.person("member_officer", centre.unit)
    again = an_enrolment(centre, first_on=date(2021, 1, 31), by=clerk)
    with pytest.raises(Refusal, match="示例一号"):
        enrolment.put_on_roll(again, [(person, 1)], by=clerk, on=JANUARY)
    Enrolment.objects.exclude(pk=again.pk).update(organisation=centre.federation.second)
    fault = [refusal for _at, _cell, refusal in enrolment.faults(again, [(person, 1)])]
    assert [one.code for one in fault] == ["mutual_aid.cover_overlap"]
    assert "示例" not in str(fault[0])
    named = [refusal for _at, _cell, refusal in enrolment.faults(again, [(person, 1)], sees_all=True)]
    assert "示例二号" in str(named[0])


def test_the_database_itself_lets_no_two_covers_share_a_day(centre):
    person = a_worker(centre.unit)
    cover = covered(centre, person)
    later = an_enrolment(centre, first_on=date(2021, 2, 1))
    Cover.objects.create(
        enrolment=later, person=person, plan=cover.plan, shares=1, first_on=later.first_on, last_on=later.last_on
    )
    Cover.objects.filter(enrolment=later).update(state="pending")
    with pytest.raises(IntegrityError, match="aid_cover_one_a_day"), transaction.atomic():
        Cover.objects.filter(enrolment=later).update(first_on=date(2021, 1, 31))


def test_a_renewal_without_a_gap_is_continuous(centre):
    person, new = a_worker(centre.unit), a_worker(centre.unit)
    covered(centre, person, plan="womens_diseases", first_on=FEBRUARY)
    again = an_enrolment(centre, plan="womens_diseases", first_on=date(2021, 2, 1), on_post=2)
    enrolment.put_on_roll(again, [(person, 1), (new, 1)], by=centre.clerk, on=JANUARY)
    enrolment.submit_enrolment(again, by=centre.clerk, on=JANUARY)
    assert dict(again.covers.values_list("person_id", "is_renewed")) == {person.pk: True, new.pk: False}


def test_a_renewed_cover_has_no_waiting_days(centre):
    person = a_worker(centre.unit)
    cover = covered(centre, person, plan="womens_diseases")
    early = {"diagnosed_on": date(2020, 3, 20)}  # day 49
    assert reviewed(centre, an_entry(person, "womens_diseases", inputs=early)).decided_fen == 50_000
    Cover.objects.filter(pk=cover.pk).update(is_renewed=True)
    assert reviewed(centre, an_entry(person, "womens_diseases", inputs=early)).decided_fen == 1_500_000


def test_people_are_added_in_mid_term_to_the_same_last_day(centre):
    cover = covered(centre, a_worker(centre.unit))
    with pytest.raises(Refusal, match="应在今天"):
        enrolment.add_to(cover.enrolment, APRIL, by=centre.clerk, on=MAY)
    more = enrolment.add_to(cover.enrolment, MAY, by=centre.clerk, on=APRIL)
    enrolment.put_on_roll(more, [(a_worker(centre.unit), 1)], by=centre.clerk, on=APRIL)
    assert (more.first_on, more.last_on, more.premium_fen) == (MAY, date(2021, 1, 31), 6_000)


def test_a_pasted_roll_says_everything_that_is_wrong_at_once(centre):
    good, man = a_worker(centre.unit), a_worker(centre.unit, gender="m")
    made = an_enrolment(centre, plan="womens_diseases", on_post=9)
    pasted = f"{good.number} 2\n\n{man.number}\n{good.paper} 1\nNOBODY\n{good.number} many\n"
    roll = rolls.read_roll(made, pasted)
    assert [(line, one.code.removeprefix("mutual_aid.")) for line, one in roll.wrong] == [
        (3, "cover_sex"),
        (4, "cover_twice"),
        (5, "roll_unknown"),
        (6, "roll_shares"),
    ]


def test_every_step_leaves_only_its_states(centre):
    made = submitted(centre, [(a_worker(centre.unit), 1)])
    steps = {
        "submit": lambda: enrolment.submit_enrolment(made, by=centre.clerk, on=JANUARY),
        "return": lambda: enrolment.return_enrolment(made, "重填", by=centre.chair, on=JANUARY),
        "certify": lambda: enrolment.certify_enrolment(made, few_why="少", by=centre.chair, on=JANUARY),
        "cancel": lambda: enrolment.cancel_enrolment(made, by=centre.clerk, on=JANUARY),
        "begin": lambda: enrolment.receive_premium(made, 6_000, received_on=JANUARY, by=centre.finance, on=JANUARY),
        "expire": lambda: enrolment.turn_enrolment(made, on=JANUARY),
    }
    Enrolment.objects.filter(pk=made.pk).update(received_fen=made.premium_fen)
    for state in ENROLMENT_FLOW.states:
        Enrolment.objects.filter(pk=made.pk).update(state=state)
        made.state = state
        for name, step in steps.items():
            leaves = ENROLMENT_FLOW.steps[name].leaves + (("awaiting_premium",) if name == "expire" else ())
            if state not in leaves:
                with pytest.raises(StepRefused):
                    step()


def test_who_lacks_the_power_is_refused(centre):
    made = submitted(centre, [(a_worker(centre.unit), 1)])
    for by in (centre.clerk, centre.first, centre.lead, centre.finance):
        with pytest.raises(Refusal):
            enrolment.certify_enrolment(made, by=by, on=JANUARY)
    elsewhere = centre.person("unit_lead", centre.federation.third)
    with pytest.raises(StepRefused, match="范围"):
        enrolment.certify_enrolment(made, by=elsewhere, on=JANUARY)


def test_the_audit_finds_what_was_changed_past_it(centre):
    person = a_worker(centre.unit)
    cover = covered(centre, person)
    claim = approved(centre, an_entry(person))
    assert [*audits.roll_differences(), *audits.paid_differences()] == []
    Cover.objects.filter(pk=cover.pk).update(shares=3)
    assert [one.where for one in audits.roll_differences()] == [f"enrolment {cover.enrolment_id}"]
    type(claim).objects.filter(pk=claim.pk).update(state="paid")
    assert audits.paid_differences() == []  # nothing was ordered, nothing told


@pytest.mark.django_db(transaction=True)
@pytest.mark.soak
def test_of_two_decisions_at_once_on_one_period_the_second_is_counted_anew():
    centre = Centre()
    person = a_worker(centre.unit)
    covered(centre, person)
    on = date(2020, 9, 1)
    stays = (
        {"admitted_on": date(2020, 2, 1), "discharged_on": date(2020, 7, 23)},
        {"admitted_on": date(2020, 8, 2), "discharged_on": date(2020, 8, 19)},
    )
    both = [reviewed(centre, an_entry(person, inputs=one), on) for one in stays]
    outcomes: list[str] = []

    def decide(claim):
        try:
            reviewing.approve_claim(fresh(claim), by=centre.second, on=on)
            outcomes.append("approved")
        except StepRefused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(one,)) for one in both]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == ["approved", "mutual_aid.changed_since"]


# Voided by two --------------------------------------------------------------------------------------------------------


def doubted(centre: Centre) -> Cover:
    """A cover that the second reviewer holds to be got by a falsehood."""
    cover = covered(centre, a_worker(centre.unit))
    enrolment.doubt_cover(cover, "互助调〔2020〕3号", by=centre.second, on=APRIL)
    return cover


def test_a_cover_got_by_a_falsehood_is_voided_by_two(centre):
    cover = doubted(centre)
    assert (cover.state, cover.ground) == ("doubted", "互助调〔2020〕3号")
    with pytest.raises(Refusal):
        enrolment.void_cover(cover, by=centre.second, on=APRIL)
    same = replace(centre.lead, account_id=centre.second.account_id)
    with pytest.raises(StepRefused, match="须由他人决定"):
        enrolment.void_cover(cover, by=same, on=APRIL)
    enrolment.void_cover(cover, by=centre.lead, on=APRIL)
    cover.refresh_from_db()
    assert (cover.state, cover.why, cover.voided_by) == ("voided", "false", centre.lead.account_id)


def test_the_database_refuses_a_cover_voided_by_one(centre):
    cover = doubted(centre)
    with pytest.raises(IntegrityError, match="aid_cover_voided_by_two"), transaction.atomic():
        Cover.objects.filter(pk=cover.pk).update(state="voided", voided_by=centre.second.account_id)


def test_a_doubt_names_its_document(centre):
    cover = covered(centre, a_worker(centre.unit))
    with pytest.raises(Refusal, match="文号"):
        enrolment.doubt_cover(cover, "  ", by=centre.second, on=APRIL)
    cover.refresh_from_db()
    assert cover.state == "active"


def test_a_doubted_cover_grants_nothing_until_it_is_kept(centre):
    person = a_worker(centre.unit)
    cover = covered(centre, person)
    claim = reviewed(centre, an_entry(person))
    enrolment.doubt_cover(cover, "互助调〔2020〕3号", by=centre.second, on=APRIL)
    with pytest.raises(StepRefused, match="待负责人决定"):
        reviewing.approve_claim(fresh(claim), by=centre.second, on=APRIL)
    enrolment.keep_cover(cover, by=centre.lead, on=APRIL)
    reviewing.approve_claim(fresh(claim), by=centre.second, on=APRIL)
    assert fresh(claim).state == "approved"


def test_a_cover_whose_money_is_under_way_is_not_voided(centre):
    person = a_worker(centre.unit)
    cover = covered(centre, person)
    approved(centre, an_entry(person))
    enrolment.doubt_cover(cover, "互助调〔2020〕3号", by=centre.second, on=APRIL)
    with pytest.raises(StepRefused, match="还有 1 件申请已同意给付"):
        enrolment.void_cover(cover, by=centre.lead, on=APRIL)


def test_a_kept_cover_that_ran_out_meanwhile_has_expired(centre):
    cover = doubted(centre)
    enrolment.keep_cover(cover, by=centre.lead, on=date(2021, 12, 1))
    cover.refresh_from_db()
    assert (cover.state, cover.doubted_by) == ("expired", None)


def test_a_voided_cover_frees_its_days(centre):
    cover = doubted(centre)
    enrolment.void_cover(cover, by=centre.lead, on=APRIL)
    assert covered(centre, cover.person, first_on=MAY).state == "active"


def test_nobody_decides_on_a_cover_of_their_own_name(centre):
    cover = doubted(centre)
    same = replace(centre.lead, name=cover.person.name)
    for decide in (enrolment.void_cover, enrolment.keep_cover):
        with pytest.raises(StepRefused, match="同名"):
            decide(cover, by=same, on=APRIL)
