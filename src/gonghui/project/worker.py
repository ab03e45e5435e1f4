"""Background work: jobs from the queue, the roll-up folded and entries sealed every second, reactions swept.

Full blocks are sealed at once, short ones after a minute; a checkpoint is signed each day on which something was
sealed, and as soon as a report was filed.
"""

import asyncio
import logging
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.db import close_old_connections, connection
from django.utils.module_loading import autodiscover_modules
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from gonghui.core import reactions, rollup
from gonghui.core.clock import SHANGHAI
from gonghui.core.errors import Refusal
from gonghui.core.journal import KIND_IDS
from gonghui.core.models import Entry
from gonghui.core.seals import checkpoints, sealing
from gonghui.core.seals.canon import ACCESSES, ENTRIES
from gonghui.web import schedule

FOLD_SECONDS, FOLD_ENTRIES = 1.0, 2_000
SWEEP_SECONDS = 30.0
STALLED_SECONDS = 60
SEAL_SECONDS, SEAL_ENTRIES, SEAL_REST_SECONDS, SHORT_BLOCK_SECONDS = 1.0, 4_096, 0.02, 60.0
CHECKPOINT_AFTER = "reports.report_filed"
log = logging.getLogger(__name__)


def fold_forever(ended: threading.Event) -> None:
    """Often and in small steps, so that a report never has a long tail to read; errors are logged and tried again."""
    swept = 0.0
    while not ended.wait(FOLD_SECONDS):
        close_old_connections()
        try:
            while rollup.fold(FOLD_ENTRIES) and not ended.is_set():
                pass
            if time.monotonic() - swept > SWEEP_SECONDS:
                swept = time.monotonic()
                for one in reactions.REACTIONS:
                    reactions.pump(one)
        except Exception:
            log.exception("The fold loop failed; it goes on in a second.")
            connection.close()
    connection.close()


def seal_forever(ended: threading.Event) -> None:
    """Beside the writers, in a thread of its own, so that neither fold nor jobs wait for the hashing."""
    short, told = time.monotonic(), ""
    while not ended.wait(SEAL_SECONDS):
        close_old_connections()
        try:
            due = time.monotonic() - short >= SHORT_BLOCK_SECONDS
            if due:
                short = time.monotonic()
            seal_once(short_too=due)
            told = ""
        except Refusal as refusal:
            if refusal.code != told:
                log.warning("No checkpoint was signed: %s", refusal)
            told = refusal.code
        except Exception:
            log.exception("The seal loop failed; it goes on in a second.")
            connection.close()
    connection.close()


def seal_once(*, short_too: bool, at: datetime | None = None) -> None:
    """Seal what is settled; sign where a report was filed since the last checkpoint, or a day has passed."""
    day = (at or datetime.now(UTC)).astimezone(SHANGHAI).date()
    for stream in (ENTRIES, ACCESSES):
        newest, head = checkpoints.newest_checkpoint(stream), sealing.head(stream)
        filed = stream == ENTRIES and _was_filed_after(newest.last_id if newest else 0)
        full_only = not (short_too or (filed and _was_filed_after(head.last_id)))
        while sealing.seal(SEAL_ENTRIES, stream=stream, full_only=full_only):
            time.sleep(SEAL_REST_SECONDS)  # a long backlog leaves the machine to the writers in between
        if sealing.head(stream).number == (newest.blocks if newest else 0):
            continue
        if newest is None or newest.at.astimezone(SHANGHAI).date() < day or filed:
            checkpoints.checkpoint(stream=stream, at=at)


def _was_filed_after(entry_id: int) -> bool:
    """Whether a report was filed after that entry: its checkpoint should not wait for the evening."""
    kind = KIND_IDS.known(CHECKPOINT_AFTER)
    return kind is not None and Entry.objects.filter(kind=kind, id__gt=entry_id).exists()


async def _retry_stalled(worker: App) -> None:
    """Jobs whose worker died are taken up again."""
    while True:
        for job in await worker.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            await worker.job_manager.retry_job(job)
        await asyncio.sleep(STALLED_SECONDS)


def known_tasks() -> set[str]:
    """Every app's background work is known by name: a job whose task nobody imported would fail, not wait."""
    autodiscover_modules("schedule", "jobs")
    return set(app.tasks)


async def _work() -> None:
    """Take jobs until told to stop.

    The worker has a connector of its own: what jobs enqueue still goes through Django's, in their transaction.
    """
    connector: Any = app.connector
    worker = App(connector=connector.get_worker_connector())
    worker.tasks, worker.periodic_registry = app.tasks, app.periodic_registry
    async with worker.open_async():
        retrying = asyncio.create_task(_retry_stalled(worker))
        await worker.run_worker_async(name="gonghui", concurrency=2, shutdown_graceful_timeout=20)
        retrying.cancel()


def run() -> None:
    """Work until SIGINT or SIGTERM."""
    connection.ensure_connection()
    known_tasks()
    with suppress(AlreadyEnqueued):
        schedule.purge_job.configure(queueing_lock=schedule.purge_job.name).defer(timestamp=0)
    ended = threading.Event()
    loops = [threading.Thread(target=loop, args=(ended,), name=loop.__name__) for loop in (fold_forever, seal_forever)]
    for loop in loops:
        loop.start()
    try:
        asyncio.run(_work())
    finally:
        ended.set()
        for loop in loops:
            loop.join(timeout=10)
