"""Checkpoints and proofs of the journal in the words its readers need; the arithmetic is `core.seals`."""

import base64
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from gonghui.core import crypto
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.models import Checkpoint, SealKey, Witnessed
from gonghui.core.seals import checkpoints, merkle, note, proofs, sealing, verify
from gonghui.core.seals.canon import ENTRIES
from gonghui.core.seals.note import Signed
from gonghui.reports.printing import qr
from gonghui.spine.organisations.models import Organisation

MOST_BLOCKS = 2**31


@dataclass(frozen=True)
class Shown:
    """One checkpoint of this journal as pages and the interface for machines show it."""

    row: Checkpoint

    @property
    def blocks(self) -> int:
        """Its number: how many blocks it covers."""
        return self.row.blocks

    @property
    def at(self) -> datetime:
        """When it was signed."""
        return self.row.at

    @cached_property
    def note(self) -> str:
        """The file that is handed on: text, blank line, signature."""
        return checkpoints.whole(self.row)

    @cached_property
    def origin(self) -> str:
        """Whose journal."""
        return note.read_note(self.row.text).origin

    @cached_property
    def groups(self) -> list[str]:
        """Twelve groups of four signs."""
        return note.groups(self.row.text)

    @cached_property
    def public_key(self) -> bytes:
        """The key it is signed with."""
        return bytes(SealKey.objects.values_list("public_key", flat=True).get(key_id=self.row.key_id))

    @property
    def key(self) -> str:
        """The public key in base64."""
        return base64.b64encode(self.public_key).decode()

    @property
    def signature(self) -> str:
        """The signature in base64."""
        return base64.b64encode(bytes(self.row.signature)).decode()

    @property
    def root(self) -> str:
        """The root over the blocks in base64."""
        return base64.b64encode(bytes(self.row.root)).decode()

    @cached_property
    def is_signed(self) -> bool:
        """Whether the listed key signed it."""
        return crypto.is_signed(self.public_key, self.row.text.encode(), bytes(self.row.signature))

    @property
    def picture(self) -> str:
        """The square for telephones, as an address within the page."""
        return qr.address(qr.svg(qr.words(self.origin, self.blocks, self.groups)))


def groups_typed(text: str) -> list[str]:
    """Groups as somebody types or pastes them: O is 0, I and L are 1, what stands between them does not matter."""
    signs = unicodedata.normalize("NFKC", text[:400]).upper().translate(str.maketrans("OIL", "011"))
    plain = "".join(sign for sign in signs if sign in note.CROCKFORD + "U")
    return [plain[at : at + note.SIGNS] for at in range(0, len(plain), note.SIGNS)]


def of_entries() -> QuerySet[Checkpoint]:
    """The journal's checkpoints, by their number; the first signed where two keys signed one."""
    return Checkpoint.objects.filter(stream=ENTRIES).order_by("-blocks", "-id")


def numbered(blocks: int) -> Shown | None:
    """The checkpoint that covers so many blocks."""
    if not 0 < blocks < MOST_BLOCKS:
        return None
    row = Checkpoint.objects.filter(stream=ENTRIES, blocks=blocks).order_by("id").first()
    return Shown(row) if row is not None else None


def found(blocks: int) -> Shown:
    """The same, or a page that is not there."""
    shown = numbered(blocks)
    if shown is None:
        raise Http404
    return shown


@dataclass(frozen=True)
class Growth:
    """Whether one checkpoint's journal is the beginning of a later one's, and the hashes that show it."""

    old: Shown
    new: Shown
    path: tuple[str, ...]
    holds: bool


def growth(old: Shown, new: Shown) -> Growth:
    """The proof of growth, and whether it holds between the two roots as they were signed."""
    found = proofs.growth_proof(old.row, new.row)
    path = tuple(found["path"])
    holds = merkle.grew(
        old.blocks, bytes(old.row.root), new.blocks, bytes(new.row.root), [bytes.fromhex(one) for one in path]
    )
    return Growth(old, new, path, holds)


@dataclass(frozen=True)
class Place:
    """Where an entry is sealed: its block, its place in it, and the first checkpoint over it, if there is one yet.

    Where it has to be in a block and is in none, or the way to the checkpoint is broken, `wrong` says so.
    """

    block: int
    place: int
    entries: int
    checkpoint: Shown | None
    proof: Mapping[str, Any] | None
    wrong: Refusal | None = None

    @property
    def holds(self) -> bool:
        """Whether the hashes meet, computed anew from the entry as it stands."""
        return self.proof is not None and proofs.holds(dict(self.proof))


def place_of(entry_id: int) -> Place | None:
    """Where an entry is sealed; None while it is not."""
    head = checkpoints.first_checkpoint_over(entry_id)
    if head is None and entry_id > sealing.head().last_id:
        return None
    shown = Shown(head) if head else None
    try:
        block, ids = proofs.block_of(entry_id)
    except Refusal as wrong:
        return Place(0, 0, 0, shown, None, wrong)
    stands = (block.number, ids.index(entry_id) + 1, block.entries, shown)
    try:
        return Place(*stands, proofs.proof_of(entry_id))
    except Refusal as wrong:  # a block on the way to the checkpoint is gone
        return Place(*stands, None, wrong)


def kept_in_sight(actor: Actor) -> QuerySet[Witnessed]:
    """The checkpoints kept by the units of the actor's subtree."""
    return Witnessed.objects.filter(organisation_id__in=Organisation.objects.seen_by(actor).values("pk"))


class Told(StrEnum):
    """What a kept checkpoint says of the one it is compared with."""

    SAME = "same"
    OTHER = "other"
    BEGINNING = "beginning"
    REWRITTEN = "rewritten"
    SHORT = "short"
    ALONE = "alone"


def told(kept: Iterable[Witnessed]) -> list[tuple[Witnessed, Told]]:
    """Kept checkpoints, each against the others that are kept of the same journal; one query for all."""
    rows = list(kept)
    alike = Witnessed.objects.filter(origin__in={one.origin for one in rows}, blocks__in={one.blocks for one in rows})
    roots: dict[tuple[str, str, int], list[bytes]] = {}
    for origin, stream, blocks, root in alike.values_list("origin", "stream", "blocks", "root"):
        roots.setdefault((origin, stream, blocks), []).append(bytes(root))
    found = []
    for one in rows:
        there = roots.get((one.origin, one.stream, one.blocks), [])
        is_other = any(root != bytes(one.root) for root in there)
        found.append((one, Told.OTHER if is_other else Told.SAME if len(there) > 1 else Told.ALONE))
    return found


def against_own(signed: Signed) -> Told:
    """A checkpoint that others kept of this journal, against the journal as it is now; a forged one accuses nobody."""
    said = signed.note
    if not checkpoints.is_signed_by(signed, verify.trusted_keys()):
        raise Refusal(
            "seals.not_signed_here",
            "签名对不上本台账的公钥：要么这个检查点是假的，要么本台账换过密钥；请与交来的单位当面核对",
        )
    if sealing.head(said.stream).number < said.blocks:
        return Told.SHORT
    root = sealing.tree(said.stream, lambda node_at: merkle.over(0, said.blocks, node_at))
    return Told.BEGINNING if root == said.root else Told.REWRITTEN
