"""A hundred thousand unions by the import desk: read and compared, committed, taken back; beside bare COPY.

Once into two towns that stand, once into two thousand towns that the same workbook founds.
"""

import resource
import time
from collections.abc import Callable, Iterator
from datetime import date

from django.db import connection

from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.tests.builders import Federation, an_actor
from gonghui.web.imports import actions, workbooks
from gonghui.web.imports.models import Import
from gonghui.web.imports.sheet import SHEETS, Scope, Standing
from tests.bench.measure import Result

JULY = date(2020, 7, 1)
PREVIEW, COMMIT, UNDO, CHILD = 15.0, 10.0, 10.0, 600.0
UNIONS = SHEETS["organisations.unions"]


def into_towns_that_stand(many: int, federation: Federation) -> Iterator[Standing]:
    """New unions as a clerk's workbook would list them, each under a town, founded on three days."""
    towns = [federation.wangjing, federation.zhongguancun]
    for number in range(many):
        town = towns[number % len(towns)]
        yield _union(number, town.code, town.name, town.area_code)


def with_their_towns(many: int, federation: Federation) -> Iterator[Standing]:
    """One row in fifty founds a town, named as superior by the unions after it, which have no code of it yet."""
    districts = [federation.chaoyang, federation.haidian]
    towns = many // 50
    for number in range(towns):
        above = districts[number % len(districts)]
        told = {"name": _town(number), "short_name": None, "english_name": None, "level": "town"}
        stands = {"superior": above.code, "superior_name": above.name, "area": above.area_code}
        yield Standing(0, {**told, **stands, "founded_on": date(2020, 6, 1)})
    for number in range(many - towns):
        town = number % towns
        yield _union(number, _town(town), None, districts[town % len(districts)].area_code)


def _town(number: int) -> str:
    return f"示例第{number}街道总工会"


def _union(number: int, superior: str, superior_name: str | None, area: str) -> Standing:
    told = {
        "name": f"示例第{number}号科技有限公司工会",
        "short_name": f"示例{number}号工会",
        "english_name": f"Union of Example {number} Technology",
        "level": "base",
    }
    stands = {"superior": superior, "superior_name": superior_name, "area": area}
    return Standing(0, {**told, **stands, "founded_on": date(2020, 6, 1 + number % 3)})


SHAPES = {"rows": into_towns_that_stand, "rows with their towns": with_their_towns}


def measure(many: int, shape: str) -> list[Result]:
    """Each step once, as a clerk waits for it; the bare COPY writes the same unions with the same indexes."""
    federation = Federation()
    by = an_actor("org_officer", federation.city)
    content = workbooks.layout(UNIONS, SHAPES[shape](many, federation))
    batch: list[Import] = []

    def preview() -> None:
        batch.append(actions.bring_file(UNIONS, content, "名册.xlsx", scope=Scope(by, 0, JULY), on=JULY))
        actions.read_import(batch[0], by=by, on=JULY)

    read = _seconds(preview)
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    batch[0].refresh_from_db()
    assert (batch[0].state, batch[0].added) == ("checked", many)
    commit = _seconds(lambda: actions.commit_import(batch[0], by=by, on=JULY))
    bare = _bare_copy()
    undo = _seconds(lambda: actions.undo_import(batch[0], by=by, on=JULY))
    named, scale = f"{many:,} {shape}", many / 100_000
    return [
        Result(f"import: preview of {named}", [read], "at most", PREVIEW * scale, unit="s"),
        Result("import: memory of the child that reads them", [child], "at most", CHILD, unit="MB"),
        Result(f"import: commit of {named}", [commit], "at most", COMMIT * scale, "s", [bare], "s bare COPY of them"),
        Result(f"import: taking {named} back", [undo], "at most", UNDO * scale, unit="s"),
    ]


def _seconds(act: Callable[[], object]) -> float:
    begun = time.monotonic()
    act()
    return time.monotonic() - begun


def _bare_copy() -> float:
    """The committed unions once more, by COPY alone, into a table with the same columns and indexes."""
    table = Organisation._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"create table bench_unions (like {table} including indexes)")
        with cursor.copy(f"copy {table} to stdout (format binary)") as out:
            content = b"".join(bytes(piece) for piece in out)
        begun = time.monotonic()
        with cursor.copy("copy bench_unions from stdin (format binary)") as into:
            into.write(content)
        spent = time.monotonic() - begun
        cursor.execute("drop table bench_unions")
    return spent
