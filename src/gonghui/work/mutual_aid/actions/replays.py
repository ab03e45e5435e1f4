"""Replays of a draft: asked for on the desk, done by the worker, kept as sums."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.columns import Columns
from gonghui.core.errors import Refusal
from gonghui.core.flow import lock
from gonghui.core.journal import Place, record
from gonghui.core.rules import Scheme
from gonghui.work.mutual_aid.actions import pieces
from gonghui.work.mutual_aid.facts import ReplayAsked, ReplayDone, ReplayFailed
from gonghui.work.mutual_aid.flow import PUBLISH, SCHEMES
from gonghui.work.mutual_aid.models import Claim, Edition, Replay, SettlementPiece, edition_on
from gonghui.work.mutual_aid.rules import numbers, parameters
from gonghui.work.mutual_aid.rules.plans import PLANS, SETTLED_INPUTS
from gonghui.work.mutual_aid.rules.replay import Limits, Part, Summary, Tally, connected

JOB = "gonghui.mutual_aid_replay"
LOST = "重放中断了，没有办成：请再重放一次"
PAID = ("approved", "in_payment", "pay_failed", "paid", "closed", "recovery_asked")
"""States of claims that two people decided to pay."""


def years_of(plan: str) -> list[int]:
    """The years of which settlements of the plan were released, or claims of it decided, the latest first."""
    if not PLANS[plan].is_settled:
        return [day.year for day in _claims(plan).dates("submitted_on", "year", order="DESC")]
    months = SettlementPiece.objects.filter(file__plan=plan, edition__isnull=False)
    return sorted({month // 100 for month in months.values_list("file__month", flat=True)}, reverse=True)


@action
def ask_replay(edition: Edition, *, year: int, by: Actor, on: date) -> Replay:
    """The worker replays the text over the settlements of a year, beside the text that holds."""
    if not by.may(SCHEMES):
        by.require(PUBLISH)
    if year not in years_of(edition.plan):
        raise Refusal("mutual_aid.replay_year", "%(year)s 年没有放行过的结算或给付过的申请，请换一年", year=year)
    lock(edition, "version")
    for waiting in edition.replays.filter(state="waiting"):
        if not is_lost(waiting):
            raise Refusal("mutual_aid.replay_waits", "这份条文正在重放，请等它办完")
        fail_replay(waiting, Refusal("mutual_aid.replay_lost", LOST), by=by, on=on)
    replay = Replay(
        edition=edition,
        base=edition_on(edition.plan, on),
        version=edition.version,
        year=year,
        asked_by=by.account_id,
        asked_on=on,
    )
    replay.save(force_insert=True)
    record(ReplayAsked(plan=edition.plan), about=replay, by=by, happened_on=on, organisation=_place(edition, by))
    app.configure_task(JOB).defer(replay=replay.pk, post=by.id)
    return replay


def is_lost(replay: Replay) -> bool:
    """Whether a replay waits that is in nobody's hands any more."""
    jobs = ProcrastinateJob.objects.filter(task_name=JOB, status__in=("todo", "doing"), args__replay=replay.pk)
    return bool(replay.state == "waiting" and not jobs.exists())


def do_replay(replay: Replay, *, by: Actor, on: date) -> None:
    """The replay is done and its sums kept, or it says why not. Begun anew it comes to the same."""
    edition = replay.edition
    if edition.version != replay.version:
        fail_replay(replay, Refusal("mutual_aid.replay_moved", "重放时条文改了，没有办：请再重放一次"), by=by, on=on)
        return
    draft, base = edition.scheme, replay.base.scheme
    kept = parameters.on(on)
    tally = Tally(Limits(kept.replay_people_least, kept.replay_bands_fen))
    kept_rows = Replay.objects.filter(pk=replay.pk)
    with connected() as connection:
        if edition.of_plan.is_settled:
            pieces_of = SettlementPiece.objects.filter(file__plan=edition.plan, edition__isnull=False)
            kept_rows.update(done=0, total=sum(pieces_of.values_list("settlements", flat=True)))
            for part in parts(edition.plan, replay.year):
                tally.add(connection, part, draft, base)
                kept_rows.update(done=tally.rows)
        else:
            tally.add_decided(connection, claims_decided(edition.plan, replay.year, draft, base))
            kept_rows.update(done=tally.rows, total=tally.rows)
    _keep_replay(replay, tally.summary(), by=by, on=on)


@action
def _keep_replay(replay: Replay, summary: Summary, *, by: Actor, on: date) -> None:
    _require_waiting(replay)
    replay.state, replay.summary = "done", summary.kept()
    replay.save(update_fields=["state", "summary"])
    done = ReplayDone(plan=replay.edition.plan, settlements=summary.whole.settlements or 0)
    record(done, about=replay, by=by, happened_on=on, organisation=_place(replay.edition, by))


@action
def fail_replay(replay: Replay, why: Refusal, *, by: Actor, on: date) -> None:
    """The replay was not done; it says why, and can be asked for again."""
    _require_waiting(replay)
    replay.state = "failed"
    replay.why_not = {"message": why.message, "params": {key: str(one) for key, one in why.params.items()}}
    replay.save(update_fields=["state", "why_not"])
    failed = ReplayFailed(plan=replay.edition.plan)
    record(failed, about=replay, by=by, happened_on=on, organisation=_place(replay.edition, by))


def _require_waiting(replay: Replay) -> None:
    lock(replay, "state")
    if replay.state != "waiting":
        raise Refusal("mutual_aid.replay_over", "这次重放已经有了结果")


def _place(edition: Edition, by: Actor) -> Any:
    """The union whose text it is; whoever replays a text that came with the platform does it for their own."""
    return edition.organisation or Place(by.organisation_id, by.path)


def parts(plan: str, year: int) -> Iterator[Part]:
    """The year's settlements, all of a person's in one part, in parts of some files' ranges of participants.

    Pieces come by where their ranges begin, so whoever's shard lies below the next one's beginning is complete.
    """
    rest: dict[str, Any] = {}
    for piece, content in pieces.decided(plan, year):
        rest, whole = _apart(rest, piece.shard_from)
        if whole:
            yield whole
        rest = _joined(rest, _columns(piece, content))
    if rest:
        yield rest


def _claims(plan: str) -> Any:
    return Claim.objects.filter(plan=plan, state__in=PAID, decision__isnull=False, submitted_on__isnull=False)


def claims_decided(plan: str, year: int, draft: Scheme, base: Scheme) -> dict[str, Any]:
    """The claims of a year that were to be paid, decided by both, each on top of those of its cover before it."""
    claims = _claims(plan).filter(submitted_on__year=year).select_related("unit")
    rows: list[tuple[int, int, int, int, int, bool]] = []
    for _cover, its in groupby(claims.order_by("cover", "submitted_on", "id").iterator(500), lambda one: one.cover_id):
        before: list[dict[str, int]] = [{}, {}]
        for claim in its:
            given, results, refused = _given(claim, base), [0, 0], False
            for side, scheme in enumerate((base, draft)):
                try:
                    decision = scheme.decide(given, before[side])
                except Refusal:
                    refused = True
                    continue
                before[side], results[side] = scheme.after(decision), decision.result
            rows.append((claim.participant_id, _answering(claim), claim.decided_fen or 0, *results, refused))
    names = ("participant", "unit", "pays_fen", "base", "draft", "refused")
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    kinds = [np.int64] * 5 + [np.bool_]
    return {n: np.array(one, kind) for n, one, kind in zip(names, columns, kinds, strict=True)}


def _given(claim: Claim, scheme: Scheme) -> dict[str, Any]:
    """The inputs by which the claim was decided, days as days."""
    kept = (claim.computed or {})["given"]
    days = {name for name, one in scheme.inputs.items() if one.kind == "date"}
    return {name: date.fromisoformat(one) if name in days else one for name, one in kept.items()}


def _answering(claim: Claim) -> int:
    """The district or industry union over the member's."""
    above = claim.unit.path.strip("/").split("/")
    return int(above[min(1, len(above) - 1)])


def _columns(piece: SettlementPiece, content: Columns) -> dict[str, Any]:
    """What a replay needs of a piece; files in the order in which they came."""
    kinds = {f"is_{name}": content["benefit"] == number for number, name in pieces.BENEFITS.items()}
    inputs = {name: kinds[name] if name in kinds else content[name] for name in SETTLED_INPUTS}
    return {
        **inputs,
        "participant": content["participant"],
        "file": np.full(len(content["participant"]), piece.file.ordinal, np.int64),
        "settled_on": content["settled_on"],
        "row": content["row"],
        "pays_fen": content["decided_fen"],
        "unit": content["unit"],
    }


def _apart(rest: dict[str, Any], shard: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Those of the shards from one on, and those below it."""
    if not rest:
        return rest, {}
    below = rest["participant"] % numbers.SHARDS < shard
    if not below.any():
        return rest, {}
    return {n: one[~below] for n, one in rest.items()}, {n: one[below] for n, one in rest.items()}


def _joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {name: np.concatenate([one[name], other[name]]) for name in other} if one else other
