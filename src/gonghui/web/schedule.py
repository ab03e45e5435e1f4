"""What the clock starts in the shells: traces of signing in are kept as long as `schemes/` says, and no longer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app

from gonghui.core import access
from gonghui.core.actor import SYSTEM
from gonghui.core.schemes import Scheme, Schemes
from gonghui.web import digest
from gonghui.web.lists.models import ExportRequest, Selection
from gonghui.web.models import DigestDay, OnceKey, SessionRow

CHUNK = 5_000
PURGED = "web.purged"
Rows = QuerySet[Any]


@dataclass(frozen=True)
class Keeping(Scheme):
    """How many days each kind of trace stays."""

    session_rows_days: int
    sign_in_tries_days: int
    once_keys_days: int
    selections_days: int
    digest_days: int
    export_requests_days: int


KEEPING = Schemes(Path(__file__).with_name("schemes"), "keeping", Keeping)


def overdue(now: datetime) -> list[tuple[Rows, datetime]]:
    """The rows of each table whose time is over, with the instant up to which."""
    kept = KEEPING.on(timezone.localdate(now))
    days = (kept.session_rows_days, kept.sign_in_tries_days, kept.once_keys_days, kept.selections_days)
    sessions, tries, keys, chosen = (now - timedelta(days=many) for many in days)
    sent = now - timedelta(days=kept.digest_days)
    asked = now - timedelta(days=kept.export_requests_days)
    ended = Q(ended_at=None) | Q(ended_at__lt=sessions)
    return [
        (Session.objects.filter(expire_date__lt=now), now),
        (SessionRow.objects.filter(ended, seen_at__lt=sessions), sessions),
        (AccessAttempt.objects.filter(attempt_time__lt=tries), tries),
        (AccessFailureLog.objects.filter(attempt_time__lt=tries), tries),
        (AccessLog.objects.filter(attempt_time__lt=tries), tries),
        (OnceKey.objects.filter(at__lt=keys), keys),
        (Selection.objects.filter(chosen_at__lt=chosen), chosen),
        (DigestDay.objects.filter(taken_at__lt=sent), sent),
        (ExportRequest.objects.filter(asked_at__lt=asked), asked),
    ]


def purge(now: datetime) -> dict[str, int]:
    """What is overdue is gone, a few thousand rows at a time, each with its trace; how many of each table."""
    gone: dict[str, int] = {}
    for rows, before in overdue(now):
        table = rows.model._meta.label_lower
        while removed := _some(rows, table, before):
            gone[table] = gone.get(table, 0) + removed
    return gone


@transaction.atomic
def _some(rows: Rows, table: str, before: datetime) -> int:
    """One chunk and the line that says so stand or fall together."""
    chosen = list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK])
    if not chosen:
        return 0
    removed: int = rows.model._default_manager.filter(pk__in=chosen).delete()[0]
    access.looked(SYSTEM, PURGED, subject_type=table, why=f"{removed} < {before:%Y-%m-%d}")
    return removed


@app.periodic(cron="23 19 * * *")
@app.task(name="gonghui.purge", lock="gonghui.purge")
def purge_job(timestamp: int) -> None:
    """Every night, and soon after a worker starts."""
    purge(timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="gonghui.digest", lock="gonghui.digest")
def digest_job(timestamp: int) -> None:
    """Every ten minutes whoever wants the day's digest and has not been looked at yet."""
    digest.send_due(timezone.now())
