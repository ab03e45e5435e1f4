"""What is new among the things that wait, per account and post; the bell; marking as read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gonghui.core.actor import Actor
from gonghui.web import notices, today
from gonghui.web.models import Account, Glance
from gonghui.web.tests.town import CHAOYANG
from gonghui.web.today import Item

NOW = datetime(2020, 8, 10, 1, tzinfo=UTC)
ROUND = Item("上半年上报", "/returns/1/", state="未报")
LINES = Item("待审核的行", "/review/", state="待审核", count=3)


@pytest.fixture
def actor(account: Account) -> Actor:
    """The account, acting for Chaoyang."""
    return replace(CHAOYANG, account_id=account.pk)


def bell(actor: Actor) -> int:
    return notices.bell(actor, NOW).count


def test_what_waits_is_new_until_it_was_seen(actor: Actor) -> None:
    assert notices.new_among(actor, [ROUND, LINES], NOW) == {ROUND.key, LINES.key}
    assert bell(actor) == 4
    notices.see(actor, [ROUND, LINES], LINES.key, NOW)
    assert notices.new_among(actor, [ROUND, LINES], NOW) == {ROUND.key}
    assert bell(actor) == 1
    notices.see(actor, [ROUND, LINES], "", NOW)
    assert notices.new_among(actor, [ROUND, LINES], NOW) == set()
    assert bell(actor) == 0


def test_more_of_the_same_is_new_and_less_is_not(actor: Actor) -> None:
    notices.see(actor, [LINES], "", NOW)
    assert notices.new_among(actor, [replace(LINES, count=2)], NOW) == set()
    assert notices.new_among(actor, [replace(LINES, count=5)], NOW) == {LINES.key}
    assert bell(actor) == 2
    assert notices.new_among(actor, [replace(LINES, state="退回")], NOW) != set(), "it stands otherwise now"


def test_what_waits_no_more_is_forgotten(actor: Actor) -> None:
    notices.see(actor, [ROUND, LINES], "", NOW)
    notices.see(actor, [LINES], "nothing of that key", NOW)
    assert Glance.objects.get().seen == {LINES.key: 3}
    assert notices.new_among(actor, [ROUND, LINES], NOW) == {ROUND.key}, "it came back"


def test_each_account_and_each_post_has_its_own(actor: Actor) -> None:
    notices.see(actor, [ROUND], "", NOW)
    other = Account.objects.create_user("somebody.else")
    assert notices.new_among(replace(actor, account_id=other.pk), [ROUND], NOW) == {ROUND.key}
    assert notices.new_among(replace(actor, id=8), [ROUND], NOW) == {ROUND.key}
    assert notices.new_among(actor, [ROUND], NOW) == set()


def test_nothing_is_kept_that_tells_what_it_was(actor: Actor) -> None:
    notices.see(actor, [ROUND], "", NOW)
    kept = str(Glance.objects.get().seen)
    assert "returns" not in kept
    assert ROUND.title not in kept


def test_the_bell_costs_a_page_one_query_by_key_and_asks_again_when_old(actor: Actor) -> None:
    assert notices.bell(actor, NOW) == notices.Bell(0, True), "nobody counted yet"
    notices.new_among(actor, [ROUND], NOW)
    with CaptureQueriesContext(connection) as asked:
        assert notices.bell(actor, NOW + timedelta(seconds=59)) == notices.Bell(1, False)
    assert len(asked) == 1
    assert notices.bell(actor, NOW + timedelta(seconds=61)).is_stale


def test_the_page_marks_what_is_new_and_one_press_marks_all_as_seen(
    inside: Client, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(today, "WAITING", [lambda actor: [ROUND, LINES]])
    page = inside.get("/").content.decode()
    assert f'data-seen="{ROUND.key}"' in page
    assert page.count('class="new"') == 2
    assert '<b class="num">4</b>' in page
    assert inside.post("/seen/", {"key": ROUND.key}).status_code == 204
    assert inside.get("/").content.decode().count('class="new"') == 1
    assert '<b class="num">3</b>' in inside.get("/bell/").content.decode()
    assert inside.post("/seen/").status_code == 302
    after = inside.get("/").content.decode()
    assert 'class="new"' not in after
    assert '<b class="num">' not in inside.get("/profile/").content.decode()
    assert inside.get("/seen/").status_code == 405
