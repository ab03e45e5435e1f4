"""Books for tests, made by the actions themselves."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from django.db import transaction
from stdnum import luhn

from gonghui.core.actor import SYSTEM, Actor
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import AccountEntry, FundEntry, Lines, ListEntry, NewVoucher, OrderEntry, PayeeEntry
from gonghui.spine.funds.models import AnswerFile, Book, Fund, PaymentBatch, PaymentOrder, Posting
from gonghui.spine.funds.rules.answers import Answer, Result
from gonghui.spine.funds.rules.ledger import credit, debit
from gonghui.spine.organisations.models import Organisation

JANUARY, MARCH, JUNE, JULY = date(2020, 1, 1), date(2020, 3, 2), date(2020, 6, 1), date(2020, 7, 1)
GENERAL, WARMTH = FundEntry("一般经费"), FundEntry("送温暖资金", "superior_subsidy", is_restricted=True)


class Books:
    """A book with a general fund and a restricted one; amounts are given in fen."""

    def __init__(self, organisation: Organisation, started_on: date = JANUARY) -> None:
        self.book: Book = actions.open_book(
            organisation, started_on=started_on, funds=(GENERAL, WARMTH), by=SYSTEM, on=started_on
        )
        self.general, self.warmth = Fund.objects.filter(book=self.book).order_by("is_restricted")
        self.accounts = actions.accounts_of(self.book)

    def account(self, key: str) -> int:
        """The number of an account."""
        return self.accounts[key].pk

    def receipt(self, fen: int, *, fund: Fund | None = None, day: date = MARCH) -> NewVoucher:
        """Money came in."""
        to = (fund or self.general).pk
        income = "subsidy_warmth" if fund == self.warmth else "contributions"
        return NewVoucher(
            self.book, day, "收到", (debit(self.account("bank"), to, fen), credit(self.account(income), to, fen))
        )

    def spending(self, fen: int, *, fund: Fund | None = None, day: date = MARCH) -> NewVoucher:
        """Money went out."""
        out = (fund or self.general).pk
        return NewVoucher(
            self.book, day, "支出", (debit(self.account("warmth"), out, fen), credit(self.account("bank"), out, fen))
        )

    def post(self, voucher: NewVoucher) -> Posting:
        """The platform posts it."""
        return actions.post_voucher(voucher, by=SYSTEM)

    def held(self, fund: Fund) -> int:
        """What the database says lies of a fund at the bank."""
        return Fund.objects.get(pk=fund.pk).held_fen


def person(account: int) -> Actor:
    """Somebody who may do everything, as the person of a number."""
    return replace(SYSTEM, account_id=account)


ORDERER, APPROVER, CASHIER, RELEASER, SECOND_CASHIER = map(person, range(101, 106))
NOON = datetime(2020, 6, 1, 4, tzinfo=UTC)
_payees = count(1)


def a_card(number: int) -> str:
    """An invented card from 999 whose check digit fits."""
    body = f"999{number:015}"
    return body + str(luhn.calc_check_digit(body))


def an_order(books: Books, fen: int = 500_00, *, fund: Fund | None = None, **given: Any) -> OrderEntry:
    """A payment to somebody new."""
    number = next(_payees)
    payee = PayeeEntry(f"示例收款{number}", AccountEntry(a_card(number), bank="示例银行"))
    made = OrderEntry(
        fund or books.warmth, books.accounts["warmth"], payee, fen, "warmth", request_key=f"warmth-{number}"
    )
    return replace(made, **given)


def an_approved_order(books: Books, fen: int = 500_00, **given: Any) -> PaymentOrder:
    """A payment that waits to be put into a batch."""
    order = actions.order_payment(an_order(books, fen, **given), by=ORDERER, at=NOON)
    actions.approve_order(order, minutes="2020-6", by=APPROVER, on=JUNE)
    return order


def a_batch(books: Books, *amounts: int, **given: Any) -> PaymentBatch:
    """A batch of fresh payments."""
    orders = [an_approved_order(books, fen, **given) for fen in amounts or (500_00, 300_00)]
    return actions.make_batch(orders, pays_from=books.accounts["bank"], by=CASHIER, at=NOON)


def a_released_batch(books: Books, *amounts: int, **given: Any) -> PaymentBatch:
    """A batch that lies at the bank."""
    batch = a_batch(books, *amounts, **given)
    actions.release_batch(batch, content=batch.content_sha256, by=RELEASER, at=NOON)
    return batch


def answered(batch: PaymentBatch, seq: int, result: Result = "ok", **given: Any) -> Answer:
    """A row of the bank's about one line of the batch."""
    line = batch.lines.get(seq=seq)
    row = Answer(line.reference, line.amount_fen, result, JUNE, bank_ref=f"B{line.pk}" if result == "ok" else "")
    return replace(row, **given)


def take(books: Books, *rows: Answer, at: datetime = NOON) -> AnswerFile:
    """The bank's answer comes in."""
    said = hashlib.sha256(repr((rows, next(_payees))).encode()).hexdigest()
    return actions.take_answer(books.book, rows, layout="csv", sha256=said, by=CASHIER, at=at)


def people(many: int, start: int = 0) -> list[tuple[int, str, str]]:
    """So many people with their cards, as a programme knows them."""
    return [(n, f"示例会员{n}", a_card(10**9 + n)) for n in range(start + 1, start + many + 1)]


def a_list(books: Books, *amounts: int, key: str = "list-1", start: int = 0) -> PaymentOrder:
    """An open list that pays people these amounts, in one chunk."""
    with transaction.atomic():
        kept = actions.keep_people(books.book, people(len(amounts), start), by=ORDERER, at=NOON)
        entry = ListEntry(books.warmth, books.accounts["warmth"], "mutual_aid", key, lines_about=Organisation)
        order = actions.begin_list(entry, by=ORDERER, at=NOON)
        about = range(start + 1, start + len(amounts) + 1)
        lines = Lines([one.account for one in kept], amounts, about)
        actions.add_to_list(order, books.accounts["bank"], lines, by=ORDERER, at=NOON)
    return order


def an_approved_list(books: Books, *amounts: int, **given: Any) -> PaymentOrder:
    """A list whose batches wait for release."""
    order = a_list(books, *amounts, **given)
    actions.close_list(order, payments=len(amounts), total_fen=sum(amounts), by=ORDERER, at=NOON)
    actions.approve_order(order, minutes="2020-6", by=APPROVER, on=JUNE)
    return order


def a_sent_list(books: Books, *amounts: int, **given: Any) -> PaymentOrder:
    """A list that lies at the bank."""
    order = an_approved_list(books, *amounts, **given)
    for batch in order.batches.order_by("number"):
        actions.release_batch(batch, content=batch.content_sha256, by=RELEASER, at=NOON)
    return PaymentOrder.objects.get(pk=order.pk)
