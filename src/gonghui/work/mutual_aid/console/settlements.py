"""The bureau's files: brought, tried out, a sample looked at, released; and what each month came to."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gonghui.core import access, clock, columns
from gonghui.core.actor import Actor
from gonghui.core.calendar_table import workdays
from gonghui.core.errors import Refusal
from gonghui.spine.organisations.models import Organisation
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.web.today import Item, waiting
from gonghui.work.mutual_aid import actions, schedule
from gonghui.work.mutual_aid.actions import files, matching, pieces
from gonghui.work.mutual_aid.facts import SAMPLE_OPENED
from gonghui.work.mutual_aid.flow import FILE_FLOW, RELEASE, SEE, SETTLE
from gonghui.work.mutual_aid.forms.telling import BENEFITS
from gonghui.work.mutual_aid.models import PlanMoney, SettlementFile
from gonghui.work.mutual_aid.rules import parameters
from gonghui.work.mutual_aid.rules.plans import PLANS

BLOCK = 4 << 20
SAMPLE_SHOWN = 100


class SettlementFileForm(forms.Form):
    """A month's settlements as the bureau sent them."""

    month = forms.RegexField(
        r"^20\d{2}-(0[1-9]|1[0-2])$",
        label=gettext_lazy("结算月份"),
        help_text=gettext_lazy("如 2020-03"),
        error_messages={"invalid": gettext_lazy("请写成 2020-03 的样子")},
    )
    file = forms.FileField(label=gettext_lazy("医保结算文件"), help_text=gettext_lazy(".csv、.xlsx 或 Parquet"))

    def month_number(self) -> int:
        """The month as 202003."""
        return int(self.cleaned_data["month"].replace("-", ""))


@page(SEE)
def settlement_files(request: ConsoleRequest) -> HttpResponseBase:
    """Every file received, the newest month first, and the way to bring another."""
    form = SettlementFileForm() if request.actor.may(SETTLE) else None
    if request.method == "POST":
        request.actor.require(SETTLE)
        form = SettlementFileForm(request.POST, request.FILES)
        if form.is_valid():
            union = Organisation.objects.get(pk=request.actor.organisation_id)
            sent = files.Sent("universal", form.month_number(), form.cleaned_data["file"].chunks(BLOCK))
            file = actions.receive_file(union, sent, by=request.actor, on=clock.today())
            schedule.files.read(file)
            return redirect("aid_file", file.public_id)
    seen = SettlementFile.objects.seen_by(request.actor).exclude(state="dropped")
    return render(
        request,
        "mutual_aid/console/files.html",
        {"form": form, "page": Keyset(seen, ("-month", "-ordinal"), 50).page(request)},
    )


def _file_of(actor: Actor, public_id: UUID) -> SettlementFile:
    seen = SettlementFile.objects.seen_by(actor).select_related("organisation", "order__book__organisation")
    found: SettlementFile = get_object_or_404(seen, public_id=public_id)
    return found


@page(SEE)
def settlement_file(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """One file: how far it is, what it comes to, what waits, what the months before came to, and its next step."""
    file = _file_of(request.actor, public_id)
    if request.method == "POST":
        return _step(request, file)
    told = file.summary if "sha256" in file.summary else None
    return render(
        request,
        "mutual_aid/console/file.html",
        {
            "file": file,
            "told": told,
            "refused": Refusal(file.why_not["code"], file.why_not["message"], **file.why_not["params"])
            if file.why_not
            else None,
            "progress": schedule.files.progress_of(file),
            "is_running": file.state in ("reading", "releasing"),
            "benefits": _benefits(told) if told else [],
            "units": _units(told) if told else [],
            "before": actions.compared(file),
            "waiting": _waiting(file),
            "wrong": file.issues.filter(is_error=True, state="open").count(),
            "offers": FILE_FLOW.offers(file, by=request.actor),
            "money": PlanMoney.objects.filter(organisation=file.organisation, plan=file.plan)
            .select_related("fund")
            .first(),
            "plan": PLANS[file.plan],
        },
    )


def _benefits(told: dict[str, Any]) -> list[tuple[Any, int, int]]:
    return [(BENEFITS[key], many, fen) for key, (many, fen) in told["benefits"].items()]


def _units(told: dict[str, Any]) -> list[tuple[str, int, int]]:
    titles = {one.pk: one.short_title for one in Organisation.objects.filter(pk__in=list(map(int, told["units"])))}
    listed = [(titles.get(int(key), key), many, fen) for key, (many, fen) in told["units"].items()]
    return sorted(listed, key=lambda one: -one[2])


def _waiting(file: SettlementFile) -> list[tuple[str, str, int, int]]:
    """Why rows wait: the code, its words, how many are open, how many there were."""
    rows = list(file.issues.values_list("code", "state"))
    codes = sorted({code for code, _state in rows}, key=list(matching.WAITS).index)
    return [
        (
            code,
            matching.WAITS[code],
            sum(1 for row in rows if row == (code, "open")),
            sum(row[0] == code for row in rows),
        )
        for code in codes
    ]


def _step(request: ConsoleRequest, file: SettlementFile) -> HttpResponseBase:
    step, by, on = request.POST.get("step", ""), request.actor, clock.today()
    content = request.POST.get("content", "")
    if step == "preview":
        actions.preview_again(file, by=by, on=on)
        schedule.files.read(file)
    elif step == "mark":
        typed = request.POST.get("row", "").strip()
        row = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0
        actions.mark_row(file, row, request.POST.get("why", ""), content=content, by=by, on=on)
        schedule.files.read(file)
        messages.success(request, _("这一行已转异常处理，其余重新试算，试算后重新抽查"))
    elif step == "sample":
        actions.sample_file(file, content=content, by=by, on=on)
        messages.success(request, _("已记下抽查，等复核人放行"))
    elif step == "release":
        partly = request.POST.get("partly") == "yes"
        actions.release_file(file, content=content, partly=partly, by=by, on=on)
        schedule.files.release(file, post=by.id, at=clock.now())
    elif step == "resume":
        by.require(RELEASE)
        schedule.files.release(file, post=by.id, at=clock.now())
    elif step == "drop":
        actions.drop_file(file, by=by, on=on)
        messages.success(request, _("文件已作废，里面的数据已经删除"))
        return redirect("aid_files")
    return redirect("aid_file", file.public_id)


@page(SETTLE)
def settlement_sample(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """The large payments and a sample of the others, as they were tried out; the look is written down."""
    file = _file_of(request.actor, public_id)
    sample = actions.sample_of(file)
    access.looked(request.actor, SAMPLE_OPENED, subject_type="mutual_aid.settlementfile", subject_id=file.pk)
    large_fen = parameters.on(clock.today()).large_fen
    rows: list[dict[str, Any]] = [
        {
            "row": int(sample["row"][at]),
            "settled_on": columns.day(sample["settled_on"][at]),
            "benefit": BENEFITS[pieces.BENEFITS[int(sample["benefit"][at])]],
            **{name: int(sample[name][at]) for name in ("self_pay1_fen", "total_fen", "decided_fen", "ordered_fen")},
            "before": {name: int(sample[name][at]) for name in sample if name.startswith("before_")},
            "is_large": int(sample["ordered_fen"][at]) >= large_fen,
        }
        for at in range(len(sample.get("row", ())))
    ]
    rows.sort(key=lambda one: (one["is_large"], one["ordered_fen"]), reverse=True)
    first = int(request.GET["from"]) if request.GET.get("from", "").isdecimal() else 0
    return render(
        request,
        "mutual_aid/console/sample.html",
        {
            "file": file,
            "rows": rows[first : first + SAMPLE_SHOWN],
            "first": first,
            "many": len(rows),
            "large": sum(one["is_large"] for one in rows),
            "next": first + SAMPLE_SHOWN if first + SAMPLE_SHOWN < len(rows) else None,
            "may_sample": file.state == "previewed",
        },
    )


@waiting
def to_sample_and_release(actor: Actor) -> list[Item]:
    """Files that wait for a sample to be looked at, or to be released."""
    items = []
    for power, state, word in ((SETTLE, "previewed", _("待抽查")), (RELEASE, "sampled", _("待放行"))):
        if not actor.may(power):
            continue
        found = SettlementFile.objects.filter(organisation_id=actor.organisation_id, state=state).order_by(
            "received_on"
        )
        if (first := found.first()) is not None:
            due = workdays().add_workdays(first.received_on, parameters.on(first.received_on).workdays["settle"])
            url = reverse("aid_file", args=[first.public_id])
            items.append(Item(_("医保结算"), url, state=word, due=due, count=found.count()))
    return items


urlpatterns = [
    path("mutual_aid/settlements/", settlement_files, name="aid_files"),
    path("mutual_aid/settlements/<uuid:public_id>/", settlement_file, name="aid_file"),
    path("mutual_aid/settlements/<uuid:public_id>/sample/", settlement_sample, name="aid_sample"),
]
