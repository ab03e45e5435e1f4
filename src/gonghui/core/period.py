"""The days a figure covers: a year, half, quarter, month, week, day or free range of Shanghai days."""

import calendar
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from gonghui.core.errors import Refusal

FIRST_YEAR, LAST_YEAR = 1900, 2200
ONE_DAY = timedelta(days=1)
QUARTERS_ZH = ("一", "二", "三", "四")  # zh
QUARTERS_EN = ("first", "second", "third", "fourth")
MONTHS_EN = tuple(calendar.month_name)  # English as long as no one calls setlocale; the tests hold it
KINDS = ("year", "half", "quarter", "month", "week", "day", "range")

_PATTERNS = (
    ("year", re.compile(r"(\d{4})\Z")),
    ("half", re.compile(r"(\d{4})-?H([12])\Z")),
    ("quarter", re.compile(r"(\d{4})-?Q([1-4])\Z")),
    ("month", re.compile(r"(\d{4})-(\d{2})\Z")),
    ("week", re.compile(r"(\d{4})-?W(\d{2})\Z")),
    ("day", re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")),
)


@dataclass(frozen=True, order=True)
class Period:
    """A run of days, both ends included; its key follows from the days alone."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise Refusal(
                "period.order",
                "期间的止日%(last)s早于起日%(first)s，请改正先后",
                first=self.first.isoformat(),
                last=self.last.isoformat(),
            )

    @classmethod
    def parse(cls, text: str) -> "Period":
        """The period written as 2020, 2020H1, 2020Q2, 2020-06, 2020-W24, 2020-06-12 or day..day."""
        written = unicodedata.normalize("NFKC", text).strip().upper()
        if ".." in written:
            first, _, last = written.partition("..")
            return cls(_period_at(first, text).first, _period_at(last, text).last)
        return _period_at(written, text)

    @classmethod
    def year(cls, year: int) -> "Period":
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def month(cls, yyyymm: int) -> "Period":
        """The calendar month 202006."""
        return _months_from(yyyymm // 100, yyyymm % 100, 1)

    @classmethod
    def day(cls, day: date) -> "Period":
        return cls(day, day)

    @property
    def start(self) -> date:
        """The first day, for half-open comparisons: start <= day < end."""
        return self.first

    @property
    def end(self) -> date:
        """The day after the last one."""
        return self.last + ONE_DAY

    @property
    def days(self) -> int:
        return (self.end - self.first).days

    @cached_property
    def months(self) -> list[int] | None:
        """The calendar months as yyyymm if the period is made of whole ones, else None."""
        if self.first.day != 1 or self.end.day != 1:
            return None
        return list(_month_numbers(self.first, self.last))

    @cached_property
    def kind(self) -> str:
        """One of KINDS; a range is whatever has no shorter name."""
        if self.first == self.last:
            return "day"
        if self.months is not None:
            starts_at = self.first.month - 1
            for kind, length in (("year", 12), ("half", 6), ("quarter", 3), ("month", 1)):
                if len(self.months) == length and starts_at % length == 0:
                    return kind
        if self.days == 7 and self.first.isoweekday() == 1:
            return "week"
        return "range"

    @cached_property
    def key(self) -> str:
        """The one way this period is stored and shown in addresses."""
        year, month = self.first.year, self.first.month
        match self.kind:
            case "year":
                return f"{year}"
            case "half":
                return f"{year}H{(month + 5) // 6}"
            case "quarter":
                return f"{year}Q{(month + 2) // 3}"
            case "month":
                return f"{year}-{month:02}"
            case "week":
                week_year, week, _ = self.first.isocalendar()
                return f"{week_year}-W{week:02}"
            case "day":
                return self.first.isoformat()
        return f"{self.first.isoformat()}..{self.last.isoformat()}"

    def split(self) -> tuple[list[int], list["Period"]]:
        """The whole months inside, as yyyymm, and the edges left over before and after them."""
        whole = list(_month_numbers(self.first, self.last))
        if self.end.day != 1:
            whole.pop()
        if self.first.day != 1 and whole:
            whole.pop(0)
        if not whole:
            return [], [self]
        inner_first, inner_last = Period.month(whole[0]).first, Period.month(whole[-1]).last
        edges = []
        if self.first < inner_first:
            edges.append(Period(self.first, inner_first - ONE_DAY))
        if inner_last < self.last:
            edges.append(Period(inner_last + ONE_DAY, self.last))
        return whole, edges

    def previous(self) -> "Period":
        """The period of the same length and kind that ends the day before (环比)."""
        if self.months is not None:
            return _months_from(self.first.year, self.first.month - len(self.months), len(self.months))
        return Period(self.first - timedelta(days=self.days), self.first - ONE_DAY)

    def over_before(self, day: date) -> "Period":
        """The newest period of this kind of whole months that ended before a day; of another kind this one."""
        if self.months is None or self.kind == "range":
            return self
        length = len(self.months)
        return _months_from(day.year, (day.month - 1) // length * length + 1, length).previous()

    def a_year_before(self) -> "Period":
        """The same period of the year before (同比); 29 February becomes the 28th, week 53 week 52."""
        if self.months is not None:
            return _months_from(self.first.year - 1, self.first.month, len(self.months))
        if self.kind == "week":
            week_year, week, _ = self.first.isocalendar()
            monday = date.fromisocalendar(week_year - 1, min(week, _weeks_in(week_year - 1)), 1)
            return Period(monday, monday + timedelta(days=6))
        return Period(_year_before(self.first), _year_before(self.last))

    def overlaps(self, other: "Period") -> bool:
        return self.first <= other.last and other.first <= self.last

    def __contains__(self, item: "date | Period") -> bool:
        if isinstance(item, Period):
            return self.first <= item.first and item.last <= self.last
        return self.first <= item <= self.last

    @property
    def label(self) -> str:
        """What Chinese pages print: 2020年上半年."""
        year, month = self.first.year, self.first.month
        match self.kind:
            case "year":
                return f"{year}年"
            case "half":
                return f"{year}年{'上' if month == 1 else '下'}半年"  # zh
            case "quarter":
                return f"{year}年第{QUARTERS_ZH[month // 3]}季度"
            case "month":
                return f"{year}年{month}月"
            case "week":
                week_year, week, _ = self.first.isocalendar()
                return f"{week_year}年第{week}周"
            case "day":
                return day_label(self.first)
        if self.months is not None:
            years_end = "" if self.last.year == year else f"{self.last.year}年"
            return f"{year}年{month}月至{years_end}{self.last.month}月"
        last = day_label(self.last)
        return f"{day_label(self.first)}至{last if self.last.year != year else last.partition('年')[2]}"  # zh

    @property
    def label_en(self) -> str:
        """What English pages print: first half of 2020."""
        year, month = self.first.year, self.first.month
        match self.kind:
            case "year":
                return f"{year}"
            case "half":
                return f"{'first' if month == 1 else 'second'} half of {year}"
            case "quarter":
                return f"{QUARTERS_EN[month // 3]} quarter of {year}"
            case "month":
                return f"{MONTHS_EN[month]} {year}"
            case "week":
                week_year, week, _ = self.first.isocalendar()
                return f"week {week} of {week_year}"
            case "day":
                return day_label_en(self.first)
        same_year = self.last.year == year
        if self.months is not None:
            first = MONTHS_EN[month] + ("" if same_year else f" {year}")
            return f"{first} to {MONTHS_EN[self.last.month]} {self.last.year}"
        first = f"{self.first.day} {MONTHS_EN[month]}" + ("" if same_year else f" {year}")
        return f"{first} to {day_label_en(self.last)}"

    def __str__(self) -> str:
        return self.label


def day_label(day: date) -> str:
    """A date in a Chinese document: 2020年8月13日, no leading zeros (GB/T 9704)."""
    return f"{day.year}年{day.month}月{day.day}日"


def day_label_en(day: date) -> str:
    return f"{day.day} {MONTHS_EN[day.month]} {day.year}"


def month_number(day: date) -> int:
    """The month of a day as yyyymm."""
    return day.year * 100 + day.month


def _month_numbers(first: date, last: date) -> Iterator[int]:
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield year * 100 + month
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _months_from(year: int, month: int, count: int) -> Period:
    """The run of whole months that starts at a month, which may lie outside 1 to 12."""
    index = year * 12 + month - 1
    after = index + count
    first = date(index // 12, index % 12 + 1, 1)
    return Period(first, date(after // 12, after % 12 + 1, 1) - ONE_DAY)


def _weeks_in(year: int) -> int:
    return date(year, 12, 28).isocalendar().week  # 28 December always lies in the year's last ISO week


def _year_before(day: date) -> date:
    last_day = calendar.monthrange(day.year - 1, day.month)[1]
    return date(day.year - 1, day.month, min(day.day, last_day))


def _period_at(written: str, whole: str) -> Period:
    for kind, pattern in _PATTERNS:
        match = pattern.match(written.strip())
        if match and FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
            try:
                return _built(kind, [int(part) for part in match.groups()])
            except ValueError:  # month 13, week 54, 30 February
                break
    raise Refusal(
        "period.unreadable",
        "看不懂期间“%(text)s”，请写成 2020、2020H1、2020Q2、2020-06、2020-W24、2020-06-12 或 2020-01-20..2020-08-13",
        text=whole[:60],
    )


def _built(kind: str, numbers: list[int]) -> Period:
    match kind, numbers:
        case "year", [year]:
            return Period.year(year)
        case "half", [year, half]:
            return _months_from(year, half * 6 - 5, 6)
        case "quarter", [year, quarter]:
            return _months_from(year, quarter * 3 - 2, 3)
        case "month", [year, month] if 1 <= month <= 12:
            return _months_from(year, month, 1)
        case "week", [year, week]:
            monday = date.fromisocalendar(year, week, 1)
            return Period(monday, monday + timedelta(days=6))
        case "day", [year, month, day]:
            return Period.day(date(year, month, day))
    raise ValueError(kind, numbers)
