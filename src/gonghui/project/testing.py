"""Named to pytest in pyproject.toml: the test profile, set before Django reads its settings; draws, order, programs.

Hypothesis draws the same examples in every run, so that nothing lands or fails by luck, and the clock does not judge
them; `make soak` draws new ones each time.

Tests marked `browser` need Chromium, those marked `office` LibreOffice. Where a program is not found its tests are
skipped and the last lines say so; with GONGHUI_BROWSER=required or GONGHUI_OFFICE=required its absence fails.
"""

import gc
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

os.environ["GONGHUI_PROFILE"] = "test"
# Playwright's own event loop runs in the thread of the tests, which is no reason to refuse queries there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@dataclass(frozen=True)
class Program:
    """A program that tests of one mark need: its usual names, and the variable that may hold its path."""

    mark: str
    title: str
    variable: str
    names: tuple[str, ...]

    def path(self) -> str | None:
        """Where it is, if the machine has it."""
        named = os.environ.get(self.variable)
        if named:
            return named if Path(named).exists() else None
        return next((found for name in self.names if (found := shutil.which(name))), None)

    @property
    def is_required(self) -> bool:
        """Whether its absence is a failure."""
        return os.environ.get(f"GONGHUI_{self.mark.upper()}") == "required"

    @property
    def missing(self) -> str:
        """Why its tests were not run, and what to do."""
        return f"no {self.title} was found. Set {self.variable} to its path."


CHROMIUM = Program("browser", "Chromium", "CHROMIUM", ("chromium", "chromium-browser"))
LIBREOFFICE = Program("office", "LibreOffice", "SOFFICE", ("soffice",))
PROGRAMS = (CHROMIUM, LIBREOFFICE)
LONGEST = (
    "tests/journeys/test_half_year.py",
    "src/gonghui/project/tests/test_demo.py",
    "tests/browser/test_every_page_in_chromium.py",
    "tests/test_every_page.py",
    "tests/test_what_clients_send.py",
    "tests/test_canary.py",
    "tests/journeys/test_opening_scene.py",
    "tests/browser/test_offline_page.py",
    "src/gonghui/reports/tests/test_organised.py",
    "src/gonghui/reports/tests/test_moved_levels.py",
)
"""Files that take longest, with or without soak, are begun first: no process is left with one at the end."""


@pytest.fixture(scope="session")
def soffice() -> str:
    """LibreOffice, for tests marked `office`."""
    path = LIBREOFFICE.path()
    assert path is not None, LIBREOFFICE.missing
    return path


def pytest_configure(config: pytest.Config) -> None:
    """What is not soaked draws the same each time."""
    settings.register_profile("new draws", deadline=None)
    settings.register_profile("same draws", deadline=None, derandomize=True)
    settings.load_profile("new draws" if config.option.markexpr == "soak" else "same draws")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest; skip what there is no program for."""
    first = {config.rootpath / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(item.path, len(first)))
    for program, needing in _missing(items):
        if program.is_required:
            raise pytest.UsageError(f"Tests marked {program.mark} are required, and {program.missing}")
        for item in needing:
            item.add_marker(pytest.mark.skip(reason=program.missing))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector of garbage need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _missing(items: list[pytest.Item]) -> Iterator[tuple[Program, list[pytest.Item]]]:
    for program in PROGRAMS:
        needing = [item for item in items if item.get_closest_marker(program.mark)]
        if needing and not program.path():
            yield program, needing


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The last lines say what was not tried."""
    reasons = [str(one.longrepr) for one in terminalreporter.stats.get("skipped", [])]
    for program in PROGRAMS:
        if skipped := sum(program.missing in reason for reason in reasons):
            text = f"{skipped} {program.mark} tests were SKIPPED: {program.missing}"
            terminalreporter.write_line(text, yellow=True, bold=True)
