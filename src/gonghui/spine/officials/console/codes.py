"""Reset codes: issuing and confirming with a slip to print each, and the page where the official uses both halves."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from gonghui.core import clock
from gonghui.core.errors import Refusal
from gonghui.spine.officials import actions, forms, rules
from gonghui.spine.officials.console.posts import _person
from gonghui.spine.officials.models import Post, ResetCode
from gonghui.web import failures, say
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.web.stepup import asked_again

STATES = {
    "issued": ("待复核", "wait"),
    "usable": ("可使用", "go"),
    "used": ("已使用", "ok"),
    "voided": ("已作废", ""),
    "expired": ("已过期", ""),
}


@page("officials.confirm_reset")
def reset_codes(request: ConsoleRequest) -> HttpResponseBase:
    """The codes of the subtree, newest first, and those that wait for a second person."""
    rows = ResetCode.objects.seen_by(request.actor).select_related(
        "account", "organisation", "issued_by", "confirmed_by"
    )
    listed = Keyset(rows, ("-issued_at", "-id"), 40).page(request)
    now, me = timezone.now(), request.actor.account_id
    shown = []
    for code in listed.rows:
        state = code.state(now)
        word, kind = STATES[state]
        shown.append(
            {
                "code": code,
                "word": word,
                "kind": kind,
                "may_confirm": state == "issued" and me not in (code.issued_by_id, code.account_id),
                "why_not": _("开出人与复核人不能为同一人") if me == code.issued_by_id else _("不能复核自己的重置码"),
                "waits": state == "issued",
                "may_void": state in ("issued", "usable") and request.actor.may("officials.security"),
            }
        )
    return render(request, "officials/console/reset_codes.html", {"page": listed, "rows": shown})


@page("officials.security")
@require_POST
def issue(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The slip with the first half; it is shown this once."""
    person = _person(request.actor, public_id)
    if (again := asked_again(request, doing=_("为%(name)s开出重置码") % {"name": person.name})) is not None:
        return again
    post = Post.objects.seen_by(request.actor).filter(account=person).select_related("organisation").first()
    code, half = actions.issue_reset_code(post, by=request.actor, on=clock.today())  # type: ignore[arg-type]
    return _slip(request, code, half, first=True)


@page("officials.confirm_reset")
@require_POST
def confirm(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The slip with the second half; it is shown this once."""
    code = get_object_or_404(ResetCode.objects.seen_by(request.actor), public_id=public_id)
    if (again := asked_again(request, doing=_("为%(name)s复核重置码") % {"name": code.account.name})) is not None:
        return again
    half = actions.confirm_reset_code(code, by=request.actor, on=clock.today())
    code.refresh_from_db()
    return _slip(request, code, half, first=False)


def _slip(request: ConsoleRequest, code: ResetCode, half: str, *, first: bool) -> HttpResponseBase:
    return render(
        request,
        "officials/console/slip.html",
        {
            "code": code,
            "half": rules.printed_half(half),
            "first": first,
            "hours": rules.post_scheme(clock.today()).code_hours,
            "now": timezone.now(),
        },
    )


@page("officials.security")
@require_POST
def void(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The code can no longer be used."""
    code = get_object_or_404(ResetCode.objects.seen_by(request.actor), public_id=public_id)
    actions.void_reset_code(code, by=request.actor, on=clock.today())
    messages.success(request, _("重置码已作废"))
    return redirect("reset_codes")


@sensitive_post_parameters()
def use(request: HttpRequest) -> HttpResponseBase:
    """The page, open to all, where both halves set a new password; the second factor is asked at sign-in as ever."""
    form = forms.ResetForm(request.POST or None)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.use_reset_code(
                given["username"],
                given["first"],
                given["second"],
                given["password"],
                on=clock.today(),
                address=failures.address_of(request) or "",
            )
        except Refusal as refused:
            refusal = say.text(refused)
        else:
            messages.success(request, _("新密码已设好，其他登录都已结束。请登录；第二道验证仍按原来的办。"))
            return redirect("account_login")
    return render(
        request, "officials/console/use_code.html", {"form": form, "said": refusal}, status=422 if refusal else 200
    )


urlpatterns = [
    path("officials/codes/", reset_codes, name="reset_codes"),
    path("officials/codes/<uuid:public_id>/confirm/", confirm, name="reset_code_confirm"),
    path("officials/codes/<uuid:public_id>/void/", void, name="reset_code_void"),
    path("officials/<uuid:public_id>/code/", issue, name="reset_code_issue"),
    path("officials/reset/", use, name="reset_use"),
]
