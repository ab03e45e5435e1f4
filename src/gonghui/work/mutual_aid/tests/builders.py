"""Mutual aid for tests, made by the actions themselves."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from gonghui.core import reactions
from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.models import Entry
from gonghui.spine.funds import actions as funds
from gonghui.spine.funds.actions import FundEntry, NewVoucher
from gonghui.spine.funds.models import Fund, PaymentBatch, PaymentLine
from gonghui.spine.funds.rules.answers import Answer, Result
from gonghui.spine.funds.rules.ledger import credit, debit
from gonghui.spine.funds.tests.builders import JANUARY, Books, a_card
from gonghui.spine.members.models import Person
from gonghui.spine.members.tests.builders import a_member
from gonghui.spine.organisations.models import Organisation
from gonghui.work.mutual_aid import actions
from gonghui.work.mutual_aid.actions import Sent, releasing
from gonghui.work.mutual_aid.models import PlanMoney, SettlementFile

FEBRUARY = date(2020, 2, 5)
HEADINGS = (
    "结算流水号",
    "证件号码",
    "姓名",
    "就诊类别",
    "结算日期",
    "总金额",
    "医保支付",
    "自付一",
    "自付二",
    "自费",
    "冲销流水号",
)
_txns = count(1)


def an_account(number: int) -> Actor:
    """Somebody who may do everything, as the person of a number."""
    return replace(SYSTEM, account_id=number)


RECEIVER, SAMPLER, RELEASER, APPROVER, CASHIER, PAYER = map(an_account, range(201, 207))


def a_row(person: Person, self_pay1: str = "1500.00", **given: Any) -> dict[str, str]:
    """A settlement of January as the bureau writes it, in yuan."""
    row = {
        "结算流水号": f"YB{next(_txns):010}",
        "证件号码": person.paper,
        "姓名": person.name,
        "就诊类别": "门诊",
        "结算日期": "2020-01-15",
        "总金额": self_pay1,
        "医保支付": "0.00",
        "自付一": self_pay1,
        "自付二": "0.00",
        "自费": "0.00",
        "冲销流水号": "",
    }
    return {**row, **given}


def a_table(rows: Sequence[dict[str, str]], headings: Sequence[str] = HEADINGS, encoding: str = "utf-8") -> bytes:
    """The rows as a file of the bureau's."""
    out = io.StringIO()
    writer = csv.DictWriter(out, headings, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def a_card_holder(union: Organisation, number: int, **given: Any) -> Person:
    """A member since 2019 with a card."""
    return a_member(union, admitted_on=date(2019, 3, 2), card=a_card(number), **given)


def received(city: Organisation, content: bytes, *, month: int = 202001, on: date = FEBRUARY) -> SettlementFile:
    """A file that was received and read."""
    file = actions.receive_file(city, Sent("universal", month, [content]), by=RECEIVER, on=on)
    actions.read_file(file, on=on)
    file.refresh_from_db()
    return file


class Money:
    """The city's book with what the universal plan is paid out of."""

    def __init__(self, city: Organisation, fen: int = 10_000_000_00) -> None:
        self.books = Books(city)
        fund = funds.open_fund(self.books.book, FundEntry("互助资金", "own", is_restricted=True), by=SYSTEM, on=JANUARY)
        legs = (
            debit(self.books.account("bank"), fund.pk, fen),
            credit(self.books.account("subsidy_special"), fund.pk, fen),
        )
        self.books.post(NewVoucher(self.books.book, JANUARY, "拨入", legs))
        self.set = PlanMoney.objects.create(
            organisation=city,
            plan="universal",
            fund=fund,
            spent_on=self.books.accounts["rights_other"],
            pays_from=self.books.accounts["bank"],
        )

    @property
    def fund(self) -> Fund:
        """The fund as it is now."""
        return Fund.objects.get(pk=self.set.fund_id)


def released(file: SettlementFile, *, partly: bool = False, on: date = FEBRUARY) -> SettlementFile:
    """The file sampled and released, its payments ordered."""
    content = file.summary["sha256"]
    actions.sample_file(file, content=content, by=SAMPLER, on=on)
    actions.release_file(file, content=content, partly=partly, by=RELEASER, on=on)
    releasing.release_rest(file, by=RELEASER, at=noon(on))
    file.refresh_from_db()
    return file


def noon(on: date) -> datetime:
    """The middle of a day in the federation's own time."""
    return datetime(on.year, on.month, on.day, 4, tzinfo=UTC)


def paid(file: SettlementFile, *, results: Sequence[Result] = (), on: date = FEBRUARY) -> None:
    """The file's list approved, released and answered by the bank: each payment paid, or as told; then told on."""
    order = file.order
    assert order is not None
    funds.approve_order(order, minutes="1号", by=APPROVER, on=on)
    for batch in PaymentBatch.objects.filter(order=order).select_related("book__organisation"):
        funds.release_batch(batch, content=batch.content_sha256, by=PAYER, at=noon(on))
    answered(file, results=results, on=on)


def answered(file: SettlementFile, *, results: Sequence[Result] = (), on: date = FEBRUARY) -> None:
    """The bank's answer to all lines of a file's list, and what follows from it."""
    order = file.order
    assert order is not None
    lines = list(PaymentLine.objects.filter(order=order).order_by("about_id"))
    rest: list[Result] = ["ok"] * len(lines)
    said = [*results, *rest]
    rows = [
        Answer(line.reference, line.amount_fen, result, on, "OTHER" if result == "failed" else "", f"B{line.reference}")
        for line, result in zip(lines, said, strict=False)
    ]
    sha256 = hashlib.sha256(f"{[(row.reference, row.result) for row in rows]}".encode()).hexdigest()
    funds.take_answer(order.book, rows, layout="csv_utf8", sha256=sha256, by=CASHIER, at=noon(on))
    told()


def told() -> None:
    """Mutual aid has heard what the bank says; safe however often."""
    for one in reactions.REACTIONS:
        if ".mutual_aid." in one.name:
            for entry in Entry.objects.of_kinds(one.kind).order_by("id"):
                one.handler(entry)
