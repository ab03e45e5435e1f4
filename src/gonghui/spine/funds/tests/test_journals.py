"""Lines of an account with what it holds after each, and the statement of income and expenditure."""

import io
import re
from datetime import date

import openpyxl
import pytest

from gonghui.core.actor import SYSTEM
from gonghui.core.models import Access
from gonghui.core.period import Period
from gonghui.spine.funds import actions
from gonghui.spine.funds.models import Leg, balances
from gonghui.spine.funds.models.journals import Journal, results
from gonghui.spine.funds.rules.ledger import credit, debit
from gonghui.spine.funds.tests.builders import JULY, Books, person
from gonghui.spine.funds.tests.conftest import SignIn
from gonghui.spine.organisations.tests.builders import Federation

YEAR, AUGUST = Period.parse("2020"), date(2020, 8, 3)


@pytest.fixture
def books(federation: Federation) -> Books:
    """Begun in July with 9 yuan of income and 4 of expense before; then 100 come in, 30 go out, 7 for warmth."""
    found = Books(federation.chaoyang, started_on=JULY)
    own = found.general.pk
    legs = (
        debit(found.account("bank"), own, 1000),
        debit(found.account("administration"), own, 400),
        credit(found.account("contributions"), own, 900),
        credit(found.account("surplus"), own, 500),
    )
    actions.post_draft(actions.draft_opening(found.book, legs, by=person(1), on=JULY), by=person(2))
    found.post(found.receipt(10_000, day=JULY))
    found.post(found.receipt(700, fund=found.warmth, day=AUGUST))
    found.post(found.spending(3_000, day=AUGUST))
    return found


def close_the_year(books: Books) -> None:
    new_year = date(2021, 1, 4)
    for month in range(202007, 202012):
        actions.close_month(books.book, month, by=SYSTEM, on=new_year)
    actions.close_year(books.book, 2020, by=SYSTEM, on=new_year)


def test_a_statement_holds_what_was_earned_and_spent_not_what_was_carried(books: Books) -> None:
    july = results(books.book, Period.parse("2020-07"))
    assert [(one.account.key, one.fen, one.year_fen, one.before_fen) for one in july.rows] == [
        ("contributions", 10_000, 10_900, 900),
        ("administration", 0, 400, 400),
    ]
    whole = results(books.book, YEAR)
    assert (whole.sums("income"), whole.sums("expense")) == ((10_700, 11_600, 900), (3_000, 3_400, 400))
    assert whole.left() == (7_700, 8_200, 500)
    assert whole.left(books.warmth) == (700, 700, 0)
    assert results(books.book, YEAR, books.warmth).left() == (700, 700, 0)
    close_the_year(books)
    assert not [
        fen for (account, _f), fen in balances(books.book, YEAR.last).items() if account == books.account("warmth")
    ]
    assert results(books.book, YEAR) == whole
    assert results(books.book, Period.parse("2020-12")).left() == (0, 8_200, 500)
    assert results(books.book, Period.parse("2021")).rows == []


def test_an_opening_that_was_reversed_is_nothing_the_month_earned(books: Books) -> None:
    opening = Leg.objects.filter(posting__origin="opening").first().posting
    actions.reverse_voucher(opening, by=person(2), on=AUGUST)
    august = results(books.book, Period.parse("2020-08"))
    assert (august.sums("income").fen, august.left().before_fen) == (700, 0)


def test_a_journal_runs_from_page_to_page_and_fund_by_fund(books: Books) -> None:
    bank = books.accounts["bank"]
    for fund, said in ((None, [1_000, 11_000, 11_700, 8_700]), (books.general, [1_000, 11_000, 8_000])):
        journal = Journal(books.book, bank, YEAR, fund)
        lines = list(journal.lines.order_by(*Journal.ORDER))
        assert [held for _leg, held in journal.running(lines, journal.begin)] == said
        for at, leg in enumerate(lines):  # wherever a page begins
            assert journal.held_before(leg) == [0, *said][at]
    august = Journal(books.book, bank, Period.parse("2020-08"))
    assert (august.begin, august.sums) == (11_000, (700, 3_000))


def test_each_number_of_the_statement_is_the_sum_of_the_lines_it_opens(
    books: Books, sign_in: SignIn, federation: Federation
) -> None:
    close_the_year(books)
    pages = sign_in(federation.chaoyang, "accountant")
    for key in ("2020-07", "2020"):
        said = pages.get(f"/funds/{federation.chaoyang.code}/income/", {"period": key}).content.decode()
        numbers = re.findall(r'href="(/funds/[^"]+/ledger/[^"]+)">([\d,.-]+)</a>', said)
        assert len(numbers) == 2 * len(results(books.book, Period.parse(key)).rows)
        for address, number in numbers:
            opened = pages.get(address.replace("&amp;", "&")).context
            rows = [leg.amount_fen for leg in opened["page"].rows]
            assert f"{abs(sum(rows)) / 100:,.2f}" == number
            assert opened["sums"]["debit"] - opened["sums"]["credit"] == sum(rows)


def test_what_leaves_says_what_it_is(books: Books, sign_in: SignIn, federation: Federation) -> None:
    pages, code = sign_in(federation.chaoyang, "accountant"), federation.chaoyang.code
    asked = {"period": "2020-08", "fund": str(books.general.public_id)}
    sheet, about = _opened(pages.get(f"/funds/{code}/ledger/bank/file.xlsx", asked))
    assert sheet[1][3:] == ("支出", "一般经费", None, "30.00", "借", "80.00")
    assert about["行数"] == "1"
    assert about["筛选"] == "科目：102 银行存款；期间：2020年8月；资金：一般经费"
    assert (about["期初余额"], about["期末余额"]) == ("借 110.00", "借 80.00")
    assert len(about["各行的 SHA-256"]) == 64
    sheet, about = _opened(pages.get(f"/funds/{code}/income/file.xlsx", {"period": "2020"}))
    assert sheet[1] == ("收入", "402 拨缴经费收入", "一般经费", "100.00", "109.00", "9.00")
    assert about["结余"] == "77.00 · 82.00 · 5.00"
    assert Access.objects.filter(what="funds.ledger_taken").count() == 2
    late = sign_in(federation.chaoyang, "accountant", seconds_ago=3600)
    assert late.get(f"/funds/{code}/income/file.xlsx").status_code == 302


def _opened(response) -> tuple[list[tuple], dict]:
    first, about = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets
    return list(first.iter_rows(values_only=True)), dict(about.iter_rows(values_only=True))


@pytest.mark.parametrize("asked", ["period=soon", "fund=mine", "fund=00000000-0000-4000-8000-000000000000"])
def test_what_there_is_not_is_absent(books: Books, sign_in: SignIn, federation: Federation, asked: str) -> None:
    pages = sign_in(federation.chaoyang, "accountant")
    for where in ("cash/", "income/", "ledger/bank/"):
        assert pages.get(f"/funds/{federation.chaoyang.code}/{where}?{asked}").status_code == 404
