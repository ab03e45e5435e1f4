"""What rosters do when their unions are merged, split up or set up again: the members go along, with their days.

A membership that had begun ends on the eve and goes on at the other union; one that began on the day or later, of an
act dated back, was the other union's from its beginning. Each remembers which union it came from by the act, so that
those who are still there come back where the union is set up again.
"""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from gonghui.core.journal import record
from gonghui.spine.members.facts import MembersFollowed, TransferEnded
from gonghui.spine.members.flow import OPEN
from gonghui.spine.members.models import Transfer
from gonghui.spine.members.rules import membership as rules
from gonghui.spine.organisations.actions import Moved
from gonghui.spine.organisations.models import Organisation

ONE_DAY = timedelta(days=1)
_ALONG = """
with ended as (
  update members_membership set last_on = %(eve)s, ended = %(why)s
  where organisation_id = %(source)s and last_on is null and first_on < %(on)s and {whose} returning person_id
), begun as (
  insert into members_membership
    (person_id, organisation_id, first_on, before_on, began, is_first, ended, merged_from_id)
  select person_id, %(target)s, %(on)s, %(eve)s, %(why)s, false, '', %(came)s from ended returning person_id
), late as (
  update members_membership set organisation_id = %(target)s, merged_from_id = %(came)s
  where organisation_id = %(source)s and last_on is null and first_on >= %(on)s and {whose} returning person_id
), gone as (
  update members_person set organisation_id = %(target)s
  where id in (select person_id from begun union all select person_id from late) returning 1
)
select count(*) from gone
"""
_SOURCES = """
update members_transfer t set source_id = p.organisation_id from members_person p
where p.id = t.person_id and t.state = any(%s) and p.organisation_id = %s and t.source_id = %s
"""


def follow_move(moved: Moved) -> None:
    """Members of a union that was merged away are those of the one that goes on; set up again, it has them back."""
    if moved.merged is not None:
        _end_between(moved.merged, moved.to, moved)
        _go_along(moved.merged, moved.to, moved, came=moved.merged.pk)
        Transfer.objects.waiting().filter(target=moved.merged).update(target=moved.to)
    elif moved.given_back is not None:
        organisation, holder = moved.given_back
        _go_along(holder, organisation, moved, came=None)


def _go_along(source: Organisation, target: Organisation, moved: Moved, *, came: int | None) -> None:
    """Everybody on the roster; back from the holder of a union, those who came from it by the act."""
    whose = "true" if came is not None else "merged_from_id = %(target)s"
    days: dict[str, Any] = {"eve": moved.on - ONE_DAY, "on": moved.on, "why": rules.MERGED, "came": came}
    with connection.cursor() as cursor:
        cursor.execute(_ALONG.format(whose=whose), {**days, "source": source.pk, "target": target.pk})
        people = int(cursor.fetchone()[0])
        cursor.execute(_SOURCES, [list(OPEN), target.pk, source.pk])
    if people:
        record(MembersFollowed(people=people), about=target, by=moved.by, happened_on=moved.on)


def _end_between(one: Organisation, other: Organisation, moved: Moved) -> None:
    """Who was on the way from the one to the other has arrived: there is nothing left to agree to."""
    ways = Q(source=one, target=other) | Q(source=other, target=one)
    for transfer in Transfer.objects.waiting().filter(ways).order_by("pk"):
        transfer.state, transfer.done_on = "withdrawn", moved.on
        transfer.save(update_fields=["state", "done_on"])
        record(TransferEnded(how="merged"), about=transfer, by=moved.by, happened_on=moved.on, organisation=other)
