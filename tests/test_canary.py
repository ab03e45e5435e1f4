"""What one branch writes about people and reasons the other finds nowhere, nor do journal, looks or logs hold it."""

import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.apps import apps
from django.db import connection, models

from gonghui.core.models import Access, Entry, FactGroup, Kind
from gonghui.core.privacy import PERSONAL
from gonghui.reports.models import Comment, Line, Return
from gonghui.spine.members.models import Person as Member
from gonghui.web.models import Account
from tests.permissions import TABLE
from tests.test_every_page import address
from tests.world.federation import Branch, Person, World
from tests.world.plan import OFFICES

LISTS = (
    "/",
    "/?all",
    "/rounds/",
    "/returns/",
    "/review/",
    "/reports/",
    "/journal/",
    "/journal/?unit={district}",
    "/journal/?unit={person}",
    "/organisations/",
    "/organisations/?q={prefix}",
    "/set-ups/?state=all",
    "/set-ups/?under={district}",
    "/officials/",
    "/officials/?past=1",
    "/officials/codes/",
    "/reports/?q={district}",
    "/members/",
    "/members/?list=end",
    "/members/?unit={district}",
    "/members/transfers/",
)
"""Lists and searches with the other branch's words typed in; {prefix} is all but the last sign of its canary."""
LINK = re.compile(r'(?:href|action|src|hx-get|hx-post)="([^"]*)"')


def strangers(world: World) -> Iterator[tuple[Branch, Branch, Person]]:
    """People of the one branch, between them with every power of a district, and the other branch."""
    here, there = world.branches["haidian"], world.branches["chaoyang"]
    for word in (*OFFICES, "town.stats"):
        yield here, there, world.people[f"{here.key}.{word}"]


def pages(world: World, here: Branch, there: Branch, role: str) -> Iterator[str]:
    """Every page of the role in the own branch, every such example of the other one, every list and search.

    What a page says to other roles is the same whatever it is about: tests/test_every_page.py holds that.
    """
    for name, row in TABLE.items():
        if role in row.read | row.knock:
            yield address(name, row, world, here)
            yield address(name, row, world, there)
    known = {
        "prefix": there.canary[:-1],
        "district": there.district.code,
        "person": there.marked("员")[:-1],
    }
    yield from (path.format(**known) for path in LISTS)


def test_the_canaries_sit_in_every_field_about_people_that_a_branch_writes(world: World) -> None:
    canary = world.branches["chaoyang"].canary
    assert Account.objects.filter(name__contains=canary).count() >= 10
    assert Return.objects.filter(filler__contains=canary, signer__contains=canary).exists()
    assert Member.objects.filter(name__contains=canary).exists()
    assert Comment.objects.filter(text__contains=canary, author_name__contains=canary).exists()
    for field in ("note", "reason", "refusal"):
        assert Line.objects.filter(**{f"{field}__contains": canary}).exists(), field
    home = world.people["chaoyang.stats"].client()
    line = home.get(f"/lines/{world.branches['chaoyang'].lines['refused'].public_id}/").content.decode()
    assert canary in line, "at home it is read: the search below can find it"


def test_a_stranger_reads_no_canary_on_any_page(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    found, opened = [], 0
    for here, there, person in strangers(world):
        client = person.client()
        for path in pages(world, here, there, person.role):
            response = client.get(path)
            opened += response.status_code == 200
            text = b"".join(response) if response.streaming else response.content
            if there.canary.encode() in text or there.canary in unquote(str(response.headers)):
                found.append(path)
        for words in (there.canary[:-1], there.canary[:2], f"{there.key}.stats", there.district.code):
            for answer in (
                client.post("/search/", {"q": words}, headers={"HX-Request": "true"}),
                client.post("/lists/officials/search/", {"q": words}, follow=True),
            ):
                if answer.status_code not in (200, 403) or there.canary.encode() in answer.content:
                    found.append(f"search for {words}")
    assert found == []
    assert opened > 200
    assert "鸢尾" not in caplog.text


def test_a_count_tells_nothing_of_the_other_branch(world: World) -> None:
    """Whoever searches for what stands next door finds as much as for what stands nowhere."""
    there = world.branches["chaoyang"]
    client = world.people["haidian.stats"].client()
    htmx = {"HX-Request": "true"}
    for path in ("/search/", "/lists/officials/search/", "/organisations/?q={}"):
        answers = []
        for word in (there.canary, "鸢尾无"):
            if "{" in path:
                sent = client.get(path.format(quote(word)))
            else:
                sent = client.post(path, {"q": word}, follow=True, headers=htmx)
            text = unquote(unquote(sent.content.decode()))
            answers.append(
                re.sub(r'[A-Za-z0-9]{64}|g1\.[\w.=-]+|name="once" value="[^"]*"', "", text).replace(word, "")
            )
        assert answers[0] == answers[1], path


def test_the_journal_and_the_looks_hold_no_words_about_people(world: World) -> None:
    branch = world.branches["chaoyang"]
    clerk = world.people["chaoyang.stats"].client()
    assert clerk.get(f"/evidence/{branch.evidence.public_id}/").status_code == 200
    assert clerk.get("/review/").status_code == 403
    for model in (Entry, FactGroup, Kind, Access):
        with connection.cursor() as cursor:
            cursor.execute(f"select count(*) from {model._meta.db_table} x where x::text like '%%鸢尾%%'")
            assert cursor.fetchone() == (0,), model
        assert model._default_manager.exists(), model


def test_fields_about_people_are_only_where_they_were_declared(world: World) -> None:
    """The canaries of names sit in no column that calls itself less than personal, but in those of free text."""
    free_text = {"note", "reason", "refusal", "declined", "text", "why", "cells", "problems", "notices"}
    leaked = []
    for model in apps.get_models():
        declared: Any = getattr(model, "privacy", None)
        if declared is None:
            continue
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.CharField | models.TextField | models.JSONField):
                continue
            if field.name in free_text or declared[field.name].level >= PERSONAL:
                continue
            for row in model._default_manager.values_list(field.name, flat=True):
                if "鸢尾" in str(row) and "员" in str(row):
                    leaked.append(f"{model.__name__}.{field.name}")
    assert leaked == []


def test_no_address_carries_a_name_or_a_username(world: World) -> None:
    """Addresses end in logs and histories: they carry random ids and codes of organisations."""
    names = {person.account.name for person in world.people.values()} | set(world.people)
    found = set()
    for username in ("chaoyang.stats", "chaoyang.lead", "chaoyang.org", "admin.security"):
        client = world.people[username].client()
        for name, row in TABLE.items():
            reads = world.people[username].role in row.read or row.signed_in
            if not reads or name in ("search", "today"):
                continue
            response = client.get(address(name, row, world, world.branches["chaoyang"]))
            if response.status_code != 200 or "html" not in response.headers["Content-Type"]:
                continue
            for link in LINK.findall(response.content.decode()):
                if any(one in unquote(link) for one in names):
                    found.add((name, link))
    assert found == set()
