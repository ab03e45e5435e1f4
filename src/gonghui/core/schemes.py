"""Dated parameters: documents `<name>_<year>.toml` in a folder; the newest that has begun holds on a day."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from gonghui.core.errors import Refusal


@dataclass(frozen=True)
class Scheme:
    """What one document says, beginning with the day from which it holds and who set it."""

    valid_from: date
    source: str


S = TypeVar("S", bound=Scheme)


class Schemes(Generic[S]):
    """All documents of a name; `read` takes what stands in one by its keys, lists as tuples."""

    def __init__(self, folder: Path, name: str, read: Callable[..., S]) -> None:
        self._folder, self._name, self._read = folder, name, read

    @cached_property
    def all(self) -> tuple[S, ...]:
        """Every one, the oldest first."""
        rows = (tomllib.loads(path.read_text(encoding="utf-8")) for path in self._folder.glob(f"{self._name}_*.toml"))
        made = (self._read(**{key: _fixed(value) for key, value in row.items()}) for row in rows)
        return tuple(sorted(made, key=lambda one: one.valid_from))

    def on(self, day: date) -> S:
        """The one that holds on the day, or a refusal."""
        for one in reversed(self.all):
            if one.valid_from <= day:
                return one
        raise Refusal("schemes.none", "%(day)s 没有有效的参数，请核对日期", day=day)


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
