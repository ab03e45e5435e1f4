"""A figure by the unions directly below an organisation, what it adds itself, and which parts may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from gonghui.core.actor import Actor
from gonghui.core.figures import FIGURES, Ask, Figure, Value, answer
from gonghui.core.period import Period
from gonghui.reports import disclosure
from gonghui.reports.filling import Filled
from gonghui.reports.report_forms import Row
from gonghui.spine.organisations.models import Organisation


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
    """The unions directly below, in the order they are listed."""
    return list(Organisation.objects.filter(parent=organisation).order_by("level", "area_code", "pinyin_key", "id"))


def is_divided(figure: Figure) -> bool:
    """Whether the figure can have parts below the city at all."""
    return figure.returned_by == "any" or figure.fold.kind is not None or bool(figure.fold.parts)


def cells(
    row: Row, organisation: Organisation, children: Sequence[Organisation], period: Period, cut: int | None = None
) -> list[Cell]:
    """The figure for each union below and what remains; the sum is the organisation's own value."""
    asks = [Ask(row.figure, place.path, period) for place in (organisation, *children)]
    whole, *parts = answer(asks, cut)
    return _opened(row, organisation, children, period, cut, [*parts, _rest(whole, parts)])


def _opened(
    row: Row,
    organisation: Organisation,
    children: Sequence[Organisation],
    period: Period,
    cut: int | None,
    values: list[Value],
) -> list[Cell]:
    places: list[Organisation | None] = [*children, None]
    if not row.figure.sensitive:
        return [Cell(place, value) for place, value in zip(places, values, strict=True)]
    counted = values
    if row.counted_by:
        asks = [Ask(FIGURES[row.counted_by], place.path, period) for place in (organisation, *children)]
        whole, *parts = answer(asks, cut)
        counted = [*parts, _rest(whole, parts)]
    opened = disclosure.shown([_least(value) for value in counted])
    return [Cell(place, value, ok) for place, value, ok in zip(places, values, opened, strict=True)]


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
    return not disclosure.may_show(_least(filled.value))
