"""The books are recounted: each app says which of its tables' totals the journal must give again."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from gonghui.core import rollup


@dataclass(frozen=True)
class Difference:
    """One place where a table and the journal disagree: what the table keeps, what the journal counts."""

    where: str
    kept: str
    counted: str


@dataclass(frozen=True)
class Finding:
    """One check and what it found; sound when there is no difference."""

    title: str
    differences: tuple[Difference, ...]
    seconds: float


Check = Callable[[], Iterable[Difference]]
CHECKS: dict[str, Check] = {}


def audited(title: str) -> Callable[[Check], Check]:
    """Register a check under its Chinese title."""

    def register(check: Check) -> Check:
        CHECKS[title] = check
        return check

    return register


def run() -> list[Finding]:
    """Every check, the roll-up first, all as of one moment, whatever others commit meanwhile; nothing is repaired."""
    found = []
    with _one_moment():
        for title, check in CHECKS.items():
            begun = time.monotonic()
            differences = tuple(check())
            found.append(Finding(title, differences, time.monotonic() - begun))
    return found


@contextmanager
def _one_moment() -> Iterator[None]:
    """Inside, tables stand as they did at the first question; within a transaction of the caller's, as it sees them."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read")
        yield


@audited("台账汇总与逐条重算一致")
def _roll_up() -> Iterable[Difference]:
    for part, organisation, kind, month, group, *numbers in rollup.recount():
        yield Difference(
            f"{part} organisation={organisation} kind={kind} month={month} group={group}",
            kept=str(tuple(numbers[3:])),
            counted=str(tuple(numbers[:3])),
        )
