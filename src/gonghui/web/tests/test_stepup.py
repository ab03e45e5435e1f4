"""The second proof: when it is asked for, and that what was sent meanwhile comes back whole, to be sent once more."""

import re
from html import unescape

import pytest
from django.test import Client

from gonghui.web import stepup
from gonghui.web.models import Account
from gonghui.web.tests.builders import signed_in
from gonghui.web.tests.conftest import SECRET

SENT = {"why": ["一<b>", "二&"], "next": "/note/"}


def fields(page: str) -> dict[str, list[str]]:
    """The hidden fields of the page."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(unescape(value))
    return found


def test_who_was_just_recognised_is_not_asked(account: Account) -> None:
    assert signed_in(account).post("/weigh/", SENT).content.decode() == "一<b>|二&"


def test_what_was_sent_comes_back_whole_and_only_a_press_sends_it(account: Account) -> None:
    client = signed_in(account, seconds_ago=301)
    where = client.post("/weigh/?a=1", SENT).headers["Location"]
    page = client.post(where, {"password": SECRET}, follow=True).content.decode()
    assert 'action="/weigh/?a=1"' in page
    assert "盖章" in page
    kept = fields(page[page.index('action="/weigh/') :])
    assert {name: kept[name] for name in SENT} == {"why": SENT["why"], "next": ["/note/"]}
    assert client.get("/profile/again/").status_code == 200
    assert client.post("/weigh/?a=1", SENT).content.decode() == "一<b>|二&"
    assert client.get("/profile/again/").status_code == 302


def test_without_the_second_proof_nothing_comes_back(account: Account) -> None:
    client = signed_in(account, seconds_ago=301)
    client.post("/weigh/", SENT)
    assert client.get("/profile/again/").headers["Location"] == "/note/"


def test_it_waits_a_quarter_of_an_hour(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(account, seconds_ago=301)
    client.post("/weigh/", SENT)
    client.post("/accounts/reauthenticate/", {"password": SECRET})
    monkeypatch.setattr(stepup, "KEPT_SECONDS", -1)
    assert client.get("/profile/again/").headers["Location"] == "/"


def test_a_record_of_another_account_counts_for_nothing(account: Account) -> None:
    other = Account.objects.create_user("city.review", SECRET)
    client = signed_in(account)
    session = client.session
    session["account_authentication_methods_user"] = str(other.pk)
    session.save()
    assert client.post("/weigh/", SENT).status_code == 302


def test_htmx_is_sent_there_as_a_whole_page(account: Account) -> None:
    answer = signed_in(account, seconds_ago=301).post("/weigh/", SENT, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith("/accounts/reauthenticate/")


def test_a_stranger_has_nothing_to_come_back_to(client: Client, db: None) -> None:
    assert client.get("/profile/again/").headers["Location"].startswith("/accounts/login/")


def test_the_second_proof_draws_another_session_key_and_keeps_what_was_sent(account: Account) -> None:
    client = signed_in(account, seconds_ago=301)
    client.post("/weigh/", SENT)
    copied = Client()
    copied.cookies["sessionid"] = client.cookies["sessionid"].value
    client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert copied.get("/profile/").status_code == 200
    client.post("/accounts/reauthenticate/", {"password": SECRET})
    assert copied.get("/profile/").status_code == 302
    assert "盖章" in client.get("/profile/again/").content.decode()
