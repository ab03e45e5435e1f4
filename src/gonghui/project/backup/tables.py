"""What the database holds beside rows, and how it is put aside while all rows are loaded at once.

Foreign keys, indexes and triggers are the catalogue's own words, dropped and made again in the same transaction: every
row is held against them once, at the end, whatever the order of tables was. No superuser is needed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

FILLED_BY_MIGRATING = {
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "core_calendarday",
    "core_foldposition",
}
"""Tables that hold rows before anybody has worked with the platform."""
_HERE = "relnamespace = current_schema()::regnamespace"


@dataclass(frozen=True)
class Table:
    """A table and its columns in order."""

    name: str
    columns: tuple[str, ...]

    @property
    def copied(self) -> str:
        """Its name and columns as COPY wants them."""
        return f"{quoted(self.name)} ({', '.join(map(quoted, self.columns))})"


def quoted(name: str) -> str:
    """A name of the database inside a statement."""
    return '"' + name.replace('"', '""') + '"'


def _rows(statement: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found: list[tuple[str, ...]] = cursor.fetchall()
        return found


def run(statements: Sequence[str]) -> None:
    """Each statement in turn."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def tables() -> list[Table]:
    """Every table with the columns that hold values of their own, by name."""
    found = _rows(
        f"""
        select c.relname, array_agg(a.attname::text order by a.attnum) from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        where c.relkind = 'r' and c.{_HERE} group by c.relname order by c.relname collate "C"
        """  # noqa: S608
    )
    return [Table(name, tuple(columns)) for name, columns in found]


def count(names: Sequence[str]) -> dict[str, int]:
    """How many rows each of the tables has."""
    each = [f"select '{name}', count(*) from {quoted(name)}" for name in names]  # noqa: S608
    return {name: int(many) for name, many in _rows(" union all ".join(each))} if each else {}


def filled(names: Sequence[str]) -> list[str]:
    """Which of the tables hold rows that somebody's work left there."""
    mine = [name for name in names if name not in FILLED_BY_MIGRATING]
    each = [f"select '{name}' where exists (select from {quoted(name)})" for name in mine]  # noqa: S608
    return sorted(name for (name,) in _rows(" union all ".join(each))) if each else []


def sequences() -> dict[str, tuple[int, bool]]:
    """Where each sequence stands, and whether that number was given out."""
    found = {}
    for (name,) in _rows(f"select relname from pg_class where relkind = 'S' and {_HERE} order by relname"):  # noqa: S608
        [(last, called)] = _rows(f"select last_value, is_called from {quoted(name)}")  # noqa: S608
        found[name] = (int(last), bool(called))
    return found


def set_sequences(found: dict[str, tuple[int, bool]]) -> None:
    """Each stands where it stood."""
    with connection.cursor() as cursor:
        for name, (last, called) in found.items():
            cursor.execute("select setval(%s::regclass, %s, %s)", [quoted(name), last, called])


@contextmanager
def put_aside(loaded: Sequence[Table]) -> Iterator[None]:
    """Inside, the tables have no foreign keys, no triggers of ours, and no indexes but partial ones, which are
    small, and those of their constraints."""
    foreign = _rows(
        "select conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) from pg_constraint "
        "where contype = 'f' and connamespace = current_schema()::regnamespace order by 1, conname"
    )
    indexes = _rows(
        f"""
        select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i
        join pg_class c on c.oid = i.indrelid where c.{_HERE} and c.relkind = 'r'
        and i.indpred is null and i.indexprs is null
        and not exists (select from pg_constraint k where k.conindid = i.indexrelid) order by 1
        """  # noqa: S608
    )
    names = [quoted(table.name) for table in loaded]
    run([f"alter table {table} drop constraint {name}" for table, name, _ in foreign])
    run([f"drop index {name}" for name, _ in indexes])
    run([f"alter table {name} disable trigger user" for name in names])
    yield
    run(["set constraints all immediate"])
    run([definition for _, definition in indexes])
    run([f"alter table {table} add constraint {name} {words}" for table, name, words in foreign])
    run([f"alter table {name} enable trigger user" for name in names])
