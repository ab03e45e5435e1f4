"""July as it stands today: a round in which every state of a line can be seen, and the visitor's own return is empty.

Nobody's July touches the half-year, so whatever a visitor does here leaves the published figures as they are.
"""

from gonghui.reports import actions
from gonghui.reports.models import Line
from gonghui.scenario import posts, returns, rounds
from gonghui.scenario.places import WANGJING
from gonghui.scenario.plan import CITY_KEY
from gonghui.scenario.returns import TOO_MANY, fill, send, sign
from gonghui.scenario.rounds import DISTRICT, Collection
from gonghui.scenario.stage import DEMO_TODAY, Stage
from gonghui.scenario.tree import Item, Items

ACCEPTED = ("dongcheng", "xicheng", "fengtai", "shijingshan", "tongzhou", "shunyi", "defence", "health", "finance")
SUBMITTED = ("fangshan", "daxing", "huairou", "miyun", "economic", "construction", "services", "transport", "trade")
SENT = ("yanqing", "tourism")
DRAFTED = ("education", "mentougou")
_, HAIDIAN, REFUSED = TOO_MANY
"""Everybody else, Chaoyang and the city among them, has not begun."""

REFUSAL = "比 6 月多出近四成，请核对是否把还没有到账的也算了进来"
REPLY = "已问过各街道，在途的误计在内，改好再报"


def july(stage: Stage) -> Items:
    """The three July rounds, from below upwards."""
    unions, towns, units = rounds.july()
    return [
        lambda: returns.open_collection(stage, unions),
        lambda: returns.open_collection(stage, towns),
        lambda: returns.open_collection(stage, units),
        *_unions(stage, unions),
        *_towns(stage, towns),
        *_units(stage, units),
    ]


def _answering(stage: Stage, one: Collection, unit: str, *, until: str) -> Item:
    """A unit goes as far as it has come: drafted, sent, or submitted."""

    def run() -> None:
        in_return = fill(stage, one, unit)
        if until != "drafted":
            send(stage, one, unit, in_return)
        if until == "submitted":
            sign(stage, one, unit, in_return)

    return run


def _unions(stage: Stage, one: Collection) -> Items:
    """Two of Wangjing's unions have answered; the visitor's has not."""
    return [_answering(stage, one, unit, until="submitted") for unit in one.units[1:3]]


def _towns(stage: Stage, one: Collection) -> Items:
    """Half of Chaoyang's towns have answered, some are accepted; Wangjing's clerk still has to."""
    answering = [unit for unit in one.units if unit != WANGJING][:20]
    items = [_answering(stage, one, unit, until="submitted") for unit in answering]
    return [tuple(items[:12]), lambda: returns.accept_all(stage, one), tuple(items[12:])]


def _units(stage: Stage, one: Collection) -> Items:
    assert not {DISTRICT, CITY_KEY} & {*ACCEPTED, *SUBMITTED, *SENT, *DRAFTED}
    return [
        tuple(_answering(stage, one, unit, until="submitted") for unit in (*ACCEPTED, HAIDIAN)),
        lambda: _refuse(stage, one),
        lambda: returns.accept_all(stage, one),
        lambda: _reply(stage, one),
        tuple(_answering(stage, one, unit, until="submitted") for unit in SUBMITTED),
        tuple(_answering(stage, one, unit, until="sent") for unit in SENT),
        tuple(_answering(stage, one, unit, until="drafted") for unit in DRAFTED),
        lambda: _remind(stage, one),
    ]


def _refuse(stage: Stage, one: Collection) -> None:
    """The city sends Haidian's number of payments back."""
    line = returns.return_of(stage, one, HAIDIAN).lines.get(figure=REFUSED)
    actions.refuse_line(line, reason=REFUSAL, by=stage.actor("city.review"), on=one.accepted_on)


def _reply(stage: Stage, one: Collection) -> None:
    """Haidian has looked into it."""
    line = Line.objects.get(in_return=returns.return_of(stage, one, HAIDIAN), figure=REFUSED)
    actions.comment_line(line, text=REPLY, by=stage.actor(posts.clerk(HAIDIAN)), on=DEMO_TODAY)


def _remind(stage: Stage, one: Collection) -> None:
    """Those who have not begun when the round was due are reminded."""
    late = [returns.return_of(stage, one, unit) for unit in ("changping", "pinggu", "offices")]
    actions.remind_returns(late, by=stage.actor("city.review"), on=DEMO_TODAY)
