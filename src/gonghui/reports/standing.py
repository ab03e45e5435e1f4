"""Whether a nought was reported as 0, as 无此项 or not at all, and whether the days asked cut through a line."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from functools import cache, reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Count, Q

from gonghui.core.figures import Ask, Figure, Value
from gonghui.core.journal import KIND_IDS
from gonghui.core.models import Entry
from gonghui.reports.models.returns import Line, Programme


class Standing(StrEnum):
    """What the number of a row is: known, none here, missing, or not to be split."""

    KNOWN = "known"
    NONE = "none"
    MISSING = "missing"
    SPLIT = "split"


KNOWN, NONE, MISSING, SPLIT = Standing.KNOWN, Standing.NONE, Standing.MISSING, Standing.SPLIT
WORDS = {
    NONE: ("无此项", "none here"),
    MISSING: ("未报", "not reported"),
    SPLIT: ("未能按此区间拆分", "not separable for these days"),
}


def standings(asks: Sequence[Ask], values: Sequence[Value]) -> list[Standing]:
    """The standing of each value; one query for each different run of days under each path."""
    lines = _lines(asks)
    recorded = kept([ask for ask, value in zip(asks, values, strict=True) if not any(value.whole)])
    found = [_standing(value, ask in recorded, *lines[ask]) for ask, value in zip(asks, values, strict=True)]
    return [
        NONE if standing == KNOWN and _ended(ask, value, lines[ask][1]) else standing
        for ask, value, standing in zip(asks, values, found, strict=True)
    ]


def _ended(ask: Ask, value: Value, nothing: int) -> bool:
    """Whether a stock is nought because every unit said 无此项 last, whatever its levels were before."""
    if ask.figure.clock != "stock" or not nothing or any(value.whole):
        return False
    last = (
        Line.objects.accepted()
        .filter(_placed(ask.paths or (ask.path,)), figure=ask.figure.name, last_on__lte=ask.period.last)
        .order_by("organisation_id", "coverage", "-last_on")
        .distinct("organisation_id", "coverage")
    )
    return all(line.nothing for line in last.only("nothing"))


def _placed(paths: tuple[str, ...]) -> Q:
    return reduce(or_, (Q(path__startswith=path) for path in paths))


def _standing(value: Value, is_kept: bool, inside: int, nothing: int, cut_through: int) -> Standing:
    if cut_through:
        return SPLIT
    if any(value.whole) or is_kept:
        return KNOWN
    if inside == 0:
        return MISSING
    return NONE if nothing == inside else KNOWN


def kept(asks: Sequence[Ask]) -> set[Ask]:
    """Those whose work is recorded on the platform, in the whole place, before their last day: a nought of it counts.

    Work that was declared to run is where and since when that says; other work, since its first entry.
    """
    asks = [ask for ask in asks if kinds_of(ask.figure)]
    if not asks:
        return set()
    declared: dict[str, list[tuple[str, date]]] = defaultdict(list)
    apps = {ask.figure.app for ask in asks}
    for app, path, first_on in Programme.objects.filter(app__in=apps).values_list("app", "path", "first_on"):
        declared[app].append((path, first_on))
    first_day = cache(_first_day)

    def is_kept(ask: Ask) -> bool:
        if runs := declared.get(ask.figure.app):
            return any(
                first_on <= ask.period.last and all(one.startswith(path) for one in ask.paths or (ask.path,))
                for path, first_on in runs
            )
        days = [day for kind in kinds_of(ask.figure) if (day := first_day(kind)) is not None]
        return bool(days) and min(days) <= ask.period.last

    return set(filter(is_kept, asks))


def kinds_of(figure: Figure) -> list[str]:
    """The facts that a figure folds besides what was returned."""
    return [fold.kind for fold in (figure.fold, *figure.fold.parts) if fold.kind is not None]


def _first_day(kind: str) -> date | None:
    if (number := KIND_IDS.known(kind)) is None:
        return None
    return Entry.objects.filter(kind=number).order_by("happened_on").values_list("happened_on", flat=True).first()


def _lines(asks: Sequence[Ask]) -> dict[Ask, tuple[int, int, int]]:
    """For each ask: accepted lines inside its days, those of them that say 无此项, and those its days cut through.

    However many runs of days are asked, the lines are counted once by theirs, which are few.
    """
    asked: dict[tuple[str, ...], list[Ask]] = defaultdict(list)
    for ask in asks:
        asked[ask.paths or (ask.path,)].append(ask)
    found: dict[Ask, tuple[int, int, int]] = {}
    for paths, together in asked.items():
        counted = _counted(paths, together)
        found |= {ask: _of(ask, counted[ask.figure.name]) for ask in together}
    return found


class Run(NamedTuple):
    """A run of days, how many lines have it, and how many of them say 无此项."""

    first: date
    last: date
    lines: int
    nothing: int


def _counted(paths: tuple[str, ...], asks: Sequence[Ask]) -> dict[str, list[Run]]:
    """The runs of days of each figure's lines, so far as they can matter to the asks."""
    names = {ask.figure.name for ask in asks}
    levels = {ask.figure.name for ask in asks if ask.figure.clock == "stock"}
    since, until = min(ask.period.first for ask in asks), max(ask.period.last for ask in asks)
    lines = (
        Line.objects.accepted()
        .filter(_placed(paths), Q(last_on__gte=since) | Q(figure__in=levels), figure__in=names, first_on__lte=until)
        .values_list("figure", "first_on", "last_on")
        .annotate(lines=Count("pk"), nothing=Count("pk", filter=Q(nothing=True)))
    )
    found: dict[str, list[Run]] = defaultdict(list)
    for figure, *run in lines:
        found[figure].append(Run(*run))
    return found


def _of(ask: Ask, runs: Sequence[Run]) -> tuple[int, int, int]:
    first, last = ask.period.first, ask.period.last
    if ask.figure.clock == "stock":
        touching = inside = [run for run in runs if run.last <= last]
    else:
        touching = [run for run in runs if run.first <= last and first <= run.last]
        inside = [run for run in touching if first <= run.first and run.last <= last]
    lines, nothing = sum(run.lines for run in inside), sum(run.nothing for run in inside)
    return lines, nothing, sum(run.lines for run in touching) - lines
