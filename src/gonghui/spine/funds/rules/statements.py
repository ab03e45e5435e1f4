"""Bank statements: layouts that are declared, rows that must add up, and which payment a row names."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from gonghui.core import money
from gonghui.core.errors import Refusal

SCHEME = Path(__file__).resolve().parents[1] / "schemes" / "statements.toml"
FILE_BYTES_MOST, ROWS_MOST, DAYS_APART = 10 * 1024 * 1024, 50_000, 3
NAMED = re.compile(r"GH[0-9A-F]{16}[0-9]{5}")
"""Our own reference of a payment, wherever the bank wrote it."""
WAYS: Mapping[str, str] = {
    "reference": "按付款参考号",
    "bank_ref": "按银行流水号",
    "amount_day": "按金额和日期",
    "by_hand": "人工核对",
    "explained": "已说明",
}


@dataclass(frozen=True)
class StatementLayout:
    """How one bank writes its statements."""

    key: str
    title: str
    title_en: str
    kind: Literal["csv", "xlsx"]
    encoding: str
    delimiter: str
    unit: Literal["yuan", "fen"]
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Movement:
    """One row of a statement: what came in (or went out, below nothing) and what lay there afterwards."""

    on: date
    amount_fen: int
    balance_fen: int
    bank_ref: str
    counterparty: str = ""
    remark: str = ""

    @property
    def names(self) -> str:
        """The reference of ours that the row carries, if any."""
        found = NAMED.search(f"{self.remark} {self.bank_ref}")
        return found[0] if found else ""


@cache
def layouts() -> Mapping[str, StatementLayout]:
    """Every layout by key."""
    written = tomllib.loads(SCHEME.read_text(encoding="utf-8"))
    return {key: StatementLayout(key=key, **row) for key, row in written.items()}


def layout_of(key: str) -> StatementLayout:
    """The layout, or a refusal."""
    if key not in layouts():
        raise Refusal("funds.layout", "没有“%(key)s”这种银行文件格式，请从列表中选", key=key[:40])
    return layouts()[key]


def movements(table: Sequence[Sequence[Any]], layout: StatementLayout) -> list[Movement]:
    """The rows of a statement, or a refusal that names the row; nothing is taken of one that does not add up."""
    heads = [str(cell or "").strip() for cell in table[0]] if table else []
    missing = [name for name in layout.columns.values() if name not in heads]
    if missing:
        raise Refusal(
            "funds.statement_columns", "第 1 行缺少列：%(columns)s；请核对所选的对账单格式", columns="、".join(missing)
        )
    if len(table) > ROWS_MOST + 1:
        raise Refusal("funds.statement_rows", "对账单最多 %(most)s 行，请分开导入", most=ROWS_MOST)
    places = {key: heads.index(name) for key, name in layout.columns.items()}
    found: list[Movement] = []
    refs: dict[str, int] = {}
    for number, cells in enumerate(table[1:], 2):
        if not any(str(cell).strip() for cell in cells if cell is not None):
            continue
        said = {key: cells[place] if place < len(cells) else "" for key, place in places.items()}
        row = _movement(said, layout, number)
        if found and found[-1].balance_fen + row.amount_fen != row.balance_fen:
            raise Refusal(
                "funds.statement_balance", "第 %(row)s 行的余额与上一行接不上，请向银行重新取对账单", row=number
            )
        if row.bank_ref in refs:
            raise Refusal(
                "funds.statement_twice",
                "第 %(row)s 行与第 %(first)s 行的流水号相同，请向银行重新取对账单",
                row=number,
                first=refs[row.bank_ref],
            )
        refs[row.bank_ref] = number
        found.append(row)
    if not found:
        raise Refusal("funds.statement_empty", "对账单里没有一行收支，请核对文件")
    return found


def _movement(said: Mapping[str, Any], layout: StatementLayout, number: int) -> Movement:
    out, came = _fen(said["out"], layout, number), _fen(said["in"], layout, number)
    if bool(out) == bool(came):
        raise Refusal("funds.statement_side", "第 %(row)s 行应在收入、支出中恰填一项，请核对文件", row=number)
    bank_ref = _words(said["bank_ref"], 64)
    if not bank_ref:
        raise Refusal("funds.statement_ref", "第 %(row)s 行没有流水号，请向银行重新取对账单", row=number)
    return Movement(
        _day(said["on"], number),
        came - out,
        _fen(said["balance"], layout, number, signed=True),
        bank_ref,
        _words(said["counterparty"], 60),
        _words(said["remark"], 120),
    )


def _words(cell: Any, most: int) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str("" if cell is None else cell).split())[:most]


def _day(cell: Any, number: int) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    digits = re.fullmatch(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[ T].*)?", _words(cell, 30))
    try:
        if digits is not None:
            return date(int(digits[1]), int(digits[2]), int(digits[3]))
    except ValueError:
        pass
    raise Refusal("funds.statement_day", "第 %(row)s 行的日期应写作 2020-06-01", row=number)


def _fen(cell: Any, layout: StatementLayout, number: int, *, signed: bool = False) -> int:
    written = str("" if cell is None else cell).strip()
    if written in ("", "-", "--"):
        return 0
    sign = -1 if signed and written.startswith("-") else 1
    written = written.removeprefix("-") if sign < 0 else written
    try:
        if layout.unit == "yuan":
            return sign * money.read(written)
        if written.isdecimal() and len(written) < 17:
            return sign * int(written)
    except Refusal:
        pass
    raise Refusal("funds.answer_amount", "第 %(row)s 行的金额读不出来，请核对所选的银行格式", row=number)
