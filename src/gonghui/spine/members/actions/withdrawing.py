"""Taking back what an import admitted: rows and entries as if it had never been, while nothing was built on it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef

from gonghui.core import bulk
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import KIND_IDS, SUBJECT_TYPE_IDS, subject_type_of
from gonghui.core.models import Entry, EntryQuerySet
from gonghui.spine.members.actions.entries import require_reach
from gonghui.spine.members.actions.people import lock
from gonghui.spine.members.flow import KEEP
from gonghui.spine.members.models import Consent, MemberAccount, Membership, Person
from gonghui.spine.members.rules import membership as rules
from gonghui.spine.organisations.models import Organisation

WITHDRAWN = "import_undone"


@transaction.atomic
def bulk_withdraw(ids: Sequence[int], *, by: Actor) -> None:
    """Persons whom an import brought were never on the roster; their entries are reversed.

    Who had been a member before is one who left again, with the number of then.
    """
    by.require(KEEP)
    people = lock(Person(pk=pk) for pk in ids)
    if opened := MemberAccount.objects.filter(bulk.among("person_id", ids)).count():
        raise Refusal("members.undo_accounts", "其中 %(n)s 人已经开通会员账号，不能整批撤销：请逐人办理", n=opened)
    for place in {one.organisation for one in people}:
        require_reach(by, place)
    open_ones = Membership.objects.filter(bulk.among("person_id", ids), last_on=None)
    held = list(open_ones.values_list("organisation_id", "first_on", "began"))
    ended = Membership.objects.filter(bulk.among("person_id", ids), last_on__isnull=False)
    former = set(ended.values_list("person_id", flat=True))
    taken_over = Counter((place, first_on) for place, first_on, began in held if began == rules.TAKEN_OVER)
    bulk.reverse_entries(_admissions(ids) + _takeovers(taken_over), why=WITHDRAWN, by=by)
    open_ones.delete()
    fresh = [pk for pk in ids if pk not in former]
    Consent.objects.filter(bulk.among("person_id", fresh)).delete()
    Person.objects.filter(bulk.among("id", fresh)).delete()
    for person in Person.objects.filter(pk__in=former):
        last = Membership.objects.filter(person=person).latest("last_on")
        person.organisation_id, person.state = last.organisation_id, "left"
        person.save(update_fields=["organisation", "state"])


def _admissions(ids: Sequence[int]) -> list[int]:
    subject = SUBJECT_TYPE_IDS.known(subject_type_of(Person)) or -1
    kind = KIND_IDS.known("members.member_admitted") or -1
    found = Entry.objects.filter(bulk.among("subject_id", ids), subject_type=subject, kind=kind, sign=1)
    # Of somebody admitted twice the later admission is the one that is taken back.
    newest: dict[int, int] = {}
    for pk, about in _standing(found).order_by("id").values_list("pk", "subject_id"):
        newest[about] = pk
    return list(newest.values())


def _takeovers(people: Counter[tuple[int, date]]) -> list[int]:
    """One standing entry of the day for each union, of so many people: two alike are the same."""
    subject = SUBJECT_TYPE_IDS.known(subject_type_of(Organisation)) or -1
    kind = KIND_IDS.known("members.members_taken_over") or -1
    found = []
    for (place, on), many in people.items():
        same = Entry.objects.filter(subject_type=subject, subject_id=place, kind=kind, sign=1, happened_on=on)
        found.append(_standing(same).filter(quantity=many).values_list("pk", flat=True).order_by("-pk")[0])
    return found


def _standing(entries: EntryQuerySet) -> EntryQuerySet:
    return entries.exclude(Exists(Entry.objects.filter(reverses=OuterRef("pk"))))
