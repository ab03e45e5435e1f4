"""What the tests of funds share."""

from collections.abc import Callable

import pytest
from django.test import Client

from gonghui.core.actor import Actor
from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.tests.builders import Federation, an_actor
from gonghui.web.models import Account
from gonghui.web.tests.builders import signed_in

ACTING: dict[int, Actor] = {}
SignIn = Callable[..., Client]


@pytest.fixture
def federation(db: None) -> Federation:
    """A small federation."""
    return Federation()


def acting(get_response: Callable) -> Callable:
    """Middleware of these tests: the account acts as the test said."""

    def respond(request):
        request.actor = ACTING.get(request.user.pk)
        return get_response(request)

    return respond


@pytest.fixture
def sign_in(federation: Federation, settings) -> SignIn:
    """A client acting in a role at an organisation."""
    settings.MIDDLEWARE = [
        f"{__name__}.acting" if name.endswith("project.middleware.actor") else name for name in settings.MIDDLEWARE
    ]

    def signed(organisation: Organisation, role: str, seconds_ago: float = 0) -> Client:
        account = Account.objects.create_user(f"person{Account.objects.count()}", "an old long password", name="员")
        ACTING[account.pk] = Actor(**{**an_actor(role, organisation).__dict__, "account_id": account.pk})
        return signed_in(account, seconds_ago=seconds_ago)

    return signed
