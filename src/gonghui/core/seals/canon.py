"""What is hashed, to the byte: the text of an entry, of an access, of a block's header. Pure Python.

A text is one line of JSON: keys in order of their code points, no blanks, UTF-8, and of the characters of a string
only `"`, `\\` and those below U+0020 escaped. Days are ISO dates, instants whole microseconds since 1970 UTC, numbers
whole. Names stand where the tables hold interned numbers, so that a renamed kind is a changed entry. Nothing is
taken from a driver's or the server's way of printing. `docs/decisions/0021-seals.md` says the same to outsiders.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

SALT_BYTES = 16
LEAF, NODE = b"\x00", b"\x01"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ENTRIES, ACCESSES = "entries", "accesses"

Facts = Mapping[str, str | bool]


def line(fields: Mapping[str, object]) -> bytes:
    """The one text of these fields."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970 UTC."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def entry_text(
    *,
    entry: int,
    recorded_at: datetime,
    kind: str,
    subject_type: str,
    subject_id: int,
    organisation: int,
    path: str,
    actor: int,
    happened_on: date,
    facts: Facts,
    quantity: int,
    amount_fen: int,
    sign: int,
    reverses: int | None,
    why: str | None,
) -> bytes:
    """The text of one entry of the journal."""
    return line(
        {
            "actor": actor,
            "amount_fen": amount_fen,
            "entry": entry,
            "facts": dict(facts),
            "happened_on": happened_on.isoformat(),
            "kind": kind,
            "organisation": organisation,
            "path": path,
            "quantity": quantity,
            "recorded_at": microseconds(recorded_at),
            "reverses": reverses,
            "sign": sign,
            "subject_id": subject_id,
            "subject_type": subject_type,
            "why": why,
        }
    )


def access_text(
    *,
    access: int,
    looked_at: datetime,
    account: int,
    actor: int,
    role: str,
    organisation: int,
    what: str,
    subject_type: str,
    subject_id: int,
    request_id: str,
    why: str,
) -> bytes:
    """The text of one look at what is protected."""
    return line(
        {
            "access": access,
            "account": account,
            "actor": actor,
            "looked_at": microseconds(looked_at),
            "organisation": organisation,
            "request_id": request_id,
            "role": role,
            "subject_id": subject_id,
            "subject_type": subject_type,
            "what": what,
            "why": why,
        }
    )


def leaf(salt: bytes, text: bytes) -> bytes:
    """The hash of one entry. The salt keeps a text of few possibilities from being guessed from its hash."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return hashlib.sha256(LEAF + salt + text).digest()


def header_text(
    *, stream: str, number: int, first_id: int, last_id: int, entries: int, root: bytes, previous: bytes
) -> bytes:
    """The text of a block's header; `previous` is the hash of the block before, 32 zero bytes for the first."""
    return line(
        {
            "entries": entries,
            "first_id": first_id,
            "last_id": last_id,
            "number": number,
            "previous": previous.hex(),
            "root": root.hex(),
            "stream": stream,
        }
    )


def header_hash(text: bytes) -> bytes:
    """The hash of a block, which is also its leaf in the tree of blocks."""
    return hashlib.sha256(LEAF + text).digest()
