"""The function that adds up whole months: the roll-up at its position, and the entries between it and the place asked.

It is a function so that its plan is made once for each connection and does not depend on the numbers asked:
planning it anew costs as much as running it. Row -1 is the position the roll-up stood at, row -2 the position the
entries were read from, row -3 the state of the groups; where the first two differ a folder has moved meanwhile.
"""

from django.db import migrations

FORWARD = """
create function gonghui_months(
  nth int[], organisations int[], kinds smallint[], groups int[], ways smallint[], firsts date[], lasts date[],
  first_months int[], last_months int[], paths text[], cut bigint
) returns table (n int, v bigint) language plpgsql set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  at bigint := (select position from core_foldposition);
  after bigint := least(at, coalesce(cut, at));
  upto bigint := case when cut is null then 9223372036854775807 else greatest(at, cut) end;
  direction int := case when cut < at then -1 else 1 end;
begin
  if direction = -1 and upto - after > 200000 then
    upto := after;  -- too much to take off again; the caller sees it by the position and reads the rows
  end if;
  return query
  with cell as materialized (
    select *, left(path, -1) || '0' as beyond
    from unnest(nth, organisations, kinds, groups, ways, firsts, lasts, first_months, last_months, paths)
      as cell(n, organisation_id, kind, group_id, way, first, last, first_month, last_month, path)
  ), own as materialized (
    select r.* from core_rollupown r
      join (select organisation_id, kind, min(first_month) as first, max(last_month) as last
            from cell group by organisation_id, kind) as k using (organisation_id, kind)
    where r.month between k.first and k.last and r.month = any(array(
      select i / 12 * 100 + i % 12 + 1 from (select min(month) as low, max(month) as high from core_rollupown) as kept,
        generate_series(low / 100 * 12 + low % 100 - 1, high / 100 * 12 + high % 100 - 1) as i))
  ), part as (
    select c.n, case c.way when 0 then r.entries when 1 then r.quantity when 2 then r.amount_fen
                else abs(r.entries) + 1 end as v
    from cell c join core_rollup r on r.organisation_id = c.organisation_id and r.kind = c.kind
      and r.group_id = c.group_id and r.month between c.first_month and c.last_month
    union all
    select c.n, case c.way when 0 then r.entries when 1 then r.quantity when 2 then r.amount_fen
                else abs(r.entries) + 1 end
    from own r join cell c on c.group_id = r.group_id and c.organisation_id = r.organisation_id
      and r.month between c.first_month and c.last_month
    union all
    select c.n, case c.way when 0 then e.sign when 1 then e.sign * e.quantity::bigint when 2 then e.sign * e.amount_fen
                else 1 end * direction
    from core_entry e join cell c on c.group_id = e.group_id
    where e.id > after and e.id <= upto and e.happened_on between c.first and c.last
      and e.path >= c.path and e.path < c.beyond
  )
  select part.n, sum(part.v)::bigint from part group by part.n
  union all select -1, position from core_foldposition
  union all select -2, at
  union all select -3, (count(*) << 32) + coalesce(max(id), 0) from core_factgroup;
end $$;
-- Room beside each sum, so that folding rewrites it in its own page and leaves the index alone.
alter table core_rollup set (fillfactor = 70);
alter table core_rollupown set (fillfactor = 70);
alter table core_entry set (autovacuum_vacuum_insert_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02);
"""
BACK = """
alter table core_entry reset (autovacuum_vacuum_insert_scale_factor, autovacuum_analyze_scale_factor);
alter table core_rollupown reset (fillfactor);
alter table core_rollup reset (fillfactor);
drop function gonghui_months;
"""


class Migration(migrations.Migration):
    """After the calendar."""

    dependencies = [("core", "0003_calendar")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
