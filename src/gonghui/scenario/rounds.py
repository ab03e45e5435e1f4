"""The collection rounds: what is asked of whom for which days, and what each unit answers. Pure arithmetic."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from gonghui.core.figures import FIGURES
from gonghui.scenario import plan
from gonghui.scenario.places import CHAOYANG, WANGJING, district
from gonghui.scenario.plan import OWN, Share, Shares
from gonghui.scenario.posts import BASE
from gonghui.scenario.targets import BY_FIGURE, FORMER_LEVELS

Asked = tuple[str, date, date]
DISTRICT = district(CHAOYANG).key
JULY_FIGURES = (*plan.MONTHLY, *plan.LEVELS_OF_PLACES)


@dataclass(frozen=True)
class Answer:
    """What a unit writes for a figure; no share at all is 无此项."""

    share: Share | None
    coverage: str


Answers = Callable[[str], Mapping[str, Answer]]
"""From a unit's key to its answers by figure; a figure left out stays empty (未报)."""


@dataclass(frozen=True)
class Collection:
    """One round and who answers it."""

    key: str
    unit: str
    title: str
    period: str
    figures: tuple[Asked, ...]
    opened_on: date
    due_on: date
    accepted_on: date
    units: tuple[str, ...]
    answers: Answers
    form: str = ""

    @property
    def reviewer(self) -> str:
        """The username of whoever opens the round and decides on what comes in."""
        return "wangjing.review" if self.unit == WANGJING else f"{self.unit}.review"


def asked_for(figures: tuple[str, ...], days: tuple[date, date]) -> tuple[Asked, ...]:
    """The figures with their days: a level is asked for on the last of them."""
    return tuple(
        (figure, days[1], days[1]) if FIGURES[figure].clock == "stock" else (figure, *days) for figure in figures
    )


def _answer(figure: str, key: str, shares: Shares) -> Answer:
    """A unit's answer to the city: of Chaoyang only its own part where its towns return theirs."""
    share, coverage = shares.get(key), plan.coverage(figure, key)
    if share is not None and coverage == OWN and key == DISTRICT:
        share = Share(plan.chaoyang_apart(share.number, figure)[0])
    return Answer(share, coverage)


def to_city(shares: Mapping[str, Shares]) -> Answers:
    """What the units answer the city; the city alone what only it returns."""

    def answers(key: str) -> Mapping[str, Answer]:
        asked = [figure for figure in shares if key == plan.CITY_KEY or not BY_FIGURE[figure].is_city_only]
        return {figure: _answer(figure, key, shares[figure]) for figure in asked}

    return answers


def to_district(shares: Mapping[str, Shares]) -> Answers:
    """What Chaoyang's towns answer it."""

    @cache
    def parts(figure: str) -> Mapping[str, int]:
        return plan.chaoyang_apart(shares[figure][DISTRICT].number, figure)[1]

    def answers(town: str) -> Mapping[str, Answer]:
        found = {}
        for figure in shares:
            part = parts(figure)[town]
            if figure == plan.BY_UNIONS and town == WANGJING:
                part = plan.wangjing_apart(part)[0]
            found[figure] = Answer(Share(part), plan.town_coverage(figure, town))
        return found

    return answers


def to_town(shares: Mapping[str, Shares]) -> Answers:
    """The stations of Wangjing's enterprise unions."""

    def answers(union: str) -> Mapping[str, Answer]:
        figure = plan.BY_UNIONS
        town = plan.chaoyang_apart(shares[figure][DISTRICT].number, figure)[1][WANGJING]
        parts = plan.wangjing_apart(town)[1]
        return {figure: Answer(Share(parts[int(union.removeprefix(BASE))]), OWN)}

    return answers


def unions() -> tuple[str, ...]:
    """Wangjing's enterprise unions that return figures."""
    return tuple(f"{BASE}{number}" for number in range(plan.UNIONS_RETURNING))


def _before(figures: tuple[str, ...]) -> Mapping[str, Shares]:
    return {figure: plan.before(figure) for figure in figures}


def _half(figures: tuple[str, ...]) -> Mapping[str, Shares]:
    return {figure: plan.half_year(figure) for figure in figures}


def _months(part: int) -> Mapping[str, Shares]:
    return {figure: plan.months(figure)[part] for figure in plan.MONTHLY}


def _july() -> Mapping[str, Shares]:
    return {**_months(2), **{figure: plan.july_level(figure) for figure in plan.LEVELS_OF_PLACES}}


FORMER_BY_TOWNS = tuple(figure for figure in plan.BY_TOWNS if figure in plan.FORMER_FIGURES)
TOWN_LEVELS = tuple(figure for figure in plan.BY_TOWNS if figure in FORMER_LEVELS)
HALF_YEAR = (date(2020, 1, 1), date(2020, 6, 30))


@cache
def before() -> tuple[Collection, ...]:
    """The second half of 2019, from below upwards: the levels that the half-year's differences start from."""
    opened, due, accepted = date(2020, 1, 2), date(2020, 1, 10), date(2020, 1, 13)
    towns, figures = plan.town_keys(), plan.FORMER_FIGURES
    return (
        Collection(
            "before.unions", WANGJING, "2019年末驿站", "2019H2", asked_for((plan.BY_UNIONS,), plan.BEFORE),
            opened, due, accepted, unions(), to_town(_before((plan.BY_UNIONS,))),
        ),
        Collection(
            "before.towns", DISTRICT, "2019年下半年街道收数", "2019H2", asked_for(FORMER_BY_TOWNS, plan.BEFORE),
            opened, due, accepted, towns, to_district(_before(FORMER_BY_TOWNS)),
        ),
        Collection(
            "before.units", plan.CITY_KEY, "2019年下半年收数", "2019H2", asked_for(figures, plan.BEFORE),
            opened, due, accepted, plan.units(), to_city(_before(figures)),
        ),
    )  # fmt: skip


@cache
def monthly() -> tuple[Collection, ...]:
    """January to May at once, then June: the figures that are collected every month from June on."""
    return (
        Collection(
            "early", plan.CITY_KEY, "2020年1—5月收数", "2020-01-01..2020-05-31",
            asked_for(plan.MONTHLY, plan.JANUARY_TO_MAY), date(2020, 6, 1), date(2020, 6, 8), date(2020, 6, 9),
            plan.units(), to_city(_months(0)),
        ),
        Collection(
            "june", plan.CITY_KEY, "2020年6月收数", "2020-06", asked_for(plan.MONTHLY, plan.JUNE),
            date(2020, 7, 1), date(2020, 7, 7), date(2020, 7, 8), plan.units(), to_city(_months(1)),
        ),
    )  # fmt: skip


@cache
def half_year() -> tuple[Collection, ...]:
    """The half-year itself, from below upwards."""
    opened, due, accepted = date(2020, 7, 1), date(2020, 7, 10), date(2020, 7, 13)
    figures = plan.HALF_YEAR_FIGURES
    return (
        Collection(
            "half.unions", WANGJING, "2020年6月末驿站", "2020H1", asked_for((plan.BY_UNIONS,), HALF_YEAR),
            opened, due, accepted, unions(), to_town(_half((plan.BY_UNIONS,))),
        ),
        Collection(
            "half.towns", DISTRICT, "2020年上半年街道收数", "2020H1", asked_for(plan.BY_TOWNS, HALF_YEAR),
            opened, due, accepted, plan.town_keys(), to_district(_half(plan.BY_TOWNS)),
        ),
        Collection(
            "half.units", plan.CITY_KEY, "2020年上半年收数", "2020H1", asked_for(figures, HALF_YEAR),
            opened, due, accepted, plan.units(), to_city(_half(figures)), "beijing_2020h1",
        ),
    )  # fmt: skip


@cache
def outlays() -> tuple[Collection, ...]:
    """The money of the epidemic as of the day of the meeting."""
    figures, days = plan.OUTLAYS, BY_FIGURE[plan.OUTLAYS[0]].days
    return (
        Collection(
            "outlays", plan.CITY_KEY, "抗疫款物截至8月13日", f"{days[0]}..{days[1]}", asked_for(figures, days),
            date(2020, 8, 6), date(2020, 8, 7), date(2020, 8, 7), plan.units(), to_city(_half(figures)),
        ),
    )  # fmt: skip


@cache
def july() -> tuple[Collection, ...]:
    """July, still open today: some have answered, some have not."""
    opened, accepted = date(2020, 8, 1), date(2020, 8, 7)
    levels = {figure: plan.july_level(figure) for figure in TOWN_LEVELS}
    return (
        Collection(
            "july.unions", WANGJING, "2020年7月末驿站", "2020-07", asked_for((plan.BY_UNIONS,), plan.JULY),
            opened, date(2020, 8, 14), accepted, unions(), to_town(levels),
        ),
        Collection(
            "july.towns", DISTRICT, "2020年7月街道收数", "2020-07", asked_for(TOWN_LEVELS, plan.JULY),
            opened, date(2020, 8, 12), accepted, plan.town_keys(), to_district(levels),
        ),
        Collection(
            "july.units", plan.CITY_KEY, "2020年7月收数", "2020-07", asked_for(JULY_FIGURES, plan.JULY),
            opened, date(2020, 8, 7), accepted, plan.units(), to_city(_july()),
        ),
    )  # fmt: skip
