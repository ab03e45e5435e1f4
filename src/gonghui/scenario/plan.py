"""Who returns how much of each figure, for which days: pure arithmetic from the targets, the same every time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from gonghui.scenario.places import CHAOYANG, WANGJING, answering, district, districts, industries
from gonghui.scenario.split import split, split_ratio, split_unevenly, uneven
from gonghui.scenario.targets import BY_FIGURE, FORMER_FLOWS, FORMER_LEVELS, RECORDED, SEED, TARGETS, Target

CITY_KEY = "city"
MONTHLY = ("refunds.employers_refunded", "refunds.refunded_fen")
"""Collected for January to May at once and from June on every month."""
OUTLAYS = ("assistance.warmth_fen", "donations.raised_fen")
"""Collected as of the day of the meeting, after the other figures."""
STOCKS = tuple(FORMER_LEVELS)
LEVELS_OF_PLACES = tuple(figure for figure in STOCKS if figure.startswith("places."))
BY_TOWNS = ("places.homes_built", "places.stations_built")
"""What Chaoyang returns for itself alone and its towns return for themselves."""
BY_UNIONS = "places.stations_built"
"""What Wangjing returns for itself alone and some of its enterprise unions return for themselves."""
UNIONS_RETURNING = 6

JANUARY_TO_MAY = (date(2020, 1, 1), date(2020, 5, 31))
JUNE = (date(2020, 6, 1), date(2020, 6, 30))
JULY = (date(2020, 7, 1), date(2020, 7, 31))
BEFORE = (date(2019, 7, 1), date(2019, 12, 31))
OWN, SUBTREE = "own", "subtree"


@dataclass(frozen=True)
class Share:
    """A unit's part of a figure: one whole number, or two for a ratio."""

    number: int
    denominator: int | None = None


Shares = Mapping[str, Share]
"""A share for each unit by its key."""


@cache
def units() -> tuple[str, ...]:
    """The keys of all who answer the city: itself, the districts, the industries."""
    return (CITY_KEY, *(one.key for one in answering()))


def _weights(target: Target) -> list[int]:
    """The city's own percent, the industries' and the districts', each group in proportion to its weights."""
    below = 100 - target.own_percent - target.industries_percent
    parts = [target.own_percent * 10**6]
    parts += split(below * 10**6, [one.weight for one in districts()])
    return parts + split(target.industries_percent * 10**6, [one.weight for one in industries()])


@cache
def half_year(figure: str) -> Shares:
    """Every unit's share of the half-year; units with nothing to return are left out."""
    target = BY_FIGURE[figure]
    if target.like:
        followed = half_year(target.like)
        weights = uneven([_of(followed, key) for key in units()], seed=f"{SEED}:{figure}", spread_percent=9)
    else:
        weights = uneven(_weights(target), seed=f"{SEED}:{figure}")
    return _shares(target.number, target.denominator, weights)


def _shares(number: int, denominator: int | None, weights: list[int]) -> Shares:
    if denominator is None:
        parts = [Share(part) for part in split(number, weights)]
    else:
        parts = [Share(*pair) for pair in split_ratio(number, denominator, weights)]
    return {key: part for key, part, weight in zip(units(), parts, weights, strict=True) if weight}


def _of(shares: Shares, key: str) -> int:
    return shares[key].number if key in shares else 0


@cache
def before(figure: str) -> Shares:
    """Every unit's share at the end of 2019, or in its second half: less of a stock, about as much of a flow."""
    now = half_year(figure)
    if figure in FORMER_LEVELS:
        number, denominator = FORMER_LEVELS[figure]
        fewer = _less(now, BY_FIGURE[figure].number - number, lambda share: share.number)
        if denominator is None:
            return {key: Share(share.number - fewer[key]) for key, share in now.items()}
        grown = (BY_FIGURE[figure].denominator or 0) - denominator
        whole = _less(now, grown, lambda share: share.denominator or 0)
        return {
            key: Share(share.number - fewer[key], (share.denominator or 0) - whole[key]) for key, share in now.items()
        }
    weights = [_of(now, key) for key in units()]
    parts = split_unevenly(FORMER_FLOWS[figure], weights, seed=f"{SEED}:before:{figure}", spread_percent=12)
    return {key: Share(part) for key, part in zip(units(), parts, strict=True) if key in now}


def _leader(figure: str) -> str:
    """The figure whose unevenness a figure shares, so that money per case stays plausible."""
    return BY_FIGURE[figure].like or figure


def _less(now: Shares, fewer: int, part: Callable[[Share], int]) -> dict[str, int]:
    return dict(zip(now, split(fewer, [part(share) for share in now.values()]), strict=True))


def months(figure: str) -> tuple[Shares, Shares, Shares]:
    """A monthly figure's shares for January to May, for June, and what July comes to in a unit that has returned it."""
    early, june, july = {}, {}, {}
    for key, share in half_year(figure).items():
        seed = f"{SEED}:months:{_leader(figure)}:{key}"
        early_part, june_part = split_unevenly(share.number, [78, 22], seed=seed)
        early[key], june[key] = Share(early_part), Share(june_part)
        july[key] = Share(split_unevenly(june_part * 2, [1, 1], seed=seed + ":july")[0])
    return early, june, july


def july_level(figure: str) -> Shares:
    """What a stock has grown to by the end of July in a unit that has returned it."""
    return {
        key: Share(share.number + (share.number - before(figure)[key].number) // 6, share.denominator)
        for key, share in half_year(figure).items()
    }


# Chaoyang and below --------------------------------------------------------------------------------------------------


def town_keys() -> tuple[str, ...]:
    """The names of Chaoyang's towns."""
    return tuple(town.name for town in district(CHAOYANG).towns)


def chaoyang_apart(whole: int, figure: str) -> tuple[int, dict[str, int]]:
    """Chaoyang's share as its own part and each town's, which together make the whole."""
    size = len(town_keys())
    weights = [size * 4, *(2 * size - n for n in range(size))]
    own, *parts = split_unevenly(whole, weights, seed=f"{SEED}:towns:{_leader(figure)}")
    return own, dict(zip(town_keys(), parts, strict=True))


def wangjing_apart(whole: int) -> tuple[int, list[int]]:
    """Wangjing's stations as its own and those of the enterprise unions that return them."""
    own, *parts = split(whole, [60, *range(12, 12 - UNIONS_RETURNING, -1)])
    return own, parts


def coverage(figure: str, key: str) -> str:
    """Whether a unit answers for itself alone or with all below it."""
    if key == CITY_KEY or BY_FIGURE[figure].is_city_only:
        return OWN
    return OWN if key == district(CHAOYANG).key and figure in BY_TOWNS else SUBTREE


def town_coverage(figure: str, town: str) -> str:
    """Whether a town answers for itself alone or with its enterprise unions."""
    return OWN if figure == BY_UNIONS and town == WANGJING else SUBTREE


def in_the_half_year_round(figure: str) -> bool:
    """Whether a figure is collected for the half-year as a whole."""
    return figure not in (*MONTHLY, *OUTLAYS, *RECORDED)


HALF_YEAR_FIGURES = tuple(target.figure for target in TARGETS if in_the_half_year_round(target.figure))
FORMER_FIGURES = tuple(
    target.figure
    for target in TARGETS
    if target.figure in {**FORMER_LEVELS, **FORMER_FLOWS} and target.figure not in RECORDED
)
