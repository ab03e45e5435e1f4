"""A file read and tried out: its rows matched and put down by ranges of participants, what they would come to added up.

Runs within the action that reads the file (`files.read_file`), whole or not at all.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Max

from gonghui.core import columns
from gonghui.core.columns import Columns
from gonghui.core.models import random_ids, random_uuids
from gonghui.work.mutual_aid.actions import deciding, matching, pieces, reading, standing
from gonghui.work.mutual_aid.actions.matching import Units, Waiting
from gonghui.work.mutual_aid.models import ISSUE, SAMPLE, Issue, Participant, SettlementFile, SettlementPiece
from gonghui.work.mutual_aid.rules import numbers, parameters

ROWS_A_RANGE, RANGES_MOST, HELD_MOST = 20_000, 64, 200_000
SAMPLED = ("participant", "row", "settled_on", "benefit", "self_pay1_fen", "total_fen", "decided_fen", "ordered_fen")
SUMMED = (
    "settlements",
    "payments",
    "people",
    "decided_fen",
    "ordered_fen",
    "offset_fen",
    "nothing",
    "back",
    "large",
)
"""What a trial adds up; all of it is nought where every row waits."""
Progress = Callable[[int, int], None]


def taken_in(file: SettlementFile, rows: Iterator[reading.Rows], progress: Progress) -> Counter[str]:
    """Every row is matched: those of members stand in pieces by ranges of participants, the others wait."""
    units, counts, held = Units(), Counter[str](), []
    ranges = whole = 0
    for some in rows:
        whole = some.whole
        ranges = ranges or ranges_of(whole)
        matched = matching.match(some, units)
        counts.update(matched.counts)
        counts["rows"] += len(some)
        wait(file, matched.waiting)
        held.append(matched.content)
        if sum(len(one["row"]) for one in held) >= HELD_MOST:
            put_down(file, held, ranges)
            held = []
        progress(counts["rows"], 2 * whole)
    if held:
        put_down(file, held, ranges)
    return counts


def ranges_of(rows: int) -> int:
    """Into how many ranges of participants so many rows are parted."""
    return next(one for one in (1, 2, 4, 8, 16, 32, RANGES_MOST) if rows <= one * ROWS_A_RANGE or one == RANGES_MOST)


def put_down(file: SettlementFile, held: list[Columns], ranges: int) -> None:
    """The rows stand in pieces by ranges of participants."""
    joined = {name: np.concatenate([one[name] for one in held]) for name in pieces.READ}
    width = numbers.SHARDS // ranges
    its = joined["participant"] % numbers.SHARDS // width
    last = file.pieces.aggregate(last=Max("number"))["last"] or 0
    fresh = []
    for at in np.unique(its):
        last += 1
        first = int(at) * width
        piece = SettlementPiece(file=file, number=last, shard_from=first, shard_to=first + width - 1)
        pieces.sealed(piece, {name: one[its == at] for name, one in joined.items()})
        fresh.append(piece)
    SettlementPiece.objects.bulk_create(fresh)


def wait(file: SettlementFile, waiting: Iterable[Waiting], *, settlements: Sequence[int] = ()) -> None:
    """The rows stand on the desk, with the settlements that were decided of them where there are any."""
    listed = list(waiting)
    decided: Sequence[int | None] = settlements or [None] * len(listed)
    rows = zip(random_ids(len(listed)), random_uuids(len(listed)), listed, decided, strict=True)
    seal = ISSUE.sealer()
    Issue.objects.bulk_create(
        (
            Issue(
                id=key,
                public_id=public,
                file=file,
                row=one.row,
                code=one.code,
                is_error=one.code in matching.OF_THE_BUREAU,
                said=seal(matching.said_text(one.said), public),
                person_id=one.person,
                settlement=settlement,
                ordered_fen=one.said.get("ordered_fen", 0) if settlement else 0,
            )
            for key, public, one, settlement in rows
        ),
        batch_size=2_000,
    )


@dataclass
class Trial:
    """What a file comes to, added up range by range."""

    sums: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(SUMMED, 0)))
    benefits: dict[str, list[int]] = field(default_factory=dict)
    units: dict[str, list[int]] = field(default_factory=dict)
    seen: Any = field(default_factory=hashlib.sha256)

    def add(self, content: Columns, large_fen: int) -> None:
        """With these settlements, as they were decided."""
        ordered, decided = content["ordered_fen"], content["decided_fen"]
        paid = ordered > 0
        self.sums.update(
            settlements=len(ordered),
            payments=int(paid.sum()),
            people=len(np.unique(content["participant"][paid])),
            decided_fen=int(decided.sum()),
            ordered_fen=int(ordered.sum()),
            offset_fen=int(content["offset_fen"].sum()),
            nothing=int((decided == 0).sum()),
            back=int((decided < 0).sum()),
            large=int((ordered >= large_fen).sum()),
        )
        for parts, by in ((self.benefits, content["benefit"]), (self.units, content["unit"])):
            for one in np.unique(by[paid]).tolist():
                its = ordered[paid & (by == one)]
                part = parts.setdefault(str(one), [0, 0])
                part[0] += len(its)
                part[1] += int(its.sum())
        for name in ("participant", "txn", "decided_fen", "ordered_fen"):
            self.seen.update(content[name].tobytes())

    def told(self) -> dict[str, Any]:
        """As a file keeps it: counts and sums, no person's."""
        benefits = {pieces.BENEFITS[int(key)]: part for key, part in sorted(self.benefits.items())}
        return {**self.sums, "benefits": benefits, "units": self.units, "sha256": self.seen.hexdigest()}


def try_out(file: SettlementFile, *, on: date, progress: Progress) -> None:
    """The rows of each range stand in one piece, in their order; what they would come to is added up."""
    trial, sample, limits = Trial(), [], parameters.on(on)
    changes = standing.changes(file.plan)
    listed = list(file.pieces.order_by("shard_from", "number"))
    firsts = sorted({piece.shard_from for piece in listed})
    chance = np.random.default_rng(int(file.sha256[:16], 16))
    number = max((piece.number for piece in listed), default=0)
    with deciding.engine() as engine:
        for at, first in enumerate(firsts):
            parts = [piece for piece in listed if piece.shard_from == first]
            number += 1
            content = _one_piece(file, parts, number)
            shards = standing.seen(file.plan, standing.shards_of(content["participant"]))
            deciding.decide(content, shards, file.plan, engine)
            trial.add(content, limits.large_fen)
            paid = content["ordered_fen"] > 0
            drawn = paid & (chance.random(len(paid)) < limits.sample_per_mille / 1000)
            its = drawn | (content["ordered_fen"] >= limits.large_fen)
            names = (*SAMPLED, *(name for name in content if name.startswith("before_")))
            sample.append({name: content[name][its] for name in names})
            progress(len(firsts) + at + 1, 2 * len(firsts))
    file.summary = {"counts": file.summary["counts"], **trial.told(), "changes": changes}
    file.sample = SAMPLE.seal_bytes(columns.packed(_all(sample)), file.public_id)


def _all(parts: list[Columns]) -> Columns:
    names = {name: one.dtype for part in parts for name, one in part.items()}
    lengths = [len(part["row"]) for part in parts]
    return {
        name: np.concatenate([part.get(name, np.zeros(many, kind)) for part, many in zip(parts, lengths, strict=True)])
        for name, kind in names.items()
    }


def _one_piece(file: SettlementFile, parts: list[SettlementPiece], number: int) -> Columns:
    """The rows of a range in the order in which they are decided, each with its place among its participant's."""
    opened = [pieces.opened(piece) for piece in parts]
    content = not_settled({name: np.concatenate([one[name] for one in opened]) for name in pieces.READ})
    order = np.lexsort((content["row"], content["settled_on"], content["participant"]))
    content = {name: one[order] for name, one in content.items()}
    content = _without_original(file, content)
    begins = np.append(True, np.diff(content["participant"]) != 0) if len(content["row"]) else np.empty(0, bool)
    starts = np.maximum.accumulate(np.where(begins, np.arange(len(begins)), 0)) if len(begins) else begins
    content["place"] = (np.arange(len(begins)) - starts).astype(np.int16)
    piece = SettlementPiece(file=file, number=number, shard_from=parts[0].shard_from, shard_to=parts[0].shard_to)
    pieces.sealed(piece, content)
    SettlementPiece.objects.filter(pk__in=[one.pk for one in parts], edition=None).delete()
    piece.save(force_insert=True)
    return content


def not_settled(content: Columns) -> Columns:
    """Without those that another file has brought since this one was read."""
    known = matching.settled_of(one.tobytes() for one in content["txn"])
    if not known:
        return content
    stays = ~np.isin(content["txn"], np.array(list(known), "V16"))
    return {name: one[stays] for name, one in content.items()}


_ORIGINALS = "select txn, id from mutual_aid_settlement where txn in (select unnest(%s::uuid[]))"


def _without_original(file: SettlementFile, content: Columns) -> Columns:
    """Reversals of what the same person had, here or before; the others wait."""
    back = np.flatnonzero(content["reverses"] != np.zeros(1, "V16"))
    if not len(back):
        return content
    here = dict(zip((one.tobytes() for one in content["txn"]), content["participant"].tolist(), strict=True))
    asked = [content["reverses"][at].tobytes() for at in back]
    with connection.cursor() as cursor:
        cursor.execute(_ORIGINALS, ["{" + ",".join(one.hex() for one in asked) + "}"])
        before = {txn.bytes: numbers.participant_of(key) for txn, key in cursor.fetchall()}
    wrong = [
        at
        for at, txn in zip(back.tolist(), asked, strict=True)
        if content["participant"][at] not in (here.get(txn), before.get(txn))
    ]
    wait(file, (_parked(content, at) for at in wrong))
    stays = np.ones(len(content["row"]), bool)
    stays[wrong] = False
    return {name: one[stays] for name, one in content.items()}


def _parked(content: Columns, at: int) -> Waiting:
    return Waiting(int(content["row"][at]), "no_original", _said(content, at))


def _said(content: Columns, at: int) -> dict[str, Any]:
    said = {name: int(content[name][at]) for name in ("benefit", *matching.AMOUNTS)}
    return said | {"day": int(content["settled_on"][at]), "participant": int(content["participant"][at])}


def take_out(file: SettlementFile, row: int, participant: int, why: str) -> None:
    """A row of a participant stands on the desk as found wrong, and no longer in its piece."""
    shard = participant % numbers.SHARDS
    for piece in file.pieces.filter(shard_from__lte=shard, shard_to__gte=shard):
        content = pieces.opened(piece)
        for at in np.flatnonzero((content["row"] == row) & (content["participant"] == participant)).tolist():
            person = Participant.objects.get(pk=participant).person_id
            wait(file, [Waiting(row, "sample_wrong", {**_said(content, at), "why": why}, person)])
            stays = np.arange(len(content["row"])) != at
            pieces.sealed(piece, {name: one[stays] for name, one in content.items()})
            piece.save(update_fields=["content", "settlements"])
