"""Long lists, a page at a time, by key: no full count, no offset, the address is the view."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.http import HttpRequest, QueryDict

from gonghui.core import crypto

M = TypeVar("M", bound=Model)
COUNTED_TO = 1_000
LONGEST_TOKEN = 600
PURPOSE = "list key"


@dataclass(frozen=True)
class Counted:
    """How many rows there are, counted no further than `COUNTED_TO`."""

    rows: int

    @property
    def more(self) -> bool:
        """Whether there are more than were counted."""
        return self.rows > COUNTED_TO

    def __str__(self) -> str:
        return f"{COUNTED_TO:,}+" if self.more else f"{self.rows:,}"


@dataclass(frozen=True)
class Page(Generic[M]):
    """The rows of one page and the query strings of its neighbours (empty where there is none)."""

    rows: list[M]
    previous: str
    next: str
    counted: Counted | None

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


class Keyset(Generic[M]):
    """A list ordered by columns that together never repeat and are never null.

    A key that may tell of a person (`place` says whose page it is) stands sealed in the address.

    With `ids_first` the page is found by an index alone, then its rows are read: for plain rows that stand between
    many others.
    """

    def __init__(
        self,
        queryset: QuerySet[M],
        order: Sequence[str] = ("-id",),
        size: int = 50,
        *,
        ids_first: bool = False,
        place: str = "",
    ) -> None:
        self.queryset = queryset
        self.order = tuple(order)
        self.size = size
        self.ids_first = ids_first
        self.place = place
        self.names = [name.lstrip("-") for name in self.order]
        self.falling = [name.startswith("-") for name in self.order]

    @cached_property
    def counted(self) -> Counted:
        """The count, up to its limit."""
        return Counted(self.queryset.order_by()[: COUNTED_TO + 1].count())

    def page(self, request: HttpRequest | QueryDict, *, count: bool = True) -> Page[M]:
        """The page the address asks for: `?after=` a key, `?before=` a key, or the first one."""
        asked = request if isinstance(request, QueryDict) else request.GET
        after, before = self._key(asked.get("after")), self._key(asked.get("before"))
        backwards = before is not None and after is None
        rows = self._rows(before if backwards else after, backwards)
        beyond = len(rows) > self.size
        rows = rows[: self.size]
        if backwards:
            rows.reverse()
            if not beyond and len(rows) < self.size:  # ran into the beginning: show a whole first page
                return self.page(_without_keys(asked), count=count)
        has_previous = beyond if backwards else after is not None
        has_next = True if backwards else beyond
        return Page(
            rows=rows,
            previous=self._query(asked, "before", rows[0]) if rows and has_previous else "",
            next=self._query(asked, "after", rows[-1]) if rows and has_next else "",
            counted=self.counted if count else None,
        )

    def _rows(self, key: list[Any] | None, backwards: bool) -> list[M]:
        order = [f"{'' if fell == backwards else '-'}{n}" for n, fell in zip(self.names, self.falling, strict=True)]
        if not backwards:
            order = list(self.order)
        rows = self.queryset.order_by(*order)
        if key is not None:
            rows = rows.filter(self._beyond(key, backwards))
        if self.ids_first:
            ids = list(rows.values_list("pk", flat=True)[: self.size + 1])
            found = self.queryset.model._default_manager.in_bulk(ids)
            return [found[each] for each in ids]
        return list(rows[: self.size + 1])

    def _beyond(self, key: list[Any], backwards: bool) -> Any:
        """The condition of the rows after the key; one row comparison where all columns run one way."""
        if len(set(self.falling)) == 1 and len(key) > 1:
            lookup = TupleLessThan if self.falling[0] != backwards else TupleGreaterThan
            return lookup(Tuple(*(F(name) for name in self.names)), tuple(key))
        beyond, equal = Q(), Q()
        for name, falling, value in zip(self.names, self.falling, key, strict=True):
            sign = "lt" if falling != backwards else "gt"
            beyond |= equal & Q(**{f"{name}__{sign}": value})
            equal &= Q(**{name: value})
        bound = "lte" if self.falling[0] != backwards else "gte"
        return Q(**{f"{self.names[0]}__{bound}": key[0]}) & beyond

    def _fields(self) -> "list[Field[Any, Any]]":
        fields = []
        for name in self.names:
            model: Any = self.queryset.model
            *steps, last = name.split("__")
            for step in steps:
                model = model._meta.get_field(step).related_model
            fields.append(model._meta.pk if last == "pk" else model._meta.get_field(last))
        return fields

    def _key(self, token: str | None) -> list[Any] | None:
        """The key a token holds; a broken one counts as none."""
        if not token or len(token) > LONGEST_TOKEN:
            return None
        try:
            words = crypto.unseal(token, purpose=PURPOSE, place=self.place) if self.place else _read(token)
            pairs = zip(self._fields(), json.loads(words), strict=True)
            return [field.to_python(value) for field, value in pairs]
        except (crypto.Unreadable, ValueError, TypeError, binascii.Error, ValidationError, FieldDoesNotExist):
            return None

    def _query(self, asked: QueryDict, name: str, row: M) -> str:
        values = [attrgetter(column.replace("__", "."))(row) for column in self.names]
        words = json.dumps([v if isinstance(v, int) else str(v) for v in values], separators=(",", ":"))
        query = _without_keys(asked)
        query[name] = crypto.seal(words, purpose=PURPOSE, place=self.place) if self.place else _written(words)
        return query.urlencode()


def _written(words: str) -> str:
    return base64.urlsafe_b64encode(words.encode()).decode().rstrip("=")


def _read(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def _without_keys(asked: QueryDict) -> QueryDict:
    query = asked.copy()
    query.pop("after", None)
    query.pop("before", None)
    return query
