"""The book: what it takes, what it refuses, and that the database refuses it even where the actions are gone round."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import entries_of
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import NewVoucher
from gonghui.spine.funds.models import BookMonth, Fund, Leg, Posting, balance, balances, turnovers
from gonghui.spine.funds.rules.ledger import credit, debit
from gonghui.spine.funds.tests.builders import JULY, MARCH, Books, person
from gonghui.spine.organisations.tests.builders import Federation, an_actor

pytestmark = pytest.mark.django_db
APRIL = date(2020, 4, 1)


@pytest.fixture
def books(federation: Federation) -> Books:
    return Books(federation.chaoyang)


def told(*statements: tuple[str, list[Any]]) -> None:
    """The statements, and everything that is asked at the end of a transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, values in statements:
            cursor.execute(sql, values)
        cursor.execute("set constraints all immediate")


def refused(*statements: tuple[str, list[Any]]) -> str:
    """By which constraint (or code) the database refuses the statements, when the transaction ends at the latest."""
    with pytest.raises(DatabaseError) as said:
        told(*statements)
    diagnosis = said.value.__cause__.diag
    return diagnosis.constraint_name or diagnosis.sqlstate or ""


def test_a_voucher_stands_with_its_number_legs_and_entry(books: Books) -> None:
    posting = books.post(books.receipt(120_000_00))
    assert (posting.number, posting.month, posting.total_fen) == (1, 202003, 120_000_00)
    assert [line.amount_fen for line in posting.lines.order_by("seq")] == [120_000_00, -120_000_00]
    assert entries_of(posting).get().amount_fen == 120_000_00
    assert books.post(books.receipt(1)).number == 2
    assert books.post(books.receipt(1, day=APRIL)).number == 1


def test_one_posting_takes_at_most_ten_statements(books: Books) -> None:
    books.post(books.receipt(100))
    with CaptureQueriesContext(connection) as asked:
        books.post(books.receipt(100))
    assert len(asked) <= 10, [one["sql"] for one in asked]


@pytest.mark.parametrize("fen", [99, -100, 0])
def test_debit_and_credit_are_equal(books: Books, fen: int) -> None:
    bank, income, fund = books.account("bank"), books.account("contributions"), books.general.pk
    with pytest.raises(Refusal):
        books.post(NewVoucher(books.book, MARCH, "不平", (debit(bank, fund, 100), credit(income, fund, fen))))


def test_a_fund_does_not_lend_to_another(books: Books) -> None:
    books.post(books.receipt(100, fund=books.warmth))
    legs = (debit(books.account("business"), books.general.pk, 50), credit(books.account("bank"), books.warmth.pk, 50))
    with pytest.raises(Refusal, match="各自借贷相等"):
        books.post(NewVoucher(books.book, MARCH, "挪用", legs))


def test_a_restricted_fund_is_never_overdrawn(books: Books) -> None:
    books.post(books.receipt(100, fund=books.warmth))
    books.post(books.receipt(1000))
    books.post(books.spending(100, fund=books.warmth))
    with pytest.raises(Refusal, match="不能透支"), transaction.atomic():
        books.post(books.spending(1, fund=books.warmth))
    assert (books.held(books.warmth), books.held(books.general)) == (0, 1000)
    books.post(books.spending(2000))
    assert books.held(books.general) == -1000  # money of one's own may be short for a while


def a_posting(books: Books, number: int = 1, **given: Any) -> list[Any]:
    row: dict[str, Any] = {
        "book_id": books.book.pk,
        "month": 202003,
        "number": number,
        "day": MARCH,
        "origin": "manual",
        "memo": "直接写入",
        "legs": 2,
        "total_fen": 100,
        "attachments": 0,
        "made_by": 1,
    }
    return list({**row, **given}.values())


INSERT = (
    "insert into funds_posting (book_id, month, number, day, origin, memo, legs, total_fen, attachments, made_by)"
    " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
LEGS = "insert into funds_leg (posting_id, seq, account_id, fund_id, day, amount_fen) values "


def test_the_database_refuses_a_voucher_without_legs_and_a_number_that_is_not_used(books: Books) -> None:
    books.post(books.receipt(100))
    assert refused((INSERT, a_posting(books, 2))) == "funds_number_drawn"
    draw = "update funds_bookmonth set last_number = last_number + 1 where book_id = %s and month = 202003"
    assert refused((draw, [books.book.pk])) == "funds_numbers_whole"
    both = ((draw, [books.book.pk]), (INSERT, a_posting(books, 2)))
    assert refused(*both) == "funds_numbers_whole"


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        ([(1, "bank", 100), (2, "contributions", -99)], "funds_balanced"),
        ([(1, "bank", 100), (2, "contributions", -100), (3, "bank", 5), (4, "bank", -5)], "funds_legs_whole"),
        ([(1, "bank", 90), (2, "contributions", -90)], "funds_legs_whole"),
        ([(2, "bank", 100), (3, "contributions", -100)], "funds_legs_whole"),
        ([(1, "bank", 100), (2, "others", -100)], "funds_own_book"),
    ],
)
def test_the_database_refuses_legs_that_do_not_stand(
    books: Books, federation: Federation, lines: list[tuple[int, str, int]], rule: str
) -> None:
    others = Books(federation.haidian).account("bank")
    books.post(books.receipt(100))
    draw = "update funds_bookmonth set last_number = 2 where book_id = %s and month = 202003"
    number = "(select id from funds_posting where number = 2 and book_id = %s)"
    values: list[Any] = []
    for seq, key, fen in lines:
        account = others if key == "others" else books.account(key)
        values += [books.book.pk, seq, account, books.general.pk, MARCH, fen]
    legs = LEGS + ", ".join([f"({number}, %s, %s, %s, %s, %s)"] * len(lines))
    assert refused((draw, [books.book.pk]), (INSERT, a_posting(books, 2)), (legs, values)) == rule


GUARDS = ("23001", "funds_dayturn_kept", "funds_fund_kept", "funds_month_stays")


def test_nothing_is_added_to_a_posted_voucher_and_nothing_is_changed_or_deleted(books: Books) -> None:
    posting = books.post(books.receipt(100))
    more = [posting.pk, 3, books.account("bank"), books.general.pk, MARCH, 5]
    more += [posting.pk, 4, books.account("contributions"), books.general.pk, MARCH, -5]
    assert refused((LEGS + "(%s, %s, %s, %s, %s, %s), (%s, %s, %s, %s, %s, %s)", more)) == "funds_legs_whole"
    for statement in (
        "update funds_leg set amount_fen = amount_fen * 2 where posting_id = %s",
        "delete from funds_leg where posting_id = %s",
        "update funds_posting set memo = '改' where id = %s",
        "delete from funds_posting where id = %s",
        "update funds_dayturn set debit_fen = 0 where account_id = %s",
        "delete from funds_dayturn where account_id = %s",
        "update funds_fund set held_fen = 1 where book_id = %s",
        "delete from funds_bookmonth where book_id = %s",
    ):
        key = posting.book_id if "book_id" in statement else posting.pk
        assert refused((statement, [books.account("bank") if "account_id" in statement else key])) in GUARDS, statement
    assert Leg.objects.filter(posting=posting).count() == 2


def test_a_closed_month_takes_nothing_more(books: Books) -> None:
    books.post(books.receipt(100))
    for month in (202001, 202002, 202003):
        actions.close_month(books.book, month, by=SYSTEM, on=JULY)
    with pytest.raises(Refusal, match="2020-03 已结账"):
        books.post(books.receipt(100))
    assert refused((INSERT, a_posting(books, 2))) == "funds_month_open"
    for change in ("state = 'open'", "last_number = last_number + 1"):
        sql = f"update funds_bookmonth set {change} where book_id = %s and month = 202003"
        assert refused((sql, [books.book.pk])) == "funds_month_stays"
    assert books.post(books.receipt(100, day=APRIL)).number == 1


def test_months_are_closed_in_turn_and_once_over(books: Books) -> None:
    books.post(books.receipt(100))
    with pytest.raises(Refusal, match="请先结 2020-01"):
        actions.close_month(books.book, 202003, by=SYSTEM, on=JULY)
    with pytest.raises(Refusal, match="以后才能结"):
        actions.close_month(books.book, 202001, by=SYSTEM, on=date(2020, 1, 31))
    sql = "update funds_bookmonth set state = 'closed' where book_id = %s and month = 202003"
    assert refused((sql, [books.book.pk])) == "funds_month_in_turn"


def test_balances_are_the_same_before_and_after_closing(books: Books) -> None:
    books.post(books.receipt(500, day=date(2020, 1, 10)))
    books.post(books.receipt(300, fund=books.warmth, day=date(2020, 2, 3)))
    books.post(books.spending(120, day=date(2020, 2, 20)))
    bank = books.accounts["bank"]
    days = [date(2020, 1, 9), date(2020, 1, 10), date(2020, 1, 31), date(2020, 2, 19), date(2020, 2, 29), JULY]
    before = [balance(bank, day) for day in days]
    assert before == [0, 500, 500, 800, 680, 680]
    for month in (202001, 202002):
        actions.close_month(books.book, month, by=SYSTEM, on=MARCH)
    assert [balance(bank, day) for day in days] == before
    assert balances(books.book, JULY, [bank.pk]) == {
        (bank.pk, books.general.pk): 380,
        (bank.pk, books.warmth.pk): 300,
    }
    assert turnovers(books.book, date(2020, 2, 1), date(2020, 2, 29))[bank.pk, books.general.pk] == (0, 120)


def test_a_book_may_start_in_mid_year_with_what_came_before(federation: Federation) -> None:
    books = Books(federation.chaoyang, started_on=JULY)
    fund = books.general.pk
    legs = (
        debit(books.account("bank"), fund, 900),
        debit(books.account("business"), fund, 100),
        credit(books.account("contributions"), fund, 400),
        credit(books.account("surplus"), fund, 600),
    )
    draft = actions.draft_opening(books.book, legs, by=person(1), on=JULY)
    with pytest.raises(Refusal, match="待审核"):
        actions.draft_opening(books.book, legs, by=person(1), on=JULY)
    with pytest.raises(Refusal, match="不能为同一人"):
        actions.post_draft(draft, by=person(1))
    actions.post_draft(draft, by=person(2))
    with pytest.raises(Refusal, match="期初余额已经记过"):
        actions.draft_opening(books.book, legs, by=person(1), on=JULY)
    with pytest.raises(Refusal, match="启用之前"):
        books.post(books.receipt(1, day=date(2020, 6, 30)))
    for month in range(202007, 202012):
        actions.close_month(books.book, month, by=SYSTEM, on=date(2021, 1, 5))
    actions.close_year(books.book, 2020, by=SYSTEM, on=date(2021, 1, 5))
    last = date(2020, 12, 31)
    assert balance(books.accounts["surplus"], last) == -900
    assert balance(books.accounts["contributions"], last) == balance(books.accounts["business"], last) == 0


def test_a_year_ends_with_each_fund_carried_into_its_own_remainder(books: Books) -> None:
    books.post(books.receipt(1000))
    books.post(books.receipt(300, fund=books.warmth))
    books.post(books.spending(120, fund=books.warmth))
    new_year = date(2021, 1, 4)
    for month in range(202001, 202012):
        actions.close_month(books.book, month, by=SYSTEM, on=new_year)
    with pytest.raises(Refusal, match="年度结账"):
        actions.close_month(books.book, 202012, by=SYSTEM, on=new_year)
    posting = actions.close_year(books.book, 2020, by=SYSTEM, on=new_year)
    assert posting is not None
    assert balance(books.accounts["surplus"], new_year) == -1000
    assert balance(books.accounts["special_funds"], new_year) == -180
    assert books.held(books.warmth) == 180
    assert books.post(books.receipt(5, day=new_year)).number == 1


def test_who_makes_a_voucher_does_not_post_it(books: Books, federation: Federation) -> None:
    maker = an_official_of(federation, 7)
    legs = books.receipt(100).legs
    draft = actions.draft_voucher(books.book, day=MARCH, memo="收到补助", legs=legs, by=maker, on=MARCH)
    with pytest.raises(Refusal, match="不能为同一人"):
        actions.post_draft(draft, by=maker)
    posting = actions.post_draft(draft, by=an_official_of(federation, 8))
    assert (posting.made_by, posting.checked_by) == (7, 8)
    with pytest.raises(Refusal, match="已经处理过"):
        actions.post_draft(draft, by=an_official_of(federation, 9))
    sql = INSERT.replace("made_by)", "made_by, checked_by)").removesuffix("%s)") + "%s, 1)"
    assert refused((sql, a_posting(books, 2))) == "funds_posting_two_people"


def an_official_of(federation: Federation, account: int, role: str = "accountant") -> Actor:
    """An official of the district, as the person of a number."""
    return replace(an_actor(role, federation.chaoyang), account_id=account)


def test_a_reversal_stands_on_its_own_day_and_once(books: Books) -> None:
    posting = books.post(books.receipt(100))
    red = actions.reverse_voucher(posting, by=replaced(SYSTEM, 9), on=APRIL)
    assert (red.month, balance(books.accounts["bank"], JULY)) == (202004, 0)
    assert balance(books.accounts["bank"], MARCH) == 100
    with pytest.raises(Refusal, match="已经冲销过"):
        actions.reverse_voucher(posting, by=replaced(SYSTEM, 9), on=APRIL)


def replaced(actor: Actor, account: int) -> Actor:
    return replace(actor, account_id=account)


def test_many_vouchers_stand_as_if_posted_one_by_one(books: Books, federation: Federation) -> None:
    one_by_one = Books(federation.haidian)
    days = [MARCH, APRIL, MARCH]
    ids = actions.post_vouchers([books.receipt(100 + n, day=day) for n, day in enumerate(days)], by=SYSTEM)
    for n, day in enumerate(days):
        one_by_one.post(one_by_one.receipt(100 + n, day=day))
    columns = ["month", "number", "day", "origin", "memo", "legs", "total_fen", "made_by", "checked_by"]
    assert list(Posting.objects.filter(pk__in=ids).order_by("id").values_list(*columns)) == list(
        Posting.objects.filter(book=one_by_one.book).order_by("id").values_list(*columns)
    )
    assert balance(books.accounts["bank"], JULY) == balance(one_by_one.accounts["bank"], JULY) == 303
    assert all(entries_of(posting).count() == 1 for posting in Posting.objects.filter(pk__in=ids))
    assert BookMonth.objects.get(book=books.book, month=202003).last_number == 2


def test_a_stranger_touches_nothing(books: Books, federation: Federation) -> None:
    stranger = an_actor("accountant", federation.haidian)
    with pytest.raises(PowerMissing):
        actions.draft_voucher(books.book, day=MARCH, memo="越界", legs=books.receipt(1).legs, by=stranger, on=MARCH)
    with pytest.raises(PowerMissing):
        actions.close_month(books.book, 202001, by=SYSTEM_OF_NOBODY, on=JULY)
    assert Fund.objects.filter(book=books.book, held_fen=0).count() == 2


SYSTEM_OF_NOBODY = Actor(99, 99, "无权", 0, "", "/", "city", "statistician")
