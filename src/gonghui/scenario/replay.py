"""The half-year replayed: steps in the order of their days, in small items that a killed replay does not repeat."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gonghui.core import bulk
from gonghui.scenario import july, posts, returns, set_ups, tree
from gonghui.scenario.stage import Stage
from gonghui.scenario.tree import Item

VERSION = "2020H1-1"
"""The scenario's own version; a database of another one is not gone on with."""

Progress = Callable[[str, int, int], None]
"""Told what the replay is at, how much is done and how much there is."""


@dataclass(frozen=True)
class Step:
    """One part of the replay: its name, the words shown, its rough share of the time, its items."""

    name: str
    label: str
    share: int
    items: Callable[[Stage], list[Item]]


STEPS = (
    Step("tree", "建立组织树", 2, tree.upper_tree),
    Step("posts", "任命各级工作人员", 6, posts.accounts),
    Step("unions", "建立企业工会", 20, tree.enterprise_unions),
    Step("before", "2019年下半年收数", 20, returns.before),
    Step("set_ups", "上半年建会", 20, set_ups.set_ups),
    Step("monthly", "1—6月收数", 15, returns.monthly),
    Step("half_year", "上半年收数、审核", 35, returns.half_year),
    Step("july", "7月收数", 12, july.july),
)
TOTAL = 1_000


def run(scale: float, progress: Progress) -> None:
    """Everything stands afterwards; what stood before is not done twice."""
    stage = Stage(scale)
    whole = sum(step.share for step in STEPS)
    begun = 0
    for step in STEPS:
        items = step.items(stage)
        progress(step.label, begun * TOTAL // whole, TOTAL)
        for done in _remaining(step, items):
            progress(step.label, (begun * len(items) + step.share * done) * TOTAL // (whole * len(items)), TOTAL)
        begun += step.share
    progress(STEPS[-1].label, TOTAL, TOTAL)


def _remaining(step: Step, items: list[Item]) -> Iterator[int]:
    """Run the items not done yet; each commits together with its place, so that none is done twice."""
    position = 0
    while position < len(items):
        with bulk.resumed(f"scenario.{step.name}") as cursor:
            position = cursor.position
            if position < len(items):
                items[position]()
                position += 1
                cursor.position = position
        yield position
