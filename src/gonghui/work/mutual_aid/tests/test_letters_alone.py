"""Whoever has the letters has everything: each amount is worked out again from printed sentences, by hand as it were.

The reader below knows what the signs on paper mean and nothing of the platform: it takes a letter's text, works out
each line in yuan, and takes what stood before from the letter before. Nothing of `core.rules` is used.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from html import unescape
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.db.models import F
from django.template.loader import render_to_string

from gonghui.spine.members.models import Person
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.work.mutual_aid import actions
from gonghui.work.mutual_aid.actions import letters
from gonghui.work.mutual_aid.forms.telling import told
from gonghui.work.mutual_aid.models import Settlement
from gonghui.work.mutual_aid.tests.builders import FEBRUARY, Money, a_card_holder, a_row, a_table, received, released

FEN = Decimal("0.01")
KINDS = ("门诊", "急诊", "住院", "门诊特殊病")
CARRIED = ("本年住院自付一累计", "本年门诊自付一累计", "本年应得累计")
"""Lines that go on from letter to letter."""


class Line(NamedTuple):
    """A line of a letter: what it is called, how it is worked out, what came out."""

    title: str
    worked: str
    value: Decimal


class Printed(NamedTuple):
    """A letter as somebody reads it."""

    lines: list[Line]
    paid: Decimal
    set_off: Decimal
    share: Decimal
    """What the bureau says the member bore."""


def amount(text: str) -> Decimal:
    """A printed amount."""
    return Decimal(text.replace(",", "").replace(" 元", ""))


ROW = re.compile(r'<th scope="row"[^>]*>(.*?)</th><td>.*?<span class="sub num">(.*?)</span></td><td.*?>(.*?)</td>')


def read(page: str) -> Printed:
    """The words of a letter, without its markup."""
    rows = ROW.findall(page)
    listed = dict(re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page))
    off = amount(listed.get("抵扣以前多付的", "0"))
    lines = [Line(title, unescape(worked), amount(value)) for title, worked, value in rows]
    return Printed(lines, amount(listed["付给您"]), off, amount(listed["自付一"]))


# Reckoning ------------------------------------------------------------------------------------------------------------

SIGNS = re.compile(r"\s*(-?[\d,]*\d(?:\.\d+)?%?|取小|取大|分段|以上|若|则|，否则|是|否|[(),:：，+−×÷])")


class Reckoner:
    """Works out one printed sentence."""

    def __init__(self, sentence: str) -> None:
        self.signs = SIGNS.findall(sentence)
        assert "".join(self.signs) == re.sub(r"\s", "", sentence), sentence
        self.at = 0

    def next(self) -> str:
        """The sign that comes next."""
        return self.signs[self.at] if self.at < len(self.signs) else ""

    def take(self, sign: str = "") -> str:
        """The sign is passed."""
        found = self.next()
        assert found, self.signs
        assert sign in ("", found), (sign, found, self.signs)
        self.at += 1
        return found

    def whole(self) -> Decimal:
        """What the sentence comes to."""
        found = self.choice()
        assert self.next() == "", self.signs
        return found

    def choice(self) -> Decimal:
        """如 若 是 则 1 ，否则 2, or a sum."""
        if self.next() != "若":
            return self.sum()
        self.take("若")
        holds = self.take() == "是"
        self.take("则")
        one = self.sum()
        self.take("，否则")
        other = self.choice()
        return one if holds else other

    def sum(self) -> Decimal:
        """Amounts added and taken away."""
        found = self.product()
        while self.next() in ("+", "−"):
            sign, other = self.take(), self.product()
            found = found + other if sign == "+" else found - other
        return found

    def product(self) -> Decimal:
        """Amounts multiplied and divided."""
        found = self.one()
        while self.next() in ("×", "÷"):
            sign, other = self.take(), self.one()
            found = found * other if sign == "×" else found / other
        return found

    def one(self) -> Decimal:
        """An amount, the smaller or larger of some, or the parts of one."""
        sign = self.take()
        if sign == "(":
            found = self.choice()
            self.take(")")
            return found
        if sign in ("取小", "取大"):
            self.take("(")
            some = [self.sum()]
            while self.next() == "，":
                self.take()
                some.append(self.sum())
            self.take(")")
            return min(some) if sign == "取小" else max(some)
        if sign == "分段":
            return self.parts()
        return amount(sign)

    def parts(self) -> Decimal:
        """Of what lies above each line, up to the next, so many percent."""
        self.take("(")
        base, rows = self.sum(), []
        self.take(":")
        while self.next() != ")":
            start = amount(self.take())
            self.take("以上")
            rows.append((start, Decimal(self.take().rstrip("%")) / 100))
            if self.next() == "，":
                self.take()
        self.take(")")
        ends = [start for start, _rate in rows[1:]] + [max(base, rows[-1][0])]
        return sum(
            (max(min(base, end) - start, Decimal()) * rate for (start, rate), end in zip(rows, ends, strict=True)),
            Decimal(),
        )


def reckoned(line: Line) -> Decimal:
    """A line worked out, rounded to the fen as the letter says."""
    return Reckoner(line.worked).whole().quantize(FEN, ROUND_HALF_UP)


def before(line: Line) -> Decimal:
    """What stood before, as the line names it: the first of a sum, the last of a difference."""
    parts = re.split(r" [+−] ", line.worked)
    return amount(parts[0] if " + " in line.worked else parts[-1])


def check(pages: list[Printed]) -> None:
    """The letters of one person and year, in the order in which they were decided, to the fen."""
    for letter in pages:
        for line in letter.lines:
            assert reckoned(line) == line.value, line
        ours = letter.lines[0].value + letter.lines[1].value
        assert ours == letter.share
        assert letter.paid == max(letter.lines[-1].value - letter.set_off, Decimal())
    carried: Mapping[str, Decimal] = dict.fromkeys(CARRIED, Decimal())
    owed = Decimal()
    for letter in pages:
        by_title = {line.title: line for line in letter.lines}
        for title in CARRIED[:2]:
            assert before(by_title[title]) == carried[title], (title, letter)
        assert before(letter.lines[-1]) == carried[CARRIED[2]], letter
        carried = {title: by_title[title].value for title in CARRIED}
        owed += max(-letter.lines[-1].value, Decimal()) - letter.set_off
        assert owed >= 0
    total = sum((one.paid for one in pages), Decimal())
    assert total == carried[CARRIED[2]] + owed, "what was paid is what is due by the year, and what is still owed"


# A year of files ------------------------------------------------------------------------------------------------------


def a_cost(luck: random.Random) -> str:
    """Own shares as they are: many small ones, some that reach every segment, a few beyond the cap."""
    fen = int(luck.choice((2_000, 60_000, 300_000, 2_500_000, 9_000_000, 45_000_000)) * luck.random()) + 1
    return f"{fen // 100}.{fen % 100:02}"


def a_month(people: list[Person], month: int, many: int, luck: random.Random, earlier: list[Any]) -> list[Any]:
    """Settlements of a month; one in six takes an earlier one back."""
    rows = []
    for _each in range(many):
        day = f"2020-{month:02}-{luck.randint(1, 28):02}"
        if earlier and luck.random() < 1 / 6:
            taken = earlier.pop(luck.randrange(len(earlier)))
            back = {key: f"-{taken[key]}" for key in ("总金额", "自付一")}
            fresh = a_row(people[0])["结算流水号"]
            rows.append({**taken, **back, "结算流水号": fresh, "冲销流水号": taken["结算流水号"], "结算日期": day})
        else:
            rows.append(a_row(luck.choice(people), a_cost(luck), 就诊类别=luck.choice(KINDS), 结算日期=day))
    return rows


def printed(people: list[Person]) -> Iterator[list[Printed]]:
    """Every person's letters as their page prints them, in the order in which they were decided."""
    for person in people:
        found = defaultdict(list)
        for one in sorted(letters.letters_of(person), key=lambda each: each.settlement.pk):
            found[one.settled_on.year].append(read(render_to_string("mutual_aid/letter.html", told(one))))
        yield from found.values()


def worked_out_again(union: Any, city: Any, per_file: list[int], *, people: int, seed: int) -> int:
    """So many random settlements in each file, of two sets of people, released and read back from paper."""
    luck = random.Random(seed)
    known = [a_card_holder(union, number) for number in range(1, people + 1)]
    sets = known[: people * 2 // 3], known[people // 3 :], known
    earlier: list[Any] = []
    for month, (many, some) in enumerate(zip(per_file, sets, strict=False), 1):
        rows = a_month(some, month, many, luck, earlier)
        on = FEBRUARY.replace(month=month + 1)
        released(received(city, a_table(rows), month=202000 + month, on=on), on=on)
        earlier += [one for one in rows if not one["冲销流水号"]]
    read_back = 0
    for pages in printed(known):
        check(pages)
        read_back += len(pages)
    return read_back


@pytest.fixture
def federation(db: None, tmp_path, monkeypatch) -> Federation:
    """A small federation whose plan has its text and its money."""
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    found = Federation()
    actions.keep_shipped_editions(found.city, on=FEBRUARY)
    Money(found.city, 1_000_000_000_00)
    return found


def test_settlements_are_recomputed_from_their_letters_alone(federation: Federation) -> None:
    assert worked_out_again(federation.first, federation.city, [60, 60], people=6, seed=6) == 120
    assert Settlement.objects.filter(decided_fen__lt=0).exists()
    assert Settlement.objects.filter(ordered_fen=0).exists()
    assert Settlement.objects.exclude(ordered_fen=F("decided_fen")).filter(decided_fen__gt=0).exists(), "one is set off"


@pytest.mark.soak
def test_a_thousand_settlements_are_recomputed_from_their_letters_alone(federation: Federation) -> None:
    assert worked_out_again(federation.first, federation.city, [400, 300, 300], people=24, seed=16) == 1_000


def test_the_reader_finds_what_is_wrong() -> None:
    line = Line("住院分段互助金", "分段(8,642.37: 1,300.00 以上 30%，10,000.00 以上 40%)", Decimal("2202.71"))
    assert reckoned(line) == line.value
    assert reckoned(line._replace(worked=line.worked.replace("30%", "31%"))) != line.value
    letter = Printed([line, line, line], line.value, Decimal(), line.value * 2)
    with pytest.raises((AssertionError, KeyError)):
        check([letter])
