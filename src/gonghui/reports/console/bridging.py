"""Figures as organised then and as organised now: all of a report side by side, and the bridge of one."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core import access
from gonghui.core.actor import Actor
from gonghui.core.figures import Ask, answer
from gonghui.reports import report_forms
from gonghui.reports.breakdown.bridge import Bridge, Crossing, Crossings, bridge, crossings, may_show
from gonghui.reports.console.figures import grouped_number, opened
from gonghui.reports.console.prints import file_name
from gonghui.reports.console.report import Place, days_of, is_english, name_of, place_of, short_name_of, title_of
from gonghui.reports.filling import Filled, filled_report
from gonghui.reports.organised import as_now, as_then
from gonghui.reports.sheets.bridge import Line, workbook
from gonghui.spine.organisations.models import Organisation
from gonghui.web import say, shell
from gonghui.web.console import ConsoleRequest, attachment, page, render
from gonghui.web.imports.opening import XLSX
from gonghui.web.stepup import asked_again

HIDDEN = "—"


@dataclass(frozen=True)
class Found:
    """A figure's bridge for a reader; closed where a hidden number could be worked out from it."""

    filled: Filled
    bridge: Bridge
    known: Crossings
    is_open: bool


def found_for(place: Place, row: str) -> Found:
    """The bridge of the row of a report's address, at the report's cut where it is filed."""
    _kept, _filling, filled = opened(place, row)
    if not filled.is_known:
        raise Http404
    known = crossings(place.organisation)
    made = bridge(filled.figure, place.organisation, filled.period, filled.cut, known)
    return Found(filled, made, known, may_show(filled.row, made, known))


def lines_of(actor: Actor, found: Found) -> list[Line]:
    """The table from then to now: each line's words and its number."""
    made, figure = found.bridge, found.bridge.figure
    lines = [Line(_("按当时组织"), made.then.whole, is_sum=True)]
    for row in made.rows:
        lines.append(Line(title_of_crossing(actor, row.crossing), row.value, say.day(row.crossing.on)))
    if any(made.shared):
        lines.append(Line(_("减去各单位间重复") if figure.is_distinct else _("其他"), made.shared))
    return [*lines, Line(_("按现在组织"), made.now.whole, is_sum=True)]


def title_of_crossing(actor: Actor, crossing: Crossing) -> str:
    """What happened, in the reader's language; an organisation out of the reader's sight is not named."""
    name = short_name_of(crossing.organisation)
    words = {"what": _(crossing.title), "name": name, "other": _seen(actor, crossing.other)}
    if crossing.other is None:
        return (_("转入：%(name)s") if crossing.came else _("转出：%(name)s")) % words
    if crossing.came:
        return _("转入：%(name)s（%(what)s，原属%(other)s）") % words
    return _("转出：%(name)s（%(what)s，转到%(other)s）") % words


def _seen(actor: Actor, organisation: Organisation | None) -> str:
    if organisation is None:
        return ""
    return short_name_of(organisation) if actor.sees(organisation.path) else _("其他组织")


def _numbers(found: Found, numbers: tuple[int, ...], *, sign: bool) -> str:
    figure = found.bridge.figure
    text = grouped_number(figure, numbers)
    if not sign or not any(numbers):
        return text
    return text.replace("-", "−") if min(numbers) < 0 else f"+{text}"


@page("reports.see")
def bridged(request: ConsoleRequest, form: str, period: str, code: str, row: str) -> HttpResponseBase:
    """One figure then, what came and went, and now."""
    place = place_of(request.actor, form, period, code)
    found = found_for(place, row)
    if found.filled.figure.sensitive:
        access.looked(request.actor, "reports.figure_opened", subject_type=found.filled.figure.name)
    lines = lines_of(request.actor, found) if found.is_open else []
    return render(
        request,
        "reports/console/bridge.html",
        {
            "place": place,
            "filled": found.filled,
            "name": name_of(place.organisation),
            "days": days_of(found.filled),
            "is_open": found.is_open,
            "is_mixed": place.organisation.is_mixed,
            "lines": [(line, _numbers(found, line.numbers, sign=not line.is_sum)) for line in lines],
            "difference": _numbers(found, found.bridge.difference, sign=True),
            "xlsx_url": reverse("report_bridge_xlsx", args=[*place.parts, row]),
        },
    )


@page("reports.see")
def bridge_xlsx(request: ConsoleRequest, form: str, period: str, code: str, row: str) -> HttpResponseBase:
    """The same table as a workbook."""
    place = place_of(request.actor, form, period, code)
    found = found_for(place, row)
    if not found.is_open:
        raise Http404
    if found.filled.figure.sensitive:
        there = reverse("report_bridge", args=[*place.parts, row])
        if (shown_again := asked_again(request, then=there)) is not None:
            return shown_again
        access.looked(request.actor, "reports.annex_exported", subject_type=found.filled.figure.name)
    title = f"{name_of(place.organisation)} {_(found.filled.figure.title)} {_('组织变动对照')}"
    demo = _(shell.DEMO_WORDS) if shell.is_demo() else ""
    content = workbook(found.bridge.figure, lines_of(request.actor, found), title, days_of(found.filled), demo)
    return attachment(content, file_name(place, "xlsx", f"-{row}-bridge"), XLSX)


@page("reports.see")
def then_and_now(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """Every figure of a report as organised then and as organised now; sensitive ones by their own page alone."""
    place = place_of(request.actor, form, period, code)
    _kept, filling = filled_report(place.form, place.organisation, place.period)
    known = [one for one in filling.rows.values() if one.is_known and not one.figure.sensitive]
    rows: list[dict[str, Any]] = []
    for cut in dict.fromkeys(one.cut for one in known):
        of_cut = [one for one in known if one.cut == cut]
        asks = [Ask(one.figure, place.organisation.path, one.period) for one in of_cut]
        then, now = as_then(asks, place.organisation), as_now(asks, place.organisation)
        values = answer([*then, *now], cut)
        for one, before, after in zip(of_cut, values[: len(of_cut)], values[len(of_cut) :], strict=True):
            rows.append(
                {
                    "filled": one,
                    "days": days_of(one) if one.period != place.period else "",
                    "then": grouped_number(one.figure, before.whole),
                    "now": grouped_number(one.figure, after.whole),
                    "differs": before.whole != after.whole,
                    "url": reverse("report_bridge", args=[*place.parts, one.row.id]),
                }
            )
    return render(
        request,
        "reports/console/then_and_now.html",
        {
            "place": place,
            "name": name_of(place.organisation),
            "heading": title_of(place.form, place.period, english=is_english()),
            "rows": rows,
            "sensitive": [
                (one, reverse("report_bridge", args=[*place.parts, one.row.id]))
                for one in filling.rows.values()
                if one.figure.sensitive and one.is_known
            ],
            "is_mixed": place.organisation.is_mixed,
            "url_of_organisation": reverse("organisation", args=[place.organisation.code]),
        },
    )


@page("reports.see")
def of_organisation(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The way from an organisation's own page: its figures of the latest form."""
    form = report_forms.usual()
    place = place_of(request.actor, form.code, form.period.key, code)
    return redirect("report_then_and_now", *place.parts)


urlpatterns = [
    path("reports/then-and-now/<str:code>/", of_organisation, name="then_and_now_of"),
    path("reports/<slug:form>/<str:period>/<str:code>/then-and-now/", then_and_now, name="report_then_and_now"),
    path("reports/<slug:form>/<str:period>/<str:code>/<slug:row>/bridge/", bridged, name="report_bridge"),
    path("reports/<slug:form>/<str:period>/<str:code>/<slug:row>/bridge.xlsx", bridge_xlsx, name="report_bridge_xlsx"),
]
