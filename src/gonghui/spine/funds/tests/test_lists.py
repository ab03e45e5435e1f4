"""Lists of payments: put together in chunks, approved as one, released by another, each line paid once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.journal import entries_of
from gonghui.core.models import Entry
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import AccountEntry, Lines, ListEntry, PayeeEntry
from gonghui.spine.funds.models import (
    Fund,
    Payee,
    PayeeAccount,
    PaymentBatch,
    PaymentLine,
    PaymentOrder,
)
from gonghui.spine.funds.rules import parameters
from gonghui.spine.funds.tests import builders as made
from gonghui.spine.funds.tests.builders import APPROVER, CASHIER, JUNE, NOON, ORDERER, RELEASER, Books
from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.tests.builders import Federation

pytestmark = pytest.mark.django_db
HELD = 1_000_000_00


@pytest.fixture
def books(federation: Federation) -> Books:
    found = Books(federation.chaoyang)
    found.post(found.receipt(HELD, fund=found.warmth))
    return found


def committed(books: Books) -> int:
    return Fund.objects.get(pk=books.warmth.pk).committed_fen


def fresh(order: PaymentOrder) -> PaymentOrder:
    return PaymentOrder.objects.get(pk=order.pk)


def line(order: PaymentOrder, number: int) -> PaymentLine:
    """The line of a list about the record of that number."""
    return PaymentLine.objects.select_related("order__book", "order__fund").get(order=order, about_id=number)


# People -----------------------------------------------------------------------------------------------------------


def kept(books: Books, people: list[tuple[int, str, str]], at: Any = NOON) -> list[actions.Kept]:
    return actions.keep_people(books.book, people, by=ORDERER, at=at)


def stands(payee: Payee) -> list[Any]:
    """What a payee, their accounts and the journal say, without what is drawn by chance."""
    rows = PayeeAccount.objects.filter(payee=payee).order_by("set_at", "replaces__set_at")
    said = [
        (
            *(one.open_number(), bytes(one.found), one.last4, one.bank, one.clearing, one.kind, one.set_by, one.set_at),
            one.replaces.open_number() if one.replaces else None,
            *entries_of(one).values_list("kind", "group_id", "organisation_id", "path", "actor_id", "happened_on"),
        )
        for one in rows
    ]
    assert payee.account is not None
    return [payee.book_id, payee.kind, payee.name, payee.subject_type, payee.account.open_number(), said]


def test_people_kept_in_sets_stand_as_those_kept_one_by_one(books: Books) -> None:
    first, second = made.people(6), [(n, name, made.a_card(10**6 + n)) for n, name, _card in made.people(3)]
    days = (NOON, NOON + timedelta(days=1))
    sets = [kept(books, people, at) for people, at in zip((first, second + first[3:5]), days, strict=True)]
    for people, at in zip((first, second), days, strict=True):
        for n, name, card in people:
            entry = PayeeEntry(name, AccountEntry(card, bank="工会会员服务卡"), "person", "a.b", n)
            actions.keep_payee(books.book, entry, by=ORDERER, at=at)
    for n, _name, _card in first:
        ours, theirs = (
            stands(Payee.objects.get(subject_type=kind, subject_id=n)) for kind in ("members.person", "a.b")
        )
        assert ours.pop(3) != theirs.pop(3)
        assert ours == theirs
    assert [one.is_held for one in sets[1]] == [True] * 3 + [False] * 2
    assert [one[:2] for one in sets[1][3:]] == [one[:2] for one in sets[0][3:5]]
    assert not any(one.is_held for one in kept(books, second, days[1] + timedelta(hours=72)))


def test_a_card_that_cannot_be_one_is_told_by_a_code_and_stops_nobody(books: Books) -> None:
    good = made.people(1)[0]
    bad = [(7, "示例", "6222020000000000126"), (8, "示例", "12"), (9, "=1+1", made.a_card(9)), (10, "示例", "六二二二")]
    found = kept(books, [*bad, good])
    assert [one.wrong for one in found] == [
        "funds.card_check",
        "funds.card_length",
        "funds.payee_sign",
        "funds.card_length",
        "",
    ]
    assert Payee.objects.get(pk=found[-1].payee).account_id == found[-1].account
    assert Payee.objects.count() == 1


def test_somebody_named_twice_is_one_payee_whose_later_card_holds(books: Books) -> None:
    (n, name, card), other = made.people(1)[0], made.a_card(777)
    one, same, another = kept(books, [(n, name, card), (n, name, card), (n, name, other)])
    assert one == same
    assert [another.payee, another.is_held] == [one.payee, True]
    account = PayeeAccount.objects.get(pk=another.account)
    assert (account.replaces_id, account.payee.account_id) == (one.account, another.account)


# Lists ------------------------------------------------------------------------------------------------------------


def test_a_list_goes_from_the_first_chunk_to_the_release(books: Books) -> None:
    order = made.a_list(books, 500_00, 300_00, 200_00)
    more = kept(books, made.people(2, 3))
    lines = Lines([one.account for one in more], [10_00, 20_00], [4, 5])
    numbers = actions.add_to_list(order, books.accounts["bank"], lines, by=ORDERER, at=NOON)
    assert list(PaymentLine.objects.filter(pk__in=numbers).order_by("pk").values_list("about_id", flat=True)) == [4, 5]
    assert [committed(books), fresh(order).amount_fen, fresh(order).payments] == [1030_00, 1030_00, 5]
    with pytest.raises(Refusal, match="清单里有 5 笔"), transaction.atomic():
        actions.close_list(order, payments=4, total_fen=1030_00, by=ORDERER, at=NOON)
    actions.close_list(order, payments=5, total_fen=1030_00, by=ORDERER, at=NOON)
    with pytest.raises(StepRefused), transaction.atomic():
        actions.add_to_list(order, books.accounts["bank"], lines, by=ORDERER, at=NOON)
    batch = order.batches.order_by("number")[0]
    with pytest.raises(StepRefused, match="还没有批准"), transaction.atomic():
        actions.release_batch(batch, content=batch.content_sha256, by=RELEASER, at=NOON)
    with pytest.raises(Refusal, match="不能自己批准"), transaction.atomic():
        actions.approve_order(fresh(order), by=ORDERER, on=JUNE)
    actions.approve_order(fresh(order), by=APPROVER, on=JUNE)
    assert fresh(order).state == "batched"
    for one in (ORDERER, APPROVER):
        with pytest.raises(Refusal), transaction.atomic():
            actions.release_batch(batch, content=batch.content_sha256, by=one, at=NOON)
    for each in order.batches.all():
        actions.release_batch(each, content=each.content_sha256, by=RELEASER, at=NOON)
    assert fresh(order).state == "sent"
    assert set(PaymentLine.objects.filter(order=order).values_list("state", flat=True)) == {"sent"}
    assert len(fresh(order).content_sha256) == 64


def test_a_chunk_larger_than_a_batch_is_several(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = parameters.on(JUNE)
    monkeypatch.setattr(parameters, "on", lambda day: replace(limits, list_batch_most=2))
    order = made.a_list(books, *[1_00] * 5)
    assert list(order.batches.order_by("number").values_list("payments", flat=True)) == [2, 2, 1]


def test_a_list_begun_twice_is_one_and_otherwise_refused(books: Books) -> None:
    entry = ListEntry(books.warmth, books.accounts["warmth"], "mutual_aid", "once", lines_about=Organisation)
    assert actions.begin_list(entry, by=ORDERER, at=NOON) == actions.begin_list(entry, by=ORDERER, at=NOON)
    with pytest.raises(Refusal) as refused:
        actions.begin_list(replace(entry, remark="别的"), by=ORDERER, at=NOON)
    assert refused.value.code == "funds.order_changed"


def test_a_chunk_beyond_the_fund_is_refused_whole(books: Books) -> None:
    order = made.a_list(books, HELD - 1_00)
    more = kept(books, made.people(2, 1))
    lines = Lines([one.account for one in more], [1_00, 1], [2, 3])
    with pytest.raises(Refusal, match="不能透支"), transaction.atomic():
        actions.add_to_list(order, books.accounts["bank"], lines, by=ORDERER, at=NOON)
    assert [committed(books), PaymentLine.objects.count()] == [HELD - 1_00, 1]


def test_a_changed_account_is_not_listed_and_later_leaves_the_batch(books: Books) -> None:
    order = made.an_approved_list(books, 500_00, 300_00)
    (n, name, _card), other = made.people(1)[0], made.a_card(777)
    [changed] = kept(books, [(n, name, other)])
    batch = order.batches.get()
    with pytest.raises(Refusal, match="有 1 笔的收款账户在列单以后变更过"), transaction.atomic():
        actions.release_batch(batch, content=batch.content_sha256, by=RELEASER, at=NOON)
    apart = actions.split_off(line(order, 1), by=ORDERER, at=NOON)
    assert [apart.state, apart.amount_fen, apart.about_type, apart.about_id] == [
        "ready",
        500_00,
        "organisations.organisation",
        1,
    ]
    assert actions.held(apart, at=NOON) is not None
    shown = batch.content_sha256
    batch.refresh_from_db()
    assert [batch.payments, batch.total_fen, batch.content_sha256 == shown] == [1, 300_00, False]
    actions.release_batch(batch, content=batch.content_sha256, by=RELEASER, at=NOON)
    assert [line(order, 1).state, line(order, 2).state, committed(books)] == ["dropped", "sent", 800_00]
    young = made.a_list(books, 1_00, key="list-2", start=10)
    lines = Lines([changed.account], [1_00], [9])
    with pytest.raises(Refusal, match="刚变更过"), transaction.atomic():
        actions.add_to_list(young, books.accounts["bank"], lines, by=ORDERER, at=NOON)


def test_a_cancelled_list_dissolves_its_batches_and_frees_what_is_left(books: Books) -> None:
    order = made.an_approved_list(books, 500_00, 300_00)
    with pytest.raises(StepRefused, match="不能单独撤销"), transaction.atomic():
        actions.cancel_batch(order.batches.get(), by=CASHIER, on=JUNE)
    actions.split_off(line(order, 1), by=ORDERER, at=NOON)
    actions.cancel_order(fresh(order), by=ORDERER, on=JUNE)
    assert [fresh(order).state, order.batches.get().state, committed(books)] == ["cancelled", "cancelled", 500_00]
    assert set(PaymentLine.objects.values_list("state", flat=True)) == {"dropped"}
    sent = made.a_sent_list(books, 1_00, key="list-2", start=5)
    with pytest.raises(StepRefused), transaction.atomic():
        actions.cancel_order(sent, by=ORDERER, on=JUNE)


# What the database refuses ----------------------------------------------------------------------------------------


def test_the_database_refuses_a_list_that_its_lines_do_not_come_to(books: Books) -> None:
    order = made.a_list(books, 500_00)
    rows = PaymentOrder.objects.filter(pk=order.pk)
    with pytest.raises(DatabaseError, match="do not come to it"), transaction.atomic():
        rows.update(state="waiting", amount_fen=499_99)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        rows.update(state="batched")
    rows.update(state="waiting")
    for change in ({"amount_fen": 1}, {"payments": 2}, {"content_sha256": "0"}, {"state": "open"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError, match="one_or_list"), transaction.atomic():
        rows.update(state="paid")


def test_the_database_refuses_a_batch_of_a_list_that_nobody_approved(books: Books) -> None:
    order = made.a_list(books, 500_00)
    released = {"state": "released", "released_by": 999, "released_at": NOON}
    with pytest.raises(DatabaseError, match="not approved"), transaction.atomic():
        PaymentBatch.objects.filter(order=order).update(**released)
    approved = made.an_approved_list(books, 500_00, key="list-2", start=5)
    with pytest.raises(DatabaseError, match="by this person"), transaction.atomic():
        PaymentBatch.objects.filter(order=approved).update(**released | {"released_by": APPROVER.account_id})


def test_the_database_refuses_lines_that_do_not_belong(books: Books) -> None:
    order, single = made.a_list(books, 500_00), made.a_batch(books)
    batch, listed, alone = order.batches.get(), line(order, 1), single.lines.order_by("seq")[0]
    right = {"batch": batch, "seq": 9, "order": order, "account": listed.account, "amount_fen": 1, "about_id": 9}
    wrong: list[dict[str, Any]] = [
        {"about_id": None},
        {"amount_fen": 0},
        {"batch": single},
        {"order": alone.order},
        {"account_id": 1},
        {"batch_id": 1},
    ]
    for at, change in enumerate(wrong):
        with pytest.raises(DatabaseError, match="not of an open batch"), transaction.atomic():
            PaymentLine(**right | change, reference=f"W{at}").save()
    with pytest.raises(IntegrityError, match="funds_order_paid_once"), transaction.atomic():
        PaymentLine(**right | {"about_id": 1}, reference="TWICE").save()
    PaymentLine(**right, reference="RIGHT").save()


def test_what_a_line_said_in_python_is_what_its_batch_says(books: Books) -> None:
    """The fingerprint is the one that batches have always had."""
    import hashlib
    import json

    payee = PayeeEntry('示例"引号\\', AccountEntry(made.a_card(5), bank="银行/支行"), subject_type="a.b", subject_id=5)
    batch = made.a_batch(books, payee=payee, remark="慰问")
    said = [
        [
            one.seq,
            one.reference,
            str(one.order.public_id),
            one.account.payee.name,
            bytes(one.account.found).hex(),
            one.account.last4,
            one.account.bank,
            one.account.clearing,
            one.amount_fen,
            one.order.remark,
        ]
        for one in batch.lines.order_by("seq")
    ]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    assert batch.content_sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_entries_of_a_list_name_no_person(books: Books) -> None:
    order = made.a_sent_list(books, 500_00, 300_00)
    told = {one.kind: (one.quantity, one.amount_fen) for one in Entry.objects.filter(subject_id=order.pk)}
    assert list(told.values()) == [(1, 0), (1, 800_00), (1, 800_00)]
