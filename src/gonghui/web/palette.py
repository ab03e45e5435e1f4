"""Search and the command palette: one box for units, people, cases, figures, pages and what can be done.

Apps add a shelf with `@searching` and commands with `@commanding`; each keeps its own scope. What is typed may be a
name, so it travels in the body of a POST; the address of a page of results carries it sealed, for its reader alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from gonghui.core import clock, crypto, search
from gonghui.core.actor import Actor
from gonghui.core.period import Period
from gonghui.core.period_words import period_said
from gonghui.core.planning import planned_anew
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.models import Account

T = TypeVar("T")
A_SHELF = 8
PURPOSE = "typed words"


@dataclass(frozen=True)
class Found:
    """One hit: its name, where it is, and a short line under it; `also` are other names it is found by."""

    title: str
    url: str
    note: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shelf:
    """The hits of one kind; a label the catalogue knows."""

    label: str
    found: Sequence[Found]


@dataclass(frozen=True)
class Sought:
    """Who looks for what; `words` are half-width and without idle blanks (empty where all commands are asked for)."""

    actor: Actor
    words: str
    _known: dict[Any, Any] = field(default_factory=dict, repr=False)

    def once(self, ask: Callable[["Sought"], T]) -> T:
        """What `ask` finds, asked once however many shelves build on it."""
        if ask not in self._known:
            self._known[ask] = ask(self)
        return cast(T, self._known[ask])

    @property
    def period(self) -> Period | None:
        """The period that is said among the words: 12351-2020, 2020年上半年 报告."""
        return self._said[0]

    @cached_property
    def beside(self) -> "Sought":
        """The same without that period: what is sought of it."""
        return self if self.period is None else Sought(self.actor, self._said[1])

    @cached_property
    def _said(self) -> tuple[Period | None, str]:
        return period_said(self.words, clock.today())


Ask = Callable[[Sought], Sequence[Found]]
SEARCHES: list[tuple[str, Ask]] = []
COMMANDS: list[Ask] = []


def searching(label: str) -> Callable[[Ask], Ask]:
    """Register a search; the first hits of what it returns are shown, best first."""

    def register(ask: Ask) -> Ask:
        SEARCHES.append((label, ask))
        return ask

    return register


def commanding(ask: Ask) -> Ask:
    """Register pages to go to and things to do; they are found by their titles, and all shown before one types."""
    COMMANDS.append(ask)
    return ask


def fitting(words: str, listed: Sequence[Found]) -> list[Found]:
    """Those of a short list whose title or other name fits, the nearest first."""
    near = [(search.fits(words, one.title, *one.also), one) for one in listed]
    return [one for n, one in sorted(((n, one) for n, one in near if n is not None), key=lambda pair: pair[0])]


def commands(sought: Sought) -> list[Found]:
    """Pages and deeds the actor may go to, in the order of the menu; what was typed may leave out what is costly."""
    return [one for ask in COMMANDS for one in ask(sought)]


def shelves(actor: Actor, words: str) -> list[Shelf]:
    """What every registered search finds, the shelf with the nearest hit first; without words, all commands."""
    doors, sought = gettext("前往"), Sought(actor, words)
    if not words:
        return [Shelf(doors, commands(sought))]
    with planned_anew():
        found = [Shelf(label, list(ask(sought))[:A_SHELF]) for label, ask in SEARCHES]
    found.insert(0, Shelf(doors, fitting(words, commands(sought))[:A_SHELF]))
    return sorted((shelf for shelf in found if shelf.found), key=lambda shelf: _place(shelf, sought, doors))


def _place(shelf: Shelf, sought: Sought, doors: str) -> tuple[int, bool]:
    """The nearest first; of equally near ones pages and deeds come first by what is written, last by initials."""
    near = min(_distance(shelf, words) for words in {sought.words, sought.beside.words})
    return near, shelf.label == doors and near >= search.SPELLED


def _distance(shelf: Shelf, words: str) -> int:
    """How near the best hit of a shelf is by its name; what was found otherwise (by a code) comes after those."""
    near = (search.fits(words, hit.title, *hit.also) for hit in shelf.found)
    return min((n for n in near if n is not None), default=6)


@page()
def find(request: ConsoleRequest) -> HttpResponseBase:
    """The search page. What is sent to it comes back as a page with an address, to htmx as the shelves alone."""
    if request.method == "POST":
        words = search.asked(request.POST.get("q", ""))
        if request.headers.get("HX-Request"):
            found = shelves(request.actor, words)
            count = sum(len(shelf.found) for shelf in found)
            return render(request, "web/hits.html", {"sought": words, "shelves": found, "count": count})
        return redirect(address(request.user, words))
    words = _unsealed(request)
    return render(request, "web/search.html", {"sought": words, "shelves": shelves(request.actor, words)})


def address(reader: Account, words: str) -> str:
    """The address of the page that shows what was found, readable by nobody but the reader's own page."""
    here = reverse("search")
    return f"{here}?s={crypto.seal(words, purpose=PURPOSE, place=str(reader.pk))}" if words else here


def _unsealed(request: ConsoleRequest) -> str:
    """The words in the address, if this account typed them."""
    try:
        return crypto.unseal(request.GET.get("s", ""), purpose=PURPOSE, place=str(request.user.pk))
    except crypto.Unreadable:
        return ""
