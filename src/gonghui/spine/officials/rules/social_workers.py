"""When a social worker is on post, when a certificate counts, and what that makes of the two lists day by day."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from gonghui.core.errors import Refusal
from gonghui.core.schemes import Scheme, Schemes
from gonghui.spine.officials.rules.posts import SCHEMES, check_days

ONE_DAY = timedelta(days=1)
ON_POST, QUALIFIED = "on_post", "qualified"
"""The two lists of the share: everybody on post, and those of them with a certificate that counts."""
LONGEST_NUMBER = 60


# The dated scheme -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CertificateKind:
    """A kind of certificate: its levels, whether it counts for the share, whether it is registered for a time."""

    key: str
    title: str
    levels: Mapping[str, str]
    counts_for_share: bool
    registered: bool
    last_issued_on: date | None = None


@dataclass(frozen=True)
class SocialWorkerScheme(Scheme):
    """The dated parameters of social workers and their certificates."""

    due_days: int
    reminder_days: tuple[int, ...]
    contract_days: int
    issued_from_age: int
    hired_from_age: int
    oldest_age: int
    share_percent_wanted: int
    vacancy_percent_marked: int
    winter_ends: str
    scan_bytes: int
    scans_most: int
    duties: Mapping[str, str]
    grades: Mapping[str, str]
    certificates: Mapping[str, CertificateKind]

    def winter_after(self, on: date) -> date:
        """The last day of the winter that runs on the day or comes next."""
        month, day = (int(part) for part in self.winter_ends.split("-"))
        end = date(on.year, month, day)
        return end if end >= on else date(on.year + 1, month, day)


def read_scheme(*, certificates: Any, duties: Any, grades: Any, **row: Any) -> SocialWorkerScheme:
    """The scheme that a document says."""
    kinds = [CertificateKind(**{**kind, "levels": _titles(kind["levels"])}) for kind in certificates]
    found = {kind.key: kind for kind in kinds}
    return SocialWorkerScheme(**row, certificates=found, duties=_titles(duties), grades=_titles(grades))


def _titles(rows: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {key: row["title"] for key, row in rows.items()}


WORKERS = Schemes(SCHEMES, "social_workers", read_scheme)
scheme = WORKERS.on


def kind_of(key: str, on: date) -> CertificateKind:
    """The kind, or a refusal that lists what there is."""
    kinds = scheme(on).certificates
    if key not in kinds:
        titles = "、".join(kind.title for kind in kinds.values())
        raise Refusal(
            "officials.certificate_kind", "没有“%(kind)s”这种证书，可填：%(kinds)s", kind=key[:40], kinds=titles
        )
    return kinds[key]


# What may be entered ----------------------------------------------------------------------------------------------


def check_certificate(kind: CertificateKind, level: str, *, issued_on: date, until: date | None, on: date) -> None:
    """Refuse a level the kind does not have, and days in no possible order."""
    if level not in kind.levels:
        raise Refusal(
            "officials.certificate_level",
            "“%(kind)s”没有“%(level)s”这一级，可填：%(levels)s",
            kind=kind.title,
            level=level[:40],
            levels="、".join(kind.levels.values()),
        )
    if issued_on > on:
        raise Refusal("officials.date_future", "%(what)s %(day)s 还没有到，请核对", what="发证日期", day=issued_on)
    if kind.registered and until is None:
        raise Refusal("officials.registration_missing", "“%(kind)s”须填登记有效期，请填止日", kind=kind.title)
    if not kind.registered and until is not None:
        raise Refusal(
            "officials.registration_none", "“%(kind)s”长期有效，不用填登记有效期，请删去止日", kind=kind.title
        )
    check_days(issued_on, until)


def check_age(born_on: date, issued_on: date) -> None:
    """Refuse a certificate issued before its holder came of the age it takes."""
    age = scheme(issued_on).issued_from_age
    if issued_on < birthday(born_on, age):
        raise Refusal(
            "officials.certificate_age",
            "发证日期 %(issued_on)s 时持证人未满 %(age)s 周岁，请核对发证日期和出生日期",
            issued_on=issued_on,
            age=age,
        )


def birthday(born_on: date, age: int) -> date:
    """The day somebody reaches an age; who was born on 29 February does so on 1 March."""
    try:
        return born_on.replace(year=born_on.year + age)
    except ValueError:
        return date(born_on.year + age, 3, 1)


def doubt(kind: CertificateKind, issued_on: date) -> bool:
    """Whether the kind was no longer issued on the day: to be looked at, not refused."""
    return kind.last_issued_on is not None and issued_on > kind.last_issued_on


def masked_name(name: str) -> str:
    """A name for lists: the first character, and the last where there are more than two."""
    return name[:1] + "*" * max(1, len(name) - 2) + (name[-1:] if len(name) > 2 else "")


def masked_number(number: str) -> str:
    """A certificate's number for pages: its last four."""
    return "*" * max(4, len(number) - 4) + number[-4:]


# The two lists, day by day ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Days:
    """From a day on, to a day or without end; both days are in it."""

    first: date
    last: date | None = None

    def has(self, day: date) -> bool:
        """Whether the day is one of them."""
        return self.first <= day and (self.last is None or day <= self.last)

    def ends(self) -> Iterator[date]:
        """The days on which something changes: the first, and the one after the last."""
        yield self.first
        if self.last is not None:
            yield self.last + ONE_DAY

    def within(self, other: "Days") -> "Days | None":
        """The days in both, if any."""
        first = max(self.first, other.first)
        lasts = [last for last in (self.last, other.last) if last is not None]
        last = min(lasts, default=None)
        return Days(first, last) if last is None or first <= last else None


@dataclass(frozen=True)
class Stay:
    """Days on post at an organisation."""

    organisation_id: int
    days: Days


@dataclass(frozen=True, order=True)
class Change:
    """By how much a list changes on a day at a place; `left_behind` where the place itself went elsewhere that day."""

    on: date
    which: str
    organisation_id: int
    path: str
    people: int
    left_behind: bool = False


def counting_days(kind: str, accepted: Iterable[Days]) -> list[Days]:
    """The days of the registrations on which the kind counts for the share, as the schemes of the time say."""
    starts = WORKERS.all
    spans = [
        Days(one.valid_from, after.valid_from - ONE_DAY if after is not None else None)
        for one, after in pairwise((*starts, None))
        if one is not None and kind in one.certificates and one.certificates[kind].counts_for_share
    ]
    both = (days.within(span) for days in accepted for span in spans)
    return [days for days in both if days is not None]


Places = Mapping[int, Sequence[tuple[date, str]]]
"""Where each organisation stood: its paths with their first days, in day order."""


def path_on(places: Places, organisation_id: int, day: date) -> str:
    """The path the organisation had on the day; the first one where the day lies before it."""
    spans = places[organisation_id]
    return next((path for first_on, path in reversed(spans) if first_on <= day), spans[0][1])


def changes(stays: Sequence[Stay], counting: Sequence[Days], places: Places) -> list[Change]:
    """What one person does to both lists, on which day and where; once, whatever number of certificates."""
    days = {day for stay in stays for day in stay.days.ends()} | {day for one in counting for day in one.ends()}
    days |= {first_on for stay in stays for first_on, _path in places[stay.organisation_id]}
    found: list[Change] = []
    before: dict[str, tuple[int, str] | None] = {ON_POST: None, QUALIFIED: None}
    for day in sorted(days):
        at = next((stay.organisation_id for stay in stays if stay.days.has(day)), None)
        here = (at, path_on(places, at, day)) if at is not None else None
        counts = here is not None and any(one.has(day) for one in counting)
        for which, now in ((ON_POST, here), (QUALIFIED, here if counts else None)):
            was = before[which]
            if was == now:
                continue
            if was is not None:
                found.append(Change(day, which, *was, -1, path_on(places, was[0], day) != was[1]))
            if now is not None:
                found.append(Change(day, which, *now, 1))
            before[which] = now
    return found


def check_quota(post_no: str, headcount: int, filled: int) -> None:
    """Refuse more people on a position than it has places."""
    if filled > headcount:
        raise Refusal(
            "officials.quota",
            "岗位 %(post_no)s 编制 %(headcount)s 人，这样会有 %(filled)s 人：请换岗位，或先办离岗",
            post_no=post_no,
            headcount=headcount,
            filled=filled,
        )


def most_at_once(spans: Sequence[Days]) -> int:
    """How many of the spans run on the busiest day."""
    return max((sum(other.has(span.first) for other in spans) for span in spans), default=0)


# What is to come --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ahead:
    """The share on a day to come: how many lose their last certificate that counts the day before, and who is left."""

    on: date
    losing: int
    qualified: int
    everybody: int

    def falls_below(self, percent: int) -> bool:
        """Whether the share is under so many percent, exactly."""
        return self.qualified * 100 < percent * self.everybody


def ahead(last_days: Sequence[date | None], everybody: int, *, on: date, until: date) -> list[Ahead]:
    """The share today and on each day on which it falls, if nobody comes, goes or renews.

    `last_days` are of those who count today: the last day of the certificate that holds longest, none for ever.
    """
    left = len(last_days)
    found = [Ahead(on, 0, left, everybody)]
    ending = Counter(last + ONE_DAY for last in last_days if last is not None and last < until)
    for day in sorted(ending):
        left -= ending[day]
        found.append(Ahead(day, ending[day], left, everybody))
    return found
