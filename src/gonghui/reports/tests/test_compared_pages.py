"""Comparisons as readers see them: beside the prose, in the pane, and never through a mask."""

import re
from collections.abc import Sequence

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from gonghui.core.period import Period
from gonghui.reports.console import reading
from gonghui.reports.filling import filled_report
from gonghui.reports.printing.kept import paper_of
from gonghui.reports.report_forms import form
from gonghui.reports.tests.builders import H1, Federation, Unit, a_federation, a_unit
from gonghui.reports.tests.test_comparing import H1_BEFORE, H2_BEFORE, HALF, returned

TWO_QUARTERS = Period.parse("2020Q1"), Period.parse("2020Q2")


@pytest.fixture
def federation(db: None) -> Federation:
    return a_federation()


def words(client: Client, name: str, *args: object, query: str = "") -> str:
    """A page's text without its markup and its blanks."""
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200
    return re.sub(r"\s+", "", strip_tags(response.content.decode()))


def half(unit: Unit, *, period: Period = H1) -> Sequence[str]:
    """The address of a unit's half-year."""
    return HALF, period.key, unit.organisation.code


def test_the_report_is_compared_when_the_address_asks(federation: Federation) -> None:
    east, city = federation.east, federation.city
    returned(east, city, H1_BEFORE, H10=210_000_000_00, H11=500)
    returned(east, city, H2_BEFORE, H10=230_000_000_00)
    returned(east, city, H1, H10=245_000_000_00, H11=560, H5=3)
    client = city.browser("reviewer")
    plain = words(client, "report", *half(city))
    assert "+16.7%" not in plain
    year = words(client, "report", *half(city), query="?compare=yoy")
    assert "2.45亿元" in year
    assert "同比增长16.7%" in year  # the form says it itself
    assert "210,000,000.00+16.7%" in year
    assert "同比+12%" in year  # the level at the end of June
    assert "上年同期未报" in year
    before = words(client, "report", *half(city), query="?compare=pop")
    assert "环比+6.5%" in before
    assert words(client, "report", *half(city), query="?compare=<b>&base=x").count("+") == plain.count("+")


def test_the_pane_says_with_what_it_was_compared_and_leads_there(federation: Federation) -> None:
    east, west, city = federation.east, federation.west, federation.city
    returned(east, city, H1_BEFORE, H9=2_000)
    returned(west, city, H1_BEFORE, H9=3_000)
    returned(east, city, H1, H9=3_000)
    returned(west, city, H1, H9=2_400)
    client = city.browser("reviewer")
    page = client.get(reverse("report_figure", args=[*half(city), "H9"]), headers={"HX-Target": "pane"})
    said = re.sub(r"\s+", "", strip_tags(page.content.decode()))
    assert "同比+8%2019年上半年5,000人次台账现在的数" in said
    assert "环比上一期未报" in said
    assert "3,000+50%" in said  # the east
    assert "2,400−20%" in said
    there = reverse("report_figure", args=[*half(city, period=H1_BEFORE), "H9"])
    assert f'href="{there}"' in page.content.decode()
    assert "5,000" in words(client, "report_figure", *half(city, period=H1_BEFORE), "H9")


def test_the_year_to_date_stands_beside_a_part_of_the_year(federation: Federation) -> None:
    east, city = federation.east, federation.city
    for period, number in zip(
        (*TWO_QUARTERS, Period.parse("2019Q1"), Period.parse("2019Q2")), (49, 60, 40, 40), strict=True
    ):
        returned(east, city, period, H9=number)
    client = city.browser("reviewer")
    said = words(client, "report_figure", "quarter", "2020Q2", city.organisation.code, "A1")
    assert "本年累计109人次2020年上半年·同比+36.3%" in said
    assert "本年累计" not in words(client, "report_figure", "quarter", "2020Q1", city.organisation.code, "A1")


def test_the_line_of_the_months_is_told_in_words_and_numbers(federation: Federation) -> None:
    east, city = federation.east, federation.city
    for n in range(1, 7):
        returned(east, city, Period.parse(f"2020-0{n}"), H9=1_000 * n)
    client = city.browser("reviewer")
    page = client.get(reverse("report_figure", args=[*half(city), "H9"])).content.decode()
    assert 'aria-label="按月，2019年1月至2020年6月：最早 1,000 人次，最近 6,000 人次；' in page
    assert "最低 1,000 人次（2020年1月），最高 6,000 人次（2020年6月）" in page
    assert page.count('class="spark-now"') == 1
    returned(east, city, H1_BEFORE, H9=9_000)  # no months of 2019 any more: halves then
    assert (
        "按半年，2019年上半年至2020年上半年"
        in client.get(reverse("report_figure", args=[*half(city), "H9"])).content.decode()
    )


# Masks --------------------------------------------------------------------------------------------------------------


def small_last_year(federation: Federation) -> None:
    """The east had three hotline cases the year before and has a hundred now."""
    third = a_unit("南区总工会", "district", federation.city.organisation, area_code="110105")
    for unit, last, now in (
        (federation.east, 3, 100),
        (federation.west, 30, 200),
        (third, 400, 300),
        (federation.city, 70, 80),
    ):
        returned(unit, federation.city, H1_BEFORE, H4=last)
        returned(unit, federation.city, H1, H4=now)


def test_a_hidden_base_shows_nothing_and_no_difference_opens_it(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_last_year(federation)
    east, outside = federation.east, federation.city.browser("reviewer")
    for query in ("?compare=yoy", "?compare=yoy&base=now"):
        seen = words(outside, "report", *half(east), query=query)
        assert "100件" in seen
        assert "+97" not in seen
        assert "同比增加" not in seen
    pane = words(outside, "report_figure", *half(east), "H4")
    assert "+97" not in pane
    assert "增加97件" in words(east.browser("statistician"), "report", *half(east), query="?compare=yoy")
    whole = words(outside, "report_figure", *half(federation.city), "H4")  # the city's breakdown
    assert "+97" not in whole
    assert "300−25%" in whole
    assert "+566" not in whole  # the west would give the east away
    monkeypatch.setattr(reading, "masked_rows", lambda *_: frozenset())  # it is the guard that hides
    assert "+97" in words(outside, "report", *half(east), query="?compare=yoy")


def test_a_print_for_outside_hides_what_the_page_hides(federation: Federation) -> None:
    small_last_year(federation)
    east = federation.east.organisation
    report, filling = filled_report(form(HALF), east, H1)
    assert {"H4", "H4|yoy"} <= filling.names
    texts = {
        hidden: "".join(
            number.text for number in paper_of(report, filling, hidden=hidden).numbers if "H4" in number.row
        )
        for hidden in (frozenset[str](), frozenset({"H4|yoy"}), frozenset({"H4"}))
    }
    assert list(texts.values()) == ["100件同比增加97件", "100件—", "——"]
