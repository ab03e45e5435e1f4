"""A period said among other words: 2020年上半年 报告, 12351-2020, F40 2019h2, first half of 2020."""

import re
from collections.abc import Callable
from datetime import date

from gonghui.core import text as texts
from gonghui.core.errors import Refusal
from gonghui.core.period import FIRST_YEAR, MONTHS_EN, QUARTERS_EN, QUARTERS_ZH, Period

_MONTH = "|".join(f"{name.lower()}|{name[:3].lower()}" for name in MONTHS_EN if name)
_QUARTER = "|".join(QUARTERS_EN)
_DAY = r"\d{4}-\d{1,2}-\d{1,2}"
_YEAR = r"(?:(?P<year>\d{4})\s*年?\s*)"  # zh
_OWN_YEAR = r"(?:(?P<year>\d{4})\s*)"
# The longer way of saying comes before the shorter one that it begins with. What is said in Chinese may leave the year
# out, as people do; H1 alone is the number of a figure.
_SAID = [
    rf"(?P<first>{_DAY})\s*(?:\.\.|至|到|~)\s*(?P<until>{_DAY})",  # zh
    rf"{_YEAR}?(?P<month>\d{{1,2}})\s*月\s*(?P<day>\d{{1,2}})\s*[日号]",  # zh
    rf"{_YEAR}?第?(?P<quarter>[一二三四1-4])\s*季度",  # zh
    rf"{_YEAR}?(?P<half>[上下])半年",  # zh
    rf"{_YEAR}?(?P<month>\d{{1,2}})\s*月份?",  # zh
    rf"{_OWN_YEAR}-?\s*h(?P<half>[12])",
    rf"h(?P<half>[12])\s*{_OWN_YEAR}",
    rf"{_OWN_YEAR}-?\s*q(?P<quarter>[1-4])",
    rf"q(?P<quarter>[1-4])\s*{_OWN_YEAR}",
    rf"(?P<half>first|second)\s+half\s+(?:of\s+)?{_OWN_YEAR}",
    rf"(?P<quarter>{_QUARTER})\s+quarter\s+(?:of\s+)?{_OWN_YEAR}",
    rf"(?P<day>\d{{1,2}})\s+(?P<month>{_MONTH})\s+{_OWN_YEAR}",
    rf"(?P<month>{_MONTH})\s+{_OWN_YEAR}",
    r"(?P<year>\d{4})-w(?P<week>\d{2})",
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})",
    r"(?P<year>\d{4})\s*年?+",  # zh
]
_PATTERNS = [re.compile(rf"(?<![0-9a-z])(?:{said})(?![0-9a-z])") for said in _SAID]
_IDLE = " -·,，、的"  # zh
"""What may be left standing between a period and the other words."""


def period_said(words: str, today: date) -> tuple[Period | None, str]:
    """The period that the words name, and the words without it; said without its year it is the newest one begun."""
    shown = texts.fold(words).lower()
    for pattern in _PATTERNS:
        for match in pattern.finditer(shown):
            if (period := _period(match.groupdict(), today)) is not None:
                parts = (shown[: match.start()].strip(_IDLE), shown[match.end() :].strip(_IDLE))
                return period, " ".join(part for part in parts if part)
    return None, words


def _period(said: dict[str, str | None], today: date) -> Period | None:
    """The period of what was matched; none where there is no such day or month."""
    try:
        if first := said.get("first"):
            return Period(_day(first), _day(said["until"] or ""))
        if year := said.get("year"):
            return Period.parse(_key(said)(int(year))) if int(year) >= FIRST_YEAR else None
        newest = Period.parse(_key(said)(today.year))
        return newest if newest.first <= today else Period.parse(_key(said)(today.year - 1))
    except (Refusal, ValueError):
        return None


def _day(written: str) -> date:
    return date(*(int(part) for part in written.split("-")))


def _key(said: dict[str, str | None]) -> Callable[[int], str]:
    """How the period is written for a year."""
    if half := said.get("half"):
        return lambda year: f"{year}H{1 if half in ('1', '上', 'first') else 2}"  # zh
    if quarter := said.get("quarter"):
        return lambda year: f"{year}Q{_nth(quarter)}"
    if week := said.get("week"):
        return lambda year: f"{year}-W{week}"
    if month := said.get("month"):
        day = said.get("day")
        tail = f"-{int(day):02}" if day else ""
        return lambda year: f"{year}-{_month(month):02}{tail}"
    return str


def _nth(quarter: str) -> int:
    for names in (QUARTERS_ZH, QUARTERS_EN):
        if quarter in names:
            return names.index(quarter) + 1
    return int(quarter)


def _month(written: str) -> int:
    if written.isdigit():
        return int(written)
    return next(n for n, name in enumerate(MONTHS_EN) if name and name.lower().startswith(written))
