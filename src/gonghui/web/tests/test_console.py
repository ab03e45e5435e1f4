"""`@page`: who gets in, what a refusal looks like, and that nothing typed is lost."""

from typing import Any

import pytest
from django.conf import settings as settings_of
from django.test import Client

from gonghui.core.models import Access
from gonghui.web.models import Account
from gonghui.web.tests import town
from gonghui.web.tests.conftest import SECRET


def test_a_stranger_is_sent_to_sign_in_and_back(client: Client, db: None) -> None:
    answer = client.get("/note/?period=2020H1")
    assert answer.status_code == 302
    assert answer.url == "/accounts/login/?next=/note/%3Fperiod%3D2020H1"  # type: ignore[attr-defined]


def test_a_link_on_another_site_asks_once_more_from_here_and_leaves_an_open_session_alone(
    client: Client, db: None
) -> None:
    there = {"Sec-Fetch-Site": "cross-site"}
    answer = client.get('/note/?q="><b>', headers=there)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'content="0; url=/note/?q=%22%3E%3Cb%3E"' in page
    assert answer["Cache-Control"] == "no-store"
    assert client.get("/note/", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 302
    for address in ("/note/", "/accounts/login/?next=/note/", "/profile/"):
        assert settings_of.SESSION_COOKIE_NAME not in client.get(address, headers=there).cookies
        assert settings_of.SESSION_COOKIE_NAME not in client.get(address).cookies


def test_the_session_is_sent_by_our_own_pages_only(client: Client, account: Account) -> None:
    signed = client.post("/accounts/login/", {"login": account.username, "password": SECRET})
    cookie = signed.cookies[settings_of.SESSION_COOKIE_NAME]
    assert (cookie["samesite"], bool(cookie["httponly"])) == ("Strict", True)


def test_without_a_post_the_page_says_where_to_choose_one(inside: Client) -> None:
    answer = inside.get("/note/", **{town.WITHOUT_POST: "1"})  # type: ignore[arg-type]
    assert answer.status_code == 403
    assert "先选一个岗位" in answer.content.decode()


def test_pages_are_never_kept_by_a_cache(inside: Client) -> None:
    assert inside.get("/note/")["Cache-Control"] == "no-store"


def test_a_missing_power_is_403_and_leaves_a_trace(inside: Client) -> None:
    answer = inside.get("/seal/")
    assert answer.status_code == 403
    assert "没有这项权限" in answer.content.decode()
    assert Access.objects.filter(what="denied", why="reports.sign").count() == 1


def test_a_power_missing_inside_the_action_is_403_too(inside: Client) -> None:
    assert inside.post("/note/", {"unit": "power"}).status_code == 403


def test_a_refusal_shows_the_page_again_with_what_was_typed(inside: Client) -> None:
    answer = inside.post("/note/", {"unit": "件", "why": "多报了三个<b>"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "单位应为人次，您填的是“件”" in page
    assert 'value="件"' in page
    assert "多报了三个&lt;b&gt;" in page


def test_a_refused_step_goes_back_to_its_page_with_what_was_typed_once(inside: Client) -> None:
    answer = inside.post("/take/", {"why": "缺公章", "unit": "家"}, headers={"Referer": "http://testserver/note/"})
    assert answer.status_code == 302
    assert answer.url == "/note/"  # type: ignore[attr-defined]
    page = inside.get("/note/").content.decode()
    assert "当前状态不能执行" in page
    assert "缺公章" in page
    assert "缺公章" not in inside.get("/note/").content.decode()


def test_where_the_page_cannot_be_shown_again_what_was_typed_stands_beside_the_refusal_and_waits(
    inside: Client,
) -> None:
    answer = inside.post("/strict/", {"period": "2020H3", "why": "缺公章<i>", "password": "mine", "next": "/x/"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有这个期间：2020H3" in page
    assert "缺公章&lt;i&gt;" in page
    assert "mine" not in page
    form = inside.get("/strict/").content.decode()
    assert "缺公章&lt;i&gt;" in form
    assert "缺公章" not in inside.get("/strict/").content.decode()


def test_zero_bytes_in_a_form_are_refused_and_the_rest_stays(inside: Client) -> None:
    answer = inside.post("/note/", {"unit": "人次", "why": "缺\x00公章"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "控制字符" in page
    assert ">缺公章<" in page
    assert inside.post("/note/", {"unit": "人次", "w\x00hy": "x"}).status_code == 422


def test_htmx_gets_the_sentence_alone(inside: Client) -> None:
    answer = inside.post("/note/", {"unit": "件"}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#said"
    assert "<html" not in answer.content.decode()


def test_a_refused_address_says_which_value(inside: Client) -> None:
    answer = inside.get("/note/?bad=2020H3")
    assert answer.status_code == 422
    assert "没有这个期间：2020H3" in answer.content.decode()


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example/",
        "//evil.example/x",
        "javascript:alert(1)",
        "http://testserver",
        "http://testserver//evil.example/x",
        "http://testserver/\\evil.example/x",
    ],
)
def test_the_way_back_is_never_another_site(inside: Client, evil: str) -> None:
    assert inside.post("/take/", {"next": evil}).url == "/"  # type: ignore[attr-defined]


def test_an_own_address_that_names_the_host_again_stays_whole(inside: Client) -> None:
    own = "/note/?q=//testserver//evil.example/"
    assert inside.post("/take/", {"next": own}).url == own  # type: ignore[attr-defined]
    assert inside.post("/take/", {"next": f"http://testserver{own}"}).url == own  # type: ignore[attr-defined]


def test_staff_without_a_second_factor_is_sent_to_set_one(inside: Client, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    assert inside.get("/note/").url == "/accounts/2fa/totp/activate/"  # type: ignore[attr-defined]


def test_a_password_set_by_others_is_changed_first(inside: Client, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(must_change_password=True)
    assert inside.get("/note/").url == "/accounts/password/change/"  # type: ignore[attr-defined]
