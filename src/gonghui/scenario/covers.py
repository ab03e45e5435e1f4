"""A factory's hospital cover and what its people ask for: rolls, a premium, claims on everybody's desk.

The union's own officer pastes the roll, its chair certifies it, finance books the premium; some of those covered fell
ill in July. What each claim comes to is up to the text of the plan.
"""

from collections.abc import Callable
from datetime import date, timedelta

from gonghui.scenario import plan, posts
from gonghui.scenario.papers import stamped_summary
from gonghui.scenario.stage import DEMO_TODAY, Stage
from gonghui.spine.funds import actions as funds
from gonghui.spine.funds.actions import AccountEntry, FundEntry
from gonghui.spine.funds.models import Book
from gonghui.spine.members.models import Person
from gonghui.spine.members.rules.papers import luhn_digit
from gonghui.web.papers import keeping
from gonghui.work.mutual_aid.actions import claim_papers, claims, enrolment, reviewing
from gonghui.work.mutual_aid.actions.claims import ClaimEntry
from gonghui.work.mutual_aid.actions.enrolment import Enrolling
from gonghui.work.mutual_aid.models import Cover, Enrolment, PlanMoney
from gonghui.work.mutual_aid.rules.plans import PLANS

UNIT, HOSPITAL, WOMEN = "base", "hospital_allowance", "womens_diseases"
PREMIUMS = FundEntry("职工互助保费", "custody", name_en="Mutual aid premiums")  # zh
DRAFTED_ON, BEGINS_ON = date(2020, 1, 6), date(2020, 2, 1)
NEXT_ON = date(2020, 9, 1)
MOST = 60
FELL_ILL = ("draft", "submitted", "submitted", "lacking", "accepted", "accepted", "reviewed", "reviewed", "approved")
"""How far each claim has come by today."""
ASKED_ON, LOOKED_AT_ON, APPROVED_ON = date(2020, 8, 4), date(2020, 8, 6), date(2020, 8, 7)


def enrolled(stage: Stage) -> None:
    """The factory's people are covered from February, the premium lies in a fund of others' money."""
    city = stage.unit(plan.CITY_KEY)
    book, treasurer = Book.objects.get(organisation=city), stage.actor("city.treasurer")
    fund = funds.open_fund(book, PREMIUMS, by=treasurer, on=DRAFTED_ON)
    accounts = funds.accounts_of(book)
    for one in PLANS.values():
        if one.is_enrolled:
            PlanMoney.objects.create(
                organisation=city, plan=one.key, fund=fund, spent_on=accounts["custody"], pays_from=accounts["bank"]
            )
    made = _listed(stage, HOSPITAL, BEGINS_ON, on=DRAFTED_ON)
    if made is not None:
        why = "其余职工已由派遣单位参保" if enrolment.is_few(made) else ""  # zh
        enrolment.certify_enrolment(made, few_why=why, by=stage.actor(posts.head("base0")), on=DRAFTED_ON)
        enrolment.receive_premium(
            made, made.premium_fen, received_on=DRAFTED_ON, by=stage.actor("city.accountant"), on=DRAFTED_ON
        )
        assert made.voucher is not None
        funds.post_draft(made.voucher, by=treasurer)


def _listed(stage: Stage, key: str, first_on: date, *, on: date) -> Enrolment | None:
    """A roll of those whom the plan takes, which waits for the chair; None where nobody fits."""
    unit, clerk = posts.place(stage, UNIT), stage.actor("base.members")
    staff = list(Person.objects.filter(organisation=unit, state="active").order_by("number")[:MOST])
    if not staff:
        return None
    made = enrolment.draft_enrolment(Enrolling(unit, key, first_on, len(staff)), by=clerk, on=on)
    roll = [(person, 1) for person in staff]
    unfit = {at for at, _field, _why in enrolment.faults(made, roll)}
    enrolment.put_on_roll(made, [one for at, one in enumerate(roll) if at not in unfit], by=clerk, on=on)
    enrolment.submit_enrolment(made, by=clerk, on=on)
    return made


def today(stage: Stage) -> None:
    """A roll waits for the chair, and claims for officer, reviewer and the clerk herself."""
    _listed(stage, WOMEN, NEXT_ON, on=DEMO_TODAY)
    covered = Cover.objects.filter(enrolment__plan=HOSPITAL, state="active").select_related("person__organisation")
    for number, (cover, state) in enumerate(zip(covered.order_by("person__number"), FELL_ILL, strict=False)):
        _asked_for(stage, cover.person, number, state)


def _asked_for(stage: Stage, person: Person, number: int, state: str) -> None:
    """One claim with its paper, as far as it has come: each step by whoever has that part."""
    clerk, officer, reviewer = (stage.actor(one) for one in ("base.members", "city.aid", "city.aid_reviewer"))
    claim = claims.draft_claim(_entry(person, number), by=clerk, on=ASKED_ON)
    content = stamped_summary("示范医院", "出院小结", [("住院", "见费用清单")], on=ASKED_ON)  # zh
    paper = keeping.checked(content, "出院小结.pdf", largest=claim_papers.largest(ASKED_ON), personal=True)  # zh
    claim_papers.add_papers(claim, "discharge_summary", [paper], by=clerk, on=ASKED_ON)
    steps: dict[str, Callable[[], None]] = {
        "submitted": lambda: claims.submit_claim(claim, by=clerk, on=ASKED_ON),
        "accepted": lambda: claims.accept_claim(claim, by=officer, on=LOOKED_AT_ON),
        "reviewed": lambda: reviewing.review_claim(claim, "pay", by=officer, on=LOOKED_AT_ON),
        "approved": lambda: reviewing.approve_claim(claim, by=reviewer, on=APPROVED_ON),
    }
    come_to = list(steps).index(state) + 1 if state in steps else 0
    for step in list(steps.values())[:come_to]:
        step()
    if state == "lacking":
        steps["submitted"]()
        claims.ask_materials(claim, ["settlement_sheet"], by=officer, on=LOOKED_AT_ON)


def _entry(person: Person, number: int) -> ClaimEntry:
    came, stayed = date(2020, 7, 3 + number), 6 + 2 * number
    left = came + timedelta(days=stayed)
    body = f"9991{number:014d}"
    return ClaimEntry(
        person,
        HOSPITAL,
        left,
        {"admitted_on": came, "discharged_on": left, "is_same_cause_again": False},
        channel="unit",
        hospital="示范医院",  # zh
        diagnosis="示例病",  # zh
        bills=[f"011002000{number:09}"],
        account=None if person.card else AccountEntry(body + luhn_digit(body), bank="示范市工人银行"),  # zh
        consents=True,
    )
