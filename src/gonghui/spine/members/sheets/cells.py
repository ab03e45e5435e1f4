"""Numbers of people in cells: never kept as they were typed, compared by what they are found by, shown masked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gonghui.core import crypto
from gonghui.web.imports.kinds import Code, Kind

ON_THE_DESK = "members.roster cell"


@dataclass(frozen=True, slots=True)
class Secret:
    """A number on the desk: what it is found by, what of it is shown, itself sealed; alike where found by the same."""

    found: str
    masked: str = field(compare=False, default="")
    sealed: str = field(compare=False, default="")

    def __str__(self) -> str:
        return self.masked

    @property
    def plain(self) -> str:
        """The number itself, to be sealed again where it belongs."""
        return crypto.unseal(self.sealed, purpose=ON_THE_DESK)


def secret(index: bytes, plain: str, mask: Callable[[str], str]) -> Secret:
    """The number as it waits on the desk."""
    return Secret(index.hex(), mask(plain), crypto.seal(plain, purpose=ON_THE_DESK))


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
