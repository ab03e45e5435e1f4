"""64 threads move the tree about ten thousand times at once: no cycle, no orphan, no wrong path on any day."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import count
from threading import Lock

import pytest
from django.db import connection, connections

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.models import Entry, Kind
from gonghui.spine.organisations import actions
from gonghui.spine.organisations.actions import Founding
from gonghui.spine.organisations.models import Organisation, PathSpan, tree_differences

THREADS, MOVES, A_DAY = 64, 10_000, 200
FOUNDED, BEGIN = date(2015, 1, 5), date(2020, 1, 6)
SEED = 20200630


def plant() -> list[int]:
    """A tree of some 500 organisations, deep enough for cycles: towns under towns, unions under unions."""

    def found(name: str, level: str, under: Organisation | None, area: str = "") -> Organisation:
        return actions.found_organisation(Founding(name, level, under, area_code=area), by=SYSTEM, on=FOUNDED)

    drawn = random.Random(SEED)
    city = found("市", "city", None, "110000")
    towns = [found(f"区{n}", "district", city, "110105") for n in range(6)]
    bases: list[Organisation] = []
    for n in range(80):
        towns.append(found(f"街{n}", "town", drawn.choice(towns)))
    for n in range(400):
        bases.append(found(f"企业{n}", "base", drawn.choice(towns + bases[-40:])))
    return [one.pk for one in towns[6:] + bases]


def pool() -> int:
    """As many threads as the server has room for, 64 at most."""
    with connection.cursor() as cursor:
        cursor.execute("show max_connections")
        return min(THREADS, int(cursor.fetchone()[0]) - 20)


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_a_storm_of_moves_leaves_a_tree() -> None:
    movable = plant()
    everything = list(Organisation.objects.values_list("pk", flat=True))
    numbers, guard = count(), Lock()
    outcome: Counter[str] = Counter()

    def storm(seed: int) -> None:
        drawn = random.Random(seed)
        try:
            while (number := next(numbers)) < MOVES:
                on = BEGIN + timedelta(days=number // A_DAY)
                one, to = Organisation.objects.get(pk=drawn.choice(movable)), Organisation(pk=drawn.choice(everything))
                try:
                    if number % 100 == 0:
                        above = Organisation.objects.get(pk=to.pk)
                        actions.found_organisation(Founding(f"新{number}", "base", above), by=SYSTEM, on=on)
                    else:
                        actions.move_organisation(one, to, by=SYSTEM, on=on)
                    said = "done"
                except Refusal as refusal:
                    said = refusal.code
                with guard:
                    outcome[said] += 1
        finally:
            connections.close_all()

    with ThreadPoolExecutor(pool()) as threads:
        for finished in [threads.submit(storm, SEED + n) for n in range(pool())]:
            finished.result()

    assert sum(outcome.values()) == MOVES
    assert outcome["done"] > MOVES // 5, outcome
    assert outcome["organisations.cycle"] > 20, outcome
    assert list(tree_differences()) == []
    agree_with_the_journal()


def agree_with_the_journal() -> None:
    """Replays what the journal says was founded and moved, day by day, and finds the same paths in the tables."""
    kinds = dict(Kind.objects.values_list("pk", "name"))
    happened = Entry.objects.filter(subject_type__gt=0).order_by("happened_on", "id")
    changes = [
        (entry.happened_on, entry.subject_id, int(above) if (above := entry.path.split("/")[-3]) else None)
        for entry in happened
        if kinds[entry.kind] in ("organisations.organisation_founded", "organisations.organisation_moved")
    ]
    spans: dict[int, list[PathSpan]] = {}
    for span in PathSpan.objects.order_by("first_on"):
        spans.setdefault(span.organisation_id, []).append(span)
    parents: dict[int, int | None] = {}
    days = sorted({day for day, _, _ in changes})
    for day in days:
        parents |= {key: above for on, key, above in changes if on == day}
        paths: dict[int, str] = {}
        for key in parents:
            line: list[int] = []
            step: int | None = key
            while step is not None:
                line.append(step)
                assert len(line) <= len(parents), f"a cycle at {key}"
                step = parents[step]
            paths[key] = "/" + "".join(f"{one}/" for one in reversed(line))
        stood = {
            key: next(s.path for s in listed if s.first_on <= day and (s.last_on is None or s.last_on >= day))
            for key, listed in spans.items()
            if listed[0].first_on <= day
        }
        assert stood == paths, day
    assert dict(Organisation.objects.values_list("pk", "path")) == paths
