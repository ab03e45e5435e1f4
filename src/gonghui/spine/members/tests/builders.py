"""Members for tests, made by the actions themselves."""

from datetime import date
from itertools import count
from typing import Any

from gonghui.core.actor import Actor
from gonghui.spine.members import actions
from gonghui.spine.members.actions import Admission
from gonghui.spine.members.models import MemberAccount, Person
from gonghui.spine.members.models.own import actor_of
from gonghui.spine.members.rules import papers
from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.tests.builders import an_actor
from gonghui.web.models import Account

MARCH, JUNE, TODAY = date(2020, 3, 2), date(2020, 6, 1), date(2020, 8, 10)
_numbers = count(1)


def a_paper(number: int | None = None, *, born_on: date = date(1985, 3, 7)) -> str:
    """A resident's number of division 99; odd numbers are men's."""
    number = next(_numbers) if number is None else number
    body = f"99{number // 1000 % 10_000:04d}{born_on:%Y%m%d}{number % 1000:03d}"
    return body + papers.check_character(body)


def an_admission(organisation: Organisation, **given: Any) -> Admission:
    """Somebody new, as a clerk enters them."""
    filled = {
        "name": "张示例",
        "paper_kind": papers.RESIDENT,
        "paper": a_paper(),
        "admitted_on": MARCH,
        "phone": "10012345678",
        "consents": True,
    }
    return Admission(organisation, **{**filled, **given})


def a_keeper(organisation: Organisation) -> Actor:
    """Whoever keeps the roster of a union."""
    return an_actor("member_officer", organisation)


def a_member(organisation: Organisation, **given: Any) -> Person:
    """Somebody whom a union admitted."""
    entry = an_admission(organisation, **given)
    [person] = actions.admit_members([entry], by=a_keeper(organisation), on=TODAY)
    return person


OWN_PASSWORD = "a sentence only the member knows"


def an_own_account(person: Person) -> Account:
    """The account that the member opened with a code of the union."""
    code = actions.issue_activation(person, by=a_keeper(person.organisation), on=TODAY)
    return actions.open_account(person.paper, person.name, code, OWN_PASSWORD, on=TODAY)


def own_actor(person: Person) -> Actor:
    """Who acts when the member does."""
    actor = actor_of(MemberAccount.objects.get(person=person).account)
    assert actor is not None
    return actor
