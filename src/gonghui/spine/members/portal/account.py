"""A member's account: ways to sign in, sessions, language and look, closing it."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gonghui.core import clock
from gonghui.spine.members import actions
from gonghui.spine.members.models import own_person
from gonghui.web import sessions
from gonghui.web.console import ConsoleRequest, render
from gonghui.web.models import Language, Theme
from gonghui.web.portal import portal
from gonghui.web.stepup import asked_again


@portal
def account(request: ConsoleRequest) -> HttpResponseBase:
    """The ways to sign in, where one is signed in, how pages look."""
    factors = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    return render(
        request,
        "members/portal/account.html",
        {
            "person": own_person(request.actor),
            "has_key": Authenticator.Type.WEBAUTHN in factors,
            "has_codes": Authenticator.Type.RECOVERY_CODES in factors,
            "sessions": sessions.open_sessions(request.user),
            "this_session": request.session.get(sessions.ROW),
            "languages": Language.choices,
            "language": request.user.language or settings.LANGUAGE_CODE,
            "themes": Theme.choices,
        },
    )


@portal
@require_POST
def close(request: ConsoleRequest) -> HttpResponseBase:
    """The account is closed; the membership stays."""
    if (again := asked_again(request, doing=_("关闭我的账号"))) is not None:
        return again
    actions.close_account(own_person(request.actor), by=request.actor, on=clock.today())
    logout(request)
    return redirect("my_sign_in")


urlpatterns = [
    path("my/account/", account, name="my_account"),
    path("my/account/close/", close, name="my_account_close"),
]
