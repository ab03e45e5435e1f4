"""What happens around every page: language, session limits, the actor, headers, words every template knows."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import translation

View = Callable[[HttpRequest], HttpResponse]


def permissions_policy(get_response: View) -> View:
    """Pages ask for no camera, microphone or place."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        return response

    return respond


def session_limits(get_response: View) -> View:
    """A session ends after 30 minutes without a request and after 12 hours in any case."""

    def respond(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            if now - request.session.setdefault("began", now) > settings.SESSION_LONGEST_SECONDS:
                logout(request)
            elif now - request.session.get("seen", 0) > 60:
                request.session["seen"] = now  # saves the session, which moves its end
        return get_response(request)

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


def actor(get_response: View) -> View:
    """`request.actor` is the post the account acts in, or nothing."""

    def respond(request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        return get_response(request)

    return respond


def every_page(request: HttpRequest) -> dict[str, Any]:
    """What every template knows."""
    return {}
