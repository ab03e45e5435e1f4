"""Organisations, employers and set-ups for tests, made by the actions themselves."""

from dataclasses import replace
from datetime import date
from itertools import count

from django.conf import settings

from gonghui.core import codes
from gonghui.core.actor import SYSTEM, Actor
from gonghui.spine.organisations import actions
from gonghui.spine.organisations.actions import EmployerEntry, Founding, Proposal
from gonghui.spine.organisations.models import Organisation, SetUp
from gonghui.spine.organisations.rules import Ballot

LONG_AGO = date(2015, 1, 5)
JANUARY, MARCH, JUNE = date(2020, 1, 6), date(2020, 3, 2), date(2020, 6, 1)
_numbers = count(1)


def an_employer(number: int | None = None, **given: object) -> EmployerEntry:
    """An invented employer with a true check digit."""
    number = next(_numbers) if number is None else number
    made = EmployerEntry(
        uscc=codes.demo_uscc("91", number),
        name=f"示例第{number}有限公司",
        area_code="110105",
        industry_code="I64",
        ownership="private",
        employees=60,
    )
    return replace(made, **given)  # type: ignore[arg-type]


def found(
    name: str, level: str, superior: Organisation | None, area_code: str = "", on: date = LONG_AGO
) -> Organisation:
    """An organisation of the name under the superior."""
    return actions.found_organisation(
        Founding(name=name, level=level, superior=superior, area_code=area_code), by=SYSTEM, on=on
    )


class Federation:
    """A small federation: a city, two districts, an industry, a street in each district, three unions."""

    def __init__(self) -> None:
        self.city = found("示范市总工会", "city", None, "110000")
        self.chaoyang = found("朝阳区总工会", "district", self.city, "110105")
        self.haidian = found("海淀区总工会", "district", self.city, "110108")
        self.education = found("教育工会", "industry", self.city)
        self.wangjing = found("望京街道总工会", "town", self.chaoyang, "110105026")
        self.zhongguancun = found("中关村街道总工会", "town", self.haidian, "110108003")
        self.catering = found("餐饮行业工会联合会", "sector", self.chaoyang)
        self.first = found("示例一号有限公司工会", "base", self.wangjing)
        self.second = found("示例二号有限公司工会", "base", self.wangjing)
        self.third = found("示例三号有限公司工会", "base", self.zhongguancun)


def an_actor(role: str, organisation: Organisation, *, number: int | None = None) -> Actor:
    """Somebody acting in the role at the organisation; each call is another person."""
    number = next(_numbers) if number is None else number
    row = settings.GONGHUI_ROLES[role]
    return Actor(
        id=number,
        account_id=0,
        name=f"干部{number}",
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        path=organisation.path,
        level=organisation.level,
        role=role,
        powers=frozenset([*row["powers"], *row.get("also", {}).get(organisation.level, [])]),
    )


BALLOT = Ballot(entitled=36, attended=30, votes=25, term_years=3)


def a_set_up(superior: Organisation, *, kind: str = "base", employers: int = 1, on: date = JANUARY) -> SetUp:
    """A prospect with fresh employers."""
    entries = [an_employer() for _ in range(employers)]
    proposal = Proposal(name=f"{entries[0].name}工会", kind=kind, superior=superior, employers=entries)
    return actions.propose_set_up(proposal, by=SYSTEM, on=on)


def a_preparing_set_up(superior: Organisation, **given: object) -> SetUp:
    """A set-up the superior agreed to."""
    set_up = a_set_up(superior, **given)  # type: ignore[arg-type]
    actions.approve_preparation(set_up, preparers=3, approval_no="筹〔2020〕1号", by=SYSTEM, on=JANUARY)
    return set_up


def an_elected_set_up(superior: Organisation, **given: object) -> SetUp:
    """A set-up whose members voted."""
    set_up = a_preparing_set_up(superior, **given)
    actions.record_election(set_up, BALLOT, members=36, by=SYSTEM, on=MARCH)
    return set_up


def an_established_set_up(superior: Organisation, *, on: date = JUNE, **given: object) -> SetUp:
    """A set-up whose union stands."""
    set_up = an_elected_set_up(superior, **given)
    actions.establish_union(set_up, establishment_no="批〔2020〕1号", by=SYSTEM, on=on)
    return set_up
