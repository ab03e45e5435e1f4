"""The journal: append-only, written by actions only, settled up to a watermark."""

import threading
from contextlib import suppress
from datetime import date

import pytest
from django.db import connection, connections, transaction
from django.db.utils import IntegrityError

from gonghui.core import journal, journal_text
from gonghui.core.action import action
from gonghui.core.actor import SYSTEM
from gonghui.core.journal import Pending, record, reverse, watermark
from gonghui.core.journal_text import TextPlace
from gonghui.core.models import Entry
from gonghui.core.tests.facts import Counted, Paid

DAY = date(2020, 3, 1)
PLACE = TextPlace("/1/3/")


@action
def pay(fen: int, *, times: int = 1) -> list[Pending]:
    return [
        record(Paid(scheme="a", paid_fen=fen), about=None, by=SYSTEM, happened_on=DAY, organisation=PLACE)
        for _ in range(times)
    ]


@pytest.mark.django_db
def test_an_entry_holds_the_fact_and_the_place_on_the_day() -> None:
    (pending,) = pay(500)
    entry = Entry.objects.get(id=pending.entry_id)
    assert (entry.amount_fen, entry.quantity, entry.path, entry.organisation_id) == (500, 1, "/1/3/", 3)
    assert journal.KIND_IDS.name(entry.kind) == "tests.paid"
    assert journal.GROUP_IDS.facts(entry.group_id) == '{"scheme":"a"}'


@pytest.mark.django_db
def test_a_fact_outside_an_action_is_refused() -> None:
    with pytest.raises(RuntimeError):
        record(Counted(), about=None, by=SYSTEM, happened_on=DAY, organisation=PLACE)


@pytest.mark.django_db
def test_an_action_without_entry_fails() -> None:
    @action
    def idle() -> None:
        return None

    with pytest.raises(RuntimeError):
        idle()


@pytest.mark.django_db
def test_a_failed_action_leaves_nothing() -> None:
    @action
    def breaks() -> None:
        pay(1)
        raise ValueError

    with pytest.raises(ValueError):
        breaks()
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_a_swallowed_error_of_an_inner_action_dooms_the_outer_one() -> None:
    @action
    def inner() -> None:
        raise ValueError

    @action
    def outer() -> None:
        pay(1)
        with suppress(ValueError):
            inner()

    with pytest.raises(RuntimeError):
        outer()
    assert not Entry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "update core_entry set quantity = 2",
        "delete from core_entry",
        "truncate core_entry",
        "update core_access set what = ''",
        "delete from core_access",
        "update core_factgroup set facts = '{}'",
    ],
)
def test_the_database_refuses_to_change_the_journal(statement: str) -> None:
    pay(1)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_an_entry_is_reversed_once_only() -> None:
    (pending,) = pay(7)
    entry = Entry.objects.get(id=pending.entry_id)

    @action
    def cancel() -> Pending:
        return reverse(entry, why="corrected", by=SYSTEM)

    reversal = Entry.objects.get(id=cancel().entry_id)
    assert (reversal.sign, reversal.reverses, reversal.happened_on) == (-1, entry.id, DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        cancel()


@pytest.mark.django_db(transaction=True)
def test_an_uncommitted_writer_holds_the_watermark_back() -> None:
    pay(1)
    before = watermark()
    drawn, leave = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                pay(2)
                drawn.set()
                leave.wait(10)
        finally:
            connections.close_all()

    writer = threading.Thread(target=slow)
    writer.start()
    drawn.wait(10)
    pay(3)
    assert journal.last_position() == before + 2
    assert watermark() == before
    leave.set()
    writer.join()
    assert watermark() == before + 2


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_group_leaves_no_false_number_behind() -> None:
    with transaction.atomic():
        journal_text.write("2020-01-05 /1/ tests.paid scheme=lost paid_fen=1")
        transaction.set_rollback(True)
    (pending,) = journal_text.write("2020-01-05 /1/ tests.paid scheme=lost paid_fen=1")
    entry = Entry.objects.get(id=pending.entry_id)
    assert journal.GROUP_IDS.facts(entry.group_id) == '{"scheme":"lost"}'
