"""One long file, sealed as it is written: chunks that open in their own order, under one key, and in no other.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: Online authenticated encryption, 2015) over
AES-256-GCM. The head names the key and holds 32 random bytes from which this file's own key is derived, so no two files
share one. The nonce of a chunk is its number and whether it is the last; with each chunk the head is authenticated. A
chunk that was changed, left out, doubled or moved does not open, and a file that was cut off has no last chunk. Chunks
are compressed before they are sealed. Never more than one of them is in memory.
"""

import os
import zlib
from typing import BinaryIO

from gonghui.core import crypto
from gonghui.core.crypto import Unreadable
from gonghui.core.errors import Refusal

MAGIC = b"gonghui sealed stream 1\n"
CHUNK = 1 << 20
KEY_BYTES = 32
_ID_BYTES, _SALT_BYTES, _LENGTH_BYTES = 8, 32, 4
HEAD_BYTES = len(MAGIC) + _ID_BYTES + _SALT_BYTES
_MOST = CHUNK + (CHUNK >> 8) + 64


def key_id(key: bytes) -> str:
    """A key's short name."""
    return crypto.digest_bytes(key, b"gonghui stream key id")[:_ID_BYTES].hex()


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _refused(code: str, message: str, **params: object) -> Refusal:
    return Refusal(f"streams.{code}", message, **params)


class Sealing:
    """Writes bytes into a file, sealed; `close` writes the chunk without which the file is not whole."""

    def __init__(self, out: BinaryIO, key: bytes, purpose: str) -> None:
        salt = os.urandom(_SALT_BYTES)
        self._out, self._head = out, MAGIC + bytes.fromhex(key_id(key)) + salt
        self._cipher = crypto.cipher(crypto.derived(key, f"{purpose} {salt.hex()}"))
        self._number, self._waiting = 0, bytearray()
        self._out.write(self._head)
        self.written = len(self._head)

    def write(self, content: bytes | bytearray | memoryview) -> None:
        """The bytes come after those before; a chunk goes out when more than one is there."""
        self._waiting += content
        while len(self._waiting) > CHUNK:
            self._chunk(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def close(self) -> None:
        """The last chunk, which says that it is the last."""
        self._chunk(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _chunk(self, content: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), zlib.compress(content, 1), self._head)
        self._out.write(len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)
        self._number += 1
        self.written += _LENGTH_BYTES + len(sealed)


class Opening:
    """Reads what `Sealing` wrote; refuses at the first chunk that is not as it was, and says which it is."""

    def __init__(self, source: BinaryIO, key: bytes, purpose: str) -> None:
        self._source, self._head = source, source.read(HEAD_BYTES)
        if len(self._head) < HEAD_BYTES or not self._head.startswith(MAGIC):
            raise _refused("foreign", "这个文件不是本程序写的加密备份，或者开头被改过：没有读入任何内容")
        named = self._head[len(MAGIC) : len(MAGIC) + _ID_BYTES].hex()
        if named != key_id(key):
            raise _refused(
                "other_key",
                "备份是用密钥 %(named)s 加密的，手上的是 %(ours)s：请换成当时的备份密钥文件",
                named=named,
                ours=key_id(key),
            )
        salt = self._head[-_SALT_BYTES:]
        self._cipher = crypto.cipher(crypto.derived(key, f"{purpose} {salt.hex()}"))
        self._number, self._ready, self._ended = 0, bytearray(), False
        self.read_bytes = HEAD_BYTES

    def read(self, size: int) -> bytes:
        """So many bytes; fewer only where the whole file has been read."""
        while len(self._ready) < size and not self._ended:
            self._ready += self._chunk()
        part = bytes(self._ready[:size])
        del self._ready[:size]
        return part

    def _chunk(self) -> bytes:
        number, at = self._number, self.read_bytes
        length = int.from_bytes(self._take(_LENGTH_BYTES), "big")
        if length > _MOST:
            raise self._altered(number, at)
        sealed = self._take(length)
        content, last = self._opened(sealed, number, last=False), False
        if content is None:
            content, last = self._opened(sealed, number, last=True), True
        if content is None:
            raise self._altered(number, at)
        self._number, self._ended = number + 1, last
        if last and self._source.read(1):
            raise _refused("longer", "备份结束之后还有内容：文件被接长过，没有恢复任何内容")
        return zlib.decompress(content)

    def _opened(self, sealed: bytes, number: int, *, last: bool) -> bytes | None:
        try:
            return crypto.opened_by(self._cipher, _nonce(number, last=last) + sealed, self._head)
        except Unreadable:
            return None

    def _take(self, length: int) -> bytes:
        taken = self._source.read(length)
        if len(taken) < length:
            raise _refused(
                "cut_off",
                "备份不完整：第 %(chunk)s 块（第 %(at)s 字节起）之后断了。请取另一份备份",
                chunk=self._number + 1,
                at=self.read_bytes,
            )
        self.read_bytes += length
        return taken

    def _altered(self, number: int, at: int) -> Refusal:
        return _refused(
            "altered",
            "备份第 %(chunk)s 块（第 %(at)s 字节起）被改动、调换过，或者磁盘坏了。请取另一份备份",
            chunk=number + 1,
            at=at,
        )
