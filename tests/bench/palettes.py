"""What the palette answers over a million names: every shelf, for readers of all ranks, from typing to hits."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from importlib import import_module

from django.db import connection
from django.db.models import Model

from gonghui.core import bulk, codes, search
from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.models import random_id
from gonghui.spine.officials.models import Post
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.models import NameTerms, Organisation, SetUp, place_terms
from gonghui.web import palette
from gonghui.web.models import Account
from tests.bench.federation import DISTRICTS, TOWNS, tree
from tests.bench.measure import Result, timed

DAY = date(2015, 1, 5)
LEVELS = ("city", "district", "town", "base")
FIRST, SECOND = "恒瑞嘉信宏泰永鼎华利丰锦辉润通安和顺明新", "远达成源兴创业联合众汇智茂昌飞翔宇辰阳川"
KINDS = ("科技", "商贸", "物业管理", "食品", "建筑工程", "文化传媒", "餐饮服务", "汽车配件")
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许", "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"
PEOPLE, CASES = 0.05, 0.1
"""How many officials and set-ups stand beside the unions, as shares of them."""


@cache
def _letter(sign: str) -> str:
    return search.initials(sign)


def _terms(*names: str) -> list[str]:
    """What `search.terms` gives for names of these characters, which have one reading each: a million in a minute."""
    found: set[str] = set()
    for name in names:
        found.update(name)
        found.update(name[at : at + 2] for at in range(len(name) - 1))
        spelled = "".join(map(_letter, name))
        found.update("~" + spelled[at : at + n] for n in (2, 3) for at in range(len(spelled) - n + 1))
    return sorted(found)


def _name(number: int, place: str) -> str:
    """The number-th enterprise's union; half of them carry the name of their district."""
    number, first = divmod(number, len(FIRST))
    number, second = divmod(number, len(SECOND))
    number, kind = divmod(number, len(KINDS))
    number, third = divmod(number, len(SECOND))
    return f"{place if number % 2 else ''}{FIRST[first]}{SECOND[second]}{SECOND[third]}{KINDS[kind]}有限公司工会"


def _unions(paths: Sequence[str]) -> Iterator[Organisation]:
    districts, numbers = list(codes.DISTRICTS.values()), [0] * DISTRICTS
    for path in paths:
        line = rules.ids_of(path)
        key, level = line[-1], LEVELS[len(line) - 1]
        at = line[1] - 2 if len(line) > 1 else 0
        district, numbers[at] = districts[at], numbers[at] + 1
        name = {
            "city": "示范市总工会",
            "district": f"{district.name}总工会",
            "town": f"{FIRST[key % 20]}{SECOND[key // 20 % 20]}街道总工会",
            "base": _name(key * 7919 % 1_999_993, district.name),
        }[level]
        code = f"{district.code[:6]}-{chr(65 + numbers[at] // 90_000)}A-{numbers[at] % 90_000:05}-{at % 10}"
        yield Organisation(
            id=key,
            code=code,
            name=name,
            short_name=name[:20],
            level=level,
            area_code=district.code[:6],
            parent_id=line[-2] if len(line) > 1 else None,
            path=path,
            path_since=DAY,
            depth=len(line),
            founded_on=DAY,
            pinyin_key=f"{key:07}",
        )


def _found_by(paths: Sequence[str]) -> Iterator[NameTerms]:
    for one in _unions(paths):  # made again, not read: a connection that copies cannot be asked
        yield NameTerms(
            organisation_id=one.pk,
            terms=[*_terms(one.name), f"#{one.code.split('-')[2]}", *place_terms(one.path, one.level)],
        )


def _accounts(many: int, draw: random.Random) -> Iterator[Account]:
    for n in range(1, many + 1):
        name = draw.choice(SURNAMES) + draw.choice(GIVEN) + draw.choice(GIVEN)
        yield Account(id=n, username=f"clerk{n}", name=name, password="!", search_terms=_terms(name))


def _posts(many: int, paths: Sequence[str], draw: random.Random) -> Iterator[Post]:
    for n in range(1, many + 1):
        where = rules.ids_of(draw.choice(paths))[-1]
        yield Post(id=random_id(), account_id=n, organisation_id=where, role="statistician", first_on=DAY)


def _cases(many: int, draw: random.Random) -> Iterator[SetUp]:
    for n in range(many):
        name, superior = _name(n * 104_729 % 1_999_993, ""), draw.randrange(2 + DISTRICTS, 2 + DISTRICTS + TOWNS)
        yield SetUp(
            id=random_id(), superior_id=superior, name=name, kind="base", prospected_on=DAY, search_terms=_terms(name)
        )


def _written(model: type[Model], rows: Iterator[Model]) -> None:
    columns = [str(field.column) for field in model._meta.concrete_fields]
    names = [field.attname for field in model._meta.concrete_fields]
    bulk.copy(model, columns, ([getattr(row, name) for name in names] for row in rows))


def build(names: int) -> None:
    """Unions with names, officials and set-ups; the indexes of terms are made after the rows."""
    sample = _name(1_234_567, "海淀区")
    assert _terms(sample) == search.terms(sample), "the bench's terms are not those of the platform"
    draw, paths = random.Random(4), tree(names)
    people = int(names * PEOPLE)
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")  # no look at each superior: they are there
        indexes = [
            ("organisations_nameterms", "name_terms", "terms"),
            ("organisations_setup", "set_up_terms", "search_terms"),
        ]
        for _table, index, _column in indexes:
            cursor.execute(f"drop index {index}")
        _written(Organisation, _unions(paths))
        _written(NameTerms, _found_by(paths))
        _written(SetUp, _cases(int(names * CASES), draw))
        _written(Account, _accounts(people, draw))
        Post.objects.bulk_create(_posts(people, paths, draw), batch_size=5_000)
        cursor.execute("set maintenance_work_mem = '512MB'")
        for table, index, column in indexes:
            cursor.execute(f"create index {index} on {table} using gin ({column})")
        cursor.execute("reset session_replication_role")
        tables = [Organisation, NameTerms, SetUp, Account, Post]
        cursor.execute(f"vacuum (analyze) {', '.join(one._meta.db_table for one in tables)}")


def _actor(path: str) -> Actor:
    line = rules.ids_of(path)
    return replace(SYSTEM, path=path, organisation_id=line[-1], level=LEVELS[len(line) - 1])


def _asked(draw: random.Random) -> dict[str, Callable[[], str]]:
    """What people type, by kind."""

    def brand() -> str:
        return draw.choice(FIRST) + draw.choice(SECOND)

    return {
        "two characters": brand,
        "one character": lambda: draw.choice(FIRST),
        "three characters, rare": lambda: brand() + draw.choice(SECOND),
        "what every name holds": lambda: draw.choice(("工会", "有限公司", "科技", "商贸")),
        "a district": lambda: draw.choice(list(codes.DISTRICTS.values())).name,
        "two initials": lambda: search.initials(brand()),
        "four initials": lambda: search.initials(brand() + draw.choice(KINDS)[:2]),
        "a code or part of one": lambda: draw.choice(("110105", "110108-AA-00", f"{draw.randrange(90_000):05}")),
        "a district and initials": lambda: f"{draw.choice(('朝阳', '海淀'))} {search.initials(brand())}",
        "nothing there is": lambda: draw.choice(("龘龘", "zzzzz", "齉")),
        "a person": lambda: draw.choice(SURNAMES) + draw.choice(GIVEN),
    }


def measure(rounds: int) -> list[Result]:
    """Every kind of question for a reader of each rank, from the words to the shelves; a bare look-up beside it."""
    draw, paths = random.Random(5), list(Organisation.objects.order_by("id").values_list("path", flat=True)[:4_000])
    readers: dict[str, Callable[[], Actor]] = {
        "city": lambda: _actor(paths[0]),
        "district": lambda: _actor(draw.choice(paths[1 : 1 + DISTRICTS])),
        "base union": lambda: _actor(draw.choice(paths[-1_000:])),
    }
    import_module("gonghui.project.urls")  # every shelf registers itself
    kinds = _asked(draw)
    assert len(palette.shelves(readers["city"](), "街道")) >= 1, "nothing is searched"
    for ask in kinds.values():
        palette.shelves(readers["city"](), ask())
    times: dict[tuple[str, str], list[float]] = {(reader, kind): [] for reader in readers for kind in kinds}
    bare: list[float] = []
    pairs = list(times)
    for _ in range(rounds):
        draw.shuffle(pairs)
        for reader, kind in pairs:
            actor, words = readers[reader](), kinds[kind]()
            times[reader, kind].append(timed(lambda actor=actor, words=words: palette.shelves(actor, words)))
        bare += [timed(lambda: Organisation.objects.get(pk=draw.randrange(1, 4_000))) for _ in range(3)]
    found = []
    for reader in readers:
        all_kinds = [one for kind in kinds for one in times[reader, kind]]
        name = f"palette over {Organisation.objects.count():,} names, {reader}"
        found.append(Result(name, all_kinds, "at most", 60, "ms", bare, "ms by key", percentile=95))
        found += [Result(f"  {reader}: {kind}", times[reader, kind], "shown", 0, "ms", percentile=95) for kind in kinds]
    return found
