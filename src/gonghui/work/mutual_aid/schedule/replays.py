"""Replays in the worker: reading alone, so one whose worker died is simply begun anew."""

import logging

from django.db import InterfaceError, OperationalError
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from gonghui.core import clock
from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.web import acting
from gonghui.work.mutual_aid.actions import replays
from gonghui.work.mutual_aid.models import Replay

ATTEMPTS = 3
"""So often a replay is begun; one that takes its worker down each time is given up."""
AGAIN = RetryStrategy(max_attempts=10, wait=10, retry_exceptions={OperationalError, InterfaceError})
"""A database that is away for a moment is waited for."""
INTERRUPTED = "重放了 %(times)s 次都中断，没有办成：请再试，还不行请告诉系统管理员"
FAILED = "平台出了差错，没有办成：请再重放一次，还不行请告诉系统管理员"
log = logging.getLogger(__name__)


@app.task(name=replays.JOB, queue="default", retry=AGAIN, pass_context=True)
def replay_job(context: JobContext, replay: int, post: int) -> None:
    """The replay is done, in the post of who asked for it; whatever happens, its page says so."""
    found = Replay.objects.select_related("edition", "base").filter(pk=replay, state="waiting").first()
    if found is None:
        return
    on = clock.today()
    by = acting.actor_in(post, on) or SYSTEM
    try:
        if context.job.attempts >= ATTEMPTS:
            raise Refusal("mutual_aid.replay_interrupted", INTERRUPTED, times=context.job.attempts)
        replays.do_replay(found, by=by, on=on)
    except Refusal as refusal:
        replays.fail_replay(found, refusal, by=by, on=on)
    except (OperationalError, InterfaceError):
        raise  # taken again in a moment
    except Exception:
        log.exception("A replay could not be done.")
        replays.fail_replay(found, Refusal("mutual_aid.replay_failed", FAILED), by=by, on=on)
