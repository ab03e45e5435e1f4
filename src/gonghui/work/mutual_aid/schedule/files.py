"""The bureau's files in the worker: read whole or not at all, released piece by piece; a killed worker goes on."""

import logging
from contextlib import suppress
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from gonghui.core import clock
from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.web import acting
from gonghui.work.mutual_aid.actions import files, releasing
from gonghui.work.mutual_aid.models import FileProgress, SettlementFile

AGAIN = RetryStrategy(max_attempts=10, wait=10, retry_exceptions={OperationalError, InterfaceError})
"""A database that is away for a moment is waited for."""
log = logging.getLogger(__name__)


class Meter:
    """How far a file has come, for everybody to see while its transaction runs."""

    def __init__(self, file: SettlementFile) -> None:
        self.file = file.pk
        self.connection = connection.copy()

    def __call__(self, done: int, total: int) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "insert into mutual_aid_fileprogress (file, done, total, at) values (%s, %s, %s, %s)"
                " on conflict (file) do update set done = excluded.done, total = excluded.total, at = excluded.at",
                [self.file, done, total, timezone.now()],
            )

    def close(self) -> None:
        """The work is over, nobody asks any more."""
        with self.connection.cursor() as cursor:
            cursor.execute("delete from mutual_aid_fileprogress where file = %s", [self.file])
        self.connection.close()


def read(file: SettlementFile) -> None:
    """The worker reads the file, as soon as what brought it is committed; asked again while it waits, it does once."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        read_job.configure(queueing_lock=f"mutual_aid.read {file.pk}").defer(file=file.pk)


def release(file: SettlementFile, *, post: int, at: datetime) -> None:
    """The worker decides and orders the settlements, in the post of who released them; asked again, it does once."""
    told = release_job.configure(queueing_lock=f"mutual_aid.release {file.pk}")
    with suppress(AlreadyEnqueued), transaction.atomic():
        told.defer(file=file.pk, post=post, at=at.isoformat())


@app.task(name="mutual_aid.read", queue="default", retry=AGAIN)
def read_job(file: int) -> None:
    """Read a file that waits to be read."""
    found = SettlementFile.objects.select_related("organisation").filter(pk=file, state="reading").first()
    if found is None:
        return
    meter = Meter(found)
    try:
        files.read_file(found, on=clock.today(), progress=meter)
    finally:
        meter.close()


@app.task(name="mutual_aid.release", queue="default", retry=AGAIN)
def release_job(file: int, post: int, at: str) -> None:
    """Go on with the release of a file, from the piece it stands at."""
    found = SettlementFile.objects.select_related("organisation", "order").filter(pk=file, state="releasing").first()
    if found is None:
        return
    meter = Meter(found)
    by = acting.actor_in(post, clock.today()) or SYSTEM
    try:
        releasing.release_rest(found, by=by, at=datetime.fromisoformat(at), progress=meter)
    except Refusal as refusal:
        files.stall_file(found, refusal, on=clock.today())
    finally:
        meter.close()


def progress_of(file: SettlementFile) -> FileProgress | None:
    """How far the worker has come; nothing where it is not at it."""
    return FileProgress.objects.filter(file=file.pk).first()
