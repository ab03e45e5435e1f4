"""What a return may say: amounts, coverage, overlaps, changes that need a reason. Pure arithmetic, no tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from gonghui.core.errors import Refusal
from gonghui.core.personal import personal_numbers
from gonghui.reports.changes import Change, change
from gonghui.reports.parameters import Parameters

OWN, SUBTREE = "own", "subtree"
COVERAGES = {OWN: "本级", SUBTREE: "本级及所辖"}
QUANTITY_LARGEST = 2**31 - 1
"""A quantity is a four-byte integer in the journal."""
FEN_LARGEST = 10**15
NOTHING_WORDS = frozenset({"是", "无此项", "无", "√", "yes", "y", "true", "1", "x"})


@dataclass(frozen=True)
class Amount:
    """What a line says: one whole number, two for a ratio, or that there is no such work (无此项)."""

    number: int | None
    denominator: int | None = None
    nothing: bool = False

    @property
    def parts(self) -> tuple[int, int]:
        """The two numbers as they count; 无此项 counts as nothing."""
        return (self.number or 0, self.denominator or 0)


@dataclass(frozen=True)
class Span:
    """Where and when a line counts: one organisation or its whole subtree, for a run of days."""

    path: str
    coverage: str
    first_on: date
    last_on: date

    def covers(self, path: str) -> bool:
        """Whether the organisation at `path` is counted in it."""
        return path == self.path or (self.coverage == SUBTREE and path.startswith(self.path))


def share_organisations(one: Span, other: Span) -> bool:
    """Whether some organisation is counted in both."""
    return one.covers(other.path) or other.covers(one.path)


def share_days(one: Span, other: Span) -> bool:
    """Whether some day is counted in both."""
    return one.first_on <= other.last_on and other.first_on <= one.last_on


def clash(one: Span, other: Span, *, stock: bool) -> bool:
    """Whether two lines of one figure would count something twice.

    A level stands from its day on, so levels of different units, or of one unit with different coverage, clash
    whatever their days; one unit's levels of one coverage follow each other and clash on the same day only.
    """
    if not share_organisations(one, other):
        return False
    if not stock:
        return share_days(one, other)
    if one.path == other.path and one.coverage == other.coverage:
        return one.last_on == other.last_on
    return True


def check_amount(amount: Amount, *, title: str, ratio: bool, money: bool) -> None:
    """Refuse an amount that the figure cannot take."""
    if amount.nothing:
        if amount.number is not None or amount.denominator is not None:
            raise Refusal(
                "reports.nothing_with_number",
                "“%(title)s”同时勾了无此项又填了数：没有这项工作只勾无此项，做了但为零请填 0",
                title=title,
            )
        return
    if amount.number is None:
        raise Refusal("reports.empty", "“%(title)s”没有填数：请填整数，或勾无此项", title=title)
    largest = FEN_LARGEST if money else QUANTITY_LARGEST
    for value in (amount.number, amount.denominator or 0):
        if value < 0:
            raise Refusal("reports.negative", "“%(title)s”填了负数 %(value)s：请填 0 或正数", title=title, value=value)
        if value > largest:
            raise Refusal(
                "reports.too_large", "“%(title)s”填了 %(value)s，超出可记录的范围：请核对单位", title=title, value=value
            )
    if ratio:
        _check_ratio(amount, title)
    elif amount.denominator is not None:
        raise Refusal("reports.denominator_not_asked", "“%(title)s”不是占比，不用填总数：请清空该格", title=title)


def _check_ratio(amount: Amount, title: str) -> None:
    number, denominator = amount.number or 0, amount.denominator
    if denominator is None:
        raise Refusal(
            "reports.denominator_missing",
            "“%(title)s”是占比，要填两个整数（如填 536 和 1150）：缺总数",
            title=title,
        )
    if denominator == 0:
        raise Refusal("reports.denominator_zero", "“%(title)s”的总数是 0：没有这项请勾无此项", title=title)
    if number > denominator:
        raise Refusal(
            "reports.share_over_one",
            "“%(title)s”的分子 %(number)s 大于总数 %(denominator)s：请核对是否填反",
            title=title,
            number=number,
            denominator=denominator,
        )


def check_days(first_on: date, last_on: date, *, clock: str, on: date, parameters: Parameters, title: str) -> None:
    """Refuse days that are out of order, or not over yet on the day of entry."""
    if last_on < first_on:
        raise Refusal("reports.days_order", "“%(title)s”的起止日期颠倒：请把先后改正", title=title)
    if clock == "stock" and first_on != last_on:
        raise Refusal("reports.stock_one_day", "“%(title)s”是期末数，只填一个日期：请把起止改为同一天", title=title)
    ahead = parameters.asof_days_ahead if clock == "asof" else 0
    if last_on > on + timedelta(days=ahead):
        raise Refusal(
            "reports.days_future",
            "“%(title)s”的期间到 %(last)s 才结束，%(on)s 还不能上报：请到期后再填",
            title=title,
            last=last_on.isoformat(),
            on=on.isoformat(),
        )


def differences(levels: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Each level's signed difference to the one before it; the first one stands whole. Levels come in day order."""
    before = [(0, 0), *levels]
    return [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(before)]


@dataclass(frozen=True)
class Share:
    """What one entry of a level adds, on which day, under which path."""

    on: date
    path: str
    parts: tuple[int, int]


def shares(levels: Sequence[tuple[date, tuple[int, int]]], places: Sequence[tuple[date, str]]) -> list[list[Share]]:
    """What each level of one unit adds to the journal: its difference to the level before, and a transfer each time
    the unit was moved while the level stood: taken off the old path and put under the new one on the day of the move.

    Levels and places come in day order, a place with its first day. So the sum under a path up to any day is the
    level that stood there on that day, before and after every move.
    """
    found = []
    steps = differences([parts for _on, parts in levels])
    for n, ((on, parts), step) in enumerate(zip(levels, steps, strict=True)):
        until = levels[n + 1][0] if n + 1 < len(levels) else date.max
        here = [Share(on, [path for first_on, path in places if first_on <= on][-1], step)]
        for (_first, old), (moved_on, path) in pairwise(places):
            if on < moved_on <= until and any(parts):
                here += [Share(moved_on, old, (-parts[0], -parts[1])), Share(moved_on, path, parts)]
        found.append(here)
    return found


@dataclass(frozen=True)
class Moved:
    """How a returned number moved against the period before, and whether that asks for a reason."""

    change: Change | None
    needs_reason: bool
    unit: str = ""

    def said(self, *, english: bool = False) -> str:
        """+16.7%, −3, +1.4个百分点 or an empty text where there is nothing to compare with."""
        return self.change.signed(self.unit, english=english) if self.change is not None else ""


def moved(now: Amount, before: Amount | None, *, money: bool, ratio: bool, parameters: Parameters) -> Moved:
    """The change against the last period; small bases are compared by the absolute number (rights.md 11 d3)."""
    if before is None or now.nothing or before.nothing or now.number is None or before.number is None:
        appeared = before is not None and now.nothing != before.nothing and max(before.parts[0], now.parts[0]) > 0
        return Moved(None, appeared)
    one = 100 if money else 1
    parts, former = (now.parts, before.parts) if ratio else ((now.number,), (before.number,))
    found = change(parts, former, least=parameters.compare_least * one)
    if found is None or found.kind == "points":
        return Moved(found, found is not None and abs(found.amount) >= parameters.change_percent)
    least = parameters.change_least * one
    far = found.kind == "number" or abs(found.amount) >= parameters.change_percent
    return Moved(found, far and abs(now.number - before.number) >= least and before.number > 0, "分" if money else "")


_DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def check_text(text: str, *, where: str, parameters: Parameters, title: str = "") -> str:
    """The text trimmed; refused when too long or when it names people by number."""
    kept = "".join(c for c in text.strip() if c in "\n\t" or (c.isprintable() and c not in _DIRECTIONS))
    if len(kept) > parameters.text_longest:
        raise Refusal(
            "reports.text_long",
            "“%(title)s”的%(where)s有 %(length)s 字，最多 %(longest)s 字：请写短些"
            if title
            else "%(where)s有 %(length)s 字，最多 %(longest)s 字：请写短些",
            title=title,
            where=where,
            length=len(kept),
            longest=parameters.text_longest,
        )
    if kinds := personal_numbers(kept):
        raise Refusal(
            "reports.text_personal",
            "“%(title)s”的%(where)s里有%(kind)s：上报只收汇总数，请删去个人信息"
            if title
            else "%(where)s里有%(kind)s：上报只收汇总数，请删去个人信息",
            title=title,
            where=where,
            kind=kinds[0],
        )
    return kept
