"""What is wrong with a text before it is printed: places that name no figure, false claims, numbers typed by hand.

Errors (E_…) stand in the way of saving and of approval; warnings (W_…) are shown beside the text and decided by people.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from gonghui.core import claims, numerals
from gonghui.core.errors import Refusal
from gonghui.core.han import read_han
from gonghui.core.numerals import Style
from gonghui.core.period import Period
from gonghui.reports import comparing, wording
from gonghui.reports.changes import Way
from gonghui.reports.filling import Filled, Filling, first_text, styled, text_of
from gonghui.reports.printing import numbering
from gonghui.reports.wording import Place

_UNIT_WORDS = (
    "人次 个方面 个百分点 个月 % ％ 万元 亿元 元 人 名 家 个 件 次 项 户 场 份 条 笔 张 天 届 期 批 处 所 支"  # zh
)
UNITS = tuple(_UNIT_WORDS.split())
_OTHER_WORDS = (
    "人均 人员 人才 人大 人民 名单 名录 名称 家庭 家属 个别 个人 件均 次日 次年 项目 户均 场所 场地 份额 条件 "  # zh
    "条例 笔试 张贴 天然 元旦 期间 期末 期内 批准 处理 处于 所有 所在 支持 届时"  # zh
)
NO_UNITS = tuple(_OTHER_WORDS.split())
"""Words that begin like a unit and are none."""
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_AFTER = re.compile(rf"(?!{'|'.join(NO_UNITS)})({_UNIT})")
_NUMBER = re.compile(
    r"(?P<word>累计|约|近|超过|逾|突破|超|不到|不足)?"  # zh
    r"(?P<digits>\d(?:[\d,]*\d)?(?:\.\d+)?)\s?(?P<scale>万亿|万|亿)?(?P<yu>[余多])?"  # zh
    rf"(?P<unit>(?!{'|'.join(NO_UNITS)})(?:{_UNIT}))?(?P<after>以上|以下|左右)?"  # zh
)
_HAN = re.compile(
    rf"(?P<ordinal>第)?(?P<han>[〇零一二两三四五六七八九十百千]+)(?P<yu>[余多几])?(?P<scale>万亿|万|亿)?"  # zh
    rf"(?P<unit>(?!{'|'.join(NO_UNITS)})(?:{_UNIT}))"
)
_PERCENT_HAN = re.compile("百分之[〇零一二两三四五六七八九十百点]+")  # zh
_DATE_AFTER = re.compile(r"\s?(?:年|月|日|时|点|分钟|季度)")  # zh
_NUMBER_EN = re.compile(r"(?<![\w.])\d(?:[\d,]*\d)?(?:\.\d+)?(?:%| (?:million|billion|thousand|per cent))?")
_DATE_EN = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\s?$|"
    r"^\s?(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_YEAR_EN = re.compile(r"(?:19|20)\d\d\Z")
_BEFORE = re.compile(r"(?<![最附临邻相接])(近)$|(?<![签合预节制条])(约)$|(超过|逾|突破|不到|不足)$")  # zh
_BEHIND = re.compile(r"^(以上|以下|左右|余|多(?!种|项|次|方|元))")  # zh
_OF_WHICH = "其中"  # zh
_MOVING = re.compile(r"(?:(?:同比|环比)|(?:增长|下降|提高|降低|增加|减少)(?:了|约|近|超过)?)$")  # zh
_BRACE = re.compile(r"\{[\w@|:]*|[\w@|:]*\}", re.ASCII)


NAMES = {
    "E_MEASURE": "没有这个数字",
    "E_PERIOD": "期间不对",
    "E_UNIT": "单位写了两遍",
    "E_CLAIM": "说法不属实",
    "E_NUMBERING": "序号不对",
    "W_NUMBERING": "序号留意",
    "W_ORPHAN_NUMBER": "手写的数",
    "W_PARTS": "分项与合计不符",
    "W_BASE": "没有可比的数",
}
"""What people read for each of the dossier's marks."""


@dataclass(frozen=True)
class Finding:
    """One thing about a text: the dossier's mark, where it stands, what to do."""

    mark: str
    code: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)
    paragraph: int = 0

    @property
    def is_error(self) -> bool:
        """Whether the text cannot be approved like this."""
        return self.mark.startswith("E_")

    @property
    def name(self) -> str:
        """The mark in words."""
        return NAMES[self.mark]

    @property
    def refusal(self) -> Refusal:
        """The sentence, as faces say it."""
        return Refusal(self.code, self.message, **self.params)


def _at(number: int, mark: str, code: str, message: str, **params: object) -> Finding:
    """Something in the paragraph of this number."""
    return Finding(mark, code, message, {"paragraph": number, **params}, number)


def of_report(filling: Filling) -> list[Finding]:
    """Everything found in the report's sections, in both languages."""
    found = []
    for position in range(1, len(filling.form.sections) + 1):
        text = text_of(filling, position)
        found += of_section(filling, position, text.text, text.text_en)
    return found


def of_section(filling: Filling, position: int, text: str, text_en: str) -> list[Finding]:
    """Everything found in what somebody writes for one section; the form's own numbers are not orphans."""
    fixed = first_text(filling, position)
    found = [
        *of_text(text, filling, fixed=fixed.text),
        *of_text(text_en, filling, english=True, fixed=fixed.text_en),
    ]
    return [one for n, one in enumerate(found) if one not in found[:n]]  # what both languages say is said once


def of_text(text: str, filling: Filling, *, english: bool = False, fixed: str = "") -> list[Finding]:
    """What is wrong with a text, paragraph by paragraph."""
    found: list[Finding] = []
    for number, paragraph in enumerate(wording.paragraphs(text), 1):
        places = list(wording.places(paragraph))
        for place in places:
            found += _of_place(place, paragraph, number, filling, english=english)
        found += _open_braces(paragraph, places, number)
        if english:
            found += _orphans_en(paragraph, places, number, fixed)
        else:
            found += _orphans(paragraph, places, number, fixed)
            found += _parts(paragraph, places, number, filling)
    return found if english else [*found, *_headings(text)]


def _headings(text: str) -> Iterator[Finding]:
    """Headings typed in a section, which stand under its own: （一） then 1. then （1）."""
    for one in numbering.findings(wording.paragraphs(text), under=1):
        mark, said = ("E_NUMBERING" if one.stops else "W_NUMBERING"), one.refusal
        yield Finding(mark, said.code, said.message, said.params, one.line)


def _of_place(place: Place, paragraph: str, number: int, filling: Filling, *, english: bool) -> Iterator[Finding]:
    written = paragraph[place.start : place.end]
    if place.is_word:
        return
    filled = filling.rows.get(place.row)
    if filled is None:
        yield _no_figure(written, number)
        return
    if place.period and not _same_period(place.period, filled):
        yield _at(
            number,
            "E_PERIOD",
            "reports.text_period",
            "第 %(paragraph)s 段：“%(written)s”要的是别的期间，这份报告的数只到 %(period)s",
            written=written[:40],
            period=filled.period.label,
        )
        return
    if (way := comparing.way_of(place.style)) is not None:
        yield from _of_comparison(place, paragraph, number, filled, way)
        return
    if place.style and (wrong := _wrong_style(place, filled, number, written)) is not None:
        yield wrong
        return
    if not english and filled.is_known:
        yield from _around(place, paragraph, number, styled(filled, place.style))


def _of_comparison(place: Place, paragraph: str, number: int, filled: Filled, way: Way) -> Iterator[Finding]:
    """Words of change before one that says its own, a unit after it, and one that has nothing to be compared with."""
    written = paragraph[place.start : place.end]
    lead, unit = _MOVING.search(paragraph[: place.start]), _AFTER.match(paragraph[place.end :].lstrip())
    if lead is not None or unit is not None:
        yield _at(
            number,
            "E_CLAIM",
            "reports.text_change",
            "第 %(paragraph)s 段：“%(written)s”自己会写出同比或环比、增减和单位，旁边不要再写“%(words)s”",
            written=written[:40],
            words=lead[0] if lead else unit[0] if unit else "",
        )
    found = next((one for one in filled.comparisons if one.way == way), None)
    if found is not None and found.change is None:
        yield _at(
            number,
            "W_BASE",
            "reports.text_base",
            "第 %(paragraph)s 段：“%(written)s”没有可比的数，会印成“%(printed)s”",
            written=written[:40],
            printed=found.printed,
        )


def _open_braces(paragraph: str, places: Sequence[Place], number: int) -> Iterator[Finding]:
    """Braces that nobody closed or opened: they would be printed as they are."""
    for match in _BRACE.finditer(_blanked(paragraph, places)):
        yield _no_figure(match[0].strip(), number)


def _no_figure(written: str, number: int) -> Finding:
    return _at(
        number,
        "E_MEASURE",
        "reports.text_measure",
        "第 %(paragraph)s 段：“%(written)s”不是这份报告的数字，请从右边的列表里选",
        written=written[:40],
    )


def _same_period(asked: str, filled: Filled) -> bool:
    try:
        return Period.parse(asked) == filled.period
    except Refusal:
        return False


def _wrong_style(place: Place, filled: Filled, number: int, written: str) -> Finding | None:
    try:
        if filled.is_known:
            numerals.printed(filled.value.total, filled.row.unit, Style.read(place.style), clock=filled.figure.clock)
        else:
            Style.read(place.style)
    except Refusal as refusal:
        false = refusal.code == "numerals.claim_false"
        return _at(
            number,
            "E_CLAIM" if false else "E_MEASURE",
            "reports.text_claim" if false else "reports.text_style",
            "第 %(paragraph)s 段：“%(written)s”与实际值 %(exact)s 不符，请改写"
            if false
            else "第 %(paragraph)s 段：“%(written)s”的印法不能用于 %(exact)s，请用 int、wan1、yi2、pct1、over:2000 等",
            written=written[:40],
            exact=_exact(filled),
        )
    return None


def _around(place: Place, paragraph: str, number: int, filled: Filled) -> Iterator[Finding]:
    """A unit written after the number, and words before and after it that say more than it does."""
    before, after = paragraph[: place.start].rstrip(), paragraph[place.end :].lstrip()
    if (unit := _AFTER.match(after)) is not None:
        yield _at(
            number,
            "E_UNIT",
            "reports.text_unit",
            "第 %(paragraph)s 段：“%(printed)s”已带计量单位，后面不能再写“%(unit)s”",
            printed=filled.printed,
            unit=unit[1],
        )
    lead, tail = _BEFORE.search(before), _BEHIND.match(after)
    if lead is None and tail is None:
        return
    words = (lead[0] if lead else "") + filled.printed + (tail[0] if tail else "")
    try:
        true = claims.holds(words, filled.value.total)
    except Refusal:
        true = False
    if not true:
        yield _at(
            number,
            "E_CLAIM",
            "reports.text_claim",
            "第 %(paragraph)s 段：“%(written)s”与实际值 %(exact)s 不符，请改写",
            written=words,
            exact=_exact(filled),
        )


def _exact(filled: Filled) -> str:
    return numerals.exact(filled.value.total, filled.figure.unit) if filled.is_known else filled.printed


# Numbers typed by hand ------------------------------------------------------------------------------------------


def _blanked(paragraph: str, places: Sequence[Place]) -> str:
    """The paragraph with its placeholders blanked out, every sign where it was."""
    for place in places:
        paragraph = paragraph[: place.start] + "\ufffc" * (place.end - place.start) + paragraph[place.end :]
    return paragraph


def typed_numbers(text: str) -> list[tuple[int, str]]:
    """The numbers in Chinese text that are no date and no ordinal, with their places."""
    found = []
    for match in _NUMBER.finditer(text):
        ordinal = text[: match.start()].endswith("第")  # zh
        is_date = not match["unit"] and not match["scale"] and _DATE_AFTER.match(text[match.end() :]) is not None
        if not ordinal and not is_date:
            found.append((match.start(), match[0].strip()))
    for match in _HAN.finditer(text):
        if match["ordinal"] or (match["han"] == "一" and not match["yu"] and not match["scale"]):  # zh
            continue
        if read_han(match["han"]) is not None:
            found.append((match.start(), match[0]))
    found += [(match.start(), match[0]) for match in _PERCENT_HAN.finditer(text)]
    return sorted(found)


def _orphans(paragraph: str, places: Sequence[Place], number: int, fixed: str) -> Iterator[Finding]:
    own = {words for _at, words in typed_numbers(wording.PLACE.sub("\ufffc", fixed))}
    for _at, words in typed_numbers(_blanked(paragraph, places)):
        if words not in own:
            yield _orphan(words, number)


def _orphans_en(paragraph: str, places: Sequence[Place], number: int, fixed: str) -> Iterator[Finding]:
    own = set(_NUMBER_EN.findall(wording.PLACE.sub("\ufffc", fixed)))
    text = _blanked(paragraph, places)
    for match in _NUMBER_EN.finditer(text):
        near = _DATE_EN.search(text[: match.start()][-12:]) or _DATE_EN.search(text[match.end() :][:12])
        if match[0] not in own and not near and not _YEAR_EN.match(match[0]):
            yield _orphan(match[0], number)


def _orphan(words: str, number: int) -> Finding:
    return _at(
        number,
        "W_ORPHAN_NUMBER",
        "reports.text_orphan",
        "第 %(paragraph)s 段：“%(written)s”是手写的数，背后没有记录；能用列表里的数字就换成它",
        written=words[:40],
    )


# Parts and their total ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Said:
    """A number a sentence names: its unit and the values its words allow, in the figure's own units."""

    at: int
    unit: str
    lower: Fraction
    upper: Fraction
    words: str


def _said(paragraph: str, places: Sequence[Place], filling: Filling) -> list[_Said]:
    """The numbers of a paragraph in order: live ones exact, typed ones within what their words allow."""
    found = []
    for place in places:
        filled = filling.rows.get(place.row)
        if filled is not None and filled.is_known and len(filled.value.whole) == 1:
            value = Fraction(filled.value.whole[0])
            unit = "元" if filled.figure.is_money else filled.figure.unit
            found.append(_Said(place.start, unit, value, value, filled.printed))
    for at, words in typed_numbers(_blanked(paragraph, places)):
        try:
            claim = claims.parse(words)
        except Refusal:
            continue
        if claim.unit and claim.unit != "%" and claim.lower is not None and claim.upper is not None:
            found.append(_Said(at, claim.unit, claim.lower, claim.upper, words))
    return sorted(found, key=lambda one: one.at)


def _parts(paragraph: str, places: Sequence[Place], number: int, filling: Filling) -> Iterator[Finding]:
    """After 其中 come parts of the number before it, up to the end of the sentence; two or more add up to it."""
    numbers = _said(paragraph, places, filling)
    for match in re.finditer(_OF_WHICH, paragraph):
        before = [one for one in numbers if one.at < match.start()]
        end = paragraph.find("。", match.end())
        end = end if end >= 0 else len(paragraph)
        if not before:
            continue
        total = before[-1]
        parts = [one for one in numbers if match.end() <= one.at < end and one.unit == total.unit]
        if not parts:
            continue
        least, most = sum(one.lower for one in parts), sum(one.upper for one in parts)
        too_many = least > total.upper
        too_few = len(parts) > 1 and most < total.lower
        if too_many or too_few:
            yield _at(
                number,
                "W_PARTS",
                "reports.text_parts",
                "第 %(paragraph)s 段：“其中”后面的 %(parts)s 合起来与 %(total)s 对不上，请核对",
                parts="、".join(one.words for one in parts),
                total=total.words,
            )
