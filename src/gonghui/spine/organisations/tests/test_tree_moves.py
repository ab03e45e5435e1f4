"""Any order of foundings, moves and closings leaves a tree without cycle, orphan or wrong path, on every day."""

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.spine.organisations import actions
from gonghui.spine.organisations.actions import Founding
from gonghui.spine.organisations.models import Organisation, tree_differences
from gonghui.spine.organisations.tests.builders import LONG_AGO, found

LEVELS = ["town", "sector", "base", "branch"]
steps = st.lists(
    st.tuples(
        st.sampled_from(["found", "move", "move", "move", "close"]),
        st.integers(0, 40),
        st.integers(0, 40),
        st.sampled_from(LEVELS),
        st.integers(-2, 4),
    ),
    min_size=5,
    max_size=25,
)


class TreeMoves(TestCase):
    """Compares the paths the tables keep with a parent map kept for each day by hand."""

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(steps)
    def test_paths_are_right_on_every_day(self, taken: list[tuple[str, int, int, str, int]]) -> None:
        city = found("市", "city", None, "110000")
        known = [city, *(found(f"区{n}", "district", city, "110105") for n in range(2))]
        parents: list[tuple[date, int, int | None]] = [(LONG_AGO, one.id, one.parent_id) for one in known]
        day = LONG_AGO + timedelta(days=10)
        for what, at, to, level, later in taken:
            on = day + timedelta(days=later)
            one, other = known[at % len(known)], known[to % len(known)]
            try:
                if what == "found":
                    made = actions.found_organisation(Founding(f"{level}{len(known)}", level, other), by=SYSTEM, on=on)
                    known.append(made)
                    parents.append((on, made.id, made.parent_id))
                elif what == "move":
                    actions.move_organisation(one, other, by=SYSTEM, on=on)
                    parents.append((on, one.id, other.id))
                else:
                    actions.close_organisation(one, by=SYSTEM, on=on)
            except Refusal:
                continue
            day = max(day, on)
        assert list(tree_differences()) == []
        self._compare(parents, day)

    def _compare(self, parents: list[tuple[date, int, int | None]], last: date) -> None:
        rows = {one.id: one for one in Organisation.objects.all()}
        for offset in range((last - LONG_AGO).days + 2):
            on = LONG_AGO + timedelta(days=offset)
            above: dict[int, int | None] = {}
            for since, key, parent in sorted(parents, key=lambda row: row[0]):
                if since <= on:
                    above[key] = parent
            for key in above:
                assert rows[key].path_on(on) == _path(key, above), (key, on)


def _path(key: int, above: dict[int, Any]) -> str:
    line = []
    step: int | None = key
    while step is not None:
        line.append(step)
        assert len(line) <= len(above), "cycle"
        step = above[step]
    return "/" + "".join(f"{one}/" for one in reversed(line))
