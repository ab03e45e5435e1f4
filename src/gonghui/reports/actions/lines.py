"""What a unit does with its own lines: write, hand over for signature, sign, withdraw, take up again, correct."""

import hashlib
from collections.abc import Sequence
from datetime import date

from gonghui.core import clock
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.journal import record
from gonghui.reports import checking, locks, parameters, rules
from gonghui.reports.actions.levels import put_in_place
from gonghui.reports.actions.rounds import acts_for
from gonghui.reports.checking import Checker, Draft
from gonghui.reports.facts import (
    CorrectionEntered,
    LineCommented,
    LineDropped,
    LineReopened,
    LinesDrafted,
    LineWithdrawn,
    ReturnSigned,
    SignatureAsked,
    SignatureDeclined,
)
from gonghui.reports.flow import LINE_FLOW
from gonghui.reports.models import Comment, Evidence, Line, Return
from gonghui.spine.organisations.models import lock_tree


def _own(in_return: Return, *, by: Actor, power: str) -> Return:
    """The return, locked; refused where it is another unit's."""
    acts_for(by, in_return.organisation_id, power=power)
    return (
        Return.objects.select_for_update(of=("self",))
        .select_related("round__organisation", "organisation")
        .get(pk=in_return.pk)
    )


def _unsigned(in_return: Return) -> None:
    """What was handed over for signature has changed: the hand-over is void."""
    if in_return.sent_on is not None:
        in_return.sent_on = None
        in_return.save(update_fields=["sent_on"])


@action
def enter_line(in_return: Return, draft: Draft, *, by: Actor, on: date) -> Line:
    """One draft stands on the return, written or rewritten."""
    return enter_lines(in_return, [draft], by=by, on=on)[0]


@action
def enter_lines(
    in_return: Return, drafts: Sequence[Draft], *, by: Actor, on: date, upload: int | None = None
) -> list[Line]:
    """All drafts stand on the return, or none: the first thing wrong with any of them is refused."""
    held = _own(in_return, by=by, power="reports.enter")
    if not drafts:
        raise Refusal("reports.nothing_entered", "没有填任何一项：请填数、填 0 或勾无此项")
    checker = Checker(held, on=on)
    for draft in drafts:
        for refusal in checker.problems(draft):
            raise refusal
    open_lines = {
        line.figure: line
        for line in held.lines.select_for_update().filter(state__in=("draft", "refused"), corrects=None)
    }
    if held.round.closed_on is not None and any(not was_sent(open_lines.get(draft.figure)) for draft in drafts):
        raise Refusal("reports.round_closed", "“%(title)s”已经结束收数，只能改被退回的行", title=held.round.title)
    lines = [
        _written(open_lines.get(draft.figure), draft, checker=checker, by=by, on=on, upload=upload) for draft in drafts
    ]
    _unsigned(held)
    record(LinesDrafted(lines=len(lines)), about=held, by=by, happened_on=on)
    return lines


def was_sent(line: Line | None) -> bool:
    """Whether the line was sent before: what came back may be mended after the round has closed."""
    return line is not None and line.submitted_on is not None


def _written(line: Line | None, draft: Draft, *, checker: Checker, by: Actor, on: date, upload: int | None) -> Line:
    asked = checker.figure(draft.figure)
    organisation = checker.organisation
    if line is None:
        line = Line(
            in_return=checker.in_return,
            organisation=organisation,
            figure=draft.figure,
            clock=asked.declared.clock,
            first_on=asked.first_on,
            last_on=asked.last_on,
        )
    elif line.state == "refused":
        LINE_FLOW.take("reopen", line, by=by)
    line.path = organisation.path_on(asked.last_on)
    line.coverage = draft.coverage or checker.coverages[draft.figure]
    line.number, line.denominator, line.nothing = draft.amount.number, draft.amount.denominator, draft.amount.nothing
    line.note = rules.check_text(draft.note, where="备注", parameters=checker.parameters)
    line.reason = rules.check_text(draft.reason, where="变动原因", parameters=checker.parameters)
    line.entered_by, line.entered_account, line.entered_on = by.id, by.account_id, on
    line.upload_id = upload if upload is not None else line.upload_id
    line.save(force_insert=line._state.adding)
    return line


@action
def drop_draft(line: Line, *, by: Actor, on: date) -> None:
    """A draft that was never sent is gone; the figure is 未报 again."""
    held = _own(line.in_return, by=by, power="reports.enter")
    line = Line.objects.select_for_update().get(pk=line.pk)
    if line.state != "draft" or line.submitted_on is not None:
        raise StepRefused("reports.not_a_draft", "只有没有报送过的草稿可以删去；报送过的请改数后再报，或撤回")
    if line.comments.exists():
        raise StepRefused("reports.draft_discussed", "这一行已有意见往来，不能删去：请改数或勾无此项")
    record(LineDropped(figure=line.figure), about=held, by=by, happened_on=on)
    line.delete()
    _unsigned(held)


@action
def attach_evidence(in_return: Return, lines: Sequence[Line], evidence: Evidence, *, by: Actor, on: date) -> None:
    """The drafts are backed by one paper of the same return."""
    held = _own(in_return, by=by, power="reports.enter")
    if evidence.in_return_id != held.pk or any(line.in_return_id != held.pk for line in lines):
        raise Refusal("reports.evidence_elsewhere", "佐证和各行不在同一份上报里，请重新选择")
    changed = Line.objects.filter(pk__in=[line.pk for line in lines], state__in=("draft", "refused")).update(
        evidence=evidence
    )
    if not changed:
        raise Refusal("reports.evidence_no_drafts", "没有可以附佐证的草稿：已报送的行请先撤回")
    _unsigned(held)
    record(LinesDrafted(lines=changed), about=held, by=by, happened_on=on)


def missing_reasons(in_return: Return, lines: Sequence[Line], *, on: date) -> list[Line]:
    """The lines whose change against the last period asks for a reason that is not there."""
    asked = {one.figure: one for one in in_return.round.figures.all()}
    earlier = checking.before(in_return.organisation, asked.values())
    held = parameters.on(on)
    return [
        line
        for line in lines
        if not line.reason
        and line.corrects_id is None
        and rules.moved(
            line.amount,
            earlier.get(line.figure),
            money=line.declared.is_money,
            ratio=line.declared.is_ratio,
            parameters=held,
        ).needs_reason
    ]


def drafts_of(in_return: Return) -> list[Line]:
    """What would be sent now."""
    return in_time(in_return, list(in_return.lines.filter(state="draft").order_by("figure", "id")))


def in_time(in_return: Return, drafts: Sequence[Line]) -> list[Line]:
    """Those of the drafts that may be sent: after the round has closed only what came back, and corrections."""
    return [
        line for line in drafts if in_return.round.closed_on is None or line.corrects_id is not None or was_sent(line)
    ]


def digest_of(lines: Sequence[Line]) -> str:
    """A short hash of what is signed: any edit in between makes another one."""
    text = "\n".join(line.digest for line in sorted(lines, key=lambda line: line.pk))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _check_late(in_return: Return, drafts: Sequence[Line]) -> None:
    """Say why drafts that were never sent stay behind once the round has closed."""
    if not drafts or in_time(in_return, drafts):
        return
    raise Refusal(
        "reports.round_closed_unsent",
        "“%(title)s”已经结束收数，“%(figure)s”的草稿从未报送，不能再报：请在该行的页面删去草稿，"
        "确需补报的请“%(above)s”另开一次收数",
        title=in_return.round.title,
        figure=drafts[0].declared.title,
        above=in_return.round.organisation.name,
    )


@action
def send_for_signature(in_return: Return, *, by: Actor, on: date) -> None:
    """The drafts lie before the head of the unit."""
    held = _own(in_return, by=by, power="reports.enter")
    _check_late(held, list(held.lines.filter(state="draft")))
    drafts = drafts_of(held)
    if not drafts:
        raise Refusal("reports.no_drafts", "没有草稿可以送签：请先填数")
    for line in missing_reasons(held, drafts, on=on):
        raise Refusal(
            "reports.reason_needed",
            "“%(title)s”与上期相比变动较大：请写明变动原因后再送签",
            title=line.declared.title,
        )
    held.sent_on, held.sent_by, held.filler, held.declined = on, by.id, by.name[:60], ""
    held.save(update_fields=["sent_on", "sent_by", "filler", "declined"])
    record(SignatureAsked(lines=len(drafts)), about=held, by=by, happened_on=on)


@action
def decline_signature(in_return: Return, *, why: str, by: Actor, on: date) -> None:
    """The head of the unit hands the drafts back with a reason."""
    held = _own(in_return, by=by, power="reports.sign")
    if held.sent_on is None:
        raise StepRefused("reports.not_sent", "这份上报没有送签，不用退回")
    why = rules.check_text(why, where="退回原因", parameters=parameters.on(on))
    if not why:
        raise Refusal("reports.why_missing", "请写明退回的原因")
    held.sent_on, held.declined = None, why
    held.save(update_fields=["sent_on", "declined"])
    record(SignatureDeclined(), about=held, by=by, happened_on=on)


@action
def sign_return(in_return: Return, *, by: Actor, on: date, digest: str = "") -> int:
    """The head of the unit has signed: every draft is submitted to the level above."""
    lock_tree(alone=False)
    held = _own(in_return, by=by, power="reports.sign")
    found = held.lines.select_for_update(of=("self",)).select_related("organisation")
    drafts = list(found.filter(state="draft").order_by("id"))
    if held.sent_on is None or not drafts:
        raise StepRefused("reports.not_sent_yet", "还没有送签：请统计员先送签")
    _check_late(held, drafts)
    drafts = in_time(held, drafts)
    if digest and digest != digest_of(drafts):
        raise StepRefused("reports.changed_meanwhile", "送签后内容有改动：请重新看过再签")
    checker = Checker(held, on=on)
    for line in drafts:
        put_in_place(line)
    locks.lock_families((line.figure, line.path) for line in drafts)
    for line in drafts:
        LINE_FLOW.check("submit", line, by=by)
        if line.entered_account == by.account_id:
            raise Refusal("reports.self_sign", "填报人与签发人不能是同一人：请由另一位负责人签发")
        if line.corrects_id is None:
            refusals = checker.problems(
                Draft(line.figure, line.amount, line.coverage, note=line.note, reason=line.reason)
            )
        else:
            refusals = []
            checking.check_place(line.declared, line.span, corrects=line.corrects)
        for refusal in refusals:
            raise refusal
    Line.objects.filter(pk__in=[line.pk for line in drafts]).update(
        state="submitted", submitted_on=on, signed_account=by.account_id, refusal=""
    )
    held.sent_on, held.signed_on, held.signed_by, held.signer = None, on, by.id, by.name[:60]
    held.save(update_fields=["sent_on", "signed_on", "signed_by", "signer"])
    record(ReturnSigned(lines=len(drafts)), about=held, by=by, happened_on=on)
    return len(drafts)


@action
def withdraw_line(line: Line, *, by: Actor, on: date) -> None:
    """The unit has taken an undecided line back; the figure is open again."""
    acts_for(by, line.organisation_id, power="reports.enter")
    LINE_FLOW.take("withdraw", line, by=by)
    record(LineWithdrawn(figure=line.figure), about=line, by=by, happened_on=on)


@action
def reopen_line(line: Line, *, by: Actor, on: date) -> None:
    """A refused line is a draft again, its numbers as they were."""
    held = _own(line.in_return, by=by, power="reports.enter")
    LINE_FLOW.take("reopen", line, by=by)
    _unsigned(held)
    record(LineReopened(figure=line.figure), about=line, by=by, happened_on=on)


@action
def correct_line(
    line: Line,
    *,
    amount: rules.Amount,
    reason: str,
    by: Actor,
    on: date,
    coverage: str = "",
    leaves_out: bool = False,
) -> Line:
    """A draft stands that says what the accepted line should have said; it is signed and accepted like any other.

    With `leaves_out` it no longer counts those whom an act dated back took elsewhere.
    A correction that is not sent yet, or came back, is written anew.
    This is the one way to change a number of a filed period: the filed number stands and is marked.
    """
    held = _own(line.in_return, by=by, power="reports.enter")
    line = Line.objects.select_for_update(of=("self",)).get(pk=line.pk)
    if line.state != "accepted":
        raise StepRefused("reports.correct_accepted_only", "只有已通过的行可以更正；未通过的直接改数")
    under_way = line.corrections.select_for_update().filter(state__in=("draft", "submitted", "refused")).first()
    if under_way is not None and under_way.state == "submitted":
        raise StepRefused("reports.correction_under_way", "这一行已有更正在办理，请先办完或撤回")
    figure, held_parameters = line.declared, parameters.on(on)
    reason = rules.check_text(reason, where="更正原因", parameters=held_parameters)
    if not reason:
        raise Refusal("reports.correction_reason", "请写明更正的原因")
    rules.check_amount(amount, title=figure.title, ratio=figure.is_ratio, money=figure.is_money)
    coverage = coverage or line.coverage
    checking.check_coverage(figure, held.organisation, coverage)
    leaves_out = leaves_out and line.coverings.exists()
    if amount == line.amount and coverage == line.coverage and not leaves_out:
        raise Refusal("reports.correction_same", "更正后的数与原数相同，不用更正")
    span = rules.Span(line.path, coverage, line.first_on, line.last_on)
    checking.check_place(figure, span, corrects=line)
    correction = under_way or Line(
        in_return=held,
        organisation=held.organisation,
        path=line.path,
        figure=line.figure,
        clock=line.clock,
        first_on=line.first_on,
        last_on=line.last_on,
        evidence=line.evidence,
        corrects=line,
    )
    if correction.state == "refused":
        LINE_FLOW.take("reopen", correction, by=by)
    correction.coverage, correction.reason, correction.leaves_out = coverage, reason, leaves_out
    correction.number, correction.denominator, correction.nothing = amount.number, amount.denominator, amount.nothing
    correction.entered_by, correction.entered_account, correction.entered_on = by.id, by.account_id, on
    correction.save(force_insert=correction._state.adding)
    _unsigned(held)
    record(CorrectionEntered(figure=line.figure), about=line, by=by, happened_on=on)
    return correction


@action
def comment_line(line: Line, *, text: str, by: Actor, on: date) -> Comment:
    """A remark stands under the line; both sides see it."""
    if not by.sees(line.organisation.path):
        raise Refusal("reports.out_of_sight", "没有这一行")
    text = rules.check_text(text, where="意见", parameters=parameters.on(on))
    if not text:
        raise Refusal("reports.comment_empty", "意见是空的：请写上内容")
    comment = Comment.objects.create(
        line=line,
        organisation_id=by.organisation_id,
        author_id=by.id,
        author_name=by.name[:60],
        text=text,
        written_at=clock.now(),
    )
    record(LineCommented(figure=line.figure), about=line, by=by, happened_on=on)
    return comment
