"""The audit of books and payments: nothing after a living month, and each thing that somebody changed past it."""

from datetime import date

import pytest
from django.db import connection

from gonghui.core.actor import SYSTEM
from gonghui.core.audit import CHECKS
from gonghui.spine.funds import actions
from gonghui.spine.funds.models import Book
from gonghui.spine.funds.tests import builders as made
from gonghui.spine.funds.tests.builders import Books
from gonghui.spine.organisations.tests.builders import Federation

pytestmark = pytest.mark.django_db
VOUCHERS, BALANCES, BESPOKEN, PAID = (
    "凭证借贷相等、编号连续",
    "科目余额与分录重算一致",
    "付款单占用的资金一致",
    "付款到账与台账、凭证一致",
)


def found(title: str) -> list[str]:
    return [f"{one.where}: {one.kept} / {one.counted}" for one in CHECKS[title]()]


@pytest.fixture
def book(federation: Federation) -> Book:
    """Receipts, a closed January, payments that succeeded, failed and came back."""
    books = Books(federation.chaoyang)
    books.post(books.receipt(700_00, day=date(2020, 1, 8)))
    books.post(books.receipt(1_000_000_00, fund=books.warmth))
    actions.close_month(books.book, 202001, by=SYSTEM, on=made.JUNE)
    batch = made.a_released_batch(books, 500_00, 300_00, 200_00)
    made.take(books, made.answered(batch, 1), made.answered(batch, 2, "failed", code="ACCT_CLOSED"))
    made.take(books, made.answered(batch, 1, "returned"))
    made.take(books, made.answered(batch, 3))
    [listed] = made.a_sent_list(books, 40_00, 30_00).batches.all()
    made.take(books, made.answered(listed, 1), made.answered(listed, 2, "failed", code="ACCT_CLOSED"))
    return books.book


def test_a_living_book_is_sound(book: Book) -> None:
    assert [found(title) for title in (VOUCHERS, BALANCES, BESPOKEN, PAID)] == [[], [], [], []]


@pytest.mark.parametrize(
    ("title", "change"),
    [
        (VOUCHERS, "delete from funds_leg where seq = 2 and posting_id = (select min(id) from funds_posting)"),
        (VOUCHERS, "update funds_leg set amount_fen = amount_fen + 1 where seq = 1"),
        (VOUCHERS, "delete from funds_posting where number = 1 and month = 202003"),
        (BALANCES, "update funds_dayturn set debit_fen = debit_fen + 1, credit_fen = credit_fen + 1"),
        (BALANCES, "delete from funds_dayturn where day = '2020-01-08'"),
        (BALANCES, "update funds_carried set balance_fen = balance_fen * 2"),
        (BALANCES, "delete from funds_carried"),
        (BALANCES, "update funds_fund set held_fen = held_fen + 1 where is_restricted"),
        (BESPOKEN, "update funds_fund set committed_fen = committed_fen + 1"),
        (BESPOKEN, "update funds_paymentline set state = 'dropped' where about_id is not null and state = 'failed'"),
        (PAID, "update funds_paymentorder set state = 'paid' where state = 'failed'"),
        (PAID, "update funds_paymentorder set payments = payments + 1 where payee_id is null"),
        (PAID, "update funds_paymentorder set amount_fen = amount_fen + 1 where payee_id is null"),
        (PAID, "update funds_paymentline set state = 'sent' where about_id is not null and state = 'failed'"),
        (PAID, "update funds_paymentline set state = 'succeeded' where state = 'returned'"),
        (PAID, "update funds_paymentline set amount_fen = amount_fen + 1 where state = 'succeeded'"),
        (PAID, "delete from funds_posting where origin = 'payment'"),
        (PAID, "insert into funds_posting (book_id, month, number, day, origin, memo, legs, total_fen, attachments, "
         "made_by) select book_id, month, 99, day, 'manual', 'x', 2, 1, 0, 0 from funds_posting limit 1"),
    ],
)  # fmt: skip
def test_what_was_changed_past_the_guards_is_named(book: Book, title: str, change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")  # what was written before is whole
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(change)
        assert cursor.rowcount > 0
        cursor.execute("set local session_replication_role = origin")
    assert found(title)
