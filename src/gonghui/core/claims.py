"""Reading a printed number back: which exact values the words allow, and whether a value is one of them."""

import re
import unicodedata
from dataclasses import dataclass, replace
from fractions import Fraction

from gonghui.core.errors import Refusal
from gonghui.core.han import read_han

Amount = int | tuple[int, int]  # a count, money in fen, or a ratio as numerator and denominator

HALF_UP, HALF_EVEN = "half_up", "half_even"  # 四舍五入, and GB/T 8170
SCALES = {"": 1, "万": 10**4, "亿": 10**8, "万亿": 10**12}  # zh
WORDS = {
    "约": "about",  # zh
    "近": "near",  # zh
    "超过": "over",  # zh
    "逾": "over",  # zh
    "突破": "over",  # zh
    "超": "over",  # zh
    "不到": "under",  # zh
    "不足": "under",  # zh
}
MARGIN = Fraction(1, 20)  # 近 and 约 stay within 5 %  # zh
REACH = Fraction(11, 10)  # 超过 does not understate by more than a tenth  # zh
NOTHING = "—"  # a ratio of nothing to nothing

_SHAPE = re.compile(
    r"(?P<cumulative>累计)?(?P<preliminary>初步)?(?P<word>约|近|超过|逾|突破|超|不到|不足)?(?P<minus>[-\u2212])?"  # zh
    r"(?:(?P<number>\d+)(?:\.(?P<decimals>\d+))?|(?P<han>[零〇一二两三四五六七八九十百千]+))"  # zh
    r"(?P<inner>[余多])?(?P<scale>万亿|万|亿)?(?P<outer>[余多])?"  # zh
    r"(?P<unit>[^\d余多]{0,12}?)(?P<after>以上|以下|左右)?\Z"  # zh
)
_UNIT_SIZES = {"元": Fraction(100), "%": Fraction(1, 100)}  # zh
_BLANK = re.compile("[\\s\u200b\u2060\ufeff]+")
_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


@dataclass(frozen=True)
class Claim:
    """What a printed number says: every value between two bounds, each reached or only approached.

    Bounds are in ones, in fen where the unit is 元, and in shares of one where it is %.
    """

    text: str
    lower: Fraction | None
    upper: Fraction | None
    unit: str
    marker: str = ""  # "", yu, above, below, near, about, over, under
    cumulative: bool = False
    preliminary: bool = False
    reaches_lower: bool = True
    reaches_upper: bool = True

    def holds(self, value: Amount) -> bool:
        """True when the exact value lies inside what the words allow."""
        if isinstance(value, tuple):
            if value[1] == 0:
                return False
            exact = Fraction(*value)
        else:
            exact = Fraction(value)
        above = self.lower is None or exact > self.lower or (self.reaches_lower and exact == self.lower)
        below = self.upper is None or exact < self.upper or (self.reaches_upper and exact == self.upper)
        return above and below

    def turned(self) -> "Claim":
        """The same claim about the value with its sign changed."""
        return replace(
            self,
            lower=None if self.upper is None else -self.upper,
            upper=None if self.lower is None else -self.lower,
            reaches_lower=self.reaches_upper,
            reaches_upper=self.reaches_lower,
        )


def normal(text: str) -> str:
    """The token without line breaks, blanks, thousands commas and full-width digits."""
    folded = unicodedata.normalize("NFKC", text)
    return _COMMA.sub("", _BLANK.sub("", folded))


def parse(text: str, rounding: str = HALF_UP) -> Claim:
    """Reads a printed token (5万余个, 3.96亿元, 40%以上, 两次) back to the values it allows."""
    token = normal(text)
    match = _SHAPE.match(token)
    if match is None:
        raise _unreadable(text)
    parts = match.groupdict()
    scale = SCALES[parts["scale"] or ""]
    if parts["han"]:
        number, places = read_han(parts["han"]), 0
    else:
        decimals = parts["decimals"] or ""
        number, places = int(parts["number"] + decimals), len(decimals)
    if number is None or (parts["inner"] and parts["outer"]):
        raise _unreadable(text)
    unit = parts["unit"]
    ones = scale * _UNIT_SIZES.get(unit, Fraction(1))
    last_place = ones / 10**places
    claim = _bounds(token, unit, number * last_place, _marker(parts), _yu_step(parts, number) * ones)
    if claim.marker == "":
        claim = _rounded(claim, number, last_place, rounding)
    if parts["minus"]:
        claim = claim.turned()
    return replace(claim, cumulative=bool(parts["cumulative"]), preliminary=bool(parts["preliminary"]))


def holds(text: str, value: Amount, rounding: str = HALF_UP) -> bool:
    """True when the printed text is true of the exact value."""
    return parse(text, rounding).holds(value)


def _marker(parts: dict[str, str | None]) -> str:
    if parts["inner"] or parts["outer"]:
        return "yu"
    if parts["after"]:
        return {"以上": "above", "以下": "below", "左右": "about"}[parts["after"]]  # zh
    return WORDS.get(parts["word"] or "", "")


def _yu_step(parts: dict[str, str | None], number: int) -> Fraction:
    """How far 余 reaches: 5万余 less than one more 万; 50余万 and 300余 less than one more of their last figure."""
    if parts["outer"] and parts["scale"]:
        return Fraction(1, 10 ** len(parts["decimals"] or ""))
    step = 1
    while number and number % (step * 10) == 0:
        step *= 10
    return Fraction(step, 10 ** len(parts["decimals"] or ""))


def _bounds(text: str, unit: str, printed: Fraction, marker: str, step: Fraction) -> Claim:
    """The bounds of 余, 以上, 近, 约, 超过 and 不到 around the printed number."""
    match marker:
        case "yu":
            return Claim(text, printed, printed + step, unit, marker, reaches_lower=False, reaches_upper=False)
        case "above":
            return Claim(text, printed, None, unit, marker)
        case "below":
            return Claim(text, None, printed, unit, marker)
        case "near":
            return Claim(text, printed * (1 - MARGIN), printed, unit, marker, reaches_upper=False)
        case "about":
            return Claim(text, printed * (1 - MARGIN), printed * (1 + MARGIN), unit, marker)
        case "over":
            return Claim(text, printed, printed * REACH, unit, marker, reaches_lower=False)
        case "under":
            return Claim(text, Fraction(0), printed, unit, marker, reaches_lower=False, reaches_upper=False)
    return Claim(text, printed, printed, unit)


def _rounded(claim: Claim, number: int, last_place: Fraction, rounding: str) -> Claim:
    """The interval that rounds to a plain number; 0% and 100% are never rounded to, so they mean themselves."""
    printed = claim.lower
    if printed is None or (claim.unit == "%" and printed in (0, 1)):
        return claim
    half = last_place / 2
    even = number % 2 == 0
    return Claim(
        claim.text,
        printed - half,
        printed + half,
        claim.unit,
        reaches_lower=rounding == HALF_UP or even,
        reaches_upper=rounding == HALF_EVEN and even,
    )


def _unreadable(text: str) -> Refusal:
    return Refusal(
        "numerals.unreadable",
        "看不懂数字写法“%(text)s”，请写成 206万人次、3.96亿元、40%% 以上这样的形式",
        text=text[:60],
    )
