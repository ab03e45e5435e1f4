"""How sums over the journal are answered: whole months from the roll-up plus its tail, everything else from the rows.

The fold position goes into the statement as a literal and comes back with the answer; where a folder moved it
meanwhile the question is asked again, so no entry is counted twice or missed.
"""

import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from django.db import connection
from django.db.models import Q

from gonghui.core import rollup
from gonghui.core.journal import KIND_IDS, last_position, watermark
from gonghui.core.models import Entry, EntryQuerySet, FactGroup


@dataclass(frozen=True)
class Sum:
    """One plain sum: entries of a kind whose facts hold `where`, under `path`, from `first` (None: ever) to `last`."""

    kind: str | None
    where: tuple[tuple[str, str | bool], ...]
    column: Literal["entries", "quantity", "amount_fen"]
    distinct: bool
    path: str
    first: date | None
    last: date

    @property
    def organisation_id(self) -> int:
        """The organisation the path ends at; 0 for the whole journal."""
        tail = self.path.rstrip("/").rpartition("/")[2]
        return int(tail) if tail else 0

    @property
    def months(self) -> tuple[int, int] | None:
        """The whole months it covers as yyyymm, or None where a month is cut."""
        if (self.last + timedelta(days=1)).day != 1 or (self.first is not None and self.first.day != 1):
            return None
        if self.organisation_id == 0:
            return None
        first = 0 if self.first is None else self.first.year * 100 + self.first.month
        return first, self.last.year * 100 + self.last.month


_MONTHS = """
with ask as materialized (
  select * from unnest(%(n)s::int[], %(organisation)s::int[], %(path)s::text[], %(kind)s::smallint[],
    %(facts)s::jsonb[], %(first)s::int[], %(last)s::int[], %(way)s::smallint[])
    as ask(n, organisation_id, path, kind, facts, first, last, way)
), cell as materialized (
  select ask.n, ask.organisation_id, ask.path, ask.kind, g.id as group_id, ask.first, ask.last, ask.way
  from ask join core_factgroup g on g.kind = ask.kind and g.facts @> ask.facts
), part as (
  select c.n, case c.way when 0 then r.entries when 1 then r.quantity else r.amount_fen end as v
  from cell c join core_rollup r on r.organisation_id = c.organisation_id and r.kind = c.kind
    and r.month between c.first and c.last and r.group_id = c.group_id
  union all
  select c.n, case c.way when 0 then r.entries when 1 then r.quantity else r.amount_fen end
  from cell c join core_rollupown r on r.organisation_id = c.organisation_id and r.kind = c.kind
    and r.month between c.first and c.last and r.group_id = c.group_id
  union all
  select c.n, e.sign * case c.way when 0 then 1 when 1 then e.quantity else e.amount_fen end
  from core_entry e join cell c on c.kind = e.kind and c.group_id = e.group_id
  where e.id > %(position)s and e.id <= %(upto)s
    and e.path collate "C" >= c.path and e.path collate "C" < left(c.path, -1) || '0'
    and (extract(year from e.happened_on) * 100 + extract(month from e.happened_on)) between c.first and c.last
)
select n, sum(v)::bigint, (select position from core_foldposition) from part group by n
union all select -1, 0, position from core_foldposition
"""
_WAYS = {"entries": 0, "quantity": 1, "amount_fen": 2}


def evaluate(sums: Sequence[Sum], cut: int | None = None) -> list[int]:
    """The sums' values in their order, all at one position: the cut, or what is visible now."""
    numbers = [0] * len(sums)
    asked = [(n, one) for n, one in enumerate(sums) if one.kind is not None and KIND_IDS.known(one.kind) is not None]
    whole = [(n, one) for n, one in asked if cut is None and not one.distinct and one.months is not None]
    if whole:
        for n, value in _from_months(whole):
            numbers[n] = value
    covered = {n for n, _ in whole}
    for n, one in asked:
        if n not in covered:
            numbers[n] = _from_rows(one, cut)
    return numbers


def _from_months(asked: Sequence[tuple[int, Sum]]) -> list[tuple[int, int]]:
    spans = [one.months or (0, 0) for _, one in asked]
    params: dict[str, Any] = {
        "n": [n for n, _ in asked],
        "organisation": [one.organisation_id for _, one in asked],
        "path": [one.path for _, one in asked],
        "kind": [KIND_IDS.known(one.kind or "") for _, one in asked],
        "facts": [json.dumps(dict(one.where)) for _, one in asked],
        "first": [first for first, _ in spans],
        "last": [last for _, last in spans],
        "way": [_WAYS[one.column] for _, one in asked],
        "upto": 2**62,
    }
    while True:
        position = rollup.position()
        with connection.cursor() as cursor:
            cursor.execute(_MONTHS, {**params, "position": position})
            rows = cursor.fetchall()
        if all(row[2] == position for row in rows):
            return [(row[0], int(row[1])) for row in rows if row[0] >= 0]


_REMEMBERED: OrderedDict[tuple[str, Sum, int], int] = OrderedDict()
"""Answers read from rows at a settled position: they never change, so they may be kept."""


def _from_rows(one: Sum, cut: int | None) -> int:
    """A sum or distinct count read from the rows, cached where its position is settled."""
    settled = watermark()
    at = settled if cut is None else cut
    exact = cut is not None or last_position() == settled
    key = (str(connection.settings_dict["NAME"]), one, at)
    if exact and at <= settled and key in _REMEMBERED:
        _REMEMBERED.move_to_end(key)
        return _REMEMBERED[key]
    value = _count(one, cut)
    if exact and at <= settled and not connection.in_atomic_block:
        _REMEMBERED[key] = value
        while len(_REMEMBERED) > 5_000:
            _REMEMBERED.popitem(last=False)
    return value


def _count(one: Sum, cut: int | None) -> int:
    conditions, params = _where(one, cut)
    if one.distinct:
        sql = f"""select count(*) from (select 1 from core_entry where {conditions}
                  group by subject_type, subject_id having sum(sign) > 0) as subjects"""  # noqa: S608
    else:
        value = {"entries": "sign", "quantity": "sign * quantity", "amount_fen": "sign * amount_fen"}[one.column]
        sql = f"select coalesce(sum({value}), 0)::bigint from core_entry where {conditions}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.fetchone()[0])


def _where(one: Sum, cut: int | None) -> tuple[str, list[Any]]:
    kind = KIND_IDS.known(one.kind or "")
    conditions = ["kind = %s", "happened_on <= %s", "path like %s"]
    params: list[Any] = [kind, one.last, one.path + "%"]
    if one.first is not None:
        conditions.append("happened_on >= %s")
        params.append(one.first)
    if one.where:
        conditions.append("group_id in (select id from core_factgroup where kind = %s and facts @> %s::jsonb)")
        params += [kind, json.dumps(dict(one.where))]
    if cut is not None:
        conditions.append("id <= %s")
        params.append(cut)
    return " and ".join(conditions), params


def rows(one: Sum, cut: int | None = None) -> EntryQuerySet:
    """The entries a sum adds up."""
    kind = KIND_IDS.known(one.kind or "")
    condition = Q(kind=kind if kind is not None else -1, happened_on__lte=one.last, path__startswith=one.path)
    if one.first is not None:
        condition &= Q(happened_on__gte=one.first)
    if one.where:
        groups = FactGroup.objects.filter(kind=kind if kind is not None else -1, facts__contains=dict(one.where))
        condition &= Q(group_id__in=list(groups.values_list("id", flat=True)))
    if cut is not None:
        condition &= Q(id__lte=cut)
    return Entry.objects.filter(condition)


def forget() -> None:
    """Empty the process's remembered answers; for tests that drop the database."""
    _REMEMBERED.clear()
