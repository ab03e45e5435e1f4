"""Keeping checkpoints: of other journals, and of the own one as others hand it back, so that nobody rewrites them."""

import base64
import binascii
from datetime import date

from gonghui.core import crypto
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import record
from gonghui.core.models import SealKey, Witnessed
from gonghui.core.seals import note, sealing
from gonghui.core.seals.checkpoints import read_keys
from gonghui.core.seals.note import Malformed, Signed
from gonghui.core.text import clean
from gonghui.reports.facts import CheckpointKept
from gonghui.spine.organisations.models import Organisation

LONGEST_NAME = 120
PARTS = {
    "title": "第一行不是 gonghui checkpoint v1",
    "signature": "末尾没有签名行",
    "root or instant": "树根或时刻写得不对",
    "length": "太长",
    "form": "格式不对",
    "blocks": "块数写得不对",
    "last entry": "末条编号写得不对",
    "entries": "条数写得不对",
}


@action
def keep_checkpoint(text: str, keys: str, given_by: str, *, by: Actor, on: date) -> Witnessed:
    """A checkpoint with a good signature is kept beside the others of its journal."""
    by.require("journal.audit")
    signed = _read(text)
    public = _public_key(signed, keys)
    if not crypto.is_signed(public, signed.text.encode(), signed.signature):
        raise Refusal(
            "seals.signature_wrong",
            "检查点 %(blocks)s 的签名与公钥 %(key)s 不一致，没有保存",
            blocks=signed.note.blocks,
            key=signed.key_id,
        )
    given_by = clean(given_by, longest=LONGEST_NAME, field="来自")
    if not given_by:
        raise Refusal("seals.giver_missing", "请写明这个检查点是从哪个单位拿来的")
    said = signed.note
    same = Witnessed.objects.filter(origin=said.origin, stream=said.stream, blocks=said.blocks, root=said.root)
    if (known := same.first()) is not None:
        raise Refusal(
            "seals.kept_already",
            "这个检查点（%(blocks)s）早已保存，来自%(name)s",
            blocks=said.blocks,
            name=known.given_by,
        )
    kept = Witnessed.objects.create(
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
        given_by=given_by,
        organisation_id=by.organisation_id,
        kept_by=by.id,
    )
    place = Organisation.objects.get(pk=by.organisation_id)
    record(CheckpointKept(blocks=said.blocks), about=kept, by=by, happened_on=on, organisation=place)
    return kept


def _read(text: str) -> Signed:
    try:
        return note.read(text.strip() + "\n")
    except Malformed as error:
        why = PARTS.get(str(error), "格式不对")
        raise Refusal(
            "seals.checkpoint_malformed", "这不是检查点的原文：%(why)s。请整段贴上，从第一行到签名行", why=why
        ) from error


def _public_key(signed: Signed, keys: str) -> bytes:
    """The key it says it is signed with: the own one, the one kept before, or one of those handed over."""
    own = SealKey.objects.filter(key_id=signed.key_id).values_list("public_key", flat=True).first()
    if own is not None and signed.note.origin == sealing.origin():
        return bytes(own)
    earlier = Witnessed.objects.filter(origin=signed.note.origin)
    known = earlier.filter(key_id=signed.key_id).values_list("public_key", flat=True).first()
    if known is not None:
        return bytes(known)
    for public in _handed(keys):
        if note.key_id(public) == signed.key_id:
            return public
    raise Refusal(
        "seals.key_unknown", "还没有这本台账的公钥 %(key)s：请把它的公钥或公钥清单一并贴上", key=signed.key_id
    )


def _handed(keys: str) -> list[bytes]:
    """The keys of a list of keys, or the one key that was pasted."""
    keys = keys.strip()
    if keys.startswith("gonghui keys"):
        return [key.public for key in read_keys(keys)[1]]
    try:
        public = base64.b64decode(keys, validate=True)
    except (binascii.Error, ValueError):
        public = b""
    if keys and len(public) != 32:
        raise Refusal(
            "seals.key_malformed", "公钥“%(key)s”读不懂：应是 44 个字符的 base64，或整份公钥清单", key=keys[:20]
        )
    return [public] if keys else []
