"""The three profiles: what each refuses and what each allows."""

import os
import subprocess
import sys

import pytest

KEYS = {"GONGHUI_SECRET_KEY": "k" * 50, "GONGHUI_MASTER_KEY": "m" * 50}
READ = "from gonghui.project import settings as s; print(s.PROFILE, s.SESSION_COOKIE_SECURE if s.PRODUCTION else '')"


def read(**given: str) -> "subprocess.CompletedProcess[str]":
    apart = ("DATABASE_URL", "GONGHUI_PROFILE", "GONGHUI_SECRET_KEY", "GONGHUI_MASTER_KEY", "GONGHUI_HOSTS")
    environment = {name: value for name, value in os.environ.items() if name not in apart} | given
    return subprocess.run([sys.executable, "-c", READ], env=environment, capture_output=True, text=True, check=False)


WHOLE = {
    "DATABASE_URL": "postgresql:///x",
    "GONGHUI_SECRET_KEY": "k" * 50,
    "GONGHUI_MASTER_KEY": "m" * 50,
    "GONGHUI_HOSTS": "gh.example",
}


@pytest.mark.parametrize("missing", ["GONGHUI_SECRET_KEY", "GONGHUI_HOSTS"])
def test_a_named_database_is_taken_for_a_real_one_and_needs_keys_and_hosts(missing: str) -> None:
    assert missing in read(**{name: value for name, value in WHOLE.items() if name != missing}).stderr


def test_production_sends_cookies_over_https_only() -> None:
    assert read(**WHOLE).stdout.split() == ["production", "True"]


def test_the_embedded_database_is_the_demos() -> None:
    assert read().stdout.split() == ["demo"]


def test_an_unknown_profile_is_refused_with_its_name() -> None:
    assert "'prod'" in read(GONGHUI_PROFILE="prod").stderr


@pytest.mark.parametrize("wrong", ["10.0.0.1/8", "proxy.example", "1.2.3"])
def test_a_proxy_that_is_no_address_is_named(wrong: str) -> None:
    assert "GONGHUI_PROXIES" in read(**WHOLE, GONGHUI_PROXIES=f"127.0.0.1,{wrong}").stderr
