"""How sums over the journal are answered: whole months from the roll-up plus its tail, everything else from the rows.

Whole months are added up by a function in the database (migration 0004), which gives the fold position back; where a
folder moved it meanwhile the question is asked again, so no entry is counted twice or missed. Statements that read
rows hold their values in the text: the planner must see how large the subtree is and how many the days are.
"""

import json
import re
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from gonghui.core.facts import HEAD_BITS
from gonghui.core.journal import KIND_IDS, last_position, watermark
from gonghui.core.models import Entry, EntryQuerySet
from gonghui.core.paths import end_of
from gonghui.core.period import Period, month_number


@dataclass(frozen=True)
class Units:
    """Organisations chosen by where they stand in another tree than the entries' own, such as today's.

    Of `whole` ones counts all that ever happened at or under them, so whoever was under one is among the chosen; of
    `own` ones only what is their own. `paths` are all the paths at which any of them stood, for reading the rows; none
    where those of the sum serve.
    """

    whole: tuple[int, ...]
    own: tuple[int, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Sum:
    """One plain sum: entries of a kind whose facts hold `where`, under `path`, from `first` (None: ever) to `last`.

    `paths` names where an organisation stood that was moved: its entries lie under each, on the days it stood there.
    The roll-up does not tell them apart, so such a sum is read from the rows. With `units` the entries are theirs,
    whatever the path.
    """

    kind: str | None
    where: tuple[tuple[str, str | bool], ...]
    column: Literal["entries", "quantity", "amount_fen"]
    distinct: bool
    path: str
    first: date | None
    last: date
    paths: tuple[str, ...] = ()
    units: Units | None = None
    heads: bool = False

    @property
    def organisation_id(self) -> int:
        """The organisation the path ends at; 0 for the whole journal."""
        tail = self.path.rstrip("/").rpartition("/")[2]
        return int(tail) if tail else 0

    def split(self) -> tuple["Sum | None", list["Sum"]]:
        """The whole months inside, for the roll-up, and the parts that are read from the rows."""
        if self.distinct or ((self.organisation_id == 0 or self.paths) and self.units is None):
            return None, [self]
        first = self.first if self.first is None or self.first.day == 1 else _next_month(self.first)
        last = self.last if (self.last + ONE_DAY).day == 1 else self.last.replace(day=1) - ONE_DAY
        if last < (first or _EVER):
            return None, [self]
        edges = [replace(self, last=first - ONE_DAY)] if first is not None and first != self.first else []
        edges += [replace(self, first=last + ONE_DAY)] if last != self.last else []
        return (replace(self, first=first, last=last) if edges else self), edges


_EVER = date(1900, 1, 1)
ONE_DAY = timedelta(days=1)


def _next_month(day: date) -> date:
    """The first day of the month after a day's."""
    return (day.replace(day=28) + 4 * ONE_DAY).replace(day=1)


class _Groups:
    """The groups of facts as last read. None is ever changed or deleted: one count and last number, one set."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Know none; for tests that drop the database."""
        self.state = -1
        self._of_kind: dict[int, list[tuple[int, frozenset[tuple[str, object]]]]] = {}
        self._found: dict[tuple[int, tuple[tuple[str, str | bool], ...]], list[int]] = {}

    def matching(self, kind: int, where: tuple[tuple[str, str | bool], ...]) -> list[int]:
        """The groups of a kind whose facts hold `where`."""
        found = self._found.get((kind, where))
        if found is None:
            found = [number for number, facts in self._of_kind.get(kind, ()) if facts.issuperset(where)]
            self._found[kind, where] = found
        return found

    def read(self) -> None:
        """Read all groups anew."""
        found = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute("select id, kind, facts::text from core_factgroup")
            rows = cursor.fetchall()
        for number, kind, facts in rows:
            found[kind].append((number, frozenset(json.loads(facts).items())))
        self._of_kind, self._found, self.state = found, {}, (len(rows) << 32) + max((row[0] for row in rows), default=0)


_GROUPS = _Groups()

_MONTHS = """
select n, v from gonghui_months(%(n)s::int[], %(organisation)s::int[], %(kind)s::smallint[], %(group)s::int[],
  %(way)s::smallint[], %(first)s::date[], %(last)s::date[], %(first_month)s::int[], %(last_month)s::int[],
  %(path)s::text[], %(cut)s::bigint)
"""
_MONTHS_OF_UNITS = """
select n, v from gonghui_months_of_units(%(n)s::int[], %(kind)s::smallint[], %(group)s::int[], %(way)s::smallint[],
  %(first)s::date[], %(last)s::date[], %(first_month)s::int[], %(last_month)s::int[],
  %(whole)s::int[], %(own)s::int[], %(cut)s::bigint)
"""
_WAYS = {"entries": 0, "quantity": 1, "amount_fen": 2}
_WEIGHT = 3
"""How many rows there are about: at least one where there is any, reversals counted as well."""


def evaluate(sums: Sequence[Sum], cut: int | None = None) -> list[int]:
    """The sums' values in their order, all at one position: the cut, or what is visible now."""
    numbers = [0] * len(sums)
    whole: list[tuple[int, Sum]] = []
    parts: list[tuple[int, Sum]] = []
    for n, one in enumerate(sums):
        if one.kind is not None and KIND_IDS.known(one.kind) is not None:
            inner, rest = one.split()
            whole += [(n, inner)] if inner is not None else []
            parts += [(n, part) for part in rest]
    if whole:
        found = _from_months([(n, one, _WAYS[one.column]) for n, one in whole], cut)
        if found is None:
            parts += whole
        else:
            for n, value in found.items():
                numbers[n] += value
    if parts:
        rows = _Rows(cut)
        for n, one in parts:
            numbers[n] += rows.sum(one)
    return numbers


def _from_months(asked: Sequence[tuple[int, Sum, int]], cut: int | None = None) -> dict[int, int] | None:
    """The sums of whole months by number (none where no row is); None where the cut lies too far back for this way."""
    if not asked:
        return {}
    if _GROUPS.state < 0:
        _GROUPS.read()
    together: dict[Units | None, list[tuple[int, Sum, int]]] = defaultdict(list)
    for one in asked:
        together[one[1].units].append(one)
    while True:
        found: dict[int, int] = {}
        states = set()
        for units, cells in together.items():
            part = _months_of(units, cells, cut)
            states.add(tuple(part.pop(n) for n in (-1, -2, -3)))
            found |= part
        position, read_from, _state = next(iter(states))
        if any(state[2] != _GROUPS.state for state in states):
            _GROUPS.read()
        elif position == read_from and len(states) == 1:
            return found if cut is None or position - cut <= TAKEN_OFF_AT_MOST else None


def _months_of(units: Units | None, cells: Sequence[tuple[int, Sum, int]], cut: int | None) -> dict[int, int]:
    """The numbers of one statement, with the positions it read at."""
    values: dict[str, str | int | None] = {**_cells(cells), "cut": cut}
    if units is not None:
        values |= {name: "{" + ",".join(map(str, getattr(units, name))) + "}" for name in ("whole", "own")}
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS if units is None else _MONTHS_OF_UNITS, values)
        return dict(cursor.fetchall())


TAKEN_OFF_AT_MOST = 200_000
"""How many entries may follow a cut for the roll-up to be used, less what came after; written in the function too."""


def _cells(asked: Sequence[tuple[int, Sum, int]]) -> dict[str, str | None]:
    """One cell for each sum and group, as one array for each column."""
    cells: list[tuple[object, ...]] = []
    for n, one, way in asked:
        kind = KIND_IDS.known(one.kind or "") or 0
        first, organisation, path = one.first or _EVER, one.organisation_id, beneath(one.path)[0]
        months = month_number(first), month_number(one.last)
        for group in _GROUPS.matching(kind, one.where):
            cells.append((n, organisation, kind, group, way, first, one.last, *months, path))
    columns = zip(*cells, strict=True) if cells else [()] * len(_CELL)
    return {name: "{" + ",".join(map(str, column)) + "}" for name, column in zip(_CELL, columns, strict=True)}


_CELL = ("n", "organisation", "kind", "group", "way", "first", "last", "first_month", "last_month", "path")


# From the rows --------------------------------------------------------------------------------------------------

_REMEMBERED: OrderedDict[tuple[str, Sum, int], int] = OrderedDict()
"""Answers read from rows at a settled position: they never change, so they may be kept."""


class _Rows:
    """Sums and distinct counts read from the rows, all at one cut or now, remembered where the position is settled."""

    def __init__(self, cut: int | None) -> None:
        settled = watermark()
        self.at = settled if cut is None and last_position() == settled else cut
        self.is_settled = self.at is not None and self.at <= settled

    def sum(self, one: Sum) -> int:
        """The value, remembered or read."""
        if self.at is None or not self.is_settled:
            return _count(one, self.at)
        key = (str(connection.settings_dict["NAME"]), one, self.at)
        if key in _REMEMBERED:
            _REMEMBERED.move_to_end(key)
            return _REMEMBERED[key]
        value = _count(one, self.at)
        if not connection.in_atomic_block:
            _REMEMBERED[key] = value
            while len(_REMEMBERED) > 5_000:
                _REMEMBERED.popitem(last=False)
        return value


_VALUES = {"entries": "sign", "quantity": "sign * quantity::bigint", "amount_fen": "sign * amount_fen"}


def _count(one: Sum, cut: int | None) -> int:
    conditions, params = _where(one, cut)
    if one.distinct:
        sql = f"""select count(*) from (select 1 from core_entry where {conditions}
                  group by {_once(one)}) as subjects"""  # noqa: S608
    else:
        sql = f"select coalesce(sum({_VALUES[one.column]}), 0)::bigint from core_entry where {conditions}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.fetchone()[0])


def _once(one: Sum) -> str:
    """By what a distinct sum tells its subjects apart, and which of them count."""
    if one.heads:
        return f"subject_id >> {HEAD_BITS} having sum(sign * quantity) > 0"
    return "subject_type, subject_id having sum(sign) > 0"


def by_path(one: Sum, places: Mapping[str, int], cut: int | None) -> dict[int, int]:
    """A sum's parts by the number given to each exact path, read from the rows; its own path does not matter."""
    if one.kind is None or KIND_IDS.known(one.kind) is None or not places:
        return {}
    conditions, params = _where(one, cut, "path = at")
    listed = "unnest(%s::text[], %s::int[]) as p(at, part) join core_entry on true"
    if one.distinct:
        subjects = f"select part from {listed} where {conditions} group by part, {_once(one)}"  # noqa: S608
        sql = f"select part, count(*) from ({subjects}) as subjects group by part"  # noqa: S608
    else:
        sql = f"select part, sum({_VALUES[one.column]})::bigint from {listed} where {conditions} group by part"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [[beneath(path)[0] for path in places], list(places.values()), *params])
        return dict(cursor.fetchall())


def _where(one: Sum, cut: int | None, placed: str = "") -> tuple[str, list[int | str | None]]:
    kind = KIND_IDS.known(one.kind or "")
    conditions = [f"kind = {kind}", f"happened_on <= '{one.last}'", placed or _placed(one)]
    params: list[int | str | None] = []
    if one.first is not None:
        conditions.append(f"happened_on >= '{one.first}'")
    if one.where:
        conditions.append("group_id = any(array(select id from core_factgroup where kind = %s and facts @> %s::jsonb))")
        params += [kind, json.dumps(dict(one.where))]
    if cut is not None:
        conditions.append(f"id <= {int(cut)}")
    return " and ".join(conditions), params


def _placed(one: Sum) -> str:
    """Where the entries lie: under the paths, or exactly at one of those the units had."""
    if one.units is not None and one.units.paths:
        listed = ",".join(beneath(path)[0] for path in one.units.paths)
        return f"path = any('{{{listed}}}'::text[])"
    spans = [beneath(path) for path in one.paths or (one.path,)]
    places = " or ".join(f"path >= '{first}' and path < '{beyond}'" for first, beyond in spans)
    return places if len(spans) == 1 else f"({places})"


def beneath(path: str) -> tuple[str, str]:
    """The span of paths at or under a path, first inclusive, second not; a path holds digits and slashes only."""
    if not re.fullmatch(r"/(\d+/)*", path):
        raise ValueError(f"not a path: {path}")
    return path, end_of(path)


# The rows themselves --------------------------------------------------------------------------------------------


def rows(sums: Sequence[Sum], cut: int | None = None) -> EntryQuerySet:
    """The entries that sums of one place and one span of days add up, in a form that pages through quickly.

    The roll-up tells how many there are about. None: no question at all. Few among many: found by path, then
    sorted. Else: read in order of days, passing over other places. The planner cannot know which is right.
    """
    asked = [one for one in sums if one.kind is not None and KIND_IDS.known(one.kind) is not None]
    if not asked:
        return Entry.objects.none()
    weights = _weights(asked)
    conditions = []
    for kind in dict.fromkeys(one.kind for one in asked):
        alike = [n for n, one in enumerate(asked) if one.kind == kind]
        weight, whole = (sum(part[n] for n in alike) for part in weights)
        if weight or any(asked[n].paths or asked[n].units for n in alike):
            of_kind = [asked[n] for n in alike]
            conditions.append(_found_first(of_kind, cut) if weight * weight <= 3 * whole else _in_order(of_kind, cut))
    found = Q()
    for condition in conditions:
        found |= condition
    return Entry.objects.filter(found) if conditions else Entry.objects.none()


def _weights(asked: Sequence[Sum]) -> tuple[list[int], list[int]]:
    """About how many rows each sum has, and how many its whole federation has for the same days."""
    if any(one.organisation_id == 0 for one in asked):
        return [1] * len(asked), [0] * len(asked)
    both = []
    for n, one in enumerate(asked):
        first = Period.month(month_number(one.first or _EVER)).first
        months = replace(one, first=first, last=Period.month(month_number(one.last)).last, units=None)
        root = "/".join(one.path.split("/")[:2]) + "/"
        both += [(n, months, _WEIGHT), (len(asked) + n, replace(months, path=root), _WEIGHT)]
    found = _from_months(both) or {}
    numbers = [found.get(n, 0) for n in range(2 * len(asked))]
    return numbers[: len(asked)], numbers[len(asked) :]


def about_how_many(path: str, kinds: Iterable[str]) -> int:
    """About how many entries of those kinds lie under a path, whenever they happened."""
    if path == "/":
        return 2**62
    asked = [(n, Sum(kind, (), "entries", False, path, None, date.max), _WEIGHT) for n, kind in enumerate(kinds)]
    return sum((_from_months(asked) or {}).values())


def _found_first(alike: Sequence[Sum], cut: int | None) -> Q:
    sql = " union all ".join(f"select id from core_entry where {_where(one, cut)[0]}" for one in alike)  # noqa: S608
    params = [param for one in alike for param in _where(one, cut)[1]]
    return Q(RawSQL(f"id = any(array({sql}))", params, output_field=BooleanField()))  # noqa: S611


def _in_order(alike: Sequence[Sum], cut: int | None) -> Q:
    one = alike[0]
    kind = KIND_IDS.known(one.kind or "") or 0
    groups = sorted({group for each in alike for group in _GROUPS.matching(kind, each.where)})
    conditions, params = _where(replace(one, where=()), cut)
    if all(each.where for each in alike):
        conditions += f" and group_id = any('{{{','.join(map(str, groups))}}}')"
    return Q(RawSQL(f"({conditions})", params, output_field=BooleanField()))  # noqa: S611


def forget() -> None:
    """Empty the process's remembered answers; for tests that drop the database."""
    _REMEMBERED.clear()
    _GROUPS.forget()
