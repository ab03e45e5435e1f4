"""Browsers for tests."""

from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, record_authentication
from django.conf import settings
from django.http import HttpRequest
from django.test import Client

from gonghui.web.models import Account


def taken(answer: Any) -> bytes:
    """The whole of a file that is sent piece by piece."""
    return b"".join(answer.streaming_content)


def signed_in(account: Account, *, seconds_ago: float = 0) -> Client:
    """The account's browser, its password shown so long ago (below zero: it will have been for as long)."""
    client = Client()
    client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[1])
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, account, method="password", reauthenticated=True)
    request.session[AUTHENTICATION_METHODS_SESSION_KEY][-1]["at"] -= seconds_ago
    request.session.save()
    return client
