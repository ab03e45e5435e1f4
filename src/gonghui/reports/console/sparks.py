"""A figure's line over this year and the last, drawn small: paths for an SVG, the words for it, and its numbers."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from gonghui.reports.console.report import exact_of, label_of
from gonghui.reports.filling import Filled
from gonghui.reports.trends import Point, Trend

WIDTH, HEIGHT, EDGE = 240, 44, 4


@dataclass(frozen=True)
class Dot:
    """Where a point stands on the drawing."""

    x: float
    y: float


@dataclass(frozen=True)
class Spark:
    """The drawing: one run of lines for each year, a dot for what stands alone and for the last one; and the table."""

    title: str
    label: str
    runs: tuple[tuple[bool, str], ...]
    dots: tuple[Dot, ...]
    rows: tuple[tuple[str, str], ...]


def spark(trend: Trend, filled: Filled) -> Spark:
    """The trend of a row in the reader's language."""
    known = trend.known
    first, last = known[0], known[-1]
    words = {"first": label_of(trend.points[0].period), "last": label_of(trend.points[-1].period)}
    titles = {"month": _("按月，%(first)s至%(last)s"), "quarter": _("按季，%(first)s至%(last)s")}
    title = titles.get(trend.grain, _("按半年，%(first)s至%(last)s")) % words
    if filled.figure.is_distinct:
        title = _("%(title)s，各期分别计，不能相加") % {"title": title}
    low, high = (pick(known, key=lambda point: point.size or 0) for pick in (min, max))
    said = _("%(title)s：最早 %(first)s，最近 %(last)s；最低 %(low)s（%(low_when)s），最高 %(high)s（%(high_when)s）")
    label = said % {
        "title": title,
        "first": _number(first, filled),
        "last": _number(last, filled),
        "low": _number(low, filled),
        "low_when": label_of(low.period),
        "high": _number(high, filled),
        "high_when": label_of(high.period),
    }
    dots = _dots(trend)
    runs, alone = _runs(trend, dots)
    rows = tuple((label_of(point.period), _number(point, filled)) for point in reversed(trend.points))
    shown = [*alone, dots[len(dots) - 1 - trend.points[::-1].index(last)]]
    return Spark(title, label, tuple(runs), tuple(dot for dot in shown if dot is not None), rows)


def _number(point: Point, filled: Filled) -> str:
    if point.whole is None or point.size is None:
        return "—"
    return exact_of(filled, point.whole[0] if len(point.whole) == 1 else (point.whole[0], point.whole[1]))


def _dots(trend: Trend) -> list[Dot | None]:
    """Each point's place; the ground lies as far below the lowest as the highest above it, or at nought."""
    sizes = [point.size for point in trend.known if point.size is not None]
    low, high = min(sizes), max(sizes)
    ground = max(0.0, 2 * low - high)
    most = (high - ground) or 1
    step = (WIDTH - 2 * EDGE) / max(1, len(trend.points) - 1)
    return [
        None
        if point.size is None
        else Dot(
            round(EDGE + n * step, 1), round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (point.size - ground) / most, 1)
        )
        for n, point in enumerate(trend.points)
    ]


def _runs(trend: Trend, dots: Iterable[Dot | None]) -> tuple[list[tuple[bool, str]], list[Dot]]:
    """The lines of points that follow one another, those of the last year apart; and the points that stand alone."""
    year = trend.points[-1].period.last.year
    runs: list[tuple[bool, list[Dot]]] = []
    before: Dot | None = None
    for point, dot in zip(trend.points, dots, strict=True):
        is_now = point.period.last.year == year
        if dot is None:
            before = None
            continue
        if before is None or runs[-1][0] != is_now:
            runs.append((is_now, [before] if before is not None else []))
        runs[-1][1].append(dot)
        before = dot
    lines = [(is_now, "M" + " L".join(f"{dot.x} {dot.y}" for dot in run)) for is_now, run in runs if len(run) > 1]
    return lines, [run[0] for _is_now, run in runs if len(run) == 1]
