"""What a member does for themselves, and how the union answers what it is asked."""

from datetime import date
from typing import Any

from gonghui.core import text as texts
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.calendar_table import workdays
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import record
from gonghui.spine.members.actions.entries import Admission, require_reach, takes_generated
from gonghui.spine.members.actions.people import correct_member, lock, turn_member
from gonghui.spine.members.actions.transfers import end_transfer, new_transfer
from gonghui.spine.members.facts import ConsentGiven, ConsentWithdrawn, RequestEnded, RequestMade, ValueWithdrawn
from gonghui.spine.members.flow import KEEP, REQUEST_FLOW
from gonghui.spine.members.models import WISHED, Consent, MemberAccount, MemberRequest, Person, Transfer
from gonghui.spine.members.rules import membership, own, papers
from gonghui.spine.organisations.models import Organisation


def _own(person: Person, by: Actor) -> Person:
    """The person's row, held; refused to anybody but the person."""
    if not MemberAccount.objects.filter(pk=by.id, account_id=by.account_id, person=person).exists():
        raise PowerMissing("members.not_own", "只能办理自己的事")
    [held] = lock([person])
    return held


def wording(purpose: str, on: date) -> str:
    """The version of the words that a consent to the purpose is given to."""
    return membership.scheme(on).consent_version if purpose == own.ROSTER else own.scheme(on).phone_version


@action
def consent_oneself(person: Person, purpose: str, *, by: Actor, on: date) -> None:
    """The member consents to the purpose in the words of today."""
    person = _own(person, by)
    if purpose not in (own.ROSTER, own.PHONE_CODES):
        raise Refusal("members.purpose", "没有这项同意，请从页面上选")
    Consent.objects.filter(person=person, purpose=purpose, withdrawn_on=None).update(withdrawn_on=on)
    version = wording(purpose, on)
    Consent.objects.create(person=person, purpose=purpose, version=version, given_on=on)
    record(ConsentGiven(purpose=purpose, version=version), about=person, by=by, happened_on=on)


@action
def withdraw_oneself(person: Person, purpose: str, *, by: Actor, on: date) -> None:
    """The member consents to the purpose no more."""
    person = _own(person, by)
    if not Consent.objects.filter(person=person, purpose=purpose, withdrawn_on=None).update(withdrawn_on=on):
        raise Refusal("members.consent_none", "没有这项同意，或已经撤回")
    record(ConsentWithdrawn(purpose=purpose), about=person, by=by, happened_on=on)


@action
def withdraw_value(person: Person, key: str, *, by: Actor, on: date) -> None:
    """The roster holds the value no more."""
    person = _own(person, by)
    if key not in own.OPTIONAL or not getattr(person, key):
        raise Refusal("members.value_none", "名册上没有这一项，或不能撤回")
    columns = [f"{key}_sealed", *(["phone_index"] if key == "phone" else [])]
    for column in columns:
        setattr(person, column, None)
    person.save(update_fields=columns)
    record(ValueWithdrawn(value=key), about=person, by=by, happened_on=on)


# Asking the union -------------------------------------------------------------------------------------------------


@action
def ask_union(person: Person, what: str, value: str, *, by: Actor, on: date) -> MemberRequest:
    """The union is asked to correct a value, or to let the member go; it has so many working days."""
    person = _own(person, by)
    if what not in own.ASKED:
        raise Refusal("members.request_what", "没有这个事项，请从列表中选")
    if person.state == "left":
        raise Refusal("members.not_member", "会员 %(number)s 已经离会：请按入会办理", number=person.number)
    if MemberRequest.objects.filter(person=person, what=what, state="asked").exists():
        raise Refusal("members.request_open", "同一件事已经提出，工会还没有答复：可以先撤回")
    made = MemberRequest(person=person, organisation=person.organisation, what=what, asked_on=on)
    if what != "leave":
        made.value_sealed = WISHED.seal(_checked(person, what, value, on), made.public_id)
    made.due_on = workdays().add_workdays(on, own.scheme(on).answer_workdays)
    made.save(force_insert=True)
    record(RequestMade(what=what), about=made, by=by, happened_on=on)
    return made


def _checked(person: Person, what: str, value: str, on: date) -> str:
    """The value in the form in which it would be kept, or a refusal that names the fault."""
    generated = takes_generated()
    match what:
        case "name":
            return papers.name(value)
        case "paper":
            return papers.paper(person.paper_kind, value, on=on, generated=generated).number
        case "phone":
            return papers.phone(value, generated=generated)
        case "card":
            return papers.card(value, generated=generated)
        case "address":
            return texts.clean(value, longest=120, field="住址")
    said = texts.clean(value, longest=300, field="说明")
    if len(said) < 2:
        raise Refusal("members.request_words", "请写明要更正什么、应该是什么")
    return said


def _held(request: MemberRequest) -> MemberRequest:
    rows = MemberRequest.objects.select_for_update(of=("self",)).select_related("person__organisation")
    return rows.get(pk=request.pk)


def _over(request: MemberRequest, how: str, *, by: Actor, on: date, why_not: str = "") -> None:
    request.state, request.done_on, request.value_sealed = how, on, None
    request.done_by_id, request.why_not = by.account_id or None, why_not
    request.save()
    place = request.person.organisation
    record(RequestEnded(what=request.what, how=how), about=request, by=by, happened_on=on, organisation=place)


@action
def take_back(request: MemberRequest, *, by: Actor, on: date) -> None:
    """The member asks no more."""
    _own(request.person, by)
    request = _held(request)
    if request.state != "asked":
        raise Refusal("members.request_over", "这件申请已经办结，不能撤回")
    _over(request, "withdrawn", by=by, on=on)


@action
def answer_request(request: MemberRequest, step: str, *, by: Actor, on: date, why_not: str = "") -> None:
    """The union agrees, and the roster says so in the same act; or refuses, and says why."""
    [person] = lock([request.person])
    request = _held(request)
    require_reach(by, person.organisation)
    REQUEST_FLOW.check(step, request, by=by)
    by.require(KEEP)
    if MemberAccount.objects.filter(account_id=by.account_id, person=person).exists():
        raise Refusal("members.request_own", "不能办理自己的申请，请由他人办理")
    if step == "refuse":
        if len(why_not.strip()) < 2:
            raise Refusal("members.why_not", "请写明不同意的原因")
        _over(request, "refused", by=by, on=on, why_not=texts.words(why_not, longest=200, field="原因"))
        return
    if request.what == "leave":
        turn_member(person, "exit", by=by, on=on)
    elif request.what in own.VALUES:
        changed: dict[str, Any] = {request.what: request.value}
        correct_member(person, _as_it_stands(person)._replace(**changed), by=by, on=on)
    _over(request, "agreed", by=by, on=on)


def _as_it_stands(person: Person) -> Admission:
    return Admission(
        organisation=person.organisation,
        name=person.name,
        paper_kind=person.paper_kind,
        paper=person.paper,
        phone=person.phone,
        card=person.card,
        address=person.address,
        gender=person.gender,
        born_on=person.born_on,
        form=person.form,
        consents=True,
    )


# Moving to another union ------------------------------------------------------------------------------------------


@action
def ask_own_transfer(person: Person, target: Organisation, *, consents: bool, by: Actor, on: date) -> Transfer:
    """The member asks to go over to another union; first the own one answers, then the other."""
    person = _own(person, by)
    if not consents:
        raise Refusal("members.transfer_consent", "请勾选同意：接收工会会看到您的姓名和会员编号")
    return new_transfer(person, target, by_member=True, by=by, on=on)


@action
def take_back_transfer(transfer: Transfer, *, by: Actor, on: date) -> None:
    """The member stays."""
    person = _own(transfer.person, by)
    end_transfer(transfer, person, by=by, on=on)
