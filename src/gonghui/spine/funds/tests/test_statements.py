"""Bank statements: what they say about payments, what of the book each row is, and what stays open."""

import io
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from django.db import IntegrityError, connection, transaction

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.spine.funds import actions
from gonghui.spine.funds.models import PaymentOrder, Statement, StatementRow
from gonghui.spine.funds.rules.statements import Movement
from gonghui.spine.funds.sheets.statements import movements_of
from gonghui.spine.funds.tests import builders as made
from gonghui.spine.funds.tests.builders import CASHIER, JULY, JUNE, NOON, Books
from gonghui.spine.organisations.tests.builders import Federation

pytestmark = pytest.mark.django_db
HEADS = ["交易日期", "借方金额", "贷方金额", "余额", "对方户名", "流水号", "摘要"]
JUNE_1 = date(2020, 6, 1)


@pytest.fixture
def books(federation: Federation) -> Books:
    return Books(federation.chaoyang)


def told(*rows: tuple[int, str, str], start: int = 0, on: date = JUNE_1) -> list[Movement]:
    """Movements of an amount, with the bank's number and a remark, one after another."""
    found, left = [], start
    for fen, number, remark in rows:
        left += fen
        found.append(Movement(on, fen, left, number, remark=remark))
    return found


def taken(books: Books, movements: list[Movement], sha: str = "a") -> Statement:
    return actions.take_statement(
        books.accounts["bank"], movements, layout="csv_utf8", sha256=sha * 64, by=CASHIER, at=NOON
    )


def hows(books: Books) -> list[str]:
    return list(
        StatementRow.objects.filter(account=books.accounts["bank"]).order_by("id").values_list("how", flat=True)
    )


def funded(books: Books) -> None:
    books.post(books.receipt(1_000_00, fund=books.warmth, day=JUNE))


def test_a_row_that_names_a_payment_is_the_banks_answer_and_a_late_return(books: Books) -> None:
    funded(books)
    line = made.a_released_batch(books, 500_00).lines.get()
    movements = told((1_000_00, "N1", ""), (-500_00, "N2", line.reference), (500_00, "N3", f"退票 {line.reference}"))
    taken(books, movements[:2])
    assert PaymentOrder.objects.get(pk=line.order_id).state == "paid"
    taken(books, movements, "b")
    assert PaymentOrder.objects.get(pk=line.order_id).state == "returned"
    assert hows(books) == ["amount_day", "reference", "reference"]
    assert books.held(books.warmth) == 1_000_00


def test_what_is_uncertain_stays_open_until_somebody_gives_a_reason(books: Books) -> None:
    for _ in range(2):
        books.post(books.receipt(300_00, day=JUNE))
    taken(books, told((300_00, "N1", "")))
    row = StatementRow.objects.get()
    assert row.how == ""
    chosen = actions.candidates(row)[0]
    with pytest.raises(Refusal, match="理由"):
        actions.match_movement(row, chosen.key, " ", by=CASHIER, on=JUNE)
    actions.match_movement(row, chosen.key, "与收据一致", by=CASHIER, on=JUNE)
    found = actions.differences(books.accounts["bank"], 202006)
    assert found is not None
    assert [item.fen for item in found.items] == [300_00]
    assert found.book_adjusted == found.bank_adjusted == 600_00


def test_the_same_statement_again_and_one_with_a_gap_are_refused(books: Books) -> None:
    taken(books, told((300_00, "N1", "")))
    with pytest.raises(Refusal, match="已经导入过"):
        taken(books, told((300_00, "N1", "")))
    with pytest.raises(Refusal, match="接不上"):
        taken(books, told((1_00, "N9", ""), start=5_00), "b")


@pytest.mark.parametrize(("layout", "encoding"), [("csv_gb18030", "gb18030"), ("csv_utf8", "utf-8")])
def test_a_table_is_read_by_its_layout_and_must_add_up(layout: str, encoding: str) -> None:
    text = ",".join(HEADS) + "\n2020-06-01,,300.00,300.00,示例公司,N1,收\n2020-06-02,100.00,,200.00,,N2,付\n"
    rows, _sha = movements_of(text.encode(encoding), layout)
    assert [(row.amount_fen, row.balance_fen) for row in rows] == [(300_00, 300_00), (-100_00, 200_00)]
    with pytest.raises(Refusal, match="第 3 行的余额"):
        movements_of(text.replace("200.00,", "200.01,").encode(encoding), layout)


def test_a_workbook_is_read_too() -> None:
    out: Any = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["交易日期", "支出", "收入", "余额", "对方户名", "交易流水号", "附言"])
        page.write_row(1, 0, ["2020-06-01", "", 12.5, 12.5, "示例", "N1", ""])
    rows, _sha = movements_of(out.getvalue(), "xlsx")
    assert [(row.on, row.amount_fen) for row in rows] == [(JUNE_1, 12_50)]


@pytest.mark.parametrize("change", ["update funds_statementrow set amount_fen = 1", "delete from funds_statementrow"])
def test_the_database_keeps_what_the_bank_told(books: Books, change: str) -> None:
    taken(books, told((300_00, "N1", "")))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_a_month_stays_open_until_each_movement_is_matched_or_explained(books: Books) -> None:
    taken(books, told((300_00, "N1", "")))
    for month in range(202001, 202006):
        actions.close_month(books.book, month, by=SYSTEM, on=JULY)
    with pytest.raises(Refusal, match="1 笔银行收支"):
        actions.close_month(books.book, 202006, by=SYSTEM, on=JULY)
    actions.explain_movement(StatementRow.objects.get(), "月末到账，下月记", by=CASHIER, on=JUNE)
    actions.close_month(books.book, 202006, by=SYSTEM, on=JULY)
