"""Admitting, ending and beginning again; one union at an instant, whoever writes."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from gonghui.core import access, keyring
from gonghui.core.actor import SYSTEM
from gonghui.core.crypto import Unreadable
from gonghui.core.errors import PowerMissing, Refusal, StepRefused
from gonghui.core.journal import entries_of
from gonghui.core.models import Access, Entry, FactGroup
from gonghui.spine.members import actions
from gonghui.spine.members.actions.entries import checked
from gonghui.spine.members.models import Consent, Membership, Person, paper_index
from gonghui.spine.members.tests.builders import JUNE, MARCH, TODAY, a_keeper, a_member, a_paper, an_admission
from gonghui.spine.organisations.tests.builders import Federation, an_actor


def kinds(person: Person) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select k.name from core_entry e join core_kind k on k.id = e.kind where e.subject_id = %s order by e.id",
            [person.pk],
        )
        return [row[0].removeprefix("members.") for row in cursor.fetchall()]


def test_who_is_admitted_is_a_member_with_a_number_and_sealed_papers(federation: Federation) -> None:
    person = a_member(federation.first, card="9990000000000003", address="示范市朝阳区示例路1号")
    person.refresh_from_db()
    assert (person.state, person.organisation_id, len(person.number)) == ("active", federation.first.pk, 15)
    assert person.number.startswith("110105")
    assert person.phone == "10012345678"
    assert person.card == "9990000000000003"
    assert person.address == "示范市朝阳区示例路1号"
    assert Person.objects.of_paper("resident", person.paper).get() == person
    held = Membership.objects.get(person=person)
    assert (held.first_on, held.began, held.is_first, held.before_on) == (MARCH, "admitted", True, None)
    assert Consent.objects.filter(person=person, purpose="roster", withdrawn_on=None).count() == 1
    assert kinds(person) == ["member_admitted"]
    entry = entries_of(person).get()
    assert entry.happened_on == MARCH
    assert FactGroup.objects.get(pk=entry.group_id).facts["first"] is True


def test_a_stolen_dump_shows_no_paper_phone_card_or_address(federation: Federation) -> None:
    number = a_paper()
    person = a_member(federation.first, paper=number, card="9990000000000003", address="示例胡同七号")
    with connection.cursor() as cursor:
        for table in ("members_person", "members_membership", "members_consent", "core_entry", "core_factgroup"):
            cursor.execute(f"select x::text from {table} x")
            dumped = " ".join(row[0] for row in cursor.fetchall())
            for secret in (number, "10012345678", "9990000000000003", "示例胡同七号"):
                assert secret not in dumped
                assert secret.encode().hex() not in dumped
    assert person.paper == number


def test_a_value_moved_to_another_row_does_not_open(federation: Federation) -> None:
    one, other = a_member(federation.first), a_member(federation.first)
    Person.objects.filter(pk=one.pk).update(phone_sealed=other.phone_sealed)
    one.refresh_from_db()
    with pytest.raises(Unreadable):
        assert one.phone


def test_nobody_is_in_two_unions_on_one_day_whoever_writes(federation: Federation) -> None:
    person = a_member(federation.first)
    rows = {"person": person, "organisation": federation.second}

    @transaction.atomic
    def write(given: dict) -> None:
        Membership.objects.create(**given)
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")

    second_open = {"first_on": JUNE, "began": "admitted"}
    overlapping = {"first_on": date(2020, 1, 1), "last_on": date(2020, 4, 1), "began": "admitted", "ended": "exited"}
    loose = {"first_on": JUNE, "began": "moved_in", "before_on": date(2020, 5, 1)}
    before = {"first_on": date(2019, 1, 1), "last_on": date(2019, 4, 1), "began": "admitted", "ended": "exited"}
    for given in (second_open, overlapping, loose, before):
        with pytest.raises(IntegrityError):
            write({**rows, **given})


def test_of_two_who_share_a_paper_the_second_is_refused(federation: Federation) -> None:
    number = a_paper()
    person = a_member(federation.first, paper=number)
    with pytest.raises(Refusal) as here:
        a_member(federation.first, paper=number)
    assert here.value.code == "members.here"
    with pytest.raises(Refusal) as elsewhere:
        a_member(federation.third, paper=number)
    assert elsewhere.value.code == "members.needs_transfer"
    assert federation.first.name not in str(elsewhere.value)
    assert person.number not in str(elsewhere.value)
    keeper = a_keeper(federation.first)
    fresh = an_admission(federation.first)
    with pytest.raises(Refusal) as twice:
        actions.admit_members([fresh, fresh._replace(name="李示例")], by=keeper, on=TODAY)
    assert twice.value.code == "members.twice"


def test_without_consent_power_or_reach_nobody_is_admitted(federation: Federation) -> None:
    keeper = a_keeper(federation.first)
    with pytest.raises(Refusal) as caught:
        actions.admit_members([an_admission(federation.first, consents=False)], by=keeper, on=TODAY)
    assert caught.value.code == "members.consent"
    for actor in (an_actor("statistician", federation.first), a_keeper(federation.second)):
        with pytest.raises(PowerMissing):
            actions.admit_members([an_admission(federation.first)], by=actor, on=TODAY)
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"paper": a_paper(born_on=date(2005, 1, 1))}, "age"),
        ({"gender": "f", "paper": a_paper(7)}, "gender_differs"),
        ({"born_on": date(1985, 3, 8)}, "born_differs"),
        ({"admitted_on": date(2020, 8, 11)}, "date_future"),
        ({"admitted_on": date(2014, 1, 1)}, "before_founding"),
        ({"paper_kind": "passport", "paper": "E12345678"}, "born_missing"),
        ({"form": "volunteer"}, "form"),
    ],
)
def test_each_fault_of_an_admission_is_named(federation: Federation, given: dict, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        a_member(federation.first, **given)
    assert caught.value.code == f"members.{code}"


def test_who_left_comes_back_with_the_same_number_and_counts_no_second_time(federation: Federation) -> None:
    keeper, number = a_keeper(federation.first), a_paper()
    person = a_member(federation.first, paper=number)
    actions.turn_member(person, "exit", by=keeper, on=TODAY, day=JUNE)
    with pytest.raises(Refusal) as caught:
        a_member(federation.third, paper=number, admitted_on=JUNE)
    assert caught.value.code == "members.overlap"
    again = a_member(federation.third, paper=number, admitted_on=date(2020, 7, 1))
    assert (again.pk, again.number, again.organisation_id) == (person.pk, person.number, federation.third.pk)
    spans = list(Membership.objects.filter(person=person).values_list("first_on", "last_on", "before_on", "is_first"))
    assert spans == [(MARCH, JUNE, None, True), (date(2020, 7, 1), None, JUNE, False)]
    firsts = [FactGroup.objects.get(pk=one.group_id).facts.get("first") for one in entries_of(person)]
    assert firsts == [True, None, False]


def test_a_membership_is_retained_resumed_and_ended(federation: Federation) -> None:
    keeper, person = a_keeper(federation.first), a_member(federation.first)
    actions.turn_member(person, "retain", by=keeper, on=JUNE)
    person.refresh_from_db()
    assert (person.state, person.retained_on) == ("retained", JUNE)
    with pytest.raises(StepRefused):
        actions.turn_member(person, "retain", by=keeper, on=JUNE)
    actions.turn_member(person, "resume", by=keeper, on=TODAY)
    actions.turn_member(person, "die", by=keeper, on=TODAY)
    person.refresh_from_db()
    assert person.state == "left"
    assert Membership.objects.get(person=person).ended == "deceased"
    assert kinds(person) == ["member_admitted", "membership_retained", "membership_resumed", "member_left"]


def test_a_correction_seals_anew_and_takes_nobody_elses_paper(federation: Federation) -> None:
    keeper, taken = a_keeper(federation.first), a_paper()
    a_member(federation.first, paper=taken)
    person, right = a_member(federation.first), a_paper()
    entry = an_admission(federation.first, paper=right, name="阿依古丽•买买提", phone="")
    actions.correct_member(person, entry, by=keeper, on=TODAY)
    person.refresh_from_db()
    assert (person.name, person.paper, person.phone, person.phone_index) == ("阿依古丽·买买提", right, "", None)
    assert bytes(person.paper_index) == paper_index("resident", right)
    with pytest.raises(Refusal) as caught:
        actions.correct_member(person, entry._replace(paper=taken), by=keeper, on=TODAY)
    assert caught.value.code == "members.paper_taken"


def test_many_are_written_row_for_row_as_one_by_one(federation: Federation) -> None:
    """The bulk path leaves the same tables and the same entries."""
    keeper = a_keeper(federation.first)

    def told() -> list[tuple]:
        rows = Person.objects.values_list(
            "organisation", "name", "name_terms", "paper_kind", "gender", "born_on", "form", "state"
        )
        held = Membership.objects.values_list("organisation", "first_on", "last_on", "began", "is_first", "ended")
        booked = Entry.objects.exclude(subject_id=federation.first.pk)
        columns = ("kind", "group_id", "happened_on", "organisation_id", "path", "quantity", "sign", "actor_id")
        marked = booked.filter(happened_on=MARCH).order_by("id").values_list(*columns)
        return [*sorted(rows), *sorted(held, key=str), *marked, Consent.objects.count()]

    some = [an_admission(federation.first, name=name) for name in ("张一", "李二", "王三")]
    for entry in some:
        actions.admit_members([entry], by=keeper, on=TODAY)
    single = told()
    actions.bulk_withdraw(list(Person.objects.values_list("pk", flat=True)), by=keeper)
    assert not Person.objects.exists()
    assert not Membership.objects.exists()
    before = Entry.objects.filter(happened_on=MARCH).count()
    assert sum(Entry.objects.filter(happened_on=MARCH).values_list("sign", flat=True)) == 0
    actions.bulk_admit([checked(one, on=TODAY) for one in some], by=keeper, on=TODAY)
    again = told()
    assert again[: 3 + 3] == single[: 3 + 3]
    assert again[-4:-1] == single[6:9]
    assert Entry.objects.filter(happened_on=MARCH).count() == before + 3


def test_a_roster_taken_over_is_one_entry_a_union_and_no_admission(federation: Federation) -> None:
    keeper = a_keeper(federation.wangjing)
    some = [an_admission(place, admitted_on=None) for place in (federation.first, federation.first, federation.second)]
    done = actions.bulk_admit([checked(one, on=TODAY) for one in some], by=keeper, on=TODAY)
    assert [one.is_first for one in done] == [False, False, False]
    entries = Entry.objects.filter(happened_on=TODAY).values_list("organisation_id", "quantity", "sign")
    assert sorted(entries) == [(federation.first.pk, 2, 1), (federation.second.pk, 1, 1)]
    actions.bulk_withdraw([one.person_id for one in done[:2]], by=keeper)
    today = Entry.objects.filter(happened_on=TODAY).values_list("quantity", "sign")
    total = sum(many * sign for many, sign in today)
    assert total == Person.objects.count() == 1


def test_keys_change_under_the_roster_while_it_is_read(federation: Federation, settings, tmp_path) -> None:
    settings.GONGHUI_KEYRING = tmp_path / "keyring"
    keyring.make(settings.GONGHUI_KEYRING)
    keyring.current(again=True)
    try:
        number = a_paper()
        person = a_member(federation.first, paper=number)
        keyring.check()
        old = keyring.current().newest.id.hex()
        keyring.rotate()
        assert Person.objects.get(pk=person.pk).paper == number, "old values open under the old key"
        later = a_member(federation.first)
        assert sum(keyring.reseal(column) for column in keyring.COLUMNS) == 2, "paper and phone of the first"
        assert keyring.retire() == {old}
        assert Person.objects.get(pk=person.pk).paper == number
        assert Person.objects.of_paper("resident", number).exists(), "still found"
        assert Person.objects.get(pk=later.pk).phone == "10012345678"
        keyring.check()
    finally:
        keyring._held.ring = None


def test_a_check_across_unions_tells_yes_or_no_and_leaves_a_trace(federation: Federation) -> None:
    person, keeper = a_member(federation.first), a_keeper(federation.third)

    def ask(number: str, **given) -> str:
        return actions.check_across("resident", number, **{"consents": True, **given}, by=keeper, on=TODAY).how

    assert ask(person.paper) == "elsewhere"
    look = Access.objects.get(what="members.checked")
    assert (look.subject_id, look.organisation_id) == (person.pk, federation.third.pk)
    assert ask(a_paper()) == "free"
    with pytest.raises(Refusal) as caught:
        ask(person.paper, consents=False)
    assert caught.value.code == "members.check_consent"
    with pytest.raises(PowerMissing):
        actions.check_across(
            "resident", person.paper, consents=True, by=an_actor("statistician", federation.third), on=TODAY
        )
    for _ in range(58):
        access.looked(keeper, "members.checked")
    with pytest.raises(Refusal) as often:
        ask(person.paper)
    assert often.value.code == "members.check_often"


def test_somebody_taken_over_may_have_been_in_another_union_before(federation: Federation) -> None:
    old, since, eve = federation.second, date(2015, 3, 1), date(2018, 5, 31)
    entry = an_admission(federation.first, admitted_on=None, since=date(2018, 6, 1))
    ready = checked(entry, on=TODAY)._replace(entry=entry._replace(came_from=old, came_from_since=since))
    actions.bulk_enter([ready], by=SYSTEM, on=TODAY)
    rows = Membership.objects.values_list("organisation", "first_on", "last_on", "before_on", "began", "ended")
    assert list(rows) == [
        (old.pk, since, eve, None, "taken_over", "moved_out"),
        (federation.first.pk, date(2018, 6, 1), None, eve, "moved_in", ""),
    ]
