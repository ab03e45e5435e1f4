"""Social workers on post and away, their certificates, and the two lists that follow from both."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import entries_of
from gonghui.core.models import Entry
from gonghui.spine.officials import actions, schedule
from gonghui.spine.officials.actions import PositionEntry, Posting
from gonghui.spine.officials.models import Certificate, SocialWorker
from gonghui.spine.officials.models.audits import share_differences
from gonghui.spine.officials.tests import worker_builders as made
from gonghui.spine.officials.tests.builders import an_official
from gonghui.spine.officials.tests.worker_builders import JUNE, MARCH, NEW_YEAR, TODAY, share
from gonghui.spine.organisations.actions import move_organisation
from gonghui.spine.organisations.models.audits import entry_differences
from gonghui.spine.organisations.tests.builders import Federation

pytestmark = pytest.mark.django_db
EVE = timedelta(days=1)


def code(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.code


def another(actor: Actor, account: int) -> Actor:
    return replace(actor, account_id=account)


def test_a_person_counts_once_whatever_number_of_certificates(federation: Federation) -> None:
    position = made.a_position(federation.wangjing)
    worker, _other = made.on_post(position), made.on_post(position)
    made.verified(made.a_certificate(worker))
    made.verified(made.a_certificate(worker, kind="counselling", level="third", until=None))
    assert share(federation.city, JUNE) == share(federation.wangjing, JUNE) == (1, 2)
    assert share(federation.city, NEW_YEAR - EVE) == (0, 0)


def test_a_certificate_that_does_not_count_changes_nothing(federation: Federation) -> None:
    worker = made.on_post(made.a_position(federation.wangjing))
    made.verified(made.a_certificate(worker, kind="law", level="whole", until=None))
    assert share(federation.city, JUNE) == (0, 1)


def test_a_certificate_counts_from_the_day_it_is_verified(federation: Federation) -> None:
    certificate = made.a_certificate(made.on_post(made.a_position(federation.wangjing)))
    assert share(federation.city, TODAY) == (0, 1)
    made.verified(certificate, on=MARCH)
    assert [share(federation.city, day) for day in (MARCH - EVE, MARCH)] == [(0, 1), (1, 1)]


def test_whoever_is_on_leave_or_seconded_is_on_neither_list(federation: Federation) -> None:
    worker = made.on_post(made.a_position(federation.wangjing))
    made.verified(made.a_certificate(worker))
    actions.turn_worker(worker, "leave", by=SYSTEM, on=MARCH)
    assert [share(federation.city, day) for day in (MARCH - EVE, MARCH)] == [(1, 1), (0, 0)]
    actions.turn_worker(worker, "come_back", by=SYSTEM, on=JUNE)
    assert share(federation.city, JUNE) == (1, 1)
    actions.turn_worker(worker, "end", by=SYSTEM, on=TODAY)
    assert [share(federation.city, day) for day in (TODAY, TODAY + EVE)] == [(1, 1), (1, 1)]  # not told yet
    schedule.turn(TODAY + EVE)
    assert share(federation.city, TODAY + EVE) == (0, 0)


def test_a_leaving_entered_late_is_told_at_once(federation: Federation) -> None:
    worker = made.on_post(made.a_position(federation.wangjing))
    actions.turn_worker(worker, "end", by=SYSTEM, on=TODAY, day=MARCH)
    assert [share(federation.city, day) for day in (MARCH, MARCH + EVE)] == [(0, 1), (0, 0)]
    other = made.on_post(made.a_position(federation.wangjing))
    with pytest.raises(Refusal, match="还没有到"):
        actions.turn_worker(other, "end", by=SYSTEM, on=MARCH, day=JUNE)


def test_a_transfer_takes_the_person_along_on_both_lists(federation: Federation) -> None:
    worker = made.on_post(made.a_position(federation.wangjing))
    made.verified(made.a_certificate(worker))
    to = made.a_position(federation.zhongguancun)
    actions.turn_worker(worker, "transfer", position=to, by=SYSTEM, on=MARCH)
    assert [share(federation.chaoyang, day) for day in (MARCH - EVE, MARCH)] == [(1, 1), (0, 0)]
    assert [share(federation.haidian, day) for day in (MARCH - EVE, MARCH)] == [(0, 0), (1, 1)]
    assert [share(federation.city, day) for day in (MARCH - EVE, MARCH)] == [(1, 1), (1, 1)]
    assert SocialWorker.objects.get(pk=worker.pk).organisation == federation.zhongguancun


def test_a_union_that_is_moved_takes_both_lists_along(federation: Federation) -> None:
    worker = made.on_post(made.a_position(federation.wangjing), on=NEW_YEAR)
    made.verified(made.a_certificate(worker))
    move_organisation(federation.wangjing, federation.haidian, by=SYSTEM, on=MARCH)
    assert [share(federation.chaoyang, day) for day in (MARCH - EVE, MARCH)] == [(1, 1), (0, 0)]
    assert [share(federation.haidian, day) for day in (MARCH - EVE, MARCH)] == [(0, 0), (1, 1)]
    assert not list(share_differences())


def test_a_post_taken_from_a_page_older_than_the_move_is_told_where_the_union_stands(federation: Federation) -> None:
    position = made.a_position(federation.wangjing)
    worker = made.a_hired_worker(federation.first)
    move_organisation(federation.wangjing, federation.haidian, by=SYSTEM, on=MARCH)
    actions.post_workers([Posting(worker, position, MARCH)], by=SYSTEM, on=MARCH)
    assert list(entry_differences()) == []
    assert share(federation.haidian, MARCH) == (0, 1)


# Lapse and renewal --------------------------------------------------------------------------------------------------


def test_a_lapse_is_told_on_its_own_day_however_late_the_clock_is(federation: Federation) -> None:
    worker = made.on_post(made.a_position(federation.wangjing))
    last = date(2020, 5, 31)
    certificate = made.verified(made.a_certificate(worker, until=last))
    schedule.turn(date(2020, 3, 1))
    assert Certificate.objects.get(pk=certificate.pk).state == "verified"
    schedule.turn(date(2020, 3, 2))
    assert Certificate.objects.get(pk=certificate.pk).state == "due"
    schedule.turn(TODAY)
    assert Certificate.objects.get(pk=certificate.pk).state == "lapsed"
    assert [share(federation.city, day) for day in (last, last + EVE)] == [(1, 1), (0, 1)]
    [lapse] = entries_of(certificate).of_kinds("officials.certificate_lapsed")
    assert lapse.happened_on == last + EVE
    before = Entry.objects.count()
    assert schedule.turn(TODAY) == 0
    assert Entry.objects.count() == before


def test_a_certificate_renewed_in_time_never_stops_counting(federation: Federation) -> None:
    worker = made.on_post(made.a_position(federation.wangjing))
    certificate = made.verified(made.a_certificate(worker, until=date(2020, 5, 31)))
    made.renewed(certificate, date(2023, 5, 31), on=MARCH)
    schedule.turn(TODAY)
    assert share(federation.city, TODAY) == (1, 1)
    assert Certificate.objects.get(pk=certificate.pk).state == "renewed"


def test_a_certificate_renewed_too_late_does_not_count_in_between(federation: Federation) -> None:
    worker = made.on_post(made.a_position(federation.wangjing))
    certificate = made.verified(made.a_certificate(worker, until=date(2020, 2, 29)))
    schedule.turn(MARCH)
    made.renewed(Certificate.objects.get(pk=certificate.pk), date(2023, 2, 28), on=JUNE)
    days = (date(2020, 2, 29), date(2020, 3, 1), JUNE - EVE, JUNE)
    assert [share(federation.city, day) for day in days] == [(1, 1), (0, 1), (0, 1), (1, 1)]


def test_what_is_entered_for_the_past_takes_nothing_back_that_was_told_since(federation: Federation) -> None:
    position = made.a_position(federation.wangjing)
    worker = made.on_post(position)
    made.verified(made.a_certificate(worker, until=date(2020, 5, 31)))
    schedule.turn(TODAY)
    made.verified(made.a_certificate(worker, kind="counselling", level="third", until=None), on=MARCH)
    assert share(federation.city, TODAY) == (1, 1)
    assert not list(share_differences())


# Who may ------------------------------------------------------------------------------------------------------------


def test_nobody_verifies_what_they_entered_or_hold(federation: Federation) -> None:
    hr, verifier = an_official("hr_officer", federation.city), an_official("org_officer", federation.city)
    worker = made.on_post(made.a_position(federation.wangjing))
    certificate = made.a_certificate(worker, by=hr)
    both = replace(hr, powers=hr.powers | verifier.powers)
    with pytest.raises(Refusal, match="不能为同一人") as refused:
        actions.check_certificates([certificate], "verify", by=both, on=MARCH)
    assert code(refused) == "flow.guard"
    with pytest.raises(PowerMissing):
        actions.check_certificates([certificate], "verify", by=replace(hr, account_id=7), on=MARCH)
    actions.check_certificates([certificate], "verify", by=verifier, on=MARCH)


def test_nobody_acts_on_social_workers_of_another_branch(federation: Federation) -> None:
    worker = made.on_post(made.a_position(federation.wangjing))
    stranger = an_official("hr_officer", federation.haidian)
    with pytest.raises(PowerMissing):
        actions.turn_worker(worker, "leave", by=stranger, on=MARCH)
    with pytest.raises(PowerMissing):
        made.a_certificate(worker, by=stranger)
    with pytest.raises(PowerMissing):
        actions.enrol_workers([made.an_entry(federation.wangjing)], by=stranger, on=MARCH)


# What is refused ----------------------------------------------------------------------------------------------------


def test_a_number_is_registered_once_for_each_kind(federation: Federation) -> None:
    position = made.a_position(federation.wangjing)
    one, other = made.on_post(position), made.on_post(position)
    made.a_certificate(one, number="AB-1234")
    for holder in (one, other):
        with pytest.raises(Refusal) as refused:
            made.a_certificate(holder, number="ａｂ-12 34")
        assert code(refused) == "officials.certificate_dup"
    made.a_certificate(other, number="AB-1234", kind="counselling", level="third", until=None)


def test_a_number_sent_back_may_be_entered_again(federation: Federation) -> None:
    worker = made.on_post(made.a_position(federation.wangjing))
    first = made.a_certificate(worker, number="AB-1234")
    with pytest.raises(Refusal) as refused:
        actions.check_certificates([first], "reject", by=SYSTEM, on=MARCH)
    assert code(refused) == "officials.reject_why"
    actions.check_certificates([first], "reject", by=SYSTEM, on=MARCH, why_not="原件看不清")
    made.a_certificate(worker, number="AB-1234")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"level": "third"}, "officials.certificate_level"),
        ({"kind": "driving"}, "officials.certificate_kind"),
        ({"issued_on": date(2008, 5, 5)}, "officials.certificate_age"),
        ({"issued_on": date(1999, 5, 5)}, "officials.certificate_age"),
        ({"issued_on": TODAY}, "officials.date_future"),
        ({"until": None}, "officials.registration_missing"),
        ({"until": date(2016, 5, 31)}, "officials.date_order"),
        ({"kind": "counselling", "level": "third"}, "officials.registration_none"),
        ({"number": "12"}, "officials.certificate_number"),
        ({"issuer": " "}, "officials.issuer"),
    ],
)
def test_a_wrong_certificate_is_refused(federation: Federation, given: dict[str, Any], wanted: str) -> None:
    worker = made.on_post(made.a_position(federation.wangjing))
    with pytest.raises(Refusal) as refused:
        made.a_certificate(worker, **given)
    assert code(refused) == wanted


def test_a_counselling_certificate_after_the_last_examination_is_doubted_not_refused(federation: Federation) -> None:
    worker = made.on_post(made.a_position(federation.wangjing))
    given: dict[str, Any] = {"kind": "counselling", "level": "third", "until": None}
    assert not made.a_certificate(worker, issued_on=date(2018, 5, 31), **given).is_doubtful
    assert made.a_certificate(worker, issued_on=date(2018, 6, 1), **given).is_doubtful


def test_nobody_is_on_post_twice(federation: Federation) -> None:
    worker = made.on_post(made.a_position(federation.wangjing))
    SocialWorker.objects.filter(pk=worker.pk).update(state="hired")  # whatever the row says, the days decide
    with pytest.raises(Refusal) as refused:
        actions.post_workers([Posting(worker, made.a_position(federation.first), MARCH)], by=SYSTEM, on=TODAY)
    assert code(refused) == "officials.overlap"


def test_a_position_takes_no_more_people_than_it_has_places(federation: Federation) -> None:
    position = made.a_position(federation.wangjing, headcount=1)
    worker = made.on_post(position)
    with pytest.raises(Refusal) as refused:
        made.on_post(position)
    assert code(refused) == "officials.quota"
    actions.turn_worker(worker, "leave", by=SYSTEM, on=MARCH)
    with pytest.raises(Refusal):  # whoever is on leave comes back to it
        made.on_post(position, since=JUNE)
    actions.turn_worker(worker, "end", by=SYSTEM, on=MARCH)
    made.on_post(position, since=MARCH + EVE)


def test_a_position_keeps_places_for_its_people(federation: Federation) -> None:
    position = made.a_position(federation.wangjing, headcount=2)
    made.on_post(position)
    made.on_post(position)
    entry = PositionEntry(position.organisation, position.post_no, "middle", 1, position.first_on)
    with pytest.raises(Refusal) as refused:
        actions.change_position(position, entry, by=SYSTEM, on=TODAY)
    assert code(refused) == "officials.quota"
    actions.change_position(position, replace(entry, headcount=3), by=SYSTEM, on=TODAY)


def test_numbers_of_ours_are_given_once(federation: Federation) -> None:
    made.a_hired_worker(federation.wangjing, worker_no="A1")
    with pytest.raises(Refusal) as refused:
        made.a_hired_worker(federation.wangjing, worker_no="ａ1")
    assert code(refused) == "officials.worker_dup"
    pair = [made.an_entry(federation.first, worker_no="B1"), made.an_entry(federation.first, worker_no="b1")]
    with pytest.raises(Refusal):
        actions.enrol_workers(pair, by=SYSTEM, on=TODAY)


# What is kept where -------------------------------------------------------------------------------------------------


def test_a_number_is_sealed_and_bound_to_its_certificate(federation: Federation) -> None:
    certificate = made.a_certificate(made.on_post(made.a_position(federation.wangjing)), number="SECRET-77")
    row = Certificate.objects.filter(pk=certificate.pk).values().get()
    assert "SECRET" not in str(row)
    assert Certificate.objects.get(pk=certificate.pk).number == "SECRET-77"


def test_the_audit_finds_a_list_that_the_books_do_not_give(federation: Federation) -> None:
    worker = made.on_post(made.a_position(federation.wangjing))
    made.verified(made.a_certificate(worker))
    assert not list(share_differences())
    worker.spells.update(last_on=MARCH)
    assert {found.where.split()[0] for found in share_differences()} == {"on_post", "qualified"}
