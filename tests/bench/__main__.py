"""`python -m tests.bench`: build a large journal, measure, print each number beside its limit, drop everything."""

import argparse
import multiprocessing
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from tests.bench import room
from tests.bench.measure import Result, table

APART = ("reconcile", "lists", "imports", "palette", "cuts", "books", "rules", "replay", "settling", "members")
"""The steps that need no large journal."""
FORK = multiprocessing.get_context("fork")
STEPS = ("months", "rows", "drill", "actions", "bulk", "fold", "tree", "seals", "prints", *APART)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextmanager
def _timed(what: str) -> Iterator[None]:
    begun = time.monotonic()
    _say(f"… {what}")
    yield
    _say(f"  {time.monotonic() - begun:.0f} s")


def _words() -> argparse.Namespace:
    words = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    words.add_argument("--scale", type=float, default=1.0, help="1 is 10 million entries, a million list rows")
    words.add_argument("--no-fail", action="store_true", help="end with 0 even where a limit is passed")
    words.add_argument("--only", default=",".join(STEPS), help=f"some of {', '.join(STEPS)}")
    words.add_argument("--keep", action="store_true", help="keep the large journal for the next run")
    return words.parse_args()


def main() -> int:
    """Measure; 1 where a limit is passed."""
    words = _words()
    chosen = set(words.only.split(","))
    at = room.server()
    begun = time.monotonic()
    results: list[Result] = []
    with room.database("gonghui_bench_empty", at) as empty:
        room.settle(empty)
        with _timed("migrations"):
            room.migrate()
        for measure in (
            _journal,
            _storm_of_seals,
            _reading,
            _lists,
            _imports,
            _palette,
            _cuts,
            _books,
            _members,
            _rules,
            _replay,
            _settling,
        ):
            for found in measure(words, chosen, at):
                results += found
                _say(table(found))  # at once: what fails later does not take it away
    _say("\n" + table(results))
    over = [one.name for one in results if not one.is_kept]
    _say(f"\n{_machine()}; {time.monotonic() - begun:.0f} s in all; over their limit: {', '.join(over) or 'none'}")
    return 1 if over and not words.no_fail else 0


def _machine() -> str:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, load at the end {load:.1f}"


def _journal(words: argparse.Namespace, chosen: set[str], at: str) -> Iterator[list[Result]]:
    if not chosen - set(APART):
        return
    from tests.bench import errands, errands_bulk, federation, prints, reports, seals, trees

    entries = int(10_000_000 * words.scale)
    with room.database(f"gonghui_bench_{entries}", at, like="gonghui_bench_empty", keep=words.keep) as address:
        room.enter(address)
        if not room.holds_entries():
            with _timed(f"{entries:,} entries over {federation.UNIONS:,} unions, by the bulk path, folded"):
                federation.build(entries)
                errands.make_table()
        steps: list[tuple[str, Callable[[], list[Result]]]] = [
            ("months", lambda: reports.measure_months(60)),
            ("rows", lambda: reports.measure_rows(9)),
            ("drill", lambda: reports.measure_drill(60)),
            ("actions", lambda: errands.measure(address, 400)),
            ("bulk", lambda: errands_bulk.measure(address, 7)),
            ("fold", lambda: reports.measure_fold(5)),
            ("tree", lambda: trees.measure(20)),
            ("seals", lambda: seals.measure(200)),
            ("prints", lambda: prints.measure(20)),
        ]
        for name, measure in steps:
            if name in chosen:
                with _timed(name):
                    found = measure()
                yield found


def _storm_of_seals(words: argparse.Namespace, chosen: set[str], at: str) -> Iterator[list[Result]]:
    if "seals" not in chosen:
        return
    from tests.bench import seals

    with room.database("gonghui_bench_seals", at, like="gonghui_bench_empty") as address:
        room.enter(address)
        with _timed("sealing beside writers"):
            found = seals.beside_writers(address, 20 if words.scale >= 1 else 6)
    yield found


def _reading(words: argparse.Namespace, chosen: set[str], at: str) -> Iterator[list[Result]]:
    if "reconcile" not in chosen:
        return
    from tests.bench import reading

    with _timed("reconcile"):
        found = reading.measure(16 if words.scale >= 1 else 4)
    yield found


def _lists(words: argparse.Namespace, chosen: set[str], at: str) -> Iterator[list[Result]]:
    if "lists" not in chosen:
        return
    from tests.bench import lists

    rows = int(1_000_000 * words.scale)
    with room.database("gonghui_bench_lists", at, like="gonghui_bench_empty") as address:
        room.enter(address)
        with _timed(f"{rows:,} set-ups under 100,000 unions"):
            paths = lists.build(max(11_000, int(100_000 * words.scale)), rows)
        with _timed("lists"):
            found = lists.measure(paths, rows, 200)
    yield found


def _palette(words: argparse.Namespace, chosen: set[str], at: str) -> Iterator[list[Result]]:
    if "palette" not in chosen:
        return
    from tests.bench import palettes

    names = int(1_000_000 * words.scale)
    with room.database("gonghui_bench_palette", at, like="gonghui_bench_empty") as address:
        room.enter(address)
        with _timed(f"{names:,} unions with names of their own, people and set-ups beside them"):
            palettes.build(names)
        with _timed("palette"):
            found = palettes.measure(40)
    yield found


def _imports(words: argparse.Namespace, chosen: set[str], at: str) -> Iterator[list[Result]]:
    if "imports" not in chosen:
        return
    from tests.bench import imports

    many = int(100_000 * words.scale)
    for shape in imports.SHAPES:
        with room.database("gonghui_bench_imports", at, like="gonghui_bench_empty") as address:
            room.enter(address)
            with _timed(f"an import of {many:,} {shape}"), ProcessPoolExecutor(1, FORK) as apart:
                found = apart.submit(imports.measure, many, shape).result()  # nothing of another shape in its memory
        yield found


def _books(words: argparse.Namespace, chosen: set[str], at: str) -> Iterator[list[Result]]:
    if "books" not in chosen:
        return
    from tests.bench import books

    with room.database("gonghui_bench_books", at, like="gonghui_bench_empty") as address:
        room.enter(address)
        with _timed("books"):
            found = books.measure(words.scale)
    yield found


def _members(words: argparse.Namespace, chosen: set[str], at: str) -> Iterator[list[Result]]:
    if "members" not in chosen:
        return
    from tests.bench import members

    rows, people = int(100_000 * words.scale), int(1_600_000 * words.scale)
    with room.database("gonghui_bench_members", at, like="gonghui_bench_empty") as address:
        room.enter(address)
        with _timed(f"a roster of {rows:,}"):
            found = members.measure_roster(rows)
    yield found
    with room.database("gonghui_bench_people", at, like="gonghui_bench_empty", keep=words.keep) as address:
        room.enter(address)
        if not members.stand():
            members.plant()
            with _timed(f"{people:,} members"):
                yield members.measure_created(people)
        with _timed("found and named"):
            found = members.measure_found(100)
    yield found


def _rules(words: argparse.Namespace, chosen: set[str], at: str) -> Iterator[list[Result]]:
    if "rules" not in chosen:
        return
    from tests.bench import rules

    with _timed("rules"):
        found = rules.measure(words.scale)
    yield found


def _replay(words: argparse.Namespace, chosen: set[str], at: str) -> Iterator[list[Result]]:
    if "replay" not in chosen:
        return
    from tests.bench import replay

    with _timed("replay"):
        found = replay.measure(words.scale)
    yield found


def _settling(words: argparse.Namespace, chosen: set[str], at: str) -> Iterator[list[Result]]:
    if "settling" not in chosen:
        return
    from tests.bench import settling

    measures = (lambda: settling.measure(words.scale)), (lambda: settling.measure_claims(words.scale, 100))
    for what, measure in zip(("settlements", "claims"), measures, strict=True):
        with room.database("gonghui_bench_settling", at, like="gonghui_bench_empty") as address:
            room.enter(address)
            with _timed(what):
                found = measure()
        yield found


def _cuts(words: argparse.Namespace, chosen: set[str], at: str) -> Iterator[list[Result]]:
    if "cuts" not in chosen:
        return
    from tests.bench import cuts

    wanted = 1_000 if words.scale >= 1 else 100
    for name, spoil in (("", ""), ("without lock", cuts.NO_LOCK), ("with ids drawn ahead", cuts.IDS_AHEAD)):
        with room.database("gonghui_bench_cuts", at, like="gonghui_bench_empty") as address:
            room.enter(address)
            with _timed(f"cuts {name}"):
                if spoil:
                    found = [cuts.control(address, spoil, name, max(50, wanted // 10))]
                else:
                    found = cuts.measure(address, wanted)
        yield found


if __name__ == "__main__":
    sys.exit(main())
