"""Organisations found by what people remember of them: a name, its initials, a code, a name or a code of then."""

import re
from collections.abc import Sequence

from django.db.models import Q

from gonghui.core import codes, search
from gonghui.core.actor import Actor
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.models.set_up import Employer
from gonghui.spine.organisations.models.tree import UPPER, FormerName, Organisation, OrganisationQuerySet

_USCC = re.compile(r"[0-9A-Z]{18}\Z")
TERMS = "found_by__terms"
ABOVE = "^"
ABOVE_MOST = 3
_IS_ABOVE = Q(**{f"{TERMS}__contains": [ABOVE], "level__in": UPPER})


def place_terms(path: str, level: str) -> list[str]:
    """One term shared by all who stand at or below the same place right under the root, and by nobody else; another by
    those above the base unions."""
    return [_district(path), *([ABOVE] if level in UPPER else [])]


def _district(path: str) -> str:
    line = rules.ids_of(path)
    return f"@{line[1]}" if len(line) > 1 else "@"


def shared_terms(path: str) -> list[str]:
    """What all under the path have among their terms: asked beside a name, the index finds only those who are called
    so *there*, where a search by name alone would read the places of all who are called so."""
    return [_district(path)] if len(rules.ids_of(path)) > 1 else []


def find_organisations(actor: Actor, typed: str, limit: int) -> list[Organisation]:
    """The best of those in sight: what a code became, then names, then names of then, then what lies under a name."""
    seen = Organisation.objects.seen_by(actor).order_by()  # unordered: the search stops at its candidates
    near = shared_terms(actor.path)
    names, numbers = search.parted(typed)
    now = seen.resolved(typed) if numbers and not names else None
    found = {} if now is None else {now.pk: now}
    found |= _by_codes(seen, near, names, numbers, limit)
    if len(found) < limit:
        found |= _by_names(seen, near, typed, limit)
    if len(found) < limit:
        found |= _by_former_names(seen, typed, limit)
    words = search.query_words(names)
    if not found and len(words) > 1:
        found = _under(seen, near, words[0], " ".join(words[1:]), limit)
    return list(found.values())[:limit]


def _by_names(seen: OrganisationQuerySet, near: Sequence[str], words: str, limit: int) -> dict[int, Organisation]:
    found = search.ranked(seen, TERMS, "name", words, near, limit=limit, first=("level", UPPER, _IS_ABOVE))
    return {one.pk: one for one in found}


def _by_codes(
    seen: OrganisationQuerySet, near: Sequence[str], names: str, numbers: list[str], limit: int
) -> dict[int, Organisation]:
    """By every number typed, and by the words beside them."""
    if not numbers:
        return {}
    for number in numbers:
        seen = seen.filter(_coded(number.upper(), near))
    if names:
        return _by_names(seen, near, names, limit)
    return {one.pk: one for one in seen[:limit]}


def _coded(number: str, near: Sequence[str]) -> Q:
    """Organisations with this code or a part of it, or of an employer with this one."""
    if _USCC.match(number):
        employed = Employer.objects.filter(uscc=number).values("organisation")
        return Q(uscc=number, is_active=True) | Q(pk__in=employed)
    wanted = search.starting("code", number)
    running = codes.running_number(number)
    if not running:
        return wanted
    # Asked first and given as keys: an "or" over two tables finds neither index.
    there = Organisation.objects.filter(found_by__terms__contains=[f"#{running}", *near], code__contains=number)
    return wanted | Q(pk__in=list(there.order_by().values_list("pk", flat=True)[: search.CANDIDATES]))


def _by_former_names(seen: OrganisationQuerySet, words: str, limit: int) -> dict[int, Organisation]:
    """What was called so once, and stands in sight under another name."""
    former = FormerName.objects.filter(organisation__in=seen).select_related("organisation")
    found = search.ranked(former, "search_terms", "name", words, limit=limit)
    return {one.organisation_id: one.organisation for one in found}


def _under(
    seen: OrganisationQuerySet, near: Sequence[str], first: str, rest: str, limit: int
) -> dict[int, Organisation]:
    """朝阳 望京: the first word names something above, the others what lies under it."""
    found: dict[int, Organisation] = {}
    for above in search.ranked(seen.filter(_IS_ABOVE), TERMS, "name", first, near, limit=ABOVE_MOST):
        found |= _by_names(seen.under(above.path), shared_terms(above.path), rest, limit)
    return found
