"""What is kept of people goes when its time is over; an entry says how many, by which rule, never who."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from gonghui.core import access
from gonghui.core.action import action
from gonghui.core.actor import SYSTEM
from gonghui.core.journal import record
from gonghui.spine.members.actions.people import lock
from gonghui.spine.members.facts import MembersErased
from gonghui.spine.members.flow import OPEN
from gonghui.spine.members.models import ActivationCode, MemberAccount, Membership, Person, SignInCode
from gonghui.spine.members.rules import membership as rules
from gonghui.spine.members.rules import retention
from gonghui.spine.organisations.models import Organisation
from gonghui.web.models import Account


def _kept_about(*, own: bool) -> Iterable[tuple[type[Model], str]]:
    """The tables with rows about a person: our own, which go along, or other apps', which hold the person."""
    for relation in Person._meta.related_objects:
        table = relation.related_model
        if isinstance(table, type) and (table._meta.app_label == Person._meta.app_label) is own:
            yield table, relation.field.name


def overdue(on: date) -> QuerySet[Person]:
    """Who left so long ago, is in no union and asks for nothing, and about whom no other app keeps a row."""
    before = retention.scheme(on).left_before(on)
    memberships = Membership.objects.filter
    later = memberships(Q(last_on=None) | Q(last_on__gte=before)).values("person")
    ended = memberships(last_on__lt=before, ended__in=rules.LEAVING).values("person")
    found = Person.objects.filter(state="left", pk__in=ended).exclude(pk__in=later)
    found = found.exclude(transfers__state__in=OPEN).exclude(requests__state="asked")
    for table, column in _kept_about(own=False):
        found = found.exclude(pk__in=table._default_manager.filter(**{f"{column}__isnull": False}).values(column))
    return found.order_by("pk")


@transaction.atomic
def erase_overdue(on: date, *, most: int) -> int:
    """So many whose time is over are gone, each looked at again under their lock; how many."""
    locked = {person.pk for person in lock(overdue(on)[:most])}
    gone = list(overdue(on).filter(pk__in=locked))
    if gone:
        _erase(gone, on=on)
    return len(gone)


@action
def _erase(people: Sequence[Person], *, on: date) -> None:
    """They are gone with everything the roster kept of them; each union's entry says how many."""
    ids, counted = [one.pk for one in people], Counter(one.organisation_id for one in people)
    accounts = list(MemberAccount.objects.filter(person__in=ids).values_list("account", flat=True))
    for table, column in _kept_about(own=True):
        table._default_manager.filter(**{f"{column}__in": ids}).delete()
    Account.objects.filter(pk__in=accounts, is_member=True).delete()
    Person.objects.filter(pk__in=ids).delete()
    places = Organisation.objects.in_bulk(counted)
    for place, many in sorted(counted.items()):
        fact = MembersErased(rule=retention.LEFT, people=many)
        record(fact, about=places[place], by=SYSTEM, happened_on=on, organisation=places[place])


def purge_codes(now: datetime) -> int:
    """Codes that let nobody in any more are gone some days after; how many."""
    kept = retention.scheme(timezone.localdate(now))
    sent = SignInCode.objects.filter(sent_at__lt=now - timedelta(days=kept.sign_in_code_days))
    before = now - timedelta(days=kept.activation_code_days)
    over = Q(used_at__lt=before) | Q(voided_at__lt=before) | Q(expires_at__lt=before)
    gone = 0
    for rows in (sent, ActivationCode.objects.filter(over)):
        with transaction.atomic():
            removed: int = rows.delete()[0]
            if removed:
                table = rows.model._meta.label_lower
                access.looked(SYSTEM, "web.purged", subject_type=table, why=f"{removed} <= {now:%Y-%m-%d}")
            gone += removed
    return gone
