"""A payment's way from the order to the bank's answer: once, by several people, no further than the bank says."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Sum

from gonghui.core.errors import PowerMissing, Refusal, StepRefused
from gonghui.core.journal import entries_of
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import AccountEntry, PayeeEntry
from gonghui.spine.funds.flow import COMMITTING
from gonghui.spine.funds.models import (
    AnswerRow,
    Fund,
    PayeeAccount,
    PaymentBatch,
    PaymentLine,
    PaymentOrder,
    Posting,
    balance,
)
from gonghui.spine.funds.tests import builders as made
from gonghui.spine.funds.tests.builders import CASHIER, JUNE, NOON, ORDERER, RELEASER, Books
from gonghui.spine.organisations.tests.builders import Federation, an_actor

pytestmark = pytest.mark.django_db
JULY_3 = date(2020, 7, 3)


@pytest.fixture
def books(federation: Federation) -> Books:
    found = Books(federation.chaoyang)
    found.post(found.receipt(1_000_000_00, fund=found.warmth))
    return found


def state(order: PaymentOrder) -> str:
    return PaymentOrder.objects.get(pk=order.pk).state


def committed(books: Books) -> int:
    """What is bespoken of the restricted fund, which is what its open orders come to."""
    kept = Fund.objects.get(pk=books.warmth.pk).committed_fen
    waiting = PaymentOrder.objects.filter(fund=books.warmth, state__in=COMMITTING).aggregate(fen=Sum("amount_fen"))
    assert kept == (waiting["fen"] or 0)
    return kept


def test_only_the_banks_success_makes_a_payment_paid_and_books_it(books: Books) -> None:
    batch = made.a_released_batch(books, 500_00, 300_00)
    first, second = (line.order for line in batch.lines.all())
    assert [state(first), committed(books), books.held(books.warmth)] == ["sent", 800_00, 1_000_000_00]
    made.take(books, made.answered(batch, 1), made.answered(batch, 2, "failed", code="ACCT_CLOSED"))
    assert [state(first), state(second)] == ["paid", "failed"]
    assert [committed(books), books.held(books.warmth)] == [300_00, 999_500_00]
    assert balance(books.accounts["warmth"], JUNE) == 500_00
    [paid] = entries_of(first).of_kinds("funds.payment_succeeded")
    assert (paid.quantity, paid.amount_fen) == (1, 500_00)
    assert not entries_of(second).of_kinds("funds.payment_succeeded").exists()
    assert PaymentBatch.objects.get(pk=batch.pk).state == "settled"


def test_the_same_answer_again_changes_nothing(books: Books) -> None:
    batch = made.a_released_batch(books, 500_00, 300_00)
    made.take(books, made.answered(batch, 1), made.answered(batch, 1))
    made.take(books, made.answered(batch, 1))
    assert list(AnswerRow.objects.order_by("id").values_list("outcome", flat=True)) == [
        "succeeded",
        "repeated",
        "repeated",
    ]
    assert Posting.objects.filter(origin="payment").count() == 1
    rows = [made.answered(batch, 2)]
    file = {"layout": "csv", "sha256": "0" * 64, "by": CASHIER, "at": NOON}
    actions.take_answer(books.book, rows, **file)  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="已经处理过"):
        actions.take_answer(books.book, rows, **file)  # type: ignore[arg-type]


def test_an_unknown_is_never_sent_again_by_itself(books: Books) -> None:
    batch = made.a_released_batch(books, 500_00)
    [line] = batch.lines.all()
    made.take(books, made.answered(batch, 1, "failed", code="TIMEOUT"))
    assert state(line.order) == "unknown"
    for step in (
        lambda: actions.fix_order(line.order, by=ORDERER, at=NOON),
        lambda: actions.cancel_order(line.order, by=ORDERER, on=JUNE),
        lambda: actions.make_batch([line.order], pays_from=books.accounts["bank"], by=CASHIER, at=NOON),
    ):
        with pytest.raises(Refusal):
            step()
    made.take(books, made.answered(batch, 1))
    assert state(line.order) == "paid"


def test_a_late_return_reverses_on_its_own_day_and_is_paid_anew(books: Books) -> None:
    batch = made.a_released_batch(books, 300_00)
    [line] = batch.lines.all()
    june_29 = date(2020, 6, 29)
    made.take(books, made.answered(batch, 1, on=june_29), at=NOON + timedelta(days=30))
    made.take(books, made.answered(batch, 1, "returned", on=JULY_3), at=NOON + timedelta(days=40))
    told = entries_of(line.order).of_kinds("funds.payment_succeeded")
    assert [(one.happened_on, one.quantity, one.amount_fen) for one in told] == [
        (june_29, 1, 300_00),
        (JULY_3, -1, -300_00),
    ]
    assert [balance(books.accounts["warmth"], day) for day in (june_29, JULY_3)] == [300_00, 0]
    assert [state(line.order), committed(books)] == ["returned", 300_00]
    actions.fix_order(line.order, by=ORDERER, at=NOON + timedelta(days=41))
    again = actions.make_batch([line.order], pays_from=books.accounts["bank"], by=CASHIER, at=NOON + timedelta(days=41))
    actions.release_batch(again, content=again.content_sha256, by=RELEASER, at=NOON + timedelta(days=41))
    made.take(books, made.answered(again, 1, on=date(2020, 7, 6)), at=NOON + timedelta(days=42))
    assert [state(line.order), committed(books), balance(books.accounts["warmth"], date(2020, 7, 6))] == [
        "paid",
        0,
        300_00,
    ]


def test_what_fits_no_payment_waits_for_somebody_and_changes_nothing(books: Books) -> None:
    batch = made.a_released_batch(books, 500_00)
    strange = replace(made.answered(batch, 1), reference="GH-OF-NOBODY")
    less = made.answered(batch, 1, amount_fen=499_99)
    file = made.take(books, strange, less)
    assert [row.outcome for row in file.answers.all()] == ["stray", "amount_differs"]
    assert PaymentLine.objects.get(batch=batch).state == "sent"
    row = file.answers.get(seq=1)
    actions.settle_row(row, "另一系统的付款", by=ORDERER, on=JUNE)
    with pytest.raises(StepRefused):
        actions.settle_row(row, "再看一次", by=ORDERER, on=JUNE)


def test_a_success_under_another_bank_number_is_no_repetition(books: Books) -> None:
    batch = made.a_released_batch(books, 500_00)
    made.take(books, made.answered(batch, 1))
    file = made.take(books, made.answered(batch, 1, bank_ref="ANOTHER"))
    assert file.answers.get().outcome == "contradicts"


# Orders -----------------------------------------------------------------------------------------------------------


def test_a_request_five_times_is_one_order_and_changed_it_is_refused(books: Books) -> None:
    entry = made.an_order(books, 500_00)
    orders = {actions.order_payment(entry, by=ORDERER, at=NOON).pk for _ in range(5)}
    assert len(orders) == PaymentOrder.objects.count() == 1
    assert committed(books) == 500_00
    with pytest.raises(Refusal) as refused:
        actions.order_payment(replace(entry, amount_fen=500_01), by=ORDERER, at=NOON)
    assert refused.value.code == "funds.order_changed"


def test_what_is_bespoken_is_not_ordered_again(books: Books) -> None:
    actions.order_payment(made.an_order(books, 999_999_00), by=ORDERER, at=NOON)
    with pytest.raises(Refusal, match=r"可用 1\.00 元"):
        actions.order_payment(made.an_order(books, 1_01), by=ORDERER, at=NOON)
    with pytest.raises(Refusal, match="不能透支"), transaction.atomic():
        books.post(books.spending(1_01, fund=books.warmth))


def test_approval_is_by_amount_and_never_ones_own(books: Books, federation: Federation) -> None:
    small, large = (
        actions.order_payment(made.an_order(books, fen), by=ORDERER, at=NOON) for fen in (50_000_00, 500_000_01)
    )
    lead = replace(an_actor("finance_lead", federation.chaoyang), account_id=7)
    with pytest.raises(Refusal, match="不能自己批准"):
        actions.approve_order(small, by=ORDERER, on=JUNE)
    actions.approve_order(PaymentOrder.objects.get(pk=small.pk), by=lead, on=JUNE)
    with pytest.raises(PowerMissing):
        actions.approve_order(large, minutes="纪要1号", by=lead, on=JUNE)
    with pytest.raises(Refusal, match="会议纪要号"):
        actions.approve_order(large, by=made.APPROVER, on=JUNE)
    actions.approve_order(PaymentOrder.objects.get(pk=large.pk), minutes="纪要1号", by=made.APPROVER, on=JUNE)


def another_card(order: PaymentOrder) -> PayeeEntry:
    return PayeeEntry(
        order.payee.name, AccountEntry(made.a_card(777), bank="另一银行"), subject_type="a.b", subject_id=5
    )


def test_a_changed_account_holds_its_payment_until_somebody_else_is_sure(books: Books) -> None:
    payee = PayeeEntry("示例改账户", AccountEntry(made.a_card(5), bank="示例银行"), subject_type="a.b", subject_id=5)
    order = made.an_approved_order(books, payee=payee)
    bank = books.accounts["bank"]
    changed = replace(payee, account=AccountEntry(made.a_card(777), bank="另一银行"))
    actions.keep_payee(books.book, changed, by=ORDERER, at=NOON)
    with pytest.raises(Refusal, match="刚变更过"):
        actions.make_batch([order], pays_from=bank, by=CASHIER, at=NOON + timedelta(hours=71, minutes=59))
    with transaction.atomic():
        actions.make_batch([order], pays_from=bank, by=CASHIER, at=NOON + timedelta(hours=72))
        transaction.set_rollback(True)
    account = PayeeAccount.objects.get(payee__subject_id=5, replaces__isnull=False)
    with pytest.raises(Refusal, match="不能自己核实"):
        actions.confirm_account(account, by=ORDERER, at=NOON)
    actions.confirm_account(account, by=made.APPROVER, at=NOON)
    batch = actions.make_batch([order], pays_from=bank, by=CASHIER, at=NOON)
    assert batch.lines.get().account.open_number() == made.a_card(777)


def test_an_account_changed_after_the_batch_was_made_stops_its_release(books: Books) -> None:
    payee = PayeeEntry("示例改账户", AccountEntry(made.a_card(5), bank="示例银行"), subject_type="a.b", subject_id=5)
    order = made.an_approved_order(books, payee=payee)
    batch = actions.make_batch([order], pays_from=books.accounts["bank"], by=CASHIER, at=NOON)
    changed = replace(payee, account=AccountEntry(made.a_card(777), bank="另一银行"))
    actions.keep_payee(books.book, changed, by=ORDERER, at=NOON)
    with pytest.raises(Refusal, match="账户变更过"):
        actions.release_batch(batch, content=batch.content_sha256, by=RELEASER, at=NOON)
    actions.cancel_batch(PaymentBatch.objects.get(pk=batch.pk), by=CASHIER, on=JUNE)
    assert state(order) == "ready"


def test_an_account_is_not_readable_in_the_table(books: Books) -> None:
    order = made.an_approved_order(books)
    account = order.payee.account
    assert account is not None
    assert account.open_number().encode() not in bytes(account.number)
    assert account.masked == f"**** {account.open_number()[-4:]}"


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (AccountEntry("6222020000000000126", bank="银行"), "funds.card_check"),
        (AccountEntry("62220200000001", bank="银行"), "funds.card_length"),
        (AccountEntry("12-34", "corporate", "银行"), "funds.account_length"),
        (AccountEntry("6222020000000000125"), "funds.bank"),
        (AccountEntry("6222020000000000125", bank="银行", clearing="123"), "funds.clearing"),
    ],
)
def test_a_wrong_account_is_refused_without_repeating_it(books: Books, entry: AccountEntry, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        actions.keep_payee(books.book, PayeeEntry("示例", entry), by=ORDERER, at=NOON)
    assert refused.value.code == code
    assert entry.number not in str(refused.value)


# Batches ----------------------------------------------------------------------------------------------------------


def test_maker_and_releaser_are_two_persons(books: Books) -> None:
    batch = made.a_batch(books)
    for one in (CASHIER, made.APPROVER, ORDERER):
        with pytest.raises(Refusal):
            actions.release_batch(batch, content=batch.content_sha256, by=one, at=NOON)
        batch.refresh_from_db()
    with pytest.raises(IntegrityError, match="funds_batch_two_people"), transaction.atomic():
        PaymentBatch.objects.filter(pk=batch.pk).update(state="released", released_by=batch.made_by, released_at=NOON)
    with pytest.raises(IntegrityError, match="released_by_somebody"), transaction.atomic():
        PaymentBatch.objects.filter(pk=batch.pk).update(state="released")


def test_what_was_shown_is_what_is_released(books: Books) -> None:
    batch = made.a_batch(books)
    with pytest.raises(Refusal, match="与您看到的不一致"):
        actions.release_batch(batch, content="0" * 64, by=RELEASER, at=NOON)


def test_the_database_refuses_a_second_payment_of_one_order(books: Books) -> None:
    batch = made.a_batch(books)
    other = made.a_batch(books, 1)
    line = batch.lines.first()
    assert line is not None
    copy = PaymentLine(
        batch=other, seq=9, order=line.order, account=line.account, amount_fen=line.amount_fen, reference="TWICE"
    )
    with pytest.raises(IntegrityError, match="funds_order_paid_once"), transaction.atomic():
        copy.save()
    copy.amount_fen, copy.state = copy.amount_fen + 1, "dropped"
    with pytest.raises(DatabaseError, match="not what was ordered"), transaction.atomic():
        copy.save()


@pytest.mark.parametrize(
    "change",
    [{"state": "succeeded"}, {"amount_fen": 1}, {"reference": "OTHER"}, {"state": "sent"}, {"state": "dropped"}],
)
def test_the_database_refuses_a_step_that_no_payment_takes(books: Books, change: dict[str, Any]) -> None:
    batch = made.a_batch(books)
    with pytest.raises(DatabaseError, match="cannot take this step"), transaction.atomic():
        PaymentLine.objects.filter(batch=batch, seq=1).update(**change)


def test_the_database_keeps_a_batch_and_an_order_as_they_were_made(books: Books) -> None:
    batch = made.a_released_batch(books)
    for table, change in (
        (PaymentBatch.objects.filter(pk=batch.pk), {"content_sha256": "0" * 64}),
        (PaymentBatch.objects.filter(pk=batch.pk), {"released_by": 1}),
        (PaymentBatch.objects.filter(pk=batch.pk), {"state": "draft"}),
        (PaymentOrder.objects.filter(lines__batch=batch), {"amount_fen": 1}),
        (PayeeAccount.objects.filter(payee__orders__lines__batch=batch), {"last4": "0000"}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            table.update(**change)


def test_a_released_batch_is_released_once(books: Books) -> None:
    batch = made.a_released_batch(books)
    with pytest.raises(StepRefused):
        actions.release_batch(batch, content=batch.content_sha256, by=RELEASER, at=NOON)
    with pytest.raises(StepRefused):
        actions.cancel_batch(batch, by=CASHIER, on=JUNE)


def test_a_cancelled_order_frees_its_amount(books: Books) -> None:
    order = made.an_approved_order(books, 500_00)
    actions.cancel_order(order, by=ORDERER, on=JUNE)
    assert committed(books) == 0
