"""2019 in outline: what its half-years came to, typed in from the yearbook so that there is a year before to compare.

The rounds of 2019's second half (`rounds.before`) were answered with workbook and paper; these were not.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache

from gonghui.reports import actions, rules
from gonghui.reports.checking import Draft
from gonghui.reports.models import Return
from gonghui.scenario import plan, posts, returns, rounds
from gonghui.scenario.places import WANGJING
from gonghui.scenario.plan import Share, Shares
from gonghui.scenario.rounds import DISTRICT, Collection, asked_for
from gonghui.scenario.split import split_unevenly
from gonghui.scenario.stage import Stage
from gonghui.scenario.targets import BY_FIGURE, SEED
from gonghui.scenario.tree import Items

FIRST_HALF, SECOND_HALF = (date(2019, 1, 1), date(2019, 6, 30)), plan.BEFORE
OPENED, DECIDED = date(2020, 1, 2), date(2020, 1, 3)
FLOWS: Mapping[str, tuple[int, int | None]] = {
    "honours.jury_meetings": (3, 2),
    "supervision.policies_issued": (0, 4),
    "employment.employers_recruiting": (391, 322),
    "employment.posts_published": (61_205, 55_480),
    "disputes.cases_accepted": (10_604, None),
    "disputes.recovered_fen": (146_220_900_00, None),
    "service_card.items_added": (1_037, 864),
    "mutual_aid.payments_made": (1_846_530, 1_921_078),
    "mutual_aid.paid_fen": (210_098_760_00, 226_410_330_40),
    "hotline.cases_accepted": (47_925, None),
    "members.people_admitted": (121_460, 104_233),
}
"""City values of 2019's halves, invented; of the second half only what its rounds did not ask for."""
LEVELS = {"places.homes_built": 13_120, "places.stations_built": 16_940, "places.mother_baby_units": 2_071}
"""City levels at the end of June 2019, invented."""
SPREAD_PERCENT = 5


@cache
def flow(figure: str, half: int) -> Shares:
    """Every unit's share of a flow in one of the halves, about as large a part as it has today."""
    whole, now = FLOWS[figure][half] or 0, plan.half_year(figure)
    seed = f"{SEED}:outline:{half}:{BY_FIGURE[figure].like or figure}"
    weights = [share.number for share in plan.half_year(BY_FIGURE[figure].like or figure).values()]
    parts = split_unevenly(whole, weights, seed=seed, spread_percent=SPREAD_PERCENT)
    return {key: Share(part) for key, part in zip(now, parts, strict=True)}


@cache
def level(figure: str) -> Shares:
    """Every unit's level at the end of June 2019: below that of December."""
    later = plan.before(figure)
    numbers = [share.number for share in later.values()]
    fewer = split_unevenly(sum(numbers) - LEVELS[figure], numbers, seed=f"{SEED}:outline:{figure}", spread_percent=60)
    return {key: Share(share.number - less) for (key, share), less in zip(later.items(), fewer, strict=True)}


@cache
def collections() -> tuple[Collection, ...]:
    """The rounds of both halves, from below upwards."""
    by_towns = tuple(figure for figure in LEVELS if figure in plan.BY_TOWNS)
    first = {**{figure: flow(figure, 0) for figure in FLOWS}, **{figure: level(figure) for figure in LEVELS}}
    second = {figure: flow(figure, 1) for figure, (_, number) in FLOWS.items() if number is not None}
    levels = {figure: level(figure) for figure in by_towns}
    return (
        Collection(
            "outline.unions", WANGJING, "2019年年中驿站补录", "2019H1", asked_for((plan.BY_UNIONS,), FIRST_HALF),
            OPENED, DECIDED, DECIDED, rounds.unions(), rounds.to_town(levels),
        ),
        Collection(
            "outline.towns", DISTRICT, "2019年上半年街道补录", "2019H1", asked_for(by_towns, FIRST_HALF),
            OPENED, DECIDED, DECIDED, plan.town_keys(), rounds.to_district(levels),
        ),
        Collection(
            "outline.first", plan.CITY_KEY, "2019年上半年补录", "2019H1", asked_for(tuple(first), FIRST_HALF),
            OPENED, DECIDED, DECIDED, plan.units(), rounds.to_city(first),
        ),
        Collection(
            "outline.second", plan.CITY_KEY, "2019年下半年补录", "2019H2", asked_for(tuple(second), SECOND_HALF),
            OPENED, DECIDED, DECIDED, plan.units(), rounds.to_city(second),
        ),
    )  # fmt: skip


def outline(stage: Stage) -> Items:
    """Every round opened, typed in by all units, accepted whole and closed."""
    return [item for one in collections() for item in returns.collection(stage, one, type_in)]


def type_in(stage: Stage, one: Collection, unit: str) -> Return:
    """The unit's clerk has typed its numbers in, and its head has signed."""
    in_return = returns.return_of(stage, one, unit)
    drafts = [
        Draft(figure, rules.Amount(answer.share.number), coverage=answer.coverage)
        for figure, answer in one.answers(unit).items()
        if answer.share is not None
    ]
    actions.enter_lines(in_return, drafts, by=stage.actor(posts.clerk(unit)), on=one.opened_on)
    returns.send(stage, one, unit, in_return)
    returns.sign(stage, one, unit, in_return)
    return in_return
