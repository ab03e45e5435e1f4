"""The review of claims: computed by one, confirmed by another, by a leader where it is much; appeals; what was wrong.

Nothing is taken off a yearly or period limit before the decision is final: then it is worked out once more on top of
what is known, under the lock of the participant's shard or of the cover, and must come to what was reviewed.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, NamedTuple

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.journal import record
from gonghui.core.rules import Decision
from gonghui.work.mutual_aid.actions import claims, standing
from gonghui.work.mutual_aid.actions.claims import due_workdays, given, moved, part, said_words, taken
from gonghui.work.mutual_aid.facts import ClaimMoved, ClaimReviewed, CoverEnded
from gonghui.work.mutual_aid.flow import PAY, REJECT
from gonghui.work.mutual_aid.models import COVER_TOTALS, Claim, ClaimBill, Cover
from gonghui.work.mutual_aid.rules import claims as rules
from gonghui.work.mutual_aid.rules import numbers, parameters

DECIDED = ("approved", "in_payment", "pay_failed", "paid", "closed", "recovery_asked", "recovery", "written_off")
"""States of claims that are taken off the limits of their year or period."""


class Worked(NamedTuple):
    """A claim worked out: the decision, what is set off against what was paid too much, what is ordered."""

    decision: Decision
    offset_fen: int
    ordered_fen: int


class Known:
    """What is known of somebody's year or period, to decide on top of."""

    def __init__(self, totals: Mapping[str, int], owed_fen: int = 0, *, is_spent: bool = False) -> None:
        self.totals, self.owed_fen, self.is_spent = dict(totals), owed_fen, is_spent

    def work_out(self, claim: Claim, inputs: Mapping[str, Any]) -> Worked:
        """The claim by its text on top of this."""
        decision = claim.edition.scheme.decide(given(claim, inputs), self.totals)
        due = 0 if self.is_spent else max(decision.result, 0)
        offset = min(self.owed_fen, due)
        return Worked(decision, offset, due - offset)


def _of_cover(cover: Cover, claim: Claim) -> Known:
    totals = json.loads(COVER_TOTALS.open(cover.totals, cover.public_id)) if cover.totals is not None else {}
    return Known(
        {name: totals.get(name, 0) for name in claim.edition.scheme.totals},
        is_spent=cover.state in ("exhausted", "voided"),
    )


def _undoubted(cover: Cover | None) -> None:
    if cover is not None and cover.state == "doubted":
        raise StepRefused("mutual_aid.cover_doubted", "这份保障待负责人决定是否作废，决定以后才能同意给付")


def known_now(claim: Claim, year: int) -> Known:
    """As it stands, not locked: for a trial."""
    if claim.cover is not None:
        return _of_cover(claim.cover, claim)
    shard = numbers.shard_of(claim.participant_id)
    totals, owed = standing.seen(claim.plan, [shard]).of(claim.participant_id, year, claim.edition.scheme.totals)
    return Known(totals, owed)


@contextmanager
def _held(claim: Claim, year: int, on: date, by: Actor) -> Iterator[tuple[Known, Any]]:
    """The same, locked, and a function that writes down what a claim adds to it."""
    if claim.cover_id is None:
        with standing.locked_for(claim.plan, claim.participant_id) as shards:
            totals, owed = shards.of(claim.participant_id, year, claim.edition.scheme.totals)

            def put(done: Worked) -> None:
                after = claim.edition.scheme.after(done.decision)
                shards.put_one(claim.participant_id, year, after, owed - done.offset_fen)

            yield Known(totals, owed), put
        return
    cover = Cover.objects.select_for_update().get(pk=claim.cover_id)
    _undoubted(cover)

    def spend(done: Worked) -> None:
        totals = claim.edition.scheme.after(done.decision)
        cover.totals = COVER_TOTALS.seal(json.dumps(totals), cover.public_id)
        if claim.of_plan.benefit == "lump_sum" and done.ordered_fen > 0:
            said = claim.content
            cover.state, cover.why = "exhausted", "paid"
            cover.last_on = min(cover.last_on, rules.begins_on(said["inputs"], said["event_on"]))
            told = CoverEnded(plan=cover.plan, why="paid")
            record(told, about=cover, by=by, happened_on=on, organisation=claim.organisation)
        cover.save(update_fields=["totals", "state", "why", "last_on"])

    yield _of_cover(cover, claim), spend


def _kept(done: Worked) -> dict[str, Any]:
    return {**done.decision.kept(), "offset_fen": done.offset_fen, "ordered_fen": done.ordered_fen}


def worked_out(claim: Claim, said: Mapping[str, Any]) -> Worked:
    """The claim as it would be decided now; nothing is written."""
    return known_now(claim, said["event_on"].year).work_out(claim, said["inputs"])


# First and second ---------------------------------------------------------------------------------------------------


@action
def review_claim(
    claim: Claim,
    proposal: str,
    *,
    reason: str = "",
    words: str = "",
    inputs: Mapping[str, Any] | None = None,
    by: Actor,
    on: date,
) -> None:
    """The inputs are proven, or mended where the papers say otherwise; it is computed and proposed."""
    taken("review", claim, by)
    part(claim, "first_by", by)
    said = claim.content
    if inputs is not None and {**said["inputs"], **inputs} != said["inputs"]:
        said = _mended(claim, said, inputs, on)
    done = worked_out(claim, said)
    if proposal == PAY:
        _undoubted(claim.cover)
    if proposal == PAY and done.ordered_fen + done.offset_fen == 0:
        raise Refusal("mutual_aid.nothing_due", "按条文算出应付为零，不能建议给付：请建议不予给付并选理由")
    if proposal not in (PAY, REJECT):
        raise Refusal("mutual_aid.proposal", "请选择给付或不予给付")
    if proposal == REJECT:
        if reason not in rules.REASONS:
            raise Refusal("mutual_aid.reason", "请选择不予给付的理由")
        claim.tell("review", on, said_words(words, "不予给付的说明"))
    elif words.strip():
        claim.tell("review", on, said_words(words, "说明"))
    claim.proposal, claim.reason = proposal, reason if proposal == REJECT else ""
    claim.decided_fen = done.ordered_fen + done.offset_fen if proposal == PAY else 0
    claim.ordered_fen = done.ordered_fen if proposal == PAY else 0
    claim.computed = _kept(done)
    due = due_workdays(on, parameters.on(on).workdays["review"])
    moved(claim, on, due, "first_by", "proposal", "reason", "decided_fen", "ordered_fen", "decision", "said", "story")
    _tell(claim, "review", by, on)


def _mended(claim: Claim, said: dict[str, Any], inputs: Mapping[str, Any], on: date) -> dict[str, Any]:
    """What is claimed with inputs as the papers prove them; what was claimed first stays in the story."""
    before = {name: str(one) for name, one in said["inputs"].items() if name in inputs and inputs[name] != one}
    said = {**said, "inputs": {**said["inputs"], **inputs}}
    rules.days_in_order(said["inputs"], said["event_on"], on)
    day = rules.begins_on(said["inputs"], said["event_on"])
    cover = claim.cover
    if cover is not None and not cover.first_on <= day <= cover.last_on:
        raise Refusal("mutual_aid.no_cover", "%(day)s 当日没有参加这个计划，或保障已经终止", day=day)
    claim.tell("mend", on, "", before=before)
    claim.content = said
    return said


def _tell(claim: Claim, step: str, by: Actor, on: date) -> None:
    told = ClaimReviewed(plan=claim.plan, step=step, decided_fen=claim.decided_fen or 0)
    record(told, about=claim, by=by, happened_on=on)


@action
def send_back(claim: Claim, words: str, *, by: Actor, on: date) -> None:
    """The second reviewer disagrees: it goes back to the first, with words."""
    taken("send_back", claim, by)
    part(claim, "second_by", by)
    _back(claim, "send_back", words, "second_by", by=by, on=on)


def _back(claim: Claim, step: str, words: str, who: str, *, by: Actor, on: date) -> None:
    claim.tell(step, on, said_words(words, "退回的理由"))
    claim.proposal, claim.decided_fen, claim.ordered_fen, claim.decision = "", None, None, None
    due = due_workdays(on, parameters.on(on).workdays["review"])
    moved(claim, on, due, who, "story", "proposal", "decided_fen", "ordered_fen", "decision")
    record(ClaimMoved(plan=claim.plan, step=step), about=claim, by=by, happened_on=on)


@action
def approve_claim(claim: Claim, *, by: Actor, on: date) -> None:
    """The second reviewer agrees that it is paid: final, or before a leader where it is much."""
    much = (claim.decided_fen or 0) >= parameters.on(on).leader_fen
    taken("confirm" if much else "approve", claim, by)
    part(claim, "second_by", by)
    if much:
        moved(claim, on, due_workdays(on, parameters.on(on).workdays["review"]), "second_by")
    else:
        _final(claim, "second_by", by=by, on=on)
    _tell(claim, "second_review", by, on)


def _final(claim: Claim, who: str, *, by: Actor, on: date) -> None:
    """Worked out once more under the lock; what it comes to is taken off what is left, for good."""
    said = claim.content
    with _held(claim, said["event_on"].year, on, by) as (known, put):
        done = known.work_out(claim, said["inputs"])
        if _kept(done) != claim.computed:
            raise StepRefused(
                "mutual_aid.changed_since", "初审以后，这位会员的累计变了，应付金额随之不同：请退回初审重新计算"
            )
        put(done)
    due = due_workdays(on, parameters.on(on).workdays["pay"])
    moved(claim, on, due, who, "decided_fen", "ordered_fen", "decision", "said", "story", "proposal", "reason")


@action
def reject_claim(claim: Claim, *, by: Actor, on: date) -> None:
    """The second reviewer agrees that it is not paid; the member may appeal, and what it was for is free."""
    taken("reject", claim, by)
    part(claim, "second_by", by)
    claims.free_bills(claim)
    moved(claim, on, on + timedelta(days=parameters.on(on).days["appeal"]), "second_by")
    _tell(claim, "reject", by, on)


# The leader ---------------------------------------------------------------------------------------------------------


@action
def lead_approve(claim: Claim, *, by: Actor, on: date) -> None:
    """A leader agrees to a large amount; it is final."""
    taken("lead_approve", claim, by)
    part(claim, "lead_by", by)
    _final(claim, "lead_by", by=by, on=on)
    _tell(claim, "lead_approve", by, on)


@action
def lead_back(claim: Claim, words: str, *, by: Actor, on: date) -> None:
    """The leader has it reviewed again."""
    taken("lead_back", claim, by)
    part(claim, "lead_by", by)
    _back(claim, "lead_back", words, "lead_by", by=by, on=on)


@action
def appeal_claim(claim: Claim, words: str, *, by: Actor, on: date) -> None:
    """The member asks, in time, that somebody else decides."""
    taken("appeal", claim, by)
    if not claims.is_own(claim, by) and claim.made_by != by.account_id:
        raise StepRefused("mutual_aid.others_claim", "申诉由会员本人或代办人提出")
    if claim.due_on is not None and on > claim.due_on:
        raise StepRefused("mutual_aid.appeal_late", "申诉期限是 %(day)s，已经过了", day=claim.due_on)
    bills = ClaimBill.objects.filter(claim=claim)
    again = ClaimBill.objects.filter(found__in=bills.values("found"), is_live=True).exclude(claim=claim)
    if again.exists():
        raise StepRefused("mutual_aid.claimed_again", "这份申请的发票已用于后来的申请：请等那份的结果，或先撤回它")
    bills.update(is_live=True)
    claim.tell("appeal", on, said_words(words, "申诉理由"))
    moved(claim, on, due_workdays(on, parameters.on(on).workdays["decide_appeal"]), "story")
    record(ClaimMoved(plan=claim.plan, step="appeal"), about=claim, by=claims.teller(by), happened_on=on)


@action
def uphold_appeal(claim: Claim, words: str, *, inputs: Mapping[str, Any] | None = None, by: Actor, on: date) -> None:
    """A leader who had no part in it finds for the member; it is computed and final."""
    taken("uphold", claim, by)
    part(claim, "lead_by", by)
    said = claim.content
    if inputs is not None and {**said["inputs"], **inputs} != said["inputs"]:
        said = _mended(claim, said, inputs, on)
    done = worked_out(claim, said)
    if done.ordered_fen + done.offset_fen == 0:
        raise Refusal("mutual_aid.appeal_nothing", "按条文算出应付仍为零：请改正所据的事实，或维持不予给付")
    claim.tell("uphold", on, said_words(words, "决定的理由"))
    claim.proposal, claim.reason = PAY, ""
    claim.decided_fen, claim.ordered_fen = done.ordered_fen + done.offset_fen, done.ordered_fen
    claim.computed = _kept(done)
    _final(claim, "lead_by", by=by, on=on)
    _tell(claim, "uphold", by, on)


@action
def dismiss_appeal(claim: Claim, words: str, *, by: Actor, on: date) -> None:
    """A leader who had no part in it finds that nothing is due; final, with written reasons."""
    taken("dismiss", claim, by)
    part(claim, "lead_by", by)
    claims.free_bills(claim)
    claim.tell("dismiss", on, said_words(words, "决定的理由"))
    moved(claim, on, None, "lead_by", "story")
    _tell(claim, "dismiss", by, on)


def retract(claim: Claim, *, by: Actor, on: date) -> None:
    """What a recovered claim had added to its year or period is given back; what it had set off is owed again."""
    said = claim.content
    if claim.cover_id is None:
        with standing.locked_for(claim.plan, claim.participant_id) as shards:
            year, names = said["event_on"].year, claim.edition.scheme.totals
            totals, owed = shards.of(claim.participant_id, year, names)
            back = {**said["inputs"], "self_pay1_fen": -said["inputs"]["self_pay1_fen"]}
            done = claim.edition.scheme.decide(given(claim, back), totals)
            again = owed + (claim.computed or {}).get("offset_fen", 0)
            shards.put_one(claim.participant_id, year, claim.edition.scheme.after(done), again)
        return
    cover = Cover.objects.select_for_update().get(pk=claim.cover_id)
    others = [one for one in claims.others_of(claim) if one.cover_id == cover.pk and one.state in DECIDED]
    cases = [given(one, one.content["inputs"]) for one in sorted(others, key=lambda one: one.pk)]
    totals = dict.fromkeys(claim.edition.scheme.totals, 0)
    for done in claim.edition.scheme.decide_all(cases):
        totals = claim.edition.scheme.after(done)
    cover.totals = COVER_TOTALS.seal(json.dumps(totals), cover.public_id)
    cover.save(update_fields=["totals"])
