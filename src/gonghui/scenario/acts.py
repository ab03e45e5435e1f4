"""What changes in the tree in March: two neighbouring places become one, and a street goes from a district to the zone.

Both lie outside Chaoyang, whose streets return figures of their own; no figure of the city changes by them.
"""

from datetime import date

from gonghui.scenario.places import ZONE, Seat, district, seats
from gonghui.scenario.stage import Stage
from gonghui.spine.organisations.actions import merge_organisations, move_organisation

ON = date(2020, 3, 25)
MERGED, INTO = ("110106", "长辛店镇"), ("110106", "长辛店街道")
MOVED, TO = ("110115", "旧宫地区"), ZONE


def seat_of(place: tuple[str, str]) -> Seat:
    """The seat of a town by its district's code and its name."""
    code, town = place
    return next(one for one in seats() if one.district.code == code and one.town is not None and one.town.name == town)


def over(seat: Seat, on: date) -> str:
    """The key of the union whose officials deal with the seat's set-ups on the day."""
    if seat.industry is not None:
        return seat.industry.key
    return district(TO).key if on >= ON and seat == seat_of(MOVED) else seat.district.key


def march(stage: Stage) -> None:
    """The city's officer records both on their day."""
    by = stage.actor("city.org")
    merge_organisations(stage.seat(seat_of(MERGED)), stage.seat(seat_of(INTO)), by=by, on=ON)
    move_organisation(stage.seat(seat_of(MOVED)), stage.unit(district(TO).key), by=by, on=ON)
