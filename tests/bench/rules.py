"""A half-year of mutual aid through the scheme compiler: every settlement in one statement, and claim by claim.

Each run in bulk is a process of its own, `python -m tests.bench.rules SETTLEMENTS MEMBERS [check]`, so that its memory
is its own: tables in a file, DuckDB held to `WITHIN`. With `check` the function decides every row again.
"""

import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from random import Random

import duckdb

from gonghui.core import rules
from gonghui.core.rules import Scheme, batch
from gonghui.work import mutual_aid
from tests.bench.measure import Result

SETTLEMENTS, MEMBERS = 2_060_000, 2_000_000
WITHIN = "300MB"
PER, ORDER = ["person"], ["settled_on", "number"]
MADE = """
create table members as
    select i as person, (hash(i * 13) % 40 > 0) as is_covered,
        (case when hash(i * 17) % 4 = 0 then hash(i * 19) % 3000000 else 0 end)::bigint as outpatient_sum_fen
    from range({members}) t(i);
create table settlements as
    select i as number, (hash(i * 7) % {members})::bigint as person,
        date '2020-01-01' + (hash(i * 3) % 182)::int as settled_on,
        hash(i * 5) % 10 < 2 as is_inpatient,
        (case when hash(i * 23) % 200 = 0 then -1 else 1 end * exp(6 + (hash(i * 11) % 10000) / 1250.0))::bigint
            as self_pay1_fen
    from range({settlements}) t(i);
create view cases as
    select number, person, settled_on, is_inpatient, self_pay1_fen, outpatient_sum_fen
    from settlements join members using (person) where is_covered;
"""


def universal() -> Scheme:
    """The universal plan as it stands."""
    folder = Path(mutual_aid.__file__).parent / "schemes"
    return rules.read((folder / "universal_2017.toml").read_text(encoding="utf-8"))


def in_bulk(settlements: int, members: int, *, check: bool) -> dict[str, float]:
    """Seconds of the statement, and of writing the joined rows alone; the process's memory; rows decided otherwise."""
    scheme = universal()
    shown = [*scheme.totals, scheme.steps[-1]]
    with tempfile.TemporaryDirectory() as folder:
        limits: dict[str, str | bool | int | float | list[str]] = {
            "threads": 2,
            "memory_limit": WITHIN,
            "temp_directory": f"{folder}/spilled",
        }
        with duckdb.connect(f"{folder}/bench.duckdb", config=limits) as connection:
            connection.execute("set preserve_insertion_order = false")
            connection.execute(MADE.format(settlements=settlements, members=members))
            begun = time.perf_counter()
            connection.execute("create table bare as from cases")
            bare = time.perf_counter() - begun
            connection.execute("drop table bare")
            begun, worked = time.perf_counter(), time.process_time()
            batch.adjudicate(connection, scheme, "cases", keep=["number"], per=PER, order=ORDER, show=shown).create(
                "decisions"
            )
            taken, worked = time.perf_counter() - begun, time.process_time() - worked
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            different = _different(connection, scheme) if check else -1
    return {"seconds": taken, "worked": worked, "bare": bare, "megabytes": memory, "different": different}


def _different(connection: duckdb.DuckDBPyConnection, scheme: Scheme) -> int:
    """Rows decided otherwise by the function, in a total or the result; where there are none the digests agree."""
    shown = [*scheme.totals, scheme.steps[-1]]
    columns = ", ".join(f"decisions.{name}" for name in shown)
    found = connection.execute(
        f"select person, is_inpatient, self_pay1_fen, cases.outpatient_sum_fen, {columns} "
        "from cases join decisions using (number) "
        "where refused is null order by person, settled_on, number"
    )
    wrong, rows, ours, theirs = 0, 0, hashlib.sha256(), hashlib.sha256()
    for _, cases in groupby(_rows(found), key=lambda row: row[0]):
        stood: dict[str, int] | None = None
        for _, is_inpatient, self_pay1_fen, opened, *wanted in cases:
            given = {"is_inpatient": is_inpatient, "self_pay1_fen": self_pay1_fen}
            decision = scheme.decide(given, {"outpatient_sum_fen": opened} if stood is None else stood)
            stood = scheme.after(decision)
            wrong += [decision.steps[name] for name in shown] != wanted
            rows += 1
            ours.update(b"%d " % decision.result)
            theirs.update(b"%d " % wanted[-1])
    decided = connection.execute("select count(*) from cases").fetchall()[0][0]
    assert (ours.digest() == theirs.digest()) == (wrong == 0)
    return int(wrong + decided - rows)


def _rows(found: duckdb.DuckDBPyConnection) -> Iterator[tuple]:
    while some := found.fetchmany(50_000):
        yield from some


def _apart(settlements: int, members: int, *words: str) -> dict[str, float]:
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench.rules", str(settlements), str(members), *words],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return {name: float(value) for name, value in json.loads(run.stdout).items()}


def measure(scale: float) -> list[Result]:
    """All settlements at once three times over, at other sizes once, and one claim."""
    settlements, members = int(SETTLEMENTS * scale), int(MEMBERS * scale)
    runs = [_apart(settlements, members, *(["check"] if number == 0 else [])) for number in range(3)]
    sizes = {many: _apart(int(many * scale), members)["megabytes"] for many in (500_000, 5_000_000)}
    bares, usual = [run["bare"] for run in runs], [run["megabytes"] for run in runs]
    name = f"rules: {settlements:,} settlements, {members:,} members"
    return [
        Result(name, [run["seconds"] for run in runs], "at most", 3, "s", bares, "s joined"),
        Result("rules: processor time of it, both cores", [run["worked"] for run in runs], "shown", unit="s"),
        Result("rules: memory of it", usual, "at most", 700, "MB", percentile=100),
        Result("rules: memory at 500,000", [sizes[500_000]], "shown", unit="MB"),
        Result("rules: memory at 5,000,000", [sizes[5_000_000]], "ratio at most", 1.25, "MB", usual, "MB"),
        Result("rules: rows the function decides otherwise", [runs[0]["different"]], "exactly", 0, "rows"),
        *_one_claim(universal()),
    ]  # fmt: skip


def _one_claim(scheme: Scheme, rounds: int = 15, many: int = 2_000) -> list[Result]:
    draw = Random(6)
    cases = [({"is_inpatient": draw.random() < 0.2, "self_pay1_fen": draw.randrange(10_000_000)},
              {"outpatient_sum_fen": draw.randrange(3_000_000)}) for _ in range(many)]  # fmt: skip
    decide, explain = scheme.decide, scheme.explain

    def alone() -> None:
        for given, before in cases:
            decide(given, before)

    def told() -> None:
        for given, before in cases:
            explain(decide(given, before))

    taken = {call: [one / many * 1e6 for one in timeit.repeat(call, number=1, repeat=rounds)] for call in (alone, told)}
    return [
        Result("rules: one claim", taken[alone], "at most", 5, "µs"),
        Result("rules: one claim with its explanation", taken[told], "at most", 50, "µs"),
    ]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(in_bulk(int(sys.argv[1]), int(sys.argv[2]), check="check" in sys.argv)))
