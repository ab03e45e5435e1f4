"""The roster of millions: a factory's workbook of a hundred thousand, the people of a city entered, found and named."""

import io
import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from importlib import import_module
from random import Random
from types import SimpleNamespace
from typing import Any

import xlsxwriter
from django.db import connection
from django.http import QueryDict

from gonghui.core import bulk, first_load
from gonghui.core.actor import SYSTEM, Actor
from gonghui.scenario import members as scenario
from gonghui.scenario.members import TAKEN_OVER
from gonghui.spine.members import actions as roster
from gonghui.spine.members.console.roster import LISTING
from gonghui.spine.members.console.segments import parted
from gonghui.spine.members.models import Membership, Person
from gonghui.spine.organisations import rules as unions
from gonghui.spine.organisations.models import Organisation, PathSpan
from gonghui.spine.organisations.tests.builders import Federation, an_actor
from gonghui.web import palette
from gonghui.web.imports import actions, opening
from gonghui.web.imports.models import Import
from gonghui.web.imports.sheet import SHEETS, Scope
from tests.bench import federation, trees
from tests.bench.measure import Result, timed

TODAY = date(2020, 8, 10)
PREVIEW, COMMIT, CHILD, CREATED = 15.0, 10.0, 600.0, 60.0
COLUMNS = ("姓名", "身份证号", "手机", "入会日期", "本人同意")
UNIONS, LANES, AT_ONCE = 11_000, 2, 8_000
FORK = multiprocessing.get_context("fork")


def _seconds(act: Callable[[], object]) -> float:
    begun = time.monotonic()
    act()
    return time.monotonic() - begun


# A roster as a workbook -------------------------------------------------------------------------------------------


def _workbook(many: int, union: Organisation) -> bytes:
    out, draw = io.BytesIO(), Random(1)
    book = xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, COLUMNS)
    for number in range(many):
        one = scenario.person(draw, number, union)
        page.write_row(number + 1, 0, [one.name, one.paper.number, one.phone, "2020-06-01", "是"])
    book.close()
    return out.getvalue()


def measure_roster(many: int) -> list[Result]:
    """Read and compared, then committed, as the clerk waits for it; beside reading alone and bare COPY of the rows."""
    tree = Federation()
    keeper, sheet = an_actor("member_officer", tree.first), SHEETS["members.roster"]
    content = _workbook(many, tree.first)
    batch: list[Import] = []

    def preview() -> None:
        batch.append(actions.bring_file(sheet, content, "名册.xlsx", scope=Scope(keeper, 0, TODAY), on=TODAY))
        actions.read_import(batch[0], by=keeper, on=TODAY)

    read = _seconds(preview)
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    batch[0].refresh_from_db()
    assert (batch[0].state, batch[0].added) == ("checked", many), (batch[0].state, batch[0].added)
    commit = _seconds(lambda: actions.commit_import(batch[0], by=keeper, on=TODAY))
    assert Person.objects.count() == many
    bare = _seconds(lambda: opening.open_upload(content, "名册.xlsx", largest=2**30, wanted=sheet.worksheets))
    bare += _bare_copy(("members_person", "members_membership", "members_consent", "core_entry"))
    named, scale = f"{many:,} rows", many / 100_000
    return [
        Result(f"roster: preview of {named}", [read], "at most", PREVIEW * scale, "s"),
        Result("roster: memory of the child that reads them", [child], "at most", CHILD, "MB"),
        Result(f"roster: commit of {named}", [commit], "at most", COMMIT * scale, "s"),
        Result("roster: both", [read + commit], "shown", 0, "s", [bare], "s reading and bare COPY"),
    ]


def _bare_copy(tables: Sequence[str]) -> float:
    """The rows that were written once more, by COPY alone, into tables with the same columns and indexes."""
    spent = 0.0
    for table in tables:
        with connection.cursor() as cursor:
            cursor.execute(f"create table bench_bare (like {table} including indexes)")
            with cursor.copy(f"copy {table} to stdout (format binary)") as out:
                content = b"".join(bytes(piece) for piece in out)
            begun = time.monotonic()
            with cursor.copy("copy bench_bare from stdin (format binary)") as into:
                into.write(content)
            spent += time.monotonic() - begun
            cursor.execute("drop table bench_bare")
    return spent


# The people of a city ---------------------------------------------------------------------------------------------


def stand() -> bool:
    """Whether a run before this one entered them and kept them."""
    return Person.objects.exists()


def plant() -> None:
    """The unions stand in which they are members."""
    paths = federation.tree(UNIONS)
    rows = list(trees._rows(paths))
    columns = [str(field.column) for field in Organisation._meta.concrete_fields]
    names = [field.attname for field in Organisation._meta.concrete_fields]
    bulk.copy(Organisation, columns, ([getattr(row, name) for name in names] for row in rows))
    bulk.copy(PathSpan, ["organisation_id", "path", "first_on"], ((one.id, one.path, one.path_since) for one in rows))
    with connection.cursor() as cursor:
        cursor.execute("vacuum (analyze) organisations_organisation, organisations_pathspan")


def measure_created(many: int) -> list[Result]:
    """As the scenario enters them: made, sealed and written by two processes, some thousands a transaction."""
    places = [one for one in Organisation.objects.order_by("id") if one.level == "base"]
    chunks = [range(first, min(first + AT_ONCE, many)) for first in range(0, many, AT_ONCE)]
    connection.close()

    def created() -> None:
        first_load.set_aside(Person, Membership)
        connection.close()
        lanes = [FORK.Process(target=_enter, args=(places, chunks[lane::LANES])) for lane in range(LANES)]
        for one in lanes:
            one.start()
        for one in lanes:
            one.join()
        assert not any(one.exitcode for one in lanes)
        first_load.put_back(Person, Membership)

    spent = _seconds(created)
    assert Person.objects.count() == many
    return [Result(f"{many:,} members created, sealed", [spent], "at most", CREATED * many / 1_600_000, "s")]


@bulk.without_collecting()
def _enter(places: Sequence[Organisation], chunks: Sequence[range]) -> None:
    for numbers in chunks:
        draw = Random(numbers.start)
        people = [
            scenario.person(draw, n, places[n * len(places) // 1_600_000 % len(places)], since=TAKEN_OVER)
            for n in numbers
        ]
        roster.bulk_enter(people, by=SYSTEM, on=TAKEN_OVER)
    connection.close()


def measure_found(rounds: int) -> list[Result]:
    """A paper's holder; a name of two characters on the roster's page and on the palette, for each reader."""
    with connection.cursor() as cursor:
        cursor.execute("vacuum (analyze) members_person, members_membership")
    many, draw, paths = Person.objects.count(), Random(7), federation.tree(UNIONS)
    some = list(Person.objects.order_by("paper_index").values_list("pk", flat=True)[:50_000])
    chosen = [Person.objects.get(pk=draw.choice(some)) for _ in range(rounds)]
    keys = [(one.paper_kind, one.paper) for one in chosen]
    import_module("gonghui.project.urls")  # every shelf registers itself
    readers: dict[str, Callable[[], Actor]] = {
        "city": lambda: _reader(paths[0]),
        "district": lambda: _reader(draw.choice(paths[1 : 1 + federation.DISTRICTS])),
        "base union": lambda: _reader(draw.choice(paths[-5_000:])),
    }
    city = readers["city"]()
    times = [timed(lambda key=key: list(Person.objects.seen_by(city).of_paper(*key))) for key in keys]
    found = [Result(f"a person by paper number among {many:,}", times, "at most", 5, "ms", percentile=95)]
    kinds = {"two characters": lambda: draw.choice(chosen).name[:2], "a whole name": lambda: draw.choice(chosen).name}
    kinds |= {
        "a given name": lambda: draw.choice(chosen).name[1:3],
        "one surname": lambda: draw.choice(chosen).name[:1],
    }
    for name, reader in readers.items():
        for kind, ask in kinds.items():
            asked = [(reader(), ask()) for _ in range(rounds)]
            times = [timed(lambda one=one: _listed(*one)) for one in asked]
            found.append(Result(f"roster by {kind}, {name}", times, "at most", 60, "ms", percentile=95))
            times = [timed(lambda one=one: palette.shelves(*one)) for one in asked]
            found.append(Result(f"palette by {kind}, {name}", times, "at most", 60, "ms", percentile=95))
    days = (date(2020, 1, 1), date(2020, 6, 30))
    times = [timed(lambda: parted(city, *days)) for _ in range(5)]
    return [*found, Result("who came and left, part by part, city", times, "shown")]


def _reader(path: str) -> Actor:
    line = unions.ids_of(path)
    return replace(SYSTEM, path=path, organisation_id=line[-1], level=trees.LEVELS[len(line) - 1])


def _listed(actor: Actor, words: str) -> object:
    """The first page of the roster, as its address asks for it."""
    asked = QueryDict(mutable=True)
    asked["q"] = words
    request: Any = SimpleNamespace(actor=actor, GET=QueryDict(LISTING.address(actor, asked)))
    return LISTING.page(request)
