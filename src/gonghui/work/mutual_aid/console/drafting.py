"""The editor of a draft: its text, what is wrong with it and where, its examples, a case typed by hand."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import ngettext

from gonghui.core import clock
from gonghui.core.errors import Refusal
from gonghui.core.rules.document import canonical
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.work.mutual_aid.actions import drafts
from gonghui.work.mutual_aid.console.schemes import edition_of, is_english, titled
from gonghui.work.mutual_aid.console.trying import examples_of, trial_of
from gonghui.work.mutual_aid.flow import SCHEMES
from gonghui.work.mutual_aid.rules import comparing

AROUND = 2
"""So many lines are shown above and below the place of a refusal."""


@page(SCHEMES)
def text(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """The draft as a text: saved, or tried out without saving it; a refusal marks its place, and nothing is lost."""
    edition = edition_of(request.actor, public_id)
    if edition.state != "draft" or edition.made_by != request.actor.account_id:
        return redirect("aid_scheme", public_id)
    written, base, tried = edition.text, edition.version, edition.scheme
    if request.method == "POST":
        written, base = canonical(request.POST.get("text", "")), request.POST.get("base", "")
        if "try" not in request.POST.get("step", ""):
            saved = drafts.write_draft(edition, written, base=base, by=request.actor, on=clock.today())
            said = ngettext("已存下，%(n)s 个算例都算对了", "已存下，%(n)s 个算例都算对了", len(saved.examples))
            messages.success(request, said % {"n": len(saved.examples)})
            return redirect("aid_scheme", public_id)
        tried = drafts.checked(edition, written, on=clock.today())
    elif request.typed is not None:
        written, base = canonical(request.typed.get("text", "")), request.typed.get("base", base)
    held = drafts.held_before(edition)
    is_tried = request.method == "POST"
    return render(
        request,
        "mutual_aid/console/scheme_text.html",
        {
            "edition": edition,
            "title": titled(edition.scheme),
            "written": written,
            "base": base,
            "is_changed": written != edition.text,
            "at": _place(written, request.refusal),
            "is_tried": is_tried,
            "examples": examples_of(tried) if is_tried else [],
            "trial": trial_of(request, tried),
            "changes": comparing.changes(held.scheme, tried, english=is_english()) if is_tried and held else None,
        },
    )


def _place(written: str, refusal: Refusal | None) -> dict[str, Any] | None:
    """Where a refusal points to, with the lines around; nothing where it points nowhere."""
    line, column = (refusal.params.get(name) for name in ("line", "column")) if refusal else (None, None)
    lines = written.rstrip("\n").split("\n")
    if not isinstance(line, int) or not isinstance(column, int) or not 1 <= line <= len(lines):
        return None
    first = max(1, line - AROUND)
    around = [
        {"number": number, "words": words, "is_here": number == line}
        for number, words in enumerate(lines[first - 1 : line + AROUND], first)
    ]
    here = lines[line - 1]
    at = min(max(column - 1, 0), len(here))
    return {
        "line": line,
        "column": column,
        "around": around,
        "before": here[:at],
        "sign": here[at : at + 1] or "␤",
        "after": here[at + 1 :],
    }


urlpatterns = [path("mutual_aid/schemes/<uuid:public_id>/text/", text, name="aid_scheme_text")]
