"""Keeping the checkpoints of other journals.

The first checkpoint of a journal brings its public key along; from then on only that key, and those it vouches for,
are believed. Two checkpoints that cannot both be right are kept both: they are the evidence.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from gonghui.core import crypto
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import Placed, record
from gonghui.core.models import JournalName, Witnessed
from gonghui.core.seals import checkpoints, merkle, note
from gonghui.core.seals.canon import ENTRIES
from gonghui.core.seals.checkpoints import ListedKey
from gonghui.core.seals.facts import CheckpointKept
from gonghui.core.seals.note import Signed

KEEPER_LOCK = (13 << 48) + 3


@dataclass(frozen=True)
class Kept:
    """A kept checkpoint, those it contradicts, and whether it was shown to have grown from the one before.

    It is not new where it was kept before; `first_met` is its key where no key of that journal was known.
    """

    row: Witnessed
    contradicts: tuple[Witnessed, ...] = ()
    grew: bool | None = None
    is_new: bool = True
    first_met: str = ""


def kept_of(origin: str, stream: str = ENTRIES) -> QuerySet[Witnessed]:
    """What is kept of a journal, the oldest first."""
    return Witnessed.objects.filter(origin=origin, stream=stream).order_by("blocks", "kept_at")


def signed_of(row: Witnessed) -> Signed:
    """A kept checkpoint as it was handed over."""
    return note.read(checkpoints.whole(row))


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

    `keys` is the other side's list of public keys; it may be empty where the key is known from an earlier one. One is
    kept at a time: of two that come at once and cannot both be right, the second finds the first.
    """
    signed = read_signed(text, given_by)
    said = signed.note
    _refuse_own(said.origin)
    if expected is not None:
        refuse_other(said.origin, expected)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [KEEPER_LOCK])
        public, first_met = _public_key(signed, keys)
        if not crypto.is_signed(public, signed.text.encode(), signed.signature):
            raise Refusal("seals.checkpoint_unsigned", "检查点的签名不对，没有保存")
        before = list(kept_of(said.origin, said.stream))
        same = next((row for row in before if (row.blocks, bytes(row.root)) == (said.blocks, said.root)), None)
        alike = [row for row in before if row.blocks == said.blocks and row != same]
        grew = _grew(before, signed, growth)
        if grew is False:
            alike += [row for row in before if growth is not None and row.text == _texts(growth)[0]]
        if same is not None:
            return Kept(same, tuple(alike), grew, is_new=False)
        row = _keep(signed, public, given_by, not alike, by=by, on=on, organisation=organisation)
        return Kept(row, tuple(alike), grew, first_met=first_met)


@action
def _keep(
    signed: Signed, public: bytes, given_by: str, agrees: bool, *, by: Actor, on: date, organisation: Placed
) -> Witnessed:
    row = Witnessed.objects.create(
        **checkpoints.columns(signed),
        origin=signed.note.origin,
        public_key=public,
        given_by=given_by[:120],
        organisation_id=organisation.id,
        kept_by=by.id,
    )
    fact = CheckpointKept(blocks=row.blocks, agrees=agrees, checkpoint=fingerprint(signed))
    record(fact, about=row, by=by, happened_on=on, organisation=organisation)
    return row


def fingerprint(signed: Signed) -> str:
    """The SHA-256 of a checkpoint as it was handed over, as the entry of its keeping says it."""
    return hashlib.sha256(signed.whole.encode()).hexdigest()


def _refuse_own(origin: str) -> None:
    own = JournalName.objects.first()
    if own is not None and origin.rpartition(" ")[2] == own.journal_id:
        raise Refusal("seals.own_checkpoint", "这是本台账自己的检查点，应交给上级和下级保存")


def refuse_other(theirs: str, expected: str) -> None:
    """A checkpoint of another journal than the one in question."""
    if theirs != expected:
        raise Refusal(
            "seals.other_federation",
            "这是“%(theirs)s”的检查点，不是“%(expected)s”的，没有保存",
            theirs=theirs,
            expected=expected,
        )


def believed(origin: str, listed: Sequence[ListedKey], first: str) -> tuple[dict[str, bytes], str]:
    """The keys of a journal: those its kept checkpoints brought along, and listed ones that hang together with them.

    What is listed under the name of a known key counts for nothing. Where none is known, the first one met is taken
    at the other side's word; it is given back too, to be told.
    """
    known = {row.key_id: bytes(row.public_key) for row in Witnessed.objects.filter(origin=origin)}
    mine = [ListedKey(key_id, public) for key_id, public in known.items()]
    links = [replace(key, public=known.get(key.key_id, key.public)) for key in listed]
    keys = checkpoints.trusted(origin, [*mine, *links], known or [first])
    return keys, "" if known else first


def _public_key(signed: Signed, keys: str) -> tuple[bytes, str]:
    """The key it must be signed with: one known before, or one that such a key vouches for, or the first of all."""
    origin, listed = signed.note.origin, list[ListedKey]()
    good, first_met = believed(origin, listed, signed.key_id)
    if signed.key_id not in good:
        if not keys.strip():
            raise Refusal(
                "seals.key_unknown", "不认识签署检查点的密钥（%(key)s），请连同公钥清单一起交来", key=signed.key_id
            )
        whose, listed = checkpoints.read_keys(keys)
        if whose != origin:
            raise Refusal(
                "seals.other_keys", "公钥清单是“%(theirs)s”的，检查点是“%(origin)s”的", theirs=whose, origin=origin
            )
        good, first_met = believed(origin, listed, signed.key_id)
    if signed.key_id not in good:
        raise Refusal(
            "seals.key_not_vouched",
            "签署检查点的密钥（%(key)s）没有得到以前密钥的认可，没有保存；请向对方核实",
            key=signed.key_id,
        )
    return good[signed.key_id], first_met


def read_growth(text: str) -> dict[str, Any]:
    """A proof of growth from its file."""
    try:
        found = json.loads(text)
        if not isinstance(found, dict):
            raise ValueError(type(found).__name__)
    except (ValueError, RecursionError) as error:
        raise Refusal("seals.growth_malformed", "这不是增长证明（%(why)s）", why=str(error)[:80]) from error
    return found


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
