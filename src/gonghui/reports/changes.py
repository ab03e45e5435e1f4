"""How a number moved: in percent of what it was, in percentage points of a share, or by the number alone.

Pure arithmetic. The difference is taken between exact values and rounded once, when it is printed.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from gonghui.core import numerals

Way = Literal["yoy", "pop"]
WAYS: tuple[Way, ...] = ("yoy", "pop")
"""Against the same days a year before (同比), and against as many days before these (环比)."""

_VERBS = {
    "percent": (("增长", "up"), ("下降", "down")),  # zh
    "points": (("提高", "up"), ("降低", "down")),  # zh
    "number": (("增加", "more"), ("减少", "fewer")),  # zh
}


@dataclass(frozen=True)
class Change:
    """An exact difference: percent of the base, percentage points of a share, or so many of the figure's own unit."""

    kind: Literal["percent", "points", "number"]
    amount: Fraction

    @property
    def verb(self) -> tuple[str, str]:
        """Which way it went, in both languages."""
        return _VERBS[self.kind][self.amount < 0]

    def size(self, unit: str = "", *, unit_en: str = "", english: bool = False) -> str:
        """How large it is, without its sign: 16.7%, 1.4个百分点, 3家. What is not nought never prints as 0%."""
        size = abs(self.amount)
        if self.kind == "number":
            number = int(size)
            if english:
                return numerals.printed_en(number, unit, "auto", unit_en=unit_en if unit else "|")
            return numerals.printed(number, unit, "auto")
        share = (size.numerator, size.denominator * 100)
        if self.kind == "percent":
            return numerals.printed_en(share, "%", "pct1") if english else numerals.printed(share, "%", "pct1")
        if english:
            said = numerals.printed_en(share, "%", "pct1").replace("%", "")
            return f"{said} percentage point{'' if said == '1' else 's'}"
        return numerals.printed(share, "%", "pct1").replace("%", "个百分点")  # zh

    def signed(self, unit: str = "", *, unit_en: str = "", english: bool = False) -> str:
        """As a column shows it: +16.7%, −1.4个百分点, +3家, or that it is the same."""
        if not self.amount:
            return "no change" if english else "持平"  # zh
        return f"{'+' if self.amount > 0 else '−'}{self.size(unit, unit_en=unit_en, english=english)}"


def change(now: tuple[int, ...], base: tuple[int, ...], *, least: int) -> Change | None:
    """The change from one value to another; nothing where a share has no whole.

    Shares are compared in points, never in percent of percent. A base below `least` says nothing in percent.
    """
    if len(now) == 2:
        if not now[1] or not base[1]:
            return None
        return Change("points", Fraction(now[0] * 100, now[1]) - Fraction(base[0] * 100, base[1]))
    difference = now[0] - base[0]
    if base[0] < max(least, 1):
        return Change("number", Fraction(difference))
    return Change("percent", Fraction(difference * 100, base[0]))
