"""Text whose numbers stay whole: no line ends inside a number or between it and its unit (GB/T 15835-2011)."""

import re
from itertools import pairwise

from gonghui.reports.printing.layout import JOINER
from gonghui.reports.printing.paper import Number, Run

_HAN = "\u2e80-\u9fff\uf900-\ufaff"  # zh
_AT_NUMBER = re.compile(r"(?<=\d) | (?=\d)|(?<=million) |(?<=billion) ")
NO_BREAK_SPACE = "\u00a0"


KEPT = re.compile(rf"\d[\d.,]*[{_HAN}%]")
"""A number in plain text with the sign after it."""
_WORDS = re.compile(rf"[{_HAN}]{{3,}}(?=\d)")
"""What a comparison says before its number, 同比增长25.4%: a line may end there."""  # zh


def spaced(text: str) -> str:
    """An English number whose blanks stand fast: beside its digits, and after million; a number in words whole."""
    has_digits = any(sign.isdecimal() for sign in text)
    return _AT_NUMBER.sub(NO_BREAK_SPACE, text) if has_digits else text.replace(" ", NO_BREAK_SPACE)


def joined(text: str) -> str:
    """A printed number with a joiner at each place where a line could end; in English its blanks stand fast."""
    signs = list(spaced(text))
    out = signs[:1]
    for before, sign in pairwise(signs):
        if _is_han(before) or _is_han(sign):
            out.append(JOINER)
        out.append(sign)
    return "".join(out)


def _is_han(sign: str) -> bool:
    return re.match(rf"[{_HAN}]", sign) is not None


def parts(run: Run) -> list[tuple[bool, str]]:
    """A run in parts, each with whether no line may end in it: a number, with the sign after it in other text."""
    if isinstance(run, Number):
        words = _WORDS.match(run.text)
        return [(False, words[0]), (True, run.text[words.end() :])] if words else [(True, run.text)]
    return [(KEPT.fullmatch(part) is not None, part) for part in re.split(f"({KEPT.pattern})", run.text) if part]


def plain(text: str) -> str:
    """The text as a reader reads it: without joiners, blanks that break or not are one."""
    return text.replace(JOINER, "").replace(NO_BREAK_SPACE, " ")
