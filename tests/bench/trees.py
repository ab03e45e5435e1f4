"""Merging large districts, and figures as organised then and now over the large journal."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.db import connection

from gonghui.core import answers, bulk, figures
from gonghui.core.actor import SYSTEM
from gonghui.core.figures import Ask
from gonghui.reports import organised
from gonghui.reports.breakdown.bridge import bridge, crossings
from gonghui.spine.organisations import actions, rules
from gonghui.spine.organisations.models import Organisation, PathSpan, tree_differences
from tests.bench.federation import CITY, DISTRICTS, UNIONS, tree
from tests.bench.measure import Result, timed
from tests.bench.reports import COVERED, EDGES, HALF, RECORDED, Tail

LARGE, TOWNS_EACH, PAIRS = 3_000, 30, 3
FOUNDED, FIRST_MERGE = date(2015, 1, 5), date(2022, 1, 1)
LEVELS = ("city", "district", "town", "base")


def _rows(paths: Sequence[str]) -> Iterator[Organisation]:
    for path in paths:
        line = rules.ids_of(path)
        key = line[-1]
        yield Organisation(
            id=key,
            code=f"990000-BE-{key:05d}-0",
            name=f"示例{key}工会",
            short_name=f"示例{key}",
            level=LEVELS[len(line) - 1],
            area_code="110000",
            parent_id=line[-2] if len(line) > 1 else None,
            path=path,
            path_since=FOUNDED,
            depth=len(line),
            founded_on=FOUNDED,
        )


def _large(first: int) -> list[str]:
    """A district of three thousand unions in thirty towns, with ids from the first on."""
    district = f"{CITY}{first}/"
    towns = [f"{district}{first + 1 + n}/" for n in range(TOWNS_EACH)]
    unions = [f"{towns[n % TOWNS_EACH]}{first + 1 + TOWNS_EACH + n}/" for n in range(LARGE - TOWNS_EACH)]
    return [district, *towns, *unions]


def plant() -> list[int]:
    """The organisations behind the journal stand, and pairs of large districts beside them; the districts' ids."""
    paths, large = tree(), []
    for n in range(2 * PAIRS):
        large.append(UNIONS + 1 + n * (LARGE + 10))
        paths += _large(large[-1])
    columns = [str(field.column) for field in Organisation._meta.concrete_fields]
    names = [field.attname for field in Organisation._meta.concrete_fields]
    rows = list(_rows(paths))
    bulk.copy(Organisation, columns, ([getattr(row, name) for name in names] for row in rows))
    bulk.copy(PathSpan, ["organisation_id", "path", "first_on"], ((row.id, row.path, FOUNDED) for row in rows))
    with connection.cursor() as cursor:
        cursor.execute("vacuum (analyze) organisations_organisation, organisations_pathspan")
    return large


def measure(rounds: int) -> list[Result]:
    """Merges first; then the two busiest districts are merged, and every fold is asked as organised now."""
    large = plant() if not Organisation.objects.exists() else []
    merges = [timed(lambda n=n: _merged(large[2 * n], large[2 * n + 1], n)) / 1000 for n in range(len(large) // 2)]
    found = [Result(f"merge of two districts of {LARGE:,} unions each", merges, "at most", 2, "s", percentile=100)]
    into = Organisation.objects.get(pk=2)
    if Organisation.objects.get(pk=3).is_active:
        _merged(3, 2, PAIRS)
        into.refresh_from_db()
        actions.move_organisation(
            into.children.filter(level="town").latest("pk"),
            Organisation.objects.get(pk=1 + DISTRICTS),
            by=SYSTEM,
            on=FIRST_MERGE + timedelta(days=PAIRS + 1),
        )
    into.refresh_from_db()
    Tail(2_000).reach()
    known = crossings(into)
    for figure, period in [*((one, HALF) for one in RECORDED), (COVERED, HALF), (RECORDED[1], EDGES)]:
        name = f"{figure.name.partition('.')[2]}, {'cut months' if period is EDGES else 'half-year'}"
        ask = Ask(figure, into.path, period)
        times = [timed(lambda ask=ask: _now(ask, into)) for _ in range(rounds)]
        found.append(Result(f"as organised now: {name}", times, "at most", 300, percentile=95))
        made = bridge(figure, into, period, None, known)
        assert figure.is_distinct or not any(made.shared), "the bridge does not meet"
        times = [timed(lambda one=figure, days=period: bridge(one, into, days)) for _ in range(max(3, rounds // 4))]
        found.append(Result(f"its bridge of {len(known.places):,} places", times, "shown"))
    found.append(Result("places that are wrong after it all", [len(list(tree_differences()))], "exactly", 0, ""))
    return found


def _merged(one: int, into: int, day: int) -> None:
    of = Organisation.objects.in_bulk([one, into])
    actions.merge_organisations(of[one], of[into], by=SYSTEM, on=FIRST_MERGE + timedelta(days=day))


def _now(ask: Ask, into: Organisation) -> None:
    answers.forget()
    figures.answer(organised.as_now([ask], into))
