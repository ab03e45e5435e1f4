"""The demo federation, replayed once for all journeys in a database of its own, with real commits."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from gonghui.core import rollup
from gonghui.scenario import replay
from gonghui.scenario.stage import Stage
from tests import stages

SCALE = 0.005


@pytest.fixture(scope="module")
def federation(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The half-year at a small scale, folded; its papers lie in a folder of their own."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr("django.conf.settings.MEDIA_ROOT", tmp_path_factory.mktemp("files"))
        empty = stages.empty()
        name = f"{empty}_half_year"
        stages.copy(empty, name)
        try:
            with stages.standing_in(name):
                stages.with_calendar()
                replay.run(SCALE, lambda label, done, total: None)
                rollup.fold_all()
                yield Stage(SCALE)
        finally:
            stages.drop(name)
            connection.close()
