"""Background work: jobs from the queue, the roll-up folded every second, reactions swept every half minute."""

import asyncio
import logging
import threading
import time
from contextlib import suppress
from typing import Any

from django.db import close_old_connections, connection
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from gonghui.core import reactions, rollup
from gonghui.web import schedule

FOLD_SECONDS, FOLD_ENTRIES = 1.0, 2_000
SWEEP_SECONDS = 30.0
STALLED_SECONDS = 60
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


async def _retry_stalled(worker: App) -> None:
    """Jobs whose worker died are taken up again."""
    while True:
        for job in await worker.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            await worker.job_manager.retry_job(job)
        await asyncio.sleep(STALLED_SECONDS)


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
    with suppress(AlreadyEnqueued):
        schedule.purge_job.configure(queueing_lock=schedule.purge_job.name).defer(timestamp=0)
    ended = threading.Event()
    folding = threading.Thread(target=fold_forever, args=(ended,), name="fold")
    folding.start()
    try:
        asyncio.run(_work())
    finally:
        ended.set()
        folding.join(timeout=10)
