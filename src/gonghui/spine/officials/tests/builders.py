"""Accounts and posts for tests, made by the actions themselves."""

from collections.abc import Sequence
from datetime import date
from itertools import count

from gonghui.core.actor import SYSTEM, Actor
from gonghui.spine.officials import actions
from gonghui.spine.officials.models import Post, actor_for
from gonghui.spine.organisations.models import Organisation
from gonghui.web.models import Account

LONG_AGO, MARCH, JUNE = date(2019, 1, 2), date(2020, 3, 2), date(2020, 6, 1)
_numbers = count(1)


def an_account(name: str = "") -> Account:
    """A person who can sign in."""
    number = next(_numbers)
    return Account.objects.create_user(f"person{number}", "an old long password", name=name or f"张示例{number}")


def a_post(
    role: str,
    organisation: Organisation,
    *,
    account: Account | None = None,
    on: date = LONG_AGO,
    departments: Sequence[str] = (),
) -> Post:
    """Somebody appointed to the role by the system."""
    who = account or an_account()
    return actions.appoint(who, organisation=organisation, role=role, by=SYSTEM, on=on, departments=departments)


def acting(post: Post, on: date = JUNE) -> Actor:
    """The actor of the post, as a request finds it."""
    found = actor_for(post.account, str(post.public_id), on)
    assert found is not None
    return found


def an_official(role: str, organisation: Organisation) -> Actor:
    """A fresh person acting in the role."""
    return acting(a_post(role, organisation))
