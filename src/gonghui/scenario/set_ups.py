"""The 602 employers that get a union in the half-year by the whole set-up flow, and some that wait for theirs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

from gonghui.scenario import acts, names
from gonghui.scenario.names import EmployerName
from gonghui.scenario.places import Seat, districts, industries, seats
from gonghui.scenario.split import split
from gonghui.scenario.stage import Stage
from gonghui.scenario.targets import EMPLOYERS_COVERED, SEED
from gonghui.scenario.tree import LANES, Item, Items, entry
from gonghui.spine.organisations.actions import (
    Proposal,
    approve_preparation,
    establish_union,
    propose_set_up,
    record_election,
)
from gonghui.spine.organisations.rules import Ballot

REGISTER = 2
"""The register of employers that the flow covers."""
JOINT_SIZES = (2, 3, 4, 5, 6)
JOINT_UNIONS = 30
INDUSTRIES_PERCENT = 10
BY_MONTH = (58, 9, 71, 118, 121, 135)
"""How the unions set up fall into the months from January: few while everybody stayed at home."""
REST = (
    (date(2020, 1, 23), date(2020, 2, 9)),
    (date(2020, 5, 1), date(2020, 5, 5)),
    (date(2020, 6, 25), date(2020, 6, 27)),
)
OPEN_STATES = (("prospect", date(2020, 8, 31)), ("preparing", date(2020, 8, 25)), ("elected", date(2020, 8, 13)))
"""How far a set-up has come by the demo's today, and the day it will end at; no step lies after today."""
STILL_OPEN = 21
IN_JULY = 12
CHUNK = 8


@dataclass(frozen=True)
class PlannedSetUp:
    """One union to be set up: where, with whom, when, how far it gets."""

    number: int
    seat: Seat
    kind: str
    employers: tuple[EmployerName, ...]
    established_on: date
    reaches: str = "established"

    @property
    def unit(self) -> str:
        """The unit whose officer proposes and whose head approves."""
        return acts.over(self.seat, self.established_on)

    @property
    def area_code(self) -> str:
        """Where it stands."""
        return self.employers[0].area_code

    @property
    def numbered_in(self) -> str:
        """The area whose code the union bears."""
        return self.area_code[:6]

    @property
    def name(self) -> str:
        """The union's name; a joint one is called after its street."""
        if self.kind == "joint":
            town = self.seat.town
            assert town is not None
            return f"{self.seat.district.name}{town.name}第{self.number + 1}联合工会"
        return self.employers[0].union

    @property
    def english_name(self) -> str:
        """The same in English."""
        if self.kind == "joint":
            town = self.seat.town
            assert town is not None
            return f"{town.english} Joint Trade Union No. {self.number + 1}"
        return self.employers[0].union_english

    @property
    def members(self) -> int:
        """Most employees, but hardly ever all."""
        staff = sum(one.employees for one in self.employers)
        return max(3, staff * Random(f"{SEED}:members:{self.number}").randint(62, 96) // 100)


def _workdays(year: int, month: int) -> list[date]:
    first = date(year, month, 1)
    days = (first + timedelta(days=n) for n in range(31))
    return [day for day in days if day.month == month and day.weekday() < 5 and not any(a <= day <= b for a, b in REST)]


def _sizes() -> list[int]:
    """How many employers each union covers: joint unions first, then one each, 602 in all."""
    joint = [JOINT_SIZES[n % len(JOINT_SIZES)] for n in range(JOINT_UNIONS)]
    return joint + [1] * (EMPLOYERS_COVERED - sum(joint))


def _seats(sizes: list[int]) -> list[Seat]:
    """Seats by weight: joint unions under towns only, the others also under industries."""
    towns = [seat for seat in seats() if seat.industry is None]
    by_industry = [seat for seat in seats() if seat.industry is not None]
    chance = Random(f"{SEED}:set-ups")
    places = {area.code: [seat for seat in towns if seat.district == area] for area in districts()}

    def in_towns(count: int) -> list[Seat]:
        shares = split(count, [area.weight for area in districts()])
        found = [
            chance.choice(places[area.code])
            for area, share in zip(districts(), shares, strict=True)
            for _ in range(share)
        ]
        chance.shuffle(found)
        return found

    singles = len(sizes) - JOINT_UNIONS
    below = split(singles * INDUSTRIES_PERCENT // 100, [one.weight for one in industries()])
    under = [seat for seat, share in zip(by_industry, below, strict=True) for _ in range(share)]
    others = in_towns(singles - len(under)) + under
    chance.shuffle(others)
    return in_towns(JOINT_UNIONS) + others


@cache
def planned() -> tuple[PlannedSetUp, ...]:
    """Every set-up in the order of its day of establishment."""
    sizes = _sizes()
    shares = split(len(sizes), BY_MONTH)
    chance = Random(f"{SEED}:set-up days")
    days = [chance.choice(_workdays(2020, month)) for month, share in enumerate(shares, 1) for _ in range(share)]
    chance.shuffle(days)
    found = list(_numbered(sizes, _seats(sizes), days))
    return tuple(sorted(found, key=lambda one: (one.established_on, one.number)))


def _numbered(sizes: list[int], places: list[Seat], days: list[date]) -> Iterator[PlannedSetUp]:
    following = 0
    for number, (size, seat, day) in enumerate(zip(sizes, places, days, strict=True)):
        listed = tuple(names.employer(following + n, seat, register=REGISTER) for n in range(size))
        following += size
        yield PlannedSetUp(number, seat, "joint" if size > 1 else "base", listed, day)


@cache
def afterwards() -> tuple[PlannedSetUp, ...]:
    """Unions set up in July, and set-ups that wait on the desks today."""
    chance = Random(f"{SEED}:afterwards")
    towns = [seat for seat in seats() if seat.industry is None]
    weights = [seat.district.weight for seat in towns]
    found = []
    for n in range(IN_JULY + STILL_OPEN):
        seat = chance.choices(towns, weights)[0]
        number = 10_000 + n
        one = names.employer(EMPLOYERS_COVERED + n, seat, register=REGISTER)
        if n < IN_JULY:
            found.append(PlannedSetUp(number, seat, "base", (one,), chance.choice(_workdays(2020, 7))))
        else:
            reaches, ends_on = OPEN_STATES[n % len(OPEN_STATES)]
            found.append(PlannedSetUp(number, seat, "base", (one,), ends_on, reaches))
    return tuple(found)


def set_ups(stage: Stage) -> Items:
    """The half-year's set-ups, then the later ones, some at a time; between them what changes in the tree in March."""
    listed = [*planned(), *afterwards()]
    begun = sum(one.established_on < acts.ON for one in planned())
    return [_in_lanes(stage, listed[:begun]), lambda: acts.march(stage), _in_lanes(stage, listed[begun:])]


def _in_lanes(stage: Stage, listed: Sequence[PlannedSetUp]) -> tuple[Item, ...]:
    """Items that run side by side, each lane's of areas of its own: two of one area would wait for code numbers."""
    areas = Counter(one.numbered_in for one in listed)
    lanes: list[set[str]] = [set() for _ in range(LANES)]
    for area, _many in areas.most_common():
        min(lanes, key=lambda lane: sum(areas[one] for one in lane)).add(area)
    theirs = [[one for one in listed if one.numbered_in in lane] for lane in lanes]
    many = -(-max(map(len, theirs)) // CHUNK)

    def some(those: list[PlannedSetUp]) -> Item:
        def run() -> None:
            for one in those:
                _set_up(stage, one)

        return run

    parts = [-(-len(those) // many) for those in theirs]
    return tuple(
        some(those[n * size : (n + 1) * size]) for n in range(many) for those, size in zip(theirs, parts, strict=True)
    )


def _set_up(stage: Stage, one: PlannedSetUp) -> None:
    """The steps on their days, each by its own official."""
    officer, head = stage.actor(f"{one.unit}.org"), stage.actor(f"{one.unit}.lead")
    chance = Random(f"{SEED}:steps:{one.number}")
    elected_on = one.established_on - timedelta(days=chance.randint(4, 9))
    approved_on = elected_on - timedelta(days=chance.randint(12, 24))
    prospected_on = approved_on - timedelta(days=chance.randint(5, 20))
    proposal = Proposal(
        one.name,
        one.kind,
        stage.seat(one.seat),
        [entry(each) for each in one.employers],
        one.area_code,
        one.english_name,
    )
    set_up = propose_set_up(proposal, by=officer, on=prospected_on)
    if one.reaches == "prospect":
        return
    year_number = one.number % 1000 + 1
    approve_preparation(
        set_up,
        preparers=3 + one.number % 3,
        approval_no=f"示工筹〔{approved_on.year}〕{year_number}号",
        by=head,
        on=approved_on,
    )
    if one.reaches == "preparing":
        return
    members = one.members
    attended = -(-members * chance.randint(76, 98) // 100)
    ballot = Ballot(members, attended, max(members // 2 + 1, attended * 9 // 10), 3 if one.number % 2 else 5)
    record_election(set_up, ballot, members=members, by=officer, on=elected_on)
    if one.reaches == "elected":
        return
    establish_union(
        set_up, establishment_no=f"示工复〔{one.established_on.year}〕{year_number}号", by=head, on=one.established_on
    )
