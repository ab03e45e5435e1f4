"""Holding a printed text against the report: pasted, read, shown, and kept nowhere."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from gonghui.core.errors import Refusal
from gonghui.reports.breakdown.areas import masked_rows
from gonghui.reports.console.report import Place, name_of, place_of, title_of
from gonghui.reports.filling import filled_report
from gonghui.reports.reconcile import said
from gonghui.reports.reconcile.against import AGREES, DIFFERS, Held, Reconciled, held_against, read_for
from gonghui.reports.reconcile.incoming import MOST_SIGNS
from gonghui.web.console import ConsoleRequest, page, render

KINDS = {AGREES: "ok", DIFFERS: "late"}


@dataclass(frozen=True)
class Line:
    """One printed number beside the report's."""

    number: int
    text: str
    row: str
    title: str
    url: str
    computed: str
    verdict: str
    kind: str
    why: str
    line: int


@dataclass(frozen=True)
class Bit:
    """A run of the text as given; a number in it leads to its line of the table, or says why it has none."""

    text: str
    number: int = 0
    kind: str = ""
    why: str = ""


@page("reports.see")
@sensitive_post_parameters("text")
def reconcile(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """A text held against the report of the address. The text is in the answer and nowhere else."""
    place = place_of(request.actor, form, period, code)
    text = request.POST.get("text", "") if request.method == "POST" else ""
    refusal, done = None, None
    if request.method == "POST":
        try:
            done = _held(request, place, text)
        except Refusal as error:  # shown here: a refusal that leaves the view would keep what was typed
            refusal, text = error, text[:MOST_SIGNS]
    shown = {
        "place": place,
        "name": name_of(place.organisation),
        "heading": title_of(place.form, place.period, english=said.is_english()),
        "most": MOST_SIGNS,
        "text": text,
        "wrong": refusal,
        **(_result(place, done) if done is not None else {}),
    }
    return render(request, "reports/console/reconcile.html", shown, status=422 if refusal else 200)


def _held(request: ConsoleRequest, place: Place, text: str) -> Reconciled:
    reading = read_for(text, place.form, place.organisation, place.period)
    _report, filling = filled_report(place.form, place.organisation, place.period)
    hidden = masked_rows(filling.shown, place.organisation, request.actor)
    return held_against(reading, filling.rows.values(), hidden)


def _result(place: Place, done: Reconciled) -> dict[str, Any]:
    lines = [_line(place, n, held) for n, held in enumerate(done.figures, 1)]
    return {
        "done": done,
        "summary": said.summary(done),
        "lines": sorted(lines, key=lambda line: (line.kind != KINDS[DIFFERS], line.number)),  # what differs comes first
        "left": [(one, said.why_left(one)) for one in done.unmatched],
        "bits": _bits(done, lines),
    }


def _line(place: Place, n: int, held: Held) -> Line:
    row = held.filled.row.id
    return Line(
        number=n,
        text=held.token.text,
        row=row,
        title=_(held.filled.figure.title),
        url=reverse("report_figure", args=[*place.parts, row]),
        computed=said.computed(held),
        verdict=said.verdict(held),
        kind=KINDS.get(held.verdict, ""),
        why=said.why(held),
        line=held.place.line,
    )


def _bits(done: Reconciled, lines: list[Line]) -> list[Bit]:
    """The text as given, cut at its numbers; a number of several figures leads to the first of them."""
    marks: dict[int, tuple[int, Bit]] = {}
    for one in done.unmatched:
        marks[one.place.start] = (one.place.end, Bit("", 0, "left", said.why_left(one)))
    for held, line in reversed(list(zip(done.figures, lines, strict=True))):
        marks[held.place.start] = (held.place.end, Bit("", line.number, line.kind or "none", line.title))
    bits, at = [], 0
    for start, (end, bit) in sorted(marks.items(), key=lambda one: one[0]):
        if start < at:
            continue
        bits += [Bit(done.text[at:start]), Bit(done.text[start:end], bit.number, bit.kind, bit.why)]
        at = end
    return [bit for bit in [*bits, Bit(done.text[at:])] if bit.text]


urlpatterns = [
    path("reports/<slug:form>/<str:period>/<str:code>/reconcile/", reconcile, name="report_reconcile"),
]
