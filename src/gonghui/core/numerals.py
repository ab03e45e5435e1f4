"""How reports print numbers: 万, 亿, 余, 以上, 近, 约, 超过, 累计, Chinese numerals.

Values are whole numbers: a count, money in fen (unit 分 or 元), or a ratio as (numerator, denominator). They are
rounded once, from the exact value. A claim that is false of the value is refused; a share that is not the whole
never prints as 100%, nor one that is not nothing as 0%.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from gonghui.core.claims import HALF_EVEN, HALF_UP, NOTHING, Amount, Claim, holds, normal, parse
from gonghui.core.errors import Refusal
from gonghui.core.han import han, han_counted

__all__ = ["HALF_EVEN", "HALF_UP", "NOTHING", "Amount", "Claim", "Style", "exact", "exact_en", "holds", "parse"]
__all__ += ["printed", "printed_en"]

MONEY_UNITS = ("分", "元")  # zh
WAN, YI = 10**4, 10**8
CLAIMS = ("yu", "above", "near", "about", "over")
OVER_WORDS = ("超过", "逾", "突破")  # zh
_CODE = re.compile(r"int|auto|han|(?:wan|yi|pct)[0-4]|yu(?:_wan|_yi)?|above|near|about|over|cum|preliminary|prelim")
_MARKERS = {"cum": "累计", "preliminary": "初步", "": ""}  # zh
_WORDS_EN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_CLAIMS_EN = {"yu": "more than", "near": "nearly", "about": "about", "over": "more than"}
UNITS_EN = {
    "人次": "person-time|person-times",  # zh
    "人": "person|people",  # zh
    "名": "person|people",  # zh
    "家": "unit|units",  # zh
    "个": "|",  # zh
    "件": "case|cases",  # zh
    "次": "time|times",  # zh
    "项": "item|items",  # zh
    "个方面": "area|areas",  # zh
    "户": "household|households",  # zh
    "场": "session|sessions",  # zh
    "份": "copy|copies",  # zh
    "条": "entry|entries",  # zh
    "笔": "payment|payments",  # zh
    "张": "card|cards",  # zh
    "天": "day|days",  # zh
    "日": "day|days",  # zh
    "年": "year|years",  # zh
    "个月": "month|months",  # zh
}


@dataclass(frozen=True)
class Style:
    """How one figure of a form prints; `base` is the number a claim prints, `word` another word for 超过."""

    code: str
    base: str = ""
    marker: str = ""
    word: str = ""
    rounding: str = HALF_UP

    def __post_init__(self) -> None:
        for name, was, known in (
            ("code", self.code, bool(_CODE.fullmatch(self.code))),
            ("marker", self.marker, self.marker in _MARKERS),
            ("word", self.word, self.word in ("", *OVER_WORDS)),
            ("rounding", self.rounding, self.rounding in (HALF_UP, HALF_EVEN)),
        ):
            if not known:
                raise Refusal("numerals.style", "数字格式的%(name)s没有“%(value)s”这一种", name=name, value=was)

    @classmethod
    def read(cls, text: str) -> "Style":
        """The style written in one line: wan1, above:40%, cum wan1, over:2000 突破."""
        made = cls("auto")
        for part in text.split():
            code, _, base = part.partition(":")
            if code in _MARKERS and part != text.strip():
                made = replace(made, marker=code)
            elif code in OVER_WORDS:
                made = replace(made, word=code)
            elif code in (HALF_UP, HALF_EVEN):
                made = replace(made, rounding=code)
            else:
                made = replace(made, code=code, base=base or made.base)
        return made


@dataclass(frozen=True)
class _Shown:
    """A number as it will be printed: its Chinese text and the value the text names, in ones, yuan or percent."""

    text: str
    amount: Fraction
    claim: str = ""
    word: str = ""
    in_words: bool = False


def printed(value: Amount, unit: str, style: Style | str, *, clock: str = "") -> str:
    """The figure as Chinese prose prints it, with its unit: 206万人次, 2.45亿元, 46.6%, 5万余个."""
    style = _ready(style, clock)
    if isinstance(value, tuple) and value[1] == 0:
        return NOTHING
    shown = _shown(value, unit, style)
    return _MARKERS[style.marker] + _sign(value) + _composed(shown, _unit_zh(value, unit))


def printed_en(value: Amount, unit: str, style: Style | str, *, unit_en: str = "", clock: str = "") -> str:
    """The figure as English prose prints it: 2.06 million person-times, CNY 245 million, over 40%."""
    style = _ready(style, clock)
    if isinstance(value, tuple) and value[1] == 0:
        return NOTHING
    shown = _shown(value, unit, style)
    number = _number_en(shown)
    if isinstance(value, tuple):
        number += "%"
    elif unit in MONEY_UNITS:
        number = f"CNY {number}"
    else:
        one, _, many = (unit_en or UNITS_EN.get(unit, "|")).partition("|")
        noun = one if shown.amount == 1 and not shown.claim else many or one
        number = f"{number} {noun}".strip()
    lead = _CLAIMS_EN.get(shown.claim, "")
    if shown.claim == "above":
        lead = "at least" if _magnitude(value, unit) == shown.amount else "over"
    if shown.claim == "under":
        lead = "under"
    marker = {"cum": "a total of", "preliminary": "a preliminary", "": ""}[style.marker]
    return " ".join(part for part in (marker, lead, _sign(value) + number) if part)


def exact(value: Amount, unit: str) -> str:
    """The value to the last digit, grouped: 2,060,012 人次, 245,187,902.36 元, 46.6087%（536 / 1,150）."""
    if isinstance(value, tuple):
        return f"{_exact_share(value)}（{value[0]:,} / {value[1]:,}）"
    return f"{_exact_money(value)} 元" if unit in MONEY_UNITS else f"{value:,} {unit}".strip()


def exact_en(value: Amount, unit: str, *, unit_en: str = "") -> str:
    """The value to the last digit in English: 2,060,012 person-times, CNY 245,187,902.36."""
    if isinstance(value, tuple):
        return f"{_exact_share(value)} ({value[0]:,} / {value[1]:,})"
    if unit in MONEY_UNITS:
        return f"CNY {_exact_money(value)}"
    one, _, many = (unit_en or UNITS_EN.get(unit, "|")).partition("|")
    return f"{value:,} {one if value == 1 else many or one}".strip()


def _ready(style: Style | str, clock: str) -> Style:
    style = Style.read(style) if isinstance(style, str) else style
    match style.code:
        case "cum":
            style = replace(style, code="auto", marker="cum")
        case "preliminary" | "prelim":
            style = replace(style, code="auto", marker="preliminary")
    if style.marker == "cum" and clock == "flow":
        raise Refusal("numerals.cumulative_flow", "“累计”只用于时点数和截至数，本期数不能写累计")
    return style


def _shown(value: Amount, unit: str, style: Style) -> _Shown:
    share = isinstance(value, tuple)
    if style.code.startswith(("int", "han", "wan", "yi", "yu") if share else "pct"):
        raise Refusal(
            "numerals.style_of_value",
            "数字格式%(style)s不能用于%(value)s：比率用百分数格式，其他数不用",
            style=style.code,
            value=exact(value, unit),
        )
    magnitude = _magnitude(value, unit)
    if style.code.partition("_")[0] in CLAIMS:
        return _claimed(value, unit, style)
    if share:
        decimals = int(style.code[3:]) if style.code.startswith("pct") else 1
        return _share(magnitude, decimals, style.rounding)
    if style.code == "han" and unit not in MONEY_UNITS and not _sign(value) and 0 < magnitude < 100:
        return _in_han(int(magnitude))
    return _plain(magnitude, style)


def _magnitude(value: Amount, unit: str) -> Fraction:
    """The size without its sign: ones, yuan or percent, still exact."""
    if isinstance(value, tuple):
        return abs(Fraction(value[0] * 100, value[1]))
    return Fraction(abs(value), 100) if unit in MONEY_UNITS else Fraction(abs(value))


def _sign(value: Amount) -> str:
    below = value[0] * value[1] < 0 if isinstance(value, tuple) else value < 0
    return "-" if below else ""


def _unit_zh(value: Amount, unit: str) -> str:
    if isinstance(value, tuple):
        return "%"
    return "元" if unit in MONEY_UNITS else unit  # zh


def _composed(shown: _Shown, unit: str) -> str:
    match shown.claim:
        case "yu":
            return f"{shown.text}余{unit}"
        case "above":
            return f"{shown.text}{unit}以上"
        case "near" | "about" | "over" | "under":
            return f"{shown.word}{shown.text}{unit}"
    return shown.text + unit


def _round(value: Fraction, places: int, rounding: str) -> Fraction:
    """Rounds a value that is not negative, once, in whole numbers."""
    scaled = value * 10**places
    whole, twice_rest = int(scaled), 2 * (scaled - int(scaled))
    up = twice_rest > 1 or (twice_rest == 1 and (rounding == HALF_UP or whole % 2 == 1))
    return Fraction(whole + up, 10**places)


def _decimal(value: Fraction, places: int, *, strip: bool) -> str:
    """A value with that many decimals, written out; `strip` drops the zeros that an exact value does not need."""
    digits = f"{int(value * 10**places):0{places + 1}d}"
    if not places:
        return digits
    whole, part = digits[:-places], digits[-places:]
    part = part.rstrip("0") if strip else part
    return f"{whole}.{part}" if part else whole


def _plain(magnitude: Fraction, style: Style) -> _Shown:
    """The number at its style's scale, or at a smaller one when it would not reach one of that scale."""
    code = style.code
    if code == "auto":
        code = "yi2" if magnitude >= YI else "wan1"
    if code.startswith("yi") and magnitude >= YI:
        return _scaled(magnitude, YI, "亿", int(code[2:]), style.rounding)  # zh
    if code.startswith(("wan", "yi")) and magnitude >= WAN:
        shown = _scaled(magnitude, WAN, "万", int(code[3:]) if code.startswith("wan") else 1, style.rounding)  # zh
        if code.startswith("yi") and shown.amount >= YI:  # 99,999,999 is 1.00亿, not 10000.0万
            return _scaled(magnitude, YI, "亿", int(code[2:]), style.rounding)  # zh
        return shown
    whole = _round(magnitude, 0, style.rounding)
    if whole == magnitude or (code == "int" and whole):
        return _Shown(str(int(whole)), whole)
    return _Shown(_decimal(magnitude, 2, strip=False), magnitude)


def _scaled(magnitude: Fraction, scale: int, word: str, places: int, rounding: str) -> _Shown:
    rounded = _round(magnitude / scale, places, rounding)
    text = _decimal(rounded, places, strip=rounded * scale == magnitude)
    return _Shown(text + word, rounded * scale)


def _share(percent: Fraction, places: int, rounding: str) -> _Shown:
    """A share in percent; near the ends it takes more decimals, then 以上 or 不到, rather than 100% or 0%."""
    for more in range(places, max(places, 2) + 1):
        rounded = _round(percent, more, rounding)
        if rounded == percent or rounded not in (0, 100):
            return _Shown(_decimal(rounded, more, strip=rounded == percent), rounded)
    finest = Fraction(1, 10 ** max(places, 2))
    text = _decimal(100 - finest if percent > finest else finest, max(places, 2), strip=False)
    if percent > 100:  # a hair over the whole
        return _Shown("100", Fraction(100), "over", "超过")  # zh
    if percent > finest:
        return _Shown(text, 100 - finest, "above")
    return _Shown(text, finest, "under", "不到")  # zh


def _in_han(number: int) -> _Shown:
    """Chinese numerals up to ten, then 十余, 二十 or 二十余 and so on."""
    if number <= 10:
        return _Shown(han_counted(number), Fraction(number), in_words=True)
    tens = number // 10 * 10
    return _Shown(han(tens), Fraction(tens), "yu" if number != tens else "")


def _claimed(value: Amount, unit: str, style: Style) -> _Shown:
    """The number a claim names: the form's own, which must be true of the value, or the roundest that is."""
    claim, _, at = style.code.partition("_")
    word = {"near": "近", "about": "约", "over": style.word or "超过"}.get(claim, "")  # zh
    size = _magnitude(value, unit)
    if style.base:
        base = normal(style.base).rstrip("%元")  # zh
        shown = _Shown(base, _named(base), claim, word)
        if not _true(shown, value, unit):
            raise Refusal(
                "numerals.claim_false",
                "“%(text)s”与实际值%(value)s不符，请改用与实际相符的写法",
                text=_composed(shown, _unit_zh(value, unit)),
                value=exact(value, unit),
            )
        return shown
    share = isinstance(value, tuple)
    for amount in _candidates(size, claim, at, share=share) if not _sign(value) else []:  # below 0: no claim
        if amount == size and claim != "above":
            break  # the value stands on the round number itself: print that, without a claim
        in_han = claim == "yu" and amount == 10
        shown = _Shown("十" if in_han else _written(amount), amount, claim, word)  # zh
        if amount and _true(shown, value, unit):
            return shown
    if share:
        return _share(size, 1, style.rounding)
    if claim == "yu" and not _sign(value) and 0 < size <= 10 and unit not in MONEY_UNITS:
        return _in_han(int(size))
    return _plain(size, Style("auto", rounding=style.rounding))


def _true(shown: _Shown, value: Amount, unit: str) -> bool:
    return holds(_composed(shown, _unit_zh(value, unit)), value)


def _candidates(size: Fraction, claim: str, at: str, *, share: bool) -> list[Fraction]:
    """Round numbers a claim might name, the roundest first."""
    if share and claim == "above":
        return [] if size == 100 else [Fraction(size // step * step) for step in (10, 1) if size >= step]
    if claim in ("yu", "above"):
        if size >= YI and at != "wan":
            step = Fraction(YI, 10)
        elif size >= WAN:
            step = Fraction(WAN)
        else:
            step = _first_place(size)
        return [size // step * step]
    steps = [_first_place(size) / 10**finer for finer in range(3)]
    if claim == "over":
        return [size // step * step for step in steps]
    if claim == "near":
        return [-(-size // step) * step for step in steps]
    return [_round(size / step, 0, HALF_UP) * step for step in steps]


def _first_place(size: Fraction) -> Fraction:
    """The place value of the first figure: 1,000 for 2,325, and 1 for anything below 10."""
    place = 1
    while size >= place * 10:
        place *= 10
    return Fraction(place)


def _written(amount: Fraction) -> str:
    """A round number as prose writes it, exact: 2000, 5万, 1.8亿."""
    for scale, word in ((YI, "亿"), (WAN, "万")):  # zh
        if amount >= scale:
            return _decimal(amount / scale, 8, strip=True) + word
    return _decimal(amount, 2, strip=True)


def _named(base: str) -> Fraction:
    """The number a form's base names, in ones, yuan or percent."""
    claim = parse(base)
    if claim.lower is None or claim.upper is None or claim.marker or claim.unit:
        raise Refusal("numerals.style", "数字格式的%(name)s没有“%(value)s”这一种", name="base", value=base)
    return (claim.lower + claim.upper) / 2


def _exact_money(fen: int) -> str:
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02}"


def _exact_share(value: tuple[int, int]) -> str:
    if value[1] == 0:
        return NOTHING
    shown = _share(abs(Fraction(value[0] * 100, value[1])), 4, HALF_UP)
    return _sign(value) + _composed(shown, "%")


def _number_en(shown: _Shown) -> str:
    """The printed value in English figures: grouped, in million or billion when the rest is round."""
    amount = shown.amount
    if shown.in_words:
        return _WORDS_EN[int(amount)]
    for scale, word, grain in ((10**9, "billion", 10**6), (10**6, "million", 10**3)):
        if amount >= scale and amount % grain == 0 and shown.text[-1] in "万亿":  # zh
            return f"{_decimal(amount / scale, 6, strip=True)} {word}"
    if amount.denominator == 1:
        tail = shown.text.partition(".")[2]  # 2.0% keeps the zero that says how far it was rounded
        return f"{int(amount):,}" + (f".{tail}" if tail.isdigit() else "")
    whole, _, part = _decimal(amount, 6, strip=True).partition(".")
    if "." in shown.text:
        part = part.ljust(len(shown.text.partition(".")[2].rstrip("万亿")), "0")  # zh
    return f"{int(whole):,}.{part}"
