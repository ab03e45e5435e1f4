"""New members in the report: not reported while nobody keeps them, no returns from the day that they are kept, and
then a number that opens to its people."""

from datetime import date

import pytest
from django.urls import reverse

from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES
from gonghui.core.journal import entries_of
from gonghui.core.period import Period
from gonghui.reports import actions as reports
from gonghui.reports import filling, report_forms
from gonghui.reports.tests.builders import a_draft, a_federation, a_round, return_of
from gonghui.spine.members.tests.builders import a_member

pytestmark = pytest.mark.django_db
ADMITTED, ROW = "members.people_admitted", "F53"
JUNE = Period.parse("2020-06")


def printed(unit: object) -> str:
    form = report_forms.usual()
    return filling.fill(form, unit.organisation, form.period).rows[ROW].printed  # type: ignore[attr-defined]


def test_new_members_are_not_reported_then_refused_as_returns_then_open_to_rows() -> None:
    federation = a_federation()
    east, reviewer = federation.east, federation.city.reviewer
    assert printed(federation.city) == printed(east) == "未报"

    reports.start_programme("members", east.organisation, by=reviewer, on=date(2020, 6, 1))
    assert (printed(east), printed(federation.west)) == ("0人", "未报")
    opened = a_round(federation.city, ADMITTED, period=JUNE)
    with pytest.raises(Refusal) as refused:
        reports.enter_line(return_of(opened, east), a_draft(ADMITTED, 7), by=east.clerk, on=date(2020, 7, 2))
    assert refused.value.code == "reports.programme_runs"

    person = a_member(federation.shop.organisation, admitted_on=date(2020, 6, 10))
    assert FIGURES[ADMITTED].value(east.organisation.path, JUNE).whole == (1,)
    assert printed(east) == "1人"
    form = report_forms.usual()
    address = reverse("report_entries", args=[form.code, form.period.key, east.organisation.code, ROW])
    [entry] = entries_of(person)
    link = reverse("entry", args=[entry.pk])
    rows = east.browser("statistician").get(address).content.decode()
    assert link in rows
    assert person.number not in rows
    assert f"/members/{person.public_id}/" in east.browser("member_officer").get(link).content.decode()
