"""What only these sheets have: several choices in a cell, a number that is never kept as it was typed, a union."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from gonghui.core import crypto
from gonghui.core import text as texts
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.spine.officials.actions.certificates import clean_number, digest_of
from gonghui.spine.officials.rules import social_workers as rules
from gonghui.spine.organisations.models import Organisation
from gonghui.web import say
from gonghui.web.imports.kinds import Kind, as_text
from gonghui.web.imports.sheet import Typed, Wrong

ON_THE_DESK = "imports.number"
"""The place a number is sealed for while it waits on the desk."""
KEPT_AS = "（编号不留）"


@dataclass(frozen=True)
class Several(Kind):
    """Some of a list, parted by 、 or a comma; the value is the keys in the order of the list."""

    choices: Mapping[str, str] = field(default_factory=dict)
    width: int = 24

    def read(self, value: Any, *, title: str) -> tuple[str, ...] | None:
        """The keys."""
        words = as_text(value)
        for sign in "，,;；/ ":
            words = words.replace(sign, "、")
        named = [texts.fold(word) for word in words.split("、") if word.strip()]
        known = {**{name: key for key, name in self.choices.items()}, **{key: key for key in self.choices}}
        known |= {str(say.translated(name)): key for key, name in self.choices.items()}
        for word in named:
            if word not in known:
                raise Refusal(
                    "imports.choice",
                    "“%(title)s”没有“%(value)s”这一项：请填 %(choices)s 之一",
                    title=title,
                    value=word[:40],
                    choices="、".join(self.choices.values()),
                )
        found = {known[word] for word in named}
        return tuple(key for key in self.choices if key in found) or None

    def shown(self, value: Any) -> str:
        """The titles in the reader's language."""
        return say.listed(str(say.translated(self.choices.get(key, key))) for key in value or ())

    def written(self, value: Any) -> str:
        """The Chinese titles."""
        return "、".join(self.choices.get(key, key) for key in value)

    def kept(self, value: Any) -> Any:
        """A list."""
        return None if value is None else list(value)

    def taken(self, kept: Any) -> Any:
        """The keys again."""
        return None if kept is None else tuple(kept)


@dataclass(frozen=True)
class Number:
    """A certificate's number on the desk: what it is found by, what of it is shown, and itself sealed.

    Two are one where they are found by the same; one that was typed masked is found by nothing.
    """

    digest: str
    masked: str = field(compare=False)
    sealed: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.masked

    @property
    def plain(self) -> str:
        """The number itself, to be sealed again for its certificate."""
        return crypto.unseal(self.sealed, purpose=ON_THE_DESK)


@dataclass(frozen=True)
class NumberCell(Kind):
    """A certificate's number; masked wherever it is shown, written or kept."""

    width: int = 24

    def read(self, value: Any, *, title: str) -> Number:
        """The number; one with asterisks is what our own workbook says of one that stands."""
        number = clean_number(as_text(value))
        if "*" in number:
            return Number(f"masked {number}", number)
        sealed = crypto.seal(number, purpose=ON_THE_DESK)
        return Number(digest_of(number), rules.masked_number(number), sealed)

    def written(self, value: Any) -> str:
        """Masked."""
        return str(value)

    def kept(self, value: Any) -> Any:
        """Sealed."""
        return None if value is None else [value.digest, value.masked, value.sealed]

    def taken(self, kept: Any) -> Any:
        """The number again."""
        return None if kept is None else Number(*kept)


def resolve_unions(rows: Sequence[Typed], actor: Actor, wrong: Wrong) -> None:
    """A union is named by its code; the name of one that stands alone with it does as well."""
    typed = {row.values["organisation"] for row in rows if row.values.get("organisation")}
    seen = Organisation.objects.seen_by(actor).active()
    known: dict[str, set[str]] = {}
    named = Q(code__in=[word.upper() for word in typed]) | Q(name__in=typed) | Q(short_name__in=typed)
    for one in seen.filter(named):
        for name in (one.code, one.name, one.short_name):
            known.setdefault(name, set()).add(one.code)
    for row in rows:
        word = row.values.get("organisation")
        if not word:
            continue
        found = known.get(word) or known.get(word.upper()) or set()
        if len(found) == 1:
            row.values["organisation"] = min(found)
        elif found:
            several = Refusal("officials.union_several", "有几个组织叫“%(name)s”：请填组织代码", name=word)
            wrong(row, "organisation", several)
        else:
            unknown = Refusal("officials.union_unknown", "您的范围内没有组织“%(name)s”：请填组织代码", name=word)
            wrong(row, "organisation", unknown)


def unions_of(codes: set[str]) -> dict[str, Organisation]:
    """The unions by their codes."""
    return {one.code: one for one in Organisation.objects.filter(code__in=codes)}
