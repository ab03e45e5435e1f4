"""What the difference of two days' rosters is made of: who was there, who came, who went."""

from datetime import date

from django.db.models import Q, QuerySet
from django.http import QueryDict

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.spine.members.models import Membership
from gonghui.spine.members.rules import membership as rules

LISTS = {"start": "期初在籍", "end": "期末在籍", "admitted": "新发展", "came": "转入", "left": "离会", "went": "转出"}


def day_of(words: QueryDict, name: str, otherwise: date) -> date:
    """The day of an address."""
    try:
        return date.fromisoformat(words.get(name, ""))
    except ValueError:
        return otherwise


def span_of(words: QueryDict) -> tuple[date, date]:
    """The days of an address: the half-year that runs, where it names none."""
    today = clock.today()
    first = day_of(words, "first", date(today.year, 1 if today.month <= 6 else 7, 1))
    return first, max(first, day_of(words, "last", today))


def of_list(actor: Actor, which: str, first: date, last: date) -> QuerySet[Membership]:
    """The memberships of one of the lists of a span of days: what the difference of two days is made of."""
    seen = Membership.objects.seen_by(actor)
    if which == "start":
        return seen.filter(Q(last_on=None) | Q(last_on__gte=first), first_on__lt=first)
    if which == "end":
        return seen.on(last)
    if which in ("admitted", "came"):
        began = [rules.MOVED_IN] if which == "came" else [rules.ADMITTED]
        found = seen.filter(first_on__range=(first, last), began__in=began)
        return found.filter(is_first=True) if which == "admitted" else found
    why = [rules.MOVED_OUT] if which == "went" else list(rules.LEAVING)
    return seen.filter(last_on__range=(first, last), ended__in=why)
