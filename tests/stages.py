"""Databases of their own for the small federation: made once a session, copied in a tenth of a second."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections

from gonghui.core import answers, calendar_table, journal


def _run(sql: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(sql)


def empty() -> str:
    """The name of the tests' own database; it is made first where no other test has asked for it."""
    name = str(connection.settings_dict["NAME"])
    if not name.startswith("test_"):
        name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=True)
    assert name.startswith("test_")
    return name


def copy(template: str, name: str) -> None:
    """The database `name` is a copy of `template`, whatever it was before."""
    connections.close_all()
    drop(name)
    _run(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{template}'")
    _run(f'create database "{name}" template "{template}"')


def drop(name: str) -> None:
    """The database is gone, and whoever was still connected to it."""
    _run(f'drop database if exists "{name}" with (force)')


def point_at(name: str) -> str:
    """All connections from now on are to this database; the former one's name."""
    connections.close_all()
    former: dict[str, Any] = connection.settings_dict
    before, former["NAME"] = str(former["NAME"]), name
    for cache in (journal.KIND_IDS, journal.SUBJECT_TYPE_IDS, journal.GROUP_IDS):
        cache.forget()
    answers.forget()
    return before


@contextmanager
def standing_in(name: str) -> Iterator[None]:
    """Inside, everybody works in the database of the name."""
    before = point_at(name)
    try:
        yield
    finally:
        point_at(before)


def with_calendar() -> None:
    """Days the migration wrote may have been emptied by a test with real commits."""
    calendar_table.fill()
