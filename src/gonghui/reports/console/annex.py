"""附表: every figure of a report by the unions below, on a page and as a workbook to take away."""

from django.http import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core import access
from gonghui.reports.breakdown import areas
from gonghui.reports.console.figures import grouped_number
from gonghui.reports.console.prints import file_name
from gonghui.reports.console.report import Place, days_of, is_english, name_of, place_of, short_name_of, title_of
from gonghui.reports.filling import filled_report
from gonghui.reports.sheets.annex import Annex, AnnexRow, Box, annex, workbook
from gonghui.web import shell
from gonghui.web.console import ConsoleRequest, attachment, page, render
from gonghui.web.imports.opening import XLSX
from gonghui.web.stepup import asked_again


def _found(request: ConsoleRequest, place: Place) -> Annex:
    _kept, filling = filled_report(place.form, place.organisation, place.period)
    names = {child.pk: short_name_of(child) for child in areas.below(place.organisation, place.period)}
    return annex(request.actor, filling, names)


@page("reports.see")
def annexed(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """The annex as a wide table."""
    place = place_of(request.actor, form, period, code)
    found = _found(request, place)
    _looked(request, found, "reports.annex_opened")
    rows = [
        {
            "live_url": place.figure_url(row.filled.row.id),
            "filled": row.filled,
            "unit": row.unit,
            "days": days_of(row.filled) if row.filled.period != place.period else "",
            "cells": [_text(row, box) for box in (row.total, *row.boxes)],
        }
        for row in found.rows
    ]
    return render(
        request,
        "reports/console/annex.html",
        {
            "place": place,
            "name": name_of(place.organisation),
            "heading": title_of(place.form, place.period, english=is_english()),
            "columns": (_("合计"), *found.columns),
            "rows": rows,
            "xlsx_url": reverse("report_annex_xlsx", args=place.parts),
        },
    )


@page("reports.see")
def annex_xlsx(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """The annex as a workbook; taking sensitive figures away leaves a trace."""
    place = place_of(request.actor, form, period, code)
    found = _found(request, place)
    if found.has_sensitive:
        there = reverse("report_annex", args=place.parts)
        if (shown_again := asked_again(request, then=there)) is not None:
            return shown_again
    _looked(request, found, "reports.annex_exported")
    title = f"{name_of(place.organisation)} {title_of(place.form, place.period, english=is_english())} {_('附表')}"
    note = _(shell.DEMO_WORDS) if shell.is_demo() else ""
    return attachment(workbook(found, title, note), file_name(place, "xlsx"), XLSX)


def _looked(request: ConsoleRequest, found: Annex, what: str) -> None:
    if found.has_sensitive:
        access.looked(request.actor, what, subject_type="reports.annex")


def _text(row: AnnexRow, box: Box) -> str:
    if box.words or not box.numbers:
        return box.words
    return grouped_number(row.filled.figure, box.numbers)


urlpatterns = [
    path("reports/<slug:form>/<str:period>/<str:code>/annex/", annexed, name="report_annex"),
    path("reports/<slug:form>/<str:period>/<str:code>/annex.xlsx", annex_xlsx, name="report_annex_xlsx"),
]
