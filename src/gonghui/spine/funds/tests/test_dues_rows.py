"""Dues from the payment of an employer to the account of every level."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.core import audit, codes, reactions
from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES
from gonghui.core.models import Entry
from gonghui.core.period import Period
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import AccountEntry, DuesEntry
from gonghui.spine.funds.models import DuesRow, PaymentOrder, Posting, SplitLine, VoucherDraft
from gonghui.spine.funds.rules import dues, parameters
from gonghui.spine.funds.tests.builders import (
    APPROVER,
    CASHIER,
    JUNE,
    NOON,
    ORDERER,
    RELEASER,
    Books,
    answered,
    person,
    take,
)
from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.tests.builders import Federation

MAY = Period.parse("2020-05")
BANKED = AccountEntry("9990000001", "corporate", "示例银行")


@pytest.fixture
def books(federation: Federation) -> Books:
    return Books(federation.chaoyang)


def an_entry(federation: Federation, number: int = 1, **given: Any) -> DuesEntry:
    """What an employer paid for May: 25,000.00 of wages of 1,250,000.00."""
    made = DuesEntry(
        uscc=codes.demo_uscc("91", 7000 + number),
        name=f"示例缴费{number}有限公司",
        union=federation.first,
        what="dues",
        period=MAY,
        wages_fen=125_000_000,
        payable_fen=2_500_000,
        paid_fen=2_500_000,
        paid_on=JUNE,
        mode="B",
        tax_voucher_no=f"TAX{number:06}",
    )
    return replace(made, **given)


def recorded(books: Books, *entries: DuesEntry) -> list[DuesRow]:
    found = DuesRow.objects.in_bulk(actions.record_dues(books.book, entries, by=ORDERER, on=JUNE))
    return [found[one] for one in found]


def drafted(books: Books, rows: list[DuesRow]) -> VoucherDraft:
    return actions.draft_dues(books.book, rows, books.general, day=JUNE, by=ORDERER, on=JUNE)


def posted(books: Books, rows: list[DuesRow]) -> Mapping[str, int]:
    """The rows stand in the book; what its voucher says of each account."""
    posting = actions.post_draft(drafted(books, rows), by=APPROVER)
    keys = {one.pk: key for key, one in books.accounts.items()}
    return {keys[account]: fen for account, fen in posting.lines.values_list("account_id", "amount_fen")}


def states(books: Books) -> list[str]:
    return sorted(DuesRow.objects.filter(book=books.book).values_list("state", flat=True))


def remitted(books: Books, side: str, to: Organisation, key: str = "k1") -> PaymentOrder:
    return actions.remit_dues(
        books.book, side, to, books.general, BANKED, period=MAY, request_key=key, by=ORDERER, at=NOON
    )


def paid(books: Books, order: PaymentOrder) -> None:
    """Approved, put into a batch, released, and paid by the bank."""
    actions.approve_order(order, minutes="2020-6", by=APPROVER, on=JUNE)
    order = PaymentOrder.objects.get(pk=order.pk)
    batch = actions.make_batch([order], pays_from=books.accounts["bank"], by=CASHIER, at=NOON)
    actions.release_batch(batch, content=batch.content_sha256, by=RELEASER, at=NOON)
    take(books, answered(batch, 1))


def heard() -> None:
    """Whoever waits for what the bank says has heard it; safe however often."""
    for one in reactions.REACTIONS:
        if one.kind.startswith("funds."):
            for entry in Entry.objects.of_kinds(one.kind).order_by("id"):
                one.handler(entry)


# Whose part -------------------------------------------------------------------------------------------------------


@given(st.integers(1, 10**12), st.sampled_from("ABC"), st.sampled_from(["city", "district", "industry", "town"]))
def test_the_sides_of_a_book_hold_every_part_once(fen: int, mode: str, level: str) -> None:
    shares = parameters.on(JUNE).dues
    parts, sides = dues.split(fen, shares), dues.sides(level, in_full=mode == "B")
    assert list(parts) == list(sides) == list(dues.LEVELS)
    assert sum(parts.values()) == fen
    assert list(sides.values()).count(dues.OWN) == (level != "town")
    assert (sides["base"] == dues.DIRECT) == (mode != "B")
    assert sides["acftu"] == dues.UP


def test_equal_fractions_of_a_fen_go_to_the_grass_roots_first() -> None:
    halves = parameters.Dues(percent=2, shares={"base": 25, "district": 25, "city": 25, "acftu": 25})
    assert dues.split(2, halves) == {"base": 1, "district": 1, "city": 0, "acftu": 0}


@pytest.mark.parametrize(
    ("mode", "legs"),
    [
        (
            "B",
            {"bank": 666_667, "contributions": -133_334, "due_to_superior": -133_333, "due_to_subordinate": -400_000},
        ),
        ("A", {"bank": 266_667, "contributions": -133_334, "due_to_superior": -133_333}),
        ("C", {"bank": 266_667, "contributions": -133_334, "due_to_superior": -133_333}),
    ],
)
def test_a_voucher_says_what_came_in_and_whose_it_is(
    federation: Federation, books: Books, mode: str, legs: dict[str, int]
) -> None:
    uneven = {"wages_fen": 33_333_333, "payable_fen": 666_667, "paid_fen": 666_667}
    assert posted(books, recorded(books, an_entry(federation, mode=mode, **uneven))) == legs
    held = dict(SplitLine.objects.values_list("level", "amount_fen"))
    assert held == {"base": 400_000, "district": 133_334, "city": 100_000, "acftu": 33_333}


def test_the_city_owes_districts_their_part_and_keeps_that_of_a_district_that_is_not_there(
    federation: Federation,
) -> None:
    city = Books(federation.city)
    direct = actions.record_dues(
        city.book,
        [an_entry(federation, mode="A"), an_entry(federation, 2, mode="A", union=federation.education)],
        by=ORDERER,
        on=JUNE,
    )
    found = {
        (one.row_id == direct[0], one.level): (one.side, one.owed_to_id)
        for one in SplitLine.objects.filter(row__in=direct)
    }
    assert found[True, "district"] == (dues.DOWN, federation.chaoyang.pk)
    assert found[False, "district"] == (dues.DOWN, federation.education.pk)
    assert found[True, "acftu"] == (dues.UP, None)


def test_preparatory_money_is_held_until_a_union_stands(federation: Federation, books: Books) -> None:
    legs = posted(books, recorded(books, an_entry(federation, what="preparatory", union=None)))
    assert legs["custody"] == -1_500_000
    assert legs["contributions"] == -500_000


# What is refused --------------------------------------------------------------------------------------------------

WRONG = [
    ({"payable_fen": 2_500_002}, "payable", "funds.dues_payable"),
    ({"payable_fen": 2_499_998}, "payable", "funds.dues_payable"),
    ({"uscc": codes.demo_uscc("81", 7001)}, "uscc", "codes.uscc_of_union"),
    ({"period": Period.parse("2020-07")}, "period", "funds.dues_period_ahead"),
    ({"period": Period.parse("2020-W20")}, "period", "funds.dues_period"),
    ({"union": None}, "union", "funds.dues_union"),
    ({"what": "preparatory"}, "what", "funds.dues_founded"),
    ({"what": "preparatory", "union": None, "mode": "A"}, "mode", "funds.dues_mode_whole"),
    ({"mode": "D"}, "mode", "funds.dues_mode"),
    ({"paid_on": date(2020, 6, 2)}, "paid_on", "funds.dues_paid_ahead"),
    ({"paid_on": date(2019, 12, 31)}, "paid_on", "funds.dues_before_book"),
    ({"paid_fen": 0}, "paid", "funds.dues_paid"),
    ({"tax_voucher_no": ""}, "tax_voucher_no", "funds.dues_receipt"),
]


@pytest.mark.parametrize(("given", "field", "code"), WRONG)
def test_each_fault_is_named_where_it_stands(
    federation: Federation, books: Books, given: dict[str, Any], field: str, code: str
) -> None:
    found = [
        (where, refusal.code)
        for _n, where, refusal in actions.faults(books.book, [an_entry(federation, **given)], on=JUNE)
    ]
    assert found == [(field, code)]
    with pytest.raises(Refusal):
        recorded(books, an_entry(federation, 2), an_entry(federation, **given))
    assert not DuesRow.objects.exists()


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_fen_of_rounding_is_nobodys_fault(federation: Federation, books: Books, off: int) -> None:
    assert not list(actions.faults(books.book, [an_entry(federation, payable_fen=2_500_000 + off)], on=JUNE))


def test_a_receipt_stands_once_in_a_file_and_in_all_books(federation: Federation, books: Books) -> None:
    recorded(books, an_entry(federation))
    again = [an_entry(federation), an_entry(federation, 2), an_entry(federation, 3, tax_voucher_no="TAX000002")]
    found = [(n, refusal.code) for n, _field, refusal in actions.faults(books.book, again, on=JUNE)]
    assert found == [(0, "funds.dues_receipt_known"), (2, "funds.dues_receipt_twice")]
    elsewhere = an_entry(federation, union=federation.third)
    codes_found = {one.code for _n, _f, one in actions.faults(Books(federation.haidian).book, [elsewhere], on=JUNE)}
    assert codes_found == {"funds.dues_receipt_known"}


# Through the book and out of it -----------------------------------------------------------------------------------


def test_dues_go_from_the_employer_to_every_level(federation: Federation, books: Books) -> None:
    rows = recorded(books, an_entry(federation), an_entry(federation, 2, union=federation.second))
    draft = drafted(books, rows)
    assert states(books) == ["collected", "collected"]
    with pytest.raises(Refusal, match="没有等待制证"):
        drafted(books, rows)
    with pytest.raises(Refusal):
        actions.post_draft(draft, by=ORDERER)
    assert actions.owed(books.book) == []
    with pytest.raises(Refusal, match="没有要付的"):
        remitted(books, dues.UP, federation.city)
    actions.post_draft(draft, by=APPROVER)
    assert states(books) == ["split", "split"]
    assert [(one.side, one.name, one.fen) for one in actions.owed(books.book)] == [
        ("up", "示范市总工会", 1_000_000),
        ("down", federation.first.name, 1_500_000),
        ("down", federation.second.name, 1_500_000),
    ]
    order = remitted(books, dues.UP, federation.city)
    assert order.amount_fen == 1_000_000
    assert remitted(books, dues.UP, federation.city) == order
    assert PaymentOrder.objects.count() == 1
    with pytest.raises(Refusal, match="没有要付的"):
        remitted(books, dues.UP, federation.city, "k2")
    assert states(books) == ["split", "split"]
    down = remitted(books, dues.DOWN, federation.first, "k3")
    assert states(books) == ["remitted", "split"]
    paid(books, order)
    heard()
    assert states(books) == ["remitted", "split"]
    paid(books, down)
    heard()
    heard()
    assert states(books) == ["settled", "split"]
    assert not [one for found in audit.run() for one in found.differences]


def test_what_came_back_is_settled_no_more_and_what_was_cancelled_is_owed_again(
    federation: Federation, books: Books
) -> None:
    posted(books, recorded(books, an_entry(federation, mode="A")))
    order = remitted(books, dues.UP, federation.city)
    paid(books, order)
    heard()
    assert states(books) == ["settled"]
    take(books, answered(order.lines.get().batch, 1, "returned"))
    heard()
    assert states(books) == ["remitted"]
    actions.cancel_order(PaymentOrder.objects.get(pk=order.pk), by=ORDERER, on=JUNE)
    heard()
    assert states(books) == ["split"]
    assert sum(one.fen for one in actions.owed(books.book)) == 500_000


def test_withdrawn_dues_never_were_and_posted_ones_say_what_stands_in_the_way(
    federation: Federation, books: Books
) -> None:
    first, second = recorded(books, an_entry(federation), an_entry(federation, 2))
    actions.withdraw_dues([first.pk], by=ORDERER, on=JUNE)
    draft = drafted(books, [second])
    for stands in ("等待审核", "第 1 号凭证"):
        with pytest.raises(Refusal) as refused:
            actions.withdraw_dues([second.pk], by=ORDERER, on=JUNE)
        assert stands in str(refused.value)
        if draft.state == "waiting":
            actions.post_draft(draft, by=APPROVER)
            draft.refresh_from_db()
    h1 = Period.parse("2020H1")
    assert FIGURES["funds.dues_paid_fen"].value("/", h1).total == 2_500_000
    assert FIGURES["funds.dues_employers"].value("/", h1).total == 1
    assert FIGURES["funds.dues_district_fen"].value("/", h1).total == 500_000


def test_a_returned_draft_and_a_red_voucher_set_dues_free(federation: Federation, books: Books) -> None:
    rows = recorded(books, an_entry(federation))
    actions.return_draft(drafted(books, rows), by=APPROVER, on=JUNE)
    posting = actions.post_draft(drafted(books, rows), by=APPROVER)
    actions.reverse_voucher(posting, by=APPROVER, on=JUNE)
    assert states(books) == ["collected"]
    assert FIGURES["funds.dues_city_fen"].value("/", Period.parse("2020H1")).total == 0
    posted(books, rows)
    remitted(books, dues.UP, federation.city)
    with pytest.raises(Refusal, match="不能冲销"):
        actions.reverse_voucher(Posting.objects.get(draft__dues__in=rows), by=APPROVER, on=JUNE)
    assert not [one for found in audit.run() for one in found.differences]


def test_a_tax_refund_is_a_row_of_its_own_in_red(federation: Federation, books: Books) -> None:
    (row,) = recorded(books, an_entry(federation))
    with pytest.raises(Refusal):
        actions.reverse_dues(row, "BACK1", by=ORDERER, on=JUNE)
    there = posted(books, [row])
    red = actions.reverse_dues(row, "BACK1", by=ORDERER, on=JUNE)
    assert posted(books, [red]) == {account: -fen for account, fen in there.items()}
    assert states(books) == ["reversed", "split"]
    with pytest.raises(Refusal, match="没有要付的"):
        remitted(books, dues.UP, federation.city)
    assert FIGURES["funds.dues_paid_fen"].value("/", Period.parse("2020H1")).total == 0
    assert not [one for found in audit.run() for one in found.differences]


def test_what_is_doubted_is_in_no_voucher(federation: Federation, books: Books) -> None:
    (row,) = recorded(books, an_entry(federation))
    actions.doubt_dues(row, by=ORDERER, on=JUNE)
    with pytest.raises(Refusal):
        drafted(books, [row])
    actions.clear_dues(row, by=ORDERER, on=JUNE)
    assert drafted(books, [row]).dues.get() == row


def test_many_rows_are_written_as_few_are(federation: Federation, books: Books) -> None:
    recorded(books, *(an_entry(federation, n) for n in range(1, 151)))
    assert DuesRow.objects.count() == 150
    assert FIGURES["funds.dues_employers"].value("/", Period.parse("2020H1")).total == 150
    actions.withdraw_dues(list(DuesRow.objects.values_list("pk", flat=True)), by=SYSTEM, on=JUNE)
    assert FIGURES["funds.dues_employers"].value("/", Period.parse("2020H1")).total == 0


def test_an_audit_finds_a_part_that_was_changed(federation: Federation, books: Books) -> None:
    posted(books, recorded(books, an_entry(federation)))
    SplitLine.objects.filter(level="city").update(amount_fen=1)
    found = [one.where for finding in audit.run() for one in finding.differences]
    assert any("dues" in one for one in found)


def test_only_who_makes_vouchers_records_dues(federation: Federation, books: Books) -> None:
    nobody = replace(person(9), powers=frozenset())
    with pytest.raises(Refusal):
        actions.record_dues(books.book, [an_entry(federation)], by=nobody, on=JUNE)
