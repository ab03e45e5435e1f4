"""A journal's blocks as they hang together, and what checkpoints say of them; the same for one's own journal, read
from the database, and for another's, read from its export.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gonghui.core.seals import canon, checkpoints, merkle
from gonghui.core.seals.checking import Bad, Why
from gonghui.core.seals.note import Signed

FIRST_PREVIOUS = bytes(32)


@dataclass(frozen=True)
class Header:
    """A block without its rows, as it is kept."""

    number: int
    first_id: int
    last_id: int
    entries: int
    root: bytes
    previous: bytes
    hash: bytes


@dataclass
class Chain:
    """The headers of a stream as far as they hang together, and the tree over them, all hashed here."""

    stream: str
    headers: list[Header] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    bad: Bad | None = None

    @property
    def entries(self) -> int:
        """How many entries the blocks hold."""
        return self.totals[-1] if self.totals else 0

    @property
    def blocks(self) -> int:
        """How many blocks hang together."""
        return len(self.headers)

    @property
    def last_id(self) -> int:
        """The last entry under a block."""
        return self.headers[-1].last_id if self.headers else 0

    def root(self, size: int) -> bytes:
        """The root over the first blocks."""
        return merkle.over(0, size, self._node_at)

    def _node_at(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def first_entry_after(self, blocks: int) -> int:
        """The entry that comes next after so many blocks."""
        return self.headers[blocks].first_id if blocks < self.blocks else self.last_id + 1

    def add(self, header: Header) -> list[bytes] | None:
        """The next block; the full subtrees that end with it. None where it does not hang together: that is kept."""
        why = wrong(self, header)
        if why is not None:
            right = self.blocks - (why == "fork")
            self.bad = self.bad or Bad(self.first_entry_after(right), right + 1, why, self.stream)
            return None
        gained = merkle.completed(header.number - 1, header.hash, self._node_at)
        self.nodes |= {(level, (header.number >> level) - 1): one for level, one in enumerate(gained)}
        self.headers.append(header)
        self.totals.append(self.entries + header.entries)
        return gained


def wrong(chain: Chain, header: Header) -> Why | None:
    """Why a block cannot be the next one."""
    if header.number == chain.blocks:
        return "fork"
    if header.number != chain.blocks + 1:
        return "missing"
    text = canon.header_text(
        stream=chain.stream,
        number=header.number,
        first_id=header.first_id,
        last_id=header.last_id,
        entries=header.entries,
        root=header.root,
        previous=header.previous,
    )
    if canon.header_hash(text) != header.hash:
        return "header"
    previous = chain.headers[-1].hash if chain.headers else FIRST_PREVIOUS
    rises = header.first_id <= header.last_id and (not chain.headers or header.first_id > chain.last_id)
    return None if header.previous == previous and rises else "chain"


def held_against(chain: Chain, signed: Iterable[Signed], keys: dict[str, bytes], origin: str) -> Bad | None:
    """The first checkpoint that contradicts the blocks, named by the first entry after those that agree."""
    agreeing = [0]
    for one in sorted(signed, key=lambda each: each.note.blocks):
        why = contradicts(chain, one, keys, origin)
        if why is not None:
            before = max(size for size in agreeing if size < max(1, one.note.blocks))
            after = chain.blocks if why == "cut" else min(before, chain.blocks)
            return Bad(chain.first_entry_after(after), after + 1, why, chain.stream)
        agreeing.append(one.note.blocks)
    return None


def contradicts(chain: Chain, signed: Signed, keys: dict[str, bytes], origin: str) -> Why | None:
    """Why a checkpoint and the blocks cannot both be right."""
    said = signed.note
    if not checkpoints.is_signed_by(signed, keys):
        return "signature"
    if said.origin != origin:
        return "origin"
    if said.blocks > chain.blocks:
        if chain.bad is not None and chain.bad.block <= chain.blocks + 1:
            return None  # that is named
        return "cut" if said.last_id > chain.last_id else "rewritten"
    if said.blocks < 1 or chain.root(said.blocks) != said.root:
        return "rewritten"
    last = said.blocks - 1
    return None if (said.last_id, said.entries) == (chain.headers[last].last_id, chain.totals[last]) else "rewritten"
