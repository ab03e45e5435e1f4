"""数据会签: the editor hands figures to their owners, who sign each or all, or object and say why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.flow import lock
from gonghui.core.journal import record
from gonghui.reports.actions.making import PROPOSAL, moved, own, withdraw_proposal
from gonghui.reports.facts import FigureObjected, FigureSigned, SignaturesAsked
from gonghui.reports.filling import Filled, Filling, fill_report
from gonghui.reports.making import signatures
from gonghui.reports.models import Report, Signature


@action
def ask_signatures(report: Report, *, by: Actor, on: date) -> int:
    """Every figure that is not signed as it stands waits for its owner; how many were asked for anew."""
    by.require("reports.edit")
    own(report.organisation, by)
    lock(report, "state")
    if "signed" not in report.way:
        raise StepRefused("reports.no_signing", "这份报告不走数据会签")
    if report.is_filed or report.way.index(report.state) < report.way.index("draft"):
        raise StepRefused("reports.signing_closed", "数据会签从初稿开始，到备案为止")
    filling = fill_report(report)
    found, asked = signatures.of(report), 0
    for row in signatures.waiting(report, filling):
        one = found.get(row)
        if one is not None and one.state == Signature.ASKED:
            continue
        one = one or Signature(report=report, row=row, figure=filling.rows[row].figure.name)
        one.department = filling.form.department_of(row)
        one.asked_by_name, one.asked_on, one.why = by.name, on, ""
        one.state, one.number, one.number_of, one.printed = Signature.ASKED, None, None, ""
        one.signed_by = one.signed_account = one.signed_on = None
        one.signed_by_name = ""
        one.save()
        asked += 1
    if not asked:
        raise StepRefused("reports.nothing_to_sign", "没有要送签的数字：都已会签，或都在等数据负责人")
    fact = SignaturesAsked(form=report.form, period=report.period, figures=asked)
    record(fact, about=report, by=by, happened_on=on)
    return asked


@dataclass(frozen=True)
class Signed:
    """What became of the ticked figures: how many are signed, and which read otherwise by then and wait."""

    count: int
    moved: tuple[Filled, ...]


@action
def sign_figures(report: Report, seen: Mapping[str, str], *, by: Actor, on: date) -> Signed:
    """The owner answers for these rows; `seen` says for each which number stood on the page, and how it was printed.

    One that reads otherwise by now is not signed, and the others are.
    """
    filling = _before_owner(report, by)
    found, rows = signatures.of(report), signatures.as_written(filling)
    signed, moved_since = 0, []
    for row, read in seen.items():
        signature, filled = found.get(row), rows.get(row)
        if signature is None or filled is None:
            raise StepRefused("reports.not_asked", "这个数字没有送来会签，请刷新")
        _own_department(filled, filling, by)
        if signatures.is_valid(signature, filled):
            continue
        if read != signatures.seen(filled):
            moved_since.append(filled)
            continue
        _sign(signature, filled, by=by, on=on)
        fact = FigureSigned(figure=filled.figure.name)
        record(fact, about=report, by=by, happened_on=on, sensitive=filled.figure.sensitive)
        signed += 1
    if not signed and moved_since:
        raise StepRefused(
            "reports.figure_moved",
            "“%(title)s”在您看的时候变了，现在印作 %(now)s，没有签。请看过新的再签",
            title=moved_since[0].figure.title,
            now=moved_since[0].printed,
        )
    if not signed:
        raise StepRefused("reports.nothing_to_sign_now", "选中的数字都已会签，没有要签的了")
    if report.state == "draft" and not signatures.waiting(report, filling):
        moved(report, "sign", by=by, on=on)
    return Signed(signed, tuple(moved_since))


def _sign(signature: Signature, filled: Filled, *, by: Actor, on: date) -> None:
    signature.number, signature.number_of = (*signatures.kept_for(filled), None, None)[:2]
    signature.printed, signature.state, signature.why = filled.printed, Signature.SIGNED, ""
    signature.signed_by, signature.signed_account = by.id, by.account_id
    signature.signed_by_name, signature.signed_on = by.name, on
    signature.save()


@action
def object_figure(report: Report, row: str, *, why: str, by: Actor, on: date) -> Signature:
    """The owner does not answer for the number, and says why; the report is not to be approved like this."""
    filling = _before_owner(report, by)
    signature = signatures.of(report).get(row)
    if signature is None or row not in filling.rows:
        raise StepRefused("reports.not_asked", "这个数字没有送来会签，请刷新")
    filled = filling.rows[row]
    _own_department(filled, filling, by)
    if not why.strip():
        raise Refusal("reports.objection_why", "请写明为什么不同意，编辑才知道改什么")
    signature.state, signature.why = Signature.OBJECTED, why.strip()[:500]
    signature.number = signature.number_of = None
    signature.printed = ""
    signature.signed_by, signature.signed_account = by.id, by.account_id
    signature.signed_by_name, signature.signed_on = by.name, on
    signature.save()
    withdraw_proposal(report)
    report.save(update_fields=list(PROPOSAL))
    fact = FigureObjected(figure=filled.figure.name)
    record(fact, about=report, by=by, happened_on=on, sensitive=filled.figure.sensitive)
    return signature


def _before_owner(report: Report, by: Actor) -> Filling:
    """The numbers as they stand, for somebody who may answer for them."""
    by.require("reports.sign_figures")
    own(report.organisation, by)
    lock(report, "state", "proposed_account")
    if report.is_filed or "signed" not in report.way:
        raise StepRefused("reports.signing_closed", "数据会签从初稿开始，到备案为止")
    if by.account_id in signatures.editors_of(report):
        raise StepRefused("reports.editor_signs", "写报告的人不能会签报告里的数，请数据负责人来签")
    return fill_report(report)


def _own_department(filled: Filled, filling: Filling, by: Actor) -> None:
    """Refuse a figure that another department of the union answers for."""
    department = filling.form.department_of(filled.row.id)
    if not by.answers_for(department):
        raise StepRefused(
            "reports.other_department",
            "“%(title)s”由%(department)s会签，您的岗位只负责%(own)s",
            title=filled.figure.title,
            department=department,
            own="、".join(by.departments),
        )


def chosen(rows: Sequence[str], filling: Filling) -> dict[str, str]:
    """The numbers as they stand for these rows, for callers that show no page."""
    written = signatures.as_written(filling)
    return {row: signatures.seen(written[row]) for row in rows}
