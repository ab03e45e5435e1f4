"""Answers of a bank, judged as a set: whatever the files say, it is what the rules say of one row after another."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonghui.core.errors import Refusal
from gonghui.core.journal import entries_of
from gonghui.core.models import Entry
from gonghui.spine.funds import actions
from gonghui.spine.funds.models import AnswerRow, Fund, PaymentBatch, PaymentLine, PaymentOrder, Posting, balance
from gonghui.spine.funds.rules.answers import Answer, Sent, judge_all
from gonghui.spine.funds.tests import builders as made
from gonghui.spine.funds.tests.builders import JUNE, NOON, ORDERER, Books
from gonghui.spine.funds.tests.test_audits import BALANCES, BESPOKEN, PAID, VOUCHERS, found
from gonghui.spine.organisations.tests.builders import Federation

pytestmark = pytest.mark.django_db
HELD, LATER = 1_000_000_00, NOON + timedelta(days=40)
AMOUNTS = (500_00, 300_00, 200_00, 100_00)


@pytest.fixture
def books(federation: Federation) -> Books:
    made_books = Books(federation.chaoyang)
    made_books.post(made_books.receipt(HELD, fund=made_books.warmth))
    return made_books


def lines_of(order: PaymentOrder) -> list[PaymentLine]:
    return list(PaymentLine.objects.filter(order=order).order_by("id"))


def fresh(order: PaymentOrder) -> PaymentOrder:
    return PaymentOrder.objects.get(pk=order.pk)


def about(line: PaymentLine, result: str = "ok", **given_: object) -> Answer:
    said = Answer(line.reference, line.amount_fen, result, JUNE, bank_ref=f"B{line.pk}" if result == "ok" else "")  # type: ignore[arg-type]
    return replace(said, **given_)  # type: ignore[arg-type]


# A list -----------------------------------------------------------------------------------------------------------


def test_what_became_of_a_list_is_told_once_a_file_and_its_lines_tell_the_rest(books: Books) -> None:
    order = made.a_sent_list(books, *AMOUNTS)
    one, two, three, four = lines_of(order)
    made.take(books, about(one), about(two), about(three, "failed", code="ACCT_CLOSED"))
    assert [fresh(order).state, books.held(books.warmth)] == ["sent", HELD - 800_00]
    [paid] = entries_of(order).of_kinds("funds.payment_succeeded")
    assert (paid.quantity, paid.amount_fen) == (2, 800_00)
    [unpaid] = entries_of(order).of_kinds("funds.payment_failed")
    assert (unpaid.quantity, unpaid.amount_fen) == (1, 200_00)
    made.take(books, about(four, "pending"))
    assert fresh(order).state == "sent"
    made.take(books, about(four))
    assert [fresh(order).state, order.batches.get().state] == ["settled", "settled"]
    made.take(books, about(one, "returned"), at=LATER)
    told = entries_of(order).of_kinds("funds.payment_succeeded").aggregate(n=Sum("quantity"), fen=Sum("amount_fen"))
    assert told == {"n": 2, "fen": 400_00}
    assert Posting.objects.filter(origin="payment").count() == 2
    assert Fund.objects.get(pk=books.warmth.pk).committed_fen == 700_00
    assert [found(title) for title in (VOUCHERS, BALANCES, BESPOKEN, PAID)] == [[], [], [], []]


def test_a_payment_of_a_list_that_failed_is_paid_by_an_order_of_its_own(books: Books) -> None:
    order = made.a_sent_list(books, *AMOUNTS)
    one, two, three, four = lines_of(order)
    made.take(books, about(one), about(two, "failed", code="ACCT_CLOSED"), about(three, "returned"), about(four))
    apart = actions.split_off(PaymentLine.objects.get(pk=two.pk), by=ORDERER, at=NOON)
    assert [apart.state, apart.approved_by, apart.made_by] == ["ready", made.APPROVER.account_id, ORDERER.account_id]
    gone = actions.give_up(PaymentLine.objects.get(pk=three.pk), by=ORDERER, at=NOON)
    assert [fresh(gone).state, Fund.objects.get(pk=books.warmth.pk).committed_fen] == ["cancelled", 300_00]
    batch = actions.make_batch([apart], pays_from=books.accounts["bank"], by=made.CASHIER, at=NOON)
    actions.release_batch(batch, content=batch.content_sha256, by=made.RELEASER, at=NOON)
    made.take(books, about(batch.lines.get()))
    assert [fresh(apart).state, fresh(order).state, books.held(books.warmth)] == ["paid", "settled", HELD - 900_00]
    for line in (one, two):
        with pytest.raises(Refusal), transaction.atomic():
            actions.split_off(PaymentLine.objects.get(pk=line.pk), by=ORDERER, at=NOON)
    assert [found(title) for title in (VOUCHERS, BALANCES, BESPOKEN, PAID)] == [[], [], [], []]


# Whatever the files say -------------------------------------------------------------------------------------------

ROW = st.tuples(
    st.integers(0, 7),
    st.sampled_from(["ok", "ok", "ok", "failed", "pending", "returned"]),
    st.sampled_from(["", "TIMEOUT", "ACCT_CLOSED", "ODD"]),
    st.sampled_from(["", "B", "B", "X"]),
    st.sampled_from([0, 0, 0, 1]),
    st.integers(0, 2),
)
FILES = st.lists(st.lists(ROW, min_size=1, max_size=9), min_size=1, max_size=4)


def rows_of(drawn: Sequence[tuple[int, str, str, str, int, int]], lines: Sequence[PaymentLine]) -> list[Answer]:
    rows = []
    for at, result, code, bank_ref, off, later in drawn:
        line, day = lines[at % len(lines)], JUNE + timedelta(days=later)
        code = code if result == "failed" else ""
        bank_ref = f"{bank_ref}{at}" if bank_ref else ""
        reference = "NOBODY" if at == 7 and off else line.reference
        rows.append(Answer(reference, line.amount_fen + off, result, day, code, bank_ref))  # type: ignore[arg-type]
    return rows


def test_files_of_any_content_do_what_the_rules_say_row_by_row(books: Books) -> None:
    batch, order = made.a_released_batch(books, *AMOUNTS[:3]), made.a_sent_list(books, *AMOUNTS)
    lines = list(PaymentLine.objects.order_by("id"))
    seen: Counter[str] = Counter()

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(FILES)
    def told(files: list[list[tuple[int, str, str, str, int, int]]]) -> None:
        with transaction.atomic():
            sent = {line.reference: Sent("sent", line.amount_fen) for line in lines}
            outcomes: dict[int, list[str]] = defaultdict(list)
            for drawn in files:
                rows = rows_of(drawn, lines)
                expected = judge_all(rows, sent)
                file = made.take(books, *rows, at=LATER)
                kept = list(AnswerRow.objects.filter(file=file).order_by("seq"))
                assert [row.outcome for row in kept] == expected
                assert [(row.reference, row.amount_fen, row.result, row.code, row.on) for row in kept] == [
                    (row.reference, row.amount_fen, row.result, row.code, row.on) for row in rows
                ]
                for row in kept:
                    assert (row.posting_id is not None) == (row.outcome in ("succeeded", "returned"))
                    if row.line_id is not None:
                        outcomes[row.line_id].append(row.outcome)
                seen.update(expected)
            holds(books, order, batch, sent, outcomes)
            transaction.set_rollback(True)

    told()
    assert {"succeeded", "failed", "unknown", "returned", "repeated", "stray", "amount_differs"} <= set(seen)


def holds(
    books: Books,
    order: PaymentOrder,
    batch: PaymentBatch,
    sent: dict[str, Sent],
    outcomes: dict[int, list[str]],
) -> None:
    """Lines, orders, batches, fund, book and journal say what the rows came to."""
    lines = list(PaymentLine.objects.select_related("order").order_by("id"))
    assert {line.reference: line.state for line in lines} == {key: one.state for key, one in sent.items()}
    paid = sum(line.amount_fen for line in lines if line.state == "succeeded")
    assert balance(books.accounts["warmth"], LATER.date()) == paid
    told = Entry.objects.of_kinds("funds.payment_succeeded").aggregate(n=Sum("quantity"), fen=Sum("amount_fen"))
    assert ((told["n"] or 0), (told["fen"] or 0)) == (sum(one.state == "succeeded" for one in lines), paid)
    for line in lines:
        if line.order_id != order.pk:
            assert line.order.state == {"succeeded": "paid"}.get(line.state, line.state)
        last = [one for one in outcomes[line.pk] if one in ("succeeded", "failed", "unknown", "returned")]
        assert line.state == (last[-1] if last else "sent")
        assert line.bank_ref == sent[line.reference].bank_ref or line.state != "succeeded"
    ended = {one.batch_id for one in lines} - {one.batch_id for one in lines if one.state in ("sent", "unknown")}
    assert set(PaymentBatch.objects.filter(state="settled").values_list("pk", flat=True)) == ended
    assert (fresh(order).state == "settled") == (order.batches.get().pk in ended)
    assert [found(title) for title in (BESPOKEN, PAID)] == [[], []]
