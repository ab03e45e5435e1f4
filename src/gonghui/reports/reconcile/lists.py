"""Numbered lists: five items under 1、 2、 3、 4、 5、 say a number that is printed nowhere."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gonghui.core.han import read_han
from gonghui.reports.reconcile.tokens import FIGURE, LIST, Token
from gonghui.reports.reconcile.words import Words

LEAST_ITEMS = 3
OPENING = 80
_HAN = "一二三四五六七八九十"  # zh
_AT = r"(?:(?<=[\n。；：！？])|\A)"  # zh
_STYLES = {
    "arabic": re.compile(rf"{_AT}(\d{{1,2}})[、.)](?!\d)"),  # zh
    "bracket": re.compile(rf"{_AT}[（(]([{_HAN}]{{1,3}}|\d{{1,2}})[)）]"),  # zh
    "han": re.compile(rf"{_AT}([{_HAN}]{{1,3}})、"),  # zh
    "spoken": re.compile(
        rf"(?:(?<=[\n。；：！？，,])|(?<=部署|任务|工作|安排|打算|重点|举措)|\A)([{_HAN}]{{1,2}})(?:是|要)(?!否)"
    ),  # zh
    "ordinal": re.compile(rf"{_AT}第([{_HAN}]{{1,2}})[，,、]"),  # zh
}
_PLAN = re.compile(r"(?:下半年|下一步|下阶段|下一阶段|今后)[^。；\n]{0,14}(?:工作|任务|部署|安排|重点)")  # zh


@dataclass(frozen=True)
class Numbered:
    """A whole numbered list: its marks in order of the numbers."""

    style: str
    marks: tuple[Token, ...]

    @property
    def token(self) -> Token:
        """The list as a number of items, printed as its marks."""
        first = min(self.marks, key=lambda mark: mark.start)
        text = "".join(mark.text for mark in self.marks)
        many = len(self.marks)
        many = len(self.marks)
        return Token(first.start, first.end, text, FIGURE, Fraction(many), written=(str(many), ""))


def marks(text: str) -> dict[str, list[tuple[int, Token]]]:
    """Every mark that may number an item, by style: its number and where it stands."""
    found: dict[str, list[tuple[int, Token]]] = {}
    for style, pattern in _STYLES.items():
        for match in pattern.finditer(text):
            number = int(match[1]) if match[1].isdigit() else read_han(match[1])
            if number:
                token = Token(match.start(), match.end(), match[0], LIST)
                found.setdefault(style, []).append((number, token))
    return found


def numbered(found: dict[str, list[tuple[int, Token]]]) -> list[Numbered]:
    """The whole lists: 1 to n, each once. Columns may stand out of order where only one list has the style."""
    lists: list[Numbered] = []
    for style, numbers in found.items():
        if sorted(number for number, _mark in numbers) == list(range(1, len(numbers) + 1)):
            runs = [sorted(numbers, key=lambda one: one[0])]
        else:
            runs = _runs(numbers)
        lists += [Numbered(style, tuple(mark for _n, mark in run)) for run in runs if len(run) >= LEAST_ITEMS]
    return sorted(lists, key=lambda one: one.marks[0].start)


def _runs(numbers: Sequence[tuple[int, Token]]) -> list[list[tuple[int, Token]]]:
    """Lists one after another, each from 1 upwards; nothing where a number is left over."""
    runs: list[list[tuple[int, Token]]] = []
    for number, mark in numbers:
        if number == 1:
            runs.append([(number, mark)])
        elif runs and runs[-1][-1][0] == number - 1:
            runs[-1].append((number, mark))
        else:
            return []
    return runs


def counted(text: str, lists: Sequence[Numbered], words: Words) -> Numbered | None:
    """The one list that counts the figure: opened by its words, or the only one of a text that announces it."""
    opened = [one for one in lists if _is_opened(text, one, words)]
    if len(opened) == 1:
        return opened[0]
    if opened or not _PLAN.search(text):
        return None
    plain = [one for one in lists if one.style == "arabic"] or [one for one in lists if one.style == "bracket"]
    return plain[0] if len(plain) == 1 else None


def _is_opened(text: str, one: Numbered, words: Words) -> bool:
    at = one.marks[0].start
    before = text[max(0, at - OPENING) : at]
    return _any(before, words.what) and all(_any(before, group) for group in words.close)


def _any(text: str, patterns: Iterable[re.Pattern[str]]) -> bool:
    return any(pattern.search(text) for pattern in patterns)
