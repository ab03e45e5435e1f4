"""The workbook of a return: taking it, bringing it back, looking at what will change, committing it once."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gonghui.core import access, clock
from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES, Figure
from gonghui.reports import actions, parameters, rules
from gonghui.reports.actions.imports import as_draft
from gonghui.reports.console.amounts import FormRow, amount_text, form_rows, is_english, name_of
from gonghui.reports.console.returns import attachment, own_return
from gonghui.reports.console.rounds import period_label
from gonghui.reports.models import Upload
from gonghui.reports.papers.keeping import XLSX
from gonghui.reports.sheets.marked import marked_workbook
from gonghui.reports.sheets.out import workbook
from gonghui.web import say, shell
from gonghui.web.console import ConsoleRequest, page, render


@page("reports.enter")
def take_workbook(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The pre-filled workbook."""
    in_return = own_return(request.actor, public_id)
    access.looked(request.actor, "reports.workbook_taken", subject_type="reports.return", subject_id=in_return.pk)
    demo = "demo-" if shell.is_demo() else ""
    name = f"{demo}{in_return.organisation.code}-{in_return.round.period}.xlsx"
    return attachment(workbook(in_return, demo=shell.is_demo()), name, XLSX)


@page("reports.enter")
def bring_workbook(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The upload: read and checked whole; nothing is taken over yet."""
    in_return = own_return(request.actor, public_id)
    if request.method == "POST":
        file = request.FILES.get("workbook")
        if file is None:
            raise Refusal("reports.file_missing", "没有选文件：请先选择要上传的文件")
        largest = parameters.on(clock.today()).workbook_bytes
        upload = actions.check_workbook(
            in_return, file.read(largest + 1), file.name or "", by=request.actor, on=clock.today()
        )
        return redirect("upload", upload.public_id)
    return render(
        request,
        "reports/console/import.html",
        {
            "in_return": in_return,
            "round": in_return.round,
            "name": name_of(in_return.organisation),
            "label": period_label(in_return.round),
            "uploads": in_return.uploads.order_by("-uploaded_on", "-id")[:10],
        },
    )


@dataclass(frozen=True)
class PreviewRow:
    """One row of an upload: what stands now, what will stand, how it moves."""

    row: int
    figure: Figure
    before: str
    present: str
    wanted: str
    coverage: str
    change: str
    reason: str
    needs_reason: bool
    is_same: bool


@page("reports.enter")
def upload_page(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """What the workbook says: every problem with its cell, or what will change; committed from here."""
    upload = _upload(request, public_id)
    in_return = own_return(request.actor, upload.in_return.public_id)
    if request.method == "POST":
        try:
            lines = actions.commit_upload(upload, by=request.actor, on=clock.today())
        except Refusal as refusal:
            if refusal.code != "reports.upload_again":
                raise
            messages.info(request, say.text(refusal))
            return redirect("return", in_return.public_id)
        messages.success(
            request, ngettext("已导入 %(n)s 行草稿", "已导入 %(n)s 行草稿", len(lines)) % {"n": len(lines)}
        )
        return redirect("return", in_return.public_id)
    rows = {row.name: row for row in form_rows(in_return)}
    preview = [_previewed(cells, rows.get(str(cells["figure"]))) for cells in upload.cells]
    return render(
        request,
        "reports/console/upload.html",
        {
            "upload": upload,
            "in_return": in_return,
            "name": name_of(in_return.organisation),
            "problems": [_said(each) for each in upload.problems],
            "hidden": max(0, upload.problem_count - len(upload.problems)),
            "notices": [_said(each) for each in upload.notices],
            "preview": preview,
            "reasons": sum(1 for row in preview if row.needs_reason),
            "changed": sum(1 for row in preview if not row.is_same),
        },
    )


def _upload(request: ConsoleRequest, public_id: object) -> Upload:
    seen = Upload.objects.seen_by(request.actor).filter(organisation_id=request.actor.organisation_id)
    found: Upload = get_object_or_404(
        seen.select_related("in_return__round", "in_return__organisation"), public_id=public_id
    )
    return found


@page("reports.enter")
def take_marked(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The unit's own workbook with every problem marked."""
    upload = _upload(request, public_id)
    if not upload.grid:
        raise Http404
    access.looked(request.actor, "reports.workbook_taken", subject_type="reports.upload", subject_id=upload.pk)
    name = upload.original_name.rpartition(".")[0][:80] or upload.in_return.organisation.code
    demo = "demo-" if shell.is_demo() else ""
    content = marked_workbook(upload.grid, [_said(each) for each in upload.problems])
    return attachment(content, f"{demo}{name}-{_('请改正')}.xlsx", XLSX)


def _said(problem: dict[str, Any]) -> dict[str, str]:
    """A kept problem in the reader's language."""
    return {
        "cell": str(problem["cell"]),
        "value": str(problem["value"]),
        "text": say.filled(problem["message"], problem["params"]),
    }


def _previewed(cells: dict[str, Any], row: FormRow | None) -> PreviewRow:
    draft = as_draft(cells)
    figure = FIGURES[draft.figure]
    before = row.before if row is not None else None
    line = row.line if row is not None else None
    moved = rules.moved(
        draft.amount,
        before,
        money=figure.is_money,
        ratio=figure.is_ratio,
        parameters=parameters.on(clock.today()),
    )
    return PreviewRow(
        row=int(cells["row"]),
        figure=figure,
        before=amount_text(before, figure),
        present=amount_text(line.amount if line is not None else None, figure),
        wanted=amount_text(draft.amount, figure),
        coverage=_(rules.COVERAGES[draft.coverage]) if draft.coverage else "",
        change=moved.said(english=is_english()),
        reason=draft.reason,
        needs_reason=moved.needs_reason and not draft.reason,
        is_same=line is not None and line.amount == draft.amount and line.reason == draft.reason,
    )


urlpatterns = [
    path("returns/<uuid:public_id>/workbook/", take_workbook, name="take_workbook"),
    path("returns/<uuid:public_id>/import/", bring_workbook, name="bring_workbook"),
    path("uploads/<uuid:public_id>/", upload_page, name="upload"),
    path("uploads/<uuid:public_id>/marked/", take_marked, name="marked_workbook"),
]
