"""Drafts, publishing by two, withdrawal by two; what is published stands in the database itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import KIND_IDS
from gonghui.core.models import Entry
from gonghui.spine.organisations.tests.builders import found
from gonghui.work.mutual_aid.actions import drafts, keep_shipped_editions
from gonghui.work.mutual_aid.models import Edition, edition_on
from gonghui.work.mutual_aid.tests.scheme_texts import changed, lower

TODAY, NEW_YEAR = date(2020, 8, 10), date(2021, 1, 1)


class Desk:
    """The city with its plans, who drafts, who publishes."""

    def __init__(self) -> None:
        self.city = found("示范市总工会", "city", None, "110000")
        keep_shipped_editions(self.city, on=date(2020, 1, 1))
        self.officer, self.colleague = (self._actor(n, "mutual_aid.see", "mutual_aid.schemes") for n in (301, 302))
        self.lead, self.second_lead = (self._actor(n, "mutual_aid.see", "mutual_aid.publish") for n in (303, 304))

    def _actor(self, account: int, *powers: str) -> Actor:
        where = replace(SYSTEM, organisation_id=self.city.pk, path=self.city.path)
        return replace(where, account_id=account, powers=frozenset(powers))

    def draft(self, plan: str = "universal") -> Edition:
        """A draft of the next text."""
        return drafts.begin_draft(plan, by=self.officer, on=TODAY)

    def offered(self, plan: str = "universal") -> Edition:
        """A draft that is to be published as it is."""
        return self.offer(self.draft(plan))

    def offer(self, edition: Edition) -> Edition:
        """Its author asks to have it published."""
        drafts.offer_draft(edition, content=edition.version, by=self.officer, on=TODAY)
        return edition

    def published(self, plan: str = "accident") -> Edition:
        """A text published from a day ahead on."""
        edition = self.offered(plan)
        drafts.publish_edition(edition, content=edition.version, why="照旧", by=self.lead, on=TODAY)
        return edition


@pytest.fixture
def desk(db: None) -> Desk:
    """The plans as they came with the platform."""
    return Desk()


class says(AbstractContextManager):  # noqa: N801
    """What is refused inside says this."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        assert isinstance(error, Refusal), f"not refused: {self.code}"
        assert error.code == f"mutual_aid.{self.code}"
        return True


def kinds_of(edition: Edition) -> list[str]:
    return [KIND_IDS.name(entry.kind) for entry in Entry.objects.filter(subject_id=edition.pk).order_by("id")]


def test_a_draft_begins_as_the_text_that_holds_on_the_next_day_that_may_be(desk: Desk) -> None:
    edition = desk.draft()
    held = edition_on("universal", TODAY)
    assert edition.valid_from == NEW_YEAR
    assert edition.text == held.text.replace("valid_from = 2017-01-01", "valid_from = 2021-01-01")
    assert (edition.state, edition.made_by, edition.version) == ("draft", 301, edition.scheme.version)
    assert edition_on("universal", NEW_YEAR) == held


def test_a_draft_says_what_was_written_and_begins_when_it_says(desk: Desk) -> None:
    edition = desk.draft()
    text = lower().replace("valid_from = 2021-01-01", "valid_from = 2022-01-01")
    drafts.write_draft(edition, text, base=edition.version, by=desk.officer, on=TODAY)
    edition.refresh_from_db()
    assert edition.valid_from == date(2022, 1, 1)
    assert (
        edition.scheme.parameters["inpatient_segments"]
        != edition_on("universal", TODAY).scheme.parameters["inpatient_segments"]
    )


def test_a_text_whose_examples_do_not_come_out_is_not_kept(desk: Desk) -> None:
    edition = desk.draft()
    wrong = edition.text.replace("pays_fen = 220_271", "pays_fen = 220_270", 1)
    with pytest.raises(Refusal) as caught:
        drafts.write_draft(edition, wrong, base=edition.version, by=desk.officer, on=TODAY)
    assert (caught.value.code, caught.value.params["line"]) == ("rules.example", 44)
    edition.refresh_from_db()
    assert edition.text != wrong


def test_only_its_author_changes_a_draft_on_top_of_what_they_saw(desk: Desk) -> None:
    edition = desk.draft()
    with pytest.raises(PowerMissing):
        drafts.write_draft(edition, lower(), base=edition.version, by=desk.colleague, on=TODAY)
    with pytest.raises(PowerMissing):
        drafts.write_draft(edition, lower(), base=edition.version, by=desk.lead, on=TODAY)
    with pytest.raises(PowerMissing):
        drafts.drop_draft(edition, by=desk.colleague, on=TODAY)
    with says("draft_changed"):
        drafts.write_draft(edition, lower(), base="0" * 64, by=desk.officer, on=TODAY)
    with says("draft_same"):
        drafts.write_draft(edition, edition.text, base=edition.version, by=desk.officer, on=TODAY)


def test_only_what_its_author_offered_is_published(desk: Desk) -> None:
    edition = desk.draft("accident")
    with says("publish_unoffered"):
        drafts.publish_edition(edition, content=edition.version, by=desk.lead, on=TODAY)
    with pytest.raises(PowerMissing):
        drafts.offer_draft(edition, content=edition.version, by=desk.colleague, on=TODAY)
    with says("draft_changed"):
        drafts.offer_draft(edition, content="0" * 64, by=desk.officer, on=TODAY)
    desk.offer(edition)
    with says("draft_offered"):
        desk.offer(edition)
    again = edition.text + "# 又改\n"
    drafts.write_draft(edition, again, base=edition.version, by=desk.officer, on=TODAY)
    with says("publish_unoffered"):
        drafts.publish_edition(edition, content=edition.version, by=desk.lead, on=TODAY)
    drafts.publish_edition(desk.offer(edition), content=edition.version, by=desk.lead, on=TODAY)
    assert edition.state == "published"


def test_who_drafted_cannot_publish_whatever_their_post(desk: Desk) -> None:
    edition = desk.offered()
    both = replace(desk.officer, powers=desk.officer.powers | desk.lead.powers)
    with says("publish_own"):
        drafts.publish_edition(edition, content=edition.version, why="急", by=both, on=TODAY)
    with pytest.raises(PowerMissing):
        drafts.publish_edition(edition, content=edition.version, why="急", by=desk.colleague, on=TODAY)


def test_another_publishes_exactly_what_was_shown(desk: Desk) -> None:
    edition = desk.draft()
    shown = edition.version
    drafts.write_draft(edition, lower(), base=shown, by=desk.officer, on=TODAY)
    desk.offer(edition)
    with says("publish_changed"):
        drafts.publish_edition(edition, content=shown, why="急", by=desk.lead, on=TODAY)
    drafts.publish_edition(edition, content=edition.version, why="急", by=desk.lead, on=TODAY)
    edition.refresh_from_db()
    assert (edition.state, edition.published_by, edition.published_on, edition.note) == ("published", 303, TODAY, "急")
    assert edition_on("universal", NEW_YEAR) == edition
    assert edition_on("universal", TODAY) != edition
    assert kinds_of(edition) == [
        "mutual_aid.edition_drafted", "mutual_aid.edition_changed", "mutual_aid.edition_offered",
        "mutual_aid.edition_published",
    ]  # fmt: skip


def test_a_settled_plan_that_was_not_replayed_is_published_with_a_reason_only(desk: Desk) -> None:
    edition = desk.offered()
    with says("publish_unseen"):
        drafts.publish_edition(edition, content=edition.version, why="  ", by=desk.lead, on=TODAY)
    other = desk.offered("accident")
    drafts.publish_edition(other, content=other.version, by=desk.lead, on=TODAY)
    assert other.state == "published"


def test_what_begins_on_a_day_that_has_come_is_not_published(desk: Desk) -> None:
    edition = desk.offered("accident")
    with says("begins_late"):
        drafts.publish_edition(edition, content=edition.version, by=desk.lead, on=edition.valid_from)


def test_of_two_drafts_for_one_day_one_is_published_and_the_next_draft_begins_later(desk: Desk) -> None:
    first, second = desk.offered("accident"), desk.offered("accident")
    drafts.publish_edition(first, content=first.version, by=desk.lead, on=TODAY)
    with says("begins_taken"):
        drafts.publish_edition(second, content=second.version, by=desk.lead, on=TODAY)
    assert desk.draft("accident").valid_from == date(2020, 10, 1)


def test_a_draft_is_thrown_away_by_its_author(desk: Desk) -> None:
    edition = desk.draft()
    key = edition.pk
    drafts.drop_draft(edition, by=desk.officer, on=TODAY)
    assert not Edition.objects.filter(pk=key).exists()
    assert Entry.objects.filter(subject_id=key).count() == 2


def test_nothing_published_is_written_or_dropped(desk: Desk) -> None:
    edition = desk.published()
    with says("not_a_draft"):
        text = changed("accident", begins="2021-05-01")
        drafts.write_draft(edition, text, base=edition.version, by=desk.officer, on=TODAY)
    with says("not_a_draft"):
        drafts.drop_draft(edition, by=desk.officer, on=TODAY)


# Withdrawal ---------------------------------------------------------------------------------------------------------


def test_two_people_withdraw_what_has_not_begun(desk: Desk) -> None:
    edition = desk.published()
    with says("withdrawal_first"):
        drafts.answer_withdrawal(edition, is_withdrawn=True, by=desk.lead, on=TODAY)
    with says("withdraw_why"):
        drafts.ask_withdrawal(edition, why=" ", by=desk.lead, on=TODAY)
    drafts.ask_withdrawal(edition, why="写错了", by=desk.lead, on=TODAY)
    with says("withdrawal_waits"):
        drafts.ask_withdrawal(edition, why="写错了", by=desk.officer, on=TODAY)
    with says("withdraw_own"):
        drafts.answer_withdrawal(edition, is_withdrawn=True, by=desk.lead, on=TODAY)
    with pytest.raises(PowerMissing):
        drafts.answer_withdrawal(edition, is_withdrawn=True, by=desk.officer, on=TODAY)
    drafts.answer_withdrawal(edition, is_withdrawn=True, by=desk.second_lead, on=TODAY)
    assert Edition.objects.get(pk=edition.pk).state == "withdrawn"
    assert edition_on("accident", edition.valid_from).valid_from == date(2020, 1, 1)
    assert desk.draft("accident").valid_from == edition.valid_from


def test_a_withdrawal_may_be_answered_with_no(desk: Desk) -> None:
    edition = desk.published()
    drafts.ask_withdrawal(edition, why="写错了", by=desk.officer, on=TODAY)
    drafts.answer_withdrawal(edition, is_withdrawn=False, by=desk.lead, on=TODAY)
    edition.refresh_from_db()
    assert (edition.state, edition.withdraw_asked_by, edition.withdraw_why) == ("published", None, "")
    assert edition_on("accident", edition.valid_from) == edition


@pytest.mark.parametrize("when", [0, 30])
def test_what_has_begun_or_came_with_the_platform_is_not_withdrawn(desk: Desk, when: int) -> None:
    edition = desk.published()
    with says("withdraw_begun"):
        drafts.ask_withdrawal(edition, why="晚了", by=desk.lead, on=edition.valid_from.replace(day=1 + when // 2))
    with says("withdraw_begun"):
        drafts.ask_withdrawal(edition_on("accident", TODAY), why="旧的", by=desk.lead, on=date(2019, 1, 1))


# The database itself --------------------------------------------------------------------------------------------------


CHANGES = [
    "set text = text || '# x'",
    "set valid_from = '2030-01-01'",
    "set plan = 'universal'",
    "set published_by = 999",
    "set note = 'x'",
    "set state = 'draft', published_on = null, published_by = null",
    "set state = 'withdrawn', withdraw_asked_by = 1, withdrawn_by = 2, withdrawn_on = valid_from",
    "set state = 'withdrawn', withdraw_asked_by = 1, withdrawn_by = 1, withdrawn_on = published_on",
    "set state = 'withdrawn', withdrawn_by = 1, withdrawn_on = published_on",
]


def test_the_database_keeps_a_published_text_as_it_is(desk: Desk) -> None:
    edition = desk.published()
    for change in CHANGES:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"update mutual_aid_edition {change} where id = %s", [edition.pk])
    with pytest.raises(DatabaseError), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).delete()


def test_the_database_knows_the_hash_of_each_text_and_that_two_people_publish(desk: Desk) -> None:
    edition = desk.draft()
    broken: list[Callable[[], object]] = [
        lambda: Edition.objects.filter(pk=edition.pk).update(text=edition.text + "# x\n"),
        lambda: Edition.objects.filter(pk=edition.pk).update(
            state="published", published_on=TODAY, published_by=edition.made_by
        ),
    ]
    for one in broken:
        with pytest.raises(IntegrityError), transaction.atomic():
            one()
