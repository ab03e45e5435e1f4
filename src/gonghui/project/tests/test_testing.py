"""Programs that tests need: where they are looked for, and what their absence does."""

import sys
from pathlib import Path

import pytest

from gonghui.project import testing
from gonghui.project.testing import LIBREOFFICE, PROGRAMS


@pytest.fixture
def needing(request: pytest.FixtureRequest) -> pytest.Item:
    item = request.node
    assert isinstance(item, pytest.Item)
    item.add_marker(LIBREOFFICE.mark)
    return item


def test_a_program_is_where_its_variable_says_and_nowhere_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for program in PROGRAMS:
        monkeypatch.setenv(program.variable, sys.executable)
        assert program.path() == sys.executable
        monkeypatch.setenv(program.variable, str(tmp_path / "nowhere"))
        assert program.path() is None


def test_what_needs_a_missing_program_is_skipped_and_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, needing: pytest.Item
) -> None:
    monkeypatch.setenv(LIBREOFFICE.variable, str(tmp_path / "nowhere"))
    monkeypatch.delenv("GONGHUI_OFFICE", raising=False)
    testing.pytest_collection_modifyitems(needing.config, [needing])
    assert LIBREOFFICE.missing in [mark.kwargs["reason"] for mark in needing.iter_markers("skip")]


def test_a_missing_program_that_is_required_stops_the_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, needing: pytest.Item
) -> None:
    monkeypatch.setenv(LIBREOFFICE.variable, str(tmp_path / "nowhere"))
    monkeypatch.setenv("GONGHUI_OFFICE", "required")
    with pytest.raises(pytest.UsageError, match="no LibreOffice was found"):
        testing.pytest_collection_modifyitems(needing.config, [needing])
