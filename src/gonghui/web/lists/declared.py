"""A list declared once: the rows an address asks for, what they say in a file, what may be done to many at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import quote

from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from gonghui.core import crypto
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.planning import as_in_memory, planned_anew
from gonghui.web import say, shell
from gonghui.web.desk import Keyset, Page
from gonghui.web.lists import export
from gonghui.web.lists.export import Shown as Shown

M = TypeVar("M", bound=Model)
LONGEST_QUERY = 500
SEALED, PURPOSE = "s", "list filter"
"""The word of an address that holds, sealed, what was asked about people."""
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TAKEN = "web.list_exported"
"""What the trace of a list taken away is called."""


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
    by_words: bool = False
    """Whether how many rows its filters find decides how they are best found."""

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
        place = self._place(actor) if self.protected else ""
        with ExitStack() as stack:
            if self.by_words:
                stack.enter_context(planned_anew())
                stack.enter_context(as_in_memory())
            found = self.rows(actor, self.asked(actor, request.GET)) if rows is None else rows
            return Keyset(found, self.order, self.size, place=place).page(self._unnamed(request.GET))

    def act(self, key: str) -> Act[M] | None:
        """The act of the key."""
        return next((act for act in self.acts if act.key == key), None)

    def url(self, actor: Actor, asked: QueryDict) -> str:
        """The address of the list, narrowed or not."""
        words = self.address(actor, asked)
        return f"{reverse(self.name)}?{words}" if words else reverse(self.name)

    # The list as a file

    def endings(self) -> list[tuple[str, str]]:
        """The kinds of file, in words."""
        return [("xlsx", _("Excel 工作簿（.xlsx）")), ("csv", _("文本表格（.csv）"))]

    def count(self, actor: Actor, asked: QueryDict) -> int:
        """How many rows there are to take away; refused where no file holds them."""
        rows = self.rows(actor, asked).order_by()[: self.rows_most + 1].count()
        if rows > self.rows_most:
            raise Refusal(
                "web.list_large", "超过 %(most)s 行，一个文件装不下：请缩小筛选范围，分几次导出", most=self.rows_most
            )
        return rows

    def one_by_one(self, actor: Actor, asked: QueryDict) -> Iterator[M]:
        """The rows in the order of the list, a few thousand in memory at a time, no field read that no cell says."""
        rows = self.rows(actor, asked).only(*self.reads).order_by(*self.order)
        return iter(rows.iterator(chunk_size=export.CHUNK))

    def file(self, actor: Actor, asked: QueryDict, ending: str, mark: export.Statement) -> FileResponse:
        """Everything the filter finds; `mark` is what the file says besides, on each printed page as well."""
        title = f"{_(self.title)} · {_(shell.DEMO_WORDS)}" if shell.is_demo() else _(self.title)
        headings = [_(heading) for heading in self.columns]
        make = export.as_csv if ending == "csv" else partial(export.as_xlsx, mark=mark)
        with transaction.atomic():
            chunks = export.in_chunks(self.one_by_one(actor, asked), partial(self.cells, actor))
            made = make(title, headings, chunks, [*self._statement(actor, asked), *mark])
        response = FileResponse(made, content_type=TYPES[ending])
        first = "demo-" if shell.is_demo() else ""
        stamp = f"{timezone.localtime():%Y%m%d-%H%M}"
        response["Content-Disposition"] = f'attachment; filename="{quote(f"{first}{self.name}-{stamp}.{ending}")}"'
        response["Content-Security-Policy"] = "sandbox"
        return response

    def _statement(self, actor: Actor, asked: QueryDict) -> export.Statement:
        """What the file is: narrowed by what, as of when, in whose scope."""
        said = [_("%(title)s：%(word)s") % {"title": title, "word": word} for title, word in self.in_words(asked)]
        return [
            (_("筛选"), "；".join(said) or _("全部")),
            (_("截至"), f"{timezone.localtime():%Y-%m-%d %H:%M:%S}"),
            (_("范围"), _("%(name)s及所辖") % {"name": shell.place_title(actor)}),
        ]


class Takeable(Protocol):
    """What leaves as a file: a list as it is filtered, or the whole of one in the layout of another desk."""

    @property
    def name(self) -> str:
        """What it is called in addresses."""

    @property
    def title(self) -> str:
        """What people call it."""

    @property
    def power(self) -> str:
        """Who may open it."""

    @property
    def of_people(self) -> bool:
        """Whether many of its rows need a purpose and another person."""

    def kept(self, words: QueryDict) -> QueryDict:
        """What of a form is its filter."""

    def asked(self, actor: Actor, address: QueryDict) -> QueryDict:
        """The filter of an address."""

    def address(self, actor: Actor, asked: QueryDict) -> str:
        """The words of the address that asks for this."""

    def in_words(self, asked: QueryDict) -> list[tuple[str, str]]:
        """The filter in words."""

    def url(self, actor: Actor, asked: QueryDict) -> str:
        """The page it stands on."""

    def endings(self) -> list[tuple[str, str]]:
        """The kinds of file."""

    def count(self, actor: Actor, asked: QueryDict) -> int:
        """How many rows there are to take away."""

    def file(self, actor: Actor, asked: QueryDict, ending: str, mark: export.Statement) -> HttpResponseBase:
        """The file; `mark` is what it says of who takes it."""


LISTINGS: dict[str, Listing[Any]] = {}
LAYOUTS: dict[str, Takeable] = {}
"""What other desks offer to take away, by name."""


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


def takeable(name: str) -> Takeable | None:
    """The list or layout of the name."""
    return LISTINGS.get(name) or LAYOUTS.get(name)
