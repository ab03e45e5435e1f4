"""Keyset pages: walking to and fro shows each row once, in order, whatever the rows."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from gonghui.core.models import CalendarDay
from gonghui.web.desk import COUNTED_TO, Counted, Keyset

FIRST = date(2020, 1, 1)


def fill(worked: list[bool]) -> None:
    CalendarDay.objects.all().delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(date=FIRST + timedelta(days=n), is_workday=work, name="日" if n % 3 else "", source="t")
        for n, work in enumerate(worked)
    )


def walk(keyset: Keyset[CalendarDay], key: str = "next") -> list[list[date]]:
    """The days of all pages, to the end and back again."""
    pages, query = [], ""
    while True:
        page = keyset.page(QueryDict(query), count=False)
        pages.append([row.date for row in page.rows])
        if not page.next:
            break
        query = page.next
    back = [pages[-1]]
    while page.previous:
        page = keyset.page(QueryDict(page.previous), count=False)
        back.append([row.date for row in page.rows])
    assert list(reversed(back)) == pages
    return pages


class EveryListIsWalkedWhole(TestCase):
    """Over random rows, sizes and orders."""

    @settings(max_examples=25, deadline=None)
    @given(
        st.lists(st.booleans(), max_size=23),
        st.integers(1, 7),
        st.sampled_from([("date",), ("-date",), ("is_workday", "date"), ("-name", "-date"), ("-is_workday", "date")]),
    )
    def test_each_row_once_and_in_order(self, worked: list[bool], size: int, order: tuple[str, ...]) -> None:
        fill(worked)
        for ids_first in (False, True):
            keyset = Keyset(CalendarDay.objects.all(), order, size, ids_first=ids_first)
            walked = [day for page in walk(keyset) for day in page]
            assert walked == list(CalendarDay.objects.order_by(*order).values_list("date", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["x", "W10", "WyIyMDIwIl0", "'; drop table", "WzEsMl0", "é"])
def test_a_broken_key_counts_as_none(token: str) -> None:
    fill([True] * 5)
    asked = QueryDict(mutable=True)
    asked["after"] = token
    page = Keyset(CalendarDay.objects.all(), ("date",), 2).page(asked)
    assert [row.date for row in page.rows] == [FIRST, FIRST + timedelta(days=1)]


@pytest.mark.django_db
def test_other_words_of_the_address_stay() -> None:
    fill([True] * 5)
    page = Keyset(CalendarDay.objects.all(), ("date",), 2).page(QueryDict("q=京&after=x"))
    assert QueryDict(page.next)["q"] == "京"


@pytest.mark.django_db
def test_keys_compare_as_one_row_and_nothing_is_counted_whole() -> None:
    fill([True, False] * 5)
    keyset = Keyset(CalendarDay.objects.all(), ("-is_workday", "-date"), 3)
    following = keyset.page(QueryDict("")).next
    with CaptureQueriesContext(connection) as asked:
        keyset.page(QueryDict(following))
    statements = " ".join(query["sql"] for query in asked)
    assert '("core_calendarday"."is_workday", "core_calendarday"."date") < (' in statements
    assert "OFFSET" not in statements


def test_the_count_stops_at_a_thousand() -> None:
    assert str(Counted(COUNTED_TO)) == "1,000"
    assert str(Counted(COUNTED_TO + 1)) == "1,000+"
