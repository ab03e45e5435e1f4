"""A half-year of mutual aid: the bureau's files as files, and all that becomes of them, hand by hand, to the bank.

Each month's file is received, sampled, released by somebody else, approved by the head of finance, released to the bank
by a fourth and answered by the bank a few days later. Nobody's result is drawn: bills are (`bills.py`).
"""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
from django.db import connection

from gonghui.core.actor import Actor
from gonghui.reports.actions import start_programme
from gonghui.scenario import bills, plan
from gonghui.scenario.bills import Bills
from gonghui.scenario.stage import Stage
from gonghui.scenario.targets import SEED
from gonghui.scenario.tree import Resumable
from gonghui.spine.funds import actions as funds
from gonghui.spine.funds.actions import FundEntry, NewVoucher
from gonghui.spine.funds.models import Book, PaymentBatch
from gonghui.spine.funds.rules.ledger import credit, debit
from gonghui.spine.funds.sheets import banks
from gonghui.spine.members.models import PAPER
from gonghui.work.mutual_aid import actions
from gonghui.work.mutual_aid.actions import Sent, paying, releasing
from gonghui.work.mutual_aid.models import PlanMoney, SettlementFile

APP, RECORDED_SINCE = "mutual_aid", date(2020, 1, 1)
AID = FundEntry("职工互助保障资金", "own", is_restricted=True, name_en="Mutual aid money")  # zh
PUT_IN_FEN = 300_000_000_00
LAYOUT = "csv_utf8"
FAILED = 1_500
"""Of so many payments one fails."""
HEADINGS = "结算流水号,证件号码,姓名,就诊类别,结算日期,总金额,医保支付,自付一,自付二,自费,冲销流水号"  # zh
KINDS = {1: "门诊", 2: "急诊", 3: "住院", 4: "门诊特殊病"}  # zh


def founded(stage: Stage) -> None:
    """The plans stand with their texts, their money is put in and set apart, and the figures are recorded from now."""
    city = stage.unit(plan.CITY_KEY)
    actions.keep_shipped_editions(city, on=RECORDED_SINCE)
    start_programme(APP, city, by=stage.actor("admin.system"), on=RECORDED_SINCE)
    book = Book.objects.get(organisation=city)
    fund = funds.open_fund(book, AID, by=stage.actor("city.treasurer"), on=RECORDED_SINCE)
    accounts = funds.accounts_of(book)
    fen = max(100_000_00, round(PUT_IN_FEN * stage.scale))
    legs = debit(accounts["bank"].pk, fund.pk, fen), credit(accounts["subsidy_special"].pk, fund.pk, fen)
    funds.post_voucher(
        NewVoucher(book, date(2020, 1, 3), "职工互助保障资金拨入", legs),  # zh
        by=stage.actor("city.treasurer"),
    )
    PlanMoney.objects.create(
        organisation=city, plan="universal", fund=fund, spent_on=accounts["rights_other"], pays_from=accounts["bank"]
    )


# A month ----------------------------------------------------------------------------------------------------------


def taken_in(stage: Stage, at: int) -> Resumable:
    """A month's file is received, looked through, released by somebody else; how far it had come, its state says."""
    received = _next_month(at).replace(day=6)
    return Resumable(lambda: _taken_in(stage, at, received))


def paid(stage: Stage, at: int) -> Resumable:
    """What a month's file pays is approved, goes to the bank and comes back; each batch when it had not yet."""
    approved = _next_month(at).replace(day=11)
    return Resumable(lambda: _paid(stage, at, approved))


def _next_month(at: int) -> date:
    number = bills.MONTHS[at]
    return date(number // 100, number % 100, 28) + timedelta(days=10)


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def _file(at: int) -> SettlementFile | None:
    files = SettlementFile.objects.select_related("organisation", "order__book__organisation", "order__fund")
    return files.filter(plan="universal", month=bills.MONTHS[at]).first()


def _taken_in(stage: Stage, at: int, day: date) -> None:
    file = _file(at) or _received(stage, at, day)
    if file.state == "reading":
        actions.read_file(file, on=day)
    looked_at, reviewer, content = day + timedelta(days=2), stage.actor("city.aid_reviewer"), file.summary["sha256"]
    if file.state == "previewed":
        actions.sample_file(file, content=content, by=stage.actor("city.aid"), on=looked_at)
    if file.state == "sampled":
        actions.release_file(file, content=content, partly=True, by=reviewer, on=looked_at)
    if file.state == "releasing":
        releasing.release_rest(file, by=reviewer, at=_noon(looked_at))


def _received(stage: Stage, at: int, day: date) -> SettlementFile:
    content = _written(stage, at)
    blocks = (content[start : start + (4 << 20)] for start in range(0, len(content), 4 << 20))
    sent = Sent("universal", bills.MONTHS[at], blocks)
    return actions.receive_file(stage.unit(plan.CITY_KEY), sent, by=stage.actor("city.aid"), on=day)


def _paid(stage: Stage, at: int, day: date) -> None:
    file = _file(at)
    assert file is not None
    assert file.order is not None
    if file.order.state == "waiting":
        minutes = f"主席办公会〔{day.year}〕{day.month}号"  # zh
        funds.approve_order(file.order, minutes=minutes, by=stage.actor("city.lead"), on=day)
    batches = PaymentBatch.objects.filter(order=file.order).select_related("book__organisation").order_by("number")
    for batch in batches:
        if batch.state == "draft":
            by, sent_at = stage.actor("city.releaser"), _noon(day + timedelta(days=1))
            funds.release_batch(batch, content=batch.content_sha256, by=by, at=sent_at)
        if batch.state == "released":
            _answered(batch, by=stage.actor("city.cashier"), day=day + timedelta(days=3))
    paying.follow_list(file.order, on=day + timedelta(days=3))  # as the reaction would, which then finds it done


def _answered(batch: PaymentBatch, *, by: Actor, day: date) -> None:
    """The bank answers by a file in its own words: nearly all paid, a few refused."""
    chance = np.random.default_rng([SEED, batch.number])
    answers, sha256 = banks.answers_of(_bank(banks.file_of(batch, LAYOUT), chance, day), LAYOUT)
    funds.take_answer(batch.book, answers, layout=LAYOUT, sha256=sha256, by=by, at=_noon(day))


def _bank(paid: bytes, chance: Any, day: date) -> bytes:
    """What the bank writes back to the file it was sent."""
    rows = list(csv.reader(io.StringIO(paid.decode("utf-8-sig"))))[1:-1]
    refused = chance.random(len(rows)) < 1 / FAILED
    told = [
        f"{row[1]},{row[6]},失败,账户已销户,,{day}" if no else f"{row[1]},{row[6]},成功,,B{row[1]},{day}"  # zh
        for row, no in zip(rows, refused.tolist(), strict=True)
    ]
    fen = sum(int(row[6].replace(".", "")) for row in rows)
    total = f"合计,{len(rows)},{fen // 100}.{fen % 100:02},,,"  # zh
    return "\r\n".join(["付款参考号,金额,结果,原因,银行流水号,日期", *told, total, ""]).encode("utf-8-sig")  # zh


# The bureau's files -----------------------------------------------------------------------------------------------

_CARD_HOLDERS = """
select p.public_id, p.name, p.paper_sealed from members_person p
join members_membership m on m.person_id = p.id and m.last_on is null
where p.card_sealed is not null and p.state = 'active' and m.first_on <= %s
  and p.id not in (select id from members_person order by number limit 300)
order by md5(p.number::text) limit %s
"""


@cache
def _people(scale: float) -> list[tuple[str, str]]:
    """The papers and names of the members whose bills come, from everywhere; visits go to the first of the roster."""
    with connection.cursor() as cursor:
        cursor.execute(_CARD_HOLDERS, [date(2019, 12, 1), bills.members(scale, 10**9)])
        return [(PAPER.open(sealed, row), name) for row, name, sealed in cursor.fetchall()]


@cache
def _bills(scale: float, people: int) -> list[Bills]:
    return list(bills.months(scale, people))


def _written(stage: Stage, at: int) -> bytes:
    people = _people(stage.scale)
    return file_of(_bills(stage.scale, len(people))[at], people, at)


def file_of(one: Bills, people: Sequence[tuple[str, str]], at: int) -> bytes:
    """A month's file: every other one a table of text, the others Parquet; some rows of each are not right."""
    rows = _rows(one, people, at)
    if at % 2 == 0:
        lines = [",".join(row) for row in rows]
        return "\r\n".join([HEADINGS, *lines, ""]).encode("gb18030")
    columns = dict(zip(HEADINGS.split(","), (np.array(one, object) for one in zip(*rows, strict=True)), strict=True))
    with TemporaryDirectory() as folder, duckdb.connect(config={"threads": 2}) as engine:
        engine.register("settlements", columns)
        engine.execute(f"copy settlements to '{folder}/settlements.parquet' (format parquet)")
        return (Path(folder) / "settlements.parquet").read_bytes()


def _rows(one: Bills, people: Sequence[tuple[str, str]], at: int) -> list[tuple[str, ...]]:
    """The rows of a month's file, each number as the bureau writes it."""
    sums = [one.insurer_fen, one.self_pay1_fen, one.self_pay2_fen, one.outside_fen]
    texts = [_yuan(fen) for fen in (sum(sums), *sums)]
    txns = [f"YB{one.month}{n:08}" for n in range(len(one.who))]
    backs = [f"YB{bills.MONTHS[at - 1]}{n:08}" if n >= 0 else "" for n in one.takes_back.tolist()]
    days = np.datetime_as_string(one.day, "D").tolist()
    whose = [people[n] for n in one.who.tolist()]
    kinds = [KINDS[n] for n in one.benefit.tolist()]
    papers, names = [paper for paper, _name in whose], [name for _paper, name in whose]
    rows = list(zip(txns, papers, names, kinds, days, *texts, backs, strict=True))
    return rows + _not_right(rows)


def _yuan(fen: Any) -> list[str]:
    return [f"{'-' if n < 0 else ''}{abs(n) // 100}.{abs(n) % 100:02}" for n in fen.tolist()]


def _not_right(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Rows as they come in every month: sent twice, a wrong digit, another name, words for a number, nobody's."""
    found = []
    for n, (place, said) in enumerate(
        (
            (0, ""),
            (1, "990001198001010000"),
            (2, "某示例"),
            (7, "见附件"),
            (1, "990001197501010017"),
            (4, "2020-13-01"),
        )  # zh
    ):
        row = list(rows[n % len(rows)])
        if place:
            row[0], row[place] = f"{row[0]}X{n}", said
        found.append(tuple(row))
    return found
