"""Programs that tests need: where they are looked for, and what their absence does."""

import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

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


def test_the_longest_files_are_there_and_come_first(request: pytest.FixtureRequest) -> None:
    root = request.config.rootpath
    assert [name for name in testing.LONGEST if not (root / name).exists()] == []

    class Item:
        def __init__(self, name: str) -> None:
            self.path = root / name

        def get_closest_marker(self, _mark: str) -> None:
            return None

    short, last, first = Item("tests/test_world.py"), Item(testing.LONGEST[-1]), Item(testing.LONGEST[0])
    items: Any = [short, last, first]
    testing.pytest_collection_modifyitems(request.config, items)
    assert items == [first, last, short]


def test_what_is_not_soaked_draws_the_same_each_time(request: pytest.FixtureRequest) -> None:
    assert settings().derandomize is (request.config.option.markexpr != "soak")
