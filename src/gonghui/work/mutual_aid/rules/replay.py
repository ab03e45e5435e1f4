"""A scheme replayed over the settlements of a year: what it would pay, beside what another one pays on the same rows.

Settlements come in parts, columns as arrays, all of a person's in one part; so memory does not grow with their number.
Nothing is kept of any of them: a `Summary` holds sums and counts, and no count of fewer people than `Limits.least`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import Any

import numpy

from gonghui.core.rules import Scheme, batch
from gonghui.core.rules.batch import Engine

OTHERS = ("participant", "file", "settled_on", "row", "is_inpatient", "pays_fen", "unit")
WITHIN = "250MB"
Part = Mapping[str, Any]
"""Columns as arrays: what schemes ask of a settlement (`plans.SETTLED_INPUTS`), whose it is, its place in the order
in which it was decided (file, day, row), what was decided, which union answers for it."""
_KEPT = ("of person", "of unit", "of kind", "was fen")
_ORDER = ("of file", "of day", "of row")
_CASES = """
select participant as "of person", unit as "of unit", is_inpatient as "of kind", pays_fen as "was fen",
    file as "of file", settled_on as "of day", "row" as "of row", {inputs} from part
"""
_ROWS = """
select participant as "of person", unit as "of unit", false as "of kind", pays_fen as "was fen", base, draft, refused
from rows
"""
_CELLS = """
select "of unit", "of kind",
    count(distinct "of person") filter (base > 0 or draft > 0), count(*),
    count(*) filter (base > 0), coalesce(sum(base), 0), count(*) filter (draft > 0), coalesce(sum(draft), 0)
from decided group by grouping sets ((), ("of unit"), ("of kind"))
"""
_PEOPLE = """
select sum(base)::bigint as base, sum(draft)::bigint as draft from decided group by "of person"
"""


@dataclass(frozen=True)
class Limits:
    """How few people are not shown, and where the bands of gains and losses begin, in fen."""

    least: int
    bands_fen: Sequence[int]


@dataclass
class Cell:
    """Some of the settlements: of how many people who are paid, how many payments of how much, then and now.

    What would tell of a few people is None.
    """

    people: int | None = 0
    settlements: int | None = 0
    base_payments: int | None = 0
    base_fen: int | None = 0
    draft_payments: int | None = 0
    draft_fen: int | None = 0

    @property
    def change_fen(self) -> int | None:
        """What it costs more."""
        return None if self.draft_fen is None or self.base_fen is None else self.draft_fen - self.base_fen


@dataclass
class Band:
    """People who gain or lose so much in the year; `from_fen` to below `to_fen`, losses as negative numbers."""

    from_fen: int | None
    to_fen: int | None
    people: int | None = 0
    change_fen: int | None = 0


@dataclass
class Summary:
    """What a replay says. `otherwise` are settlements that the other scheme decides otherwise than was decided."""

    whole: Cell = field(default_factory=Cell)
    kinds: dict[str, Cell] = field(default_factory=dict)
    units: dict[str, Cell] = field(default_factory=dict)
    bands: list[Band] = field(default_factory=list)
    people_base: int | None = 0
    people_draft: int | None = 0
    refused: int = 0
    otherwise: int = 0

    def kept(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Summary":
        """What was stored."""
        cells = {name: {key: Cell(**cell) for key, cell in kept[name].items()} for name in ("kinds", "units")}
        bands = [Band(**band) for band in kept["bands"]]
        return cls(**{**kept, **cells, "whole": Cell(**kept["whole"]), "bands": bands})

    def side(self, sign: int) -> tuple[int | None, int | None]:
        """How many gain (1), lose (-1) or stay as they are (0), and by how much together; None where a band is."""
        chosen = [band for band in self.bands if _sign(band) == sign]
        people, fen = [band.people for band in chosen], [band.change_fen for band in chosen]
        return _total(people), _total(fen)


def _sign(band: Band) -> int:
    if band.from_fen == 0 and band.to_fen == 0:
        return 0
    return 1 if band.from_fen is not None and band.from_fen >= 0 else -1


def _total(numbers: Sequence[int | None]) -> int | None:
    known = [one for one in numbers if one is not None]
    return sum(known) if len(known) == len(numbers) else None


def replay(parts: Iterable[Part], draft: Scheme, base: Scheme, limits: Limits) -> Summary:
    """Every settlement of the parts decided by both, summed up."""
    total = Tally(limits)
    with connected() as connection:
        for part in parts:
            total.add(connection, part, draft, base)
    return total.summary()


@contextmanager
def connected() -> Iterator[Engine]:
    """A database in memory; what does not fit lies enciphered in a folder of its own until the end."""
    with TemporaryDirectory() as folder:
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": 2,
            "memory_limit": WITHIN,
            "temp_directory": folder,
            "temp_file_encryption": True,
            "enable_external_access": True,
        }
        duckdb = import_module("duckdb")  # a quarter of a second that pages do without
        with duckdb.connect(":memory:", config=config) as connection:
            connection.execute("set preserve_insertion_order = false")
            yield connection


class Tally:
    """The sums so far."""

    def __init__(self, limits: Limits) -> None:
        edges = sorted(limits.bands_fen)
        self.limits = limits
        self.edges = numpy.array([*(1 - one for one in reversed(edges)), 0, 1, *edges], dtype=numpy.int64)
        lows = [None, *(-one for one in reversed(edges)), 0, 0, *edges]
        highs = [*(-one for one in reversed(edges)), 0, 0, *edges, None]
        self.bands = [Band(low, high) for low, high in zip(lows, highs, strict=True)]
        self.found = Summary()
        self.rows = 0

    def add(self, connection: Engine, part: Part, draft: Scheme, base: Scheme) -> None:
        """One part's settlements, decided by both schemes and summed up."""
        inputs = sorted({*draft.inputs, *base.inputs})
        connection.register("part", {name: part[name] for name in {*OTHERS, *inputs}})
        connection.execute(f"create or replace temp table cases as {_CASES.format(inputs=', '.join(inputs))}")
        _decided(connection, base, "cases", [*_KEPT, *_ORDER, *draft.inputs], "based", "base")
        _decided(connection, draft, "based", [*_KEPT, "base"], "decided", "draft")
        self._sum(connection)
        connection.unregister("part")

    def add_decided(self, connection: Engine, rows: Part) -> None:
        """What others decided by both schemes, summed up: whose, of which union, what was decided, base and draft."""
        connection.register("rows", rows)
        connection.execute(f"create or replace temp table decided as {_ROWS}")
        self._sum(connection)
        connection.unregister("rows")
        self.found.kinds = {}

    def _sum(self, connection: Engine) -> None:
        self._cells(connection)
        self._people(connection)

    def _cells(self, connection: Engine) -> None:
        row = connection.execute(
            'select count(*), count(*) filter (refused), count(*) filter (base <> "was fen") from decided'
        ).fetchall()[0]
        self.rows += row[0]
        self.found.refused += row[1]
        self.found.otherwise += row[2]
        for unit, kind, *numbers in connection.execute(_CELLS).fetchall():
            if unit is None and kind is None:
                cell = self.found.whole
            elif unit is None:
                cell = self.found.kinds.setdefault("inpatient" if kind else "outpatient", Cell())
            else:
                cell = self.found.units.setdefault(str(unit), Cell())
            for name, number in zip(Cell.__dataclass_fields__, numbers, strict=True):
                setattr(cell, name, getattr(cell, name) + int(number))

    def _people(self, connection: Engine) -> None:
        sums = connection.execute(_PEOPLE).fetchnumpy()
        base, drafted = sums["base"].astype(numpy.int64), sums["draft"].astype(numpy.int64)
        self.found.people_base = (self.found.people_base or 0) + int((base > 0).sum())
        self.found.people_draft = (self.found.people_draft or 0) + int((drafted > 0).sum())
        change = drafted - base
        places = numpy.searchsorted(self.edges, change, side="right")
        people = numpy.bincount(places, minlength=len(self.bands))
        sums_fen = numpy.zeros(len(self.bands), dtype=numpy.int64)
        numpy.add.at(sums_fen, places, change)
        for band, many, fen in zip(self.bands, people, sums_fen, strict=True):
            band.people = (band.people or 0) + int(many)
            band.change_fen = (band.change_fen or 0) + int(fen)

    def summary(self) -> Summary:
        """The sums, without what would tell of a few people."""
        found, least = self.found, self.limits.least
        found.bands = self.bands
        if 0 < (found.whole.people or 0) < least:
            _hide([found.whole, *found.kinds.values(), *found.units.values(), *found.bands])
            found.people_base = found.people_draft = None
            return found
        for cells in (list(found.kinds.values()), list(found.units.values()), found.bands):
            _without_few(cells, least)
        return found


def _decided(connection: Engine, scheme: Scheme, cases: str, keep: Sequence[str], into: str, name: str) -> None:
    result = scheme.steps[-1]
    found = batch.adjudicate(
        connection,
        scheme,
        cases,
        keep=[*keep, *(["refused so far"] if name == "draft" else [])],
        per=["of person"],
        order=_ORDER,
        show=[result],
    )
    kept = ", ".join(f'"{one}"' for one in keep)
    refused = "refused is not null" + (' or "refused so far"' if name == "draft" else "")
    connection.execute(f"drop table if exists {into}")
    found.project(
        f'{kept}, {refused} as "{"refused" if name == "draft" else "refused so far"}", '
        f'coalesce("{result}", 0)::bigint as {name}'
    ).create(into)


def _without_few(cells: Sequence[Cell] | Sequence[Band], least: int) -> None:
    """Empty the cells of too few people, and then the smallest others until nobody can take the hidden ones apart.

    A cell of nobody tells of nobody.
    """
    ranked = sorted((cell for cell in cells if cell.people), key=lambda cell: cell.people or 0)
    hidden = [cell for cell in ranked if (cell.people or 0) < least]
    for cell in ranked[len(hidden) :]:
        if not hidden or (len(hidden) > 1 and sum(one.people or 0 for one in hidden) >= least):
            break
        hidden.append(cell)
    _hide(hidden)


def _hide(cells: Sequence[Cell | Band]) -> None:
    for cell in cells:
        for name in cell.__dataclass_fields__:
            if name not in ("from_fen", "to_fen"):
                setattr(cell, name, None)
