"""What a plan knows of its participants' years: read and written a shard at a time, under the lock of its row."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import F

from gonghui.core import columns
from gonghui.core.columns import Columns
from gonghui.work.mutual_aid.models import OWED, TOTALS, Standing
from gonghui.work.mutual_aid.rules import numbers

_KEPT = "update mutual_aid_standing set totals = %s, owed = %s, changes = %s where id = %s"
WHO, YEAR, FEN = "participant", "year", "owed_fen"


class Shards:
    """Some shards of a plan, locked: what they know, as columns sorted by participant; `keep` writes it back."""

    def __init__(self, rows: Sequence[Standing]) -> None:
        self.rows = {row.shard: row for row in rows}
        self._totals = _joined([_opened(TOTALS, row, row.totals) for row in rows])
        self._owed = _joined([_opened(OWED, row, row.owed) for row in rows])

    def totals(self, year: int, names: Sequence[str]) -> Columns:
        """The running totals of a year by participant; whoever is not there has none."""
        known = self._totals
        if WHO not in known:
            return {WHO: np.empty(0, np.int64), **{name: np.empty(0, np.int64) for name in names}}
        its = known[YEAR] == year
        return {name: known[name][its] if name in known else np.zeros(its.sum(), np.int64) for name in (WHO, *names)}

    def years(self) -> Columns:
        """The running totals of all years, by participant and year."""
        return self._totals if WHO in self._totals else {WHO: np.empty(0, np.int64), YEAR: np.empty(0, np.int16)}

    def owed(self) -> Columns:
        """What each participant was paid too much, in fen; those with nothing are left out."""
        return self._owed if WHO in self._owed else {WHO: np.empty(0, np.int64), FEN: np.empty(0, np.int64)}

    def of(self, participant: int, year: int, names: Sequence[str]) -> tuple[dict[str, int], int]:
        """One participant's totals of a year, and what they were paid too much."""
        found, owed = self.totals(year, names), self.owed()
        at = np.flatnonzero(found[WHO] == participant)
        too_much = np.flatnonzero(owed[WHO] == participant)
        return (
            {name: int(found[name][at[0]]) if len(at) else 0 for name in names},
            int(owed[FEN][too_much[0]]) if len(too_much) else 0,
        )

    def put(self, year: int, fresh: Mapping[str, Any], owed: Mapping[str, Any]) -> None:
        """The totals and overpayments of some participants take the place of those there were."""
        self._totals = _merged(self._totals, {**fresh, YEAR: np.full(len(fresh[WHO]), year, np.int16)}, (WHO, YEAR))
        merged = _merged(self._owed, dict(owed), (WHO,))
        left = merged[FEN] != 0
        self._owed = {name: one[left] for name, one in merged.items()}

    def put_one(self, participant: int, year: int, totals: Mapping[str, int], owed_fen: int) -> None:
        """The same for one participant."""
        who = np.array([participant], np.int64)
        fresh = {WHO: who, **{name: np.array([value], np.int64) for name, value in totals.items()}}
        self.put(year, fresh, {WHO: who, FEN: np.array([owed_fen], np.int64)})

    def keep(self) -> None:
        """What is known now is written down."""
        for row in self.rows.values():
            row.totals = _sealed(TOTALS, row, self._totals)
            row.owed = _sealed(OWED, row, self._owed)
            row.changes += 1
        kept: list[Any] = [(row.totals, row.owed, row.changes, row.pk) for row in self.rows.values()]
        with connection.cursor() as cursor:
            cursor.executemany(_KEPT, kept)


@contextmanager
def locked(plan: str, shards: Iterable[int]) -> Iterator[Shards]:
    """The shards, locked until the transaction ends and written back when the block does."""
    asked = sorted(set(shards))
    known = set(Standing.objects.filter(plan=plan, shard__in=asked).values_list("shard", flat=True))
    fresh = [Standing(plan=plan, shard=shard) for shard in asked if shard not in known]
    if fresh:
        Standing.objects.bulk_create(fresh, ignore_conflicts=True)
    rows = Standing.objects.select_for_update().filter(plan=plan, shard__in=asked).order_by("shard")
    found = Shards(list(rows))
    yield found
    found.keep()


@contextmanager
def locked_for(plan: str, participant: int) -> Iterator[Shards]:
    """The one shard of a participant."""
    with locked(plan, [numbers.shard_of(participant)]) as found:
        yield found


def seen(plan: str, shards: Iterable[int]) -> Shards:
    """The shards as they are now, not locked: for trials."""
    return Shards(list(Standing.objects.filter(plan=plan, shard__in=list(shards)).order_by("shard")))


def shards_of(participants: Any) -> list[int]:
    """Where what is known of some participants is kept."""
    shards: list[int] = np.unique(participants % numbers.SHARDS).tolist()
    return shards


def changes(plan: str) -> int:
    """How often anything of the plan's years was written: a trial holds while this is the same."""
    return sum(Standing.objects.filter(plan=plan).values_list(F("changes"), flat=True))


def _opened(column: Any, row: Standing, content: Any) -> Columns:
    return columns.unpacked(column.open_bytes(content, row.public_id)) if content is not None else {}


def _sealed(column: Any, row: Standing, known: Columns) -> bytes:
    its = known[WHO] % numbers.SHARDS == row.shard if WHO in known else np.empty(0, bool)
    mine = {name: one[its] for name, one in known.items()}
    return bytes(column.seal_bytes(columns.packed(mine), row.public_id))


def _joined(parts: Sequence[Columns]) -> Columns:
    """The rows of all parts; a column that a part lacks is nought there."""
    names = {name: one.dtype for part in parts for name, one in part.items()}
    filled = [part for part in parts if part]
    return {
        name: np.concatenate([part[name] if name in part else np.zeros(len(part[WHO]), kind) for part in filled])
        for name, kind in names.items()
    }


def _merged(old: Columns, fresh: Columns, keys: Sequence[str]) -> Columns:
    """Both, the fresh row where both have one."""
    if not len(fresh[WHO]):
        return old if old else {name: one[:0] for name, one in fresh.items()}
    if not old:
        return dict(fresh)
    mark = [_keyed(one, keys) for one in (old, fresh)]
    stays = ~np.isin(mark[0], mark[1])
    return _joined([{name: one[stays] for name, one in old.items()}, fresh])


def _keyed(one: Columns, keys: Sequence[str]) -> Any:
    """One number for each row's keys: participants have 43 bits, years 11."""
    return one[WHO] << 12 | one[YEAR].astype(np.int64) if YEAR in keys else one[WHO]
