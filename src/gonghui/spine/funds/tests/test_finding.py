"""What search finds of money, within the scope."""

import pytest

from gonghui.spine.funds.console import finding
from gonghui.spine.funds.tests import builders as made
from gonghui.spine.funds.tests.builders import JUNE, Books
from gonghui.spine.organisations.tests.builders import Federation, an_actor
from gonghui.web.palette import Sought


@pytest.mark.parametrize("words", ["2020-03/2", "202003第2号", "2020-03 2"])
def test_a_voucher_is_found_by_month_and_number_ones_own_first(federation: Federation, words: str) -> None:
    for unit in (federation.haidian, federation.chaoyang, federation.city):
        books = Books(unit)
        for fen in (1_00, 2_00):
            books.post(books.receipt(fen))
    found = finding.vouchers(Sought(an_actor("accountant", federation.city), words))
    below = sorted((federation.haidian, federation.chaoyang), key=lambda one: one.path)
    assert [one.url.split("/")[2] for one in found] == [one.code for one in (federation.city, *below)]
    own = finding.vouchers(Sought(an_actor("accountant", federation.chaoyang), words))
    assert [one.url for one in own] == [f"/funds/{federation.chaoyang.code}/vouchers/2020-03/2/"]
    assert own[0].note.endswith("收到 · 2.00")
    assert finding.vouchers(Sought(an_actor("org_officer", federation.chaoyang), words)) == []


def test_a_batch_and_a_payment_are_found_by_number_and_reference(federation: Federation) -> None:
    books = Books(federation.chaoyang)
    books.post(books.receipt(100_000_00, fund=books.warmth, day=JUNE))
    batch = made.a_batch(books)
    line = batch.lines.get(seq=2)
    order = f"/funds/{federation.chaoyang.code}/orders/{line.order.public_id}/"
    mine, elsewhere = (an_actor("cashier", one) for one in (federation.chaoyang, federation.haidian))
    for words in (line.reference, line.reference.lower()):
        assert [one.url for one in finding.payments(Sought(mine, words))] == [order]
        assert finding.payments(Sought(elsewhere, words)) == []
    for words in (batch.title, f"p{batch.number}"):
        assert [one.title for one in finding.payments(Sought(mine, words))] == [batch.title]
        assert finding.payments(Sought(elsewhere, words)) == []


def test_books_are_found_by_their_union_and_ones_own_by_its_pages(federation: Federation) -> None:
    Books(federation.chaoyang)
    city = finding.books(Sought(an_actor("accountant", federation.city), federation.chaoyang.short_name))
    assert [one.url for one in city] == [f"/funds/{federation.chaoyang.code}/"]
    own = an_actor("accountant", federation.chaoyang)
    assert [one.url for one in finding.books(Sought(own, "收支表"))] == [f"/funds/{federation.chaoyang.code}/income/"]
    assert finding.books(Sought(an_actor("accountant", federation.haidian), federation.chaoyang.short_name)) == []
