"""A list of payments: people kept, payments listed, released, written for the bank, answered; beside bare COPY.

The baseline is the harshest there is: the very rows that were written, as bytes, into equal tables with equal indexes.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from django.db import connection, transaction

from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import Lines, ListEntry
from gonghui.spine.funds.models import PaymentBatch, PaymentOrder
from gonghui.spine.funds.rules.answers import Answer
from gonghui.spine.funds.sheets import banks
from gonghui.spine.funds.tests import builders as made
from gonghui.spine.funds.tests.builders import APPROVER, CASHIER, JUNE, NOON, ORDERER, RELEASER, Books
from gonghui.spine.organisations.models import Organisation
from tests.bench.measure import Result, timed

LINES, CHUNK = 300_000, 50_000
Samples = dict[str, list[float]]


def measure(books: Books, scale: float) -> list[Result]:
    """A list from its people to its answers, chunk by chunk; thousands a second."""
    chunk = max(1_000, int(CHUNK * scale))
    ours: Samples = defaultdict(list)
    bare: Samples = defaultdict(list)
    _equal_tables("funds_payee", "funds_payeeaccount", "core_entry", "funds_paymentline", "funds_answerrow")
    entry = ListEntry(books.warmth, books.accounts["warmth"], "mutual_aid", "bench-list", lines_about=Organisation)
    order = actions.begin_list(entry, by=ORDERER, at=NOON)
    for number in range(LINES // CHUNK):
        _listed(books, order, made.people(chunk, 10**8 + number * chunk), ours, bare)
    order.refresh_from_db()
    actions.close_list(order, payments=order.payments, total_fen=order.amount_fen, by=ORDERER, at=NOON)
    actions.approve_order(order, minutes="2020-6", by=APPROVER, on=JUNE)
    for batch in order.batches.order_by("number"):
        _paid(books, batch, ours, bare)
    assert PaymentOrder.objects.get(pk=order.pk).state == "settled"
    name = f"a list of {LINES // CHUNK * chunk:,}: "
    return [
        _result(name, "people new", ours, bare, 0.2),
        Result(f"{name}people known", ours["people known"], "at least", 50, "k/s"),
        _result(name, "payments listed", ours, bare, 0.15),
        Result(f"{name}released", ours["released"], "at least", 40, "k/s"),
        Result(f"{name}file out (table)", ours["file out"], "at least", 20, "k/s"),
        _result(name, "answered", ours, bare, 0.15),
    ]


def _result(name: str, what: str, ours: Samples, bare: Samples, limit: float) -> Result:
    return Result(f"{name}{what}", ours[what], "ratio at least", limit, "k/s", bare[what], "k/s bare COPY")


def _listed(
    books: Books, order: PaymentOrder, people: list[tuple[int, str, str]], ours: Samples, bare: Samples
) -> None:
    many = len(people)
    keep = transaction.atomic(partial(actions.keep_people, books.book, people, by=ORDERER, at=NOON))
    with connection.cursor() as cursor:
        cursor.execute("select last_value from entry_id")
        [last] = cursor.fetchone()
    ours["people new"].append(many / timed(keep))
    ours["people known"].append(many / timed(keep))
    kept = keep()
    ids = [one.account for one in kept]
    payees, accounts = "id = any(%s)", [one.payee for one in kept]
    rows = [_taken("funds_payee", payees, accounts), _taken("funds_payeeaccount", payees, ids)]
    bare["people new"].append(many / _copied([*rows, _taken("core_entry", "id > %s", last)]))
    numbers = [person for person, _name, _card in people]
    lines = Lines(ids, [1_00 + one % 900 for one in numbers], numbers)
    before = set(order.batches.values_list("pk", flat=True))
    add = partial(actions.add_to_list, order, books.accounts["bank"], lines, by=ORDERER, at=NOON)
    ours["payments listed"].append(many / timed(add))
    batches = [pk for pk in order.batches.values_list("pk", flat=True) if pk not in before]
    bare["payments listed"].append(many / _copied([_taken("funds_paymentline", "batch_id = any(%s)", batches)]))


def _paid(books: Books, batch: PaymentBatch, ours: Samples, bare: Samples) -> None:
    many, content = batch.payments, batch.content_sha256
    release = partial(actions.release_batch, batch, content=content, by=RELEASER, at=NOON)
    ours["released"].append(many / timed(release))
    ours["file out"].append(many / timed(lambda: banks.file_of(batch, "csv_utf8")))
    rows = [
        Answer(reference, fen, "ok" if seq % 500 else "failed", JUNE, "" if seq % 500 else "ACCT_CLOSED", f"B{seq}")
        for seq, reference, fen in batch.lines.order_by("seq").values_list("seq", "reference", "amount_fen")
    ]
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    take = partial(actions.take_answer, books.book, rows, layout="csv_utf8", sha256=sha256, by=CASHIER, at=NOON)
    ours["answered"].append(many / timed(take))
    of_file = "file_id = (select id from funds_answerfile where sha256 = %s)"
    bare["answered"].append(many / _copied([_taken("funds_answerrow", of_file, sha256)]))


# Bare -------------------------------------------------------------------------------------------------------------

Taken = tuple[str, str, bytes]


def _equal_tables(*tables: str) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"create table if not exists bare_{table} (like {table} including all)")


def _taken(table: str, which: str, value: object) -> Taken:
    """The rows as bytes."""
    with connection.cursor() as cursor:
        written = "select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute"
        cursor.execute(f"{written} where attrelid = %s::regclass and attnum > 0 and attgenerated = ''", [table])
        [columns] = cursor.fetchone()
        with cursor.copy(
            f"copy (select {columns} from {table} where {which}) to stdout (format binary)", [value]
        ) as out:
            return table, columns, b"".join(map(bytes, out))


def _copied(those: Sequence[Taken]) -> float:
    """How long COPY takes for them, in one transaction, in milliseconds."""

    def copy() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, columns, rows in those:
                with cursor.copy(f"copy bare_{table} ({columns}) from stdin (format binary)") as into:
                    into.write(rows)

    return timed(copy)
