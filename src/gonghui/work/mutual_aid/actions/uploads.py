"""A file of settlements between the request that brought it and the worker that reads it: sealed, block by block."""

import codecs
import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from django.conf import settings

from gonghui.core import crypto
from gonghui.core.errors import Refusal

FOLDER, PURPOSE = "settlements", "mutual_aid.upload"
BLOCK = 4 << 20
_LENGTH = 4
PARQUET, ZIP = b"PAR1", b"PK\x03\x04"


def folder() -> Path:
    """Where uploads wait: outside the web root, readable to the server alone."""
    kept = Path(settings.MEDIA_ROOT) / FOLDER
    kept.mkdir(parents=True, exist_ok=True, mode=0o700)
    return kept


def keep(blocks: Iterable[bytes], *, most_megabytes: int) -> tuple[str, str, str]:
    """The random name it is kept by, the SHA-256 of what was sent, and what it is: `parquet`, `xlsx` or `csv`."""
    name, seen, size, head = secrets.token_hex(24), hashlib.sha256(), 0, b""
    descriptor = os.open(folder() / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        for at, block in enumerate(blocks):
            seen.update(block)
            size += len(block)
            head = head or block[:4]
            if size > most_megabytes << 20:
                forget(name)
                raise Refusal(
                    "mutual_aid.file_large",
                    "文件超过 %(most)s MB：请按月分开，或改用 Parquet 格式",
                    most=most_megabytes,
                )
            sealed = crypto.seal_bytes(block, purpose=PURPOSE, place=f"{name} {at}")
            out.write(len(sealed).to_bytes(_LENGTH, "big") + sealed)
    if not size:
        forget(name)
        raise Refusal("mutual_aid.file_empty", "文件是空的：请重新导出后再传")
    return name, seen.hexdigest(), "parquet" if head == PARQUET else "xlsx" if head == ZIP else "csv"


def reopened(name: str, *, as_text: bool) -> IO[bytes]:
    """What was sent, in a file without a name; a text is UTF-8 there, whatever it was: UTF-8, UTF-16 or GB 18030."""
    plain = tempfile.TemporaryFile()  # noqa: SIM115
    decoder = None
    with open(folder() / name, "rb") as sealed:
        at = 0
        while length := sealed.read(_LENGTH):
            block = crypto.unseal_bytes(
                sealed.read(int.from_bytes(length, "big")), purpose=PURPOSE, place=f"{name} {at}"
            )
            if as_text and decoder is None:
                decoder = codecs.getincrementaldecoder(_encoding(block))("replace")
            plain.write(decoder.decode(block).encode() if decoder is not None else block)
            at += 1
    plain.seek(0)
    return plain


def forget(name: str) -> None:
    """The upload is gone: it was read, or will never be."""
    if name:
        (folder() / name).unlink(missing_ok=True)


def _encoding(first: bytes) -> str:
    """How a text's first block is written."""
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8-sig")().decode(first)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"
