"""Taking a report away: as .docx, .pdf, a page that checks itself, its table of figures. Never shown inline."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import path, reverse

from gonghui.core import access
from gonghui.reports.areas import masked_rows
from gonghui.reports.console.report import Place, is_english, place_of
from gonghui.reports.filling import filled_report
from gonghui.reports.printing.formats import FORMATS, sheet_of
from gonghui.web import shell
from gonghui.web.console import ConsoleRequest, page
from gonghui.web.stepup import asked_again


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
    hidden = masked_rows(filling, place.organisation, request.actor)
    one = FORMATS[ending]
    content = one.make(sheet_of(kept, filling, english=is_english(), hidden=hidden))
    return attached(HttpResponse(content, content_type=one.mime), file_name(place, ending))


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
