"""A figure by the unions directly below an organisation, what it adds itself, and which parts may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from gonghui.core.actor import Actor
from gonghui.core.figures import FIGURES, Ask, Figure, Value, answer
from gonghui.core.period import Period
from gonghui.reports import disclosure
from gonghui.reports.filling import Filled
from gonghui.reports.places import paths_of, within
from gonghui.reports.report_forms import Row
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


def below(organisation: Organisation) -> list[Organisation]:
    """The unions directly below, in the order they are listed; none where they are too many to set side by side."""
    found = Organisation.objects.filter(parent=organisation).order_by("level", "area_code", "pinyin_key", "id")
    listed = list(found[: MOST_BELOW + 1])
    return listed if len(listed) <= MOST_BELOW else []


def is_divided(figure: Figure) -> bool:
    """Whether the figure can have parts below the city at all."""
    return figure.returned_by == "any" or figure.fold.kind is not None or bool(figure.fold.parts)


def cells(
    rows: Sequence[tuple[Row, Period]], organisation: Organisation, children: Sequence[Organisation], cut: int | None
) -> dict[str, list[Cell]]:
    """For each row, the union's parts: one for each union below and what remains; they add up to its own value.

    Everything is asked in one go. Sensitive rows are opened by their own size, money by the cases behind it.
    """
    places = (organisation, *children)
    figures = {(row.figure.name, period): row.figure for row, period in rows}
    for row, period in rows:
        if row.counted_by:
            figures[row.counted_by, period] = FIGURES[row.counted_by]
    moved = paths_of(places)
    above = moved.get(organisation.pk, (organisation.path,))
    stood = {pk: paths if pk == organisation.pk else within(paths, above) for pk, paths in moved.items()}
    asks = [
        Ask(figure, place.path, period, stood.get(place.pk, ()))
        for (_name, period), figure in figures.items()
        for place in places
    ]
    values = answer(asks, cut)
    found = {}
    for n, key in enumerate(figures):
        whole, *parts = values[n * len(places) : (n + 1) * len(places)]
        found[key] = [*parts, _rest(whole, parts)]
    below_and_own: list[Organisation | None] = [*children, None]
    return {
        row.id: [
            Cell(place, value, is_open)
            for place, value, is_open in zip(
                below_and_own,
                found[row.figure.name, period],
                _opened(row, found[row.counted_by or row.figure.name, period]),
                strict=True,
            )
        ]
        for row, period in rows
    }


def _opened(row: Row, counted: Sequence[Value]) -> list[bool]:
    """Which parts may be shown."""
    if not row.figure.sensitive:
        return [True] * len(counted)
    return disclosure.shown([_least(value) for value in counted])


def _least(value: Value) -> int:
    """The number the rule looks at: the smaller part of a share, the number itself otherwise."""
    whole = value.whole
    return whole[0] if len(whole) == 1 else min(whole[0], whole[1] - whole[0])


def _rest(whole: Value, parts: Sequence[Value]) -> Value:
    """What the organisation has beyond the unions below it; for distinct figures also less what two of them share."""

    def minus(total: tuple[int, ...], taken: list[tuple[int, ...]]) -> tuple[int, ...]:
        return tuple(one - sum(part[n] for part in taken) for n, one in enumerate(total))

    return Value(
        minus(whole.recorded, [part.recorded for part in parts]),
        minus(whole.returned, [part.returned for part in parts]),
    )


def is_masked(filled: Filled, organisation: Organisation, actor: Actor) -> bool:
    """Whether a small sensitive number of another union stays hidden from this reader."""
    if not filled.figure.sensitive or organisation.id == actor.organisation_id or not filled.is_known:
        return False
    values = [filled.value] if filled.now is None else [filled.value, filled.now]
    if filled.row.counted_by:  # money is as open as the cases behind it are many
        paths = paths_of([organisation]).get(organisation.pk, ())
        ask = Ask(FIGURES[filled.row.counted_by], organisation.path, filled.period, paths)
        values = [answer([ask], cut)[0] for cut in {filled.cut, None}]
    return not all(disclosure.may_show(_least(value)) for value in values)
