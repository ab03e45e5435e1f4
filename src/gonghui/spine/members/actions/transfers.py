"""Membership going over from one union to another: a handshake of two sides, each with its days."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from gonghui.core import text as texts
from gonghui.core.action import action
from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.calendar_table import workdays
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import record
from gonghui.spine.members.actions.people import end, lock
from gonghui.spine.members.facts import (
    MemberMovedIn,
    MemberMovedOut,
    TransferAsked,
    TransferDone,
    TransferEnded,
    TransferReleased,
)
from gonghui.spine.members.flow import KEEP, OPEN, TRANSFER_FLOW
from gonghui.spine.members.models import Membership, Person, Transfer
from gonghui.spine.members.rules import membership as rules
from gonghui.spine.organisations.models import Organisation

ONE_DAY = timedelta(days=1)
ENDINGS = ("object", "decline", "withdraw")


def _account(by: Actor) -> int | None:
    return by.account_id or None


@action
def ask_transfers(people: Sequence[Person], target: Organisation, *, by: Actor, on: date) -> list[Transfer]:
    """Each membership is on its way to the union: let go at once by the own union, asked for by another one."""
    by.require(KEEP)
    made = []
    for person in lock(people):
        source = person.organisation
        by_target = by.sees(target.path) and not by.sees(source.path)
        if not by_target and not by.sees(source.path):
            raise PowerMissing("members.reach", "“%(name)s”不在您所在组织的范围内，无权操作", name=target.name)
        made.append(new_transfer(person, target, by_target=by_target, by=by, on=on))
    return made


def new_transfer(
    person: Person, target: Organisation, *, by_target: bool = False, by_member: bool = False, by: Actor, on: date
) -> Transfer:
    """The row of a transfer that was just asked for, of a person who is locked."""
    source, scheme = person.organisation, rules.scheme(on)
    _check_way(person, source, target)
    to_answer = by_target or by_member
    transfer = Transfer(person=person, source=source, target=target, asked_by_target=by_target, asked_on=on)
    transfer.asked_by_member, transfer.asked_by_id = by_member, _account(by)
    transfer.due_on = workdays().add_workdays(on, scheme.out_workdays if to_answer else scheme.in_workdays)
    transfer.state, transfer.released_on = ("asked", None) if to_answer else ("released", on)
    transfer.save()
    asking = target if by_target else source
    record(TransferAsked(by_target=by_target), about=transfer, by=by, happened_on=on, organisation=asking)
    return transfer


def end_transfer(transfer: Transfer, person: Person, *, by: Actor, on: date) -> None:
    """The member who asked for it takes it back, before it is over."""
    transfer = Transfer.objects.select_for_update(of=("self",)).select_related("source", "target").get(pk=transfer.pk)
    if not transfer.asked_by_member or transfer.state not in OPEN:
        raise Refusal("members.transfer_over", "这次会籍接转已经办结，或不是您提出的，不能撤回")
    _turn(transfer, person, "withdraw", by=by, on=on)


def _check_way(person: Person, source: Organisation, target: Organisation) -> None:
    if person.state == "left":
        raise Refusal("members.not_member", "会员 %(number)s 已经离会：请按入会办理", number=person.number)
    if source.pk == target.pk:
        raise Refusal("members.here", "此人已在本会名册上，会员编号 %(number)s", number=person.number)
    if not target.is_active or target.level not in rules.LEVELS:
        raise Refusal("members.union_level", "“%(name)s”不直接管会员：请选基层工会", name=target.name)
    if person.transfers.waiting().exists():
        raise Refusal("members.transferring", "会籍接转还没有办结：请先办结或撤回")


@action
def turn_transfer(transfer: Transfer, step: str, *, by: Actor, on: date, why_not: str = "") -> None:
    """The step is taken: let go, received, refused or withdrawn; who is received is a member there from the day on."""
    [person] = lock([transfer.person])
    transfer = Transfer.objects.select_for_update(of=("self",)).select_related("source", "target").get(pk=transfer.pk)
    TRANSFER_FLOW.check(step, transfer, by=by)
    if step in ("object", "decline") and not why_not.strip():
        raise Refusal("members.why_not", "请写明不同意的原因")
    _turn(transfer, person, step, by=by, on=on, why_not=texts.words(why_not, longest=200, field="原因"))


def _turn(transfer: Transfer, person: Person, step: str, *, by: Actor, on: date, why_not: str = "") -> None:
    by_itself = by.id == 0
    transfer.state = TRANSFER_FLOW.steps[step].after
    fact: Any
    if step == "release":
        transfer.released_on = on
        transfer.due_on = workdays().add_workdays(on, rules.scheme(on).in_workdays)
        fact, place = TransferReleased(by_itself=by_itself), transfer.source
    elif step == "receive":
        transfer.done_on, transfer.by_itself = on, by_itself
        _move(transfer, person, by=by, on=on)
        fact, place = TransferDone(by_itself=by_itself), transfer.target
    else:
        transfer.done_on, transfer.why_not = on, why_not
        fact = TransferEnded(how=step)
        asked = transfer.target if transfer.asked_by_target else transfer.source
        place = {"object": transfer.source, "decline": transfer.target}.get(step, asked)
    transfer.save()
    record(fact, about=transfer, by=by, happened_on=on, organisation=place)


def _move(transfer: Transfer, person: Person, *, by: Actor, on: date) -> None:
    """The membership at the old union ends on the eve; the one at the new union begins."""
    held = Membership.objects.get(person=person, last_on=None)
    if held.first_on >= on:
        raise Refusal("members.moved_today", "此人 %(day)s 刚入会，会籍接转请次日再办", day=held.first_on)
    end(held, on - ONE_DAY, rules.MOVED_OUT)
    Membership.objects.create(
        person=person, organisation=transfer.target, first_on=on, before_on=held.last_on, began=rules.MOVED_IN
    )
    person.organisation = transfer.target
    person.save(update_fields=["organisation"])
    record(MemberMovedOut(), about=person, by=by, happened_on=on, organisation=transfer.source)
    record(MemberMovedIn(), about=person, by=by, happened_on=on, organisation=transfer.target)


@action
def turn_due_transfers(transfers: Sequence[Transfer], *, on: date) -> None:
    """Each whose days have run out goes on by itself: let go or received for the union that was silent."""
    people = {one.pk: one for one in lock([transfer.person for transfer in transfers])}
    rows = Transfer.objects.select_for_update(of=("self",)).select_related("source", "target").waiting()
    for transfer in rows.filter(pk__in=[one.pk for one in transfers], due_on__lt=on).order_by("pk"):
        step = "release" if transfer.state == "asked" else "receive"
        _turn(transfer, people[transfer.person_id], step, by=SYSTEM, on=on)
