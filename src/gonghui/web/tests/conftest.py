"""What the tests of the shells share: a small town of pages, one account."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from gonghui.web import palette
from gonghui.web.models import Account

HERE = Path(__file__).parent
SECRET = "a sentence only I know"


@pytest.fixture(autouse=True)
def town(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small urlconf, without menu and desks, and its middleware in the place of the real one."""
    import_module(settings.ROOT_URLCONF)  # so that what registers itself there does so for good
    for registry in ("COMMANDS", "SEARCHES"):
        monkeypatch.setattr(palette, registry, [])
    settings.ROOT_URLCONF = "gonghui.web.tests.town"
    settings.MIDDLEWARE = [
        "gonghui.web.tests.town.somebody" if name.endswith("middleware.actor") else name for name in settings.MIDDLEWARE
    ]
    known = settings.TEMPLATES[0]["OPTIONS"]["context_processors"]
    processors = [name for name in known if not name.startswith("gonghui.project")]
    options = {"context_processors": processors}
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [HERE / "templates"], "OPTIONS": options}]


@pytest.fixture
def account(db: None) -> Account:
    """Somebody who can sign in."""
    return Account.objects.create_user("chaoyang.stats", SECRET, name="朝阳统计员")


@pytest.fixture
def inside(client: Client, account: Account) -> Client:
    """A client that is signed in."""
    client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[1])
    return client
