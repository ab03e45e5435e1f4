"""Named to pytest in pyproject.toml: the test profile, set before Django reads its settings, and Chromium's part.

Tests marked `browser` run where Chromium is found (CHROMIUM, or by its usual names); elsewhere they are skipped and
the last lines say so. With GONGHUI_BROWSER=required, as in .ci/run, its absence fails.
"""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

os.environ["GONGHUI_PROFILE"] = "test"
# Playwright's own event loop runs in the thread of the tests, which is no reason to refuse queries there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def chromium() -> str | None:
    """The browser's path, if the machine has one."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the walks where there is nothing to walk with."""
    walks = [item for item in items if item.get_closest_marker("browser")]
    if not walks or chromium():
        return
    if os.environ.get("GONGHUI_BROWSER") == "required":
        raise pytest.UsageError("Browser tests are required, and no Chromium was found. Set CHROMIUM to its path.")
    for item in walks:
        item.add_marker(pytest.mark.skip(reason="no Chromium"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The last lines say what was not tried."""
    skipped = [one for one in terminalreporter.stats.get("skipped", []) if "no Chromium" in str(one.longrepr)]
    if skipped:
        text = f"{len(skipped)} browser tests were SKIPPED: no Chromium was found. Set CHROMIUM to its path."
        terminalreporter.write_line(text, yellow=True, bold=True)
