"""Appeals, payments, what comes back and what the clock does with claims."""

import json
from dataclasses import replace
from datetime import date

import pytest

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.journal import entries_of
from gonghui.spine.funds.actions import AccountEntry
from gonghui.spine.funds.models import PaymentOrder
from gonghui.spine.funds.tests.builders import a_card
from gonghui.work.mutual_aid import reactions
from gonghui.work.mutual_aid.actions import claim_money, reviewing, standing
from gonghui.work.mutual_aid.models import COVER_TOTALS, Claim, Cover, Participant, PlanMoney, edition_on
from gonghui.work.mutual_aid.rules import numbers
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


def rejected(centre: Centre) -> Claim:
    person = a_worker(centre.unit)
    covered(centre, person)
    entry = an_entry(person, bills=["01100190010412345678"])
    claim = reviewed(centre, entry, proposal="reject", reason="not_proved", words="缺出院小结")
    reviewing.reject_claim(claim, by=centre.second, on=APRIL)
    return fresh(claim)


def test_a_rejected_claim_is_appealed_in_time_and_decided_by_another(centre):
    claim = rejected(centre)
    assert (claim.state, claim.due_on, claim.reason) == ("rejected", date(2020, 5, 1), "not_proved")
    with pytest.raises(StepRefused, match="期限"):
        reviewing.appeal_claim(claim, "有小结", by=centre.window, on=date(2020, 5, 2))
    reviewing.appeal_claim(fresh(claim), "有小结", by=centre.window, on=APRIL)
    same = replace(centre.lead, account_id=centre.second.account_id)
    with pytest.raises(StepRefused, match="复审"):
        reviewing.uphold_appeal(fresh(claim), "属实", by=same, on=APRIL)
    reviewing.uphold_appeal(fresh(claim), "属实", by=centre.lead, on=APRIL)
    assert (fresh(claim).state, fresh(claim).decided_fen) == ("approved", 56_000)


def test_an_appeal_is_refused_where_the_invoice_was_claimed_again(centre):
    claim = rejected(centre)
    other = a_worker(centre.unit)
    covered(centre, other, plan="accident")
    a_draft(centre, an_entry(other, "accident", bills=["01100190010412345678"]))
    with pytest.raises(StepRefused, match="后来的申请"):
        reviewing.appeal_claim(claim, "有小结", by=centre.window, on=APRIL)


def follow(claim: Claim, state: str, on: date = APRIL) -> Claim:
    """The payment order stands so, as the bank or finance left it; the reaction is told twice."""
    PaymentOrder.objects.filter(pk=claim.order_id).update(state=state)
    for _ in range(2):
        claim_money.follow_order(PaymentOrder.objects.get(pk=claim.order_id), on=on)
    return fresh(claim)


def aid_paid(claim: Claim) -> list[tuple[int, int, int]]:
    """What the journal says was paid of it."""
    return list(
        entries_of(claim).of_kinds("mutual_aid.aid_paid").values_list("quantity", "amount_fen", "organisation_id")
    )


def test_only_the_bank_makes_it_paid_once_and_a_return_takes_it_off(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    claim = ordered(centre, an_entry(person))
    assert aid_paid(claim) == []
    claim = follow(claim, "paid")
    district = centre.federation.chaoyang.pk
    assert (claim.state, aid_paid(claim)) == ("paid", [(1, 56_000, district)])
    claim = follow(claim, "returned")
    assert (claim.state, aid_paid(claim)) == ("pay_failed", [(1, 56_000, district), (-1, -56_000, district)])
    claim_money.pay_again(claim, AccountEntry(a_card(8), bank="示例银行"), by=centre.window, at=noon(APRIL))
    claim = follow(fresh(claim), "paid")
    assert (claim.state, sum(one[0] for one in aid_paid(claim))) == ("paid", 1)


def test_a_cancelled_order_is_ordered_again_under_another_key(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    claim = ordered(centre, an_entry(person))
    first = claim.order_id
    claim = follow(claim, "cancelled")
    assert (claim.state, claim.order_id, claim.attempt) == ("pay_failed", None, 2)
    claim_money.pay_again(claim, AccountEntry(a_card(9), bank="示例银行"), by=centre.window, at=noon(APRIL))
    claim_money.pay_claim(fresh(claim), by=SYSTEM, at=noon(APRIL))
    assert fresh(claim).order_id not in (None, first)


def test_who_decided_cannot_approve_the_payment(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    claim = ordered(centre, an_entry(person))
    assert claim.order.made_by == centre.second.account_id


def test_what_was_wrong_comes_back_and_the_period_is_counted_anew(centre):
    person = a_worker(centre.unit)
    cover = covered(centre, person)
    claim = follow(ordered(centre, an_entry(person)), "paid")
    claim_money.find_wrong(claim, "重复", by=centre.second, on=APRIL)
    claim_money.decide_recovery(fresh(claim), "recover", "应追回", by=centre.lead, on=APRIL)
    claim_money.decide_recovery(fresh(claim), "recovered", "已收回", by=centre.lead, on=APRIL)
    assert sum(one[1] for one in aid_paid(fresh(claim))) == 0
    cover.refresh_from_db()
    assert json.loads(COVER_TOTALS.open(cover.totals or b"", cover.public_id)) == {"sum_days": 0}


def test_what_a_recovered_claim_had_set_off_is_owed_again(centre):
    person = a_worker(centre.unit)
    who = Participant.objects.create(person=person).pk
    with standing.locked_for("universal", who) as shards:
        shards.put_one(who, 2020, dict.fromkeys(edition_on("universal", MAY).scheme.totals, 0), 10_000)
    claim = follow(ordered(centre, an_entry(person, "universal"), MAY), "paid")
    assert (claim.decided_fen, claim.ordered_fen) == (220_271, 210_271)
    claim_money.find_wrong(claim, "重复", by=centre.second, on=MAY)
    claim_money.decide_recovery(fresh(claim), "recover", "应追回", by=centre.lead, on=MAY)
    claim_money.decide_recovery(fresh(claim), "recovered", "已收回", by=centre.lead, on=MAY)
    shards = standing.seen("universal", [numbers.shard_of(who)])
    totals, owed = shards.of(who, 2020, ["inpatient_sum_fen"])
    assert (totals, owed) == ({"inpatient_sum_fen": 0}, 10_000)


def test_the_yearly_cap_holds_over_claims_of_the_free_plan(centre):
    person = a_worker(centre.unit)
    big = {"self_pay1_fen": 41_278_000 - 100}
    one = approved(centre, an_entry(person, "universal", inputs=big), MAY)
    assert one.state == "second_reviewed"
    reviewing.lead_approve(one, by=centre.lead, on=MAY)
    rest = approved(centre, an_entry(person, "universal", inputs={"self_pay1_fen": 5_000_000}), MAY)
    assert [fresh(one).decided_fen, rest.decided_fen] == [19_999_950, 50]
    nothing = accepted(centre, an_entry(person, "universal", inputs={"self_pay1_fen": 100_000}), MAY)
    with pytest.raises(Refusal, match="应付为零"):
        reviewing.review_claim(nothing, "pay", by=centre.first, on=MAY)


def test_what_was_approved_is_ordered_by_the_reaction_once(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    claim = approved(centre, an_entry(person))
    entry = entries_of(claim).of_kinds("mutual_aid.claim_reviewed").order_by("-id")[0]
    for _ in range(2):
        reactions.pay_what_was_approved(entry)
    assert (fresh(claim).state, PaymentOrder.objects.count()) == ("in_payment", 1)


def test_what_cannot_be_ordered_waits_and_the_reaction_goes_on(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    claim = approved(centre, an_entry(person))
    PlanMoney.objects.all().delete()
    reactions.pay_what_was_approved(entries_of(claim).of_kinds("mutual_aid.claim_reviewed").order_by("-id")[0])
    assert (fresh(claim).state, fresh(claim).order_id) == ("approved", None)


def test_the_clock_closes_and_lapses_but_decides_nothing(centre):
    person = a_worker(centre.unit)
    covered(centre, person)
    waiting = accepted(centre, an_entry(person))
    paid = follow(
        ordered(centre, an_entry(person, inputs={"admitted_on": date(2020, 3, 20), "discharged_on": APRIL})), "paid"
    )
    covers.turn(date(2020, 5, 1))
    assert fresh(paid).state == "paid"
    covers.turn(date(2020, 5, 2))
    assert fresh(paid).state == "closed"
    assert fresh(waiting).state == "accepted"
    assert Cover.objects.get().state == "active"
