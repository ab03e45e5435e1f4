"""Profile, sessions, language, theme, progress, and the demo's way in."""

from uuid import UUID

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gonghui.core import clock
from gonghui.web import digest, sessions, shell
from gonghui.web.console import ConsoleRequest, back, page, render
from gonghui.web.models import Account, DemoAccount, Digest, Language, Theme

YEAR = 365 * 24 * 60 * 60


@page(acting=False, members=True)
def profile(request: ConsoleRequest) -> HttpResponseBase:
    """The account's own page: name, factors, sessions, language, theme, text size; a member's is in the portal."""
    if request.user.is_member:
        return redirect("my_account")
    factors = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    return render(
        request,
        "web/profile.html",
        {
            "has_totp": Authenticator.Type.TOTP in factors,
            "has_codes": Authenticator.Type.RECOVERY_CODES in factors,
            "has_key": Authenticator.Type.WEBAUTHN in factors,
            "sessions": sessions.open_sessions(request.user),
            "this_session": request.session.get(sessions.ROW),
            "languages": Language.choices,
            "language": request.user.language or settings.LANGUAGE_CODE,
            "themes": Theme.choices,
            "may_have_digest": digest.is_offered(),
            "digest_to": digest.shown(kept) if (kept := Digest.objects.filter(account=request.user).first()) else "",
            "digest_hour": digest.RULES.on(clock.today()).hour,
        },
    )


@page(acting=False, members=True)
@require_POST
def end_session(request: ConsoleRequest) -> HttpResponseBase:
    """End one session, or all others."""
    if request.POST.get("all"):
        ended = sessions.end(request.user, but=request.session.get(sessions.ROW))
    else:
        row = get_object_or_404(sessions.open_sessions(request.user), public_id=_uuid(request.POST.get("session")))
        ended = sessions.end(request.user, public_id=str(row.public_id))
    messages.success(request, _("已结束 %(n)s 个登录") % {"n": ended})
    return redirect("profile")


def _uuid(words: str | None) -> str:

    try:
        return str(UUID(words or ""))
    except ValueError:
        raise Http404 from None


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Chinese or English, for this browser and, signed in, for the account."""
    language = request.POST.get("language", "")
    if language not in Language.values:
        raise Http404
    if isinstance(request.user, Account):
        Account.objects.filter(pk=request.user.pk).update(language=language)
    response = redirect(back(request))
    _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Light, dark or as the device; and the size of the text."""
    theme = request.POST.get("theme", Theme.DEVICE)
    if theme not in Theme.values:
        raise Http404
    larger = request.POST.get("text") == "larger"
    if isinstance(request.user, Account):
        Account.objects.filter(pk=request.user.pk).update(theme=theme, larger_text=larger)
    response = redirect(back(request))
    _remember(response, shell.THEME_COOKIE, theme)
    _remember(response, shell.TEXT_COOKIE, "larger" if larger else "")
    return response


@page(acting=False)
def keys(request: ConsoleRequest) -> HttpResponseBase:
    """Every key with what it does, and the switch for those of a single letter (WCAG 2.1.4)."""
    if request.method == "POST":
        Account.objects.filter(pk=request.user.pk).update(single_keys=request.POST.get("single") == "on")
        messages.success(request, _("已保存"))
        return redirect("keys")
    return render(request, "web/keys.html")


def _remember(response: HttpResponse, name: str, value: str) -> None:
    secure = bool(settings.SESSION_COOKIE_SECURE)
    response.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="Lax", secure=secure)


@never_cache
@require_GET
def progress(request: HttpRequest) -> HttpResponse:
    """The strip that says how far the replay has come; htmx asks again every two seconds until it is done."""
    return render(request, "parts/running.html", {"running": shell.running()})


@require_POST
def demo_entrance(request: HttpRequest) -> HttpResponseBase:
    """One click signs in as a demo account: only in the demo profile, and only in a database the demo filled.

    It stands for password, second factor and step-up; in any other profile the address does not exist.
    """
    if not shell.has_marker():
        raise Http404
    offered = DemoAccount.objects.select_related("account").filter(account__is_active=True)
    account = get_object_or_404(offered, account__username=request.POST.get("as", "")).account
    login(request, account, backend="allauth.account.auth_backends.AuthenticationBackend")
    record_authentication(request, account, method="demo", reauthenticated=True)
    return redirect(back(request, came_from=False))
