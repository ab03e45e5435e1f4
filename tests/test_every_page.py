"""Every address as every role, as a stranger from another branch, without a post, without an account.

The table is `permissions.py`. Absent and forbidden look the same; whoever may not, changes nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from gonghui.core.models import Entry
from tests.permissions import TABLE, words
from tests.permissions.row import Row
from tests.world.federation import Branch, Person, World
from tests.world.plan import ADMINISTRATORS, CITY_OFFICES, OFFICES

PLANS = list(TABLE.items())
REFUSED = (403, 404, 405)
BY_RULE = (302, 403, 404, 405, 422)
VISITORS = (
    *(f"chaoyang.{word}" for word in OFFICES),
    *ADMINISTRATORS,
    "city.stats",
    "city.review",
    "city.lead",
    "city.org",
    "city.audit",
    *(f"city.{word}" for word in CITY_OFFICES),
    "chaoyang.town.stats",
    "chaoyang.shop.stats",
    "haidian.stats",
    "nobody",
)
"""Every role at home, above and below the examples; the strangers have a test of their own."""
OWN_PAGE_VISITORS = ("chaoyang.stats", "admin.security", "nobody")


def addresses(patterns: list[Any] | None = None, before: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Every pattern of the urlconf with its name, that of the interface for machines before its own."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route, f"{pattern.namespace}:" if pattern.namespace else space)
        else:
            assert isinstance(pattern, URLPattern)
            yield f"{space}{pattern.name}" if pattern.name else f"(no name) {route}", route


def address(name: str, row: Row, world: World, branch: Branch, *, absent: bool = False) -> str:
    """The address of the row's example in a branch."""
    known = words(world, branch, absent=absent)
    path = reverse(name, args=[known[word] for word in row.parts.split()])
    return f"{path}?{row.query}" if row.query else path


def some(keep: Any) -> Any:
    """The rows that are kept, each a test of its own."""
    kept = [(name, row) for name, row in PLANS if keep(row)]
    return pytest.mark.parametrize(("name", "row"), kept, ids=[name for name, _row in kept])


def named(usernames: tuple[str, ...], branch: Branch) -> set[str]:
    """Usernames with the branch in its place."""
    return {one.format(b=branch.key) for one in usernames}


def plain(response: Any, path: str) -> str:
    """A page without what differs from visit to visit: number, token, keys of forms, sealed words, the address."""
    text = response.content.decode()
    text = re.sub(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", "NUMBER", text)
    text = re.sub(r"[A-Za-z0-9]{64}", "TOKEN", text)
    text = re.sub(r'name="once" value="[\w-]{22}"', "KEY", text)
    text = re.sub(r"g1\.[\w.=%-]+", "SEALED", text)
    return text.replace(path, "ADDRESS")


def told_apart(one: Any, one_path: str, other: Any, other_path: str) -> bool:
    """Whether two answers differ in anything but their address."""
    headers = [
        {name: value.replace(path, "ADDRESS") for name, value in x.headers.items() if name != "Content-Length"}
        for x, path in ((one, one_path), (other, other_path))
    ]
    return (
        one.status_code != other.status_code
        or headers[0] != headers[1]
        or plain(one, one_path) != plain(other, other_path)
    )


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    listed = [name for name, _route in addresses()]
    assert sorted(listed) == sorted(TABLE)
    assert "demo_entrance" not in TABLE, "one click signs in only where the demo profile serves"


@some(lambda row: True)
def test_who_reads_it(world: World, name: str, row: Row) -> None:
    branch = world.branches["chaoyang"]
    path = address(name, row, world, branch)
    wrong = []
    for username in OWN_PAGE_VISITORS if row.signed_in else VISITORS:
        person = world.people[username]
        response = person.client().get(path)
        expected = _expected(row, person, branch)
        if response.status_code != expected:
            wrong.append(f"{username} got {response.status_code}, not {expected}")
        if (
            response.status_code != 302
            and not row.cacheable
            and "no-store" not in response.headers.get("Cache-Control", "")
        ):
            wrong.append(f"{username}: a cache may keep the {response.status_code}")
        if twice := _ids_twice(response):
            wrong.append(f"{username}: more than one element is called {', '.join(twice)}")
    assert not wrong, "\n".join([path, *wrong])


def _ids_twice(response: Any) -> list[str]:
    """The ids that a page gives to two elements: the look or the script of one then falls on the other."""
    if response.status_code != 200 or not response.headers.get("Content-Type", "").startswith("text/html"):
        return []
    ids = Counter(re.findall(r'<[a-z][^<>]*\sid="([^"]+)"', response.content.decode()))
    return [name for name, times in ids.items() if times > 1]


def _expected(row: Row, person: Person, branch: Branch) -> int:
    """What somebody gets who opens the row's example."""
    if row.signed_in:
        return row.signed_in
    reads = person.role in row.read or person.username in named(row.also, branch)
    if person.post is None or not (reads or person.role in row.send | row.knock):
        return 403
    if not row.read:
        return 405
    if row.home and not _in_sight(row, person, branch):
        return 404
    return row.answers if reads else 403


def _in_sight(row: Row, person: Person, branch: Branch) -> bool:
    place = getattr(branch, row.home)
    return bool(place == person.organisation if row.own else place.path.startswith(person.path))


@some(lambda row: True)
def test_who_is_not_signed_in_is_sent_to_sign_in(world: World, name: str, row: Row) -> None:
    path = address(name, row, world, world.branches["chaoyang"])
    response = Client().get(path)
    assert response.status_code == row.anonymous, path
    if row.signed_in:
        return
    for answer in (response, Client().post(path)):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(settings.LOGIN_PATH)


@some(lambda row: row.home)
def test_absent_and_forbidden_look_the_same_to_a_stranger(world: World, name: str, row: Row) -> None:
    branch = world.branches["chaoyang"]
    path = address(name, row, world, branch)
    nowhere = address(name, row, world, branch, absent=True)
    seen = set()
    for word in OFFICES:
        stranger = world.people[f"haidian.{word}"]
        for method in ("get",) * bool(row.read) + ("post",) * bool(row.send):
            client, body = stranger.client(), row.body(world, branch) if method == "post" else {}
            there = getattr(client, method)(path, body)
            absent = getattr(client, method)(nowhere, row.body(world, branch) if method == "post" else {})
            assert there.status_code in (403, 404), (stranger.username, method, there.status_code)
            assert not told_apart(there, path, absent, nowhere), (stranger.username, method, path)
            seen.add(there.status_code)
    may_ask = {OFFICES[word] for word in OFFICES} & (row.read | row.send | row.knock)
    assert (404 in seen) == bool(may_ask)


@some(lambda row: not row.signed_in)
def test_who_sends_it(world: World, name: str, row: Row) -> None:
    branch = world.branches["chaoyang"]
    path = address(name, row, world, branch)
    doers = named(row.doers, branch)
    others = (one for one in (*doers, *named(row.in_vain, branch)) if one not in VISITORS)
    senders = (*VISITORS, *others) if row.send else ("city.stats", "city.org")
    wrong = []
    for username in senders:
        person, before = world.people[username], Entry.objects.count()
        with transaction.atomic():
            response = person.client().post(path, row.body(world, branch) if username in doers or row.send else {})
            recorded = Entry.objects.count() - before
            transaction.set_rollback(True)
        status = response.status_code
        knocks = person.role in row.read | row.send | row.knock or username in named(row.also, branch)
        if username in doers:
            if status not in (200, 302) or not recorded:
                wrong.append(f"{username} got {status} and recorded {recorded}: {_why(response)}")
        elif recorded:
            wrong.append(f"{username} recorded {recorded} entries")
        elif not knocks and status not in REFUSED:
            wrong.append(f"{username}, who may not even ask, got {status}")
        elif row.send and person.role not in row.send and username not in named(row.also, branch):
            if status not in REFUSED:
                wrong.append(f"{username}, who may not send, got {status}")
        elif row.send and status not in BY_RULE and not (status == 200 and row.read):
            wrong.append(f"{username} got {status}")
    assert not wrong, "\n".join([path, *wrong])


def _why(response: Any) -> str:
    """The sentences a page says are wrong."""
    found = re.findall(r'class="[^"]*(?:error|said|alert)[^"]*"[^>]*>(.*?)</', response.content.decode(), re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", " ".join(found))[:300]
