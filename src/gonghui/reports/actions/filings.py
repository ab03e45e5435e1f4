"""Filing a report: one person proposes, another files it at a cut of the journal; from then on its numbers stand."""

import secrets
import time
from datetime import date

from django.utils.crypto import constant_time_compare

from gonghui.core import clock
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.figures import Value
from gonghui.core.flow import lock
from gonghui.core.journal import last_position, record, watermark
from gonghui.core.period import Period
from gonghui.reports import comparing, locks, report_forms
from gonghui.reports.actions.making import begun, own, ready
from gonghui.reports.facts import ErratumAdded, ReportFiled, ReportProposed, ReportPublished
from gonghui.reports.filling import Filled, Filling, fill_report, first_text
from gonghui.reports.flow import REPORT_FLOW
from gonghui.reports.making.contents import fingerprint
from gonghui.reports.models import Block, Erratum
from gonghui.reports.models.filings import FiledRow, Report
from gonghui.reports.printing.kept import keep
from gonghui.reports.printing.reading import notice_hash
from gonghui.reports.printing.table import figure_table, table_hash
from gonghui.spine.organisations.models import Organisation, lock_tree

WAIT_SECONDS = 10


@action
def propose_filing(form_code: str, organisation: Organisation, period: Period, *, by: Actor, on: date) -> Report:
    """The report, begun if need be, waits for a second person of the same union to file it."""
    by.require("reports.edit")
    own(organisation, by)
    form = report_forms.form(form_code)
    if on <= period.last:
        raise Refusal(
            "reports.period_open",
            "%(period)s要到 %(last)s 才结束，%(on)s 还不能备案，请到期后再提请",
            period=period.label,
            last=period.last.isoformat(),
            on=on.isoformat(),
        )
    report, _is_new = begun(form.code, organisation, period, by=by, on=on)
    lock(report, "state", "proposed_account")
    if report.is_filed:
        raise StepRefused("reports.filed_already", "这份报告已经备案，数字不再改动；有错请走更正")
    if not report.is_ready:
        raise StepRefused(
            "reports.not_ready",
            "报告还在“%(stage)s”，到“%(ready)s”以后才能提请备案",
            stage=REPORT_FLOW.states[report.state],
            ready=REPORT_FLOW.states[report.way[report.way.index("filed") - 1]],
        )
    ready(report, fill_report(report))
    report.proposed_by, report.proposed_account = by.id, by.account_id
    report.proposed_by_name, report.proposed_on = by.name, on
    report.save(update_fields=["proposed_by", "proposed_account", "proposed_by_name", "proposed_on"])
    record(ReportProposed(form=form.code, period=period.key), about=report, by=by, happened_on=on)
    return report


@action
def confirm_filing(report: Report, *, by: Actor, on: date, mark: int, read: str = "") -> Report:
    """Each number stands as it is at the cut, which lies at or after `mark`, the moment the button was pressed.

    `read` is the fingerprint of what the second person had before them: nothing else is filed in their name.
    """
    lock(report, "state", "proposed_account")
    REPORT_FLOW.check("file", report, by=by)
    own(report.organisation, by)
    if report.proposed_account is None:
        raise StepRefused("reports.not_proposed", "还没有人提请备案，或提请后又改过；请报告编辑先提请")
    if by.account_id == report.proposed_account:
        raise StepRefused("reports.second_person", "备案要由另一个人确认：提请人不能自己确认，请单位负责人来办")
    form = report_forms.form(report.form)
    lock_tree(alone=False)  # no act on the tree is dated back into what is being filed
    # Whoever accepts a line of these figures now is waited for; whoever comes later finds the period filed.
    locks.lock_families((row.figure.name, report.organisation.path) for row in form.rows)
    cut = watermark()
    if cut < mark:
        raise StepRefused(
            "reports.not_settled",
            "按下按钮前的记录还没有全部落定（落定到第 %(cut)s 条，要等到第 %(mark)s 条），请稍后再按",
            cut=cut,
            mark=mark,
        )
    filling = fill_report(report, cut)
    ready(report, filling)
    if read and not constant_time_compare(read, fingerprint(filling)):
        raise StepRefused(
            "reports.moved_since_read", "您看过以后报告又有变动（数字或文字），没有备案：请看一遍现在的，再确认"
        )
    FiledRow.objects.bulk_create([_row(report, filled) for filled in filling])
    _keep_texts(report, filling)
    report.state, report.cut = "filed", cut
    report.filed_by, report.filed_account, report.filed_by_name = by.id, by.account_id, by.name
    report.filed_on, report.filed_at = on, clock.now()
    report.table_salt = secrets.token_hex(16)
    report.table_hash = table_hash(figure_table(report))
    report.save()
    papers = keep(report, filling)
    record(
        ReportFiled(form=report.form, period=report.period, rows=len(filling.rows), table=report.table_hash, **papers),
        about=report,
        by=by,
        happened_on=on,
    )
    return report


def _keep_texts(report: Report, filling: Filling) -> None:
    """The form's own prose is kept where nobody wrote another, so that the text stands whatever becomes of the form."""
    own_texts = [
        (n, first_text(filling, n)) for n in range(1, len(filling.form.sections) + 1) if n not in filling.texts
    ]
    Block.objects.bulk_create(
        Block(
            report=report,
            section=section,
            version=1,
            title=text.title,
            title_en=text.title_en,
            text=text.text,
            text_en=text.text_en,
            written_account=report.begun_account,
            written_at=clock.now(),
        )
        for section, text in own_texts
    )


@action
def publish_report(report: Report, *, by: Actor, on: date) -> Report:
    """Anybody may read the filed report from now on; its text and numbers stand."""
    lock(report, "state")
    own(report.organisation, by)
    REPORT_FLOW.check("publish", report, by=by)
    report.state, report.published_by_name, report.published_on = "published", by.name, on
    report.save(update_fields=["state", "published_by_name", "published_on"])
    record(ReportPublished(form=report.form, period=report.period), about=report, by=by, happened_on=on)
    return report


@action
def add_erratum(report: Report, *, said: str, should_say: str, by: Actor, on: date) -> Erratum:
    """The published report carries one more notice: what it said, what it should say."""
    by.require("reports.publish")
    own(report.organisation, by)
    lock(report, "state")
    if report.state != "published":
        raise StepRefused("reports.not_published", "勘误只用于已公布的报告；没公布的请直接改")
    for words, name in ((said, "报告原文"), (should_say, "应为")):
        if not words.strip():
            raise Refusal("reports.erratum_empty", "请写明“%(name)s”", name=name)
    erratum = Erratum.objects.create(
        report=report,
        number=report.errata.count() + 1,
        said=said.strip()[:500],
        should_say=should_say.strip()[:500],
        added_by_name=by.name,
        added_on=on,
    )
    fact = ErratumAdded(form=report.form, period=report.period, number=erratum.number, notice=notice_hash(erratum))
    record(fact, about=report, by=by, happened_on=on)
    return erratum


def _row(report: Report, filled: Filled) -> FiledRow:
    recorded, returned = _parts(filled.value)
    kept = filled.definition
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
        version=kept.version,
        title=kept.title,
        title_en=kept.title_en,
        unit=kept.unit,
        meaning=kept.meaning,
        meaning_en=kept.meaning_en,
        compared=[comparing.kept(one) for one in filled.comparisons],
    )


def _parts(value: Value) -> tuple[tuple[int, int | None], tuple[int, int | None]]:
    def two(parts: tuple[int, ...]) -> tuple[int, int | None]:
        return parts[0], parts[1] if len(parts) == 2 else None

    return two(value.recorded), two(value.returned)


def settle(mark: int, seconds: float = WAIT_SECONDS) -> int:
    """Wait until every entry drawn at or before `mark` is settled, at most so many seconds; the watermark then."""
    until = time.monotonic() + seconds
    while (settled := watermark()) < mark and time.monotonic() < until:
        time.sleep(0.05)
    return settled


def pressed_now() -> int:
    """The mark of this moment: no entry drawn so far may slip past the cut."""
    return last_position()
