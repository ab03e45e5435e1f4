"""A text read whole: mended, its numbers found, each joined to a figure or left with the reason why not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gonghui.reports.reconcile import aside, lists, tokens
from gonghui.reports.reconcile.aside import Around
from gonghui.reports.reconcile.joining import NEAR, Joined, join
from gonghui.reports.reconcile.passage import Passage
from gonghui.reports.reconcile.repair import Mended, mend
from gonghui.reports.reconcile.tokens import Token
from gonghui.reports.reconcile.words import Words

NOWHERE = "nowhere"


@dataclass(frozen=True)
class Left:
    """A number, date or phrase that no figure answers, and why; `of` is the figure it clearly speaks of."""

    token: Token
    why: str
    of: str = ""


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
        _left(passage, token, joins.refused.get(n, NOWHERE), joined)
        for n, token in enumerate(passage.tokens)
        if token.start not in taken and token.kind != tokens.LIST
    ]
    return Reading(mended, sorted(joined, key=lambda one: (one.token.start, one.figure)), left)


def _left(passage: Passage, token: Token, why: str, joined: Sequence[Joined]) -> Left:
    """Why a number was not joined; a change or a part is that of the last figure its sentence named before it."""
    if not token.is_number:
        return Left(token, token.kind)
    start = passage.sentence_start(token.start)
    named = max((one for one in joined if start <= one.token.start < token.start), key=_at, default=None)
    if named is None:
        return Left(token, why)
    if why == aside.CHANGE and aside.is_bare_change(passage, token):
        return Left(token, why, named.figure)
    is_of_it = token.unit in (named.token.unit, tokens.PERCENT) and why in (NOWHERE, NEAR)
    between = passage.text[named.token.end : token.start]
    if is_of_it and "其中" in between and "分别" not in between:  # zh
        return Left(token, aside.PART, named.figure)
    return Left(token, why)


def _at(one: Joined) -> int:
    return one.token.start
