"""A list declared once: the rows an address asks for, what they say in a file, what may be done to many at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from gonghui.core import crypto
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.web import say
from gonghui.web.desk import Keyset, Page

M = TypeVar("M", bound=Model)
LONGEST_QUERY = 500
SEALED, PURPOSE = "s", "list filter"
"""The word of an address that holds, sealed, what was asked about people."""
Shown = str | int | date | None


@dataclass(frozen=True)
class Done:
    """What became of many rows: how many were done, and which were left with the reason."""

    rows: int
    left: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Act(Generic[M]):
    """Something done to all rows of a selection by the app's own action; `form` asks for what it needs besides.

    `run` gets the rows, who acts, on which day, and what the form holds.
    """

    key: str
    title: str
    doing: str
    """A sentence with %(n)s rows."""
    power: str
    run: Callable[[Sequence[M], Actor, date, Mapping[str, Any]], Done]
    form: type[Form] | None = None
    step_up: bool = False
    most: int = 20_000


def row_by_row(
    act: Callable[..., object], called: Callable[[Any], str]
) -> Callable[[Sequence[Any], Actor, date, Mapping[str, Any]], Done]:
    """The app's action taken row by row, each for itself; a row that is refused is left with the reason."""

    def run(rows: Sequence[Any], by: Actor, on: date, typed: Mapping[str, Any]) -> Done:
        done, left = 0, []
        for row in rows:
            try:
                act(row, by=by, **{"on": on, **typed})
            except Refusal as refusal:
                left.append((called(row), say.text(refusal)))
            else:
                done += 1
        return Done(done, left)

    return run


@dataclass(frozen=True)
class Filter:
    """One part of the address that narrows the list: its title, and its values in words where these are few."""

    title: str
    words: Callable[[str], str] = str
    personal: bool = False
    """Whether it may name a person: in an address it stands sealed for who typed it (`Listing.address`)."""


@dataclass(frozen=True)
class Listing(Generic[M]):
    """A list by the name of its page. `rows` keeps to what the actor sees, so no address ever shows more."""

    name: str
    title: str
    power: str
    rows: Callable[[Actor, QueryDict], QuerySet[M]]
    order: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Callable[[Actor, Sequence[M]], Iterable[Sequence[Shown]]]
    """What rows say, as their page says it: what is masked there is masked here."""
    reads: tuple[str, ...] = ()
    """The fields that `cells` reads: of a whole list nothing else is fetched."""
    filters: Mapping[str, Filter] = field(default_factory=dict)
    acts: tuple[Act[M], ...] = ()
    size: int = 50
    fingerprint: Callable[[M], str] = lambda row: str(row.pk)
    """What somebody saw of a row: a selection is refused when it says something else meanwhile."""
    protected: bool = False
    """Whether taking the list away leaves a trace and asks for password or factor again."""
    of_people: bool = False
    """Whether its rows are people: more of them than one takes away alone need a purpose and another person."""
    rows_most: int = 200_000

    def kept(self, words: QueryDict) -> QueryDict:
        """What of a form or a saved view is the view: the filters that are set, nothing else."""
        kept = QueryDict(mutable=True)
        for name in self.filters:
            if value := words.get(name, "").strip():
                kept[name] = value[:100]
        return kept

    def asked(self, actor: Actor, address: QueryDict) -> QueryDict:
        """The same of an address: what may name a person is read from its seal alone."""
        words = self._unnamed(address)
        if sealed := address.get(SEALED, ""):
            try:
                words.update(QueryDict(crypto.unseal(sealed, purpose=PURPOSE, place=self._place(actor))))
            except crypto.Unreadable:
                raise Refusal(
                    "web.search_closed", "这个地址里的查找内容只有当时查找的人能打开：请回到名单，重新查找"
                ) from None
        return self.kept(words)

    def address(self, actor: Actor, asked: QueryDict) -> str:
        """The words of the address that asks for this; it ends in logs and histories, so it names nobody."""
        plain, sealed = QueryDict(mutable=True), QueryDict(mutable=True)
        for name, value in self.kept(asked).items():
            (sealed if self.filters[name].personal else plain)[name] = str(value)
        if sealed:
            plain[SEALED] = crypto.seal(sealed.urlencode(), purpose=PURPOSE, place=self._place(actor))
        return plain.urlencode()

    def _unnamed(self, address: QueryDict) -> QueryDict:
        """The address without names that somebody wrote into it by hand."""
        words = address.copy()
        for name in (name for name, one in self.filters.items() if one.personal):
            words.pop(name, None)
        return words

    def _place(self, actor: Actor) -> str:
        return f"{self.name} {actor.account_id}"

    def in_words(self, asked: QueryDict) -> list[tuple[str, str]]:
        """The filters that are set, with their values in words."""
        kept = self.kept(asked)
        return [(_(self.filters[name].title), self.filters[name].words(str(kept[name]))) for name in kept]

    def page(self, request: HttpRequest, rows: QuerySet[M] | None = None) -> Page[M]:
        """The page of the list that the address asks for."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        found = self.rows(actor, self.asked(actor, request.GET)) if rows is None else rows
        place = self._place(actor) if self.protected else ""
        return Keyset(found, self.order, self.size, place=place).page(self._unnamed(request.GET))

    def act(self, key: str) -> Act[M] | None:
        """The act of the key."""
        return next((act for act in self.acts if act.key == key), None)

    def url(self, actor: Actor, asked: QueryDict) -> str:
        """The address of the list, narrowed or not."""
        words = self.address(actor, asked)
        return f"{reverse(self.name)}?{words}" if words else reverse(self.name)


LISTINGS: dict[str, Listing[Any]] = {}


def listed(listing: Listing[M]) -> Listing[M]:
    """Register a list; its tools are on every page that includes `parts/tools.html`."""
    LISTINGS[listing.name] = listing
    return listing


def opened(actor: Actor, name: str) -> Listing[Any]:
    """The list of the name, for somebody who may open its page."""
    listing = LISTINGS.get(name)
    if listing is None:
        raise Http404
    actor.require(listing.power)
    return listing
