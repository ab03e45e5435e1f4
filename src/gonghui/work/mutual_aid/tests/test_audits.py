"""The books of mutual aid are recounted: years, payments, files; what somebody changed past the actions is told."""

import numpy as np
import pytest
from django.conf import settings
from django.db import connection
from django.utils.translation import override

from gonghui.core import audit
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.work.mutual_aid import actions, audits
from gonghui.work.mutual_aid.actions import claim_money, pieces, standing
from gonghui.work.mutual_aid.models import SettlementFile, SettlementPiece, Standing
from gonghui.work.mutual_aid.tests.builders import (
    FEBRUARY,
    Money,
    a_card_holder,
    a_row,
    a_table,
    answered,
    paid,
    received,
    released,
)
from gonghui.work.mutual_aid.tests.claiming import MAY, Centre, a_worker, an_entry, approved, fresh, ordered
from gonghui.work.mutual_aid.tests.test_claim_money import follow
from gonghui.work.mutual_aid.tests.test_releasing import MARCH

PART = "计划 universal，2020-01 第 1 份"


@pytest.fixture
def month(db: None, tmp_path, monkeypatch) -> SettlementFile:
    """January of three members, one of whom has two settlements, the second payment failed; and a February that takes
    one of January's back: that payment came back from the bank as well."""
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    federation = Federation()
    actions.keep_shipped_editions(federation.city, on=FEBRUARY)
    federation.money = Money(federation.city)  # type: ignore[attr-defined]
    one, two, three = (a_card_holder(federation.first, n) for n in range(3))
    stay = a_row(two, "8642.37", 就诊类别="住院")
    rows = [a_row(one, "780.40"), a_row(one, "1010.05", 结算日期="2020-01-20"), stay, a_row(three)]
    file = released(received(federation.city, a_table(rows)))
    paid(file, results=["failed"])
    back = {**a_row(two), **{key: f"-{stay[key]}" for key in ("总金额", "自付一")}, "就诊类别": "住院"}
    back |= {"冲销流水号": stay["结算流水号"], "结算日期": "2020-02-03"}
    later = [back, a_row(three, 结算日期="2020-02-20")]
    paid(released(received(federation.city, a_table(later), month=202002, on=MARCH), on=MARCH), on=MARCH)
    answered(file, results=["failed", "returned"], on=MARCH)
    return file


def behind_the_back(sql: str) -> None:
    """As somebody might who has the database to themselves."""
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("set session_replication_role = origin")


def told(check) -> list[tuple[str, str, str]]:
    return [(one.where, one.kept, one.counted) for one in check()]


def test_months_that_nobody_changed_are_sound(month):
    assert [one.title for one in audit.run() if one.differences] == []


def test_years_are_counted_some_shards_at_a_time(month, monkeypatch):
    monkeypatch.setattr(audits, "AT_ONCE", 1)
    assert told(audits.year_differences) == []


def test_a_year_that_says_more_than_its_settlements_is_told(month):
    row = next(one for one in Standing.objects.all() if len(standing.Shards([one]).years()["participant"]))
    shards = standing.Shards([row])
    known = shards.years()
    known["inpatient_sum_fen"][0] += 700
    kept = int(known["inpatient_sum_fen"].sum())
    shards.keep()
    where = f"计划 universal，2020 年，分片 {row.shard}：inpatient_sum_fen，1 人不同"
    assert told(audits.year_differences) == [(where, str(kept), str(kept - 700))]


def test_a_debt_that_is_forgotten_is_told(month):
    for row in Standing.objects.all():
        shards = standing.Shards([row])
        if len(shards.owed()["owed_fen"]):
            shards.owed()["owed_fen"][:] = 1
            shards.keep()
            where = f"计划 universal，分片 {row.shard}：待抵扣 owed_fen，1 人不同"
    assert told(audits.year_differences) == [(where, "1", "220271")]


def test_a_piece_decided_otherwise_than_its_text_is_told(month):
    piece = SettlementPiece.objects.get(file=month)
    content = pieces.opened(piece)
    at = np.argmax(content["decided_fen"])
    content["decided_fen"][at] += 5
    content["ordered_fen"][at] += 5
    pieces.sealed(piece, content)
    piece.save()
    assert (f"{PART}，第 2 块", "1 笔，220276 分", "1 笔，220271 分") in told(audits.year_differences)
    sums = "4 笔，核定 {0} 分，付款 {0} 分"
    expected = [(f"{PART}，第 2 块", sums.format(233_181), sums.format(233_176))]
    assert told(audits.file_differences) == expected


def test_aid_that_the_journal_does_not_say_is_told(month):
    behind_the_back(
        "delete from core_entry where id = (select min(e.id) from core_entry e join core_kind k on k.id = e.kind "
        "where k.name = 'mutual_aid.aid_paid')"
    )
    [(where, kept, counted)] = told(audits.told_differences)
    assert where == f"{PART}：1 笔结算"
    assert kept.startswith("到账 1 笔、退回 ")
    assert counted.startswith("到账 0 笔、退回 ")


def test_a_summary_that_was_changed_is_told(month):
    month.summary["settlements"] += 1
    month.save(update_fields=["summary"])
    expected = (f"{PART}：试算合计与台账", "5 笔，233176 分", "4 笔，233176 分")
    assert told(audits.file_differences) == [expected]


def test_a_settlement_that_is_gone_is_told(month):
    behind_the_back("delete from mutual_aid_settlement where ordered_fen = 7905")
    where = [one[0] for one in told(audits.file_differences)]
    assert where == [f"{PART}，第 2 块", f"{PART}：逐笔结算与台账", f"{PART}：付款单与逐笔结算"]


def test_differences_are_told_in_english_too(month):
    month.summary["settlements"] += 1
    month.save(update_fields=["summary"])
    with override("en"):
        [(where, kept, counted)] = told(audits.file_differences)
    assert where == "Plan universal, 2020-01 part 1: the trial's sums and the journal"
    assert (kept, counted) == ("settlements: 5, in all 233176 fen", "settlements: 4, in all 233176 fen")


def test_claims_count_into_the_year_until_their_money_has_come_back(db):
    centre = Centre()
    person = a_worker(centre.unit)
    claim = follow(ordered(centre, an_entry(person, "universal")), "paid")
    approved(centre, an_entry(person, "universal", inputs={"self_pay1_fen": 500_000}), MAY)
    assert told(audits.year_differences) == []
    claim_money.find_wrong(claim, "重复", by=centre.second, on=MAY)
    claim_money.decide_recovery(fresh(claim), "recover", "应追回", by=centre.lead, on=MAY)
    claim_money.decide_recovery(fresh(claim), "recovered", "已收回", by=centre.lead, on=MAY)
    assert told(audits.year_differences) == []
