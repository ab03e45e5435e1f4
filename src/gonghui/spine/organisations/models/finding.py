"""Organisations found by what people remember of them: a name, its initials, a code, a name or a code of then."""

import re

from django.db.models import Q

from gonghui.core import codes, search
from gonghui.spine.organisations.models.set_up import Employer
from gonghui.spine.organisations.models.tree import UPPER, FormerName, Organisation, OrganisationQuerySet

_USCC = re.compile(r"[0-9A-Z]{18}\Z")
TERMS = "found_by__terms"
ABOVE_MOST = 3


def find_organisations(seen: OrganisationQuerySet, typed: str, limit: int) -> list[Organisation]:
    """The best of those in sight: what a code became, then names, then names of then, then what lies under a name."""
    seen = seen.order_by()  # unordered: the search stops at its candidates
    names, numbers = search.parted(typed)
    now = seen.resolved(typed) if numbers and not names else None
    found = {} if now is None else {now.pk: now}
    found |= _by_codes(seen, names, numbers, limit)
    if len(found) < limit:
        found |= _by_names(seen, typed, limit)
    if len(found) < limit:
        found |= _by_former_names(seen, typed, limit)
    words = search.query_words(names)
    if not found and len(words) > 1:
        found = _under(seen, words[0], " ".join(words[1:]), limit)
    return list(found.values())[:limit]


def _by_names(seen: OrganisationQuerySet, words: str, limit: int) -> dict[int, Organisation]:
    found = search.ranked(seen, TERMS, "name", words, limit=limit, first=("level", UPPER))
    return {one.pk: one for one in found}


def _by_codes(seen: OrganisationQuerySet, names: str, numbers: list[str], limit: int) -> dict[int, Organisation]:
    """By every number typed, and by the words beside them."""
    if not numbers:
        return {}
    for number in numbers:
        seen = seen.filter(_coded(number.upper()))
    if names:
        return _by_names(seen, names, limit)
    return {one.pk: one for one in seen[:limit]}


def _coded(number: str) -> Q:
    """Organisations with this code or a part of it, or of an employer with this one."""
    if _USCC.match(number):
        employed = Employer.objects.filter(uscc=number).values("organisation")
        return Q(uscc=number, is_active=True) | Q(pk__in=employed)
    wanted = search.starting("code", number)
    running = codes.running_number(number)
    return wanted | Q(found_by__terms__contains=[f"#{running}"], code__contains=number) if running else wanted


def _by_former_names(seen: OrganisationQuerySet, words: str, limit: int) -> dict[int, Organisation]:
    """What was called so once, and stands in sight under another name."""
    former = FormerName.objects.filter(organisation__in=seen).select_related("organisation")
    found = search.ranked(former, "search_terms", "name", words, limit=limit)
    return {one.organisation_id: one.organisation for one in found}


def _under(seen: OrganisationQuerySet, first: str, rest: str, limit: int) -> dict[int, Organisation]:
    """朝阳 望京: the first word names something above, the others what lies under it."""
    found: dict[int, Organisation] = {}
    for above in search.ranked(seen.filter(level__in=UPPER), TERMS, "name", first, limit=ABOVE_MOST):
        found |= _by_names(seen.under(above.path), rest, limit)
    return found
