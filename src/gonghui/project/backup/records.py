"""What follows one another inside the sealed stream: a kind, a length, so many bytes."""

import json
from collections.abc import Iterator
from typing import Any

from gonghui.core.errors import Refusal
from gonghui.core.streams import Opening, Sealing

PURPOSE = "backup"
MANIFEST, TABLE, FILE, PART, SEQUENCES, END = b"M", b"T", b"F", b"D", b"S", b"E"
_KINDS = {MANIFEST, TABLE, FILE, PART, SEQUENCES, END}
_MOST = 1 << 30


def broken(why: str) -> Refusal:
    """The stream opens, and is yet not what this program writes."""
    return Refusal("backup.broken", "备份的内容排列不对（%(why)s）：写它的程序有错，请另取一份并告知开发人员", why=why)


def write(out: Sealing, kind: bytes, content: bytes) -> None:
    """One record."""
    out.write(kind + len(content).to_bytes(4, "big"))
    out.write(content)


def write_said(out: Sealing, kind: bytes, said: dict[str, Any]) -> None:
    """A record of words and numbers."""
    write(out, kind, json.dumps(said, ensure_ascii=False).encode())


def each(source: Opening) -> Iterator[tuple[bytes, bytes]]:
    """The records in order, up to the one that ends them."""
    while True:
        head = source.read(5)
        kind, length = head[:1], int.from_bytes(head[1:], "big")
        if len(head) < 5 or kind not in _KINDS or length > _MOST:
            raise broken("record")
        content = source.read(length)
        if len(content) < length:
            raise broken("length")
        yield kind, content
        if kind == END:
            if source.read(1):
                raise broken("tail")
            return


def said(content: bytes) -> dict[str, Any]:
    """The words and numbers of a record."""
    found: dict[str, Any] = json.loads(content)
    return found
