"""Whether a nought was reported as 0, as 无此项 or not at all, and whether the days asked cut through a line."""

from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from functools import reduce
from operator import or_

from django.db.models import Count, Q

from gonghui.core.figures import Ask, Figure, Value
from gonghui.core.period import Period
from gonghui.reports.models.returns import Line


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
    found = [_standing(ask.figure, value, *lines[ask]) for ask, value in zip(asks, values, strict=True)]
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


def _standing(figure: Figure, value: Value, inside: int, nothing: int, cut_through: int) -> Standing:
    if cut_through:
        return SPLIT
    if any(value.whole) or figure.fold.kind is not None or figure.fold.parts:
        return KNOWN
    if inside == 0:
        return MISSING
    return NONE if nothing == inside else KNOWN


def _lines(asks: Sequence[Ask]) -> dict[Ask, tuple[int, int, int]]:
    """For each ask: accepted lines inside its days, those of them that say 无此项, and those its days cut through."""
    asked: dict[tuple[tuple[str, ...], Period, bool], list[Ask]] = defaultdict(list)
    for ask in asks:
        asked[ask.paths or (ask.path,), ask.period, ask.figure.clock == "stock"].append(ask)
    found = dict.fromkeys(asks, (0, 0, 0))
    for (paths, period, stock), together in asked.items():
        by_figure = {ask.figure.name: ask for ask in together}
        within = Q(last_on__lte=period.last) if stock else Q(first_on__gte=period.first, last_on__lte=period.last)
        touching = Q(last_on__lte=period.last) if stock else Q(first_on__lte=period.last, last_on__gte=period.first)
        placed = _placed(paths)
        counted = (
            Line.objects.accepted()
            .filter(touching, placed, figure__in=list(by_figure))
            .values_list("figure")
            .annotate(
                inside=Count("pk", filter=within),
                nothing=Count("pk", filter=within & Q(nothing=True)),
                cut_through=Count("pk", filter=~within),
            )
        )
        for figure, inside, nothing, cut_through in counted:
            found[by_figure[figure]] = (inside, nothing, cut_through)
    return found
