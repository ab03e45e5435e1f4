"""Proofs that others can check without the database: one entry under a checkpoint, one checkpoint under a later one."""

import base64
import json
from typing import Any

from django.db import connection

from gonghui.core.errors import Refusal
from gonghui.core.models import Block, Checkpoint, SealKey
from gonghui.core.seals import canon, merkle
from gonghui.core.seals.canon import ENTRIES
from gonghui.core.seals.checkpoints import first_checkpoint_over, groups
from gonghui.core.seals.merkle import Step
from gonghui.core.seals.sealing import HASH_BYTES, tree
from gonghui.core.seals.spans import spelled

FORMAT, GROWTH_FORMAT = "gonghui-proof-1", "gonghui-growth-1"
Json = dict[str, Any]
_ONE = """
select e.id as entry, e.recorded_at, k.name as kind, t.name as subject_type, e.subject_id,
  e.organisation_id as organisation, e.path, e.actor_id as actor, e.happened_on, g.facts::text as facts, e.quantity,
  e.amount_fen, e.sign, e.reverses, e.why, e.salt
from core_entry e join core_kind k on k.id = e.kind join core_subjecttype t on t.id = e.subject_type
  join core_factgroup g on g.id = e.group_id and g.kind = e.kind
where e.id = %s
"""


def _steps(path: list[Step]) -> list[Json]:
    return [{"side": step.side, "hash": step.hash.hex()} for step in path]


def checkpoint_json(row: Checkpoint) -> Json:
    """A checkpoint as proofs carry it."""
    public = SealKey.objects.values_list("public_key", flat=True).get(key_id=row.key_id)
    return {
        "text": row.text,
        "key": row.key_id,
        "signature": base64.b64encode(bytes(row.signature)).decode(),
        "public_key": base64.b64encode(bytes(public)).decode(),
        "groups": groups(row.text),
    }


def _header(block: Block) -> Json:
    return {
        "stream": block.stream,
        "number": block.number,
        "first_id": block.first_id,
        "last_id": block.last_id,
        "entries": block.entries,
        "root": bytes(block.root).hex(),
        "previous": bytes(block.previous).hex(),
        "hash": bytes(block.hash).hex(),
    }


def proof_of(entry_id: int, checkpoint: Checkpoint | None = None) -> Json | None:
    """The entry's text and salt, and its way to the checkpoint; None while no checkpoint covers it.

    The oldest checkpoint that covers it is taken, so that the proof is the same whenever it is asked for. Refused where
    a checkpoint covers it and no block holds it.
    """
    head = checkpoint or first_checkpoint_over(entry_id)
    told = _told(entry_id)
    if head is None or entry_id > head.last_id or told is None:
        return None
    block, ids = block_of(entry_id)
    kept = bytes(block.leaves)
    leaves = [kept[start : start + HASH_BYTES] for start in range(0, len(kept), HASH_BYTES)]
    text, salt = told
    path = merkle.inclusion(ids.index(entry_id), len(leaves), merkle.in_memory(leaves))
    tree_path = tree(ENTRIES, lambda at: merkle.inclusion(block.number - 1, head.blocks, at))
    return {
        "format": FORMAT,
        "entry": {"text": text.decode(), "salt": salt.hex()},
        "path": _steps(path),
        "block": _header(block),
        "tree_path": _steps(tree_path),
        "checkpoint": checkpoint_json(head),
    }


def block_of(entry_id: int) -> tuple[Block, list[int]]:
    """The block that holds an entry which has to be in one, and the numbers of all its entries."""
    block = Block.objects.filter(stream=ENTRIES, last_id__gte=entry_id).order_by("last_id").first()
    try:
        ids = spelled(block.ids) if block is not None else []
    except ValueError:
        ids = []
    if block is None or entry_id not in ids:
        raise Refusal(
            "seals.entry_in_no_block",
            "第 %(entry)s 条在封存过的范围里，却没有一块收着它：那一块不见了，或者它是封存以后插入的；"
            "请告知经审，运行 gonghui verify 查明",
            entry=entry_id,
        )
    return block, ids


def _told(entry_id: int) -> tuple[bytes, bytes] | None:
    """The text of one entry, and its salt."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [entry_id])
        row = cursor.fetchone()
        names = [column[0] for column in cursor.description]
    if row is None:
        return None
    fields = dict(zip(names, row, strict=True))
    salt, facts = bytes(fields.pop("salt")), json.loads(fields.pop("facts"))
    return canon.entry_text(facts=facts, **fields), salt


def growth_proof(old: Checkpoint, new: Checkpoint) -> Json:
    """That the older checkpoint's journal is the beginning of the newer one's."""
    path = tree(old.stream, lambda at: merkle.growth(old.blocks, new.blocks, at))
    return {
        "format": GROWTH_FORMAT,
        "old": checkpoint_json(old),
        "new": checkpoint_json(new),
        "path": [step.hex() for step in path],
    }


def holds(proof: Json) -> bool:
    """Whether the hashes meet, from the text up to the checkpoint's root; its signature is not looked at."""
    leaf = canon.leaf(bytes.fromhex(proof["entry"]["salt"]), proof["entry"]["text"].encode())
    block = proof["block"]
    text = canon.header_text(
        stream=block["stream"],
        number=block["number"],
        first_id=block["first_id"],
        last_id=block["last_id"],
        entries=block["entries"],
        root=bytes.fromhex(block["root"]),
        previous=bytes.fromhex(block["previous"]),
    )
    root = base64.b64decode(proof["checkpoint"]["text"].split("\n")[3])
    return (
        merkle.climbed(leaf, _read(proof["path"])).hex() == block["root"]
        and canon.header_hash(text).hex() == block["hash"]
        and merkle.climbed(canon.header_hash(text), _read(proof["tree_path"])) == root
    )


def _read(path: list[Json]) -> list[Step]:
    return [Step(step["side"], bytes.fromhex(step["hash"])) for step in path]
