"""The books are recounted: each app says which of its tables' totals the journal must give again."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

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
    """Every check, the roll-up first; nothing is repaired."""
    found = []
    for title, check in CHECKS.items():
        begun = time.monotonic()
        differences = tuple(check())
        found.append(Finding(title, differences, time.monotonic() - begun))
    return found


@audited("台账汇总与逐条重算一致")
def _roll_up() -> Iterable[Difference]:
    for part, organisation, kind, month, group, *numbers in rollup.recount():
        yield Difference(
            f"{part} organisation={organisation} kind={kind} month={month} group={group}",
            kept=str(tuple(numbers[3:])),
            counted=str(tuple(numbers[:3])),
        )
