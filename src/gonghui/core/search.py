"""Finding Chinese names in PostgreSQL without extensions: two-character words, pinyin initials, codes.

A name is kept as an array of terms under a GIN index, in its row or, where the other columns change often, beside it:
every pair of neighbouring characters, every single Chinese character, the pinyin initials in runs of two and three
behind a `~`, whole words of another language behind a `=`, running numbers of codes behind a `#`. A query becomes the
terms it must contain; `LIKE` then looks again, because pairs that are all there need not stand side by side.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import islice, pairwise
from operator import add, attrgetter
from typing import Any, TypeVar, cast

from django.contrib.postgres.fields import ArrayField
from django.db.models import Model, Q, QuerySet, TextField

from gonghui.core import text as texts

Row = TypeVar("Row", bound=Model)

LONGEST_QUERY = 60
SPELLED = 3  # how near a name is that begins with these initials
CANDIDATES = 100  # rows that are ranked; where there are more, the very name is looked for apart
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U000323af]")  # zh
_RUNS = re.compile("[\u3400-\u9fff\U00020000-\U000323af]+|[^\u3400-\u9fff\U00020000-\U000323af]+")  # zh
_LATIN = re.compile(r"[a-z]{2,}\Z")
_WORDS = re.compile("[a-z0-9\u3400-\u9fff\U00020000-\U000323af]+")  # zh
_PARTS = re.compile("[a-z0-9]{2,}|(?:(?![a-z0-9]{2}).)+")  # 朝阳hjjd is 朝阳 and hjjd; 第3小学 stays one word
_NUMBER = re.compile(r"[0-9a-z]*\d[0-9a-z]*(?:-[0-9a-z]+)*|[a-z]{2}(?:-[0-9a-z]+)+")
_SHORTEST_NUMBER = 3

# Readings that the dictionary gets wrong in names of places.
PLACES = (
    "大栅栏 da shi lan|十里堡 shi li pu|垡头 fa tou|漷县 huo xian|长辛店 chang xin dian|广渠门 guang qu men|"  # zh
    "乐亭 lao ting|六安 lu an|阜成门 fu cheng men|八里堡 ba li pu|张家堡 zhang jia pu|单县 shan xian|"  # zh
    "莘庄 xin zhuang|蔚县 yu xian|长阳 chang yang|长沟 chang gou|长陵 chang ling|长城 chang cheng|"  # zh
    "朝阳 chao yang|朝阳门 chao yang men|什刹海 shi cha hai|马家堡 ma jia pu|佛子庄 fo zi zhuang|"  # zh
    "长哨营 chang shao ying|行宫 xing gong|总工会 zong gong hui|工会 gong hui"  # zh
)
# Surnames that read otherwise than as words.
SURNAMES = (
    "尉迟 yu chi|长孙 zhang sun|万俟 mo qi|澹台 tan tai|单于 chan yu|单 shan|仇 qiu|区 ou|解 xie|任 ren|华 hua|"  # zh
    "查 zha|曾 zeng|朴 piao|盖 ge|乐 yue|员 yun|冼 xian|覃 qin|缪 miao|翟 zhai|种 chong|召 shao|臧 zang|"  # zh
    "逄 pang|秘 bi|折 she|黑 he|宁 ning|纪 ji|燕 yan|应 ying|葛 ge"  # zh
)


def normal(text: str) -> str:
    """The form in which terms are made and compared: half-width, lower case."""
    return texts.fold(text).lower()


def asked(q: str) -> str:
    """What somebody typed, in half-width, blanks collapsed, no longer than is searched for."""
    return " ".join(texts.fold(q[: 4 * LONGEST_QUERY]).split())[:LONGEST_QUERY]


def parted(q: str) -> tuple[str, list[str]]:
    """The words to find in names, and beside them what can only be a code or a part of one: 朝阳 110105-ba."""
    names, numbers = [], []
    for word in normal(asked(q)).split():
        found = [one for one in _NUMBER.findall(word) if len(one) >= _SHORTEST_NUMBER]
        rest = word
        for number in found:
            rest = rest.replace(number, " ", 1)
        names += [one for one in rest.split() if _WORDS.search(one)]
        numbers += found
    return " ".join(names), numbers


def starting(column: str, text: str) -> Q:
    """Values of a column in collation C that begin so; two comparisons that any plan finds in the index."""
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + "\U0010ffff"})


def fits(q: str, *names: str) -> int | None:
    """How near the best of some names is to what was typed, 0 is it; None where no name holds all its words."""
    whole, words = _read(q)
    if not words:
        return None
    near = [found for name in names if name and (found := _nearness(whole, words, normal(name))) is not None]
    return min(near, default=None)


@lru_cache(maxsize=1)  # one question is held against many names
def _read(q: str) -> tuple[str, list[str]]:
    return normal(asked(q)), query_words(q)


def _nearness(whole: str, words: list[str], name: str) -> int | None:
    if whole == name or name.startswith(whole):
        return int(whole != name)
    if all(_holds(name, word) for word in words):
        return 2 if whole in name else 4
    spelled = initials(name) if _HAN.search(name) else ""
    if spelled and all(_holds(name, word) or (_LATIN.match(word) and word in spelled) for word in words):
        return SPELLED if spelled.startswith(words[0]) else 5
    return None


def _holds(name: str, word: str) -> bool:
    """Whether the word stands in the name; letters and digits at the beginning of a word only."""
    if _HAN.match(word):
        return word in name
    return any(own.startswith(word) for own in re.findall("[a-z0-9]+", name))


def terms(*names: str, people: bool = False) -> list[str]:
    """The terms a row is found by, for one or more names of the same thing."""
    found: set[str] = set()
    for name in names:
        for word in _WORDS.findall(normal(name)):
            found.update(map(add, word, word[1:]))
            found.update(_HAN.findall(word) if len(word) > 1 else word)
        spelled = initials(name, people=people)
        pairs = [f"~{first}{second}" for first, second in pairwise(spelled)]
        found.update(pairs, map(add, pairs, spelled[2:]))
    return sorted(found)


def word_terms(name: str) -> list[str]:
    """The terms by which whole words of a name in another language are found."""
    return sorted({f"={word}" for word in _WORDS.findall(normal(name)) if len(word) > 1})


class SearchTerms(ArrayField):  # type: ignore[type-arg]  # Django does not let it be written
    """The terms of another column of the row, made anew each time the row is saved."""

    def __init__(self, of: str, *, people: bool = False, **options: Any) -> None:
        self.of, self.people = of, people
        super().__init__(**{"base_field": TextField(), "default": list, "editable": False, **options})

    def deconstruct(self) -> Any:
        """For migrations: the column it follows, beside what any field says."""
        name, path, args, options = super().deconstruct()
        for own in ("base_field", "default", "editable"):
            options.pop(own, None)
        return name, path, args, {"of": self.of, **({"people": True} if self.people else {}), **options}

    def pre_save(self, model_instance: Model, add: bool) -> Any:
        """What is saved follows the name."""
        found = terms(getattr(model_instance, self.of), people=self.people)
        setattr(model_instance, self.attname, found)
        return found


def query_terms(q: str) -> list[str]:
    """The terms that the words of a query must all be found by, read as written (never as initials)."""
    return sorted({term for word in query_words(q) for term in _terms_of(word)})


def initials_terms(word: str) -> list[str]:
    """The terms of a word of letters read as pinyin initials: wjjd finds 望京街道."""
    if not _LATIN.match(word):
        return []
    length = min(3, len(word))
    return sorted({"~" + word[at : at + length] for at in range(len(word) - length + 1)})


def matching(
    queryset: QuerySet[Row], column: str, text_column: str, q: str, beside: Sequence[str] = ()
) -> QuerySet[Row]:
    """The rows whose name holds each word of the query, as written or by pinyin initials, and that have these terms
    beside; so where words are common, the index alone finds the few of them in a place."""
    words = query_words(q)
    if not words:
        return queryset.none()
    wanted = Q()
    for word in words:
        wanted &= _found_by(word, column, text_column, beside)
    return queryset.filter(wanted)


def ranked(
    queryset: QuerySet[Row],
    column: str,
    text_column: str,
    q: str,
    beside: Sequence[str] = (),
    *,
    limit: int = 20,
    first: tuple[str, Sequence[str], Q] | None = None,
    people: bool = False,
    exact: bool = True,
) -> list[Row]:
    """The best of the matching rows: the very name, however common its words; then those whose column has one of the
    values that go `first` (and whom its condition finds); then names that begin so; then shorter ones."""
    found = matching(queryset, column, text_column, q, beside)
    typed, (name_of, terms_of) = asked(q), (attrgetter(one.replace("__", ".")) for one in (text_column, column))
    first_column, first_values, are_first = first or ("pk", (), Q())
    long_initials = [word for word in query_words(q) if _LATIN.match(word) and len(word) > 3]
    table = column.rpartition("__")[0]
    if long_initials and table:
        found = found.select_related(table)
    elif not long_initials and (not table or _brings(found, table)):
        found = found.defer(column)

    def rank(row: Row) -> tuple[bool, bool, bool, int, str]:
        name = str(name_of(row))
        is_first = getattr(row, first_column) in first_values
        return name != typed, not is_first, not normal(name).startswith(typed.lower()), len(name), name

    def is_true(row: Row) -> bool:
        """Runs of three letters that are all there need not stand in a row."""
        name, kept = str(name_of(row)), terms_of(row)
        return all(
            word in normal(name) or f"={word}" in kept or word in initials(name, people=people)
            for word in long_initials
        )

    rows = {row.pk: row for row in found[:CANDIDATES]}
    if len(rows) == CANDIDATES:  # there are more: what must not be missed is asked for by itself
        if exact:  # asks for an index over the upper-case name
            rows |= {row.pk: row for row in found.filter(**{f"{text_column}__iexact": typed})[:limit]}
        if first is not None:
            rows |= {row.pk: row for row in found.filter(are_first)[:CANDIDATES]}
    best = sorted(rows.values(), key=rank)
    return list(islice(filter(is_true, best) if long_initials else best, limit))


def _brings(rows: QuerySet[Row], table: str) -> bool:
    """Whether the rows come with those of another table."""
    brought = rows.query.select_related
    return isinstance(brought, dict) and table in brought


def initials(name: str, *, people: bool = False) -> str:
    """The first letters of the syllables: 望京街道 wjjd; letters and digits in the name stay."""
    return "".join([part[0] for part in _spelled(name, people)])


def pinyin_key(name: str, *, people: bool = False) -> str:
    """What lists of Chinese names are ordered by: the syllables, a blank between, 望京 before 望京街."""
    return " ".join(_spelled(name, people))


def query_words(q: str) -> list[str]:
    """What was typed, word by word; a word of two scripts is two."""
    return [part for word in _WORDS.findall(normal(q[:LONGEST_QUERY])) for part in _PARTS.findall(word)]


def _terms_of(word: str) -> set[str]:
    return {word[at : at + 2] for at in range(len(word) - 1)} if len(word) > 1 else {word}


def _found_by(word: str, column: str, text_column: str, beside: Sequence[str]) -> Q:
    def having(terms: Sequence[str]) -> Q:
        return Q(**{f"{column}__contains": [*terms, *beside]})

    if len(word) == 1 and not _HAN.match(word):
        begins = Q(**{f"{text_column}__istartswith": word})  # one letter or digit is no term of a longer word
        return begins & having([]) if beside else begins
    terms = sorted(_terms_of(word))
    written = having(terms)
    if terms != [word]:  # a word of one term stands in the name as it is; of more terms it may not
        written &= Q(**{f"{text_column}__icontains": word})
    spelled = initials_terms(word)
    if not spelled:
        return written
    return written | having(spelled) | having([f"={word}"])


@lru_cache(maxsize=20_000)
def _spelled(name: str, people: bool) -> list[str]:
    """The syllables of each character that counts; letters and digits are their own."""
    shown = normal(name)
    forced: list[str] = []
    if people:
        for length in (2, 1):
            if shown[:length] in _readings(SURNAMES):
                forced = _readings(SURNAMES)[shown[:length]]
                break
    syllables = [*forced, *_pinyin()(shown[len(forced) :])]
    return [part for part in syllables if part.isascii() and part.isalnum()]


@cache
def _readings(table: str) -> dict[str, list[str]]:
    entries = (entry.split(" ") for entry in table.split("|"))
    return {name: syllables for name, *syllables in entries}


@cache
def _pinyin() -> Callable[[str], list[str]]:
    """The dictionary, loaded at the first use: it takes a fifth of a second that most commands do not need."""
    from pypinyin import lazy_pinyin, load_phrases_dict
    from pypinyin.seg.mmseg import seg

    load_phrases_dict({name: [[part] for part in parts] for name, parts in _readings(PLACES).items()})
    apart = cast(Callable[[str], str], list)  # what has no reading comes back sign by sign

    @lru_cache(maxsize=50_000)
    def reading(word: str) -> list[str]:
        return lazy_pinyin(word, errors=apart)

    @lru_cache(maxsize=100_000)  # names begin and end alike
    def run(text: str) -> list[str]:
        return [syllable for word in seg.cut(text) for syllable in reading(word)]

    def spelled(text: str) -> list[str]:
        return [syllable for part in _RUNS.findall(text) for syllable in (run(part) if _HAN.match(part) else part)]

    return spelled
