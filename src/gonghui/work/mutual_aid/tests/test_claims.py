"""Claims from draft to payment order: each step, who may take it, what may not be claimed twice."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.journal import entries_of
from gonghui.spine.members.tests.builders import an_own_account, own_actor
from gonghui.work.mutual_aid.actions import claim_money, claims, reviewing
from gonghui.work.mutual_aid.flow import CLAIM_FLOW
from gonghui.work.mutual_aid.models import Claim
from gonghui.work.mutual_aid.schedule import covers
from gonghui.work.mutual_aid.tests.claiming import (
    APRIL,
    MAY,
    Centre,
    a_draft,
    a_worker,
    accepted,
    an_entry,
    approved,
    covered,
    fresh,
    noon,
    ordered,
    reviewed,
)


@pytest.fixture
def centre(db: None) -> Centre:
    """A centre with its people."""
    return Centre()


STEPS, ALL = 15, 30
ONCE = (
    "SAVEPOINT",
    "RELEASE",
    "select id from core_",
    "insert into core_kind",
    "insert into core_subjecttype",
    "insert into core_factgroup",
)
"""What a process asks once and keeps (in a test, which never commits, it asks again), and where transactions begin."""


def test_a_claim_comes_to_its_payment_order_in_few_statements(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    draft = a_draft(centre, an_entry(person))
    counts = []
    for step in (
        lambda claim: claims.submit_claim(claim, by=centre.window, on=APRIL),
        lambda claim: claims.accept_claim(claim, by=centre.first, on=APRIL),
        lambda claim: reviewing.review_claim(claim, "pay", by=centre.first, on=APRIL),
        lambda claim: reviewing.approve_claim(claim, by=centre.second, on=APRIL),
        lambda claim: claim_money.pay_claim(claim, by=SYSTEM, at=noon(APRIL)),
    ):
        claim = fresh(draft)
        with CaptureQueriesContext(connection) as asked:
            step(claim)
        counts.append(sum(not one["sql"].startswith(ONCE) for one in asked))
    assert fresh(draft).state == "in_payment"
    assert fresh(draft).decided_fen == 56_000
    assert (max(counts) <= STEPS, sum(counts) <= ALL) == (True, True), counts


# Who may do what ------------------------------------------------------------------------------------------------------


def test_a_claim_counts_the_days_of_its_text(centre):
    person = a_worker(centre.unit)
    covered(centre, person, shares=2)
    claim = approved(centre, an_entry(person))
    assert (claim.state, claim.decided_fen, claim.ordered_fen) == ("approved", 112_000, 112_000)
    kept = claim.computed
    assert kept is not None
    assert claim.edition.scheme.check({k: kept[k] for k in ("version", "given", "before", "steps")}).result == 112_000


def test_no_two_parts_of_a_case_are_one_persons(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    draft = a_draft(centre, an_entry(person))
    claims.submit_claim(draft, by=centre.window, on=APRIL)
    with pytest.raises(StepRefused, match="您经办的"):
        claims.accept_claim(fresh(draft), by=centre.window, on=APRIL)
    claims.accept_claim(fresh(draft), by=centre.first, on=APRIL)
    reviewing.review_claim(fresh(draft), "pay", by=centre.first, on=APRIL)
    both = replace(centre.second, account_id=centre.first.account_id)
    with pytest.raises(StepRefused, match="受理初审"):
        reviewing.approve_claim(fresh(draft), by=both, on=APRIL)
    maker = replace(centre.second, account_id=centre.window.account_id)
    with pytest.raises(StepRefused, match="您经办的"):
        reviewing.approve_claim(fresh(draft), by=maker, on=APRIL)
    assert fresh(draft).state == "first_reviewed"


def test_nobody_has_a_part_in_the_case_of_a_member_of_their_own_name(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    claim = a_draft(centre, an_entry(person))
    claims.submit_claim(claim, by=centre.window, on=APRIL)
    with pytest.raises(StepRefused, match="同名"):
        claims.accept_claim(fresh(claim), by=replace(centre.first, name=person.name), on=APRIL)
    claims.accept_claim(fresh(claim), by=centre.first, on=APRIL)
    reviewing.review_claim(fresh(claim), "pay", by=centre.first, on=APRIL)
    with pytest.raises(StepRefused, match="同名"):
        reviewing.approve_claim(fresh(claim), by=replace(centre.second, name=f" {person.name}"), on=APRIL)
    assert fresh(claim).state == "first_reviewed"


def test_the_database_itself_refuses_one_person_in_two_parts(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    claim = reviewed(centre, an_entry(person))
    with pytest.raises(IntegrityError, match="aid_claim_different_people"):
        Claim.objects.filter(pk=claim.pk).update(second_by=claim.first_by)


STEPS_OF = {
    "submit": lambda centre, claim: claims.submit_claim(claim, by=centre.window, on=APRIL),
    "withdraw": lambda centre, claim: claims.withdraw_claim(claim, by=centre.window, on=APRIL),
    "accept": lambda centre, claim: claims.accept_claim(claim, by=centre.first, on=APRIL),
    "ask": lambda centre, claim: claims.ask_materials(claim, ["invoice"], by=centre.first, on=APRIL),
    "lapse": lambda centre, claim: claims.lapse_claim(claim, on=APRIL),
    "review": lambda centre, claim: reviewing.review_claim(claim, "pay", by=centre.first, on=APRIL),
    "approve": lambda centre, claim: reviewing.approve_claim(claim, by=centre.second, on=APRIL),
    "reject": lambda centre, claim: reviewing.reject_claim(claim, by=centre.second, on=APRIL),
    "send_back": lambda centre, claim: reviewing.send_back(claim, "请核对", by=centre.second, on=APRIL),
    "lead_approve": lambda centre, claim: reviewing.lead_approve(claim, by=centre.lead, on=APRIL),
    "lead_back": lambda centre, claim: reviewing.lead_back(claim, "请核对", by=centre.lead, on=APRIL),
    "pay": lambda centre, claim: claim_money.pay_claim(claim, by=SYSTEM, at=noon(APRIL)),
    "appeal": lambda centre, claim: reviewing.appeal_claim(claim, "不同意", by=centre.window, on=APRIL),
    "uphold": lambda centre, claim: reviewing.uphold_appeal(claim, "属实", by=centre.lead, on=APRIL),
    "dismiss": lambda centre, claim: reviewing.dismiss_appeal(claim, "不属实", by=centre.lead, on=APRIL),
    "close": lambda centre, claim: claim_money.close_claim(claim, on=APRIL),
    "find_wrong": lambda centre, claim: claim_money.find_wrong(claim, "重复", by=centre.second, on=APRIL),
    "recover": lambda centre, claim: claim_money.decide_recovery(claim, "recover", "应追回", by=centre.lead, on=APRIL),
    "recovered": lambda centre, claim: claim_money.decide_recovery(
        claim, "recovered", "已追回", by=centre.lead, on=APRIL
    ),
}


def test_every_step_is_refused_from_every_state_that_it_does_not_leave(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    claim = fresh(a_draft(centre, an_entry(person)))
    for state in CLAIM_FLOW.states:
        Claim.objects.filter(pk=claim.pk).update(state=state)
        for name, step in STEPS_OF.items():
            names = ("submit", "supply") if name == "submit" else (name, "confirm") if name == "approve" else (name,)
            if any(state in CLAIM_FLOW.steps[one].leaves for one in names):
                continue
            claim.state = state
            with pytest.raises(Refusal):
                step(centre, claim)
    assert fresh(claim).computed is None


def test_who_lacks_the_power_is_refused(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    claim = reviewed(centre, an_entry(person))
    for by in (centre.window, centre.clerk, centre.chair, centre.finance, centre.lead):
        with pytest.raises(Refusal):
            reviewing.approve_claim(fresh(claim), by=by, on=APRIL)
    other = centre.person("aid_reviewer", centre.federation.chaoyang)
    with pytest.raises(Refusal, match="范围"):
        reviewing.approve_claim(fresh(claim), by=other, on=APRIL)
    assert fresh(claim).state == "first_reviewed"


# What may not be claimed ----------------------------------------------------------------------------------------------


def test_an_invoice_is_claimed_once_across_plans_and_freed_by_withdrawing(centre):
    person, other = a_worker(centre.unit), a_worker(centre.unit)
    covered(centre, person)
    covered(centre, other, plan="accident")
    first = a_draft(centre, an_entry(person, bills=["011001900104-12345678", "011001900104 22345678"]))
    with pytest.raises(Refusal, match=r"第 2 张发票已用于 2020-04-01"):
        a_draft(centre, an_entry(other, "accident", bills=["0110019001049999", "０１１００１９００１０４22345678"]))
    with pytest.raises(Refusal, match="填了两次"):
        a_draft(centre, an_entry(other, "accident", bills=["01100190", "0110-0190"]))
    claims.withdraw_claim(fresh(first), by=centre.window, on=APRIL)
    assert a_draft(centre, an_entry(other, "accident", bills=["01100190010422345678"])).state == "draft"


def test_the_look_up_of_an_invoice_goes_by_an_index(centre):
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(
            "explain select id from mutual_aid_claimbill where is_live and found = any(%s)", [[b"0" * 16, b"1" * 16]]
        )
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert "aid_bill_claimed_once" in plan


def test_a_stay_is_claimed_once(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    a_draft(centre, an_entry(person))
    with pytest.raises(Refusal, match="重叠"):
        a_draft(centre, an_entry(person, inputs={"admitted_on": date(2020, 3, 18), "discharged_on": date(2020, 3, 25)}))
    again = {"admitted_on": date(2020, 3, 19), "discharged_on": date(2020, 3, 25), "is_same_cause_again": True}
    assert a_draft(centre, an_entry(person, inputs=again)).pk & 1023 == 1


def test_an_event_out_of_the_cover_is_refused_with_its_days(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    with pytest.raises(Refusal, match=r"生效日 2020-02-01 之前 1 天"):
        a_draft(centre, an_entry(person, inputs={"admitted_on": date(2020, 1, 31)}))
    with pytest.raises(Refusal, match="没有参加这个计划"):
        a_draft(centre, an_entry(a_worker(centre.unit)))
    with pytest.raises(Refusal, match="还没有到"):
        a_draft(centre, an_entry(person, inputs={"discharged_on": date(2020, 4, 2)}))


def test_a_late_claim_waits_for_a_leaders_reason(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    late = date(2020, 9, 16)  # 181 days after the discharge
    claim = a_draft(centre, an_entry(person), on=late)
    claims.submit_claim(claim, by=centre.window, on=late)
    with pytest.raises(StepRefused, match="超过申请时限"):
        claims.accept_claim(fresh(claim), by=centre.first, on=late)
    claims.admit_late(fresh(claim), "住院隔离", by=centre.lead, on=late)
    claims.accept_claim(fresh(claim), by=centre.first, on=late)
    assert fresh(claim).told[0]["words"] == "住院隔离"


def test_what_lacks_is_asked_for_once(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    claim = a_draft(centre, an_entry(person))
    claims.submit_claim(claim, by=centre.window, on=APRIL)
    claims.ask_materials(fresh(claim), ["identity", "discharge_summary"], by=centre.first, on=APRIL)
    assert fresh(claim).due_on == date(2020, 5, 31)
    claims.submit_claim(fresh(claim), by=centre.window, on=APRIL)
    with pytest.raises(Refusal, match="一次告知"):
        claims.ask_materials(fresh(claim), ["invoice"], by=centre.first, on=APRIL)
    claims.ask_materials(fresh(claim), ["identity"], by=centre.first, on=APRIL)
    assert covers.turn(date(2020, 5, 31)) == 0
    assert covers.turn(date(2020, 6, 1)) == 1
    assert fresh(claim).state == "lapsed"


# What it comes to -----------------------------------------------------------------------------------------------------


def test_the_days_of_a_period_run_out_over_its_claims(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    long = {"admitted_on": date(2020, 2, 1), "discharged_on": date(2020, 7, 23)}  # 173 days, 170 payable
    on = date(2020, 9, 1)
    assert approved(centre, an_entry(person, inputs=long), on).decided_fen == 680_000
    later = {"admitted_on": date(2020, 8, 2), "discharged_on": date(2020, 8, 19)}
    assert approved(centre, an_entry(person, inputs=later), on).decided_fen == 40_000


def test_a_second_decision_does_not_stand_on_a_stale_sum(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    on = date(2020, 9, 1)
    long = {"admitted_on": date(2020, 2, 1), "discharged_on": date(2020, 7, 23)}
    one = reviewed(centre, an_entry(person, inputs=long), on)
    later = {"admitted_on": date(2020, 8, 2), "discharged_on": date(2020, 8, 19)}
    other = reviewed(centre, an_entry(person, inputs=later), on)
    reviewing.approve_claim(one, by=centre.second, on=on)
    with pytest.raises(StepRefused, match="累计变了"):
        reviewing.approve_claim(fresh(other), by=centre.second, on=on)
    reviewing.send_back(fresh(other), "累计变了", by=centre.second, on=on)
    reviewing.review_claim(fresh(other), "pay", by=centre.first, on=on)
    reviewing.approve_claim(fresh(other), by=centre.second, on=on)
    assert fresh(other).decided_fen == 40_000


def test_a_lump_sum_ends_the_cover_and_is_paid_once(centre):
    person = a_worker(centre.unit)
    cover = covered(centre, person, plan="womens_diseases", shares=2)
    one = reviewed(centre, an_entry(person, "womens_diseases"), MAY)
    again = {"diagnosed_on": date(2020, 4, 15)}
    other = accepted(centre, an_entry(person, "womens_diseases", inputs=again), MAY)
    assert one.decided_fen == 3_000_000
    reviewing.approve_claim(one, by=centre.second, on=MAY)
    cover.refresh_from_db()
    assert (cover.state, cover.last_on) == ("exhausted", date(2020, 4, 20))
    with pytest.raises(Refusal, match="应付为零"):
        reviewing.review_claim(fresh(other), "pay", by=centre.first, on=MAY)


def test_from_fifty_thousand_yuan_on_a_leader_decides(centre):
    person = a_worker(centre.unit)
    covered(centre, person, plan="accident")
    claim = reviewed(centre, an_entry(person, "accident", inputs={"grade": 1}))
    assert claim.decided_fen == 5_000_000
    reviewing.approve_claim(claim, by=centre.second, on=APRIL)
    assert fresh(claim).state == "second_reviewed"
    with pytest.raises(StepRefused):
        claim_money.pay_claim(fresh(claim), by=SYSTEM, at=noon(APRIL))
    reviewing.lead_approve(fresh(claim), by=centre.lead, on=APRIL)
    assert fresh(claim).state == "approved"


def test_what_the_papers_say_takes_the_place_of_what_was_claimed_and_both_stay(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    claim = reviewed(centre, an_entry(person), inputs={"discharged_on": date(2020, 3, 18)})
    assert claim.decided_fen == 52_000
    assert claim.told[0]["before"] == {"discharged_on": "2020-03-19"}


# What is said of it ---------------------------------------------------------------------------------------------------


def test_nothing_of_health_stands_in_the_tables_or_the_journal(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    entry = an_entry(person, diagnosis="秘密病名", hospital="秘密医院", bills=["SECRETBILL01"])
    ordered(centre, entry)
    with connection.cursor() as cursor:
        for table in ("mutual_aid_claim", "mutual_aid_claimbill", "core_entry", "core_factgroup", "funds_paymentorder"):
            cursor.execute(f"select * from {table}")
            said = "".join(
                bytes(value).decode("latin-1") if isinstance(value, memoryview) else str(value)
                for row in cursor.fetchall()
                for value in row
            )
            assert not [word for word in ("秘密", "SECRETBILL", "2020-03-19") if word in said], table
    assert set(entries_of(Claim.objects.get()).values_list("organisation_id", flat=True)) == {centre.city.pk}


def test_a_refused_claim_repeats_no_number_of_an_invoice(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    a_draft(centre, an_entry(person, bills=["SECRETBILL01"]))
    other = {"admitted_on": date(2020, 3, 20), "discharged_on": date(2020, 3, 26)}
    with pytest.raises(Refusal) as refused:
        a_draft(centre, an_entry(person, bills=["secret-bill-01"], inputs=other))
    assert "SECRET" not in str(refused.value).upper()


def test_a_member_claims_for_themselves_and_for_nobody_else(centre):
    person, other = a_worker(centre.unit), a_worker(centre.unit)
    covered(centre, person)
    covered(centre, other)
    an_own_account(person)
    oneself = own_actor(person)
    with pytest.raises(Refusal, match="只能为自己"):
        claims.draft_claim(an_entry(other, channel="self"), by=oneself, on=APRIL)
    claim = claims.draft_claim(an_entry(person, channel="self"), by=oneself, on=APRIL)
    claims.submit_claim(claim, by=oneself, on=APRIL)
    claims.accept_claim(fresh(claim), by=centre.first, on=APRIL)
    with pytest.raises(StepRefused, match="别人经办"):
        claims.withdraw_claim(fresh(claim), by=centre.window, on=APRIL)
    claims.withdraw_claim(fresh(claim), by=oneself, on=APRIL)
    assert fresh(claim).state == "withdrawn"
    assert set(entries_of(claim).values_list("actor_id", flat=True)) == {0, centre.first.id}


def test_a_union_claims_only_with_the_members_consent(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    with pytest.raises(Refusal, match="单独同意"):
        claims.draft_claim(an_entry(person, channel="unit"), by=centre.clerk, on=APRIL)
    claim = claims.draft_claim(an_entry(person, channel="unit", consents=True), by=centre.clerk, on=APRIL)
    assert claim.channel == "unit"
