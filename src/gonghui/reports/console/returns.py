"""A unit's own return: the sheet to fill in, signature, evidence, one line with its thread, the printed form."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from gonghui.core import access, clock
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.reports import actions, parameters
from gonghui.reports.actions.lines import digest_of, drafts_of, missing_reasons
from gonghui.reports.checking import Checker
from gonghui.reports.console.amounts import (
    FormRow,
    drafts_typed,
    name_of,
    shown_rows,
)
from gonghui.reports.console.rounds import period_label
from gonghui.reports.models import Evidence, Line, Return
from gonghui.reports.sheets import Returns
from gonghui.web.console import ConsoleRequest, attachment, page, render
from gonghui.web.desk import Keyset
from gonghui.web.imports.models import Import
from gonghui.web.papers import keeping
from gonghui.web.today import Item, waiting


def return_of(actor: Actor, public_id: object) -> Return:
    """The return if the actor sees it."""
    seen = Return.objects.seen_by(actor).select_related("round__organisation", "organisation")
    return get_object_or_404(seen, public_id=public_id)


def own_return(actor: Actor, public_id: object) -> Return:
    """The return of the actor's own unit; another's looks as if it were not there."""
    found = return_of(actor, public_id)
    if found.organisation_id != actor.organisation_id:
        raise Http404
    return found


@page("reports.see")
def returns(request: ConsoleRequest) -> HttpResponseBase:
    """The returns asked of the actor's own unit, newest first."""
    found = (
        Return.objects.seen_by(request.actor)
        .filter(organisation_id=request.actor.organisation_id)
        .select_related("round__organisation", "organisation")
        .annotate(
            drafts=Count("lines", filter=Q(lines__state="draft")),
            refused=Count("lines", filter=Q(lines__state="refused")),
            submitted=Count("lines", filter=Q(lines__state="submitted")),
            accepted=Count("lines", filter=Q(lines__state="accepted")),
        )
    )
    return render(
        request, "reports/console/returns.html", {"page": Keyset(found, ("-round__due_on", "-id"), 30).page(request)}
    )


def trace_sheet(actor: Actor, in_return: Return, rows: list[FormRow]) -> None:
    """A look at another unit's sheet with sensitive figures leaves a trace."""
    if in_return.organisation_id != actor.organisation_id and any(r.line and r.figure.sensitive for r in rows):
        access.looked(actor, "reports.return_opened", subject_type="reports.return", subject_id=in_return.pk)


@page("reports.see")
def return_page(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The sheet: what is asked, what stood last time, what is typed now; saved as drafts."""
    in_return = return_of(request.actor, public_id)
    own = in_return.organisation_id == request.actor.organisation_id
    may_send = own and request.actor.may("reports.enter")
    words = request.POST if request.method == "POST" else request.typed
    rows = shown_rows(request.actor, in_return, words)
    trace_sheet(request.actor, in_return, rows)
    may_enter = may_send and any(row.is_open for row in rows)
    if request.method == "POST":
        if not own:
            raise Http404
        drafts = drafts_typed(rows, Checker(in_return, on=clock.today()))
        if not any(row.error for row in rows):
            if not drafts:
                messages.info(request, _("没有改动，没有保存"))
                return redirect("return", in_return.public_id)
            actions.enter_lines(in_return, drafts, by=request.actor, on=clock.today())
            messages.success(
                request, ngettext("已保存 %(n)s 行草稿", "已保存 %(n)s 行草稿", len(drafts)) % {"n": len(drafts)}
            )
            return redirect("return", in_return.public_id)
    drafts_now = drafts_of(in_return) if own else []
    errors = sum(1 for row in rows if row.error)
    return render(
        request,
        "reports/console/return.html",
        {
            "in_return": in_return,
            "round": in_return.round,
            "name": name_of(in_return.organisation),
            "label": period_label(in_return.round),
            "rows": rows,
            "errors": errors,
            "may_enter": may_enter,
            "may_send": may_send,
            "may_sign": own and request.actor.may("reports.sign"),
            "own": own,
            "drafts": drafts_now,
            "digest": digest_of(drafts_now),
            "reasons": missing_reasons(in_return, drafts_now, on=clock.today()),
            "evidence": Evidence.objects.seen_by(request.actor)
            .filter(in_return=in_return)
            .annotate(used=Count("lines"))
            .order_by("id"),
            "uploads": Import.objects.brought(Returns.name, in_return.pk).on_lists_of(request.actor)[:5] if own else [],
        },
        status=422 if errors else 200,
    )


@page("reports.enter")
@require_POST
def send(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The drafts lie before the head of the unit."""
    in_return = own_return(request.actor, public_id)
    actions.send_for_signature(in_return, by=request.actor, on=clock.today())
    messages.success(request, _("已送签，等单位负责人签发"))
    return redirect("return", in_return.public_id)


@page("reports.sign")
@require_POST
def sign(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The drafts are signed and submitted."""
    in_return = own_return(request.actor, public_id)
    count = actions.sign_return(
        in_return, by=request.actor, on=clock.today(), digest=request.POST.get("digest", "")[:64] or "-"
    )
    messages.success(request, ngettext("已签发 %(n)s 行，报送上级", "已签发 %(n)s 行，报送上级", count) % {"n": count})
    return redirect("return", in_return.public_id)


@page("reports.sign")
@require_POST
def decline(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The drafts go back to the statistician."""
    in_return = own_return(request.actor, public_id)
    actions.decline_signature(in_return, why=request.POST.get("why", ""), by=request.actor, on=clock.today())
    messages.success(request, _("已退回统计员修改"))
    return redirect("return", in_return.public_id)


@page("reports.enter")
@require_POST
def upload_evidence(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """A stamped summary is kept behind every open line, or the ticked ones."""
    in_return = own_return(request.actor, public_id)
    file = request.FILES.get("paper")
    if file is None:
        raise Refusal("reports.file_missing", "没有选文件：请先选择要上传的文件")
    evidence = actions.add_evidence(
        in_return,
        file.read(parameters.on(clock.today()).evidence_bytes + 1),
        file.name or "",
        by=request.actor,
        on=clock.today(),
        lines=list(in_return.lines.filter(state__in=("draft", "refused"))),
    )
    messages.success(
        request,
        _("佐证已保存，已逐页查过没有个人号码")
        if evidence.scanned
        else _("佐证已保存；其中的图像未能扫描文字，请自行核对没有个人信息"),
    )
    return redirect("return", in_return.public_id)


@page("reports.see")
def download_evidence(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The paper as an attachment, with a trace of who took it."""
    evidence = get_object_or_404(Evidence.objects.seen_by(request.actor), public_id=public_id)
    access.looked(request.actor, "reports.evidence_taken", subject_type="reports.evidence", subject_id=evidence.pk)
    return attachment(keeping.kept(evidence.stored_name), evidence.original_name, evidence.content_type)


@page("reports.see")
def print_return(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The printed return: the figures, who filled it in, who answers for it, room for the seal."""
    in_return = return_of(request.actor, public_id)
    seen = set(Line.objects.seen_by(request.actor).filter(in_return=in_return).values_list("pk", flat=True))
    rows = [row for row in shown_rows(request.actor, in_return) if row.line is None or row.line.pk in seen]
    trace_sheet(request.actor, in_return, rows)
    return render(
        request,
        "reports/console/print_return.html",
        {
            "in_return": in_return,
            "round": in_return.round,
            "label": period_label(in_return.round),
            "rows": rows,
            "on": clock.today(),
        },
    )


# The dashboard and the search -----------------------------------------------------------------------------------


@waiting
def waits(actor: Actor) -> list[Item]:
    """What waits for the statistician, for the head of the unit, and for the reviewer."""
    found: list[Item] = []
    if actor.may("reports.enter") or actor.may("reports.sign"):
        found += _own_waits(actor)
    if actor.may("reports.review"):
        found += _review_waits(actor)
    return found


def _own_waits(actor: Actor) -> list[Item]:
    mine: Any = (
        Return.objects.seen_by(actor)
        .filter(organisation_id=actor.organisation_id)
        .select_related("round__organisation")
        .annotate(
            refused=Count("lines", filter=Q(lines__state="refused")),
            standing=Count("lines", filter=Q(lines__state__in=("submitted", "accepted"))),
        )
        .filter(Q(sent_on__isnull=False) | Q(refused__gt=0) | Q(declined__gt="") | Q(round__closed_on=None))
        .order_by("-round__due_on")
    )
    found = []
    for each in mine:
        url, source = f"/returns/{each.public_id}/", name_of(each.round.organisation)
        title, due = each.round.title, each.round.due_on if each.round.closed_on is None else None
        if actor.may("reports.sign") and each.sent_on is not None:
            found.append(Item(_("签发：%(title)s") % {"title": title}, url, source, "待签发", "wait", due))
        if not actor.may("reports.enter"):
            continue
        if each.refused:
            found.append(Item(title, url, source, "退回", "late", due, each.refused))
        elif each.declined and each.sent_on is None:
            found.append(Item(title, url, source, "退回修改", "late", due))
        elif due is not None and not each.standing and each.sent_on is None:
            found.append(Item(title, url, source, "已催报" if each.reminders else "未报", "wait", due))
    return found


def _review_waits(actor: Actor) -> list[Item]:
    waiting_lines = (
        Line.objects.to_review(actor)
        .values("in_return__round__public_id", "in_return__round__title", "in_return__round__due_on")
        .annotate(lines=Count("id"))
        .order_by("in_return__round__due_on")
    )
    return [
        Item(
            _("审核：%(title)s") % {"title": each["in_return__round__title"]},
            f"/review/?round={each['in_return__round__public_id']}",
            ngettext("%(n)s 行", "%(n)s 行", each["lines"]) % {"n": each["lines"]},
            "待审核",
            "wait",
            None,
            each["lines"],
        )
        for each in waiting_lines
    ]


urlpatterns = [
    path("returns/", returns, name="returns"),
    path("returns/<uuid:public_id>/", return_page, name="return"),
    path("returns/<uuid:public_id>/send/", send, name="send_return"),
    path("returns/<uuid:public_id>/sign/", sign, name="sign_return"),
    path("returns/<uuid:public_id>/decline/", decline, name="decline_return"),
    path("returns/<uuid:public_id>/evidence/", upload_evidence, name="upload_evidence"),
    path("returns/<uuid:public_id>/print/", print_return, name="print_return"),
    path("evidence/<uuid:public_id>/", download_evidence, name="evidence"),
]
