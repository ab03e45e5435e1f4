"""Batches: one person puts payments together, another releases exactly what was shown to them."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Max

from gonghui.core import clock
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.flow import lock
from gonghui.core.journal import record
from gonghui.spine.funds.actions.setting_up import require_reach
from gonghui.spine.funds.facts import BatchCancelled, BatchMade, BatchReleased
from gonghui.spine.funds.flow import BATCH, BATCH_FLOW
from gonghui.spine.funds.models import LedgerAccount, PaymentBatch, PaymentLine, PaymentOrder
from gonghui.spine.funds.rules import parameters


def content_sha256(lines: Sequence[PaymentLine]) -> str:
    """The fingerprint of what a batch pays: to whom, to which account, how much, under which reference."""
    said = [
        [
            line.seq,
            line.reference,
            str(line.order.public_id),
            line.order.payee.name,
            bytes(line.account.found).hex(),
            line.account.last4,
            line.account.bank,
            line.account.clearing,
            line.amount_fen,
            line.order.remark,
        ]
        for line in sorted(lines, key=lambda one: one.seq)
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def lines_of(batch: PaymentBatch) -> list[PaymentLine]:
    """The lines of a batch with what they pay."""
    return list(batch.lines.select_related("order__payee", "account").order_by("seq"))


def held(order: PaymentOrder, *, at: datetime) -> datetime | None:
    """Until when a change of account holds the payment; None where it may go."""
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
    connection.cursor().execute("select pg_advisory_xact_lock(%s)", [(13 << 48) + book.pk])
    last = PaymentBatch.objects.filter(book=book).aggregate(last=Max("number"))["last"] or 0
    batch = PaymentBatch(
        book=book,
        number=last + 1,
        pays_from=pays_from,
        payments=len(chosen),
        total_fen=sum(one.amount_fen for one in chosen),
        made_by=by.account_id,
        made_on=on,
    )
    lines = [
        PaymentLine(
            batch=batch,
            seq=seq,
            order=one,
            account=one.payee.account,
            amount_fen=one.amount_fen,
            reference=f"GH{batch.public_id.hex[:16].upper()}{seq:05}",
        )
        for seq, one in enumerate(chosen, 1)
    ]
    batch.content_sha256 = content_sha256(lines)
    batch.save(force_insert=True)
    PaymentLine.objects.bulk_create(lines, batch_size=2000)
    PaymentOrder.objects.filter(pk__in=[one.pk for one in chosen]).update(state="batched")
    made = BatchMade(payments=batch.payments, total_fen=batch.total_fen)
    record(made, about=batch, by=by, happened_on=on)
    return batch


@action
def release_batch(batch: PaymentBatch, *, content: str, by: Actor, at: datetime) -> None:
    """The batch goes to the bank as it was shown: by its hash, by somebody who neither made nor approved it."""
    require_reach(by, batch.book)
    lock(batch, "state")
    step = BATCH_FLOW.check("release", batch, by=by)
    lines = lines_of(batch)
    if batch.made_by == by.account_id:
        raise Refusal("funds.release_own", "组批人不能自己放行，请由付款复核人放行")
    if any(by.account_id in (line.order.made_by, line.order.approved_by) for line in lines):
        raise Refusal("funds.release_approved", "批次里有您提交或批准的付款单，请由他人放行")
    if not content == batch.content_sha256 == content_sha256(lines):
        raise Refusal("funds.release_changed", "批次内容与您看到的不一致，没有放行；请重新打开批次核对")
    if any(line.account_id != line.order.payee.account_id for line in lines):
        raise Refusal("funds.release_account", "组批以后有收款账户变更过，请撤销这一批，重新组批")
    batch.state, batch.released_by, batch.released_at = step.after, by.account_id, at
    batch.save(update_fields=["state", "released_by", "released_at"])
    PaymentLine.objects.filter(batch=batch).update(state="sent")
    PaymentOrder.objects.filter(lines__batch=batch).update(state="sent")
    released = BatchReleased(payments=batch.payments, total_fen=batch.total_fen)
    record(released, about=batch, by=by, happened_on=clock.day_of(at))


@action
def cancel_batch(batch: PaymentBatch, *, by: Actor, on: date) -> None:
    """A batch that was not released is dissolved; its orders wait to be put together again."""
    require_reach(by, batch.book)
    BATCH_FLOW.take("cancel", batch, by=by)
    PaymentOrder.objects.filter(lines__batch=batch).update(state="ready")
    PaymentLine.objects.filter(batch=batch).update(state="dropped")
    dissolved = BatchCancelled(payments=batch.payments, total_fen=batch.total_fen)
    record(dissolved, about=batch, by=by, happened_on=on)
