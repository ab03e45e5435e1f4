"""The pages of a list of payments: its sums, what failed first, one of them paid anew or not at all."""

from datetime import timedelta

import pytest
from django.db.models import Count, Sum

from gonghui.spine.funds import actions
from gonghui.spine.funds.console import lists
from gonghui.spine.funds.models import PayeeAccount, PaymentBatch, PaymentLine, PaymentOrder
from gonghui.spine.funds.tests import builders as made
from gonghui.spine.funds.tests.builders import NOON, ORDERER, RELEASER, Books
from gonghui.spine.funds.tests.conftest import SignIn
from gonghui.spine.organisations.tests.builders import Federation


@pytest.fixture
def books(federation: Federation) -> Books:
    found = Books(federation.chaoyang)
    found.post(found.receipt(1_000_000_00, fund=found.warmth))
    return found


def address(order: PaymentOrder) -> str:
    return f"/funds/{order.book.organisation.code}/orders/{order.public_id}/"


def answered_list(books: Books) -> tuple[PaymentOrder, list[PaymentLine]]:
    """A list of three: paid, failed, sent back."""
    order = made.a_sent_list(books, 500_00, 300_00, 200_00)
    [batch] = order.batches.all()
    made.take(books, made.answered(batch, 1), made.answered(batch, 2, "failed", code="ACCT_CLOSED"))
    made.take(books, made.answered(batch, 3))
    made.take(books, made.answered(batch, 3, "returned"))
    return order, list(batch.lines.order_by("seq"))


def test_what_failed_comes_first_and_all_is_a_choice(books: Books, sign_in: SignIn) -> None:
    order, lines = answered_list(books)
    client = sign_in(books.book.organisation, "accountant")
    page = client.get(address(order)).content.decode()
    assert [line.reference in page for line in lines] == [False, True, True]
    assert "账户已销户" in page
    assert page.count("1,000.00") >= 1
    page = client.get(address(order), {"state": "all"}).content.decode()
    assert all(line.reference in page for line in lines)
    page = client.get(address(order), {"state": "succeeded"}).content.decode()
    assert [line.reference in page for line in lines] == [True, False, False]


def test_a_failed_payment_is_paid_anew_with_another_account_or_given_up(books: Books, sign_in: SignIn) -> None:
    order, lines = answered_list(books)
    client = sign_in(books.book.organisation, "accountant")
    shown = client.get(address(order), {"line": lines[1].reference}).content.decode()
    assert 'value="apart"' in shown
    assert "required" not in shown.split('value="apart"')[0].split("across")[1]
    typed = {"line": lines[1].reference, "step": "apart", "account_kind": "card", "number": made.a_card(777)}
    wrong = client.post(address(order), typed)
    assert wrong.status_code == 200
    assert not PaymentOrder.objects.filter(from_line=lines[1]).exists()
    answer = client.post(address(order), typed | {"bank": "另一银行"})
    apart = PaymentOrder.objects.get(from_line=lines[1])
    assert answer["Location"] == address(apart)
    account = PayeeAccount.objects.get(payee=apart.payee_id, replaced_by=None)
    assert [account.open_number(), apart.state, actions.held(apart, at=account.set_at) is not None] == [
        made.a_card(777),
        "ready",
        True,
    ]
    assert lines[1].reference in client.get(address(apart)).content.decode()
    client.post(address(order), {"line": lines[2].reference, "step": "give_up"})
    assert PaymentOrder.objects.get(from_line=lines[2]).state == "cancelled"
    assert 'value="apart"' not in client.get(address(order), {"line": lines[0].reference}).content.decode()
    assert client.get(address(order), {"line": "NOBODY"}).status_code == 404


def test_a_failed_order_of_one_payee_takes_another_account_too(books: Books, sign_in: SignIn) -> None:
    batch = made.a_released_batch(books, 500_00)
    made.take(books, made.answered(batch, 1, "failed", code="ACCT_CLOSED"))
    [line] = batch.lines.all()
    client = sign_in(books.book.organisation, "accountant")
    typed = {"step": "fix", "account_kind": "card", "number": made.a_card(777)}
    assert client.post(address(line.order), typed).status_code == 200
    assert PaymentOrder.objects.get(pk=line.order_id).state == "failed"
    client.post(address(line.order), typed | {"bank": "另一银行"})
    assert PaymentOrder.objects.get(pk=line.order_id).state == "ready"
    assert PayeeAccount.objects.get(payee=line.order.payee_id, replaced_by=None).open_number() == made.a_card(777)


def test_a_batch_names_the_accounts_that_changed_since(books: Books, sign_in: SignIn) -> None:
    order = made.a_list(books, 500_00, 300_00)
    [batch] = order.batches.all()
    releaser = sign_in(books.book.organisation, "payment_releaser")
    where = f"/funds/{books.book.organisation.code}/batches/{batch.public_id}/"
    assert 'value="release"' not in releaser.get(where).content.decode()
    actions.close_list(order, payments=2, total_fen=800_00, by=ORDERER, at=NOON)
    actions.approve_order(PaymentOrder.objects.get(pk=order.pk), by=made.APPROVER, on=made.JUNE)
    page = releaser.get(where).content.decode()
    assert 'value="release"' in page
    assert "在列单以后变更过" not in page
    (n, name, _card), other = made.people(1)[0], made.a_card(777)
    actions.keep_people(books.book, [(n, name, other)], by=ORDERER, at=NOON + timedelta(hours=1))
    page = releaser.get(where).content.decode()
    assert "在列单以后变更过" in page
    assert 'value="release"' not in page
    [line] = PaymentLine.objects.filter(batch=batch, about_id=n)
    sign_in(books.book.organisation, "accountant").post(address(order), {"line": line.reference, "step": "apart"})
    page = releaser.get(where).content.decode()
    assert "在列单以后变更过" not in page
    assert line.reference not in page
    again = PaymentBatch.objects.get(pk=batch.pk)
    actions.release_batch(again, content=again.content_sha256, by=RELEASER, at=NOON)


def test_a_list_stands_among_the_orders_and_can_be_cancelled_before_release(books: Books, sign_in: SignIn) -> None:
    order = made.an_approved_list(books, 500_00, 300_00)
    client = sign_in(books.book.organisation, "accountant")
    page = client.get(f"/funds/{books.book.organisation.code}/orders/").content.decode()
    assert "付款清单" in page
    assert "2 笔" in page
    client.post(address(order), {"step": "cancel"})
    assert PaymentOrder.objects.get(pk=order.pk).state == "cancelled"


def test_the_sums_by_result_are_those_of_the_lines_at_every_stage(books: Books) -> None:
    order = made.an_approved_list(books, 500_00, 300_00, 200_00, 100_00, 50_00)

    def is_counted() -> None:
        rows = (
            PaymentLine.objects.filter(order=order).values_list("state").annotate(n=Count("id"), fen=Sum("amount_fen"))
        )
        assert lists._sums(order) == {state: (many, fen) for state, many, fen in rows}

    is_counted()
    line = PaymentLine.objects.select_related("order__book", "order__fund").get(order=order, about_id=5)
    actions.split_off(line, by=ORDERER, at=NOON)
    is_counted()
    batch = order.batches.get()
    actions.release_batch(batch, content=batch.content_sha256, by=RELEASER, at=NOON)
    is_counted()
    made.take(books, made.answered(batch, 1), made.answered(batch, 2, "failed"), made.answered(batch, 3, "pending"))
    is_counted()
    made.take(books, made.answered(batch, 3), made.answered(batch, 4))
    assert order.batches.get().state == "settled"
    made.take(books, made.answered(batch, 4, "returned"))
    is_counted()
    other = made.an_approved_list(books, 5_00, 6_00, key="list-2", start=10)
    actions.cancel_order(other, by=ORDERER, on=made.JUNE)
    order = other
    is_counted()
