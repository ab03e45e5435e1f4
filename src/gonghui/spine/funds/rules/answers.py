"""What a bank's answer says about payments: each row is judged against the line as it stands, once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Result = Literal["ok", "failed", "pending", "returned"]
SETTLING = ("succeeded", "failed", "unknown", "returned")
"""Outcomes that move a line."""
OPEN = ("stray", "amount_differs", "contradicts")
"""Outcomes that somebody has to look into; nothing was changed by them."""
OUTCOMES: Mapping[str, str] = {
    "succeeded": "付款成功",
    "failed": "付款失败",
    "unknown": "结果未明",
    "returned": "退票",
    "repeated": "重复答复，没有变化",
    "stray": "对不上任何一笔付款",
    "amount_differs": "金额与付款单不符",
    "contradicts": "与已有结果矛盾",
}
CODES: Mapping[str, str] = {
    "NAME_MISMATCH": "户名不符",
    "ACCT_NOT_FOUND": "账号不存在",
    "ACCT_CLOSED": "账户已销户",
    "ACCT_FROZEN": "账户已冻结",
    "DORMANT": "账户为睡眠户",
    "LIMIT": "超过限额",
    "BANK_CODE": "联行号有误",
    "DUPLICATE": "银行认为重复",
    "TIMEOUT": "超时",
    "OTHER": "其他原因",
}


@dataclass(frozen=True)
class Answer:
    """One row of a bank's answer, in our words."""

    reference: str
    amount_fen: int
    result: Result
    on: date
    code: str = ""
    bank_ref: str = ""


@dataclass
class Sent:
    """A payment as it stands when a row is judged."""

    state: str
    amount_fen: int
    bank_ref: str = ""


_AFTER: Mapping[tuple[str, Result], str] = {
    ("sent", "ok"): "succeeded",
    ("unknown", "ok"): "succeeded",
    ("sent", "failed"): "failed",
    ("unknown", "failed"): "failed",
    ("sent", "returned"): "failed",  # it never reached the payee
    ("unknown", "returned"): "failed",
    ("sent", "pending"): "unknown",
    ("unknown", "pending"): "repeated",
    ("succeeded", "ok"): "repeated",
    ("succeeded", "returned"): "returned",
    ("returned", "returned"): "repeated",
    ("failed", "failed"): "repeated",
    ("failed", "returned"): "repeated",
}


def judge(row: Answer, line: Sent | None) -> str:
    """The outcome of a row for the line it names, which it moves on."""
    if line is None:
        return "stray"
    if row.amount_fen != line.amount_fen:
        return "amount_differs"
    result = "pending" if row.result == "failed" and row.code == "TIMEOUT" else row.result
    outcome = _AFTER.get((line.state, result), "contradicts")
    if (line.state, row.result) == ("returned", "ok") and row.bank_ref and row.bank_ref == line.bank_ref:
        return "repeated"  # the same success told again after the money came back
    if (line.state, row.result) == ("succeeded", "ok") and row.bank_ref and row.bank_ref != line.bank_ref:
        return "contradicts"  # the bank says it paid a second time
    if outcome in SETTLING:
        line.state = outcome
        if outcome == "succeeded":
            line.bank_ref = row.bank_ref
    return outcome


def judge_all(rows: Iterable[Answer], lines: Mapping[str, Sent]) -> list[str]:
    """The outcomes of the rows in their order; a row repeated within a file finds what the first one did."""
    return [judge(row, lines.get(row.reference)) for row in rows]
