"""Many rows of one kind with their entries, by binary COPY, in chunks that commit on their own and can be resumed.

The result is row for row what the interactive action would have written; the app's test says so.
"""

import gc
import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import BooleanField, Model
from django.db.models.expressions import RawSQL
from psycopg.adapt import Dumper
from psycopg.pq import Format

from gonghui.core.actor import Actor
from gonghui.core.facts import amount_of, group_of, quantity_of
from gonghui.core.journal import ENTRY_COLUMNS, Pending, as_rows, canonical
from gonghui.core.models import BulkCursor

Row = Sequence[object]
T = TypeVar("T")

_TYPES = {
    "bigint": "int8",
    "integer": "int4",
    "smallint": "int2",
    "boolean": "bool",
    "date": "date",
    "timestamp with time zone": "timestamptz",
    "uuid": "uuid",
    "jsonb": "jsonb",
    "text": "text",
    "bytea": "bytea",
    "serial": "int4",
    "bigserial": "int8",
}


class _Words(Dumper):
    """An array of texts in one piece: item by item, psycopg takes a tenth of a millisecond for a row's search terms."""

    format = Format.BINARY
    oid = 1009  # text[]

    def dump(self, obj: Sequence[str]) -> bytes:
        """A tuple of terms is often written again: many people are called alike."""
        return _words_as_kept(obj) if type(obj) is tuple else _words(obj)


def _words(terms: Sequence[str]) -> bytes:
    """One dimension, no nulls, items of text (oid 25), counted from one."""
    body = b"".join(map(_packed, terms))
    return struct.pack("!iiIii", 1, 0, 25, len(terms), 1) + body if terms else struct.pack("!iiI", 0, 0, 25)


_words_as_kept = lru_cache(maxsize=60_000)(_words)


@lru_cache(maxsize=200_000)
def _packed(word: str) -> bytes:
    """A term as an item of an array; names share most of theirs."""
    text = word.encode()
    return len(text).to_bytes(4, "big") + text


def _column_types(model: type[Model], columns: Sequence[str]) -> list[str]:
    types = []
    for name in columns:
        db_type = next(f for f in model._meta.concrete_fields if f.column == name).db_type(connection) or ""
        array = db_type.endswith("[]")
        plain = db_type.removesuffix("[]").split("(")[0].split(" collate")[0].strip().lower()
        plain = plain if plain in _TYPES else plain.split(" ")[0]
        types.append(_TYPES.get(plain, "text") + ("[]" if array else ""))
    return types


def _with_words(cursor: Any) -> Any:
    """The cursor, which writes arrays of texts in one piece."""
    cursor.adapters.register_dumper(list, _Words)
    return cursor


def copy(model: type[Model], columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Write rows into the model's table by binary COPY; columns are database names. Returns how many."""
    names = ", ".join(f'"{name}"' for name in columns)
    written = 0
    with (
        connection.cursor() as cursor,
        _with_words(cursor).copy(f'copy "{model._meta.db_table}" ({names}) from stdin (format binary)') as out,
    ):
        out.set_types(_column_types(model, columns))
        write = out.write_row
        for row in rows:
            write(row)
            written += 1
    return written


ENTRY_TYPES = [
    "int8",
    "int8",
    "int4",
    "int4",
    "int8",
    "date",
    "int4",
    "int2",
    "int2",
    "int2",
    "int8",
    "text",
    "text",
]


def copy_entries(pending: Iterable[Pending]) -> int:
    """Write entries by binary COPY; ids are drawn by the server after the journal's lock is held."""
    listed = pending if isinstance(pending, list) else list(pending)
    rows = as_rows(listed)  # interning asks the database, which is not possible while COPY runs
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy core_entry ({ENTRY_COLUMNS}) from stdin (format binary)") as out,
    ):
        out.set_types(ENTRY_TYPES)
        write = out.write_row
        for row in rows:
            write(row)
    return len(listed)


_REVERSED = f"""
insert into core_entry ({ENTRY_COLUMNS}) select subject_id, amount_fen, quantity, organisation_id,
  case when actor_id = 0 then 0 else %s end, happened_on, group_id, kind, subject_type, -sign, id, path, %s
from core_entry where id = any(%s) order by id
"""  # noqa: S608


def reverse_entries(ids: Collection[int], *, why: str, by: Actor) -> int:
    """Cancel many entries, as `journal.reverse` does one: same day, opposite sign, `why` a short code."""
    with connection.cursor() as cursor:
        cursor.execute(_REVERSED, [by.id, why, list(ids)])
        return int(cursor.rowcount)


def load(model: type[Model], columns: Sequence[str], rows: Iterable[Row], *, entries: Iterable[Pending]) -> int:
    """Rows and their entries stand together, in one transaction or in the caller's. Returns the rows written."""
    with transaction.atomic():
        written = copy(model, columns, rows)
        copy_entries(entries)
    return written


def among(column: str, values: Collection[Any], kind: str = "bigint") -> RawSQL:
    """The condition that a column is one of very many values: one array, where `in` would need a place for each."""
    sql = f"{column} in (select unnest(%s::{kind}[]))"
    return RawSQL(sql, [array(values, kind)], output_field=BooleanField())  # noqa: S611


def array(values: Collection[Any], kind: str) -> object:
    """The array as the server reads it; item by item, psycopg takes half a second for a hundred thousand hashes."""
    if kind == "bigint":
        return f"{{{','.join(map(str, map(int, values)))}}}"
    if kind == "bytea":
        return "{" + ",".join([f'"\\\\x{bytes(one).hex()}"' for one in values]) + "}"
    return list(values)


@contextmanager
def without_collecting() -> Iterator[None]:
    """The garbage collector rests: it would go through all the rows of a load again and again, and they leave none."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def resumed(name: str) -> Iterator[BulkCursor]:
    """One chunk of a long load: the cursor's row is locked, and moves in the same transaction as what was written."""
    with transaction.atomic():
        BulkCursor.objects.get_or_create(name=name, defaults={"position": 0})
        cursor = BulkCursor.objects.select_for_update().get(name=name)
        yield cursor
        cursor.save(update_fields=["position"])


def in_chunks(
    name: str, source: Callable[[int], Iterable[T]], write: Callable[[list[T]], None], size: int = 10_000
) -> int:
    """Write all of `source(position)` in chunks that commit one by one; a killed load goes on after its last chunk."""
    total = 0
    while True:
        with resumed(name) as cursor:
            chunk = list(islice(source(cursor.position), size))
            if chunk:
                write(chunk)
                cursor.position += len(chunk)
        total += len(chunk)
        if len(chunk) < size:
            return total


def pending_like(fact: Any, **places: Any) -> Pending:
    """A `Pending` for the bulk path from a fact and the columns that only the caller knows."""

    return Pending(
        kind=fact.kind,
        group=canonical(group_of(fact)),
        quantity=quantity_of(fact),
        amount_fen=amount_of(fact),
        **places,
    )
