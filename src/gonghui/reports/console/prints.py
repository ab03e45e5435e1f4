"""Taking a report away: as .docx, .pdf, a page that checks itself, its table of figures. Never shown inline."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from gonghui.core import access
from gonghui.reports import report_forms
from gonghui.reports.breakdown.areas import masked_rows
from gonghui.reports.breakdown.openness import hidden_rows
from gonghui.reports.console.report import Place, is_english, place_of
from gonghui.reports.filling import filled_report, standing_report
from gonghui.reports.models.filings import Report
from gonghui.reports.printing.formats import FORMATS, sheet_of
from gonghui.web import shell
from gonghui.web.console import ConsoleRequest, page
from gonghui.web.stepup import asked_again

OPEN_FORMATS = ("html", "json")
"""What anybody may ask for; the others cost a second each and are there for who is signed in."""


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
    hidden = masked_rows(filling.shown, place.organisation, request.actor)
    one = FORMATS[ending]
    content = one.make(sheet_of(kept, filling, english=is_english(), hidden=hidden))
    return attached(HttpResponse(content, content_type=one.mime), file_name(place, ending))


@require_safe
def open_print(request: HttpRequest, public_id: str, ending: str) -> HttpResponseBase:
    """A published report as a file for anybody: the page that checks itself, or its table of figures."""
    kept = get_object_or_404(Report.objects.published().select_related("organisation"), public_id=public_id)
    if ending not in OPEN_FORMATS or kept.form not in report_forms.codes():
        raise Http404
    filling, place = standing_report(kept), Place.of(kept)
    hidden = hidden_rows(filling.shown, kept.organisation)
    one = FORMATS[ending]
    content = one.make(sheet_of(kept, filling, english=is_english(), hidden=hidden))
    response = attached(HttpResponse(content, content_type=one.mime), file_name(place, ending))
    response["Cache-Control"] = "no-store"
    return response


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
    path("open/reports/<uuid:public_id>/print.<slug:ending>", open_print, name="open_report_print"),
    path("reports/<slug:form>/<str:period>/<str:code>/print.<slug:ending>", printed, name="report_print"),
]
