"""A year of dues in the city's book: the tax office's list day by day, vouchers by two people, a quarter's passed on.

Who pays is a part of the employers whose union stood when the book began; what they pay follows from how many they
employ. A few pay late or in part, some pay in full and have the grass roots' part to be given back.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

from gonghui.core.actor import SYSTEM
from gonghui.core.period import Period
from gonghui.scenario.stage import Stage
from gonghui.scenario.targets import SEED
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import AccountEntry, DuesEntry, Owed
from gonghui.spine.funds.models import Book, DuesRow, Fund, LedgerAccount, PaymentLine, PaymentOrder
from gonghui.spine.funds.rules import dues, ledger, parameters
from gonghui.spine.funds.rules.answers import Answer
from gonghui.spine.organisations.models import Employer

STOOD = date(2019, 6, 1)
PAYING = "[57]$"
"""Employers whose code ends so pay to the city: about two of thirty-one."""
WAGES = (5_200_00, 12_800_00)
"""Between what an employer pays one worker in a month."""
DAYS = (10, 12, 15, 18)
PASSED_ON = (201910, 202001, 202004, 202007)
"""Months in which what the quarter before is owed up and down goes on."""
WAITING, DOUBTED = date(2020, 8, 6), 3


def employers() -> list[Employer]:
    """Who pays, always in the same order."""
    found = Employer.objects.filter(organisation__is_active=True, covered_on__lte=STOOD, uscc__regex=PAYING)
    return list(found.select_related("organisation").order_by("uscc"))


def _entries(month: int) -> Iterator[DuesEntry]:
    """What the tax office's list of a month says, wages of the month before."""
    before = Period.month(ledger.month_of(date(month // 100, month % 100, 1) - timedelta(days=1)))
    rate = parameters.on(before.last).dues
    chance = Random(f"{SEED}:dues:{month}")
    for number, one in enumerate(employers()):
        each = Random(f"{SEED}:wages:{one.uscc}").randrange(*WAGES)
        wages = one.employees * each * chance.randint(94, 106) // 100
        payable = dues.payable_fen(wages, rate)
        if chance.random() < 0.06:
            continue  # pays with the next quarter, or not at all
        yield DuesEntry(
            one.uscc,
            one.name,
            one.organisation,
            "dues",
            before,
            wages,
            payable,
            payable // 2 if chance.random() < 0.01 else payable,
            date(month // 100, month % 100, chance.choice(DAYS)),
            "B" if number % 40 == 7 else "C" if number % 40 == 13 else "A",
            f"3{month}{number:08}",
        )


def gathered(stage: Stage, book: Book, month: int) -> None:
    """The month's payments are on the list and in the book, a voucher a day, made by one and posted by another."""
    made_by, by = stage.actor("city.accountant"), stage.actor("city.treasurer")
    entries = list(_entries(month))
    if not entries:
        return
    actions.record_dues(book, entries, by=made_by, on=ledger.last_day(month))
    for day in sorted({one.paid_on for one in entries}):
        rows = list(DuesRow.objects.to_draft(book).filter(paid_on=day).only("id"))
        draft = actions.draft_dues(book, rows, _general(book), day=day, by=made_by, on=day)
        actions.post_draft(draft, by=by)


def waiting(stage: Stage, book: Book) -> None:
    """Of August's list some days are in: a day to be put into a voucher, with payments that somebody doubts."""
    by = stage.actor("city.accountant")
    entries = [one for one in _entries(202008) if one.paid_on.day == DAYS[0]]
    entries = [DuesEntry(**{**vars(one), "paid_on": WAITING}) for one in entries]
    if not entries:
        return
    made = actions.record_dues(book, entries, by=by, on=WAITING)
    for row in DuesRow.objects.select_related("book__organisation").filter(pk__in=made[:DOUBTED]).order_by("id"):
        actions.doubt_dues(row, by=by, on=WAITING)


def passed_on(stage: Stage, book: Book, month: int) -> None:
    """What is owed up to the national federation and down to districts and industries is ordered, sent and paid."""
    on = ledger.last_day(month).replace(day=26)
    owed = {(one.side, one.name): one for one in actions.owed(book) if not _to_grass_roots(one)}
    orders = [_ordered(stage, book, one, on) for _key, one in sorted(owed.items())]
    if not orders:
        return
    for order in orders:
        _approved(stage, order, on)
    bank = LedgerAccount.objects.get(book=book, key="bank")
    fresh = list(PaymentOrder.objects.filter(pk__in=[one.pk for one in orders]).order_by("id"))
    batch = actions.make_batch(fresh, pays_from=bank, by=stage.actor("city.cashier"), at=_noon(on))
    actions.release_batch(batch, content=batch.content_sha256, by=stage.actor("city.releaser"), at=_noon(on))
    _paid(stage, book, list(batch.lines.order_by("seq")), on)
    for order in PaymentOrder.objects.select_related("book__organisation").filter(pk__in=[one.pk for one in orders]):
        actions.follow_order(order, by=SYSTEM, on=on)


def _to_grass_roots(one: Owed) -> bool:
    """What is owed to unions in employers is left for people to try."""
    return one.to is not None and one.to.level not in ("district", "industry")


def _ordered(stage: Stage, book: Book, one: Owed, on: date) -> PaymentOrder:
    number = one.to.pk if one.to is not None else 0
    return actions.remit_dues(
        book,
        one.side,
        one.to,
        _general(book),
        AccountEntry(f"9991{number:012}", "corporate", bank="示范市工人银行"),  # zh
        period=Period(on.replace(day=1) - timedelta(days=400), on),
        request_key=f"dues-{ledger.month_of(on)}-{one.side}-{number}",
        by=stage.actor("city.accountant"),
        at=_noon(on),
    )


def _approved(stage: Stage, order: PaymentOrder, on: date) -> None:
    tier = parameters.tier_of(order.amount_fen, on)
    who = "city.treasurer" if tier.power == "funds.approve" else "city.lead"
    minutes = f"主席办公会〔{on.year}〕{on.month}号" if tier.needs_minutes else ""  # zh
    actions.approve_order(order, minutes=minutes, by=stage.actor(who), on=on)


def _paid(stage: Stage, book: Book, lines: Sequence[PaymentLine], on: date) -> None:
    rows = [Answer(one.reference, one.amount_fen, "ok", on, "", f"B{one.reference}") for one in lines]
    sha256 = hashlib.sha256(" ".join(one.reference for one in lines).encode()).hexdigest()
    actions.take_answer(book, rows, layout="csv", sha256=sha256, by=stage.actor("city.cashier"), at=_noon(on))


def _general(book: Book) -> Fund:
    return Fund.objects.filter(book=book, is_restricted=False).order_by("id")[0]


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
