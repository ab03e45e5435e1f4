"""Batches: one person puts payments together, another releases exactly what was shown to them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import Max
from numpy.typing import NDArray

from gonghui.core import clock
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.columns import copy as copy_columns
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.flow import lock
from gonghui.core.journal import record
from gonghui.spine.funds.actions.setting_up import require_reach
from gonghui.spine.funds.facts import BatchCancelled, BatchMade, BatchReleased
from gonghui.spine.funds.flow import BATCH, BATCH_FLOW
from gonghui.spine.funds.models import Book, LedgerAccount, PaymentBatch, PaymentLine, PaymentOrder
from gonghui.spine.funds.rules import parameters


class Content(NamedTuple):
    """What the lines of a batch are: their fingerprint, how many, their sum, and how many may not be paid so."""

    sha256: str
    payments: int
    total_fen: int
    replaced: int
    held: int


_CONTENT = """
select encode(sha256(convert_to('[' || coalesce(string_agg(concat('[', l.seq, ',', to_json(l.reference), ',"',
    o.public_id, '",', to_json(p.name), ',"', encode(a.found, 'hex'), '",', to_json(a.last4), ',', to_json(a.bank), ',',
    to_json(a.clearing), ',', l.amount_fen, ',', to_json(o.remark), ']'), ',' order by l.seq), '') || ']', 'UTF8')),
    'hex'),
  count(*), coalesce(sum(l.amount_fen), 0)::bigint, count(*) filter (where p.account_id is distinct from a.id),
  count(*) filter (where a.replaces_id is not null and a.confirmed_by is null and a.set_at > %s)
from funds_paymentline l join funds_paymentorder o on o.id = l.order_id
join funds_payeeaccount a on a.id = l.account_id join funds_payee p on p.id = a.payee_id
where l.batch_id = %s and l.state <> 'dropped'
"""


def content_of(batch: PaymentBatch, *, at: datetime) -> Content:
    """What a batch pays: to whom, to which account, how much, under which reference; as it stands in the tables now."""
    with connection.cursor() as cursor:
        cursor.execute(_CONTENT, [_held_since(at), batch.pk])
        return Content(*cursor.fetchone())


class Transfer(NamedTuple):
    """A payment as the bank's file tells it; the account's number is sealed."""

    seq: int
    reference: str
    amount_fen: int
    remark: str
    name: str
    bank: str
    clearing: str
    sealed: bytes
    account: UUID


def transfers_of(batch: PaymentBatch) -> list[Transfer]:
    """What a batch pays, in its order."""
    lines = PaymentLine.objects.filter(batch=batch).exclude(state="dropped").order_by("seq")
    said = ("seq", "reference", "amount_fen", "order__remark", "account__payee__name")
    account = ("account__bank", "account__clearing", "account__number", "account__public_id")
    return [Transfer(*row) for row in lines.values_list(*said, *account)]


def _held_since(at: datetime) -> datetime:
    return at - timedelta(hours=parameters.on(clock.day_of(at)).hold_hours)


def held(order: PaymentOrder, *, at: datetime) -> datetime | None:
    """Until when a change of account holds the payment; None where it may go, and for a list, whose lines may."""
    if order.payee is None:
        return None
    account = order.payee.account
    until = account.held_until(parameters.on(clock.day_of(at)).hold_hours) if account is not None else at + timedelta(1)
    return until if until is not None and until > at else None


@action
def make_batch(orders: Sequence[PaymentOrder], *, pays_from: LedgerAccount, by: Actor, at: datetime) -> PaymentBatch:
    """Payments that are ready go to the bank together; those whose account was just changed are not among them."""
    by.require(BATCH)
    on, book = clock.day_of(at), pays_from.book
    require_reach(by, book)
    if not pays_from.is_money:
        raise Refusal("funds.pays_from", "付款科目应为银行存款等货币资金科目")
    most = parameters.on(on).batch_most
    if not 1 <= len(orders) <= most:
        raise Refusal("funds.batch_size", "一批应有 1 至 %(most)s 笔付款，请重新勾选", most=most)
    chosen = list(
        PaymentOrder.objects.select_for_update(of=("self",))
        .select_related("payee__account")
        .filter(pk__in=[order.pk for order in orders], book=book)
        .order_by("pk")
    )
    if len(chosen) != len({order.pk for order in orders}) or any(one.state != "ready" for one in chosen):
        raise Refusal("funds.batch_ready", "所选付款单有的已不在待组批状态，请刷新后重新勾选")
    if waits := sum(1 for one in chosen if held(one, at=at) is not None):
        raise Refusal("funds.batch_held", "有 %(n)s 笔的收款账户刚变更过，须另一人核实后才能付，请先去掉", n=waits)
    asked = {order.pk: at for at, order in enumerate(orders)}
    chosen.sort(key=lambda one: asked[one.pk])
    numbers = np.array([one.pk for one in chosen], np.int64)
    accounts = np.array([one.payee.account_id for one in chosen], np.int64)
    amounts = np.array([one.amount_fen for one in chosen], np.int64)
    batch = put_together(book, pays_from, amounts, by=by, at=at, order_id=numbers, account_id=accounts).batch
    PaymentOrder.objects.filter(pk__in=[one.pk for one in chosen]).update(state="batched")
    return batch


class Together(NamedTuple):
    """A fresh batch, the numbers of its lines, and what they are."""

    batch: PaymentBatch
    lines: NDArray[np.int64]
    content: Content


def put_together(
    book: Book,
    pays_from: LedgerAccount,
    amounts: NDArray[np.int64],
    *,
    order: PaymentOrder | None = None,
    by: Actor,
    at: datetime,
    **columns: NDArray[np.int64],
) -> Together:
    """Within a running action: a batch with its lines, given as columns of the table."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [(13 << 48) + book.pk])
    last = PaymentBatch.objects.filter(book=book).aggregate(last=Max("number"))["last"] or 0
    many, on = len(amounts), clock.day_of(at)
    batch = PaymentBatch(
        book=book,
        order=order,
        number=last + 1,
        pays_from=pays_from,
        payments=many,
        total_fen=int(amounts.sum()),
        made_by=by.account_id,
        made_on=on,
    )
    batch.save(force_insert=True)
    lines, seq = _line_ids(many), np.arange(1, many + 1)
    start = np.bytes_(f"GH{batch.public_id.hex[:16].upper()}")
    written = {
        "id": lines,
        "batch_id": np.full(many, batch.pk),
        "seq": seq,
        "amount_fen": amounts,
        "reference": np.char.add(start, np.char.zfill(seq.astype("S5"), 5)),
    }
    copy_columns(PaymentLine, written | columns)
    content = content_of(batch, at=at)
    batch.content_sha256 = content.sha256
    batch.save(update_fields=["content_sha256"])
    record(BatchMade(payments=many, total_fen=batch.total_fen), about=batch, by=by, happened_on=on)
    return Together(batch, lines, content)


_DRAWN = "select string_agg(nextval('funds_paymentline_id_seq')::text, ' ') from generate_series(1, %s)"


def _line_ids(many: int) -> NDArray[np.int64]:
    """Fresh numbers, in one text: a row for each would take the client longer than the server."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAWN, [many])
        return np.array(cursor.fetchone()[0].split(), np.int64)


_ASKED_BY = """
select exists (select from funds_paymentorder where id in (
  select distinct order_id from funds_paymentline where batch_id = %s) and %s in (made_by, approved_by))
"""
_ORDERS_OF = """
update funds_paymentorder set state = %s where state = %s
  and id in (select distinct order_id from funds_paymentline where batch_id = %s)
"""
_LINES_OF = "update funds_paymentline set state = %s where batch_id = %s and state = 'waiting'"


@action
def release_batch(batch: PaymentBatch, *, content: str, by: Actor, at: datetime) -> None:
    """The batch goes to the bank as it was shown: by its hash, by somebody who neither made nor approved it."""
    require_reach(by, batch.book)
    order = batch.order
    if order is not None:  # before its batches, as who cancels it does
        lock(order, "state")
    lock(batch, "state", "payments", "total_fen", "content_sha256")
    step = BATCH_FLOW.check("release", batch, by=by)
    if batch.made_by == by.account_id:
        raise Refusal("funds.release_own", "组批人不能自己放行，请由付款复核人放行")
    if order is not None and order.state not in ("batched", "sent"):
        raise StepRefused("funds.list_approved", "这一批所在的付款清单还没有批准，不能放行")
    with connection.cursor() as cursor:
        cursor.execute(_ASKED_BY, [batch.pk, by.account_id])
        if cursor.fetchone()[0]:
            raise Refusal("funds.release_approved", "批次里有您提交或批准的付款单，请由他人放行")
    now = content_of(batch, at=at)
    if not content == batch.content_sha256 == now.sha256 or now[1:3] != (batch.payments, batch.total_fen):
        raise Refusal("funds.release_changed", "批次内容与您看到的不一致，没有放行；请重新打开批次核对")
    if now.replaced and order is not None:
        raise Refusal(
            "funds.list_account", "有 %(n)s 笔的收款账户在列单以后变更过，请先在批次里转为单笔另付", n=now.replaced
        )
    if now.replaced:
        raise Refusal("funds.release_account", "组批以后有收款账户变更过，请撤销这一批，重新组批")
    batch.state, batch.released_by, batch.released_at = step.after, by.account_id, at
    batch.save(update_fields=["state", "released_by", "released_at"])
    with connection.cursor() as cursor:
        cursor.execute(_LINES_OF, ["sent", batch.pk])
        cursor.execute(_ORDERS_OF, ["sent", "batched", batch.pk])
    released = BatchReleased(payments=batch.payments, total_fen=batch.total_fen)
    record(released, about=batch, by=by, happened_on=clock.day_of(at))


_LISTS_DONE = """
update funds_paymentorder o set state = 'settled' where o.id = any(%s) and o.payee_id is null and o.state = 'sent'
  and not exists (select from funds_paymentbatch b where b.order_id = o.id and b.state in ('draft', 'released'))
"""


def settle_lists(orders: Sequence[int]) -> None:
    """Lists of which every payment has its result are settled; what became of each, its line says."""
    if orders:
        with connection.cursor() as cursor:
            cursor.execute(_LISTS_DONE, [list(orders)])


@action
def cancel_batch(batch: PaymentBatch, *, by: Actor, on: date) -> None:
    """A batch that was not released is dissolved; its orders wait to be put together again."""
    require_reach(by, batch.book)
    if batch.order_id is not None:
        raise StepRefused("funds.list_batch", "这一批属于付款清单，不能单独撤销；放行以前可以撤销整张清单")
    BATCH_FLOW.take("cancel", batch, by=by)
    with connection.cursor() as cursor:
        cursor.execute(_LINES_OF, ["dropped", batch.pk])
        cursor.execute(_ORDERS_OF, ["ready", "batched", batch.pk])
    dissolved = BatchCancelled(payments=batch.payments, total_fen=batch.total_fen)
    record(dissolved, about=batch, by=by, happened_on=on)
