"""The half-year's settlements from the bureau's files to the member: read, decided for good, ordered, paid, told.

Two million settlements go through the actions month by month, as in life; beside them bare COPY of the very rows that
were written, into equal tables with equal indexes. Then an invoice and a stay are looked up among five million claims.
"""

import hashlib
import multiprocessing
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings
from django.db import connection, transaction

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.facts import HEAD_BITS
from gonghui.scenario import bills, mutual_aid
from gonghui.scenario import members as roster
from gonghui.spine.funds import actions as funds
from gonghui.spine.funds.models import PaymentBatch, PaymentLine
from gonghui.spine.funds.rules.answers import Answer
from gonghui.spine.funds.tests.builders import a_card
from gonghui.spine.members import actions as members
from gonghui.spine.members.models import Person
from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.work.mutual_aid import actions
from gonghui.work.mutual_aid.actions import Sent, claims, paying, releasing
from gonghui.work.mutual_aid.models import Claim, Settlement, SettlementFile
from gonghui.work.mutual_aid.tests import builders as made
from gonghui.work.mutual_aid.tests import claiming
from tests.bench.measure import Result, timed

WHOLE, FLAT, CLAIMS = 40.0, 1.15, 5_000_000
AT_ONCE = 8_000
Spent = dict[str, float]
FORK = multiprocessing.get_context("fork")


def measure(scale: float) -> list[Result]:
    """Six months, the seconds of each stage summed up, what COPY takes for the rows, and the memory after each."""
    with TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = Path(folder)
        tree = Federation()
        actions.keep_shipped_editions(tree.city, on=date(2019, 1, 1))
        made.Money(tree.city, 1_000_000_000_00)
        unions = [tree.first, tree.third]
        _apart(lambda: _sent(scale, unions, Path(folder)))
        spent: Spent = defaultdict(float)
        memory = []
        for at in range(len(bills.MONTHS)):
            _month(tree.city, at, _blocks(Path(folder) / str(at)), spent)
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    many = Settlement.objects.count()
    bare = sum(_bare_copy(*one) for one in _WRITTEN)
    whole, name = [spent["released"] + spent["told"]], f"{many:,} settlements"
    return [
        Result(f"{name}: files read, matched, tried out", [spent["read"]], "shown", 0, "s"),
        Result(f"{name}: decided, stored, ordered, told", whole, "at most", WHOLE * scale, "s", [bare], "s bare COPY"),
        Result(f"{name}: released to the bank and answered", [spent["paid"]], "shown", 0, "s"),
        Result("memory after six months beside after two", [memory[5]], "ratio at most", FLAT, "MB", [memory[1]], "MB"),
    ]


def _apart(work: Callable[[], None]) -> None:
    """The work is done by a process of its own, whose memory is not ours."""
    connection.close()
    child = FORK.Process(target=work)
    child.start()
    child.join()
    if child.exitcode:
        raise RuntimeError(f"the process ended with {child.exitcode}")


def _sent(scale: float, unions: list[Organisation], folder: Path) -> None:
    """Members stand, and their bills of each month in a file of the bureau's."""
    people = _people(bills.members(scale, 10**9), unions)
    for at, one in enumerate(bills.months(scale, len(people))):
        (folder / str(at)).write_bytes(mutual_aid.file_of(one, people, at))
    connection.close()


def _blocks(file: Path) -> Iterator[bytes]:
    """The file as it is sent over, piece by piece."""
    with file.open("rb") as content:
        yield from iter(lambda: content.read(4 << 20), b"")


def _people(many: int, unions: list[Organisation]) -> list[tuple[str, str]]:
    """Members with cards, as the bureau knows them."""
    for first in range(0, many, AT_ONCE):
        draw = Random(first)
        some = [
            roster.person(draw, 4 * n, unions[n % len(unions)], since=date(2019, 3, 2))
            for n in range(first, min(first + AT_ONCE, many))
        ]
        members.bulk_enter(some, by=SYSTEM, on=roster.TAKEN_OVER)
    with connection.cursor() as cursor:
        cursor.execute("vacuum (analyze) members_person, members_membership")
    return [(one.paper, one.name) for one in Person.objects.order_by("pk").iterator()]


def _clocked(spent: Spent, stage: str, call: Callable[[], object]) -> None:
    spent[stage] += timed(call) / 1000


def _month(city: Organisation, at: int, content: Iterator[bytes], spent: Spent) -> None:
    month = bills.MONTHS[at]
    on = date(month // 100 + month % 100 // 12, month % 100 % 12 + 1, 6)
    noon = datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
    file = actions.receive_file(city, Sent("universal", month, content), by=made.RECEIVER, on=on)
    _clocked(spent, "read", lambda: actions.read_file(file, on=on))
    sha256 = file.summary["sha256"]
    actions.sample_file(file, content=sha256, by=made.SAMPLER, on=on)
    actions.release_file(file, content=sha256, partly=True, by=made.RELEASER, on=on)
    _clocked(spent, "released", lambda: releasing.release_rest(file, by=made.RELEASER, at=noon))
    _clocked(spent, "paid", lambda: _paid(file, on, noon))
    assert file.order is not None
    order = file.order
    _clocked(spent, "told", lambda: paying.follow_list(order, on=on))


def _paid(file: SettlementFile, on: date, noon: datetime) -> None:
    assert file.order is not None
    funds.approve_order(file.order, minutes="1", by=made.APPROVER, on=on)
    for batch in PaymentBatch.objects.filter(order=file.order).select_related("book__organisation").order_by("number"):
        funds.release_batch(batch, content=batch.content_sha256, by=made.PAYER, at=noon)
        lines = PaymentLine.objects.filter(batch=batch).order_by("seq").values_list("reference", "amount_fen")
        rows = [Answer(reference, fen, "ok", on, "", f"B{reference}") for reference, fen in lines]
        sha256 = hashlib.sha256(batch.content_sha256.encode()).hexdigest()
        funds.take_answer(batch.book, rows, layout="csv_utf8", sha256=sha256, by=made.CASHIER, at=noon)


_WRITTEN = (
    ("mutual_aid_settlement", "true"),
    ("mutual_aid_settlementpiece", "true"),
    ("funds_paymentline", "true"),
    ("funds_payee", "true"),
    ("funds_payeeaccount", "true"),
    (
        "core_entry",
        "subject_type in (select id from core_subjecttype where name ~ '^(mutual_aid.settlement|funds.payeeaccount)$')",
    ),
)


def _bare_copy(table: str, which: str) -> float:
    """Seconds of COPY alone for the rows of a table, into one with the same columns and indexes, committed."""
    with connection.cursor() as cursor:
        written = "select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute"
        cursor.execute(f"{written} where attrelid = %s::regclass and attnum > 0 and attgenerated = ''", [table])
        [columns] = cursor.fetchone()
        cursor.execute(f"create table bare_{table} (like {table} including all)")
        with cursor.copy(f"copy (select {columns} from {table} where {which}) to stdout (format binary)") as out:
            content = b"".join(bytes(piece) for piece in out)
        begun = time.perf_counter()
        with transaction.atomic(), cursor.copy(f"copy bare_{table} ({columns}) from stdin (format binary)") as into:
            into.write(content)
        spent = time.perf_counter() - begun
        cursor.execute(f"drop table bare_{table}")
    return spent


# Looked up at entry -----------------------------------------------------------------------------------------------

_CLAIMS = """
insert into mutual_aid_claim ({columns}) select {values} from mutual_aid_claim c, generate_series(0, %s) as n
where c.id = %s
"""
_BILLS = """
insert into mutual_aid_claimbill (claim_id, found, is_live)
select id, substr(sha256(id::text::bytea), 1, 16), true from mutual_aid_claim where id >= %s
"""
_FIRST = 1 << 60
"""Beyond the numbers of all participants there are."""


def measure_claims(scale: float, rounds: int) -> list[Result]:
    """A claim whose invoice, or whose stay, stands in another already, refused among so many claims; whole requests."""
    centre, many = claiming.Centre(), int(CLAIMS * scale)
    people = [claiming.a_worker(centre.unit, card=a_card(n + 1)) for n in range(rounds)]
    entries = [claiming.an_entry(person, "universal", bills=[f"01100200{n:012}"]) for n, person in enumerate(people)]
    drafts = [claiming.a_draft(centre, one) for one in entries]
    _pad(drafts[0], many)
    again = [replace(one, bills=[entries[n - 1].bills[0]]) for n, one in enumerate(entries)]
    times = [timed(lambda one=one: _refused(centre, one)) for one in again]
    stays = [timed(lambda one=one: claims.others_of(one)) for one in drafts]
    return [
        Result(f"an invoice claimed already, among {many:,}: refused", times, "at most", 20, "ms", percentile=95),
        Result(f"a member's other claims among {many:,}", stays, "at most", 20, "ms", percentile=95),
    ]


def _refused(centre: claiming.Centre, entry: claims.ClaimEntry) -> None:
    with pytest.raises(Refusal, match="发票已用于"):
        claims.draft_claim(entry, by=centre.window, on=claiming.APRIL)


def _pad(like: Claim, many: int) -> None:
    """So many claims like this one, four a member, each with an invoice."""
    named = [str(field.column) for field in Claim._meta.concrete_fields]
    own = {"id": f"{_FIRST} + (n::bigint / 4) * {1 << HEAD_BITS} + n %% 4", "public_id": "gen_random_uuid()"}
    values = ", ".join(own.get(name, f"c.{name}") for name in named)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute(_CLAIMS.format(columns=", ".join(named), values=values), [many - 1, like.pk])
        cursor.execute(_BILLS, [_FIRST])
    with connection.cursor() as cursor:
        cursor.execute("vacuum (analyze) mutual_aid_claim, mutual_aid_claimbill")
