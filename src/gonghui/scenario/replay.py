"""The half-year replayed: steps in the order of their days, in small items that a killed replay does not repeat."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Queue

from django.db import connection

from gonghui.core import bulk
from gonghui.scenario import july, members, outline, posts, reporting, returns, set_ups, social_workers, tree
from gonghui.scenario.stage import Stage
from gonghui.scenario.tree import Item, Items

Progress = Callable[[str, int, int], None]
"""Told what the replay is at, how much is done and how much there is."""


@dataclass(frozen=True)
class Step:
    """One part of the replay: its name, the words shown, its rough share of the time, its items."""

    name: str
    label: str
    share: int
    items: Callable[[Stage], Items]


STEPS = (
    Step("tree", "建立组织树", 2, tree.upper_tree),
    Step("posts", "任命各级工作人员", 6, posts.accounts),
    Step("social_workers", "登记社工和证书", 4, social_workers.taken_over),
    Step("unions", "建立企业工会", 20, tree.enterprise_unions),
    Step("members", "会员名册建档", 40, members.taken_over),
    Step("outline", "补录2019年", 6, outline.outline),
    Step("before", "2019年下半年收数", 20, returns.before),
    Step("past_report", "2019年下半年报告", 2, reporting.past),
    Step("set_ups", "上半年建会", 20, set_ups.set_ups),
    Step("admissions", "上半年发展会员", 10, members.half_year),
    Step("certificates", "上半年社工到岗、核验证书", 1, social_workers.half_year),
    Step("monthly", "1—6月收数", 15, returns.monthly),
    Step("half_year", "上半年收数、审核", 35, returns.half_year),
    Step("july", "7月收数", 12, july.july),
    Step("report", "上半年报告", 2, reporting.half_year),
)
TOTAL = 1_000
LANES = 2
"""So many items of a group run side by side; the demo is meant for two cores."""


def run(scale: float, progress: Progress) -> None:
    """Everything stands afterwards; what stood before is not done twice."""
    stage = Stage(scale)
    whole = sum(step.share for step in STEPS)
    begun = 0
    for step in STEPS:
        items = step.items(stage)
        many = sum(len(item) if isinstance(item, tuple) else 1 for item in items)
        progress(step.label, begun * TOTAL // whole, TOTAL)
        for done in _counted(step.name, items):
            progress(step.label, (begun * many + step.share * done) * TOTAL // (whole * many), TOTAL)
        begun += step.share
    progress(STEPS[-1].label, TOTAL, TOTAL)


def _counted(name: str, items: Items) -> Iterator[int]:
    """Run a step's items in their order and tell how many are done."""
    done = 0
    for place, item in enumerate(items):
        if not isinstance(item, tuple):
            _run_rest(f"scenario.{name}.{place}", [item], lambda: None)
            done += 1
            yield done
            continue
        finished: Queue[bool] = Queue()
        with ThreadPoolExecutor(LANES) as lanes:
            running = [
                lanes.submit(_lane, f"scenario.{name}.{place}.{lane}", item[lane::LANES], finished)
                for lane in range(LANES)
            ]
            for _ in item:
                if not finished.get():
                    break
                done += 1
                yield done
            for one in running:
                one.result()


def _lane(name: str, items: Sequence[Item], finished: Queue[bool]) -> None:
    """Run some items of a group on a connection of their own; a failure ends the wait for the others."""
    try:
        _run_rest(name, items, lambda: finished.put(True))
    except BaseException:
        finished.put(False)
        raise
    finally:
        connection.close()


def _run_rest(name: str, items: Sequence[Item], tell: Callable[[], None]) -> None:
    """Run the items not done yet; each commits together with its place, so that none is done twice."""
    position = 0
    while position < len(items):
        with bulk.resumed(name) as cursor:
            for _ in range(position, cursor.position):
                tell()
            position = cursor.position
            if position < len(items):
                items[position]()
                position += 1
                cursor.position = position
                tell()
