"""Signing in: one answer for all who may not, a lock, a second factor, and what is switched off."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from axes.models import AccessFailureLog
from django.conf import settings as settings_of
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from gonghui.web import signin
from gonghui.web.models import Account
from gonghui.web.tests.builders import signed_in
from gonghui.web.tests.conftest import SECRET

LOGIN = "/accounts/login/"
COOKIE = settings_of.SESSION_COOKIE_NAME


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


def test_a_code_seen_over_a_shoulder_works_in_no_process_a_second_time(client: Client, account: Account) -> None:
    secret = with_totp(account)
    attempt(client)
    seen = code(secret)
    assert client.post("/accounts/2fa/authenticate/", {"code": seen}).status_code == 302
    other = Client()
    attempt(other)
    for again in (seen, f"{seen[:3]} {seen[3:]}"):
        cache.clear()  # another process remembers nothing of it
        assert "验证码不对" in other.post("/accounts/2fa/authenticate/", {"code": again}).content.decode()
        assert "_auth_user_id" not in other.session


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


def test_five_wrong_old_passwords_close_the_form_of_an_open_session(inside: Client, account: Account) -> None:
    new = "another sentence of mine"
    wrong = {"oldpassword": "guessed", "password1": new, "password2": new}
    for _ in range(5):
        assert "现在的密码不对" in inside.post("/accounts/password/change/", wrong).content.decode()
    right = inside.post("/accounts/password/change/", {**wrong, "oldpassword": SECRET})
    assert "30 分钟内不再核对" in right.content.decode()
    account.refresh_from_db()
    assert account.check_password(SECRET)


def test_wrong_passwords_at_the_second_proof_lock_it_like_the_sign_in(
    inside: Client, account: Account, settings: Any
) -> None:
    settings.AXES_ENABLED = True
    for _ in range(5):
        inside.post("/accounts/reauthenticate/", {"password": "guessed"})
    inside.post("/accounts/reauthenticate/", {"password": SECRET})
    assert not any(one.get("reauthenticated") for one in inside.session.get(RECORDS, []))


def test_signing_in_draws_another_session_key(client: Client, account: Account) -> None:
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = "1"
    session.save()
    client.cookies[COOKIE] = planted = str(session.session_key)
    attempt(client)
    assert client.cookies[COOKIE].value != planted
    copied = Client()
    copied.cookies[COOKIE] = planted
    assert copied.get("/profile/").status_code == 302


@pytest.mark.parametrize(
    "evil", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"]
)
def test_no_flow_of_signing_in_leads_to_another_site(client: Client, account: Account, evil: str) -> None:
    def led_home(answer: Any) -> bool:
        return bool(answer.status_code == 302) and urlsplit(answer.url).netloc == "" and answer.url[:2] != "//"

    assert led_home(attempt(client, next=evil))
    for address, form in (
        ("/accounts/reauthenticate/", {"password": SECRET}),
        ("/language/", {"language": "en"}),
        ("/theme/", {"theme": "dark"}),
        ("/accounts/logout/", {}),
    ):
        answer = client.post(address, {**form, "next": evil}, headers={"Referer": "https://evil.example/x"})
        assert led_home(answer), address
        assert "evil" not in answer["Location"]


@pytest.mark.parametrize(
    ("way", "method"),
    [
        ("mfa_deactivate_totp", "post"),
        ("mfa_generate_recovery_codes", "post"),
        ("mfa_view_recovery_codes", "get"),
        ("mfa_download_recovery_codes", "get"),
    ],
)
def test_factors_are_touched_and_codes_shown_by_somebody_just_recognised(
    account: Account, way: str, method: str
) -> None:
    with_totp(account)
    RecoveryCodes.activate(account)
    late = signed_in(account, seconds_ago=301)
    answer = getattr(late, method)(reverse(way))
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/reauthenticate/")
    assert Authenticator.objects.filter(user=account).count() == 2


def test_a_passkey_is_removed_by_somebody_just_recognised_and_only_ones_own(account: Account) -> None:
    key = Authenticator.objects.create(user=account, type=Authenticator.Type.WEBAUTHN, data={"name": "x"})
    address = reverse("mfa_remove_webauthn", args=[key.pk])
    asked = signed_in(account, seconds_ago=301).post(address)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    other = signed_in(Account.objects.create_user("city.review", SECRET))
    assert other.post(address).status_code == 404
    assert Authenticator.objects.filter(pk=key.pk).exists()


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil.example"])
def test_another_hosts_name_is_not_answered(client: Client, db: None, host: str) -> None:
    answer = client.get(LOGIN, headers={"Host": host, "X-Forwarded-Host": "testserver"})
    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()


def test_no_form_is_taken_without_its_token(account: Account) -> None:
    signed = signed_in(account)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies[COOKIE] = signed.cookies[COOKIE].value
    for name in ("end_session", "choose_language", "account_logout", "account_reauthenticate", "mfa_activate_totp"):
        assert strict.post(reverse(name)).status_code == 403, name
    assert strict.get("/profile/").status_code == 200


def test_no_more_than_four_hashes_at_once() -> None:
    hasher = signin.Argon2FourAtOnce()
    assert hasher._places._value == 4
    assert hasher.verify("secret", hasher.encode("secret", "saltsaltsalt"))
    assert hasher._places._value == 4


@pytest.mark.parametrize("name", ["mfa_list_webauthn", "mfa_add_webauthn", "account_logout", "mfa_view_recovery_codes"])
def test_pages_about_oneself_need_a_sign_in(client: Client, db: None, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 302
