"""Money is whole fen. Here yuan text becomes fen and fen becomes yuan text; shares and splits lose nothing."""

import re
from collections.abc import Sequence
from fractions import Fraction

from gonghui.core import text as texts
from gonghui.core.errors import Refusal

LARGEST_FEN = 10**17  # a thousand million million fen: above it somebody slipped, and bigint ends not far off
WORDS = {"": 1, "万": 10**4, "亿": 10**8}  # zh
_SHAPE = re.compile(r"(?P<sign>[-\u2212+])?(?P<yuan>\d+)(?:\.(?P<part>\d+))?(?P<word>[万亿])?元?\Z")  # zh
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def read(written: str | int | float, *, words: bool = False) -> int:
    """The fen of an amount in yuan, as typed or as a sheet's cell holds it; `words` allows 万元 and 亿元."""
    shown = _as_text(written)
    match = _SHAPE.match(_without_commas(shown))
    if match is None or (match["word"] and not words):
        raise _refusal("money.unreadable", "金额“%(value)s”不是数字，请填以元为单位的数字，如 1234.50", shown)
    if match["sign"] in ("-", "\u2212"):
        raise _refusal("money.negative", "金额“%(value)s”是负数，请填不小于 0 的数；冲减请走更正", shown)
    part = match["part"] or ""
    scale = WORDS[match["word"] or ""]
    fen = Fraction(int(match["yuan"] + part) * 100 * scale, 10 ** len(part))
    if fen.denominator != 1:
        raise _refusal("money.decimals", "金额“%(value)s”不足一分，元后最多两位小数，请改正", shown)
    if fen > LARGEST_FEN:
        raise _refusal("money.too_large", "金额“%(value)s”太大，请核对单位是否为元", shown)
    return int(fen)


def yuan(fen: int, *, grouped: bool = True) -> str:
    """The amount in yuan with two decimals: 245,187,902.36."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:{',' if grouped else ''}}.{rest:02}"


def share(fen: int, percent: int | Fraction) -> int:
    """That many percent of an amount, to the fen, half up and away from zero."""
    exact = abs(Fraction(fen) * percent / 100)
    rounded = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return rounded if fen * percent >= 0 else -rounded


def split(total: int, weights: Sequence[int]) -> list[int]:
    """The total in whole parts by weight; what is left over goes to the largest remainders, the first of equals."""
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must not be negative, and one of them more than nothing")
    if total < 0:
        return [-part for part in split(-total, weights)]
    parts = [total * weight // whole for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda index: (-(total * weights[index] % whole), index))
    for index in remainders[: total - sum(parts)]:
        parts[index] += 1
    return parts


def _as_text(written: str | int | float) -> str:
    """What was written; a float as its shortest digits, so that 0.1 + 0.2 shows its seventeen decimals."""
    if isinstance(written, bool):
        return "是" if written else "否"  # zh
    if isinstance(written, float):
        return f"{int(written)}" if written.is_integer() and abs(written) < 2**53 else repr(written)
    return texts.fold(written) if isinstance(written, str) else str(written)


def _without_commas(shown: str) -> str:
    """Thousands commas dropped where they stand in the right places, blanks inside dropped too."""
    compact = shown.replace(" ", "").replace("¥", "").replace("￥", "")
    number = re.match(r"[-\u2212+]?([\d,.]+)", compact)
    if number and _GROUPED.fullmatch(number[1]):
        return compact.replace(",", "")
    return compact


def _refusal(code: str, message: str, shown: str) -> Refusal:
    return Refusal(code, message, value=shown[:40])
