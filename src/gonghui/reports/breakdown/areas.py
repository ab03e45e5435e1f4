"""A figure by the unions directly below an organisation, what it adds itself, and which parts may be shown."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from gonghui.core.actor import Actor
from gonghui.core.figures import Ask, Figure, Value, answer
from gonghui.core.period import Period
from gonghui.reports.breakdown import masks
from gonghui.reports.changes import Way
from gonghui.reports.comparing import Comparison, Side, compared
from gonghui.reports.filling import Filled
from gonghui.reports.places import stood_below
from gonghui.reports.report_forms import Row
from gonghui.reports.standing import KNOWN
from gonghui.spine.organisations.models import Organisation

MOST_BELOW = 200


@dataclass(frozen=True)
class Cell:
    """One union's part of a figure; `organisation` is None for what is not below any of them."""

    organisation: Organisation | None
    value: Value
    is_open: bool = True

    @property
    def size(self) -> float:
        """How long its bar is, against the others."""
        whole = self.value.whole
        if len(whole) == 2:
            return whole[0] / whole[1] if whole[1] else 0
        return whole[0]


def below(organisation: Organisation, period: Period | None = None) -> list[Organisation]:
    """The unions directly below, in the order they are listed; none where they are too many to set side by side.

    With a period, as organised then: who stood below for a part of it is listed, who came later is not.
    """
    found = Organisation.objects.filter(parent=organisation)
    if period is not None:
        then = stood_below(organisation, period)
        came_later = Q(path_since__gt=period.last, spans__last_on__isnull=False) | Q(successor__isnull=False)
        later = Organisation.objects.filter(came_later, parent=organisation).exclude(pk__in=then).values("pk")
        found = Organisation.objects.filter(Q(parent=organisation) | Q(pk__in=then)).exclude(pk__in=later)
    listed = list(found.order_by("level", "area_code", "pinyin_key", "id")[: MOST_BELOW + 1])
    return listed if len(listed) <= MOST_BELOW else []


def ranked(cells: Iterable[Cell]) -> list[Cell]:
    """The unions below, the longest first; those that may not be shown in the order they are listed.

    By their size they would say which of them is none and which is most.
    """
    below = (cell for cell in cells if cell.organisation is not None)
    return sorted(below, key=lambda cell: (cell.is_open, cell.size if cell.is_open else 0), reverse=True)


def is_divided(figure: Figure) -> bool:
    """Whether the figure can have parts below the city at all."""
    return figure.returned_by == "any" or figure.fold.kind is not None or bool(figure.fold.parts)


def cells(
    rows: Sequence[tuple[Row, Period]], organisation: Organisation, children: Sequence[Organisation], cut: int | None
) -> dict[str, list[Cell]]:
    """For each row, the union's parts: one for each union below and what remains; they add up to its own value.

    Everything is asked in one go. Of sensitive rows only those parts are open that `masks` lets be shown.
    """
    places = (organisation, *children)
    stood = masks.paths_below(organisation, children)
    asks = [Ask(row.figure, place.path, period, stood.get(place.pk, ())) for row, period in rows for place in places]
    values = answer(asks, cut)
    sensitive = [(row, period) for row, period in rows if row.figure.sensitive]
    cuts = {cut, *masks.cuts_of(organisation, sensitive)} if sensitive else {cut}
    told = masks.opened(sensitive, organisation, children, cuts) if sensitive else {}
    everything = [True] * len(places)
    found = {}
    for n, (row, _period) in enumerate(rows):
        whole, *parts = values[n * len(places) : (n + 1) * len(places)]
        whose: list[Organisation | None] = [*children, None]
        found[row.id] = [
            Cell(place, value, is_open)
            for place, value, is_open in zip(
                whose, [*parts, _rest(whole, parts)], told.get(row.id, everything), strict=True
            )
        ]
    return found


def _rest(whole: Value, parts: Sequence[Value]) -> Value:
    """What the organisation has beyond the unions below it; for distinct figures also less what two of them share."""

    def minus(total: tuple[int, ...], taken: list[tuple[int, ...]]) -> tuple[int, ...]:
        return tuple(one - sum(part[n] for part in taken) for n, one in enumerate(total))

    return Value(
        minus(whole.recorded, [part.recorded for part in parts]),
        minus(whole.returned, [part.returned for part in parts]),
    )


# How the parts moved ------------------------------------------------------------------------------------------------


def before(
    comparisons: Iterable[Comparison], organisation: Organisation, children: Sequence[Organisation]
) -> dict[str, list[Cell]]:
    """The parts of the numbers compared with, by the comparison's key: where each stands they add up to it."""
    asked: dict[tuple[Way, int | None], list[Comparison]] = defaultdict(list)
    found: dict[str, list[Cell]] = {}
    for one in comparisons:
        asked[one.way, one.base.cut].append(one)
    for (_way, cut), those in asked.items():
        parts = cells([(one.base.row, one.base.period) for one in those], organisation, children, cut)
        found |= {one.key: parts[one.base.row.id] for one in those}
    return found


def moved(said: Comparison, cell: Cell, former: Cell) -> Comparison | None:
    """How one part moved; nothing of a hidden one, nor of what several units of a distinct figure share."""
    row = said.now.row
    if not (cell.is_open and former.is_open) or (cell.organisation is None and row.figure.is_distinct):
        return None
    now, then = (
        Side(row, side.period, one.value, KNOWN, side.version) for side, one in ((said.now, cell), (said.base, former))
    )
    return compared(now, then, said.way)


def masked_rows(filled: Iterable[Filled], organisation: Organisation, actor: Actor) -> frozenset[str]:
    """The rows whose number stays hidden from this reader: nothing of the reader's own unit."""
    return frozenset() if organisation.id == actor.organisation_id else masked_outside(filled, organisation)


def masked_outside(filled: Iterable[Filled], organisation: Organisation) -> frozenset[str]:
    """The sensitive rows that the breakdown of the union above does not show; of the city itself the small ones.

    So a page of its own gives no more away than its cell among the others.
    """
    rows = [one for one in filled if one.figure.sensitive and one.is_known]
    if not rows:
        return frozenset()
    hidden: set[str] = set()
    for period in dict.fromkeys(one.period for one in rows):
        of_period = [one for one in rows if one.period == period]
        asked = [(one.row, period) for one in of_period]
        above = organisation.parent or organisation
        beside = _beside(organisation, above, period)
        at = [one.pk for one in beside].index(organisation.pk) if beside else 0
        told = masks.opened(asked, above, beside, {*(one.cut for one in of_period), *masks.cuts_of(above, asked)})
        hidden |= {row_id for row_id, is_open in told.items() if not is_open[at]}
    return frozenset(hidden)


def _beside(organisation: Organisation, above: Organisation, period: Period) -> list[Organisation]:
    """The cells of the breakdown of the union above, the union itself always among them; of the city itself none."""
    if organisation.parent is None:
        return []
    listed = below(above, period)
    if any(one.pk == organisation.pk for one in listed):
        return listed
    return list(Organisation.objects.filter(Q(parent=above) | Q(pk=organisation.pk)).order_by("id"))


def is_masked(filled: Filled, organisation: Organisation, actor: Actor) -> bool:
    """Whether one row's number stays hidden from this reader."""
    return bool(masked_rows([filled], organisation, actor))
