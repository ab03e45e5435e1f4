"""Ids that a client puts into its own forms are looked up in its own scope; nonsense in an address is no fault."""

from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.urls import reverse

from gonghui.core.models import Entry
from gonghui.web.models import SessionRow
from tests.permissions import TABLE
from tests.permissions.row import Row
from tests.test_every_page import VISITORS, address, named, plain, some
from tests.world.federation import Branch, World
from tests.world.plan import ABSENT_UUID, OFFICES

ABSENT_CODE, ABSENT_NAME = "110105-ZZ-99999-9", "没有这个人"
NONSENSE = (
    "",
    "x",
    "-1",
    "9" * 40,
    "\x00",
    "'\"><script>",
    "2020-13-41",
    "２０２０Ｈ１",
    str(ABSENT_UUID),
    "۱۲۳",
    "%n",
)
ASKED = (
    *("q", "after", "before", "page", "unit", "kind", "first", "last", "round", "line", "figure", "state", "under"),
    *("role", "past", "period", "form", "step", "code", "all", "next", "person", "moved"),
)


def _foreign(world: World, here: Branch, there: Branch) -> list[tuple[str, str, str, dict[str, Any], str, str]]:
    """Who sends what where: the form, the field in question, an id of the other branch, one of nothing."""
    town, line = here.town.code, there.town_answer.lines.get()
    org, review = f"{here.key}.org", f"{here.key}.review"
    stranger = world.people[f"{there.key}.town.stats"]
    assert stranger.post is not None
    nothing, on, role = str(ABSENT_UUID), {"on": "2020-08-01"}, {"role": "reviewer", "on": "2020-08-10"}
    employer = {
        "e-TOTAL_FORMS": "1",
        "e-INITIAL_FORMS": "0",
        **{f"e-0-{key}": value for key, value in (("uscc", ""), ("name", "示例"), ("employees", "3"))},
    }
    new_union = {"level": "base", "name": "示例新建工会", **on}
    post = world.people[f"{here.key}.town.stats"].post
    assert post is not None
    lend = reverse("post_lend", args=[post.public_id])
    session = SessionRow.objects.create(account=stranger.account, browser="Firefox")
    return [
        (review, reverse("review"), "line", {}, str(line.public_id), nothing),
        (review, reverse("remind", args=[here.town_round.public_id]), "return", {}, _uuid(there.town_answer), nothing),
        (org, reverse("organisation_changed", args=[town, "move"]), "to", on, there.district.code, ABSENT_CODE),
        (org, reverse("organisation_changed", args=[town, "move"]), "to", on, there.district.name, ABSENT_NAME),
        (org, reverse("organisation_changed", args=[town, "secondary"]), "superior", on, there.town.code, ABSENT_CODE),
        (org, reverse("organisation_new"), "superior", new_union, there.town.code, ABSENT_CODE),
        (org, reverse("organisation_new"), "superior", new_union, there.town.name, ABSENT_NAME),
        (org, reverse("set_up_new"), "superior", {**new_union, **employer}, there.town.code, ABSENT_CODE),
        (org, reverse("appoint", args=[town]), "person", role, stranger.username, "nobody.at.all"),
        (org, lend, "deputy", {"first_on": "2020-08-10"}, str(stranger.account.public_id), nothing),
        (org, reverse("posts"), "post", {}, str(stranger.post.public_id), nothing),
        (org, reverse("end_session"), "session", {}, _uuid(session), nothing),
    ]


def _uuid(row: Any) -> str:
    found: UUID = row.public_id
    return str(found)


def test_an_id_of_the_other_branch_in_ones_own_form_is_as_absent_as_none(world: World) -> None:
    here, there = world.branches["haidian"], world.branches["chaoyang"]
    for username, path, field, body, foreign, nothing in _foreign(world, here, there):
        answers = []
        for value in (foreign, nothing):
            before = Entry.objects.count()
            with transaction.atomic():
                client = world.people[username].client()
                response = client.post(path, {**body, field: value})
                if response.status_code == 302:
                    response = client.get(response.headers["Location"])
                answers.append((response.status_code, plain(response, path).replace(value, "VALUE")))
                assert Entry.objects.count() == before, (path, field)
                transaction.set_rollback(True)
        assert answers[0] == answers[1], (path, field)


def test_a_filter_by_the_other_branch_finds_what_a_filter_by_nothing_finds(world: World) -> None:
    here, there = world.branches["haidian"], world.branches["chaoyang"]
    for word, path in (
        ("review", "/review/?unit={}"),
        ("audit", "/journal/?unit={}"),
        ("org", "/set-ups/?under={}"),
        ("org", "/set-ups/new/?under={}"),
        ("org", "/organisations/new/?under={}"),
        ("stats", "/reports/?q={}"),
        ("stats", "/lists/officials/search/"),
    ):
        client = world.people[f"{here.key}.{word}"].client()
        foreign, nothing = (
            client.get(path.format(code)) if "{" in path else client.post(path, {"q": code}, follow=True)
            for code in (there.town.code, ABSENT_CODE)
        )
        assert foreign.status_code == nothing.status_code, path
        shown = [
            plain(response, path).replace(code, "CODE")
            for response, code in ((foreign, there.town.code), (nothing, ABSENT_CODE))
        ]
        assert shown[0] == shown[1], path


@some(lambda row: row.read)
def test_nonsense_in_the_address_is_no_fault(world: World, name: str, row: Row) -> None:
    branch = world.branches["chaoyang"]
    client = next(
        world.people[username].client() for username in _readers(world, row) if world.people[username].post is not None
    )
    path = address(name, row, world, branch).partition("?")[0]
    for value in NONSENSE:
        response = client.get(path, dict.fromkeys(ASKED, value))
        assert response.status_code in (200, 302, 404, 405, 422), (path, value)


def _readers(world: World, row: Row) -> list[str]:
    return [one for one in (*(f"chaoyang.{word}" for word in OFFICES), *VISITORS) if world.people[one].role in row.read]


@some(lambda row: row.parts)
def test_a_zero_byte_in_an_address_names_nothing(world: World, name: str, row: Row) -> None:
    client = world.people["city.stats"].client()
    path = address(name, row, world, world.branches["chaoyang"])
    for strange in (path.rstrip("/") + "%00/", path + "?q=%00"):
        assert client.get(strange).status_code == 404, strange


def _sender(world: World, row: Row, branch: Branch) -> str:
    """Somebody who may send the form: one whose sending succeeds, else one with the power, rather of the branch."""
    able = [one for one in sorted(world.people) if world.people[one].role in row.send]
    able.sort(key=lambda one: not one.startswith(branch.key))
    return [*sorted(named(row.doers, branch)), *able][0]


@some(lambda row: row.send)
def test_nonsense_in_a_form_is_refused_and_changes_nothing(world: World, name: str, row: Row) -> None:
    branch = world.branches["chaoyang"]
    path = address(name, row, world, branch)
    username = _sender(world, row, branch)
    fields = list(row.body(world, branch)) or ["anything"]
    if name == "set_up_new":
        fields.append("more")
    for value in NONSENSE:
        before = Entry.objects.count()
        with transaction.atomic():
            response = world.people[username].client().post(path, dict.fromkeys(fields, value))
            recorded = Entry.objects.count() - before
            transaction.set_rollback(True)
        assert response.status_code in (200, 302, 404, 422), (path, value)
        if response.status_code != 302 and fields != ["anything"]:
            assert not recorded, (path, value)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_other_methods_change_nothing(world: World, method: str) -> None:
    branch = world.branches["chaoyang"]
    before = Entry.objects.count()
    for name, row in TABLE.items():
        if row.send:
            client = world.people[_sender(world, row, branch)].client()
            getattr(client, method)(address(name, row, world, branch))
    assert Entry.objects.count() == before
