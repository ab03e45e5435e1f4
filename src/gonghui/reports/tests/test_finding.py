"""What the palette finds of reports, each in its own scope: figures, rounds, returns, entries, own pages."""

from dataclasses import replace

import pytest
from django.db.models import Model
from django.urls import get_resolver, reverse
from django.utils import translation

from gonghui.core.actor import Actor
from gonghui.core.models import Entry
from gonghui.reports.models import Round
from gonghui.reports.tests.builders import Federation, a_round
from gonghui.spine.officials.tests.builders import an_official
from gonghui.web.lists.models import SavedView
from gonghui.web.models import Account
from gonghui.web.palette import Found, shelves


def found(actor: Actor, words: str) -> dict[str, list[Found]]:
    assert get_resolver().url_patterns, "every shelf registers itself with its pages"
    return {str(shelf.label): list(shelf.found) for shelf in shelves(actor, words)}


@pytest.fixture
def city(federation: Federation) -> Actor:
    return an_official("reviewer", federation.city.organisation)


@pytest.fixture
def opened(federation: Federation) -> Round:
    """The city asks its districts."""
    return a_round(federation.city)


@pytest.fixture
def east(federation: Federation) -> Actor:
    return an_official("statistician", federation.east.organisation)


@pytest.fixture
def west(federation: Federation) -> Actor:
    return an_official("statistician", federation.west.organisation)


def test_a_figure_is_found_by_its_number_its_title_its_initials_and_its_english_name(city: Actor) -> None:
    title = found(city, "F35")["数字"][0].title
    assert found(city, "F35")["数字"][0].note.startswith("F35 · ")
    assert len(found(city, "f35")["数字"]) == 1
    assert found(city, title)["数字"][0].title == title
    assert title in [hit.title for hit in found(city, "members")["数字"]] or found(city, "mutual")["数字"]


def test_rounds_and_returns_are_found_in_scope(city: Actor, east: Actor, west: Actor, opened: Round) -> None:
    assert [hit.title for hit in found(city, opened.title)["统计上报"]] == [opened.title]
    own = found(east, opened.title)["上报"]
    assert [hit.note for hit in own] == [opened.title]
    theirs = found(city, "东区")["上报"]
    assert {hit.url for hit in theirs} == {own[0].url}
    assert "上报" not in found(west, "东区")


def test_an_entry_is_found_by_its_number_where_it_may_be_opened(city: Actor, east: Actor, west: Actor) -> None:
    entry = Entry.objects.filter(path=east.path).latest("id")
    for typed in (str(entry.pk), f"#{entry.pk}", f"第{entry.pk}条", f"第 {entry.pk} 条".replace(" ", "")):
        assert [hit.url for hit in found(city, typed)["台账"]] == [reverse("entry", args=[entry.pk])], typed
    assert found(east, str(entry.pk))["台账"]
    assert "台账" not in found(west, str(entry.pk))
    assert "台账" not in found(city, "9" * 15)


def test_commands_follow_powers_and_open_ones_own(city: Actor, east: Actor, opened: Round) -> None:
    assert "开启上报轮次" in [hit.title for hit in found(city, "")["前往"]]
    doors = {hit.title: hit.url for hit in found(east, "")["前往"]}
    assert "开启上报轮次" not in doors
    assert "前往" not in found(east, "开启上报轮次")
    assert doors["填报本单位的最新一轮"].startswith("/returns/")
    assert found(east, "tb")["前往"][0].title == "填报本单位的最新一轮"
    assert doors["打开本单位的工作报告"].startswith("/reports/")


def test_the_nearest_shelf_comes_first(city: Actor, opened: Round) -> None:
    assert next(iter(found(city, "统计上报"))) == "前往"
    assert next(iter(found(city, "东区"))) == "组织"


def test_views_are_found_by_their_name_by_whom_they_are_for(city: Actor, east: Actor, federation: Federation) -> None:
    account = Account.objects.get(pk=city.account_id)
    view = SavedView.objects.create(
        account=account, organisation_id=city.organisation_id, listing="rounds", name="逾期的轮次", query="state=open"
    )
    there = [reverse("view_open", args=[view.public_id])]
    assert [hit.url for hit in found(city, "逾期")["视图"]] == there
    assert [hit.url for hit in found(city, "yqdlc")["视图"]] == there
    colleague = an_official("reviewer", federation.city.organisation)
    assert "视图" not in found(colleague, "逾期")
    SavedView.objects.update(is_shared=True)
    assert found(colleague, "逾期")["视图"]
    assert "视图" not in found(east, "逾期")
    assert "视图" not in found(replace(city, powers=frozenset({"organisations.see"})), "逾期"), (
        "the list is closed to them"
    )


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_shelf_asks_again_row_by_row_for_what_it_shows(
    city: Actor, opened: Round, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(row: Model, **_: object) -> None:
        raise AssertionError(f"{row._meta.label} was asked for again")

    monkeypatch.setattr(Model, "refresh_from_db", again)
    with translation.override(language):
        for words in ("东区", "dqzgh", opened.title, "东区 2020H1", "2020H1 报告", city.name, "110101", "report 2020"):
            assert found(city, words), words
