"""The function that adds up whole months for organisations chosen by another tree than the entries' own.

Of the `wholes` the roll-up holds all that ever happened under them, of the `owns` only their own rows count. In the
tail an entry belongs if its path names one of the wholes or its organisation is one of the owns; the caller sees to it
that no path names two. Rows -1 to -3 as in `gonghui_months`. Each organisation is looked up by itself (`lateral` with
`offset 0`): left to itself the planner reads a whole roll-up for a hundred of them.
"""

from django.db import migrations

FORWARD = """
create function gonghui_months_of_units(
  nth int[], kinds smallint[], groups int[], ways smallint[], firsts date[], lasts date[], first_months int[],
  last_months int[], wholes int[], owns int[], cut bigint
) returns table (n int, v bigint) language plpgsql set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  at bigint := (select position from core_foldposition);
  after bigint := least(at, coalesce(cut, at));
  upto bigint := case when cut is null then 9223372036854775807 else greatest(at, cut) end;
  direction int := case when cut < at then -1 else 1 end;
  known int[] := array(select distinct unnest(kinds));
  months int[];
begin
  if direction = -1 and upto - after > 200000 then
    upto := after;  -- too much to take off again; the caller sees it by the position and reads the rows
  end if;
  select coalesce(array_agg(i / 12 * 100 + i % 12 + 1), '{}') into months
    from (select greatest(min(month), (select min(m) from unnest(first_months) as m)) as low,
                 least(max(month), (select max(m) from unnest(last_months) as m)) as high from core_rollupown) as kept,
      generate_series(low / 100 * 12 + low % 100 - 1, high / 100 * 12 + high % 100 - 1) as i;
  return query
  with cell as (
    select * from unnest(nth, kinds, groups, ways, firsts, lasts, first_months, last_months)
      as cell(n, kind, group_id, way, first, last, first_month, last_month)
  ), part as (
    select c.n, case c.way when 0 then r.entries when 1 then r.quantity when 2 then r.amount_fen
                else abs(r.entries) + 1 end as v
    from unnest(wholes) as u(id) cross join lateral (
        select k.* from core_rollup k
        where k.organisation_id = u.id and k.kind = any(known) and k.group_id = any(groups) offset 0) as r
      join cell c on c.kind = r.kind and c.group_id = r.group_id and r.month between c.first_month and c.last_month
    union all
    select c.n, case c.way when 0 then r.entries when 1 then r.quantity when 2 then r.amount_fen
                else abs(r.entries) + 1 end
    from unnest(wholes || owns) as u(id) cross join lateral (
        select k.* from core_rollupown k
        where k.organisation_id = u.id and k.month = any(months) and k.kind = any(known) offset 0) as r
      join cell c on c.kind = r.kind and c.group_id = r.group_id and r.month between c.first_month and c.last_month
    union all
    select c.n, case c.way when 0 then e.sign when 1 then e.sign * e.quantity::bigint when 2 then e.sign * e.amount_fen
                else 1 end * direction
    from core_entry e join cell c on c.group_id = e.group_id
    where e.id > after and e.id <= upto and e.happened_on between c.first and c.last and (
      e.organisation_id = any(owns) or string_to_array(trim(both '/' from e.path), '/')::int[] && wholes)
  )
  select part.n, sum(part.v)::bigint from part group by part.n
  union all select -1, position from core_foldposition
  union all select -2, at
  union all select -3, (count(*) << 32) + coalesce(max(id), 0) from core_factgroup;
end $$;
"""


class Migration(migrations.Migration):
    """After the seals' guards."""

    dependencies = [("core", "0006_seal_guards")]
    operations = [migrations.RunSQL(FORWARD, "drop function gonghui_months_of_units")]
