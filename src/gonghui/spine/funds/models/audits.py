"""What must hold between the legs, what is kept of them, the payments and the journal; `make audit` asks.

The database keeps all of this as it is written. The audit finds what somebody changed past it.
"""

from collections.abc import Iterable

from django.db import connection

from gonghui.core.audit import Difference, audited
from gonghui.spine.funds.flow import COMMITTING

MOST = 100
"""How many differences one check names."""


def _rows(sql: str, *values: list[str]) -> list[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} limit {MOST}", values)
        return [Difference(str(where), str(kept), str(counted)) for where, kept, counted in cursor.fetchall()]


@audited("凭证借贷相等、编号连续")
def voucher_differences() -> Iterable[Difference]:
    """Each voucher has the legs that it names, they balance within each fund, and a month's numbers have no gap."""
    return [
        *_rows(
            """
            select 'voucher ' || p.id, p.legs || ' legs, ' || p.total_fen,
              coalesce(l.legs, 0) || ' legs, ' || coalesce(l.total, 0)
            from funds_posting p left join (
              select posting_id, count(*) as legs, sum(amount_fen) filter (where amount_fen > 0) as total
              from funds_leg group by 1) l on l.posting_id = p.id
            where (l.legs, l.total) is distinct from (p.legs::bigint, p.total_fen::numeric)
            """
        ),
        *_rows(
            """
            select 'voucher ' || posting_id || ' fund ' || fund_id, 0, sum(amount_fen)
            from funds_leg group by posting_id, fund_id having sum(amount_fen) <> 0
            """
        ),
        *_rows(
            """
            select 'numbers of book ' || m.book_id || ' in ' || m.month, m.last_number,
              coalesce(p.many, 0) || ' up to ' || coalesce(p.last, 0)
            from funds_bookmonth m left join (
              select book_id, month, count(*) as many, max(number) as last from funds_posting group by 1, 2) p
              on p.book_id = m.book_id and p.month = m.month
            where coalesce(p.many, 0) <> m.last_number or coalesce(p.last, 0) <> m.last_number
            """
        ),
    ]


@audited("科目余额与分录重算一致")
def balance_differences() -> Iterable[Difference]:
    """Day by day, at each closed month and in each fund, what is kept is what the legs come to."""
    return [
        *_rows(
            """
            select 'account ' || account_id || ' fund ' || fund_id || ' on ' || day,
              coalesce(t.debit_fen || ' ' || t.credit_fen, 'nothing'), coalesce(l.debit || ' ' || l.credit, 'nothing')
            from funds_dayturn t full join (
              select account_id, fund_id, day, coalesce(sum(amount_fen) filter (where amount_fen > 0), 0) as debit,
                coalesce(-sum(amount_fen) filter (where amount_fen < 0), 0) as credit, count(*) as legs
              from funds_leg group by 1, 2, 3) l using (account_id, fund_id, day)
            where (t.debit_fen::numeric, t.credit_fen::numeric, t.legs::bigint)
              is distinct from (l.debit, l.credit, l.legs)
            """
        ),
        *_rows(
            """
            select 'account ' || account_id || ' fund ' || fund_id || ' carried out of ' || month,
              coalesce(c.balance_fen, 0), coalesce(l.fen, 0)
            from funds_carried c full join (
              select l.account_id, m.month, l.fund_id, sum(l.amount_fen) as fen
              from funds_bookmonth m join funds_ledgeraccount a on a.book_id = m.book_id
              join funds_leg l on l.account_id = a.id
                and l.day < make_date(m.month / 100, m.month %% 100, 1) + interval '1 month'
              where m.state = 'closed' group by 1, 2, 3) l using (account_id, month, fund_id)
            where coalesce(c.balance_fen, 0) <> coalesce(l.fen, 0)
            """
        ),
        *_rows(
            """
            select 'money of fund ' || f.id, f.held_fen, coalesce(l.fen, 0)
            from funds_fund f left join (
              select l.fund_id, sum(l.amount_fen) as fen from funds_leg l
              join funds_ledgeraccount a on a.id = l.account_id and a.is_money group by 1) l on l.fund_id = f.id
            where f.held_fen <> coalesce(l.fen, 0)
            """
        ),
    ]


@audited("付款单占用的资金一致")
def commitment_differences() -> Iterable[Difference]:
    """What is bespoken of a fund is what its orders that are neither paid nor cancelled come to, and of its lists the
    payments that are neither paid nor taken over by an order of their own."""
    return _rows(
        """
        select 'bespoken of fund ' || f.id, f.committed_fen, coalesce(o.fen, 0)
        from funds_fund f left join (
          select fund_id, sum(fen) as fen from (
            select fund_id, amount_fen as fen from funds_paymentorder where payee_id is not null and state = any(%s)
            union all
            select o.fund_id, l.amount_fen from funds_paymentline l
            join funds_paymentorder o on o.id = l.order_id and o.payee_id is null
            where l.state in ('waiting', 'sent', 'unknown') or (l.state in ('failed', 'returned')
              and not exists (select from funds_paymentorder s where s.from_line_id = l.id))) each group by 1) o
          on o.fund_id = f.id
        where f.committed_fen <> coalesce(o.fen, 0)
        """,
        list(COMMITTING),
    )


@audited("付款到账与台账、凭证一致")
def payment_differences() -> Iterable[Difference]:
    """An order is paid exactly where one line of it succeeded and the journal says so once, a list is what its lines
    come to and paid as far as they succeeded; vouchers of payments come to the same."""
    return [
        *_rows(
            """
            select 'order ' || o.id, o.state || ': ' || coalesce(l.fen, 0), coalesce(e.fen, 0)
            from funds_paymentorder o
            left join (select order_id, sum(amount_fen) as fen, count(*) as many
              from funds_paymentline where state = 'succeeded' group by 1) l on l.order_id = o.id
            left join (select e.subject_id, sum(e.sign * e.amount_fen) as fen from core_entry e
              join core_kind k on k.id = e.kind and k.name = 'funds.payment_succeeded' group by 1) e
              on e.subject_id = o.id
            where coalesce(l.fen, 0) <> coalesce(e.fen, 0)
              or (o.payee_id is not null and (o.state = 'paid') <> (coalesce(l.many, 0) = 1))
              or (o.state = 'paid' and l.fen <> o.amount_fen)
            """
        ),
        *_rows(
            """
            select 'list ' || o.id, o.state || ': ' || o.payments || ' payments, ' || o.amount_fen,
              coalesce(l.many, 0) || ' lines, ' || coalesce(l.fen, 0) || ', open ' || coalesce(l.open, 0)
            from funds_paymentorder o left join (
              select order_id, count(*) as many, sum(amount_fen) as fen,
                count(*) filter (where state in ('waiting', 'sent', 'unknown')) as open
              from funds_paymentline group by 1) l on l.order_id = o.id
            where o.payee_id is null and (o.payments <> coalesce(l.many, 0) or o.amount_fen <> coalesce(l.fen, 0)
              or (o.state in ('settled', 'cancelled') and l.open > 0))
            """
        ),
        *_rows(
            """
            select 'payments of book ' || b.id, coalesce(p.fen, 0), coalesce(e.fen, 0)
            from funds_book b
            left join (select book_id, sum(case origin when 'payment' then total_fen else -total_fen end) as fen
              from funds_posting where origin in ('payment', 'late_return') group by 1) p on p.book_id = b.id
            left join (select o.book_id, sum(e.sign * e.amount_fen) as fen from core_entry e
              join core_kind k on k.id = e.kind and k.name = 'funds.payment_succeeded'
              join funds_paymentorder o on o.id = e.subject_id group by 1) e on e.book_id = b.id
            where coalesce(p.fen, 0) <> coalesce(e.fen, 0)
            """
        ),
        *_rows(
            """
            select 'voucher ' || p.id, p.total_fen, coalesce(e.fen::text, 'not in the journal')
            from funds_posting p left join (
              select e.subject_id, sum(e.sign * e.amount_fen) as fen from core_entry e
              join core_kind k on k.id = e.kind and k.name = 'funds.voucher_posted' group by 1) e
              on e.subject_id = p.id
            where e.fen is distinct from p.total_fen::numeric
            """
        ),
    ]


@audited("经费分成之和与实缴、凭证、台账一致")
def dues_differences() -> Iterable[Difference]:
    """The parts of each row come to what was paid, vouchers of dues to their rows, the journal to both."""
    return [
        *_rows(
            """
            select 'dues ' || r.id, r.paid_fen, coalesce(s.fen, 0)
            from funds_duesrow r left join (
              select row_id, sum(amount_fen) as fen, count(*) as many from funds_splitline group by 1) s
              on s.row_id = r.id
            where s.fen is distinct from r.paid_fen::numeric or s.many <> 4
            """
        ),
        *_rows(
            """
            select 'dues in voucher ' || d.posting_id, coalesce(l.fen, 0), coalesce(s.fen, 0)
            from funds_voucherdraft d
            left join (select r.draft_id, sum(s.amount_fen) as fen from funds_duesrow r
              join funds_splitline s on s.row_id = r.id and s.side <> 'direct' group by 1) s on s.draft_id = d.id
            left join (select l.posting_id, sum(l.amount_fen) as fen from funds_leg l
              join funds_ledgeraccount a on a.id = l.account_id and a.is_money group by 1) l
              on l.posting_id = d.posting_id
            where d.origin = 'dues' and d.state = 'posted' and coalesce(l.fen, 0) <> coalesce(s.fen, 0)
              and not exists (select from funds_posting p where p.reverses_id = d.posting_id)
            """
        ),
        *_rows(
            """
            select 'dues ' || coalesce(r.id, e.subject_id), coalesce(r.paid_fen, 0), coalesce(e.fen, 0)
            from funds_duesrow r full join (select e.subject_id, sum(e.sign * e.amount_fen) as fen from core_entry e
              join core_kind k on k.id = e.kind and k.name = 'funds.dues_collected' group by 1
              having sum(e.sign * e.amount_fen) <> 0) e on e.subject_id = r.id
            where e.fen is distinct from r.paid_fen::numeric
            """
        ),
        *_rows(
            """
            select 'dues passed on by order ' || o.id, o.amount_fen, coalesce(s.fen, 0)
            from funds_paymentorder o left join (
              select order_id, sum(amount_fen) as fen from funds_splitline where order_id is not null group by 1) s
              on s.order_id = o.id
            where s.fen is not null and s.fen <> o.amount_fen
            """
        ),
    ]
