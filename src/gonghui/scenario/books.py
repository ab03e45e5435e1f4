"""The city's book: begun in mid-year, a year of dues (`dues.py`), warmth paid out at New Year, mutual aid every month.

Everything goes the way it goes in an office: ordered by one, approved by another, put together by the cashier, released
by a fourth, answered by the bank late and in part. No figure of the report comes out of it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random

from gonghui.core import rollup
from gonghui.core.journal import subject_type_of
from gonghui.scenario import bills, covers, dues, mutual_aid, plan
from gonghui.scenario.stage import DEMO_TODAY, Stage
from gonghui.scenario.targets import SEED
from gonghui.scenario.tree import Item, Items
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import AccountEntry, FundEntry, NewVoucher, OrderEntry, PayeeEntry
from gonghui.spine.funds.models import Book, Fund, LedgerAccount, PayeeAccount, PaymentBatch, PaymentLine, PaymentOrder
from gonghui.spine.funds.rules import ledger
from gonghui.spine.funds.rules.answers import Answer, Result
from gonghui.spine.funds.rules.ledger import Leg, credit, debit
from gonghui.spine.members.models import Person
from gonghui.spine.members.rules.papers import luhn_digit

STARTED_ON = date(2019, 7, 1)
GENERAL = FundEntry("一般经费", name_en="General money")  # zh
WARMTH = FundEntry("送温暖资金", "superior_subsidy", is_restricted=True, name_en="Warmth money")  # zh
OPENING_FEN, EQUIPMENT_FEN, WARMTH_FEN = 38_600_000_00, 21_400_000_00, 2_000_000_00
SPENT = (("publicity", 182_000_00), ("legal_aid", 96_500_00), ("business", 241_300_00), ("administration", 318_700_00))
VISITED, FAILED, SILENT, SENT_BACK = 120, (17, 58, 96), 71, 33
"""Families visited before the Spring Festival; whose payment failed, stayed unknown for a week, came back."""
AID = (500_00, 800_00, 1_000_00, 1_500_00, 2_000_00)
TODAY, MOST = range(VISITED, VISITED + 32), VISITED + 32


def begun(stage: Stage) -> Items:
    """The book begins and runs to the end of its first year; the visits before the festival are paid."""
    return [
        lambda: _open(stage),
        *(_month(stage, month) for month in _months() if month < 202001),
        lambda: _end_of_year(stage),
        lambda: _before_the_festival(stage),
        lambda: _the_bank_answers(stage),
    ]


def half_year(stage: Stage) -> Items:
    """January to July: while a month's mutual aid is paid the next one's file is taken in, and the office goes on."""
    months, aided = [month for month in _months() if month >= 202001], len(bills.MONTHS)
    items: Items = [
        lambda: mutual_aid.founded(stage),
        lambda: covers.enrolled(stage),
        mutual_aid.taken_in(stage, 0),
    ]
    for at, month in enumerate(months):
        if at < aided:
            beside = [mutual_aid.taken_in(stage, at + 1)] if at + 1 < aided else []
            items.append((mutual_aid.paid(stage, at), *beside))
        items.append(_month(stage, month))
    return [*items, rollup.fold_all, lambda: _today(stage), lambda: covers.today(stage)]


def _months() -> Iterator[int]:
    month = ledger.month_of(STARTED_ON)
    while month <= 202007:
        yield month
        month = ledger.next_month(month)


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def _book(stage: Stage) -> Book:
    return Book.objects.get(organisation=stage.unit(plan.CITY_KEY))


def _funds(book: Book) -> tuple[Fund, Fund]:
    by_name = {one.name: one for one in book.funds.all()}
    return by_name[GENERAL.name], by_name[WARMTH.name]


def _open(stage: Stage) -> None:
    by = stage.actor("city.treasurer")
    book = actions.open_book(
        stage.unit(plan.CITY_KEY), started_on=STARTED_ON, funds=(GENERAL, WARMTH), by=by, on=STARTED_ON
    )
    accounts, (general, warmth) = _keys(book), _funds(book)
    money, equipment = _scaled(stage, OPENING_FEN), _scaled(stage, EQUIPMENT_FEN)
    legs = (
        debit(accounts["bank"], general.pk, money),
        debit(accounts["fixed_assets"], general.pk, equipment),
        credit(accounts["fixed_fund"], general.pk, equipment),
        credit(accounts["surplus"], general.pk, money),
        debit(accounts["bank"], warmth.pk, WARMTH_FEN // 4),
        credit(accounts["special_funds"], warmth.pk, WARMTH_FEN // 4),
    )
    draft = actions.draft_opening(book, legs, by=stage.actor("city.accountant"), on=STARTED_ON)
    actions.post_draft(draft, by=by)


def _keys(book: Book) -> dict[str, int]:
    return {key: one.pk for key, one in actions.accounts_of(book).items()}


def _scaled(stage: Stage, fen: int) -> int:
    return max(100, round(fen * min(1.0, stage.scale)))


# A month ----------------------------------------------------------------------------------------------------------


def _month(stage: Stage, month: int) -> Item:
    """Dues come in and go on, the office spends; the month before is closed on the eighth."""

    def run() -> None:
        book = _book(stage)
        accounts, (_general, warmth) = _keys(book), _funds(book)
        made_by, by = stage.actor("city.accountant"), stage.actor("city.treasurer")
        dues.gathered(stage, book, month)
        vouchers = list(_spent(stage, book, month))
        if month == 201912:
            legs = (
                debit(accounts["bank"], warmth.pk, WARMTH_FEN),
                credit(accounts["subsidy_warmth"], warmth.pk, WARMTH_FEN),
            )
            vouchers.append(NewVoucher(book, date(2019, 12, 20), "全国总工会送温暖补助", legs))  # zh
        vouchers = [NewVoucher(**{**vars(one), "made_by": made_by.account_id}) for one in vouchers]
        actions.post_vouchers(vouchers, by=by)
        if month in dues.PASSED_ON:
            dues.passed_on(stage, book, month)
        closed = ledger.month_of(ledger.last_day(month).replace(day=1) - timedelta(days=1))
        if month != 202001 and closed >= ledger.month_of(STARTED_ON):
            actions.close_month(book, closed, by=by, on=ledger.last_day(month).replace(day=8))

    return run


def _spent(stage: Stage, book: Book, month: int) -> Iterator[NewVoucher]:
    accounts, (general, _warmth) = _keys(book), _funds(book)
    chance = Random(f"{SEED}:spent:{month}")
    titles = {one.key: one.name for one in book.accounts.all()}
    for key, fen in SPENT:
        spent = _scaled(stage, fen * chance.randint(70, 130) // 100)
        legs = debit(accounts[key], general.pk, spent), credit(accounts["bank"], general.pk, spent)
        yield NewVoucher(book, date(month // 100, month % 100, chance.randint(5, 27)), titles[key], legs)


def _end_of_year(stage: Stage) -> None:
    actions.close_year(_book(stage), 2019, by=stage.actor("city.treasurer"), on=date(2020, 1, 8))


# Payments ---------------------------------------------------------------------------------------------------------


def _card(number: int) -> str:
    body = f"9990{number:014d}"
    return body + luhn_digit(body)


def _payee(person: Person, *, card: int) -> PayeeEntry:
    return PayeeEntry(
        person.name,
        AccountEntry(_card(card), bank="示范市工人银行"),  # zh
        subject_type=subject_type_of(Person),
        subject_id=person.pk,
    )


def _visited() -> list[Person]:
    """Members, the same ones every time."""
    return list(Person.objects.members().order_by("number")[:MOST])


def _ordered(stage: Stage, numbers: Sequence[int], on: date) -> list[PaymentOrder]:
    book, by = _book(stage), stage.actor("city.accountant")
    _general, warmth = _funds(book)
    account, people = LedgerAccount.objects.get(book=book, key="warmth"), _visited()
    return [
        actions.order_payment(
            OrderEntry(
                warmth,
                account,
                _payee(people[n], card=n),
                AID[n % len(AID)],
                "warmth",
                f"warmth-2020-{n}",
                remark="春节慰问",  # zh
            ),
            by=by,
            at=_noon(on),
        )
        for n in numbers
    ]


def _approved(stage: Stage, orders: Sequence[PaymentOrder], on: date) -> None:
    for order in orders:
        actions.approve_order(order, by=stage.actor("city.treasurer"), on=on)


def _batched(stage: Stage, orders: Sequence[PaymentOrder], on: date) -> PaymentBatch:
    bank = LedgerAccount.objects.get(book=_book(stage), key="bank")
    return actions.make_batch(orders, pays_from=bank, by=stage.actor("city.cashier"), at=_noon(on))


def _released(stage: Stage, batch: PaymentBatch, on: date) -> None:
    actions.release_batch(batch, content=batch.content_sha256, by=stage.actor("city.releaser"), at=_noon(on))


def _before_the_festival(stage: Stage) -> None:
    """A hundred and twenty families; one batch, released on the tenth of January."""
    orders = _ordered(stage, range(VISITED), date(2020, 1, 9))
    _approved(stage, orders, date(2020, 1, 9))
    _released(stage, _batched(stage, orders, date(2020, 1, 10)), date(2020, 1, 10))


def _answer(line: PaymentLine, result: Result, on: date, code: str = "") -> Answer:
    return Answer(line.reference, line.amount_fen, result, on, code, f"B{line.reference}" if result == "ok" else "")


def _told(stage: Stage, name: str, rows: Sequence[Answer], on: date) -> None:
    sha256 = hashlib.sha256(f"{SEED}:{name}".encode()).hexdigest()
    by = stage.actor("city.cashier")
    actions.take_answer(_book(stage), rows, layout="csv", sha256=sha256, by=by, at=_noon(on))


def _the_bank_answers(stage: Stage) -> None:
    """Most at once, three refused, one a week later; one comes back and is paid again to a new card."""
    first, later, back = date(2020, 1, 13), date(2020, 1, 20), date(2020, 2, 11)
    lines = list(PaymentLine.objects.filter(batch__book=_book(stage), order__purpose="warmth").order_by("seq"))
    rows = [
        _answer(line, "failed", first, "ACCT_CLOSED")
        if n in FAILED
        else _answer(line, "pending", first)
        if n == SILENT
        else _answer(line, "ok", first)
        for n, line in enumerate(lines)
    ]
    _told(stage, "first", rows, first)
    _told(stage, "later", [_answer(lines[SILENT], "ok", later), rows[0]], later)
    _told(stage, "back", [_answer(lines[SENT_BACK], "returned", back)], back)
    again = [PaymentOrder.objects.get(lines=lines[n]) for n in (*FAILED, SENT_BACK)]
    people, sure = _visited(), stage.actor("city.treasurer")
    for n, order in zip((*FAILED, SENT_BACK), again, strict=True):
        fresh = _payee(people[n], card=1_000 + n)
        actions.fix_order(order, fresh, by=stage.actor("city.accountant"), at=_noon(back))
        changed = PayeeAccount.objects.get(payee=order.payee_id, replaced_by=None)
        actions.confirm_account(changed, by=sure, at=_noon(back + timedelta(days=1)))
    batch = _batched(stage, [PaymentOrder.objects.get(pk=one.pk) for one in again], date(2020, 2, 13))
    _released(stage, batch, date(2020, 2, 14))
    paid = [_answer(line, "ok", date(2020, 2, 17)) for line in batch.lines.all()]
    _told(stage, "again", paid, date(2020, 2, 17))


def _today(stage: Stage) -> None:
    """Orders to approve, orders to put together, a batch to release, a batch at the bank, a voucher to check."""
    eve = DEMO_TODAY - timedelta(days=3)
    orders = _ordered(stage, TODAY, eve)
    _approved(stage, orders[:26], eve)
    _released(stage, _batched(stage, orders[:8], eve), eve)
    _batched(stage, orders[8:14], DEMO_TODAY)
    book = _book(stage)
    dues.waiting(stage, book)
    accounts, (general, _warmth) = _keys(book), _funds(book)
    legs = [Leg(accounts["culture"], general.pk, 12_800_00), Leg(accounts["bank"], general.pk, -12_800_00)]
    actions.draft_voucher(
        book,
        day=DEMO_TODAY,
        memo="职工球赛场地费",  # zh
        legs=legs,
        attachments=2,
        by=stage.actor("city.accountant"),
        on=DEMO_TODAY,
    )
