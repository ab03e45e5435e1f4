"""The layouts in which banks take payments and give answers: declared, never guessed."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from gonghui.core.errors import Refusal

SCHEME = Path(__file__).resolve().parents[1] / "schemes" / "banks.toml"
FILE_BYTES_MOST, ROWS_MOST = 10 * 1024 * 1024, 60_000
RESULTS: Mapping[str, Literal["ok", "failed", "pending", "returned"]] = {
    "成功": "ok",
    "失败": "failed",
    "处理中": "pending",
    "退票": "returned",
}
REASONS: Mapping[str, str] = {
    "户名不符": "NAME_MISMATCH",
    "账号不存在": "ACCT_NOT_FOUND",
    "账户已销户": "ACCT_CLOSED",
    "账户已冻结": "ACCT_FROZEN",
    "睡眠户": "DORMANT",
    "超过限额": "LIMIT",
    "联行号有误": "BANK_CODE",
    "重复": "DUPLICATE",
    "超时": "TIMEOUT",
}
ISO_RESULTS: Mapping[str, Literal["ok", "failed", "pending", "returned"]] = {
    "ACSC": "ok",
    "ACCC": "ok",
    "RJCT": "failed",
    "PDNG": "pending",
    "ACSP": "pending",
    "ACTC": "pending",
    "RCVD": "pending",
}
ISO_REASONS: Mapping[str, str] = {
    "BE01": "NAME_MISMATCH",
    "AC01": "ACCT_NOT_FOUND",
    "AC04": "ACCT_CLOSED",
    "AC06": "ACCT_FROZEN",
    "AM02": "LIMIT",
    "RC01": "BANK_CODE",
    "AM05": "DUPLICATE",
    "AB05": "TIMEOUT",
}
ISO_RETURNED = "RETURNED"
"""The proprietary reason by which a rejected payment is told from one that was made and came back."""


@dataclass(frozen=True)
class Layout:
    """One bank's way of writing."""

    key: str
    title: str
    title_en: str
    kind: Literal["csv", "iso20022"]
    encoding: str
    delimiter: str
    unit: Literal["yuan", "fen"]

    @property
    def ending(self) -> str:
        """The ending of its files."""
        return "xml" if self.kind == "iso20022" else "csv"


@cache
def layouts() -> Mapping[str, Layout]:
    """Every layout by key."""
    written = tomllib.loads(SCHEME.read_text(encoding="utf-8"))
    return {key: Layout(key=key, **row) for key, row in written.items()}


def layout_of(key: str) -> Layout:
    """The layout, or a refusal."""
    if key not in layouts():
        raise Refusal("funds.layout", "没有“%(key)s”这种银行文件格式，请从列表中选", key=key[:40])
    return layouts()[key]
