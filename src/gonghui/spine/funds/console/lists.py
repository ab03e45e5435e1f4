"""What the page of a list of payments shows: sums by result, its batches, its payments, those that failed first."""

from typing import Any

from django.db import connection
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from gonghui.spine.funds.flow import LINE_STATES, ORDER
from gonghui.spine.funds.models import PaymentLine, PaymentOrder
from gonghui.spine.funds.rules import answers
from gonghui.web.console import ConsoleRequest
from gonghui.web.desk import Keyset

UNPAID = ("failed", "returned")
LINES_SHOWN = 50


def line_of(order: PaymentOrder, request: ConsoleRequest) -> PaymentLine | None:
    """The payment of the list that the address or the form names by its reference."""
    reference = request.POST.get("line") or request.GET.get("line")
    if not reference:
        return None
    lines = PaymentLine.objects.select_related("order__book__organisation", "order__fund", "account__payee", "batch")
    found: PaymentLine = get_object_or_404(lines, batch__order=order, reference=reference[:35])
    return found


def shown(order: PaymentOrder, request: ConsoleRequest, line: PaymentLine | None) -> dict[str, Any]:
    """The list's own part of the page; of one payment where one is asked for."""
    lines = PaymentLine.objects.filter(batch__order=order)
    sums = _sums(order)
    state = request.GET.get("state", "")
    if state in LINE_STATES:
        chosen = lines.filter(state=state)
    elif state == "all" or not any(one in sums for one in UNPAID):
        chosen, state = lines, "all"
    else:
        chosen, state = lines.filter(is_live=False, state__in=UNPAID), "unpaid"
    apart = PaymentOrder.objects.filter(from_line=line).first() if line is not None else None
    may = request.actor.may(ORDER) and line is not None and apart is None
    return {
        "line": line,
        "apart": apart,
        "may_apart": may and line is not None and (line.state in UNPAID or _may_leave(line)),
        "may_give_up": may and line is not None and line.state in UNPAID,
        "sums": [(_(word), *sums[key]) for key, word in LINE_STATES.items() if key in sums],
        "batches": order.batches.order_by("number"),
        "state": state,
        "states": [("unpaid", _("没付成的")), ("all", _("全部")), *((k, _(w)) for k, w in LINE_STATES.items())],
        "page": Keyset(
            chosen.select_related("account__payee", "batch", "split_off"), ("id",), LINES_SHOWN, ids_first=True
        ).page(request),
        "codes": answers.CODES,
    }


_SUMS = """
select state, sum(many)::bigint, sum(fen)::bigint from (
  select case b.state when 'draft' then 'waiting' else 'succeeded' end as state,
    b.payments - coalesce(o.many, 0) as many, b.total_fen - coalesce(o.fen, 0) as fen
  from funds_paymentbatch b left join lateral (
    select count(*) as many, sum(l.amount_fen) as fen from funds_paymentline l
    where l.batch_id = b.id and not l.is_live and l.state <> 'dropped') o on true
  where b.order_id = %(list)s and b.state in ('draft', 'settled')
  union all
  select l.state, count(*), sum(l.amount_fen) from funds_paymentbatch b join funds_paymentline l on l.batch_id = b.id
  where b.order_id = %(list)s and (not l.is_live or b.state = 'released') group by 1) each
where many > 0 group by 1
"""


def _sums(order: PaymentOrder) -> dict[str, tuple[int, int]]:
    """How many payments stand where, and their sums; those of a batch that has all its results are not counted again.

    Of such a batch, what neither failed nor came back succeeded; of one not released, what was not taken out waits.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"list": order.pk})
        return {state: (many, fen) for state, many, fen in cursor.fetchall()}


def _may_leave(line: PaymentLine) -> bool:
    """Whether a payment that was not released yet may be taken out: its account was changed since."""
    changed = line.account.payee.account_id != line.account_id
    return line.state == "waiting" and line.batch.state == "draft" and changed and line.order.state != "open"
