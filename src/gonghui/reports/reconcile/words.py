"""The words by which a number is known for a figure's: words.toml, and the figure's own title for what is not there."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "words.toml"
MONEY, FEN = "元", "分"  # zh
_KINDRED = (
    frozenset("家个户所处"),  # zh
    frozenset("人名位"),  # zh
    frozenset("件起宗例"),  # zh
    frozenset("项条个"),  # zh
)
_STEMS = re.compile(r"[\u3400-\u9fff0-9]{2,}")


@dataclass(frozen=True)
class Words:
    """How one figure is spoken of: the thing counted, the matter, and what it is not."""

    figure: str
    units: frozenset[str]
    what: tuple[re.Pattern[str], ...]
    close: tuple[tuple[re.Pattern[str], ...], ...] = ()
    about: tuple[tuple[re.Pattern[str], ...], ...] = ()
    hint: tuple[re.Pattern[str], ...] = ()
    inside: tuple[re.Pattern[str], ...] = ()
    without: tuple[re.Pattern[str], ...] = ()
    bar: tuple[re.Pattern[str], ...] = ()
    clock: str = "flow"
    is_ratio: bool = False
    is_money: bool = False
    part: bool = False
    listed: bool = False
    alone: re.Pattern[str] | None = None


@cache
def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(r"[^，。；、：\n]{0,6}".join(re.escape(part) for part in word.split("*")))  # zh


def _patterns(words: str) -> tuple[re.Pattern[str], ...]:
    return tuple(_pattern(word) for word in words.split())


def _either(words: str) -> re.Pattern[str] | None:
    return re.compile("|".join(map(re.escape, sorted(words.split(), key=len, reverse=True)))) if words else None


@cache
def _table() -> Mapping[str, Any]:
    return {
        f"{app}.{measure}": row
        for app, rows in tomllib.loads(FILE.read_text(encoding="utf-8")).items()
        for measure, row in rows.items()
    }


def named() -> frozenset[str]:
    """The figures that words.toml knows."""
    return frozenset(_table())


def words_of(name: str, title: str, unit: str, clock: str, *, is_ratio: bool) -> Words:
    """The words of a figure; one without an entry is known by its title alone, which must then be printed in full."""
    row = _table().get(name, {"what": ""})
    return Words(
        figure=name,
        units=frozenset(row.get("units", "").split()) or _units(unit, is_ratio=is_ratio),
        what=_patterns(row["what"]) or tuple(_pattern(stem) for stem in _STEMS.findall(title)),
        close=tuple(_patterns(group) for group in row.get("close", ())),
        about=tuple(_patterns(group) for group in row.get("about", ())),
        hint=_patterns(row.get("hint", "")),
        inside=_patterns(row.get("inside", "")),
        without=_patterns(row.get("without", "")),
        bar=_patterns(row.get("bar", "")),
        clock=clock,
        is_ratio=is_ratio,
        is_money=unit == FEN,
        part=row.get("part", False),
        listed=row.get("listed", False),
        alone=_either(row.get("alone", "")),
    )


def _units(unit: str, *, is_ratio: bool) -> frozenset[str]:
    if is_ratio:
        return frozenset({"%"})
    if unit == FEN:
        return frozenset({MONEY})
    return frozenset({unit}).union(*(kin for kin in _KINDRED if unit in kin))
