"""What a column holds: how a cell is read, shown, written and kept. One class a kind; values are plain Python.

An empty cell is `None` everywhere. `read` is given what stands in the cell (text, number, true or false; days come as
ISO text) and refuses with a sentence that says which value, what is wrong with it and what to do.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from gonghui.core import text as texts
from gonghui.core.errors import Refusal
from gonghui.core.neutral import original
from gonghui.web import say
from gonghui.web.imports import typed

Checked = Callable[[str], str]
_CLEAN = re.compile(r"[0-9A-Za-z一-鿿（）()·、“”—\-]+( [0-9A-Za-z一-鿿（）()·、“”—\-]+)*")  # zh
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?( 00:00(:00)?)?")  # zh
_DIGITS = re.compile(r"\d{8}")
_SERIAL_FROM = date(1899, 12, 30)
_EXACT = 10**15
"""A spreadsheet keeps fifteen digits of a number; codes that are longer are damaged where they stand as one."""


class Kind(ABC):
    """What all kinds answer."""

    width = 16
    is_number = False

    @abstractmethod
    def read(self, value: Any, *, title: str) -> Any:
        """The value of a cell that is not empty."""

    def shown(self, value: Any) -> str:
        """The value in the reader's language; nothing for an empty one."""
        return "" if value is None else str(value)

    def written(self, value: Any) -> str | int | float | date:
        """What stands in the cell of our own workbook."""
        return str(value)

    def kept(self, value: Any) -> Any:
        """The value as JSON carries it."""
        return value

    def taken(self, kept: Any) -> Any:
        """The value that was kept."""
        return kept


@dataclass(frozen=True)
class Text(Kind):
    """One line of words. `check` makes it canonical, or refuses."""

    longest: int = 120
    check: Checked | None = None
    width: int = 24

    def read(self, value: Any, *, title: str) -> str | None:
        """The words without what nobody sees."""
        words = original(as_text(value))
        if len(words) > self.longest or not _CLEAN.fullmatch(words):
            words = texts.clean(words, longest=self.longest, field=title)
        if not words:
            return None
        return self.check(words) if self.check is not None else words


@dataclass(frozen=True)
class Code(Kind):
    """A number that is a name: blanks out, capitals, and never one that a spreadsheet has rounded."""

    check: Checked | None = None
    longest: int = 40
    width: int = 22

    def read(self, value: Any, *, title: str) -> str | None:
        """The code as it is stored."""
        mangled = isinstance(value, float) or (isinstance(value, int) and abs(value) >= _EXACT)
        if mangled or (isinstance(value, str) and re.fullmatch(r"\d(\.\d+)?[eE]\+\d+", value.strip())):
            raise Refusal(
                "imports.code_mangled",
                "“%(title)s”被表格软件改成了数 %(value)s，末尾几位已经丢失：请把这一列设为文本格式，重填这个代码",
                title=title,
                value=str(value),
            )
        words = as_text(value)
        code = (words if words.isascii() else texts.fold(words)).replace(" ", "").upper()
        if len(code) > self.longest:
            code = texts.clean(code, longest=self.longest, field=title)
        if not code:
            return None
        return self.check(code) if self.check is not None else code


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number of something."""

    unit: str = ""
    least: int = 0
    most: int = 10**15
    width: int = 12
    is_number = True

    def read(self, value: Any, *, title: str) -> int:
        """The number, in its limits."""
        number = typed.in_units(_number(value, title=title, unit=self.unit), title=title, money=False)
        if not self.least <= number <= self.most:
            raise Refusal(
                "imports.number_range",
                "“%(title)s”是 %(value)s，应在 %(least)s 和 %(most)s 之间，请核对",
                title=title,
                value=number,
                least=self.least,
                most=self.most,
            )
        return number

    def shown(self, value: Any) -> str:
        """With its thousands parted."""
        return "" if value is None else f"{value:,}"

    def written(self, value: Any) -> int:
        """A number."""
        return int(value)


@dataclass(frozen=True)
class Money(Kind):
    """An amount typed in yuan, held in fen."""

    width: int = 16
    is_number = True

    def read(self, value: Any, *, title: str) -> int:
        """The fen."""
        return typed.in_units(_number(value, title=title, unit="元"), title=title, money=True)

    def shown(self, value: Any) -> str:
        """In yuan, with two places."""
        return "" if value is None else f"{value / 100:,.2f}"

    def written(self, value: Any) -> float:
        """In yuan."""
        return float(value / 100)


@dataclass(frozen=True)
class Day(Kind):
    """A day of the calendar."""

    earliest: date = date(1900, 1, 1)
    latest: date = date(2100, 12, 31)
    width: int = 12

    def read(self, value: Any, *, title: str) -> date:
        """2020-06-30, 2020/6/30, 2020年6月30日, 20200630, or a spreadsheet's own day."""
        found = _day(value)
        if found is None or not self.earliest <= found <= self.latest:
            raise Refusal(
                "imports.day",
                "“%(title)s”填的“%(value)s”不是日期：请填成 2020-06-30 这样",
                title=title,
                value=as_text(value)[:40],
            )
        return found

    def shown(self, value: Any) -> str:
        """As people write it."""
        return "" if value is None else say.day(value)

    def written(self, value: Any) -> date:
        """A day."""
        found: date = value
        return found

    def kept(self, value: Any) -> Any:
        """ISO text."""
        return None if value is None else value.isoformat()

    def taken(self, kept: Any) -> Any:
        """The day again."""
        return None if kept is None else date.fromisoformat(kept)


@dataclass(frozen=True)
class Choice(Kind):
    """One of a list: the value is the key, the cell says its Chinese title; key, English title and `also` are read."""

    choices: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)
    """What else people write, with the key it means."""
    width: int = 16

    @cached_property
    def _known(self) -> dict[str, str]:
        """The key by whatever may be written for it; where two would be meant, the Chinese title is, then the key."""
        with translation.override("en"):
            english = {gettext(title): key for key, title in self.choices.items()}
        titles = {title: key for key, title in self.choices.items()}
        named = {**english, **self.also, **{key: key for key in self.choices}, **titles}
        return {_folded(word): key for word, key in named.items()}

    def read(self, value: Any, *, title: str) -> str:
        """The key."""
        found = self._known.get(_folded(as_text(value)))
        if found is None:
            raise Refusal(
                "imports.choice",
                "“%(title)s”没有“%(value)s”这一项：请填 %(choices)s 之一",
                title=title,
                value=as_text(value)[:40],
                choices="、".join(list(self.choices.values())[:20]),
            )
        return found

    def shown(self, value: Any) -> str:
        """The title in the reader's language."""
        return "" if value is None else _(str(self.choices.get(value, value)))

    def written(self, value: Any) -> str:
        """The Chinese title."""
        return str(self.choices.get(value, value))


YES, NO = ("是", "有", "yes", "y", "true", "1", "√", "✓"), ("否", "无", "no", "n", "false", "0", "×")


@dataclass(frozen=True)
class YesNo(Kind):
    """是 or 否."""

    width: int = 8

    def read(self, value: Any, *, title: str) -> bool:
        """Whether yes was written."""
        words = as_text(value).strip().lower()
        if words not in YES + NO:
            raise Refusal(
                "imports.yes_no", "“%(title)s”只填“是”或“否”，填的是“%(value)s”", title=title, value=words[:40]
            )
        return words in YES

    def shown(self, value: Any) -> str:
        """In the reader's language."""
        return "" if value is None else (_("是") if value else _("否"))

    def written(self, value: Any) -> str:
        """In Chinese."""
        return "是" if value else "否"


def as_text(value: Any) -> str:
    """What stands in a cell as words; a whole number without a point."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _folded(words: str) -> str:
    return texts.fold(words).replace(" ", "").lower()


def _number(value: Any, *, title: str, unit: str) -> Decimal:
    if isinstance(value, bool):
        raise Refusal("imports.not_a_number", "“%(title)s”不是数：请改填数", title=title)
    if isinstance(value, int | float):
        return Decimal(repr(value))
    return Decimal(typed.digits_of(original(value), title=title, unit=unit))


def _day(value: Any) -> date | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        if 10_000 < value < 80_000:  # a day that lost its format: days since the end of 1899
            return _SERIAL_FROM + timedelta(days=int(value))
        value = as_text(value)
    words = texts.fold(value)
    match = _DAY.fullmatch(words)
    parts = match.group(1, 2, 3) if match else ((words[:4], words[4:6], words[6:]) if _DIGITS.fullmatch(words) else ())
    try:
        return date(*(int(part) for part in parts)) if parts else None
    except ValueError:
        return None
