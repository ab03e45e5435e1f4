"""Admitting somebody, correcting what the roster says, and how a membership is kept, ended, or begins again."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Model

from gonghui.core import bulk
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.facts import Fact, group_of, quantity_of
from gonghui.core.journal import Pending, canonical, record, subject_type_of
from gonghui.core.models import random_ids, random_uuids
from gonghui.spine.members.actions.entries import (
    PERSON_COLUMNS,
    ROSTER,
    Admission,
    Ready,
    Rows,
    Work,
    check_place,
    checked,
    draw_numbers,
    fill,
    require_reach,
    works,
)
from gonghui.spine.members.facts import (
    ConsentGiven,
    ConsentWithdrawn,
    MemberAdmitted,
    MemberCorrected,
    MemberLeft,
    MembershipResumed,
    MembershipRetained,
    MembersTakenOver,
)
from gonghui.spine.members.flow import KEEP, MEMBER_FLOW
from gonghui.spine.members.models import Consent, Membership, Person
from gonghui.spine.members.rules import membership as rules
from gonghui.spine.organisations.models import Organisation, lock_tree

ONE_DAY = timedelta(days=1)
ENDS = {"exit": rules.EXITED, "expel": rules.EXPELLED, "die": rules.DECEASED}
NEEDS_TRANSFER = "members.needs_transfer"


def lock(people: Iterable[Person]) -> list[Person]:
    """The persons' own rows, held until the action ends, in the order of their ids; the tree stands still meanwhile.

    Their unions are read after that: a row joined to the union that it has just left would not be found at all.
    """
    lock_tree(alone=False)
    rows = Person.objects.select_for_update().prefetch_related("organisation")
    return list(rows.filter(bulk.among("members_person.id", {one.pk for one in people})).order_by("pk"))


def needs_transfer() -> Refusal:
    """The person is in another union; which one is not said."""
    return Refusal(NEEDS_TRANSFER, "此人在其他工会有会籍，需办理转会：请提出会籍接转")


# Admitting --------------------------------------------------------------------------------------------------------


class Admitted(NamedTuple):
    """One who was admitted: the person's key, and whether they had never been in a union here."""

    person_id: int
    is_first: bool


@action
def admit_members(entries: Sequence[Admission], *, by: Actor, on: date) -> list[Person]:
    """They are members: on the roster of their union from their day on, with their consent."""
    done, entered = _admit([checked(entry, on=on) for entry in entries], by=by, on=on)
    for fact, place, (model, key), happened_on in entered:
        record(fact, about=model(pk=key), by=by, happened_on=happened_on, organisation=place)
    rows = Person.objects.select_related("organisation").in_bulk([one.person_id for one in done])
    return [rows[one.person_id] for one in done]


@transaction.atomic
def bulk_admit(ready: Sequence[Ready], *, by: Actor, on: date) -> list[Admitted]:
    """The same for very many who are `checked`, their entries by COPY; all of them or none."""
    done, entered = _admit(ready, by=by, on=on)
    _copy_entries(entered, by=by)
    return done


@transaction.atomic
def bulk_enter(ready: Sequence[Ready], *, by: Actor, on: date) -> list[Admitted]:
    """The same for people who are on no roster yet: a first import."""
    by.require(KEEP)
    lock_tree(alone=False)
    named = (place for one in ready for place in (one.entry.organisation, one.entry.came_from) if place is not None)
    places = Organisation.objects.in_bulk({place.id for place in named})
    for place in places.values():
        require_reach(by, place)
    done, entered = _entered(ready, {}, places, on)
    _copy_entries(entered, by=by)
    return done


def _copy_entries(entered: "Entered", *, by: Actor) -> None:
    places = {place.id: place for _fact, place, _about, _day in entered}
    path_of = cache(lambda place, day: places[place].path_on(day))
    type_of, group = cache(subject_type_of), cache(_group)
    bulk.copy_entries(
        Pending(
            kind=fact.kind,
            subject_type=type_of(model),
            subject_id=key,
            organisation_id=place.id,
            path=path_of(place.id, happened_on),
            actor_id=by.id,
            happened_on=happened_on,
            group=group(fact),
            quantity=quantity_of(fact),
            amount_fen=0,
        )
        for fact, place, (model, key), happened_on in entered
    )


def _group(fact: Fact) -> str:
    return canonical(group_of(fact))


Entered = list[tuple[Any, Organisation, tuple[type[Model], int], date]]
"""What is to be recorded: a fact, at which union, about what, on which day."""


def _admit(ready: Sequence[Ready], *, by: Actor, on: date) -> tuple[list[Admitted], Entered]:
    by.require(KEEP)
    lock_tree(alone=False)
    first_days: dict[int, date] = {}
    for one in ready:
        place, day = one.entry.organisation.pk, one.entry.admitted_on or on
        first_days[place] = min(day, first_days.get(place, day))
    places = Organisation.objects.in_bulk(first_days)
    for place, organisation in places.items():
        require_reach(by, organisation)
        check_place(organisation, first_days[place])
    check_apart(ready)
    known = standing(ready)
    for one in ready:
        if (person := known.get(one.paper_index)) is not None:
            check_free(person, one.entry.organisation)
    return _entered(ready, known, places, on)


def _entered(
    ready: Sequence[Ready], known: Mapping[bytes, Person], places: Mapping[int, Organisation], on: date
) -> tuple[list[Admitted], Entered]:
    """The rows stand; what is to be recorded of them."""
    done = _written(ready, known, places, on)
    kinds, admitted = works(places.keys()), cache(MemberAdmitted)
    entered: Entered = []
    taken_over: Counter[int] = Counter()
    nothing = Work()
    for one, made in zip(ready, done, strict=True):
        entry, place = one.entry, places[one.entry.organisation.id]
        if entry.admitted_on is None:
            taken_over[place.id] += 1
            continue
        work = kinds.get(place.id, nothing)
        fact = admitted(first=made.is_first, form=entry.form, non_public=work.non_public, band=work.band)
        entered.append((fact, place, (Person, made.person_id), entry.admitted_on))
    entered += [(MembersTakenOver(people=many), places[pk], (Organisation, pk), on) for pk, many in taken_over.items()]
    return done, entered


def check_apart(ready: Sequence[Ready]) -> None:
    """Nobody is admitted twice at once."""
    if len({one.paper_index for one in ready}) < len(ready):
        raise Refusal("members.twice", "同一证件一次只能登记一人，请删去重复的一行")


def standing(ready: Sequence[Ready]) -> dict[bytes, Person]:
    """Those of them whom the roster knows, by their papers, held until the transaction ends."""
    indexes = [one.paper_index for one in ready]
    rows = Person.objects.filter(bulk.among("paper_index", indexes, "bytea"))
    return {bytes(one.paper_index): one for one in rows.select_for_update(of=("self",)).order_by("pk")}


def check_free(person: Person, organisation: Organisation) -> None:
    """Refuse who is in a union now."""
    if person.state == "left":
        return
    if person.organisation_id == organisation.pk:
        raise Refusal("members.here", "此人已在本会名册上，会员编号 %(number)s", number=person.number)
    raise needs_transfer()


def _written(
    ready: Sequence[Ready], known: Mapping[bytes, Person], places: Mapping[int, Organisation], on: date
) -> list[Admitted]:
    """Persons, memberships and consents stand; whoever was a member before has the same row and number."""
    fresh: list[tuple[Ready, int]] = []
    memberships: list[tuple[Any, ...]] = []
    consents, done = [], []
    version = rules.scheme(on).consent_version
    ended = _last_days([one.pk for one in known.values()])
    for one, drawn in zip(ready, random_ids(len(ready)), strict=True):
        entry, person = one.entry, known.get(one.paper_index)
        if person is None:
            key, before_on = drawn, None
            fresh.append((one, key))
        else:
            key, before_on = person.pk, ended.get(person.pk)
            _again(person, one)
        place, first_on = entry.organisation.id, entry.admitted_on or entry.since or on
        if before_on is not None and first_on <= before_on:
            message = "入会日期 %(day)s 须晚于上次离会日 %(before_on)s，请核对"
            raise Refusal("members.overlap", message, day=first_on, before_on=before_on)
        is_first = person is None and entry.admitted_on is not None
        began = rules.ADMITTED if entry.admitted_on is not None else rules.TAKEN_OVER
        if person is None and entry.came_from is not None:
            before_on, began = first_on - ONE_DAY, rules.MOVED_IN
            earlier = (entry.came_from.id, entry.came_from_since, before_on, None, rules.TAKEN_OVER)
            memberships.append((key, *earlier, False, rules.MOVED_OUT))
        memberships.append((key, place, first_on, None, before_on, began, is_first, ""))
        if entry.consents:
            consents.append((key, ROSTER, version, on, None))
        done.append(Admitted(key, is_first))
    numbers = draw_numbers([places[one.entry.organisation.id] for one, _key in fresh])
    row = Rows().row  # made while the server writes the ones before
    places_of = zip(fresh, random_uuids(len(fresh)), numbers, strict=True)
    bulk.copy(Person, PERSON_COLUMNS, (row(*one, public_id, number) for one, public_id, number in places_of))
    bulk.copy(Membership, MEMBERSHIP_COLUMNS, memberships)
    again = {person.pk for person in known.values()}
    if again:
        has = set(Consent.objects.filter(person__in=again, withdrawn_on=None).values_list("person_id", flat=True))
        consents = [row for row in consents if row[0] not in has]
    bulk.copy(Consent, CONSENT_COLUMNS, consents)
    return done


MEMBERSHIP_COLUMNS = (
    *("person_id", "organisation_id", "first_on", "last_on", "before_on", "began", "is_first", "ended"),
)
CONSENT_COLUMNS = ("person_id", "purpose", "version", "given_on", "withdrawn_on")


def _last_days(ids: Sequence[int]) -> dict[int, date]:
    rows = Membership.objects.filter(person__in=ids, last_on__isnull=False).order_by("last_on")
    return {person: last_on for person, last_on in rows.values_list("person_id", "last_on") if last_on is not None}


def _again(person: Person, ready: Ready) -> None:
    columns = fill(person, ready)
    person.organisation, person.state, person.retained_on = ready.entry.organisation, "active", None
    person.save(update_fields=[*columns, "organisation", "state", "retained_on"])


# Correcting -------------------------------------------------------------------------------------------------------


@action
def correct_member(person: Person, entry: Admission, *, by: Actor, on: date) -> None:
    """The roster says this of the person now; number, union, state and days stay."""
    by.require(KEEP)
    [person] = lock([person])
    require_reach(by, person.organisation)
    ready = checked(entry, on=on)
    other = Person.objects.filter(paper_index=ready.paper_index).exclude(pk=person.pk)
    if other.exists():
        raise Refusal("members.paper_taken", "这个证件号码已登记在另一名会员名下，请核对")
    person.save(update_fields=fill(person, ready))
    record(MemberCorrected(), about=person, by=by, happened_on=on)


# Keeping and ending -----------------------------------------------------------------------------------------------


@action
def turn_member(person: Person, step: str, *, by: Actor, on: date, day: date | None = None) -> None:
    """The step of the flow is taken on the day: retained, resumed, or no longer a member after it."""
    [person] = lock([person])
    require_reach(by, person.organisation)
    taken = MEMBER_FLOW.check(step, person, by=by)
    day = on if day is None else day
    held = Membership.objects.get(person=person, last_on=None)
    rules.check_end(held.first_on, day, on=on)
    if person.transfers.waiting().exists():
        raise Refusal("members.transferring", "会籍接转还没有办结：请先办结或撤回")
    person.state, person.retained_on = taken.after, day if taken.after == "retained" else None
    person.save(update_fields=["state", "retained_on"])
    fact: Fact = MembershipRetained() if step == "retain" else MembershipResumed()  # type: ignore[assignment]
    if step in ENDS:
        end(held, day, ENDS[step])
        work = works([person.organisation_id]).get(person.organisation_id, Work())
        fact = MemberLeft(why=ENDS[step], form=person.form, non_public=work.non_public, band=work.band)  # type: ignore[assignment]
    record(fact, about=person, by=by, happened_on=day)


def end(held: Membership, day: date, why: str) -> None:
    """The membership's last day is this."""
    held.last_on, held.ended = day, why
    held.save(update_fields=["last_on", "ended"])


# Consent ----------------------------------------------------------------------------------------------------------


@action
def give_consent(person: Person, purpose: str, *, by: Actor, on: date) -> None:
    """The person's consent to the purpose stands in today's words."""
    by.require(KEEP)
    [person] = lock([person])
    require_reach(by, person.organisation)
    version = rules.scheme(on).consent_version
    Consent.objects.filter(person=person, purpose=purpose, withdrawn_on=None).update(withdrawn_on=on)
    Consent.objects.create(person=person, purpose=purpose, version=version, given_on=on)
    record(ConsentGiven(purpose=purpose, version=version), about=person, by=by, happened_on=on)


@action
def withdraw_consent(person: Person, purpose: str, *, by: Actor, on: date) -> None:
    """The person's consent to the purpose stands no more."""
    by.require(KEEP)
    [person] = lock([person])
    require_reach(by, person.organisation)
    if not Consent.objects.filter(person=person, purpose=purpose, withdrawn_on=None).update(withdrawn_on=on):
        raise Refusal("members.consent_none", "没有这项同意，或已经撤回")
    record(ConsentWithdrawn(purpose=purpose), about=person, by=by, happened_on=on)
