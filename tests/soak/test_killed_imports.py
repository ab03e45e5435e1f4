"""A worker is killed amid a large import: nothing is half done, the page says so, another one finishes it once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from django.db import connection

from gonghui.core import clock
from gonghui.core.models import Entry
from gonghui.spine.officials.tests.builders import LONG_AGO, a_post, acting
from gonghui.spine.organisations.models import Organisation, tree_differences
from gonghui.spine.organisations.models.audits import entry_differences
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.imports import actions, jobs
from gonghui.web.imports.models import Import, ImportProgress, ImportRow
from gonghui.web.imports.sheet import SHEETS, Scope

pytestmark = [pytest.mark.soak, pytest.mark.django_db(transaction=True)]
UNIONS = SHEETS["organisations.unions"]
MANY = 20_000
MINUTE = 65


def _address() -> str:
    """The test database, for a worker that is a process of its own."""
    words = connection.settings_dict
    host, port = quote(str(words["HOST"]), safe=""), words["PORT"]
    return f"postgresql://{words['USER']}@/{words['NAME']}?host={host}" + (f"&port={port}" if port else "")


@contextmanager
def working() -> Iterator["subprocess.Popen[bytes]"]:
    """A worker as the product starts it, in a process group of its own."""
    run = "import sys; from gonghui.project.cli import main; sys.exit(main(['worker']))"
    surroundings = {**os.environ, "DATABASE_URL": _address(), "GONGHUI_PROFILE": "test"}
    worker = subprocess.Popen([sys.executable, "-c", run], env=surroundings, start_new_session=True)
    try:
        yield worker
    finally:
        if worker.poll() is None:
            worker.terminate()
            worker.wait(60)


def _until(so: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, "it never came to be so"
        time.sleep(0.02)


def _state(batch: Import) -> str:
    batch.refresh_from_db()
    return batch.state


def _counts() -> tuple[int, int, int]:
    return Organisation.objects.active().count(), Entry.objects.count(), ImportRow.objects.count()


def _a_minute_later() -> None:
    """The heartbeat of the dead is as old as it would be then."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update procrastinate_workers set last_heartbeat = last_heartbeat - make_interval(secs => %s)", [MINUTE]
        )


def _broken_off_and_finished(batch: Import, step: str, done: str, *, after: float) -> None:
    """The step is begun by one worker, which is killed; whole as before until another one has finished it."""
    waiting, before = _state(batch), _counts()
    with working() as worker:
        _until(lambda: ImportProgress.objects.filter(batch=batch.pk).exists() or _state(batch) != waiting)
        time.sleep(after)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    assert _state(batch) == waiting, f"{step}: over before it was killed after {after} s"
    assert _counts() == before, step
    assert jobs.work_on(batch) is jobs.Work.RUNNING, "its last sign of life is too young to tell"
    _a_minute_later()
    assert jobs.work_on(batch) is jobs.Work.BROKEN_OFF
    with working():
        _until(lambda: _state(batch) != waiting)
        assert (batch.state, batch.refusal) == (done, {})
        _until(lambda: not ImportProgress.objects.exists())
    jobs_left = "select count(*) from procrastinate_jobs where task_name = %s and status in ('todo', 'doing')"
    with connection.cursor() as cursor:
        cursor.execute(jobs_left, [jobs.import_job.name])
        assert cursor.fetchone()[0] == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_a_worker_killed_in_any_step_of_a_large_import_leaves_it_to_the_next_which_finishes_it_once(seed: int) -> None:
    draw, federation = random.Random(seed), Federation()
    by = acting(a_post("org_officer", federation.city, on=LONG_AGO), clock.today())
    town = federation.wangjing.code
    rows = "".join(f"成批第{n}号公司工会,基层工会,{town}\n" for n in range(MANY))
    content = f"名称,层级,上级\n{rows}".encode()
    on = clock.today()
    batch = actions.bring_file(UNIONS, content, "名册.csv", scope=Scope(by, 0, on), on=on, later=jobs.reading(by))
    assert batch.state == "reading"
    _broken_off_and_finished(batch, "read", "checked", after=draw.random() * 0.5)
    assert (batch.added, batch.wrong, ImportRow.objects.count()) == (MANY, 0, MANY)
    stood, entries = Organisation.objects.count(), Entry.objects.count()
    jobs.start(batch, "commit", by=by)
    _broken_off_and_finished(batch, "commit", "committed", after=draw.random() * 1.5)
    assert Organisation.objects.count() == stood + MANY
    assert Entry.objects.count() == entries + MANY + 1
    jobs.start(batch, "undo", by=by)
    _broken_off_and_finished(batch, "undo", "undone", after=draw.random())
    assert Organisation.objects.active().count() == stood
    assert Entry.objects.count() == entries + 2 * (MANY + 1)
    assert [*tree_differences(), *entry_differences()] == []
