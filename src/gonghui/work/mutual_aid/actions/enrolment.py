"""Enrolments from the clerk's draft to the day the premium has come in, and covers to their end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, Sum

from gonghui.core import bulk, money
from gonghui.core import text as texts
from gonghui.core.action import action
from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.flow import lock
from gonghui.core.journal import record
from gonghui.spine.funds import actions as funds
from gonghui.spine.funds.rules.ledger import credit, debit
from gonghui.spine.members.models import Membership, Person
from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.rules import UNIONS, ids_of
from gonghui.work.mutual_aid.actions import claims
from gonghui.work.mutual_aid.facts import (
    CoverDoubted,
    CoverEnded,
    CoverKept,
    EnrolmentBegan,
    EnrolmentCancelled,
    EnrolmentCertified,
    EnrolmentDrafted,
    EnrolmentExpired,
    EnrolmentLapsed,
    EnrolmentReturned,
    EnrolmentSubmitted,
    PremiumReceived,
    RollChanged,
)
from gonghui.work.mutual_aid.flow import COVER_FLOW, ENROL, ENROLMENT_FLOW, HOLDING, PREMIUM
from gonghui.work.mutual_aid.models import Cover, Enrolment, PlanMoney, edition_on
from gonghui.work.mutual_aid.rules import enrolment as rules
from gonghui.work.mutual_aid.rules import parameters
from gonghui.work.mutual_aid.rules.enrolment import Candidate
from gonghui.work.mutual_aid.rules.plans import PLANS

Fault = tuple[int, str, Refusal]
LEAVING = {"left": "已离职", "retired": "已退休", "died": "已去世", "moved": "已调走", "not_member": "已不是会员"}
"""Why a cover ends before its day."""


@dataclass(frozen=True)
class Enrolling:
    """An enrolment as a clerk begins it."""

    organisation: Organisation
    plan: str
    first_on: date
    on_post: int


def _reach(by: Actor, organisation: Organisation) -> None:
    if not by.sees(organisation.path):
        raise StepRefused("mutual_aid.reach", "这个单位不在您所在组织的范围内，请切换岗位")


@action
def draft_enrolment(entry: Enrolling, *, by: Actor, on: date) -> Enrolment:
    """An empty roll stands, under the text of the plan that holds on its first day."""
    by.require(ENROL)
    _reach(by, entry.organisation)
    plan = PLANS.get(entry.plan)
    if plan is None or not plan.is_enrolled:
        raise Refusal("mutual_aid.not_enrolled", "这个计划不用参保，请从列表中选")
    if entry.organisation.level not in UNIONS:
        raise Refusal("mutual_aid.not_a_unit", "参保由基层工会办理，请选择基层工会")
    if entry.first_on < on:
        raise Refusal("mutual_aid.begins_before", "生效日 %(day)s 已经过去：最早从今天起", day=entry.first_on)
    if not 1 <= entry.on_post <= 1_000_000:
        raise Refusal("mutual_aid.on_post", "在职人数应为 1 至 1000000，请核对")
    edition = edition_on(plan.key, entry.first_on)
    rules.terms(plan, edition.scheme)
    made = Enrolment.objects.create(
        organisation=entry.organisation,
        plan=plan.key,
        edition=edition,
        first_on=entry.first_on,
        last_on=rules.last_day(entry.first_on, rules.on(entry.first_on).term_months),
        on_post=entry.on_post,
        made_by=by.account_id,
        made_on=on,
    )
    record(EnrolmentDrafted(plan=plan.key), about=made, by=by, happened_on=on)
    return made


@action
def add_to(enrolment: Enrolment, first_on: date, *, by: Actor, on: date) -> Enrolment:
    """A roll for people who come in mid-term: to the same last day, for the full premium."""
    by.require(ENROL)
    _reach(by, enrolment.organisation)
    if enrolment.state != "in_force" or enrolment.follows_id is not None:
        raise StepRefused("mutual_aid.not_in_force", "只有保障中的参保可以中途加人，请刷新后再看")
    if not on <= first_on <= enrolment.last_on:
        raise Refusal(
            "mutual_aid.addition_day",
            "生效日应在今天与 %(last)s 之间，这里是 %(day)s",
            last=enrolment.last_on,
            day=first_on,
        )
    made = Enrolment.objects.create(
        organisation=enrolment.organisation,
        plan=enrolment.plan,
        edition=enrolment.edition,
        follows=enrolment,
        first_on=first_on,
        last_on=enrolment.last_on,
        on_post=enrolment.on_post,
        made_by=by.account_id,
        made_on=on,
    )
    record(EnrolmentDrafted(plan=made.plan), about=made, by=by, happened_on=on)
    return made


# The roll -----------------------------------------------------------------------------------------------------------


def faults(enrolment: Enrolment, roll: Sequence[tuple[Person, int]], *, sees_all: bool = False) -> Iterator[Fault]:
    """What stands in the way of enrolling people with their shares: which one, in which cell, and why.

    Where somebody is covered through another unit, that unit is named only to who `sees_all`.
    """
    asked = rules.terms(enrolment.of_plan, enrolment.edition.scheme)
    keys = [person.pk for person, _shares in roll]
    held = Membership.objects.on(enrolment.first_on).filter(bulk.among("person_id", keys))
    members = set(held.filter(organisation=enrolment.organisation_id).values_list("person_id", flat=True))
    others = _elsewhere(enrolment, keys)
    seen: set[int] = set()
    for at, (person, shares) in enumerate(roll):
        one = Candidate(person.gender, person.born_on, person.pk in members, shares)
        for cell, refusal in rules.faults(asked, one, enrolment.first_on):
            yield at, cell, refusal
        if person.pk in seen:
            yield at, "member", Refusal("mutual_aid.cover_twice", "这个人在名单里出现了两次，请删去一行")
        seen.add(person.pk)
        if (other := others.get(person.pk)) is not None:
            yield (
                at,
                "member",
                _covered(other, names_it=sees_all or other.enrolment.organisation_id == enrolment.organisation_id),
            )


def _covered(other: Cover, *, names_it: bool) -> Refusal:
    if names_it:
        return Refusal(
            "mutual_aid.cover_overlap_at",
            "在“%(unit)s”已参加这个计划，保障到 %(last)s，期间重叠",
            unit=other.enrolment.organisation.name,
            last=other.last_on,
        )
    return Refusal(
        "mutual_aid.cover_overlap",
        "已在其他单位参加这个计划，保障到 %(last)s，期间重叠；如有疑问请联系市互助保障中心",
        last=other.last_on,
    )


def _elsewhere(enrolment: Enrolment, people: Iterable[int]) -> Mapping[int, Cover]:
    held = Cover.objects.filter(
        bulk.among("person_id", list(people)),
        plan=enrolment.plan,
        state__in=HOLDING,
        first_on__lte=enrolment.last_on,
        last_on__gte=enrolment.first_on,
    ).exclude(enrolment=enrolment)
    return {one.person_id: one for one in held.select_related("enrolment__organisation")}


@action
def put_on_roll(enrolment: Enrolment, roll: Sequence[tuple[Person, int]], *, by: Actor, on: date) -> list[Cover]:
    """The people stand on the roll with their shares; who stood there has the new shares. All or none."""
    _open_roll(enrolment, by)
    for _at, _cell, refusal in faults(enrolment, roll, sees_all=by.level == "city"):
        raise refusal
    limits = rules.on(on)
    known = {one.person_id: one for one in enrolment.covers.filter(state="draft")}
    fresh = []
    for person, shares in roll:
        if (one := known.get(person.pk)) is not None:
            one.shares = shares
        else:
            days = {"first_on": enrolment.first_on, "last_on": enrolment.last_on}
            fresh.append(Cover(enrolment=enrolment, person=person, plan=enrolment.plan, shares=shares, **days))
    if len(known) + len(fresh) > limits.people_most:
        raise Refusal("mutual_aid.roll_long", "一份名单最多 %(most)s 人，请分开参保", most=limits.people_most)
    Cover.objects.bulk_create(fresh, batch_size=1000)
    Cover.objects.bulk_update(known.values(), ["shares"], batch_size=1000)
    _count(enrolment)
    record(RollChanged(plan=enrolment.plan, people=enrolment.people), about=enrolment, by=by, happened_on=on)
    made = {one.person_id: one for one in (*known.values(), *fresh)}
    return [made[person.pk] for person, _shares in roll]


@action
def take_off_roll(enrolment: Enrolment, covers: Sequence[int], *, by: Actor, on: date) -> None:
    """They never stood on the roll."""
    _open_roll(enrolment, by)
    enrolment.covers.filter(bulk.among("id", list(covers)), state="draft").delete()
    _count(enrolment)
    record(RollChanged(plan=enrolment.plan, people=enrolment.people), about=enrolment, by=by, happened_on=on)


def _open_roll(enrolment: Enrolment, by: Actor) -> None:
    by.require(ENROL)
    _reach(by, enrolment.organisation)
    lock(enrolment, "state")
    if enrolment.state not in ("draft", "returned"):
        raise StepRefused("mutual_aid.roll_closed", "名单已经提交，不能再改：请主席退回，或取消后重新参保")


def _count(enrolment: Enrolment) -> None:
    found = enrolment.covers.exclude(state="cancelled").aggregate(people=Count("pk"), shares=Sum("shares"))
    enrolment.people, enrolment.shares = found["people"], found["shares"] or 0
    terms = rules.terms(enrolment.of_plan, enrolment.edition.scheme)
    enrolment.premium_fen = enrolment.shares * terms.premium_fen
    enrolment.save(update_fields=["people", "shares", "premium_fen"])


# From hand to hand --------------------------------------------------------------------------------------------------


@action
def submit_enrolment(enrolment: Enrolment, *, by: Actor, on: date) -> None:
    """The roll was checked once more and waits for the chair; its days are taken in every unit from now on."""
    _reach(by, enrolment.organisation)
    ENROLMENT_FLOW.take("submit", enrolment, by=by)
    if enrolment.first_on < on:
        raise Refusal("mutual_aid.begins_before", "生效日 %(day)s 已经过去：最早从今天起", day=enrolment.first_on)
    roll = [(one.person, one.shares) for one in enrolment.covers.filter(state="draft").select_related("person")]
    if not roll:
        raise Refusal("mutual_aid.roll_empty", "名单里还没有人，请先加人")
    if len(roll) > enrolment.on_post and enrolment.follows_id is None:
        raise Refusal(
            "mutual_aid.roll_more",
            "名单有 %(people)s 人，多于在职 %(on_post)s 人，请核对",
            people=len(roll),
            on_post=enrolment.on_post,
        )
    wrong = list(faults(enrolment, roll, sees_all=by.level == "city"))
    if wrong:
        raise Refusal(
            "mutual_aid.roll_wrong",
            "名单里有 %(n)s 处不合条件，请在名单页逐条改正",
            n=len(wrong),
        )
    _count(enrolment)
    _take_days(enrolment)
    enrolment.submitted_by, enrolment.submitted_on, enrolment.why_back = by.account_id, on, ""
    enrolment.save(update_fields=["submitted_by", "submitted_on", "why_back"])
    ENROLMENT_FLOW.take("check", enrolment, by=SYSTEM)
    told = EnrolmentSubmitted(plan=enrolment.plan, people=enrolment.people, premium_fen=enrolment.premium_fen)
    record(told, about=enrolment, by=by, happened_on=on)


def _take_days(enrolment: Enrolment) -> None:
    """Covers hold their days, each continuous with one before or not; the database lets no two share a day."""
    gap = timedelta(days=parameters.on(enrolment.first_on).days["renewal_gap"] + 1)
    before = Cover.objects.filter(
        person__in=enrolment.covers.filter(state="draft").values("person"),
        plan=enrolment.plan,
        state__in=("active", "expired"),
        last_on__lt=enrolment.first_on,
        last_on__gte=enrolment.first_on - gap,
    )
    mine = enrolment.covers.filter(state="draft")
    mine.filter(person__in=list(before.values_list("person_id", flat=True))).update(is_renewed=True)
    try:
        with transaction.atomic():
            mine.update(state="pending")
    except IntegrityError as refused:
        if "aid_cover_one_a_day" not in str(refused):
            raise
        raise Refusal(
            "mutual_aid.cover_raced", "名单里有人刚在其他单位参加了这个计划：请刷新名单页，改正后再提交"
        ) from refused


@action
def return_enrolment(enrolment: Enrolment, why: str, *, by: Actor, on: date) -> None:
    """The chair gives the roll back; its days are free again."""
    _reach(by, enrolment.organisation)
    ENROLMENT_FLOW.take("return", enrolment, by=by)
    enrolment.why_back = _words(why, "退回原因")
    enrolment.save(update_fields=["why_back"])
    enrolment.covers.filter(state="pending").update(state="draft", is_renewed=False)
    record(EnrolmentReturned(plan=enrolment.plan), about=enrolment, by=by, happened_on=on)


def is_few(enrolment: Enrolment) -> bool:
    """Whether fewer take part than the plan wants of those on post; additions are not asked."""
    percent = rules.on(enrolment.first_on).participation_percent
    return enrolment.follows_id is None and rules.is_few(enrolment.people, enrolment.on_post, percent)


@action
def certify_enrolment(enrolment: Enrolment, *, few_why: str = "", by: Actor, on: date) -> None:
    """The chair, who is not the clerk, stands for the roll; the premium is due by a day."""
    _reach(by, enrolment.organisation)
    ENROLMENT_FLOW.take("certify", enrolment, by=by)
    if by.account_id == enrolment.submitted_by:
        raise Refusal("mutual_aid.certify_own", "提交名单的人不能自己确认，请由工会主席确认")
    few = is_few(enrolment)
    if few:
        enrolment.few_why = _words(few_why, "参保率不足的理由")
    enrolment.certified_by, enrolment.certified_on = by.account_id, on
    enrolment.due_on = on + timedelta(days=parameters.on(on).days["premium"])
    enrolment.save(update_fields=["few_why", "certified_by", "certified_on", "due_on"])
    told = EnrolmentCertified(plan=enrolment.plan, few=few, people=enrolment.people, premium_fen=enrolment.premium_fen)
    record(told, about=enrolment, by=by, happened_on=on)


def _words(typed: str, field: str) -> str:
    found = texts.words(typed, longest=200, field=field).strip()
    if not found:
        raise Refusal("mutual_aid.words", "请写明%(field)s", field=field)
    return found


def money_of(organisation: Organisation, plan: str) -> PlanMoney:
    """Out of which fund of the city's book a plan is paid and into which its premiums come."""
    found = PlanMoney.objects.filter(organisation_id__in=ids_of(organisation.path), plan=plan)
    money_: PlanMoney | None = found.select_related("fund__book__organisation", "spent_on", "pays_from").first()
    if money_ is None:
        raise Refusal("mutual_aid.no_money", "还没有设定这个计划从哪项资金付款：请负责人在“互助申请—付款资金”里设定")
    return money_


@action
def receive_premium(enrolment: Enrolment, fen: int, *, received_on: date, by: Actor, on: date) -> None:
    """Money came in for an enrolment: held for others, in a voucher that waits for a second person; in force to the
    fen, or short by so much."""
    by.require(PREMIUM)
    funded = money_of(enrolment.organisation, enrolment.plan)
    lock(enrolment, "state", "received_fen", "premium_fen")
    if enrolment.state != "awaiting_premium":
        raise StepRefused("mutual_aid.no_premium_due", "这次参保现在不收保费，请刷新后再看")
    if fen <= 0 or received_on > on:
        raise Refusal("mutual_aid.premium_amount", "到账金额要大于 0，到账日不能晚于今天，请核对")
    if fen > enrolment.short_fen:
        raise Refusal(
            "mutual_aid.premium_over",
            "应缴还差 %(short)s 元，这里多了 %(over)s 元：多收的请退回，不记入",
            short=money.yuan(enrolment.short_fen),
            over=money.yuan(fen - enrolment.short_fen),
        )
    if funded.fund.nature != "custody":
        raise Refusal(
            "mutual_aid.not_custody",
            "“%(fund)s”不是代管资金：保费不是工会收入，请财务先设一项代管资金，再由负责人改设",
            fund=funded.fund.name,
        )
    legs = (debit(funded.pays_from_id, funded.fund_id, fen), credit(funded.spent_on_id, funded.fund_id, fen))
    memo = f"收互助保费 {enrolment.of_plan.title}"[:40]  # zh
    enrolment.voucher = funds.draft_voucher(
        funded.fund.book, day=received_on, memo=memo, legs=legs, attachments=1, by=by, on=on
    )
    enrolment.received_fen += fen
    enrolment.received_on = received_on
    enrolment.save(update_fields=["voucher", "received_fen", "received_on"])
    record(PremiumReceived(plan=enrolment.plan, received_fen=fen), about=enrolment, by=by, happened_on=on)
    if enrolment.short_fen == 0:
        ENROLMENT_FLOW.take("begin", enrolment, by=SYSTEM)
        enrolment.covers.filter(state="pending").update(state="active")
        told = EnrolmentBegan(plan=enrolment.plan, people=enrolment.people)
        record(told, about=enrolment, by=by, happened_on=on)


@action
def cancel_enrolment(enrolment: Enrolment, *, by: Actor, on: date) -> None:
    """The union takes it back before it is in force; money that came in is given back by finance."""
    _reach(by, enrolment.organisation)
    ENROLMENT_FLOW.take("cancel", enrolment, by=by)
    enrolment.covers.update(state="cancelled")
    record(EnrolmentCancelled(plan=enrolment.plan), about=enrolment, by=by, happened_on=on)


@action
def turn_enrolment(enrolment: Enrolment, *, on: date) -> None:
    """The clock: an unpaid one lapses after its day, one whose last day is over expires."""
    if enrolment.state == "awaiting_premium":
        ENROLMENT_FLOW.take("lapse", enrolment, by=SYSTEM)
        enrolment.covers.filter(state="pending").update(state="cancelled")
        record(EnrolmentLapsed(plan=enrolment.plan), about=enrolment, by=SYSTEM, happened_on=on)
        return
    ENROLMENT_FLOW.take("expire", enrolment, by=SYSTEM)
    enrolment.covers.filter(state="active").update(state="expired")
    record(EnrolmentExpired(plan=enrolment.plan), about=enrolment, by=SYSTEM, happened_on=on)


def due_enrolments(on: date) -> Any:
    """Those that the clock turns on the day."""
    return Enrolment.objects.filter(
        Q(state="awaiting_premium", due_on__lt=on) | Q(state="in_force", last_on__lt=on)
    ).order_by("pk")


# Covers -------------------------------------------------------------------------------------------------------------


@action
def end_cover(cover: Cover, why: str, *, on: date, by: Actor) -> None:
    """Somebody left, retired, died or moved: their cover ends with the month. What was paid in stays."""
    by.require(ENROL)
    _reach(by, cover.organisation)
    _end(cover, why, by=by, on=on)


UNPAID = ("approved", "in_payment", "pay_failed")
"""States of claims that were granted under a cover and whose money has not arrived."""
_GROUND_MOST = 60


@action
def doubt_cover(cover: Cover, ground: str, *, by: Actor, on: date) -> None:
    """A second reviewer holds that it was got by a false declaration: nothing is granted under it until a leader
    decides. `ground` is the number of the inquiry's document; what it says stays there."""
    _reach(by, cover.organisation)
    COVER_FLOW.take("doubt", cover, by=by)
    cover.ground = texts.words(ground, longest=_GROUND_MOST, field="查实材料文号").strip()
    if not cover.ground:
        raise Refusal("mutual_aid.void_ground", "请填写查实材料的文号，不要写病情")
    cover.doubted_by = by.account_id
    cover.save(update_fields=["ground", "doubted_by"])
    record(CoverDoubted(plan=cover.plan), about=cover, by=by, happened_on=on)


@action
def void_cover(cover: Cover, *, by: Actor, on: date) -> None:
    """A leader, not who asked, decides that it never held; what was paid under it is recovered claim by claim."""
    _reach(by, cover.organisation)
    claims.not_own(cover.person, by)
    lock(cover, "state", "doubted_by")
    COVER_FLOW.check("void", cover, by=by)
    if unpaid := cover.claims.filter(state__in=UNPAID).count():
        raise StepRefused(
            "mutual_aid.void_unpaid",
            "这份保障下还有 %(n)s 件申请已同意给付、款未到账：等付清后再决定，已付的逐件提出追回",
            n=unpaid,
        )
    cover.state, cover.why, cover.voided_by = "voided", "false", by.account_id
    cover.save(update_fields=["state", "why", "voided_by"])
    record(CoverEnded(plan=cover.plan, why="false"), about=cover, by=by, happened_on=on)


@action
def keep_cover(cover: Cover, *, by: Actor, on: date) -> None:
    """A leader decides that it holds; if its last day is over meanwhile, it has expired."""
    _reach(by, cover.organisation)
    claims.not_own(cover.person, by)
    lock(cover, "doubted_by", "last_on")
    COVER_FLOW.take("keep", cover, by=by)
    if cover.last_on < on:
        cover.state = "expired"
    cover.doubted_by = None
    cover.save(update_fields=["state", "doubted_by"])
    record(CoverKept(plan=cover.plan), about=cover, by=by, happened_on=on)


def _end(cover: Cover, why: str, *, by: Actor, on: date) -> None:
    lock(cover, "state", "last_on")
    if cover.state != "active":
        raise StepRefused("mutual_aid.cover_over", "这份保障已经终止或待决定作废，请刷新后再看")
    last_on = min(cover.last_on, rules.last_day(on.replace(day=1), 1))
    cover.state, cover.why, cover.last_on = "terminated", why, max(cover.first_on, last_on)
    cover.save(update_fields=["state", "why", "last_on"])
    record(CoverEnded(plan=cover.plan, why=why), about=cover, by=by, happened_on=on)


@action
def end_covers_of_leavers(covers: Sequence[Cover], *, on: date) -> None:
    """Covers of people who are members no more end with the month."""
    for one in covers:
        _end(one, "not_member", by=SYSTEM, on=on)


def covers_of_leavers() -> Any:
    """Active covers of people who are no members any more."""
    return Cover.objects.filter(state="active", person__state="left").select_related("enrolment__organisation")
