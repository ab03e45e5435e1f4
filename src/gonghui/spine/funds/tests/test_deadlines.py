"""What waits at the bank and in the book stands on the desk with its day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.spine.funds.console.books import to_close
from gonghui.spine.funds.console.reconciling import to_hear
from gonghui.spine.funds.tests import builders as made
from gonghui.spine.funds.tests.builders import Books
from gonghui.spine.organisations.tests.builders import Federation


@pytest.fixture
def books(federation: Federation) -> Books:
    found = Books(federation.chaoyang)
    found.post(found.receipt(1_000_00, fund=found.warmth))
    return found


def of(books: Books) -> Actor:
    return replace(made.CASHIER, organisation_id=books.book.organisation_id)


def test_a_bank_has_two_working_days_to_answer_and_five_where_it_is_in_doubt(books: Books) -> None:
    assert to_hear(of(books)) == []
    batch = made.a_released_batch(books, 500_00, 300_00)  # on Monday, 1 June
    [sent] = to_hear(of(books))
    assert (sent.count, sent.due) == (2, date(2020, 6, 3))
    made.take(books, made.answered(batch, 1, "pending"))
    assert [(one.state, one.count, one.due) for one in to_hear(of(books))] == [
        ("等银行回单", 1, date(2020, 6, 3)),
        ("银行未答复", 1, date(2020, 6, 8)),
    ]
    made.take(books, made.answered(batch, 1), made.answered(batch, 2))
    assert to_hear(of(books)) == []


def test_a_month_that_is_over_is_to_be_closed_by_the_eighth(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2020, 1, 31))
    assert to_close(of(books)) == []
    monkeypatch.setattr(clock, "today", lambda: date(2020, 1, 31) + timedelta(days=1))
    [month] = to_close(of(books))
    assert (month.title, month.due) == ("2020-01 结账", date(2020, 2, 8))
