"""征求意见: a draft goes to units in rounds; each may comment, the editor answers every comment."""

from collections.abc import Iterable
from datetime import date

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.flow import lock
from gonghui.core.journal import record
from gonghui.reports.actions.making import moved, own
from gonghui.reports.facts import CommentAnswered, CommentsAsked, ReportCommented
from gonghui.reports.models import Asked, Remark, Report
from gonghui.spine.organisations.models import Organisation


@action
def ask_comments(report: Report, units: Iterable[Organisation], *, by: Actor, on: date) -> int:
    """The draft is before these units, in another round; how many they are."""
    by.require("reports.edit")
    own(report.organisation, by)
    lock(report, "state", "round")
    wanted = list(dict.fromkeys(units))
    if not wanted:
        raise Refusal("reports.nobody_asked", "请至少选一个单位来提意见")
    for unit in wanted:
        if unit.path == report.organisation.path or not unit.path.startswith(report.organisation.path):
            raise Refusal("reports.asked_outside", "“%(name)s”不是本单位的下级，不能送去征求意见", name=unit.name)
    step = "ask_again" if report.state == "revised" else "circulate"
    moved(report, step, by=by, on=on)
    report.round += 1
    report.save(update_fields=["round"])
    Asked.objects.bulk_create(
        [Asked(report=report, round=report.round, organisation=unit, asked_on=on) for unit in wanted]
    )
    fact = CommentsAsked(form=report.form, period=report.period, units=len(wanted))
    record(fact, about=report, by=by, happened_on=on)
    return len(wanted)


@action
def comment_report(report: Report, text: str, *, by: Actor, on: date) -> Remark:
    """A unit that was asked in this round has said something."""
    by.require("reports.see")
    lock(report, "state", "round")
    if report.state != "circulated":
        raise StepRefused("reports.not_circulated", "这份报告现在不在征求意见")
    if not report.asked.filter(round=report.round, organisation_id=by.organisation_id).exists():
        raise StepRefused("reports.not_asked_unit", "这一轮没有征求本单位的意见")
    if not text.strip():
        raise Refusal("reports.remark_empty", "请写明意见：哪一处、应怎样改")
    if len(text.strip()) > 1000:
        raise Refusal("reports.remark_long", "一条意见最多 %(most)s 字，请分开写", most=1000)
    where = Organisation.objects.get(pk=by.organisation_id)
    remark = Remark.objects.create(
        report=report,
        round=report.round,
        organisation=where,
        author_account=by.account_id,
        author_name=by.name,
        text=text.strip(),
        written_on=on,
    )
    fact = ReportCommented(form=report.form, period=report.period)
    record(fact, about=report, by=by, happened_on=on, organisation=where)
    return remark


@action
def answer_comment(remark: Remark, *, accepted: bool, answer: str, by: Actor, on: date) -> Remark:
    """The editor has taken the comment up or not, and said why."""
    by.require("reports.edit")
    report = remark.report
    own(report.organisation, by)
    lock(report, "state")
    lock(remark, "accepted")
    if report.state not in ("circulated", "revised"):
        raise StepRefused("reports.answers_closed", "这份报告的意见已经不能再答复")
    if not accepted and not answer.strip():
        raise Refusal("reports.answer_why", "不采纳请写明原因")
    remark.accepted, remark.answer = accepted, answer.strip()[:500]
    remark.answered_by_name, remark.answered_on = by.name, on
    remark.save()
    fact = CommentAnswered(form=report.form, period=report.period, accepted=accepted)
    record(fact, about=report, by=by, happened_on=on)
    return remark
