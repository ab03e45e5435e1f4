"""Blocks held against the rows they seal; run by the auditor's own processes, without Django.

A block is right when its rows, hashed here, give its root. Where they do not, the hashes kept beside the block say
which entry is the first wrong one, and what became of it.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import psycopg
from psycopg.pq.abc import PGconn

from gonghui.core.seals import merkle, rows
from gonghui.core.seals.canon import ENTRIES
from gonghui.core.seals.rows import Names, Teller, Unreadable
from gonghui.core.seals.spans import spans, spelled

HASH_BYTES = 32
CHUNK_BLOCKS = 48
Why = Literal[
    "changed",  # the row says something else
    "deleted",  # the row is gone
    "inserted",  # the row was put under a seal
    "renumbered",  # the row stands under another number
    "reordered",  # the row's number belongs to another row
    "unreadable",  # the row names a kind, an object or a group that stands nowhere, or twice
    "kept",  # rows and root are right; the hashes kept beside the block were changed
    "block",  # the block's root and the hashes kept beside it were changed
    "header",  # the block's header was changed
    "chain",  # the block does not follow the one before
    "missing",  # a block is gone
    "fork",  # two blocks have one number
    "cut",  # a checkpoint reaches further than the journal
    "rewritten",  # the journal is not the one a checkpoint was signed over
    "noted",  # a checkpoint's columns say something else than the text that was signed
    "signature",  # a checkpoint was not signed by a key of this journal
    "origin",  # a checkpoint of this journal's number names another federation
    "unrecorded",  # a kept checkpoint of another journal that no entry speaks of
]
WITNESSED = "witnessed"
"""Beside the two streams of blocks: what is kept of other journals, held against the entries of its keeping."""


@dataclass(frozen=True)
class Bad:
    """The first thing that is wrong: which entry, in which block, and what happened to it."""

    entry: int
    block: int
    why: Why
    stream: str

    @property
    def place(self) -> tuple[int, int]:
        """What comes first is named first."""
        return self.block, self.entry


@dataclass(frozen=True)
class Verdict:
    """What came out; `entries` and `blocks` are those of the journal, `unsealed` the entries not yet in a block.

    `key` is the key that checkpoints were believed by; `key_from` says whether it was at hand in a file, or whether the
    journal's own list had to be believed for want of one. `signed` is how many checkpoints of its own the journal was
    held against, the furthest of which covers `signed_blocks`; `kept` how many that others had kept.
    """

    entries: int
    blocks: int
    first_bad: Bad | None
    unsealed: int = 0
    key: str = ""
    key_from: Literal["file", "list", ""] = ""
    signed: int = 0
    signed_blocks: int = 0
    kept: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.first_bad is None

    def as_json(self) -> dict[str, object]:
        """For other programs. What is wrong beside the entries, in the log of looks say, is marked so in its reason."""
        bad = self.first_bad
        why = "" if bad is None else bad.why if bad.stream == ENTRIES else f"{bad.stream}: {bad.why}"
        return {
            "ok": self.ok,
            "entries": self.entries,
            "blocks": self.blocks,
            "first_bad": None if bad is None else {"entry": bad.entry, "block": bad.block, "why": why},
            "unsealed": self.unsealed,
            "key": {"id": self.key, "from": self.key_from} if self.key else None,
            "checkpoints": {"own": self.signed, "upto_block": self.signed_blocks, "kept": self.kept},
        }


@dataclass(frozen=True)
class Sealed:
    """A block as it is checked."""

    number: int
    first_id: int
    last_id: int
    entries: int
    root: bytes
    ids: str
    leaves: bytes


def read_blocks(connection: psycopg.Connection, stream: str, first: int, last: int) -> list[Sealed]:
    """The blocks of these numbers with the hashes kept beside them."""
    cursor = connection.cursor(binary=True, row_factory=psycopg.rows.tuple_row)
    cursor.execute(
        "select number, first_id, last_id, entries, root, ids, leaves from core_block"
        " where stream = %s and number between %s and %s order by number",
        [stream, first, last],
    )
    return [
        Sealed(number, first_id, last_id, entries, bytes(root), ids, bytes(leaves))
        for number, first_id, last_id, entries, root, ids, leaves in cursor
    ]


def _is_whole(block: Sealed, ids: Sequence[int], leaves: Sequence[bytes]) -> bool:
    if not ids or len(ids) != block.entries or ids[0] != block.first_id or ids[-1] != block.last_id:
        return False
    if merkle.root(leaves) != block.root or b"".join(leaves) != block.leaves:
        return False
    run = ids[-1] - ids[0] + 1 == len(ids)
    return block.ids == (f"{ids[0]}-{ids[-1]}" if run and len(ids) > 1 else spans(ids))


def _ids(raw: list[bytes]) -> list[int]:
    return [int(row[: row.index(b"\t")]) for row in raw]


def check(pgconn: PGconn, blocks: list[Sealed], after: int, teller: Teller, stream: str) -> Bad | None:
    """The first bad entry under these blocks; `after` is the last id of the block before them."""
    raw = list(rows.lines(pgconn, stream, after, blocks[-1].last_id))
    try:
        ids, leaves = teller.hashed(raw)
    except Unreadable:
        ids, leaves = _ids(raw), []
    start = 0
    for block in blocks:
        stop = bisect_right(ids, block.last_id, start)
        whole = bool(leaves) and _is_whole(block, ids[start:stop], leaves[start:stop])
        if not whole and (bad := diagnosed(block, raw[start:stop], teller, stream)) is not None:
            return bad
        start = stop
    return None


def diagnosed(block: Sealed, raw: list[bytes], teller: Teller, stream: str) -> Bad | None:
    """What is wrong with the rows of one block; None where nothing is."""

    def bad(entry: int, why: Why) -> Bad:
        return Bad(entry, block.number, why, stream)

    lines = {int(row[: row.index(b"\t")]): row for row in raw}
    told = {number: _leaf(teller, row) for number, row in lines.items()}
    here = [leaf for leaf in told.values() if leaf is not None]
    kept = _kept(block)
    rows_are_right = len(here) == len(told) == block.entries and merkle.root(here) == block.root
    if rows_are_right and (min(told), max(told)) == (block.first_id, block.last_id):
        return None if kept == told and spans(list(told)) == block.ids else bad(_difference(kept, told, block), "kept")
    if kept == told:
        return bad(block.first_id, "block")
    for number in sorted(kept.keys() | told.keys()):
        if number not in told:
            strangers = (row for other, row in lines.items() if other not in kept)
            moved = any(_leaf(teller, _as(row, number)) == kept[number] for row in strangers)
            return bad(number, "renumbered" if moved else "deleted")
        if number not in kept:
            homeless = (other for other in kept if other not in told)
            moved = any(_leaf(teller, _as(lines[number], other)) == kept[other] for other in homeless)
            return bad(number, "renumbered" if moved else "inserted")
        if told[number] is None:
            return bad(number, "unreadable")
        if told[number] != kept[number]:
            others = (row for other, row in lines.items() if other != number)
            moved = any(_leaf(teller, _as(row, number)) == kept[number] for row in others)
            return bad(number, "reordered" if moved else "changed")
    return bad(block.first_id, "block")


def _leaf(teller: Teller, row: bytes) -> bytes | None:
    try:
        return teller.hashed([row])[1][0]
    except Unreadable:
        return None


def _as(row: bytes, number: int) -> bytes:
    """The row under another number, which is its first column."""
    return b"%d%b" % (number, row[row.index(b"\t") :])


def _kept(block: Sealed) -> dict[int, bytes]:
    hashes = [block.leaves[start : start + HASH_BYTES] for start in range(0, len(block.leaves), HASH_BYTES)]
    try:
        return dict(zip(spelled(block.ids), hashes, strict=False))
    except ValueError:
        return {}


def _difference(kept: dict[int, bytes], told: dict[int, bytes | None], block: Sealed) -> int:
    return min((n for n in kept.keys() | told.keys() if kept.get(n) != told.get(n)), default=block.first_id)


# In processes of the auditor's own --------------------------------------------------------------------------------


class _Here:
    """What a checking process holds: its connection and what it tells rows with."""

    connection: psycopg.Connection
    teller: Teller
    stream: str


def begin(address: str, stream: str, names: Names) -> None:
    """A process is ready to check."""
    _Here.connection = psycopg.connect(address, autocommit=True)
    _Here.connection.execute(rows.SESSION)
    _Here.teller, _Here.stream = Teller(stream, names), stream


def check_chunk(chunk: tuple[int, int, int]) -> Bad | None:
    """Check the blocks of these numbers: (first, last, the id after which they begin)."""
    first, last, after = chunk
    blocks = read_blocks(_Here.connection, _Here.stream, first, last)
    return check(_Here.connection.pgconn, blocks, after, _Here.teller, _Here.stream)
