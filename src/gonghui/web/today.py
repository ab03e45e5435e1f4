"""The dashboard: what waits for me, what is late, the numbers of my organisation.

A long list is cut; what only this person can do is never cut off, and what is left out is named with its count.

Apps add to it with `@waiting`, `@numbers` and `@ranking`; each function is asked once a page with the actor.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.web import notices
from gonghui.web.console import ConsoleRequest, back, page, render

SHOWN = 12


@dataclass(frozen=True)
class Item:
    """One thing that waits: what, from whom, in what state, until when, and where to go."""

    title: str
    url: str
    source: str = ""
    state: str = ""
    state_kind: str = "wait"
    due: date | None = None
    count: int = 1
    only_me: bool = False
    """Nobody else of the union is asked for it."""

    @property
    def key(self) -> str:
        """What tells this thing from others: where it leads and how it stands, not told by its hash."""
        return hashlib.sha256(f"{self.url} {self.state}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Number:
    """One number of the row on top; `kind` colours the note: good, warn, red or nothing."""

    title: str
    value: str
    unit: str = ""
    note: str = ""
    kind: str = ""
    url: str = ""


@dataclass(frozen=True)
class Rank:
    """One bar of a ranking."""

    label: str
    percent: int
    text: str
    url: str = ""


@dataclass(frozen=True)
class Ranking:
    """A sheet of bars beside the list."""

    title: str
    rows: Sequence[Rank]
    url: str = ""
    note: str = ""


WAITING: list[Callable[[Actor], Sequence[Item]]] = []
NUMBERS: list[Callable[[Actor], Sequence[Number]]] = []
RANKINGS: list[Callable[[Actor], Sequence[Ranking]]] = []


def waiting(ask: Callable[[Actor], Sequence[Item]]) -> Callable[[Actor], Sequence[Item]]:
    """Register what waits for an actor."""
    WAITING.append(ask)
    return ask


def numbers(ask: Callable[[Actor], Sequence[Number]]) -> Callable[[Actor], Sequence[Number]]:
    """Register numbers for the row on top; the first four are shown."""
    NUMBERS.append(ask)
    return ask


def ranking(ask: Callable[[Actor], Sequence[Ranking]]) -> Callable[[Actor], Sequence[Ranking]]:
    """Register a sheet of bars."""
    RANKINGS.append(ask)
    return ask


def waiting_for(actor: Actor) -> list[Item]:
    """Everything that waits for the actor, what is due first on top."""
    items = [item for ask in WAITING for item in ask(actor)]
    return sorted(items, key=lambda item: (item.due or date.max, item.title))


@page()
def today(request: ConsoleRequest) -> HttpResponseBase:
    """The page somebody lands on."""
    on = clock.today()
    items = waiting_for(request.actor)
    shown, hidden = [], Counter[str]()
    for n, item in enumerate(items):
        if "all" in request.GET or n < SHOWN or item.only_me:
            shown.append(item)
        else:
            hidden[item.state] += item.count
    return render(
        request,
        "web/today.html",
        {
            "on": on,
            "items": shown,
            "new": notices.new_among(request.actor, items, timezone.now()),
            "waiting_count": sum(item.count for item in items),
            "hidden_count": len(items) - len(shown),
            "hidden": hidden.most_common(),
            "late_count": sum(item.count for item in items if item.due and item.due < on),
            "numbers": [number for ask in NUMBERS for number in ask(request.actor)][:4],
            "rankings": [sheet for ask in RANKINGS for sheet in ask(request.actor)][:2],
        },
    )


@page()
@require_POST
def seen(request: ConsoleRequest) -> HttpResponseBase:
    """Marked as read: one thing by its key (a script tells when its link is followed), or all."""
    key = request.POST.get("key", "")[:40]
    notices.see(request.actor, waiting_for(request.actor), key, timezone.now())
    return HttpResponse(status=204) if key else redirect(back(request))


@page()
@require_safe
def bell(request: ConsoleRequest) -> HttpResponseBase:
    """The number of what is new, counted now; htmx asks where a page showed an old one."""
    now = timezone.now()
    notices.new_among(request.actor, waiting_for(request.actor), now)
    return render(request, "parts/bell.html", {"bell": notices.bell(request.actor, now)})
