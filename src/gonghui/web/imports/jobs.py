"""Large imports in the worker: read, commit, take back. A step is whole or nothing, so a killed worker begins it anew.

What a page can see of a running step is written by a connection of its own, because the step's transaction shows
nothing until its end. A worker that dies leaves the state as it was handed over; the job is taken up again after a
minute (project.worker), and finds either the step undone or done. Meanwhile the page says that nobody is at work on it.
"""

import logging
from datetime import date, timedelta
from enum import Enum

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.web import acting
from gonghui.web.imports import actions, parameters
from gonghui.web.imports.models import Import, ImportFile, ImportMade, ImportProgress, ImportRow
from gonghui.web.imports.reading import Progress, silent

ALIVE_SECONDS = 25
"""A worker tells every ten seconds that it lives; who has missed two of them is taken for dead."""
ATTEMPTS = 3
"""So often a step is begun; one that takes its worker down each time is given back."""
AGAIN = RetryStrategy(max_attempts=10, wait=10, retry_exceptions={OperationalError, InterfaceError})
"""A database that is away for a moment is waited for."""
log = logging.getLogger(__name__)


class Meter:
    """How far a step has come, for everybody to see while its transaction runs."""

    def __init__(self, batch: Import) -> None:
        self.batch = batch.pk
        self.connection = connection.copy()

    def __call__(self, done: int, total: int) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "insert into imports_importprogress (batch, done, total, at) values (%s, %s, %s, %s)"
                " on conflict (batch) do update set done = excluded.done, total = excluded.total, at = excluded.at",
                [self.batch, done, total, timezone.now()],
            )

    def close(self) -> None:
        """The step is over, nobody asks any more."""
        with self.connection.cursor() as cursor:
            cursor.execute("delete from imports_importprogress where batch = %s", [self.batch])
        self.connection.close()


def start(batch: Import, step: str, *, by: Actor) -> None:
    """The step is in the worker's hands, in the transaction of the caller."""
    with transaction.atomic():
        actions.hand_over(batch, step, by=by)
        import_job.configure(queueing_lock=f"gonghui.import {batch.pk}").defer(batch=batch.pk, post=by.id)


def reading(by: Actor) -> actions.Later:
    """The worker reads a file that has just been brought, as soon as that is committed."""

    def told(batch: Import) -> None:
        import_job.defer(batch=batch.pk, post=by.id)

    return told


@app.task(name="gonghui.import", queue="default", retry=AGAIN, pass_context=True)
def import_job(context: JobContext, batch: int, post: int) -> None:
    """Take the step that the import waits for, in the post of who asked for it; whatever happens, somebody is told."""
    found = Import.objects.filter(pk=batch).first()
    if found is None or not found.is_running:
        return
    on = clock.today()
    by = acting.actor_in(post, on)
    if by is None:
        actions.give_back(found, Refusal("imports.post_gone", "办理这次导入的岗位已经卸任，没有办：请由在任的人再办"))
        return
    if context.job.attempts >= ATTEMPTS:
        actions.give_back(found, Refusal("imports.interrupted", INTERRUPTED, times=context.job.attempts))
        return
    meter = Meter(found)
    try:
        take(found, by=by, on=on, progress=meter)
    except Refusal as refusal:
        actions.give_back(found, refusal)
    except (OperationalError, InterfaceError):
        raise  # taken again in a moment
    except Exception:
        log.exception("An import could not be done.")
        actions.give_back(found, Refusal("imports.failed", FAILED))
    finally:
        meter.close()


INTERRUPTED = "办了 %(times)s 次都中断，没有办成，名册没有变：请把表拆成几份再传，或告诉系统管理员"
FAILED = "平台出了差错，没有办成，名册没有变：请再办一次，还不行请告诉系统管理员"
LOST = "上次没有办完，名册没有变：请再办一次"


class Work(Enum):
    """What becomes of a step that the page waits for."""

    QUEUED = "queued"
    RUNNING = "running"
    BROKEN_OFF = "broken_off"
    NOBODY = "nobody"
    LOST = "lost"


def work_on(batch: Import) -> Work:
    """Whether anybody is at work on the import: what a page must not guess from a bar that stands still."""
    alive = ProcrastinateWorker.objects.filter(last_heartbeat__gt=timezone.now() - timedelta(seconds=ALIVE_SECONDS))
    job = (
        ProcrastinateJob.objects.filter(task_name=import_job.name, status__in=("todo", "doing"), args__batch=batch.pk)
        .order_by("-id")
        .first()
    )
    if job is None:
        return Work.LOST
    if job.status == "todo":
        return Work.QUEUED if alive.exists() else Work.NOBODY
    return Work.RUNNING if alive.filter(pk=job.worker_id).exists() else Work.BROKEN_OFF


def release(batch: Import) -> None:
    """A step that is in nobody's hands is given back, so that it can be asked for again."""
    batch.refresh_from_db()
    if batch.is_running and work_on(batch) is Work.LOST:
        actions.give_back(batch, Refusal("imports.lost", LOST))


def take(batch: Import, *, by: Actor, on: date, progress: Progress = silent) -> None:
    """The step that the import waits for is taken."""
    if batch.state == Import.State.READING:
        actions.read_import(batch, by=by, on=on, progress=progress)
    elif batch.state == Import.State.COMMITTING:
        actions.commit_import(batch, by=by, on=on, progress=progress)
    else:
        actions.undo_import(batch, by=by, on=on, progress=progress)


def progress_of(batch: Import) -> ImportProgress | None:
    """What the worker has said so far."""
    return ImportProgress.objects.filter(batch=batch.pk).first()


@app.periodic(cron="41 19 * * *")
@app.task(name="gonghui.import_rows", lock="gonghui.import_rows")
def purge_job(timestamp: int) -> None:
    """Every night: rows kept for the preview and for taking back are gone when their time is over."""
    purge(clock.today())


def purge(on: date) -> int:
    """Rows go with an import that nobody can take back any more, rows and file with one that nobody went on with."""
    kept = parameters.on(on)
    before = on - timedelta(days=max(kept.keep_rows_days, kept.undo_days))
    old = Import.objects.filter(uploaded_on__lt=before).exclude(committed_on__gte=before)
    over = old.exclude(state__in=Import.RUNNING)
    ImportFile.objects.filter(batch__in=over).delete()
    ImportMade.objects.filter(batch__in=over).delete()
    removed, _tables = ImportRow.objects.filter(batch__in=over).delete()
    return removed
