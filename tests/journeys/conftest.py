"""The demo federation, replayed once for all journeys in rows that are really committed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from gonghui.core import calendar_table, rollup
from gonghui.scenario import replay
from gonghui.scenario.stage import Stage

SCALE = 0.005


@pytest.fixture(scope="module")
def federation(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The half-year at a small scale, folded; the database is empty again afterwards."""
    files: Path = tmp_path_factory.mktemp("files")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr("django.conf.settings.MEDIA_ROOT", files)
        try:
            replay.run(SCALE, lambda label, done, total: None)
            rollup.fold_all()
            yield Stage(SCALE)
        finally:
            call_command("flush", verbosity=0, interactive=False)
            calendar_table.fill()
