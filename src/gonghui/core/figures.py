"""A figure is a declared question asked of the journal; its value is a fold of entries and nothing else.

Every figure also folds what organisations returned for it (`reports.figure_returned`), so a report is whole before
a programme runs on the platform. value = recorded + returned, part by part for ratios.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from gonghui.core import answers
from gonghui.core.answers import Sum, Units
from gonghui.core.models import EntryQuerySet
from gonghui.core.period import Period

Clock = Literal["flow", "stock", "asof"]
RETURNED_KIND = "reports.figure_returned"
CLOCKS = {"flow": "期间发生", "stock": "期末存量", "asof": "截至指定日"}


@dataclass(frozen=True)
class Fold:
    """How entries of one kind become a number; a ratio folds two lists."""

    way: Literal["count", "total", "distinct", "balance", "ratio"]
    kind: str | None = None
    column: Literal["entries", "quantity", "amount_fen"] = "entries"
    where: tuple[tuple[str, str | bool], ...] = ()
    parts: tuple["Fold", ...] = ()
    heads: bool = False
    """Of a distinct fold: subjects whose ids have one head (`facts.HEAD_BITS`) are one."""


def count(fact: type[Any], **where: str | bool) -> Fold:
    """How many times the fact happened, reversals taken off."""
    return Fold("count", fact.kind, "entries", tuple(sorted(where.items())))


def total(fact: type[Any], column: str, **where: str | bool) -> Fold:
    """The sum of the fact's quantity or amount."""
    return Fold("total", fact.kind, _column(fact, column), tuple(sorted(where.items())))


def distinct(fact: type[Any], *, heads: bool = False, **where: str | bool) -> Fold:
    """How many different subjects the fact happened to; read from the rows.

    With `heads`, how many different heads of their ids: whose records they are. Such a fact's quantity says by how
    much it happened, less than nothing where it was taken back.
    """
    return Fold("distinct", fact.kind, "entries", tuple(sorted(where.items())), heads=heads)


def balance(fact: type[Any], column: str, **where: str | bool) -> Fold:
    """The level at the end of the period: the sum of all signed differences up to it."""
    return Fold("balance", fact.kind, _column(fact, column), tuple(sorted(where.items())))


def ratio(numerator: Fold, denominator: Fold) -> Fold:
    """Two whole numbers; the ratio of sums, never a sum or mean of ratios."""
    return Fold("ratio", parts=(numerator, denominator))


def returned(way: Literal["count", "total", "distinct", "balance", "ratio"]) -> Fold:
    """A fold for a figure that is only returned so far: nothing is recorded on the platform yet."""
    return Fold(way)


def _column(fact: type[Any], column: str) -> Literal["quantity", "amount_fen"]:
    if column == fact.amount_field:
        return "amount_fen"
    if column == fact.quantity_field:
        return "quantity"
    raise ValueError(f"{fact.kind} has no number {column}")


@dataclass(frozen=True)
class Value:
    """What a figure comes to: recorded and returned apart, one number each or (numerator, denominator)."""

    recorded: tuple[int, ...]
    returned: tuple[int, ...]

    @property
    def whole(self) -> tuple[int, ...]:
        """Recorded plus returned, element by element."""
        return tuple(a + b for a, b in zip(self.recorded, self.returned, strict=True))

    @property
    def total(self) -> int | tuple[int, int]:
        """The number itself, or the two whole numbers of a ratio."""
        whole = self.whole
        return whole[0] if len(whole) == 1 else (whole[0], whole[1])


@dataclass(frozen=True, eq=False)
class Figure:
    """A declared question: name, title, unit, clock, meaning and fold. Declaring it registers it."""

    name: str
    title: str
    unit: str
    clock: Clock
    meaning: str
    fold: Fold = field(repr=False)
    sensitive: bool = False
    high: bool = False
    """Whether its recorded entries are kept at district rank: below, where the programme runs, it says nothing."""
    returned_by: Literal["any", "city"] = "any"
    version: int = 1
    """Counted up when what is counted changes; a filed report keeps the definition it was filed under."""

    def __post_init__(self) -> None:
        if self.name in FIGURES:
            raise ValueError(f"figure {self.name} is declared twice")
        FIGURES[self.name] = self

    @property
    def is_ratio(self) -> bool:
        """Whether the figure is two whole numbers."""
        return self.fold.way == "ratio"

    @property
    def is_money(self) -> bool:
        """Whether the figure is a sum of money in fen."""
        return self.unit == "分"

    @property
    def is_distinct(self) -> bool:
        """Whether different returns may have counted the same subject twice."""
        return self.fold.way == "distinct"

    @property
    def app(self) -> str:
        """The folder of work that answers for the figure."""
        return self.name.split(".")[0]

    def value(self, path: str, period: Period, cut: int | None = None) -> Value:
        """The figure for the subtree at `path`, now or at a cut."""
        return answer([Ask(self, path, period)], cut)[0]


FIGURES: dict[str, Figure] = {}
"""Every declared figure by name."""


@dataclass(frozen=True)
class Ask:
    """One figure, for one subtree, for one period; `paths` where an organisation stood at more than one.

    With `units` the figure is theirs, whatever paths they stood at.
    """

    figure: Figure
    path: str
    period: Period
    paths: tuple[str, ...] = ()
    units: Units | None = None


def _sums(ask: Ask) -> list[Sum]:
    """The plain sums an ask is made of: recorded parts first, then returned parts."""
    figure = ask.figure
    folds = (figure.fold.parts or (figure.fold, figure.fold)) if figure.is_ratio else (figure.fold,)
    sums = [_sum(ask, fold) for fold in folds]
    column: Literal["quantity", "amount_fen"] = "amount_fen" if figure.is_money else "quantity"
    for part in ("numerator", "denominator") if figure.is_ratio else ("",):
        facts = (("figure", figure.name), ("part", part))
        sums.append(_sum(ask, Fold("total", RETURNED_KIND, column, facts)))
    return sums


def _sum(ask: Ask, fold: Fold) -> Sum:
    first = None if ask.figure.clock == "stock" else ask.period.first
    way = (fold.kind, fold.where, fold.column, fold.way == "distinct")
    return Sum(*way, ask.path, first, ask.period.last, ask.paths, ask.units, fold.heads)


def answer(asks: Sequence[Ask], cut: int | None = None) -> list[Value]:
    """The values of many asks: whole months of additive figures in one round trip, the rest from the rows."""
    sums: list[Sum] = []
    spans: list[tuple[int, int]] = []
    for ask in asks:
        found = _sums(ask)
        spans.append((len(sums), len(sums) + len(found)))
        sums.extend(found)
    numbers = answers.evaluate(sums, cut)
    values = []
    for start, end in spans:
        half = (end - start) // 2
        values.append(Value(tuple(numbers[start : start + half]), tuple(numbers[start + half : end])))
    return values


def entries_behind(
    figure: Figure,
    path: str,
    period: Period,
    cut: int | None = None,
    paths: tuple[str, ...] = (),
    units: Units | None = None,
) -> EntryQuerySet:
    """The rows whose fold is the figure's value: the sum a reader can redo by hand."""
    return answers.rows(_sums(Ask(figure, path, period, paths, units)), cut)


def parts_by_path(
    figure: Figure, period: Period, places: Mapping[str, int], cut: int | None = None
) -> dict[int, Value]:
    """The figure's parts by the numbers given to exact paths, read from the rows; a part without rows is left out."""
    sums = _sums(Ask(figure, "/", period))
    half = len(sums) // 2
    numbers: dict[int, list[int]] = {}
    for at, one in enumerate(sums):
        for part, value in answers.by_path(one, places, cut).items():
            numbers.setdefault(part, [0] * len(sums))[at] = value
    return {part: Value(tuple(found[:half]), tuple(found[half:])) for part, found in numbers.items()}
