"""Checkpoints for machines: anybody may read and keep them, without an account."""

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from gonghui.core.seals import proofs
from gonghui.reports import seals
from gonghui.reports.seals import Shown

PAGE = 100
MINUTE, DAY = "public, max-age=60", "public, max-age=86400, immutable"
Older = Annotated[int | None, Query(ge=1, lt=2**31)]
router = Router(tags=["checkpoints"])


class Brief(Schema):
    """One line of the list."""

    checkpoint: int = Field(description="The checkpoint's number: how many blocks it covers.")
    entries: int
    last_entry: int
    signed_at: datetime
    groups: list[str] = Field(description="Twelve groups of four signs to compare by eye.")
    key: str


class Listing(Schema):
    """The newest checkpoints; `before` asks for older ones."""

    origin: str
    checkpoints: list[Brief]
    before: int | None = Field(description="Ask with this number for the next page; null on the last.")


class Whole(Brief):
    """One checkpoint with its text and signature."""

    origin: str
    root: str = Field(description="The root of the tree over the blocks, base64.")
    text: str = Field(description="What is signed.")
    signature: str = Field(description="Ed25519 over the text, base64.")
    public_key: str = Field(description="The key it is signed with, base64.")
    note: str = Field(description="Text and signature as they are handed on in a file.")


class Grown(Schema):
    """The proof that one checkpoint's journal is the beginning of a later one's (RFC 9162, 2.1.4)."""

    format: str
    old: dict[str, Any] = Field(description="The older checkpoint: text, key, signature, public_key, groups.")
    new: dict[str, Any]
    path: list[str] = Field(description="Hashes in hexadecimal.")


def _brief(shown: Shown) -> dict[str, Any]:
    return {
        "checkpoint": shown.blocks,
        "entries": shown.row.entries,
        "last_entry": shown.row.last_id,
        "signed_at": shown.at,
        "groups": shown.groups,
        "key": shown.row.key_id,
    }


@router.get("/", url_name="checkpoints", response=Listing, summary="Checkpoints of this journal, the newest first")
def listed(request: HttpRequest, response: HttpResponse, before: Older = None) -> dict[str, Any]:
    """A page of checkpoints."""
    found = seals.of_entries() if before is None else seals.of_entries().filter(blocks__lt=before)
    rows = [Shown(row) for row in found[: PAGE + 1]]
    response["Cache-Control"] = MINUTE
    return {
        "origin": rows[0].origin if rows else "",
        "checkpoints": [_brief(one) for one in rows[:PAGE]],
        "before": rows[PAGE - 1].blocks if len(rows) > PAGE else None,
    }


@router.get("/{int:blocks}/", url_name="checkpoint", response=Whole, summary="One checkpoint")
def one(request: HttpRequest, response: HttpResponse, blocks: int) -> dict[str, Any]:
    """The checkpoint that covers so many blocks; it never changes."""
    shown = seals.found(blocks)
    response["Cache-Control"] = DAY
    return {
        **_brief(shown),
        "origin": shown.origin,
        "root": shown.root,
        "text": shown.row.text,
        "signature": shown.signature,
        "public_key": shown.key,
        "note": shown.note,
    }


@router.get(
    "/{int:blocks}/since/{int:older}/",
    url_name="checkpoint_since",
    response=Grown,
    summary="That a checkpoint grew from an older one",
)
def grown(request: HttpRequest, response: HttpResponse, blocks: int, older: int) -> dict[str, Any]:
    """The proof of growth between two checkpoints."""
    new, old = seals.found(blocks), seals.found(older)
    if older > blocks:
        raise Http404
    response["Cache-Control"] = DAY
    return proofs.growth_proof(old.row, new.row)
