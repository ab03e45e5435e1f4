"""Lists a page at a time over a million rows, and subtrees of a hundred thousand unions, by our own queries."""

import csv
import random
import tracemalloc
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from tempfile import TemporaryFile
from typing import IO

from django.db import connection, transaction
from django.http import QueryDict

from gonghui.core import bulk
from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.models import random_id
from gonghui.spine.organisations.console.set_ups import LISTING
from gonghui.spine.organisations.models import Organisation, SetUp
from gonghui.web.desk import Keyset
from gonghui.web.lists import export
from tests.bench.federation import CITY, DISTRICTS, TOWNS, tree
from tests.bench.measure import Result, Statements, timed

DAY = date(2020, 6, 30)
STATES = ("prospect", "preparing", "elected", "abandoned")


def build(unions: int, set_ups: int) -> list[str]:
    """The tree with its unions, and set-ups spread over them; gives the paths."""
    draw, paths = random.Random(8), tree(unions)
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")  # no look at each superior: they are there
    bulk.copy(Organisation, *_table([_organisation(n + 1, path) for n, path in enumerate(paths)]))
    begun = date(2010, 1, 1)
    first_town = 2 + DISTRICTS
    towns = draw.choices(range(first_town, first_town + TOWNS), [1 / n**0.7 for n in range(1, TOWNS + 1)], k=5_000)
    for start in range(0, set_ups, 20_000):
        rows = []
        for n in range(start, min(start + 20_000, set_ups)):
            days = timedelta(days=int(3_830 * (n / set_ups)))
            state = draw.choices(STATES, (4, 4, 2, 90))[0]
            superior = draw.choice(towns) if draw.random() < 0.95 else draw.randint(2, 1 + DISTRICTS)
            rows.append(_set_up(begun + days, state, superior))
        bulk.copy(SetUp, *_table(rows))
    with connection.cursor() as cursor:
        cursor.execute("reset session_replication_role")
        cursor.execute("vacuum (analyze) organisations_organisation, organisations_setup")
    return paths


def _table(rows: list[dict[str, object]]) -> tuple[list[str], list[list[object]]]:
    return list(rows[0]), [list(row.values()) for row in rows]


def _organisation(number: int, path: str) -> dict[str, object]:
    name = f"示范街道第{number}联合工会委员会"
    parent = path.rstrip("/").rpartition("/")[0].rpartition("/")[2]
    depth = path.count("/") - 1
    return {
        "id": number,
        "public_id": uuid.uuid4(),
        "code": f"110105-BA-{number:06}",
        "name": name,
        "short_name": name[:20],
        "english_name": "",
        "level": ("city", "district", "town", "base")[depth - 1],
        "area_code": "110105",
        "parent_id": int(parent) if parent else None,
        "path": path,
        "path_since": DAY,
        "depth": depth,
        "founded_on": DAY,
        "is_active": True,
        "is_mixed": False,
        "uscc": "",
        "pinyin_key": f"shifan{number * 7919 % 1_000_003:07}",
    }


def _set_up(day: date, state: str, superior: int) -> dict[str, object]:
    return {
        "id": random_id(),
        "public_id": uuid.uuid4(),
        "state": state,
        "superior_id": superior,
        "kind": "base",
        "name": "示范科技有限公司工会委员会",
        "english_name": "",
        "area_code": "110105",
        "prospected_on": day,
        "approval_no": "",
        "establishment_no": "",
        "reason": "",
        "search_terms": [],
    }


def _actor(path: str) -> Actor:
    return replace(SYSTEM, path=path, organisation_id=int(path.rstrip("/").rpartition("/")[2]))


def _page_of(keyset: Callable[[], Keyset], after: str) -> Callable[[], str]:
    return lambda: keyset().page(QueryDict(after)).next


EXPORTED = 100_000


def _taken(make: Callable[..., IO[bytes]], rows: int) -> int:
    """The size of a file of so many set-ups, made as a click on 导出 makes it."""
    actor = _actor(CITY)
    found = LISTING.rows(actor, QueryDict("state=all")).only(*LISTING.reads).order_by(*LISTING.order)[:rows]
    with transaction.atomic():
        each = found.iterator(chunk_size=export.CHUNK)
        chunks = export.in_chunks(iter(each), partial(LISTING.cells, actor))
        with make("", LISTING.columns, chunks, []) as file:
            return file.seek(0, 2)


def _peak(make: Callable[..., IO[bytes]], rows: int) -> int:
    """How much memory stood at once while it was made."""
    tracemalloc.start()
    _taken(make, rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def _bare(rows: int) -> None:
    """The same columns by a bare statement and Python's csv: what no export is faster than."""
    with connection.cursor() as cursor, TemporaryFile("w", newline="") as file:
        cursor.execute(
            "select s.name, s.kind, o.name, o.code, s.state, s.prospected_on from organisations_setup s"
            " join organisations_organisation o on o.id = s.superior_id"
            " order by s.prospected_on desc, s.id desc limit %s",
            [rows],
        )
        csv.writer(file).writerows(cursor.fetchall())


def exports(rows: int) -> list[Result]:
    """A list of a hundred thousand rows taken away; five times the rows stand in the same memory."""
    many = min(EXPORTED, rows)
    bare = [timed(lambda: _bare(many)) / 1000 for _ in range(3)]
    found = [Result(f"{many:,} rows by a bare statement and csv", bare, "shown", 0, "s")]
    for name, make in ((".xlsx", export.as_xlsx), (".csv", export.as_csv)):
        times = [timed(lambda make=make: _taken(make, many)) / 1000 for _ in range(3)]
        found.append(Result(f"{many:,} rows taken away as {name}", times, "at most", 8, "s", percentile=100))
        more, fewer = (_peak(make, so_many * export.CHUNK) / 2**20 for so_many in (10, 2))
        beside = "a fifth of the rows"
        found.append(
            Result(f"memory for {name}", [more], "ratio at most", 1.5, "MB", baseline=[fewer], baseline_name=beside)
        )
    return found


def measure(paths: list[str], set_ups: int, rounds: int) -> list[Result]:
    """Pages of set-ups as the desk lists them, for readers of all ranks, first and later ones; then subtrees."""
    draw = random.Random(9)
    readers = [paths[0], *paths[1 : 1 + DISTRICTS], *draw.sample(paths[1 + DISTRICTS : 1 + DISTRICTS + TOWNS], 30)]
    served, seen, scoped = [], [], []
    for n in range(rounds):
        actor = _actor(readers[0] if n % 3 == 0 else draw.choice(readers))
        rows = SetUp.objects.seen_by(actor).select_related("superior")
        rows = (rows, rows.open(), rows.filter(state="elected"))[n % 3]
        after = ""
        for _ in range(draw.choice((0, 1, 5))):  # the first page, the second, the sixth
            after = Keyset(rows, ("-prospected_on", "-id"), 50).page(QueryDict(after)).next or after
        page = _page_of(lambda rows=rows: Keyset(rows, ("-prospected_on", "-id"), 50), after)
        served.append(Statements().of(page).server_time())
        seen.append(timed(page))
    for n in range(rounds):
        unions = Organisation.objects.seen_by(_actor(draw.choice(readers) if n % 2 else draw.choice(paths)))
        first = _page_of(lambda unions=unions: Keyset(unions, ("pinyin_key", "id"), 50), "")
        scoped.append(Statements().of(first).of(lambda unions=unions: unions.count()).server_time())
    return [
        *exports(set_ups),
        Result(f"list page of 50 over {set_ups:,} rows, on the server", served, "at most", 60, percentile=95),
        Result(f"list page of 50 over {set_ups:,} rows, seen by the caller", seen, "shown", percentile=95),
        Result(f"subtree of {len(paths):,} unions: page and full count", scoped, "at most", 50, percentile=95),
    ]
