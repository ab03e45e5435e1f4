"""The whole journal verified: rows against blocks, blocks against one another, blocks against checkpoints.

Nothing is hashed by the server that is being audited. What no database can show by itself, that all of it was written
anew with the key, is shown by checkpoints that others kept (`against`).
"""

import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Protocol

import psycopg
from django.db import connection
from django.db.models import Count, Max
from psycopg.conninfo import make_conninfo

from gonghui.core.errors import Refusal
from gonghui.core.models import Block, Checkpoint, Entry, FactGroup, SealKey, SignedHead, Witnessed
from gonghui.core.seals import checking, checkpoints, note, rows, sealing, witness
from gonghui.core.seals.canon import ACCESSES, ENTRIES
from gonghui.core.seals.chain import Chain, Header, held_against
from gonghui.core.seals.checking import CHUNK_BLOCKS, WITNESSED, Bad, Verdict, Why
from gonghui.core.seals.checkpoints import ListedKey
from gonghui.core.seals.note import Note, Signed

PROCESSES = 2
ALONE_UP_TO = 200_000
KEPT = "seals.checkpoint_kept"
CONNINFO = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert", "options")


class Copy(Protocol):
    """An export of this journal that somebody kept."""

    @property
    def signed(self) -> Signed: ...

    def otherwise(self, chain: Chain) -> Bad | None: ...


def verify(against: Iterable[Signed] = (), *, copies: Sequence[Copy] = (), processes: int = PROCESSES) -> Verdict:
    """Check everything; the first bad entry of the journal, or of the log of looks, is named.

    `against` are checkpoints that others kept, `copies` exports of this journal that they kept. What the signer
    remembers, where its memory is at hand, counts like a kept checkpoint.
    """
    kept = [*against, *(copy.signed for copy in copies)]
    verdicts = []
    try:
        for stream in (ENTRIES, ACCESSES):
            own = list(Checkpoint.objects.filter(stream=stream))  # before the blocks: sealing goes on meanwhile
            chain = headers(stream)
            theirs = [one for one in (*kept, checkpoints.remembered(stream)) if one and one.note.stream == stream]
            found = [chain.bad, _rows(chain, processes), _signatures(chain, own, theirs)]
            if stream == ENTRIES and any(by_copy := [copy.otherwise(chain) for copy in copies]):
                found = by_copy  # they name the entry, where a checkpoint only says after which
            verdicts.append((chain, min(filter(None, found), key=lambda bad: bad.place, default=None)))
        witnessed = _witnessed()
    except psycopg.Error as error:
        raise Refusal("seals.cannot_read", "台账读不下去：%(why)s", why=str(error).splitlines()[0]) from error
    chain = verdicts[0][0]
    first_bad = next((bad for bad in (*(bad for _, bad in verdicts), witnessed) if bad is not None), None)
    key, key_from = root_key()
    signed = Checkpoint.objects.filter(stream=ENTRIES).aggregate(signed=Count("id"), signed_blocks=Max("blocks"))
    return Verdict(
        chain.entries,
        chain.blocks,
        first_bad,
        unsealed=Entry.objects.filter(id__gt=sealing.head().last_id).count(),
        key=key,
        key_from=key_from,
        signed=signed["signed"],
        signed_blocks=signed["signed_blocks"] or 0,
        kept=len(kept),
    )


# Headers ----------------------------------------------------------------------------------------------------------


def headers(stream: str) -> Chain:
    """Every header hashed anew: numbers without gap, each block after the one before, the tree grown over them."""
    chain = Chain(stream)
    found = Block.objects.filter(stream=stream).order_by("number", "sealed_at")
    columns = ("number", "first_id", "last_id", "entries", "root", "previous", "hash", "nodes")
    for number, first_id, last_id, entries, *hashes in found.values_list(*columns).iterator(chunk_size=5_000):
        root, previous, hashed, nodes = (bytes(one) for one in hashes)
        gained = chain.add(Header(number, first_id, last_id, entries, root, previous, hashed))
        if gained is None:
            break
        if b"".join(gained) != nodes and chain.bad is None:
            chain.bad = Bad(first_id, number, "kept", stream)
    return chain


# Rows -------------------------------------------------------------------------------------------------------------


def _chunks(chain: Chain) -> list[tuple[int, int, int]]:
    upto = chain.blocks if chain.bad is None else min(chain.blocks, chain.bad.block - (chain.bad.why == "fork"))
    return [
        (first, min(first + CHUNK_BLOCKS - 1, upto), chain.headers[first - 2].last_id if first > 1 else rows.BEFORE_ALL)
        for first in range(1, upto + 1, CHUNK_BLOCKS)
    ]


def _rows(chain: Chain, processes: int) -> Bad | None:
    chunks, names = _chunks(chain), sealing.names(sealing.pgconn())
    if not chunks:
        return None
    if processes < 2 or chain.entries <= ALONE_UP_TO:
        return next(filter(None, _alone(chunks, chain.stream, names)), None)
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes, checking.begin, (address(), chain.stream, names)) as pool:
        return next(filter(None, pool.imap(checking.check_chunk, chunks)), None)


def _alone(chunks: Sequence[tuple[int, int, int]], stream: str, names: rows.Names) -> Iterator[Bad | None]:
    """In this process, over Django's connection: what it has not committed is seen too."""
    teller = rows.Teller(stream, names)
    for first, last, after in chunks:
        blocks = checking.read_blocks(connection.connection, stream, first, last)
        yield checking.check(sealing.pgconn(), blocks, after, teller, stream)


def address() -> str:
    """The address of the database for processes of our own."""
    parameters = connection.get_connection_params()
    return make_conninfo(**{name: parameters[name] for name in CONNINFO if parameters.get(name)})


# Checkpoints ------------------------------------------------------------------------------------------------------


def _signatures(chain: Chain, rows_of_own: list[Checkpoint], kept: list[Signed]) -> Bad | None:
    """Own checkpoints, and those that others kept, against the tree computed here."""
    try:
        own = [note.read(checkpoints.whole(row)) for row in rows_of_own]
    except note.Malformed:
        return Bad(chain.first_entry_after(0), 1, "signature", chain.stream)
    if not own and not kept:
        return None
    beside = [_noted(row, one.note) for row, one in zip(rows_of_own, own, strict=True)]
    signed = held_against(chain, [*own, *kept], trusted_keys(), sealing.known_origin())
    return signed or next(filter(None, beside), None)


def _noted(row: SignedHead, said: Note) -> Bad | None:
    """Pages, and the choice of a print's checkpoint, go by the columns: they say what was signed."""
    columns = (row.stream, row.blocks, bytes(row.root), row.last_id, row.entries, row.at)
    signed = (said.stream, said.blocks, said.root, said.last_id, said.entries, said.at)
    return None if columns == signed else Bad(said.last_id, said.blocks, "noted", said.stream)


def trusted_keys() -> dict[str, bytes]:
    """The listed keys that hang together with the one at hand; without one at hand, with the first that was listed."""
    return checkpoints.trusted(sealing.known_origin(), _listed(), [root_key()[0]])


def root_key() -> tuple[str, Literal["file", "list", ""]]:
    """The key that checkpoints are believed by, and where it comes from: its file, or the journal's own list."""
    try:
        return checkpoints.key_at_hand().id, "file"
    except Refusal:
        listed = _listed()
        return (listed[0].key_id, "list") if listed else ("", "")


def _listed() -> list[ListedKey]:
    keys = SealKey.objects.order_by("listed_at", "key_id")
    listed = [ListedKey(key.key_id, bytes(key.public_key), key.vouched_by, bytes(key.vouching)) for key in keys]
    return [key for key in listed if note.key_id(key.public) == key.key_id]


# What is kept of other journals -----------------------------------------------------------------------------------


def _witnessed() -> Bad | None:
    """The first kept checkpoint that is not what the entry of its keeping says, or that no entry speaks of."""
    rows_kept = Witnessed.objects.in_bulk()
    entries = Entry.objects.of_kinds(KEPT).order_by("id")
    facts = dict(FactGroup.objects.filter(pk__in=entries.values("group_id")).values_list("pk", "facts"))
    for entry in entries:
        row = rows_kept.pop(entry.subject_id, None)
        said = (entry.quantity, facts[entry.group_id].get("checkpoint", ""))
        why: Why | None = "deleted" if row is None else None if _is_as_kept(row, *said) else "changed"
        if why is not None:
            found = Block.objects.filter(stream=ENTRIES, last_id__gte=entry.id).order_by("last_id").first()
            return Bad(entry.id, found.number if found else 0, why, WITNESSED)
    stranger = min(rows_kept.values(), key=lambda row: row.kept_at, default=None)
    return Bad(stranger.last_id, stranger.blocks, "unrecorded", WITNESSED) if stranger is not None else None


def _is_as_kept(row: Witnessed, blocks: int, checkpoint: str) -> bool:
    """Whether a row is what was handed over: its text, its signature, and the columns beside them."""
    try:
        signed = witness.signed_of(row)
    except note.Malformed:
        return False
    if checkpoint and witness.fingerprint(signed) != checkpoint:
        return False
    right_key = {row.key_id: bytes(row.public_key)} if note.key_id(bytes(row.public_key)) == row.key_id else {}
    beside = (row.origin, row.blocks, _noted(row, signed.note))
    return checkpoints.is_signed_by(signed, right_key) and beside == (signed.note.origin, blocks, None)


def read_kept(texts: Iterable[tuple[str, str]]) -> list[Signed]:
    """Kept checkpoints from (file, text); refused where one is none, or is another journal's."""
    signed = []
    for file, text in texts:
        try:
            one = note.read(text)
        except note.Malformed as error:
            raise Refusal(
                "seals.checkpoint_malformed", "%(file)s 不是检查点文件（%(why)s）", file=file, why=str(error)
            ) from error
        mine = sealing.known_origin()
        if one.note.origin.rpartition(" ")[2] != mine.rpartition(" ")[2]:
            raise Refusal(
                "seals.foreign",
                "%(file)s 是“%(theirs)s”的检查点，不是本台账“%(mine)s”的",
                file=file,
                theirs=one.note.origin,
                mine=mine,
            )
        signed.append(one)
    return signed
