"""The audit of returns finds what was changed behind the actions' back, and nothing else."""

import pytest
from django.db import connection

from gonghui.core.period import Period
from gonghui.reports.models import Line, audits
from gonghui.reports.tests.builders import (
    HOMES,
    PAYMENTS,
    QUALIFIED,
    Federation,
    a_corrected_line,
    a_draft,
    a_federation,
    a_round,
    a_submitted_return,
    an_accepted_return,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def worked() -> Federation:
    """Accepted, corrected, refused and waiting lines of each kind."""
    federation = a_federation()
    for key, level in (("2020-03", 100), ("2020-05", 130), ("2020-04", 120)):
        opened = a_round(federation.city, HOMES, QUALIFIED, period=Period.parse(key))
        drafts = [a_draft(HOMES, level, reason="新建"), a_draft(QUALIFIED, level, 400, reason="新增")]
        an_accepted_return(opened, federation.east, federation.city, *drafts)
    opened = a_round(federation.city, PAYMENTS)
    [line] = an_accepted_return(opened, federation.east, federation.city, a_draft(PAYMENTS, 7))
    a_corrected_line(line, federation.east, federation.city, 8)
    april = Line.objects.get(figure=HOMES, number=120)
    a_corrected_line(april, federation.east, federation.city, 110)
    a_submitted_return(opened, federation.west, a_draft(PAYMENTS, 5))
    return federation


def found() -> list[tuple[str, str]]:
    return [(one.kept, one.counted) for one in audits.lines_against_entries()]


def behind_the_back(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("reset session_replication_role")


def test_honest_work_leaves_no_difference(worked: Federation) -> None:
    assert found() == []


def test_a_number_changed_in_the_table_is_found(worked: Federation) -> None:
    behind_the_back("update reports_line set number = 9 where figure = 'mutual_aid.payments_made' and number = 8")
    assert found() == [("9/0", "8/0")]


def test_a_level_changed_in_the_table_shows_in_its_own_and_the_next_difference(worked: Federation) -> None:
    behind_the_back("update reports_line set number = 101 where figure = 'places.homes_built' and number = 100")
    assert sorted(found()) == [("101/0", "100/0"), ("9/0", "10/0")]


def test_an_entry_lost_or_left_over_is_found(worked: Federation) -> None:
    behind_the_back("delete from core_entry where quantity = 8")
    assert found() == [("8/0", "0/0")]
    behind_the_back("update reports_line set state = 'accepted' where state = 'submitted'")
    assert ("5/0", "0/0") in found()
