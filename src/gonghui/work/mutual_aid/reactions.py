"""What mutual aid does when the bank has paid, or sent back, what it ordered."""

import logging

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.models import Entry
from gonghui.core.reactions import when
from gonghui.spine.funds.models import PaymentOrder
from gonghui.work.mutual_aid import actions
from gonghui.work.mutual_aid.actions import claim_money, paying
from gonghui.work.mutual_aid.flow import PURPOSE

SETTLEMENT, CLAIM = "mutual_aid.settlement", "mutual_aid.claim"
log = logging.getLogger(__name__)


@when("funds.payment_succeeded")
def follow_the_bank(entry: Entry) -> None:
    """Aid is paid by the bank's success alone; what came back takes it off again on its own day."""
    order = PaymentOrder.objects.filter(purpose=PURPOSE, pk=entry.subject_id).first()
    if order is None:
        return
    if order.about_type == "mutual_aid.settlementfile":
        paying.follow_list(order, on=entry.happened_on)
    elif order.about_type == SETTLEMENT and (settlement := actions.settled(order.about_id or 0)) is not None:
        paying.follow_settlement(order, settlement, paid=entry.quantity > 0, on=entry.happened_on)
    elif order.about_type == CLAIM:
        claim_money.follow_order(order, on=entry.happened_on)


def follow_a_claim(entry: Entry) -> None:
    """A claim whose payment failed, came back or was cancelled waits for another account."""
    order = PaymentOrder.objects.filter(purpose=PURPOSE, pk=entry.subject_id, about_type=CLAIM).first()
    if order is not None:
        claim_money.follow_order(order, on=entry.happened_on)


@when("funds.payment_failed")
def follow_a_failure(entry: Entry) -> None:
    """The bank could not pay a claim."""
    follow_a_claim(entry)


@when("funds.payment_returned")
def follow_a_return(entry: Entry) -> None:
    """The money of a claim came back."""
    follow_a_claim(entry)


@when("funds.payment_cancelled")
def follow_a_cancellation(entry: Entry) -> None:
    """Finance cancelled the payment of a claim."""
    follow_a_claim(entry)


@when("mutual_aid.claim_reviewed")
def pay_what_was_approved(entry: Entry) -> None:
    """An approved claim is ordered at once; where it cannot be, it waits on the desk with the reason."""
    claim = claim_money.to_pay(entry.subject_id)
    if claim is None:
        return
    try:
        claim_money.pay_claim(claim, by=SYSTEM, at=claim_money.instant(entry))
    except Refusal as refusal:
        log.warning("Claim %s waits for its payment: %s", claim.public_id, refusal.code)
