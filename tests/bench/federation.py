"""The bench's federation: a tree of unions and two years of entries, drawn by seed and written by the bulk path."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import product
from typing import Any

import numpy
from django.db import connection

from gonghui.core import bulk, rollup
from gonghui.core.figures import FIGURES
from gonghui.core.journal import Pending, canonical, last_position
from gonghui.core.models import Entry
from gonghui.reports.facts import FigureReturned
from tests.bench import facts

UNIONS = 10_000
DISTRICTS = 17
TOWNS = 330
FIRST_YEAR = 2019
MONTHS = 24
LATE, REVERSED = 0.05, 0.015
CITY = "/1/"
CHUNK = 20_000


def tree(unions: int = UNIONS) -> list[str]:
    """Each union's path, in the order of ids from 1: city, districts, towns spread unevenly, base unions over towns."""
    random = numpy.random.default_rng(1)
    paths = [CITY, *(f"{CITY}{n}/" for n in range(2, 2 + DISTRICTS))]
    weights = 1 / numpy.arange(1, DISTRICTS + 1) ** 0.6
    for place in random.choice(DISTRICTS, TOWNS, p=weights / weights.sum()):
        paths.append(f"{paths[1 + place]}{len(paths) + 1}/")
    towns = paths[-TOWNS:]
    weights = 1 / random.permutation(numpy.arange(1, TOWNS + 1)) ** 0.7
    for place in random.choice(TOWNS, unions - len(paths), p=weights / weights.sum()):
        paths.append(f"{towns[place]}{len(paths) + 1}/")
    return paths


@dataclass(frozen=True)
class Habit:
    """One kind of fact: its share of the journal, its groups, the span of its number."""

    share: float
    kind: type[Any]
    groups: Sequence[dict[str, Any]]
    numbers: tuple[int, int] = (1, 1)

    @cached_property
    def texts(self) -> list[str]:
        """The groups as the journal writes them."""
        return [canonical(group) for group in self.groups]

    def fact(self, group: dict[str, Any], number: int) -> Any:
        """One fact as an action would make it."""
        sums = {self.kind.quantity_field: number, self.kind.amount_field: number * 100}
        return self.kind(**group, **{name: value for name, value in sums.items() if name})


def _groups(**fields: Sequence[Any]) -> list[dict[str, Any]]:
    return [dict(zip(fields, values, strict=True)) for values in product(*fields.values())]


def habits() -> list[Habit]:
    """A dozen kinds; the returned figures are the platform's own."""
    returned = [
        {"figure": figure.name, "part": part, "coverage": coverage}
        for figure in FIGURES.values()
        if figure.app != "bench"
        for part in (("numerator", "denominator") if figure.is_ratio else ("",))
        for coverage in ("own", "subtree")
    ]
    return [
        Habit(0.22, facts.ServiceUsed, _groups(item=list("abcdefgh")), (1, 4)),
        Habit(0.18, facts.VisitPaid, _groups(programme=list("abcdef")), (1, 3)),
        Habit(0.14, facts.ClaimPaid, _groups(scheme=list("abcd")), (1, 9_000)),
        Habit(0.11, facts.CaseAccepted, _groups(topic=list("abcdef"), channel=["phone", "desk", "net"])),
        Habit(0.09, facts.CaseClosed, _groups(topic=list("abcdef"), in_time=[True, False])),
        Habit(0.08, facts.MemberAdmitted, _groups(way=["desk", "net"])),
        Habit(0.04, facts.MembershipChanged, [{}], (-5, 20)),
        Habit(0.04, facts.CourseHeld, _groups(form=["room", "net"]), (5, 80)),
        Habit(0.02, facts.ContractSigned, _groups(kind_of=["single", "area", "trade"])),
        Habit(0.04, facts.EmployerCovered, _groups(first=[True, False])),
        Habit(0.01, facts.PlacesChanged, _groups(place=["home", "station", "unit"]), (-1, 3)),
        Habit(0.03, FigureReturned, returned, (0, 5_000)),
    ]


def first_day(month: int) -> date:
    """The first day of the month of that number, counted from 0; numbers below 0 lie before the journal."""
    return date(FIRST_YEAR + month // 12, month % 12 + 1, 1)


class Clerk:
    """Draws entries in the order they are recorded: month by month, some late, some reversing an earlier one."""

    def __init__(self, seed: int = 7) -> None:
        self.random = numpy.random.default_rng(seed)
        self.paths = tree()
        self.habits = habits()
        busy = 1 / self.random.permutation(numpy.arange(1, UNIONS + 1)) ** 0.4
        self.busy = (busy / busy.sum()).cumsum()
        self.shares = numpy.array([habit.share for habit in self.habits]).cumsum()
        self.reversible: list[tuple[int, Pending]] = []

    def _days(self, month: int, size: int) -> list[date]:
        back = numpy.where(self.random.random(size) < LATE, self.random.integers(1, 7, size), 0)
        months = [first_day(max(month - n, 0)) for n in range(7)]
        nth = [timedelta(days=n) for n in range(28)]
        return [
            months[b] + nth[day]
            for b, day in zip(back.tolist(), self.random.integers(0, 28, size).tolist(), strict=True)
        ]

    def draw(self, month: int, size: int, first_id: int) -> list[Pending]:
        """`size` entries of a month, of which the first will get `first_id`."""
        random = self.random
        columns = zip(
            self._days(month, size),
            numpy.searchsorted(self.shares, random.random(size) * self.shares[-1]).tolist(),
            numpy.minimum(numpy.searchsorted(self.busy, random.random(size)), UNIONS - 1).tolist(),
            random.random(size).tolist(),
            random.random(size).tolist(),
            random.integers(1, 2**62, size).tolist(),
            (random.random(size) < REVERSED).tolist(),
            strict=True,
        )
        made: list[Pending] = []
        for n, (day, nth, place, group, number, subject, undo) in enumerate(columns):
            if undo and self.reversible:
                entry_id, entry = self.reversible.pop()
                made.append(replace(entry, sign=-1, reverses=entry_id, why="corrected"))
                continue
            made.append(self._entry(self.habits[nth], place, day, (group, number), subject))
            if n % 50 == 0:
                self.reversible.append((first_id + n, made[-1]))
        return made

    def _entry(self, habit: Habit, place: int, day: date, at: tuple[float, float], subject: int) -> Pending:
        low, high = habit.numbers
        number = low + int(at[1] * (high - low + 1))
        return Pending(
            kind=habit.kind.kind,
            subject_type="bench.errand",
            subject_id=subject % 150_000 if habit.kind is facts.EmployerCovered else subject,
            organisation_id=place + 1,
            path=self.paths[place],
            actor_id=place + 1,
            happened_on=day,
            group=habit.texts[int(at[0] * len(habit.texts))],
            quantity=number if habit.kind.quantity_field else 1,
            amount_fen=number * 100 if habit.kind.amount_field else 0,
        )


def chunks(entries: int) -> Iterator[tuple[int, int]]:
    """(month, size) of each chunk."""
    for month in range(MONTHS):
        left = entries * (month + 1) // MONTHS - entries * month // MONTHS
        while left > 0:
            yield month, min(CHUNK, left)
            left -= CHUNK


def build(entries: int) -> None:
    """The journal holds so many entries: written by the bulk path, folded beside it, indexed afterwards, analysed."""
    indexes = list(Entry._meta.indexes)
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.remove_index(Entry, index)
    written = threading.Event()
    folder = threading.Thread(target=_fold_until, args=(written,))
    folder.start()
    try:
        clerk = Clerk()
        for month, size in chunks(entries):
            bulk.copy_entries(clerk.draw(month, size, last_position() + 1))
    finally:
        written.set()
        folder.join()
    with connection.cursor() as cursor:
        cursor.execute("set maintenance_work_mem = '512MB'")
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.add_index(Entry, index)
    with connection.cursor() as cursor:
        cursor.execute("vacuum (analyze) core_entry, core_rollup, core_rollupown, core_factgroup")


def _fold_until(written: threading.Event) -> None:
    """Fold what has been written, in large steps, until nothing more comes."""
    while rollup.fold(200_000) or not written.wait(0.2):
        pass
    rollup.fold_all()
    connection.close()
