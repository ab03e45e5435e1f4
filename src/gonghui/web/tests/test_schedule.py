"""Traces of signing in go when their time is over, not before, and leave a line that says so."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.test import Client, TransactionTestCase
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from gonghui.core.models import Access
from gonghui.web import schedule
from gonghui.web.models import Account, OnceKey, SessionRow

NOW = datetime(2027, 3, 1, 19, 23, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def ago(**past: float) -> datetime:
    return NOW - timedelta(**past)


def test_a_session_stays_half_a_year_after_its_end(account: Account) -> None:
    def row(seen: datetime, ended: datetime | None) -> int:
        return SessionRow.objects.create(account=account, began_at=seen, seen_at=seen, ended_at=ended).pk

    gone = [row(ago(days=184), None), row(ago(days=190), ago(days=184))]
    kept = [row(ago(days=182), None), row(ago(days=190), ago(days=182)), row(NOW, None)]
    schedule.purge(NOW)
    assert not SessionRow.objects.filter(pk__in=gone).exists()
    assert SessionRow.objects.filter(pk__in=kept).count() == 3


def test_what_browsers_hold_goes_as_soon_as_it_cannot_be_used() -> None:
    Session.objects.create(session_key="old", session_data="", expire_date=ago(seconds=1))
    Session.objects.create(session_key="new", session_data="", expire_date=NOW + timedelta(seconds=1))
    schedule.purge(NOW)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]


@pytest.mark.parametrize("model", [AccessAttempt, AccessFailureLog, AccessLog])
def test_tries_to_sign_in_stay_half_a_year(model: Any) -> None:
    more = {"failures_since_start": 1} if model is AccessAttempt else {}
    for name, at in (("old", ago(days=184)), ("new", ago(days=182))):
        row = model.objects.create(username=name, **more)
        model.objects.filter(pk=row.pk).update(attempt_time=at)
    schedule.purge(NOW)
    assert list(model.objects.values_list("username", flat=True)) == ["new"]


def test_keys_of_forms_stay_a_week_and_the_line_says_how_many_went(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "CHUNK", 2)
    for number in range(5):
        OnceKey.objects.create(account=account, key=str(number), digest="x", at=ago(days=8))
    OnceKey.objects.create(account=account, key="new", digest="x", at=ago(days=6))
    assert schedule.purge(NOW) == {"web.oncekey": 5}
    assert OnceKey.objects.get().key == "new"
    lines = Access.objects.filter(what="web.purged").order_by("id")
    assert [(line.account_id, line.subject_type, line.why) for line in lines] == [
        (0, "web.oncekey", "2 < 2027-02-22"),
        (0, "web.oncekey", "2 < 2027-02-22"),
        (0, "web.oncekey", "1 < 2027-02-22"),
    ]
    assert schedule.purge(NOW) == {}
    assert Access.objects.filter(what="web.purged").count() == 3


def test_a_chunk_and_its_line_stand_or_fall_together(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    OnceKey.objects.create(account=account, key="0", digest="x", at=ago(days=8))

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("gonghui.core.access.looked", broken)
    with pytest.raises(RuntimeError):
        schedule.purge(NOW)
    assert OnceKey.objects.count() == 1


def test_a_session_in_use_survives_the_night(inside: Client) -> None:
    inside.get("/note/")
    schedule.purge(datetime.now(UTC))
    assert inside.get("/note/").status_code == 200


def test_logs_stay_at_least_the_six_months_the_law_asks_for() -> None:
    kept = schedule.KEEPING.on(date(2020, 6, 1))
    assert min(kept.session_rows_days, kept.sign_in_tries_days) >= 183
    assert "网络安全法" in kept.source


def test_the_worker_is_told_to_do_it_every_night() -> None:
    assert [one.task.name for one in app.periodic_registry.periodic_tasks.values()].count("gonghui.purge") == 1


@pytest.mark.django_db(transaction=True)
def test_a_test_with_real_commits_leaves_no_jobs_to_the_next() -> None:
    app.configure_task("nobody.does_this", allow_unknown=True).defer()
    assert ProcrastinateJob.objects.exists()
    TransactionTestCase()._fixture_teardown()  # type: ignore[attr-defined]
    assert not ProcrastinateJob.objects.exists()
