"""A sealed journal for the attack suite, and an administrator who goes around every trigger."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from gonghui.core import access, journal_text
from gonghui.core.actor import SYSTEM
from gonghui.core.models import Entry
from gonghui.core.seals import checkpoints, note
from gonghui.core.seals.canon import ACCESSES
from gonghui.core.seals.checking import Verdict
from gonghui.core.seals.checkpoints import checkpoint
from gonghui.core.seals.note import Signed
from gonghui.core.seals.sealing import seal_all
from gonghui.core.tests.facts import OPENED


def sql(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """What a database administrator does in the night: no trigger and no constraint trigger fires."""
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        try:
            cursor.execute(statement, list(values))
            return list(cursor.fetchall()) if cursor.description else []
        finally:
            cursor.execute("reset session_replication_role")


def write(count: int, draw: random.Random) -> list[int]:
    """Some entries of several kinds, groups and places; now and then a number is drawn and not used."""
    lines = []
    for _ in range(count):
        day = date(2020, draw.randint(1, 6), draw.randint(1, 28)).isoformat()
        path = f"/1/{draw.randint(2, 4)}/"
        what = draw.choice(
            [
                f"tests.paid scheme={draw.choice('abc')} paid_fen={draw.randint(1, 10**9)}",
                f"tests.counted people={draw.randint(0, 99)} kind_of={draw.choice('xy')}",
                f"tests.level change={draw.randint(-9, 9)}",
            ]
        )
        lines.append(f"{day} {path} {what} about={draw.getrandbits(60)}")
    half = count // 2
    first = journal_text.write("\n".join(lines[:half]))
    with connection.cursor() as cursor:
        cursor.execute("select nextval('entry_id')")
    return [one.entry_id for one in first + journal_text.write("\n".join(lines[half:]))]


def kept() -> Signed:
    """The newest checkpoint as a district keeps it."""
    return note.read(checkpoints.whole(checkpoint()))


@dataclass
class Sealed:
    """What was written and sealed, and the checkpoints that others kept of it."""

    ids: list[int]
    kept: list[Signed]
    unused: int
    """A number between the first and the last that no entry has."""

    @property
    def middle(self) -> int:
        """An entry with neighbours on both sides, in a block with a block on both sides."""
        return self.ids[len(self.ids) // 2]


def sealed_journal(seed: int = 3, entries: int = 40) -> Sealed:
    """Two checkpoints, one half-way."""
    draw = random.Random(seed)
    ids = write(entries // 2, draw)
    seal_all()
    half = kept()
    ids += write(entries - entries // 2, draw)
    for _ in range(5):
        access.looked(SYSTEM, OPENED, why="test")
    seal_all()
    seal_all(ACCESSES)
    checkpoint(stream=ACCESSES)
    unused = next(n for n in range(ids[0], ids[-1]) if n not in ids)
    return Sealed(ids, [half, kept()], unused)


def edit_column(number: int, draw: random.Random) -> str:
    """One column of one entry says something else; gives its name."""
    entry = Entry.objects.get(id=number)
    others: dict[str, Callable[[], object]] = {
        "subject_id": lambda: entry.subject_id ^ 1 << draw.randrange(60),
        "amount_fen": lambda: entry.amount_fen + draw.choice([1, -1, 10**6]),
        "quantity": lambda: entry.quantity + draw.choice([1, -1, 100]),
        "organisation_id": lambda: entry.organisation_id + draw.randint(1, 9),
        "actor_id": lambda: entry.actor_id + 1,
        "happened_on": lambda: date(2019, draw.randint(1, 12), draw.randint(1, 28)),
        "recorded_at": lambda: datetime(2021, 1, 1, 0, 0, 0, draw.randrange(10**6), UTC),
        "sign": lambda: -entry.sign,
        "reverses": lambda: -draw.randint(1, 10**9),
        "path": lambda: entry.path + "9/",
        "why": lambda: "corrected",
        "salt": lambda: draw.randbytes(16),
        "kind": lambda: _another("core_kind", entry.kind, draw),
        "group_id": lambda: _another("core_factgroup", entry.group_id, draw),
        "subject_type": lambda: 32_000,
    }
    column = draw.choice(sorted(others))
    sql(f"update core_entry set {column} = %s where id = %s", others[column](), number)
    return column


def _another(table: str, number: int, draw: random.Random) -> int:
    return int(draw.choice([row[0] for row in sql(f"select id from {table} where id <> %s", number)] or [30_000]))


def drop(number: int) -> None:
    """The entry is gone."""
    sql("delete from core_entry where id = %s", number)


def renumber(number: int, other: int) -> None:
    """The entry stands under another number."""
    sql("update core_entry set id = %s where id = %s", other, number)


def swap(one: int, other: int) -> None:
    """Two entries change numbers."""
    renumber(one, -1)
    renumber(other, one)
    renumber(-1, other)


def insert_at(number: int, like: int) -> None:
    """An entry like another stands under a number that was free."""
    names = [str(field.column) for field in Entry._meta.concrete_fields if field.column != "id"]
    columns = ", ".join(names)
    sql(f"insert into core_entry (id, {columns}) select %s, {columns} from core_entry where id = %s", number, like)


def random_edit(sealed: Sealed, draw: random.Random) -> int:
    """One edit; the entry that has to be named."""
    number = draw.choice(sealed.ids)
    way = draw.choice(["column"] * 6 + ["delete", "insert", "swap", "renumber"])
    if way == "column":
        edit_column(number, draw)
    elif way == "delete":
        drop(number)
    elif way == "insert":
        insert_at(sealed.unused, number)
        return sealed.unused
    elif way == "renumber":
        renumber(number, sealed.unused)
        return min(number, sealed.unused)
    else:
        other = draw.choice([n for n in sealed.ids if n != number])
        swap(number, other)
        return min(number, other)
    return number


def forget_seals(after_block: int, *tables: str) -> None:
    """The blocks after one are gone, and checkpoints that reach further."""
    sql("delete from core_block where number > %s and stream = 'entries'", after_block)
    for table in tables or ("core_checkpoint",):
        sql(f"delete from {table} where blocks > %s and stream = 'entries'", after_block)


def cut_after(number: int) -> None:
    """Entries after one are gone."""
    sql("delete from core_entry where id > %s", number)


def blocks(columns: Sequence[str] = ("number", "first_id", "last_id")) -> list[tuple[Any, ...]]:
    """The blocks of the journal."""
    return sql(f"select {', '.join(columns)} from core_block where stream = 'entries' order by number")


def change(sealed: Sealed) -> int:
    """The entry in the middle says another amount."""
    sql("update core_entry set amount_fen = amount_fen + 1 where id = %s", sealed.middle)
    return sealed.middle


def bad(verdict: Verdict) -> tuple[int, str]:
    """The entry named, and why."""
    named = verdict.as_json()["first_bad"]
    assert isinstance(named, dict), "nothing was found"
    return named["entry"], named["why"]
