"""The ways in: by password or passkey, by a code on the phone, and the first time by the union's printed code."""

from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from axes.decorators import axes_dispatch
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from gonghui.core import clock, crypto
from gonghui.core.errors import Refusal
from gonghui.spine.members import actions, schedule
from gonghui.spine.members.forms import DigitsForm, NumberForm, OpenForm
from gonghui.web import failures, guides, sending
from gonghui.web.console import render
from gonghui.web.portal import begun
from gonghui.web.signin import SignInView

ASKING = "member sign-in code asked"


class MemberSignInView(SignInView):
    """The same sign-in as everybody's, in words for members; the account decides where it leads."""

    template_name = "members/portal/sign_in.html"

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(*args, **kwargs)
        form.fields["login"].label = gettext_lazy("会员编号")
        form.fields["login"].widget.attrs["inputmode"] = "numeric"
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        offered = context.get("demo_accounts")
        if offered is not None:
            context["demo_accounts"] = offered.filter(account__is_member=True)
        return {**context, "sends_codes": sending.is_on()}


sign_in = axes_dispatch(MemberSignInView.as_view())


@sensitive_post_parameters()
def activate(request: HttpRequest) -> HttpResponseBase:
    """The page, open to all, where a printed code opens an account or sets a new password."""
    if (away := begun(request)) is not None:
        return away
    form, refusal = OpenForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            account = actions.open_account(
                given["paper"],
                given["name"],
                given["code"],
                given["password"],
                on=clock.today(),
                address=failures.address_of(request) or "",
            )
        except Refusal as refused:
            refusal = refused
        else:
            messages.success(
                request, _("已设好密码。您的会员编号是 %(number)s，请用它登录。") % {"number": account.username}
            )
            return redirect("my_sign_in")
    context = {"form": form, "refusal": refusal}
    return render(request, "members/portal/activate.html", context, status=422 if refusal or form.errors else 200)


@sensitive_post_parameters()
def code(request: HttpRequest) -> HttpResponseBase:
    """A code to the phone, then the code itself; absent where nothing is sent. Every number is answered alike."""
    if not sending.is_on():
        raise Http404
    if (away := begun(request)) is not None:
        return away
    asked = request.method == "POST" and "code" not in request.POST
    form = (NumberForm if asked or request.method == "GET" else DigitsForm)(request.POST or None)
    address, refusal = failures.address_of(request) or "", None
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["number"].strip()
        try:
            if asked:
                _ask(number, address)
                form = DigitsForm(initial={"number": number})
            else:
                account = actions.use_code(number, form.cleaned_data["code"], on=clock.today(), address=address)
                return perform_login(request, Login(user=account))  # type: ignore[no-any-return]
        except Refusal as refused:
            refusal = refused
    context = {"form": form, "refusal": refusal, "sent": isinstance(form, DigitsForm)}
    return render(request, "members/portal/code.html", context, status=422 if refusal or form.errors else 200)


def _ask(number: str, address: str) -> None:
    """The sending is left to the background, for any number alike: how long it takes here tells nothing."""
    if failures.is_closed(number, ASKING, address=address):
        raise Refusal("members.codes_often", "这个编号获取验证码太频繁：请过半小时再试，或用密码登录")
    failures.failed(number, ASKING, address=address)
    schedule.send_code_job.defer(sealed=crypto.seal(number, purpose=schedule.SENDING))


def guide(request: HttpRequest) -> HttpResponseBase:
    """How members use all this; open to everybody."""
    found = guides.guide_of("my")
    return render(request, "members/portal/help.html", {"guide": found, "title": guides.title_of("my", found)})


urlpatterns = [
    path("my/help/", guide, name="my_help"),
    path("my/sign-in/", sign_in, name="my_sign_in"),
    path("my/open/", activate, name="my_open"),
    path("my/code/", code, name="my_code"),
]
