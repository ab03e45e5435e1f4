"""A replay that was killed goes on where it stopped."""

import os
import time

import pytest
from django.db.models import F

from gonghui.core.models import BulkCursor
from gonghui.scenario import replay


@pytest.mark.django_db
def test_items_done_before_a_failure_are_not_done_again():
    done = []

    def failing() -> None:
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        list(replay._counted("test", [lambda: done.append("one"), failing, lambda: done.append("three")]))
    counted = list(replay._counted("test", [lambda: done.append("again"), lambda: done.append("two"), done.clear]))
    assert counted == [1, 2, 3]
    assert done == []


@pytest.mark.django_db(transaction=True)
def test_items_side_by_side_are_all_done_and_a_failure_among_them_is_told():
    def doing(number):
        return lambda: BulkCursor.objects.create(name=f"item {number}", position=number)

    assert list(replay._counted("beside", [tuple(doing(number) for number in range(7))])) == [1, 2, 3, 4, 5, 6, 7]
    assert BulkCursor.objects.filter(name__startswith="item").count() == 7

    def failing() -> None:
        raise RuntimeError("killed")

    with pytest.raises(replay.LaneFailed, match="killed"):
        list(replay._counted("failing", [(doing(7), failing, doing(8))]))


@pytest.mark.django_db(transaction=True)
def test_an_item_that_the_server_sends_back_is_done_again():
    for name in ("left", "right"):
        BulkCursor.objects.create(name=name, position=0)

    def adding(*names):
        def run() -> None:
            for name in names:
                BulkCursor.objects.filter(name=name).update(position=F("position") + 1)
                time.sleep(0.3)  # until the other lane holds the other row

        return run

    assert list(replay._counted("crossing", [(adding("left", "right"), adding("right", "left"))])) == [1, 2]
    assert [BulkCursor.objects.get(name=name).position for name in ("left", "right")] == [2, 2]


@pytest.mark.django_db(transaction=True)
def test_a_lane_that_is_gone_is_noticed():
    with pytest.raises(replay.LaneFailed, match="ended with"):
        list(replay._counted("gone", [(lambda: os._exit(9), lambda: None)]))


def test_progress_runs_from_nothing_to_the_whole(monkeypatch):
    told = []
    monkeypatch.setattr(
        replay, "STEPS", (replay.Step("a", "甲", 1, lambda stage: []), replay.Step("b", "乙", 3, lambda stage: []))
    )
    replay.run(1.0, lambda label, done, total: told.append((label, done, total)))
    assert told == [("甲", 0, 1000), ("乙", 250, 1000), ("乙", 1000, 1000)]
