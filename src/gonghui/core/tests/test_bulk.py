"""The bulk path writes what the interactive path would, in chunks that can be resumed."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import pytest

from gonghui.core import bulk, journal_text
from gonghui.core.journal import Pending
from gonghui.core.models import BulkCursor, CalendarDay, Entry, random_ids, random_uuids
from gonghui.core.tests.facts import Paid

DAYS = [(date(1990, 1, n + 1), True, "", "test") for n in range(25)]
COLUMNS = ["date", "is_workday", "name", "source"]


def entry_like(n: int) -> Pending:
    return bulk.pending_like(
        Paid(scheme="a", paid_fen=n),
        subject_type="core.text",
        subject_id=n,
        organisation_id=3,
        path="/1/3/",
        actor_id=0,
        happened_on=date(2020, 1, 5),
    )


@pytest.mark.django_db
def test_bulk_entries_equal_those_of_an_action() -> None:
    bulk.load(CalendarDay, COLUMNS, DAYS[:1], entries=[entry_like(4)])
    (pending,) = journal_text.write("2020-01-05 /1/3/ tests.paid scheme=a paid_fen=4 about=4")
    by_action = Entry.objects.filter(id=pending.entry_id).values().get()
    by_bulk = Entry.objects.exclude(id=pending.entry_id).values().get()
    for row in (by_action, by_bulk):
        assert len(row["salt"]) == 16
        del row["id"], row["recorded_at"], row["salt"]
    assert by_action == by_bulk


@pytest.mark.django_db
def test_rows_and_entries_stand_or_fall_together() -> None:
    def breaks() -> Iterable[bulk.Row]:
        yield DAYS[0]
        raise OSError

    with pytest.raises(OSError):
        bulk.load(CalendarDay, COLUMNS, breaks(), entries=[entry_like(1)])
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_killed_load_goes_on_after_its_last_chunk() -> None:
    killed = False

    def write(chunk: list[bulk.Row]) -> None:
        nonlocal killed
        bulk.load(CalendarDay, COLUMNS, chunk, entries=[entry_like(int(row[0].day)) for row in chunk])  # type: ignore[attr-defined]
        if len(chunk) == 10 and not killed and BulkCursor.objects.get().position == 10:
            killed = True
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bulk.in_chunks("days", lambda done: DAYS[done:], write, size=10)
    assert CalendarDay.objects.filter(source="test").count() == 10
    bulk.in_chunks("days", lambda done: DAYS[done:], write, size=10)
    assert CalendarDay.objects.filter(source="test").count() == 25 == Entry.objects.count()


def test_what_is_drawn_by_the_thousand_is_like_what_is_drawn_alone() -> None:
    ids, uuids = random_ids(2_000), list(random_uuids(2_000))
    assert all(0 < one < 1 << 62 and one % 2 for one in ids)
    assert len(set(ids)) == len(set(uuids)) == 2_000
    assert all(one == UUID(str(one)) == UUID(bytes=one.bytes, version=4) for one in uuids)
    seen = [sum(one.int >> bit & 1 for one in uuids) for bit in range(128)]
    assert [bit for bit, many in enumerate(seen) if many in (0, 2_000)] == [62, 63, 76, 77, 78, 79]
