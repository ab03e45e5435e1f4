"""The keys of sealed columns: a file outside the database, wrapped by the master key, that may change while all runs.

A key opens what was sealed under it for as long as it stands in the file; the newest seals. From each the columns'
own keys are derived, so that no two columns share one. What is found by a keyed hash has a secret of its own, which
stays: its hashes stand under unique indexes. A sealed value is one byte of format, one of algorithm, four of key id,
twelve of nonce, then ciphertext and tag; the column and the row's public id are authenticated, so a value moved to
another row or column does not open.
"""

import base64
import json
import os
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

from gonghui.core import crypto
from gonghui.core.crypto import NONCE_BYTES, Unreadable
from gonghui.core.errors import Refusal
from gonghui.core.models import KeyCheck

FORMAT, AES_256_GCM = 1, 1
HEAD_BYTES = 6
FOUND_BYTES = 16
LOOK_AGAIN_SECONDS = 1.0
SETTLE_SECONDS, PATIENCE_SECONDS = 3.0, 600.0
"""How long after a change of the file no process seals by the old one; how long its transactions are waited for."""
_WRAPPING = "keyring"
_KNOWN = bytes.fromhex("7e" * 32)
_NONCES = 512


def _refused(code: str, message: str, **params: object) -> Refusal:
    return Refusal(f"keyring.{code}", message, **params)


@dataclass(frozen=True)
class Key:
    """One key that seals: its id as values carry it, and the secret that columns' keys are derived from."""

    id: bytes
    secret: bytes

    def of(self, purpose: str) -> Any:
        """The cipher of a column."""
        return crypto.cipher(crypto.derived(self.secret, purpose))


@dataclass(frozen=True)
class Ring:
    """What stands in the file: the secret that finds, and the keys that open, the newest last."""

    finding: bytes
    keys: tuple[Key, ...]

    @cached_property
    def by_id(self) -> dict[bytes, Key]:
        """The keys by their ids."""
        return {key.id: key for key in self.keys}

    @property
    def newest(self) -> Key:
        """The key that seals."""
        return self.keys[-1]

    @cached_property
    def ciphers(self) -> dict[tuple[bytes, str], Any]:
        """Ciphers by key id and purpose, made when first asked for."""
        return {}

    def cipher(self, key_id: bytes, purpose: str) -> Any:
        """The cipher of a column under a key; `KeyError` where there is no such key."""
        found = self.ciphers.get((key_id, purpose))
        if found is None:
            found = self.ciphers[key_id, purpose] = self.by_id[key_id].of(purpose)
        return found

    @cached_property
    def finders(self) -> dict[str, bytes]:
        """Keys of keyed hashes by purpose."""
        return {}

    def finder(self, purpose: str) -> bytes:
        """The key of a purpose's keyed hash."""
        found = self.finders.get(purpose)
        if found is None:
            found = self.finders[purpose] = crypto.derived(self.finding, f"find {purpose}")
        return found


# The file ---------------------------------------------------------------------------------------------------------


def _wrap(secret: bytes) -> str:
    return crypto.seal(base64.b64encode(secret).decode(), purpose=_WRAPPING)


def _unwrap(wrapped: str, path: Path) -> bytes:
    try:
        return base64.b64decode(crypto.unseal(wrapped, purpose=_WRAPPING))
    except Unreadable as error:
        raise _refused(
            "wrapped",
            "密钥环 %(path)s 不是用现在的 GONGHUI_MASTER_KEY 封的（%(why)s）：请核对主密钥和密钥环是否配套",
            path=path,
            why=error,
        ) from error


def _id_of(secret: bytes) -> bytes:
    return crypto.digest_bytes(secret, b"gonghui key id")[:4]


def make(path: Path, *, finding: bytes | None = None, first: bytes | None = None) -> None:
    """A new file stands there, for its owner alone; one that was there stays as it is."""
    found, key = finding or secrets.token_bytes(32), first or secrets.token_bytes(32)
    _write(path, {"format": 1, "finding": _wrap(found), "keys": [_line(key)]}, fresh=True)


def _line(secret: bytes) -> dict[str, str]:
    return {"id": _id_of(secret).hex(), "wrapped": _wrap(secret)}


def _write(path: Path, said: dict[str, Any], *, fresh: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out:
        json.dump(said, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    if not fresh:
        beside.replace(path)
        return
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def read(path: Path) -> Ring:
    """What stands in the file; a refusal where it is not there or not ours."""
    try:
        said = json.loads(path.read_text())
        lines = [(bytes.fromhex(line["id"]), line["wrapped"]) for line in said["keys"]]
        finding = said["finding"]
    except FileNotFoundError:
        raise _refused("missing", "没有密钥环 %(path)s：请从备份取回，或核对 GONGHUI_KEYRING", path=path) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _refused("broken", "密钥环 %(path)s 读不出来（%(why)s）", path=path, why=error) from error
    ring = Ring(_unwrap(finding, path), tuple(Key(key_id, _unwrap(wrapped, path)) for key_id, wrapped in lines))
    if not ring.keys or any(key.id != _id_of(key.secret) for key in ring.keys):
        raise _refused("broken", "密钥环 %(path)s 读不出来（%(why)s）", path=path, why="ids")
    return ring


def add_key(path: Path) -> str:
    """A new key seals from now on; what older ones sealed still opens. Returns its id."""
    read(path)
    said = json.loads(path.read_text())
    said["keys"].append(_line(secrets.token_bytes(32)))
    _write(path, said, fresh=False)
    return str(said["keys"][-1]["id"])


def drop_keys(path: Path, ids: set[str]) -> None:
    """Keys that nothing is sealed under any more are destroyed; the newest stays."""
    said = json.loads(path.read_text())
    said["keys"] = [line for line in said["keys"][:-1] if line["id"] not in ids] + said["keys"][-1:]
    _write(path, said, fresh=False)


@dataclass
class _Held:
    ring: Ring | None = None
    path: Path | None = None
    stamp: tuple[int, int] = (0, 0)
    looked: float = 0.0


_held = _Held()


def path() -> Path:
    """Where the file lies: named in production, made for each demo."""
    named: Path | None = settings.GONGHUI_KEYRING
    if named is None:
        raise _refused("unnamed", "没有说密钥环在哪里：请设 GONGHUI_KEYRING（gonghui keys --make 路径 可新做一个）")
    if not named.exists() and settings.GONGHUI_PROFILE != "production":
        known = _KNOWN if settings.GONGHUI_PROFILE == "test" else None
        make(named, finding=known, first=known)
    return named


def current(*, again: bool = False) -> Ring:
    """The keys as the file holds them now; it is looked at once a second, and where a key is missing at once."""
    now = time.monotonic()
    if _held.ring is not None and not again and now - _held.looked < LOOK_AGAIN_SECONDS:
        return _held.ring
    found = path()
    try:
        seen = found.stat()
        stamp = (seen.st_mtime_ns, seen.st_ino)
    except FileNotFoundError:
        stamp = (0, 0)
    if _held.ring is None or stamp != _held.stamp or found != _held.path:
        _held.ring, _held.stamp, _held.path = read(found), stamp, found
    _held.looked = now
    return _held.ring


# Columns ----------------------------------------------------------------------------------------------------------


class Sealed:
    """A column whose values are sealed; `purpose` is `<app>.<model>.<column>`."""

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose
        self.place = f"{purpose} ".encode()

    def seal(self, text: str, row: UUID) -> bytes:
        """The value for the row, under the newest key."""
        return self.seal_bytes(text.encode(), row)

    def seal_bytes(self, content: bytes, row: UUID) -> bytes:
        """The same for what is no text."""
        sealed: bytes = self._sealer()(content, row)
        return sealed

    def sealer(self) -> Any:
        """The same for many rows, prepared once: a function of text and row."""
        seal = self._sealer()
        return lambda text, row: seal(text.encode(), row)

    def _sealer(self) -> Any:
        ring = current()
        key_id = ring.newest.id
        encrypt, place = ring.cipher(key_id, self.purpose).encrypt, self.place
        head = bytes((FORMAT, AES_256_GCM)) + key_id
        nonces, at = b"", 0

        def seal(content: bytes, row: UUID) -> bytes:
            nonlocal nonces, at
            if at == len(nonces):
                nonces, at = os.urandom(NONCE_BYTES * _NONCES), 0
            nonce = nonces[at : at + NONCE_BYTES]
            at += NONCE_BYTES
            return head + nonce + bytes(encrypt(nonce, content, place + row.bytes))

        return seal

    def open(self, sealed: bytes | memoryview, row: UUID) -> str:
        """The value of the row; `Unreadable` where key, row or value is another."""
        return self.open_bytes(sealed, row).decode()

    def open_bytes(self, sealed: bytes | memoryview, row: UUID) -> bytes:
        """The same for what is no text."""
        sealed = bytes(sealed)
        if sealed[:2] != bytes((FORMAT, AES_256_GCM)):
            raise Unreadable("sealed in another format")
        key_id = sealed[2:HEAD_BYTES]
        try:
            cipher = current().cipher(key_id, self.purpose)
        except KeyError:
            try:
                cipher = current(again=True).cipher(key_id, self.purpose)
            except KeyError:
                raise Unreadable(f"sealed under key {key_id.hex()}, which the keyring does not hold") from None
        return crypto.opened_by(cipher, sealed[HEAD_BYTES:], self.place + row.bytes)


class Found:
    """A column of keyed hashes by which a sealed value is found; opens nothing."""

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose

    def of(self, text: str) -> bytes:
        """Sixteen bytes, the same for the same text."""
        found: bytes = self.finder()(text)
        return found

    def finder(self) -> Any:
        """The same for many texts, prepared once: a function of the text."""
        hashed = crypto.hashing(current().finder(self.purpose))

        def find(text: str) -> bytes:
            return hashed(text.encode())[:FOUND_BYTES]

        return find


@dataclass(frozen=True)
class Column:
    """Where sealed values lie, for those who seal them anew."""

    model: type[Model]
    name: str
    sealed: Sealed


COLUMNS: list[Column] = []
"""Every sealed column; a model registers its own."""


def sealed_column(model: type[Model], name: str, sealed: Sealed) -> None:
    """Register a column, so that a change of keys reaches it."""
    COLUMNS.append(Column(model, name, sealed))


# At start ---------------------------------------------------------------------------------------------------------

FINDING = "finding"
_CHECKED = Sealed("core.keycheck.value")
_NOBODY = UUID(int=0)
_WORDS = "gonghui"


def opens(kept: Mapping[str, bytes]) -> set[str]:
    """Which of the check values the keys at hand open: all, where they are those of the database they were kept in."""
    ring, opened = current(again=True), set()
    for key_id, value in kept.items():
        if key_id == FINDING:
            if value == Found(_CHECKED.purpose).of(_WORDS):
                opened.add(key_id)
        elif bytes.fromhex(key_id) in ring.by_id:
            with suppress(Unreadable):
                _CHECKED.open(value, _NOBODY)
                opened.add(key_id)
    return opened


def check() -> None:
    """Refuse keys that are not those of this database; what a fresh one is checked by is written down."""
    ring = current(again=True)
    kept = {one.key_id: bytes(one.value) for one in KeyCheck.objects.all()}
    found = Found(_CHECKED.purpose).of(_WORDS)
    for key_id, value in kept.items():
        if key_id == FINDING:
            if value != found:
                raise _refused("other", "密钥环 %(path)s 不是这个数据库的：查找用的密钥不同，请换回原来的", path=path())
            continue
        if bytes.fromhex(key_id) not in ring.by_id:
            raise _refused(
                "lacking",
                "密钥环 %(path)s 里没有密钥 %(key)s，数据库里有内容是用它加密的：请换回原来的密钥环",
                path=path(),
                key=key_id,
            )
        try:
            _CHECKED.open(value, _NOBODY)
        except Unreadable as error:
            raise _refused(
                "other_key", "密钥 %(key)s 打不开这个数据库的内容：请换回原来的密钥环", key=key_id
            ) from error
    note()
    KeyCheck.objects.get_or_create(key_id=FINDING, defaults={"value": found})


def note() -> None:
    """The newest key has its check value."""
    key_id = current().newest.id.hex()
    KeyCheck.objects.get_or_create(key_id=key_id, defaults={"value": _CHECKED.seal(_WORDS, _NOBODY)})


# Changing keys ----------------------------------------------------------------------------------------------------


def rotate() -> str:
    """A new key seals from now on."""
    added = add_key(path())
    current(again=True)
    note()
    return added


def reseal(column: Column, *, size: int = 2_000) -> int:
    """What older keys sealed in a column is sealed under the newest, some rows a transaction; how many rows.

    Rows are compared before they are written, so that what somebody changes meanwhile stays.
    """
    newest = current(again=True).newest.id
    table, done = column.model._meta.db_table, 0
    old = (
        f'select id, public_id, "{column.name}" from {table} where "{column.name}" is not null '  # noqa: S608
        f'and substring("{column.name}" from 3 for 4) <> %s and id > %s order by id limit %s for update'
    )
    last = -1
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(old, [newest, last, size])
            rows = cursor.fetchall()
            if not rows:
                return done
            sealed = column.sealed
            fresh = [(sealed.seal_bytes(sealed.open_bytes(value, uid), uid), pk) for pk, uid, value in rows]
            cursor.executemany(f'update {table} set "{column.name}" = %s where id = %s', fresh)  # noqa: S608
        last, done = rows[-1][0], done + len(rows)


def settle() -> None:
    """Nobody seals under an older key any more: all have looked at the file, and what they had begun has ended.

    A transaction from before holds values under the old key that no other sees until it commits: were the key
    destroyed meanwhile, they would never open.
    """
    everybody_knows = path().stat().st_mtime + SETTLE_SECONDS
    time.sleep(max(0.0, everybody_knows - time.time()))
    until = time.monotonic() + PATIENCE_SECONDS
    while _running_since(time.time() - everybody_knows):
        if time.monotonic() > until:
            raise _refused("busy", "还有换密钥以前开始的事务没有结束，旧密钥暂不销毁：请过一会儿再执行 gonghui keys")
        time.sleep(0.2)


def _running_since(seconds_ago: float) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from pg_stat_activity where datname = current_database() "
            "and pid <> pg_backend_pid() and backend_type = 'client backend' "
            "and xact_start < clock_timestamp() - make_interval(secs => %s))",
            [seconds_ago],
        )
        return bool(cursor.fetchone()[0])


def retire() -> set[str]:
    """Keys that seal nothing any more are destroyed, their check values with them; their ids."""
    settle()
    for column in COLUMNS:
        reseal(column)
    ring = current(again=True)
    unused = {key.id.hex() for key in ring.keys[:-1]}
    for column in COLUMNS:
        with connection.cursor() as cursor:
            cursor.execute(
                f"select distinct encode(substring(\"{column.name}\" from 3 for 4), 'hex') "  # noqa: S608
                f'from {column.model._meta.db_table} where "{column.name}" is not null'
            )
            unused -= {row[0] for row in cursor.fetchall()}
    KeyCheck.objects.filter(key_id__in=unused).delete()
    drop_keys(path(), unused)
    current(again=True)
    return unused
