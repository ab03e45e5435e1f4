"""A form sent twice acts once: `{% once %}` puts a random key into it, and what was done by that key is written down.

The key's row is written in the transaction of the action itself, as its first statement, so that neither stands
without the other. A second sending waits for the first and is answered by where that led. Forms in which nothing would
happen twice (a step its state allows once) need no key.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.contrib import messages
from django.db import DatabaseError, OperationalError, connection
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from gonghui.core.action import BEGINNING
from gonghui.core.errors import Refusal
from gonghui.web.models import Account, OnceKey

FIELD = "once"
KEY = re.compile(r"[\w-]{22}", re.ASCII)
LOCKS = 23
"""The class of our advisory locks; the two-number kind, which the journal's watermark does not read."""
NOT_SENT = ("csrfmiddlewaretoken", FIELD)


def fresh_key() -> str:
    """128 random bits."""
    return secrets.token_urlsafe(16)


def at_most_once(
    request: HttpRequest, act: Callable[[], HttpResponseBase], *, otherwise: Callable[[], str]
) -> HttpResponseBase:
    """What the view answers; a form whose key has already acted is answered by where the first one led.

    `otherwise` is where a form leads whose answer was a page of its own (a slip shown once).
    """
    key = request.POST.get(FIELD, "") if request.method == "POST" else ""
    if not KEY.fullmatch(key) or not isinstance(request.user, Account):
        return act()
    account = request.user.pk
    with _alone(f"{account} {key}"):
        digest = _digest(request)
        row = OnceKey.objects.filter(account=account, key=key).first()
        if row is not None:
            if row.digest != digest:
                raise Refusal("web.sent_before", "这张表刚才已经交过，这次填的不一样。要另办一件，请核对后再交一次")
            if not row.led_to:
                messages.info(request, _("这张表刚才已经办过，没有再办一次"))
            return redirect(row.led_to or otherwise())
        token = BEGINNING.set(lambda: _note(account, key, digest))
        try:
            response = act()
        finally:
            BEGINNING.reset(token)
        if led_to := response.headers.get("Location", ""):
            OnceKey.objects.filter(account=account, key=key).update(led_to=led_to[:500])
        return response


def _note(account: int, key: str, digest: str) -> None:
    """The key has acted. A second action of the same request finds it noted."""
    OnceKey.objects.bulk_create([OnceKey(account_id=account, key=key, digest=digest)], ignore_conflicts=True)


def _digest(request: HttpRequest) -> str:
    """A fingerprint of what was sent and where to."""
    found = hashlib.sha256(request.path.encode())
    for name in sorted(request.POST):
        if name not in NOT_SENT:
            found.update(repr((name, request.POST.getlist(name))).encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            found.update(repr((name, file.name, file.size)).encode())
            for piece in file.chunks():
                found.update(piece)
            file.seek(0)
    return found.hexdigest()


@contextmanager
def _alone(words: str) -> Iterator[None]:
    """One request at a time for a key, whatever transactions come and go meanwhile."""
    number = int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], signed=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s, %s)", [LOCKS, number])
    except OperationalError as slow:
        raise Refusal("web.still_running", "同一张表刚才已经交出，还没有办完；请稍后刷新，看看结果再决定") from slow
    try:
        yield
    finally:
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s, %s)", [LOCKS, number])
