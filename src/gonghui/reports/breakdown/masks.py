"""Which sensitive numbers of other units a reader sees: those their breakdown shows, on every page alike.

A breakdown is by unit and by time, and both give away what is hidden: the city less the other districts, the half-year
less the other months. So the times that can be asked for (year, half, quarter, month) are taken apart as far as the
lines allow; each part that cannot be taken apart further is one column of cells, hidden by `disclosure.shown`, and a
number for a longer time is shown where it is shown in every column (`disclosure.open_in_all`).
"""

from collections.abc import Iterable, Mapping, Sequence

from gonghui.core.figures import FIGURES, Ask, Figure, Value, answer
from gonghui.core.period import Period
from gonghui.reports.breakdown import disclosure
from gonghui.reports.breakdown.disclosure import Column
from gonghui.reports.models.filings import Report
from gonghui.reports.places import paths_of, within
from gonghui.reports.report_forms import Row
from gonghui.reports.standing import SPLIT, standings
from gonghui.spine.organisations.models import Organisation

Asked = tuple[Row, Period]


def opened(
    asked: Sequence[Asked], organisation: Organisation, children: Sequence[Organisation], cuts: Iterable[int | None]
) -> dict[str, list[bool]]:
    """For each sensitive row: which parts may be shown, of the unions below and, last, of what remains.

    What was hidden at one of the cuts is hidden at all of them: a number that was small when the report was filed
    would come out as today's less what was corrected since.
    """
    columns = _columns(asked, organisation)
    figures = {row.id: FIGURES[row.counted_by] if row.counted_by else row.figure for row, _period in asked}
    wanted = list(
        dict.fromkeys(
            (figures[row_id], period)
            for row_id, of_row in columns.items()
            for column in of_row
            for period in (column.whole, *column.less)
        )
    )
    open_cells = {row.id: [bool(columns[row.id])] * (len(children) + 1) for row, _period in asked}
    for cut in {*cuts, None}:
        values = _values(wanted, organisation, children, cut)
        for row, _period in asked:
            figure = figures[row.id]
            cells = [_cells(values, figure, column) for column in columns[row.id]]
            told = disclosure.open_in_all(
                [[least(value) for value in column] for column in cells if any(any(value) for value in column)],
                len(children) + 1,
            )
            open_cells[row.id] = [both and one for both, one in zip(open_cells[row.id], told, strict=True)]
    return open_cells


def _columns(asked: Sequence[Asked], organisation: Organisation) -> dict[str, list[Column]]:
    """The columns of each row; none where the period is not offered, or cuts through a line."""
    tried = [
        (row, part)
        for row, period in asked
        for part in (period, *(disclosure.inside(period) if row.figure.clock == "flow" else ()))
    ]
    known = _whole(tried, organisation)
    return {
        row.id: disclosure.columns(period, lambda part, row=row: known[row.id, part])  # type: ignore[misc]
        if row.figure.clock == "flow"
        else [Column(period)] * known[row.id, period]
        for row, period in asked
    }


def _whole(asked: Sequence[Asked], organisation: Organisation) -> dict[tuple[str, Period], bool]:
    """Whether the row can be asked for these days at all: no line of the organisation reaches out of them.

    Nor, for money, a line of the cases behind it: their number would belong to other days.
    """
    paths = paths_of([organisation]).get(organisation.pk, ())
    figures = {
        row.id: {row.figure, FIGURES[row.counted_by] if row.counted_by else row.figure} for row, _period in asked
    }
    asks = [Ask(figure, organisation.path, period, paths) for row, period in asked for figure in figures[row.id]]
    nought = [Value((0, 0), (0, 0)) if ask.figure.is_ratio else Value((0,), (0,)) for ask in asks]
    found = standings(asks, nought) if asks else []
    split = {(ask.figure, ask.period) for ask, one in zip(asks, found, strict=True) if one == SPLIT}
    return {(row.id, period): not any((figure, period) in split for figure in figures[row.id]) for row, period in asked}


Whole = tuple[int, ...]
Values = Mapping[tuple[Figure, Period], Sequence[Whole]]


def _values(
    wanted: Sequence[tuple[Figure, Period]],
    organisation: Organisation,
    children: Sequence[Organisation],
    cut: int | None,
) -> Values:
    """For each figure and period the value of each union below and what remains."""
    places = (organisation, *children)
    stood = paths_below(organisation, children)
    asks = [Ask(figure, place.path, period, stood.get(place.pk, ())) for figure, period in wanted for place in places]
    values = answer(asks, cut)
    found = {}
    for n, key in enumerate(wanted):
        whole, *parts = (value.whole for value in values[n * len(places) : (n + 1) * len(places)])
        found[key] = [*parts, _minus(whole, parts)]
    return found


def paths_below(organisation: Organisation, children: Sequence[Organisation]) -> dict[int, tuple[str, ...]]:
    """Where the moved ones among an organisation and the unions below it stood, of those below only while under it."""
    moved = paths_of((organisation, *children))
    above = moved.get(organisation.pk, (organisation.path,))
    return {pk: paths if pk == organisation.pk else within(paths, above) for pk, paths in moved.items()}


def _cells(values: Values, figure: Figure, column: Column) -> list[Whole]:
    taken = [values[figure, period] for period in column.less]
    return [_minus(whole, [part[n] for part in taken]) for n, whole in enumerate(values[figure, column.whole])]


def _minus(whole: Whole, taken: Sequence[Whole]) -> Whole:
    return tuple(one - sum(part[n] for part in taken) for n, one in enumerate(whole))


def least(whole: Whole) -> int:
    """The number the rule looks at: the smaller part of a share, the number itself otherwise."""
    return whole[0] if len(whole) == 1 else min(whole[0], whole[1] - whole[0])


def cuts_of(organisation: Organisation, asked: Iterable[Asked]) -> set[int]:
    """Where the organisation's reports for these periods were filed."""
    keys = {period.key for _row, period in asked}
    filed = Report.objects.filter(organisation=organisation, period__in=keys, cut__isnull=False)
    return {cut for cut in filed.values_list("cut", flat=True) if cut is not None}
