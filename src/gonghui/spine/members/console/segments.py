"""New members and those who left, part by part: by unit, industry, form of work, ownership and size of the employer.

A number and the rows behind it come of the same groups, so that they cannot differ.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from gonghui.core import bulk
from gonghui.core.actor import Actor
from gonghui.spine.members.actions.entries import Work, works
from gonghui.spine.members.console.spans import of_list
from gonghui.spine.members.models import Membership, Person
from gonghui.spine.members.rules import membership as rules
from gonghui.spine.organisations import rules as unions
from gonghui.spine.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Group:
    """So many of a list at one union, of one form of work."""

    organisation: int
    path: str
    form: str
    work: Work
    people: int


@dataclass(frozen=True)
class Cut:
    """One way to part a list: its title, the part of a group, and the words for parts."""

    title: str
    part: Callable[[Actor, Group], str]
    words: Callable[[str], str]


def _below(actor: Actor, group: Group) -> str:
    """The unit directly below the reader's that the union is or lies under; the reader's own for its own roster."""
    line = unions.ids_of(group.path)
    at = len(unions.ids_of(actor.path))
    return str(line[at] if len(line) > at else line[-1])


def _unit(part: str) -> str:
    found = Organisation.objects.filter(pk=int(part)).first() if part.isdecimal() else None
    return found.short_title if found is not None else "?"


OWNERS = {"non_public": "非公有制单位", "other": "其他单位"}
CUTS: Mapping[str, Cut] = {
    "unit": Cut("所属单位", _below, _unit),
    "trade": Cut(
        "行业", lambda actor, group: group.work.trade, lambda part: _(unions.sections().get(part, "无用人单位"))
    ),
    "form": Cut("用工形式", lambda actor, group: group.form, lambda part: _(rules.FORMS.get(part, part))),
    "owner": Cut(
        "单位性质",
        lambda actor, group: "non_public" if group.work.non_public else "other",
        lambda part: _(OWNERS.get(part, part)),
    ),
    "band": Cut(
        "单位规模",
        lambda actor, group: group.work.band,
        lambda part: _("无用人单位") if part == "none" else _("职工 %(band)s 人") % {"band": part},
    ),
}
SIDES = ("admitted", "left")
"""The two lists that are parted: gross admissions, and beside them who left."""


def groups(actor: Actor, which: str, first: date, last: date) -> list[Group]:
    """A list of a span of days, counted by union and form of work."""
    rows = of_list(actor, which, first, last).values_list("organisation", "organisation__path", "person__form")
    counted = list(rows.order_by().annotate(people=Count("id")))
    kinds = works({place for place, *_rest in counted})
    return [Group(place, path, form, kinds.get(place, Work()), people) for place, path, form, people in counted]


@dataclass(frozen=True)
class Part:
    """One part of both lists: what it is called, how many came and left, and where they are listed."""

    words: str
    numbers: list[tuple[int, str]]


def parted(actor: Actor, first: date, last: date) -> list[tuple[str, list[Part]]]:
    """Both lists, cut each way; the largest part first."""
    lists = {which: groups(actor, which, first, last) for which in SIDES}
    found = []
    for key, cut in CUTS.items():
        counted = {which: _counted(actor, cut, lists[which]) for which in SIDES}
        parts = sorted({part for one in counted.values() for part in one}, key=lambda p: (-counted["admitted"][p], p))
        rows = [
            Part(cut.words(part), [(counted[which][part], url(which, first, last, f"{key}:{part}")) for which in SIDES])
            for part in parts
        ]
        found.append((_(cut.title), rows))
    return found


def _counted(actor: Actor, cut: Cut, of: Iterable[Group]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for group in of:
        counted[cut.part(actor, group)] += group.people
    return counted


def behind(actor: Actor, which: str, first: date, last: date, asked: str, *, under: Q) -> QuerySet[Person]:
    """The people of a list, or those counted in the part asked for, as `key:part`; of a part there is not, nobody."""
    held, (key, _colon, part) = of_list(actor, which, first, last).filter(under), asked.partition(":")
    if asked and key != "form":
        held = held.filter(_at(actor, held, key, part))
    people = Person.objects.filter(pk__in=held.values("person"))
    return people.filter(form=part) if key == "form" else people


def _at(actor: Actor, held: QuerySet[Membership], key: str, part: str) -> Q:
    """The condition on memberships that they are at a union of the part."""
    if (cut := CUTS.get(key)) is None:
        return Q(pk__in=[])
    listed = list(held.order_by().values_list("organisation", "organisation__path").distinct())
    kinds = works([place for place, _path in listed])
    of = (Group(place, path, "", kinds.get(place, Work()), 0) for place, path in listed)
    places = {group.organisation for group in of if cut.part(actor, group) == part}
    return Q(organisation__in=Organisation.objects.filter(bulk.among("id", places)).values("pk"))


def part_in_words(asked: str) -> str:
    """The part asked for, as a reader calls it."""
    key, _colon, part = asked.partition(":")
    return CUTS[key].words(part) if key in CUTS else ""


def url(which: str, first: date, last: date, part: str = "") -> str:
    """Where the rows of a list, or of a part of it, are shown."""
    words = QueryDict(mutable=True)
    words.update({"list": which, "first": str(first), "last": str(last), "state": "all"})
    if part:
        words["part"] = part
    return f"{reverse('members')}?{words.urlencode()}"
