"""Wrong tries outside the sign-in form, counted by name and address in the database that all workers share."""

from datetime import timedelta

from axes.models import AccessFailureLog
from django.http import HttpRequest
from django.utils import timezone

MOST = 5
CLOSED_FOR = timedelta(minutes=30)
RESET_CODE = "reset code"
"""Where the tries at a printed code are filed; they close that page for an address, never the sign-in of the name."""

CHANGING = "password change"
"""Where wrong old passwords are filed, typed into an open session: they close that form for its account."""


def address_of(request: HttpRequest) -> str | None:
    """Where the request comes from; the outermost middleware has put the client behind our proxies there."""
    return request.META.get("REMOTE_ADDR") or None


def _name(typed: str) -> str:
    return typed.strip().casefold()[:255]


def is_closed(name: str, what: str, *, address: str) -> bool:
    """Whether this address has tried this name in vain too often; others may go on."""
    tried = AccessFailureLog.objects.filter(
        username=_name(name), path_info=what, ip_address=address or None, attempt_time__gt=timezone.now() - CLOSED_FOR
    )
    return bool(tried[:MOST].count() >= MOST)


def failed(name: str, what: str, *, address: str) -> None:
    """One more wrong try; names nobody has are counted alike."""
    AccessFailureLog.objects.create(username=_name(name), path_info=what, ip_address=address or None)
