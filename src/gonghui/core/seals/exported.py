"""An exported journal of somebody else's, held against the checkpoints that were kept of it.

Here, in the own export and in kept copies Parquet is read and written; only commands import these three.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from gonghui.core.errors import Refusal
from gonghui.core.seals import canon, checkpoints, merkle, witness
from gonghui.core.seals.canon import ENTRIES
from gonghui.core.seals.chain import Chain, Header, held_against
from gonghui.core.seals.checking import Bad, Verdict
from gonghui.core.seals.note import Signed


@dataclass(frozen=True)
class Examined:
    """Whose journal it is, what is wrong with it, and how many kept checkpoints it was held against.

    `first_met` is the key that had to be believed on the folder's own word, because nothing is kept of that journal.
    """

    origin: str
    verdict: Verdict
    kept: int
    first_met: str = ""


def examine(folder: Path, extra: Iterable[Signed] = ()) -> Examined:
    """The journal in a folder against itself, against what is kept of it, and against `extra` checkpoints."""
    try:
        keys_text = (folder / "keys.txt").read_text()
        own = witness.read_signed((folder / "checkpoint.txt").read_text(), "checkpoint.txt")
        chain = read_chain(folder)
        bad = _entries(folder, chain)
    except (OSError, UnicodeDecodeError, duckdb.Error) as error:
        raise unreadable(folder, error) from error
    origin, listed = checkpoints.read_keys(keys_text)
    kept = [*map(witness.signed_of, witness.kept_of(origin)), *extra]
    for one in kept:
        witness.refuse_other(one.note.origin, origin)
    keys, first_met = witness.believed(origin, listed, own.key_id)
    found = [chain.bad, bad, held_against(chain, [own, *kept], keys, origin)]
    first = min(filter(None, found), key=lambda one: one.place, default=None)
    return Examined(origin, Verdict(chain.entries, chain.blocks, first), len(kept), first_met)


def unreadable(folder: Path, error: Exception) -> Refusal:
    """What is said of a folder that holds no whole export."""
    return Refusal(
        "seals.export_unreadable",
        "%(folder)s 不是完整的台账导出（%(why)s）",
        folder=str(folder),
        why=getattr(error, "strerror", None) or str(error).splitlines()[0],
    )


def read_chain(folder: Path) -> Chain:
    """The headers of an exported journal, as far as they hang together."""
    chain = Chain(ENTRIES)
    columns = ("number", "first_id", "last_id", "entries", "root", "previous", "hash")
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(folder / "blocks.parquet")).order("number").select(*columns)
        for row in found.fetchall():
            if chain.add(Header(*row)) is None:
                break
    return chain


def _entries(folder: Path, chain: Chain) -> Bad | None:
    """The first block whose exported entries do not give its root; which entry it is only the journal can say."""
    runs = groupby(_leaves(folder), key=lambda one: one[0])
    for header in chain.headers:
        number, run = next(runs, (0, iter(())))
        leaves = [(entry, leaf) for _, entry, leaf in run]
        ids = [entry for entry, _ in leaves]
        if number != header.number or len(ids) < header.entries:
            return Bad(header.first_id, header.number, "deleted", ENTRIES)
        if (ids[0], ids[-1], len(ids)) != (header.first_id, header.last_id, header.entries):
            return Bad(header.first_id, header.number, "inserted", ENTRIES)
        if merkle.root([leaf for _, leaf in leaves]) != header.root:
            return Bad(header.first_id, header.number, "changed", ENTRIES)
    rest = next(runs, None)
    return None if rest is None or chain.bad else Bad(chain.last_id + 1, chain.blocks + 1, "missing", ENTRIES)


def _leaves(folder: Path, block: int | None = None) -> Iterator[tuple[int, int, bytes]]:
    """Block, number and leaf of each exported entry; sensitive ones bring their leaf, all others are hashed here."""
    with duckdb.connect() as connection:
        some = "where block = ?" if block is not None else ""
        found = connection.execute(
            f"select * from read_parquet(?) {some} order by entry",  # noqa: S608
            [str(folder / "entries/*.parquet"), *([block] if block is not None else [])],
        )
        names = [column[0] for column in found.description or ()]
        while batch := found.fetchmany(20_000):
            for values in batch:
                one = dict(zip(names, values, strict=True))
                number, salt, leaf = one.pop("block"), one.pop("salt"), one.pop("leaf")
                yield number, one["entry"], leaf if one["kind"] is None else _leaf(one, salt)


def read_block(folder: Path, number: int) -> Iterator[tuple[int, bytes]]:
    """Number and leaf of the entries of one block."""
    return ((entry, leaf) for _, entry, leaf in _leaves(folder, number))


def _leaf(one: dict[str, Any], salt: bytes) -> bytes:
    instant = canon.EPOCH + timedelta(microseconds=one.pop("recorded_at"))
    return canon.leaf(salt, canon.entry_text(recorded_at=instant, facts=json.loads(one.pop("facts")), **one))
