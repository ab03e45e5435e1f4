"""A draft replayed over a half-year of settlements: who gains, who loses, what it costs.

Each run is a process of its own, `python -m tests.bench.replay SETTLEMENTS MEMBERS`, so that its memory is its own.
Parts of some hundred thousand settlements are packed as the platform keeps them and unpacked as they come, like pieces
of files; their seals are not measured here. The bare run decides the same parts under one text and keeps nothing.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from gonghui.core import columns, rules
from gonghui.core.rules import batch
from gonghui.work.mutual_aid.rules.plans import SETTLED_INPUTS
from gonghui.work.mutual_aid.rules.replay import Limits, connected, replay
from gonghui.work.mutual_aid.tests.scheme_texts import lower, universal
from tests.bench.measure import Result

SETTLEMENTS, MEMBERS, PART = 2_060_000, 2_000_000, 120_000
LIMITS = Limits(10, (10_000, 50_000, 100_000, 500_000, 2_000_000, 10_000_000))
CASES = 'select participant, file, settled_on, "row", is_inpatient, self_pay1_fen from part'


def packed(settlements: int, members: int) -> list[bytes]:
    """The parts as they are kept; all of a person's settlements are in one."""
    many = max(1, settlements // PART)
    return [columns.packed(_part(number, settlements // many, members // many)) for number in range(many)]


def _part(number: int, settlements: int, members: int) -> dict[str, Any]:
    draw = np.random.default_rng(number)
    yes_no = {name: draw.random(settlements) < 0.2 for name, kind in SETTLED_INPUTS.items() if kind == "yes_no"}
    amounts = {
        name: np.exp(6 + draw.random(settlements) * 8).astype(np.int64)
        * np.where(draw.random(settlements) < 0.005, -1, 1)
        for name, kind in SETTLED_INPUTS.items()
        if kind == "whole"
    }
    return {
        **yes_no,
        **amounts,
        "participant": draw.integers(0, members, settlements) + number * members,
        "file": draw.integers(1, 7, settlements),
        "settled_on": (18_262 + draw.integers(0, 182, settlements)).astype(np.int32),
        "row": np.arange(settlements, dtype=np.int32),
        "pays_fen": np.zeros(settlements, np.int64),
        "unit": draw.integers(1, 30, settlements).astype(np.int32),
    }


def _opened(parts: list[bytes]) -> Iterator[columns.Columns]:
    for part in parts:
        yield columns.unpacked(part)


def _bare(parts: list[bytes]) -> float:
    """Seconds to decide the same parts under one text alone."""
    begun = time.perf_counter()
    with connected() as connection:
        for part in _opened(parts):
            connection.register("part", part)
            connection.execute(f"create or replace temp view cases as {CASES}")
            shown = {"per": ["participant"], "order": ["file", "settled_on", "row"], "show": ["pays_fen"]}
            batch.adjudicate(connection, universal(), "cases", keep=["participant"], **shown).fetchnumpy()
    return time.perf_counter() - begun


def run(settlements: int, members: int) -> dict[str, float]:
    """Seconds of a replay and of the bare run, the process's memory, settlements that were counted."""
    parts, draft = packed(settlements, members), rules.read(lower())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    found = replay(_opened(parts), draft, universal(), LIMITS)
    taken = time.perf_counter() - begun
    used = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - sum(map(len, parts)) / 1024) / 1024
    return {
        "seconds": taken,
        "megabytes": used,
        "grown": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
        "bare": _bare(parts),
        "counted": float(found.whole.settlements or 0),
    }


def _apart(settlements: int, members: int) -> dict[str, float]:
    words = [sys.executable, "-m", "tests.bench.replay", str(settlements), str(members)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {name: float(value) for name, value in json.loads(done.stdout).items()}


def measure(scale: float) -> list[Result]:
    """The half-year three times over, other sizes once."""
    settlements, members = int(SETTLEMENTS * scale), int(MEMBERS * scale)
    runs = [_apart(settlements, members) for _ in range(3)]
    sizes = {many: _apart(int(many * scale), members) for many in (500_000, 5_000_000)}
    usual, largest = [one["megabytes"] for one in runs], sizes[5_000_000]
    name = f"replay: a draft over {settlements:,} settlements, {members:,} members"
    bares = [one["bare"] for one in runs]
    return [
        Result(name, [one["seconds"] for one in runs], "at most", 15, "s", bares, "s decided once"),
        Result("replay: memory of it", usual, "at most", 700, "MB", percentile=100),
        Result("replay: over 500,000", [sizes[500_000]["seconds"]], "shown", unit="s"),
        Result("replay: memory at 500,000", [sizes[500_000]["megabytes"]], "shown", unit="MB"),
        Result("replay: over 5,000,000", [largest["seconds"]], "shown", unit="s"),
        Result("replay: memory at 5,000,000", [largest["megabytes"]], "ratio at most", 1.25, "MB", usual, "MB"),
    ]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(int(sys.argv[1]), int(sys.argv[2]))))
