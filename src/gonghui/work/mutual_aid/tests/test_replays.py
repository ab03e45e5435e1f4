"""Replays over released settlements: asked for, done by the worker, kept as sums of exactly one text."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from gonghui.core import rules
from gonghui.core.actor import SYSTEM
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import KIND_IDS
from gonghui.core.models import Entry
from gonghui.work.mutual_aid.actions import drafts, pieces, replays
from gonghui.work.mutual_aid.models import Edition, Replay, SettlementFile, SettlementPiece, edition_on
from gonghui.work.mutual_aid.rules.replay import Limits, Tally, connected, replay
from gonghui.work.mutual_aid.schedule.replays import ATTEMPTS, replay_job
from gonghui.work.mutual_aid.tests.claiming import Centre, a_worker, an_entry, approved, covered, reviewed
from gonghui.work.mutual_aid.tests.scheme_texts import changed, lower, text_of, universal
from gonghui.work.mutual_aid.tests.test_editions import TODAY, Desk, says
from gonghui.work.mutual_aid.tests.test_editions import desk as _desk

desk = _desk
JANUARY, JUNE = date(2020, 1, 1), date(2020, 6, 1)


def a_released_file(desk: Desk, ordinal: int, *ranges: tuple[int, int], many: int = 120) -> None:
    """A month's settlements that were released, in pieces of ranges of shards."""
    when = {"month": 202000 + ordinal, "received_on": JANUARY, "released_on": JANUARY}
    file = SettlementFile.objects.create(
        organisation=desk.city, ordinal=ordinal, plan="universal", form="csv", sha256=f"{ordinal:064}",
        state="released", received_by=1, released_by=2, **when,
    )  # fmt: skip
    draw = np.random.default_rng(ordinal)
    zeros = {name: np.zeros(many, kind) for name, kind in {**pieces.READ, **pieces.DECIDED}.items() if kind[0] == "i"}
    rows = {
        **zeros,
        "participant": draw.integers(0, 60, many) * 97,
        "row": np.arange(many),
        "settled_on": (np.datetime64(f"2020-0{ordinal}-01") + draw.integers(0, 28, many)).astype(int),
        "benefit": draw.integers(1, 5, many),
        "self_pay1_fen": (np.exp(8 + draw.random(many) * 7)).astype(int),
        "unit": np.full(many, desk.city.pk),
    }
    edition = edition_on("universal", JANUARY)
    for number, (first, last) in enumerate(ranges):
        shards = rows["participant"] % 1024
        its = (shards >= first) & (shards <= last)
        piece = SettlementPiece(file=file, number=number, shard_from=first, shard_to=last, edition=edition)
        pieces.sealed(piece, {name: one[its] for name, one in rows.items()})
        piece.save()


@pytest.fixture
def released(desk: Desk) -> Desk:
    """Three months, cut at other shards each."""
    a_released_file(desk, 1, (0, 511), (512, 1023))
    a_released_file(desk, 2, (0, 299), (300, 700), (701, 1023))
    a_released_file(desk, 3, (0, 1023))
    return desk


def written(desk: Desk) -> Edition:
    edition = desk.draft()
    drafts.write_draft(edition, lower(), base=edition.version, by=desk.officer, on=TODAY)
    return edition


def asked(desk: Desk) -> Replay:
    return replays.ask_replay(written(desk), year=2020, by=desk.officer, on=TODAY)


def work(one: Replay, attempts: int = 0) -> Replay:
    """The worker does it."""

    class Context:
        job = type("Job", (), {"attempts": attempts})

    replay_job.func(Context(), replay=one.pk, post=0)  # type: ignore[arg-type]
    one.refresh_from_db()
    return one


def kinds_of(one: Replay) -> list[str]:
    return [KIND_IDS.name(entry.kind) for entry in Entry.objects.filter(subject_id=one.pk).order_by("id")]


def joined(parts: list[Any]) -> dict[str, Any]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def test_each_person_is_in_one_part_however_the_files_were_cut(released: Desk) -> None:
    parts = list(replays.parts("universal", 2020))
    assert sum(len(part["row"]) for part in parts) == 360
    assert len(parts) > 1
    people = [set(part["participant"].tolist()) for part in parts]
    assert sum(map(len, people)) == len(set().union(*people))
    assert list(replays.parts("universal", 2019)) == []


def test_a_replay_keeps_the_sums_of_its_year(released: Desk) -> None:
    one = work(asked(released))
    assert (one.state, one.done, one.version) == ("done", 360, one.edition.version)
    limits = Limits(10, (10_000, 50_000, 100_000, 500_000, 2_000_000, 10_000_000))
    whole = joined(list(replays.parts("universal", 2020)))
    assert one.found == replay([whole], one.edition.scheme, universal(), limits)
    assert one.found.whole.change_fen
    assert kinds_of(one) == ["mutual_aid.replay_asked", "mutual_aid.replay_done"]


def test_it_is_handed_to_the_worker_once_and_again_where_nobody_has_it(released: Desk) -> None:
    one = asked(released)
    job = ProcrastinateJob.objects.get(task_name=replays.JOB)
    assert job.args == {"replay": one.pk, "post": 0}
    with says("replay_waits"):
        replays.ask_replay(one.edition, year=2020, by=released.officer, on=TODAY)
    assert not replays.is_lost(one)
    ProcrastinateJob.objects.filter(pk=job.pk).update(status="failed")
    assert replays.is_lost(one)
    again = replays.ask_replay(one.edition, year=2020, by=released.lead, on=TODAY)
    one.refresh_from_db()
    assert (one.state, again.state) == ("failed", "waiting")
    assert kinds_of(one)[-1] == "mutual_aid.replay_failed"


def test_who_may_neither_draft_nor_publish_does_not_replay(released: Desk) -> None:
    reader = replace(SYSTEM, powers=frozenset({"mutual_aid.see"}))
    with pytest.raises(PowerMissing):
        replays.ask_replay(written(released), year=2020, by=reader, on=TODAY)


def test_there_is_nothing_to_replay_before_anything_was_paid(desk: Desk) -> None:
    for plan in ("universal", "accident"):
        assert replays.years_of(plan) == []
        with says("replay_year"):
            replays.ask_replay(desk.draft(plan), year=2020, by=desk.officer, on=TODAY)


def test_a_plan_by_claims_is_replayed_over_claims_that_two_people_decided_to_pay(db: None) -> None:
    centre = Centre()
    first, second = (a_worker(centre.unit, name=name) for name in ("示例一", "示例二"))
    for person in (first, second):
        covered(centre, person)
    approved(centre, an_entry(first))
    again = {"admitted_on": date(2020, 5, 1), "discharged_on": date(2020, 5, 11)}
    approved(centre, an_entry(first, inputs=again), on=JUNE)
    reviewed(centre, an_entry(second))
    old, new = "daily_fen = 4_000", "daily_fen = 5_000"
    held = rules.read(text_of("hospital_allowance"))
    text = changed("hospital_allowance", (old, new)).partition("[[examples]]")[0]
    stay = "admitted_on = 2020-03-02, discharged_on = 2020-03-19, is_same_cause_again = false, shares = 1"
    draft = rules.read(f'{text}[[examples]]\ntitle = "例"\ncases = [{{ {stay}, pays_fen = 70_000 }}]\n')
    found = replays.claims_decided("hospital_allowance", 2020, draft, held)
    assert [one.tolist() for one in (found["pays_fen"], found["base"], found["draft"])] == [
        [56_000, 28_000], [56_000, 28_000], [70_000, 35_000],
    ]  # fmt: skip
    assert set(found["unit"].tolist()) == {centre.federation.chaoyang.pk}
    assert replays.years_of("hospital_allowance") == [2020]
    assert len(replays.claims_decided("hospital_allowance", 2019, draft, held)["base"]) == 0
    tally = Tally(Limits(1, (10_000,)))
    with connected() as connection:
        tally.add_decided(connection, found)
    whole = tally.summary().whole
    assert (whole.people, whole.base_fen, whole.draft_fen, tally.found.otherwise) == (1, 84_000, 105_000, 0)


def test_a_draft_changed_meanwhile_is_not_replayed(released: Desk) -> None:
    one = asked(released)
    edition = one.edition
    drafts.write_draft(edition, lower() + "# 又改\n", base=edition.version, by=released.officer, on=TODAY)
    assert work(one).state == "failed"
    assert "条文改了" in one.why_not["message"]


def test_one_that_takes_its_worker_down_each_time_is_given_up(released: Desk) -> None:
    one = work(asked(released), attempts=ATTEMPTS)
    assert (one.state, one.why_not["params"]) == ("failed", {"times": str(ATTEMPTS)})


def test_what_breaks_says_so_and_can_be_asked_for_again(released: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object) -> None:
        raise RuntimeError("示例")

    monkeypatch.setattr(replays, "parts", broken)
    one = work(asked(released))
    assert one.state == "failed"
    monkeypatch.undo()
    assert work(replays.ask_replay(one.edition, year=2020, by=released.officer, on=TODAY)).state == "done"


def test_one_done_again_comes_to_nothing_new(released: Desk) -> None:
    one = work(asked(released))
    was = one.summary
    assert work(one).summary == was
    with pytest.raises(Refusal):
        replays.fail_replay(one, Refusal("x", "x"), by=SYSTEM, on=TODAY)


def test_exactly_the_replayed_text_is_published_without_a_reason(released: Desk) -> None:
    one = work(asked(released))
    edition = Edition.objects.get(pk=one.edition_id)
    drafts.write_draft(edition, lower() + "# 又改\n", base=edition.version, by=released.officer, on=TODAY)
    released.offer(edition)
    with says("publish_unseen"):
        drafts.publish_edition(edition, content=edition.version, by=released.lead, on=TODAY)
    drafts.write_draft(edition, lower(), base=edition.version, by=released.officer, on=TODAY)
    released.offer(edition)
    drafts.publish_edition(edition, content=edition.version, by=released.lead, on=TODAY)
    assert edition.state == "published"


def test_a_draft_is_thrown_away_with_its_replays(released: Desk) -> None:
    one = work(asked(released))
    drafts.drop_draft(one.edition, by=released.officer, on=TODAY)
    assert not Replay.objects.exists()
