"""The demo federation, replayed once for all journeys in a database of its own, with real commits."""

from collections.abc import Iterator
from typing import Any

import pytest

from gonghui.core import rollup
from gonghui.scenario import replay
from gonghui.scenario.stage import Stage
from tests import stages

SCALE = 0.005


@pytest.fixture(scope="module")
def half_year(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database that holds the half-year at a small scale, folded."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr("django.conf.settings.MEDIA_ROOT", tmp_path_factory.mktemp("papers"))
        empty = stages.empty()
        name = f"{empty}_half_year"
        stages.copy(empty, name)
        with stages.standing_in(name):
            stages.with_calendar()
            replay.run(SCALE, lambda label, done, total: None)
            rollup.fold_all()
    yield name
    with django_db_blocker.unblock():
        stages.drop(name)


@pytest.fixture
def federation(half_year: str, django_db_blocker: Any) -> Iterator[Stage]:
    """The federation, to be looked at and left as it is."""
    with django_db_blocker.unblock(), stages.standing_in(half_year):
        yield Stage(SCALE)


@pytest.fixture
def visited(half_year: str, django_db_blocker: Any) -> Iterator[Stage]:
    """A copy of the federation in which a visitor may change things for good."""
    name = f"{half_year}_visited"
    with django_db_blocker.unblock():
        stages.copy(half_year, name)
        try:
            with stages.standing_in(name):
                yield Stage(SCALE)
        finally:
            stages.drop(name)
