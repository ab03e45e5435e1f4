"""The pages of the desk: what was brought, bringing a file, what it would change, its columns, taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gonghui.core import access, clock, search
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.web import say, shell
from gonghui.web.console import ConsoleRequest, Seen, View, attachment, page, render
from gonghui.web.desk import Keyset
from gonghui.web.imports import actions, headers, jobs, layouts, parameters, workbooks
from gonghui.web.imports.kinds import Day
from gonghui.web.imports.models import Import, ImportRow
from gonghui.web.imports.opening import XLSX
from gonghui.web.imports.sheet import APART, CHANGED, NEW, SAME, SHEETS, WRONG, Remark, Scope, Sheet
from gonghui.web.lists import parameters as lists
from gonghui.web.palette import A_SHELF, Found, Sought, searching
from gonghui.web.stepup import asked_again

P = ParamSpec("P")
ROWS = 50
FAULTS = 100
NEWEST = 100
"""How many of the newest imports search looks through."""
A_MONTH = 31
"""A period alone finds what was brought in it where it is no longer than that."""
IMPORTING = "imports.some"
"""What is missing where somebody may import nothing at all."""
TAKEN, LOOKED = "imports.layout_taken", "imports.rows_seen"


def sheet_named(actor: Actor, name: str) -> Sheet:
    """The sheet of the name, for somebody who may import it."""
    found = SHEETS.get(name)
    if found is None:
        raise Http404
    actor.require(found.power)
    return found


def offered(actor: Actor) -> list[Sheet]:
    """The sheets somebody may import; refused where there is none."""
    found = [sheet for sheet in SHEETS.values() if actor.may(sheet.power)]
    if not found:
        actor.require(IMPORTING)
    return found


def one_of(actor: Actor, public_id: object) -> Import:
    """The import, if it is the actor's to see."""
    found: Import = get_object_or_404(Import.objects.seen_by(actor), public_id=public_id)
    actor.require(found.declared.power)
    return found


def importing(view: View[P]) -> Seen[P]:
    """A page of the desk, for somebody who may import something."""

    def seen(request: ConsoleRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        offered(request.actor)
        return view(request, *args, **kwargs)

    return page()(seen)


@importing
def imports(request: ConsoleRequest) -> HttpResponseBase:
    """Everything that was brought, the newest first, and the lists a file can be brought to."""
    sheets = [sheet for sheet in offered(request.actor) if sheet.stands_alone]
    seen = Import.objects.on_lists_of(request.actor)
    return render(
        request,
        "imports/imports.html",
        {"sheets": sheets, "page": Keyset(seen, ("-uploaded_at", "-id"), ROWS).page(request)},
    )


@importing
def bring(request: ConsoleRequest, name: str) -> HttpResponseBase:
    """Dropping a file on a list."""
    sheet = sheet_named(request.actor, name)
    if not sheet.stands_alone:
        raise Http404
    if request.method == "POST":
        return take_in(request, sheet, Scope(request.actor, 0, _day(request)))
    seen = Import.objects.brought(sheet.name).seen_by(request.actor)
    return render(
        request,
        "imports/bring.html",
        {
            "sheet": sheet,
            "columns": [(column, workbooks.described(sheet, column.key)) for column in sheet.columns],
            "uploads": seen[:10],
            "today": clock.today(),
            "largest": parameters.on(clock.today()).largest_mb,
            "list_url": reverse(sheet.list_url) if sheet.list_url else "",
        },
    )


def _day(request: HttpRequest) -> Any:
    typed = request.POST.get("on", "").strip()
    return Day().read(typed, title="变更日期") if typed else clock.today()


def take_in(request: ConsoleRequest, sheet: Sheet, scope: Scope) -> HttpResponseBase:
    """The file of the form is on the desk, and its page is open; one that is there already leads to that page."""
    file = request.FILES.get("workbook")
    if file is None:
        raise Refusal("imports.file_missing", "没有选文件：请先选择要上传的文件")
    largest = parameters.on(clock.today()).largest_bytes
    try:
        batch = actions.bring_file(
            sheet,
            file.read(largest + 1),
            file.name or "",
            scope=scope,
            on=clock.today(),
            later=jobs.reading(request.actor),
        )
    except Refusal as refusal:
        if refusal.code != "imports.again":
            raise
        messages.info(request, say.text(refusal))
        return redirect("import", refusal.params["public_id"])
    return redirect("import", batch.public_id)


@dataclass(frozen=True)
class Shown:
    """One row of the difference in the reader's language; each cell its title, what was and what will be."""

    row: int
    what: str
    label: str
    cells: list[tuple[str, str, str]]
    problems: list[dict[str, str]]
    remarks: Sequence[Remark] = ()


def shown(rows: Sequence[ImportRow], sheet: Sheet, scope: Scope) -> list[Shown]:
    """Staged rows as the page shows them."""
    kinds = {column.key: column.kind for column in sheet.columns}
    taken = [
        tuple({key: kinds[key].taken(value) for key, value in kept.items()} for kept in (row.was, row.values))
        for row in rows
    ]
    asked = [(row.row, row.label, values) for row, (_was, values) in zip(rows, taken, strict=True)]
    remarks = sheet.remarks([one for one in asked if one[2]], scope)
    return [
        Shown(
            row.row,
            row.what,
            sheet.titled(row.label),
            sheet.cells(row.label, was, values),
            [said(each) for each in row.problems],
            remarks.get(row.row, ()),
        )
        for row, (was, values) in zip(rows, taken, strict=True)
    ]


def said(problem: dict[str, Any]) -> dict[str, str]:
    """A kept problem in the reader's language."""
    return {
        "cell": str(problem.get("cell", "")),
        "value": str(problem.get("value", "")),
        "text": say.filled(problem["message"], problem["params"]),
    }


@importing
def import_page(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """One import: every fault with its cell, or what will change; committed, named anew or put aside from here."""
    batch = one_of(request.actor, public_id)
    sheet = batch.declared
    asked = request.GET.get("what", "")
    what = asked if asked in (NEW, CHANGED, SAME, WRONG) else ""
    staged = ImportRow.objects.filter(batch=batch)
    rows = staged.filter(what=what) if what else staged.exclude(what__in=(SAME, APART))
    if batch.state == Import.State.FAULTY and not what:
        rows = staged.filter(what=WRONG)
    rows = rows.none() if batch.is_running else rows  # the page is asked for each second while it runs
    listed = Keyset(rows, ("row",), ROWS).page(request)
    if listed.rows:
        access.looked(request.actor, LOOKED, subject_type="imports.import", subject_id=batch.pk)
    header = headers.Header(batch.header_row, tuple(batch.headings), batch.mapping)
    last = parameters.on(clock.today()).last_undo(batch.committed_on) if batch.committed_on else None
    return render(
        request,
        "imports/import.html",
        {
            "batch": batch,
            "sheet": sheet,
            "page": listed,
            "rows": shown(listed.rows, sheet, actions.scope_of(batch, request.actor)),
            "what": what,
            "changing": batch.added + batch.changed,
            "notices": [said(each) for each in batch.notices],
            "failed": say.filled(batch.refusal["message"], batch.refusal["params"]) if batch.refusal else "",
            "left_out": header.left_out() if batch.mapping else [],
            "progress": jobs.progress_of(batch) if batch.is_running else None,
            "work": jobs.work_on(batch).value if batch.is_running else "",
            "choices": _choices(batch, sheet) if batch.state == Import.State.MAPPING else [],
            "columns": [column for column in sheet.columns if not column.ours],
            "may_map": sheet.stands_alone and batch.state in (Import.State.CHECKED, Import.State.FAULTY),
            "may_drop": batch.state in (Import.State.CHECKED, Import.State.FAULTY, Import.State.MAPPING),
            "may_undo": batch.state == Import.State.COMMITTED and last is not None and clock.today() <= last,
            "last_undo": last,
            "bring_url": sheet.bring_url(batch.target),
            "keys": " / ".join("、".join(_(sheet.column(key).title) for key in keys) for keys in sheet.keys),
        },
    )


def _choices(batch: Import, sheet: Sheet) -> list[tuple[int, str, str]]:
    """Each column of the file with what it is taken for."""
    key_at = {at: key for key, at in batch.mapping.items()}
    return [(at, heading, key_at.get(at, "")) for at, heading in enumerate(batch.headings) if heading]


@importing
def columns(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """Which column of the file is which: asked where it could not be guessed, changed where it was guessed wrongly."""
    batch = one_of(request.actor, public_id)
    sheet = batch.declared
    if not sheet.stands_alone:  # a form has the columns it has
        raise Http404
    if request.method == "POST":
        known = {column.key for column in sheet.columns}
        chosen = {at: request.POST.get(f"column-{at}", "") for at in range(len(batch.headings))}
        if not set(chosen.values()) <= known | {""}:
            raise Http404
        later = jobs.reading(request.actor)
        actions.map_columns(batch, chosen, by=request.actor, on=clock.today(), later=later)
        return redirect("import", batch.public_id)
    return render(
        request,
        "imports/columns.html",
        {"batch": batch, "sheet": sheet, "choices": _choices(batch, sheet), "columns": sheet.columns},
    )


@importing
@require_POST
def step(request: ConsoleRequest, public_id: object, what: str) -> HttpResponseBase:
    """Commit, compare again, put aside, or take back; a large one goes to the worker."""
    batch = one_of(request.actor, public_id)
    by, on = request.actor, clock.today()
    if what == "drop":
        actions.drop_import(batch, by=by, on=on)
        messages.success(request, _("已放弃，没有导入任何一行"))
        return redirect("imports")
    if what == "release":
        jobs.release(batch)
        return redirect("import", batch.public_id)
    if what == "compare":
        if batch.rows > parameters.on(on).at_once_rows:
            jobs.start(batch, "read", by=by)
        else:
            actions.read_import(batch, by=by, on=on)
        return redirect("import", batch.public_id)
    if what not in ("commit", "undo"):
        raise Http404
    changing = batch.added + batch.changed
    try:
        if changing > parameters.on(on).at_once_rows:
            jobs.start(batch, what, by=by)
            return redirect("import", batch.public_id)
        {"commit": actions.commit_import, "undo": actions.undo_import}[what](batch, by=by, on=on)
    except Refusal as refusal:
        if refusal.code == "imports.in_the_way":
            return redirect("import_undo", batch.public_id)  # which names each
        if refusal.code in ("imports.changed_since", "imports.wrong_now"):
            actions.say_why(batch, refusal)  # beside a button that compares again
        elif refusal.code == "imports.again":
            messages.info(request, say.text(refusal))
        else:
            raise
        return redirect("import", batch.public_id)
    told = {
        "commit": ngettext("已导入 %(n)s 行", "已导入 %(n)s 行", changing),
        "undo": ngettext("已撤销，%(n)s 行已改回", "已撤销，%(n)s 行已改回", changing),
    }
    messages.success(request, told[what] % {"n": changing})
    done = batch.declared.done_url(batch.target) if what == "commit" else ""
    return redirect(done or reverse("import", args=[batch.public_id]))


@importing
@require_safe
def undo(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """What taking an import back would touch, and what stands in the way."""
    batch = one_of(request.actor, public_id)
    if batch.state != Import.State.COMMITTED:
        return redirect("import", batch.public_id)
    changes = actions.staged_changes(batch)
    ways = actions.standing_in_the_way(batch, changes, actions.scope_of(batch, request.actor))
    return render(
        request,
        "imports/undo.html",
        {
            "batch": batch,
            "sheet": batch.declared,
            "touched": batch.declared.undoing(changes),
            "some": [batch.declared.titled(change.label) for change in changes[:10]],
            "more": max(0, len(changes) - 10),
            "ways": [
                (change.row, batch.declared.titled(change.label), say.text(refusal))
                for change, refusal in ways[:FAULTS]
            ],
            "ways_count": len(ways),
        },
    )


@importing
def marked(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The user's own workbook with every fault marked."""
    batch = one_of(request.actor, public_id)
    if not batch.wrong or not batch.staged.exists():
        raise Http404
    access.looked(request.actor, LOOKED, subject_type="imports.import", subject_id=batch.pk)
    stem = batch.original_name.rpartition(".")[0][:80] or batch.declared.title
    return attachment(marked_workbook(batch), f"{stem}-{_('请改正')}.xlsx", XLSX)


def marked_workbook(batch: Import) -> bytes:
    """The rows of an import as they came, with every fault marked."""
    found = list(batch.staged.order_by("row").values_list("row", "cells", "problems"))
    sheet, columns = batch.declared, {at: key for key, at in batch.mapping.items()}
    given = (
        (row, [sheet.given_cell(kept, columns.get(at, "")) for at, kept in enumerate(cells)])
        for row, cells, _problems in found
    )
    rows = sorted([(batch.header_row + 1, batch.headings), *given], key=itemgetter(0))
    problems = [said(each) for _row, _cells, each_row in found for each in each_row]
    return workbooks.marked(rows, problems, title=sheet.title, header=batch.header_row + 1)


@importing
def layout(request: ConsoleRequest, name: str) -> HttpResponseBase:
    """The list in the layout that is read back; with `?empty=1` its header alone."""
    sheet = sheet_named(request.actor, name)
    if not sheet.stands_alone:
        raise Http404
    empty = bool(request.GET.get("empty"))
    if not empty and (asked_first := _many_people(request, sheet)) is not None:
        return asked_first
    if not empty:
        access.looked(request.actor, TAKEN, why=sheet.name)
    rows = [] if empty else sheet.rows(Scope(request.actor, 0, clock.today()))
    content = workbooks.layout(sheet, rows, banner=shell.DEMO_WORDS if shell.is_demo() else "")
    return attachment(content, f"{_(sheet.title)}.xlsx", XLSX)


def _many_people(request: ConsoleRequest, sheet: Sheet) -> HttpResponseBase | None:
    """Where a list of people goes on that is not simply taken: to the password, or to asking another person."""
    taken = layouts.of(sheet)
    if taken is None:
        return None
    if taken.count(request.actor, QueryDict()) > lists.on(clock.today()).alone_most:
        return redirect("export_ask", taken.name)
    return asked_again(request, then=reverse("import_new", args=[sheet.name]))


@searching("成批导入")
def find(sought: Sought) -> list[Found]:
    """What the own union brought, by file name, list and state, or the day it was brought or taken over."""
    shown = ("public_id", "sheet", "state", "original_name", "uploaded_on", "committed_on")
    newest = Import.objects.on_lists_of(sought.actor).only(*shown).order_by("-uploaded_at", "-id")
    return [
        Found(
            batch.original_name,
            reverse("import", args=[batch.public_id]),
            " · ".join((_(batch.declared.title), str(batch.get_state_display()), say.day(batch.uploaded_on))),
        )
        for batch in newest[:NEWEST]
        if _is_sought(sought, batch)
    ][:A_SHELF]


def _is_sought(sought: Sought, batch: Import) -> bool:
    said = f"{batch.original_name} {_(batch.declared.title)} {batch.get_state_display()}"
    if search.fits(sought.words, batch.original_name, said) is not None:
        return True
    period, words = sought.period, sought.beside.words
    if period is None or not any(day in period for day in (batch.uploaded_on, batch.committed_on) if day):
        return False
    return search.fits(words, said) is not None if words else period.days <= A_MONTH


urlpatterns = [
    path("imports/", imports, name="imports"),
    path("imports/to/<str:name>/", bring, name="import_new"),
    path("imports/to/<str:name>/layout.xlsx", layout, name="import_layout"),
    path("imports/<uuid:public_id>/", import_page, name="import"),
    path("imports/<uuid:public_id>/columns/", columns, name="import_columns"),
    path("imports/<uuid:public_id>/undo/", undo, name="import_undo"),
    path("imports/<uuid:public_id>/marked.xlsx", marked, name="import_marked"),
    path("imports/<uuid:public_id>/do/<slug:what>/", step, name="import_step"),
]
