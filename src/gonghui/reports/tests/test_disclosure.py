"""Small cells are hidden, and no hidden cell can be worked out from the sum and the others, nor over time."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from gonghui.core.figures import FIGURES, Value
from gonghui.core.period import Period
from gonghui.reports import charts
from gonghui.reports.breakdown import areas
from gonghui.reports.breakdown.areas import Cell
from gonghui.reports.breakdown.disclosure import LEAST, Column, columns, inside, open_in_all, shown
from gonghui.spine.organisations.models import Organisation

CELLS = st.lists(st.integers(0, 60), min_size=1, max_size=30)


def test_ten_is_shown_and_nine_is_not():
    assert shown([10]) == [True]
    assert shown([9]) == [False]
    assert shown([10, 11, 12]) == [True, True, True]


def test_one_small_cell_takes_the_smallest_other_with_it():
    assert shown([9, 40, 25, 60]) == [False, True, False, True]


def test_nought_is_hidden_like_any_small_number():
    assert shown([0, 0, 30, 50]) == [False, False, False, True]


def test_hidden_parts_stand_as_listed_and_not_by_what_they_hide():
    """Their order would say which of them is none and which is most; so would leaving out those that are none."""
    sizes = {"甲": 4, "乙": 9, "丙": 0, "丁": 40, "戊": 70}
    cells = [Cell(Organisation(short_name=name), Value((size,), (0,)), size >= 10) for name, size in sizes.items()]
    order = [cell.organisation.short_name for cell in areas.ranked(cells) if cell.organisation is not None]
    assert order == ["戊", "丁", "甲", "乙", "丙"]
    rest = Cell(None, Value((0,), (0,)), is_open=False)
    marks = charts._ranked([*cells, rest], FIGURES["mutual_aid.payments_made"], english=False)
    assert [(mark.name, mark.whole) for mark in marks if mark.whole is None] == [
        ("甲", None), ("乙", None), ("丙", None), ("本级", None)
    ]  # fmt: skip


def test_two_small_cells_that_together_are_many_stay_two():
    assert shown([9, 8, 30, 50]) == [False, False, True, True]


def test_cells_that_are_all_small_are_all_hidden():
    assert shown([1, 2, 3]) == [False, False, False]


@given(CELLS)
def test_no_small_cell_is_shown_and_none_can_be_subtracted_out(cells: list[int]):
    opened = shown(cells)
    hidden = [cell for cell, is_open in zip(cells, opened, strict=True) if not is_open]
    assert all(cell >= LEAST for cell, is_open in zip(cells, opened, strict=True) if is_open)
    if hidden and len(hidden) < len(cells):
        assert len(hidden) >= 2
        assert sum(hidden) >= LEAST


# Over time ------------------------------------------------------------------------------------------------------

H1, Q1, JANUARY = Period.parse("2020H1"), Period.parse("2020Q1"), Period.parse("2020-01")


def test_a_period_is_taken_apart_as_far_as_its_lines_allow():
    assert [part.key for part in inside(Q1)] == ["2020-01", "2020-02", "2020-03"]
    assert [part.key for part in inside(H1)][:3] == ["2020Q1", "2020Q2", "2020-01"]
    assert columns(H1, {H1}.__contains__) == [Column(H1)]
    assert columns(H1, {H1, JANUARY}.__contains__) == [Column(H1, (JANUARY,)), Column(JANUARY)]
    assert columns(H1, {Q1}.__contains__) == []
    assert columns(Period.parse("2020-01-01..2020-05-31"), lambda _: True) == []
    assert len(columns(Period.parse("2020"), lambda _: True)) == 12


def test_a_number_hidden_in_one_month_is_hidden_for_the_half_year():
    months = [[30, 40, 50]] * 5 + [[3, 40, 50]]
    assert open_in_all(months, 3) == [False, False, True]


class Book:
    """Returns of three unions for runs of months; what a reader above them is shown, and what can be made of it."""

    def __init__(self, lines: list[tuple[int, int, int, int]]) -> None:
        self.lines = [(unit, first, min(first + length, 6), number) for unit, first, length, number in lines]
        self.units = range(3)
        self.periods = [H1, *inside(H1)]

    def months(self, period: Period) -> range:
        return range(period.first.month - 1, period.last.month)

    def is_known(self, period: Period) -> bool:
        """Whether no line reaches out of the period."""
        mine = set(self.months(period))
        return all(set(range(a, b)) <= mine or not set(range(a, b)) & mine for _unit, a, b, _number in self.lines)

    def value(self, unit: int, period: Period) -> int:
        mine = self.months(period)
        return sum(number for whose, a, _b, number in self.lines if whose == unit and a in mine)

    def total(self, period: Period) -> int:
        return sum(self.value(unit, period) for unit in self.units)

    def opened(self, period: Period) -> list[bool]:
        """As `masks.opened` does it, with the journal's numbers replaced by ours."""
        cells = [
            [self.value(unit, one.whole) - sum(self.value(unit, part) for part in one.less) for unit in self.units]
            for one in columns(period, self.is_known)
        ]
        return open_in_all([column for column in cells if any(column)], 3) if cells else [False] * 3

    def vector(self, units: list[int], period: Period) -> list[Fraction]:
        """A sum over unions and months as coefficients of the unknown months of each union."""
        mine = self.months(period)
        return [Fraction(unit in units and month in mine) for unit in self.units for month in range(6)]

    def published(self) -> list[list[Fraction]]:
        """Everything the reader is shown: totals, shown cells, and that months without any are nought for all."""
        rows = []
        for period in filter(self.is_known, self.periods):
            rows.append(self.vector(list(self.units), period))
            told = self.opened(period)
            rows += [self.vector([unit], period) for unit in self.units if told[unit] or not self.total(period)]
        return rows


def follows(wanted: list[Fraction], rows: list[list[Fraction]]) -> bool:
    """Whether the wanted sum is a combination of the rows, by elimination in whole fractions."""
    basis: list[tuple[int, list[Fraction]]] = []

    def reduced(row: list[Fraction]) -> list[Fraction]:
        for at, other in basis:
            if row[at]:
                factor = row[at] / other[at]
                row = [a - factor * b for a, b in zip(row, other, strict=True)]
        return row

    for row in rows:
        row = reduced(row)
        lead = next((n for n, value in enumerate(row) if value), None)
        if lead is not None:
            basis.append((lead, row))
    return not any(reduced(wanted))


LINES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 5), st.sampled_from([1, 1, 1, 2, 3, 6]), st.integers(0, 40)),
    min_size=1,
    max_size=14,
)


@settings(max_examples=150, deadline=None)
@given(LINES)
def test_no_small_number_follows_from_all_that_is_shown_for_all_times(lines: list[tuple[int, int, int, int]]):
    book = Book(lines)
    rows = book.published()
    for period in filter(book.is_known, book.periods):
        for unit, is_open in enumerate(book.opened(period)):
            assert not is_open or book.value(unit, period) >= LEAST or not book.total(period)
            if not is_open and book.total(period):
                assert not follows(book.vector([unit], period), rows), (unit, period.key)
