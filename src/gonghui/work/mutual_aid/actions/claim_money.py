"""What becomes of an approved claim: ordered through funds, paid by the bank's word alone, sent back, found wrong."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from gonghui.core import clock
from gonghui.core.action import action
from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.journal import entries_of, record
from gonghui.core.models import Entry, EntryQuerySet
from gonghui.spine.funds import actions as funds
from gonghui.spine.funds.actions import AccountEntry, OrderEntry, PayeeEntry
from gonghui.spine.funds.actions.payees import checked
from gonghui.spine.funds.models import PaymentOrder
from gonghui.spine.members.models import Person
from gonghui.spine.organisations.models import Employer, Organisation
from gonghui.spine.organisations.rules import ids_of
from gonghui.work.mutual_aid.actions import claims
from gonghui.work.mutual_aid.actions.claims import SERVICE_CARD_BANK, due_workdays, moved, part, said_words, taken
from gonghui.work.mutual_aid.actions.enrolment import money_of
from gonghui.work.mutual_aid.actions.matching import HIGH
from gonghui.work.mutual_aid.actions.reviewing import retract
from gonghui.work.mutual_aid.facts import AidPaid, ClaimMoved, ClaimOrdered
from gonghui.work.mutual_aid.flow import PURPOSE
from gonghui.work.mutual_aid.models import Claim
from gonghui.work.mutual_aid.rules import claims as rules
from gonghui.work.mutual_aid.rules import parameters

FAILED = ("failed", "returned")


def _payer(claim: Claim, by: Actor) -> Actor:
    """Who orders the payment: whoever decided, by the platform's own power to order; another approves it in finance."""
    return replace(SYSTEM, id=by.id, account_id=claim.lead_by or claim.second_by or by.account_id)


def to_pay(claim: int) -> Claim | None:
    """The claim, if its payment is still to be ordered."""
    found = Claim.objects.select_related("organisation", "participant__person")
    return found.filter(pk=claim, state="approved").first()


def instant(entry: Entry) -> datetime:
    """An instant of the day on which an entry says it happened."""
    return datetime.combine(entry.happened_on, time(12), clock.SHANGHAI)


def account_of(claim: Claim) -> AccountEntry:
    """Where the money goes: the account of the claim, or else the member's own card."""
    account = claim.content["account"]
    if account is not None:
        return AccountEntry(**account)
    card = claim.person.card
    if not card:
        raise Refusal("mutual_aid.no_account", "会员没有登记收款账户：请会员补填账户后再提交付款")
    return AccountEntry(card, bank=SERVICE_CARD_BANK)


@action
def pay_claim(claim: Claim, *, by: Actor, at: datetime) -> None:
    """The payment is ordered, once; what was set off in full is paid by that."""
    on = clock.day_of(at)
    taken("pay", claim, by)
    funded = money_of(claim.organisation, claim.plan)
    if not claim.ordered_fen:
        raise StepRefused("mutual_aid.set_off", "应付的互助金已全部抵扣以前多付的，不用付款，请办结")
    entry = OrderEntry(
        fund=funded.fund,
        spent_on=funded.spent_on,
        payee=_payee(claim.person, account_of(claim)),
        amount_fen=claim.ordered_fen,
        purpose=PURPOSE,
        request_key=f"aid-claim-{claim.public_id.hex}-{claim.attempt}",
        about=claim,
        remark=rules.REMARKS[claim.plan],
        due_on=claim.due_on,
    )
    claim.order = funds.order_payment(entry, by=_payer(claim, by), at=at)
    moved(claim, on, claim.due_on, "order")
    told = ClaimOrdered(plan=claim.plan, ordered_fen=claim.ordered_fen)
    record(told, about=claim, by=by, happened_on=on)


def _payee(person: Person, account: AccountEntry) -> PayeeEntry:
    return PayeeEntry(person.name, account, subject_type=person._meta.label_lower, subject_id=person.pk)


@action
def close_set_off(claim: Claim, *, by: Actor, on: date) -> None:
    """Nothing is left to pay, because all of it was set off; the claim is over."""
    taken("set_off", claim, by)
    if claim.ordered_fen:
        raise StepRefused("mutual_aid.not_set_off", "还有互助金要付，请提交付款")
    moved(claim, on, None)
    record(ClaimMoved(plan=claim.plan, step="set_off"), about=claim, by=by, happened_on=on)


# The bank's word ----------------------------------------------------------------------------------------------------


def follow_order(order: PaymentOrder, *, on: date) -> None:
    """The claim stands as its payment order does; told as often as one likes, it moves once."""
    claim = Claim.objects.select_related("unit", "organisation").filter(order=order).first()
    if claim is None:
        return
    if order.state == "paid" and claim.state in ("in_payment", "pay_failed"):
        _follow(claim, "succeed", order, on=on)
    elif order.state in (*FAILED, "cancelled") and claim.state in ("in_payment", "paid", "closed"):
        _follow(claim, "fail", order, on=on)


@action
def _follow(claim: Claim, step: str, order: PaymentOrder, *, on: date) -> None:
    taken(step, claim, SYSTEM)
    due = None
    if step == "fail":
        due = due_workdays(on, parameters.on(on).workdays["pay"])
        claim.tell("fail", on, order.state)
    if order.state == "cancelled":
        claim.order, claim.attempt = None, claim.attempt + 1
    moved(claim, on, due, "story", "order", "attempt")
    record(ClaimMoved(plan=claim.plan, step=step), about=claim, by=SYSTEM, happened_on=on)
    stands = sum(one.quantity * one.sign for one in _told(claim))
    if (step == "succeed") != (stands > 0):
        tell_paid(claim, 1 if step == "succeed" else -1, order.amount_fen, on=on)


def _told(claim: Claim) -> EntryQuerySet:
    return entries_of(claim).of_kinds(AidPaid.kind)  # type: ignore[attr-defined]


def tell_paid(claim: Claim, sign: int, fen: int, *, on: date) -> None:
    """Aid reached its member, or was taken back: of the district or industry union over them, never of their unit."""
    above = Organisation.objects.filter(pk__in=ids_of(claim.unit.path), level__in=HIGH)
    place = max(above, key=lambda one: len(one.path), default=claim.organisation)
    letters = Employer.objects.filter(organisation=claim.unit).values_list("industry_code", flat=True)
    fact = AidPaid(
        plan=claim.plan,
        benefit=_benefit(claim),
        industry=min((one[:1] for one in letters if one), default=""),
        payments=sign,
        paid_fen=sign * fen,
    )
    record(fact, about=claim, by=SYSTEM, happened_on=on, organisation=place)


def _benefit(claim: Claim) -> str:
    if claim.of_plan.benefit != "reimburse":
        return claim.of_plan.benefit
    return "inpatient" if claim.content["inputs"].get("is_inpatient") else "outpatient"


@action
def pay_again(claim: Claim, account: AccountEntry, *, by: Actor, at: datetime) -> None:
    """The member, or who acts for them, gave another account: the order is paid anew, a cancelled one ordered again."""
    on = clock.day_of(at)
    taken("pay_again" if claim.order_id is not None else "order_again", claim, by)
    if claim.made_by != by.account_id and not claims.is_own(claim, by):
        raise StepRefused("mutual_aid.others_claim", "换账户由会员本人或代办人提出")
    account = checked(account)
    claim.content = {**claim.content, "account": vars(account)}
    if claim.order is not None:
        funds.fix_order(claim.order, _payee(claim.person, account), by=_payer(claim, by), at=at)
    moved(claim, on, due_workdays(on, parameters.on(on).workdays["pay"]), "said")
    record(ClaimMoved(plan=claim.plan, step="pay_again"), about=claim, by=claims.teller(by), happened_on=on)


@action
def close_claim(claim: Claim, *, on: date) -> None:
    """The clock: paid, and nobody said anything against it for a while."""
    taken("close", claim, SYSTEM)
    moved(claim, on, None)
    record(ClaimMoved(plan=claim.plan, step="close"), about=claim, by=SYSTEM, happened_on=on)


# What was wrong -----------------------------------------------------------------------------------------------------


@action
def find_wrong(claim: Claim, words: str, *, by: Actor, on: date) -> None:
    """A second reviewer found that it should not have been paid; a leader decides."""
    taken("find_wrong", claim, by)
    part(claim, "second_by", by)
    claim.tell("find_wrong", on, said_words(words, "理由"))
    moved(claim, on, due_workdays(on, parameters.on(on).workdays["review"]), "story", "second_by")
    record(ClaimMoved(plan=claim.plan, step="find_wrong"), about=claim, by=by, happened_on=on)


@action
def decide_recovery(claim: Claim, step: str, words: str, *, by: Actor, on: date) -> None:
    """A leader decides: not asked back, asked back, come back, or written off; each with words."""
    taken(step, claim, by)
    part(claim, "lead_by", by)
    claim.tell(step, on, said_words(words, "理由"))
    due = on + timedelta(days=parameters.on(on).days["materials"]) if step == "recover" else None
    moved(claim, on, due, "story", "lead_by")
    record(ClaimMoved(plan=claim.plan, step=step), about=claim, by=by, happened_on=on)
    if step == "recovered":
        retract(claim, by=by, on=on)
        tell_paid(claim, -1, claim.ordered_fen or 0, on=on)
