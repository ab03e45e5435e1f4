"""Books and payments: a posting by itself, a load beside bare COPY, a balance among many legs, a batch to the bank."""

import random
import time
from datetime import date, timedelta
from functools import partial
from itertools import count
from typing import Any

from django.db import connection

from gonghui.core.actor import SYSTEM
from gonghui.core.bulk import ENTRY_TYPES
from gonghui.core.journal import ENTRY_COLUMNS, GROUP_IDS, KIND_IDS, SUBJECT_TYPE_IDS
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import NewVoucher
from gonghui.spine.funds.actions.posting import LEG_COLUMNS, POSTING_COLUMNS
from gonghui.spine.funds.models import LedgerAccount, PaymentOrder, balance
from gonghui.spine.funds.rules.answers import Answer
from gonghui.spine.funds.sheets import banks
from gonghui.spine.funds.tests import bank
from gonghui.spine.funds.tests import builders as made
from gonghui.spine.funds.tests.builders import CASHIER, JUNE, NOON, RELEASER, Books
from gonghui.spine.organisations.tests.builders import Federation
from tests.bench import paying
from tests.bench.measure import Result, Statements, timed

VOUCHERS = 10_000
POSTING_TYPES = ["int8", "int4", "int4", "int4", "date", "varchar", "varchar", "int2", "int8", "int2", "int8", "int8"]
POSTING_TYPES += ["int8", "int8"]
LEG_TYPES = ["int8", "int2", "int4", "int4", "date", "int8"]


def measure(scale: float) -> list[Result]:
    """All of it, the quick things first."""
    books = Books(Federation().chaoyang)
    books.post(books.receipt(10**14))
    books.post(books.receipt(10**13, fund=books.warmth))
    results = [*_one_by_one(books, 1_000), _in_bulk(books, 5), *_batch(books, int(10_000 * scale))]
    return [*results, *paying.measure(books, scale), _balance(books, scale)]


def _one_by_one(books: Books, times: int) -> list[Result]:
    voucher = books.spending(100)
    books.post(voucher)
    statements = len(Statements().of(lambda: books.post(voucher)).caught)
    speeds = []
    for _ in range(5):
        begun = time.perf_counter()
        for _each in range(times // 5):
            books.post(voucher)
        speeds.append(times / 5 / (time.perf_counter() - begun))
    asked = Result("statements of one posting, BEGIN and COMMIT with them", [statements + 2], "at most", 10, "")
    return [asked, Result("postings committed one by one", speeds, "at least", 250, "a second")]


# In bulk ----------------------------------------------------------------------------------------------------------


def _in_bulk(books: Books, rounds: int) -> Result:
    """Vouchers with legs and entries, beside bare COPY of the same rows into equal tables with the same indexes."""
    entry_columns = tuple(ENTRY_COLUMNS.split(", "))
    tables = {"funds_posting": POSTING_COLUMNS, "funds_leg": LEG_COLUMNS, "core_entry": entry_columns}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"create table bare_{table} (like {table} including all)")
        cursor.execute("alter table bare_core_entry alter column id set default nextval('entry_id')")
    numbers, ids = count(1), count(10**9)
    ours, bare = [], []
    order = random.Random(5)
    for _ in range(rounds):
        days = [date(2020, 1, 1) + timedelta(days=order.randrange(150)) for _ in range(VOUCHERS)]
        vouchers = [books.spending(100 + n % 900, day=day) for n, day in enumerate(days)]
        rows = _rows(books, vouchers, numbers, ids)
        for name in order.sample(["ours", "bare"], 2):
            if name == "ours":
                ours.append(VOUCHERS / timed(partial(actions.post_vouchers, vouchers, by=SYSTEM)))
            else:
                bare.append(VOUCHERS / timed(partial(_copied, tables, rows)))
    name = "postings in bulk, with legs and entries"
    return Result(name, ours, "ratio at least", 0.6, "k/s", bare, "k/s bare COPY")


def _rows(books: Books, vouchers: list[NewVoucher], numbers: "count[int]", ids: "count[int]") -> list[list[Any]]:
    kind, subject = KIND_IDS.of("funds.voucher_posted"), SUBJECT_TYPE_IDS.of("funds.posting")
    group = GROUP_IDS.of(kind, '{"origin":"manual"}')
    place, path = books.book.organisation_id, books.book.organisation.path
    postings, legs, entries = [], [], []
    for one in vouchers:
        key, total = next(ids), one.legs[0].amount_fen
        month = one.day.year * 100 + one.day.month
        head = (key, books.book.pk, month, next(numbers), one.day, one.origin, one.memo, 2, total)
        postings.append((*head, 0, 0, None, None, None))
        legs += [(key, seq, leg.account, leg.fund, one.day, leg.amount_fen) for seq, leg in enumerate(one.legs, 1)]
        entries.append((key, total, 1, place, 0, one.day, group, kind, subject, 1, None, path, None))
    return [postings, legs, entries]


def _copied(tables: dict[str, tuple[str, ...]], rows: list[list[Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("begin")
        for (table, columns), types, lines in zip(
            tables.items(), (POSTING_TYPES, LEG_TYPES, ENTRY_TYPES), rows, strict=True
        ):
            with cursor.copy(f"copy bare_{table} ({', '.join(columns)}) from stdin (format binary)") as out:
                out.set_types(types)
                for line in lines:
                    out.write_row(line)
        cursor.execute("commit")


# A batch ----------------------------------------------------------------------------------------------------------


def _batch(books: Books, payments: int) -> list[Result]:
    orders = _orders(books, payments)
    batch = actions.make_batch(orders, pays_from=books.accounts["bank"], by=CASHIER, at=NOON)
    actions.release_batch(batch, content=batch.content_sha256, by=RELEASER, at=NOON)
    out = timed(lambda: banks.file_of(batch, "iso20022")) / 1000
    rows = [Answer(line.reference, line.amount_fen, "ok", JUNE, bank_ref=f"B{line.seq}") for line in batch.lines.all()]
    content = bank.as_report(rows)

    def take() -> None:
        read, sha256 = banks.answers_of(content, "iso20022")
        actions.take_answer(books.book, read, layout="iso20022", sha256=sha256, by=CASHIER, at=NOON)

    return [
        Result(f"a batch of {payments:,}: file out", [out], "at most", 5, "s"),
        Result(f"a batch of {payments:,}: return in", [timed(take) / 1000], "at most", 10, "s"),
    ]


_LIKE = """
insert into funds_paymentorder (id, public_id, request_key, state, %(columns)s)
select (random() * 9e15)::bigint, gen_random_uuid(), 'bench-' || n, 'ready', %(columns)s
from funds_paymentorder, generate_series(2, %(many)s) n where id = %(one)s
"""


def _orders(books: Books, payments: int) -> list[PaymentOrder]:
    """Payments that are ready: one made by the actions, the others like it."""
    one = made.an_approved_order(books, 1_00)
    own = ("id", "public_id", "request_key", "state")
    columns = ", ".join(field.column for field in PaymentOrder._meta.concrete_fields if field.column not in own)
    with connection.cursor() as cursor:
        cursor.execute(_LIKE % {"columns": columns, "many": payments, "one": one.pk})
        fen = (payments - 1) * 1_00
        cursor.execute("update funds_fund set committed_fen = committed_fen + %s where id = %s", [fen, one.fund_id])
    return list(PaymentOrder.objects.filter(state="ready"))


# Balances ---------------------------------------------------------------------------------------------------------


def _balance(books: Books, scale: float) -> Result:
    """Balances where ten years of legs went through the accounts: the legs are not written, their sums by day are.

    Simulated as the issue allows: 50 million legs would leave a row for each account, fund and day, and those are here.
    """
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute(
            "insert into funds_dayturn (account_id, fund_id, day, debit_fen, credit_fen, legs)"
            " select a.id, f.id, date '2010-01-01' + d, 100, 99, %s from funds_ledgeraccount a, funds_fund f,"
            " generate_series(0, 3650) d where a.book_id = %s and f.book_id = %s on conflict do nothing",
            [int(130 * scale), books.book.pk, books.book.pk],
        )
        cursor.execute("reset session_replication_role")
        cursor.execute("analyze funds_dayturn")
        cursor.execute("select sum(legs) from funds_dayturn")
        legs = int(cursor.fetchone()[0])
    accounts = list(LedgerAccount.objects.filter(book=books.book).select_related("book"))
    draw = random.Random(9)
    times = [
        timed(lambda: balance(draw.choice(accounts), date(2010, 1, 1) + timedelta(days=draw.randrange(3650))))
        for _ in range(200)
    ]
    return Result(f"balance of any account at {legs:,} legs", times, "at most", 20, "ms", percentile=95)
