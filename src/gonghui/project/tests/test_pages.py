"""What happens around every page: language, headers, the menu."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from gonghui.core.actor import SYSTEM, Actor
from gonghui.project import menu
from gonghui.web.models import Account
from gonghui.web.tests.builders import signed_in

LOGIN = "/accounts/login/"


@pytest.mark.django_db
def test_pages_are_chinese_whatever_the_browser_accepts_and_english_by_choice() -> None:
    client = Client(headers={"Accept-Language": "en-US,en"})
    assert client.get(LOGIN).headers["Content-Language"] == "zh-hans"
    client.cookies["gonghui_language"] = "en"
    assert client.get(LOGIN).headers["Content-Language"] == "en"
    client.cookies["gonghui_language"] = "xx"
    assert client.get(LOGIN).headers["Content-Language"] == "zh-hans"


@pytest.mark.django_db
def test_every_page_is_locked_down_by_its_headers() -> None:
    headers = Client().get(LOGIN).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def shown(path: str, actor: Actor | None) -> list[tuple[str, bool]]:
    request = RequestFactory().get(path)
    request.actor = actor  # type: ignore[attr-defined]
    groups = menu.every_page(request)["menu"]
    return [(item["url"], item["active"]) for group in groups for item in group["items_shown"]]


def test_the_menu_shows_what_the_post_may_open_and_marks_the_nearest_desk() -> None:
    assert shown("/", None) == []
    assert dict(shown("/officials/codes/", SYSTEM))["/officials/codes/"]
    assert [url for url, active in shown("/officials/codes/", SYSTEM) if active] == ["/officials/codes/"]
    powerless = Actor(1, 1, "甲", 1, "乙", "/1/", "city", "clerk")
    assert shown("/", powerless) == [("/", True)]
    assert [url for url, active in shown("/search/", SYSTEM) if active] == []


@pytest.mark.parametrize("name", ["account_login", "profile", "account_reauthenticate", "mfa_list_webauthn"])
@pytest.mark.django_db
def test_no_cache_keeps_a_page_of_ones_own(name: str) -> None:
    account = Account.objects.create_user("city.review", "an old long password")
    shown = [one.get(reverse(name)) for one in (Client(), signed_in(account))]
    assert any(answer.status_code == 200 for answer in shown)
    for answer in shown:
        assert answer.status_code == 302 or "no-store" in answer["Cache-Control"]
