"""The calendar: the half-year of 2020 to the letter, make-up days, months without a 31st, years not yet ordered."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.core import calendar, calendar_table
from gonghui.core.calendar import Due, Unit, Workdays, add_months
from gonghui.core.errors import Refusal
from gonghui.core.models import CalendarDay

TABLE = Workdays.of((row.date, row.is_workday) for row in calendar.package_rows())
DAYS = st.dates(min_value=date(2003, 1, 1), max_value=date(2028, 12, 31))


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2020-04-29", 5, "2020-05-09"),  # a make-up Saturday
        ("2020-01-22", 5, "2020-02-06"),
        ("2020-06-24", 3, "2020-06-30"),
        ("2020-09-28", 3, "2020-10-09"),
        ("2020-09-28", 0, "2020-09-28"),
        ("2020-05-02", 1, "2020-05-06"),
    ],
)
def test_working_days_are_counted_from_the_day_after(start: str, count: int, end: str) -> None:
    assert TABLE.add_workdays(day(start), count) == day(end)


def test_2020_has_249_working_days_and_its_first_half_121() -> None:
    assert TABLE.between(day("2020-01-01"), day("2020-06-30")) == 121
    assert TABLE.between(day("2020-01-01"), day("2020-12-31")) == 249
    by_month = [
        TABLE.between(date(2020, month, 1), add_months(date(2020, month, 1), 1) - timedelta(days=1))
        for month in range(1, 13)
    ]
    assert by_month == [17, 20, 22, 22, 19, 21, 23, 21, 23, 17, 21, 23]


def test_make_up_days_and_the_longer_spring_festival_of_2020() -> None:
    weekends = [row.date for row in calendar.package_rows(2020, 2020) if row.is_workday and row.date.isoweekday() > 5]
    assert [found.strftime("%m-%d") for found in weekends] == [
        "01-19", "04-26", "05-09", "06-28", "09-27", "10-10"
    ]  # fmt: skip
    assert not TABLE.is_workday(day("2020-01-31"))
    assert not TABLE.is_workday(day("2020-02-02"))
    assert TABLE.is_workday(day("2020-02-03"))


def test_rows_name_the_holiday_and_the_make_up_day() -> None:
    rows = {row.date: row for row in calendar.package_rows(2020, 2020)}
    assert (rows[day("2020-01-25")].name, rows[day("2020-01-25")].is_workday) == ("春节", False)
    assert (rows[day("2020-01-19")].name, rows[day("2020-01-19")].is_workday) == ("调休上班", True)
    assert rows[day("2020-03-03")].name == ""
    assert len(rows) == 366


def test_the_years_of_the_package_are_the_ones_written_here() -> None:
    years = {found.year for found in chinese_calendar.holidays}
    assert (min(years), max(years)) == (calendar.FIRST_YEAR, calendar.LAST_YEAR)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2020-01-31", 1, "2020-02-29"),
        ("2019-01-31", 1, "2019-02-28"),
        ("2020-02-29", 12, "2021-02-28"),
        ("2020-03-15", 1, "2020-04-15"),
        ("2020-12-31", 2, "2021-02-28"),
        ("2020-01-15", 0, "2020-01-15"),
    ],
)
def test_months_end_on_the_corresponding_day(start: str, count: int, end: str) -> None:
    assert add_months(day(start), count) == day(end)


@pytest.mark.parametrize(
    ("start", "count", "unit", "roll", "end"),
    [
        ("2020-04-16", 15, Unit.DAYS, True, "2020-05-06"),  # 1 May is a holiday, the 6th the next working day
        ("2020-04-16", 15, Unit.DAYS, False, "2020-05-01"),
        ("2020-04-16", 14, Unit.DAYS, True, "2020-04-30"),
        ("2020-01-25", 1, Unit.MONTHS, True, "2020-02-25"),
        ("2020-01-29", 1, Unit.MONTHS, True, "2020-03-02"),  # 29 February 2020 is a Saturday
        ("2019-10-01", 1, Unit.YEARS, True, "2020-10-09"),
        ("2020-04-29", 5, Unit.WORKDAYS, True, "2020-05-09"),
    ],
)
def test_a_last_day_of_rest_moves_to_the_next_working_day(
    start: str, count: int, unit: Unit, roll: bool, end: str
) -> None:
    assert TABLE.due(day(start), count, unit, roll_forward=roll) == Due(day(end))


def test_outside_the_table_monday_to_friday_stands_in_and_says_so() -> None:
    due = TABLE.due(day("2026-12-30"), 5, Unit.WORKDAYS)
    assert due == Due(day("2027-01-06"), provisional=True)
    assert TABLE.due(day("2026-12-01"), 2, Unit.MONTHS).provisional
    assert not TABLE.due(day("2026-12-01"), 2, Unit.MONTHS, roll_forward=False).provisional
    assert TABLE.is_provisional(day("2003-12-31"))
    assert not TABLE.is_provisional(day("2004-01-01"), day("2026-12-31"))
    assert Workdays({}).is_workday(day("2020-05-01"))


def test_the_table_wins_over_the_package() -> None:
    extended = Workdays({**TABLE.known, day("2020-02-03"): False})
    assert extended.add_workdays(day("2020-01-23"), 1) == day("2020-02-04")


@pytest.mark.parametrize("count", [-1, calendar.LONGEST_COUNT + 1])
def test_a_count_out_of_range_is_refused(count: int) -> None:
    with pytest.raises(Refusal) as refused:
        TABLE.add_workdays(day("2020-01-01"), count)
    assert refused.value.code == "calendar.count"


@given(DAYS, st.integers(1, 60))
def test_exactly_that_many_working_days_lie_after_the_start(start: date, count: int) -> None:
    end = TABLE.add_workdays(start, count)
    assert TABLE.is_workday(end)
    assert TABLE.between(start + timedelta(days=1), end) == count


@given(DAYS, st.integers(0, 60), st.sampled_from(Unit))
def test_a_due_day_that_rolls_is_a_working_day(start: date, count: int, unit: Unit) -> None:
    due = TABLE.due(start, count, unit)
    assert due.on >= start
    assert TABLE.is_workday(due.on) or (unit is Unit.WORKDAYS and count == 0)


@pytest.mark.django_db
def test_the_table_is_filled_once_and_keeps_local_orders() -> None:
    CalendarDay.objects.all().delete()
    CalendarDay.objects.create(date=day("2020-02-03"), is_workday=False, name="延长假期", source="市政府通知")
    assert calendar_table.fill() == len(calendar.package_rows()) - 1
    assert calendar_table.fill() == 0
    table = calendar_table.workdays()
    assert not table.is_workday(day("2020-02-03"))
    assert table.add_workdays(day("2020-04-29"), 5) == day("2020-05-09")
