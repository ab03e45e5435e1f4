"""Many rows of one kind with their entries, by binary COPY, in chunks that commit on their own and can be resumed.

The result is row for row what the interactive action would have written; the app's test says so.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Model

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
    "serial": "int4",
    "bigserial": "int8",
}


def _column_types(model: type[Model], columns: Sequence[str]) -> list[str]:
    types = []
    for name in columns:
        db_type = next(f for f in model._meta.concrete_fields if f.column == name).db_type(connection) or ""
        array = db_type.endswith("[]")
        plain = db_type.removesuffix("[]").split("(")[0].split(" collate")[0].strip().lower()
        plain = plain if plain in _TYPES else plain.split(" ")[0]
        types.append(_TYPES.get(plain, "text") + ("[]" if array else ""))
    return types


def copy(model: type[Model], columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Write rows into the model's table by binary COPY; columns are database names. Returns how many."""
    names = ", ".join(f'"{name}"' for name in columns)
    written = 0
    with (
        connection.cursor() as cursor,
        cursor.copy(f'copy "{model._meta.db_table}" ({names}) from stdin (format binary)') as out,
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


def load(model: type[Model], columns: Sequence[str], rows: Iterable[Row], *, entries: Iterable[Pending]) -> int:
    """Rows and their entries stand together, in one transaction or in the caller's. Returns the rows written."""
    with transaction.atomic():
        written = copy(model, columns, rows)
        copy_entries(entries)
    return written


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
