"""Periods: how they are written, named, compared and cut into months."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.core.errors import Refusal
from gonghui.core.period import Period, month_number

DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 12, 31))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first = draw(DAYS)
    return Period(first, first + timedelta(days=draw(st.integers(0, 900))))


@pytest.mark.parametrize(
    ("written", "first", "last", "key", "kind"),
    [
        ("2020", "2020-01-01", "2020-12-31", "2020", "year"),
        ("2020H1", "2020-01-01", "2020-06-30", "2020H1", "half"),
        ("2020-H2", "2020-07-01", "2020-12-31", "2020H2", "half"),
        ("2020Q2", "2020-04-01", "2020-06-30", "2020Q2", "quarter"),
        ("2020-q4", "2020-10-01", "2020-12-31", "2020Q4", "quarter"),
        ("2020-02", "2020-02-01", "2020-02-29", "2020-02", "month"),
        ("2020-W24", "2020-06-08", "2020-06-14", "2020-W24", "week"),
        ("2020-W01", "2019-12-30", "2020-01-05", "2020-W01", "week"),
        ("2020-W53", "2020-12-28", "2021-01-03", "2020-W53", "week"),
        ("2020-06-12", "2020-06-12", "2020-06-12", "2020-06-12", "day"),
        ("２０２０Ｈ１ ", "2020-01-01", "2020-06-30", "2020H1", "half"),
        ("2020-01-20..2020-08-13", "2020-01-20", "2020-08-13", "2020-01-20..2020-08-13", "range"),
        ("2020-01..2020-06", "2020-01-01", "2020-06-30", "2020H1", "half"),
    ],
)
def test_a_period_is_read_and_keeps_one_key(written: str, first: str, last: str, key: str, kind: str) -> None:
    period = Period.parse(written)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert (period.key, period.kind) == (key, kind)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "20",
        "2020H3",
        "2020Q5",
        "2020-13",
        "2020-00",
        "2021-W53",
        "2020-W00",
        "2020-02-30",
        "0000",
        "1899",
        "2020H1x",
        "上半年",
        "2020..",
        "..2020",
        "2020\nx",
    ],
)
def test_an_unreadable_period_is_refused_by_name(written: str) -> None:
    with pytest.raises(Refusal) as refused:
        Period.parse(written)
    assert refused.value.code == "period.unreadable"
    assert refused.value.params["text"] == written


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        Period.parse("2020-08-13..2020-01-20")
    assert refused.value.code == "period.order"


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [
        ("2020", "2020年", "2020"),
        ("2020H1", "2020年上半年", "first half of 2020"),
        ("2020H2", "2020年下半年", "second half of 2020"),
        ("2020Q1", "2020年第一季度", "first quarter of 2020"),
        ("2020Q4", "2020年第四季度", "fourth quarter of 2020"),
        ("2020-06", "2020年6月", "June 2020"),
        ("2020-W24", "2020年第24周", "week 24 of 2020"),
        ("2020-08-13", "2020年8月13日", "13 August 2020"),
        ("2020-01-20..2020-08-13", "2020年1月20日至8月13日", "20 January to 13 August 2020"),
        ("2019-12-31..2020-01-01", "2019年12月31日至2020年1月1日", "31 December 2019 to 1 January 2020"),
        ("2020-02..2020-05", "2020年2月至5月", "February to May 2020"),
        ("2019-12..2020-01", "2019年12月至2020年1月", "December 2019 to January 2020"),
    ],
)
def test_labels_in_both_languages(written: str, zh: str, en: str) -> None:
    period = Period.parse(written)
    assert (str(period), period.label, period.label_en) == (zh, zh, en)


@pytest.mark.parametrize(
    ("written", "previous", "year_before"),
    [
        ("2020", "2019", "2019"),
        ("2020H1", "2019H2", "2019H1"),
        ("2020Q1", "2019Q4", "2019Q1"),
        ("2020-03", "2020-02", "2019-03"),
        ("2020-02", "2020-01", "2019-02"),
        ("2020-W01", "2019-W52", "2019-W01"),
        ("2020-W53", "2020-W52", "2019-W52"),
        ("2020-02-29", "2020-02-28", "2019-02-28"),
        ("2020-02..2020-05", "2019-10..2020-01", "2019-02..2019-05"),
        ("2020-01-11..2020-01-20", "2020-01-01..2020-01-10", "2019-01-11..2019-01-20"),
    ],
)
def test_comparison_periods(written: str, previous: str, year_before: str) -> None:
    period = Period.parse(written)
    assert period.previous() == Period.parse(previous)
    assert period.a_year_before() == Period.parse(year_before)


def test_whole_months_are_listed_and_a_cut_month_gives_none() -> None:
    assert Period.parse("2020H1").months == [202001, 202002, 202003, 202004, 202005, 202006]
    assert Period.parse("2019-12..2020-01").months == [201912, 202001]
    assert Period.parse("2020-01-20..2020-08-31").months is None
    assert Period.parse("2020-02-01..2020-02-28").months is None


def test_the_report_of_money_to_the_meeting_splits_into_months_and_edges() -> None:
    whole, edges = Period.parse("2020-01-20..2020-08-13").split()
    assert whole == [202002, 202003, 202004, 202005, 202006, 202007]
    assert [edge.key for edge in edges] == ["2020-01-20..2020-01-31", "2020-08-01..2020-08-13"]


@given(periods())
def test_the_key_reads_back_to_the_same_days(period: Period) -> None:
    assert Period.parse(period.key) == period


@given(periods())
def test_a_split_covers_each_day_once(period: Period) -> None:
    whole, edges = period.split()
    pieces = sorted([Period.month(number) for number in whole] + edges)
    assert sum(piece.days for piece in pieces) == period.days
    assert (pieces[0].first, pieces[-1].last) == (period.first, period.last)
    assert all(one.end == two.first for one, two in pairwise(pieces))


@given(periods())
def test_the_previous_period_touches_and_never_overlaps(period: Period) -> None:
    before = period.previous()
    assert before.end == period.start
    assert not before.overlaps(period)
    assert not period.overlaps(before)
    assert period.kind in {before.kind, "range"}


@given(periods(), DAYS)
def test_half_open_and_inclusive_ends_agree(period: Period, day: date) -> None:
    assert (day in period) == (period.start <= day < period.end) == period.overlaps(Period.day(day))


@given(DAYS)
def test_a_day_lies_in_its_month(day: date) -> None:
    assert day in Period.month(month_number(day))


@pytest.mark.parametrize(
    ("kind", "day", "over"),
    [
        ("2019H2", date(2020, 8, 10), "2020H1"),
        ("2019H2", date(2020, 7, 1), "2020H1"),
        ("2019H2", date(2020, 6, 30), "2019H2"),
        ("2020Q1", date(2020, 1, 31), "2019Q4"),
        ("2020-05", date(2020, 3, 1), "2020-02"),
        ("2018", date(2020, 12, 31), "2019"),
        ("2020-W24", date(2020, 12, 31), "2020-W24"),
    ],
)
def test_the_newest_period_of_a_kind_that_is_over(kind: str, day: date, over: str) -> None:
    assert Period.parse(kind).over_before(day).key == over
