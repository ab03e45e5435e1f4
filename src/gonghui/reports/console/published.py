"""Published reports as anybody reads them, without an account: prose, numbers with their meaning, no way further in."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_safe

from gonghui.core.briefly import Briefly
from gonghui.core.han import han
from gonghui.core.period import Period
from gonghui.reports import report_forms
from gonghui.reports.breakdown import openness
from gonghui.reports.console.report import Live, Place, adjusted, is_english, label_of, name_of, title_of
from gonghui.reports.filling import Filling, Text, is_hidden, prose, standing_report
from gonghui.reports.models.filings import Report
from gonghui.web.console import render
from gonghui.web.desk import Keyset

SECONDS = 5.0
HIDDEN = Briefly[frozenset[str]](seconds=SECONDS, most=256)
"""Which rows are hidden, by report: taking the periods and unions apart is most of what a public page costs."""


@dataclass(frozen=True)
class OpenLive(Live):
    """A number as the public sees it: its words and its meaning, nothing to open."""


def published_or_404(public_id: str) -> Report:
    """The published report, on a form that is still there."""
    kept = get_object_or_404(Report.objects.published().select_related("organisation"), public_id=public_id)
    if kept.form not in report_forms.codes():
        raise Http404
    return kept


def hidden_of(kept: Report, filling: Filling) -> frozenset[str]:
    """The rows of a published report that print as — outside."""
    return HIDDEN.get(kept.pk, lambda: openness.hidden_rows(filling.shown, kept.organisation))


def sections_of(
    filling: Filling, texts: Mapping[int, Text], *, english: bool, hidden: frozenset[str] | None = None
) -> list[dict[str, Any]]:
    """The sections in words, with numbers that say what they count and open nowhere; small sensitive ones are —."""
    filling = replace(filling, texts=texts)
    code, counted = filling.organisation.code, Counter[str]()
    if hidden is None:
        hidden = openness.hidden_rows(filling.shown, filling.organisation)
    found = []
    for section in prose(filling, english=english):
        paragraphs = []
        for pieces in section.paragraphs:
            line: list[dict[str, Any]] = []
            for piece in pieces:
                if piece.filled is None:
                    line.append({"text": "" if piece.of in hidden else piece.text, "live": None})
                    continue
                row = piece.filled.row.id
                counted[row] += 1
                live = OpenLive(piece.filled, "", code, is_masked=is_hidden(row, hidden), nth=counted[row])
                line.append({"text": "", "live": live})
            paragraphs.append(line)
        number = str(section.number) if english else han(section.number)
        found.append({"number": number, "title": section.title, "position": section.position, "paragraphs": paragraphs})
    return found


@require_safe
def published_reports(request: HttpRequest) -> HttpResponseBase:
    """Every published report, the newest first."""
    listed = Keyset(Report.objects.published().select_related("organisation"), ("-published_on", "-id"), 30)
    shown = listed.page(request)
    english = is_english()
    rows = []
    for one in shown:
        place = Place.of(one)
        rows.append((place.name, title_of(place.form, place.period, english=english), one))
    return _open(render(request, "reports/open/reports.html", {"rows": rows, "page": shown}))


@require_safe
def published_report(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """One published report."""
    kept, english = published_or_404(public_id), is_english()
    filling = standing_report(kept)
    form, period = filling.form, filling.period
    hidden = hidden_of(kept, filling)
    code = kept.organisation.code
    sections = sections_of(filling, filling.texts, english=english, hidden=hidden)
    pieces = (piece for part in sections for line in part["paragraphs"] for piece in line)
    printed = {piece["live"].filled.row.id for piece in pieces if piece["live"] is not None}
    return _open(
        render(
            request,
            "reports/open/report.html",
            {
                "report": kept,
                "name": name_of(kept.organisation),
                "heading": title_of(form, period, english=english),
                "headline": title_of(form, period, english=english, head=True),
                "last_day": label_of(Period.day(period.last)),
                "sections": sections,
                "meanings": [
                    OpenLive(one, "", code, is_masked=row in hidden)
                    for row, one in filling.rows.items()
                    if row in printed
                ],
                **adjusted(filling),
                "may_index": True,
                "errata": list(kept.errata.all()),
                "english": english,
            },
        )
    )


def _open(response: HttpResponse) -> HttpResponse:
    """A page that machines may find and caches may keep for a little."""
    response["X-Robots-Tag"] = "all"
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("open/reports/", published_reports, name="open_reports"),
    path("open/reports/<uuid:public_id>/", published_report, name="open_report"),
]
