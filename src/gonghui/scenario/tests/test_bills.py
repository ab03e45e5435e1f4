"""The demo's bills: the same ones every time; at their true size the plan's text makes of them what was published."""

import numpy as np
import pytest

from gonghui.core import rules
from gonghui.scenario import bills
from gonghui.scenario.targets import BY_FIGURE, MUTUAL_AID
from gonghui.work.mutual_aid.actions import deciding, pieces, standing
from gonghui.work.mutual_aid.actions.editions import shipped


class Universal:
    """The text that holds, without a table of editions."""

    scheme = rules.read(shipped()["universal"][0])


def paid(scale: float, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Payments and fen that the half-year's bills come to."""
    monkeypatch.setattr(deciding, "edition_on", lambda plan, day: Universal)
    shards, payments, fen = standing.Shards([]), 0, 0
    with deciding.engine() as engine:
        engine.execute("set memory_limit = '2GB'")
        for one in bills.months(scale, bills.members(scale, 10**9)):
            content = {name: np.zeros(len(one.who), kind) for name, kind in pieces.READ.items()}
            content["participant"] = one.who.astype(np.int64) + (1 << 42)
            content["row"] = np.arange(len(one.who), dtype=np.int32)
            content["settled_on"] = one.day.astype("datetime64[D]").astype(np.int32)
            content["benefit"] = one.benefit.astype(np.int8)
            content["self_pay1_fen"] = one.self_pay1_fen
            deciding.decide(content, shards, "universal", engine)
            payments += int((content["ordered_fen"] > 0).sum())
            fen += int(content["ordered_fen"].sum())
    return payments, fen


def test_bills_are_the_same_every_time():
    once, again = (list(bills.months(0.002, 700)) for _ in range(2))
    for one, other in zip(once, again, strict=True):
        assert all(
            np.array_equal(left, right) for left, right in zip(vars(one).values(), vars(other).values(), strict=True)
        )


def test_the_parts_of_a_bill_add_up_and_what_is_taken_back_was_billed():
    before = None
    for one in bills.months(0.02, 7_000):
        taken = np.flatnonzero(one.takes_back >= 0)
        if before is not None:
            its = one.takes_back[taken]
            assert (one.self_pay1_fen[taken] == -before.self_pay1_fen[its]).all()
            assert (one.who[taken] == before.who[its]).all()
        assert (one.self_pay1_fen[one.takes_back < 0] >= 0).all()
        before = one


@pytest.mark.soak
def test_the_full_half_year_comes_to_what_was_published(monkeypatch):
    payments, fen = paid(1.0, monkeypatch)
    wanted = [BY_FIGURE[name].number for name in MUTUAL_AID]
    assert round(payments / 10_000) == round(wanted[0] / 10_000) == 206
    assert round(fen / 10**10, 2) == round(wanted[1] / 10**10, 2) == 2.45
