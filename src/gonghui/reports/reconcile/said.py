"""What the result says, in the reader's language: how a printed number is read, and why another is left over."""

from fractions import Fraction

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gonghui.core import numerals
from gonghui.core.figures import FIGURES
from gonghui.reports.filling import Filled
from gonghui.reports.reconcile import aside, joining, reading, tokens
from gonghui.reports.reconcile.against import (
    AGREES,
    DIFFERS,
    HIDDEN,
    NOT_IN_FORM,
    TWICE,
    UNKNOWN,
    Held,
    Reconciled,
    Unmatched,
)
from gonghui.reports.reconcile.tokens import DATE, PHRASE

SIGNS = {AGREES: "✓", DIFFERS: "✗", UNKNOWN: "?", HIDDEN: "—"}


def is_english() -> bool:
    """Whether the reader's language is English."""
    return (get_language() or "").startswith("en")


def verdict(held: Held) -> str:
    """Whether the books support the printed number, in a word or two."""
    return {
        AGREES: _("与台账相符"),
        DIFFERS: _("与台账不符"),
        UNKNOWN: _("台账没有数"),
        HIDDEN: _("不显示"),
    }[held.verdict]


def why(held: Held) -> str:
    """What the printed number allows, at the precision it is printed with and by its marker's rule."""
    if held.verdict == HIDDEN:
        return _("小于 10，只对本单位显示")
    low, high = number(held.lower, held.unit), number(held.upper, held.unit)
    if exactly := _exactly(held):
        return _("印的是 %(low)s，不多不少") % {"low": exactly}
    match _rule(held):
        case "yu":
            return _("“余”：多于 %(low)s，不到 %(high)s") % {"low": low, "high": high}
        case "above":
            return _("“以上”：不少于 %(low)s") % {"low": low}
        case "below":
            return _("“以下”：不超过 %(high)s") % {"high": high}
        case "near":
            return _("“近”：从 %(low)s 起，不到 %(high)s") % {"low": low, "high": high}
        case "about":
            return _("“约”：%(low)s 到 %(high)s") % {"low": low, "high": high}
        case "over":
            return _("“超过”：多于 %(low)s，不超过 %(high)s") % {"low": low, "high": high}
        case tokens.RANGE:
            return _("范围：从 %(low)s 到 %(high)s") % {"low": low, "high": high}
        case "under":
            return _("“不到”：少于 %(high)s") % {"high": high}
    return _("四舍五入后印成这样的数，从 %(low)s 到 %(high)s") % {"low": low, "high": high}


def _exactly(held: Held) -> str:
    """The one value the words allow: 100%, or a count printed to the last one."""
    if held.lower is None or held.upper is None or _rule(held):
        return ""
    is_count = held.unit not in ("%", "元")  # zh
    if held.upper - held.lower > (1 if is_count else 0):
        return ""
    return number((held.lower + held.upper) / 2, held.unit)


def _rule(held: Held) -> str:
    figure = held.filled.figure
    return held.token.claim("元" if figure.is_money else "%" if figure.is_ratio else "").marker  # zh


def number(size: Fraction | None, unit: str) -> str:
    """A bound in the printed value's unit, grouped, without decimals that it does not need."""
    if size is None:
        return ""
    whole, _point, decimals = f"{float(round(size, 4)):,.4f}".partition(".")
    written = f"{whole}.{decimals.rstrip('0')}".rstrip(".")
    if unit == "%":
        return f"{written}%"
    if unit == "元":  # zh
        return f"CNY {written}" if is_english() else f"{written} 元"  # zh
    return written


def computed(held: Held) -> str:
    """What the books come to, to the last digit; the words of the report where there is no number."""
    if held.verdict == HIDDEN:
        return "—"
    return exact(held.filled) if held.agrees is not None else held.filled.said(english=is_english())


def exact(filled: Filled) -> str:
    """The row's value to the last digit."""
    if is_english():
        return numerals.exact_en(filled.value.total, filled.figure.unit, unit_en=filled.row.unit_en)
    return numerals.exact(filled.value.total, filled.figure.unit)


def why_left(one: Unmatched) -> str:
    """Why a number was joined to no figure."""
    if one.figure:
        title = _(FIGURES[one.figure].title)
        if one.why == TWICE:
            return _("是“%(title)s”，报告里有几行问它，分不清是哪一行") % {"title": title}
        if one.why == aside.CHANGE:
            return _("是“%(title)s”的增减幅度，不是本期数") % {"title": title}
        if one.why == aside.PART:
            return _("是“%(title)s”里的一部分") % {"title": title}
        return _("是“%(title)s”，这份报告不印这个数") % {"title": title}
    return {
        DATE: _("日期"),
        PHRASE: _("固定说法、序号或号码"),
        joining.NEAR: _("与另一个数或另一项同样像，不敢对"),
        reading.NOWHERE: _("旁边的字对不上报告里的任何一项"),
        aside.CHANGE: _("是增减幅度，不是本期数"),
        aside.PAST: _("是往期的数"),
        aside.PLAN: _("是计划或目标"),
        aside.RATE: _("是人均、单笔或限额"),
        aside.ELSEWHERE: _("是别的单位的数"),
        NOT_IN_FORM: "",
    }.get(one.why, one.why)


def summary(done: Reconciled) -> str:
    """How many numbers were held against the books, and how that went."""
    said = _("对上 %(all)s 个数：%(good)s 个相符，%(bad)s 个不符") % {
        "all": len(done.figures),
        "good": done.count(AGREES),
        "bad": done.count(DIFFERS),
    }
    if unknown := done.count(UNKNOWN):
        said += _("，%(n)s 个台账没有数") % {"n": unknown}
    if hidden := done.count(HIDDEN):
        said += _("，%(n)s 个不显示") % {"n": hidden}
    return said + _("；%(n)s 处没有对上") % {"n": len(done.unmatched)}


def as_text(done: Reconciled) -> str:
    """The result for a terminal."""
    lines = [summary(done), ""]
    for held in done.figures:
        title = _(held.filled.figure.title)
        lines.append(f"{SIGNS[held.verdict]} {held.filled.row.id:<4} {title}: {held.token.text} | {computed(held)}")
        if held.agrees is False:
            lines.append(f"       {verdict(held)}: {why(held)}")
    if done.unmatched:
        lines += ["", _("没有对上的：")]
        lines += [f"  {one.place.line}:{one.place.column}  {one.token.text}  {why_left(one)}" for one in done.unmatched]
    return "\n".join(lines)
