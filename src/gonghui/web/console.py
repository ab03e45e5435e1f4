"""What every page of the console is made with: `@page`, `render`, and what happens when an action refuses."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlsplit, urlunsplit

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.shortcuts import render as django_render
from django.urls import reverse
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from gonghui.core import access
from gonghui.core.actor import Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.web import faults, once, say, shell
from gonghui.web.models import Account

P = ParamSpec("P")
TYPED = "typed"
TYPED_LIMIT = 16_000
UNSEEN = ("next", "once", "step")
REPEATED = "web.sent_before"
NEVER_KEPT = ("csrfmiddlewaretoken", "password", "password1", "password2", "oldpassword", "code")


class ConsoleRequest(HttpRequest):
    """A request that went through `@page`: somebody is signed in and acts in a post."""

    user: Account
    actor: Actor
    typed: QueryDict | None
    refusal: Refusal | None


View = Callable[Concatenate[ConsoleRequest, P], HttpResponseBase]
Seen = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def render(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page in the shell, never kept by a cache."""
    refused = getattr(request, "refusal", None)
    if refused and status == 200:
        status = 409 if refused.code == REPEATED else 422
    response = django_render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def attachment(content: bytes | str, name: str, mime: str) -> HttpResponse:
    """A file to keep, which no browser opens in our name; the demo's say so in theirs."""
    response = HttpResponse(content, content_type=mime)
    named = f"demo-{name}" if shell.is_demo() else name
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=named)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def page(power: str | None = None, *, acting: bool = True, members: bool = False) -> Callable[[View[P]], Seen[P]]:
    """A console page: somebody is signed in, acts in a post (unless not `acting`) and has the power.

    For members' accounts there is no console: its pages are absent, but those that are any account's own (`members`).

    A `Refusal` out of a POST shows the page again with the refusal above the form and everything typed still in it
    (`request.refusal`, `request.typed`); a view that only takes POST goes back to where the form stood.
    """

    def decorate(view: View[P]) -> Seen[P]:
        @wraps(view)
        def seen(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            turned_away = _turned_away(request, acting, members)
            if turned_away is not None:
                return turned_away
            return served(view, power, request, *args, **kwargs)

        return cast(Seen[P], seen)

    return decorate


def served(
    view: View[P], power: str | None, request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
) -> HttpResponseBase:
    """What the view answers to somebody who may stand here; a refusal out of it shows the page again."""
    request.typed, request.refusal = None, None  # type: ignore[attr-defined]
    if request.method == "GET" and TYPED in request.session:
        _take_up(request)
    response = _run(view, power, request, *args, **kwargs)
    response["Cache-Control"] = "no-store"
    return response


def sign_in_first(request: HttpRequest, entrance: str) -> HttpResponseBase:
    """The way to sign in, and back here afterwards."""
    if request.method == "GET" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        return render(request, "web/once_more.html", {"here": request.get_full_path()})
    here = request.get_full_path() if request.method == "GET" else back(request)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse(entrance)})
    return redirect_to_login(here, reverse(entrance))


def _turned_away(request: HttpRequest, acting: bool, members: bool) -> HttpResponseBase | None:
    """Where somebody goes who may not stand on any page yet: sign-in, second factor, own password, choice of post."""
    account = request.user
    if not isinstance(account, Account):
        return sign_in_first(request, "account_login")
    if account.is_member:
        if members:
            return None
        return redirect("my") if request.path == "/" else faults.absent(request)
    if account.must_change_password:
        return redirect("account_change_password")
    if getattr(settings, "SECOND_FACTOR_REQUIRED", False) and not is_mfa_enabled(account):
        messages.info(request, _("请先设置第二道验证，再进入工作台"))
        return redirect("mfa_activate_totp")
    if acting and getattr(request, "actor", None) is None:
        return render(request, "web/no_post.html", status=403)
    return None


def _run(
    view: View[P], power: str | None, request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
) -> HttpResponseBase:
    """What the view answers, or what a refusal out of it looks like."""
    actor: Actor | None = getattr(request, "actor", None)
    try:
        if power is not None and actor is not None:
            actor.require(power)
        _without_zero_bytes(request)
        return once.at_most_once(
            request,
            lambda: view(request, *args, **kwargs),  # type: ignore[arg-type]
            otherwise=lambda: back(request),
        )
    except PowerMissing as refusal:
        return _denied(request, refusal)
    except Refusal as refusal:
        if request.method != "POST":
            return faults.refused(request, refusal)
        if request.headers.get("HX-Request"):
            return _said_beside(request, refusal)
        return _shown_again(view, request, refusal, *args, **kwargs)


def _without_zero_bytes(request: HttpRequest) -> None:
    """No keyboard types them and PostgreSQL takes none: the form is refused, the rest of it stays."""
    found = [name for name, words in request.POST.lists() if "\x00" in "".join((name, *words))]
    if not found:
        return
    cleaned = request.POST.copy()
    for name in found:
        words = [word.replace("\x00", "") for word in cleaned.pop(name)]
        cleaned.setlist(name.replace("\x00", ""), words)
    request.POST = cleaned  # type: ignore[assignment]
    raise Refusal("web.zero_byte", "填的内容里混有看不见的控制字符，已去掉；请核对后再交一次")


def _denied(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """403, with a trace of who wanted what."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None:
        access.looked(actor, "denied", why=str(refusal.params.get("power", refusal.code))[:200])
    return faults.forbidden(request, refusal)


def _shown_again(
    view: View[P], request: HttpRequest, refusal: Refusal, /, *args: P.args, **kwargs: P.kwargs
) -> HttpResponseBase:
    """The page of the form with the refusal and all that was typed; where the page cannot be shown, both are kept."""
    request.refusal, request.typed = refusal, request.POST  # type: ignore[attr-defined]
    request.method = "GET"
    try:
        response = view(request, *args, **kwargs)  # type: ignore[arg-type]
    except PowerMissing as missing:
        return _denied(request, missing)
    except Refusal:
        target = _put_by(request, refusal, request.path)
        return faults.not_done(request, refusal, typed=_words(request.POST), target=target)
    return _sent_back(request, refusal) if response.status_code == 405 else response


def _said_beside(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """For htmx: the sentence goes into the page's own place for it, the form is not touched."""
    response = render(request, "parts/errors.html", {"refusal": refusal}, status=422)
    response["HX-Retarget"], response["HX-Reswap"] = "#said", "innerHTML"
    return response


def _sent_back(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Back to the page the form stood on, with the sentence and what was typed."""
    return redirect(_put_by(request, refusal, back(request)))


def _put_by(request: HttpRequest, refusal: Refusal, target: str) -> str:
    """The next look at the page finds the sentence and what was typed."""
    kept = request.POST.copy()
    for name in NEVER_KEPT:
        kept.pop(name, None)
    words = kept.urlencode()
    request.session[TYPED] = {
        "path": target.partition("?")[0],
        "words": words if len(words) <= TYPED_LIMIT else "",
        "refusal": [refusal.code, say.text(refusal)],
    }
    return target


def _words(sent: QueryDict) -> list[str]:
    """What somebody wrote into a form, to be taken along by hand; ticks and hidden fields are no words."""
    return [word for name in sent if name not in (*NEVER_KEPT, *UNSEEN) for word in sent.getlist(name) if word.strip()]


def _take_up(request: HttpRequest) -> None:
    """Give the page back what was typed before the refusal, once."""
    stood = request.session[TYPED]
    if stood["path"] != request.path:
        return
    del request.session[TYPED]
    code, sentence = stood["refusal"]
    request.typed = QueryDict(stood["words"])  # type: ignore[attr-defined]
    request.refusal = Refusal(code, sentence)  # type: ignore[attr-defined]


def back(request: HttpRequest, *, came_from: bool = True) -> str:
    """The own page to go back to: the form's `next`, else (if asked) the page the request came from, else the first."""
    wanted = [request.POST.get("next"), request.GET.get("next")]
    if came_from:
        wanted.append(request.headers.get("Referer"))
    for address in filter(None, wanted):
        if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
            parts = urlsplit(address)
            own = urlunsplit(("", "", parts.path, parts.query, parts.fragment))
            if own.startswith("/") and not own.startswith(("//", "/\\")):
                return own
    return "/"
