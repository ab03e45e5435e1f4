"""What somebody enters of a person, checked; and the rows that come of it, one at a time or a hundred thousand."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from gonghui.core import bulk, search
from gonghui.core import text as texts
from gonghui.core.actor import Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.spine.members.models import ADDRESS, CARD, PAPER, PHONE, PHONE_FOUND, Person, paper_index
from gonghui.spine.members.rules import membership as rules
from gonghui.spine.members.rules import papers
from gonghui.spine.members.rules.papers import Paper
from gonghui.spine.organisations import rules as unions
from gonghui.spine.organisations.models import Employer, Organisation

ROSTER = "roster"
"""The purpose of the consent that everybody gives who is put on the roster."""


class Admission(NamedTuple):
    """Somebody as a clerk enters them; without a day of admission they are taken over as already a member."""

    organisation: Organisation
    name: str
    paper_kind: str
    paper: str
    admitted_on: date | None = None
    phone: str = ""
    card: str = ""
    address: str = ""
    gender: str = ""
    born_on: date | None = None
    form: str = rules.EMPLOYED
    consents: bool = False
    since: date | None = None
    """Of somebody taken over, since when they have been a member there, where that is known."""
    came_from: Organisation | None = None
    came_from_since: date | None = None
    """And in which union they were until then, since when."""


class Ready(NamedTuple):
    """The same, checked and in the form in which it is kept."""

    entry: Admission
    name: str
    paper: Paper
    paper_index: bytes
    phone: str
    card: str
    address: str
    gender: str
    born_on: date


def takes_generated() -> bool:
    """Whether papers, phones and cards that nobody holds may be entered: in the demo and in tests alone."""
    return settings.GONGHUI_PROFILE != "production"


def require_reach(by: Actor, organisation: Organisation) -> None:
    """Refuse a union outside the actor's subtree."""
    if not by.sees(organisation.path):
        raise PowerMissing("members.reach", "“%(name)s”不在您所在组织的范围内，无权操作", name=organisation.name)


def checked(entry: Admission, *, on: date) -> Ready:
    """The entry as it is kept, or a refusal that names the fault."""
    generated = takes_generated()
    if not entry.consents:
        raise Refusal("members.consent", "须有本人同意才能登记和核对证件：请取得同意后填“是”")
    if entry.form not in rules.FORMS:
        raise Refusal("members.form", "没有“%(form)s”这种用工形式，请从列表中选", form=entry.form[:20])
    name = papers.name(entry.name)
    paper = papers.paper(entry.paper_kind, entry.paper, on=on, generated=generated)
    born_on, gender = entry.born_on or paper.born_on, entry.gender or paper.gender
    if born_on is None:
        raise Refusal("members.born_missing", "这种证件看不出出生日期：请填出生日期")
    if gender not in (papers.WOMAN, papers.MAN):
        raise Refusal("members.gender_missing", "这种证件看不出性别：请填性别")
    rules.check_admission(paper, born_on, gender, admitted_on=entry.admitted_on or on, on=on)
    check_place(entry.organisation, entry.admitted_on or on)
    return Ready(
        entry,
        name,
        paper,
        paper_index(paper.kind, paper.number),
        papers.phone(entry.phone, generated=generated) if entry.phone else "",
        papers.card(entry.card, generated=generated) if entry.card else "",
        texts.clean(entry.address, longest=120, field="住址") if entry.address else "",
        gender,
        born_on,
    )


def check_place(organisation: Organisation, day: date) -> None:
    """Refuse a union that keeps no members, or did not stand on the day."""
    if not organisation.is_active:
        raise Refusal("members.union_closed", "“%(name)s”已经撤销，不能再登记会员", name=organisation.name)
    if organisation.level not in rules.LEVELS:
        raise Refusal("members.union_level", "“%(name)s”不直接管会员：请选基层工会", name=organisation.name)
    if day < organisation.founded_on:
        raise Refusal(
            "members.before_founding",
            "入会日期 %(day)s 早于工会成立日期 %(founded_on)s，请核对",
            day=day,
            founded_on=organisation.founded_on,
        )


# Rows -------------------------------------------------------------------------------------------------------------

PERSON_COLUMNS = (
    "id",
    "public_id",
    "organisation_id",
    "number",
    "name",
    "name_terms",
    "paper_kind",
    "paper_sealed",
    "paper_index",
    "phone_sealed",
    "phone_index",
    "card_sealed",
    "address_sealed",
    "gender",
    "born_on",
    "form",
    "state",
    "retained_on",
)


@lru_cache(60_000)
def terms_of(name: str) -> tuple[str, ...]:
    """The terms a name is found by; many people are called alike."""
    return tuple(search.terms(name, people=True))


class Rows:
    """Makes persons' rows; seals and keys are asked for once."""

    def __init__(self) -> None:
        self._paper, self._phone, self._card, self._address = (
            column.sealer() for column in (PAPER, PHONE, CARD, ADDRESS)
        )
        self._find_phone = PHONE_FOUND.finder()

    def row(self, ready: Ready, key: int, public_id: UUID, number: str) -> tuple[Any, ...]:
        """The columns of a new person, in the order of `PERSON_COLUMNS`."""
        phone, entry, paper = ready.phone, ready.entry, ready.paper
        return (
            key,
            public_id,
            entry.organisation.id,
            number,
            ready.name,
            terms_of(ready.name),
            paper.kind,
            self._paper(paper.number, public_id),
            ready.paper_index,
            self._phone(phone, public_id) if phone else None,
            self._find_phone(phone) if phone else None,
            self._card(ready.card, public_id) if ready.card else None,
            self._address(ready.address, public_id) if ready.address else None,
            ready.gender,
            ready.born_on,
            entry.form,
            "active",
            None,
        )


def fill(person: Person, ready: Ready) -> list[str]:
    """The person says what was entered; the columns that did so. Their number, union and state stay."""
    row, place = person, person.public_id
    row.name, row.gender, row.born_on, row.form = ready.name, ready.gender, ready.born_on, ready.entry.form
    row.paper_kind, row.paper_index = ready.paper.kind, ready.paper_index
    row.paper_sealed = PAPER.seal(ready.paper.number, place)
    row.phone_sealed = PHONE.seal(ready.phone, place) if ready.phone else None
    row.phone_index = PHONE_FOUND.of(ready.phone) if ready.phone else None
    row.card_sealed = CARD.seal(ready.card, place) if ready.card else None
    row.address_sealed = ADDRESS.seal(ready.address, place) if ready.address else None
    return [
        *("name", "name_terms", "gender", "born_on", "form", "paper_kind", "paper_index", "paper_sealed"),
        *("phone_sealed", "phone_index", "card_sealed", "address_sealed"),
    ]


def draw_numbers(organisations: Sequence[Organisation]) -> list[str]:
    """A member's number for each, in the area of its union: six digits, eight, and a check digit."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('members_number') from generate_series(1, %s)", [len(organisations)])
        drawn = [row[0] for row in cursor.fetchall()]
    return [numbered(one.area_code, number) for one, number in zip(organisations, drawn, strict=True)]


def numbered(area_code: str, number: int) -> str:
    """The member's number that the running number makes in an area."""
    body = f"{area_code[:6]}{number:08d}"
    return body + papers.luhn_digit(body)


# Who they are counted with ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Work:
    """What kind of employer the union of a member is in."""

    non_public: bool = False
    band: str = "none"
    trade: str = ""
    """The section of its industry."""


def works(organisations: Collection[int]) -> Mapping[int, Work]:
    """The employers' kinds by union: a joint union counts as the largest of its employers, public if one is."""
    found: dict[int, list[tuple[int, str, str]]] = {}
    asked = Employer.objects.filter(bulk.among("organisation_id", organisations))
    kinds = asked.values_list("organisation_id", "employees", "industry_code", "ownership")
    for place, employees, industry, ownership in kinds:
        found.setdefault(place or 0, []).append((employees, industry, ownership))
    return {
        place: Work(
            all(unions.is_non_public(ownership) for _employees, _industry, ownership in rows),
            unions.band(max(rows)[0]),
            max(rows)[1][:1],
        )
        for place, rows in found.items()
    }
