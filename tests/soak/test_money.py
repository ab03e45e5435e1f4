"""Payments under faults: killed at every statement, released by 200 at once, answered by a thousand strange files."""

import hashlib
import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import Sum

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.journal import KIND_IDS
from gonghui.core.models import Entry
from gonghui.spine.funds import actions
from gonghui.spine.funds.models import BookMonth, Fund, PaymentBatch, PaymentLine, PaymentOrder, Posting, balance
from gonghui.spine.funds.rules.answers import Answer
from gonghui.spine.funds.sheets import banks
from gonghui.spine.funds.tests import bank
from gonghui.spine.funds.tests import builders as made
from gonghui.spine.funds.tests.builders import APPROVER, CASHIER, JUNE, NOON, ORDERER, RELEASER, Books
from gonghui.spine.organisations.tests.builders import Federation
from tests.soak.killing import at_every_statement, at_random_moments

pytestmark = [pytest.mark.soak, pytest.mark.django_db(transaction=True)]
PAYMENTS, RANDOM_MOMENTS, RELEASES, FILES = 500, 200, 200, 1_000
HELD, EACH = 1_000_000_00, 10_00


def a_book() -> Books:
    """A book with a restricted fund that holds a million yuan."""
    books = Books(Federation().chaoyang)
    books.post(books.receipt(HELD, fund=books.warmth))
    return books


# Killed -----------------------------------------------------------------------------------------------------------


def _whole(books: Books, paid: int) -> None:
    """No fen lost, none paid twice: tables, fund, book and journal say the same."""
    orders = PaymentOrder.objects.filter(fund=books.warmth)
    fund = Fund.objects.get(pk=books.warmth.pk)
    assert orders.filter(state="paid").count() == paid
    assert fund.held_fen == HELD - paid * EACH
    open_fen = orders.exclude(state__in=("paid", "cancelled")).aggregate(fen=Sum("amount_fen"))["fen"] or 0
    assert fund.committed_fen == open_fen
    assert balance(books.accounts["warmth"], JUNE) == paid * EACH
    told = Entry.objects.of_kinds("funds.payment_succeeded").aggregate(n=Sum("quantity"), fen=Sum("amount_fen"))
    assert (told["n"] or 0, told["fen"] or 0) == (paid, paid * EACH)


Killing = Callable[[Callable[[], object], Callable[[], bool]], object]


def _through(killing: Killing, books: Books) -> None:
    """A batch goes all its way under a killing of each of its acts, which is begun anew until it stands."""
    orders = [made.an_approved_order(books, EACH) for _ in range(PAYMENTS)]
    before = PaymentOrder.objects.filter(state="paid").count()
    known = PaymentBatch.objects.count()

    def batch() -> PaymentBatch:
        return PaymentBatch.objects.latest("number")

    _done(
        killing,
        lambda: actions.make_batch(orders, pays_from=books.accounts["bank"], by=CASHIER, at=NOON),
        lambda: PaymentBatch.objects.count() > known or PaymentOrder.objects.filter(state="batched").exists(),
    )
    content = batch().content_sha256
    _done(
        killing,
        lambda: actions.release_batch(batch(), content=content, by=RELEASER, at=NOON),
        lambda: PaymentLine.objects.filter(state="sent").exists() or batch().state != "draft",
    )
    lines = list(PaymentLine.objects.filter(batch=batch()).order_by("seq"))
    rows = [Answer(line.reference, line.amount_fen, "ok", JUNE, bank_ref=f"B{line.pk}") for line in lines]
    half = PAYMENTS // 2
    for part in (rows[:half], rows[half:]):
        sha = hashlib.sha256(part[0].reference.encode()).hexdigest()
        paid = PaymentOrder.objects.filter(state="paid").count()
        _done(
            killing,
            partial(actions.take_answer, books.book, part, layout="csv_utf8", sha256=sha, by=CASHIER, at=NOON),
            _more_paid_than(paid),
        )
        _whole(books, paid + half)
    assert (batch().state, PaymentOrder.objects.filter(state="paid").count()) == ("settled", before + PAYMENTS)


def _done(killing: Killing, act: Callable[[], object], is_done: Callable[[], bool]) -> None:
    killing(act, is_done)
    if not is_done():
        act()
    assert is_done()


def test_a_batch_killed_before_and_after_every_statement_goes_on_and_pays_each_once() -> None:
    _through(at_every_statement, a_book())


def test_batches_killed_at_two_hundred_random_moments_go_on_and_pay_each_once() -> None:
    books, seed, kills = a_book(), random.randrange(2**32), 0
    draw = random.Random(seed)
    print(f"moments drawn from {seed}")  # noqa: T201 (shown where it fails)

    def killing(act: Callable[[], object], is_done: Callable[[], bool]) -> None:
        nonlocal kills
        kills += at_random_moments(act, is_done, draw, RANDOM_MOMENTS // 4)

    while kills < RANDOM_MOMENTS:
        _through(killing, books)


def _stands() -> list[Any]:
    """What there is of payments, books and funds."""
    asked_again = KIND_IDS.of("funds.payment_asked_again")
    return [
        *PaymentOrder.objects.order_by("id").values_list("id", "state", "attempt"),
        *PaymentLine.objects.order_by("id").values_list("id", "state", "bank_ref"),
        *PaymentBatch.objects.order_by("id").values_list("id", "state", "total_fen"),
        *Fund.objects.order_by("id").values_list("id", "held_fen", "committed_fen"),
        *BookMonth.objects.order_by("id").values_list("id", "state", "last_number"),
        *Entry.objects.exclude(kind=asked_again).order_by("id").values_list("id", flat=True),
    ]


def _five_times(act: Callable[[], object], again: str = "") -> None:
    """The answer of the first is lost after its commit; four more come, each refused by a code or without effect."""
    before = _stands()
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            act()
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    after = _stands()
    assert after != before
    for _ in range(4):
        if again:
            with pytest.raises(Refusal) as refused:
                act()
            assert refused.value.code == again
        else:
            act()
        assert _stands() == after


def test_requests_whose_answer_was_lost_come_again_and_change_nothing() -> None:
    books = a_book()
    entry = made.an_order(books, EACH)
    _five_times(lambda: actions.order_payment(entry, by=ORDERER, at=NOON))
    with pytest.raises(Refusal, match="内容不一样"):
        actions.order_payment(replace(entry, amount_fen=EACH + 1), by=ORDERER, at=NOON)
    order = PaymentOrder.objects.get()
    _five_times(lambda: actions.approve_order(order, by=APPROVER, on=JUNE), "flow.state")
    bank_account = books.accounts["bank"]
    _five_times(lambda: actions.make_batch([order], pays_from=bank_account, by=CASHIER, at=NOON), "funds.batch_ready")
    batch = PaymentBatch.objects.get()
    content = batch.content_sha256
    _five_times(lambda: actions.release_batch(batch, content=content, by=RELEASER, at=NOON), "flow.state")
    line = PaymentLine.objects.get()
    rows = [Answer(line.reference, line.amount_fen, "ok", JUNE, bank_ref="B1")]
    take = partial(actions.take_answer, books.book, rows, layout="csv_utf8", sha256="a" * 64, by=CASHIER, at=NOON)
    _five_times(take, "funds.answer_known")
    _five_times(lambda: actions.close_month(books.book, 202001, by=SYSTEM, on=JUNE), "funds.month_not_open")


def _more_paid_than(before: int) -> Callable[[], bool]:
    return lambda: PaymentOrder.objects.filter(state="paid").count() != before


# At once ----------------------------------------------------------------------------------------------------------


def test_two_hundred_releases_at_once_are_one() -> None:
    books = a_book()
    batch = made.a_batch(books, *[EACH] * 20)
    with connection.cursor() as cursor:
        cursor.execute("show max_connections")
        room = min(40, int(cursor.fetchone()[0]) - 30)

    def release(number: int) -> str:
        try:
            by = made.person(1000 + number)
            mine = PaymentBatch.objects.get(pk=batch.pk)
            actions.release_batch(mine, content=batch.content_sha256, by=by, at=NOON)
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "released"

    with ThreadPoolExecutor(room) as threads:
        said = Counter(threads.map(release, range(RELEASES)))
    assert said == {"released": 1, "flow.state": RELEASES - 1}
    assert Entry.objects.of_kinds("funds.batch_released").count() == 1


# Strange files ----------------------------------------------------------------------------------------------------


class Oracle:
    """What should come of answers, written from the rules of the regulations' readers and not from ours.

    It keeps the history of each payment as a list of results and asks that history, where ours asks a state.
    """

    def __init__(self, amounts: dict[str, int]) -> None:
        self.amounts = amounts
        self.heard: dict[str, list[str]] = {reference: [] for reference in amounts}
        self.paid_by: dict[str, str] = {}

    def says(self, row: Answer) -> str:
        """What becomes of a row."""
        if row.reference not in self.amounts:
            return "stray"
        if row.amount_fen != self.amounts[row.reference]:
            return "amount_differs"
        heard = self.heard[row.reference]
        was_paid, came_back, failed = ("ok" in heard, "back" in heard, "no" in heard)
        waits = row.result == "pending" or (row.result == "failed" and row.code == "TIMEOUT")
        if row.result == "ok":
            if failed:
                return "contradicts"
            if was_paid:
                same = bool(row.bank_ref) and row.bank_ref == self.paid_by[row.reference]
                return "repeated" if same or (not came_back and not row.bank_ref) else "contradicts"
            self.paid_by[row.reference] = row.bank_ref
            heard.append("ok")
            return "succeeded"
        if waits:
            if was_paid or failed:
                return "contradicts"
            heard.append("?")
            return "unknown" if heard.count("?") == 1 else "repeated"
        if row.result == "returned" and was_paid:
            heard.append("back")
            return "repeated" if came_back else "returned"
        if was_paid:
            return "contradicts"
        heard.append("no")
        return "repeated" if failed else "failed"


def _a_row(draw: random.Random, line: PaymentLine) -> Answer:
    result: Any = draw.choice(["ok"] * 6 + ["failed", "failed", "pending", "returned", "returned"])
    code = draw.choice(["ACCT_CLOSED", "TIMEOUT", "OTHER"]) if result == "failed" else ""
    code = "OTHER" if result == "returned" else code
    bank_ref = draw.choice([f"B{line.pk}"] * 8 + ["X9"]) if result == "ok" else ""
    day = JUNE + timedelta(days=draw.randrange(60))
    row = Answer(line.reference, line.amount_fen, result, day, code, bank_ref)
    if draw.random() < 0.04:
        return replace(row, reference=f"NOBODY{draw.randrange(99)}")
    return replace(row, amount_fen=row.amount_fen + 1) if draw.random() < 0.04 else row


WAYS: dict[str, Callable[..., bytes]] = {
    "csv_gb18030": lambda rows, **given: bank.as_table(rows, "gb18030", **given),
    "csv_utf8": lambda rows, **given: bank.as_table(rows, "utf-8-sig", **given),
    "bars_gb18030": lambda rows, **given: bank.as_table(rows, "gb18030", "|", fen=True, **given),
    "iso20022": bank.as_report,
}


def test_a_thousand_strange_answers_come_to_what_an_oracle_says() -> None:
    books, draw = a_book(), random.Random(20200602)
    batch = made.a_released_batch(books, *[EACH] * 400)
    lines = list(batch.lines.order_by("seq"))
    oracle = Oracle({line.reference: line.amount_fen for line in lines})
    taken: list[tuple[bytes, str]] = []
    seen: Counter[str] = Counter()
    for number in range(FILES):
        if taken and draw.random() < 0.05:
            content, layout = draw.choice(taken)
            with pytest.raises(Refusal, match="已经处理过"):
                _take(books, content, layout)
            continue
        rows = [_a_row(draw, draw.choice(lines)) for _ in range(draw.randint(1, 6))]
        rows += rows[:1] if draw.random() < 0.2 else []
        layout = draw.choice(sorted(WAYS))
        if draw.random() < 0.05:
            with pytest.raises(Refusal, match="合计行不符"):
                _take(books, WAYS[layout](rows, off=1), layout)
            continue
        content = WAYS[layout](rows)
        if (content, layout) in taken:
            continue
        expected = [oracle.says(row) for row in rows]
        file = _take(books, content, layout)
        taken.append((content, layout))
        assert [row.outcome for row in file.answers.order_by("seq")] == expected, f"file {number}"
        seen.update(expected)
    assert set(seen) == {
        *("succeeded", "failed", "unknown", "returned"),
        *("repeated", "stray", "amount_differs", "contradicts"),
    }
    paid = sum("ok" in heard and "back" not in heard for heard in oracle.heard.values())
    _holds(books, paid)


def _take(books: Books, content: bytes, layout: str) -> Any:
    rows, sha256 = banks.answers_of(content, layout)
    at = NOON + timedelta(days=90)
    return actions.take_answer(books.book, rows, layout=layout, sha256=sha256, by=CASHIER, at=at)


def _holds(books: Books, paid: int) -> None:
    """What the oracle says is paid has left the fund, and no fen more."""
    assert Fund.objects.get(pk=books.warmth.pk).held_fen == HELD - paid * EACH
    assert balance(books.accounts["warmth"], JUNE + timedelta(days=200)) == paid * EACH
    assert PaymentOrder.objects.filter(state="paid").count() == paid
    assert Posting.objects.filter(origin__in=("payment", "late_return")).exists()
