"""The bridge between a figure as organised then and as organised now: what came and what left, act by act.

An entry counts then where its path says, and now where its organisation stands today. Whatever counts on one side only
was brought over by an act on the tree: the first one, after the entry's day, by which its organisation came or left.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import F, Q

from gonghui.core.figures import Ask, Figure, Value, answer, parts_by_path
from gonghui.core.paths import end_of
from gonghui.core.period import Period
from gonghui.reports import organised
from gonghui.reports.breakdown import areas, masks
from gonghui.reports.report_forms import Row as FormRow
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.models import Organisation, PathSpan, TreeAct


@dataclass(frozen=True)
class Crossing:
    """One act by which units came to an organisation or left it: the act, or the unit alone where none was kept."""

    came: bool
    on: date
    act: TreeAct | None
    organisation: Organisation
    other: Organisation | None

    @property
    def title(self) -> str:
        """What happened, in the words of the act."""
        return str(dict(TreeAct.ACTS)[self.act.act if self.act is not None else "move"])


@dataclass(frozen=True)
class Row:
    """What one crossing adds, with its sign."""

    crossing: Crossing
    value: tuple[int, ...]


@dataclass(frozen=True)
class Bridge:
    """A figure then and now with the rows that lead from one to the other; `shared` is what several counted alike.

    then + all rows + shared = now, number by number. Additive figures share nothing.
    """

    figure: Figure
    period: Period
    then: Value
    now: Value
    rows: tuple[Row, ...]

    @property
    def difference(self) -> tuple[int, ...]:
        """Now less then."""
        return tuple(b - a for a, b in zip(self.then.whole, self.now.whole, strict=True))

    @property
    def shared(self) -> tuple[int, ...]:
        """What the rows leave of the difference: subjects of a distinct figure that more than one of them counted."""
        return tuple(whole - sum(row.value[n] for row in self.rows) for n, whole in enumerate(self.difference))


@dataclass(frozen=True)
class Crossings:
    """Every path at which a unit stood on the one side alone, by the number of its crossing.

    `touched` are the organisations whose own tables by parts the crossings change: between them a hidden cell of one
    could be worked out from the other.
    """

    listed: tuple[Crossing, ...]
    places: Mapping[str, int]
    touched: frozenset[int]


def crossings(organisation: Organisation) -> Crossings:
    """Who came to the organisation or left it by which act, so far as they stand on one side alone."""
    numbers: dict[tuple[bool, object, date], int] = {}
    first: list[tuple[bool, PathSpan, int]] = []
    places: dict[str, int] = {}
    touched = {organisation.pk}
    for spans in _histories(organisation):
        sides = [organisation.pk in rules.ids_of(span.path) for span in spans]
        for n, span in enumerate(spans[:-1]):
            if sides[n] == sides[-1]:
                continue
            over = sides.index(sides[-1], n)
            before, after = rules.ids_of(spans[over - 1].path), rules.ids_of(spans[over].path)
            root = _root(before, after)
            key = (sides[-1], spans[over].act_id or root, spans[over].first_on)
            if key not in numbers:
                numbers[key] = len(first)
                first.append((sides[-1], spans[over], root if spans[over].act_id is None else 0))
            places[span.path] = numbers[key]
            touched |= {*before[: before.index(root)], *after[: after.index(root)]}
    return Crossings(tuple(_told(first)), places, frozenset(touched))


def _histories(organisation: Organisation) -> Iterable[list[PathSpan]]:
    """The spans, in day order, of every unit that is here and stood elsewhere once, or is elsewhere and stood here."""
    inside = Q(organisation__path__gte=organisation.path, organisation__path__lt=end_of(organisation.path))
    past = PathSpan.objects.filter(last_on__isnull=False).exclude(path=F("organisation__path"))
    came = past.filter(inside).values_list("organisation_id", flat=True)
    left = past.filter(path__contains=f"/{organisation.pk}/").exclude(inside).values_list("organisation_id", flat=True)
    movers = {*came, *left}
    ordered = PathSpan.objects.filter(organisation_id__in=movers).order_by("organisation_id", "first_on")
    for _unit, spans in groupby(ordered, key=lambda span: span.organisation_id):
        yield list(spans)


def _root(before: Sequence[int], after: Sequence[int]) -> int:
    """The organisation that was moved: the topmost of those that both paths end in."""
    root = 0
    for old, new in zip(reversed(before), reversed(after), strict=False):
        if old != new:
            break
        root = new
    return root


def _told(first: Sequence[tuple[bool, PathSpan, int]]) -> Iterable[Crossing]:
    """The crossings with the organisations and acts they name."""
    acts = TreeAct.objects.select_related("organisation", "source", "target").in_bulk(
        [span.act_id for _came, span, _root_id in first if span.act_id is not None]
    )
    roots = Organisation.objects.in_bulk([root for _came, _span, root in first if root])
    for came, span, root in first:
        act = acts[span.act_id] if span.act_id is not None else None
        if act is None:
            yield Crossing(came, span.first_on, None, roots[root], None)
        else:
            yield Crossing(came, act.on, act, act.organisation, act.source if came else act.target)


def bridge(
    figure: Figure, organisation: Organisation, period: Period, cut: int | None = None, known: Crossings | None = None
) -> Bridge:
    """The figure then and now, all at one position, and what every crossing adds."""
    known = crossings(organisation) if known is None else known
    ask = [Ask(figure, organisation.path, period)]
    then, now = answer([*organised.as_then(ask, organisation), *organised.as_now(ask, organisation)], cut)
    parts = parts_by_path(figure, period, known.places, cut)
    rows = []
    for n, crossing in enumerate(known.listed):
        if n in parts and any(parts[n].whole):
            sign = 1 if crossing.came else -1
            rows.append(Row(crossing, tuple(sign * number for number in parts[n].whole)))
    return Bridge(figure, period, then, now, tuple(rows))


def may_show(row: FormRow, found: Bridge, known: Crossings) -> bool:
    """Whether the bridge of a sensitive figure may be seen at all.

    A difference unmasks as well as a part does, over units and over time. So nothing is shown unless every table by
    parts that the crossings change is open in every cell, the units that left it among them (`masks.opened`): then
    nothing is hidden that could be worked out.
    """
    if not row.figure.sensitive:
        return True
    if any(found.shared):
        return False
    asked = [(row, found.period)]
    for place in Organisation.objects.filter(pk__in=known.touched):
        parts = areas.below(place, found.period)
        if not parts and place.children.exists():
            return False
        if not all(masks.opened(asked, place, parts, masks.cuts_of(place, asked))[row.id]):
            return False
    return True
