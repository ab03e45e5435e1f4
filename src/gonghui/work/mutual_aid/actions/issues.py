"""Settlements that wait for somebody: found their member, paid by themselves, or left alone with a reason."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gonghui.core import clock
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.flow import lock
from gonghui.core.journal import record
from gonghui.spine.funds import actions as funds
from gonghui.spine.funds.actions import AccountEntry, OrderEntry, PayeeEntry
from gonghui.spine.funds.models import PaymentOrder
from gonghui.spine.members.models import Person
from gonghui.work.mutual_aid.actions import claims, files, letters, matching
from gonghui.work.mutual_aid.facts import IssueSettled
from gonghui.work.mutual_aid.flow import PURPOSE, SETTLE
from gonghui.work.mutual_aid.models import ISSUE, Issue

TO_PAY = ("no_account", "account_held", "account_wrong", "died")
"""Issues of settlements that are decided, whose money waits."""
NOTE_MOST = 200


def said_of(issue: Issue) -> dict[str, Any]:
    """What the row says; whoever shows it has written an access."""
    found: dict[str, Any] = json.loads(ISSUE.open(issue.said, issue.public_id))
    return found


@dataclass(frozen=True)
class PayTo:
    """Whom money that waits is paid to: the member, or an heir with proof."""

    name: str
    account: AccountEntry


@action
def leave_issue(issue: Issue, note: str, *, by: Actor, on: date) -> None:
    """The row is not dealt with any further, and why is written down."""
    by.require(SETTLE)
    _open(issue, note)
    if issue.code in TO_PAY:
        raise Refusal("mutual_aid.issue_owed", "这一笔已经核定要付，不能不予处理：请补收款账户后付款")
    _done(issue, "dropped", note, by=by, on=on)


@action
def know_issue(issue: Issue, person: Person, note: str, *, by: Actor, on: date) -> None:
    """Somebody made sure whose row it is; it is gathered into the next part of its month (`gathering`)."""
    by.require(SETTLE)
    _open(issue, note)
    claims.not_own(person, by)
    if issue.code not in matching.TO_KNOW:
        raise StepRefused("mutual_aid.issue_not_matched", "这一行不是认人的问题，不能指定会员")
    if not matching.was_member(person.pk, said_of(issue)["day"]):
        raise Refusal("mutual_aid.known_not_member", "这位会员在结算当日不在会：请先更正会籍，或写明理由不予处理")
    issue.person = person
    _done(issue, "settled", note, by=by, on=on)


@action
def pay_issue(issue: Issue, to: PayTo, note: str, *, by: Actor, at: datetime) -> PaymentOrder:
    """Money that waited for an account is ordered by itself; it is approved and released like any payment."""
    _open(issue, note)
    if issue.code not in TO_PAY or issue.settlement is None:
        raise StepRefused("mutual_aid.issue_not_owed", "这一行还没有核定金额，不能付款")
    settlement = letters.SETTLEMENT, issue.settlement
    found = files.settled(issue.settlement)
    assert found is not None
    claims.not_own(letters.person_of(found), by)
    money = files.money_of(issue.file)
    order = funds.order_payment(
        OrderEntry(
            fund=money.fund,
            spent_on=money.spent_on,
            payee=PayeeEntry(to.name, to.account, subject_type=settlement[0], subject_id=settlement[1]),
            amount_fen=found.ordered_fen,
            purpose=PURPOSE,
            request_key=f"{PURPOSE}.settlement.{found.pk}",
            about=found,
            remark="互助金",
            due_on=clock.day_of(at),
        ),
        by=by,
        at=at,
    )
    _done(issue, "settled", note, by=by, on=clock.day_of(at))
    return order


def _open(issue: Issue, note: str) -> None:
    lock(issue, "state")
    if issue.state != "open":
        raise StepRefused("mutual_aid.issue_done", "这一行已经处理过，请刷新后再看")
    if not 1 <= len(" ".join(note.split())) <= NOTE_MOST:
        raise Refusal("mutual_aid.issue_note", "请写明查实的情况，最多 %(most)s 个字", most=NOTE_MOST)


def _done(issue: Issue, outcome: str, note: str, *, by: Actor, on: date) -> None:
    issue.state, issue.done_by, issue.done_on = outcome, by.account_id, on
    issue.note = " ".join(note.split())
    issue.save(update_fields=["state", "done_by", "done_on", "note", "person"])
    told = IssueSettled(plan=issue.file.plan, code=issue.code, outcome=outcome)
    record(told, about=issue, by=by, happened_on=on)
