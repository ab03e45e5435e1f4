"""A database of the bench's own: made on the server the platform would use, dropped at the end."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django
import psycopg
from django.core.management import call_command
from django.db import connection
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from gonghui.project import embedded


def server() -> str:
    """The address of the server: the one named, or the embedded one."""
    named = os.environ.get("GONGHUI_BENCH_SERVER") or os.environ.get("DATABASE_URL")
    if not named:
        embedded.start()
        named = embedded.url()
    return named


def address(name: str, at: str) -> str:
    """The address of another database of that server."""
    return make_conninfo(at, dbname=name)


@contextmanager
def database(name: str, at: str, like: str = "", keep: bool = False) -> Iterator[str]:
    """An empty database, or a copy of another, for as long as the block runs; gives its address."""
    with psycopg.connect(at, autocommit=True) as server:
        drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        exists = server.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
        if not (keep and exists):
            server.execute(drop)
            template = sql.Identifier(like or "template0")
            server.execute(sql.SQL("create database {} template {}").format(sql.Identifier(name), template))
        try:
            yield address(name, at)
        finally:
            connection.close()
            if not keep:
                server.execute(drop)


def settle(database_address: str) -> None:
    """Django is set up, in the test profile, and works in this database."""
    os.environ["DATABASE_URL"] = database_address
    os.environ["GONGHUI_PROFILE"] = "test"
    os.environ["DJANGO_SETTINGS_MODULE"] = "gonghui.project.settings"
    django.setup()


def migrate() -> None:
    """All tables are there."""
    call_command("migrate", verbosity=0)
    connection.close()


def enter(database_address: str) -> None:
    """Django works in this database from now on and remembers nothing of the one before."""
    leave()
    connection.settings_dict["NAME"] = conninfo_to_dict(database_address)["dbname"]


def leave() -> None:
    """No connection is left open, nothing remembered."""
    from gonghui.core import answers, journal  # once Django is set up

    connection.close()
    for cache in (journal.KIND_IDS, journal.SUBJECT_TYPE_IDS, journal.GROUP_IDS):
        cache.forget()
    answers.forget()


def holds_entries() -> bool:
    """Whether a run before this one built the journal and kept it."""
    with connection.cursor() as cursor:
        cursor.execute("select last_value > 1 from entry_id")
        return bool(cursor.fetchone()[0])
