"""How organisations come to stand elsewhere: paths, spans and all that follows, in statements that take thousands.

Everything here runs inside an action that holds the tree alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max

from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import ENTRY_COLUMNS, Place, record
from gonghui.core.paths import end_of
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.actions.terms import stand_elsewhere
from gonghui.spine.organisations.facts import OrganisationMoved
from gonghui.spine.organisations.models import Organisation, TreeAct


@dataclass(frozen=True)
class Moved:
    """Organisations that stand elsewhere from a day on, with all under them; `to` is their superior now.

    `merged` is among them where it was closed and `to` goes on in its place. Where the day is long past, `how` says
    who stood there meanwhile and what of their work is accounted for elsewhere now.
    """

    how: "Rewritten"
    to: Organisation
    by: Actor
    on: date
    merged: Organisation | None = None
    given_back: "tuple[Organisation, Organisation] | None" = None
    """Who stands again, and who had what was its own meanwhile."""

    @property
    def ids(self) -> Sequence[int]:
        """Those that stand elsewhere today."""
        return self.how.ids


@dataclass(frozen=True)
class Rewritten:
    """What an act changed: who stands elsewhere today, whose places of any day are others, how many entries follow,
    whose sums they left or came to, and which of these they left."""

    ids: Sequence[int] = ()
    touched: frozenset[int] = frozenset()
    entries: int = 0
    sides: frozenset[int] = frozenset()
    left: frozenset[int] = frozenset()


Follow = Callable[[Moved], None]
_FOLLOWING: list[Follow] = []


def with_each_move(follow: Follow) -> Follow:
    """Register what another app does in the same transaction when organisations were moved.

    What its journal counts by place must follow at once: a reaction after the commit would leave a moment in which a
    report could be filed with the level on neither side. It may refuse the move.
    """
    _FOLLOWING.append(follow)
    return follow


@dataclass(frozen=True)
class Stretch:
    """All paths from `low` to before `beyond` begin with `old` and come to begin with `now`."""

    low: str
    beyond: str
    old: str
    now: str

    @staticmethod
    def subtree(old: str, now: str) -> "Stretch":
        """The organisation at a path and all under it."""
        return Stretch(old, end_of(old), old, now)

    @staticmethod
    def below(old: str, now: str) -> "Stretch":
        """All under the organisation at a path, itself not."""
        return Stretch(f"{old}0", end_of(old), old, now)

    @staticmethod
    def alone(old: str, now: str) -> "Stretch":
        """The organisation at a path without what is under it: the digits of those come after."""
        return Stretch(old, f"{old}0", old, now)


_JOINED = "unnest(%(low)s::text[], %(beyond)s::text[], %(length)s::int[], %(now)s::text[], %(deeper)s::int[])"
_STRETCH = "as r(low, beyond, length, now, deeper)"
_PAST = """
insert into organisations_pathspan (organisation_id, path, first_on, last_on, act_id)
  select s.organisation_id, r.now || substr(s.path, r.length + 1), %(on)s::date, s.last_on, %(act)s
  from {joined} {stretch} join organisations_pathspan s on s.path >= r.low and s.path < r.beyond
  where s.first_on < %(on)s and (s.last_on is null or s.last_on >= %(on)s)
"""
_LATER = """
update organisations_pathspan s set path = r.now || substr(s.path, r.length + 1),
    act_id = case when s.act_id is not null and s.first_on = %(on)s then %(act)s else s.act_id end
  from {joined} {stretch} where s.path >= r.low and s.path < r.beyond and s.first_on >= %(on)s
"""
_ENDED = """
update organisations_pathspan s set last_on = %(eve)s
  from {joined} {stretch} where s.path >= r.low and s.path < r.beyond
    and s.first_on < %(on)s and (s.last_on is null or s.last_on >= %(on)s)
"""
_NOW = """
update organisations_organisation o set path = r.now || substr(o.path, r.length + 1), depth = o.depth + r.deeper,
    path_since = greatest(o.path_since, %(on)s::date)
  from {joined} {stretch} where o.path >= r.low and o.path < r.beyond returning o.id
"""


_TOUCHED = """
select distinct s.organisation_id
  from {joined} {stretch} join organisations_pathspan s on s.path >= r.low and s.path < r.beyond
  where s.last_on is null or s.last_on >= %(on)s
"""
_FOLLOWING_ENTRIES = """
with standing as materialized (
  select e.*, s.path as place from {joined} {stretch} cross join core_kind k
  cross join lateral (select * from core_entry e
    where e.kind = k.id and e.path >= r.low and e.path < r.beyond and e.happened_on >= %(on)s) e
  join organisations_pathspan s on s.organisation_id = e.organisation_id
    and s.first_on <= e.happened_on and (s.last_on is null or s.last_on >= e.happened_on)
    and s.path = r.now || substr(e.path, r.length + 1) and s.path <> e.path
  where e.reverses is null and not exists (select 1 from core_entry x where x.reverses = e.id)
)
insert into core_entry ({columns})
  select subject_id, amount_fen, quantity, organisation_id, case actor_id when 0 then 0 else %(by)s end, happened_on,
    group_id, kind, subject_type, -sign, id, path, %(why)s from standing
  union all
  select subject_id, amount_fen, quantity, organisation_id, actor_id, happened_on,
    group_id, kind, subject_type, sign, null, place, why from standing
"""
PLACED_ANEW = "placed_anew"
"""Why an entry is reversed that stands again, otherwise unchanged, where its organisation stood on the day."""


def rewrite(stretches: Sequence[Stretch], act: TreeAct, *, by: Actor, on: date) -> Rewritten:
    """Whoever stood in a stretch stands in its new place from the day on; earlier days keep their paths.

    What is accounted for since is reversed at the old place and written again at the new one, each entry on its own
    day: so an act may be dated back, and the numbers of then are those of the act's day.
    """
    values: dict[str, Any] = {
        "low": [one.low for one in stretches],
        "beyond": [one.beyond for one in stretches],
        "length": [len(one.old) for one in stretches],
        "now": [one.now for one in stretches],
        "deeper": [rules.depth_of(one.now) - rules.depth_of(one.old) for one in stretches],
        "on": on,
        "eve": on - timedelta(days=1),
        "act": act.pk,
        "by": by.id,
        "why": PLACED_ANEW,
    }
    written = {"joined": _JOINED, "stretch": _STRETCH, "columns": ENTRY_COLUMNS}
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED.format(**written), values)
        touched = frozenset(row[0] for row in cursor.fetchall())
        for statement in (_PAST, _LATER, _ENDED, _NOW):
            cursor.execute(statement.format(**written), values)
        moved = [row[0] for row in cursor.fetchall()]
        stand_elsewhere(moved)
        cursor.execute(_FOLLOWING_ENTRIES.format(**written), values)
        entries = cursor.rowcount // 2
    sides = frozenset(pk for one in stretches for pk in set(rules.ids_of(one.old)) ^ set(rules.ids_of(one.now)))
    left = frozenset(pk for one in stretches for pk in set(rules.ids_of(one.old)) - set(rules.ids_of(one.now)))
    Organisation.objects.filter(pk__in=sides, is_mixed=False).update(is_mixed=True)
    act.units += len(moved)
    act.save(update_fields=["units"])
    return Rewritten(moved, touched, entries, sides, left)


def follow(moved: Moved) -> None:
    """What other apps do with the move."""
    for one in _FOLLOWING:
        one(moved)


def record_moves(going: Sequence[Organisation], to: Organisation, *, by: Actor, on: date) -> None:
    """The journal names each organisation whose superior is another one now; of who came later its coming follows."""
    for one in (each for each in going if each.path_since <= on):
        place = Place(one.pk, f"{to.path}{one.pk}/")
        record(OrganisationMoved(level=one.level), about=one, by=by, happened_on=on, organisation=place)


# What must be so before anybody moves -----------------------------------------------------------------------------


def check_active(*organisations: Organisation) -> None:
    """Refuse where one of them is closed."""
    for one in organisations:
        if not one.is_active:
            raise Refusal("organisations.closed", "“%(name)s”已撤销，隶属关系不再变更", name=one.name)


def check_not_below(organisation: Organisation, to: Organisation) -> None:
    """Refuse a superior that is the organisation itself or stands under it."""
    if to.path.startswith(organisation.path):
        raise Refusal(
            "organisations.cycle",
            "“%(to)s”就是“%(name)s”或其下级，不能作为它的上级，请另选上级",
            to=to.name,
            name=organisation.name,
        )


def check_depth(organisation: Organisation, *, deeper: int) -> None:
    """Refuse where what is lowest would lie too low."""
    lowest = Organisation.objects.under(organisation.path).aggregate(depth=Max("depth"))["depth"]
    rules.check_depth(lowest + deeper)


def check_since(organisation: Organisation, since: date, *, on: date) -> None:
    """Refuse a day before the organisations stood where they stand, and so before they were founded."""
    if on < since:
        raise Refusal(
            "organisations.move_too_early",
            "“%(name)s”或新上级自 %(since)s 起才在现在的位置，变更日期不能早于这一天",
            name=organisation.name,
            since=since,
        )


_SINCE = """
select count(*) from core_kind k cross join lateral (
  select 1 from core_entry e
  where e.kind = k.id and e.happened_on >= %(on)s and e.path >= %(path)s and e.path < %(beyond)s and e.reverses is null
    and not exists (select 1 from core_entry x where x.reverses = e.id)) e
"""


def accounted_since(organisation: Organisation, *, on: date) -> int:
    """How many entries under the organisation follow an act of the day."""
    values: dict[str, Any] = {"on": on, "path": organisation.path, "beyond": end_of(organisation.path)}
    with connection.cursor() as cursor:
        cursor.execute(_SINCE, values)
        return int(cursor.fetchone()[0])
