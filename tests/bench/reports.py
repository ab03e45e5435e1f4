"""Reports of whole months, distinct figures, edge months and the way to the rows, over the large journal."""

import random
from collections.abc import Sequence
from datetime import date

from django.http import QueryDict

from gonghui.core import answers, bulk, figures, rollup
from gonghui.core.figures import FIGURES, Ask, Figure, balance, count, distinct, ratio, total
from gonghui.core.journal import last_position
from gonghui.core.models import Entry
from gonghui.core.period import Period
from gonghui.web.desk import Keyset
from tests.bench import facts
from tests.bench.federation import DISTRICTS, MONTHS, TOWNS, UNIONS, Clerk, tree
from tests.bench.measure import Result, Statements, timed

HALF = Period.parse("2020H2")
EDGES = Period(date(2020, 7, 5), date(2020, 12, 27))


def _figure(name: str, fold: figures.Fold, unit: str = "件", clock: figures.Clock = "flow") -> Figure:
    made = Figure(f"bench.{name}", name, unit, clock, name, fold)
    del FIGURES[made.name]
    return made


RECORDED = [
    _figure("visits", count(facts.VisitPaid)),
    _figure("payout_fen", total(facts.ClaimPaid, "payout_fen"), "分"),
    _figure("members", balance(facts.MembershipChanged, "change"), "人", "stock"),
    _figure("closed_in_time", ratio(count(facts.CaseClosed, in_time=True), count(facts.CaseClosed)), "%"),
]
COVERED = _figure("employers_covered", distinct(facts.EmployerCovered), "家")


def report_figures() -> list[Figure]:
    """The platform's own additive figures, as organisations return them, and one recorded figure of each fold."""
    return [figure for figure in FIGURES.values() if figure.fold.way != "distinct"] + RECORDED


class Tail:
    """The fold stands up to `behind` entries back; new entries keep coming, as they would."""

    def __init__(self, behind: int) -> None:
        self.behind = behind
        self.clerk = Clerk(seed=99)

    def lengthen(self, entries: int) -> None:
        """So many entries more, of the last month."""
        bulk.copy_entries(self.clerk.draw(MONTHS - 1, entries, last_position() + 1))

    def reach(self) -> None:
        """The fold is exactly `behind` entries back."""
        while (lag := last_position() - rollup.position()) != self.behind:
            if lag > self.behind:
                rollup.fold(min(lag - self.behind, 20_000))
            else:
                self.lengthen(self.behind - lag)


def _served(name: str, asks: Sequence[list[Ask]], limit: float, rounds: int, percentile: int = 50) -> list[Result]:
    """Server time of reports: their statements are caught at the first call and explained `rounds` times."""
    caught, wall = [], []
    for each in asks:
        for _ in range(8):  # statements are prepared, plans made, pages read
            figures.answer(each)
        caught.append(Statements().of(lambda each=each: figures.answer(each)))
    times = [caught[n % len(caught)].server_time() for n in range(rounds)]
    wall = [timed(lambda n=n: figures.answer(asks[n % len(asks)])) for n in range(rounds)]
    return [
        Result(f"{name}, on the server", times, "at most", limit, percentile=percentile),
        Result(f"{name}, seen by the caller", wall, "shown"),
    ]


def measure_months(rounds: int, behind: int = 2_000) -> list[Result]:
    """Whole months, the fold `behind` entries back: four folds, then the whole form."""
    Tail(behind).reach()
    draw = random.Random(5)
    paths = tree()
    some = [paths[0], *draw.sample(paths[1 : 1 + DISTRICTS], 3)]
    any_ = [paths[n] for n in draw.sample(range(len(paths)), 40)]
    form = report_figures()
    found = []
    for name, chosen, places, limit, at in (
        ("4 folds, city", RECORDED, some[:1], 1.0, 50),
        ("4 folds, district", RECORDED, some[1:], 1.0, 50),
        ("4 folds, any union", RECORDED, any_, 3.0, 95),
        (f"form of {len(form)} figures, city", form, some[:1], 3.0, 50),
        (f"form of {len(form)} figures, any union", form, any_, 3.0, 95),
    ):
        asks = [[Ask(figure, path, HALF) for figure in chosen] for path in places]
        found += _served(f"whole months, {behind:,} behind: {name}", asks, limit, rounds, at)
    return found


def _anew(ask: Ask) -> None:
    answers.forget()
    figures.answer([ask])


def measure_rows(rounds: int) -> list[Result]:
    """Distinct figures and months that a period cuts, read anew each time."""
    paths = tree()
    found = []
    for name, figure, period in (("distinct", COVERED, HALF), ("edge months", RECORDED[1], EDGES)):
        read = entries_read(figure, period)
        ask = Ask(figure, paths[0], period)
        _anew(ask)
        times = [timed(lambda ask=ask: _anew(ask)) for _ in range(rounds)]
        found.append(Result(f"{name} figure, {read:,} entries", times, "at most", 60))
        ask = Ask(figure, paths[3], period)
        times = [timed(lambda ask=ask: _anew(ask)) for _ in range(rounds)]
        found.append(Result(f"{name} figure, a district's", times, "at most", 60))
    return found


def entries_read(figure: Figure, period: Period) -> int:
    """How many entries of the figure's kind the rows' part of the question reads."""
    days = [period] if figure.fold.way == "distinct" else period.split()[1]
    kind = Entry.objects.of_kinds(figure.fold.kind or "")
    return sum(kind.filter(happened_on__range=(each.first, each.last)).count() for each in days)


def measure_fold(rounds: int) -> list[Result]:
    """Folding 20,000 entries of random unions, and the count of everything anew."""
    tail = Tail(0)
    times = []
    for _ in range(rounds):
        tail.reach()
        tail.lengthen(20_000)
        times.append(timed(lambda: rollup.fold(20_000)) / 1000)
    tail.reach()
    differences: list[object] = []
    seconds = timed(lambda: differences.extend(rollup.recount())) / 1000
    entries = Entry.objects.count()
    return [
        Result("fold of 20,000 entries", times, "at most", 0.6, "s"),
        Result(f"recount of {entries:,}: differences", [len(differences)], "exactly", 0, ""),
        Result(f"recount of {entries:,}: time", [seconds], "shown", unit="s"),
    ]


def measure_drill(rounds: int) -> list[Result]:
    """The first fifty rows behind a number with their count to 1,001, and the pages after them."""
    paths = tree()
    draw = random.Random(6)
    towns, unions = paths[1 + DISTRICTS : 1 + DISTRICTS + TOWNS], paths[1 + DISTRICTS + TOWNS :]
    nowhere = [f"{towns[0]}{UNIONS + n}/" for n in range(1, 6)]
    found = []
    for name, places in (
        ("city", paths[:1]),
        ("districts", paths[1 : 1 + DISTRICTS]),
        ("towns", draw.sample(towns, 20)),
        ("base unions", draw.sample(unions, 20)),
        ("empty subtrees", nowhere),
    ):
        times: list[float] = []
        for n in range(rounds):
            figure, path = [*RECORDED, COVERED][n % 5], places[n % len(places)]
            times.append(timed(lambda figure=figure, path=path: _page(figure, path)))
        found.append(Result(f"first 50 rows behind a number: {name}", times, "at most", 60, percentile=95))
    times = _deep(RECORDED[1], paths[0], 60) + _deep(RECORDED[1], paths[2], 60)
    found.append(Result("the next 60 pages of rows: city, district", times, "at most", 60, percentile=95))
    return found


def _page(figure: Figure, path: str, after: str = "") -> str:
    rows = Keyset(figures.entries_behind(figure, path, HALF), ("-happened_on", "-id"), ids_first=True)
    return rows.page(QueryDict(after), count=not after).next


def _deep(figure: Figure, path: str, pages: int) -> list[float]:
    times, after = [], [_page(figure, path)]
    for _ in range(pages):
        times.append(timed(lambda: after.append(_page(figure, path, after[-1]))))
    return times
