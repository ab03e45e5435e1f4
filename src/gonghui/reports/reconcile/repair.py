"""Mends the text of a published page: doubled titles, blanks inside words and numbers, lines broken anywhere.

The mended text keeps, for every sign, its place in the text as given, so that a number can be shown where it stands.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

HAN = re.compile(r"[\u3400-\u9fff]")
_NTH = "[一二三四五六七八九十]{1,3}"  # zh
_LISTED = re.compile(rf"(?:\d{{1,2}}\s*[、.)](?!\s*\d)|[（(](?:{_NTH}|\d{{1,2}})[)）]|{_NTH}、)")  # zh
_PAGE = re.compile(r"[-\u2013\u2014·•\s]*\d{1,3}[-\u2013\u2014·•\s]*\Z")
_ENDS = "。！？；：”…"  # zh
_CONTINUES = re.compile(r"[\s]*[\d.万亿余多家个件人名次项元%]")  # zh
_COMMA = re.compile(r"(?<![\d.])(\d{1,3})((?:[,，]\d{3})+)(?!\d)")
_OPEN = frozenset("0123456789.零一二三四五六七八九十百千点之")  # zh
HARD = "\n"
TITLE_END = "\v"  # the end of a doubled title between two sentences
BLANKS = frozenset(" \n" + TITLE_END)


@dataclass(frozen=True)
class Mended:
    """The text without damage; `at[i]` is where sign i stood, `gaps[i]` how many line ends were before it."""

    text: str
    at: tuple[int, ...]
    gaps: bytes
    given: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a run of the mended text stood in the text as given."""
        return self.at[start], self.at[end - 1] + 1


@dataclass(frozen=True)
class Lines:
    """Turns a place in a text into line and column, both from one."""

    starts: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "Lines":
        """The lines of a text."""
        return cls((0, *(found.end() for found in re.finditer("\n", text))))

    def place(self, at: int) -> tuple[int, int]:
        """Line and column of an offset."""
        line = bisect_right(self.starts, at)
        return line, at - self.starts[line - 1] + 1


def mend(given: str) -> Mended:
    """The text with its damage undone as far as the signs alone tell."""
    signs: list[tuple[str, int]] = []
    offset = 0
    lines = given.split("\n")
    for n, line in enumerate(lines):
        folded = _fold(line, offset)
        offset += len(line) + 1
        bare = "".join(sign for sign, _at in folded)
        if _is_page_number(bare, lines, n):
            continue
        halved = _halved(folded)
        last = next((sign for sign, _at in reversed(signs) if sign not in BLANKS), "")
        signs.extend(halved)
        is_title = len(halved) < len(folded) and (not last or last in _ENDS)
        signs.append((TITLE_END if is_title else "\n", offset - 1))
    text, at, gaps = _closed(signs)
    return _without_commas(text, at, gaps, given)


def _fold(line: str, offset: int) -> list[tuple[str, int]]:
    """Digits, letters and the signs of numbers to half width; Chinese punctuation stays."""
    folded = []
    for n, sign in enumerate(line):
        for one in unicodedata.normalize("NFKC", sign) if ord(sign) > 127 else sign:
            if one.isspace() or one in "\u200b\u2060\ufeff\u00ad":
                folded.append((" ", offset + n))
            elif unicodedata.category(one) in ("Cc", "Cf"):
                continue
            elif ord(sign) > 127 and not one.isalnum() and one not in "%." and ord(one) < 128:
                folded.append((sign if len(sign) == 1 and one != "," else "，", offset + n))  # zh
            else:
                folded.append((one, offset + n))
    return folded


def _halved(line: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """A line whose every sign is printed twice, once; only where the whole line is so and it is a title in words."""
    bare = [one for one in line if one[0] != " "]
    text = "".join(sign for sign, _at in bare)
    if len(text) < 6 or len(text) % 2 or text[::2] != text[1::2] or len(set(HAN.findall(text))) < 2:
        return line
    return bare[::2]


def _is_page_number(bare: str, lines: list[str], n: int) -> bool:
    """A line that is only the page's number: nothing before it is open and nothing after it goes on."""
    if not _PAGE.match(bare.strip()) or not bare.strip():
        return False
    dashed = bare.strip()[0] in "-\u2013\u2014·•" and bare.strip()[-1] in "-\u2013\u2014·•"
    before = next((line.strip() for line in reversed(lines[:n]) if line.strip()), "")
    after = next((line for line in lines[n + 1 :] if line.strip()), "")
    return dashed or ((not before or before[-1] in _ENDS) and not _CONTINUES.match(after))


def _closed(signs: list[tuple[str, int]]) -> tuple[str, list[int], bytearray]:
    """The signs without blanks; a blank stays between Latin words, a hard end before the items of a list."""
    text: list[str] = []
    at: list[int] = []
    gaps = bytearray()
    whole = "".join(sign for sign, _at in signs)
    blank, ends, title = False, 0, False
    for n, (sign, place) in enumerate(signs):
        if sign in BLANKS:
            blank, ends = True, min(ends + (sign != " "), 9)
            title = title or sign == TITLE_END
            continue
        if blank and text:
            last = text[-1]
            listed = ends and last not in _OPEN and _LISTED.match(whole, n)
            if listed or title or _is_apart(text, sign):
                text.append(HARD)
                at.append(place)
                gaps.append(ends)
            elif last.isascii() and last.isalpha() and sign.isascii() and sign.isalpha():
                text.append(" ")
                at.append(place)
                gaps.append(0)
        text.append(sign)
        at.append(place)
        gaps.append(ends)
        blank, ends, title = False, 0, False
    return "".join(text), at, gaps


def _is_apart(text: list[str], sign: str) -> bool:
    """Two numbers with a blank between them that cannot be one: the first is already a code such as 12351."""
    if not sign.isdigit() or len(text) < 5:
        return False
    return "".join(text[-5:]).isdigit()


def _without_commas(text: str, at: list[int], gaps: bytearray, given: str) -> Mended:
    drop: set[int] = set()
    for found in _COMMA.finditer(text):
        drop.update(n for n in range(found.start(2), found.end(2)) if text[n] in ",，")  # zh
    if drop:
        kept = [n for n in range(len(text)) if n not in drop]
        text, at, gaps = "".join(text[n] for n in kept), [at[n] for n in kept], bytearray(gaps[n] for n in kept)
    dotted = re.sub(r"(?<=\d)[·•．](?=\d)", ".", text)
    return Mended(dotted, tuple(at), bytes(gaps), given)
