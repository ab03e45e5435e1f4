"""Numbers that name a person, wherever they stand in a text."""

import re

_PAPER = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx](?![0-9A-Za-z])"
)
_MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9A-Za-z])")
_LONG = re.compile(r"(?:[0-9０-９][ -]?){10,}[0-9０-９XxＸ]")
PAPER, MOBILE = "身份证号", "手机号"
_FOLDED = str.maketrans("０１２３４５６７８９Ｘｘ－　", "0123456789Xx- ")


def personal_numbers(text: str) -> list[str]:
    """Which kinds of personal numbers a text holds, never the numbers themselves."""
    folded = text.translate(_FOLDED)
    found = [PAPER] if _PAPER.search(folded) else []
    return found + ([MOBILE] if _MOBILE.search(folded) else [])


def without_numbers(text: str) -> str:
    """The text with every number as long as a phone, a paper or a card left out."""
    return _LONG.sub("……", text)
