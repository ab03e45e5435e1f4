"""The small federation behind a server of its own, in rows that are really committed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests import stages
from tests.browser.tour import Tour
from tests.world.federation import World


@dataclass(frozen=True)
class Served:
    """The federation and where it is served."""

    world: World
    address: str


@pytest.fixture(scope="module")
def served(made_world: tuple[str, World], django_db_blocker: Any) -> Iterator[Served]:
    """A fresh copy of the federation, served to browsers; what they do stays until the module ends."""
    template, world = made_world
    name = f"{template}_served"
    with django_db_blocker.unblock():
        stages.copy(template, name)
        with stages.standing_in(name):
            server = LiveServer("localhost")
            yield Served(world, server.url)
            server.stop()
        stages.drop(name)


@pytest.fixture(scope="module")
def tour(browser: Browser, served: Served) -> Iterator[Tour]:
    """One browser for all pages of a module."""
    visitor = Tour(browser, served.address)
    yield visitor
    visitor.context.close()
