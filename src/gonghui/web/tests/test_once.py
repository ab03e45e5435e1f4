"""`{% once %}`: a form sent twice acts once and is answered by where the first one led."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import engines
from django.test import Client

from gonghui.core.models import Entry
from gonghui.core.tests.races import at_once
from gonghui.web.models import Account, OnceKey
from gonghui.web.once import fresh_key
from gonghui.web.tests.builders import signed_in

RINGS = Path(__file__).resolve().parents[2]
WITHOUT = {
    "use_code.html",  # nobody is signed in there, and a code works once
    "activate.html",  # nor here
    "sign_in.html",
    "code.html",
    "account.html",  # language, theme, ending a session, signing out: nothing is recorded
    "posts.html",  # choosing the post one acts in, twice, chooses it
    "waiting.html",  # asks whether the journal has settled, as often as it takes
}


def a_form(**more: Any) -> dict[str, Any]:
    return {"people": 3, "once": fresh_key(), **more}


def test_the_tag_draws_a_key_for_each_form(rf: Any) -> None:
    page = engines["django"].from_string("{% load gonghui %}{% once %}{% once %}").render()
    keys = re.findall(r'<input type="hidden" name="once" value="([\w-]{22})">', page)
    assert len(set(keys)) == 2


def test_every_form_that_records_something_has_a_key() -> None:
    templates = [path for ring in ("reports", "spine", "work") for path in (RINGS / ring).rglob("templates/**/*.html")]
    lacking = [
        f"{path.name}: {form[:100]}"
        for path in templates
        if path.name not in WITHOUT
        for form in re.findall(r'<form[^>]*method="post".*?</form>', path.read_text(), re.DOTALL)
        if "{% once %}" not in form
        and not re.search("list_select|list_search", form)  # choosing rows and searching record nothing
        and not re.search(r'value="reveal"|data-again', form)  # each look leaves its own trace
        and 'action="#tried"' not in form  # a case tried out is not kept
    ]
    assert lacking == []
    assert len(templates) > 30


def test_the_second_sending_acts_no_more_and_leads_to_the_same_place(inside: Client) -> None:
    form = a_form()
    first, second = inside.post("/count/", form), inside.post("/count/", form)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("key", ["", "short", "x" * 23, "钥" * 22])
def test_without_a_proper_key_every_sending_acts(inside: Client, key: str) -> None:
    for _ in range(2):
        assert inside.post("/count/", a_form(once=key)).status_code == 302
    assert Entry.objects.count() == 2
    assert not OnceKey.objects.exists()


def test_another_form_with_the_same_key_is_refused_and_keeps_what_was_typed(inside: Client) -> None:
    form = a_form()
    inside.post("/count/", form)
    for other in ({"people": 4}, {"file": SimpleUploadedFile("a.txt", b"x")}):
        answer = inside.post("/count/", {**form, **other, "next": "/note/", "why": "另一件"})
        assert answer["Location"] == "/note/"
        page = inside.get("/note/").content.decode()
        assert "刚才已经交过" in page
        assert "另一件" in page
    assert Entry.objects.count() == 1


def test_a_page_that_shows_itself_again_says_conflict(inside: Client, account: Account) -> None:
    key = fresh_key()
    OnceKey.objects.create(account=account, key=key, digest="another")
    assert inside.post("/note/", {"unit": "人次", "once": key}).status_code == 409


def test_a_refused_form_has_not_acted(inside: Client) -> None:
    form = a_form(people=10)
    for _ in range(2):
        inside.post("/count/", {**form, "next": "/note/"})
        assert "太多：10" in inside.get("/note/").content.decode()
    assert not OnceKey.objects.exists()


def test_a_slip_is_shown_once_and_then_said_to_be_done(inside: Client) -> None:
    form = a_form(slip=1, next="/note/")
    assert inside.post("/count/", form).content.decode() == "the secret"
    assert inside.post("/count/", form)["Location"] == "/note/"
    assert "刚才已经办过" in inside.get("/note/").content.decode()
    assert Entry.objects.count() == 1


def test_a_key_is_its_own_accounts(inside: Client) -> None:
    form = a_form()
    inside.post("/count/", form)
    other = signed_in(Account.objects.create_user("city.review", "x"))
    assert other.post("/count/", form).status_code == 302
    assert Entry.objects.count() == 2


def test_the_second_proof_in_between_uses_no_key_up(account: Account) -> None:
    late = signed_in(account, seconds_ago=301)
    late.post("/weigh/", {"once": fresh_key()})
    assert not OnceKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_equal_sendings_at_the_same_moment_one_acts() -> None:
    account = Account.objects.create_user("chaoyang.stats", "x", name="朝阳统计员")
    clients = [signed_in(account) for _ in range(4)]
    form = a_form()
    answers = at_once(*(lambda one=one: one.post("/count/", form)["Location"] for one in clients))
    assert len(set(answers)) == 1
    assert answers[0].startswith("/note/?entry=")
    assert Entry.objects.count() == 1
