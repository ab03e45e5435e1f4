"""Numbers of people in cells: never kept as they were typed, compared by what they are found by, shown masked."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gonghui.core import crypto
from gonghui.core import text as texts
from gonghui.web.imports.kinds import Code, Kind, as_text

ON_THE_DESK = "members.roster cell"


class Secret:
    """A number on the desk: what it is found by, what of it is shown, itself sealed; alike where found by the same."""

    __slots__ = ("_plain", "_sealed", "found", "masked")

    def __init__(self, found: str, masked: str = "", sealed: str = "", *, plain: str = "") -> None:
        self.found, self.masked, self._sealed, self._plain = found, masked, sealed, plain

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.found == other.found

    def __hash__(self) -> int:
        return hash(self.found)

    def __str__(self) -> str:
        return self.masked

    @property
    def plain(self) -> str:
        """The number itself, to be sealed again where it belongs."""
        if not self._plain:
            self._plain = crypto.unseal(self._sealed, purpose=ON_THE_DESK)
        return self._plain

    @property
    def sealed(self) -> str:
        """The number as it is kept, sealed when it first is: most that stand on the list never are."""
        if not self._sealed:
            self._sealed = crypto.seal(self._plain, purpose=ON_THE_DESK)
        return self._sealed


_LONG = re.compile(r"[0-9A-Za-z]*[0-9]{8}[0-9A-Za-z]*")
_APART = str.maketrans("", "", " -")
PUBLIC = ("number", "organisation")
"""Columns whose own words look like a person's number."""


def may_be_number(value: Any, key: str) -> bool:
    """Whether a cell holds what may be a person's number in a column for something else: columns get swapped."""
    if key in PUBLIC or not isinstance(value, str | int | float) or (isinstance(value, str) and len(value) < 9):
        return False
    found = _LONG.search(texts.fold(as_text(value)).translate(_APART))
    return found is not None and len(found[0]) > 8


def secret(index: bytes, plain: str, mask: Callable[[str], str]) -> Secret:
    """The number as it waits on the desk."""
    return Secret(index.hex(), mask(plain), plain=plain)


def hidden(value: Any) -> Any:
    """A cell of the user's own workbook, sealed until it is handed back."""
    return value if value in ("", None) else f"={crypto.seal(str(value)[:500], purpose=ON_THE_DESK)}"


def shown_again(kept: Any) -> Any:
    """The cell as the user typed it."""
    if not isinstance(kept, str) or not kept.startswith("=g1."):
        return kept
    return crypto.unseal(kept[1:], purpose=ON_THE_DESK)


@dataclass(frozen=True)
class SecretCell(Kind):
    """A number of a person. What is read is the number; `Sheet.resolve` makes it a `Secret` before it is kept."""

    width: int = 22

    def read(self, value: Any, *, title: str) -> Any:
        """The number without blanks, and never one that a spreadsheet has rounded."""
        return Code(longest=40).read(value, title=title)

    def shown(self, value: Any) -> str:
        """Masked."""
        return value.masked if isinstance(value, Secret) else ""

    def written(self, value: Any) -> str:
        """Masked."""
        return self.shown(value)

    def kept(self, value: Any) -> Any:
        """Sealed."""
        return [value.found, value.masked, value.sealed] if isinstance(value, Secret) else None

    def taken(self, kept: Any) -> Any:
        """The number again."""
        return None if kept is None else Secret(*kept)
