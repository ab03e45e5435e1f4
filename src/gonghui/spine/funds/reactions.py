"""What dues do when a payment that passes them on was paid, came back, or was cancelled."""

from gonghui.core.actor import SYSTEM
from gonghui.core.models import Entry
from gonghui.core.reactions import when
from gonghui.spine.funds import actions
from gonghui.spine.funds.models import PaymentOrder, SplitLine


@when("funds.payment_succeeded")
def follow_the_bank(entry: Entry) -> None:
    """Dues are settled by the bank's success alone, and settled no more when the money came back."""
    order = _order(entry)
    if order is not None and actions.unsaid(order):
        actions.follow_order(order, by=SYSTEM, on=entry.happened_on)


@when("funds.payment_cancelled")
def follow_a_cancelled_order(entry: Entry) -> None:
    """What a cancelled order was to pass on is owed again."""
    order = _order(entry)
    if order is not None and order.state == "cancelled" and SplitLine.objects.filter(order=order).exists():
        actions.follow_order(order, by=SYSTEM, on=entry.happened_on)


def _order(entry: Entry) -> PaymentOrder | None:
    """The order of an entry, if it passes dues on."""
    orders = PaymentOrder.objects.select_related("book__organisation")
    return orders.filter(purpose__in=actions.DUES_PURPOSES, pk=entry.subject_id).first()
