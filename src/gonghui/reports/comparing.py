"""A number of a report against the same days a year before (同比) and the days before it (环比).

What was filed is compared as it was filed, so that two reports that stand never contradict each other; everything else,
and a filed base where asked to, is asked of the journal at the position of the number itself. Where the two do not
count the same thing, or there is nothing to compare with, it is said why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from gonghui.core.figures import Ask, Figure, Value, answer
from gonghui.core.period import Period
from gonghui.reports import parameters
from gonghui.reports.changes import WAYS, Change, Way, change
from gonghui.reports.models.filings import STANDING, FiledRow
from gonghui.reports.organised import as_then
from gonghui.reports.report_forms import Row
from gonghui.reports.standing import KNOWN, Standing, standings
from gonghui.spine.organisations.models import Organisation

_SPOKEN = {"yoy": ("同比", "a year earlier"), "pop": ("环比", "the period before")}  # zh
BASES = {"yoy": ("上年同期", "a year earlier"), "pop": ("上一期", "the period before")}  # zh


class Why(StrEnum):
    """Why there is no change to tell."""

    ZERO = "zero"
    MISSING = "missing"
    NONE = "none"
    SPLIT = "split"
    REDEFINED = "redefined"
    ASOF = "asof"
    EMPTY = "empty"


_WHY = {
    Why.ZERO: ("—（{base}为零）", "— (nought {base})"),  # zh
    Why.MISSING: ("{base}未报", "not reported {base}"),  # zh
    Why.NONE: ("{base}无此项", "none here {base}"),  # zh
    Why.SPLIT: ("{base}未能按此区间拆分", "not separable {base}"),  # zh
    Why.REDEFINED: ("口径调整，不可比", "counted otherwise {base}, not comparable"),  # zh
    Why.ASOF: ("截至数，不作对比", "as of its own day, not compared"),  # zh
    Why.EMPTY: ("本期没有数，不作对比", "no number to compare"),  # zh
}


@dataclass(frozen=True)
class Side:
    """One of the two numbers: what it counts over which days, under which definition; with the row it was filed as."""

    row: Row
    period: Period
    value: Value
    standing: Standing
    version: int
    cut: int | None = None
    filed: FiledRow | None = None


@dataclass(frozen=True)
class Comparison:
    """A number against its base: the change, or why there is none; and the words for it in prose."""

    way: Way
    now: Side
    base: Side
    change: Change | None
    why: Why | None
    printed: str
    printed_en: str

    @property
    def key(self) -> str:
        """What names it in a text and among hidden rows: F35|yoy."""
        return f"{self.now.row.id}|{self.way}"

    def short(self, *, english: bool) -> str:
        """The change as a column shows it, or why there is none."""
        if self.change is None:
            return self.printed_en if english else self.printed
        row = self.now.row
        return self.change.signed(row.unit, unit_en=row.unit_en, english=english)

    @property
    def is_told(self) -> bool:
        """Whether a form's own prose says it; where there never was a number to compare with it says nothing."""
        return self.why in (None, Why.ZERO, Why.REDEFINED)

    @property
    def attribute(self) -> str:
        """The exact change for a page's markup: percent or points as a fraction, else the number."""
        return str(self.change.amount) if self.change is not None else ""


def way_of(style: str) -> Way | None:
    """The comparison that a place of a text asks for: {F35|yoy}."""
    return next((way for way in WAYS if way == style), None)


def base_days(period: Period, way: Way) -> Period:
    """The days to compare with."""
    return period.a_year_before() if way == "yoy" else period.previous()


def compared(now: Side, base: Side, way: Way) -> Comparison:
    """The judgement on one pair."""
    why = _why(now, base)
    found = None
    if why is None:
        least = parameters.on(now.period.last).compare_least * (100 if now.row.figure.is_money else 1)
        found = change(now.value.whole, base.value.whole, least=least)
        why = Why.ZERO if found is None else None
    printed, printed_en = (_words(now.row, found, why, way, english=english) for english in (False, True))
    return Comparison(way, now, base, found, why, printed, printed_en)


def _why(now: Side, base: Side) -> Why | None:
    """Why the two cannot be compared at all; a figure as of its own day has no period to be compared with."""
    if now.row.figure.clock == "asof":
        return Why.ASOF
    if now.standing != KNOWN or now.value.whole[1:] == (0,):
        return Why.EMPTY
    if base.standing != KNOWN:
        return Why(base.standing.value)
    if base.version != now.version:
        return Why.REDEFINED
    return None if base.value.whole[-1] else Why.ZERO


def _words(row: Row, found: Change | None, why: Why | None, way: Way, *, english: bool) -> str:
    if found is None:
        return _WHY[why or Why.MISSING][english].format(base=BASES[way][english])
    spoken = _SPOKEN[way][english]
    if not found.amount:
        return f"level with {spoken}" if english else f"{spoken}持平"  # zh
    size, verb = found.size(row.unit, unit_en=row.unit_en, english=english), found.verb[english]
    if not english:
        return f"{spoken}{verb}{size}"
    if found.kind == "number":
        return f"{'up' if found.amount > 0 else 'down'} by {size} on {spoken}"
    return f"{verb} {size} on {spoken}"


# Asking ---------------------------------------------------------------------------------------------------------


def compare(
    wanted: Sequence[tuple[Side, Way]], organisation: Organisation, cut: int | None, *, recomputed: bool = False
) -> list[Comparison]:
    """Each number against its base, all bases asked in one go.

    A base that was filed by the cut is the filed one, unless it is to be recomputed.
    """
    days = [base_days(now.period, way) for now, way in wanted]
    filed = {} if recomputed else _filed(organisation, wanted, days, cut)
    keys = [_key(now.row.figure, span) for (now, _way), span in zip(wanted, days, strict=True)]
    bases = {n: _side_of(wanted[n][0].row, filed[key]) for n, key in enumerate(keys) if key in filed}
    rest = [n for n in range(len(wanted)) if n not in bases]
    asks = as_then([Ask(wanted[n][0].row.figure, organisation.path, days[n]) for n in rest], organisation)
    values = answer(asks, cut)
    for n, value, standing in zip(rest, values, standings(asks, values), strict=True):
        row = wanted[n][0].row
        bases[n] = Side(row, days[n], value, standing, row.figure.version, cut)
    return [compared(now, bases[n], way) for n, (now, way) in enumerate(wanted)]


def _key(figure: Figure, span: Period) -> tuple[str, object, object]:
    """What a filed number is found by; a level is one day's, whatever days its report is for."""
    return figure.name, None if figure.clock == "stock" else span.first, span.last


def _filed(
    organisation: Organisation, wanted: Sequence[tuple[Side, Way]], days: Sequence[Period], cut: int | None
) -> dict[tuple[str, object, object], FiledRow]:
    """What the organisation filed of the figures for these days, by the cut; the last filing counts."""
    figures = {now.row.figure.name: now.row.figure for now, _way in wanted}
    rows = FiledRow.objects.filter(
        report__organisation=organisation,
        report__state__in=STANDING,
        figure__in=figures,
        last_on__in={span.last for span in days},
    )
    if cut is not None:
        rows = rows.filter(report__cut__lte=cut)
    found = rows.select_related("report").order_by("report__cut", "id")
    return {_key(figures[one.figure], Period(one.first_on, one.last_on)): one for one in found}


def _side_of(row: Row, one: FiledRow) -> Side:
    days, standing = Period(one.first_on, one.last_on), Standing(one.standing)
    return Side(row, days, one.value, standing, one.version, one.report.cut, one)


# As filed -------------------------------------------------------------------------------------------------------


def kept(one: Comparison) -> dict[str, Any]:
    """What a filing keeps of a comparison: the number compared with, and the words."""
    base = one.base
    return {
        "way": one.way,
        "first": base.period.first.isoformat(),
        "last": base.period.last.isoformat(),
        "value": list(base.value.whole) if base.standing == KNOWN else [],
        "standing": base.standing.value,
        "version": base.version,
        "cut": base.cut,
        "printed": one.printed,
        "printed_en": one.printed_en,
    }


def as_kept(now: Side, said: Mapping[str, Any]) -> Comparison:
    """The comparison as it was filed; its words stand."""
    whole = tuple(said["value"]) or (0,) * len(now.value.whole)
    days, standing = Period.parse(f"{said['first']}..{said['last']}"), Standing(said["standing"])
    base = Side(now.row, days, Value((0,) * len(whole), whole), standing, said["version"], said["cut"])
    return replace(compared(now, base, said["way"]), printed=said["printed"], printed_en=said["printed_en"])
