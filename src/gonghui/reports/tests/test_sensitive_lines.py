"""A sensitive line is read by the unit that wrote it and by who decides on it; others see where it stands, no more."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from gonghui.core.period import Period
from gonghui.reports import actions
from gonghui.reports.breakdown import areas
from gonghui.reports.filling import fill
from gonghui.reports.models import Evidence, Line
from gonghui.reports.tests.builders import (
    H1,
    HOTLINE,
    JULY,
    PAYMENTS,
    Federation,
    Unit,
    a_draft,
    a_federation,
    a_round,
    a_unit,
    an_accepted_return,
    return_of,
    someone,
)
from gonghui.reports.tests.filing_builders import the_form
from gonghui.web.papers.tests.builders import a_pdf


@pytest.fixture
def federation(db: None, tmp_path: Path, settings: object) -> Federation:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return a_federation()


@pytest.fixture
def line(federation: Federation) -> Line:
    """Seven cases with a note and a paper, and a number of another kind; the half-year before there were 4,321."""
    before = Period.parse("2019H2")
    earlier = a_round(federation.city, HOTLINE, period=before)
    an_accepted_return(earlier, federation.east, federation.city, a_draft(HOTLINE, 4_321))
    in_return = return_of(a_round(federation.city, HOTLINE, PAYMENTS), federation.east)
    drafts = [a_draft(HOTLINE, 7, reason="平台调整", note="其中三件重复"), a_draft(PAYMENTS, 9_876)]
    lines = actions.enter_lines(in_return, drafts, by=federation.east.clerk, on=JULY)
    actions.add_evidence(in_return, a_pdf("sum"), "汇总.pdf", by=federation.east.clerk, on=JULY, lines=lines[:1])
    actions.send_for_signature(in_return, by=federation.east.clerk, on=JULY)
    actions.sign_return(in_return, by=federation.east.lead, on=JULY)
    line = Line.objects.get(figure=HOTLINE, in_return=in_return)
    actions.comment_line(line, text="请核对口径", by=federation.city.reviewer, on=JULY)
    return line


def words(client: Client, name: str, *args: object) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL)


SAID = ("4,321", "平台调整", "其中三件重复", "汇总.pdf")


@pytest.mark.parametrize("role", ["report_editor", "statistician", "unit_lead", "auditor"])
def test_others_of_the_level_above_see_where_it_stands_and_nothing_it_says(
    federation: Federation, line: Line, role: str
) -> None:
    client, sheet = federation.city.browser(role), line.in_return.public_id
    own = words(client, "line", line.public_id)
    assert "已报" in own
    assert "请核对口径" in own
    for page in (own, words(client, "return", sheet), words(client, "print_return", sheet)):
        assert not [one for one in SAID if one in page]
        assert not re.search(r"(?<![\d-])7\s+件", page)
    assert "9,876" in words(client, "return", sheet)
    evidence = Evidence.objects.get()
    assert client.get(reverse("evidence", args=[evidence.public_id])).status_code == 404
    actions.accept_lines([line], by=federation.city.reviewer, on=JULY)
    assert not [one for one in SAID if one in words(client, "line", line.public_id)]


def test_the_unit_itself_and_who_decides_read_all_of_it(federation: Federation, line: Line) -> None:
    evidence = reverse("evidence", args=[Evidence.objects.get().public_id])
    for client in (
        federation.city.browser("reviewer"),
        federation.east.browser("statistician"),
    ):
        for page in (
            words(client, "line", line.public_id),
            words(client, "return", line.in_return.public_id),
        ):
            assert "4,321" in page
            assert "平台调整" in page
            assert "汇总.pdf" in page
        assert client.get(evidence).status_code == 200


def test_that_there_is_no_such_work_is_not_told_either(federation: Federation) -> None:
    opened = a_round(federation.city, HOTLINE)
    for unit in (federation.east, federation.west):
        an_accepted_return(opened, unit, federation.city, a_draft(HOTLINE, None, nothing=True))
    assert "无此项" not in words(federation.city.browser("report_editor"), "round", opened.public_id)
    assert "无此项" in words(federation.city.browser("reviewer"), "round", opened.public_id)


# The same mask on a unit's own page ------------------------------------------------------------------------------


def masked(federation: Federation, unit: Unit, period: Period = H1) -> bool:
    """Whether an editor of the city sees — for the unit's hotline cases."""
    editor = someone(federation.city.organisation, "report_editor", "reports.see")
    filled = fill(the_form(), unit.organisation, period).rows["F42"]
    return areas.is_masked(filled, unit.organisation, editor)


def cases(federation: Federation, unit: Unit, number: int, period: Period = H1) -> None:
    """So many hotline cases returned by the unit for a period."""
    opened = a_round(federation.city, HOTLINE, period=period)
    an_accepted_return(opened, unit, federation.city, a_draft(HOTLINE, number, reason="季节"))


def test_a_district_that_would_give_a_small_one_away_is_hidden_on_its_own_page_too(federation: Federation) -> None:
    third = a_unit("南区总工会", "district", federation.city.organisation, area_code="110105")
    cases(federation, federation.east, 9)
    cases(federation, federation.west, 30)
    cases(federation, third, 400)
    cases(federation, federation.city, 50)
    assert [masked(federation, unit) for unit in (federation.east, federation.west, third)] == [True, True, False]
    own = fill(the_form(), federation.west.organisation, H1).rows["F42"]
    assert not areas.is_masked(own, federation.west.organisation, federation.west.clerk)


def test_a_small_month_hides_the_half_year_it_would_come_out_of(federation: Federation) -> None:
    quarters = Period.parse("2020Q1"), Period.parse("2020Q2")
    for unit, numbers in ((federation.east, (40, 3)), (federation.west, (50, 60)), (federation.city, (70, 80))):
        for period, number in zip(quarters, numbers, strict=True):
            cases(federation, unit, number, period)
    seen = {
        (unit.organisation.name, period.key): not masked(federation, unit, period)
        for unit in (federation.east, federation.west)
        for period in (*quarters, H1)
    }
    assert seen == {
        ("东区总工会", "2020Q1"): True,
        ("东区总工会", "2020Q2"): False,
        ("东区总工会", "2020H1"): False,
        ("西区总工会", "2020Q1"): True,
        ("西区总工会", "2020Q2"): False,  # the smallest other goes with the one that is hidden
        ("西区总工会", "2020H1"): False,
    }


def test_days_chosen_freely_show_no_number_of_another_unit(federation: Federation) -> None:
    for unit in (federation.east, federation.west, federation.city):
        cases(federation, unit, 500, Period.parse("2020-02"))
    assert not masked(federation, federation.east, Period.parse("2020-02"))
    assert masked(federation, federation.east, Period(date(2020, 1, 15), date(2020, 3, 20)))
    assert masked(federation, federation.east, Period.parse("2020-02-01..2020-03-31"))
