"""Numbers as people type them, in a cell or in a form: full-width digits and thousands are read, percents refused."""

import re
from decimal import Decimal

from gonghui.core.errors import Refusal

_FULL_WIDTH = {ord("０") + n: str(n) for n in range(10)} | {
    ord("．"): ".",
    ord("，"): ",",
    ord("－"): "-",
    ord("％"): "%",
    ord("　"): " ",
}
_PLAIN = re.compile(r"-?\d{1,20}(\.\d{1,10})?")
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3}){1,6}(\.\d{1,4})?")
_SPOKEN = re.compile("[\\u7ea6\\u8fd1\\u8d85\\u4f59\\u591a\\u4e07\\u4ebf\\u5343\\u767e]")
"""Words of approximate and counted-in-thousands numbers: yue, jin, chao, yu, duo, wan, yi, qian, bai."""


def digits_of(words: str, *, title: str, unit: str) -> str:
    """The half-width digits of a typed number, or a refusal that says what it is instead."""
    folded = words.translate(_FULL_WIDTH).strip()
    if folded.endswith("%"):
        raise percent(title)
    digits = folded.replace(",", "") if _GROUPED.fullmatch(folded) else folded
    if _PLAIN.fullmatch(digits):
        return digits
    if _SPOKEN.search(folded):
        message = "“%(title)s”填了概数或带万、亿：请按单位“%(unit)s”填完整的数，只填数字"
    else:
        message = "“%(title)s”不是数：请按单位“%(unit)s”填数，不带单位和文字"
    raise Refusal("imports.not_a_number", message, title=title, unit=unit)


def percent(title: str) -> Refusal:
    """The refusal of a percent."""
    return Refusal(
        "imports.percent", "“%(title)s”填了百分比：请填整数；占比要填两个整数（如填 536 和 1150）", title=title
    )


def in_units(number: Decimal, *, title: str, money: bool) -> int:
    """The whole number that is kept: money typed in yuan becomes fen."""
    if number < 0:
        raise Refusal(
            "imports.negative", "“%(title)s”填了负数 %(value)s：请填 0 或正数", title=title, value=str(number)
        )
    scaled = number * 100 if money else number
    whole = scaled.to_integral_value()
    if abs(scaled - whole) > Decimal("0.000001"):
        message = (
            "“%(title)s”的金额 %(value)s 多于两位小数：请填到分"
            if money
            else "“%(title)s”填了小数 %(value)s：请填整数；占比要填两个整数（如填 536 和 1150）"
        )
        raise Refusal("imports.not_whole", message, title=title, value=str(number))
    return int(whole)


def whole(words: str, *, title: str, unit: str, money: bool) -> int | None:
    """The number typed into an input; None for an empty one."""
    if not words.strip():
        return None
    return in_units(Decimal(digits_of(words, title=title, unit=unit)), title=title, money=money)
