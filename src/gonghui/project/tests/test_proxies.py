"""Whose address counts behind a proxy, and that no stranger writes their own."""

from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client

from gonghui.project.proxies import Proxies
from gonghui.web.models import Account

OURS = Proxies.read("127.0.0.1, ::1, 10.0.0.0/8, unix")


@pytest.mark.parametrize(
    ("peer", "trusted"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:10.9.9.9", True),
        ("", True),
        ("11.0.0.1", False),
        ("nonsense", False),
    ],
)
def test_who_is_believed(peer: str, trusted: bool) -> None:
    assert OURS.trusts(peer) is trusted


def test_nobody_is_believed_unless_named() -> None:
    nobody = Proxies.read("")
    assert not any(nobody.trusts(peer) for peer in ("127.0.0.1", "", "10.0.0.1"))


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9, 10.0.0.4", "203.0.113.9"),
        ("127.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::9]:4711", "2001:db8::9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", "127.0.0.1"),
        ("unknown", "127.0.0.1"),
        ("203.0.113.9, nonsense", "127.0.0.1"),
        ("10.0.0.3, 10.0.0.4", "10.0.0.3"),
        ("1.1.1.1," * 5_000 + "203.0.113.9", "203.0.113.9"),
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxy_of_ours(forwarded: str, client: str) -> None:
    assert OURS.client("127.0.0.1", forwarded) == client


@pytest.fixture
def tries(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Five wrong tries at one name, each with what its header claims; the addresses counted."""
    settings.AXES_ENABLED = True
    settings.GONGHUI_PROXIES = OURS
    Account.objects.create_user("city.review", "an old long password")

    def attempt(peer: str, *claims: str) -> list[str]:
        for claim in claims:
            typed = {"login": "city.review", "password": "wrong"}
            Client(REMOTE_ADDR=peer).post("/accounts/login/", typed, headers={"X-Forwarded-For": claim})
        return sorted(AccessAttempt.objects.values_list("ip_address", flat=True))

    return attempt


def test_a_stranger_cannot_write_their_own_address(tries: Any) -> None:
    claims = [f"198.51.100.{n}" for n in range(5)]
    assert tries("203.0.113.9", *claims) == ["203.0.113.9"]
    locked = Client(REMOTE_ADDR="203.0.113.9").post(
        "/accounts/login/", {"login": "city.review", "password": "x"}, headers={"X-Forwarded-For": "198.51.100.77"}
    )
    assert locked.status_code == 429


def test_behind_the_proxy_each_client_is_counted_alone_whatever_it_claims(tries: Any) -> None:
    claims = [f"198.51.100.{n}, 203.0.113.9" for n in range(5)]
    assert tries("127.0.0.1", *claims, "203.0.113.10") == ["203.0.113.10", "203.0.113.9"]


def test_only_a_proxy_of_ours_says_that_it_was_https(db: None, settings: Any) -> None:
    settings.GONGHUI_PROXIES = OURS
    settings.SECURE_SSL_REDIRECT, settings.SECURE_PROXY_SSL_HEADER = True, ("HTTP_X_FORWARDED_PROTO", "https")
    said = {"X-Forwarded-Proto": "https"}
    assert Client(REMOTE_ADDR="127.0.0.1").get("/accounts/login/", headers=said).status_code == 200
    assert Client(REMOTE_ADDR="203.0.113.9").get("/accounts/login/", headers=said).status_code == 301
