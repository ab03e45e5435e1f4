"""What is kept of people goes on its day and not the day before; who is held stays; the entry says how many."""

from datetime import date, datetime, timedelta

import pytest

from gonghui.core.clock import SHANGHAI
from gonghui.core.models import Access, Entry
from gonghui.spine.members import actions, schedule
from gonghui.spine.members.actions import erasing
from gonghui.spine.members.models import (
    ActivationCode,
    Consent,
    MemberAccount,
    Membership,
    Person,
    SignInCode,
    Transfer,
)
from gonghui.spine.members.rules import retention
from gonghui.spine.members.tests.builders import JUNE, TODAY, a_keeper, a_member, a_paper, an_admission
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.models import Account

LAST_KEPT, FIRST_GONE = date(2023, 6, 1), date(2023, 6, 2)
"""Three years after somebody's last day as a member, and the day after."""
pytestmark = pytest.mark.django_db


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=SHANGHAI)


def left(federation: Federation, step: str = "exit", day: date = JUNE) -> Person:
    person = a_member(federation.first)
    actions.turn_member(person, step, by=a_keeper(federation.first), on=TODAY, day=day)
    return person


@pytest.mark.parametrize("step", ["exit", "expel", "die"])
def test_who_left_is_kept_to_the_day_and_no_longer(federation: Federation, step: str) -> None:
    person, later = left(federation, step), left(federation, day=JUNE + timedelta(days=1))
    assert schedule.purge(at(LAST_KEPT)) == 0
    assert schedule.purge(at(FIRST_GONE)) == 1
    assert set(Person.objects.all()) == {later}
    for model in (Membership, Consent, Transfer):
        assert not model.objects.filter(person_id=person.pk).exists()
    assert schedule.purge(at(FIRST_GONE)) == 0


def test_each_union_has_an_entry_of_how_many_and_no_more(federation: Federation) -> None:
    people = [left(federation) for _ in range(3)]
    before = Entry.objects.count()
    schedule.purge(at(FIRST_GONE))
    [entry] = Entry.objects.order_by("id")[before:]
    assert (entry.quantity, entry.organisation_id, entry.happened_on) == (3, federation.first.pk, FIRST_GONE)
    assert entry.subject_id not in {one.pk for one in people}


def test_their_own_account_goes_along(federation: Federation) -> None:
    person, other = left(federation), a_member(federation.first)
    for one in (person, other):
        account = Account.objects.create_member(one.number, "a long password of one's own")
        MemberAccount.objects.create(account=account, person=one, opened_on=JUNE)
        SignInCode.objects.create(account=account, digest="x", sent_at=at(FIRST_GONE), expires_at=at(FIRST_GONE))
    schedule.purge(at(FIRST_GONE))
    assert list(Account.objects.filter(is_member=True).values_list("username", flat=True)) == [other.number]
    assert SignInCode.objects.count() == MemberAccount.objects.count() == 1


def test_who_is_a_member_or_came_back_stays(federation: Federation) -> None:
    keeper, paper = a_keeper(federation.first), a_paper()
    retained, again, active = (
        a_member(federation.first),
        a_member(federation.first, paper=paper),
        a_member(federation.first),
    )
    actions.turn_member(retained, "retain", by=keeper, on=TODAY, day=JUNE)
    actions.turn_member(again, "exit", by=keeper, on=TODAY, day=JUNE)
    back = an_admission(federation.first, paper=paper, admitted_on=date(2020, 7, 1))
    actions.admit_members([back], by=keeper, on=TODAY)
    assert schedule.purge(at(date(2033, 1, 1))) == 0
    assert set(Person.objects.all()) == {retained, again, active}


def test_who_another_app_keeps_a_row_about_stays(federation: Federation, monkeypatch: pytest.MonkeyPatch) -> None:
    """A payment, a loan, a case: any table of another app that points at the person."""
    held, free = left(federation), left(federation)
    Consent.objects.exclude(person=held).delete()
    monkeypatch.setattr(erasing, "_kept_about", lambda own: [] if own else [(Consent, "person")])
    assert list(erasing.overdue(FIRST_GONE)) == [free]
    monkeypatch.undo()
    assert {table._meta.app_label for table, _ in erasing._kept_about(own=True)} == {"members"}


def test_the_years_are_a_dated_parameter(federation: Federation, monkeypatch: pytest.MonkeyPatch) -> None:
    left(federation)
    ten = retention.Retention(date(2019, 1, 1), "", 10, 30, 365)
    monkeypatch.setattr(retention, "scheme", lambda on: ten)
    assert schedule.purge(at(FIRST_GONE)) == 0
    assert schedule.purge(at(date(2030, 6, 2))) == 1


def test_codes_go_a_year_after_they_let_nobody_in(federation: Federation) -> None:
    person, now = a_member(federation.first), at(FIRST_GONE)
    for days in (366, 364):
        ended = now - timedelta(days=days)
        ActivationCode.objects.create(
            person=person, organisation=federation.first, digest="x", issued_at=ended, expires_at=now, voided_at=ended
        )
    assert erasing.purge_codes(now) == 1
    assert ActivationCode.objects.get().voided_at == now - timedelta(days=364)
    assert Access.objects.filter(what="web.purged", subject_type="members.activationcode").count() == 1
