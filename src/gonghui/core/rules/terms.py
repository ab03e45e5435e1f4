"""Exact arithmetic written down in Python and in SQL at once, with the least and the most each number can be.

A term is a fraction of two whole numbers that stays exact until it is rounded. What could leave the 64 bits a database
counts with, or be divided by nothing, is refused when it is written down; so what was written down cannot fail when it
runs, and the two languages cannot differ in how it fails.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

LARGEST = 2**63 - 1


class TooLarge(Exception):
    """A number could pass 64 bits: the least or the most it can be."""


class NoDivisor(Exception):
    """A divisor could be nothing."""


@dataclass(frozen=True)
class Atom:
    """A whole number in both languages, between two others."""

    python: str
    sql: str
    low: int
    high: int
    is_plain: bool = False
    """A name or a number, which may be written twice."""


@dataclass(frozen=True)
class Truth:
    """Yes or no, in both languages."""

    python: str
    sql: str
    is_plain: bool = False


def whole(number: int) -> Atom:
    """A number as it stands; in SQL as wide as the columns it meets."""
    if abs(number) > LARGEST:
        raise TooLarge(number)
    return Atom(f"({number})" if number < 0 else str(number), f"({number})::bigint", number, number, True)


ONE, TWO = whole(1), whole(2)


@dataclass(frozen=True)
class Term:
    """A fraction; what is below the line is always more than nothing."""

    above: Atom
    below: Atom = ONE

    @property
    def fraction(self) -> Fraction | None:
        """The number it is, where it is always the same."""
        ends = (self.above.low, self.above.high, self.below.low, self.below.high)
        return Fraction(ends[0], ends[2]) if ends[0] == ends[1] and ends[2] == ends[3] else None


def exact(number: int | Fraction) -> Term:
    """A number as it stands, whole or not."""
    return Term(whole(Fraction(number).numerator), whole(Fraction(number).denominator))


Keep = Callable[[Atom], Atom]
"""Gives what was written down a name, so that it can be written twice."""


def _made(python: str, sql: str, ends: Iterable[int]) -> Atom:
    low, high = min(ends := tuple(ends)), max(ends)
    if max(-low, high) > LARGEST:
        raise TooLarge(high if high > LARGEST else low)
    return whole(low) if low == high else Atom(python, sql, low, high)


def _both(one: Atom, sign: str, other: Atom, ends: Iterable[int]) -> Atom:
    return _made(f"({one.python} {sign} {other.python})", f"({one.sql} {sign} {other.sql})", ends)


def _sum(one: Atom, other: Atom) -> Atom:
    if not (one.low or one.high):
        return other
    return (
        one if not (other.low or other.high) else _both(one, "+", other, (one.low + other.low, one.high + other.high))
    )


def _difference(one: Atom, other: Atom) -> Atom:
    return (
        one if not (other.low or other.high) else _both(one, "-", other, (one.low - other.high, one.high - other.low))
    )


def _product(one: Atom, other: Atom) -> Atom:
    if one.low == one.high == 1:
        return other
    ends = (a * b for a in (one.low, one.high) for b in (other.low, other.high))
    return one if other.low == other.high == 1 else _both(one, "*", other, ends)


def _common(one: Term, other: Term, keep: Keep) -> tuple[Atom, Atom, Atom]:
    """What stands above in both over the same divisor, and that divisor."""
    a, b = one.below, other.below
    if a == b:
        return one.above, other.above, a
    if a.low == a.high and b.low == b.high:
        shared = lcm(a.low, b.low)
        return _product(one.above, whole(shared // a.low)), _product(other.above, whole(shared // b.low)), whole(shared)
    a, b = keep(a), keep(b)
    return _product(one.above, b), _product(other.above, a), keep(_product(a, b))


def add(one: Term, other: Term, keep: Keep) -> Term:
    """Their sum."""
    a, b, below = _common(one, other, keep)
    return Term(_sum(a, b), below)


def subtract(one: Term, other: Term, keep: Keep) -> Term:
    """What is left of the first."""
    a, b, below = _common(one, other, keep)
    return Term(_difference(a, b), below)


def multiply(one: Term, other: Term) -> Term:
    """Their product."""
    if one.fraction is not None and other.fraction is not None:
        return exact(one.fraction * other.fraction)
    return Term(_product(one.above, other.above), _product(one.below, other.below))


def divide(one: Term, other: Term, keep: Keep) -> Term:
    """The first over the second, which is never nothing."""
    if other.above.low <= 0 <= other.above.high:
        raise NoDivisor
    if one.fraction is not None and other.fraction is not None:
        return exact(one.fraction / other.fraction)
    above, below = (one.above, other.above) if other.above.low > 0 else (negative(one).above, negative(other).above)
    return Term(_product(above, other.below), keep(_product(one.below, below)))


def negative(one: Term) -> Term:
    """The same on the other side of nothing."""
    return Term(_difference(whole(0), one.above), one.below)


def compare(one: Term, sign: str, other: Term, keep: Keep) -> Truth:
    """Whether it is so; signs as in Python."""
    a, b, _ = _common(one, other, keep)
    return Truth(f"({a.python} {sign} {b.python})", f"({a.sql} {({'==': '=', '!=': '<>'}).get(sign, sign)} {b.sql})")


def extreme(one: Term, other: Term, keep: Keep, *, most: bool) -> Term:
    """The larger or the smaller of the two."""
    a, b, below = _common(one, other, keep)
    a, b = keep(a), keep(b)
    choose, sign, name = (max, ">=", "greatest") if most else (min, "<=", "least")
    python = f"({a.python} if {a.python} {sign} {b.python} else {b.python})"
    return Term(_made(python, f"{name}({a.sql}, {b.sql})", (choose(a.low, b.low), choose(a.high, b.high))), below)


def either(truth: Truth, one: Term, other: Term, keep: Keep) -> Term:
    """The first where it is so, else the second."""
    a, b, below = _common(one, other, keep)
    python = f"({a.python} if {truth.python} else {b.python})"
    sql = f"(case when {truth.sql} then {a.sql} else {b.sql} end)"
    return Term(_made(python, sql, (a.low, a.high, b.low, b.high)), below)


def segments(one: Atom, rows: Sequence[tuple[int, int]]) -> Atom:
    """Each part of a number times the rate of its segment; a segment is where it begins and its rate."""
    sums, total, last, rate = [], 0, rows[0][0], 0
    for start, next_rate in rows:
        total += (start - last) * rate
        sums.append((start, next_rate, total))
        last, rate = start, next_rate
    within = [one.low, one.high, *(start for start, _, _ in sums if one.low < start < one.high)]
    values = [_in_segments(number, sums) for number in within]
    pieces = [f"{total} + ({{0}} - {start}) * {rate}" for start, rate, total in sums]
    python = "".join(
        f"{part} if {{0}} > {start} else " for part, (start, _, _) in reversed(list(zip(pieces, sums, strict=True)))
    )
    wide = [f"{total}::bigint + ({{0}} - {start}::bigint) * ({rate})::bigint" for start, rate, total in sums]
    sql = "".join(
        f" when {{0}} > {start} then {part}" for part, (start, _, _) in reversed(list(zip(wide, sums, strict=True)))
    )
    _made("", "", [end for start, rate, total in sums for end in (total, rate * (max(one.high, start) - start))])
    return _made(f"({python}0)".format(one.python), f"(case{sql} else 0::bigint end)".format(one.sql), values)


def _in_segments(number: int, sums: Sequence[tuple[int, int, int]]) -> int:
    found = [total + (number - start) * rate for start, rate, total in sums if number > start]
    return found[-1] if found else 0


def nth(place: Atom, values: Sequence[int]) -> Atom:
    """That one of the values, the first being 1; the place is one of theirs."""
    python = "".join(f"{value} if {place.python} == {number} else " for number, value in enumerate(values[:-1], 1))
    sql = "".join(f" when {number} then ({value})::bigint" for number, value in enumerate(values, 1))
    chosen = values[place.low - 1 : place.high]
    return _made(f"({python}{values[-1]})", f"(case {place.sql}{sql} end)", (min(chosen), max(chosen)))


def rounded(one: Term, keep: Keep) -> Atom:
    """The nearest whole number, half up and away from nothing (四舍五入)."""
    if one.below == ONE:
        return one.above
    above, below = keep(one.above), keep(one.below)
    double = _product(below, TWO)
    up = _over(_sum(_product(above, TWO), below), double)
    down = _over(_difference(below, _product(above, TWO)), double)
    return _signed(above, up, down)


def floor(one: Term, keep: Keep) -> Atom:
    """The whole number that is not more."""
    if one.below == ONE:
        return one.above
    above, below = keep(one.above), keep(one.below)
    return _signed(above, _over(above, below), _over(_difference(_difference(below, ONE), above), below))


def _over(above: Atom, below: Atom) -> Atom:
    """Whole division. SQL cuts towards nothing, so this is only ever asked of what is not negative."""
    high = max(above.high, 0) // below.low
    return _made(f"({above.python} // {below.python})", f"({above.sql} // {below.sql})", (0, high))


def _signed(above: Atom, up: Atom, down: Atom) -> Atom:
    """The one where what it came from is not negative, else the other with its sign turned."""
    if above.low >= 0:
        return up
    python = f"({up.python} if {above.python} >= 0 else -{down.python})"
    sql = f"(case when {above.sql} >= 0 then {up.sql} else -{down.sql} end)"
    return _made(python, sql, (up.high if above.high >= 0 else 0, -down.high, min(0, above.high)))
