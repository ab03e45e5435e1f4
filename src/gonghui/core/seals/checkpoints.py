"""Checkpoints: the head of the journal, signed with a key that lies outside the database.

Whoever can rewrite the database cannot sign; whoever can do both is found out by a checkpoint that others kept. A new
key is vouched for by the one before it; old public keys stay listed.
"""

import base64
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from gonghui.core import crypto
from gonghui.core.errors import Refusal
from gonghui.core.models import Block, Checkpoint, JournalName, SealKey, SignedHead
from gonghui.core.seals import merkle, note
from gonghui.core.seals.canon import ENTRIES
from gonghui.core.seals.note import Note, Signed
from gonghui.core.seals.sealing import origin, tree

SIGNED_BYTES = 64
groups = note.groups


@dataclass(frozen=True)
class Key:
    """A signing key as read from its file."""

    seed: bytes
    public: bytes

    @property
    def id(self) -> str:
        """Its short name."""
        return note.key_id(self.public)


def key_at_hand(path: Path | None = None) -> Key:
    """The key in the file; refused in plain words where there is none or it is no key."""
    place = path or settings.GONGHUI_SEAL_KEY_FILE
    if place is None:
        raise Refusal(
            "seals.key_missing",
            "没有封存密钥：请用环境变量 GONGHUI_SEAL_KEY_FILE 指明密钥文件，可用 gonghui seal --make-key 文件 生成",
        )
    try:
        text = Path(place).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(
            "seals.key_unreadable",
            "封存密钥文件 %(file)s 读不出来（%(why)s），没有签署任何检查点",
            file=str(place),
            why=getattr(error, "strerror", None) or "不是文本",
        ) from error
    try:
        seed = bytes.fromhex(text)
    except ValueError:
        seed = b""
    if len(seed) != crypto.SEED_BYTES:
        raise Refusal(
            "seals.key_wrong",
            "封存密钥文件 %(file)s 里不是密钥（应为 64 个十六进制字符），没有签署任何检查点",
            file=str(place),
        )
    return Key(seed, crypto.public_key(seed))


def vouching_text(whose: str, public_key: bytes) -> str:
    """What one key signs to vouch for another."""
    return f"gonghui key v1\n{whose}\n{base64.b64encode(public_key).decode()}\n"


def listed_key(key: Key) -> SealKey:
    """The key's row. The first key lists itself; a later one must have been taken into use by `change_key`."""
    found = SealKey.objects.filter(key_id=key.id).first()
    if found is not None:
        return found
    if SealKey.objects.exists():
        raise Refusal(
            "seals.key_unlisted",
            "这把封存密钥（%(key)s）没有登记过，没有签署任何检查点；更换密钥请用 gonghui seal --old-key 旧密钥文件",
            key=key.id,
        )
    SealKey.objects.bulk_create([SealKey(key_id=key.id, public_key=key.public)], ignore_conflicts=True)
    return SealKey.objects.get(key_id=key.id)


def change_key(old: Key, new: Key) -> SealKey:
    """The new key is listed; the old one vouches for it, and it for the old one."""
    former = listed_key(old)
    if SealKey.objects.filter(key_id=new.id).exists():
        raise Refusal("seals.key_listed", "密钥 %(key)s 早已登记，不必更换", key=new.id)
    signed = b"".join(
        crypto.signature(one.seed, vouching_text(origin(), other.public).encode())
        for one, other in ((old, new), (new, old))
    )
    return SealKey.objects.create(key_id=new.id, public_key=new.public, vouched_by=former.key_id, vouching=signed)


def head_note(stream: str, blocks: int, at: datetime) -> Note:
    """What can be said of the first `blocks` blocks."""
    last = Block.objects.get(stream=stream, number=blocks)
    before = Checkpoint.objects.filter(stream=stream, blocks__lte=blocks).order_by("-blocks").first()
    since = Block.objects.filter(stream=stream, number__lte=blocks, number__gt=before.blocks if before else 0)
    total = (before.entries if before else 0) + (since.aggregate(n=Sum("entries"))["n"] or 0)
    root = tree(stream, lambda node_at: merkle.over(0, blocks, node_at))
    return Note(stream, origin(), blocks, root, last.last_id, int(total), at)


def checkpoint(*, stream: str = ENTRIES, at: datetime | None = None) -> Checkpoint:
    """The newest head, signed; the same checkpoint again while nothing was sealed since."""
    key = key_at_hand()
    with transaction.atomic():
        newest = Block.objects.filter(stream=stream).order_by("-number").values_list("number", flat=True).first()
        if newest is None:
            raise Refusal("seals.nothing_sealed", "台账里还没有封存的记录，无从签署检查点")
        listed = listed_key(key)
        mine = Checkpoint.objects.filter(stream=stream, blocks=newest, key_id=listed.key_id)
        if (known := mine.first()) is not None:
            return known
        said = head_note(stream, newest, at or datetime.now(UTC))
        refuse_what_did_not_grow(stream, newest)
        signed = Signed(said, said.text, listed.key_id, crypto.signature(key.seed, said.text.encode()))
        _remember(signed)
        row = Checkpoint(**columns(signed))
        Checkpoint.objects.bulk_create([row], ignore_conflicts=True)
        return mine.get()


def _memory(stream: str) -> Path | None:
    folder, name = settings.GONGHUI_SEAL_MEMORY, JournalName.objects.first()
    return Path(folder) / f"{name.journal_id}-{stream}.txt" if folder is not None and name is not None else None


def remembered(stream: str) -> Signed | None:
    """What was signed last, as the signer remembers it outside the database.

    The signer would else sign whatever it finds: who throws blocks and checkpoints away has the journal he wrote anew
    signed by the next worker, without ever seeing the key.
    """
    place = _memory(stream)
    try:
        return note.read(place.read_text()) if place is not None and place.exists() else None
    except (OSError, UnicodeDecodeError, note.Malformed) as error:
        raise Refusal(
            "seals.memory_unreadable",
            "%(file)s 里应是上次签署的检查点，却读不出来（%(why)s），没有签署新的；请先查明",
            file=str(place),
            why=getattr(error, "strerror", None) or str(error),
        ) from error


def refuse_what_did_not_grow(stream: str, blocks: int) -> None:
    """Nothing is signed that does not begin with what was signed last."""
    last = remembered(stream)
    if last is None:
        return
    before = last.note
    if before.blocks > blocks or tree(stream, lambda at: merkle.over(0, before.blocks, at)) != before.root:
        raise Refusal(
            "seals.not_grown",
            "台账不是从上次签署的检查点（第 %(block)s 块，%(at)s）续写下来的：末尾被截去、恢复了旧备份，或被改写过；"
            "没有签署新的。请运行 gonghui verify 查明并报告经审；%(file)s 是证据，查明以前不要移走",
            block=before.blocks,
            at=before.at.strftime("%Y-%m-%d %H:%M UTC"),
            file=str(_memory(stream)),
        )


def _remember(signed: Signed) -> None:
    """Before it stands in the database, so that nothing is ever signed that is not remembered."""
    place = _memory(signed.note.stream)
    if place is None:
        return
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        made = place.with_name(f"{place.name}.{secrets.token_hex(4)}")
        made.write_text(signed.whole)
        made.replace(place)
    except OSError as error:
        raise Refusal(
            "seals.memory_unwritten",
            "%(file)s 写不下（%(why)s），没有签署检查点；请用 GONGHUI_SEAL_MEMORY 指明一个数据库以外、可写的文件夹",
            file=str(place),
            why=error.strerror or "",
        ) from error


def columns(signed: Signed) -> dict[str, Any]:
    """A checkpoint as the columns of its row, a kept one of another journal too."""
    said = signed.note
    return {
        "stream": said.stream,
        "blocks": said.blocks,
        "root": said.root,
        "last_id": said.last_id,
        "entries": said.entries,
        "at": said.at,
        "text": signed.text,
        "key_id": signed.key_id,
        "signature": signed.signature,
    }


def first_checkpoint_over(entry_id: int, stream: str = ENTRIES) -> Checkpoint | None:
    """The oldest checkpoint that covers an entry; prints keep to it, so that they rebuild equal."""
    return Checkpoint.objects.filter(stream=stream, last_id__gte=entry_id).order_by("last_id", "id").first()


def newest_checkpoint(stream: str = ENTRIES) -> Checkpoint | None:
    """The one that reaches furthest."""
    return Checkpoint.objects.filter(stream=stream).order_by("-blocks", "-id").first()


def whole(row: SignedHead) -> str:
    """The checkpoint's file: text, blank line, signature."""
    return note.signed_text(row.text, row.key_id, bytes(row.signature))


def keys_text() -> str:
    """The file of the public keys: title, origin, one line a key with what vouches for it."""
    lines = ["gonghui keys v1", origin()]
    for key in SealKey.objects.order_by("listed_at", "key_id"):
        parts = [key.key_id, base64.b64encode(bytes(key.public_key)).decode()]
        if key.vouched_by:
            parts += [key.vouched_by, base64.b64encode(bytes(key.vouching)).decode()]
        lines.append(" ".join(parts))
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class ListedKey:
    """A line of a file of public keys."""

    key_id: str
    public: bytes
    vouched_by: str = ""
    vouching: bytes = b""


def read_keys(text: str) -> tuple[str, list[ListedKey]]:
    """Whose keys, and which; lines that are none are refused."""
    lines = text.replace("\r\n", "\n").strip("\n").split("\n")
    try:
        if lines[0] != "gonghui keys v1" or len(text) > 20_000:
            raise ValueError("title")
        keys = []
        for line in lines[2:]:
            key, public, *vouched = line.split(" ")
            raw = base64.b64decode(public, validate=True)
            if note.key_id(raw) != key or len(vouched) not in (0, 2):
                raise ValueError(key)
            by, signed = vouched or ("", "")
            keys.append(ListedKey(key, raw, by, base64.b64decode(signed, validate=True)))
        return lines[1], keys
    except (ValueError, IndexError) as error:
        raise Refusal("seals.keys_malformed", "这不是公钥清单（%(why)s）", why=str(error)) from error


def trusted(whose: str, keys: Iterable[ListedKey], roots: Iterable[str]) -> dict[str, bytes]:
    """The roots, and every key that a believed one signed for.

    That a key signs for a believed one says nothing: anybody can. So an old key is believed by the signature that the
    new one gave it in return.
    """
    by_id = {key.key_id: key for key in keys}
    links = []
    for key in by_id.values():
        if (former := by_id.get(key.vouched_by)) is None:
            continue
        pairs = ((former, key, key.vouching[:SIGNED_BYTES]), (key, former, key.vouching[SIGNED_BYTES:]))
        for one, other, signed in pairs:
            if crypto.is_signed(one.public, vouching_text(whose, other.public).encode(), signed):
                links.append((one.key_id, other.key_id))
    good = {root for root in roots if root in by_id}
    while more := {b for a, b in links if a in good and b not in good}:
        good |= more
    return {key: by_id[key].public for key in good}


def is_signed_by(signed: Signed, keys: dict[str, bytes]) -> bool:
    """Whether one of these keys signed the checkpoint."""
    public = keys.get(signed.key_id)
    return public is not None and crypto.is_signed(public, signed.text.encode(), signed.signature)
