"""Lists of payments: one order for very many lines, put together in chunks, approved as one, released batch by batch.

A list is begun, grows by chunks that a resumable job adds, each in the job's own transaction, and is closed with the
sum that the job counted itself. From there it goes the way of any order; what became of a payment its line says. A line
that cannot be paid as it stands is split off: it becomes an order of one payment under the same approval.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db import connection
from django.db.models import F, Model
from numpy.typing import NDArray

from gonghui.core import clock
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.flow import lock
from gonghui.core.journal import record, subject_type_of
from gonghui.spine.funds.actions.batches import content_of, put_together, settle_lists
from gonghui.spine.funds.actions.orders import cancel_order, check_words, commit, enough, known_as, of_order
from gonghui.spine.funds.actions.payees import AccountEntry, PayeeEntry, change_account, digest
from gonghui.spine.funds.actions.setting_up import require_reach
from gonghui.spine.funds.facts import BatchCancelled, ListBegun, PaymentOrdered, PaymentSplitOff
from gonghui.spine.funds.flow import BATCH_FLOW, ORDER, ORDER_FLOW
from gonghui.spine.funds.models import Fund, LedgerAccount, Payee, PaymentBatch, PaymentLine, PaymentOrder
from gonghui.spine.funds.rules import parameters


@dataclass(frozen=True)
class ListEntry:
    """A list as a programme begins it: out of which fund, booked to which account, what for, and under its own key.

    `about` is what the whole list is about, `lines_about` the kind of record that each of its lines is about.
    """

    fund: Fund
    spent_on: LedgerAccount
    purpose: str
    request_key: str
    lines_about: type[Model]
    why: str = ""
    about: Model | None = None
    remark: str = ""
    due_on: date | None = None

    def sha256(self) -> str:
        """A fingerprint of the request."""
        about = (subject_type_of(self.about), self.about.pk) if self.about is not None else ()
        what = (self.purpose, self.why, about, subject_type_of(self.lines_about), self.remark, self.due_on)
        return digest("list", self.fund.pk, self.spent_on.pk, *what)


@dataclass(frozen=True)
class Lines:
    """Payments of a list, as columns: the account each goes to, how much, the record it is about (each comes once)."""

    accounts: Sequence[int] | NDArray[np.int64]
    amounts: Sequence[int] | NDArray[np.int64]
    about: Sequence[int] | NDArray[np.int64]


@action
def begin_list(entry: ListEntry, *, by: Actor, at: datetime) -> PaymentOrder:
    """An empty list stands open; asked twice, it stands once."""
    by.require(ORDER)
    book, on = entry.fund.book, clock.day_of(at)
    require_reach(by, book)
    Fund.objects.select_for_update(of=("self",)).get(pk=entry.fund.pk)
    known = known_as(book, entry.request_key, entry.sha256(), by=by, on=on)
    if known is not None:
        return known
    check_words(entry, on=on)
    order = PaymentOrder(
        book=book,
        fund=entry.fund,
        spent_on=entry.spent_on,
        payments=0,
        amount_fen=0,
        purpose=entry.purpose,
        why=entry.why,
        about_type=subject_type_of(entry.about),
        about_id=entry.about.pk if entry.about is not None else None,
        lines_about=subject_type_of(entry.lines_about),
        remark=" ".join(entry.remark.split()),
        due_on=entry.due_on,
        request_key=entry.request_key,
        request_sha256=entry.sha256(),
        made_by=by.account_id,
        made_on=on,
        state="open",
    )
    order.save(force_insert=True)
    record(ListBegun(purpose=order.purpose), about=order, by=by, happened_on=on)
    return order


@action
def add_to_list(order: PaymentOrder, pays_from: LedgerAccount, lines: Lines, *, by: Actor, at: datetime) -> list[int]:
    """The payments stand in batches of the list, their sum bespoken from the fund; the numbers of the lines, in order.

    All of them or none. Each account is its payee's, and no change of it holds payments.
    """
    by.require(ORDER)
    require_reach(by, order.book)
    lock(order, "state")
    if order.state != "open" or order.made_by != by.account_id:
        raise StepRefused("funds.list_open", "这张付款清单已经列完或撤销，或由他人开列，不能再加")
    if not pays_from.is_money or pays_from.book_id != order.book_id:
        raise Refusal("funds.pays_from", "付款科目应为银行存款等货币资金科目")
    accounts, amounts, about = (np.asarray(one, np.int64) for one in (lines.accounts, lines.amounts, lines.about))
    if not len(accounts) == len(amounts) == len(about) or not len(amounts) or int(amounts.min()) <= 0:
        raise Refusal("funds.order_amount", "付款金额要大于 0，请核对")
    total = int(amounts.sum())
    fund = Fund.objects.select_for_update(of=("self",)).get(pk=order.fund_id)
    enough(fund, total)
    numbers: list[int] = []
    most = parameters.on(clock.day_of(at)).list_batch_most
    for start in range(0, len(amounts), most):
        cut = slice(start, start + most)
        columns = {"account_id": accounts[cut], "about_id": about[cut]}
        columns["order_id"] = np.full(len(columns["about_id"]), order.pk)
        made = put_together(order.book, pays_from, amounts[cut], order=order, by=by, at=at, **columns)
        if made.content.payments != len(made.lines) or made.content.replaced or made.content.held:
            n = made.content.replaced or made.content.held
            raise Refusal("funds.batch_held", "有 %(n)s 笔的收款账户刚变更过，须另一人核实后才能付，请先去掉", n=n)
        numbers += made.lines.tolist()
    PaymentOrder.objects.filter(pk=order.pk).update(
        payments=F("payments") + len(amounts), amount_fen=F("amount_fen") + total
    )
    lock(order, "payments", "amount_fen")
    commit(fund, total)
    return numbers


@action
def close_list(order: PaymentOrder, *, payments: int, total_fen: int, by: Actor, at: datetime) -> None:
    """The list is what whoever made it counted, and waits for approval like any order; nothing is added any more."""
    require_reach(by, order.book)
    lock(order, "state", "payments", "amount_fen")
    step = ORDER_FLOW.check("close", order, by=by)
    if (order.payments, order.amount_fen) != (payments, total_fen) or not payments:
        raise Refusal(
            "funds.list_sum",
            "清单里有 %(kept)s 笔，提交的是 %(said)s 笔，或合计不符：没有提交，请核对后重列",
            kept=order.payments,
            said=payments,
        )
    hashes = PaymentBatch.objects.filter(order=order).order_by("number").values_list("content_sha256", flat=True)
    order.content_sha256 = hashlib.sha256("\n".join(hashes).encode()).hexdigest()
    order.state = step.after
    order.save(update_fields=["content_sha256", "state"])
    record(of_order(PaymentOrdered, order), about=order, by=by, happened_on=clock.day_of(at))


# One of them by itself --------------------------------------------------------------------------------------------

APART = ("failed", "returned")
"""States in which a line of a list is over without having paid."""


@action
def split_off(
    line: PaymentLine, payee: PayeeEntry | AccountEntry | None = None, *, by: Actor, at: datetime
) -> PaymentOrder:
    """A payment of a list that failed, came back, or may not go as it stands becomes an order of its own, once.

    It keeps the list's approval and what is bespoken; another account of the payee may be given. Before the release of
    its batch the line leaves the batch, whose hash is another from then on.
    """
    by.require(ORDER)
    require_reach(by, line.order.book)
    book, whole, on = line.order.book, line.order, clock.day_of(at)
    batch = PaymentBatch.objects.get(pk=line.batch_id)
    batch.book = book
    if batch.state == "draft":  # as the release does it: the list, its batch, the line
        lock(whole, "state", "approved_by", "minutes")
        lock(batch, "state", "payments", "total_fen")
    lock(line, "state")
    known = PaymentOrder.objects.filter(from_line=line).first()
    if known is not None:
        raise StepRefused("funds.line_apart", "这一笔已经转为单笔付款单，请到那张付款单上办理")
    if not whole.is_list or not (line.state in APART or (line.state == "waiting" and batch.state == "draft")):
        raise StepRefused("funds.line_goes", "这一笔还在付，或不在付款清单里，不能转为单笔另付")
    if whole.state in ("open", "cancelled"):
        raise StepRefused("funds.list_grows", "这张付款清单还在列，或已经撤销，不能转出单笔")
    its = Payee.objects.select_related("account").get(accounts=line.account_id)
    if payee is not None:
        change_account(its, payee, by=by, at=at)
    key = f"line-{line.pk}"
    order = PaymentOrder(
        book=book,
        fund_id=whole.fund_id,
        spent_on_id=whole.spent_on_id,
        payee=its,
        amount_fen=line.amount_fen,
        purpose=whole.purpose,
        why=whole.why,
        about_type=whole.lines_about,
        about_id=line.about_id,
        remark=whole.remark,
        due_on=whole.due_on,
        request_key=key,
        request_sha256=digest(key, whole.pk),
        from_line=line,
        made_by=whole.made_by,
        made_on=on,
        approved_by=whole.approved_by,
        minutes=whole.minutes,
        state="waiting" if whole.approved_by is None else "ready",
    )
    order.save(force_insert=True)
    if line.state == "waiting":
        _leave(line, batch, by=by, at=at)
    record(of_order(PaymentSplitOff, order), about=order, by=by, happened_on=on)
    return order


def _leave(line: PaymentLine, batch: PaymentBatch, *, by: Actor, at: datetime) -> None:
    """The line goes out of its batch, which is what the others come to; a batch without lines is dissolved."""
    with connection.cursor() as cursor:
        cursor.execute("update funds_paymentline set state = 'dropped' where id = %s", [line.pk])
    line.state = "dropped"
    now = content_of(batch, at=at)
    if not now.payments:
        BATCH_FLOW.take("cancel", batch, by=by)
        settle_lists([line.order_id])
        told = BatchCancelled(payments=batch.payments, total_fen=batch.total_fen)
        record(told, about=batch, by=by, happened_on=clock.day_of(at))
        return
    batch.content_sha256, batch.payments, batch.total_fen = now.sha256, now.payments, now.total_fen
    batch.save(update_fields=["content_sha256", "payments", "total_fen"])


@action
def give_up(line: PaymentLine, *, by: Actor, at: datetime) -> PaymentOrder:
    """A payment of a list that failed or came back will not be made; its amount is free again."""
    order = split_off(line, by=by, at=at)
    cancel_order(order, by=by, on=clock.day_of(at))
    return order
