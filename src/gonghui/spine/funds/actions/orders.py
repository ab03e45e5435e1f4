"""Payment orders: what some work owes somebody. Every programme pays this way, and none marks anything paid itself."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, cast

from django.db import connection
from django.db.models import F, Model

from gonghui.core import clock, money, text
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import record, subject_type_of
from gonghui.spine.funds.actions.payees import AccountEntry, PayeeEntry, change_account, digest, kept
from gonghui.spine.funds.actions.setting_up import require_reach
from gonghui.spine.funds.facts import (
    BatchCancelled,
    PaymentApproved,
    PaymentAskedAgain,
    PaymentCancelled,
    PaymentFixed,
    PaymentOrdered,
)
from gonghui.spine.funds.flow import ORDER, ORDER_FLOW
from gonghui.spine.funds.models import NUMBER_FOUND, Book, Fund, LedgerAccount, PaymentBatch, PaymentOrder
from gonghui.spine.funds.rules import parameters


@dataclass(frozen=True)
class OrderEntry:
    """A payment as a programme orders it: who is paid, why, how much, out of which fund, booked to which account.

    `request_key` is the programme's own, the same however often it asks: asked again it changes nothing, asked
    otherwise under the same key it is refused.
    """

    fund: Fund
    spent_on: LedgerAccount
    payee: PayeeEntry
    amount_fen: int
    purpose: str
    request_key: str
    why: str = ""
    about: Model | None = None
    remark: str = ""
    due_on: date | None = None

    def sha256(self) -> str:
        """A fingerprint of the request, the account told by its keyed hash."""
        account = NUMBER_FOUND.of("".join(text.fold(self.payee.account.number).replace("-", "").split())).hex()
        about = (subject_type_of(self.about), self.about.pk) if self.about is not None else ()
        who = (self.payee.name, self.payee.kind, self.payee.subject_type, self.payee.subject_id, account)
        return digest(
            self.fund.pk,
            self.spent_on.pk,
            who,
            self.amount_fen,
            self.purpose,
            self.why,
            about,
            self.remark,
            self.due_on,
        )


def known_as(book: Book, request_key: str, asked: str, *, by: Actor, on: date) -> PaymentOrder | None:
    """The order that stands under the key already; asked otherwise under the same key, it is refused."""
    known = PaymentOrder.objects.filter(book=book, request_key=request_key).first()
    if known is None:
        return None
    if known.request_sha256 != asked:
        raise Refusal("funds.order_changed", "这笔付款已经提交过，这次的内容不一样；要改请先撤销原来的付款单")
    record(PaymentAskedAgain(purpose=known.purpose), about=known, by=by, happened_on=on)
    return cast(PaymentOrder, known)


@action
def order_payment(entry: OrderEntry, *, by: Actor, at: datetime) -> PaymentOrder:
    """The amount is bespoken from the fund and waits for approval; asked twice, it stands once."""
    by.require(ORDER)
    book = entry.fund.book
    require_reach(by, book)
    fund = Fund.objects.select_for_update(of=("self",)).get(pk=entry.fund.pk)
    asked = entry.sha256()
    known = known_as(book, entry.request_key, asked, by=by, on=clock.day_of(at))
    if known is not None:
        return known
    if not 0 < entry.amount_fen <= money.LARGEST_FEN:
        raise Refusal("funds.order_amount", "付款金额要大于 0，请核对")
    check_words(entry, on=clock.day_of(at))
    enough(fund, entry.amount_fen)
    payee, _fresh = kept(book, entry.payee, by=by, at=at)
    order = PaymentOrder(
        book=book,
        fund=fund,
        spent_on=entry.spent_on,
        payee=payee,
        amount_fen=entry.amount_fen,
        purpose=entry.purpose,
        why=entry.why,
        about_type=subject_type_of(entry.about),
        about_id=entry.about.pk if entry.about is not None else None,
        remark=" ".join(entry.remark.split()),
        due_on=entry.due_on,
        request_key=entry.request_key,
        request_sha256=asked,
        made_by=by.account_id,
        made_on=clock.day_of(at),
    )
    order.save(force_insert=True)
    commit(fund, entry.amount_fen)
    told = PaymentOrdered(purpose=order.purpose, amount_fen=order.amount_fen)
    record(told, about=order, by=by, happened_on=order.made_on)
    return order


class Worded(Protocol):
    """What every order says, be it one payment or a list."""

    @property
    def fund(self) -> Fund: ...
    @property
    def spent_on(self) -> LedgerAccount: ...
    @property
    def purpose(self) -> str: ...
    @property
    def request_key(self) -> str: ...
    @property
    def remark(self) -> str: ...


def check_words(entry: Worded, *, on: date) -> None:
    """Whether account, purpose, key and remark can stand so."""
    limits = parameters.on(on)
    if entry.spent_on.book_id != entry.fund.book_id:
        raise Refusal("funds.other_book", "分录里有别的账簿的科目或资金，请从列表中选")
    if not 1 <= len(entry.purpose) <= 40 or not 1 <= len(entry.request_key) <= 80:
        raise Refusal("funds.purpose", "请选择付款用途")
    if len(entry.remark) > limits.remark_longest:
        raise Refusal("funds.remark", "附言最多 %(most)s 个字，且不写病情和身份类别", most=limits.remark_longest)


def enough(fund: Fund, fen: int) -> None:
    """Whether so much may still be ordered out of a fund that is locked."""
    if fund.is_restricted and fund.free_fen < fen:
        raise Refusal(
            "funds.fund_short",
            "“%(fund)s”可用 %(free)s 元，不够付 %(amount)s 元；专项资金不能透支，请先收款或调整金额",
            fund=fund.name,
            free=money.yuan(fund.free_fen),
            amount=money.yuan(fen),
        )


def commit(fund: Fund, fen: int) -> None:
    """So much more of the fund is bespoken, or less."""
    Fund.objects.filter(pk=fund.pk).update(committed_fen=F("committed_fen") + fen)


def of_order(fact: Any, order: PaymentOrder) -> Any:
    """A fact that carries what an order is for and how much it is."""
    return fact(purpose=order.purpose, amount_fen=order.amount_fen)


@action
def approve_order(order: PaymentOrder, *, minutes: str = "", by: Actor, on: date) -> None:
    """Whoever may decide about such an amount agrees; never the one who ordered."""
    require_reach(by, order.book)
    tier = parameters.tier_of(order.amount_fen, on)
    by.require(tier.power)
    ORDER_FLOW.take("approve", order, by=by)
    if order.made_by == by.account_id:
        raise Refusal("funds.approve_own", "提交人不能自己批准，请由他人批准")
    minutes = " ".join(minutes.split())
    if tier.needs_minutes and not minutes:
        raise Refusal(
            "funds.minutes",
            "%(amount)s 元须经%(tier)s讨论，请填会议纪要号",
            amount=money.yuan(order.amount_fen),
            tier=tier.title,
        )
    order.approved_by, order.minutes = by.account_id, minutes[:40]
    order.save(update_fields=["approved_by", "minutes"])
    if order.is_list:
        ORDER_FLOW.take("batch", order, by=by)
    record(of_order(PaymentApproved, order), about=order, by=by, happened_on=on)


@action
def cancel_order(order: PaymentOrder, *, by: Actor, on: date) -> None:
    """The payment will not be made; its amount is free again. A list goes with its batches, until one was released."""
    require_reach(by, order.book)
    ORDER_FLOW.take("dissolve" if order.is_list else "cancel", order, by=by)
    commit(order.fund, -(_dissolved(order, by=by, on=on) if order.is_list else order.amount_fen))
    record(of_order(PaymentCancelled, order), about=order, by=by, happened_on=on)


_DROPPED = """
with gone as (
  update funds_paymentline set state = 'dropped' where state = 'waiting' and batch_id = any(%s) returning amount_fen)
select coalesce(sum(amount_fen), 0) from gone
"""


def _dissolved(order: PaymentOrder, *, by: Actor, on: date) -> int:
    """The batches of a list are cancelled, and what its lines had still bespoken."""
    batches = list(PaymentBatch.objects.filter(order=order, state="draft").select_for_update(of=("self",)))
    PaymentBatch.objects.filter(pk__in=[one.pk for one in batches]).update(state="cancelled")
    for one in batches:
        one.book = order.book
        record(BatchCancelled(payments=one.payments, total_fen=one.total_fen), about=one, by=by, happened_on=on)
    with connection.cursor() as cursor:
        cursor.execute(_DROPPED, [[one.pk for one in batches]])
        return int(cursor.fetchone()[0])


@action
def fix_order(order: PaymentOrder, payee: PayeeEntry | AccountEntry | None = None, *, by: Actor, at: datetime) -> None:
    """What stood in the way of a failed or returned payment was put right, with another account where one is given."""
    require_reach(by, order.book)
    ORDER_FLOW.take("fix", order, by=by)
    if payee is not None and order.payee is not None:
        change_account(order.payee, payee, by=by, at=at)
    order.attempt += 1
    order.save(update_fields=["attempt"])
    record(of_order(PaymentFixed, order), about=order, by=by, happened_on=clock.day_of(at))
