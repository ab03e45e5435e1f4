"""Signing in: one answer for all who may not, a lock, a second factor, and what is switched off."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from axes.models import AccessFailureLog
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from gonghui.web import signin
from gonghui.web.models import Account
from gonghui.web.tests.conftest import SECRET

LOGIN = "/accounts/login/"


def attempt(client: Client, name: str = "chaoyang.stats", password: str = SECRET, **more: Any) -> Any:
    return client.post(LOGIN, {"login": name, "password": password, **more})


def words(page: str) -> str:
    return re.sub(r'"X-CSRFToken":"\w+"|value="[\w.]+"', "", page)


def test_the_right_password_leads_to_where_one_wanted(client: Client, account: Account) -> None:
    answer = attempt(client, next="/note/")
    assert answer.status_code == 302
    assert answer.url == "/note/"


def test_unknown_and_known_names_get_the_same_answer(client: Client, account: Account) -> None:
    known, unknown = attempt(client, password="wrong"), attempt(client, name="nobody", password="wrong")
    assert "用户名或密码不对" in known.content.decode()
    assert known.status_code == unknown.status_code
    assert words(known.content.decode()) == words(unknown.content.decode())


def test_a_disabled_account_cannot_sign_in(client: Client, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(is_active=False)
    answer = attempt(client)
    assert answer.url == "/accounts/inactive/"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("name", ["chaoyang.stats", "nobody"])
def test_five_failures_lock_the_name_on_that_address_and_say_so(
    client: Client, account: Account, settings: Any, name: str
) -> None:
    settings.AXES_ENABLED = True
    for _ in range(4):
        assert attempt(client, name=name, password="wrong").status_code == 200
    assert attempt(client, name=name, password="wrong").status_code == 429
    for spelling in (name, name.upper(), f" {name}"):
        assert attempt(client, name=spelling).status_code == 429
    locked = attempt(client, name=name)
    assert "30 分钟" in locked.content.decode()


def test_fifty_failures_in_a_day_lock_the_name_everywhere(client: Client, account: Account, settings: Any) -> None:
    settings.AXES_ENABLED = True
    AccessFailureLog.objects.bulk_create(
        AccessFailureLog(username="chaoyang.stats", ip_address="10.0.0.9") for _ in range(49)
    )
    assert attempt(client).status_code == 302
    client.logout()
    AccessFailureLog.objects.create(username="chaoyang.stats", ip_address="10.0.0.9")
    assert attempt(client).status_code == 429


def test_a_lock_is_one_names_and_one_addresses(client: Client, account: Account, settings: Any) -> None:
    settings.AXES_ENABLED = True
    Account.objects.create_user("city.review", SECRET)
    for _ in range(5):
        attempt(client, password="wrong")
    assert attempt(client, name="city.review").status_code == 302
    assert attempt(Client(REMOTE_ADDR="10.0.0.9")).status_code == 302


@pytest.mark.parametrize("name", ["signup", "email", "confirm-email", "password/set", "password/reset"])
def test_what_is_switched_off_is_absent(client: Client, db: None, name: str) -> None:
    assert client.get(f"/accounts/{name}/").status_code == 404
    assert client.post(f"/accounts/{name}/").status_code == 404


def with_totp(account: Account) -> str:
    secret: str = totp.generate_totp_secret()
    totp.TOTP.activate(account, secret)
    return secret


def code(secret: str) -> str:
    return f"{totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))}"


def test_with_a_second_factor_the_password_alone_opens_nothing(client: Client, account: Account) -> None:
    secret = with_totp(account)
    assert attempt(client).url == "/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in client.session
    assert client.get("/accounts/2fa/authenticate/").status_code == 200
    answer = client.post("/accounts/2fa/authenticate/", {"code": code(secret)})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(account.pk)


def test_five_wrong_codes_close_the_second_factor(client: Client, account: Account) -> None:
    secret = with_totp(account)
    attempt(client)
    for _ in range(5):
        assert "验证码不对" in client.post("/accounts/2fa/authenticate/", {"code": "abcdef"}).content.decode()
    answer = client.post("/accounts/2fa/authenticate/", {"code": code(secret)})
    assert "30 分钟内不再核对" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_setting_the_second_factor_up_asks_for_the_password_first(client: Client, account: Account) -> None:
    attempt(client)
    address = "/accounts/2fa/totp/activate/"
    assert client.get(address).url.startswith("/accounts/reauthenticate/")  # type: ignore[attr-defined]
    client.post("/accounts/reauthenticate/", {"password": SECRET, "next": address})
    page = client.get(address).content.decode()
    secret = client.session["mfa.totp.secret"]
    assert secret in page
    assert client.post(address, {"code": code(secret)}).url == "/accounts/2fa/recovery-codes/"  # type: ignore[attr-defined]
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"totp", "recovery_codes"}
    codes = client.get("/accounts/2fa/recovery-codes/").content.decode()
    assert len(re.findall(r"<li>[0-9a-f]{8}", codes)) == 10


@pytest.mark.parametrize(
    ("factor", "password", "fine"),
    [
        (False, "x" * 2 + "工会与职工在一起呀呀呀", False),
        (False, "工会与职工在一起，一起往前走呀!", True),
        (True, "工会与职工在一", False),
        (True, "工会与职工在一起走吧呀", True),
        (False, "123456789012345", False),
        (False, "chaoyang.stats1", False),
    ],
)
def test_length_depends_on_the_second_factor(account: Account, factor: bool, password: str, fine: bool) -> None:
    if factor:
        with_totp(account)
    if fine:
        validate_password(password, account)
    else:
        with pytest.raises(ValidationError):
            validate_password(password, account)


def test_changing_the_password_ends_the_other_sessions(client: Client, account: Account) -> None:
    elsewhere = Client()
    attempt(elsewhere)
    attempt(client)
    assert elsewhere.get("/profile/").status_code == 200
    new = "another sentence of mine"
    form = {"oldpassword": SECRET, "password1": new, "password2": new}
    assert client.post("/accounts/password/change/", form).status_code == 302
    assert client.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302


def test_no_more_than_four_hashes_at_once() -> None:
    hasher = signin.Argon2FourAtOnce()
    assert hasher._places._value == 4
    assert hasher.verify("secret", hasher.encode("secret", "saltsaltsalt"))
    assert hasher._places._value == 4


@pytest.mark.parametrize("name", ["mfa_list_webauthn", "mfa_add_webauthn", "account_logout", "mfa_view_recovery_codes"])
def test_pages_about_oneself_need_a_sign_in(client: Client, db: None, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 302
