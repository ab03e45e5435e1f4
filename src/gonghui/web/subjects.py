"""What an entry is about: the record's name and address, if the reader may see it; each app names its own records."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from gonghui.core.actor import Actor
from gonghui.core.models import Entry, SubjectType


@dataclass(frozen=True)
class Subject:
    """A record's name, and its address where it has a page the reader may open."""

    title: str
    url: str = ""


Found = Mapping[int, Subject]
RESOLVERS: dict[str, Callable[[Actor, Sequence[int]], Found]] = {}


def resolver(subject_type: str) -> Callable[[Callable[[Actor, Sequence[int]], Found]], Callable[..., Found]]:
    """Register how records of one kind are named, within the reader's scope."""

    def register(find: Callable[[Actor, Sequence[int]], Found]) -> Callable[..., Found]:
        RESOLVERS[subject_type] = find
        return find

    return register


def subjects_of(actor: Actor, entries: Iterable[Entry]) -> dict[int, Subject]:
    """The subjects of some entries by entry id; one query for each kind of record."""
    together: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        together[entry.subject_type].append(entry)
    names = dict(SubjectType.objects.filter(pk__in=together).values_list("pk", "name"))
    found: dict[int, Subject] = {}
    for type_id, of_type in together.items():
        find = RESOLVERS.get(names.get(type_id, ""))
        if find is None:
            continue
        known = find(actor, sorted({entry.subject_id for entry in of_type}))
        found |= {entry.id: known[entry.subject_id] for entry in of_type if entry.subject_id in known}
    return found


def address_of(name: str, *args: object) -> str:
    """The address of a page, nothing where this server does not have it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
