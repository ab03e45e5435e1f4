"""The half-year replayed: steps in the order of their days, in small items that a killed replay does not repeat."""

import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from queue import Empty
from typing import Any

from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected

from gonghui.core import bulk
from gonghui.scenario import books, july, members, outline, posts, reporting, returns, set_ups, social_workers, tree
from gonghui.scenario.stage import Stage
from gonghui.scenario.tree import LANES, Item, Items, Resumable

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
    Step("books", "账簿和付款", 4, books.begun),
    Step("mutual_aid", "1—6月医疗互助：结算、放行、付款", 120, books.half_year),
    Step("monthly", "1—6月收数", 15, returns.monthly),
    Step("half_year", "上半年收数、审核", 35, returns.half_year),
    Step("july", "7月收数", 12, july.july),
    Step("report", "上半年报告", 2, reporting.half_year),
)
TOTAL = 1_000
SENT_BACK_MOST = 10
"""So often the server may send a lane back because two waited for each other."""
FORK = get_context("fork")
"""Items are closures: a lane is a copy of this process, which has them already."""


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
        for one in _side_by_side(f"scenario.{name}.{place}", item):
            yield done + one
        done += len(item)


# Side by side -----------------------------------------------------------------------------------------------------


class LaneFailed(Exception):
    """An item of a group failed in its process; what it said there."""


def _side_by_side(name: str, items: Sequence[Item]) -> Iterator[int]:
    """Run a group in processes of their own, each every so many-th of its items, and tell how many are done."""
    connection.close()  # a connection is not shared with a child
    done, finished = 0, FORK.Queue()
    lanes = [
        FORK.Process(target=_lane, args=(f"{name}.{lane}", items[lane::LANES], finished, os.getpid()), daemon=True)
        for lane in range(min(LANES, len(items)))
    ]
    try:
        for one in lanes:
            one.start()
        while done < len(items):
            _heard(finished, lanes)
            done += 1
            yield done
        for one in lanes:
            one.join()
    finally:
        for one in lanes:  # of a failed group the others end too: an item commits whole or not at all
            one.terminate()


def _heard(finished: Any, lanes: Sequence[Any]) -> None:
    """An item was done in one of the lanes."""
    while True:
        try:
            said = finished.get(timeout=1)
        except Empty:
            if any(one.exitcode for one in lanes):
                raise LaneFailed(f"lanes ended with {[one.exitcode for one in lanes]}") from None
            continue
        if said is not None:
            raise LaneFailed(said)
        return


def _lane(name: str, items: Sequence[Item], finished: Any, parent: int) -> None:
    """Run some items of a group on a connection of their own, until they are done or nobody waits for them."""

    def tell() -> None:
        if os.getppid() != parent:
            raise LaneFailed("the replay was ended")
        finished.put(None)

    try:
        _run_rest(name, items, tell)
    except BaseException:
        finished.put(traceback.format_exc())
        raise
    finally:
        connection.close()


def _run_rest(name: str, items: Sequence[Item], tell: Callable[[], None]) -> None:
    """Run the items not done yet, so that none is done twice.

    Many acts of one item name new things in the order they come; two lanes may then wait for each other, and the one
    the server sends back does its item again.
    """
    told, sent_back = 0, 0
    while told < len(items):
        try:
            done = _run_next(name, items)
        except OperationalError as refused:
            sent_back += 1
            if not isinstance(refused.__cause__, DeadlockDetected) or sent_back > SENT_BACK_MOST:
                raise
            continue
        for _ in range(told, done):
            tell()
        told = done


def _run_next(name: str, items: Sequence[Item]) -> int:
    """Run the first item not done yet; how many are done then. An item commits together with its place in the list."""
    with bulk.resumed(name) as cursor:
        place = cursor.position
        if place == len(items):
            return place
        if not isinstance(items[place], Resumable):
            items[place]()
            cursor.position = place + 1
            return place + 1
    items[place]()
    with bulk.resumed(name) as cursor:
        cursor.position = place + 1
    return place + 1
