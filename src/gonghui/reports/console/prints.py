"""Taking a report away: as a page that checks itself, as its table of figures. Files only, never shown inline."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import path, reverse

from gonghui.core import access
from gonghui.reports.areas import is_masked
from gonghui.reports.console.report import Place, is_english, place_of
from gonghui.reports.filling import Filling, filled_report
from gonghui.reports.models.filings import Report
from gonghui.reports.printing import page as page_print
from gonghui.reports.printing.paper import Paper, paper_of
from gonghui.reports.printing.sealed import Proof, filing_proof, sealed
from gonghui.reports.printing.table import figure_table
from gonghui.web import shell
from gonghui.web.console import ConsoleRequest, page
from gonghui.web.stepup import asked_again


@dataclass(frozen=True)
class Sheet:
    """What every format is made of."""

    paper: Paper
    table: bytes
    proof: Proof | None


def _html(sheet: Sheet) -> bytes:
    return page_print.render(sheet.paper, sheet.table, sheet.proof)


FORMATS: dict[str, tuple[str, Callable[[Sheet], bytes]]] = {
    "html": ("text/html; charset=utf-8", _html),
}
"""By the ending of the file: what it is, and what makes it."""


def sheet_of(report: Report | None, filling: Filling, *, english: bool, hidden: frozenset[str] = frozenset()) -> Sheet:
    """A report ready to be printed in any format."""
    filed = report if report is not None and report.is_filed else None
    proof = filing_proof(filed)
    paper = sealed(paper_of(report, filling, english=english, hidden=hidden), proof)
    return Sheet(paper, figure_table(filed if filed is not None else filling), proof)


@page("reports.see")
def printed(request: ConsoleRequest, form: str, period: str, code: str, ending: str) -> HttpResponseBase:
    """The report as a file. One with sensitive figures leaves a trace, and asks again who it is."""
    place = place_of(request.actor, form, period, code)
    if ending not in FORMATS:
        raise Http404
    kept, filling = filled_report(place.form, place.organisation, place.period)
    if any(filled.figure.sensitive for filled in filling):
        there = reverse("report", args=place.parts)
        if (shown_again := asked_again(request, then=there)) is not None:
            return shown_again
        access.looked(request.actor, "reports.report_printed", subject_type="reports.report")
    hidden = frozenset(filled.row.id for filled in filling if is_masked(filled, place.organisation, request.actor))
    kind, make = FORMATS[ending]
    content = make(sheet_of(kept, filling, english=is_english(), hidden=hidden))
    return attached(HttpResponse(content, content_type=kind), file_name(place, ending))


def file_name(place: Place, ending: str) -> str:
    """The file's name: no person, no title, only codes."""
    demo = "demo-" if shell.is_demo() else ""
    return f"{demo}{place.form.code}-{place.period.key.replace('..', '_')}-{place.organisation.code}.{ending}"


def attached(response: HttpResponse, name: str) -> HttpResponse:
    """A file to keep: never shown inline, whatever the browser thinks it is."""
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = "sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response


urlpatterns = [
    path("reports/<slug:form>/<str:period>/<str:code>/print.<slug:ending>", printed, name="report_print"),
]
