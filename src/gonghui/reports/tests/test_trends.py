"""The line of a figure: months that no return cuts through, or the longer steps that hold them."""

from datetime import date

from gonghui.core.figures import FIGURES
from gonghui.core.period import Period
from gonghui.reports import trends
from gonghui.reports.tests.builders import HOMES, PAYMENTS

MONTHS = [2019_00 + n for n in range(1, 13)] + [2020_00 + n for n in range(1, 7)]
VALUES = [(n,) for n in range(1, 19)]


def span(first: str, last: str = "") -> trends.Span:
    """The days from one period to another."""
    return Period.parse(first).first, Period.parse(last or first).last


def points(figure: str, returned: list[trends.Span], length: int) -> list[tuple[str, int | None]] | None:
    """The points by their period's key."""
    found = trends._points(FIGURES[figure], MONTHS, VALUES, returned, length)
    return None if found is None else [(one.period.key, one.whole[0] if one.whole else None) for one in found]


def test_a_return_for_longer_than_a_step_takes_the_longer_step() -> None:
    returned = [span("2019H1"), span("2020-01", "2020-05"), span("2020-06")]
    assert points(PAYMENTS, returned, 1) is None
    assert points(PAYMENTS, returned, 3) is None
    assert points(PAYMENTS, returned, 6) == [("2019H1", 21), ("2019H2", None), ("2020H1", 93)]


def test_quarters_add_up_their_months_exactly() -> None:
    returned = [span(f"{year}Q{n}") for year, n in ((2019, 1), (2019, 4), (2020, 1), (2020, 2))]
    assert points(PAYMENTS, returned, 1) is None
    assert points(PAYMENTS, returned, 3) == [
        ("2019Q1", 6), ("2019Q2", None), ("2019Q3", None), ("2019Q4", 33), ("2020Q1", 42), ("2020Q2", 51),
    ]  # fmt: skip


def test_a_level_stands_from_its_first_day_on() -> None:
    found = points(HOMES, [(date(2019, 6, 30), date(2019, 6, 30))], 1)
    assert found is not None
    assert found[4:7] == [("2019-05", None), ("2019-06", 6), ("2019-07", 7)]


def test_months_end_with_the_period() -> None:
    assert trends._months(Period.parse("2020H1")) == MONTHS
    assert trends._months(Period.parse("2020-01-01..2020-02-20"))[-1] == 202001
