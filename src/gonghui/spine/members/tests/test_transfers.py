"""A membership goes over when both unions shake hands on it, or when one of them let its days run out."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import PowerMissing, Refusal, StepRefused
from gonghui.core.models import Entry, Kind
from gonghui.spine.members import actions, schedule
from gonghui.spine.members.actions.people import lock
from gonghui.spine.members.models import Membership, Person, Transfer
from gonghui.spine.members.tests.builders import JUNE, MARCH, TODAY, a_keeper, a_member
from gonghui.spine.organisations.tests.builders import Federation


def booked(federation: Federation) -> list[tuple[str, int]]:
    names = dict(Kind.objects.values_list("pk", "name"))
    rows = Entry.objects.order_by("id").values_list("kind", "organisation_id")
    return [(names[kind].removeprefix("members."), place) for kind, place in rows if names[kind].startswith("members.")]


def test_the_new_union_asks_the_old_one_lets_go_the_new_one_receives(federation: Federation) -> None:
    old, new = a_keeper(federation.first), a_keeper(federation.third)
    person = a_member(federation.first)
    [transfer] = actions.ask_transfers([person], federation.third, by=new, on=JUNE)
    assert (transfer.state, transfer.asked_by_target, transfer.due_on) == ("asked", True, date(2020, 6, 8))
    with pytest.raises(StepRefused):
        actions.turn_transfer(transfer, "release", by=new, on=JUNE)
    actions.turn_transfer(transfer, "release", by=old, on=date(2020, 6, 3))
    transfer.refresh_from_db()
    assert (transfer.state, transfer.due_on) == ("released", date(2020, 6, 10))
    with pytest.raises(StepRefused):
        actions.turn_transfer(transfer, "receive", by=old, on=date(2020, 6, 3))
    actions.turn_transfer(transfer, "receive", by=new, on=date(2020, 6, 4))
    spans = list(Membership.objects.filter(person=person).values_list("organisation", "first_on", "last_on", "ended"))
    assert spans == [
        (federation.first.pk, MARCH, date(2020, 6, 3), "moved_out"),
        (federation.third.pk, date(2020, 6, 4), None, ""),
    ]
    assert Person.objects.get(pk=person.pk).organisation == federation.third
    assert booked(federation)[1:] == [
        ("transfer_asked", federation.third.pk),
        ("transfer_released", federation.first.pk),
        ("member_moved_out", federation.first.pk),
        ("member_moved_in", federation.third.pk),
        ("transfer_done", federation.third.pk),
    ]


def test_silence_lets_go_and_receives_by_itself(federation: Federation) -> None:
    person, new = a_member(federation.first), a_keeper(federation.third)
    [transfer] = actions.ask_transfers([person], federation.third, by=new, on=JUNE)
    assert schedule.turn(date(2020, 6, 8)) == 0, "the last day is theirs"
    assert schedule.turn(date(2020, 6, 9)) == 1
    assert schedule.turn(date(2020, 6, 16)) == 0
    assert schedule.turn(date(2020, 6, 17)) == 1
    transfer.refresh_from_db()
    assert (transfer.state, transfer.by_itself, transfer.done_on) == ("done", True, date(2020, 6, 17))


def test_the_own_union_sends_at_once_and_may_take_it_back(federation: Federation) -> None:
    old, person = a_keeper(federation.first), a_member(federation.first)
    [transfer] = actions.ask_transfers([person], federation.third, by=old, on=JUNE)
    assert (transfer.state, transfer.released_on) == ("released", JUNE)
    with pytest.raises(Refusal) as caught:
        actions.ask_transfers([person], federation.second, by=old, on=JUNE)
    assert caught.value.code == "members.transferring"
    with pytest.raises(Refusal) as busy:
        actions.turn_member(person, "exit", by=old, on=JUNE)
    assert busy.value.code == "members.transferring"
    with pytest.raises(StepRefused):
        actions.turn_transfer(transfer, "withdraw", by=a_keeper(federation.third), on=JUNE)
    actions.turn_transfer(transfer, "withdraw", by=old, on=JUNE)
    assert Membership.objects.get(person=person).last_on is None
    actions.ask_transfers([person], federation.second, by=old, on=JUNE)


def test_a_no_needs_its_reason_and_leaves_all_as_it_was(federation: Federation) -> None:
    person, old = a_member(federation.first), a_keeper(federation.first)
    [transfer] = actions.ask_transfers([person], federation.third, by=a_keeper(federation.third), on=JUNE)
    with pytest.raises(Refusal) as caught:
        actions.turn_transfer(transfer, "object", by=old, on=JUNE)
    assert caught.value.code == "members.why_not"
    actions.turn_transfer(transfer, "object", by=old, on=JUNE, why_not="仍在本单位工作")
    assert Transfer.objects.get().state == "refused"
    assert Person.objects.get(pk=person.pk).organisation == federation.first


def test_nobody_asks_for_two_unions_that_are_not_theirs(federation: Federation) -> None:
    person, stranger = a_member(federation.first), a_keeper(federation.second)
    with pytest.raises(PowerMissing):
        actions.ask_transfers([person], federation.third, by=stranger, on=JUNE)
    assert not Transfer.objects.seen_by(stranger).exists()
    [transfer] = actions.ask_transfers([person], federation.third, by=a_keeper(federation.third), on=TODAY)
    seeing = (a_keeper(federation.first), a_keeper(federation.third), a_keeper(federation.city))
    assert [transfer in Transfer.objects.seen_by(actor) for actor in (*seeing, stranger)] == [True, True, True, False]


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_somebody_being_received_elsewhere_finds_them_there() -> None:
    tree = Federation()
    person = a_member(tree.first)
    [transfer] = actions.ask_transfers([person], tree.second, by=SYSTEM, on=TODAY)
    with ThreadPoolExecutor(1) as beside:
        with transaction.atomic():
            actions.turn_transfer(transfer, "receive", by=SYSTEM, on=TODAY)
            waiting = beside.submit(_held, person)
            _until_somebody_waits()
        assert waiting.result(10) == [tree.second.pk]


def _held(person: Person) -> list[int]:
    try:
        with transaction.atomic():
            return [one.organisation.pk for one in lock([person])]
    finally:
        connection.close()


def _until_somebody_waits() -> None:
    with connection.cursor() as cursor:
        for _ in range(500):
            cursor.execute(
                "select exists(select from pg_locks l join pg_stat_activity a using (pid) "
                "where not l.granted and a.datname = current_database())"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waited")
