"""Filing: two people, one cut, numbers that stand, and the mark where the journal has moved on."""

import pytest
from django.db import DatabaseError, connection

from gonghui.core.errors import PowerMissing, Refusal, StepRefused
from gonghui.core.journal import entries_of
from gonghui.core.models import FactGroup
from gonghui.core.period import Period
from gonghui.reports import filling
from gonghui.reports.actions import filings
from gonghui.reports.models import FiledRow, Report
from gonghui.reports.models.filings import is_filed
from gonghui.reports.tests.builders import (
    H1,
    JULY,
    a_corrected_line,
    a_draft,
    a_federation,
    a_round,
    a_submitted_return,
    return_of,
)
from gonghui.reports.tests.filing_builders import (
    AUGUST,
    a_filed_report,
    a_ready_report,
    a_second,
    an_editor,
    returned_by,
    the_form,
)

pytestmark = pytest.mark.django_db(transaction=True)
FORM = "beijing_2020h1"


def test_a_filed_report_keeps_every_row_and_the_cut():
    federation = a_federation()
    returned_by(federation, "east", "F35", 500)
    report = a_filed_report(federation.city.organisation)
    assert report.state == "filed"
    assert report.cut == filings.pressed_now() - 1  # the filing's own entry comes after it
    kept = FiledRow.objects.get(report=report, row="F35")
    assert (kept.printed, kept.value.whole, kept.standing) == ("500人次", (500,), "known")
    assert FiledRow.objects.filter(report=report).count() == 33
    assert FiledRow.objects.get(report=report, row="F10").printed == "未报"
    filed = entries_of(report).latest("id")
    assert filed.quantity == 33
    assert FactGroup.objects.get(pk=filed.group_id).facts["table"] == report.table_hash


def test_the_person_who_proposed_cannot_file():
    federation = a_federation()
    organisation = federation.city.organisation
    both = a_second(organisation)
    both = type(both)(**{**both.__dict__, "powers": both.powers | {"reports.edit"}})
    a_ready_report(organisation)
    report = filings.propose_filing(FORM, organisation, H1, by=both, on=AUGUST)
    with pytest.raises(StepRefused, match="另一个人"):
        filings.confirm_filing(report, by=both, on=AUGUST, mark=0)


def test_filing_needs_the_power_and_the_own_union():
    federation = a_federation()
    city, east = federation.city.organisation, federation.east.organisation
    with pytest.raises(PowerMissing):
        filings.propose_filing(FORM, city, H1, by=a_second(city), on=AUGUST)
    with pytest.raises(StepRefused, match="本单位"):
        filings.propose_filing(FORM, east, H1, by=an_editor(city), on=AUGUST)
    a_ready_report(city)
    report = filings.propose_filing(FORM, city, H1, by=an_editor(city), on=AUGUST)
    with pytest.raises(PowerMissing):
        filings.confirm_filing(report, by=an_editor(city), on=AUGUST, mark=0)
    with pytest.raises(StepRefused, match="本单位"):
        filings.confirm_filing(report, by=a_second(east), on=AUGUST, mark=0)


def test_a_period_that_still_runs_cannot_be_filed():
    federation = a_federation()
    organisation = federation.city.organisation
    with pytest.raises(Refusal, match="还不能备案"):
        filings.propose_filing(FORM, organisation, Period.parse("2020"), by=an_editor(organisation), on=AUGUST)


def test_a_report_is_filed_once():
    federation = a_federation()
    report = a_filed_report(federation.city.organisation)
    with pytest.raises(StepRefused):
        filings.confirm_filing(report, by=a_second(federation.city.organisation), on=AUGUST, mark=0)
    with pytest.raises(StepRefused, match="已经备案"):
        filings.propose_filing(
            FORM, federation.city.organisation, H1, by=an_editor(federation.city.organisation), on=AUGUST
        )
    assert Report.objects.count() == 1


def test_filing_waits_for_what_was_written_before_the_press():
    federation = a_federation()
    organisation = federation.city.organisation
    a_ready_report(organisation)
    report = filings.propose_filing(FORM, organisation, H1, by=an_editor(organisation), on=AUGUST)
    with pytest.raises(StepRefused, match="还没有全部落定"):
        filings.confirm_filing(report, by=a_second(organisation), on=AUGUST, mark=filings.pressed_now() + 1)
    report.refresh_from_db()
    assert report.state == "approved"


def test_a_correction_after_filing_leaves_the_number_and_marks_it():
    federation = a_federation()
    line = returned_by(federation, "east", "F35", 500)
    returned_by(federation, "west", "F36", 900)
    organisation = federation.city.organisation
    report = a_filed_report(organisation)
    a_corrected_line(line, federation.east, federation.city, 620)
    stood = filling.standing_report(report)
    moved = stood.rows["F35"]
    assert (moved.printed, moved.moved) == ("500人次", True)
    assert moved.value.whole == (500,)
    assert moved.now is not None
    assert moved.now.whole == (620,)
    assert [name for name, row in stood.rows.items() if row.moved] == ["F35"]
    again = filling.fill(the_form(), organisation, H1, report.cut)
    assert again.rows["F35"].value == moved.value


def test_every_filed_number_can_be_computed_again_at_its_cut():
    federation = a_federation()
    line = returned_by(federation, "east", "F42", 5_300)
    returned_by(federation, "east", "F43", 77)
    report = a_filed_report(federation.city.organisation)
    a_corrected_line(line, federation.east, federation.city, 100)
    again = filling.fill(the_form(), federation.city.organisation, H1, report.cut)
    for row in report.rows.all():
        assert again.rows[row.row].value == row.value
        assert again.rows[row.row].printed == row.printed


def test_new_lines_for_a_filed_period_are_refused_below_the_filed_union_only():
    federation = a_federation()
    a_filed_report(federation.east.organisation)
    opened = a_round(federation.city, "mutual_aid.payments_made")
    with pytest.raises(Refusal, match="备案"):
        a_submitted_return(opened, federation.east, a_draft("mutual_aid.payments_made", 3))
    assert a_submitted_return(opened, federation.west, a_draft("mutual_aid.payments_made", 3))
    assert return_of(opened, federation.east).lines.count() == 0


def test_a_filed_stock_closes_every_earlier_day():
    federation = a_federation()
    a_filed_report(federation.city.organisation)
    path = federation.street.organisation.path
    assert is_filed(path, "places.homes_built", JULY.replace(year=2018), JULY.replace(year=2018))
    assert not is_filed(path, "places.homes_built", JULY, JULY)
    assert not is_filed(path, "mutual_aid.payments_made", JULY.replace(year=2018), JULY.replace(year=2018))


def test_the_database_refuses_to_change_what_was_filed():
    federation = a_federation()
    report = a_filed_report(federation.city.organisation)
    for statement in (
        "update reports_filedrow set printed = 'x' where report_id = %s",
        "delete from reports_filedrow where report_id = %s",
        "update reports_report set cut = 1 where id = %s",
        "delete from reports_report where id = %s",
    ):
        with pytest.raises(DatabaseError, match="is filed"), connection.cursor() as cursor:
            cursor.execute(statement, [report.pk])
