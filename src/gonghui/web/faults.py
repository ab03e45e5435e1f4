"""The pages nobody wants: refused, absent, broken. Each with a number that the log knows too."""

import logging
import secrets
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from gonghui.core.errors import Refusal
from gonghui.web import say

log = logging.getLogger("gonghui.faults")


def reference() -> str:
    """A number short enough to read out on the telephone: 4F7K-29QD."""
    letters = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
    word = "".join(secrets.choice(letters) for _ in range(8))
    return f"{word[:4]}-{word[4:]}"


def fault(request: HttpRequest, status: HTTPStatus, template: str, sentence: str = "", **more: object) -> HttpResponse:
    """The page of one fault. The number goes into the log beside the path; nothing of the request does."""
    number = reference()
    level = logging.ERROR if status >= 500 else logging.INFO
    log.log(level, "fault %s: %s %s", number, int(status), request.path)
    page = render_to_string(template, {"number": number, "sentence": sentence, **more}, request=request)
    return HttpResponse(page, status=status, headers={"Cache-Control": "no-store"})


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the post lacks the power. What lies outside one's organisations is absent instead."""
    sentence = say.text(exception) if isinstance(exception, Refusal) else ""
    return fault(request, HTTPStatus.FORBIDDEN, "403.html", sentence)


def absent(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: not there, or not in sight; the page does not say which."""
    return fault(request, HTTPStatus.NOT_FOUND, "404.html")


def broken(request: HttpRequest) -> HttpResponse:
    """500: our own mistake."""
    return fault(request, HTTPStatus.INTERNAL_SERVER_ERROR, "500.html")


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: the page stood open too long, or the sign-in changed meanwhile."""
    return fault(request, HTTPStatus.FORBIDDEN, "403_csrf.html")


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """422: an address that asks for what cannot be; says which value and what to do."""
    return fault(request, HTTPStatus.UNPROCESSABLE_ENTITY, "422.html", say.text(refusal))


def not_done(request: HttpRequest, refusal: Refusal, *, typed: list[str], target: str) -> HttpResponse:
    """422: a form was refused and its page cannot be shown; what was typed stands here and waits at `target`."""
    sentence = say.text(refusal)
    return fault(request, HTTPStatus.UNPROCESSABLE_ENTITY, "not_done.html", sentence, typed=typed, target=target)
