"""A text read whole: mended, its numbers found, each joined to a figure or left with the reason why not."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gonghui.reports.reconcile import lists, tokens
from gonghui.reports.reconcile.aside import Around
from gonghui.reports.reconcile.joining import Joined, join
from gonghui.reports.reconcile.passage import Passage
from gonghui.reports.reconcile.repair import Mended, mend
from gonghui.reports.reconcile.tokens import Token
from gonghui.reports.reconcile.words import Words

NOWHERE = "nowhere"


@dataclass(frozen=True)
class Left:
    """A number, date or phrase that no figure answers, and why."""

    token: Token
    why: str


@dataclass(frozen=True)
class Reading:
    """What a text says: joined numbers and the rest, each in the order of the text."""

    mended: Mended
    joined: list[Joined] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    @property
    def tokens(self) -> list[Token]:
        """Everything found, joined or left."""
        found = [one.token for one in self.joined] + [one.token for one in self.left]
        return sorted(found, key=lambda token: token.start)


def read(text: str, figures: Iterable[Words], around: Around = Around()) -> Reading:  # noqa: B008
    """The numbers of a text joined to figures by the words around them."""
    mended = mend(text)
    asked = list(figures)
    marks = lists.marks(mended.text)
    found = lists.numbered(marks)
    items = [mark for one in found for mark in one.marks]
    passage = Passage.of(mended, tokens.find(mended.text, items))
    joins = join(passage, asked, around)
    joined = list(joins.joined)
    told = {one.figure for one in joined}
    for words in asked:
        if words.listed and words.figure not in told and (one := lists.counted(mended.text, found, words)):
            joined.append(Joined(one.token, words.figure, 0.0))
    taken = {one.token.start for one in joined}
    left = [
        Left(token, joins.refused.get(n, NOWHERE if token.is_number else token.kind))
        for n, token in enumerate(passage.tokens)
        if token.start not in taken and token.kind != tokens.LIST
    ]
    return Reading(mended, sorted(joined, key=lambda one: (one.token.start, one.figure)), left)
