"""Dues go into the book and on to other levels: a voucher for a day's, orders for what is owed up and down."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import F, QuerySet, Sum

from gonghui.core import clock
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import entries_of, record, subject_type_of
from gonghui.core.period import Period
from gonghui.spine.funds.actions.orders import OrderEntry, order_payment
from gonghui.spine.funds.actions.payees import AccountEntry, PayeeEntry
from gonghui.spine.funds.actions.posting import NewVoucher, drafted, followed
from gonghui.spine.funds.actions.setting_up import accounts_of, require_reach
from gonghui.spine.funds.facts import DuesDrafted, DuesRemitted, DuesSettled, DuesSplit
from gonghui.spine.funds.flow import ORDER
from gonghui.spine.funds.models import (
    Book,
    BookMonth,
    DuesRow,
    Fund,
    Payee,
    PaymentOrder,
    Posting,
    SplitLine,
    VoucherDraft,
)
from gonghui.spine.funds.rules import dues, ledger
from gonghui.spine.funds.rules.ledger import Leg
from gonghui.spine.organisations.models import Organisation

MAKE = "funds.vouchers"
ACCOUNT_OF = {
    dues.OWN: "contributions",
    dues.UP: "due_to_superior",
    dues.DOWN: "due_to_subordinate",
    dues.HELD: "custody",
}
"""The account that a part is credited to; what went straight to the grass roots never came in."""
PURPOSES = {dues.UP: "dues_up", dues.DOWN: "dues_down"}
ABOVE = "中华全国总工会"  # zh

# Into the book ----------------------------------------------------------------------------------------------------


@action
def draft_dues(book: Book, rows: Sequence[DuesRow], fund: Fund, *, day: date, by: Actor, on: date) -> VoucherDraft:
    """The payments stand in one voucher that waits for somebody else: what came in, and whose part it is."""
    by.require(MAKE)
    require_reach(by, book)
    numbers = [one.pk for one in rows]
    held = list(DuesRow.objects.to_draft(book).select_for_update(of=("self",)).filter(pk__in=numbers).order_by("id"))
    if not held or len(held) != len(set(numbers)):
        raise Refusal("funds.dues_none", "没有等待制证的经费，或已有人制了证：请刷新后再看")
    if fund.is_restricted or fund.book_id != book.pk:
        raise Refusal("funds.dues_fund", "经费记入不限用途的资金，请从列表中选")
    legs = _legs(book, numbers, fund)
    draft = drafted(NewVoucher(book, day, _memo(held), legs, "dues"), by=by, on=on)
    DuesRow.objects.filter(pk__in=numbers).update(draft=draft)
    told = DuesDrafted(payments=len(held), total_fen=sum(one.paid_fen for one in held))
    record(told, about=draft, by=by, happened_on=on)
    return draft


def _memo(rows: Sequence[DuesRow]) -> str:
    first, last = min(one.paid_on for one in rows), max(one.paid_on for one in rows)
    days = f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d}"  # zh
    red = sum(one.reverses_id is not None for one in rows)
    return f"{days} 收缴经费 {len(rows) - red} 笔" + (f"，退税冲减 {red} 笔" if red else "")  # zh


def _legs(book: Book, numbers: Sequence[int], fund: Fund) -> tuple[Leg, ...]:
    sums: dict[str, int] = defaultdict(int)
    asked = SplitLine.objects.filter(row__in=numbers, side__in=ACCOUNT_OF).values_list("side")
    for side, fen in asked.annotate(fen=Sum("amount_fen")).order_by("side"):
        sums[ACCOUNT_OF[side]] -= fen
        sums["bank"] += fen
    accounts = accounts_of(book)
    return tuple(Leg(accounts[key].pk, fund.pk, fen) for key, fen in sorted(sums.items()) if fen)


def voucher_day(book: Book, day: date, *, on: date) -> date:
    """The day of a voucher: the one on which the money came, or today where that month is closed."""
    closed = BookMonth.objects.filter(book=book, month=ledger.month_of(day), state="closed").exists()
    return on if closed else day


@followed("dues")
def _go_along(draft: VoucherDraft, step: str, posting: Posting | None, by: Actor) -> None:
    """Rows of a voucher are split when it is posted, and wait again when it is sent back or taken off in red."""
    Book.objects.select_for_update(of=("self",)).get(pk=draft.book_id)  # nobody passes them on meanwhile
    rows = DuesRow.objects.select_for_update(of=("self",)).filter(draft=draft).order_by("id")
    numbers = [one.pk for one in rows]
    parts = SplitLine.objects.filter(row__in=numbers)
    if step == "reversed" and parts.filter(order__isnull=False).exists():
        raise Refusal("funds.dues_passed_on", "这张凭证里的经费已经上解或回拨，不能冲销：退税请在那一笔经费上冲减")
    if posting is not None:
        sums = parts.values_list("level").annotate(fen=Sum("amount_fen")).order_by("level")
        for level, fen in sums:
            part = DuesSplit(level=level, part_fen=-fen if step == "reversed" else fen)
            record(part, about=posting, by=by, happened_on=posting.day)
    if step == "posted":
        rows.update(state="split")
        restate(numbers)
    else:
        rows.update(state="collected", draft=None)


_RESTATE = """
update funds_duesrow r set state = n.state from (
  select r.id, case
    when bool_and(coalesce(o.state, '') = 'paid') filter (where s.side in ('up', 'down') and s.amount_fen <> 0)
      is not false then 'settled'
    when bool_and(o.id is not null) filter (where s.side in ('up', 'down') and s.amount_fen <> 0) then 'remitted'
    else 'split' end as state
  from funds_duesrow r join funds_splitline s on s.row_id = r.id left join funds_paymentorder o on o.id = s.order_id
  where r.id = any(%s) and r.state in ('split', 'remitted', 'settled') group by r.id) n
where r.id = n.id and r.state <> n.state
"""


def restate(numbers: Sequence[int]) -> None:
    """Rows that stand in the book stand where their parts stand: settled when every part owed was paid."""
    with connection.cursor() as cursor:
        cursor.execute(_RESTATE, [list(numbers)])


# On to other levels -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Owed:
    """What a book owes one union above or below, of the dues of one period: `to` is none above the city."""

    side: str
    to: Organisation | None
    period: str
    parts: int
    fen: int

    @property
    def name(self) -> str:
        """Whom it is owed to."""
        return self.to.name if self.to is not None else ABOVE


def owing(book: Book, side: str, to: Organisation | None, until: date | None = None) -> QuerySet[SplitLine]:
    """The parts that stand in the book, are owed to somebody, and in no order yet."""
    parts = SplitLine.objects.filter(row__book=book, row__draft__posting__isnull=False, order=None)
    parts = parts.filter(side=side, owed_to=to).exclude(amount_fen=0)
    return parts.filter(row__wages_to__lte=until) if until is not None else parts


_OWED = """
select s.side, s.owed_to_id, r.period, count(*), sum(s.amount_fen), min(r.wages_to)
from funds_splitline s join funds_duesrow r on r.id = s.row_id join funds_voucherdraft d on d.id = r.draft_id
where r.book_id = %s and s.order_id is null and s.side in ('up', 'down') and s.amount_fen <> 0
  and d.posting_id is not null
group by 1, 2, 3 order by 1 desc, 2, 6
"""


def owed(book: Book) -> list[Owed]:
    """What is owed, by union and period, those above first."""
    with connection.cursor() as cursor:
        cursor.execute(_OWED, [book.pk])
        rows = cursor.fetchall()
    unions = Organisation.objects.in_bulk({row[1] for row in rows if row[1] is not None})
    return [Owed(side, unions.get(to), period, parts, int(fen)) for side, to, period, parts, fen, _day in rows]


@action
def remit_dues(
    book: Book,
    side: str,
    to: Organisation | None,
    fund: Fund,
    account: AccountEntry,
    *,
    period: Period,
    request_key: str,
    by: Actor,
    at: datetime,
) -> PaymentOrder:
    """One order pays what is owed to one union of all periods up to the end of one; asked again, it stands once."""
    by.require(ORDER)
    require_reach(by, book)
    Book.objects.select_for_update(of=("self",)).get(pk=book.pk)
    if side not in PURPOSES:
        raise Refusal("funds.dues_side", "只有应上解和应回拨的经费可以付出")
    known = PaymentOrder.objects.filter(book=book, request_key=request_key).first()
    parts = owing(book, side, to, period.last) if known is None else SplitLine.objects.filter(order=known)
    numbers = list(parts.values_list("row_id", flat=True))
    fen = parts.aggregate(fen=Sum("amount_fen"))["fen"] or 0
    if fen <= 0:
        raise Refusal("funds.dues_nothing", "没有要付的：应付的已经提交过，或被退税抵完了，请刷新后再看")
    payee = PayeeEntry(
        to.name if to is not None else ABOVE,
        account,
        "union",
        subject_type=subject_type_of(to) if to is not None else "",
        subject_id=to.pk if to is not None else None,
    )
    spent_on = accounts_of(book)[ACCOUNT_OF[side]]
    entry = OrderEntry(fund, spent_on, payee, fen, PURPOSES[side], request_key, why=f"dues {period.key}")
    order = order_payment(entry, by=by, at=at)
    if known is None:
        parts.update(order=order)
        restate(numbers)
        remitted = DuesRemitted(side=side, remitted_fen=fen)
        record(remitted, about=order, by=by, happened_on=clock.day_of(at))
    return order


def payee_of(book: Book, to: Organisation | None) -> Payee | None:
    """The payee that the union above or below is in the book, once it was paid."""
    if to is None:
        found = Payee.objects.filter(book=book, kind="union", name=ABOVE, subject_id=None)
    else:
        found = Payee.objects.filter(book=book, subject_type=subject_type_of(to), subject_id=to.pk)
    return found.select_related("account").exclude(account=None).order_by("-id").first()


@action
def follow_order(order: PaymentOrder, *, by: Actor, on: date) -> None:
    """What the bank said of an order, or that it was cancelled, is true of the dues that it passes on."""
    parts = SplitLine.objects.filter(order=order)
    numbers = list(parts.values_list("row_id", flat=True))
    side = next(side for side, purpose in PURPOSES.items() if purpose == order.purpose)
    if fen := unsaid(order):
        record(DuesSettled(side=side, settled_fen=fen), about=order, by=by, happened_on=on)
    if order.state == "cancelled":
        parts.update(order=None)
        record(DuesRemitted(side=side, remitted_fen=-order.amount_fen), about=order, by=by, happened_on=on)
    restate(numbers)


def unsaid(order: PaymentOrder) -> int:
    """What of an order's dues is settled and not yet accounted for; below nothing where what was settled is no more."""
    told = entries_of(order).of_kinds(DuesSettled.kind).aggregate(fen=Sum(F("sign") * F("amount_fen")))  # type: ignore[attr-defined]
    return (order.amount_fen if order.state == "paid" else 0) - int(told["fen"] or 0)
