"""What the clock does with enrolments, covers and claims; it never approves or rejects."""

import logging
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from procrastinate.contrib.django import app

from gonghui.core import clock
from gonghui.core.errors import StepRefused
from gonghui.work.mutual_aid.actions import claim_money, claims, enrolment
from gonghui.work.mutual_aid.models import Claim
from gonghui.work.mutual_aid.rules import parameters

log = logging.getLogger(__name__)


def turn(on: date) -> int:
    """Unpaid enrolments lapse, ended ones expire, covers of leavers end, unanswered claims lapse, paid ones close."""
    days = parameters.on(on).days
    old = on - timedelta(days=days["materials"])
    claimed = Claim.objects.select_related("organisation")
    return (
        _each(enrolment.due_enrolments(on).select_related("organisation"), enrolment.turn_enrolment, on)
        + _each(enrolment.covers_of_leavers(), lambda one, *, on: enrolment.end_covers_of_leavers([one], on=on), on)
        + _each(claimed.filter(state="need_materials", due_on__lt=on), claims.lapse_claim, on)
        + _each(claimed.filter(state="draft", since_on__lt=old), claims.lapse_claim, on)
        + _each(
            claimed.filter(state="paid", since_on__lt=on - timedelta(days=days["appeal"])), claim_money.close_claim, on
        )
    )


def _each(due: Iterable[Any], step: Callable[..., None], on: date) -> int:
    """Each in its own transaction; one that somebody moved meanwhile is left alone."""
    done = 0
    for one in list(due):
        try:
            step(one, on=on)
        except StepRefused as refusal:
            log.info("The clock leaves %s alone: %s", one.public_id, refusal.code)
        else:
            done += 1
    return done


@app.periodic(cron="27 16 * * *")
@app.task(name="gonghui.mutual_aid_days", lock="gonghui.mutual_aid_days")
def days_job(timestamp: int) -> None:
    """Every night after midnight in Shanghai."""
    del timestamp
    turn(clock.today())
