"""Search: one box for units, cases and figures. Apps add a shelf with `@searching`; each keeps its own scope."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpResponseBase

from gonghui.core.actor import Actor
from gonghui.web.console import ConsoleRequest, page, render

LONGEST = 60


@dataclass(frozen=True)
class Found:
    """One hit: its name, where it is, and a short line under it."""

    title: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Shelf:
    """The hits of one kind; a label the catalogue knows."""

    label: str
    found: Sequence[Found]


Ask = Callable[[Actor, str], Sequence[Found]]
SEARCHES: list[tuple[str, Ask]] = []


def searching(label: str) -> Callable[[Ask], Ask]:
    """Register a search; it gets the actor and what was typed (trimmed, never empty) and returns at most ten hits."""

    def register(ask: Ask) -> Ask:
        SEARCHES.append((label, ask))
        return ask

    return register


def shelves(actor: Actor, words: str) -> list[Shelf]:
    """What every registered search finds, empty shelves left out."""
    found = [Shelf(label, list(ask(actor, words))) for label, ask in SEARCHES]
    return sorted((shelf for shelf in found if shelf.found), key=lambda shelf: _distance(shelf, words))


def _distance(shelf: Shelf, words: str) -> int:
    """How near the best hit of a shelf is by its name: begins so, holds it, or was found otherwise."""
    titles = [hit.title for hit in shelf.found]
    if any(title.startswith(words) for title in titles):
        return 0
    return 1 if any(words in title for title in titles) else 2


@page()
def search(request: ConsoleRequest) -> HttpResponseBase:
    """The search page; htmx asks for the shelves alone."""
    words = request.GET.get("q", "").strip()[:LONGEST]
    found = shelves(request.actor, words) if words else []
    template = "web/found.html" if request.headers.get("HX-Target") == "found" else "web/search.html"
    return render(request, template, {"sought": words, "shelves": found})
