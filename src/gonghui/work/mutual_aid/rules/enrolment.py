"""Who may be enrolled in a paid plan, for how many shares and what premium, from which day to which."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from gonghui.core.calendar import add_months
from gonghui.core.errors import Refusal
from gonghui.core.rules import Scheme as Text
from gonghui.core.schemes import Scheme, Schemes
from gonghui.work.mutual_aid.rules.plans import Plan

MAN, WOMAN = "m", "f"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Limits(Scheme):
    """What a federation may change about enrolment and claims that no plan's text says."""

    term_months: int
    participation_percent: int
    people_most: int
    papers_most: int
    invoices_most: int
    paper_megabytes_most: int
    materials: Mapping[str, tuple[str, ...]]


def _read(**said: Any) -> Limits:
    return Limits(**said)


LIMITS = Schemes(Path(__file__).parent.parent / "schemes", "cover", _read)


def on(day: date) -> Limits:
    """Those that hold on a day."""
    return LIMITS.on(day)


@dataclass(frozen=True)
class Terms:
    """What a text asks of whoever is enrolled under it; ages are completed years on the first day, both included."""

    premium_fen: int
    most_shares: int
    youngest: int | None
    oldest: Mapping[str, int]
    women_alone: bool = False


@dataclass(frozen=True)
class Candidate:
    """Somebody as they stand on a roll."""

    gender: str
    born_on: date
    is_member: bool
    shares: int


def terms(plan: Plan, text: Text) -> Terms:
    """Those of a plan's text; a text without a price cannot be enrolled under."""

    def whole(name: str) -> int | None:
        found = text.parameters.get(name)
        return int(found) if isinstance(found, Fraction | int) else None

    premium = whole("premium_fen")
    if premium is None:
        raise Refusal(
            "mutual_aid.no_price", "“%(plan)s”的条文没有写每份保费，不能参保：请方案经办人补写", plan=plan.title
        )
    oldest = {}
    for gender, below in ((MAN, whole("men_below_age")), (WOMAN, whole("women_below_age"))):
        most = whole("most_age") if below is None else below - 1
        if most is not None:
            oldest[gender] = most
    shares = text.inputs.get("shares")
    most_shares = whole("most_shares") or (shares.high if shares is not None else 1)
    return Terms(premium, most_shares, whole("least_age"), oldest, plan.women_alone)


def age(born_on: date, day: date) -> int:
    """Completed years on the day; who was born on 29 February completes one on 1 March of a common year."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def last_day(first_on: date, months: int) -> date:
    """The last day of a cover that begins on the first."""
    return add_months(first_on, months) - ONE_DAY


def faults(asked: Terms, one: Candidate, first_on: date) -> Iterator[tuple[str, Refusal]]:
    """What stands in the way of enrolling somebody, each with the cell it stands in."""
    years = age(one.born_on, first_on)
    oldest = asked.oldest.get(one.gender)
    if asked.women_alone and one.gender != WOMAN:
        yield "member", Refusal("mutual_aid.cover_sex", "这个计划只保女职工，登记的性别是男，请核对")
    elif oldest is not None and years > oldest:
        yield (
            "member",
            Refusal(
                "mutual_aid.cover_age",
                "生效日 %(day)s 时满 %(age)s 周岁，这个计划最高 %(most)s 周岁",
                day=first_on,
                age=years,
                most=oldest,
            ),
        )
    if asked.youngest is not None and years < asked.youngest:
        yield (
            "member",
            Refusal(
                "mutual_aid.cover_young",
                "生效日 %(day)s 时满 %(age)s 周岁，这个计划最低 %(least)s 周岁",
                day=first_on,
                age=years,
                least=asked.youngest,
            ),
        )
    if not one.is_member:
        yield (
            "member",
            Refusal("mutual_aid.cover_not_member", "生效日 %(day)s 时不是本会会员，请核对会籍", day=first_on),
        )
    if not 1 <= one.shares <= asked.most_shares:
        yield (
            "shares",
            Refusal(
                "mutual_aid.cover_shares",
                "每人 1 至 %(most)s 份，这里是 %(shares)s 份",
                most=asked.most_shares,
                shares=one.shares,
            ),
        )


def is_few(enrolled: int, on_post: int, percent: int) -> bool:
    """Whether fewer are enrolled than the plan wants of those on post."""
    return enrolled * 100 < on_post * percent


def is_continuous(before_last_on: date, first_on: date, gap_days: int) -> bool:
    """Whether a cover goes on from the one before: it begins no more than so many days after that one's last."""
    return timedelta() < first_on - before_last_on <= timedelta(days=gap_days + 1)
