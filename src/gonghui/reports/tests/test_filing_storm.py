"""Filing beside writers: nothing written before the press is missed, nothing slips under the cut, one filing wins."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
from django.db import OperationalError, connection, connections, transaction

from gonghui.core.action import action
from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.journal import record, watermark
from gonghui.reports import locks
from gonghui.reports.actions import filings
from gonghui.reports.facts import FigureReturned
from gonghui.reports.filling import fill, filled_report, rows_for
from gonghui.reports.models import FiledRow, Report
from gonghui.reports.tests.builders import H1, a_federation
from gonghui.reports.tests.filing_builders import AUGUST, a_second, an_editor, the_form
from gonghui.spine.organisations.models import Organisation

pytestmark = pytest.mark.django_db(transaction=True)
PAYMENTS = "mutual_aid.payments_made"


@action
def returned(organisation: Organisation, payments: int) -> None:
    """One accepted number."""
    fact = FigureReturned(PAYMENTS, "", "own", quantity=payments)
    record(fact, about=organisation, by=SYSTEM, happened_on=H1.last)


@contextmanager
def somebody_writing(organisation: Organisation, payments: int) -> Iterator[Event]:
    """Another connection that has written its entry and commits only when told to."""
    written, told = Event(), Event()

    def write() -> None:
        try:
            with transaction.atomic():
                returned(organisation, payments)
                written.set()
                told.wait(20)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(write)
        assert written.wait(10)
        try:
            yield told
        finally:
            told.set()
            done.result(20)


def a_street() -> Organisation:
    """A union whose report needs no signatures: a number that lands late is what is looked at here."""
    return a_federation().street.organisation


def proposed(organisation: Organisation) -> Report:
    """A report that waits for its second person."""
    return filings.propose_filing("beijing_2020h1", organisation, H1, by=an_editor(organisation), on=AUGUST)


def test_a_writer_that_came_before_the_press_is_waited_for_and_counted():
    street = a_street()
    report, lead = proposed(street), a_second(street)
    with somebody_writing(street, 700) as told:
        mark = filings.pressed_now()
        assert filings.settle(mark, 0.3) < mark
        with pytest.raises(Refusal, match="没有全部落定"):
            filings.confirm_filing(report, by=lead, on=AUGUST, mark=mark)
        told.set()
        assert filings.settle(mark, 10) >= mark
    filings.confirm_filing(report, by=lead, on=AUGUST, mark=mark)
    assert FiledRow.objects.get(report=report, row="F35").value.whole == (700,)


def test_a_writer_that_comes_after_the_cut_stays_outside_it():
    street = a_street()
    returned(street, 100)
    report, lead = proposed(street), a_second(street)
    mark = filings.pressed_now()
    with somebody_writing(street, 900):
        filings.confirm_filing(report, by=lead, on=AUGUST, mark=mark)
    assert report.cut is not None
    assert watermark() > report.cut
    assert FiledRow.objects.get(report=report, row="F35").value.whole == (100,)
    assert fill(the_form(), street, H1, report.cut).rows["F35"].value.whole == (100,)
    assert fill(the_form(), street, H1).rows["F35"].value.whole == (1000,)


def test_of_many_who_press_at_once_one_files():
    street = a_street()
    report, mark = proposed(street), filings.pressed_now()

    def press(_n: int) -> bool:
        try:
            filings.confirm_filing(Report.objects.get(pk=report.pk), by=a_second(street), on=AUGUST, mark=mark)
        except Refusal:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(press, range(6))) == [False] * 5 + [True]
    assert FiledRow.objects.filter(report=report).count() == len(rows_for(the_form(), street))


def test_two_editors_who_propose_at_once_begin_one_report():
    street = a_street()

    def propose(_n: int) -> int:
        try:
            return proposed(street).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(propose, range(4)))) == 1
    assert Report.objects.count() == 1


def test_a_draft_names_the_position_it_can_be_computed_again_at_unless_somebody_writes():
    street = a_street()
    returned(street, 40)
    _report, still = filled_report(the_form(), street, H1)
    assert still.as_of == filings.pressed_now()
    with somebody_writing(street, 2):
        _report, busy = filled_report(the_form(), street, H1)
        assert busy.as_of is None
    assert fill(the_form(), street, H1, still.as_of).rows["F35"].value == still.rows["F35"].value


def test_filing_waits_for_whoever_is_accepting_a_line_of_its_figures():
    federation = a_federation()
    street = federation.street.organisation
    report, lead = proposed(street), a_second(street)
    with accepting(federation.shop.organisation), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local lock_timeout = '300ms'")
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            filings.confirm_filing(report, by=lead, on=AUGUST, mark=filings.pressed_now())
    assert filings.confirm_filing(report, by=lead, on=AUGUST, mark=filings.pressed_now()).is_filed


@contextmanager
def accepting(organisation: Organisation) -> Iterator[None]:
    """Another connection that has asked whether the period is filed and has not recorded its line yet."""
    asked, told = Event(), Event()

    def accept() -> None:
        try:
            with transaction.atomic():
                locks.lock_families([(PAYMENTS, organisation.path)])
                asked.set()
                told.wait(20)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads:
        done = threads.submit(accept)
        assert asked.wait(10)
        try:
            yield
        finally:
            told.set()
            done.result(20)
