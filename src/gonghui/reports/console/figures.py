"""The pane of one figure: exact value, meaning, clock, scope, sources, cut, parts by area, the way to its entries."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core import access
from gonghui.core.actor import Actor
from gonghui.core.figures import Ask, Figure, Value, answer, entries_behind
from gonghui.core.models import EntryQuerySet
from gonghui.core.numerals import Style
from gonghui.reports.breakdown import areas
from gonghui.reports.comparing import Comparison
from gonghui.reports.console.reading import Against, of_figure, read
from gonghui.reports.console.report import (
    Live,
    Place,
    dates_of,
    days_of,
    exact_of,
    is_english,
    name_of,
    place_of,
    short_name_of,
)
from gonghui.reports.console.sparks import spark
from gonghui.reports.filling import Filled, Filling, belongs, filled_report
from gonghui.reports.models.filings import Report
from gonghui.reports.organised import as_now
from gonghui.reports.places import paths_of
from gonghui.reports.trends import trend
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import COUNTED_TO, Counted
from gonghui.web.templatetags.gonghui import yuan

LISTS = {
    "officials.qualified_share": (
        "officials.social_workers",
        "social_workers",
        (("qualified", "持证名单"), ("on_post", "在岗名单")),
    ),
    "members.people_admitted": ("members.see", "members", (("admitted", "新发展会员"),)),
}
"""Figures that count people on lists with a page of their own: the power, the page, the lists in the figure's order."""
BARS = 12
BARS_CITY = 40


@dataclass(frozen=True)
class Part:
    """One line of the breakdown: whose, how much, how long its bar is."""

    name: str
    text: str
    percent: float
    url: str = ""
    is_open: bool = True
    change: str = ""


@page("reports.see")
def figure(request: ConsoleRequest, form: str, period: str, code: str, row: str) -> HttpResponseBase:
    """One figure of a report. Beside the report for the eye; htmx takes the pane alone."""
    place = place_of(request.actor, form, period, code)
    kept, filling, filled = opened(place, row)
    if filled.figure.sensitive:
        access.looked(request.actor, "reports.figure_opened", subject_type=filled.figure.name)
    shown = pane(request.actor, place, kept, filled, filling.as_of)
    if request.headers.get("HX-Target") == "pane":
        return render(request, "reports/console/pane.html", shown)
    whole = {**read(request, place, kept, filling, row_id=row), "pane": shown, **shown}
    return render(request, "reports/console/report.html", whole)


def opened(place: Place, row_id: str) -> tuple[Report | None, Filling, Filled]:
    """The row of a report's address; a row the report does not print is not there."""
    kept, filling = filled_report(place.form, place.organisation, place.period)
    filled = filling.rows.get(row_id)
    if filled is None or not belongs(filled.row, place.organisation, place.period):
        raise Http404
    return kept, filling, filled


def pane(actor: Actor, place: Place, kept: Report | None, filled: Filled, as_of: int | None = None) -> dict[str, Any]:
    """Everything the pane says about one figure."""
    masked = areas.is_masked(filled, place.organisation, actor)
    figure = filled.figure
    compared = of_figure(actor, place, filled, is_masked=masked)
    return {
        **compared,
        "place": place,
        "live": Live(filled, place.figure_url(filled.row.id), place.organisation.code, True, masked, as_of),
        "filled": filled,
        "figure": figure,
        "masked": masked,
        "name": name_of(place.organisation),
        "report": kept,
        "days": days_of(filled),
        "dates": dates_of(filled),
        "printed_how": printed_how(filled.row.style),
        "recorded": exact_of(filled, _one(filled.value.recorded)),
        "returned": exact_of(filled, _one(filled.value.returned)),
        "may_repeat": figure.is_distinct and any(filled.value.returned),
        "now": exact_of(filled, filled.now.total) if filled.now is not None else "",
        "parts": [] if masked else parts_of(place, filled, compared["against"][0]),
        "spark": None if masked else _spark(actor, place, filled),
        "rest_is_shared": figure.is_distinct,
        "door": door(actor, place, filled),
        "entries_url": reverse("report_entries", args=[*place.parts, filled.row.id]),
        "lists": [] if masked else lists_of(actor, place, filled),
        **now_of(place, filled),
        "moved_by": moved_by(actor, place, filled),
        "verify_url": reverse("report_verify", args=[*place.parts, filled.row.id]) if filled.cut else "",
    }


def lists_of(actor: Actor, place: Place, filled: Filled) -> list[tuple[str, int, str]]:
    """The lists of people that a figure counts, where the actor may see them: title, length and address of each."""
    power, address, lists = LISTS.get(filled.figure.name, ("", "", ()))
    if not lists or not actor.may(power):
        return []
    asked = {"unit": place.organisation.code, "on": filled.period.last.isoformat()}
    if filled.figure.clock == "flow":
        asked |= {"first": filled.period.first.isoformat(), "last": filled.period.last.isoformat()}
    return [
        (_(title), number, f"{reverse(address)}?{urlencode({'list': key, **asked})}")
        for (key, title), number in zip(lists, filled.value.recorded, strict=True)
    ]


def now_of(place: Place, filled: Filled) -> dict[str, Any]:
    """The figure as organised now and the way to its bridge, where anybody ever came or left; never a sensitive one."""
    if not place.organisation.is_mixed or not filled.is_known:
        return {}
    url = reverse("report_bridge", args=[*place.parts, filled.row.id])
    if filled.figure.sensitive:
        return {"now_url": url}
    ask = Ask(filled.figure, place.organisation.path, filled.period)
    (value,) = answer(as_now([ask], place.organisation), filled.cut)
    return {"now_url": url, "now_value": exact_of(filled, value.total)}


def _one(parts: tuple[int, ...]) -> int | tuple[int, int]:
    return parts[0] if len(parts) == 1 else (parts[0], parts[1])


def printed_how(style: Style) -> str:
    """How the exact value became the printed words."""
    code, places = style.code.rstrip("0123456789"), style.code[-1:]
    if code in ("wan", "yi"):
        scale = _("万") if code == "wan" else _("亿")
        if places == "0":
            return _("四舍五入到%(scale)s") % {"scale": scale}
        return _("以%(scale)s计，四舍五入，留 %(places)s 位小数") % {"scale": scale, "places": places}
    if code == "pct":
        if places == "0":
            return _("百分数，四舍五入到整数")
        return _("百分数，四舍五入，留 %(places)s 位小数") % {"places": places}
    words = {
        "han": _("用汉字写的小数目"),
        "yu": _("“余”：不止这个数，不到下一个整数"),
        "above": _("“以上”：达到或超过这个数"),
    }
    return words.get(style.code, _("不作舍入"))


def _spark(actor: Actor, place: Place, filled: Filled) -> Any:
    """The figure's line over the months; of a sensitive one for its own unit alone, a small month tells too much."""
    if filled.figure.sensitive and place.organisation.pk != actor.organisation_id:
        return None
    found = trend(filled.figure, place.organisation, filled.period, filled.cut)
    return spark(found, filled) if found is not None else None


def parts_of(place: Place, filled: Filled, against: Against | None = None) -> list[Part]:
    """The bars of the breakdown, the longest first, each with its change; what may not be shown prints as —."""
    if not areas.is_divided(filled.figure) or not filled.is_known:
        return []
    children = areas.below(place.organisation, place.period)
    if not children:
        return []
    rows = [(filled.row, filled.period)]
    found = areas.cells(rows, place.organisation, children, filled.cut)[filled.row.id]
    own = [cell for cell in found if cell.organisation is None and (any(cell.value.whole) or not cell.is_open)]
    ranked = areas.ranked(found)[: BARS_CITY if place.organisation.level == "city" else BARS]
    longest = max((cell.size for cell in [*ranked, *own] if cell.is_open), default=0)
    said = against.said if against is not None and against.is_change else None
    parts = areas.before([said], place.organisation, children)[said.key] if said is not None else []
    before = {_whose(cell): cell for cell in parts}
    changes = {_whose(cell): _change(said, cell, before.get(_whose(cell))) for cell in [*ranked, *own]}
    return [_part(place, filled, cell, longest, changes[_whose(cell)]) for cell in [*ranked, *own]]


def _whose(cell: areas.Cell) -> int | None:
    return cell.organisation.pk if cell.organisation is not None else None


def _change(said: Comparison | None, cell: areas.Cell, former: areas.Cell | None) -> str:
    moved = areas.moved(said, cell, former) if said is not None and former is not None else None
    if moved is None:
        return ""
    return moved.short(english=is_english()) if moved.change is not None else "—"


def _part(place: Place, filled: Filled, cell: areas.Cell, longest: float, change: str) -> Part:
    name, url = _("本级"), ""
    if cell.organisation is None and filled.figure.is_distinct:
        name = _("本级，减去各单位间重复")
    if cell.organisation is not None:
        name = short_name_of(cell.organisation)
        if belongs(filled.row, cell.organisation, place.period):
            url = Place(place.form, place.period, cell.organisation).figure_url(filled.row.id)
    if not cell.is_open:
        return Part(name, "—", 0, url, is_open=False)
    text = number_of(filled, cell.value)
    return Part(name, text, 100 * cell.size / longest if longest > 0 else 0, url, change=change)


def number_of(filled: Filled, value: Value) -> str:
    """A value of the row without its unit."""
    return grouped_number(filled.figure, value.whole)


def grouped_number(figure: Figure, whole: tuple[int, ...]) -> str:
    """A number without its unit, grouped; of a share its two whole numbers."""
    if len(whole) == 2:
        return f"{whole[0]:,} / {whole[1]:,}"
    return yuan(whole[0]) if figure.is_money else f"{whole[0]:,}"


@dataclass(frozen=True)
class Door:
    """The way to the entries: how many stand behind the number, or why they stay closed."""

    counted: Counted | None
    why: str = ""


def door(actor: Actor, place: Place, filled: Filled) -> Door:
    """Whether the reader may open the entries. Those of sensitive figures open for the unit that recorded them."""
    entries = readable(actor, place, filled)
    counted = Counted(entries.order_by()[: COUNTED_TO + 1].count())
    if filled.figure.sensitive and not counted.rows:
        return Door(None, _("记录只对登记单位开放"))
    return Door(counted)


def readable(actor: Actor, place: Place, filled: Filled) -> EntryQuerySet:
    """The entries behind the number that the reader may open."""
    organisation = place.organisation
    paths = paths_of([organisation]).get(organisation.pk, ())
    entries = entries_behind(filled.figure, organisation.path, filled.period, filled.cut, paths)
    return entries.filter(organisation_id=actor.organisation_id) if filled.figure.sensitive else entries


def moved_by(actor: Actor, place: Place, filled: Filled) -> int:
    """How many entries the reader may open came after the filing and moved the figure."""
    return since_filing(actor, place, filled).count() if filled.moved else 0


def since_filing(actor: Actor, place: Place, filled: Filled) -> EntryQuerySet:
    """The entries behind the figure that came after its cut."""
    return readable(actor, place, replace(filled, cut=None)).filter(id__gt=filled.cut or 0)


@page("reports.see")
def verify(request: ConsoleRequest, form: str, period: str, code: str, row: str) -> HttpResponseBase:
    """Compute a filed number once more, from the rows up to its cut, and say whether it is the same."""
    place = place_of(request.actor, form, period, code)
    kept, filling, filled = opened(place, row)
    if kept is None or not kept.is_filed:
        raise Http404
    paths = paths_of([place.organisation]).get(place.organisation.pk, ())
    again = answer([Ask(filled.figure, place.organisation.path, filled.period, paths)], kept.cut)[0]
    if filled.figure.sensitive:
        access.looked(request.actor, "reports.figure_opened", subject_type=filled.figure.name)
    shown = pane(request.actor, place, kept, filled)
    shown |= {"verified": again == filled.value, "again": "—" if shown["masked"] else exact_of(filled, again.total)}
    if request.headers.get("HX-Target") == "pane":
        return render(request, "reports/console/pane.html", shown)
    whole = {**read(request, place, kept, filling, row_id=row), "pane": shown, **shown}
    return render(request, "reports/console/report.html", whole)


urlpatterns = [
    path("reports/<slug:form>/<str:period>/<str:code>/<slug:row>/", figure, name="report_figure"),
    path("reports/<slug:form>/<str:period>/<str:code>/<slug:row>/verify/", verify, name="report_verify"),
]
