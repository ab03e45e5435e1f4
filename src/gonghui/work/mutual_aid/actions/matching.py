"""Whose settlements are they: each row of a file is found a member by paper and name, or waits for somebody."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from django.db import connection

from gonghui.core import columns
from gonghui.core.columns import Columns
from gonghui.core.errors import Refusal
from gonghui.spine.members.models import PAPER_FOUND
from gonghui.spine.members.rules import papers
from gonghui.work.mutual_aid.actions.pieces import READ
from gonghui.work.mutual_aid.actions.reading import Rows, faults_of
from gonghui.work.mutual_aid.rules import numbers

HIGH = ("city", "district", "industry")
NOBODY = 0
AMOUNTS = ("total_fen", "insurer_fen", "self_pay1_fen", "self_pay2_fen", "outside_fen")

WAITS: dict[str, str] = {
    "row_wrong": "这一行填写有误",
    "paper_check": "证件号码的校验位不对",
    "nobody": "名册里没有这个证件号码的会员",
    "name_differs": "证件号码相符，姓名不符",
    "not_member": "结算当日不是会员",
    "sample_wrong": "抽查时认为不对",
    "no_original": "冲销的原结算找不到",
    "no_account": "会员没有登记收款账户",
    "account_held": "收款账户刚变更过，待他人核实",
    "account_wrong": "登记的银行卡号不对",
    "died": "会员已去世，须由继承人办理",
    "year_closed": "结算日期所在的年度已经关账",
}
"""Why a row waits for somebody."""
TO_KNOW = ("nobody", "name_differs", "not_member")
"""Those where somebody has to find out whose they are."""
OF_THE_BUREAU = ("row_wrong", "paper_check", "sample_wrong")
"""Those which the bureau has to mend; a file that has such goes on only where somebody says so."""


class Waiting(NamedTuple):
    """A row that waits: where it stands, why, what it says, whose it is where that is known."""

    row: int
    code: str
    said: dict[str, Any]
    person: int | None = None


@dataclass
class Matched:
    """What became of some rows: those that were found a member, those that wait, those that came before."""

    content: Columns
    waiting: list[Waiting] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


class Units:
    """Which union answers for the members of each union, and what industry its employer is of."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select id, level, path from organisations_organisation")
            rows = cursor.fetchall()
            cursor.execute(
                "select organisation_id, min(left(industry_code, 1)) from organisations_employer "
                "where organisation_id is not null group by 1"
            )
            letters = dict(cursor.fetchall())
        high = {key for key, level, _path in rows if level in HIGH}
        self.known: dict[int, tuple[int, int]] = {}
        for key, _level, path in rows:
            above = [int(one) for one in path.strip("/").split("/")]
            unit = next((one for one in reversed(above) if one in high), above[0])
            self.known[key] = unit, ord(letters[key]) if letters.get(key) else 0

    def of(self, organisation: int) -> tuple[int, int]:
        """The district or industry union over it (or the city's), and the letter of its industry, 0 for none."""
        return self.known[organisation]


def digest(txn: str) -> bytes:
    """What a number of the bureau's is known by."""
    return hashlib.md5(txn.encode(), usedforsecurity=False).digest()


_PEOPLE = "select paper_index, id, name from members_person where paper_index in (select unnest(%s::bytea[]))"
_MEMBERSHIPS = """
select person_id, first_on, last_on, organisation_id from members_membership
where person_id in (select unnest(%s::bigint[])) order by person_id, first_on desc
"""
_KNOWN = "select txn from mutual_aid_settlement where txn in (select unnest(%s::uuid[]))"
_PARTICIPANTS = "select person_id, id from mutual_aid_participant where person_id in (select unnest(%s::bigint[]))"


def match(rows: Rows, units: Units) -> Matched:
    """The rows matched; participants of people who had none before have one, within the running transaction."""
    find, kinds = PAPER_FOUND.finder(), papers.kind_of
    numbered = [papers.folded(one) for one in rows.texts["paper"]]
    found = [find(f"{kinds(one)} {one}") for one in numbered]
    txns = [digest(one) for one in rows.texts["txn"]]
    people = {bytes(index): (key, name) for index, key, name in _asked(_PEOPLE, _bytes(set(found)))}
    memberships = _memberships([key for key, _name in people.values()])
    known = settled_of(txns)
    days = {int(one): columns.day(one) for one in np.unique(rows.numbers["day"])}
    matched, kept, whose, where = Matched({}), [], [], []
    said = _Said(rows, numbered)
    listed = zip(
        rows.numbers["faults"].tolist(), rows.numbers["is_again"].tolist(), rows.numbers["day"].tolist(), strict=True
    )
    for at, (bits, again, day) in enumerate(listed):
        if again:
            matched.counts["again"] += 1
        elif bits:
            closed = faults_of(bits) == ["year_closed"]
            matched.waiting.append(said(at, "year_closed" if closed else "row_wrong", faults=faults_of(bits)))
        elif txns[at] in known:
            matched.counts["known"] += 1
        elif (person := people.get(found[at])) is None:
            matched.waiting.append(said(at, _why_nobody(numbered[at])))
        elif not _same_name(person[1], rows.texts["name"][at]):
            matched.waiting.append(said(at, "name_differs", person=person[0]))
        elif (place := _union_on(memberships.get(person[0], ()), days[day])) is None:
            matched.waiting.append(said(at, "not_member", person=person[0]))
        else:
            kept.append(at)
            whose.append(person[0])
            where.append(units.of(place))
    matched.content = _content(rows, txns, np.array(kept, np.int64), whose, where)
    return matched


def match_known(rows: Rows, people: Sequence[int], units: Units) -> tuple[Columns, list[int]]:
    """Rows whose persons somebody made sure of: their columns, and which of the rows they are.

    Left out are those already settled, those that come twice, and those of somebody who was no member on the day.
    """
    txns = [digest(one) for one in rows.texts["txn"]]
    memberships, seen = _memberships(people), settled_of(txns)
    kept, where = [], []
    for at, (person, day) in enumerate(zip(people, rows.numbers["day"].tolist(), strict=True)):
        place = _union_on(memberships.get(person, ()), columns.day(day))
        if place is None or txns[at] in seen:
            continue
        seen.add(txns[at])
        kept.append(at)
        where.append(units.of(place))
    return _content(rows, txns, np.array(kept, np.int64), [people[at] for at in kept], where), kept


def was_member(person: int, day: int) -> bool:
    """Whether somebody was a member on a day, counted from 1970-01-01."""
    return _union_on(_memberships([person]).get(person, ()), columns.day(day)) is not None


def settled_of(txns: Iterable[bytes]) -> set[bytes]:
    """Those of some digests that were settled before."""
    return {one[0].bytes for one in _asked(_KNOWN, "{" + ",".join(one.hex() for one in txns) + "}")}


def _memberships(people: Iterable[int]) -> dict[int, list[tuple[date, date | None, int]]]:
    """When and where some persons were members, the latest first."""
    found: dict[int, list[tuple[date, date | None, int]]] = {}
    for person, first_on, last_on, organisation in _asked(_MEMBERSHIPS, _numbers(set(people))):
        found.setdefault(person, []).append((first_on, last_on, organisation))
    return found


class _Said:
    """What a row says, for whoever has to look into it."""

    def __init__(self, rows: Rows, numbered: Sequence[str]) -> None:
        self.rows, self.numbered = rows, numbered

    def __call__(self, at: int, code: str, *, person: int | None = None, **more: Any) -> Waiting:
        numbered, texts = self.rows.numbers, self.rows.texts
        said = {
            "paper": self.numbered[at],
            "name": texts["name"][at],
            "txn": texts["txn"][at],
            "reverses": texts["reverses"][at],
            "benefit": int(numbered["kind"][at]),
            "day": int(numbered["day"][at]),
            **{one: int(numbered[one][at]) for one in AMOUNTS},
            **more,
        }
        return Waiting(int(numbered["row"][at]), code, said, person)


def _content(rows: Rows, txns: Sequence[bytes], kept: Any, whose: Sequence[int], where: Sequence[tuple]) -> Columns:  # type: ignore[type-arg]
    """The columns of the rows that were found a member."""
    taken = {name: rows.numbers[name][kept] for name in ("row", "kind", "day", *AMOUNTS)}
    reverses = rows.texts["reverses"]
    content = {
        "participant": np.array(participants(whose), np.int64),
        "place": np.zeros(len(kept), np.int16),
        "row": taken["row"],
        "txn": np.array([txns[at] for at in kept], "V16"),
        "settled_on": taken["day"],
        "benefit": taken["kind"],
        **{name: taken[name] for name in AMOUNTS},
        "reverses": np.array([digest(reverses[at]) if reverses[at] else bytes(16) for at in kept], "V16"),
        "unit": np.array([unit for unit, _industry in where], np.int32),
        "industry": np.array([industry for _unit, industry in where], np.int8),
    }
    return {name: content[name].astype(kind) for name, kind in READ.items()}


_ENTERED = """
insert into mutual_aid_participant (id, person_id) select * from unnest(%s::bigint[], %s::bigint[])
on conflict do nothing
"""


def participants(people: Sequence[int]) -> list[int]:
    """The participants of some persons, one for each in their order; who had none has one from now on.

    Of a million numbers drawn from forty-two bits some two are alike in every tenth federation: then one is drawn anew.
    """
    asked = set(people)
    known = dict(_asked(_PARTICIPANTS, _numbers(asked)))
    while fresh := sorted(asked - known.keys()):
        drawn = [numbers.random_participant() for _ in fresh]
        with connection.cursor() as cursor:
            cursor.execute(_ENTERED, [_numbers(drawn), _numbers(fresh)])
        known |= dict(_asked(_PARTICIPANTS, _numbers(fresh)))
    return [known[one] for one in people]


def participant_of(person: int) -> int:
    """The participant of one person."""
    return participants([person])[0]


def _same_name(kept: str, sent: str) -> bool:
    """Whether two writings are of one name."""
    if kept == sent:
        return True
    try:
        return papers.name(sent) == kept
    except Refusal:
        return False


def _union_on(memberships: Sequence[tuple[date, date | None, int]], day: date) -> int | None:
    """Where the member was on the day."""
    for first_on, last_on, organisation in memberships:
        if first_on <= day and (last_on is None or last_on >= day):
            return organisation
    return None


def _why_nobody(number: str) -> str:
    wrong = len(number) == 18 and number[:17].isdigit() and papers.check_character(number[:17]) != number[17]
    return "paper_check" if wrong else "nobody"


def _asked(sql: str, values: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [values])
        return list(cursor.fetchall())


def _numbers(values: Any) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def _bytes(values: Any) -> str:
    return "{" + ",".join([f'"\\\\x{one.hex()}"' for one in values]) + "}"


def said_text(said: Mapping[str, Any]) -> str:
    """What a row says, as it is sealed."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
