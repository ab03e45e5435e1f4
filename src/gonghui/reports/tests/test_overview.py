"""What reports add to the dashboard: own numbers only, as they are printed, and who still owes a return."""

from datetime import date

import pytest

from gonghui.reports import actions
from gonghui.reports.console import overview
from gonghui.reports.tests.builders import (
    HOMES,
    PAYMENTS,
    a_draft,
    a_federation,
    a_round,
    a_submitted_return,
    someone,
)
from gonghui.reports.tests.filing_builders import returned_by

pytestmark = pytest.mark.django_db


def test_numbers_are_of_the_own_organisation_and_money_as_printed() -> None:
    federation = a_federation()
    returned_by(federation, "east", "F35", 216_840)
    returned_by(federation, "west", "F19", 187_214_560_00)
    city = {number.title: number for number in overview.latest(federation.city.clerk)}
    assert [(n.value, n.unit) for n in city.values()] == [("216,840", "人次"), ("1.87", "亿元")]
    assert [n.value for n in overview.latest(federation.east.clerk)] == ["216,840"]
    assert overview.latest(federation.street.clerk) == []
    assert all("/F" in number.url for number in city.values())


def test_work_that_runs_on_the_platform_says_nought_where_it_runs_and_no_earlier() -> None:
    federation = a_federation()
    reviewer = federation.city.reviewer
    actions.start_programme("members", federation.east.organisation, by=reviewer, on=date(2020, 7, 1))
    assert overview.latest(federation.east.clerk) == []
    actions.start_programme("members", federation.west.organisation, by=reviewer, on=date(2020, 6, 1))
    assert [(n.value, n.unit) for n in overview.latest(federation.west.clerk)] == [("0", "人")]
    assert overview.latest(federation.city.clerk) == overview.latest(federation.street.clerk) == []


def test_without_the_power_there_are_no_numbers_and_no_ranking() -> None:
    federation = a_federation()
    a_round(federation.city, HOMES)
    nobody = someone(federation.city.organisation, "system_admin", "system.settings")
    assert overview.latest(nobody) == []
    assert overview.collecting(nobody) == []


def test_the_ranking_names_who_still_owes() -> None:
    federation = a_federation()
    opened = a_round(federation.city, HOMES, PAYMENTS)
    a_submitted_return(opened, federation.east, a_draft(HOMES, 3), a_draft(PAYMENTS, 5))
    a_submitted_return(opened, federation.west, a_draft(HOMES, 3))
    [ranking] = overview.collecting(federation.city.reviewer)
    assert ranking.note == "1 / 3"
    assert [(rank.percent, rank.text) for rank in ranking.rows] == [(0, "0 / 2"), (50, "1 / 2")]
    assert overview.collecting(federation.east.reviewer) == []
    actions.close_round(opened, by=federation.city.reviewer, on=opened.due_on)
    assert overview.collecting(federation.city.reviewer) == []
