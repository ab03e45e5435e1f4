"""What happens around every page: headers, language, the actor."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from gonghui.core import clock
from gonghui.project.proxies import Proxies
from gonghui.spine.officials.console.posts import CHOSEN
from gonghui.spine.officials.models import actor_for
from gonghui.web import faults
from gonghui.web.models import Account

View = Callable[[HttpRequest], HttpResponse]


def client_address(get_response: View) -> View:
    """The address behind our own proxies; what others say about theirs, and about https, is not heard."""
    proxies: Proxies = settings.GONGHUI_PROXIES

    def respond(request: HttpRequest) -> HttpResponse:
        peer = request.META.get("REMOTE_ADDR", "")
        forwarded = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        if proxies.trusts(peer):
            request.META["REMOTE_ADDR"] = proxies.client(peer, forwarded)
        else:
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return get_response(request)

    return respond


def permissions_policy(get_response: View) -> View:
    """Pages ask for no camera, microphone or place."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        return response

    return respond


def chinese_first(get_response: View) -> View:
    """Chinese unless the account or the browser's cookie chose English; what the browser accepts is not asked."""

    def respond(request: HttpRequest) -> HttpResponse:
        asked = getattr(request.user, "language", "") or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return respond


def without_zero_bytes(get_response: View) -> View:
    """An address with a zero byte names nothing: PostgreSQL would not even take it as a question."""

    def respond(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return faults.absent(request)
        return get_response(request)

    return respond


def actor(get_response: View) -> View:
    """`request.actor` is the post the account acts in, or nothing, read anew for every page; no cache keeps any."""

    def respond(request: HttpRequest) -> HttpResponse:
        account, chosen = request.user, request.session.get(CHOSEN)
        found = actor_for(account, chosen, clock.today()) if isinstance(account, Account) else None
        request.actor = found  # type: ignore[attr-defined]
        response = get_response(request)
        if isinstance(account, Account):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return respond
