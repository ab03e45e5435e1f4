"""What all tests share."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.test import TransactionTestCase

from gonghui.core import answers, journal, journal_text


@pytest.fixture
def journal_lines(db: None) -> Callable[[str], Any]:
    """Writes entries from text: `2026-04-01 /1/3/ mutual_aid.claim_paid scheme=inpatient payout_fen=60000`."""
    return journal_text.write


@pytest.fixture(name="journal")
def _journal(journal_lines: Callable[[str], Any]) -> Callable[[str], Any]:
    return journal_lines


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    """Interned numbers and remembered answers belong to one database."""
    yield
    for cache in (journal.KIND_IDS, journal.SUBJECT_TYPE_IDS, journal.GROUP_IDS):
        cache.forget()
    answers.forget()


WRITTEN_BY_MIGRATING = {"django_migrations", "django_content_type", "auth_permission"}
"""Tables that migrating fills and no test touches."""


def _empty(_case: TransactionTestCase) -> None:
    """Every row is deleted where there are any, past the triggers of the journal, which refuses that."""
    tables = set(connection.introspection.table_names()) - WRITTEN_BY_MIGRATING  # those of the queue are not Django's
    filled = [f"select '{one}' where exists (select from {one})" for one in tables]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(filled))
        emptied = [f"delete from {table}" for (table,) in cursor.fetchall()]  # noqa: S608
        seed = "insert into core_foldposition(one, position) select true, last_value from entry_id"
        skipping, again = "set session_replication_role = replica", "reset session_replication_role"
        cursor.execute("; ".join([skipping, *emptied, seed, again]))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Commits do not wait for the disk: no test pulls the server's plug."""
    options = connection.settings_dict["OPTIONS"]
    options["options"] = f"{options.get('options', '')} -c synchronous_commit=off"


@pytest.fixture(scope="session", autouse=True)
def _emptying_takes_a_moment() -> Iterator[None]:
    """After each test with real commits Django would truncate a hundred tables and write its permissions anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _empty)
        yield
    connections.close_all()
