"""Keeping the checkpoints of other journals, and holding an exported journal against those that were kept.

The first checkpoint of a journal brings its public key along; from then on only that key, and those it vouches for,
are believed. Two checkpoints that cannot both be right are kept both: they are the evidence.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
from django.db.models import QuerySet

from gonghui.core import crypto
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import Placed, record
from gonghui.core.models import JournalName, Witnessed
from gonghui.core.seals import canon, checkpoints, merkle, note
from gonghui.core.seals.canon import ENTRIES
from gonghui.core.seals.chain import Chain, Header, held_against
from gonghui.core.seals.checking import Bad, Verdict
from gonghui.core.seals.facts import CheckpointKept
from gonghui.core.seals.note import Signed


@dataclass(frozen=True)
class Kept:
    """A kept checkpoint, those it contradicts, and whether it was shown to have grown from the one before."""

    row: Witnessed
    contradicts: tuple[Witnessed, ...] = ()
    grew: bool | None = None


def kept_of(origin: str, stream: str = ENTRIES) -> QuerySet[Witnessed]:
    """What is kept of a journal, the oldest first."""
    return Witnessed.objects.filter(origin=origin, stream=stream).order_by("blocks", "kept_at")


def signed_of(row: Witnessed) -> Signed:
    """A kept checkpoint as it was handed over."""
    return note.read(note.signed_text(row.text, row.key_id, bytes(row.signature)))


def read_signed(text: str, what: str = "") -> Signed:
    """A checkpoint from its text, or a refusal."""
    try:
        return note.read(text)
    except note.Malformed as error:
        raise Refusal(
            "seals.checkpoint_malformed", "%(file)s 不是检查点文件（%(why)s）", file=what, why=str(error)
        ) from error


def keep(
    text: str,
    *,
    keys: str,
    given_by: str,
    by: Actor,
    on: date,
    organisation: Placed,
    expected: str | None = None,
    growth: dict[str, Any] | None = None,
) -> Kept:
    """The checkpoint of another journal is kept, or refused: not signed by its key, or not the one expected.

    `keys` is the other side's list of public keys; it may be empty where the key is known from an earlier one.
    """
    signed = read_signed(text, given_by)
    origin = signed.note.origin
    _refuse_wrong_origin(origin, expected)
    public = _public_key(signed, keys)
    if not crypto.is_signed(public, signed.text.encode(), signed.signature):
        raise Refusal("seals.checkpoint_unsigned", "检查点的签名不对，没有保存")
    before = list(kept_of(origin, signed.note.stream))
    for row in before:
        if (row.blocks, bytes(row.root)) == (signed.note.blocks, signed.note.root):
            return Kept(row)
    rivals = tuple(row for row in before if row.blocks == signed.note.blocks and bytes(row.root) != signed.note.root)
    grew = _grew(before, signed, growth)
    if grew is False:
        rivals += tuple(row for row in before if growth is not None and row.text in _texts(growth))
    row = _keep(signed, public, given_by, not rivals, by=by, on=on, organisation=organisation)
    return Kept(row, rivals, grew)


@action
def _keep(
    signed: Signed, public: bytes, given_by: str, agrees: bool, *, by: Actor, on: date, organisation: Placed
) -> Witnessed:
    said = signed.note
    row = Witnessed.objects.create(
        stream=said.stream,
        origin=said.origin,
        blocks=said.blocks,
        root=said.root,
        last_id=said.last_id,
        entries=said.entries,
        at=said.at,
        text=signed.text,
        key_id=signed.key_id,
        public_key=public,
        signature=signed.signature,
        given_by=given_by[:120],
        organisation_id=organisation.id,
        kept_by=by.id,
    )
    fact = CheckpointKept(blocks=said.blocks, agrees=agrees)
    record(fact, about=row, by=by, happened_on=on, organisation=organisation)
    return row


def _refuse_wrong_origin(origin: str, expected: str | None) -> None:
    own = JournalName.objects.first()
    if own is not None and origin.rpartition(" ")[2] == own.journal_id:
        raise Refusal("seals.own_checkpoint", "这是本台账自己的检查点，应交给上级和下级保存")
    if expected is not None and origin != expected:
        raise Refusal(
            "seals.other_federation",
            "这是“%(theirs)s”的检查点，不是“%(expected)s”的，没有保存",
            theirs=origin,
            expected=expected,
        )


def _public_key(signed: Signed, keys: str) -> bytes:
    """The key it must be signed with: one known before, or one that such a key vouches for, or the first of all."""
    origin = signed.note.origin
    known = {row.key_id: bytes(row.public_key) for row in Witnessed.objects.filter(origin=origin)}
    if signed.key_id in known:
        return known[signed.key_id]
    if not keys.strip():
        raise Refusal(
            "seals.key_unknown", "不认识签署检查点的密钥（%(key)s），请连同公钥清单一起交来", key=signed.key_id
        )
    whose, listed = checkpoints.read_keys(keys)
    if whose != origin:
        raise Refusal(
            "seals.other_keys", "公钥清单是“%(theirs)s”的，检查点是“%(origin)s”的", theirs=whose, origin=origin
        )
    roots = list(known) or [signed.key_id]
    good = checkpoints.trusted(whose, listed, roots)
    if signed.key_id not in good:
        raise Refusal(
            "seals.key_not_vouched",
            "签署检查点的密钥（%(key)s）没有得到以前密钥的认可，没有保存；请向对方核实",
            key=signed.key_id,
        )
    return good[signed.key_id]


def _texts(growth: dict[str, Any]) -> tuple[str, str]:
    return growth["old"]["text"], growth["new"]["text"]


def _grew(before: list[Witnessed], signed: Signed, growth: dict[str, Any] | None) -> bool | None:
    """Whether the proof shows that the checkpoint grew from one kept before; None without a proof that fits."""
    if growth is None:
        return None
    try:
        old_text, new_text = _texts(growth)
        path = [bytes.fromhex(step) for step in growth["path"]]
    except (KeyError, TypeError, ValueError) as error:
        raise Refusal("seals.growth_malformed", "这不是增长证明（%(why)s）", why=repr(error)) from error
    old = next((row for row in before if row.text == old_text), None)
    if old is None or new_text != signed.text:
        return None
    return merkle.grew(old.blocks, bytes(old.root), signed.note.blocks, signed.note.root, path)


# An exported journal ------------------------------------------------------------------------------------------------


def witness(folder: Path, extra: Iterable[Signed] = ()) -> tuple[str, Verdict, int]:
    """Whose journal the folder holds, what is wrong with it, and how many kept checkpoints it was held against."""
    try:
        keys_text = (folder / "keys.txt").read_text()
        own = read_signed((folder / "checkpoint.txt").read_text(), "checkpoint.txt")
        chain = read_chain(folder)
        bad = _entries(folder, chain)
    except (OSError, UnicodeDecodeError, duckdb.Error) as error:
        raise unreadable(folder, error) from error
    origin, listed = checkpoints.read_keys(keys_text)
    kept = [signed_of(row) for row in kept_of(origin)] + list(extra)
    for one in kept:
        if one.note.origin != origin:
            raise Refusal(
                "seals.other_federation",
                "这是“%(theirs)s”的检查点，不是“%(expected)s”的，没有保存",
                theirs=one.note.origin,
                expected=origin,
            )
    known = {row.key_id for row in Witnessed.objects.filter(origin=origin)}
    keys = checkpoints.trusted(origin, listed, known or {own.key_id})
    found = [chain.bad, bad, held_against(chain, [own, *kept], keys, origin)]
    first = min(filter(None, found), key=lambda one: one.place, default=None)
    return origin, Verdict(chain.entries, chain.blocks, first), len(kept)


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
