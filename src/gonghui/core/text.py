"""Cleaning what people type and paste: full-width digits, invisible and direction characters, blanks, length."""

import re
import unicodedata

from gonghui.core.errors import Refusal
from gonghui.core.personal import personal_numbers

# Full-width letters and digits become half-width; Chinese punctuation and brackets in names stay as they are.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum()} | {0x3000: 0x20}
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # control, format (bidi, zero width), unassigned
_MIDDLE_DOTS = str.maketrans({"\u2022": "·", "\u2027": "·", "\u30fb": "·", "\uff65": "·"})
_HAN_OR_PUNCTUATION = "[\u3400-\u9fff\U00020000-\U000323af，。、；：！？（）《》“”]"  # zh
_GAP_BETWEEN_HAN = re.compile(f"(?<={_HAN_OR_PUNCTUATION})\\s+(?={_HAN_OR_PUNCTUATION})")
_GAP_IN_NUMBER = re.compile(r"(?<=\d)\s*(\.)\s*(?=\d)|(?<=[\d.])\s+(?=\d)|(?<=\d)\s+(?=[万亿余%\u4e00-\u9fff])")  # zh


def fold(text: str) -> str:
    """The text in half-width compatibility form (NFKC), for codes and numbers, without invisible characters."""
    return _visible(unicodedata.normalize("NFKC", text)).strip()


def clean(text: str, *, longest: int, field: str = "", lines: bool = False) -> str:
    """One line (or lines) of readable text, blanks collapsed, at most `longest` characters."""
    seen = _visible(unicodedata.normalize("NFC", text).translate(_NARROW), keep="\n" if lines else "")
    if lines:
        seen = "\n".join(" ".join(line.split()) for line in seen.split("\n")).strip("\n")
        seen = re.sub("\n{3,}", "\n\n", seen)
    else:
        seen = " ".join(seen.split())
    if len(seen) > longest:
        raise Refusal(
            "text.too_long",
            "%(field)s太长：有%(length)s个字，最多%(longest)s个，请缩短",
            field=field or "文字",
            length=len(seen),
            longest=longest,
        )
    return seen


def words(text: str, *, longest: int, field: str) -> str:
    """A line that people write and that is kept in the clear: no number of a person stands in it."""
    seen = clean(text, longest=longest, field=field)
    if kinds := personal_numbers(seen):
        raise Refusal("text.personal", "%(field)s里有%(kind)s：请删去号码再填", field=field, kind=kinds[0])
    return seen


def person_name(text: str, *, longest: int = 50) -> str:
    """A person's name; the dot in minority names is always the middle dot (U+00B7)."""
    return clean(text.translate(_MIDDLE_DOTS), longest=longest, field="姓名")


def mend(text: str) -> str:
    """Text copied out of a printed page: broken numbers joined, gaps between Chinese closed, doubled titles undone."""
    folded = unicodedata.normalize("NFKC", text).translate(str.maketrans(",;:!?()", "，；：！？（）"))
    lines = [_undoubled(line) for line in folded.split("\n")]
    joined = _GAP_BETWEEN_HAN.sub("", "\n".join(lines))
    return _GAP_IN_NUMBER.sub(lambda gap: gap[1] or "", joined)


def _visible(text: str, keep: str = "") -> str:
    """The text without characters nobody sees; tabs and line ends become blanks unless kept."""
    if text.isprintable():  # as nearly all is: it holds none of them
        return text
    spaced = "".join(" " if sign in "\t\r\n\v\f\u2028\u2029" and sign not in keep else sign for sign in text)
    return "".join(sign for sign in spaced if sign in keep or unicodedata.category(sign) not in _UNSEEN)


def _undoubled(line: str) -> str:
    """A title set twice over itself (坚坚定定) once, when every character of the line is doubled."""
    if len(line) >= 4 and len(line) % 2 == 0 and line[::2] == line[1::2]:
        return line[::2]
    return line
