"""The tree comes into being: the city, its districts, industries and towns, and the enterprise unions by bulk."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from gonghui.core.actor import SYSTEM
from gonghui.scenario import names
from gonghui.scenario.names import EmployerName
from gonghui.scenario.places import (
    CHAOYANG,
    CITY,
    CITY_ENGLISH,
    WANGJING,
    Seat,
    district,
    districts,
    industries,
    seats,
    unions_by_seat,
)
from gonghui.scenario.plan import UNIONS_RETURNING
from gonghui.scenario.stage import CITY_FOUNDED, DISTRICTS_FOUNDED, TOWNS_FOUNDED, Stage, founded_on
from gonghui.scenario.targets import SEED
from gonghui.spine.organisations.actions import (
    EmployerEntry,
    Founding,
    bulk_found,
    edit_industry,
    found_organisation,
)

UNIONS_AT_SCALE_ONE = 24_000
CHUNK = 500
FIRST_UNION, LAST_UNION = date(2000, 3, 15), date(2019, 11, 20)
ANCHORED = 1
"""The register of the few employers that stand in Wangjing at every scale."""

Item = Callable[[], object]
"""One small part of a step, which commits whole or not at all."""


@dataclass(frozen=True)
class Resumable:
    """A long item, which commits in parts of its own; begun again it does what is left, and nothing twice."""

    run: Item

    def __call__(self) -> object:
        return self.run()


Items = list[Item | tuple[Item, ...]]
"""Items in their order; those of a tuple do not touch one another and may run side by side."""
LANES = 2
"""So many items of a group run side by side, each every so many-th; the demo is meant for two cores."""


def upper_tree(stage: Stage) -> Items:
    """The city with its districts, industries and towns: the first import of a federation."""
    return [
        _city,
        lambda: _industries(stage),
        lambda: _districts(stage),
        lambda: _towns(stage),
        lambda: _anchored_unions(stage),
    ]


def _city() -> None:
    founding = Founding(CITY, "city", None, "市总工会", CITY_ENGLISH, area_code="110000")
    found_organisation(founding, by=SYSTEM, on=CITY_FOUNDED)


def _industries(stage: Stage) -> None:
    city = stage.unit("city")
    for order, place in enumerate(industries(), 1):
        row = edit_industry(
            place.code,
            place.name,
            english_name=place.english,
            order=order,
            is_active=True,
            by=SYSTEM,
            on=DISTRICTS_FOUNDED,
        )
        english = f"{place.english} Union"
        founding = Founding(place.union, "industry", city, place.union, english, "110000", row)
        found_organisation(founding, by=SYSTEM, on=DISTRICTS_FOUNDED)


def _districts(stage: Stage) -> None:
    for place in districts():
        english = f"{place.english} Federation of Trade Unions"
        founding = Founding(place.union, "district", stage.unit("city"), place.name, english, place.code)
        found_organisation(founding, by=SYSTEM, on=founded_on(place.code))


def _towns(stage: Stage) -> None:
    foundings = [
        Founding(
            f"{place.name}{town.union}",
            "town",
            stage.unit(place.key),
            town.name,
            f"{town.english} Federation of Trade Unions",
            town.code,
        )
        for place in districts()
        for town in place.towns
    ]
    bulk_found(foundings, by=SYSTEM, on=TOWNS_FOUNDED)


# Enterprise unions ---------------------------------------------------------------------------------------------------


def how_many_unions(scale: float) -> int:
    """The enterprise unions that stood before the half-year; the scale shrinks nothing else."""
    return max(1, round(UNIONS_AT_SCALE_ONE * scale))


def enterprise_unions(stage: Stage) -> Items:
    """Chunks of enterprise unions, each founded on one day between 2000 and 2019."""
    many = how_many_unions(stage.scale)
    places = [seat for seat, count in zip(seats(), unions_by_seat(many), strict=True) for _ in range(count)]
    Random(f"{SEED}:seats").shuffle(places)
    starts = range(0, many, CHUNK)
    days = (LAST_UNION - FIRST_UNION).days

    def chunk(start: int) -> Item:
        on = FIRST_UNION + timedelta(days=days * start // many)
        return lambda: _found_chunk(stage, start, places[start : start + CHUNK], on)

    return [chunk(start) for start in starts]


def _found_chunk(stage: Stage, start: int, places: list[Seat], on: date) -> None:
    foundings = [_founding(stage, names.employer(number, seat), seat) for number, seat in enumerate(places, start)]
    bulk_found(foundings, by=SYSTEM, on=on)


def _anchored_unions(stage: Stage) -> None:
    """The enterprise unions of Wangjing that return figures of their own."""
    seat = wangjing()
    foundings = [_founding(stage, one, seat) for one in anchored_employers()]
    bulk_found(foundings, by=SYSTEM, on=FIRST_UNION)


def wangjing() -> Seat:
    """Wangjing's place among the seats."""
    return next(seat for seat in seats() if seat.town is not None and seat.town.name == WANGJING)


def anchored_employers() -> list[EmployerName]:
    """The employers whose unions stand in Wangjing at every scale."""
    assert wangjing().district == district(CHAOYANG)
    return [names.employer(number, wangjing(), register=ANCHORED) for number in range(UNIONS_RETURNING)]


def entry(one: EmployerName) -> EmployerEntry:
    """The invented employer as an official would type it."""
    return EmployerEntry(one.uscc, one.name, one.area_code, one.industry_code, one.ownership, one.employees)


def _founding(stage: Stage, one: EmployerName, seat: Seat) -> Founding:
    return Founding(
        one.union,
        "base",
        stage.seat(seat),
        english_name=one.union_english,
        area_code=one.area_code,
        employer=entry(one),
    )
