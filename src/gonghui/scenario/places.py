"""The tree the demo federation stands on: its districts and their towns, its industries, where employers lie."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gonghui.core import search
from gonghui.scenario.split import split

CITY = "示范市总工会"
CITY_ENGLISH = "Demonstration City Federation of Trade Unions"
ZONE = "110115403"
CHAOYANG, HAIDIAN = "110105", "110108"
WANGJING = "望京街道"
INDUSTRIES_PERCENT = 14
"""How many of a hundred enterprise unions stand under an industry union; the others under a town's."""
TOWN_KINDS = {"街道": "Subdistrict", "地区": "Area", "镇": "Town", "乡": "Township"}


def romanised(name: str) -> str:
    """A place's name as English texts write it: Wangjing."""
    return joined(search.pinyin_key(name).split())


def joined(syllables: Sequence[str]) -> str:
    """One word of pinyin syllables, with an apostrophe before a vowel: Dong'an."""
    first, *others = syllables
    return "".join([first, *(f"'{part}" if part[0] in "aoe" else part for part in others)]).capitalize()


@dataclass(frozen=True)
class Town:
    """A street, township or park with its nine-digit code."""

    code: str
    name: str

    @property
    def union(self) -> str:
        """The name of its union within the district."""
        return f"{self.name}总工会"

    @property
    def english(self) -> str:
        """Its English name: Wangjing Subdistrict."""
        ending = next(ending for ending in TOWN_KINDS if self.name.endswith(ending))
        return f"{romanised(self.name.removesuffix(ending))} {TOWN_KINDS[ending]}"


@dataclass(frozen=True)
class District:
    """A district with its towns; the weight is its rough share in the city."""

    code: str
    name: str
    english: str
    weight: int
    towns: tuple[Town, ...]

    @property
    def union(self) -> str:
        """The name of its union."""
        return f"{self.name}总工会"

    @property
    def key(self) -> str:
        """The word that begins the usernames of its officials."""
        return self.english.split("-")[0].lower()


@dataclass(frozen=True)
class IndustryPlace:
    """An industry of the federation's own list, with the trades its invented employers are in."""

    code: str
    name: str
    english: str
    section: str
    weight: int
    trades: tuple[str, ...]
    trades_english: tuple[str, ...]

    @property
    def union(self) -> str:
        """The name of its union."""
        return f"{self.name}工会"

    @property
    def key(self) -> str:
        """The word that begins the usernames of its officials."""
        return self.english.split()[-1].lower()


@cache
def _written() -> Mapping[str, list[dict[str, object]]]:
    path = Path(__file__).with_name("places.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def districts() -> tuple[District, ...]:
    """The seventeen areas of district rank, in the order of their codes, the zone last."""
    return tuple(
        District(
            code=str(row["code"]),
            name=str(row["name"]),
            english=str(row["english"]),
            weight=int(str(row["weight"])),
            towns=_towns(str(row["code"]), str(row["towns"])),
        )
        for row in _written()["district"]
    )


def _towns(area: str, names: str) -> tuple[Town, ...]:
    """The towns of an area with codes by their place in the list; the zone's carry the zone's own code."""
    places = enumerate(names.split(), 1)
    return tuple(Town(area if area == ZONE else f"{area}{n:03d}", name) for n, name in places if name != "-")


@cache
def industries() -> tuple[IndustryPlace, ...]:
    """The ten industries."""
    return tuple(
        IndustryPlace(
            code=str(row["code"]),
            name=str(row["name"]),
            english=str(row["english"]),
            section=str(row["section"]),
            weight=int(str(row["weight"])),
            trades=tuple(row["trades"]),  # type: ignore[arg-type]
            trades_english=tuple(row["trades_english"]),  # type: ignore[arg-type]
        )
        for row in _written()["industry"]
    )


def answering() -> tuple[District | IndustryPlace, ...]:
    """Who stands directly below the city: the districts, then the industries."""
    return (*districts(), *industries())


def district(code: str) -> District:
    """The district of a code."""
    return next(one for one in districts() if one.code == code)


@dataclass(frozen=True)
class Seat:
    """Where an enterprise union hangs: a town of a district, or an industry union."""

    district: District
    town: Town | None
    industry: IndustryPlace | None


@cache
def seats() -> tuple[Seat, ...]:
    """Every place an enterprise union may hang, towns first."""
    found = [Seat(area, town, None) for area in districts() for town in area.towns]
    return (*found, *(Seat(districts()[0], None, one) for one in industries()))


def unions_by_seat(how_many: int) -> list[int]:
    """How many enterprise unions hang at each seat, in the order of `seats()`."""
    under_industries = how_many * INDUSTRIES_PERCENT // 100
    by_district = split(how_many - under_industries, [area.weight for area in districts()])
    counts: list[int] = []
    for area, share in zip(districts(), by_district, strict=True):
        # Streets near the centre of a district hold more employers than villages: the first twice the last.
        size = len(area.towns)
        counts += split(share, [2 * size - n for n in range(size)])
    return counts + split(under_industries, [one.weight for one in industries()])
