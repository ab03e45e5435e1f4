"""How near a word stands to a number: signs between them, dearer across commas, other numbers and blank lines."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, inf

from gonghui.reports.reconcile.repair import HARD, Mended
from gonghui.reports.reconcile.tokens import FIGURE, Token

LEFT = {"、": 4, "，": 5, ",": 5, "：": 4, "；": 25, ";": 25, "（": 3, "）": 3, HARD: 20} | dict.fromkeys(
    "。！？", 40
)  # zh
RIGHT = {"、": 9, "，": 24, ",": 24, "：": 12, "；": 40, ";": 40, "（": 3, "）": 6, HARD: 30} | dict.fromkeys(
    "。！？", 50
)  # zh
FREE = frozenset("“”‘’「」《》·")
NUMBER_COST = 8
LONGEST_SENTENCE, LONGEST_CLAUSE = 300, 120
ENDS = frozenset("。！？；;" + HARD)  # zh
CLAUSE_ENDS = ENDS | frozenset("，：,")
_RESPECTIVELY = re.compile(r"分别(?:为|达到?|是|有|占到?|建成|完成|共|已|增加|投入|发放|获得|在)?")  # zh
_MEASURE = re.compile(r"(?<![\d万亿余多])(?:人次|[家个名人件项户])")  # zh
_AND = re.compile(r"以及|、|和|与|及")  # zh
_ONLY_AND = re.compile(r"[、和与及以，占达到为是有]*\Z")  # zh


@dataclass(frozen=True)
class Own:
    """Of 甲、乙分别为 1、2: the piece that names this number, and the list whose other pieces do not."""

    first: int
    last: int
    list_first: int
    list_last: int


@dataclass(frozen=True)
class Passage:
    """A mended text with its numbers, asked for distances."""

    text: str
    tokens: Sequence[Token]
    gaps: bytes

    @classmethod
    def of(cls, mended: Mended, tokens: Sequence[Token]) -> "Passage":
        """The passage of a mended text."""
        return cls(mended.text, tokens, mended.gaps)

    @cached_property
    def _left(self) -> list[float]:
        return self._summed(LEFT)

    @cached_property
    def _right(self) -> list[float]:
        return self._summed(RIGHT)

    def _summed(self, costs: dict[str, int]) -> list[float]:
        """At each place the cost of everything before it."""
        each: list[float] = [0 if sign in FREE else costs.get(sign, 1) for sign in self.text]
        for n, gap in enumerate(self.gaps):
            each[n] += 0 if not gap else 0.5 if gap == 1 else 3
        for token in self.tokens:
            if token.kind == FIGURE:
                each[token.start] = NUMBER_COST
                each[token.start + 1 : token.end] = [0.0] * (token.end - token.start - 1)
        total, sums = 0.0, [0.0]
        for cost in each:
            total += cost
            sums.append(total)
        return sums

    @cached_property
    def _stops(self) -> tuple[list[int], list[int]]:
        sentence = [n for n, sign in enumerate(self.text) if sign in ENDS]
        clause = [n for n, sign in enumerate(self.text) if sign in CLAUSE_ENDS]
        return sentence, clause

    def sentence_start(self, at: int) -> int:
        """Where the sentence around a place begins; a text without stops has long ones, but not endless."""
        return max(_before(self._stops[0], at), at - LONGEST_SENTENCE)

    def clause_start(self, at: int) -> int:
        """Where the clause around a place begins."""
        return max(_before(self._stops[1], at), at - LONGEST_CLAUSE)

    def clause_end(self, at: int) -> int:
        """Where the clause around a place ends."""
        stops = self._stops[1]
        n = bisect_right(stops, at - 1)
        return min(stops[n] if n < len(stops) else len(self.text), at + LONGEST_CLAUSE)

    def sentence_less(self, token: Token) -> str:
        """What else is said in the number's sentence; the end of a line right after the number ends it too."""
        start, stops = self.sentence_start(token.start), self._stops[0]
        n = bisect_right(stops, token.end - 1)
        end = stops[n] if n < len(stops) else len(self.text)
        if token.end < len(self.gaps) and self.gaps[token.end]:
            end = token.end
        return self.text[start : token.start] + self.text[token.end : end]

    def distance(self, token: Token, start: int, end: int, *, named: bool = False) -> float:
        """What lies between a number and a word that do not overlap. `named`: the word names what is counted."""
        own = self.owned.get(token.start) if named else None
        if own is not None and start >= own.list_first and end <= own.list_last:
            inside = start >= own.first and end <= own.last
            return 1 + self._left[own.last] - self._left[end] if inside else inf
        if end <= token.start:
            return self._left[token.start] - self._left[end]
        if start >= token.end:
            return self._right[start] - self._right[token.end]
        return inf  # 3400名 | 单身 is no 名单

    @cached_property
    def series(self) -> dict[int, tuple[Token, Token]]:
        """By the start of each number: the first and last of the numbers it is listed with in one clause."""
        found: dict[int, tuple[Token, Token]] = {}
        run: list[Token] = []
        for token in self.tokens:
            if token.kind != FIGURE:
                continue
            if run and CLAUSE_ENDS.intersection(self.text[run[-1].end : token.start]):
                found |= {one.start: (run[0], run[-1]) for one in run}
                run = []
            run.append(token)
        return found | {one.start: (run[0], run[-1]) for one in run}

    @cached_property
    def orphans(self) -> list[tuple[int, str]]:
        """Measure words that begin a line or a clause: the number they belong to was parted from them."""
        return [
            (match.start(), match[0])
            for match in _MEASURE.finditer(self.text)
            if match.start() == 0 or self.gaps[match.start()] or self.text[match.start() - 1] in CLAUSE_ENDS
        ]

    def _from_series(self, token: Token, start: int, end: int) -> float:
        """The distance of a word of the matter: what is said of a series is said of each of its numbers."""
        first, last = self.series[token.start]
        if end <= first.start:
            return self.distance(first, start, end)
        if start >= last.end:
            return self.distance(last, start, end)
        return self.distance(token, start, end)

    def nearness(self, token: Token, places: Sequence[tuple[int, int]], reach: float, *, named: bool = False) -> float:
        """1 for a word that touches the number, falling off over `reach`; the best of several places."""
        if not places:
            return 0.0
        n = bisect_right(places, (token.start, 0))
        around = places[max(0, n - 8) : n + 5]
        if named:
            best = min((self.distance(token, start, end, named=True) for start, end in around), default=inf)
        else:
            best = min((self._from_series(token, start, end) for start, end in around), default=inf)
        return exp(-best / reach) if best < 8 * reach else 0.0

    @cached_property
    def owned(self) -> dict[int, Own]:
        """By the start of each number of a 分别 list: the piece before 分别 that names it."""
        found: dict[int, Own] = {}
        for match in _RESPECTIVELY.finditer(self.text):
            listed = self._listed(match.end())
            first = self.clause_start(match.start())
            pieces = _pieces(self.text, first, match.start())
            if len(listed) < 2 or len(pieces) < len(listed):
                continue
            pieces = pieces[-len(listed) :]
            for token, (start, end) in zip(listed, pieces, strict=True):
                found[token.start] = Own(start, end, pieces[0][0], pieces[-1][1])
        return found

    def _listed(self, at: int) -> list[Token]:
        """The numbers that follow 分别, with nothing but 、 and 和 between them."""
        listed: list[Token] = []
        for token in self.tokens[bisect_left(self.tokens, at, key=lambda token: token.start) :]:
            if token.kind != FIGURE or not _ONLY_AND.match(self.text[at : token.start]) or token.start - at > 4:
                break
            listed.append(token)
            at = token.end
        return listed


def _before(stops: list[int], at: int) -> int:
    n = bisect_right(stops, at - 1)
    return stops[n - 1] + 1 if n else 0


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    pieces, at = [], start
    for match in _AND.finditer(text, start, end):
        pieces.append((at, match.start()))
        at = match.end()
    pieces.append((at, end))
    return [piece for piece in pieces if piece[0] < piece[1]]
