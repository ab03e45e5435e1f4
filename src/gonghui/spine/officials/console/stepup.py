"""Rights are given and taken by somebody who has shown a few minutes ago that they are who they are."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from gonghui.web.console import ConsoleRequest, back
from gonghui.web.shell import has_marker

View = Callable[..., HttpResponseBase]


def stepped_up(view: View) -> View:
    """Ask for the password or factor again after five minutes; in the demo its one click stands for it."""

    @wraps(view)
    def seen(request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if did_recently_reauthenticate(request) or has_marker():
            return view(request, *args, **kwargs)
        here = request.get_full_path() if request.method == "GET" else back(request)
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': here})}")

    return seen
