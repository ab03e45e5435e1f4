"""Holds a published text against the books: each printed number beside what the journal comes to.

The numbers are joined first, by words alone; only then is anything computed, so that no join can know a value.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gonghui.core.figures import FIGURES
from gonghui.core.period import Period
from gonghui.reports.filling import Filled
from gonghui.reports.reconcile import tokens
from gonghui.reports.reconcile.aside import Around
from gonghui.reports.reconcile.incoming import fit, no_numbers
from gonghui.reports.reconcile.reading import Left, Reading, read
from gonghui.reports.reconcile.repair import Lines
from gonghui.reports.reconcile.tokens import Token
from gonghui.reports.reconcile.words import Words, named, words_of
from gonghui.reports.report_forms import Form
from gonghui.spine.organisations.models import Organisation

AGREES, DIFFERS, UNKNOWN, HIDDEN = "agrees", "differs", "unknown", "hidden"
NOT_IN_FORM, TWICE = "not_in_form", "twice"
MONEY, PERCENT = "元", "%"  # zh
LEAST_NAME = 5  # 服务工会 is also an ordinary word, 交通运输工会 is not


@dataclass(frozen=True)
class Place:
    """Where a number stands in the text as given: offsets, and line and column from one."""

    start: int
    end: int
    line: int
    column: int


@dataclass(frozen=True)
class Held:
    """One printed number, the row it was joined to, and whether the books support it."""

    token: Token
    place: Place
    filled: Filled
    verdict: str
    lower: Fraction | None = None
    upper: Fraction | None = None

    @property
    def unit(self) -> str:
        """The unit the printed value is in."""
        figure = self.filled.figure
        return MONEY if figure.is_money else PERCENT if figure.is_ratio else self.token.unit or self.filled.row.unit

    @property
    def agrees(self) -> bool | None:
        """True or false where both numbers are known."""
        return {AGREES: True, DIFFERS: False}.get(self.verdict)

    @property
    def computed(self) -> Fraction | None:
        """What the books come to, in the printed value's unit, where the reader may know it."""
        return _size(self.filled) if self.agrees is not None else None


@dataclass(frozen=True)
class Unmatched:
    """A number, date or phrase that was not joined, and why."""

    token: Token
    place: Place
    why: str
    figure: str = ""


@dataclass(frozen=True)
class Reconciled:
    """The whole text held against one report."""

    text: str
    figures: list[Held]
    unmatched: list[Unmatched]

    def count(self, verdict: str) -> int:
        """How many printed numbers have this verdict."""
        return sum(held.verdict == verdict for held in self.figures)


def read_for(text: str, form: Form, organisation: Organisation, period: Period) -> Reading:
    """The text joined to the catalogue, for a report of these years and this union; refused without any number."""
    reading = read(fit(text), catalogue(form), _around(organisation, period))
    if not reading.tokens:
        raise no_numbers()
    return reading


def catalogue(form: Form) -> list[Words]:
    """The words of every figure of the form, and of all others that words.toml knows: they take what is theirs."""
    names = sorted({row.figure.name for row in form.rows} | (named() & FIGURES.keys()))
    found = (FIGURES[name] for name in names)
    return [words_of(one.name, one.title, one.unit, one.clock, is_ratio=one.is_ratio) for one in found]


def held_against(reading: Reading, rows: Iterable[Filled], hidden: Collection[str] = ()) -> Reconciled:
    """A reading beside filled rows; a figure that no row binds, or more than one, is left unmatched."""
    given = reading.mended.given
    lines = Lines.of(given)
    filled = list(rows)
    bound = Counter(one.figure.name for one in filled)
    by_figure = {one.figure.name: one for one in filled}
    held, unmatched = [], []
    for joined in reading.joined:
        place = _place(reading, joined.token, lines)
        if bound[joined.figure] != 1:
            why = TWICE if bound[joined.figure] else NOT_IN_FORM
            unmatched.append(Unmatched(joined.token, place, why, joined.figure))
        else:
            row = by_figure[joined.figure]
            held.append(_held(joined.token, place, row, is_hidden=row.row.id in hidden))
    unmatched += [
        Unmatched(left.token, _place(reading, left.token, lines), left.why, left.of) for left in _told(reading.left)
    ]
    return Reconciled(given, held, sorted(unmatched, key=lambda one: one.place.start))


def _told(left: Iterable[Left]) -> Iterable[Left]:
    return (one for one in left if one.token.kind != tokens.LIST)


def _place(reading: Reading, token: Token, lines: Lines) -> Place:
    start, end = reading.mended.span(token.start, token.end)
    return Place(start, end, *lines.place(start))


def _held(token: Token, place: Place, filled: Filled, *, is_hidden: bool) -> Held:
    figure = filled.figure
    claim = token.claim(MONEY if figure.is_money else PERCENT if figure.is_ratio else "", filled.row.style.rounding)
    scale = Fraction(1, 100) if figure.is_money else 100 if figure.is_ratio else 1
    lower = None if claim.lower is None else claim.lower * scale
    upper = None if claim.upper is None else claim.upper * scale
    if is_hidden:
        verdict = HIDDEN
    elif _size(filled) is None:
        verdict = UNKNOWN
    else:
        verdict = AGREES if claim.holds(filled.value.total) else DIFFERS
    return Held(token, place, filled, verdict, lower, upper)


def _size(filled: Filled) -> Fraction | None:
    """The computed value in yuan, percent or ones; nothing where there is none."""
    if not filled.is_known:
        return None
    whole = filled.value.whole
    if len(whole) == 2:
        return Fraction(100 * whole[0], whole[1]) if whole[1] else None
    return Fraction(whole[0], 100 if filled.figure.is_money else 1)


def _around(organisation: Organisation, period: Period) -> Around:
    """The years of the report, and the unions of district rank that are neither it nor above it."""
    others = Organisation.objects.filter(level__in=("district", "industry")).exclude(pk=organisation.pk).order_by("id")
    names = (
        name
        for name, level, path in others.values_list("short_name", "level", "path")[:400]
        if len(name) >= (2 if level == "district" else LEAST_NAME) and not organisation.path.startswith(path)
    )
    return Around(frozenset(range(period.first.year, period.last.year + 1)), tuple(names))


# For other programs ---------------------------------------------------------------------------------------------


def as_json(done: Reconciled) -> dict[str, Any]:
    """The result as plain values: `value` and `computed` in yuan, percent or ones."""
    return {
        "figures": [
            {
                "text": held.token.text,
                "value": _plain(held.token.value),
                **({"from": _plain(held.token.least.value)} if held.token.least else {}),
                "unit": held.unit,
                "marker": held.token.marker or ("累计" if held.token.cumulative else ""),  # zh
                "row": held.filled.row.id,
                "figure": held.filled.figure.name,
                "computed": _plain(held.computed),
                "agrees": held.agrees,
                "line": held.place.line,
                "column": held.place.column,
            }
            for held in done.figures
        ],
        "unmatched": [
            {
                "text": one.token.text,
                "kind": one.token.kind,
                "why": one.why,
                "line": one.place.line,
                "column": one.place.column,
                **({"figure": one.figure} if one.figure else {}),
            }
            for one in done.unmatched
        ],
    }


def _plain(value: Fraction | None) -> int | float | None:
    """A whole number, or one with at most six decimals."""
    if value is None or value.denominator == 1:
        return None if value is None else int(value)
    return float(round(value, 6))
