"""Settlements that wait: what each says, and what may be done about it."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gonghui.core import access, clock, columns
from gonghui.core.errors import Refusal
from gonghui.spine.funds.actions import AccountEntry
from gonghui.spine.members.models import Person
from gonghui.spine.members.rules import papers
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.work.mutual_aid.actions import gathering, issues, matching, reading
from gonghui.work.mutual_aid.actions.pieces import BENEFITS as KINDS
from gonghui.work.mutual_aid.facts import ISSUE_OPENED
from gonghui.work.mutual_aid.flow import SEE, SETTLE
from gonghui.work.mutual_aid.forms.telling import BENEFITS
from gonghui.work.mutual_aid.models import Issue, SettlementFile
from gonghui.work.mutual_aid.schedule.files import read as read_file


class PayForm(forms.Form):
    """Whom money that waits is paid to."""

    name = forms.CharField(label=gettext_lazy("收款人"), max_length=50)
    number = forms.CharField(label=gettext_lazy("银行卡号"), max_length=40)
    bank = forms.CharField(label=gettext_lazy("开户行"), max_length=60)


@page(SEE)
def exceptions(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """The rows of a file that wait, by why; nobody is named here. Those of the month that are known are gathered."""
    file = get_object_or_404(
        SettlementFile.objects.seen_by(request.actor).select_related("organisation"), public_id=public_id
    )
    if request.method == "POST":
        part = gathering.gather_rows(file.organisation, file.plan, file.month, by=request.actor, on=clock.today())
        read_file(part)
        messages.success(request, _("查明的行已并入本月的下一份，试算后抽查、放行"))
        if left := gathering.known_rows(file.organisation, file.plan, file.month).count():
            told = _("另有 %(n)s 行没有并入：已由别的文件结算、结算当日不是会员，或所在年度已经关账")
            messages.warning(request, told % {"n": left})
        return redirect("aid_file", part.public_id)
    code, state = request.GET.get("code", ""), request.GET.get("state", "open")
    rows = Issue.objects.filter(file=file).select_related("part")
    if code in matching.WAITS:
        rows = rows.filter(code=code)
    if state in ("open", "settled", "dropped"):
        rows = rows.filter(state=state)
    may_open = request.actor.may(SETTLE)
    return render(
        request,
        "mutual_aid/console/exceptions.html",
        {
            "file": file,
            "page": Keyset(rows, ("row", "id"), 100).page(request),
            "code": code,
            "state": state,
            "waits": matching.WAITS,
            "may_open": may_open,
            "known": gathering.known_rows(file.organisation, file.plan, file.month).count() if may_open else 0,
        },
    )


@page(SETTLE)
def exception(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """One row that waits, and what may be done about it; the look is written down."""
    seen = Issue.objects.seen_by(request.actor).select_related("file__organisation", "person__organisation")
    issue: Issue = get_object_or_404(seen, public_id=public_id)
    form = PayForm()
    if request.method == "POST":
        form = PayForm(request.POST)
        if (done := _done(request, issue, form)) is not None:
            return done
    said = issues.said_of(issue)
    access.looked(request.actor, ISSUE_OPENED, subject_type="mutual_aid.issue", subject_id=issue.pk)
    return render(
        request,
        "mutual_aid/console/exception.html",
        {
            "issue": issue,
            "file": issue.file,
            "why": matching.WAITS[issue.code],
            "faults": [reading.FAULTS[one] for one in said.get("faults", ())],
            "said": _shown(said),
            "form": form if issue.code in issues.TO_PAY else None,
            "may_know": issue.code in matching.TO_KNOW,
            "next": Issue.objects.filter(file=issue.file, state="open", row__gt=issue.row).first(),
        },
    )


def _shown(said: dict[str, Any]) -> list[tuple[str, Any, str]]:
    """What the row says: title, value, and how it is shown; papers and names are masked."""
    listed: list[tuple[str, Any, str]] = []
    if said.get("paper"):
        listed.append((_("证件号码"), papers.masked_paper(said["paper"]), "num"))
    if said.get("name"):
        listed.append((_("姓名"), papers.masked_name(said["name"]), ""))
    if said.get("day"):
        listed.append((_("结算日期"), columns.day(said["day"]), "day"))
    if said.get("benefit") in KINDS:
        listed.append((_("就诊类别"), BENEFITS[KINDS[said["benefit"]]], ""))
    if said.get("why"):
        listed.append((_("抽查人说明"), said["why"], ""))
    titles = {
        "total_fen": _("总金额"),
        "insurer_fen": _("医保支付"),
        "self_pay1_fen": _("自付一"),
        "self_pay2_fen": _("自付二"),
        "outside_fen": _("自费"),
        "decided_fen": _("核定互助金"),
        "ordered_fen": _("应付"),
    }
    return listed + [(title, said[name], "fen") for name, title in titles.items() if name in said]


def _done(request: ConsoleRequest, issue: Issue, form: PayForm) -> HttpResponseBase | None:
    step, note = request.POST.get("step", ""), request.POST.get("note", "")
    by = request.actor
    if step == "leave":
        issues.leave_issue(issue, note, by=by, on=clock.today())
    elif step == "know":
        issues.know_issue(issue, _person(request), note, by=by, on=clock.today())
    elif step == "pay":
        if not form.is_valid():
            return None
        entered = form.cleaned_data
        account = AccountEntry(entered["number"], bank=entered["bank"])
        issues.pay_issue(issue, issues.PayTo(entered["name"], account), note, by=by, at=clock.now())
    else:
        raise Http404
    messages.success(request, _("已记下处理结果"))
    following = Issue.objects.filter(file=issue.file, state="open", row__gt=issue.row).first()
    if following is not None:
        return redirect("aid_exception", following.public_id)
    return redirect("aid_exceptions", issue.file.public_id)


def _person(request: ConsoleRequest) -> Person:
    """The member whose paper was typed."""
    typed = papers.folded(request.POST.get("paper", ""))
    found = Person.objects.seen_by(request.actor).of_paper(papers.kind_of(typed), typed).first() if typed else None
    if found is None:
        raise Refusal("mutual_aid.nobody", "名册里没有这个证件号码的会员，请核对")
    return found


urlpatterns = [
    path("mutual_aid/settlements/<uuid:public_id>/exceptions/", exceptions, name="aid_exceptions"),
    path("mutual_aid/exceptions/<uuid:public_id>/", exception, name="aid_exception"),
]
