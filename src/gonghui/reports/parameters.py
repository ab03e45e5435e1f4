"""The dated parameters of returns and of comparisons."""

from dataclasses import dataclass
from pathlib import Path

from gonghui.core.schemes import Scheme, Schemes


@dataclass(frozen=True)
class Parameters(Scheme):
    """What a federation may change about its returns."""

    change_percent: int
    change_least: int
    compare_least: int
    asof_days_ahead: int
    text_longest: int
    remind_days_apart: int
    evidence_bytes: int
    workbook_bytes: int


on = Schemes(Path(__file__).with_name("schemes"), "returns", Parameters).on
