"""Settlements decided in columns: by the text of their year, on top of what is known of each participant.

Nothing is written here. A trial and the release do the same with what is known then; what was paid too much before is
set off against what is due now, settlement by settlement.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from typing import Any

import numpy as np

from gonghui.core.columns import Columns
from gonghui.core.rules import Scheme, batch
from gonghui.core.rules.batch import Engine
from gonghui.work.mutual_aid.actions import pieces
from gonghui.work.mutual_aid.actions.standing import FEN, WHO, Shards
from gonghui.work.mutual_aid.models import Edition, edition_on

WITHIN = "300MB"
GIVEN = """
create or replace temp view cases as select c.participant, c.at, c.row, c.settled_on, {inputs}, {before}
from given c left join known k using (participant)
"""
INPUTS = {
    "is_inpatient": f"c.benefit = {pieces.INPATIENT}",
    "is_emergency": "c.benefit = 2",
    "is_special_outpatient": "c.benefit = 4",
    "settled_on": "date '1970-01-01' + c.settled_on::int",
    **{name: f"c.{name}" for name in ("self_pay1_fen", "self_pay2_fen", "outside_fen", "insurer_fen", "total_fen")},
}
"""What a text of a settled plan may ask for."""


@contextmanager
def engine() -> Iterator[Engine]:
    """A DuckDB in memory, held to its share."""
    duckdb = import_module("duckdb")  # a quarter of a second that pages do without
    with duckdb.connect(config={"threads": 2, "memory_limit": WITHIN}) as connection:
        connection.execute("set enable_progress_bar = false")
        yield connection


def years_of(content: Columns) -> Any:
    """The calendar year of each settlement."""
    return content["settled_on"].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def decide(content: Columns, shards: Shards, plan: str, connection: Engine) -> list[Edition]:
    """Each settlement has what the text gives, what is ordered and what was set off; the shards know it, unwritten.

    The columns gain `before_<total>`, `decided_fen`, `ordered_fen` and `offset_fen`. Returns the texts it was done by.
    """
    many = len(content["participant"])
    for name, kind in pieces.DECIDED.items():
        content[name] = np.zeros(many, kind)
    years = years_of(content)
    editions = []
    for year in np.unique(years):
        edition = edition_on(plan, date(int(year), 1, 1))
        editions.append(edition)
        its = np.flatnonzero(years == year)
        _decide_year(content, its, int(year), edition.scheme, shards, connection)
    return editions


def _decide_year(content: Columns, its: Any, year: int, scheme: Scheme, shards: Shards, connection: Engine) -> None:
    names = list(scheme.totals)
    given = {name: np.ascontiguousarray(one[its]) for name, one in content.items() if one.dtype.kind != "V"}
    given["at"] = its
    found = decided(given, shards.totals(year, names), scheme, connection)
    at = found["at"]
    for name in names:
        column = content.setdefault(f"before_{name}", np.zeros(len(content["participant"]), np.int64))
        column[at] = found[f"before({name})"]
    content["decided_fen"][at] = found[scheme.steps[-1]]
    order = at[np.lexsort((content["row"][at], content["settled_on"][at], content["participant"][at]))]
    owed = _set_off(content, order, shards.owed())
    place = {int(one): n for n, one in enumerate(at)}
    last = order[np.append(np.diff(content["participant"][order]) != 0, True)]
    picked = [place[int(one)] for one in last]
    fresh = {WHO: content["participant"][last], **{name: found[name][picked].astype(np.int64) for name in names}}
    shards.put(year, fresh, owed)


def decided(given: Columns, known: Columns, scheme: Scheme, connection: Engine) -> dict[str, Any]:
    """The totals of each case, as they stood before and stand after, and the result, beside its number `at`."""
    names = list(scheme.totals)
    connection.register("given", given)
    connection.register("known", known)
    inputs = ", ".join(f"{INPUTS[name]} as {name}" for name in scheme.inputs if name != "settled_on")
    before = ", ".join(f"coalesce(k.{name}, 0) as {name}" for name in names) or "0 as nothing"
    connection.execute(GIVEN.format(inputs=inputs, before=before))
    show = [*names, *(f"before({name})" for name in names), scheme.steps[-1]]
    answer = batch.adjudicate(
        connection, scheme, "cases", keep=["at"], per=["participant"], order=["settled_on", "row"], show=show
    )
    found = answer.fetchnumpy()
    if np.ma.asarray(found.pop("refused")).compressed().size:
        raise ValueError("a settlement is beyond the ranges of the text")
    return {name: np.ma.getdata(one).astype(np.int64) for name, one in found.items()}


def _set_off(content: Columns, order: Any, owed: Columns) -> Columns:
    """What is ordered of each settlement, in the order of its participant's days; who is owed how much afterwards."""
    decided_fen = content["decided_fen"]
    content["ordered_fen"][order] = np.maximum(decided_fen[order], 0)
    debts: dict[int, int] = dict(zip(owed[WHO].tolist(), owed[FEN].tolist(), strict=True))
    less = set(content["participant"][order[decided_fen[order] < 0]].tolist()) | debts.keys()
    moved: dict[int, int] = {}
    concerned = order[np.isin(content["participant"][order], np.fromiter(less, np.int64, len(less)))]
    for at in concerned.tolist():
        who, fen = int(content["participant"][at]), int(decided_fen[at])
        debt = moved.get(who, debts.get(who, 0))
        if fen < 0:
            moved[who] = debt - fen
            continue
        off = min(debt, fen)
        content["offset_fen"][at], content["ordered_fen"][at] = off, fen - off
        moved[who] = debt - off
    return {WHO: np.array(list(moved), np.int64), FEN: np.array(list(moved.values()), np.int64)}
