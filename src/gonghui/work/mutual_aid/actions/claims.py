"""Claims until they are in the reviewers' hands: entered, changed, submitted, accepted, asked for papers, withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from gonghui.core import text as texts
from gonghui.core.action import action
from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.calendar import Workdays
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.facts import HEAD_BITS
from gonghui.core.flow import lock
from gonghui.core.journal import record
from gonghui.core.models import CalendarDay
from gonghui.spine.funds.actions import AccountEntry
from gonghui.spine.funds.actions.payees import checked
from gonghui.spine.members.models import MemberAccount, Membership, Person
from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.rules import ids_of
from gonghui.work.mutual_aid.actions import matching
from gonghui.work.mutual_aid.facts import ClaimChanged, ClaimDrafted, ClaimMoved
from gonghui.work.mutual_aid.flow import CLAIM_FLOW, ENROL, LEAD, OVER, REVIEW
from gonghui.work.mutual_aid.models import (
    BILL,
    Claim,
    ClaimBill,
    Cover,
    Edition,
    Participant,
    Settlement,
    edition_on,
)
from gonghui.work.mutual_aid.rules import claims as rules
from gonghui.work.mutual_aid.rules import enrolment as limits
from gonghui.work.mutual_aid.rules import numbers, parameters
from gonghui.work.mutual_aid.rules.claims import Costs
from gonghui.work.mutual_aid.rules.plans import PLANS

COVERED = ("active", "doubted", "expired", "terminated", "exhausted")
MOVING = (
    *("state", "said", "story", "decision", "proposal", "decided_fen", "ordered_fen", "is_late", "late_by"),
    *("due_on", "first_by", "second_by", "lead_by"),
)
"""What steps change: read anew under the lock, so that no step is taken on an old page's word."""
SERVICE_CARD_BANK = "会员服务卡"  # zh


@dataclass(frozen=True)
class ClaimEntry:
    """A claim as somebody enters it. Without an account the member's own card is paid."""

    person: Person
    plan: str
    event_on: date
    inputs: Mapping[str, Any]
    channel: str = "staff"
    hospital: str = ""
    diagnosis: str = ""
    bills: Sequence[str] = field(default_factory=tuple)
    costs: Costs | None = None
    account: AccountEntry | None = None
    consents: bool = False


# Entering -----------------------------------------------------------------------------------------------------------


@action
def draft_claim(entry: ClaimEntry, *, by: Actor, on: date) -> Claim:
    """The claim stands as a draft, checked against the cover, the plan's text and what was claimed before."""
    _may_enter(entry, by)
    plan = PLANS.get(entry.plan)
    if plan is None:
        raise Refusal("mutual_aid.plan", "没有这个计划，请从列表中选")
    who = _participant(entry.person)
    cover, edition = _covered(entry, on)
    first, beyond = numbers.claim_id(who.pk, 0), numbers.claim_id(who.pk, numbers.MOST_OF_A_FILE - 1)
    last = Claim.objects.filter(pk__range=(first, beyond)).aggregate(last=Max("pk"))["last"]
    claim = Claim(
        id=first if last is None else numbers.claim_id(who.pk, last - first + 1),
        participant=who,
        organisation=Organisation.objects.get(pk=ids_of(entry.person.organisation.path)[0]),
        unit=entry.person.organisation,
        plan=plan.key,
        cover=cover,
        edition=edition,
        channel=entry.channel,
        made_by=by.account_id,
        made_on=on,
        since_on=on,
    )
    _fill(claim, entry, on)
    claim.save(force_insert=True)
    _keep_bills(claim, entry.bills)
    record(ClaimDrafted(plan=plan.key, channel=entry.channel), about=claim, by=teller(by), happened_on=on)
    return claim


@action
def change_claim(claim: Claim, entry: ClaimEntry, *, by: Actor, on: date) -> None:
    """The draft says something else; whose it is, and under which plan, stays."""
    lock(claim, "state")
    own_draft(claim, by)
    if entry.person.pk != claim.participant.person_id or entry.plan != claim.plan:
        raise Refusal("mutual_aid.other_claim", "不能把申请改到别人或别的计划名下：请撤回后重新申请")
    claim.cover, claim.edition = _covered(entry, on)
    _fill(claim, entry, on)
    claim.save(update_fields=["said", "cover", "edition"])
    ClaimBill.objects.filter(claim=claim).delete()
    _keep_bills(claim, entry.bills)
    record(ClaimChanged(plan=claim.plan), about=claim, by=teller(by), happened_on=on)


def own_draft(claim: Claim, by: Actor) -> None:
    """Refuse what is not the actor's to write: a claim is its maker's until it is submitted, and while papers lack."""
    if claim.state not in ("draft", "need_materials"):
        raise StepRefused("mutual_aid.claim_closed", "申请已经提交，内容不能再改：如有错误请撤回后重新申请")
    if claim.made_by != by.account_id and not is_own(claim, by) and not by.may(REVIEW):
        raise StepRefused("mutual_aid.others_claim", "这份申请由别人经办，请由经办人或本人补充")


def is_own(claim: Claim, by: Actor) -> bool:
    """Whether the actor is the member whose claim it is."""
    own = MemberAccount.objects.filter(account_id=by.account_id, person=claim.participant.person_id)
    return not by.powers and own.exists()


def _may_enter(entry: ClaimEntry, by: Actor) -> None:
    if entry.channel == "self":
        if not MemberAccount.objects.filter(account_id=by.account_id, person=entry.person).exists():
            raise Refusal("mutual_aid.not_oneself", "只能为自己提出申请；代办请到单位工会或窗口")
        return
    by.require(ENROL if entry.channel == "unit" else REVIEW)
    if not by.sees(entry.person.organisation.path):
        raise StepRefused("mutual_aid.reach", "这个单位不在您所在组织的范围内，请切换岗位")
    if entry.channel == "unit" and not entry.consents:
        raise Refusal("mutual_aid.no_consent", "由单位代办要会员单独同意：单位会看到病情和费用。请先取得同意再勾选")


def teller(by: Actor) -> Actor:
    """Who stands in the journal as having acted: for a member's own acts nobody, the claim's number tells enough."""
    return by if by.powers else SYSTEM


def _participant(person: Person) -> Participant:
    """The person's number, held until the action ends, so that no two claims of theirs are made at once."""
    found = Participant.objects.select_for_update().filter(person=person).first()
    if found is None:
        matching.participant_of(person.pk)
        found = Participant.objects.select_for_update().get(person=person)
    found.person = person
    return found


def _covered(entry: ClaimEntry, on: date) -> tuple[Cover | None, Edition]:
    """The cover that holds on the day and the text it was begun under; of the free plan the text of the year."""
    rules.days_in_order(entry.inputs, entry.event_on, on)
    day = rules.begins_on(entry.inputs, entry.event_on)
    if not PLANS[entry.plan].is_enrolled:
        if day.year < parameters.open_year(on):
            raise Refusal("mutual_aid.year_closed", "%(year)s 年度的申请已经截止，请联系市互助保障中心", year=day.year)
        if not Membership.objects.on(day).filter(person=entry.person).exists():
            raise Refusal("mutual_aid.not_member", "%(day)s 当日不是会员，不在保障范围内", day=day)
        return None, edition_on(entry.plan, date(day.year, 1, 1))
    mine = Cover.objects.filter(person=entry.person, plan=entry.plan, state__in=COVERED)
    found = mine.filter(last_on__gte=day).select_related("enrolment__edition").order_by("first_on").first()
    if found is None:
        raise Refusal("mutual_aid.no_cover", "%(day)s 当日没有参加这个计划，或保障已经终止", day=day)
    if found.first_on > day:
        raise Refusal(
            "mutual_aid.before_cover",
            "%(day)s 在生效日 %(first)s 之前 %(n)s 天，不在保障期内",
            day=day,
            first=found.first_on,
            n=(found.first_on - day).days,
        )
    return found, found.enrolment.edition


def given(claim: Claim, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What the text is given: what was claimed, and what the cover says."""
    cover = claim.cover
    said = dict(inputs)
    if cover is not None:
        said |= {"effective_on": cover.first_on, "is_renewed": cover.is_renewed, "shares": cover.shares}
    return {name: said[name] for name in claim.edition.scheme.inputs if name in said}


def _fill(claim: Claim, entry: ClaimEntry, on: date) -> None:
    """What is claimed stands sealed; the text could decide it, and no stay is claimed twice."""
    inputs = {name: entry.inputs[name] for name in rules.asked(claim.edition.scheme) if name in entry.inputs}
    claim.edition.scheme.decide(given(claim, inputs))
    if entry.costs is not None:
        rules.check_costs(entry.costs)
    if len(entry.bills) > limits.on(on).invoices_most:
        raise Refusal(
            "mutual_aid.bills_most", "一次申请最多 %(most)s 张发票，请分开申请", most=limits.on(on).invoices_most
        )
    for other in others_of(claim):
        if rules.stays_meet(inputs, other.content["inputs"]):
            raise Refusal(
                "mutual_aid.stay_claimed", "这次住院的日期与 %(day)s 提出的另一份申请重叠，请核对", day=other.made_on
            )
    account = checked(entry.account) if entry.account is not None else None
    claim.content = {
        "event_on": entry.event_on,
        "inputs": inputs,
        "days": [name for name, one in inputs.items() if isinstance(one, date)],
        "hospital": texts.words(entry.hospital, longest=60, field="医院").strip(),
        "diagnosis": texts.words(entry.diagnosis, longest=200, field="诊断").strip(),
        "bills": [_bill(one) for one in entry.bills],
        "costs": vars(entry.costs) if entry.costs is not None else None,
        "account": vars(account) if account is not None else None,
    }


def others_of(claim: Claim) -> list[Claim]:
    """The person's other claims under the plan that stand."""
    first = claim.participant_id << HEAD_BITS
    mine = Claim.objects.filter(pk__gte=first, pk__lt=first + (1 << HEAD_BITS), plan=claim.plan)
    return list(mine.exclude(state__in=OVER).exclude(pk=claim.pk))


def _bill(typed: str) -> str:
    found = "".join(texts.fold(typed).upper().replace("-", "").split())
    if not (6 <= len(found) <= 40 and found.isascii() and found.isalnum()):
        raise Refusal("mutual_aid.bill_number", "发票号码应为 6 至 40 位数字或字母（代码连着号码填），请核对")
    return found


def _keep_bills(claim: Claim, typed: Sequence[str]) -> None:
    """No invoice stands in two claims, nor was it settled by the bureau already; which one is told by its place."""
    bills = [_bill(one) for one in typed]
    found = [BILL.of(one) for one in bills]
    if len(set(found)) != len(found):
        raise Refusal("mutual_aid.bill_twice", "同一张发票填了两次，请删去一张")
    if not bills:
        return
    settled = {UUID(bytes=matching.digest(one)): at for at, one in enumerate(bills, 1)}
    txn = Settlement.objects.filter(txn__in=list(settled)).values_list("txn", flat=True).first()
    if txn is not None:
        raise Refusal("mutual_aid.bill_settled", "第 %(n)s 张发票医保已经自动结算过，不用再申请", n=settled[txn])
    _unclaimed(found)
    try:
        with transaction.atomic():
            ClaimBill.objects.bulk_create(ClaimBill(claim=claim, found=one) for one in found)
    except IntegrityError:  # another claim came first
        _unclaimed(found)
        raise


def _unclaimed(found: Sequence[bytes]) -> None:
    known = ClaimBill.objects.filter(found__in=found, is_live=True).values_list("found", "claim__made_on").first()
    if known is not None:
        raise Refusal(
            "mutual_aid.bill_claimed",
            "第 %(n)s 张发票已用于 %(day)s 提出的另一份申请，不能重复申请",
            n=found.index(bytes(known[0])) + 1,
            day=known[1],
        )


# From hand to hand --------------------------------------------------------------------------------------------------


def not_own(person: Person, by: Actor) -> None:
    """Refuse whoever bears the member's name: nobody decides for themselves, and accounts do not say whose they are."""
    if " ".join(by.name.split()) == " ".join(person.name.split()):
        raise StepRefused("mutual_aid.own_case", "会员与您同名：本人和亲属的事不能自己办，请转给其他同事办理")


def part(claim: Claim, name: str, by: Actor) -> None:
    """The actor has this part of the case, which is not their own; the flow has made sure that they had no other."""
    not_own(claim.person, by)
    if not by.sees(claim.organisation.path):
        raise StepRefused("mutual_aid.reach", "这个单位不在您所在组织的范围内，请切换岗位")
    setattr(claim, name, by.account_id)


@lru_cache(maxsize=8)
def _near(on: date) -> Workdays:
    """The days that follow, read once: a change of the calendar holds for deadlines set from the next day on."""
    rows = CalendarDay.objects.filter(date__gt=on, date__lte=on + timedelta(days=120))
    return Workdays.of(rows.values_list("date", "is_workday"))


def due_workdays(on: date, count: int) -> date:
    """The last day of so many working days."""
    return _near(on).add_workdays(on, count)


def taken(step: str, claim: Claim, by: Actor) -> None:
    """The claim, locked and as it is now, takes the step; `moved` writes its new state down with the rest."""
    lock(claim, *MOVING)
    claim.state = CLAIM_FLOW.check(step, claim, by=by).after


def moved(claim: Claim, on: date, due_on: date | None, *also: str) -> None:
    """The claim stands where the step took it since the day, to be dealt with by another."""
    claim.since_on, claim.due_on = on, due_on
    claim.save(update_fields=["state", "since_on", "due_on", *also])


@action
def submit_claim(claim: Claim, *, by: Actor, on: date) -> None:
    """The claim lies with the centre; whether it came in time is known."""
    own_draft(claim, by)
    step = "supply" if claim.state == "need_materials" else "submit"
    taken(step, claim, by)
    if step == "submit":
        said = claim.content
        ended = rules.ends_on(said["inputs"], said["event_on"])
        claim.is_late = rules.is_late(ended, on, parameters.on(on).days["claim_window"])
        claim.submitted_on = on
    due = due_workdays(on, parameters.on(on).workdays["accept"])
    moved(claim, on, due, "is_late", "submitted_on")
    record(ClaimMoved(plan=claim.plan, step=step), about=claim, by=teller(by), happened_on=on)


@action
def withdraw_claim(claim: Claim, *, by: Actor, on: date) -> None:
    """The member, or who acts for them, takes it back before it is reviewed."""
    taken("withdraw", claim, by)
    if claim.made_by != by.account_id and not is_own(claim, by):
        raise StepRefused("mutual_aid.others_claim", "这份申请由别人经办，请由经办人或本人撤回")
    free_bills(claim)
    moved(claim, on, None)
    record(ClaimMoved(plan=claim.plan, step="withdraw"), about=claim, by=teller(by), happened_on=on)


def free_bills(claim: Claim) -> None:
    """What the claim was for may be claimed again."""
    ClaimBill.objects.filter(claim=claim).update(is_live=False)


@action
def accept_claim(claim: Claim, *, by: Actor, on: date) -> None:
    """The papers are complete; the first review is due."""
    taken("accept", claim, by)
    part(claim, "first_by", by)
    moved(claim, on, due_workdays(on, parameters.on(on).workdays["review"]), "first_by")
    record(ClaimMoved(plan=claim.plan, step="accept"), about=claim, by=by, happened_on=on)


@action
def admit_late(claim: Claim, why: str, *, by: Actor, on: date) -> None:
    """A leader lets a claim in that came after the window, and says why."""
    by.require(LEAD)
    lock(claim, *MOVING)
    if claim.state != "submitted" or not claim.is_late or claim.late_by is not None:
        raise StepRefused("mutual_aid.not_late", "这份申请不需要逾期同意，请刷新后再看")
    if by.account_id in (claim.made_by, claim.first_by):
        raise StepRefused("mutual_aid.late_own", "您已经办过这份申请的别的环节，请由另一位负责人同意")
    part(claim, "lead_by", by)
    claim.late_by = by.account_id
    claim.tell("admit_late", on, said_words(why, "理由"))
    claim.save(update_fields=["late_by", "lead_by", "story"])
    record(ClaimMoved(plan=claim.plan, step="admit_late"), about=claim, by=by, happened_on=on)


def said_words(typed: str, field: str) -> str:
    """The words, or a refusal that they are wanted."""
    found = texts.words(typed, longest=500, field=field).strip()
    if not found:
        raise Refusal("mutual_aid.words", "请写明%(field)s", field=field)
    return found


@action
def ask_materials(claim: Claim, items: Sequence[str], words: str = "", *, by: Actor, on: date) -> None:
    """The member is told once what is lacking, all of it; later no more than that is asked for."""
    taken("ask", claim, by)
    part(claim, "first_by", by)
    asked = [one for one in rules.MATERIALS if one in items]
    if not asked:
        raise Refusal("mutual_aid.nothing_asked", "请勾选要补的材料")
    before = [one for line in claim.told if line["step"] == "ask" for one in line["items"]]
    if before and rules.short(before, asked):
        raise Refusal("mutual_aid.asked_once", "补材料要一次告知：第一次没有列出的，不能再要")
    claim.tell("ask", on, texts.words(words, longest=500, field="说明").strip(), items=asked)
    moved(claim, on, on + timedelta(days=parameters.on(on).days["materials"]), "first_by", "story")
    record(ClaimMoved(plan=claim.plan, step="ask"), about=claim, by=by, happened_on=on)


@action
def lapse_claim(claim: Claim, *, on: date) -> None:
    """The clock: nothing came in sixty days, so the claim is over; it may be made again."""
    taken("lapse", claim, SYSTEM)
    free_bills(claim)
    moved(claim, on, None)
    record(ClaimMoved(plan=claim.plan, step="lapse"), about=claim, by=SYSTEM, happened_on=on)
