"""Covers and claims for tests, made by the actions themselves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from gonghui.core import clock
from gonghui.core.actor import SYSTEM, Actor
from gonghui.spine.funds import actions as funds
from gonghui.spine.funds.actions import FundEntry
from gonghui.spine.funds.models import Fund
from gonghui.spine.funds.tests.builders import a_card
from gonghui.spine.members.models import Person
from gonghui.spine.members.tests.builders import a_member
from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.tests.builders import Federation, an_actor
from gonghui.work.mutual_aid import actions
from gonghui.work.mutual_aid.actions import claim_money, claims, enrolment, reviewing
from gonghui.work.mutual_aid.actions.claims import ClaimEntry
from gonghui.work.mutual_aid.actions.enrolment import Enrolling
from gonghui.work.mutual_aid.models import Claim, Cover, Enrolment, PlanMoney
from gonghui.work.mutual_aid.rules.plans import PLANS

JANUARY, FEBRUARY, APRIL, MAY = date(2020, 1, 2), date(2020, 2, 1), date(2020, 4, 1), date(2020, 5, 6)


def noon(day: date) -> datetime:
    """An instant of the day."""
    return datetime.combine(day, datetime.min.time().replace(hour=12), clock.SHANGHAI)


class Centre:
    """A small federation whose centre has its plans, their money and its people; premiums lie in a custody fund."""

    def __init__(self) -> None:
        self.federation = Federation()
        self.city = self.federation.city
        actions.keep_shipped_editions(self.city, on=JANUARY)
        started = date(2020, 1, 1)
        self.book = funds.open_book(
            self.city, started_on=started, funds=(FundEntry("互助金", "custody"),), by=SYSTEM, on=started
        )
        self.fund = Fund.objects.get(book=self.book)
        self.accounts = funds.accounts_of(self.book)
        for plan in PLANS:
            PlanMoney.objects.create(
                organisation=self.city,
                plan=plan,
                fund=self.fund,
                spent_on=self.accounts["custody"],
                pays_from=self.accounts["bank"],
            )
        self.unit = self.federation.first
        self.clerk, self.chair = self.person("member_officer", self.unit), self.person("unit_lead", self.unit)
        self.first, self.second = self.person("aid_officer", self.city), self.person("aid_reviewer", self.city)
        self.window, self.lead = self.person("aid_officer", self.city), self.person("aid_lead", self.city)
        self.finance = self.person("accountant", self.city)

    def person(self, role: str, organisation: Organisation) -> Actor:
        """Somebody new in the role."""
        made = an_actor(role, organisation)
        return replace(made, account_id=made.id)


def a_worker(unit: Organisation, **given: Any) -> Person:
    """A woman of 35 with a card, a member since 2019."""
    filled = {"gender": "f", "admitted_on": date(2019, 3, 1), "card": a_card(7), **given}
    from gonghui.spine.members.rules import papers

    if "paper" not in filled:
        filled["paper"] = _paper(papers, filled.pop("born_on", date(1985, 3, 7)), filled["gender"])
    return a_member(unit, **filled)


_NUMBERS = {"f": iter(range(1000, 9_000, 2)), "m": iter(range(1001, 9_000, 2))}


def _paper(papers: Any, born_on: date, gender: str) -> str:
    number = next(_NUMBERS[gender])
    body = f"99{number // 1000 % 10_000:04d}{born_on:%Y%m%d}{number % 1000:03d}"
    return f"{body}{papers.check_character(body)}"


def an_enrolment(
    centre: Centre, plan: str = "hospital_allowance", first_on: date = FEBRUARY, **given: Any
) -> Enrolment:
    """A draft of the unit's clerk."""
    entry = Enrolling(given.get("unit", centre.unit), plan, first_on, given.get("on_post", 1))
    return enrolment.draft_enrolment(entry, by=given.get("by", centre.clerk), on=given.get("on", JANUARY))


def submitted(centre: Centre, roll: Sequence[tuple[Person, int]], **given: Any) -> Enrolment:
    """One that waits for the chair."""
    made = an_enrolment(centre, **given)
    enrolment.put_on_roll(made, roll, by=centre.clerk, on=JANUARY)
    enrolment.submit_enrolment(made, by=centre.clerk, on=JANUARY)
    return made


def certified(centre: Centre, roll: Sequence[tuple[Person, int]], **given: Any) -> Enrolment:
    """One that waits for its premium."""
    made = submitted(centre, roll, **given)
    enrolment.certify_enrolment(made, few_why="新建会", by=centre.chair, on=JANUARY)
    return made


def covered(centre: Centre, person: Person, plan: str = "hospital_allowance", shares: int = 1, **given: Any) -> Cover:
    """Somebody whose cover is in force."""
    made = certified(centre, [(person, shares)], plan=plan, **given)
    enrolment.receive_premium(made, made.premium_fen, received_on=JANUARY, by=centre.finance, on=JANUARY)
    return Cover.objects.get(enrolment=made, person=person)


INPUTS: dict[str, dict[str, Any]] = {
    "hospital_allowance": {
        "admitted_on": date(2020, 3, 2),
        "discharged_on": date(2020, 3, 19),
        "is_same_cause_again": False,
    },
    "womens_diseases": {"diagnosed_on": date(2020, 4, 20), "existed_before": False, "is_in_situ": False},
    "critical_illness": {"diagnosed_on": date(2020, 4, 20), "is_light": False},
    "accident": {"grade": 5},
    "universal": {"is_inpatient": True, "self_pay1_fen": 864_237},
}


def an_entry(person: Person, plan: str = "hospital_allowance", **given: Any) -> ClaimEntry:
    """What a claim says: the stay of example 4, or another of the dossier's."""
    inputs = {**INPUTS[plan], **given.pop("inputs", {})}
    days = [one for one in inputs.values() if isinstance(one, date)]
    entry = ClaimEntry(
        person, plan, max(days, default=date(2020, 3, 19)), inputs, hospital="示例医院", diagnosis="示例病"
    )
    return replace(entry, **given)


def a_draft(centre: Centre, entry: ClaimEntry, on: date = APRIL) -> Claim:
    """A draft made at the window."""
    return claims.draft_claim(entry, by=centre.window, on=on)


def fresh(claim: Claim) -> Claim:
    """The claim as a page loads it."""
    found = Claim.objects.select_related(
        "participant__person", "organisation", "unit", "edition", "cover__enrolment__organisation", "order"
    )
    again: Claim = found.get(pk=claim.pk)
    return again


def accepted(centre: Centre, entry: ClaimEntry, on: date = APRIL) -> Claim:
    """One that waits for its first review."""
    claim = a_draft(centre, entry, on)
    claims.submit_claim(claim, by=centre.window, on=on)
    claims.accept_claim(claim, by=centre.first, on=on)
    return fresh(claim)


def reviewed(centre: Centre, entry: ClaimEntry, on: date = APRIL, **given: Any) -> Claim:
    """One that waits for its second review."""
    claim = accepted(centre, entry, on)
    said = {"proposal": "pay", **given}
    reviewing.review_claim(claim, said.pop("proposal"), **said, by=centre.first, on=on)
    return fresh(claim)


def approved(centre: Centre, entry: ClaimEntry, on: date = APRIL) -> Claim:
    """One whose payment may be ordered."""
    claim = reviewed(centre, entry, on)
    reviewing.approve_claim(claim, by=centre.second, on=on)
    return fresh(claim)


def ordered(centre: Centre, entry: ClaimEntry, on: date = APRIL) -> Claim:
    """One that finance has to pay."""
    claim = approved(centre, entry, on)
    claim_money.pay_claim(claim, by=SYSTEM, at=noon(on))
    return fresh(claim)
