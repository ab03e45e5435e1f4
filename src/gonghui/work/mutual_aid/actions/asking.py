"""A member asks somebody to look at what the machine alone decided; somebody who had not released it answers."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from gonghui.core import text as texts
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.calendar_table import workdays
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.flow import lock
from gonghui.core.journal import record
from gonghui.spine.members.models import Person
from gonghui.work.mutual_aid.actions import claims, letters
from gonghui.work.mutual_aid.facts import ReviewAnswered, ReviewAsked
from gonghui.work.mutual_aid.flow import ASKED_FLOW, FINDINGS
from gonghui.work.mutual_aid.models import ANSWER, WORDS, ReviewRequest, Settlement
from gonghui.work.mutual_aid.rules import parameters

SAID_MOST, ANSWER_MOST = 300, 600


def may_be_asked(settlement: Settlement) -> bool:
    """Whether the machine alone decided that nothing is paid."""
    return settlement.ordered_fen <= 0


def asked_of(settlement: Settlement) -> ReviewRequest | None:
    """What was asked about a settlement."""
    found: ReviewRequest | None = ReviewRequest.objects.filter(settlement=settlement.pk).first()
    return found


@action
def ask_review(settlement: Settlement, said: str, *, by: Actor, on: date) -> ReviewRequest:
    """The member wants it looked at; a day is set for the answer. Once for each settlement."""
    if letters.person_of(settlement).pk != _person(by):
        raise StepRefused("mutual_aid.not_yours", "只有会员本人可以请求复核")
    if not may_be_asked(settlement):
        raise StepRefused("mutual_aid.review_paid", "这一笔有给付，不用人工复核：对金额有疑问请找工会")
    file = settlement.piece.file
    made = ReviewRequest(
        organisation=file.organisation,
        settlement=settlement.pk,
        plan=file.plan,
        released_by=file.released_by,
        asked_on=on,
        due_on=workdays().add_workdays(on, parameters.on(on).workdays["review_request"]),
    )
    made.said = WORDS.seal(texts.clean(said, longest=SAID_MOST, field="想说的话"), made.public_id)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as refused:
        raise StepRefused("mutual_aid.review_asked", "这一笔已经请求过人工复核，请等答复") from refused
    record(ReviewAsked(plan=file.plan), about=made, by=by, happened_on=on)
    return made


def _person(by: Actor) -> Any:
    return Person.objects.filter(own_account=by.id).values_list("pk", flat=True).first()


@action
def answer_review(request: ReviewRequest, finding: str, words: str, *, by: Actor, on: date) -> None:
    """Somebody who had not released it says whether it was right, and why; or what is done about it."""
    if finding not in FINDINGS:
        raise Refusal("mutual_aid.finding", "请选复核结果")
    answer = texts.clean(words, longest=ANSWER_MOST, field="答复", lines=True)
    if not answer:
        raise Refusal("mutual_aid.review_why", "请写明理由；有误的，写明怎样改正")
    if not by.sees(request.organisation.path):
        raise StepRefused("mutual_aid.reach", "这个单位不在您所在组织的范围内，请切换岗位")
    claims.not_own(letters.person_of(Settlement.objects.get(pk=request.settlement)), by)
    lock(request, "state")
    request.state = ASKED_FLOW.check("answer", request, by=by).after
    request.finding, request.answered_by, request.answered_on = finding, by.account_id, on
    request.answer = ANSWER.seal(answer, request.public_id)
    request.save(update_fields=["state", "finding", "answer", "answered_by", "answered_on"])
    record(ReviewAnswered(plan=request.plan, finding=finding), about=request, by=by, happened_on=on)
