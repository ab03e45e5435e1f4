"""The own journal held against an exported copy of it that somebody kept: then the very entry can be named.

A kept checkpoint shows that the journal was written anew, and after which checkpoint. A kept copy has every leaf.
"""

from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import duckdb

from gonghui.core.errors import Refusal
from gonghui.core.seals import exported, merkle, rows, sealing, witness
from gonghui.core.seals.canon import ENTRIES
from gonghui.core.seals.chain import Chain, Header
from gonghui.core.seals.checking import Bad, Why
from gonghui.core.seals.note import Signed


@dataclass(frozen=True)
class Copy:
    """An exported journal whose headers hang together under its checkpoint."""

    folder: Path
    chain: Chain
    signed: Signed

    def otherwise(self, chain: Chain) -> Bad | None:
        """The first entry that this copy has otherwise than the journal of the chain.

        From the first block that is otherwise, the first entry that is; where all are the same, it was only cut anew.
        """
        ours, theirs = chain.headers, self.chain.headers
        same = sum(1 for _ in takewhile(lambda pair: pair[0].hash == pair[1].hash, zip(ours, theirs, strict=False)))
        for place in range(same, len(theirs)):
            after = theirs[place - 1].last_id if place else rows.BEFORE_ALL
            if (bad := _entry(self, theirs[place], after)) is not None:
                return bad
        return Bad(theirs[same].first_id, theirs[same].number, "rewritten", ENTRIES) if same < len(theirs) else None


def read_copy(folder: Path) -> Copy:
    """The copy in a folder; refused where it does not hang together by itself."""
    try:
        signed = witness.read_signed((folder / "checkpoint.txt").read_text(), str(folder / "checkpoint.txt"))
        chain = exported.read_chain(folder)
    except (OSError, UnicodeDecodeError, duckdb.Error) as error:
        raise exported.unreadable(folder, error) from error
    if chain.bad is not None or chain.blocks != signed.note.blocks or chain.root(chain.blocks) != signed.note.root:
        raise Refusal("seals.copy_wrong", "%(folder)s 里的台账副本自身对不上，不能用来核对", folder=str(folder))
    return Copy(folder, chain, signed)


def _entry(copy: Copy, header: Header, after: int) -> Bad | None:
    """The first entry of this block that stands otherwise in the journal."""
    kept = dict(exported.read_block(copy.folder, header.number))
    if merkle.root(list(kept.values())) != header.root:
        raise Refusal("seals.copy_wrong", "%(folder)s 里的台账副本自身对不上，不能用来核对", folder=str(copy.folder))
    teller = rows.Teller(ENTRIES, sealing.names(sealing.pgconn()))
    told: dict[int, bytes | None] = {}
    for row in list(rows.lines(sealing.pgconn(), ENTRIES, after, header.last_id)):
        try:
            (number,), (leaf,) = teller.hashed([row])
            told[number] = leaf
        except rows.Unreadable as error:
            told[error.row_id] = None
    for number in sorted(kept.keys() | told.keys()):
        if kept.get(number) != told.get(number) or number not in told:
            why: Why = "deleted" if number not in told else "inserted" if number not in kept else "changed"
            return Bad(number, header.number, why, ENTRIES)
    return None
