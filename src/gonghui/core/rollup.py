"""The roll-up: sums of the journal by month, kind, group and every organisation above, folded forward in small steps.

Rows of an organisation's own entries stand in `core_rollupown`, those of its strict descendants in `core_rollup`.
Both hold exactly up to `FoldPosition.position`; readers add the tail after it from the rows.
"""

from django.db import connection, transaction

from gonghui.core.journal import watermark

_FOLD = """
with batch as materialized (
  select organisation_id, path, kind, group_id,
         (date_part('year', happened_on) * 100 + date_part('month', happened_on))::int as month,
         sum(sign)::bigint as n, sum(sign * quantity)::bigint as q, sum(sign * amount_fen)::bigint as a
  from core_entry where id > %(after)s and id <= %(upto)s group by 1, 2, 3, 4, 5
), own as (
  insert into core_rollupown as t (organisation_id, kind, month, group_id, entries, quantity, amount_fen)
  select organisation_id, kind, month, group_id, sum(n), sum(q), sum(a) from batch
  group by 1, 2, 3, 4 order by 3, 1, 2, 4
  on conflict (month, organisation_id, kind, group_id) do update set
    entries = t.entries + excluded.entries, quantity = t.quantity + excluded.quantity,
    amount_fen = t.amount_fen + excluded.amount_fen
)
insert into core_rollup as t (organisation_id, kind, month, group_id, entries, quantity, amount_fen)
select above.id::int, kind, month, group_id, sum(n), sum(q), sum(a)
from batch cross join lateral unnest(string_to_array(trim(both '/' from path), '/')) as above(id)
where above.id::int <> organisation_id
group by 1, 2, 3, 4 order by 1, 2, 4, 3
on conflict (organisation_id, kind, group_id, month) do update set
  entries = t.entries + excluded.entries, quantity = t.quantity + excluded.quantity,
  amount_fen = t.amount_fen + excluded.amount_fen
"""


def position() -> int:
    """The journal position up to which the roll-ups hold."""
    with connection.cursor() as cursor:
        cursor.execute("select position from core_foldposition")
        return int(cursor.fetchone()[0])


def fold(limit: int = 20_000) -> int:
    """Fold settled entries forward by at most `limit` positions; how many positions the roll-up moved.

    Position and sums change in one transaction; another folder at work makes this one return 0 at once.
    """
    settled = watermark()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select position from core_foldposition for update skip locked")
        row = cursor.fetchone()
        if row is None or settled <= row[0]:
            return 0
        after = int(row[0])
        upto = min(settled, after + limit)
        cursor.execute(_FOLD, {"after": after, "upto": upto})
        cursor.execute("update core_foldposition set position = %s", [upto])
    return upto - after


def fold_all() -> int:
    """Fold until the watermark is reached; positions moved."""
    moved = 0
    while step := fold():
        moved += step
    return moved


_RECOUNT = """
with at as (select position from core_foldposition),
cells as materialized (
  select organisation_id, path, kind, group_id,
         (extract(year from happened_on) * 100 + extract(month from happened_on))::int as month,
         sum(sign)::bigint as n, sum(sign * quantity)::bigint as q, sum(sign * amount_fen)::bigint as a
  from core_entry where id <= (select position from at) group by 1, 2, 3, 4, 5
), fresh as (
  select 'own' as part, organisation_id, kind, month, group_id, sum(n) as n, sum(q) as q, sum(a) as a
  from cells group by 2, 3, 4, 5
  union all
  select 'below', above.id::int, kind, month, group_id, sum(n), sum(q), sum(a)
  from cells cross join lateral unnest(string_to_array(trim(both '/' from path), '/')) as above(id)
  where above.id::int <> organisation_id group by 2, 3, 4, 5
), kept as (
  select 'own' as part, organisation_id, kind, month, group_id, entries as n, quantity as q, amount_fen as a
  from core_rollupown
  union all select 'below', organisation_id, kind, month, group_id, entries, quantity, amount_fen from core_rollup
)
select part, organisation_id, kind, month, group_id,
       coalesce(fresh.n, 0), coalesce(fresh.q, 0), coalesce(fresh.a, 0),
       coalesce(kept.n, 0), coalesce(kept.q, 0), coalesce(kept.a, 0)
from fresh full join kept using (part, organisation_id, kind, month, group_id)
where (coalesce(fresh.n, 0), coalesce(fresh.q, 0), coalesce(fresh.a, 0))
   is distinct from (coalesce(kept.n, 0), coalesce(kept.q, 0), coalesce(kept.a, 0))
limit 100
"""


def recount() -> list[tuple[object, ...]]:
    """The roll-up rows that differ from the journal, at most 100: place, counted (n, q, a), kept (n, q, a)."""
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT)
        return list(cursor.fetchall())
