"""The verbs of the scheme desk: somebody drafts a plan's next text, another person publishes it, two withdraw it."""

import re
from datetime import date

from django.db import connection

from gonghui.core import rules, text
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.flow import lock
from gonghui.core.journal import record
from gonghui.core.rules import Scheme
from gonghui.work.mutual_aid.actions import replays
from gonghui.work.mutual_aid.facts import (
    EditionChanged,
    EditionDrafted,
    EditionDropped,
    EditionKeptPublished,
    EditionOffered,
    EditionPublished,
    EditionWithdrawalAsked,
    EditionWithdrawn,
)
from gonghui.work.mutual_aid.flow import EDITION_FLOW, PUBLISH, SCHEMES
from gonghui.work.mutual_aid.models import Edition, Replay, edition_on
from gonghui.work.mutual_aid.models.editions import before
from gonghui.work.mutual_aid.rules import drafts
from gonghui.work.mutual_aid.rules.plans import PLANS

WHY_LONGEST = 200
PUBLISHING = 29
"""The class of our advisory locks."""
_BEGINS = re.compile(r"^valid_from\s*=.*$", re.MULTILINE)
OF_ANOTHER = "草案只由起草人修改；您可以照它另起一份"
CHANGED = "草案在您打开以后改过了，没有存：请先把您写的抄下来，重新打开再改"
UNSEEN = "条文与您看到的不一致，没有发布：请重新打开核对"


@action
def begin_draft(plan: str, *, by: Actor, on: date, copied: Edition | None = None) -> Edition:
    """A draft stands: the text that holds (or the one to be copied), from the next day on which one may begin."""
    by.require(SCHEMES)
    source = copied or edition_on(plan, on)
    taken, begins = _begun_days(plan), PLANS[plan].next_day(on)
    while begins in taken:
        begins = PLANS[plan].next_day(begins)
    scheme = rules.read(_BEGINS.sub(f"valid_from = {begins}", source.text, count=1))
    drafts.check(PLANS[plan], scheme, held=edition_on(plan, on).scheme, on=on)
    made = Edition(organisation_id=by.organisation_id, plan=plan, made_by=by.account_id, made_on=on)
    _write(made, scheme)
    made.save(force_insert=True)
    record(EditionDrafted(plan=plan), about=made, by=by, happened_on=on)
    return made


@action
def write_draft(edition: Edition, written: str, *, base: str, by: Actor, on: date) -> Scheme:
    """The draft says this now; `base` is the version that its author had before them."""
    by.require(SCHEMES)
    lock(edition, "state", "version", "text")
    _require_draft(edition)
    if edition.made_by != by.account_id:
        raise PowerMissing("mutual_aid.draft_of_another", OF_ANOTHER)
    if edition.version != base:
        raise Refusal("mutual_aid.draft_changed", CHANGED)
    scheme = checked(edition, written, on=on)
    if scheme.version == edition.version:
        raise Refusal("mutual_aid.draft_same", "条文没有变，不用存")
    _write(edition, scheme)
    edition.save(update_fields=["text", "version", "valid_from"])
    record(EditionChanged(plan=edition.plan), about=edition, by=by, happened_on=on)
    return scheme


def checked(edition: Edition, written: str, *, on: date) -> Scheme:
    """What was written, compiled, or a refusal with line and column."""
    scheme = rules.read(written)
    plan = PLANS[edition.plan]
    drafts.check(plan, scheme, held=edition_on(edition.plan, on).scheme, on=on)
    drafts.check_free(scheme, _begun_days(edition.plan))
    return scheme


def _begun_days(plan: str) -> set[date]:
    """The days from which a published text of the plan holds."""
    return set(Edition.objects.filter(plan=plan, state="published").values_list("valid_from", flat=True))


def _write(edition: Edition, scheme: Scheme) -> None:
    edition.text, edition.version, edition.valid_from = scheme.text, scheme.version, scheme.valid_from


def _require_draft(edition: Edition) -> None:
    if edition.state != "draft":
        raise Refusal("mutual_aid.not_a_draft", "这一版已经发布或撤回，不能再改：请另起一份草案")


@action
def offer_draft(edition: Edition, *, content: str, by: Actor, on: date) -> None:
    """The author asks to have exactly this text published; once it is changed they have to ask again."""
    by.require(SCHEMES)
    lock(edition, "state", "version", "text", "offered")
    _require_draft(edition)
    if edition.made_by != by.account_id:
        raise PowerMissing("mutual_aid.draft_of_another", OF_ANOTHER)
    if content != edition.version:
        raise Refusal("mutual_aid.draft_changed", CHANGED)
    if edition.is_offered:
        raise Refusal("mutual_aid.draft_offered", "已经提请发布，等另一位负责人办理")
    checked(edition, edition.text, on=on)
    edition.offered = edition.version
    edition.save(update_fields=["offered"])
    record(EditionOffered(plan=edition.plan), about=edition, by=by, happened_on=on)


@action
def drop_draft(edition: Edition, *, by: Actor, on: date) -> None:
    """The draft is thrown away, and its replays with it."""
    by.require(SCHEMES)
    lock(edition, "state")
    _require_draft(edition)
    if edition.made_by != by.account_id:
        raise PowerMissing("mutual_aid.draft_of_another", OF_ANOTHER)
    record(EditionDropped(plan=edition.plan), about=edition, by=by, happened_on=on, organisation=edition.organisation)
    edition.replays.all().delete()
    edition.delete()


@action
def publish_edition(edition: Edition, *, content: str, why: str = "", by: Actor, on: date) -> None:
    """The text holds from its day on, as it was shown (`content` is its hash); another person than its author says so.

    Where it was not replayed over past settlements, the publisher says why it goes without. One at a time is published
    of a plan, so that no two begin on a day.
    """
    place = (PUBLISHING << 48) + list(PLANS).index(edition.plan)
    connection.cursor().execute("select pg_advisory_xact_lock(%s)", [place])
    lock(edition, "state", "version", "text", "valid_from", "offered")
    step = EDITION_FLOW.check("publish", edition, by=by)
    if edition.made_by == by.account_id:
        raise Refusal("mutual_aid.publish_own", "起草人不能发布自己起草的方案，请由另一位负责人发布")
    if not edition.is_offered:
        raise Refusal("mutual_aid.publish_unoffered", "起草人还没有提请发布这份条文，请等他改好")
    scheme = checked(edition, edition.text, on=on)
    if not content == edition.version == scheme.version:
        raise Refusal("mutual_aid.publish_changed", UNSEEN)
    replayed = edition.replays.filter(version=edition.version, state="done").exists()
    edition.note = text.clean(why, longest=WHY_LONGEST, field="说明")
    if not replayed and not edition.note and (edition.of_plan.is_settled or replays.years_of(edition.plan)):
        raise Refusal("mutual_aid.publish_unseen", "这份条文还没有重放过：请先重放，或写明为什么不重放就发布")
    edition.state, edition.published_by, edition.published_on = step.after, by.account_id, on
    edition.save(update_fields=["state", "published_by", "published_on", "note"])
    record(EditionPublished(plan=edition.plan, is_replayed=replayed), about=edition, by=by, happened_on=on)


@action
def ask_withdrawal(edition: Edition, *, why: str, by: Actor, on: date) -> None:
    """A published text that has not begun is to be withdrawn; another person decides."""
    if not by.may(SCHEMES):
        by.require(PUBLISH)
    _require_unbegun(edition, on)
    if edition.withdraw_asked_by is not None:
        raise Refusal("mutual_aid.withdrawal_waits", "已经有人提出撤回，等另一位负责人决定")
    edition.withdraw_why = text.clean(why, longest=WHY_LONGEST, field="撤回理由")
    if not edition.withdraw_why:
        raise Refusal("mutual_aid.withdraw_why", "请写明撤回理由")
    edition.withdraw_asked_by, edition.withdraw_asked_on = by.account_id, on
    edition.save(update_fields=["withdraw_why", "withdraw_asked_by", "withdraw_asked_on"])
    record(EditionWithdrawalAsked(plan=edition.plan), about=edition, by=by, happened_on=on)


@action
def answer_withdrawal(edition: Edition, *, is_withdrawn: bool, by: Actor, on: date) -> None:
    """Another person than who asked withdraws the text, and the one before it goes on holding; or it stays."""
    _require_unbegun(edition, on)
    step = EDITION_FLOW.check("withdraw", edition, by=by)
    if edition.withdraw_asked_by is None:
        raise Refusal("mutual_aid.withdrawal_first", "还没有人提出撤回：请先提出并写明理由，由另一人决定")
    fact: object = EditionKeptPublished(plan=edition.plan)
    if is_withdrawn:
        if edition.withdraw_asked_by == by.account_id:
            raise Refusal("mutual_aid.withdraw_own", "提出撤回的人不能自己决定，请由另一位负责人决定")
        if _is_used(edition):
            raise Refusal("mutual_aid.withdraw_used", "已经有参保或给付按这一版办理，不能撤回：请另发一版接替它")
        edition.state, edition.withdrawn_by, edition.withdrawn_on = step.after, by.account_id, on
        fact = EditionWithdrawn(plan=edition.plan)
    else:
        edition.withdraw_why, edition.withdraw_asked_by, edition.withdraw_asked_on = "", None, None
    edition.save()
    record(fact, about=edition, by=by, happened_on=on)


def _is_used(edition: Edition) -> bool:
    """Whether anything but a replay was done by the text."""
    users = (one for one in edition._meta.related_objects if one.related_model is not Replay)
    return any(one.related_model._default_manager.filter(**{one.field.name: edition}).exists() for one in users)


def _require_unbegun(edition: Edition, on: date) -> None:
    lock(edition, "state", "withdraw_asked_by", "withdraw_why", "withdraw_asked_on")
    if edition.state != "published" or edition.valid_from <= on or edition.published_by is None:
        raise Refusal("mutual_aid.withdraw_begun", "只能撤回已发布、还没有开始执行的方案；已执行的请另发一版")


def held_before(edition: Edition) -> Edition | None:
    """The published text that the edition follows."""
    return before(edition.plan, edition.valid_from)
