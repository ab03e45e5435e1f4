"""The bulk path, rows with their entries, against bare binary COPY of the same rows into the same indexed tables."""

import uuid
from typing import Any

import numpy
import psycopg

from gonghui.core import bulk
from gonghui.core.bulk import pending_like
from gonghui.core.journal import ENTRY_COLUMNS, GROUP_IDS, KIND_IDS, SUBJECT_TYPE_IDS, canonical
from gonghui.core.models import random_id
from tests.bench.errands import COLUMNS, DAY, Errand
from tests.bench.facts import ClaimPaid
from tests.bench.federation import tree
from tests.bench.measure import Result, shuffled

PAIRS = 20_000
ERRAND_TYPES = ["int8", "uuid", "text", "text", "text", "int8", "date"]


class Loads:
    """Chunks of errands, drawn before the clock runs."""

    def __init__(self, address: str) -> None:
        self.random = numpy.random.default_rng(11)
        self.paths = tree()
        self.bare = psycopg.connect(address)
        self.kind, self.subject = KIND_IDS.of("bench.claim_paid"), SUBJECT_TYPE_IDS.of("bench.errand")
        self.groups = {scheme: GROUP_IDS.of(self.kind, canonical({"scheme": scheme})) for scheme in "abcd"}

    def rows(self) -> list[tuple[Any, ...]]:
        """One chunk: an errand of a random union on each line."""
        places = self.random.integers(0, len(self.paths), PAIRS).tolist()
        return [
            (random_id(), uuid.uuid4(), "paid", self.paths[place], "abcd"[n % 4], 100 + n, DAY)
            for n, place in enumerate(places)
        ]

    def by_core(self, rows: list[tuple[Any, ...]]) -> None:
        """As an app does it: a fact made and written for each row."""
        entries = [
            pending_like(
                ClaimPaid(scheme=scheme, payout_fen=fen),
                subject_type="bench.errand",
                subject_id=number,
                organisation_id=int(path.rstrip("/").rpartition("/")[2]),
                path=path,
                actor_id=0,
                happened_on=day,
            )
            for number, _, _, path, scheme, fen, day in rows
        ]
        bulk.load(Errand, COLUMNS, rows, entries=entries)

    def by_copy(self, rows: list[tuple[Any, ...]]) -> None:
        """Both tables by bare COPY, every number known beforehand, in one transaction."""
        with self.bare.cursor() as cursor:
            with cursor.copy(f"copy bench_errand ({', '.join(COLUMNS)}) from stdin (format binary)") as out:
                out.set_types(ERRAND_TYPES)
                for row in rows:
                    out.write_row(row)
            with cursor.copy(f"copy core_entry ({ENTRY_COLUMNS}) from stdin (format binary)") as out:
                out.set_types(bulk.ENTRY_TYPES)
                for number, _, _, path, scheme, fen, day in rows:
                    place, group = int(path.rstrip("/").rpartition("/")[2]), self.groups[scheme]
                    out.write_row((number, fen, 1, place, 0, day, group, self.kind, self.subject, 1, None, path, None))
        self.bare.commit()


def measure(address: str, rounds: int) -> list[Result]:
    """Pairs a second by both ways, in shuffled order."""
    loads = Loads(address)
    chunks = [loads.rows() for _ in range(2 * rounds + 2)]
    loads.by_core(chunks.pop())
    loads.by_copy(chunks.pop())
    taken = shuffled({"core": lambda: loads.by_core(chunks.pop()), "bare": lambda: loads.by_copy(chunks.pop())}, rounds)
    loads.bare.close()
    speeds = {name: [PAIRS / ms for ms in each] for name, each in taken.items()}
    name = "bulk path, rows with their entries"
    return [Result(name, speeds["core"], "ratio at least", 0.6, "k/s", speeds["bare"], "k/s bare COPY")]
