"""Finds the numbers of a mended text: how much, of what unit, under which marker; and what is no figure at all."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from gonghui.core.claims import HALF_UP, SCALES, Claim, parse
from gonghui.core.errors import Refusal
from gonghui.core.han import han, read_han

FIGURE, DATE, PHRASE, LIST = "number", "date", "phrase", "list"
RANGE = "range"
PERCENT, MONEY = "%", "元"  # zh
MOST_DIGITS = 16  # a longer run is a code

_HAN = "零〇一二两三四五六七八九十百千"  # zh
_UNIT_WORDS = (
    "个百分点 百分点 人次 人(次) 人（次） 人/次 件次 家次 户次 名次"  # zh
    " 个方面 个领域 个环节 个大类 个类别 个门类 大类 方面 门类 领域"  # zh
    " 个月 小时 人 名 位 家 户 个 处 座 所 间 项 条 件 起 宗 例 桩 通 份 场 期 次 届 回 张 笔 本 册"  # zh
    " 天 日 年 岁 倍 类 种 批 元 % 步 组 支 套 只 瓶 台 辆 吨 篇 部 亩 米 平方米 公里 人份 期次 讲 课"  # zh
    " 节 点 号 页 号线 级 等 层 卷 章 周 月 季 代 连 字"  # zh
)
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNIT_WORDS.split(), key=len, reverse=True))
_BEFORE = {
    "约": "约", "大约": "约", "大概": "约", "近": "近", "将近": "近", "接近": "近",  # zh
    "超过": "超过", "超出": "超过", "超": "超过", "多于": "超过", "逾": "逾", "突破": "突破",  # zh
    "不到": "不到", "不足": "不到", "至少": "至少", "不少于": "至少", "不低于": "至少",  # zh
}  # fmt: skip
_AFTER = {"以上": "以上", "之多": "", "以下": "以下", "左右": "左右", "上下": "左右", "有余": "余"}  # zh
_NOT_ABOUT = re.compile(r"(?:[节公签预违条契履邀特]约|(?<![折联综结配混])合约|[最附临邻新亲靠远就]近|赶超)\Z")  # zh

_NUMBER = re.compile(
    rf"(?P<before>{'|'.join(sorted(_BEFORE, key=len, reverse=True))})?"
    rf"(?:(?P<hundredths>百分之)(?P<han_share>[{_HAN}]{{1,16}}(?:点[{_HAN}]{{1,16}})?|\d+(?:\.\d+)?)"  # zh
    r"|(?P<big>\d+亿\d{1,4}万|\d+万\d千)"  # zh
    rf"|(?P<han_big>[{_HAN}]{{1,16}}亿[{_HAN}]{{1,16}}万|[{_HAN}]{{1,16}}[亿万][{_HAN}]{{1,16}})"  # zh
    rf"|(?P<number>\d+(?:\.\d+)?)"
    rf"|(?P<han>(?:[{_HAN}]{{1,16}}点)?[{_HAN}]{{1,16}}))"  # zh
    r"(?P<inner>[余多几]|来(?=[万个名家件项人]))?(?P<scale>万亿|千万|百万|十万|亿|万|千|百)?"  # zh
    r"(?P<outer>[余多]|来(?=[个名家件项人]))?"  # zh
    rf"(?:(?P<unit>{_UNIT})|(?P<tenths>成))?"  # zh
    rf"(?P<after>{'|'.join(sorted(_AFTER, key=len, reverse=True))})?"
)
_TO = re.compile(r"[~\uff5e\u301c\u2013\u2014\-\uff0d至到]{1,2}")  # zh
_FROM = frozenset("从由")  # zh
_ABOUT = ("约", "近")  # zh
_GOES_ON = re.compile(rf"{_TO.pattern}[{_HAN}]{{1,16}}(?:{_UNIT}|成)")  # zh
_SCALED = re.compile("[万亿千百]")  # zh
_SCALES = {"千": 10**3, "百": 10**2, "千万": 10**7, "百万": 10**6, "十万": 10**5}  # zh
_DATES = re.compile(
    r"(?:19|20)\d\d[-\u2013\u2014~至到]{1,2}(?:(?:19|20)?\d\d)(?![\d.万亿%余多件家人个名户次项元])"  # zh
    r"(?:年度?|学年)?(?:\d{1,2}月)?(?:\d{1,2}日)?"  # zh
    r"|\d{4}年度?(?:上半年|下半年|第?[一二三四1-4]季度)?(?:\d{1,2}月)?(?:份|\d{1,2}日)?"  # zh
    r"|\d{1,2}月(?:份|底|初|中旬|末|\d{1,2}日)?(?:[至到-](?:\d{1,2}月)?\d{1,2}日)?|\d{1,2}[-至到]\d{1,2}月份?"  # zh
    r"|\d{1,2}时(?:\d{1,2}分)?|\d{1,2}:\d{2}|[一二三四五六七八九十]{1,2}月(?:[一二三四五六七八九十]{1,3}日|份)"  # zh
)
_PHRASES = re.compile(
    rf"第[{_HAN}\d]{{1,9}}[届次卷方期批条章个名位季]?"  # zh
    rf"|(?<![{_HAN}])[{_HAN}]{{1,6}}届[{_HAN}]{{0,6}}(?:中全会|次|委员会)?"  # zh
    rf"|[“‘「][{_HAN}\d]{{1,3}}[^”’」\d]{{1,7}}[”’」]"  # zh
    r"|[〔\[(（]\d{4}[〕\])）]\d{1,6}号|(?<!\d)\d{1,6}号(?:文|令|楼|院|线)?"  # zh
    r"|(?<![A-Za-z])[A-Za-z]{1,12}[-.]?\d[\d.]*|(?<!\d)\d{1,8}[A-Za-z]+\d*"
    r"|(?<![\d.])123(?:51|45|33|48|20)(?![\d.万亿余多件家人个名户次项元])"  # zh
    rf"|百人以上|(?:[{_HAN}]{{1,3}}|(?<!\d)\d{{1,5}})人以上的?(?=非公|企业|单位|规模|用人|民营)"  # zh
    r"|十[一二三四五]五(?=[”’」时规]|$)|[一三四五六七八九]线|三方(?!面)|一事一议|两步走"  # zh
)


@dataclass(frozen=True)
class Token:
    """A number of the text. `value` is in ones, yuan or percent; `text` is as printed, without the damage."""

    start: int
    end: int
    text: str
    kind: str
    value: Fraction | None = None
    unit: str = ""
    marker: str = ""
    cumulative: bool = False
    written: tuple[str, str] = ("", "")
    by_tens: bool = False
    least: "Token | None" = None
    """The lower of the two numbers of a range such as 30%～40%; `value` is then the upper one."""

    @property
    def is_number(self) -> bool:
        """Whether the token may belong to a figure at all."""
        return self.kind == FIGURE

    @property
    def said(self) -> tuple[object, ...]:
        """What it says, wherever it stands."""
        return self.value, self.unit, self.marker, self.least.said if self.least else None

    def claim(self, unit: str, rounding: str = HALF_UP) -> Claim:
        """What the printed number allows, read in the figure's unit: bounds in fen for 元, in shares of one for %."""
        if self.least is not None:
            low, high = self.least.claim(unit, rounding), replace(self, least=None).claim(unit, rounding)
            return Claim(self.text, _middle(low), _middle(high), high.unit, RANGE)
        head, tail = self.written
        claim = parse(f"{head}{unit if unit in (PERCENT, MONEY) else ''}{tail}", rounding)
        if self.by_tens and claim.marker == "":  # 四成
            middle = _middle(claim)
            return replace(claim, lower=middle - Fraction(1, 20), upper=middle + Fraction(1, 20))
        return claim


def _middle(claim: Claim) -> Fraction:
    """The number itself, of a plain one's interval."""
    if claim.lower is None or claim.upper is None:
        raise ValueError(f"{claim.text} is open on one side")
    return (claim.lower + claim.upper) / 2


def find(text: str, items: Sequence[Token] = ()) -> list[Token]:
    """Every number, date and fixed phrase of a mended text in order; none overlap, none inside a list's marks."""
    taken = list(items)
    taken += [Token(one.start(), one.end(), one[0], PHRASE) for one in _PHRASES.finditer(text)]
    taken += [Token(one.start(), one.end(), one[0], DATE) for one in _DATES.finditer(text)]
    taken.sort(key=lambda token: (token.start, -token.end))
    found: list[Token] = []
    end = 0
    for token in taken:
        if token.start >= end and (token.kind != PHRASE or _is_phrase(text, token)):
            found += _numbers(text, end, token.start)
            found.append(token)
            end = token.end
    found += _numbers(text, end, len(text))
    return found


def _is_phrase(text: str, token: Token) -> bool:
    """第一, 12351 and the like always; a word such as 三方 not where it counts something."""
    return not (token.text[0] in _HAN and token.start and text[token.start - 1] in _HAN)


def _numbers(text: str, start: int, end: int) -> Iterator[Token]:
    at = start
    while match := _NUMBER.search(text, at, end):
        token = _token(text, match)
        if token is None:
            at = match.start() + 1 if match["before"] else match.end()
            at = max(at, match.start() + 1)
            continue
        token = _range(text, token, end)
        yield token
        at = token.end


def _range(text: str, first: Token, end: int) -> Token:
    """The number, or both with what stands between where it begins a range: 30%～40%, 3至4万件."""
    to = _TO.match(text, first.end, end)
    match = _NUMBER.match(text, to.end(), end) if to and first.marker in ("", *_ABOUT) else None
    last = _token(text, match) if match is not None else None
    if match is None or last is None or last.marker or not last.unit or first.unit not in ("", last.unit):
        return first
    if first.start and text[first.start - 1] in _FROM:
        return first  # 从3万人到4万人 is a change
    head, tail = first.written
    least = replace(first, unit=last.unit, marker="", written=(head.removeprefix(first.marker), tail))
    if not (first.unit or _SCALED.search(first.text)):  # 3～4万件 is 3万 to 4万件  # zh
        number, scale = _scaled(least.written[0], {**match.groupdict(), "big": None, "han_big": None})
        least = replace(least, value=Fraction(number) * SCALES[scale], written=(number + scale, ""))
    if least.value is None or last.value is None or not 0 < least.value < last.value:
        return first
    return replace(last, start=first.start, text=text[first.start : last.end], cumulative=first.cumulative, least=least)


def _token(text: str, match: re.Match[str]) -> Token | None:
    """The number of a match, or None where the signs only look like one."""
    parts = match.groupdict()
    start = match.start()
    word = parts["before"] or ""
    if word and (word in "约近超" and _NOT_ABOUT.search(text[max(0, start - 2) : start + len(word)])):  # zh
        start, word = start + len(word), ""
    if (parts["han"] or parts["han_big"]) and not _is_counted(parts, text, match):
        return None
    written = _written(parts)
    if written is None or len(written) > MOST_DIGITS:
        return None
    unit = _unit(parts)
    is_yu = bool(parts["inner"] or parts["outer"])
    marker = "余" if is_yu else _AFTER.get(parts["after"] or "", "") or _BEFORE.get(word, "")  # zh
    number, scale = _scaled(written, parts)
    head, tail = _canonical(number, scale, parts, marker)
    try:
        parse(head + tail)
    except Refusal:
        return None
    shown = text[start : match.end()].replace("\n", "")
    before = text[max(0, start - 12) : start]
    cumulative = "累计" in before and not re.search(r"[，。；]", before[before.rfind("累计") :])  # zh
    value = Fraction(number) * SCALES[scale]
    tens = bool(parts["tenths"])
    return Token(start, match.end(), shown, FIGURE, value, unit, marker, cumulative, (head, tail), tens)


def _is_counted(parts: dict[str, str | None], text: str, match: re.Match[str]) -> bool:
    """Whether a Chinese numeral counts something here: 两次 and 十余项 do, 一线, 万众 and 三方 do not."""
    numeral = parts["han"] or ""
    is_first = not parts["inner"] and _GOES_ON.match(text, match.end())
    if not (parts["unit"] or parts["tenths"] or is_first) or text[match.start() : match.start() + 1] == "第":  # zh
        return False
    before = text[match.start() - 1 : match.start()]
    if before in "第统专唯万每同之几数" and before:  # zh
        return False
    following = text[match.end() : match.end() + 1]
    if numeral == "一" and not parts["inner"] and not parts["scale"]:  # zh
        return parts["unit"] == "次" and following not in "性"  # zh
    if (parts["unit"] or "") in ("点", "等", "号", "代", "连", "级", "层", "线", "字", "课", "支"):  # zh
        return False
    return not (parts["unit"] in ("方面", "位") and numeral == "一")  # zh


def _written(parts: dict[str, str | None]) -> str | None:
    """The number in Arabic digits without its scale."""
    if parts["hundredths"]:
        return _arabic(parts["han_share"] or "")
    if parts["big"] or parts["han_big"]:
        return _compound(parts["big"] or parts["han_big"] or "")
    if parts["number"]:
        return parts["number"]
    return _arabic(parts["han"] or "")


def _compound(written: str) -> str | None:
    """2亿4500万 and 三亿九千六百万 in 亿, 一万六千 in 万: as exact as the last place that is named."""
    numerals = re.sub(r"\d+", lambda found: han(int(found[0])), written)
    value = read_han(numerals)
    scale = _compound_scale(written)
    if value is None:
        return None
    decimals = f"{value % SCALES[scale]:0{len(str(SCALES[scale])) - 1}d}".rstrip("0")
    return f"{value // SCALES[scale]}" + (f".{decimals}" if decimals else "")


def _compound_scale(written: str) -> str:
    return "亿" if "亿" in written else "万"  # zh


def _arabic(written: str) -> str | None:
    if written[:1].isdigit():
        return written
    whole, point, decimals = written.partition("点")  # zh
    number = read_han(whole)
    if number is None:
        return None
    digits = [read_han(sign) for sign in decimals]
    if any(digit is None or digit > 9 for digit in digits):
        return None
    return str(number) + ("." + "".join(str(digit) for digit in digits) if point else "")


def _unit(parts: dict[str, str | None]) -> str:
    if parts["hundredths"] or parts["tenths"]:
        return PERCENT
    unit = parts["unit"] or ""
    if unit in ("人(次)", "人（次）", "人/次"):  # zh
        return "人次"  # zh
    return "个方面" if unit == "方面" else unit  # zh


def _scaled(written: str, parts: dict[str, str | None]) -> tuple[str, str]:
    """The number and a scale that core.claims reads: 3千余 is 3000余, 四成 is 40."""
    scale = parts["scale"] or ""
    if compound := parts["big"] or parts["han_big"]:
        return written, _compound_scale(compound)
    if parts["tenths"]:
        return str(Fraction(written) * 10), ""
    if scale in _SCALES:
        whole, _, decimals = written.partition(".")
        zeros = len(str(_SCALES[scale])) - 1
        if len(decimals) > zeros:
            return written, ""
        return (whole + decimals).lstrip("0") + "0" * (zeros - len(decimals)), ""
    return written, scale


def _canonical(number: str, scale: str, parts: dict[str, str | None], marker: str) -> tuple[str, str]:
    """The token as core.claims reads it, cut where the unit goes."""
    before = marker if marker in ("约", "近", "超过", "逾", "突破", "不到") else ""  # zh
    after = {"以上": "以上", "至少": "以上", "以下": "以下", "左右": "左右"}.get(marker, "")  # zh
    inner = "余" if parts["inner"] else ""  # zh
    outer = "余" if not inner and (parts["outer"] or marker == "余") else ""  # zh
    return before + number + inner + scale + outer, after
