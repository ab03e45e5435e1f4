"""Taking a report away: as .docx, .pdf, a page that checks itself, its table of figures. Never shown inline."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from gonghui.core import access
from gonghui.core.briefly import Briefly
from gonghui.reports.breakdown.areas import masked_rows
from gonghui.reports.console.published import SECONDS, hidden_of, published_or_404
from gonghui.reports.console.report import Place, is_english, place_of
from gonghui.reports.filling import filled_report, standing_report
from gonghui.reports.models.filings import Report
from gonghui.reports.printing.formats import FORMATS, Sheet
from gonghui.web.console import ConsoleRequest, attachment, page
from gonghui.web.stepup import asked_again

PRINTS = Briefly[bytes](seconds=SECONDS, most=32)
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
    content = one.make(Sheet(kept, filling, english=is_english(), hidden=hidden))
    return attachment(content, file_name(place, ending), one.mime)


@require_safe
def open_print(request: HttpRequest, public_id: str, ending: str) -> HttpResponseBase:
    """A published report as a file for anybody: the page that checks itself, or its table of figures."""
    kept, english = published_or_404(public_id), is_english()
    if ending not in OPEN_FORMATS:
        raise Http404
    one, asked = FORMATS[ending], (public_id, ending, english, kept.errata.count())
    content = PRINTS.get(asked, lambda: _open_print(kept, ending, english=english))
    response = attachment(content, file_name(Place.of(kept), ending), one.mime)
    response["Cache-Control"] = "no-store"
    return response


def _open_print(kept: Report, ending: str, *, english: bool) -> bytes:
    filling = standing_report(kept)
    hidden = hidden_of(kept, filling)
    return FORMATS[ending].make(Sheet(kept, filling, english=english, hidden=hidden))


def file_name(place: Place, ending: str, part: str = "") -> str:
    """The file's name: no person, no title, only codes."""
    return f"{place.form.code}-{place.period.key.replace('..', '_')}-{place.organisation.code}{part}.{ending}"


urlpatterns = [
    path("open/reports/<uuid:public_id>/print.<slug:ending>", open_print, name="open_report_print"),
    path("reports/<slug:form>/<str:period>/<str:code>/print.<slug:ending>", printed, name="report_print"),
]
