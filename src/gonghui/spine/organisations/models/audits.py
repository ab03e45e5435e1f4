"""What must hold between the tree, its spans, its employers and the journal; `make audit` asks."""

from collections.abc import Iterable

from django.db import connection

from gonghui.core.audit import Difference, audited

_PLACED = "'{}'".format(
    "', '".join(f"organisations.organisation_{done}" for done in ("founded", "moved", "merged", "restored"))
)
_STRUCTURE = f"{_PLACED}, 'organisations.organisation_split'"


def _rows(sql: str) -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [(str(where), str(kept), str(counted)) for where, kept, counted in cursor.fetchall()]


@audited("组织路径与隶属沿革一致")
def tree_differences() -> Iterable[Difference]:
    """Paths follow the parent, spans meet without gap, begin with the founding and end in today's path."""
    rows = _rows(
        """
        select 'path of ' || o.code, o.path, coalesce(p.path, '/') || o.id || '/'
          from organisations_organisation o left join organisations_organisation p on p.id = o.parent_id
          where o.path is distinct from coalesce(p.path, '/') || o.id || '/'
        union all
        select 'present span of ' || o.code, o.path, coalesce(s.path, '')
          from organisations_organisation o
          left join organisations_pathspan s on s.organisation_id = o.id and s.last_on is null
          where (s.path, s.first_on) is distinct from (o.path, o.path_since)
        union all
        select 'district by which ' || o.code || ' is found', array_to_string(found.terms, ' '), there.term
          from organisations_organisation o
          cross join lateral (select '@' || split_part(o.path, '/', 3) as term) there
          cross join lateral (select array(select term from unnest(t.terms) term where term like '@%') as terms
            from organisations_nameterms t where t.organisation_id = o.id) found
          where found.terms <> array[there.term]
        union all
        select 'spans of ' || organisation_id, last_on::text, next_on::text from (
            select organisation_id, last_on,
              lead(first_on) over (partition by organisation_id order by first_on) as next_on
            from organisations_pathspan) s
          where next_on is distinct from last_on + 1 and next_on is not null
        union all
        select 'first span of ' || o.code, o.founded_on::text, s.first_on::text
          from organisations_organisation o
          join (select organisation_id, min(first_on) as first_on from organisations_pathspan group by 1) s
            on s.organisation_id = o.id
          where s.first_on <> o.founded_on
        limit 100
        """
    )
    return [Difference(*row) for row in rows]


@audited("组织隶属与台账一致")
def superior_differences() -> Iterable[Difference]:
    """The superior is the one that the last founding or moving in the journal names."""
    rows = _rows(
        f"""
        select o.code, coalesce(p.id::text, ''), coalesce(e.above, '') from organisations_organisation o
        left join organisations_organisation p on p.id = o.parent_id
        left join (
            select distinct on (organisation_id) organisation_id, (string_to_array(path, '/'))[
              array_length(string_to_array(path, '/'), 1) - 2] as above
            from core_entry where kind in (select id from core_kind where name in ({_PLACED}))
            order by organisation_id, happened_on desc, id desc) e on e.organisation_id = o.id
        where coalesce(p.id::text, '') is distinct from coalesce(e.above, '') or e.organisation_id is null
        limit 100
        """  # noqa: S608
    )
    return [Difference(*row) for row in rows]


@audited("台账路径与当日隶属一致")
def entry_differences() -> Iterable[Difference]:
    """Every entry that stands lies where its organisation stood on the day; what cancels out may lie anywhere.

    A level is taken off the old place on the day of the move itself (`union_moved`).
    """
    rows = _rows(
        f"""
        select 'entry ' || e.id, s.path, e.path from core_entry e
        join organisations_pathspan s on s.organisation_id = e.organisation_id and s.first_on <= e.happened_on
          and (s.last_on is null or s.last_on >= e.happened_on)
        where e.path <> s.path and e.kind not in (select id from core_kind where name in ({_STRUCTURE}))
          and e.why is distinct from 'union_moved'
          and e.reverses is null and not exists (select 1 from core_entry r where r.reverses = e.id)
        limit 100
        """  # noqa: S608
    )
    return [Difference(*row) for row in rows]


@audited("单位建会状况与台账一致")
def coverage_differences() -> Iterable[Difference]:
    """An employer has a union exactly where the journal covered it once more than it uncovered it."""
    rows = _rows(
        """
        select 'employer ' || m.id, (m.organisation_id is not null)::int::text, coalesce(j.covered, 0)::text
        from organisations_employer m
        left join (
            select e.subject_id, sum(e.sign * case when k.name = 'organisations.employer_uncovered' then -1 else 1 end)
              as covered
            from core_entry e join core_kind k on k.id = e.kind
            where k.name in ('organisations.employer_covered', 'organisations.employer_covered_again',
              'organisations.employer_uncovered')
            group by 1) j on j.subject_id = m.id
        where (m.organisation_id is not null)::int <> coalesce(j.covered, 0)
        limit 100
        """
    )
    return [Difference(*row) for row in rows]
