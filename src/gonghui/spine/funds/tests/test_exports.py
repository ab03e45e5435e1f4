"""What leaves for auditors: Beancount's own program accepts it, and it does not accept one that was tampered with."""

import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from beancount.loader import load_string

from gonghui.core.actor import SYSTEM
from gonghui.core.period import Period
from gonghui.spine.funds import actions
from gonghui.spine.funds.rules.ledger import credit, debit
from gonghui.spine.funds.sheets import beancount, workbook
from gonghui.spine.funds.tests import builders as made
from gonghui.spine.funds.tests.builders import JULY, JUNE, Books
from gonghui.spine.organisations.tests.builders import Federation

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(federation: Federation) -> Books:
    found = Books(federation.chaoyang)
    found.post(found.receipt(1_000_000_00, fund=found.warmth))
    found.post(found.receipt(70_000_05, day=date(2020, 4, 2)))
    found.post(found.spending(12_34, day=date(2020, 5, 6)))
    batch = made.a_released_batch(found, 500_00, 300_00)
    made.take(found, made.answered(batch, 1), made.answered(batch, 2, "failed", code="ACCT_CLOSED"))
    return found


def errors(text: str) -> list[Any]:
    """What bean-check would say."""
    _entries, found, _options = load_string(text)
    return list(found)


@pytest.mark.parametrize("period", [None, "2020", "2020-04", "2020H1", "2020-06", "2020-07"])
def test_bean_check_accepts_the_ledger(books: Books, period: str | None) -> None:
    text = "".join(beancount.export(books.book, Period.parse(period) if period else None))
    assert errors(text) == []


def test_bean_check_notices_a_fen(books: Books) -> None:
    text = "".join(beancount.export(books.book))
    assert "70000.05 CNY" in text
    assert errors(text.replace(" 70000.05 CNY", " 70000.06 CNY", 1)) != []
    assert errors(text.replace("70000.05 CNY", "70000.06 CNY")) != []


@pytest.fixture
def opened(federation: Federation) -> Books:
    """A book begun in July with what came before, money of both funds among it, its year closed."""
    found = Books(federation.haidian, started_on=JULY)
    bank, own, warmth = found.account("bank"), found.general.pk, found.warmth.pk
    legs = (
        debit(bank, own, 1_000_07),
        debit(found.account("administration"), own, 400_00),
        credit(found.account("contributions"), own, 900_07),
        credit(found.account("surplus"), own, 500_00),
        debit(bank, warmth, 20_00),
        credit(found.account("special_funds"), warmth, 20_00),
    )
    draft = actions.draft_opening(found.book, legs, by=made.person(1), on=JULY)
    actions.post_draft(draft, by=made.person(2))
    found.post(found.spending(5_00, fund=found.warmth, day=date(2020, 8, 3)))
    new_year = date(2021, 1, 4)
    for month in range(202007, 202012):
        actions.close_month(found.book, month, by=SYSTEM, on=new_year)
    actions.close_year(found.book, 2020, by=SYSTEM, on=new_year)
    found.post(found.receipt(3_00, day=new_year))
    return found


@pytest.mark.parametrize("period", [None, "2020", "2020-07", "2020H2", "2021", "2021-01"])
def test_an_opening_and_a_closed_year_are_accepted_too(opened: Books, period: str | None) -> None:
    text = "".join(beancount.export(opened.book, Period.parse(period) if period else None))
    assert errors(text) == []
    # Carried over at the year's end: 500.00 and the 500.07 earned; of warmth what was there but for the 5.00 spent.
    for left in ("Equity:Surplus:F1  -1000.07", "Equity:Special-Funds:F2  -15.00"):
        assert (f"balance {left} ~" in text) == (period != "2020-07"), left
    if " 900.07 CNY" in text:
        assert errors(text.replace(" 900.07 CNY", " 900.08 CNY")) != []


def test_the_workbook_lists_balances_lines_and_payments(books: Books) -> None:
    made_of = openpyxl.load_workbook(io.BytesIO(workbook.ledger(books.book, date(2020, 1, 1), JUNE)))
    held, lines, payments = (list(sheet.iter_rows(values_only=True)) for sheet in made_of)
    bank = [row for row in held if row[0] == "102 银行存款"]
    assert [row[5] for row in bank] == ["69,987.71", "999,500.00"]
    assert len(lines) == 1 + 2 * 4
    assert [row[4:] for row in payments[1:]] == [("付款成功", "500.00")]
