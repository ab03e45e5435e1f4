"""A real Chromium for whole-system tests: `walk` opens pages and fails on what a visitor's console would show."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import transaction
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, expect, sync_playwright

from gonghui.project.testing import CHROMIUM
from gonghui.web.models import Account
from gonghui.web.tests.builders import signed_in
from tests import stages
from tests.world.building import build
from tests.world.federation import World

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
expect.set_options(timeout=30_000)  # what never comes fails the test; what comes late on a busy machine does not
TELL = "addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective, e.blockedURI))"


@pytest.fixture(scope="session")
def made_world(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, World]]:
    """The small federation, made once, and the name of the database it stands in."""
    import_module(settings.ROOT_URLCONF)  # all that registers itself has done so, whichever test comes first
    with django_db_blocker.unblock():
        settings.MEDIA_ROOT = tmp_path_factory.mktemp("files")
        empty = stages.empty()
        name = f"{empty}_world"
        stages.copy(empty, name)
        with stages.standing_in(name):
            stages.with_calendar()
            made = build()
        yield name, made
        stages.drop(name)


@pytest.fixture
def world(made_world: tuple[str, World], django_db_blocker: Any) -> Iterator[World]:
    """The small federation; whatever a test does to it is undone."""
    name, made = made_world
    with django_db_blocker.unblock(), stages.standing_in(name), transaction.atomic():
        yield made
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all walks."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM.path(), args=FLAGS)
        yield started
        started.close()


class Walk:
    """A visitor with a browser: opens addresses, remembers what the console said."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address, self.complaints = address, list[str]()
        self.context = browser.new_context(locale="zh-CN", base_url=address, viewport={"width": 1280, "height": 900})
        self.context.add_init_script(TELL)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        # The answer to the page's own address is for the test to judge; anything else is a fault.
        if message.type == "error" and message.location.get("url") != self.page.url:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def sign_in(self, account: Account) -> None:
        """The account's session, as if it had signed in here."""
        cookie = signed_in(account).cookies["sessionid"]
        self.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": self.address}])

    def open(self, path: str) -> Response:
        """The page of a path, loaded."""
        response = self.page.goto(path)
        assert response is not None
        return response

    def violations(self) -> list[str]:
        """What axe finds on the page open now, WCAG 2.2 AA."""
        found: dict[str, Any] = Axe().run(self.page, options=RULES).response
        return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]

    def overflows(self) -> bool:
        """Whether the page must be scrolled sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.fixture
def walk(browser: Browser, live_server: Any) -> Iterator[Walk]:
    """A fresh visitor; the test fails when the console complained."""
    visitor = Walk(browser, live_server.url)
    yield visitor
    visitor.context.close()
    assert visitor.complaints == []
