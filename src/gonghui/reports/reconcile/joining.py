"""Joins the numbers of a text to figures by the words around them; never by what the figures come to.

All numbers and all figures are weighed together, and a pairing is kept only where the next best as a whole is clearly
worse: two that are near are refused, because a wrong join is worse than a missing one.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from gonghui.reports.reconcile import assign
from gonghui.reports.reconcile.aside import Around, is_part, why_not
from gonghui.reports.reconcile.passage import Passage
from gonghui.reports.reconcile.tokens import PERCENT, Token
from gonghui.reports.reconcile.words import Words

WHAT_REACH, LISTED_REACH, CLOSE_REACH, ABOUT_REACH, WITHOUT_REACH = 15.0, 30.0, 30.0, 80.0, 10.0
WHAT_LEAST, CLOSE_LEAST, ABOUT_LEAST = 0.18, 0.27, 0.25
LEAST, SHARED_LEAST, MARGIN = 2.3, 2.0, 0.35
PARTED = 60
WITHOUT_FAR = 50.0
MOST = 12  # numbers weighed for one figure
SURE_LIST = 3  # so many figures named in one breath need no word of their common matter
NEAR = "near"
_SHARE_OF = re.compile(r"占(?:到|了)?(?!到|了|其中|比|总|全部)([^，。；占]{3,16})的(?:约|近|超过)?\Z")  # zh
_ALONE = re.compile(
    r"(?:先后|陆续|相继|累计|共计?|已经?|新|上半年|今年|市总工会|各级|工会|牵头|推动|参与|联合|会同|有关部门"  # zh
    r"|研究|出台|制定|印发|推出|发布|下发|了|相关|有关|配套|各类|各项|一系列|达到?|[为有的])*"  # zh
)
_EACH = re.compile(r"(?:均|都|皆|各|分别)[为是达到有建成]*\Z")  # zh
_BETWEEN = re.compile(
    r"(?:[、和与及]|以及|精准度|准确率|精准率|准确度|识别|认定|退出|帮扶|困难"  # zh
    r"|职工|工作|家庭|档案|的|三项|各项|\s)*\Z"  # zh
)


@dataclass(frozen=True)
class Joined:
    """One number joined to one figure."""

    token: Token
    figure: str
    weight: float


@dataclass
class Joins:
    """What was joined, and for the other numbers why not."""

    joined: list[Joined] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Places:
    """Where the words of one figure stand in the text."""

    words: Words
    what: list[tuple[int, int]]
    close: list[list[tuple[int, int]]]
    about: list[list[tuple[int, int]]]
    hint: list[tuple[int, int]]
    without: list[tuple[int, int]]


def join(passage: Passage, figures: Iterable[Words], around: Around = Around()) -> Joins:  # noqa: B008
    """The joins of a passage's numbers with figures, all weighed at once."""
    joins = Joins()
    places = [_placed(passage.text, words) for words in figures]
    asides = {n: why_not(passage, token, around) for n, token in enumerate(passage.tokens) if token.is_number}
    joins.refused = {n: why for n, why in asides.items() if why}
    shared = _shared(passage, places, asides, joins)
    weights: dict[assign.Pair, float] = {}
    for row, placed in enumerate(places):
        if not placed.what or row in shared:
            continue
        free = (n for n in asides if n not in shared.values())
        found = sorted(((_weight(passage, n, placed, asides, around), n) for n in free), reverse=True)[:MOST]
        weights |= {(row, n): weight for weight, n in found if weight >= LEAST}
    for part in assign.components(weights):
        _settle(part, passage.tokens, places, joins)
    return joins


def _placed(text: str, words: Words) -> _Places:
    without = _find(text, words.without)
    others = [*without, *_find(text, words.inside)]
    what = [place for place in _find(text, words.what) if not any(_overlap(place, other) for other in others)]
    return _Places(
        words,
        what,
        [_find(text, group) for group in words.close],
        [_find(text, group) for group in words.about],
        _find(text, words.hint),
        without,
    )


def _find(text: str, patterns: Sequence[re.Pattern[str]]) -> list[tuple[int, int]]:
    return sorted({match.span() for pattern in patterns for match in pattern.finditer(text)})


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _weight(
    passage: Passage, n: int, placed: _Places, asides: Mapping[int, str], around: Around, *, listed: bool = False
) -> float:
    """The weight of a number for a figure; nought where its unit does not fit or it speaks of something else."""
    token = passage.tokens[n]
    if not fits(passage, token, placed.words) or _is_barred(passage, token, placed):
        return 0.0
    if asides[n] and not (placed.words.listed and not why_not(passage, token, around, plans=True)):
        return 0.0
    if placed.words.alone and _ALONE.fullmatch(placed.words.alone.sub("", passage.sentence_less(token), count=1)):
        placed = replace(placed, close=[], about=[])
    return weigh(passage, token, placed, listed=listed)


def fits(passage: Passage, token: Token, words: Words) -> bool:
    """Whether the printed unit can be the figure's; a missing one only where something else shows what is counted."""
    if token.unit or words.is_ratio:
        return token.unit in words.units
    following = passage.text[token.end : token.end + 1]
    if any(sign in "万亿" for sign in token.text) and (not following or following in "，。；、\n"):  # zh
        return True
    if words.is_money:
        return False
    if any(pattern.match(passage.text, token.end) for pattern in words.what):
        return True
    return _is_parted(passage, token, words)


def _is_barred(passage: Passage, token: Token, placed: _Places) -> bool:
    """Whether the number's clause is of another matter: a word that bars it, or 占 of something else."""
    start = passage.clause_start(token.start)
    clause = passage.text[start : passage.clause_end(token.end)]
    if any(pattern.search(clause) for pattern in placed.words.bar):
        return True
    whole = _SHARE_OF.search(clause[: token.start - start]) if placed.words.part else None
    if whole is None:
        return False
    return not any(pattern.search(whole[1]) for group in placed.words.about for pattern in group)


def _is_parted(passage: Passage, token: Token, words: Words) -> bool:
    """Whether the number's measure word stands at the start of a line near by: 家企业获得返还 … 1.6万."""
    for at, unit in passage.orphans:
        if unit not in words.units or abs(at - token.start) > PARTED:
            continue
        named = [pattern.match(passage.text, at + len(unit)) for pattern in words.what]
        ending = passage.text[max(0, token.start - 4) : token.start]
        if any(named) or any(pattern.search(ending) for pattern in words.what):
            return True
    return False


def weigh(passage: Passage, token: Token, placed: _Places, *, listed: bool = False) -> float:
    """How well the words around a number name the figure; nought where a needed word is too far.

    `listed`: the thing counted is one of several before the number, so it may stand further off.
    """
    what = passage.nearness(token, placed.what, LISTED_REACH if listed else WHAT_REACH, named=True)
    if what < WHAT_LEAST:
        return 0.0
    weight = 3.0 * what
    for groups, reach, least, worth in (
        (placed.close, CLOSE_REACH, CLOSE_LEAST, 1.2),
        (placed.about, ABOUT_REACH, ABOUT_LEAST, 1.0),
    ):
        if not groups:
            weight += worth / 2
        for places in groups:
            near = passage.nearness(token, places, reach)
            if near < least:
                return 0.0
            weight += worth * near / len(groups)
    weight += 0.5 * passage.nearness(token, placed.hint, CLOSE_REACH)
    weight -= 3.5 * passage.nearness(token, placed.without, WITHOUT_REACH)
    weight -= 1.2 * passage.nearness(token, placed.without, WITHOUT_FAR)
    if not placed.words.part and is_part(passage, token):
        weight -= 1.0
    if token.cumulative and placed.words.clock == "flow":
        weight -= 0.2
    return max(weight, 0.0)


def _settle(part: dict[assign.Pair, float], tokens: Sequence[Token], places: list[_Places], joins: Joins) -> None:
    """Keeps the pairs of the best pairing that a second-best would clearly lose without."""
    total, pairs = assign.best(part)
    for row, n in pairs.items():
        same = {other for other in range(len(tokens)) if _same(tokens[other], tokens[n])}
        without = {pair: weight for pair, weight in part.items() if not (pair[0] == row and pair[1] in same)}
        if without and total - assign.best(without)[0] < MARGIN:
            joins.refused[n] = NEAR
            continue
        joins.refused.pop(n, None)
        joins.joined.append(Joined(tokens[n], places[row].words.figure, part[row, n]))
    taken = set(pairs.values())
    for (row, n), weight in part.items():
        if n in taken or row not in pairs:
            continue
        rivals = [other for (one, column), other in part.items() if column == n and one != row]
        first = pairs[row]
        if _same(tokens[n], tokens[first]) and first not in joins.refused and weight > max(rivals, default=0) + MARGIN:
            joins.joined.append(Joined(tokens[n], places[row].words.figure, weight))
        else:
            joins.refused.setdefault(n, NEAR)


def _same(one: Token, other: Token) -> bool:
    """Whether two numbers of the text say the same."""
    return one.is_number and one.said == other.said


def _shared(passage: Passage, places: list[_Places], asides: Mapping[int, str], joins: Joins) -> dict[int, int]:
    """Numbers that state several figures at once, 甲、乙、丙均为 100%: which number each such figure has."""
    taken: dict[int, int] = {}
    ends: dict[str, int] = {}
    for n in asides:
        token = passage.tokens[n]
        start = max(passage.sentence_start(token.start), ends.get(token.unit, 0))
        ends[token.unit] = token.end
        if token.start in passage.owned:
            continue
        named: dict[int, tuple[int, int]] = {}
        for row, placed in enumerate(places):
            at = _last_named(placed, start, token.start)
            if at is not None and row not in taken and fits(passage, token, placed.words):
                named[row] = at
        spans = sorted(named.values())
        if len(set(spans)) < max(len(spans), 2) or asides[n]:
            continue
        if not all(_is_list(passage.text[a[1] : b[0]]) for a, b in pairwise(spans)):
            continue
        if token.unit != PERCENT and not _EACH.search(passage.text[: token.start][-8:]):
            continue  # 调解和法律援助受理案件 is one figure, not two
        around, sure = Around(), len(named) >= SURE_LIST
        listed = {row: replace(places[row], about=[]) if sure else places[row] for row in named}
        weights = {row: _weight(passage, n, placed, asides, around, listed=True) for row, placed in listed.items()}
        if all(weight >= SHARED_LEAST for weight in weights.values()):
            taken |= dict.fromkeys(weights, n)
            joins.joined += [Joined(token, places[row].words.figure, weight) for row, weight in weights.items()]
    return taken


def _is_list(between: str) -> bool:
    """Whether only 、 and such stand between two things that are counted together, and at least one of them does."""
    return bool(_BETWEEN.match(between)) and any(sign in between for sign in "、和与及")  # zh


def _last_named(placed: _Places, start: int, end: int) -> tuple[int, int] | None:
    for place in reversed(placed.what[: bisect_left(placed.what, (end, 0))]):
        if place[0] < start:
            break
        if place[1] <= end:
            return place
    return None
