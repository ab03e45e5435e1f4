"""Steps that weigh much are taken by somebody who has shown a few minutes ago that they are who they are.

What was sent meanwhile is kept in the session and comes back: after password or factor a page offers it again, as it
was, with one button. It is sent by that button and not by the way back, because no address changes anything by GET.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from gonghui.web.console import NEVER_KEPT, ConsoleRequest, back, page, render
from gonghui.web.models import Account
from gonghui.web.shell import has_marker

KEPT = "kept_step"
KEPT_LIMIT = 200_000
KEPT_SECONDS = 15 * 60


def is_recent(request: HttpRequest) -> bool:
    """Whether password or factor was shown within the last five minutes; the demo's click stands for it."""
    if not isinstance(request.user, Account):
        return False
    return time.time() - _shown_at(request) < app_settings.REAUTHENTICATION_TIMEOUT or has_marker()


def asked_again(request: ConsoleRequest, *, doing: str = "", then: str = "") -> HttpResponseBase | None:
    """The way to show password or factor again where that is older than five minutes.

    `doing` says in the reader's words what is about to be sent; `then` is where a GET goes on afterwards, where it is
    not to go on by itself (a file to take away).
    """
    if is_recent(request):
        if request.method == "POST":
            request.session.pop(KEPT, None)
        return None
    target = _kept(request, doing) if request.method == "POST" else then or request.get_full_path()
    where = f"{reverse('account_reauthenticate')}?{urlencode({'next': target})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": where})
    return redirect(where)


def _kept(request: ConsoleRequest, doing: str) -> str:
    """What was sent is put aside; the address where it comes back. Files do not: their form does."""
    words = request.POST.copy()
    for name in NEVER_KEPT:
        words.pop(name, None)
    sent = words.urlencode()
    if request.FILES or len(sent) > KEPT_LIMIT:
        return back(request)
    request.session[KEPT] = {
        "path": request.get_full_path(),
        "words": sent,
        "doing": doing,
        "back": back(request),
        "at": time.time(),
    }
    return reverse("come_back")


def renewing(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A second proof also draws another session key: who copied the one before is left outside."""

    @wraps(view)
    def seen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        before = _shown_at(request)
        response = view(request, *args, **kwargs)
        if _shown_at(request) > before:
            request.session.cycle_key()
        return response

    return seen


def _shown_at(request: HttpRequest) -> float:
    """When password or factor was last shown in this session; 0 for never."""
    if not isinstance(request.user, Account):
        return 0
    return max((float(one["at"]) for one in get_authentication_records(request, request.user)), default=0)


@page(acting=False, members=True)
def come_back(request: ConsoleRequest) -> HttpResponseBase:
    """What was sent before the second proof, to be sent with one press; it stays until that, a quarter of an hour."""
    kept = request.session.get(KEPT)
    if kept is None or time.time() - kept["at"] > KEPT_SECONDS:
        return redirect("my" if request.user.is_member else "today")
    if not is_recent(request):
        return redirect(kept["back"])
    fields = [(name, word) for name, words in QueryDict(kept["words"]).lists() for word in words]
    return render(request, "web/come_back.html", {**kept, "fields": fields})
