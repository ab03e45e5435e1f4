"""The text of a checkpoint: who says how far his journal goes and what its hash is. Pure Python, signs nothing.

Seven lines, each ended by LF: the title with the stream, the origin (the federation's name and the journal's id), how
many blocks, the root over them in base64, the last entry, how many entries, the instant. They are what is signed. A
blank line and a line for the signature follow: `— <key id> <signature in base64>`.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from gonghui.core.seals.canon import ACCESSES, ENTRIES

TITLES = {ENTRIES: "gonghui checkpoint v1", ACCESSES: "gonghui access checkpoint v1"}
STREAMS = {title: stream for stream, title in TITLES.items()}
INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, SIGNS, BITS = 12, 4, 5
LONGEST = 2_000
SIGNATURE = re.compile(r"— ([0-9a-f]{16}) ([A-Za-z0-9+/]{86}==)")


class Malformed(Exception):
    """The text is not a checkpoint of this format; the words say where it goes wrong."""


@dataclass(frozen=True)
class Note:
    """What a checkpoint says."""

    stream: str
    origin: str
    blocks: int
    root: bytes
    last_id: int
    entries: int
    at: datetime

    @property
    def text(self) -> str:
        """What is signed."""
        lines = [
            TITLES[self.stream],
            self.origin,
            str(self.blocks),
            base64.b64encode(self.root).decode(),
            str(self.last_id),
            str(self.entries),
            self.at.astimezone(UTC).strftime(INSTANT),
        ]
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class Signed:
    """A checkpoint with its signature."""

    note: Note
    text: str
    key_id: str
    signature: bytes

    @property
    def whole(self) -> str:
        """The file that is handed on."""
        return signed_text(self.text, self.key_id, self.signature)


def origin(federation: str, journal_id: str) -> str:
    """Whose journal it is."""
    return f"{' '.join(federation.split())} {journal_id}"


def key_id(public_key: bytes) -> str:
    """The first sixteen hexadecimal signs of the key's SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def signed_text(text: str, key: str, signature: bytes) -> str:
    """The signed part, a blank line, the signature."""
    return f"{text}\n— {key} {base64.b64encode(signature).decode()}\n"


def _number(line: str, what: str) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", line):
        raise Malformed(what)
    return int(line)


def read_note(text: str) -> Note:
    """What the signed part says; the text must be the one that would be written for it, sign by sign."""
    lines = text.split("\n")
    if len(lines) != 8 or lines[7] or lines[0] not in STREAMS or not lines[1]:
        raise Malformed("title")
    try:
        at = datetime.strptime(lines[6], INSTANT).replace(tzinfo=UTC)
        root = base64.b64decode(lines[3], validate=True)
    except ValueError as error:
        raise Malformed("root or instant") from error
    note = Note(
        stream=STREAMS[lines[0]],
        origin=lines[1],
        blocks=_number(lines[2], "blocks"),
        root=root,
        last_id=_number(lines[4], "last entry"),
        entries=_number(lines[5], "entries"),
        at=at,
    )
    if len(root) != 32 or note.text != text:
        raise Malformed("form")
    return note


def read(whole: str) -> Signed:
    """A checkpoint as handed on; lines may have come with CR LF, and without the last line's end."""
    if len(whole) > LONGEST:
        raise Malformed("length")
    text, gap, last = whole.replace("\r\n", "\n").removeprefix("\ufeff").strip("\n").rpartition("\n\n")
    found = SIGNATURE.fullmatch(last)
    if not gap or found is None:
        raise Malformed("signature")
    note = read_note(text + "\n")
    return Signed(note, text + "\n", found[1], base64.b64decode(found[2]))


def groups(text: str) -> list[str]:
    """Twelve groups of four signs to compare by eye: 240 bits of the signed part's SHA-256, in Crockford's base 32."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:30], "big")
    signs = "".join(CROCKFORD[number >> shift & 31] for shift in range(GROUPS * SIGNS * BITS - BITS, -1, -BITS))
    return [signs[place : place + SIGNS] for place in range(0, GROUPS * SIGNS, SIGNS)]
