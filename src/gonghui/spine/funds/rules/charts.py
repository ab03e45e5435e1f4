"""The chart of accounts that holds on a day, and what the kinds of its accounts mean."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from gonghui.core.errors import Refusal

SCHEME = Path(__file__).resolve().parents[1] / "schemes" / "charts.toml"
Kind = Literal["asset", "liability", "net", "income", "expense"]
KINDS: Mapping[str, str] = {
    "asset": "资产",
    "liability": "负债",
    "net": "净资产",
    "income": "收入",
    "expense": "支出",
}
TURNOVER = ("income", "expense")
"""Kinds that begin each year at nothing."""


@dataclass(frozen=True)
class ChartAccount:
    """One account as the rules name it; `code` is empty where the official one is not known for certain."""

    key: str
    name: str
    name_en: str
    kind: Kind
    code: str = ""
    is_money: bool = False
    closes_into: str = ""


@dataclass(frozen=True)
class Chart:
    """One version of the accounts, in force from a day on until the next."""

    key: str
    title: str
    title_en: str
    first_on: date
    accounts: Mapping[str, ChartAccount]

    def closing_account(self, *, restricted: bool) -> str:
        """The key of the net account that income and expenses of a fund are carried into at the end of a year."""
        wanted = "restricted" if restricted else "general"
        return next(one.key for one in self.accounts.values() if one.closes_into == wanted)


@cache
def charts() -> Mapping[str, Chart]:
    """Every chart by key, the oldest first."""
    written = tomllib.loads(SCHEME.read_text(encoding="utf-8"))["chart"]
    found = {}
    for row in sorted(written, key=lambda one: one["first_on"]):
        accounts = {key: ChartAccount(key, **said) for key, said in row.pop("accounts").items()}
        found[row["key"]] = Chart(**row, accounts=accounts)
    return found


def chart_on(day: date) -> Chart:
    """The chart in force on the day."""
    held = [chart for chart in charts().values() if chart.first_on <= day]
    if not held:
        raise Refusal("funds.no_chart", "%(day)s 没有施行的会计科目表，请核对日期", day=day.isoformat())
    return held[-1]
