"""Charts of a report: one ECharts option document each, with a table of the same numbers behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Chart:
    """One chart: its option document, and the numbers it draws as a table for whoever does not see it."""

    id: str
    title: str
    option: Mapping[str, Any]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    section: int = 0
    note: str = ""
