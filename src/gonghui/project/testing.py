"""Named to pytest in pyproject.toml: the test profile, set before Django reads its settings, and outside programs.

Tests marked `browser` need Chromium, those marked `office` LibreOffice. Where a program is not found its tests are
skipped and the last lines say so; with GONGHUI_BROWSER=required or GONGHUI_OFFICE=required its absence fails.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

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


@pytest.fixture(scope="session")
def soffice() -> str:
    """LibreOffice, for tests marked `office`."""
    path = LIBREOFFICE.path()
    assert path is not None, LIBREOFFICE.missing
    return path


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what there is no program for."""
    for program, needing in _missing(items):
        if program.is_required:
            raise pytest.UsageError(f"Tests marked {program.mark} are required, and {program.missing}")
        for item in needing:
            item.add_marker(pytest.mark.skip(reason=program.missing))


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
