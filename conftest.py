"""What all tests share."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from django.db.backends.postgresql.operations import DatabaseOperations

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


@pytest.fixture(scope="session", autouse=True)
def _emptying_is_allowed_in_tests() -> Iterator[None]:
    """Tests with real commits end in TRUNCATE, which the journal refuses: the emptying session skips triggers."""
    truncate = DatabaseOperations.execute_sql_flush

    def empty(self: DatabaseOperations, sql_list: list[str]) -> None:
        seed = "insert into core_foldposition(one, position) select true, last_value from entry_id"
        truncate(
            self,
            ["set session_replication_role = replica", *sql_list, seed, "reset session_replication_role"],
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", empty)
        yield
    connections.close_all()
