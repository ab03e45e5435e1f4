"""Bank statements: taken in once, found in the book by reference, bank number or amount and day, the rest by people.

A row that names a payment of ours is also the bank's answer about it: money that left says it succeeded, money that
came back is a late return. So nothing the bank has told us in any file is told to the books twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from gonghui.core import clock, money
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.journal import record
from gonghui.spine.funds.actions.bank import take_answer
from gonghui.spine.funds.actions.posting import POST
from gonghui.spine.funds.actions.setting_up import require_reach
from gonghui.spine.funds.facts import MovementMatched, MovementReleased, StatementTaken
from gonghui.spine.funds.flow import BATCH
from gonghui.spine.funds.models import (
    AnswerRow,
    Book,
    LedgerAccount,
    PaymentLine,
    Statement,
    StatementRow,
    balance,
)
from gonghui.spine.funds.rules import ledger
from gonghui.spine.funds.rules.answers import Answer
from gonghui.spine.funds.rules.statements import DAYS_APART, Movement


@dataclass(frozen=True)
class BookItem:
    """What the book says moved on an account: a payment or its return, or what a voucher has of it."""

    day: date
    fen: int
    posting: int | None
    line: int | None
    number: int
    month: int
    memo: str

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"p{self.posting}" if self.posting is not None else f"l{self.line}"

    @property
    def month_key(self) -> str:
        """The month of its voucher."""
        return f"{self.month // 100}-{self.month % 100:02}"


@dataclass(frozen=True)
class Differences:
    """Book and bank at the end of a month, each brought to what it will be; equal when nothing is unexplained."""

    last: date
    book_fen: int
    bank_fen: int
    movements: list[StatementRow]
    items: list[BookItem]
    before_fen: int
    """By how much bank and book differed when the first statement began."""

    @property
    def book_adjusted(self) -> int:
        """The book, with what only the bank has."""
        return self.book_fen + self.before_fen + sum(row.amount_fen for row in self.movements)

    @property
    def bank_adjusted(self) -> int:
        """The bank, with what only the book has."""
        return self.bank_fen + sum(item.fen for item in self.items)


_ITEMS = """
select p.day, sum(l.amount_fen)::bigint - coalesce((select sum(r.amount_fen) from funds_statementrow r
    where r.posting_id = p.id and r.account_id = %(account)s and r.on <= %(last)s), 0)::bigint as fen,
  p.id as posting, null::bigint as line, p.number, p.month, p.memo
from funds_leg l join funds_posting p on p.id = l.posting_id
where l.account_id = %(account)s and l.day between %(first)s and %(last)s
  and p.origin not in ('payment', 'late_return', 'opening') group by p.id
union all
select p.day, case a.outcome when 'succeeded' then -a.amount_fen else a.amount_fen end, null, a.line_id, p.number,
  p.month, p.memo
from funds_posting p join funds_answerrow a on a.posting_id = p.id and a.outcome in ('succeeded', 'returned')
join funds_paymentline l on l.id = a.line_id join funds_paymentbatch b on b.id = l.batch_id
where p.book_id = %(book)s and p.day between %(first)s and %(last)s and p.origin in ('payment', 'late_return')
  and b.pays_from_id = %(account)s and not exists (select 1 from funds_statementrow r where r.line_id = a.line_id
    and (r.amount_fen < 0) = (a.outcome = 'succeeded') and r.on <= %(last)s)
"""
_PAIRED = f"""
with items as (select * from ({_ITEMS}) i where i.fen <> 0), rows as (
  select r.id, r.on, r.amount_fen from funds_statementrow r where r.account_id = %(account)s and r.how = ''
), pairs as (
  select r.id, i.day, i.posting, i.line, count(*) over (partition by r.id) as of_row,
    count(*) over (partition by i.posting, i.line, i.fen > 0) as of_item
  from rows r join items i on i.fen = r.amount_fen and i.day between r.on - %(apart)s and r.on + %(apart)s
)
update funds_statementrow r set how = 'amount_day', posting_id = p.posting, line_id = p.line, booked_on = p.day
from pairs p where r.id = p.id and p.of_row = 1 and p.of_item = 1
"""  # noqa: S608


def began(account: LedgerAccount) -> date | None:
    """The first of the month in which the account's statements begin; what the book has of before is not compared."""
    first = StatementRow.objects.filter(account=account).order_by("on", "id").values_list("on", flat=True).first()
    return first.replace(day=1) if first is not None else None


def open_items(account: LedgerAccount, first: date, last: date) -> list[BookItem]:
    """What the book has and no statement told of until `last`."""
    given: dict[str, int | date] = {
        "account": account.pk,
        "book": account.book_id,
        "first": first,
        "last": last,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"select * from ({_ITEMS}) i where fen <> 0 order by day, number, line", given)  # noqa: S608
        return [BookItem(*row) for row in cursor.fetchall()]


def open_movements(account: LedgerAccount, last: date) -> "QuerySet[StatementRow]":
    """What statements told of until `last` and the book did not have by then."""
    told = StatementRow.objects.filter(account=account, on__lte=last)
    return (told.filter(booked_on=None) | told.filter(booked_on__gt=last)).order_by("on", "id")


def differences(account: LedgerAccount, month: int) -> Differences | None:
    """Both sides at the end of a month; None where no statement reaches so far back."""
    first, last = began(account), ledger.last_day(month)
    if first is None or first > last:
        return None
    rows = StatementRow.objects.filter(account=account)
    begin, end = rows.order_by("on", "id").first(), rows.filter(on__lte=last).order_by("-on", "-id").first()
    if begin is None or end is None:
        return None
    before = begin.balance_fen - begin.amount_fen - balance(account, first - timedelta(1))
    movements, items = list(open_movements(account, last)), open_items(account, first, last)
    return Differences(last, balance(account, last), end.balance_fen, movements, items, before)


def standing(book: Book, month: int) -> int:
    """How many movements until the end of a month nobody has matched or explained; they keep the month open."""
    return StatementRow.objects.filter(account__book=book, on__lte=ledger.last_day(month), how="").count()


# Taking in --------------------------------------------------------------------------------------------------------


@action
def take_statement(
    account: LedgerAccount, told: Sequence[Movement], *, layout: str, sha256: str, by: Actor, at: datetime
) -> Statement:
    """The statement is kept, row by row, and found in the book as far as that is certain; all of it or nothing."""
    by.require(BATCH)
    book, on = account.book, clock.day_of(at)
    require_reach(by, book)
    if not account.is_money or account.key == "cash":
        raise Refusal("funds.statement_account", "请选择银行存款科目")
    connection.cursor().execute("select pg_advisory_xact_lock(%s)", [(14 << 48) + book.pk])
    if Statement.objects.filter(book=book, sha256=sha256).exists():
        raise Refusal("funds.statement_known", "这份对账单已经导入过，没有变化")
    fresh = _fresh(account, told, on=on)
    statement = Statement(
        book=book,
        account=account,
        layout=layout,
        sha256=sha256,
        rows=len(told),
        first_on=told[0].on,
        last_on=told[-1].on,
        received_by=by.account_id,
        received_at=at,
    )
    statement.save(force_insert=True)
    StatementRow.objects.bulk_create([_row(statement, seq, one) for seq, one in fresh], batch_size=2000)
    record(StatementTaken(layout=layout, movements=len(fresh)), about=statement, by=by, happened_on=on)
    _answer(book, [one for _seq, one in fresh], sha256=sha256, by=by, at=at)
    _match_named(statement, account)
    first = began(account)
    if first is not None:
        span: dict[str, int | date] = {"first": first, "last": on, "apart": DAYS_APART}
        with connection.cursor() as cursor:
            cursor.execute(_PAIRED, {**span, "account": account.pk, "book": book.pk})
    return statement


def _row(statement: Statement, seq: int, one: Movement) -> StatementRow:
    return StatementRow(
        statement=statement,
        account=statement.account,
        seq=seq,
        on=one.on,
        amount_fen=one.amount_fen,
        balance_fen=one.balance_fen,
        bank_ref=one.bank_ref,
        counterparty=one.counterparty,
        remark=one.remark,
    )


def _fresh(account: LedgerAccount, told: Sequence[Movement], *, on: date) -> list[tuple[int, Movement]]:
    """The rows that no earlier statement had; they must go on where that one ended."""
    if late := next((one for one in told if one.on > on), None):
        raise Refusal("funds.statement_ahead", "对账单里有 %(day)s 的收支，那天还没有到", day=late.on.isoformat())
    known = {
        ref: (day, fen, left)
        for ref, day, fen, left in StatementRow.objects.filter(
            account=account, bank_ref__in=[one.bank_ref for one in told]
        ).values_list("bank_ref", "on", "amount_fen", "balance_fen")
    }
    for one in told:
        if one.bank_ref in known and known[one.bank_ref] != (one.on, one.amount_fen, one.balance_fen):
            raise Refusal(
                "funds.statement_differs", "流水号 %(ref)s 与以前对账单里的不一样，请向银行核实", ref=one.bank_ref
            )
    fresh = [(seq, one) for seq, one in enumerate(told, 1) if one.bank_ref not in known]
    last = StatementRow.objects.filter(account=account).order_by("-on", "-id").first()
    if fresh and last is not None:
        first = fresh[0][1]
        if first.on < last.on or first.balance_fen - first.amount_fen != last.balance_fen:
            raise Refusal(
                "funds.statement_gap",
                "与上一份对账单接不上：上一份到 %(day)s，余额 %(left)s 元；请先导入中间的对账单",
                day=last.on.isoformat(),
                left=money.yuan(last.balance_fen),
            )
    return fresh


def _lines(references: Iterable[str], book: Book) -> Mapping[str, PaymentLine]:
    asked = [one for one in set(references) if one]
    return {line.reference: line for line in PaymentLine.objects.filter(reference__in=asked, batch__book=book)}


def _answer(book: Book, told: Sequence[Movement], *, sha256: str, by: Actor, at: datetime) -> None:
    """Rows that name a payment whose state they do not know yet are the bank's answer about it."""
    lines = _lines((one.names for one in told), book)
    rows = []
    for one in told:
        line = lines.get(one.names)
        if line is None:
            continue
        came_back = one.amount_fen > 0
        if line.state in (("returned",) if came_back else ("succeeded", "returned")):
            continue
        code = "OTHER" if came_back else ""
        rows.append(
            Answer(line.reference, abs(one.amount_fen), "returned" if came_back else "ok", one.on, code, one.bank_ref)
        )
    if rows:
        take_answer(book, rows, layout="statement", sha256=sha256, by=by, at=at)


def _match_named(statement: Statement, account: LedgerAccount) -> None:
    """Rows that name a payment, or carry the bank's number of one, and agree with it in amount."""
    rows = list(StatementRow.objects.filter(statement=statement, how=""))
    named = {row.pk: Movement(row.on, 0, 0, row.bank_ref, remark=row.remark).names for row in rows}
    lines = _lines(named.values(), account.book)
    numbers = [row.bank_ref for row in rows]
    by_number = {
        line.bank_ref: line
        for line in PaymentLine.objects.filter(bank_ref__in=numbers, batch__book=account.book, state__in=PAID)
    }
    found = []
    for row in rows:
        line, how = lines.get(named[row.pk]), "reference"
        if line is None and row.amount_fen < 0:
            line, how = by_number.get(row.bank_ref), "bank_ref"
        if line is not None and line.amount_fen == abs(row.amount_fen):
            found.append((row, line, how))
    _keep(found, account)


PAID = ("succeeded", "returned")


def _keep(found: Sequence[tuple[StatementRow, PaymentLine, str]], account: LedgerAccount) -> None:
    """Each row with its payment, where the book has it and no other row has taken it."""
    booked = _booked([line.pk for _row, line, _how in found], account)
    taken = {
        (line, fen < 0)
        for line, fen in StatementRow.objects.filter(line__in=[line.pk for _row, line, _how in found]).values_list(
            "line", "amount_fen"
        )
    }
    matched = []
    for row, line, how in found:
        side = (line.pk, row.amount_fen < 0)
        if side in booked and side not in taken:
            taken.add(side)
            row.how, row.line, row.booked_on = how, line, booked[side]
            matched.append(row)
    StatementRow.objects.bulk_update(matched, ["how", "line", "booked_on"], batch_size=1000)


def _booked(lines: Sequence[int], account: LedgerAccount) -> dict[tuple[int, bool], date]:
    """When the book has payments as gone and as come back, by line and by whether they left."""
    rows = AnswerRow.objects.filter(
        line__in=lines, outcome__in=("succeeded", "returned"), posting__isnull=False, line__batch__pays_from=account
    )
    return {
        (line, outcome == "succeeded"): day
        for line, outcome, day in rows.values_list("line", "outcome", "posting__day")
    }


# By hand ----------------------------------------------------------------------------------------------------------


def _held(row: StatementRow, by: Actor) -> StatementRow:
    by.require(POST)
    found: Any = StatementRow.objects.select_related("statement__book__organisation", "account__book")
    found = found.select_for_update(of=("self",)).get(pk=row.pk)
    require_reach(by, found.statement.book)
    connection.cursor().execute("select pg_advisory_xact_lock(%s)", [(14 << 48) + found.statement.book_id])
    return found  # type: ignore[no-any-return]


def _reason(note: str) -> str:
    note = " ".join(note.split())
    if not 1 <= len(note) <= 120:
        raise Refusal("funds.match_note", "请写明理由，最多 120 个字")
    return note


def candidates(row: StatementRow) -> list[BookItem]:
    """What of the book the row may be: the same side and not less, the nearest in amount and day first."""
    first = began(row.account)
    if first is None:
        return []
    items = [item for item in open_items(row.account, first, clock.today()) if _fits(row, item)]
    return sorted(items, key=lambda item: (abs(item.fen - row.amount_fen), abs((item.day - row.on).days)))[:20]


def _fits(row: StatementRow, item: BookItem) -> bool:
    """A voucher may have come in several movements, a payment never."""
    same_side = (item.fen > 0) == (row.amount_fen > 0)
    return item.fen == row.amount_fen or (
        same_side and item.posting is not None and abs(item.fen) > abs(row.amount_fen)
    )


@action
def match_movement(row: StatementRow, key: str, note: str, *, by: Actor, on: date) -> None:
    """Somebody found the movement in the book and says why it is that one."""
    found = _held(row, by)
    if found.how not in ("", "explained"):
        raise StepRefused("funds.movement_matched", "这一笔已经核对过，请刷新后再看")
    reason, item = _reason(note), next((one for one in candidates(found) if one.key == key), None)
    if item is None:
        raise Refusal("funds.match_item", "所选的账面收支已经核对过，或方向、金额不符，请重新选择")
    found.how, found.posting_id, found.line_id, found.booked_on = "by_hand", item.posting, item.line, item.day
    found.settled_by, found.note = by.account_id, reason
    found.save(update_fields=["how", "posting", "line", "booked_on", "settled_by", "note"])
    record(MovementMatched(how="by_hand"), about=found, by=by, happened_on=on)


@action
def explain_movement(row: StatementRow, note: str, *, by: Actor, on: date) -> None:
    """The book does not have the movement yet and somebody says why; it stays on the list of differences."""
    found = _held(row, by)
    if found.how:
        raise StepRefused("funds.movement_matched", "这一笔已经核对过，请刷新后再看")
    found.how, found.settled_by, found.note = "explained", by.account_id, _reason(note)
    found.save(update_fields=["how", "settled_by", "note"])
    record(MovementMatched(how="explained"), about=found, by=by, happened_on=on)


@action
def release_movement(row: StatementRow, *, by: Actor, on: date) -> None:
    """What was matched by amount or by hand was wrong; it stands open again, unless its month is closed."""
    found = _held(row, by)
    if found.how not in ("amount_day", "by_hand", "explained"):
        raise StepRefused("funds.movement_sure", "这一笔没有核对过，或由付款参考号、流水号核对，不能撤回")
    if found.statement.book.months.filter(month=ledger.month_of(found.on), state="closed").exists():
        raise Refusal("funds.movement_closed", "%(month)s 已经结账，核对结果不再改", month=found.on.strftime("%Y-%m"))
    found.how, found.posting, found.line, found.booked_on, found.settled_by = "", None, None, None, by.account_id
    found.note = ""
    found.save(update_fields=["how", "posting", "line", "booked_on", "settled_by", "note"])
    record(MovementReleased(), about=found, by=by, happened_on=on)
