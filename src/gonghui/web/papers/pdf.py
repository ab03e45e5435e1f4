"""The words of a PDF, page by page, as far as they can be read without a library: enough to find a number in them.

Runs in the limited child process only. Understands plain and compressed object streams, Flate content and ToUnicode
tables. Where a page draws text that cannot be turned into words, or shows pictures only, the page counts as unread.
"""

import re
import zlib
from dataclasses import dataclass, field

UNPACKED = 60 * 1024 * 1024
OBJECT = re.compile(rb"(?<![0-9])(\d{1,7})\s+(\d{1,5})\s+obj\b")
REFERENCE = re.compile(rb"(\d{1,7})\s+\d{1,5}\s+R\b")
TOKEN = re.compile(
    rb"\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|<[0-9A-Fa-f\s]*>|/[^\s/<>\[\]()]+|[\[\]]|[^\s/<>\[\]()]+", re.S
)
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class Unreadable(Exception):
    """The file is locked or broken beyond finding its pages."""


@dataclass
class Font:
    """How the codes of one font become letters."""

    letters: dict[int, str] = field(default_factory=dict)
    width: int = 1
    simple: bool = True


@dataclass
class Page:
    """One page: its lines, and whether everything drawn on it could be read."""

    lines: list[str]
    read: bool


class Book:
    """The objects of one file."""

    def __init__(self, content: bytes) -> None:
        if not content.startswith(b"%PDF-") or b"/Encrypt" in content:
            raise Unreadable
        self.unpacked = 0
        self.objects: dict[int, bytes] = {}
        places = list(OBJECT.finditer(content))
        for here, after in zip(places, [*places[1:], None], strict=True):
            end = after.start() if after is not None else len(content)
            self.objects[int(here[1])] = content[here.end() : end]
        for body in list(self.objects.values()):
            if b"/ObjStm" in body[:400]:
                self._unpack(body)

    def _unpack(self, body: bytes) -> None:
        stream = self.stream(body)
        first = re.search(rb"/First\s+(\d+)", body)
        if stream is None or first is None:
            return
        start = int(first[1])
        numbers = [int(n) for n in stream[:start].split()[:20_000] if n.isdigit()]
        pairs = list(zip(numbers[::2], numbers[1::2], strict=False))
        ends = [at for _, at in pairs[1:]] + [len(stream) - start]
        for (number, at), end in zip(pairs, ends, strict=False):
            self.objects.setdefault(number, stream[start + at : start + end])

    def stream(self, body: bytes) -> bytes | None:
        """The unpacked stream of an object, or None where there is none we can unpack."""
        at = re.search(rb"stream\r?\n", body)
        if at is None:
            return None
        head = body[: at.start()]
        raw = body[at.end() :]
        end = raw.rfind(b"endstream")
        raw = raw[:end] if end >= 0 else raw
        if b"/Filter" not in head:
            return raw
        filters = re.findall(rb"/(\w+Decode)\b", head)
        if filters != [b"FlateDecode"] or b"/Predictor" in head:
            return None
        left = UNPACKED - self.unpacked
        try:
            words = zlib.decompressobj().decompress(raw, max(left, 1))
        except zlib.error:
            return None
        self.unpacked += len(words)
        if self.unpacked >= UNPACKED:
            raise Unreadable
        return words

    def resolve(self, value: bytes) -> bytes:
        """The object a reference names, else the value itself."""
        match = REFERENCE.match(value.strip())
        return self.objects.get(int(match[1]), b"") if match else value

    def pages(self) -> list[Page]:
        """Every page in the order of its object's number."""
        found = [n for n, body in self.objects.items() if re.search(rb"/Type\s*/Page(?![a-zA-Z])", _head(body))]
        if not found:
            raise Unreadable
        return [self._page(self.objects[number]) for number in sorted(found)]

    def _page(self, body: bytes) -> Page:
        head = _head(body)
        fonts = self._fonts(self._inherited(head, b"/Resources"))
        contents = _value(head, b"/Contents")
        numbers = [int(n) for n in REFERENCE.findall(contents)]
        if len(numbers) == 1 and self.objects.get(numbers[0], b"").lstrip().startswith(b"["):
            numbers = [int(n) for n in REFERENCE.findall(self.objects[numbers[0]])]
        streams = [self.stream(self.objects.get(number, b"")) for number in numbers]
        if any(stream is None for stream in streams):
            return Page([], False)
        drawing = b"\n".join(stream or b"" for stream in streams)
        return _read(drawing, fonts)

    def _inherited(self, head: bytes, name: bytes) -> bytes:
        for _ in range(20):
            if value := _value(head, name):
                return self.resolve(value)
            parent = _value(head, b"/Parent")
            if not parent:
                return b""
            head = _head(self.resolve(parent))
        return b""

    def _fonts(self, resources: bytes) -> dict[bytes, Font]:
        table = self.resolve(_value(resources, b"/Font"))
        fonts = {}
        for name, number in re.findall(rb"/([^\s/<>\[\]()]+)\s+(\d{1,7})\s+\d{1,5}\s+R", table):
            head = _head(self.objects.get(int(number), b""))
            font = Font(simple=b"/Type0" not in head, width=1 if b"/Type0" not in head else 2)
            if to_unicode := _value(head, b"/ToUnicode"):
                letters = self.stream(self.resolve(to_unicode))
                if letters:
                    font.letters = _letters(letters)
            fonts[name] = font
        return fonts


def _head(body: bytes) -> bytes:
    return body.split(b"stream", 1)[0] if b"stream" in body else body


def _value(head: bytes, name: bytes) -> bytes:
    """The value after a name in a dictionary: a reference, a dictionary, or a list."""
    at = re.search(re.escape(name) + rb"(?![A-Za-z])\s*", head)
    if at is None:
        return b""
    rest = head[at.end() :]
    if rest.startswith(b"<<"):
        depth = 0
        for mark in re.finditer(rb"<<|>>", rest):
            depth += 1 if mark[0] == b"<<" else -1
            if depth == 0:
                return rest[: mark.end()]
        return rest
    if rest.startswith(b"["):
        return rest[: rest.find(b"]") + 1]
    match = REFERENCE.match(rest)
    return match[0] if match else b""


def _letters(table: bytes) -> dict[int, str]:
    """The ToUnicode table of a font."""
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.S):
        for code, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f\s]+)>", block):
            found[int(code, 16)] = _utf16(text)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.S):
        for low, high, texts, text in re.findall(
            rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:\[([^\]]*)\]|<([0-9A-Fa-f\s]+)>)", block
        ):
            first, last = int(low, 16), min(int(high, 16), int(low, 16) + 65_535)
            if text:
                start = _utf16(text)
                for code in range(first, last + 1):
                    found[code] = start[:-1] + chr(min(ord(start[-1:] or " ") + code - first, 0x10FFFF))
            else:
                each = re.findall(rb"<([0-9A-Fa-f\s]+)>", texts)
                found.update({first + n: _utf16(one) for n, one in enumerate(each)})
    return found


def _utf16(text: bytes) -> str:
    digits = re.sub(rb"\s", b"", text)
    return bytes.fromhex(digits.decode() + "0" * (-len(digits) % 4)).decode("utf-16-be", errors="replace")


def _literal(token: bytes) -> bytes:
    def plain(match: re.Match[bytes]) -> bytes:
        escaped = match[1]
        if escaped[:1].isdigit():
            return bytes([int(escaped, 8) & 255])
        return ESCAPES.get(escaped, escaped if escaped not in (b"\n", b"\r") else b"")

    return re.sub(rb"\\([0-7]{1,3}|.)", plain, token[1:-1], flags=re.S)


def _read(drawing: bytes, fonts: dict[bytes, Font]) -> Page:
    """The lines drawn by a content stream."""
    lines: list[str] = []
    line = ""
    font = Font()
    name = b""
    read, drawn = True, False
    for match in TOKEN.finditer(drawing):
        token = match[0]
        if token.startswith(b"/"):
            name = token[1:]
        elif token == b"Tf":
            font = fonts.get(name, Font())
        elif token == b"Do":
            read = False
        elif token[:1] == b"(" or (token[:1] == b"<" and token[-1:] == b">"):
            raw = _literal(token) if token[:1] == b"(" else _hex(token)
            words, known = _words(raw, font)
            line += words
            drawn = True
            read = read and known
        elif token in (b"ET", b"T*", b"'", b'"', b"Tm", b"TD", b"Td") and line:
            lines.append(line)
            line = ""
    return Page([*lines, line] if line else lines, read and drawn)


def _hex(token: bytes) -> bytes:
    digits = re.sub(rb"\s", b"", token[1:-1])
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def _words(raw: bytes, font: Font) -> tuple[str, bool]:
    if not font.letters:
        return (raw.decode("latin-1"), True) if font.simple else ("", False)
    codes = [int.from_bytes(raw[at : at + font.width], "big") for at in range(0, len(raw), font.width)]
    return "".join(font.letters.get(code, " ") for code in codes), True


_INFO = re.compile(rb"/Info\s+(\d{1,7})\s+\d{1,5}\s+R")
_KEPT_BY = re.compile(
    rb"/(?:Author|Creator|Producer|Title|Subject|Keywords)\s*(\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>)", re.S
)
_PACKET = re.compile(rb"<\?xpacket begin.*?<\?xpacket end[^>]*\?>", re.S)


def without_metadata(content: bytes) -> bytes:
    """The same file with author, program and title blanked in place, every byte where it was.

    A file with an electronic seal stays as it is: one changed byte would break the seal.
    """
    if b"/ByteRange" in content:
        return content
    blank = bytearray(content)
    for number in {int(match[1]) for match in _INFO.finditer(content)}:
        for place in re.finditer(rb"(?<![0-9])%d\s+\d{1,5}\s+obj\b" % number, content):
            end = content.find(b"endobj", place.end())
            for value in _KEPT_BY.finditer(content, place.end(), end if end >= 0 else len(content)):
                first, last = value.start(1) + 1, value.end(1) - 1
                blank[first:last] = (b" " if value[1][:1] == b"(" else b"0") * (last - first)
    for packet in _PACKET.finditer(content):
        blank[packet.start() : packet.end()] = b" " * (packet.end() - packet.start())
    return bytes(blank)
