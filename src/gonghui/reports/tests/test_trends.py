"""The line of a figure: months that no return cuts through, or the longer steps that hold them."""

from collections.abc import Callable
from datetime import date

import pytest

from gonghui.core.figures import FIGURES
from gonghui.core.period import Period
from gonghui.reports import report_forms, trends
from gonghui.reports.console.sparks import spark
from gonghui.reports.filling import fill
from gonghui.reports.tests.builders import HOMES, PAYMENTS, a_federation

MONTHS = [2019_00 + n for n in range(1, 13)] + [2020_00 + n for n in range(1, 7)]


def number_of(step: Period) -> tuple[int]:
    """What the books say of a step in these tests: the sum of its months' places in the line."""
    return (sum(MONTHS.index(month) + 1 for month in step.months or []),)


def span(first: str, last: str = "") -> trends.Span:
    """The days from one period to another."""
    return Period.parse(first).first, Period.parse(last or first).last


def points(figure: str, returned: list[trends.Span], length: int) -> list[tuple[str, int | None]] | None:
    """The points by their period's key."""
    steps = trends._steps(MONTHS, length)
    recorded = [False] * len(steps)
    found = trends._points(FIGURES[figure], steps, returned, recorded, lambda those: [number_of(one) for one in those])
    return None if found is None else [(one.period.key, one.whole[0] if one.whole else None) for one in found]


def test_a_return_for_longer_than_a_step_takes_the_longer_step() -> None:
    returned = [span("2019H1"), span("2020-01", "2020-05"), span("2020-06")]
    assert points(PAYMENTS, returned, 1) is None
    assert points(PAYMENTS, returned, 3) is None
    assert points(PAYMENTS, returned, 6) == [("2019H1", 21), ("2019H2", None), ("2020H1", 93)]


def test_of_quarters_those_are_known_that_a_return_lies_in() -> None:
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


def test_what_waits_for_more_months_is_no_step() -> None:
    assert [step.key for step in trends._steps(MONTHS[:16], 6)] == ["2019H1", "2019H2"]


@pytest.mark.django_db
def test_different_subjects_are_counted_anew_in_each_step(journal: Callable[[str], object]) -> None:
    """An employer covered twice in May and once in June is one in either month, and one in the half-year."""
    city = a_federation().city.organisation
    covered = f"{city.path} organisations.employer_covered area=110105 industry=I64 non_public=true band=small"
    days = (("2020-05-03", 1), ("2020-05-20", 1), ("2020-05-04", 2), ("2020-06-01", 1))
    journal("\n".join(f"{day} {covered} about={employer}" for day, employer in days))
    found = trends.trend(FIGURES["organisations.employers_covered"], city, Period.parse("2020H1"))
    assert found is not None
    assert found.grain == "month"
    assert [(one.period.key, one.whole) for one in found.points[-2:]] == [("2020-05", (2,)), ("2020-06", (1,))]
    filled = fill(report_forms.form("beijing_2020h1"), city, Period.parse("2020H1")).rows["F52"]
    assert filled.value.total == 2
    assert spark(found, filled).title.endswith("各期分别计，不能相加")
