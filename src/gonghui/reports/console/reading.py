"""A report as it is read: prose with live figures, and beside them what they are compared with where asked."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _

from gonghui.core.actor import Actor
from gonghui.core.figures import Ask, answer
from gonghui.core.numerals import NOTHING
from gonghui.core.period import Period
from gonghui.reports import comparing
from gonghui.reports.breakdown.areas import masked_rows
from gonghui.reports.changes import WAYS, Way
from gonghui.reports.comparing import Comparison, Side
from gonghui.reports.console.report import (
    Live,
    Place,
    exact_of,
    is_english,
    label_of,
    paper,
    place_of,
)
from gonghui.reports.filling import Filled, Filling, filled_report, said_of
from gonghui.reports.models.filings import Report
from gonghui.reports.organised import as_then
from gonghui.reports.report_forms import form
from gonghui.reports.standing import standings
from gonghui.spine.organisations.models import Organisation
from gonghui.web.console import ConsoleRequest, page, render

RECOMPUTED = "now"


@dataclass(frozen=True)
class Against:
    """A number's comparison as one reader sees it; with a number hidden from them it says nothing."""

    said: Comparison
    filled: Filled
    place: Place
    is_hidden: bool = False

    @property
    def way(self) -> Way:
        """Against which days."""
        return self.said.way

    @property
    def name(self) -> str:
        """同比 or 环比."""
        return _("同比") if self.way == "yoy" else _("环比")

    @property
    def text(self) -> str:
        """The change, or why there is none."""
        return NOTHING if self.is_hidden else self.said.short(english=is_english())

    @property
    def is_change(self) -> bool:
        """Whether there is a change to tell."""
        return self.said.change is not None and not self.is_hidden

    @property
    def days(self) -> str:
        """The days compared with."""
        base = self.said.base
        return label_of(Period.day(base.period.last) if self.filled.figure.clock == "stock" else base.period)

    @property
    def number(self) -> str:
        """The number compared with, to the last digit."""
        base = self.said.base
        if self.is_hidden or base.standing != "known":
            return NOTHING
        return exact_of(self.filled, base.value.total)

    @property
    def plain(self) -> str:
        """The same without its unit, for a column."""
        base = self.said.base
        return NOTHING if self.number == NOTHING else Live(replace(self.filled, value=base.value), "", "").number

    @property
    def source(self) -> str:
        """Whether that number was filed, and under which definition."""
        base = self.said.base
        live = _("台账现在的数") if base.cut is None else _("台账在本报告切点的数")
        said = _("备案数") if base.filed is not None else live
        if base.version != self.said.now.version:
            return _("%(source)s，口径第 %(base)s 版，本期第 %(now)s 版") % {
                "source": said,
                "base": base.version,
                "now": self.said.now.version,
            }
        return said

    @property
    def url(self) -> str:
        """Where that number is opened: in the report it was filed in, else in the same form for its days."""
        base, place = self.said.base, self.place
        if self.said.why == comparing.Why.ASOF:
            return ""
        if base.filed is not None:
            kept = base.filed.report
            return Place(form(kept.form), Period.parse(kept.period), place.organisation).figure_url(base.filed.row)
        there = comparing.base_days(place.period, self.way)
        if not place.form.serves(place.organisation.level, there):
            return ""
        return Place(place.form, there, place.organisation).figure_url(self.filled.row.id)


def asked(request: ConsoleRequest) -> tuple[Way | None, bool]:
    """What the address asks to compare with, and whether filed bases are to be computed again."""
    return comparing.way_of(request.GET.get("compare", "")), request.GET.get("base") == RECOMPUTED


def against(
    actor: Actor,
    place: Place,
    sides: Iterable[tuple[Filled, Side, Way]],
    cut: int | None,
    *,
    masked: Set[str],
    recomputed: bool = False,
) -> list[Against]:
    """Some numbers of one report against their bases, all asked in one go, as the actor may see them.

    `masked` are the rows hidden from them already; of the others it is asked whether the base may be shown, too.
    """
    wanted = list(sides)
    found = comparing.compare([(side, way) for _, side, way in wanted], place.organisation, cut, recomputed=recomputed)
    told = [(filled, one) for (filled, _, _), one in zip(wanted, found, strict=True) if filled.row.id not in masked]
    more = [_number(one.now) for filled, one in told if one.now.row.id != filled.row.id]
    hidden = masked | masked_rows([*(said_of(one) for _, one in told), *more], place.organisation, actor)
    return [
        Against(one, filled, place, bool({one.key, one.now.row.id, filled.row.id} & hidden))
        for (filled, _side, _way), one in zip(wanted, found, strict=True)
    ]


def _number(side: Side) -> Filled:
    return Filled(side.row, side.period, side.value, side.standing, "", "", side.cut)


def read(
    request: ConsoleRequest, place: Place, kept: Report | None, filling: Filling, row_id: str = ""
) -> dict[str, Any]:
    """What the report's page shows; with `?compare=yoy` or `pop` each number's change beside it."""
    shown = paper(request, place, kept, filling, row_id=row_id)
    way, recomputed = asked(request)
    shown |= {"compare": way or "", "recomputed": recomputed}
    if way is None:
        return shown
    sides = [(filled, filled.side, way) for filled in filling]
    masked = {live.filled.row.id for live in shown["lives"] if live.is_masked}
    found = against(request.actor, place, sides, filling.cut, masked=masked, recomputed=recomputed)
    by_row = {one.filled.row.id: one for one in found}
    lives: Mapping[str, Live] = {live.filled.row.id: _led(live, way) for live in shown["lives"]}
    for section in shown["sections"]:
        for paragraph in section["paragraphs"]:
            for piece in paragraph:
                live = piece["live"]
                if live is not None:
                    told = live.filled.compared is not None or _says(live.filled, way)
                    piece["live"] = replace(_led(live, way), change="" if told else _beside(by_row[live.filled.about]))
    return shown | {
        "compared": [(lives[row], one) for row, one in by_row.items()],
        "base_name": comparing.BASES[way][is_english()],
        "any_filed": recomputed or any(one.said.base.filed is not None for one in found),
    }


def _led(live: Live, way: Way) -> Live:
    """The number with an address that keeps the comparison."""
    return replace(live, url=f"{live.url}?compare={way}")


def _says(filled: Filled, way: Way) -> bool:
    """Whether the prose itself says how the number moved."""
    return any(one.way == way and one.is_told for one in filled.comparisons)


def _beside(one: Against) -> str:
    return f"{one.name} {one.text}" if one.is_change else ""


@page("reports.see")
def report(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """A report in prose, every number live; beside it what is missing, what moved, and the filing."""
    place = place_of(request.actor, form, period, code)
    kept, filling = filled_report(place.form, place.organisation, place.period)
    return render(request, "reports/console/report.html", read(request, place, kept, filling))


# One figure -----------------------------------------------------------------------------------------------------


def of_figure(actor: Actor, place: Place, filled: Filled, *, is_masked: bool) -> dict[str, Any]:
    """One number against both its bases, and what the year has come to so far."""
    sides = [(filled, filled.side, way) for way in WAYS]
    year = _year_to_date(place.organisation, filled)
    sides += [(filled, year, "yoy")] if year is not None else []
    found = against(actor, place, sides, filled.cut, masked={filled.row.id} if is_masked else set())
    shown: dict[str, Any] = {"against": found[: len(WAYS)]}
    if year is not None:
        hidden = found[-1].is_hidden
        number = NOTHING if hidden or year.standing != "known" else exact_of(filled, year.value.total)
        shown |= {"year": found[-1], "year_number": number, "year_days": label_of(year.period)}
    return shown


def _year_to_date(organisation: Organisation, filled: Filled) -> Side | None:
    """The whole year so far, asked as one question; nothing where the number's own days begin the year."""
    period = filled.period
    begun = Period(period.first.replace(month=1, day=1), period.last)
    if filled.figure.clock != "flow" or begun == period or begun.first.year != period.last.year:
        return None
    asks = as_then([Ask(filled.figure, organisation.path, begun)], organisation)
    values = answer(asks, filled.cut)
    (standing,) = standings(asks, values)
    row = replace(filled.row, id=f"{filled.row.id}|year")
    return Side(row, begun, values[0], standing, filled.figure.version, filled.cut)


urlpatterns = [
    path("reports/<slug:form>/<str:period>/<str:code>/", report, name="report"),
]
