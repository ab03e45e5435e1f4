"""A roll as it is pasted: one person a line, found on the union's own roster; everything wrong is said at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from gonghui.core import bulk
from gonghui.core import text as texts
from gonghui.core.errors import Refusal
from gonghui.spine.members.models import Person, paper_index
from gonghui.spine.members.rules import papers
from gonghui.work.mutual_aid.actions.enrolment import faults
from gonghui.work.mutual_aid.models import Enrolment

_APART = re.compile(r"[\s,，;；、]+")


@dataclass
class Roll:
    """The people who were read, each with their line, and what is wrong with which line."""

    people: list[tuple[Person, int]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    wrong: list[tuple[int, Refusal]] = field(default_factory=list)


def read_roll(enrolment: Enrolment, pasted: str, *, sees_all: bool = False) -> Roll:
    """Each line a member's number or paper and, apart, how many shares; one where none is said."""
    roll, asked = Roll(), []
    for line, typed in enumerate(pasted.splitlines(), 1):
        words = [one for one in _APART.split(texts.fold(typed).strip()) if one]
        if not words:
            continue
        shares = words[-1] if len(words) > 1 else "1"
        if not (shares.isdigit() and len(shares) <= 3):
            roll.wrong.append((line, Refusal("mutual_aid.roll_shares", "份数应为整数，请核对")))
            continue
        asked.append((line, words[0].upper(), int(shares)))
    known = people_of(enrolment, [key for _line, key, _shares in asked])
    for line, key, shares in asked:
        person = known.get(key)
        if person is None:
            said = Refusal("mutual_aid.roll_unknown", "本会名册里没有这个会员编号或证件号码，请核对")
            roll.wrong.append((line, said))
            continue
        roll.people.append((person, shares))
        roll.lines.append(line)
    for at, _cell, refusal in faults(enrolment, roll.people, sees_all=sees_all):
        roll.wrong.append((roll.lines[at], refusal))
    roll.wrong.sort(key=lambda one: one[0])
    return roll


def people_of(enrolment: Enrolment, keys: Sequence[str]) -> dict[str, Person]:
    """The union's people by what they were asked for by: their number, or the number of their paper."""
    by_paper = {paper_index(papers.kind_of(key), key): key for key in keys}
    mine = Person.objects.filter(organisation=enrolment.organisation)
    found = mine.filter(
        Q(bulk.among("members_person.number", list(keys), "text"))
        | Q(bulk.among("members_person.paper_index", list(by_paper), "bytea"))
    )
    known: dict[str, Person] = {}
    for person in found:
        known[person.number] = person
        if (key := by_paper.get(bytes(person.paper_index))) is not None:
            known[key] = person
    return known
