"""Settled entries, and accesses, are hashed into blocks; each block knows the one before.

Sealing reads rows and adds blocks; it takes no lock that a writer wants. One sealer works at a time. A block stands
whole or not at all: its rows are read and it is written in one transaction, so a full disk leaves the last one whole.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction
from psycopg.pq.abc import PGconn

from gonghui.core.errors import Refusal
from gonghui.core.journal import watermark
from gonghui.core.models import Block, JournalName
from gonghui.core.seals import canon, merkle, note, rows
from gonghui.core.seals.canon import ACCESSES, ENTRIES
from gonghui.core.seals.merkle import NodeAt
from gonghui.core.seals.spans import spans

BLOCK_ENTRIES = 1_024
HASH_BYTES = 32
SEALER_LOCK = {ENTRIES: (13 << 48) + 1, ACCESSES: (13 << 48) + 2}
T = TypeVar("T")


@dataclass(frozen=True)
class Head:
    """The newest block of a stream; number 0 while nothing is sealed."""

    number: int
    last_id: int
    hash: bytes


def head(stream: str = ENTRIES) -> Head:
    """Where the stream is sealed to."""
    found = Block.objects.filter(stream=stream).order_by("-number").values_list("number", "last_id", "hash").first()
    return Head(found[0], found[1], bytes(found[2])) if found else Head(0, 0, bytes(HASH_BYTES))


def settled(stream: str = ENTRIES) -> int:
    """The last id under which nothing can appear any more, the running transaction's own entries included."""
    if stream == ENTRIES:
        return watermark(with_own=False)
    return watermark("core_access_id_seq", 12, with_own=False)


def seal(limit: int = 65_536, *, stream: str = ENTRIES, full_only: bool = False) -> int:
    """Seal at most `limit` settled entries; how many. With `full_only` a run shorter than a block waits for more.

    Another sealer at work makes this one return 0 at once.
    """
    upto = settled(stream)
    with transaction.atomic():
        if not _alone(stream):
            return 0
        at = head(stream)
        if upto <= at.last_id:
            return 0
        teller = rows.Teller(stream, names(pgconn()))
        try:
            ids, leaves = teller.hashed(list(rows.lines(pgconn(), stream, at.last_id, upto, limit)))
        except rows.Unreadable as error:
            raise Refusal(
                "seals.row_unsealable", "第 %(entry)s 条记录所用的名称查不到或有两个，无法封存", entry=error.row_id
            ) from error
        if full_only:
            whole = len(ids) // BLOCK_ENTRIES * BLOCK_ENTRIES
            ids, leaves = ids[:whole], leaves[:whole]
        Block.objects.bulk_create(_blocks(stream, at, ids, leaves), batch_size=64)
    return len(ids)


def seal_all(stream: str = ENTRIES) -> int:
    """Seal everything that is settled; how many entries."""
    done = 0
    while step := seal(stream=stream):
        done += step
    return done


def _alone(stream: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [SEALER_LOCK[stream]])
        return bool(cursor.fetchone()[0])


def pgconn() -> PGconn:
    """The bare connection under Django's, for COPY, giving days and bytes in the one form that is read here."""
    with connection.cursor() as cursor:
        cursor.execute(rows.SESSION)
    bare: PGconn = connection.connection.pgconn
    return bare


def names(bare: PGconn) -> rows.Names:
    """The interned names, as they stand in the database now."""

    def read(what: str) -> Iterator[list[str]]:
        for row in rows.copied(bare, rows.NAMES[what]):
            yield [str(rows.plain(one)) for one in row[:-1].split(b"\t")]

    return rows.Names.of(
        kinds=[(int(number), name) for number, name in read("kinds")],
        subject_types=[(int(number), name) for number, name in read("subject_types")],
        groups=[(int(number), int(kind), facts) for number, kind, facts in read("groups")],
    )


def _blocks(stream: str, at: Head, ids: list[int], leaves: list[bytes]) -> list[Block]:
    made: list[Block] = []
    gained: dict[int, bytes] = {}
    number, previous = at.number, at.hash
    for start in range(0, len(ids), BLOCK_ENTRIES):
        number += 1
        chunk, hashes = ids[start : start + BLOCK_ENTRIES], leaves[start : start + BLOCK_ENTRIES]
        header: dict[str, Any] = {
            "stream": stream,
            "number": number,
            "first_id": chunk[0],
            "last_id": chunk[-1],
            "entries": len(chunk),
            "root": merkle.root(hashes),
            "previous": previous,
        }
        sealed = canon.header_hash(canon.header_text(**header))
        nodes = tree(stream, lambda at, n=number, leaf=sealed: merkle.completed(n - 1, leaf, at), gained)  # type: ignore[misc]
        gained[number] = b"".join(nodes)
        made.append(Block(**header, hash=sealed, ids=spans(chunk), leaves=b"".join(hashes), nodes=gained[number]))
        previous = sealed
    return made


def tree(stream: str, ask: Callable[[NodeAt], T], gained: dict[int, bytes] | None = None) -> T:
    """Ask the tree over the stream's blocks; the hashes that are needed come in one query.

    The subtree at (level, index) ends with block (index + 1) * 2**level and is kept in its row.
    """
    known = gained if gained is not None else {}
    wanted: set[int] = set()

    def noted(level: int, index: int) -> bytes:
        wanted.add((index + 1) << level)
        return b""

    ask(noted)
    found = Block.objects.filter(stream=stream, number__in=wanted - set(known)).values_list("number", "nodes")
    nodes = {**known, **{number: bytes(kept) for number, kept in found}} if wanted - set(known) else known

    def node_at(level: int, index: int) -> bytes:
        number = (index + 1) << level
        kept = nodes.get(number, b"")[level * HASH_BYTES : (level + 1) * HASH_BYTES]
        if len(kept) != HASH_BYTES:
            raise Refusal(
                "seals.block_missing", "第 %(block)s 块不见了或不完整；请运行 gonghui verify 查明", block=number
            )
        return kept

    return ask(node_at)


def origin() -> str:
    """Whose journal this is: the federation's name and the journal's own number, given at the first asking."""
    if not known_origin():
        if not settings.GONGHUI_FEDERATION:
            raise Refusal(
                "seals.federation_missing",
                "台账还没有名称：请用环境变量 GONGHUI_FEDERATION 写明本级工会的全称，再签署检查点",
            )
        made = JournalName(federation=settings.GONGHUI_FEDERATION, journal_id=secrets.token_hex(8))
        JournalName.objects.bulk_create([made], ignore_conflicts=True)
    return known_origin()


def known_origin() -> str:
    """The same where it was given; empty before."""
    name = JournalName.objects.first()
    return note.origin(name.federation, name.journal_id) if name is not None else ""
