"""Members of a union that is merged, split up or set up again go along, with their days; whatever happens, in order."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.models import Entry
from gonghui.spine.members import actions
from gonghui.spine.members.models import Membership, Person
from gonghui.spine.members.tests.builders import MARCH, TODAY, a_keeper, a_member
from gonghui.spine.organisations import actions as tree
from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.imports import actions as desk

pytestmark = pytest.mark.django_db
JULY = date(2020, 7, 1)


def days_of(person: Person) -> list[tuple[str, date, date | None, str, str]]:
    rows = person.memberships.select_related("organisation").order_by("first_on")
    return [(one.organisation.name, one.first_on, one.last_on, one.began, one.ended) for one in rows]


def test_members_go_along_with_a_merger_and_come_back_where_the_union_stands_again(federation: Federation) -> None:
    one, other = a_member(federation.first), a_member(federation.second)
    actions.turn_member(one, "retain", by=a_keeper(federation.first), on=TODAY, day=date(2020, 5, 1))
    first, second = federation.first.name, federation.second.name
    tree.merge_organisations(federation.first, federation.second, by=SYSTEM, on=JULY)
    one.refresh_from_db()
    assert (one.organisation, one.state) == (federation.second, "retained")
    merged = [(first, MARCH, date(2020, 6, 30), "admitted", "merged"), (second, JULY, None, "merged", "")]
    assert days_of(one) == merged
    assert days_of(other) == [(second, MARCH, None, "admitted", "")]
    followed = Entry.objects.of_kinds("members.members_followed").get()
    assert (followed.organisation_id, followed.quantity) == (federation.second.pk, 1)
    federation.first.refresh_from_db()
    tree.restore_organisation(federation.first, by=SYSTEM, on=TODAY)
    one.refresh_from_db()
    assert one.organisation == federation.first
    ended = (second, JULY, TODAY - timedelta(days=1), "merged", "merged")
    assert days_of(one) == [merged[0], ended, (first, TODAY, None, "merged", "")]
    assert days_of(other) == [(second, MARCH, None, "admitted", "")]


def test_of_a_merger_dated_back_who_came_since_was_never_at_the_merged_union(federation: Federation) -> None:
    late = a_member(federation.first, admitted_on=date(2020, 7, 20))
    tree.merge_organisations(federation.first, federation.second, by=SYSTEM, on=JULY)
    assert days_of(late) == [(federation.second.name, date(2020, 7, 20), None, "admitted", "")]
    federation.first.refresh_from_db()
    tree.restore_organisation(federation.first, by=SYSTEM, on=TODAY)
    late.refresh_from_db()
    assert late.organisation == federation.first


def test_who_was_on_the_way_between_them_has_arrived_and_others_go_on_from_there(federation: Federation) -> None:
    between, onward, left = (a_member(federation.first) for _ in range(3))
    by = a_keeper(federation.first)
    [arrived] = actions.ask_transfers([between], federation.second, by=by, on=date(2020, 6, 29))
    [waiting] = actions.ask_transfers([onward], federation.third, by=by, on=date(2020, 6, 29))
    actions.turn_member(left, "exit", by=by, on=TODAY, day=date(2020, 6, 20))
    tree.merge_organisations(federation.first, federation.second, by=SYSTEM, on=JULY)
    arrived.refresh_from_db()
    waiting.refresh_from_db()
    assert (arrived.state, waiting.state, waiting.source) == ("withdrawn", "released", federation.second)
    actions.turn_transfer(waiting, "receive", by=a_keeper(federation.third), on=TODAY)
    assert [one[0] for one in days_of(onward)] == [
        federation.first.name,
        federation.second.name,
        federation.third.name,
    ]
    assert days_of(left)[-1][2:] == (date(2020, 6, 20), "admitted", "exited")


def test_an_import_is_not_taken_back_once_its_union_is_merged(federation: Federation) -> None:
    from gonghui.spine.members.tests.test_roster import a_row, brought, committed

    keeper = a_keeper(federation.first)
    batch = committed(brought(keeper, a_row()), keeper)
    tree.merge_organisations(federation.first, federation.second, by=SYSTEM, on=JULY)
    with pytest.raises(Refusal):
        desk.undo_import(batch, by=keeper, on=TODAY)
    assert Person.objects.get().organisation == federation.second


ACTS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 9)), min_size=1, max_size=6)


class AnyActs(TestCase):
    """Mergers and restorations of three unions in any order, some refused."""

    @settings(max_examples=6, deadline=None)
    @given(ACTS)
    def test_everybody_is_in_one_standing_union_at_a_time_and_nobody_is_lost(self, acts):
        federation = Federation()
        unions = [federation.first, federation.second, federation.third]
        people = [a_member(union) for union in unions for _ in range(2)]
        day = JULY
        for one, other, later in acts:
            day += timedelta(days=later)
            union, into = (Organisation.objects.get(pk=unions[at].pk) for at in (one, other))
            try:
                if union.is_active:
                    tree.merge_organisations(union, into, by=SYSTEM, on=day)
                else:
                    tree.restore_organisation(union, by=SYSTEM, on=day)
            except Refusal:
                continue
        assert Person.objects.filter(organisation__is_active=True).count() == len(people)
        for person in Person.objects.all():
            chain = list(person.memberships.order_by("first_on"))
            assert chain[-1].last_on is None
            assert chain[-1].organisation_id == person.organisation_id
            assert [one.before_on for one in chain] == [None, *(one.last_on for one in chain[:-1])]
            assert all(one.last_on == next_.first_on - timedelta(days=1) for one, next_ in pairwise(chain))
        assert Membership.objects.filter(last_on=None).count() == len(people)
