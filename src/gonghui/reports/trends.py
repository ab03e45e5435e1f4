"""A figure over this year and the last, month by month, or by quarters or halves where returns were made for longer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Q

from gonghui.core.figures import Ask, Figure, answer
from gonghui.core.period import Period
from gonghui.reports.models.returns import Line
from gonghui.reports.organised import as_then
from gonghui.reports.standing import kept
from gonghui.spine.organisations.models import Organisation

GRAINS = {"month": 1, "quarter": 3, "half": 6}
FEWEST = 2
Span = tuple[date, date]


@dataclass(frozen=True)
class Point:
    """One step of the line: its days, and its number where the books can tell it."""

    period: Period
    whole: tuple[int, ...] | None

    @property
    def size(self) -> float | None:
        """How high it stands; of a share the share."""
        if self.whole is None:
            return None
        if len(self.whole) == 2:
            return self.whole[0] / self.whole[1] if self.whole[1] else None
        return float(self.whole[0])


@dataclass(frozen=True)
class Trend:
    """The points of this year and the last in the finest steps that no return cuts through."""

    grain: str
    points: tuple[Point, ...]

    @property
    def known(self) -> list[Point]:
        """The points that have a number."""
        return [point for point in self.points if point.size is not None]


def trend(figure: Figure, organisation: Organisation, period: Period, cut: int | None = None) -> Trend | None:
    """The figure's line up to the end of a period, all steps asked in one go; nothing where two points are not known.

    Each step is a question of its own: different subjects cannot be added up. A figure as of its own day has no line.
    """
    months = _months(period)
    if figure.clock == "asof" or not months:
        return None

    def asked(steps: Sequence[Period]) -> list[Ask]:
        return as_then([Ask(figure, organisation.path, step) for step in steps], organisation)

    paths = asked([Period.month(months[0])])[0].paths or (organisation.path,)
    returned = _returned(figure, paths, period.last)
    for grain, length in GRAINS.items():
        steps = _steps(months, length)
        recorded = kept(asked(steps))
        known = [ask in recorded for ask in asked(steps)]
        points = _points(figure, steps, returned, known, lambda those: [one.whole for one in answer(asked(those), cut)])
        if points is not None and sum(point.size is not None for point in points) >= FEWEST:
            return Trend(grain, tuple(points))
    return None


def _months(period: Period) -> list[int]:
    """The whole months of the period's last year and the one before, up to its end."""
    first = date(period.last.year - 1, 1, 1)
    whole, _edges = Period(first, max(first, period.last)).split()
    return whole


def _returned(figure: Figure, paths: Sequence[str], until: date) -> list[Span]:
    """The different days for which the figure was returned there."""
    placed = reduce(or_, (Q(path__startswith=path) for path in paths))
    lines = Line.objects.accepted().filter(placed, figure=figure.name, first_on__lte=until)
    return list(lines.values_list("first_on", "last_on").distinct())


def _steps(months: Sequence[int], length: int) -> list[Period]:
    """The months taken together by so many; the last ones wait until there are enough."""
    whole = range(0, len(months) - len(months) % length, length)
    return [Period(Period.month(months[at]).first, Period.month(months[at + length - 1]).last) for at in whole]


def _points(
    figure: Figure,
    steps: Sequence[Period],
    returned: Sequence[Span],
    recorded: Sequence[bool],
    ask: Callable[[Sequence[Period]], Sequence[tuple[int, ...]]],
) -> list[Point] | None:
    """The steps with their numbers; nothing where a return was made for days that one of them cuts."""
    if figure.clock == "stock":
        told = [any(last <= step.last for _first, last in returned) for step in steps]
    else:
        touching = [[span for span in returned if span[0] <= step.last and step.first <= span[1]] for step in steps]
        if not all(_within(step, *span) for step, spans in zip(steps, touching, strict=True) for span in spans):
            return None
        told = list(map(bool, touching))
    known = [any(both) for both in zip(told, recorded, strict=True)]
    return [
        Point(step, whole if is_known else None) for step, whole, is_known in zip(steps, ask(steps), known, strict=True)
    ]


def _within(days: Period, first: date, last: date) -> bool:
    return days.first <= first and last <= days.last
