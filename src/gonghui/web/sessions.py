"""The signed-in browsers of an account: seen, listed, ended."""

import re
from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import logout
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from gonghui.web.models import Account, SessionRow

ROW = "session_row"
SEEN_EVERY = timedelta(minutes=1)
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def family(user_agent: str) -> str:
    """The browser and the system, without versions: enough to know one's own, too little to track by."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part)


def watch(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: each signed-in session has its row; a session whose row was ended is signed out."""

    def respond(request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, Account) and not _still_open(request, request.user):
            logout(request)
            if hasattr(request, "_messages"):
                messages.info(request, _("这次登录已结束，请重新登录"))
        return get_response(request)

    return respond


def _still_open(request: HttpRequest, account: Account) -> bool:
    now = timezone.now()
    key = request.session.get(ROW)
    row = SessionRow.objects.filter(pk=key, account=account).first() if key else None
    if row is None:
        if key:
            return False
        agent = family(re.sub(r"[^\x20-\x7e]", "", request.headers.get("User-Agent", ""))[:400])
        row = SessionRow.objects.create(account=account, browser=agent)
        request.session[ROW] = row.pk
        return True
    if row.ended_at is not None or now - row.seen_at > IDLE or now - row.began_at > LONGEST:
        SessionRow.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now)
        return False
    if now - row.seen_at > SEEN_EVERY:
        SessionRow.objects.filter(pk=row.pk).update(seen_at=now)
    return True


def open_sessions(account: Account) -> QuerySet[SessionRow]:
    """The sessions that can still be used."""
    now = timezone.now()
    return account.sessions.filter(ended_at=None, seen_at__gt=now - IDLE, began_at__gt=now - LONGEST).order_by(
        "-seen_at"
    )


def end(account: Account, *, public_id: str | None = None, but: int | None = None) -> int:
    """End one session of the account, or all (but one); the next request of each is signed out."""
    rows = account.sessions.filter(ended_at=None)
    if public_id is not None:
        rows = rows.filter(public_id=public_id)
    if but is not None:
        rows = rows.exclude(pk=but)
    return rows.update(ended_at=timezone.now())
