"""A replay says what Python's own decisions add up to, hides few people, and keeps nobody."""

import json
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from gonghui.core import rules
from gonghui.work.mutual_aid.rules.replay import Band, Cell, Limits, Summary, _without_few, replay
from gonghui.work.mutual_aid.tests.scheme_texts import changed, lower, universal

LIMITS = Limits(1, (10_000, 50_000))
HIGHER = (
    ("outpatient_segments = [[100_000, 10]", "outpatient_segments = [[120_000, 10]"),
    ("outpatient_sum_fen = 179_045, pays_fen = 7_905", "outpatient_sum_fen = 179_045, pays_fen = 5_905"),
    ("outpatient_due_fen = 20_000, pays_fen = 0", "outpatient_due_fen = 18_000, pays_fen = 0"),
    ("[500_000, 20], [2_000_000, 30]]", "[500_000, 20]]"),
)
"""A higher deductible for outpatients, no third segment."""


def some_rows(many: int, people: int, seed: int = 7) -> dict[str, Any]:
    draw = np.random.default_rng(seed)
    return {
        "participant": draw.integers(1, people, many),
        "file": np.sort(draw.integers(1, 4, many)),
        "row": np.arange(many),
        "settled_on": 18_262 + draw.integers(0, 182, many),
        "is_inpatient": draw.random(many) < 0.3,
        "self_pay1_fen": (np.exp(7 + draw.random(many) * 9) * np.where(draw.random(many) < 0.05, -1, 1)).astype(int),
        "pays_fen": np.zeros(many, int),
        "unit": draw.integers(1, 4, many),
    }


def in_order(rows: dict[str, Any]) -> list[int]:
    """The rows as they were decided: file by file, day by day."""
    keys = list(zip(rows["file"], rows["settled_on"], rows["row"], strict=True))
    return sorted(range(len(keys)), key=keys.__getitem__)


def by_hand(rows: dict[str, Any], scheme: rules.Scheme) -> list[tuple[int, int, bool, int]]:
    """Person, union, kind and result of every row, decided one by one."""
    before: dict[int, dict[str, int]] = defaultdict(dict)
    found = []
    for n in in_order(rows):
        person, kind = int(rows["participant"][n]), bool(rows["is_inpatient"][n])
        given = {"is_inpatient": kind, "self_pay1_fen": int(rows["self_pay1_fen"][n])}
        decision = scheme.decide(given, before[person])
        before[person] = scheme.after(decision)
        found.append((person, int(rows["unit"][n]), kind, decision.result))
    return found


def cell(was: list[Any], now: list[Any]) -> Cell:
    """The sums of some rows under both."""
    people = {row[0] for row in was if row[3] > 0} | {row[0] for row in now if row[3] > 0}
    pairs = [(sum(row[3] > 0 for row in rows), sum(row[3] for row in rows)) for rows in (was, now)]
    return Cell(len(people), len(was), *pairs[0], *pairs[1])


def test_a_replay_adds_up_to_the_decisions_one_by_one() -> None:
    rows, draft, base = some_rows(600, 90), rules.read(changed("universal", *HIGHER)), universal()
    was, now = by_hand(rows, base), by_hand(rows, draft)
    rows["pays_fen"][in_order(rows)] = [fen for *_, fen in was]
    rows["pays_fen"][:3] += 1  # decided otherwise at the time
    found = replay([rows], draft, base, LIMITS)
    assert found.whole == cell(was, now)
    for unit in (1, 2, 3):
        assert found.units[str(unit)] == cell(*([row for row in rows if row[1] == unit] for rows in (was, now)))
    for name, kind in (("inpatient", True), ("outpatient", False)):
        assert found.kinds[name] == cell(*([row for row in rows if row[2] == kind] for rows in (was, now)))
    change: dict[int, int] = defaultdict(int)
    for (person, *_, then), (*_, result) in zip(was, now, strict=True):
        change[person] += result - then
    assert sum(change.values()) == found.whole.change_fen != 0
    for sign in (1, 0, -1):
        its = [fen for fen in change.values() if (fen > 0) - (fen < 0) == sign]
        assert found.side(sign) == (len(its), sum(its))
    small = [fen for fen in change.values() if -50_000 < fen <= -10_000]
    assert [(one.people, one.change_fen) for one in found.bands if one.from_fen == -50_000] == [
        (len(small), sum(small))
    ]
    assert found.otherwise == 3
    assert (found.people_base, found.people_draft) == tuple(
        sum(fen > 0 for fen in sums(one).values()) for one in (was, now)
    )


def sums(rows: list[Any]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for person, *_, fen in rows:
        found[person] += fen
    return found


def test_parts_of_whole_people_come_to_the_same() -> None:
    rows, draft, base = some_rows(400, 60), rules.read(lower()), universal()
    whole = replay([rows], draft, base, LIMITS)
    halves = [{n: one[rows["participant"] % 2 == odd] for n, one in rows.items()} for odd in (0, 1)]
    assert replay(halves, draft, base, LIMITS) == whole


def test_the_same_text_changes_nothing() -> None:
    found = replay([some_rows(300, 60)], universal(), universal(), LIMITS)
    assert found.whole.change_fen == 0
    assert found.side(1) == found.side(-1) == (0, 0)


def test_what_is_beyond_the_text_is_counted_and_not_decided() -> None:
    rows = some_rows(50, 10)
    rows["self_pay1_fen"][3] = 10_000_000_001
    found = replay([rows], universal(), universal(), LIMITS)
    assert (found.refused, found.whole.settlements) == (1, 50)


def test_a_summary_is_kept_as_it_was_and_names_nobody() -> None:
    rows = some_rows(300, 60)
    found = replay([rows], rules.read(lower()), universal(), LIMITS)
    kept = json.dumps(found.kept())
    assert Summary.read(json.loads(kept)) == found
    assert set(found.kept()) == {
        "whole", "kinds", "units", "bands", "people_base", "people_draft", "refused", "otherwise",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("people", "shown"),
    [
        ([12, 30, 40], [12, 30, 40]),
        ([9, 30, 40], [None, None, 40]),  # one alone could be told from the sum
        ([3, 4, 30, 40], [None, None, None, 40]),  # two that are few together
        ([5, 6, 30, 40], [None, None, 30, 40]),
        ([0, 12, 30], [0, 12, 30]),  # nobody tells of nobody
        ([0, 9, 30], [0, None, None]),
        ([9], [None]),
        ([10], [10]),
    ],
)
def test_few_people_are_hidden_and_cannot_be_told_from_the_others(people: list[int], shown: list[int | None]) -> None:
    cells = [Cell(people=many, base_fen=many, draft_fen=2 * many) for many in people]
    _without_few(cells, 10)
    assert [one.people for one in cells] == shown
    assert [one.change_fen for one in cells] == shown
    bands = [Band(n, n + 1, many, many) for n, many in enumerate(people)]
    _without_few(bands, 10)
    assert [one.people for one in bands] == shown
    assert [one.from_fen for one in bands] == list(range(len(people)))


def test_of_few_people_altogether_nothing_is_told() -> None:
    rows = some_rows(60, 9)
    rows["self_pay1_fen"] = abs(rows["self_pay1_fen"]) + 1_000_000
    found = replay([rows], rules.read(lower()), universal(), Limits(10, (10_000,)))
    assert found.whole == Cell(*[None] * 6)
    assert {one.people for one in found.bands} == {None}
    assert (found.side(1), found.people_base, found.whole.change_fen) == ((None, None), None, None)
    assert all(cell == found.whole for cell in (*found.units.values(), *found.kinds.values()))
