"""The journal's rows as COPY gives them, and the text and hash of each, made here and never by the server.

`canon` says what the text of an entry is; this writes the same bytes quickly, because an auditor hashes ten million
(a test holds the two equal). No Django: whoever verifies runs it in processes of his own.
"""

import hashlib
import json
from binascii import unhexlify
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from psycopg import errors
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn

from gonghui.core.seals.canon import ACCESSES, ENTRIES, LEAF, SALT_BYTES, line

NULL = b"\\N"
BEFORE_ALL = -(2**63) - 1
"""Below every number a row can have, so that nothing stands before the first block unread."""
SESSION = "set datestyle = 'ISO, YMD'; set bytea_output = 'hex'"
TABLES = {ENTRIES: "core_entry", ACCESSES: "core_access"}
NAMES = {
    "kinds": "select id, name from core_kind order by id",
    "subject_types": "select id, name from core_subjecttype order by id",
    "groups": "select id, kind, facts::text from core_factgroup order by id",
}
_COLUMNS = {
    ENTRIES: "id, actor_id, amount_fen, group_id, happened_on, kind, organisation_id, path, quantity,"
    " extract(epoch from recorded_at), reverses, sign, subject_id, subject_type, why, salt",
    ACCESSES: "id, account_id, actor_id, extract(epoch from looked_at), organisation_id, request_id, role, subject_id,"
    " subject_type, what, why, salt",
}
_ENTRY = (
    b'{"actor":%b,"amount_fen":%b,"entry":%b,"facts":%b,"happened_on":%b,"kind":%b,"organisation":%b,"path":%b,'
    b'"quantity":%b,"recorded_at":%b,"reverses":%b,"sign":%b,"subject_id":%b,"subject_type":%b,"why":%b}'
)
_ACCESS = (
    b'{"access":%b,"account":%b,"actor":%b,"looked_at":%b,"organisation":%b,"request_id":%b,"role":%b,'
    b'"subject_id":%b,"subject_type":%b,"what":%b,"why":%b}'
)
Told = tuple[int, bytes, bytes]
"""A row as it is hashed: its id, its salt, its text."""


class Unreadable(Exception):
    """A row that was never written by the platform: a name that stands nowhere or twice, a salt of another length."""

    def __init__(self, row_id: int, what: str) -> None:
        super().__init__(f"{row_id}: {what}")
        self.row_id = row_id


def copied(pgconn: PGconn, statement: str) -> Iterator[bytes]:
    """The lines of a COPY; the connection is free again when the last was taken."""
    result = pgconn.exec_(f"copy ({statement}) to stdout".encode())
    if result.status != ExecStatus.COPY_OUT:
        raise errors.error_from_result(result)
    while True:
        size, row = pgconn.get_copy_data(0)
        if size <= 0:
            break
        yield bytes(row)
    while (result := pgconn.get_result()) is not None:  # type: ignore[assignment]
        if result.status != ExecStatus.COMMAND_OK:
            raise errors.error_from_result(result)


def lines(pgconn: PGconn, stream: str, after: int, upto: int, limit: int | None = None) -> Iterator[bytes]:
    """The rows after one id up to and with another, in order of their ids."""
    some = f" limit {int(limit)}" if limit is not None else ""
    where = f"id > {int(after)} and id <= {int(upto)}"
    return copied(pgconn, f"select {_COLUMNS[stream]} from {TABLES[stream]} where {where} order by id{some}")  # noqa: S608


_ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def plain(copied_text: bytes) -> str | None:
    """The text behind one field of a COPY line."""
    if copied_text == NULL:
        return None
    if b"\\" in copied_text:
        first, *rest = copied_text.split(b"\\")
        parts, doubled = [first], False
        for part in rest:
            if doubled:
                doubled = False
                parts.append(b"\\" + part)
            elif not part:
                doubled = True
            else:
                parts.append(_ESCAPES.get(part[:1], part[:1]) + part[1:])
        copied_text = b"".join(parts)
    return copied_text.decode()


def quoted(copied_text: bytes) -> bytes:
    """The same as it stands in a text to be hashed."""
    return json.dumps(plain(copied_text), ensure_ascii=False).encode()


def _instant(epoch: bytes) -> bytes:
    """Microseconds, from seconds with six places."""
    number = epoch.replace(b".", b"", 1)
    return number if number[:1] in b"123456789" else b"%d" % int(number)


def _day(text: bytes) -> bytes:
    return b'"%b"' % date.fromisoformat(text.decode()).isoformat().encode()


class Remembered(dict[bytes, bytes]):
    """Pieces of text by what COPY gave for them; forgets all when it has grown large."""

    def __init__(self, make: Callable[[bytes], bytes], most: int = 200_000) -> None:
        super().__init__()
        self.make, self.most = make, most

    def __missing__(self, key: bytes) -> bytes:
        if len(self) >= self.most:
            self.clear()
        made = self[key] = self.make(key)
        return made


@dataclass
class Names:
    """What the interned numbers stand for; a name that stands twice is nobody's."""

    kinds: dict[bytes, bytes] = field(default_factory=dict)
    subject_types: dict[bytes, bytes] = field(default_factory=dict)
    groups: dict[tuple[bytes, bytes], bytes] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        kinds: Iterable[tuple[int, str]],
        subject_types: Iterable[tuple[int, str]],
        groups: Iterable[tuple[int, int, str]],
    ) -> "Names":
        """The three tables, read whole."""
        named = [(number, kind, json.loads(facts)) for number, kind, facts in groups]
        return cls(
            kinds=_once((b"%d" % number, line(name)) for number, name in kinds),  # type: ignore[arg-type]
            subject_types=_once((b"%d" % number, line(name)) for number, name in subject_types),  # type: ignore[arg-type]
            groups={
                (number, kind): facts
                for (number, kind), (_, facts) in _once(
                    ((b"%d" % number, b"%d" % kind), (kind, line(facts))) for number, kind, facts in named
                ).items()
            },
        )


def _once(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """Numbers by name turned into names by number; of several numbers for one name only the first counts."""
    firsts: dict[Any, Any] = {}
    for number, name in pairs:
        firsts.setdefault(name, number)
    return {number: name for name, number in firsts.items()}


class Teller:
    """Tells rows of one stream: id, salt, text."""

    def __init__(self, stream: str, names: Names) -> None:
        self.tell: Callable[[bytes], Told] = _entries(names) if stream == ENTRIES else _accesses()

    def hashed(self, rows: Iterable[bytes]) -> tuple[list[int], list[bytes]]:
        """The ids and the leaves of these rows."""
        ids: list[int] = []
        leaves: list[bytes] = []
        tell, sha, add_id, add_leaf = self.tell, hashlib.sha256, ids.append, leaves.append
        for row in rows:
            number, salt, text = tell(row)
            if len(salt) != SALT_BYTES:
                raise Unreadable(number, "salt")
            add_id(number)
            add_leaf(sha(LEAF + salt + text).digest())
        return ids, leaves


def _entries(names: Names) -> Callable[[bytes], Told]:
    """Tells entries. Everything it looks up is a local name: this runs ten million times."""
    groups, kinds, subject_types = names.groups, names.kinds, names.subject_types
    paths, days, whys = Remembered(quoted), Remembered(_day), Remembered(quoted)

    def tell(row: bytes) -> Told:
        (number, actor, amount, group, day, kind, organisation, path, quantity, instant, reverses, sign, subject_id,
         subject_type, why, salt) = row[:-1].split(b"\t")  # fmt: skip
        try:
            text = _ENTRY % (
                actor,
                amount,
                number,
                groups[group, kind],
                days[day],
                kinds[kind],
                organisation,
                paths[path],
                quantity,
                instant.replace(b".", b"") if instant >= b"1" else _instant(instant),
                b"null" if reverses == NULL else reverses,
                sign,
                subject_id,
                subject_types[subject_type],
                whys[why],
            )
            return int(number), unhexlify(salt[3:]), text
        except (KeyError, ValueError) as error:
            raise Unreadable(int(number), repr(error)) from error

    return tell


def _accesses() -> Callable[[bytes], Told]:
    words = Remembered(quoted)

    def tell(row: bytes) -> Told:
        columns = row[:-1].split(b"\t")
        number, account, actor, instant, organisation, request, role, subject_id, subject_type, what, why, salt = (
            columns
        )
        try:
            text = _ACCESS % (
                number,
                account,
                actor,
                _instant(instant),
                organisation,
                quoted(request),
                words[role],
                subject_id,
                words[subject_type],
                words[what],
                quoted(why),
            )
            return int(number), unhexlify(salt[3:]), text
        except ValueError as error:
            raise Unreadable(int(number), repr(error)) from error

    return tell
