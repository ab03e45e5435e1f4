"""Numbers that are not the period's figure although its words stand beside them: changes, plans, shares of a place."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from gonghui.reports.reconcile.passage import Passage
from gonghui.reports.reconcile.tokens import PERCENT, Token

CHANGE, PAST, PLAN, RATE, ELSEWHERE, PART = "change", "past", "plan", "rate", "elsewhere", "part"
_MOVED_BY = r"(?:了|约|近|超过|幅度?|达|为|到)*\Z"  # zh
_MOVE = r"(?:净?增长?加?|上升|提高|提升|下降|减少|降低|多出?|少了?|降|翻番?|扩大|增幅|降幅)" + _MOVED_BY  # zh
_COMPARED = re.compile(rf"(?:同比|环比|[较比]|相比)[^，。；]{{0,14}}?{_MOVE}")  # zh
_BARE_CHANGE = re.compile(
    r"(?:同比|环比|[较比](?:去年|上年|上期)?(?:同期|年同期)?|相比|净?增长?加?|增幅|降幅|幅度|上升|提高"  # zh
    r"|提升|下降|减少|降|[多少]出?|了|约|近|超过|达到?|[为是])*"  # zh
)
_MOVED = re.compile(r"(?:增长|增幅|降幅|下降|上升|提高|提升|增加|减少)(?:了|约|近|超过|达|为)*\Z")  # zh
_PAST = re.compile(r"(?:去年|上年|前年|往年|上期|同期)(?:全年|[上下]半年|[一二三四1-4]季度)?")  # zh
_NOW = re.compile(r"今年|本年|上半年|下半年|季度|截至|目前|本期")  # zh
_THAN = re.compile(r"[比较与同](?:去年|上年|前年|往年|上期)?(?:全年|年?同期|同比)?")  # zh
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?=年)")  # zh
_PLAN = re.compile(
    r"力争|争取(?:在|到|新|再|全年|年底|今年|完成|实现)|目标(?:是|为)|预计|年底前|到年底"  # zh
    r"|年内[要将再]|全年[将再要]|将再|将新|将达"  # zh
    r"|(?<!保障)(?<!互助)(?<!帮扶)计划(?:到|在|新|再|发展|建|完成|投入|年内|全年)"  # zh
)
_RATE = re.compile(
    r"人均|户均|平均|每(?:人|家|户|个|年|项|件|名|位|月|天)|最高|最低|封顶|限额|上限|单笔|单个|标准为?\Z"  # zh
)
_PLACE = re.compile(r"其中[^，。；、]{0,6}?(?:区|街道|镇|乡|集团|公司|局)")  # zh
_OPENS = re.compile(r"(?:[，：,（]|其中|仅|如|以)\Z")  # zh


@dataclass(frozen=True)
class Around:
    """What the report speaks of: its years, and the names of other unions that are not its subject."""

    years: frozenset[int] = frozenset()
    elsewhere: tuple[str, ...] = ()


def why_not(passage: Passage, token: Token, around: Around, *, plans: bool = False) -> str:
    """Why the number is not a figure of the period, or nothing; `plans` where a plan is what is counted."""
    text = passage.text
    start = passage.clause_start(token.start)
    clause = text[start : token.start]
    if "百分点" in token.unit or token.unit == "倍" or _COMPARED.search(clause):  # zh
        return CHANGE
    if token.unit == PERCENT and _MOVED.search(clause):
        return CHANGE
    if _is_past(text[passage.sentence_start(token.start) : token.start]) or _is_other_year(clause, around.years):
        return PAST
    if not plans and _PLAN.search(text[passage.sentence_start(token.start) : token.start]):
        return PLAN
    if _RATE.search(clause):
        return RATE
    sentence = text[passage.sentence_start(token.start) : passage.clause_end(token.end)]
    if _PLACE.search(sentence) or _names(sentence, around.elsewhere):
        return ELSEWHERE
    return ""


def _is_past(sentence: str) -> bool:
    """Whether the last time the sentence names is an earlier one; 比去年同期 only compares."""
    told = _THAN.sub("", sentence)
    past = [found.end() for found in _PAST.finditer(told)]
    now = [found.end() for found in _NOW.finditer(told)]
    return bool(past) and (not now or now[-1] <= past[-1])  # 去年上半年 is past


def _is_other_year(clause: str, years: Collection[int]) -> bool:
    named = [int(year) for year in _YEAR.findall(clause)]
    return bool(years and named) and not any(year in years for year in named)


def _names(sentence: str, names: tuple[str, ...]) -> bool:
    """Whether another union, or several in a row, begin a clause and so are its subject; 在 … 试点 and … 等 are not."""
    for run in _runs_of(names).finditer(sentence) if names else ():
        opens = run.start() == 0 or _OPENS.search(sentence[: run.start()])
        if opens and not sentence.startswith("等", run.end()):  # zh
            return True
    return False


@cache
def _runs_of(names: tuple[str, ...]) -> re.Pattern[str]:
    one = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?:{one})(?:[、和与及](?:{one}))*")  # zh


def is_part(passage: Passage, token: Token) -> bool:
    """Whether the number stands after 其中 in its sentence."""
    return "其中" in passage.text[passage.sentence_start(token.start) : token.start]  # zh


def is_bare_change(passage: Passage, token: Token) -> bool:
    """Whether the number's clause names nothing of its own: 同比增长12% goes with the number before it."""
    return _BARE_CHANGE.fullmatch(passage.text, passage.clause_start(token.start), token.start) is not None
