"""Rights are given and taken by somebody who has shown a few minutes ago that they are who they are."""

import time

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from gonghui.web.console import ConsoleRequest, back
from gonghui.web.shell import has_marker


def asked_again(request: ConsoleRequest) -> HttpResponseBase | None:
    """The way to show password or factor again where that is older than five minutes; the demo click stands for it."""
    records = get_authentication_records(request, request.user)
    if records and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT:
        return None
    if has_marker():
        return None
    here = request.get_full_path() if request.method == "GET" else back(request)
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': here})}")
