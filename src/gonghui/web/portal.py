"""The shell that members see: `@portal` for their pages, the bar at the bottom of them, who the member is.

A member's account has no post. Whatever a member does is done by an actor without powers and without a place in the
tree, whose id is that of the member's own record: pages ask for what is that person's, never for what an actor sees.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from gonghui.core.actor import Actor
from gonghui.web import faults
from gonghui.web.console import ConsoleRequest, served, sign_in_first
from gonghui.web.models import Account

P = ParamSpec("P")
View = Callable[Concatenate[ConsoleRequest, P], HttpResponseBase]
Seen = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
NOWHERE = "/0/"
"""A path at and under which no organisation lies."""
ROLE = "member"
Find = Callable[[Account], Actor | None]
_FINDING: list[Find] = []


def finds_members(find: Find) -> Find:
    """Register how the member behind an account is found; the app that keeps members does."""
    _FINDING.append(find)
    return find


@dataclass(frozen=True)
class Door:
    """A way from the member's home to something of theirs: its name, what it says now, and where it leads."""

    title: str
    url: str
    note: str = ""
    value: str = ""
    under: str = ""
    """A line below the value."""


Doors = Callable[[Actor], Sequence[Door]]
_DOORS: list[Doors] = []


def at_home(doors: Doors) -> Doors:
    """Register what an app shows at the member's home; asked once a page, so it asks the database little."""
    _DOORS.append(doors)
    return doors


def doors_of(actor: Actor) -> list[Door]:
    """What all apps show at the member's home."""
    return [one for ask in _DOORS for one in ask(actor)]


Parts = Callable[[Actor], Mapping[str, Any]]
_HELD: list[tuple[Parts, tuple[Any, Any]]] = []


def takes_away(what: Any, kept: Any) -> Callable[[Parts], Parts]:
    """Register what an app holds of a member, and until when it is kept: parts by title, each rows or named values."""

    def keep(parts: Parts) -> Parts:
        _HELD.append((parts, (what, kept)))
        return parts

    return keep


def held_of(actor: Actor) -> dict[str, Any]:
    """What all apps hold of the member, part by part."""
    return {title: part for parts, _kept in _HELD for title, part in parts(actor).items()}


def kept_words() -> list[tuple[Any, Any]]:
    """What apps keep of a member, and until when."""
    return [words for _parts, words in _HELD]


def member_actor(account: Account, *, record_id: int, organisation_id: int) -> Actor:
    """Who acts when a member does: themselves, with no power and in no place."""
    return Actor(
        id=record_id,
        account_id=account.pk,
        name=account.username,
        organisation_id=organisation_id,
        organisation_name="",
        path=NOWHERE,
        level="",
        role=ROLE,
    )


def portal(view: View[P]) -> Seen[P]:
    """A page of the portal: a member is signed in. For everybody else's account it is absent."""

    @wraps(view)
    def seen(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        account = request.user
        if not isinstance(account, Account):
            return sign_in_first(request, "my_sign_in")
        actor = next((found for find in _FINDING if (found := find(account)) is not None), None)
        if actor is None:
            return faults.absent(request)
        request.actor = actor  # type: ignore[attr-defined]
        return served(view, None, request, *args, **kwargs)

    return cast(Seen[P], seen)


def begun(request: HttpRequest) -> HttpResponseBase | None:
    """Where somebody goes who opens a way in while signed in."""
    if isinstance(request.user, Account):
        return redirect("my" if request.user.is_member else "today")
    return None
