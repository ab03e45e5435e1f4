"""What must hold between covers, claims and the journal; `make audit` asks."""

from collections.abc import Iterable

from django.db import connection

from gonghui.core.audit import Difference, audited

MOST = 100
"""How many differences one check names."""


def _rows(sql: str) -> list[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} limit {MOST}")
        return [Difference(str(where), str(kept), str(counted)) for where, kept, counted in cursor.fetchall()]


@audited("参保的人数、份数与名单一致")
def roll_differences() -> Iterable[Difference]:
    """Each enrolment that stands counts the people and shares of its roll."""
    return _rows(
        """
        select 'enrolment ' || e.id, e.people || ' people, ' || e.shares || ' shares',
          count(c.id) || ' people, ' || coalesce(sum(c.shares), 0) || ' shares'
        from mutual_aid_enrolment e left join mutual_aid_cover c on c.enrolment_id = e.id and c.state <> 'cancelled'
        where e.state not in ('cancelled', 'lapsed') group by e.id
        having (e.people, e.shares) is distinct from (count(c.id)::int, coalesce(sum(c.shares), 0)::int)
        """
    )


@audited("互助申请的到账与台账、付款单一致")
def paid_differences() -> Iterable[Difference]:
    """A claim stands as paid exactly where the journal says that its aid reached the member, for the ordered amount."""
    return _rows(
        """
        with told as (
          select e.subject_id, sum(e.sign * e.amount_fen) as fen from core_entry e
          where e.kind = (select id from core_kind where name = 'mutual_aid.aid_paid')
            and e.subject_type = (select id from core_subjecttype where name = 'mutual_aid.claim') group by 1)
        select 'claim ' || c.id, c.state || ' ' || case when c.state = any(array['paid', 'closed', 'recovery_asked',
            'recovery', 'written_off']) then coalesce(o.amount_fen, 0) else 0 end, coalesce(t.fen, 0)::text
        from mutual_aid_claim c left join told t on t.subject_id = c.id
        left join funds_paymentorder o on o.id = c.order_id
        where coalesce(t.fen, 0) <> case when c.state = any(array['paid', 'closed', 'recovery_asked', 'recovery',
            'written_off']) then coalesce(o.amount_fen, 0) else 0 end
        """
    )
