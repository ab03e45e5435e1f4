"""The cast of the replay: units by their keys, officials by their usernames, and the days on which things happen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from gonghui.core.actor import Actor
from gonghui.scenario.places import CHAOYANG, ZONE, Seat, answering, district
from gonghui.spine.officials.models import Post
from gonghui.spine.organisations.models import Industry, Organisation

CITY_FOUNDED = date(1950, 2, 4)
DISTRICTS_FOUNDED = date(1953, 6, 1)
TOWNS_FOUNDED = date(1999, 9, 1)
POSTS_BEGIN = date(2018, 3, 1)
DEMO_TODAY = date(2020, 8, 10)
"""The day of a visitor's first look; the last day on which the replay does anything."""
ZONE_FOUNDED = date(1994, 8, 25)


@dataclass
class Stage:
    """What the steps share; everything is read from the tables again when a replay goes on."""

    scale: float = 1.0
    _units: dict[str, Organisation] = field(default_factory=dict)
    _actors: dict[str, Actor] = field(default_factory=dict)

    def unit(self, key: str) -> Organisation:
        """The city, a district, an industry, or a town of Chaoyang by its name."""
        if key not in self._units:
            self._units.update(self._read_units())
        return self._units[key]

    def _read_units(self) -> Mapping[str, Organisation]:
        city = Organisation.objects.city()
        found = {"city": city}
        by_name = {one.name: one for one in Organisation.objects.filter(parent=city)}
        for place in answering():
            if place.union in by_name:
                found[place.key] = by_name[place.union]
        chaoyang = found.get(district(CHAOYANG).key)
        if chaoyang is not None:
            towns = Organisation.objects.filter(parent=chaoyang, level="town")
            found.update({one.short_name: one for one in towns})
        return found

    def seat(self, seat: Seat) -> Organisation:
        """The union that stands above the enterprise unions of a seat."""
        if seat.industry is not None:
            return self.unit(seat.industry.key)
        assert seat.town is not None
        key = f"{seat.district.key} {seat.town.name}"
        if key not in self._units:
            towns = Organisation.objects.filter(level="town", name__startswith=seat.district.name)
            self._units.update({f"{seat.district.key} {one.short_name}": one for one in towns})
        return self._units[key]

    def industry(self, code: str) -> Industry:
        """A row of the federation's list of industries."""
        return Industry.objects.get(code=code)

    def actor(self, username: str) -> Actor:
        """Who acts: the only post of an account."""
        if username not in self._actors:
            post = Post.objects.own().select_related("account", "organisation").get(account__username=username)
            self._actors[username] = post.as_actor()
        return self._actors[username]


def founded_on(code: str) -> date:
    """The day a district's union was founded."""
    return ZONE_FOUNDED if code == ZONE else DISTRICTS_FOUNDED
