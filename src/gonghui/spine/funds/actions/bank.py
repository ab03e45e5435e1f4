"""What the bank answers: each payment moves once, money is booked where it moved, and what fits nothing waits."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from gonghui.core import bulk, clock, reactions
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.journal import record
from gonghui.spine.funds.actions.batches import settle_lists
from gonghui.spine.funds.actions.posting import NewVoucher, post
from gonghui.spine.funds.actions.setting_up import require_reach
from gonghui.spine.funds.facts import (
    AnswerSettled,
    BankAnswered,
    PaymentDoubtful,
    PaymentFailed,
    PaymentReturned,
    PaymentSucceeded,
)
from gonghui.spine.funds.flow import BATCH
from gonghui.spine.funds.models import AnswerFile, AnswerRow, Book, BookMonth
from gonghui.spine.funds.rules import answers, ledger
from gonghui.spine.funds.rules.answers import SETTLING, Answer, Sent

POST = "funds.post"


@action
def take_answer(book: Book, rows: Sequence[Answer], *, layout: str, sha256: str, by: Actor, at: datetime) -> AnswerFile:
    """The bank's answer is kept, row by row with what became of it. Only a success of the bank's makes a payment paid.

    All of it or nothing, in one transaction: a killed process begins anew. The same file again is refused by its hash.
    The rows go into a table of this transaction and are judged there as a set; those that name a payment twice, or not
    as it stands, are judged one after another. Answers of a book come in one at a time, and nothing else moves a
    payment that lies at the bank.
    """
    by.require(BATCH)
    require_reach(by, book)
    on = clock.day_of(at)
    connection.cursor().execute("select pg_advisory_xact_lock(%s)", [(14 << 48) + book.pk])
    if AnswerFile.objects.filter(book=book, sha256=sha256).exists():
        raise Refusal("funds.answer_known", "这个回单文件已经处理过，没有变化")
    _judge(book, rows)
    lists = _asked(_LISTS, [*SETTLING])
    file = AnswerFile(
        book=book,
        layout=layout,
        sha256=sha256,
        rows=len(rows),
        received_by=by.account_id,
        received_at=at,
        paid_of=[pk for pk, has_paid in lists if has_paid],
    )
    file.save(force_insert=True)
    seen = {outcome for (outcome,) in _asked("select distinct outcome from funds_answering")}
    for step in _WAYS:
        if seen & set(step):
            _do(_LINES, list(step))
            _do(_ORDERS, list(step))
    days = {day for (day,) in _asked("select distinct day from funds_answering where outcome = any(%s)", [*SETTLING])}
    day_of = _days(book, days, on=on)
    postings: dict[tuple[date, str], int] = {}
    for outcome, origin in (("succeeded", "payment"), ("returned", "late_return")):
        if outcome in seen:
            postings |= _book(book, outcome, origin, by=by, day_of=day_of)
    _tell(book, by=by, day_of=day_of)
    _do(_KEEP, file.pk, [day for day, _ in postings], [outcome for _, outcome in postings], [*postings.values()])
    _do(_SETTLED, list(SETTLING))
    settle_lists([pk for pk, _has_paid in lists])
    _do("drop table funds_answering")
    record(BankAnswered(layout=layout, rows=len(rows)), about=file, by=by, happened_on=on)
    return file


def _asked(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _do(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


# Judging ----------------------------------------------------------------------------------------------------------

_COME = """
create temp table funds_come (
  seq int4, reference text, amount_fen int8, result text, code text, bank_ref text, day date, is_odd bool
) on commit drop
"""
_COPY = "copy funds_come from stdin (format binary)"
_TYPES = ["int4", "text", "int8", "text", "text", "text", "date", "bool"]
_JUDGED = """
create temp table funds_answering on commit drop as
with named as materialized (
  select r.*, l.id as line_id, l.order_id, l.batch_id, l.state, l.amount_fen as line_fen, l.bank_ref as line_ref
  from funds_come r left join lateral (select * from funds_paymentline where reference = r.reference limit 1) l on true
)
select n.seq, n.reference, n.amount_fen, n.result, left(n.code, 20) as code, left(n.bank_ref, 64) as bank_ref, n.day,
  case when b.id is not null then n.line_id end as line_id, n.order_id, n.batch_id, n.state, n.line_fen, n.line_ref,
  case
    when b.id is null then 'stray'
    when n.amount_fen <> n.line_fen then 'amount_differs'
    when n.is_odd then null
    when n.state = 'succeeded' and n.result = 'returned' then 'returned'
    when n.state not in ('sent', 'unknown') then null
    when n.result = 'ok' then 'succeeded'
    when n.result = 'returned' or (n.result = 'failed' and n.code <> 'TIMEOUT') then 'failed'
    when n.state = 'sent' then 'unknown' else 'repeated' end as outcome
from named n left join funds_paymentbatch b on b.id = n.batch_id and b.book_id = %s
"""
"""Each row is looked up by its reference, once, however many lines and batches there have ever been."""
_ODD = "select seq, line_id, state, line_fen, line_ref from funds_answering where outcome is null order by seq"
_SAY = """
update funds_answering a set outcome = n.outcome
from unnest(%s::int[], %s::text[]) as n(seq, outcome) where a.seq = n.seq
"""


def _judge(book: Book, rows: Sequence[Answer]) -> None:
    """The rows stand in `funds_answering`, each with the line that it names and its outcome."""
    named = Counter(row.reference for row in rows)
    with connection.cursor() as cursor:
        cursor.execute(_COME)
        with cursor.copy(_COPY) as out:
            out.set_types(_TYPES)
            for seq, row in enumerate(rows, 1):
                what = (row.result, row.code, row.bank_ref, row.on, named[row.reference] > 1)
                out.write_row((seq, row.reference, row.amount_fen, *what))
        cursor.execute(_JUDGED, [book.pk])
        cursor.execute("drop table funds_come")
        cursor.execute(_ODD)
        lines: dict[int, Sent] = {}
        said = []
        for seq, line, state, fen, bank_ref in cursor.fetchall():
            sent = lines.setdefault(line, Sent(state, fen, bank_ref)) if line is not None else None
            said.append((seq, answers.judge(rows[seq - 1], sent)))
        if said:
            cursor.execute(_SAY, [[seq for seq, _outcome in said], [outcome for _seq, outcome in said]])


def _days(book: Book, days: set[date], *, on: date) -> dict[date, date]:
    """The day a row's money is booked on: the bank's, or today where that month is closed or the day lies ahead."""
    if not days:
        return {}
    closed = set(BookMonth.objects.filter(book=book, state="closed").values_list("month", flat=True))
    return {day: on if day > on or day < book.started_on or ledger.month_of(day) in closed else day for day in days}


# Moving -----------------------------------------------------------------------------------------------------------

_WAYS = (("unknown",), ("failed", "succeeded"), ("returned",))
"""A row may move a line twice (paid and sent back in one answer): the steps are written one after another."""
_LINES = """
update funds_paymentline l set state = a.outcome, code = a.code, settled_on = a.day,
  bank_ref = case when a.bank_ref <> '' or a.outcome = 'succeeded' then a.bank_ref else l.bank_ref end
from funds_answering a where l.id = a.line_id and a.outcome = any(%s)
"""
_ORDERS = """
update funds_paymentorder o set state = case a.outcome when 'succeeded' then 'paid' else a.outcome end
from funds_answering a where o.id = a.order_id and o.payee_id is not null and a.outcome = any(%s)
"""
_KEEP = """
insert into funds_answerrow
  (file_id, seq, reference, amount_fen, result, code, bank_ref, "on", line_id, outcome, posting_id, note)
select %s, a.seq, left(a.reference, 64), a.amount_fen, a.result, a.code, a.bank_ref, a.day, a.line_id, a.outcome, p.id,
  ''
from funds_answering a
left join unnest(%s::date[], %s::text[], %s::bigint[]) as p(day, outcome, id) using (day, outcome) order by a.seq
"""
_SETTLED = """
update funds_paymentbatch b set state = 'settled' from (
  select n.id, exists (select from funds_paymentline where batch_id = n.id and state in ('sent', 'unknown')) as waits
  from (select distinct batch_id as id from funds_answering where outcome = any(%s)) n offset 0
) a where b.id = a.id and b.state = 'released' and not a.waits
"""
_LISTS = """
select o.id, bool_or(a.outcome in ('succeeded', 'returned'))
from funds_answering a join funds_paymentorder o on o.id = a.order_id and o.payee_id is null
where a.outcome = any(%s) group by 1
"""
_SUMS = """
select a.day, o.spent_on_id, o.fund_id, b.pays_from_id, count(*), sum(a.line_fen)::bigint
from funds_answering a join funds_paymentorder o on o.id = a.order_id join funds_paymentbatch b on b.id = a.batch_id
where a.outcome = %s group by 1, 2, 3, 4
"""


def _book(
    book: Book, outcome: str, origin: str, *, by: Actor, day_of: Mapping[date, date]
) -> dict[tuple[date, str], int]:
    """One voucher a day for the payments of an answer, and one for what came back; funds are told what is bespoken."""
    back = origin == "late_return"
    days: dict[date, list[tuple[date, int, int, int, int, int]]] = defaultdict(list)
    for row in _asked(_SUMS, outcome):
        days[day_of[row[0]]].append(row)
    postings = {}
    for day, those in sorted(days.items()):
        sums: dict[tuple[int, int], int] = defaultdict(int)
        funds: dict[int, int] = defaultdict(int)
        for _on, spent_on, fund, pays_from, _many, fen in those:
            sums[spent_on, fund] += -fen if back else fen
            sums[pays_from, fund] -= -fen if back else fen
            funds[fund] += fen
        legs = tuple(ledger.Leg(account, fund, fen) for (account, fund), fen in sorted(sums.items()))
        if not back:
            _bespeak(funds, -1)
        memo = f"{'退票' if back else '银行付款'} {sum(row[4] for row in those)} 笔"  # zh
        posting = post(NewVoucher(book, day, memo, legs, origin), by=by)
        if back:
            _bespeak(funds, 1)
        postings.update({(row[0], outcome): posting.pk for row in those})
    return postings


def _bespeak(funds: dict[int, int], sign: int) -> None:
    """A payment made is no longer bespoken; one that came back is again, until it is paid anew or cancelled."""
    for fund, fen in sorted(funds.items()):
        _do("update funds_fund set committed_fen = committed_fen + %s where id = %s", sign * fen, fund)


# Telling ----------------------------------------------------------------------------------------------------------

_EACH = """
select o.id, o.purpose, f.nature, a.outcome, a.code, a.day, 1, a.line_fen
from funds_answering a join funds_paymentorder o on o.id = a.order_id and o.payee_id is not null
join funds_fund f on f.id = o.fund_id where a.outcome = any(%s) order by a.seq
"""
_TOGETHER = """
select o.id, o.purpose, f.nature, a.outcome, a.code, a.day, count(*), sum(a.line_fen)::bigint
from funds_answering a join funds_paymentorder o on o.id = a.order_id and o.payee_id is null
join funds_fund f on f.id = o.fund_id where a.outcome = any(%s) group by 1, 2, 3, 4, 5, 6
"""


def _tell(book: Book, *, by: Actor, day_of: Mapping[date, date]) -> None:
    """An entry for each payment, for those of a list one a day; a late return takes the success back on its own day."""
    sums: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0])
    for order, purpose, nature, outcome, code, day, many, fen in _asked(_TOGETHER, [*SETTLING]):
        told = sums[order, purpose, nature, outcome, _code(outcome, code), day_of[day]]
        told[0], told[1] = told[0] + many, told[1] + fen
    rows = [
        (order, purpose, nature, outcome, _code(outcome, code), day_of[day], many, fen)
        for order, purpose, nature, outcome, code, day, many, fen in _asked(_EACH, [*SETTLING])
    ]
    together: list[Any] = [(*key, *told) for key, told in sums.items()]
    place = book.organisation
    entries = []
    for order, purpose, nature, outcome, code, day, many, fen in rows + sorted(together):
        where = {"subject_type": "funds.paymentorder", "subject_id": order, "actor_id": by.id, "happened_on": day}
        where |= {"organisation_id": place.pk, "path": place.path_on(day)}
        entries += [bulk.pending_like(fact, **where) for fact in _facts(purpose, nature, outcome, code, many, fen)]
    bulk.copy_entries(entries)
    reactions.wake({one.kind for one in entries})


def _code(outcome: str, code: str) -> str:
    return "" if outcome != "failed" else code if code in answers.CODES else "OTHER"


def _facts(purpose: str, nature: str, outcome: str, code: str, many: int, fen: int) -> list[object]:
    if outcome == "succeeded":
        return [PaymentSucceeded(purpose=purpose, nature=nature, payments=many, paid_fen=fen)]
    if outcome == "returned":
        return [
            PaymentSucceeded(purpose=purpose, nature=nature, payments=-many, paid_fen=-fen),
            PaymentReturned(purpose=purpose, nature=nature, returned_fen=fen, payments=many),
        ]
    if outcome == "failed":
        return [PaymentFailed(purpose=purpose, code=code, unpaid_fen=fen, payments=many)]
    return [PaymentDoubtful(purpose=purpose, open_fen=fen, payments=many)]


@action
def settle_row(row: AnswerRow, note: str, *, by: Actor, on: date) -> None:
    """Somebody looked into a row that fitted no payment and wrote down what it was; nothing else changes."""
    by.require(POST)
    require_reach(by, row.file.book)
    found = AnswerRow.objects.select_for_update(of=("self",)).select_related("file__book").get(pk=row.pk)
    if found.outcome not in answers.OPEN or found.looked_at_by is not None:
        raise StepRefused("funds.row_done", "这一行不需要处理，或已经处理过，请刷新后再看")
    note = " ".join(note.split())
    if not 1 <= len(note) <= 120:
        raise Refusal("funds.row_note", "请写明查实的结果，最多 120 个字")
    found.looked_at_by, found.note = by.account_id, note
    found.save(update_fields=["looked_at_by", "note"])
    record(AnswerSettled(), about=found, by=by, happened_on=on)
