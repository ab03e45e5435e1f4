"""The release of a file, piece by piece: decided for good, payments ordered, what is known of people kept.

Each piece is one transaction with the cursor's place in it: killed at any line, the release goes on after its last
piece. A piece holds the shards of its participants; whoever decides for one of them waits, or is waited for.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

from gonghui.core import bulk, clock, columns
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.columns import Columns
from gonghui.core.journal import record
from gonghui.core.rules.batch import Engine
from gonghui.spine.funds import actions as funds
from gonghui.spine.funds.models import PaymentOrder
from gonghui.spine.members.models import CARD
from gonghui.work.mutual_aid.actions import deciding, files, pieces, standing, trying
from gonghui.work.mutual_aid.actions.files import silent
from gonghui.work.mutual_aid.actions.matching import Waiting
from gonghui.work.mutual_aid.actions.trying import Progress
from gonghui.work.mutual_aid.facts import FileFinished, SettlementsDecided
from gonghui.work.mutual_aid.flow import FILE_FLOW, PURPOSE
from gonghui.work.mutual_aid.models import PlanMoney, Settlement, SettlementFile, SettlementPiece
from gonghui.work.mutual_aid.rules import numbers


def release_rest(file: SettlementFile, *, by: Actor, at: datetime, progress: Progress = silent) -> None:
    """All pieces that are left are decided, and the file is released; `by` is who released it."""
    money = files.money_of(file)
    listed = list(file.pieces.order_by("number").values_list("pk", flat=True))
    order = file.order if file.order is not None else _begun(file, money, by=by, at=at)
    with deciding.engine() as engine:
        done = 0
        while done < len(listed):
            with bulk.resumed(f"mutual_aid.release.{file.pk}") as cursor:
                if cursor.position < len(listed):
                    piece = SettlementPiece.objects.select_related("file__organisation").get(pk=listed[cursor.position])
                    _release_piece(piece, order, money, engine, by=by, at=at)
                    cursor.position += 1
                done = cursor.position
            progress(done, len(listed))
    _finish(file, order, by=by, at=at)


@action
def _begun(file: SettlementFile, money: PlanMoney, *, by: Actor, at: datetime) -> PaymentOrder:
    """The one order of all that the file pays stands, and the file knows it."""
    entry = funds.ListEntry(
        fund=money.fund,
        spent_on=money.spent_on,
        purpose=PURPOSE,
        request_key=f"{PURPOSE}.{file.pk}",
        lines_about=Settlement,
        why=f"{file.month_key} {file.part}",
        about=file,
        remark="互助金",
        due_on=clock.day_of(at),
    )
    file.order = funds.begin_list(entry, by=by, at=at)
    file.save(update_fields=["order"])
    return file.order


@action
@bulk.without_collecting()
def _release_piece(
    piece: SettlementPiece,
    order: PaymentOrder,
    money: PlanMoney,
    engine: Engine,
    *,
    by: Actor,
    at: datetime,
) -> None:
    file, on = piece.file, clock.day_of(at)
    content = trying.not_settled(pieces.opened(piece))
    with standing.locked(file.plan, standing.shards_of(content["participant"])) as shards:
        editions = deciding.decide(content, shards, file.plan, engine)
    ids = _ids(content, file.ordinal)
    lines = _ordered(piece, order, money, content, ids, by=by, at=at)
    _kept(piece, content, ids, lines)
    piece.edition, piece.texts = None, {}
    for edition in editions:
        piece.edition = edition
    years = deciding.years_of(content)
    piece.texts = {str(year): one.version for year, one in zip(np.unique(years).tolist(), editions, strict=True)}
    pieces.sealed(piece, content)
    piece.save(update_fields=["content", "settlements", "edition", "texts"])
    told = SettlementsDecided(plan=file.plan, settlements=len(ids), decided_fen=int(content["decided_fen"].sum()))
    record(told, about=file, by=by, happened_on=on)


def _ids(content: Columns, ordinal: int) -> Any:
    """The ids of the settlements (`rules.numbers`), many at a time."""
    return content["participant"] << numbers.HEAD_BITS | ordinal << 10 | content["place"].astype(np.int64)


_PEOPLE = """
select p.id, m.id, m.public_id, m.name, m.card_sealed, exists (
  select from members_membership s where s.person_id = m.id and s.ended = 'deceased' and m.state = 'left')
from mutual_aid_participant p join members_person m on m.id = p.person_id
where p.id in (select unnest(%s::bigint[])) order by p.id
"""


def _ordered(
    piece: SettlementPiece,
    order: PaymentOrder,
    money: PlanMoney,
    content: Columns,
    ids: Any,
    *,
    by: Actor,
    at: datetime,
) -> Any:
    """What is due is ordered; the payments' ids, 0 where nothing is due or somebody has to look first."""
    due = np.flatnonzero(content["ordered_fen"] > 0)
    lines = np.zeros(len(ids), np.int64)
    whose = content["participant"][due]
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, ["{" + ",".join(map(str, np.unique(whose).tolist())) + "}"])
        people = cursor.fetchall()
    able = [one for one in people if one[4] is not None and not one[5]]
    kept = funds.keep_people(
        money.fund.book, [(one[1], one[3], CARD.open(one[4], one[2])) for one in able], by=by, at=at
    )
    why = {one[0]: "died" if one[5] else "no_account" for one in people if one[4] is None or one[5]}
    accounts = {}
    for one, account in zip(able, kept, strict=True):
        if account.wrong or account.is_held:
            why[one[0]] = "account_wrong" if account.wrong else "account_held"
        else:
            accounts[one[0]] = account.account
    persons = {one[0]: one[1] for one in people}
    going = np.isin(whose, np.fromiter(accounts, np.int64, len(accounts)))
    payable = due[going]
    if len(payable):
        found = [accounts[one] for one in content["participant"][payable].tolist()]
        asked = funds.Lines(found, content["ordered_fen"][payable], ids[payable])
        lines[payable] = funds.add_to_list(order, money.pays_from, asked, by=by, at=at)
    _wait_for_accounts(piece.file, content, ids, due[~going].tolist(), why, persons)
    return lines


def _wait_for_accounts(
    file: SettlementFile,
    content: Columns,
    ids: Any,
    waiting: Sequence[int],
    why: dict[int, str],
    persons: dict[int, int],
) -> None:
    """Payments that are due but cannot go by themselves stand on the desk."""
    rows = []
    for at in waiting:
        who = int(content["participant"][at])
        said = {name: int(content[name][at]) for name in ("decided_fen", "ordered_fen")}
        rows.append(Waiting(int(content["row"][at]), why[who], said, persons[who]))
    trying.wait(file, rows, settlements=[int(ids[at]) for at in waiting])


def _kept(piece: SettlementPiece, content: Columns, ids: Any, lines: Any) -> None:
    """The settlements stand in their table, with where the rest of each is found."""
    many = len(ids)
    rows = {
        "id": ids,
        "piece_id": np.full(many, piece.pk, np.int64),
        "place": np.arange(many, dtype=np.int32),
        "txn": content["txn"],
        "decided_fen": content["decided_fen"],
        "ordered_fen": content["ordered_fen"],
        "line": lines,
        "unit": content["unit"],
        "industry": content["industry"].astype(np.int16),
        "benefit": content["benefit"].astype(np.int16),
    }
    columns.copy(Settlement, rows)


@action
def _finish(file: SettlementFile, order: PaymentOrder, *, by: Actor, at: datetime) -> None:
    FILE_FLOW.take("finish", file, by=by)
    payments, total_fen = _sum_of(file)
    if payments:
        funds.close_list(order, payments=payments, total_fen=total_fen, by=by, at=at)
    else:
        funds.cancel_order(order, by=by, on=clock.day_of(at))
    file.sample = None
    file.save(update_fields=["sample"])
    told = FileFinished(plan=file.plan, settlements=file.summary["settlements"], ordered_fen=total_fen)
    record(told, about=file, by=by, happened_on=clock.day_of(at))


def _sum_of(file: SettlementFile) -> tuple[int, int]:
    """How many payments the file ordered in its list, and how much."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), coalesce(sum(ordered_fen), 0) from mutual_aid_settlement s "
            "join mutual_aid_settlementpiece p on p.id = s.piece_id where p.file_id = %s and s.line <> 0",
            [file.pk],
        )
        payments, total = cursor.fetchone()
    return int(payments), int(total)
