"""Working days: which days are worked, make-up days (调休) included, and when a period of days or months ends.

Counting follows the civil law: the start day is not counted, a period in months ends on the corresponding day (the
last of the month if there is none), and a last day that is a rest day moves to the next working day. Where the table
has no days (the State Council orders the next year in November) Monday to Friday stands in, marked provisional.
"""

import calendar as months_of
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import chinese_calendar

from gonghui.core.errors import Refusal

FIRST_YEAR, LAST_YEAR = 2004, 2026  # what the package knows; its own table is checked against this by a test
SOURCE = f"chinesecalendar，{FIRST_YEAR}至{LAST_YEAR}年放假安排"
ONE_DAY = timedelta(days=1)
LONGEST_COUNT = 10_000


class Unit(StrEnum):
    """What a deadline is counted in."""

    WORKDAYS = "workdays"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True)
class Due:
    """The last day of a period; provisional while a day on the way to it has no ordered calendar."""

    on: date
    provisional: bool = False


@dataclass(frozen=True)
class DayRow:
    """One row of the calendar table as first filled."""

    date: date
    is_workday: bool
    name: str
    source: str


@dataclass(frozen=True)
class Workdays:
    """The days that are known to be worked or not; the table of a federation, read once."""

    known: Mapping[date, bool]

    @classmethod
    def of(cls, rows: Iterable[tuple[date, bool]]) -> "Workdays":
        return cls(dict(rows))

    def is_workday(self, day: date) -> bool:
        """Worked by the table, else Monday to Friday."""
        return self.known.get(day, day.isoweekday() <= 5)

    def is_provisional(self, first: date, last: date | None = None) -> bool:
        """True when some day of the run is not in the table."""
        return any(day not in self.known for day in _days(first, last or first))

    def between(self, first: date, last: date) -> int:
        """How many working days there are from the first day to the last, both included."""
        return sum(self.is_workday(day) for day in _days(first, last))

    def on_or_after(self, day: date) -> date:
        """The day itself if it is worked, else the next that is."""
        while not self.is_workday(day):
            day += ONE_DAY
        return day

    def add_workdays(self, start: date, count: int) -> date:
        """The count-th working day after the start day, which is not counted itself."""
        _check_count(count)
        day = start
        while count:
            day += ONE_DAY
            count -= self.is_workday(day)
        return day

    def due(self, start: date, count: int, unit: Unit, *, roll_forward: bool = True) -> Due:
        """The last day of so many days, working days, months or years counted from the day after the start."""
        _check_count(count)
        match unit:
            case Unit.WORKDAYS:
                on = self.add_workdays(start, count)
                return Due(on, self.is_provisional(start, on))
            case Unit.DAYS:
                on = start + timedelta(days=count)
            case Unit.MONTHS:
                on = add_months(start, count)
            case Unit.YEARS:
                on = add_months(start, 12 * count)
        if not roll_forward:
            return Due(on)
        rolled = self.on_or_after(on)
        return Due(rolled, self.is_provisional(on, rolled))


def add_months(start: date, count: int) -> date:
    """The corresponding day so many months on, or the last day of that month where there is none."""
    index = start.year * 12 + start.month - 1 + count
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(start.day, months_of.monthrange(year, month)[1]))


def package_rows(first_year: int = FIRST_YEAR, last_year: int = LAST_YEAR) -> list[DayRow]:
    """Every day of the years the package knows, to fill the table with; the table wins from then on."""
    return [
        DayRow(day, chinese_calendar.is_workday(day), _name(day), SOURCE)
        for day in _days(date(first_year, 1, 1), date(last_year, 12, 31))
    ]


def _name(day: date) -> str:
    if day in chinese_calendar.holidays:
        return str(chinese_calendar.Holiday(chinese_calendar.holidays[day]).chinese)
    return "调休上班" if day in chinese_calendar.workdays else ""


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=at) for at in range((last - first).days + 1))


def _check_count(count: int) -> None:
    if not 0 <= count <= LONGEST_COUNT:
        raise Refusal(
            "calendar.count",
            "期限“%(count)s”不对，应为0到%(longest)s之间的整数",
            count=count,
            longest=LONGEST_COUNT,
        )
