"""Making a report before it is filed: begun by its editor, moved from stage to stage, its text written by people."""

from datetime import date

from django.db import IntegrityError, transaction

from gonghui.core import clock
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.flow import lock
from gonghui.core.journal import record
from gonghui.core.period import Period
from gonghui.reports import report_forms, wording
from gonghui.reports.facts import ReportBegun, ReportMoved, TextWritten
from gonghui.reports.filling import Filling, fill_report, text_of
from gonghui.reports.flow import REPORT_FLOW
from gonghui.reports.making import proofreading, signatures
from gonghui.reports.models import Block, Report
from gonghui.spine.organisations.models import Organisation

MOVES = ("collect", "write", "revise", "approve", "return_revised", "return_draft")
"""The steps that do nothing but move the report."""


@action
def begin_report(form_code: str, organisation: Organisation, period: Period, *, by: Actor, on: date) -> Report:
    """The union's report of the period stands at the first of its form's stages."""
    by.require("reports.edit")
    own(organisation, by)
    report, is_new = begun(form_code, organisation, period, by=by, on=on)
    if not is_new:
        raise StepRefused(
            "reports.begun_already", "这份报告已经由 %(name)s 开始编写，请刷新", name=report.begun_by_name
        )
    return report


def begun(form_code: str, organisation: Organisation, period: Period, *, by: Actor, on: date) -> tuple[Report, bool]:
    """The one report of the form, organisation and period, and whether it is new; of two at once one begins it."""
    form = report_forms.form(form_code)
    if not form.serves(organisation.level, period):
        raise Refusal(
            "reports.form_not_for",
            "“%(form)s”不用于这个单位或这个期间，请换一张报告表",
            form=form.title.format(period=period.label),
        )
    found = Report.objects.of(form.code, organisation, period)
    if found is not None:
        return found, False
    stages = form.stages_at(organisation.level)
    try:
        with transaction.atomic():
            made = Report.objects.create(
                form=form.code,
                organisation=organisation,
                period=period.key,
                state=stages[0],
                stages=" ".join(stages),
                begun_account=by.account_id,
                begun_by_name=by.name,
                begun_on=on,
            )
    except IntegrityError:
        return Report.objects.get(form=form.code, organisation=organisation, period=period.key), False
    record(ReportBegun(form=form.code, period=period.key), about=made, by=by, happened_on=on)
    return made, True


@action
def move_report(report: Report, step: str, *, by: Actor, on: date) -> Report:
    """The report stands at the stage the step leads to; what stands in its way is said."""
    if step not in MOVES:
        raise StepRefused("reports.step_unknown", "没有这一步，请刷新后再看可办的步骤")
    own(report.organisation, by)
    lock(report, "state", "round")
    REPORT_FLOW.check(step, report, by=by)
    if step == "revise":
        open_remarks = report.remarks.filter(round=report.round, accepted=None).count()
        if open_remarks:
            raise StepRefused(
                "reports.remarks_open", "还有 %(n)s 条意见没有答复，请先逐条写明采纳或不采纳", n=open_remarks
            )
    if step == "approve":
        ready(report, fill_report(report))
        report.approved_by_name, report.approved_on = by.name, on
    if step.startswith("return"):
        report.approved_by_name, report.approved_on = "", None
    withdraw_proposal(report)
    report.save(update_fields=["approved_by_name", "approved_on", *PROPOSAL])
    moved(report, step, by=by, on=on)
    return report


def moved(report: Report, step: str, *, by: Actor, on: date) -> None:
    """Take the step and record where it led."""
    REPORT_FLOW.take(step, report, by=by)
    fact = ReportMoved(form=report.form, period=report.period, stage=report.state)
    record(fact, about=report, by=by, happened_on=on)


PROPOSAL = ("proposed_by", "proposed_account", "proposed_by_name", "proposed_on")


def withdraw_proposal(report: Report) -> None:
    """Whoever was asked to file was asked for another report than this one is now."""
    report.proposed_by = report.proposed_account = report.proposed_on = None
    report.proposed_by_name = ""


def ready(report: Report, filling: Filling) -> None:
    """Refuse while a sentence says what is not so, or a figure is not signed as it stands."""
    for found in proofreading.of_report(filling):
        if found.is_error:
            raise Refusal(found.code, found.message, **found.params)
    if "signed" not in report.way:
        return
    waiting = signatures.waiting(report, filling)
    if waiting:
        titles = "、".join(filling.rows[row].figure.title for row in waiting[:3])
        raise StepRefused(
            "reports.not_signed",
            "还有 %(n)s 个数字没有会签，或会签后又有变动：%(titles)s。请数据负责人先会签",
            n=len(waiting),
            titles=titles,
        )


@action
def write_text(report: Report, section: int, text: str, text_en: str = "", *, base: int, by: Actor, on: date) -> Block:
    """The section reads as written. Refused where somebody else wrote meanwhile, or where it cannot be printed."""
    by.require("reports.edit")
    own(report.organisation, by)
    lock(report, "state")
    if not report.is_editable:
        raise StepRefused("reports.text_closed", "报告现在这一步文字不再改动，请先退回修改")
    filling = fill_report(report)
    if not 1 <= section <= len(filling.form.sections):
        raise Refusal("reports.section_unknown", "这份报告没有第 %(section)s 部分", section=section)
    now = text_of(filling, section)
    if now.version != base:
        raise StepRefused(
            "reports.text_changed",
            "%(name)s 在您写的时候改过这一部分（第 %(version)s 稿）。您写的还在，请对照后再保存",
            name=now.by or "—",
            version=now.version,
        )
    for words, language in ((text, False), (text_en, True)):
        if len(words) > wording.LONGEST:
            raise Refusal(
                "reports.text_long", "一部分最多 %(most)s 字，现在 %(n)s 字", most=wording.LONGEST, n=len(words)
            )
        for found in proofreading.of_text(words, filling, english=language):
            if found.is_error:
                raise Refusal(found.code, found.message, **found.params)
    block = Block.objects.create(
        report=report,
        section=section,
        version=now.version + 1,
        title=now.title,
        title_en=now.title_en,
        text="\n".join(wording.paragraphs(text)),
        text_en="\n".join(wording.paragraphs(text_en)),
        written_account=by.account_id,
        written_by_name=by.name,
        written_at=clock.now(),
    )
    withdraw_proposal(report)
    report.save(update_fields=list(PROPOSAL))
    fact = TextWritten(form=report.form, period=report.period, section=section)
    record(fact, about=report, by=by, happened_on=on)
    return block


def own(organisation: Organisation, by: Actor) -> None:
    """Refuse whoever acts for another union."""
    if organisation.id != by.organisation_id:
        raise StepRefused(
            "reports.own_report", "只能备案本单位的报告；“%(name)s”的报告由该单位自己备案", name=organisation.name
        )
