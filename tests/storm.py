"""A storm on the journal: writers, a bulk writer and a folder in processes of their own, while cuts are taken.

Used by `make bench`, which measures it and lets it fail without its lock, and by `make soak`, which lets it last.
"""

import multiprocessing
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import django
from django.db import connection

WRITERS = 8
DAY = date(2020, 1, 1)
ROOT = str(Path(__file__).resolve().parents[1])
SPAWN = multiprocessing.get_context("spawn")


@dataclass
class Storm:
    """What was seen: cuts that advanced, entries that slipped under one, the writers' times, what the folder did."""

    cuts: int = 0
    slipped: int = 0
    written: int = 0
    folds: int = 0
    sealed: int = 0
    waits_ms: list[float] = field(default_factory=list)
    differences: int = 0


def _begin(address: str) -> None:
    os.environ["DATABASE_URL"] = address
    os.environ["GONGHUI_PROFILE"] = "test"
    os.environ["DJANGO_SETTINGS_MODULE"] = "gonghui.project.settings"
    django.setup()
    with connection.cursor() as cursor:
        cursor.execute("set synchronous_commit = off")  # the wait for a lock is looked for, not the disk's


def _pending(draw: random.Random) -> Any:
    from gonghui.core.bulk import pending_like
    from gonghui.reports.facts import FigureReturned

    district, town = draw.randint(2, 6), draw.randint(7, 40)
    return pending_like(
        FigureReturned(
            figure=draw.choice(["a.b", "c.d"]), part="", coverage="own", quantity=draw.randint(0, 9), amount_fen=1
        ),
        subject_type="core.text",
        subject_id=draw.getrandbits(40),
        organisation_id=town,
        path=f"/1/{district}/{town}/",
        actor_id=0,
        happened_on=DAY + timedelta(days=draw.randint(0, 700)),
    )


def write(address: str, seed: int, ended: Event, told: Any) -> None:
    """One writer: actions of one to three entries, some reversed at once; tells how long each took."""
    _begin(address)
    from gonghui.core.action import action
    from gonghui.core.actor import SYSTEM
    from gonghui.core.journal import RUNNING, reverse
    from gonghui.core.models import Entry

    draw = random.Random(seed)

    @action
    def work() -> list[Any]:
        ledger = RUNNING.get()
        assert ledger is not None
        ledger.pending += [_pending(draw) for _ in range(draw.randint(1, 3))]
        return list(ledger.pending)

    @action
    def undo(number: int) -> None:
        reverse(Entry.objects.get(id=number), why="corrected", by=SYSTEM)

    taken, written = [], 0
    while not ended.is_set():
        begun = time.perf_counter()
        made = work()
        taken.append((time.perf_counter() - begun) * 1000)
        written += len(made)
        if draw.random() < 0.1:
            undo(made[0].entry_id)
            written += 1
        time.sleep(draw.random() * 0.05)
    told.put(("writer", written, taken))


def write_bulk(address: str, seed: int, ended: Event, told: Any) -> None:
    """The bulk writer: chunks of two thousand entries, which hold the watermark until they commit."""
    _begin(address)
    from django.db import transaction

    from gonghui.core import bulk

    draw, written = random.Random(seed), 0
    while not ended.is_set():
        chunk = [_pending(draw) for _ in range(2_000)]
        with transaction.atomic():
            written += bulk.copy_entries(chunk)
        time.sleep(0.05)
    told.put(("bulk", written, []))


def fold(address: str, seed: int, ended: Event, told: Any) -> None:
    """The folder: small steps, all the time."""
    del seed
    _begin(address)
    from gonghui.core import rollup

    folds = 0
    while not ended.is_set():
        folds += bool(rollup.fold(2_000))
        time.sleep(0.02)
    told.put(("fold", folds, []))


def seal(address: str, seed: int, ended: Event, told: Any) -> None:
    """The sealer: in the worker's steps, but with short blocks all the time, which is more than the worker does."""
    del seed
    _begin(address)
    from gonghui.core.seals import sealing

    sealed = 0
    while not ended.is_set():
        sealed += sealing.seal(4_096)
        time.sleep(0.02)
    told.put(("seal", sealed, []))


def begun(work: Callable[..., None], address: str, seed: int, ended: Event, told: Any) -> Any:
    """A process at that work, which finds this module the way its parent did."""
    if ROOT not in sys.path:
        sys.path.append(ROOT)
    process = SPAWN.Process(target=work, args=(address, seed, ended, told), daemon=True)
    process.start()
    return process


@contextmanager
def raging(address: str, works: Sequence[Callable[..., None]], seen: Storm) -> Iterator[None]:
    """The processes run as long as the block; what they tell at their end is added to `seen`."""
    ended, told = SPAWN.Event(), SPAWN.Queue()
    processes = [begun(work, address, seed, ended, told) for seed, work in enumerate(works)]
    try:
        yield
        assert all(process.is_alive() for process in processes), "a process of the storm died"
    finally:
        ended.set()
        for _ in processes:
            who, number, taken = told.get(timeout=60)
            if who == "fold":
                seen.folds += number
            elif who == "seal":
                seen.sealed += number
            else:
                seen.written += number
                seen.waits_ms += taken
        for process in processes:
            process.join(30)


def _count(after: int, upto: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from core_entry where id > %s and id <= %s", [after, upto])
        return int(cursor.fetchone()[0])


def cut_through(cuts: int, seconds: float) -> list[tuple[int, int, int]]:
    """(after, cut, entries between) of each cut that advanced, up to so many or so long."""
    from gonghui.core.journal import watermark

    kept: list[tuple[int, int, int]] = []
    last, until = watermark(), time.monotonic() + seconds
    while len(kept) < cuts and time.monotonic() < until:
        cut = watermark()
        if cut > last:
            kept.append((last, cut, _count(last, cut)))
            last = cut
        else:
            time.sleep(0.002)
    return kept


def wait_for(position: int, seconds: float = 60) -> None:
    """Until so many entries were drawn: then all are at work."""
    from gonghui.core.journal import last_position

    until = time.monotonic() + seconds
    while last_position() < position and time.monotonic() < until:
        time.sleep(0.05)


def storm(address: str, *, cuts: int, seconds: float) -> Storm:
    """Rage until so many cuts advanced, or so long; then see what slipped under them and whether the roll-up is right.

    The calling process works in the same database. Without cuts it rages as long as told.
    """
    from gonghui.core import rollup
    from gonghui.core.journal import last_position

    seen = Storm()
    first = last_position()
    with raging(address, [write] * WRITERS + [write_bulk, fold], seen):
        wait_for(first + 5_000)
        kept = cut_through(cuts, seconds) if cuts else []
        if not cuts:
            time.sleep(seconds)
    seen.cuts = len(kept)
    seen.slipped = sum(_count(after, upto) - counted for after, upto, counted in kept)
    rollup.fold_all()
    seen.differences = len(rollup.recount())
    return seen
