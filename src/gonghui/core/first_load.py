"""The first load of big tables: what is looked up and checked row by row stands aside, then is built and checked whole.

Five indexes over random keys and four foreign keys take a row three times what writing it does. The statements that
put them back stand in the table's own comment, written in the transaction that took them off: a load that was killed
goes on without them, and ends with all of them or not at all.
"""

import json

from django.db import connection, transaction
from django.db.models import Model

MEMORY = "256MB"
_FOREIGN = """
select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
where conrelid = any(%(tables)s::regclass[]) and contype = 'f' order by oid
"""
_UNIQUE = """
select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint one
where conrelid = any(%(tables)s::regclass[]) and contype = 'u' and not exists (
  select from pg_constraint two
  where two.contype = 'f' and two.conindid = one.conindid and two.conrelid <> all(%(tables)s::regclass[])) order by oid
"""
_INDEXES = """
select indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
where indrelid = any(%(tables)s::regclass[]) and not indisprimary
  and not exists (select from pg_constraint where conindid = indexrelid and conrelid = indrelid) order by indexrelid
"""


@transaction.atomic
def set_aside(*models: type[Model]) -> None:
    """Indexes and foreign keys of empty tables are off; primary keys and checks stay. Tables with rows stay whole."""
    tables = [model._meta.db_table for model in models]
    if any(model._default_manager.exists() for model in models) or any(map(_aside, tables)):
        return
    drop: list[str] = []
    back: dict[str, list[str]] = {table: [] for table in tables}
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES, {"tables": tables})
        for table, name, definition in cursor.fetchall():
            drop.append(f"drop index {name}")
            back[table].append(definition)
        for kind in (_UNIQUE, _FOREIGN):
            cursor.execute(kind, {"tables": tables})
            for table, name, definition in cursor.fetchall():
                drop.append(f'alter table {table} drop constraint "{name}"')
                back[table].append(f'alter table {table} add constraint "{name}" {definition}')
        for statement in reversed(drop):  # foreign keys first: they lean on what is unique
            cursor.execute(statement)
        for table, statements in back.items():
            _note(table, json.dumps(statements))


@transaction.atomic
def put_back(*models: type[Model]) -> None:
    """They stand again; `IntegrityError` where a row of the load breaks one, and then none of them does."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('maintenance_work_mem', %s, true)", [MEMORY])
        for table in (model._meta.db_table for model in models):
            for statement in _aside(table):
                cursor.execute(statement)
            _note(table, None)
            cursor.execute(f"analyze {table}")


def _aside(table: str) -> list[str]:
    """What would put back that which is off a table."""
    with connection.cursor() as cursor:
        cursor.execute("select obj_description(%s::regclass, 'pg_class')", [table])
        [[said]] = cursor.fetchall()
    return list(json.loads(said)) if said else []


def _note(table: str, said: str | None) -> None:
    with connection.cursor() as cursor:
        quoted = "null" if said is None else f"$said${said}$said$"
        cursor.execute(f"comment on table {table} is {quoted}")
