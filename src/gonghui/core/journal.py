"""The account of all work: `record` and `reverse` collect entries, the end of the action writes them in one statement.

Kinds, subject types and groups are interned. An id enters the process's cache only after its transaction has
committed, so a rollback leaves no false id behind. The watermark is the position up to which nothing can slip in
any more; fold, seal and filing stop there (measured in docs/performance.md).
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Protocol

from django.db import connection, transaction
from django.db.models import Model

from gonghui.core.actor import Actor
from gonghui.core.facts import amount_of, group_of, quantity_of
from gonghui.core.models import Entry, EntryQuerySet


class Placed(Protocol):
    """An organisation as the journal needs it."""

    @property
    def id(self) -> int: ...

    def path_on(self, day: date) -> str: ...


@dataclass(frozen=True)
class Place:
    """An organisation of which only its number and one path are at hand: where it stands, or stood when it acted."""

    id: int
    path: str

    def path_on(self, day: date) -> str:
        """That path, whatever the day."""
        del day
        return self.path


@dataclass
class Pending:
    """An entry of the running action; `entry_id` is set when the outermost action ends."""

    kind: str
    subject_type: str
    subject_id: int
    organisation_id: int
    path: str
    actor_id: int
    happened_on: date
    group: str
    quantity: int
    amount_fen: int
    sign: int = 1
    reverses: int | None = None
    why: str | None = None
    entry_id: int | None = None


@dataclass
class Ledger:
    """What the running action has recorded so far."""

    pending: list[Pending] = field(default_factory=list)
    doomed: bool = False


RUNNING: ContextVar[Ledger | None] = ContextVar("gonghui_action", default=None)


def _running() -> Ledger:
    ledger = RUNNING.get()
    if ledger is None:
        raise RuntimeError("A fact is recorded inside an action only")
    return ledger


def subject_type_of(about: Model | type[Model] | None) -> str:
    """`<app>.<model>` of the record an entry is about; empty for none."""
    return about._meta.label_lower if about is not None else ""


def record(
    fact: Any,
    *,
    about: Model | None,
    by: Actor,
    happened_on: date,
    organisation: Placed | None = None,
    sensitive: bool = False,
) -> Pending:
    """Write one entry at the end of the action. `sensitive` names the unit, not the person, as the actor."""
    where: Placed = organisation if organisation is not None else about.organisation  # type: ignore[union-attr]
    pending = Pending(
        kind=fact.kind,
        subject_type=subject_type_of(about),
        subject_id=int(about.pk) if about is not None else 0,
        organisation_id=where.id,
        path=where.path_on(happened_on),
        actor_id=0 if sensitive else by.id,
        happened_on=happened_on,
        group=canonical(group_of(fact)),
        quantity=quantity_of(fact),
        amount_fen=amount_of(fact),
    )
    _running().pending.append(pending)
    return pending


def reverse(entry: Entry, *, why: str, by: Actor) -> Pending:
    """Cancel an entry by one of opposite sign on the same day; `why` is a code, the words stay in the record."""
    if not why.replace("_", "").isalnum() or not why.isascii():
        raise ValueError("why is a short code; put the words into the record")
    pending = Pending(
        kind=KIND_IDS.name(entry.kind),
        subject_type=SUBJECT_TYPE_IDS.name(entry.subject_type),
        subject_id=entry.subject_id,
        organisation_id=entry.organisation_id,
        path=entry.path,
        actor_id=0 if entry.actor_id == 0 else by.id,
        happened_on=entry.happened_on,
        group=GROUP_IDS.facts(entry.group_id),
        quantity=entry.quantity,
        amount_fen=entry.amount_fen,
        sign=-entry.sign,
        reverses=entry.id,
        why=why,
    )
    _running().pending.append(pending)
    return pending


def entries_of(subject: Model) -> EntryQuerySet:
    """The entries about one record, in journal order."""
    type_id = SUBJECT_TYPE_IDS.known(subject_type_of(subject))
    return Entry.objects.filter(subject_type=type_id or -1, subject_id=subject.pk).order_by("id")


def canonical(group: dict[str, str | bool]) -> str:
    """The one text of a group: ordered keys, no blanks."""
    return _written(tuple(sorted(group.items())))


@lru_cache(4096)
def _written(facts: tuple[tuple[str, str | bool], ...]) -> str:
    return json.dumps(dict(facts), ensure_ascii=False, separators=(",", ":"))


# Interning ------------------------------------------------------------------------------------------------------


class Interned:
    """Small numbers for names; read through a cache that holds committed rows only."""

    def __init__(self, table: str) -> None:
        self.table = table
        self._ids: dict[str, int] = {}

    def known(self, name: str) -> int | None:
        """The number of a name, or None while nothing of that name was recorded."""
        if name in self._ids:
            return self._ids[name]
        with connection.cursor() as cursor:
            cursor.execute(f"select id from {self.table} where name = %s", [name])  # noqa: S608
            row = cursor.fetchone()
        if row is None:
            return None
        number = int(row[0])
        _cache_on_commit(lambda: self._ids.__setitem__(name, number))
        return number

    def of(self, name: str) -> int:
        """The number of a name, given now if it has none."""
        found = self.known(name)
        if found is None:
            with connection.cursor() as cursor:
                cursor.execute(f"insert into {self.table}(name) values (%s) on conflict do nothing", [name])  # noqa: S608
            found = self.known(name)
        assert found is not None
        return found

    def name(self, number: int) -> str:
        """The name behind a number."""
        with connection.cursor() as cursor:
            cursor.execute(f"select name from {self.table} where id = %s", [number])  # noqa: S608
            row = cursor.fetchone()
        if row is None:
            raise LookupError(f"{self.table} {number}")
        return str(row[0])

    def forget(self) -> None:
        """Empty the cache; for tests that drop the database."""
        self._ids.clear()


class InternedGroups:
    """Numbers for (kind, facts)."""

    def __init__(self) -> None:
        self._ids: dict[tuple[int, str], int] = {}

    def of(self, kind: int, facts: str) -> int:
        """The number of a group, given now if it has none."""
        if (cached := self._ids.get((kind, facts))) is not None:
            return cached
        find = "select id from core_factgroup where kind = %s and facts = %s::jsonb"
        with connection.cursor() as cursor:
            cursor.execute(find, [kind, facts])
            row = cursor.fetchone()
            if row is None:
                cursor.execute(
                    "insert into core_factgroup(kind, facts) values (%s, %s::jsonb) on conflict do nothing",
                    [kind, facts],
                )
                cursor.execute(find, [kind, facts])
                row = cursor.fetchone()
        found = int(row[0])
        _cache_on_commit(lambda: self._ids.__setitem__((kind, facts), found))
        return found

    def facts(self, number: int) -> str:
        """The canonical text of a group."""
        with connection.cursor() as cursor:
            cursor.execute("select facts::text from core_factgroup where id = %s", [number])
            return canonical(json.loads(cursor.fetchone()[0]))

    def forget(self) -> None:
        """Empty the cache; for tests that drop the database."""
        self._ids.clear()


def _cache_on_commit(remember: Callable[[], None]) -> None:
    if connection.in_atomic_block:
        transaction.on_commit(remember)
    else:
        remember()


KIND_IDS = Interned("core_kind")
SUBJECT_TYPE_IDS = Interned("core_subjecttype")
GROUP_IDS = InternedGroups()


# Writing --------------------------------------------------------------------------------------------------------

ENTRY_COLUMNS = (
    "subject_id, amount_fen, quantity, organisation_id, actor_id, happened_on, group_id, kind, subject_type, sign, "
    "reverses, path, why"
)
_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


def as_rows(pending: Sequence[Pending]) -> Iterator[tuple[Any, ...]]:
    """The entries' columns in the order of `ENTRY_COLUMNS`. All interning is done before the first row comes."""
    kinds = {name: KIND_IDS.of(name) for name in sorted({one.kind for one in pending})}
    subjects = {name: SUBJECT_TYPE_IDS.of(name) for name in sorted({one.subject_type for one in pending})}
    asked = sorted({(one.kind, one.group) for one in pending})
    groups = {(kind, group): GROUP_IDS.of(kinds[kind], group) for kind, group in asked}
    return (
        (
            one.subject_id,
            one.amount_fen,
            one.quantity,
            one.organisation_id,
            one.actor_id,
            one.happened_on,
            groups[one.kind, one.group],
            kinds[one.kind],
            subjects[one.subject_type],
            one.sign,
            one.reverses,
            one.path,
            one.why,
        )
        for one in pending
    )


def flush(pending: Sequence[Pending]) -> None:
    """Insert all entries of the action in one statement for each thousand and give them their ids."""
    rows = list(as_rows(pending))
    for start in range(0, len(pending), 1000):
        chunk = rows[start : start + 1000]
        with connection.cursor() as cursor:
            cursor.execute(
                f"insert into core_entry ({ENTRY_COLUMNS}) values {', '.join([_ROW] * len(chunk))} returning id",  # noqa: S608
                [value for row in chunk for value in row],
            )
            for one, (entry_id,) in zip(pending[start:], cursor.fetchall(), strict=False):
                one.entry_id = entry_id


# Reading --------------------------------------------------------------------------------------------------------


def last_position(sequence: str = "entry_id") -> int:
    """The newest id drawn, settled or not."""
    with connection.cursor() as cursor:
        cursor.execute(f"select last_value from {sequence}")  # noqa: S608
        return int(cursor.fetchone()[0])


def watermark(sequence: str = "entry_id", namespace: int = 11, *, with_own: bool = True) -> int:
    """The position at or under which every entry that will ever exist is visible now.

    Each writer holds a shared advisory lock keyed by the last id drawn before it began to insert, so the smallest
    key held bounds what is still in flight. Three statements, in this order, in READ COMMITTED; then read entries.
    Accesses settle in the same way by a sequence and a namespace of their own. Without `with_own` the running
    transaction's own entries count as settled: for what stands or falls with them, which is the seal.
    """
    newest = last_position(sequence)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select min(((classid::bigint << 32) | objid::bigint) & ((1::bigint << 48) - 1)) from pg_locks
            where locktype = 'advisory' and granted and objsubid = 1 and (classid::bigint >> 16) = %s
              and database = (select oid from pg_database where datname = current_database())
              and (%s or pid <> pg_backend_pid())
            """,
            [namespace, with_own],
        )
        held = cursor.fetchone()[0]
    return newest if held is None else min(newest, int(held))
