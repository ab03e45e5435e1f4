"""What must hold between settlements, the years of their participants, their payments and the journal.

Nothing is repaired, and nothing that is told says whose it is: counts and sums of a plan, a month and its part, a year
and a shard. Pieces are opened one after the other; of the years as many shards at once as hold some hundred thousand
settlements. So memory does not grow with the years.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext as _

from gonghui.core.audit import Difference, audited
from gonghui.core.columns import Columns
from gonghui.core.facts import HEAD_BITS
from gonghui.core.journal import KIND_IDS, SUBJECT_TYPE_IDS, subject_type_of
from gonghui.core.rules import Scheme
from gonghui.core.rules.batch import Engine
from gonghui.work.mutual_aid.actions import deciding, pieces, reviewing, standing
from gonghui.work.mutual_aid.actions.standing import FEN, WHO, YEAR
from gonghui.work.mutual_aid.facts import AidPaid, FileReleased, SettlementsDecided
from gonghui.work.mutual_aid.flow import PURPOSE
from gonghui.work.mutual_aid.models import Claim, Edition, Settlement, SettlementFile, SettlementPiece, Standing
from gonghui.work.mutual_aid.rules import numbers

MOST = 100
"""How many differences one check names."""
AT_ONCE = 200_000
"""About so many settlements are counted together."""
YEAR_BITS = 12
"""A participant's number has 43 bits, a year fits into these."""


def _sums(many: int, *fen: int) -> str:
    """A count and what it comes to, decided and ordered."""
    if len(fen) == 2:
        return _("%(n)s 笔，核定 %(decided)s 分，付款 %(ordered)s 分") % {
            "n": many,
            "decided": fen[0],
            "ordered": fen[1],
        }
    return _("%(n)s 笔，%(fen)s 分") % {"n": many, "fen": fen[0]}


def _file(plan: str, month: int, part: int) -> str:
    return _("计划 %(plan)s，%(month)s 第 %(part)s 份") % {
        "plan": plan,
        "month": f"{month // 100}-{month % 100:02}",
        "part": part,
    }


def _piece(piece: SettlementPiece) -> str:
    file = piece.file
    return _("%(file)s，第 %(number)s 块") % {
        "file": _file(file.plan, file.month, file.part),
        "number": piece.number,
    }


# The years of participants -------------------------------------------------------------------------------------------


@dataclass
class _Redone:
    """What a piece says was decided, and what its texts give for the same rows again; those that differ."""

    many: int = 0
    kept_fen: int = 0
    counted_fen: int = 0


@dataclass
class _Counted:
    """What some shards' years come to, recounted: a key for each row (participant and year), and its columns."""

    keys: list[Any] = field(default_factory=list)
    rows: list[Columns] = field(default_factory=list)

    def add(self, who: Any, year: Any, rows: Columns) -> None:
        """With these rows."""
        self.keys.append(who << YEAR_BITS | year)
        self.rows.append(rows)

    def column(self, name: str) -> tuple[Any, Any]:
        """The keys of all rows that have the column, and its values."""
        its = [(key, one[name]) for key, one in zip(self.keys, self.rows, strict=True) if name in one]
        if not its:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        return np.concatenate([key for key, _values in its]), np.concatenate([values for _key, values in its])


@audited("会员年度累计与结算明细重算一致")
def year_differences() -> Iterable[Difference]:
    """Each participant's totals of a year, and what they owe, are what their settlements and claims add up to.

    Each row is decided again by the text of its year from the totals it found, and what the text gives is what stands.
    """
    return list(islice(_year_differences(), MOST))


def _year_differences() -> Iterator[Difference]:
    released = SettlementPiece.objects.filter(edition__isnull=False)
    rows = dict(released.order_by().values_list("file__plan").annotate(Sum("settlements")))
    plans = {*rows, *Standing.objects.values_list("plan", flat=True)}
    with deciding.engine() as engine:
        for plan in sorted(plans):
            texts, redone = _texts(plan), dict[str, _Redone]()
            claimed = _claimed(plan)
            windows = 1
            while rows.get(plan, 0) > windows * AT_ONCE and windows < numbers.SHARDS:
                windows *= 2
            width = numbers.SHARDS // windows
            for first in range(0, numbers.SHARDS, width):
                counted = _Counted()
                within = released.filter(file__plan=plan, shard_from__lt=first + width, shard_to__gte=first)
                for piece in within.select_related("file").order_by("pk").iterator(chunk_size=1):
                    content = pieces.opened(piece)
                    its = content["participant"] % numbers.SHARDS // width == first // width
                    if its.any():
                        mine = {name: one[its] for name, one in content.items()}
                        yield from _recounted(piece, mine, texts, engine, counted, redone)
                for who, year, row in claimed:
                    if who % numbers.SHARDS // width == first // width:
                        counted.add(np.array([who]), year, {name: np.array([one]) for name, one in row.items()})
                yield from _compared(plan, first, width, counted)
            for where, one in redone.items():
                yield Difference(where, _sums(one.many, one.kept_fen), _sums(one.many, one.counted_fen))


def _texts(plan: str) -> Mapping[str, Scheme]:
    """The texts of a plan by version."""
    return {one.version: one.scheme for one in Edition.objects.filter(plan=plan).exclude(state="draft")}


def _recounted(
    piece: SettlementPiece,
    content: Columns,
    texts: Mapping[str, Scheme],
    engine: Engine,
    counted: _Counted,
    redone: dict[str, _Redone],
) -> Iterator[Difference]:
    """What each row of a piece adds to its year is counted; what its text gives otherwise than stands is noted."""
    years = deciding.years_of(content)
    back = np.maximum(-content["decided_fen"], 0) - content["offset_fen"]
    counted.add(content[WHO], 0, {FEN: back})
    for year in np.unique(years).tolist():
        version = piece.texts.get(str(year), "")
        scheme = texts.get(version)
        if scheme is None:
            yield Difference(_piece(piece), _("%(year)s 年的条文 %(version)s") % _of(year, version[:12]), _("没有"))
            continue
        its = np.flatnonzero(years == year)
        case = np.arange(len(its))
        given = {name: one[its] for name, one in content.items() if one.dtype.kind != "V"} | {WHO: case, "at": case}
        stood = {name: content.get(f"before_{name}", np.zeros(len(years), np.int64))[its] for name in scheme.totals}
        try:
            found = deciding.decided(given, {WHO: case, **stood}, scheme, engine)
        except ValueError:
            yield Difference(
                _piece(piece), _sums(len(its), int(content["decided_fen"][its].sum())), _("超出条文的范围")
            )
            continue
        at = found["at"]
        counted.add(content[WHO][its][at], year, {name: found[name] - stood[name][at] for name in scheme.totals})
        kept, again = content["decided_fen"][its][at], found[scheme.steps[-1]]
        if (wrong := kept != again).any():
            one = redone.setdefault(_piece(piece), _Redone())
            one.many += int(wrong.sum())
            one.kept_fen += int(kept[wrong].sum())
            one.counted_fen += int(again[wrong].sum())


def _of(year: int, version: str) -> dict[str, Any]:
    return {"year": year, "version": version}


def _claimed(plan: str) -> list[tuple[int, int, dict[str, int]]]:
    """What decided claims without a cover added to their year: who, which year, how much of each total and of debt."""
    found: list[tuple[int, int, dict[str, int]]] = []
    decided = Claim.objects.filter(plan=plan, cover=None, state__in=[*reviewing.DECIDED, "recovered"])
    for claim in decided.select_related("edition").iterator(chunk_size=500):
        done = claim.computed
        if done is None:
            continue
        found.append((claim.participant_id, 0, {FEN: -done["offset_fen"]}))
        if claim.state != "recovered":
            totals = claim.edition.scheme.totals
            added = {name: done["steps"][name] - done["before"][name] for name in totals}
            found.append((claim.participant_id, claim.content["event_on"].year, added))
    return found


def _compared(plan: str, first: int, width: int, counted: _Counted) -> Iterator[Difference]:
    """What is known of some shards beside what was counted, by year and shard."""
    shards = standing.seen(plan, range(first, first + width))
    known, owed = shards.years(), shards.owed()
    names = {name for one in (known, *counted.rows) for name in one} - {WHO, YEAR, FEN}
    for name in sorted(names):
        keys = known[WHO] << YEAR_BITS | known[YEAR].astype(np.int64) if name in known else np.empty(0, np.int64)
        yield from _column(plan, name, (keys, known.get(name, keys)), counted.column(name))
    yield from _column(plan, FEN, (owed[WHO] << YEAR_BITS, owed[FEN]), counted.column(FEN))


def _column(plan: str, name: str, kept: tuple[Any, Any], counted: tuple[Any, Any]) -> Iterator[Difference]:
    """One total: by year and shard, how many participants have another one, and what all of the shard come to."""
    keys, at = np.unique(np.concatenate([kept[0], counted[0]]), return_inverse=True)
    sums = np.zeros((2, len(keys)), np.int64)
    np.add.at(sums[0], at[: len(kept[0])], kept[1])
    np.add.at(sums[1], at[len(kept[0]) :], counted[1])
    wrong = sums[0] != sums[1]
    places = (keys & (1 << YEAR_BITS) - 1) * numbers.SHARDS + (keys >> YEAR_BITS) % numbers.SHARDS
    for place in np.unique(places[wrong]).tolist():
        its = places == place
        year, shard = divmod(place, numbers.SHARDS)
        said = {"plan": plan, "year": year, "shard": shard, "name": name, "n": int((wrong & its).sum())}
        where = (
            _("计划 %(plan)s，%(year)s 年，分片 %(shard)s：%(name)s，%(n)s 人不同")
            if year
            else _("计划 %(plan)s，分片 %(shard)s：待抵扣 %(name)s，%(n)s 人不同")
        )
        yield Difference(where % said, str(int(sums[0][its].sum())), str(int(sums[1][its].sum())))


# What the bank paid --------------------------------------------------------------------------------------------------

_PAID = """
with every as (
  select subject_id as about, coalesce(sum(sign * quantity) filter (where quantity > 0), 0) as told,
    coalesce(-sum(sign * quantity) filter (where quantity < 0), 0) as told_back, sum(sign * amount_fen) as told_fen,
    0 as paid, 0 as back, 0 as fen
  from core_entry where kind = %(kind)s and subject_type = %(subject)s group by 1
  union all
  select case o.about_type when %(settlement)s then o.about_id else l.about_id end, 0, 0, 0, count(*),
    count(*) filter (where l.state = 'returned'),
    coalesce(sum(l.amount_fen) filter (where l.state = 'succeeded'), 0)
  from funds_paymentorder o join funds_paymentline l on l.order_id = o.id
  where o.purpose = %(purpose)s and %(settlement)s in (o.about_type, o.lines_about)
    and l.state in ('succeeded', 'returned')
  group by 1),
each as (
  select about, sum(told) as told, sum(told_back) as told_back, sum(told_fen) as told_fen,
    sum(paid) as paid, sum(back) as back, sum(fen) as fen
  from every group by about
  having (sum(told), sum(told_back), sum(told_fen)) is distinct from (sum(paid), sum(back), sum(fen))),
files as (
  select (about >> 10) & %(most)s as ordinal, count(*) as many, sum(told) as told, sum(told_back) as told_back,
    sum(told_fen) as told_fen, sum(paid) as paid, sum(back) as back, sum(fen) as fen
  from each group by 1)
select coalesce(f.plan, ''), coalesce(f.month, 0), coalesce(f.part, 0), many, paid, back, fen, told, told_back, told_fen
from files left join mutual_aid_settlementfile f using (ordinal) order by ordinal
limit %(limit)s
"""
"""The id of a settlement says the file: so millions are grouped, and nothing that is large is joined to the journal."""


@audited("互助金到账的台账与银行结果一致")
def told_differences() -> Iterable[Difference]:
    """Aid stands in the journal as paid exactly where a payment for the settlement succeeded, and as come back where
    it came back; told by file, those settlements alone that differ."""
    values: dict[str, Any] = {
        "kind": KIND_IDS.known(AidPaid.kind) or -1,  # type: ignore[attr-defined]
        "subject": SUBJECT_TYPE_IDS.known(subject_type_of(Settlement)) or -1,
        "settlement": subject_type_of(Settlement),
        "purpose": PURPOSE,
        "most": (1 << HEAD_BITS - 10) - 1,
        "limit": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PAID, values)
        rows = cursor.fetchall()
    return [
        Difference(
            _("%(file)s：%(n)s 笔结算") % {"file": _file(plan, month, part), "n": many},
            _arrived(*paid),
            _arrived(*told),
        )
        for plan, month, part, many, *sums in rows
        for paid, told in [(sums[:3], sums[3:])]
    ]


def _arrived(paid: int, back: int, fen: int) -> str:
    return _("到账 %(n)s 笔、退回 %(back)s 笔，净额 %(fen)s 分") % {"n": paid, "back": back, "fen": fen}


# Files and their pieces ----------------------------------------------------------------------------------------------

_PIECES = """
select piece_id, count(*), sum(decided_fen)::bigint, sum(ordered_fen)::bigint, count(*) filter (where line <> 0),
  coalesce(sum(ordered_fen) filter (where line <> 0), 0)::bigint
from mutual_aid_settlement group by 1
"""
_TOLD = """
select subject_id, coalesce(sum(sign * quantity), 0)::bigint, coalesce(sum(sign * amount_fen), 0)::bigint
from core_entry where kind = %s and subject_type = %s group by 1
"""


@audited("结算文件的合计、明细与逐笔结算一致")
def file_differences() -> Iterable[Difference]:
    """Each released piece and file counts and adds up the settlements that stand, as the journal said at the release.

    A trial's sums are what the journal says was released. What was decided may well be otherwise than the trial where
    somebody's claim came in between; it is what the journal says was decided.
    """
    return list(islice(_file_differences(), MOST))


def _file_differences() -> Iterator[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(_PIECES)
        stands = {piece: tuple(sums) for piece, *sums in cursor.fetchall()}
    nothing = (0, 0, 0, 0, 0)
    sums: dict[int, Any] = defaultdict(lambda: np.zeros(5, np.int64))
    for piece in SettlementPiece.objects.select_related("file").order_by("file", "number").iterator(chunk_size=1):
        its = stands.pop(piece.pk, nothing)
        sums[piece.file_id] += its
        if piece.edition_id is None and its == nothing:
            continue
        content = pieces.opened(piece)
        kept = [int(content[name].sum()) if name in content else 0 for name in ("decided_fen", "ordered_fen")]
        if (len(content["participant"]), *kept) != its[:3]:
            yield Difference(_piece(piece), _sums(len(content["participant"]), *kept), _sums(*its[:3]))
        if piece.settlements != len(content["participant"]):
            yield Difference(_piece(piece), str(piece.settlements), str(len(content["participant"])))
    if stands:
        lost = np.sum(list(stands.values()), axis=0)
        yield Difference(_("不属于任何文件的结算"), _sums(0, 0, 0), _sums(*map(int, lost[:3])))
    released, decided = _told(FileReleased), _told(SettlementsDecided)
    files = SettlementFile.objects.filter(state__in=["releasing", "released"]).select_related("order")
    for file in files.order_by("ordinal"):
        yield from _of_file(file, [int(one) for one in sums[file.pk]], released.get(file.pk), decided.get(file.pk))


def _told(fact: Any) -> dict[int, tuple[int, int]]:
    """What the journal says of each file: how many settlements, how much decided."""
    kind, subject = KIND_IDS.known(fact.kind) or -1, SUBJECT_TYPE_IDS.known(subject_type_of(SettlementFile)) or -1
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [kind, subject])
        return {file: (many, fen) for file, many, fen in cursor.fetchall()}


def _of_file(
    file: SettlementFile, sums: list[int], released: tuple[int, int] | None, decided: tuple[int, int] | None
) -> Iterator[Difference]:
    where = _file(file.plan, file.month, file.part)
    tried = tuple(file.summary.get(name, 0) for name in ("settlements", "decided_fen", "ordered_fen"))
    many, decided_fen, ordered_fen, payments, paid_fen = sums
    if tried[:2] != (released or (0, 0)):
        yield Difference(
            _("%(file)s：试算合计与台账") % {"file": where}, _sums(*tried[:2]), _sums(*(released or (0, 0)))
        )
    if (many, decided_fen) != (decided or (0, 0)):
        yield Difference(
            _("%(file)s：逐笔结算与台账") % {"file": where}, _sums(many, decided_fen), _sums(*(decided or (0, 0)))
        )
    if file.state != "released":
        return
    if tried[:2] == (many, decided_fen) and tried[2] != ordered_fen:
        yield Difference(_("%(file)s：试算合计与逐笔结算") % {"file": where}, _sums(*tried), _sums(*sums[:3]))
    order = file.order
    listed = (order.payments, order.amount_fen) if order is not None and order.state != "cancelled" else (0, 0)
    if listed != (payments, paid_fen):
        yield Difference(_("%(file)s：付款单与逐笔结算") % {"file": where}, _sums(*listed), _sums(payments, paid_fen))
