"""Which row of a file is its header, and which of its columns is which of ours: by what people call them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from gonghui.core import text as texts
from gonghui.core.errors import Refusal
from gonghui.web.imports.kinds import as_text
from gonghui.web.imports.models import KnownHeading
from gonghui.web.imports.sheet import Sheet

WITHIN = 30
LONGEST = 120
LEFT_OUT = ""
_MARKS = re.compile(r"[\s*＊:：_\-—/、,，.。()（）\[\]【】《》\"“”']+")
_REMARK = re.compile(r"[(（\[【].*?[)）\]】]|必填|选填|required|optional")  # zh


@dataclass(frozen=True)
class Header:
    """The header of a file: its row (from 0), what stands in it, and the column of the file for each of ours."""

    row: int
    headings: tuple[str, ...]
    mapping: dict[str, int]

    def left_out(self) -> list[str]:
        """The headings that no column of ours takes."""
        taken = set(self.mapping.values())
        return [heading for at, heading in enumerate(self.headings) if heading and at not in taken]


def folded(heading: str) -> str:
    """A heading without what does not tell it from others: case, blanks, marks, remarks in brackets."""
    words = texts.fold(heading).lower()
    return _MARKS.sub("", _REMARK.sub("", words)) or _MARKS.sub("", words)


@cache
def _names(sheet: Sheet) -> dict[str, str]:
    """What each column may be called, folded."""
    names: dict[str, str] = {}
    for column in sheet.columns:
        with translation.override("en"):
            english = gettext(column.title)
        for name in (column.title, english, column.key, *column.aliases):
            names.setdefault(folded(name), column.key)
    return names


def guessed(headings: Sequence[str], sheet: Sheet, known: Mapping[str, str]) -> dict[str, int]:
    """The column of the file for each of ours: as the sender said once, else by name, else by the only likely name."""
    mapping: dict[str, int] = {}
    names = _names(sheet)
    spare: list[tuple[int, str]] = []
    for at, heading in enumerate(headings):
        if not heading:
            continue
        key = known[heading] if heading in known else names.get(folded(heading))
        if key is None:
            spare.append((at, folded(heading)))
        elif key in {column.key for column in sheet.columns} and key not in mapping:
            mapping[key] = at
    for at, words in spare:
        near = {key for name, key in names.items() if len(name) > 1 and (name in words or words in name)} - set(mapping)
        if len(near) == 1 and len(words) > 1:
            mapping[near.pop()] = at
    return mapping


def found(rows: Sequence[Sequence[Any]], sheet: Sheet, known: Mapping[str, str]) -> Header:
    """The header: of the first rows the one in which most of our columns are named."""
    best: Header | None = None
    for at, cells in enumerate(rows[:WITHIN]):
        headings = tuple(_heading(value) for value in cells)
        mapping = guessed(headings, sheet, known)
        if best is None or len(mapping) > len(best.mapping):
            best = Header(at, headings, mapping)
    if best is None or not any(best.headings):
        raise Refusal(
            "imports.no_header",
            "前 %(rows)s 行里没有表头（应有：%(columns)s）：请保留一行列名再传",
            rows=WITHIN,
            columns="、".join(column.title for column in sheet.columns if not column.ours),
        )
    return best


def _heading(value: Any) -> str:
    return " ".join(as_text(value).split())[:LONGEST]


def can_tell_rows(sheet: Sheet, mapping: Mapping[str, int]) -> bool:
    """Whether one of the sheet's keys is there whole, so that a row of the file can be held against the list."""
    return any(all(key in mapping for key in keys) for keys in sheet.keys)


def known_to(account: int, sheet: Sheet) -> dict[str, str]:
    """What the account has said before about headings of this sheet."""
    said = KnownHeading.objects.filter(account=account, sheet=sheet.name)
    return dict(said.values_list("heading", "column"))


def remember(account: int, sheet: Sheet, headings: Sequence[str], mapping: Mapping[str, int]) -> None:
    """The next file of this sender is understood at once, what it leaves out among it."""
    column_at = {at: key for key, at in mapping.items()}
    rows = [
        KnownHeading(account=account, sheet=sheet.name, heading=heading, column=column_at.get(at, LEFT_OUT))
        for at, heading in enumerate(headings)
        if heading
    ]
    unique = {row.heading: row for row in reversed(rows)}
    KnownHeading.objects.bulk_create(
        unique.values(),
        update_conflicts=True,
        update_fields=["column"],
        unique_fields=["account", "sheet", "heading"],
    )
