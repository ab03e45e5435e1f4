"""The verbs around a list of many people: somebody asks for it, another person answers, it is taken away in time."""

from datetime import datetime

from django.http import QueryDict
from django.utils import timezone

from gonghui.core import text
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.flow import lock
from gonghui.core.journal import record
from gonghui.web.lists import parameters
from gonghui.web.lists.declared import LONGEST_QUERY, Takeable
from gonghui.web.lists.facts import ExportAllowed, ExportAsked, ExportRefused, ExportTaken, ExportWithdrawn
from gonghui.web.lists.flow import EXPORT_FLOW
from gonghui.web.lists.models import WHY_LONGEST, ExportRequest
from gonghui.web.models import Account


@action
def ask_export(
    listing: Takeable, asked: QueryDict, *, rows: int, purpose: str, by: Actor, now: datetime
) -> ExportRequest:
    """The request stands, and waits for another person of the same union."""
    by.require(listing.power)
    Account.objects.select_for_update().get(pk=by.account_id)
    most = parameters.on(timezone.localdate(now)).open_most
    if ExportRequest.objects.open(now).filter(account=by.account_id).count() >= most:
        raise Refusal("lists.requests_many", "已有 %(most)s 份导出申请没有办完：请先取走、撤回或等到期", most=most)
    query = listing.kept(asked).urlencode()
    if len(query) > LONGEST_QUERY:
        raise Refusal("web.view_long", "筛选条件太长，存不下：请少填一些再存")
    made = ExportRequest(
        account_id=by.account_id,
        organisation_id=by.organisation_id,
        path=by.path,
        listing=listing.name,
        query=query,
        rows=rows,
        purpose=_words(purpose, "用途"),
        asked_at=now,
    )
    made.ends_at = made.answer_by(now)
    made.save(force_insert=True)
    record(ExportAsked(listing=listing.name, rows=rows), about=made, by=by, happened_on=timezone.localdate(now))
    return made


def _words(typed: str, title: str) -> str:
    words = text.clean(typed, longest=WHY_LONGEST, field=title)
    if not words:
        raise Refusal("lists.why", "请写明“%(title)s”", title=title)
    return words


@action
def answer_export(request: ExportRequest, step: str, *, words: str, by: Actor, now: datetime) -> None:
    """Another person allowed it, and it can be taken away for some hours, or refused it with a reason."""
    if step not in ("allow", "refuse"):
        raise ValueError(step)
    _alive(request, step, by=by, now=now)
    request.answer = _words(words, "说明") if step == "refuse" or words.strip() else ""
    request.answered_by_id, request.answered_at = by.account_id, now
    fact: object = ExportRefused(listing=request.listing)
    if step == "allow":
        request.ends_at = request.take_by(now)
        fact = ExportAllowed(listing=request.listing, rows=request.rows)
    request.save(update_fields=["answer", "answered_by", "answered_at", "ends_at"])
    record(fact, about=request, by=by, happened_on=timezone.localdate(now))


@action
def withdraw_export(request: ExportRequest, *, by: Actor, now: datetime) -> None:
    """Who asked no longer wants it."""
    _alive(request, "withdraw", by=by, now=now)
    record(ExportWithdrawn(listing=request.listing), about=request, by=by, happened_on=timezone.localdate(now))


@action
def take_export(request: ExportRequest, *, rows: int, ending: str, listing: Takeable, by: Actor, now: datetime) -> None:
    """The list leaves, with no more rows than were allowed."""
    by.require(listing.power)
    _alive(request, "take", by=by, now=now)
    if rows > request.rows:
        raise Refusal(
            "lists.grown",
            "准许的是 %(then)s 行，名单现在有 %(now)s 行，没有导出：请重新申请",
            then=request.rows,
            now=rows,
        )
    lock(request, "times_taken")
    request.times_taken += 1
    request.save(update_fields=["times_taken"])
    taken = ExportTaken(listing=request.listing, ending=ending, rows=rows)
    record(taken, about=request, by=by, happened_on=timezone.localdate(now))


def _alive(request: ExportRequest, step: str, *, by: Actor, now: datetime) -> None:
    """The step is taken in the union that asked, before its time is over."""
    if by.organisation_id != request.organisation_id:
        raise PowerMissing("lists.elsewhere", "这份申请是别的单位的，不能代办")
    lock(request, "state", "ends_at")
    if request.is_over(now):
        raise Refusal("lists.over", "这份申请已过时限：请重新申请")
    EXPORT_FLOW.take(step, request, by=by)
