"""Signing in: allauth's flow with our words, axes' lock, our password rules."""

import hashlib
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, cast

from allauth.account import views as account_views
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateCodeForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from axes.decorators import axes_dispatch
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessFailureLog
from django import forms
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gonghui.core import crypto
from gonghui.web import failures as failures_of
from gonghui.web import sessions, shell
from gonghui.web.console import render
from gonghui.web.models import Account, DemoAccount, OnceKey

SHORTEST_ALONE = 15
SHORTEST_WITH_FACTOR = 10
LONGEST = 128
MOST_FAILURES_A_DAY = 50
MOST_WRONG_CODES = 5
CLOSED_FOR = timedelta(minutes=30)
CODE_LASTS = timedelta(minutes=2)
FACTOR = "second factor"


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up; what allauth says is said in our words."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy("用户名或密码不对。连错五次，这个用户名在这台电脑上停用 30 分钟。"),
        "incorrect_password": gettext_lazy("密码不对，请再输一次。"),
        "enter_current_password": gettext_lazy("现在的密码不对，请再输一次。"),
        "password_min_length": gettext_lazy("密码太短，请不少于 %(min)s 个字符。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Members have the portal, everybody else the console."""
        return reverse("my") if getattr(request.user, "is_member", False) else super().get_login_redirect_url(request)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Each leaves by the door they came in."""
        return reverse("my_sign_in" if getattr(request.user, "is_member", False) else "account_login")

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """allauth's own announcements are not shown: the pages say what stands."""

    def clean_password(self, password: str, user: Account | None = None) -> str:
        if len(password) > LONGEST:
            raise ValidationError(_("密码太长，最多 %(n)s 个字符。") % {"n": LONGEST})
        return str(super().clean_password(password, user))


class FactorAdapter(DefaultMFAAdapter):
    """The words of the second factor, and the name the authenticator shows."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("验证码不对。请等手机上换了新的六位数再试，或用一个恢复码。"),
        "cannot_delete_authenticator": gettext_lazy("这是最后一道验证，不能停用。"),
    }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity = super().get_public_key_credential_rp_entity()
        return {**entity, "name": _("工会工作平台")}

    def encrypt(self, text: str) -> str:
        """What the second factor rests on is sealed in the database."""
        return crypto.seal(text, purpose="second factor")

    def decrypt(self, encrypted_text: str) -> str:
        """The opposite of `encrypt`."""
        return crypto.unseal(encrypted_text, purpose="second factor")

    def generate_authenticator_name(self, user: Account, type: Authenticator.Type) -> str:
        keys = Authenticator.objects.filter(user=user, type=type).count()
        return _("通行密钥 %(n)s") % {"n": keys + 1}


class LengthByFactor:
    """A password alone has at least 15 characters; with a second factor 10. No composition rule, no expiry."""

    def _shortest(self, user: Account | None) -> int:
        guarded = user is not None and user.pk is not None and is_mfa_enabled(user)
        return SHORTEST_WITH_FACTOR if guarded else SHORTEST_ALONE

    def validate(self, password: str, user: Account | None = None) -> None:
        shortest = self._shortest(user)
        if len(password) < shortest:
            raise ValidationError(
                _("密码太短：现在 %(n)s 个字符，至少要 %(shortest)s 个。") % {"n": len(password), "shortest": shortest},
                code="password_too_short",
            )

    def get_help_text(self) -> str:
        return _("不少于 15 个字符；设了第二道验证的，不少于 10 个。可以是一句只有您知道的话。")


def name_tried(request: HttpRequest | None, credentials: Mapping[str, Any] | None = None) -> str:
    """The name a failure counts for: Django passes `username`, the form says `login`, letters may be large or small."""
    tried = (credentials or {}).get("username") or (request.POST.get("login") if request is not None else "")
    return str(tried or "").strip().casefold()[:255]


class FiftyADay(AxesDatabaseHandler):
    """Five failures lock a name on one address for half an hour; fifty in a day lock it everywhere."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        if super().is_locked(request, credentials):
            return True
        name = name_tried(request, credentials)
        day_ago = timezone.now() - timedelta(days=1)
        failures = AccessFailureLog.objects.filter(username=name, attempt_time__gt=day_ago).exclude(
            path_info=failures_of.RESET_CODE
        )
        return bool(name) and failures[:MOST_FAILURES_A_DAY].count() >= MOST_FAILURES_A_DAY


class Argon2FourAtOnce(Argon2PasswordHasher):
    """Argon2 takes 100 MB a hash: at most four at once, so that a storm of sign-ins cannot eat the machine."""

    _places = threading.BoundedSemaphore(4)

    def encode(self, password: str, salt: str) -> str:
        with self._places:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with self._places:
            return super().verify(password, encoded)


class Named(forms.Form):
    """allauth's forms with our labels, without placeholders and without links to what is switched off."""

    labels: ClassVar[dict[str, Any]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.help_text = ""
            field.widget.attrs.pop("placeholder", None)


class SignInForm(Named, LoginForm):
    """User name and password."""

    labels: ClassVar = {"login": gettext_lazy("用户名"), "password": gettext_lazy("密码")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = self.fields["login"].widget
        widget.attrs.update(autocapitalize="none", spellcheck="false")
        if not shell.is_demo():
            widget.attrs["autofocus"] = True


class AgainForm(Named, ReauthenticateForm):
    """The password once more, before a step that touches the account's safety."""

    labels: ClassVar = {"password": gettext_lazy("密码")}


class PasswordForm(Named, ChangePasswordForm):
    """The present password and twice the next one."""

    labels: ClassVar = {
        "oldpassword": gettext_lazy("现在的密码"),
        "password1": gettext_lazy("新密码"),
        "password2": gettext_lazy("新密码再输一次"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = LengthByFactor().get_help_text()

    def clean_oldpassword(self) -> str:
        name = self.user.username
        if failures_of.is_closed(name, failures_of.CHANGING, address=""):
            raise ValidationError(_("密码连错五次，30 分钟内不再核对。"), code="too_many")
        try:
            return str(super().clean_oldpassword())
        except ValidationError:
            failures_of.failed(name, failures_of.CHANGING, address="")
            raise

    def save(self) -> None:
        super().save()
        Account.objects.filter(pk=self.user.pk).update(must_change_password=False)
        self.user.must_change_password = False


SIX_DIGITS = {"code": gettext_lazy("六位验证码或恢复码")}


class Guarded(Named):
    """Five wrong codes close the second factor of an account for half an hour, counted in the database."""

    user: Account

    def clean_code(self) -> str:
        wrong = AccessFailureLog.objects.filter(
            username=self.user.username, path_info=FACTOR, attempt_time__gt=timezone.now() - CLOSED_FOR
        )
        with transaction.atomic():
            Account.objects.select_for_update().get(pk=self.user.pk)  # guesses come one by one
            if wrong.count() >= MOST_WRONG_CODES:
                raise ValidationError(_("验证码连错五次，30 分钟内不再核对。"), code="too_many")
            try:
                code = str(super().clean_code())  # type: ignore[misc]
                self._use_up(code)
                return code
            except ValidationError as error:
                refused = error
                AccessFailureLog.objects.create(username=self.user.username, path_info=FACTOR)
        raise refused

    def _use_up(self, code: str) -> None:
        """A code works once, in whichever of the server's processes it is shown; allauth remembers in one alone."""
        now = timezone.now()
        used = hashlib.sha256("".join(filter(str.isalnum, code)).casefold().encode()).hexdigest()
        row, fresh = OnceKey.objects.get_or_create(
            account=self.user, key=f"factor {used[:15]}", defaults={"digest": used, "at": now}
        )
        if not fresh and now - row.at < CODE_LASTS:
            raise FactorAdapter().validation_error("incorrect_code")
        OnceKey.objects.filter(pk=row.pk).update(at=now)


class CodeForm(Guarded, AuthenticateForm):
    """The second factor at sign-in."""

    labels: ClassVar = SIX_DIGITS


class CodeAgainForm(Guarded, ReauthenticateCodeForm):
    """The second factor once more."""

    labels: ClassVar = SIX_DIGITS


class FirstCodeForm(Named, ActivateTOTPForm):
    """The first code proves that the authenticator works."""

    labels: ClassVar = {"code": gettext_lazy("六位验证码")}


class KeyForm(Named, AddWebAuthnForm):
    """A passkey to add."""

    labels: ClassVar = {"name": gettext_lazy("起个名字"), "passwordless": gettext_lazy("可以单独登录（不再要密码）")}


class KeyNameForm(Named, EditWebAuthnForm):
    """A passkey's name."""

    labels: ClassVar = {"name": gettext_lazy("名字")}


class SignInView(account_views.LoginView):
    """The sign-in page; in the demo it also leads to the list of demo accounts."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "GET" and request.user.is_authenticated and shell.has_marker():
            response: HttpResponseBase = self.get(request, *args, **kwargs)  # one demo account after the other
            response["Cache-Control"] = "no-store"
            return response
        return cast(HttpResponseBase, super().dispatch(request, *args, **kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if shell.has_marker():
            offered = DemoAccount.objects.select_related("account").filter(account__is_active=True)
            context.update(offers_demo=True, demo_accounts=offered)
        return context


class PasswordView(account_views.PasswordChangeView):
    """Change one's own password; all other sessions end."""

    success_url = "/profile/"

    def form_valid(self, form: forms.Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        sessions.end(self.request.user, but=self.request.session.get(sessions.ROW))
        return response


sign_in = axes_dispatch(SignInView.as_view())
change_password = PasswordView.as_view()


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Five failures: a page that says how long it lasts and what to do. The same for unknown names."""
    return render(request, "web/locked_out.html", status=429)
