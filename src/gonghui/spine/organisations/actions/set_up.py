"""The steps by which a union is set up; only the superior approves, and never the one who proposed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gonghui.core import codes
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.flow import lock
from gonghui.core.journal import record
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.actions.employers import EmployerEntry, cover, enter_employers, lock_free
from gonghui.spine.organisations.actions.tree import Founding, place, require_reach
from gonghui.spine.organisations.facts import (
    ElectionRecorded,
    PreparationApproved,
    SetUpAbandoned,
    SetUpProposed,
    UnionEstablished,
)
from gonghui.spine.organisations.flow import SET_UP_FLOW
from gonghui.spine.organisations.models import ABANDON_REASONS, Organisation, SetUp, SetUpEmployer
from gonghui.spine.organisations.rules import Ballot


@dataclass(frozen=True)
class Proposal:
    """A set-up as it is entered."""

    name: str
    kind: str
    superior: Organisation
    employers: Sequence[EmployerEntry]
    area_code: str = ""
    english_name: str = ""


@action
def propose_set_up(proposal: Proposal, *, by: Actor, on: date) -> SetUp:
    """A prospect stands on the desk of its superior, with employers no other union covers or organises."""
    by.require("organisations.set_up")
    superior = proposal.superior
    superior.refresh_from_db()
    require_reach(by, superior)
    rules.check_employers(proposal.kind, proposal.employers, scheme=rules.set_up_scheme(on))
    rules.check_place(proposal.kind, superior.level)
    if not superior.is_active:
        raise Refusal("organisations.superior_closed", "上级“%(name)s”已撤销，请另选上级", name=superior.name)
    rules.check_order(superior.founded_on, on, what_earlier="上级组织成立", what_later="摸排")
    area = codes.area(proposal.area_code or superior.area_code, on=on)
    employers = enter_employers(proposal.employers, by=by, on=on)
    open_ones = SetUpEmployer.objects.filter(employer__in=employers, is_open=True)
    other = open_ones.select_related("employer", "set_up__superior").first()
    if other is not None and not by.sees(other.set_up.superior.path):
        raise Refusal(
            "organisations.employer_in_set_up",
            "单位 %(code)s 已在其他工会的建会中；请核对代码，或请上级工会协调",
            code=other.employer.uscc,
        )
    if other is not None:
        raise Refusal(
            "organisations.employer_in_set_up",
            "单位“%(name)s”（%(code)s）已在“%(set_up)s”的建会中，请在原件上办理",
            name=other.employer.name,
            code=other.employer.uscc,
            set_up=other.set_up.name,
        )
    set_up = SetUp(
        superior=superior,
        kind=proposal.kind,
        name=rules.checked_name(proposal.name),
        english_name=" ".join(proposal.english_name.split())[:160],
        area_code=area,
        prospected_on=on,
        proposed_by_id=by.account_id or None,
    )
    set_up.save(force_insert=True)
    SetUpEmployer.objects.bulk_create(SetUpEmployer(set_up=set_up, employer=employer) for employer in employers)
    record(SetUpProposed(level=set_up.kind), about=set_up, by=by, happened_on=on)
    return set_up


def _step(name: str, set_up: SetUp, *, by: Actor) -> None:
    """Take a step on a set-up the actor reaches, with everything read again under the lock."""
    SET_UP_FLOW.take(name, set_up, by=by)
    set_up.refresh_from_db()
    require_reach(by, set_up.superior)


@action
def approve_preparation(set_up: SetUp, *, preparers: int, approval_no: str, by: Actor, on: date) -> None:
    """The superior agrees that the union be prepared by a group of the named size."""
    _step("approve", set_up, by=by)
    rules.check_order(set_up.prospected_on, on, what_earlier="摸排", what_later="同意筹备")
    rules.check_preparers(preparers, scheme=rules.set_up_scheme(on))
    set_up.preparers, set_up.approved_on = preparers, on
    set_up.approval_no = _checked_number(approval_no)
    set_up.save(update_fields=["preparers", "approved_on", "approval_no"])
    record(PreparationApproved(level=set_up.kind), about=set_up, by=by, happened_on=on)


@action
def record_election(set_up: SetUp, ballot: Ballot, *, members: int, by: Actor, on: date) -> None:
    """The members' meeting elected the committee by a valid vote."""
    _step("elect", set_up, by=by)
    rules.check_order(set_up.approved_on or on, on, what_earlier="同意筹备", what_later="选举")
    rules.check_ballot(ballot, members=members, scheme=rules.set_up_scheme(on))
    set_up.members, set_up.elected_on = members, on
    set_up.entitled, set_up.attended, set_up.votes = ballot.entitled, ballot.attended, ballot.votes
    set_up.term_years = ballot.term_years
    set_up.save(update_fields=["members", "elected_on", "entitled", "attended", "votes", "term_years"])
    record(ElectionRecorded(level=set_up.kind, members=members), about=set_up, by=by, happened_on=on)


@action
def establish_union(set_up: SetUp, *, establishment_no: str, by: Actor, on: date) -> Organisation:
    """The superior approves the result: the union stands in the tree and covers its employers."""
    lock(set_up, "state")
    set_up.refresh_from_db()
    SET_UP_FLOW.check("establish", set_up, by=by)
    require_reach(by, set_up.superior)
    rules.check_order(set_up.elected_on or on, on, what_earlier="选举", what_later="批复成立")
    founding = Founding(
        set_up.name,
        set_up.kind,
        set_up.superior,
        english_name=set_up.english_name,
        area_code=set_up.area_code,
    )
    union = place(founding, by=by, on=on)
    for employer in lock_free(list(set_up.employers.values_list("uscc", flat=True)), by=by):
        cover(employer, union, by=by, on=on)
    set_up.places.update(is_open=False)
    set_up.union, set_up.established_on = union, on
    set_up.establishment_no = _checked_number(establishment_no)
    set_up.established_by_id = by.account_id or None
    set_up.save(update_fields=["union", "established_on", "establishment_no", "established_by"])
    SET_UP_FLOW.take("establish", set_up, by=by)  # last: the table wants an established set-up to name its union
    record(UnionEstablished(level=set_up.kind), about=set_up, by=by, happened_on=on, organisation=union)
    return union


@action
def abandon_set_up(set_up: SetUp, *, reason: str, by: Actor, on: date) -> None:
    """The set-up is given up; its employers may be organised anew."""
    _step("abandon", set_up, by=by)
    if reason not in dict(ABANDON_REASONS):
        raise Refusal("organisations.reason", "缺少终止原因，请从列表中选择")
    last = set_up.elected_on or set_up.approved_on or set_up.prospected_on
    rules.check_order(last, on, what_earlier="上一步", what_later="终止")
    set_up.reason, set_up.abandoned_on = reason, on
    set_up.save(update_fields=["reason", "abandoned_on"])
    set_up.places.update(is_open=False)
    record(SetUpAbandoned(reason=reason), about=set_up, by=by, happened_on=on)


def _checked_number(number: str) -> str:
    """A document number as printed on the approval; it may not be missing."""
    clean = " ".join(number.split())
    if not clean or len(clean) > 60:
        raise Refusal("organisations.approval_no", "缺少批复文号，或文号超过 60 个字，请填写批复文件上的文号")
    return clean
