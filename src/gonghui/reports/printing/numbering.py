"""Headings of an official paper (GB/T 9704-2012): 一、 then （一） then 1. then （1）, each counted in its parent."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gonghui.core.errors import Refusal
from gonghui.core.han import han, read_han

LEVELS = 4
SHAPES = (
    re.compile(r"([零〇一二三四五六七八九十百]+)、"),  # zh
    re.compile(r"（([零〇一二三四五六七八九十百]+)）(?!、)"),  # zh
    re.compile(r"(\d{1,3})[.．](?!\d)"),
    re.compile(r"（(\d{1,3})）(?!、)"),
)
WRONG_SIGN, JUMP, GAP = "reports.numbering", "reports.numbering_jump", "reports.numbering_gap"
MESSAGES = {
    WRONG_SIGN: "第 %(line)s 行“%(text)s”：标题序号不合规范，请改成“%(due)s”的样子",
    JUMP: "第 %(line)s 行“%(text)s”：跳过了一级标题，这里应为“%(due)s”；顺序是 一、（一）1.（1）",
    GAP: "第 %(line)s 行“%(text)s”：同一级的序号不连，这里应为“%(due)s”",
}
# What people type out of habit, and the standard does not know.
WRONG = (
    (re.compile(r"\d{1,3}、(?!\d)"), "1."),  # zh
    (re.compile(r"（[一二三四五六七八九十百]+）、"), "（一）"),  # zh
    (re.compile(r"（\d{1,3}）、"), "（1）"),  # zh
    (re.compile(r"\([一二三四五六七八九十百\d]{1,4}\)"), "（一）"),  # zh
    (re.compile(r"[一二三四五六七八九十百]{1,4}[.．]"), "一、"),  # zh
)


@dataclass(frozen=True)
class Finding:
    """One heading that does not stand where it should; `line` counts from 1, `due` is the sign that belongs there."""

    line: int
    code: str
    text: str
    due: str
    stops: bool = False

    @property
    def refusal(self) -> Refusal:
        """The finding as an error beside the field."""
        return Refusal(self.code, MESSAGES[self.code], line=self.line, text=self.text, due=self.due)


def label(level: int, number: int, *, english: bool = False) -> str:
    """The sign before a heading: 一、 （二） 3. （4）; in English 1. (2) 3) (d)."""
    if english:
        return (f"{number}. ", f"({number}) ", f"{number}) ", f"({chr(ord('a') + (number - 1) % 26)}) ")[level - 1]
    return (f"{han(number)}、", f"（{han(number)}）", f"{number}.", f"（{number}）")[level - 1]  # zh


def read(text: str) -> tuple[int, int] | None:
    """The level and number of a heading as it is written, or None where the line is no heading."""
    for level, shape in enumerate(SHAPES, start=1):
        found = shape.match(text.strip())
        if found is not None:
            number = read_han(found[1]) if level <= 2 else int(found[1])
            return None if number is None else (level, number)
    return None


def counted(levels: Iterable[int]) -> list[int]:
    """The number of each heading of these levels: it goes on within its parent and starts again under a new one."""
    at = [0] * LEVELS
    numbers = []
    for level in levels:
        at[level - 1] += 1
        at[level:] = [0] * (LEVELS - level)
        numbers.append(at[level - 1])
    return numbers


def findings(lines: Iterable[str], *, under: int = 0) -> list[Finding]:
    """What is wrong with the numbering of typed lines: wrong signs stop, gaps and jumps of level are warnings.

    `under` is the level of the heading they stand under.
    """
    found: list[Finding] = []
    at = [1] * under + [0] * (LEVELS - under)
    deepest = under
    for line, written in enumerate(lines, start=1):
        text = written.strip()
        due = next((due for shape, due in WRONG if shape.match(text)), None)
        if due is not None:
            found.append(Finding(line, WRONG_SIGN, text[:20], due, stops=True))
            continue
        heading = read(text)
        if heading is None:
            continue
        level, number = heading
        if level > deepest + 1:
            found.append(Finding(line, JUMP, text[:20], label(deepest + 1, at[deepest] + 1)))
        if number != at[level - 1] + 1:
            found.append(Finding(line, GAP, text[:20], label(level, at[level - 1] + 1)))
        at[level - 1 :] = [number] + [0] * (LEVELS - level)
        deepest = level
    return found
