"""What the bank answers: each payment moves once, money is booked where it moved, and what fits nothing waits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import connection

from gonghui.core import bulk, clock, reactions
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.journal import record, subject_type_of
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
from gonghui.spine.funds.models import AnswerFile, AnswerRow, Book, BookMonth, PaymentBatch, PaymentLine
from gonghui.spine.funds.rules import answers, ledger
from gonghui.spine.funds.rules.answers import Answer, Sent

POST = "funds.post"
Moved = list[tuple[Answer, PaymentLine, str]]


@action
def take_answer(book: Book, rows: Sequence[Answer], *, layout: str, sha256: str, by: Actor, at: datetime) -> AnswerFile:
    """The bank's answer is kept, row by row with what became of it. Only a success of the bank's makes a payment paid.

    All of it or nothing, in one transaction: a killed process begins anew. The same file again is refused by its hash.
    """
    by.require(BATCH)
    require_reach(by, book)
    on = clock.day_of(at)
    connection.cursor().execute("select pg_advisory_xact_lock(%s)", [(14 << 48) + book.pk])
    if AnswerFile.objects.filter(book=book, sha256=sha256).exists():
        raise Refusal("funds.answer_known", "这个回单文件已经处理过，没有变化")
    file = AnswerFile(
        book=book, layout=layout, sha256=sha256, rows=len(rows), received_by=by.account_id, received_at=at
    )
    file.save(force_insert=True)
    lines = _lines(book, rows)
    sent = {reference: Sent(line.state, line.amount_fen, line.bank_ref) for reference, line in lines.items()}
    kept, moved = [], []
    for seq, row in enumerate(rows, 1):
        line = lines.get(row.reference)
        outcome = answers.judge(row, sent.get(row.reference))
        kept.append(_row(file, seq, row, line, outcome))
        if line is not None and outcome in answers.SETTLING:
            moved.append((row, line, outcome))
    _move(moved, sent)
    day_of = _days(book, {row.on for row, _line, _outcome in moved}, on=on)
    for outcome, origin in (("succeeded", "payment"), ("returned", "late_return")):
        _book([each for each in moved if each[2] == outcome], book, origin, by=by, day_of=day_of, rows=kept)
    _tell(moved, by=by, day_of=day_of)
    AnswerRow.objects.bulk_create(kept, batch_size=2000)
    _settle({line.batch_id for _answer, line, _outcome in moved})
    record(BankAnswered(layout=layout, rows=len(rows)), about=file, by=by, happened_on=on)
    return file


def _lines(book: Book, rows: Sequence[Answer]) -> dict[str, PaymentLine]:
    """The lines that rows name, locked in one order, with their orders."""
    asked = list({row.reference for row in rows})
    found = (
        PaymentLine.objects.select_for_update(of=("self",))
        .select_related("order__fund", "batch__pays_from")
        .filter(reference__in=asked, batch__book=book)
        .order_by("id")
    )
    lines = {line.reference: line for line in found}
    for line in lines.values():
        line.order.book = book
    return lines


def _row(file: AnswerFile, seq: int, row: Answer, line: PaymentLine | None, outcome: str) -> AnswerRow:
    return AnswerRow(
        file=file,
        seq=seq,
        reference=row.reference[:64],
        amount_fen=row.amount_fen,
        result=row.result,
        code=row.code[:20],
        bank_ref=row.bank_ref[:64],
        on=row.on,
        line=line,
        outcome=outcome,
    )


def _days(book: Book, days: set[date], *, on: date) -> dict[date, date]:
    """The day a row's money is booked on: the bank's, or today where that month is closed or the day lies ahead."""
    if not days:
        return {}
    closed = set(BookMonth.objects.filter(book=book, state="closed").values_list("month", flat=True))
    return {day: on if day > on or day < book.started_on or ledger.month_of(day) in closed else day for day in days}


_LINES = """
update funds_paymentline l set state = n.state, code = n.code, bank_ref = n.bank_ref, settled_on = n.day
from unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::date[]) as n(id, state, code, bank_ref, day)
where l.id = n.id
"""
_ORDERS = """
update funds_paymentorder o set state = n.state from unnest(%s::bigint[], %s::text[]) as n(id, state) where o.id = n.id
"""
_ORDER_STATES = {"succeeded": "paid", "failed": "failed", "unknown": "unknown", "returned": "returned"}
_WAYS = (("unknown",), ("failed", "succeeded"), ("returned",))
"""A row may move a line twice (paid and sent back in one answer): the steps are written one after another."""


def _move(moved: Moved, sent: dict[str, Sent]) -> None:
    for outcomes in _WAYS:
        step = [(row, line, outcome) for row, line, outcome in moved if outcome in outcomes]
        if not step:
            continue
        ids = [line.pk for _answer, line, _outcome in step]
        states = [outcome for _answer, _line, outcome in step]
        codes = [row.code[:20] for row, _line, _outcome in step]
        refs = [row.bank_ref[:64] or sent[row.reference].bank_ref for row, _line, _outcome in step]
        with connection.cursor() as cursor:
            cursor.execute(_LINES, [ids, states, codes, refs, [row.on for row, _line, _outcome in step]])
            orders = [line.order_id for _answer, line, _outcome in step]
            cursor.execute(_ORDERS, [orders, [_ORDER_STATES[state] for state in states]])


def _book(
    moved: Moved, book: Book, origin: str, *, by: Actor, day_of: Mapping[date, date], rows: list[AnswerRow]
) -> None:
    """One voucher a day for the payments of an answer, and one for what came back; funds are told what is bespoken."""
    back = origin == "late_return"
    days: dict[date, Moved] = defaultdict(list)
    for each in moved:
        days[day_of[each[0].on]].append(each)
    for day, those in sorted(days.items()):
        sums: dict[tuple[int, int], int] = defaultdict(int)
        funds: dict[int, int] = defaultdict(int)
        for _answer, line, _outcome in those:
            order, sign = line.order, -1 if back else 1
            sums[order.spent_on_id, order.fund_id] += sign * line.amount_fen
            sums[line.batch.pays_from_id, order.fund_id] -= sign * line.amount_fen
            funds[order.fund_id] += line.amount_fen
        legs = tuple(ledger.Leg(account, fund, fen) for (account, fund), fen in sorted(sums.items()))
        if not back:
            _bespeak(funds, -1)
        memo = f"{'退票' if back else '银行付款'} {len(those)} 笔"  # zh
        posting = post(NewVoucher(book, day, memo, legs, origin), by=by)
        if back:
            _bespeak(funds, 1)
        mine = {(row.reference, row.result) for row, _line, _outcome in those}
        for row in rows:
            if (row.reference, row.result) in mine and row.outcome in ("succeeded", "returned"):
                row.posting = posting


def _bespeak(funds: dict[int, int], sign: int) -> None:
    """A payment made is no longer bespoken; one that came back is again, until it is paid anew or cancelled."""
    for fund, fen in sorted(funds.items()):
        with connection.cursor() as cursor:
            cursor.execute("update funds_fund set committed_fen = committed_fen + %s where id = %s", [sign * fen, fund])


def _tell(moved: Moved, *, by: Actor, day_of: Mapping[date, date]) -> None:
    """An entry for each payment; a late return takes the success back on its own day."""
    entries = []
    for row, line, outcome in moved:
        order, fen = line.order, line.amount_fen
        purpose, nature = order.purpose, order.fund.nature
        told: list[object] = []
        if outcome == "succeeded":
            told = [PaymentSucceeded(purpose=purpose, nature=nature, payments=1, paid_fen=fen)]
        elif outcome == "returned":
            told = [
                PaymentSucceeded(purpose=purpose, nature=nature, payments=-1, paid_fen=-fen),
                PaymentReturned(purpose=purpose, nature=nature, returned_fen=fen),
            ]
        elif outcome == "failed":
            code = row.code if row.code in answers.CODES else "OTHER"
            told = [PaymentFailed(purpose=purpose, code=code, unpaid_fen=fen)]
        else:
            told = [PaymentDoubtful(purpose=purpose, open_fen=fen)]
        day = day_of[row.on]
        where = {"subject_type": subject_type_of(order), "subject_id": order.pk, "actor_id": by.id}
        place = {"organisation_id": order.book.organisation_id, "path": order.book.organisation.path_on(day)}
        entries += [bulk.pending_like(fact, **where, **place, happened_on=day) for fact in told]
    bulk.copy_entries(entries)
    reactions.wake({one.kind for one in entries})


def _settle(batches: set[int]) -> None:
    """A batch of which every payment has its result is settled."""
    waiting = PaymentLine.objects.filter(batch__in=batches, state__in=("sent", "unknown")).values("batch")
    PaymentBatch.objects.filter(pk__in=batches, state="released").exclude(pk__in=waiting).update(state="settled")


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
