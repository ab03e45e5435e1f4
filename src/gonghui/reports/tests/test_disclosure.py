"""Small cells are hidden, and no hidden cell can be worked out from the sum and the others."""

from hypothesis import given
from hypothesis import strategies as st

from gonghui.reports.disclosure import LEAST, may_show, shown

CELLS = st.lists(st.integers(0, 60), min_size=1, max_size=30)


def test_ten_is_shown_and_nine_is_not():
    assert may_show(10)
    assert not may_show(9)
    assert shown([10, 11, 12]) == [True, True, True]


def test_one_small_cell_takes_the_smallest_other_with_it():
    assert shown([9, 40, 25, 60]) == [False, True, False, True]


def test_nought_is_hidden_like_any_small_number():
    assert shown([0, 0, 30, 50]) == [False, False, False, True]


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
