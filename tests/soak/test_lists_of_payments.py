"""A list of payments under kills: built by a job that goes on, released, answered; it comes to what it should."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models import Count, Sum

from gonghui.core import bulk
from gonghui.core.audit import CHECKS
from gonghui.core.models import BulkCursor, Entry, Kind
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import Lines, ListEntry
from gonghui.spine.funds.models import (
    AnswerFile,
    AnswerRow,
    Fund,
    Payee,
    PaymentBatch,
    PaymentLine,
    PaymentOrder,
    Posting,
)
from gonghui.spine.funds.rules.answers import Answer
from gonghui.spine.funds.tests import builders as made
from gonghui.spine.funds.tests.builders import APPROVER, CASHIER, JUNE, NOON, ORDERER, RELEASER, Books
from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.tests.builders import Federation
from tests.soak.killing import at_random_moments

pytestmark = [pytest.mark.soak, pytest.mark.django_db(transaction=True)]
PEOPLE, CHUNK, KILLS = 4_000, 1_000, 60
HELD = 10_000_000_00
Through = Callable[[Callable[[], object], Callable[[], bool]], None]


def a_book(unit: Organisation) -> Books:
    books = Books(unit)
    books.post(books.receipt(HELD, fund=books.warmth))
    return books


def fen_of(person: int) -> int:
    return 10_00 + person % 97


@dataclass(frozen=True)
class Paying:
    """One list of a book: who is on it, and how far it has come."""

    books: Books
    number: int

    @property
    def people(self) -> list[tuple[int, str, str]]:
        return made.people(PEOPLE, self.number * PEOPLE)

    @property
    def order(self) -> PaymentOrder:
        return PaymentOrder.objects.get(book=self.books.book, request_key=f"list-{self.number}")

    @property
    def job(self) -> str:
        return f"list {self.books.book.pk} {self.number}"

    def build(self) -> None:
        """The job of a programme: chunk by chunk, the people kept and their payments listed in one transaction."""
        while True:
            with bulk.resumed(self.job) as cursor:
                chunk = self.people[cursor.position : cursor.position + CHUNK]
                if not chunk:
                    return
                kept = actions.keep_people(self.books.book, chunk, by=ORDERER, at=NOON)
                numbers = [person for person, _name, _card in chunk]
                lines = Lines([one.account for one in kept], [fen_of(one) for one in numbers], numbers)
                actions.add_to_list(self.order, self.books.accounts["bank"], lines, by=ORDERER, at=NOON)
                cursor.position += len(chunk)

    def is_built(self) -> bool:
        """All of it; whatever stands is whole chunks, and the job knows of each."""
        done = BulkCursor.objects.filter(name=self.job).values_list("position", flat=True).first()
        order = self.order
        lines = PaymentLine.objects.filter(order=order).aggregate(many=Count("id"), fen=Sum("amount_fen"))
        assert (order.payments, order.amount_fen) == (lines["many"], lines["fen"] or 0)
        assert (done or 0) == order.payments
        return order.payments == PEOPLE

    def close(self) -> None:
        """The sums are those of the job."""
        total = sum(fen_of(person) for person, _name, _card in self.people)
        actions.close_list(self.order, payments=PEOPLE, total_fen=total, by=ORDERER, at=NOON)

    def release(self, number: int) -> None:
        """One batch goes to the bank."""
        batch = self.order.batches.get(number=number)
        actions.release_batch(batch, content=batch.content_sha256, by=RELEASER, at=NOON)

    def is_released(self, number: int) -> bool:
        """Whether it has gone."""
        return self.order.batches.get(number=number).state == "released"

    def take(self, sha256: str, rows: Sequence[Answer]) -> None:
        """The bank's answer."""
        at = NOON + timedelta(days=5)
        actions.take_answer(self.books.book, rows, layout="csv_utf8", sha256=sha256, by=CASHIER, at=at)

    def is_taken(self, sha256: str) -> bool:
        """Whether it stands."""
        return AnswerFile.objects.filter(book=self.books.book, sha256=sha256).exists()


def rows_of(order: PaymentOrder) -> list[Answer]:
    """What the bank says: most are paid, some not, some are in doubt."""
    rows = []
    for line in PaymentLine.objects.filter(order=order).order_by("id"):
        result: Any = ("failed", "pending")[line.seq % 2] if line.seq % 7 == 0 else "ok"
        code = "ACCT_CLOSED" if result == "failed" else ""
        day = JUNE + timedelta(days=line.seq % 2)
        rows.append(Answer(line.reference, line.amount_fen, result, day, code, f"B{line.about_id}"))
    return rows


def go(books: Books, number: int, through: Through) -> None:
    """A list goes all its way."""
    key = f"list-{number}"
    entry = ListEntry(books.warmth, books.accounts["warmth"], "mutual_aid", key, lines_about=Organisation)
    actions.begin_list(entry, by=ORDERER, at=NOON)
    paying = Paying(books, number)
    through(paying.build, paying.is_built)
    through(paying.close, lambda: paying.order.state == "waiting")
    actions.approve_order(paying.order, minutes="2020-6", by=APPROVER, on=JUNE)
    for batch in paying.order.batches.order_by("number").values_list("number", flat=True):
        through(partial(paying.release, batch), partial(paying.is_released, batch))
    rows = rows_of(paying.order)
    late = [replace(one, result="ok") for one in rows if one.result == "pending"]
    for at, part in enumerate((rows[: PEOPLE // 3], rows[PEOPLE // 3 :], late)):
        sha256 = f"{number} {at}"
        through(partial(paying.take, sha256, part), partial(paying.is_taken, sha256))
    assert paying.order.state == "settled"


def stands(books: Books) -> list[Any]:
    """What there is of a book's lists, without what chance draws."""
    book = books.book
    names = dict(Kind.objects.values_list("id", "name"))
    entries = Entry.objects.filter(organisation_id=book.organisation_id)
    told = ("kind", "group_id", "quantity", "amount_fen", "happened_on", "sign", "actor_id")
    lines = PaymentLine.objects.filter(batch__book=book).order_by("about_id")
    line = ("about_id", "seq", "amount_fen", "state", "code", "bank_ref", "settled_on", "account__last4")
    rows = AnswerRow.objects.filter(file__book=book).order_by("file__sha256", "seq")
    row = ("line__about_id", "result", "outcome", "on", "posting__day", "posting__number")
    return [
        list(
            PaymentOrder.objects.filter(book=book)
            .order_by("request_key")
            .values_list("state", "payments", "amount_fen")
        ),
        list(Fund.objects.filter(book=book).order_by("name").values_list("held_fen", "committed_fen")),
        list(PaymentBatch.objects.filter(book=book).order_by("number").values_list("number", "payments", "state")),
        list(lines.values_list(*line)),
        list(
            Payee.objects.filter(book=book).order_by("subject_id").values_list("subject_id", "name", "account__last4")
        ),
        list(rows.values_list(*row)),
        list(Posting.objects.filter(book=book).order_by("month", "number").values_list("day", "number", "total_fen")),
        sorted((names[kind], *rest) for kind, *rest in entries.values_list(*told)),
    ]


def test_a_list_killed_at_random_moments_is_what_one_is_that_nobody_killed() -> None:
    federation, seed, kills = Federation(), random.randrange(2**32), 0
    draw = random.Random(seed)
    print(f"moments drawn from {seed}")  # noqa: T201 (shown where it fails)

    def killing(act: Callable[[], object], is_done: Callable[[], bool]) -> None:
        nonlocal kills
        kills += at_random_moments(act, is_done, draw, KILLS, latest=draw.choice([0.004, 0.1]))
        if not is_done():
            act()
        assert is_done()

    def calm(act: Callable[[], object], is_done: Callable[[], bool]) -> None:
        act()
        assert is_done()

    killed, whole, lists = a_book(federation.chaoyang), a_book(federation.haidian), 0
    while kills < KILLS:
        go(killed, lists, killing)
        go(whole, lists, calm)
        lists += 1
    for ours, theirs in zip(stands(killed), stands(whole), strict=True):
        assert ours == theirs
    for title in ("付款单占用的资金一致", "付款到账与台账、凭证一致", "科目余额与分录重算一致"):
        assert list(CHECKS[title]()) == []
