"""Filing a report: one person proposes, another files it at a cut of the journal; from then on its numbers stand."""

import time
from datetime import date

from django.db import IntegrityError, transaction

from gonghui.core import clock
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.figures import Value
from gonghui.core.flow import lock
from gonghui.core.journal import last_position, record, watermark
from gonghui.core.period import Period
from gonghui.reports import checking, report_forms
from gonghui.reports.facts import ReportFiled, ReportProposed
from gonghui.reports.filling import Filled, fill
from gonghui.reports.flow import REPORT_FLOW
from gonghui.reports.models.filings import FiledRow, Report
from gonghui.spine.organisations.models import Organisation

WAIT_SECONDS = 10


@action
def propose_filing(form_code: str, organisation: Organisation, period: Period, *, by: Actor, on: date) -> Report:
    """The report is begun, and waits for a second person of the same union to file it."""
    by.require("reports.edit")
    _own(organisation, by)
    form = report_forms.form(form_code)
    if on <= period.last:
        raise Refusal(
            "reports.period_open",
            "%(period)s要到 %(last)s 才结束，%(on)s 还不能备案，请到期后再提请",
            period=period.label,
            last=period.last.isoformat(),
            on=on.isoformat(),
        )
    report = _begun(form.code, organisation, period, by=by, on=on)
    lock(report, "state")
    if report.state == "filed":
        raise StepRefused("reports.filed_already", "这份报告已经备案，数字不再改动；有错请走更正")
    report.proposed_by, report.proposed_account = by.id, by.account_id
    report.proposed_by_name, report.proposed_on = by.name, on
    report.save(update_fields=["proposed_by", "proposed_account", "proposed_by_name", "proposed_on"])
    record(ReportProposed(form=form.code, period=period.key), about=report, by=by, happened_on=on)
    return report


def _begun(form: str, organisation: Organisation, period: Period, *, by: Actor, on: date) -> Report:
    """The one report of the form, organisation and period; two editors pressing at once get the same."""
    found = Report.objects.of(form, organisation, period)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Report.objects.create(
                form=form,
                organisation=organisation,
                period=period.key,
                proposed_by=by.id,
                proposed_account=by.account_id,
                proposed_by_name=by.name,
                proposed_on=on,
            )
    except IntegrityError:
        return Report.objects.get(form=form, organisation=organisation, period=period.key)


@action
def confirm_filing(report: Report, *, by: Actor, on: date, mark: int) -> Report:
    """Each number stands as it is at the cut, which lies at or after `mark`, the moment the button was pressed."""
    lock(report, "state", "proposed_account")
    REPORT_FLOW.check("file", report, by=by)
    _own(report.organisation, by)
    if by.account_id == report.proposed_account:
        raise StepRefused("reports.second_person", "备案要由另一个人确认：提请人不能自己确认，请单位负责人来办")
    form = report_forms.form(report.form)
    # Whoever accepts a line of these figures now is waited for; whoever comes later finds the period filed.
    checking.lock_families((row.figure.name, report.organisation.path) for row in form.rows)
    cut = watermark()
    if cut < mark:
        raise StepRefused(
            "reports.not_settled",
            "按下按钮前的记录还没有全部落定（落定到第 %(cut)s 条，要等到第 %(mark)s 条），请稍后再按",
            cut=cut,
            mark=mark,
        )
    filling = fill(form, report.organisation, Period.parse(report.period), cut)
    FiledRow.objects.bulk_create([_row(report, filled) for filled in filling])
    report.state, report.cut = "filed", cut
    report.filed_by, report.filed_account, report.filed_by_name = by.id, by.account_id, by.name
    report.filed_on, report.filed_at = on, clock.now()
    report.save()
    record(
        ReportFiled(form=report.form, period=report.period, rows=len(filling.rows)),
        about=report,
        by=by,
        happened_on=on,
    )
    return report


def _own(organisation: Organisation, by: Actor) -> None:
    if organisation.id != by.organisation_id:
        raise StepRefused(
            "reports.own_report", "只能备案本单位的报告；“%(name)s”的报告由该单位自己备案", name=organisation.name
        )


def _row(report: Report, filled: Filled) -> FiledRow:
    recorded, returned = _parts(filled.value)
    return FiledRow(
        report=report,
        row=filled.row.id,
        figure=filled.figure.name,
        first_on=filled.period.first,
        last_on=filled.period.last,
        recorded=recorded[0],
        recorded_of=recorded[1],
        returned=returned[0],
        returned_of=returned[1],
        standing=filled.standing.value,
        printed=filled.printed,
        printed_en=filled.printed_en,
    )


def _parts(value: Value) -> tuple[tuple[int, int | None], tuple[int, int | None]]:
    def two(parts: tuple[int, ...]) -> tuple[int, int | None]:
        return parts[0], parts[1] if len(parts) == 2 else None

    return two(value.recorded), two(value.returned)


def settle(mark: int, seconds: float = WAIT_SECONDS, *, step: float = 0.05) -> int:
    """Wait until every entry drawn at or before `mark` is settled, at most so many seconds; the watermark then."""
    until = time.monotonic() + seconds
    while (settled := watermark()) < mark and time.monotonic() < until:
        time.sleep(step)
    return settled


def pressed_now() -> int:
    """The mark of this moment: no entry drawn so far may slip past the cut."""
    return last_position()
