"""What the tables of returns keep and the journal must give again."""

from collections.abc import Iterable

from django.db import connection

from gonghui.core.audit import Difference, audited
from gonghui.core.figures import RETURNED_KIND

SHOWN = 100
_LINES = """
with said as (
  select id, public_id, figure, state,
    case when state <> 'accepted' then 0 when clock <> 'stock' then coalesce(number, 0)
      else coalesce(number, 0) - coalesce(lag(coalesce(number, 0)) over level, 0) end as number,
    case when state <> 'accepted' then 0 when clock <> 'stock' then coalesce(denominator, 0)
      else coalesce(denominator, 0) - coalesce(lag(coalesce(denominator, 0)) over level, 0) end as denominator
  from reports_line
  window level as (partition by figure, organisation_id, coverage, state = 'accepted' order by last_on)
), counted as (
  select e.subject_id as id,
    sum(e.sign * (e.quantity + e.amount_fen)) filter (where g.facts ->> 'part' <> 'denominator') as number,
    sum(e.sign * (e.quantity + e.amount_fen)) filter (where g.facts ->> 'part' = 'denominator') as denominator,
    count(*) as entries
  from core_entry e join core_factgroup g on g.id = e.group_id
  where e.kind = (select id from core_kind where name = %(kind)s)
  group by e.subject_id
)
select said.public_id, said.figure, said.state, said.number, said.denominator,
  coalesce(counted.number, 0), coalesce(counted.denominator, 0)
from said full join counted on counted.id = said.id
where said.id is null or (said.number, said.denominator)
    is distinct from (coalesce(counted.number, 0)::bigint, coalesce(counted.denominator, 0)::bigint)
  or (said.state = 'accepted' and counted.entries is null)
limit %(shown)s
"""

_PLACES = """
with level as (
  select distinct on (figure, organisation_id, coverage) figure, organisation_id, coverage,
    coalesce(number, 0) as number, coalesce(denominator, 0) as denominator
  from reports_line where state = 'accepted' and clock = 'stock'
  order by figure, organisation_id, coverage, last_on desc
), counted as (
  select l.figure, l.organisation_id, l.coverage, e.path,
    sum(case when g.facts ->> 'part' = 'denominator' then 0 else e.sign * (e.quantity + e.amount_fen) end) as number,
    sum(case when g.facts ->> 'part' = 'denominator' then e.sign * e.quantity else 0 end) as denominator
  from core_entry e join reports_line l on l.id = e.subject_id and l.clock = 'stock'
    join core_factgroup g on g.id = e.group_id
  where e.kind = (select id from core_kind where name = %(kind)s)
  group by 1, 2, 3, 4
)
select o.code, counted.figure, counted.path, wanted.number, wanted.denominator, counted.number, counted.denominator
from counted join organisations_organisation o on o.id = counted.organisation_id
  left join level using (figure, organisation_id, coverage),
  lateral (select case when o.path = counted.path then coalesce(level.number, 0) else 0 end as number,
    case when o.path = counted.path then coalesce(level.denominator, 0) else 0 end as denominator) as wanted
where (wanted.number, wanted.denominator) is distinct from (counted.number::bigint, counted.denominator::bigint)
limit %(shown)s
"""


@audited("通过的上报与台账一致")
def lines_against_entries() -> Iterable[Difference]:
    """Every accepted line is in the journal with what it says, of a stock with its difference; no other line is."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, {"kind": RETURNED_KIND, "shown": SHOWN})
        rows = cursor.fetchall()
    for public_id, figure, state, number, denominator, counted, counted_of in rows:
        yield Difference(f"line {public_id} {figure} {state}", f"{number}/{denominator}", f"{counted}/{counted_of}")


@audited("存量记在单位现在的位置")
def levels_where_units_stand() -> Iterable[Difference]:
    """Differences and transfers of each unit come to its last level where it stands, to nought elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, {"kind": RETURNED_KIND, "shown": SHOWN})
        rows = cursor.fetchall()
    for code, figure, path, number, denominator, counted, counted_of in rows:
        yield Difference(f"levels of {code} {figure} at {path}", f"{number}/{denominator}", f"{counted}/{counted_of}")
