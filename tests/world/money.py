"""The district's book: funds, vouchers, payments in every state, and an answer of the bank."""

from dataclasses import replace
from datetime import UTC, date, datetime

from gonghui.core import codes
from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.period import Period
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import AccountEntry, DuesEntry, FundEntry, NewVoucher, OrderEntry, PayeeEntry
from gonghui.spine.funds.models import DuesRow, Fund, PaymentBatch, PaymentLine, PaymentOrder, Statement
from gonghui.spine.funds.rules.answers import Answer
from gonghui.spine.funds.rules.ledger import credit, debit
from gonghui.spine.funds.rules.statements import Movement
from gonghui.spine.funds.tests.builders import a_card
from tests.world.federation import Branch, World
from tests.world.plan import SUMMER, TODAY

NOON = datetime(2020, 8, 5, 4, tzinfo=UTC)
NEW_YEAR = date(2020, 1, 1)


def keep_book(world: World, branch: Branch) -> None:
    """A book with two funds, money in both, a voucher that waits, payments that wait, are ready, out and answered."""
    lead, clerk = world.actor(f"{branch.key}.treasurer"), world.actor(f"{branch.key}.accountant")
    warmth = FundEntry(branch.marked("送温暖"), "superior_subsidy", is_restricted=True)
    own = FundEntry(branch.marked("自有"))
    book = branch.book = actions.open_book(
        branch.district, started_on=NEW_YEAR, funds=(own, warmth), by=lead, on=SUMMER
    )
    restricted = Fund.objects.get(book=book, is_restricted=True)
    accounts = actions.accounts_of(book)
    bank, income = accounts["bank"].pk, accounts["subsidy_warmth"].pk
    legs = (debit(bank, restricted.pk, 9_000_000), credit(income, restricted.pk, 9_000_000))
    memo = branch.marked("上级补助")
    actions.post_voucher(NewVoucher(book, SUMMER, memo, legs), by=SYSTEM)
    general = book.funds.get(is_restricted=False).pk
    own_legs = (debit(bank, general, 500_000), credit(accounts["contributions"].pk, general, 500_000))
    branch.posting = actions.post_voucher(NewVoucher(book, SUMMER, branch.marked("拨缴"), own_legs), by=SYSTEM)
    branch.voucher_draft = actions.draft_voucher(book, day=SUMMER, memo=memo, legs=legs, by=clerk, on=SUMMER)
    orders = [_order(world, branch, restricted, number) for number in range(1, 6)]
    branch.order = orders[0]
    for one in orders[1:]:
        actions.approve_order(one, by=lead, on=TODAY)
    branch.ready_order = orders[1]
    branch.batch, sent = (_batch(world, branch, one) for one in orders[2:4])
    actions.release_batch(sent, content=sent.content_sha256, by=world.actor(f"{branch.key}.releaser"), at=NOON)
    branch.sent_batch = PaymentBatch.objects.get(pk=sent.pk)
    line = sent.lines.get()
    paid = Answer(line.reference, line.amount_fen, "ok", date(2020, 8, 5), bank_ref="B1")
    rows = (paid, replace(paid, reference="STRANGE"))
    cashier = world.actor(f"{branch.key}.cashier")
    branch.bank_answer = actions.take_answer(book, rows, layout="csv_utf8", sha256=branch.key, by=cashier, at=NOON)
    branch.statement = _stated(branch, line, by=cashier)
    branch.dues = _dues(world, branch)


def _stated(branch: Branch, line: PaymentLine, *, by: Actor) -> Statement:
    """The bank's statement: the payment that is known, and money that nobody knows."""
    told = [
        Movement(date(2020, 8, 5), -line.amount_fen, 9_490_000, "S1", branch.marked("收款"), line.reference),
        Movement(date(2020, 8, 5), 7_700, 9_497_700, "S2", branch.marked("来款"), branch.marked("不明")),
    ]
    account = actions.accounts_of(branch.book)["bank"]
    return actions.take_statement(account, told, layout="csv_utf8", sha256=branch.key, by=by, at=NOON)


def _dues(world: World, branch: Branch) -> DuesRow:
    """One payment of dues in the book, and so owed to the city; one that waits for a voucher, which is the branch's."""
    clerk, lead = world.actor(f"{branch.key}.accountant"), world.actor(f"{branch.key}.treasurer")
    number = 4000 + (100 if branch.key == "haidian" else 0)
    first = DuesEntry(
        codes.demo_uscc("91", number),
        branch.marked("示例缴费有限公司"),
        branch.town,
        "dues",
        Period.parse("2020-07"),
        1_000_000,
        20_000,
        20_000,
        SUMMER,
        "A",
        f"TAX{number}",
    )
    second = replace(first, tax_voucher_no=f"TAX{number + 1}")
    posted, waits = actions.record_dues(branch.book, [first, second], by=clerk, on=TODAY)
    rows = DuesRow.objects.select_related("book__organisation").in_bulk([posted, waits])
    general = branch.book.funds.get(is_restricted=False)
    draft = actions.draft_dues(branch.book, [rows[posted]], general, day=SUMMER, by=clerk, on=TODAY)
    actions.post_draft(draft, by=lead)
    return rows[waits]


def _order(world: World, branch: Branch, fund: Fund, number: int) -> PaymentOrder:
    key = number + (100 if branch.key == "haidian" else 0)
    payee = PayeeEntry(branch.marked("收款"), AccountEntry(a_card(7000 + key), bank="示例银行"))
    accounts = actions.accounts_of(branch.book)
    entry = OrderEntry(fund, accounts["warmth"], payee, 10_000, "warmth", request_key=f"world-{number}")
    return actions.order_payment(entry, by=world.actor(f"{branch.key}.accountant"), at=NOON)


def _batch(world: World, branch: Branch, order: PaymentOrder) -> PaymentBatch:
    accounts = actions.accounts_of(branch.book)
    cashier = world.actor(f"{branch.key}.cashier")
    return actions.make_batch([order], pays_from=accounts["bank"], by=cashier, at=NOON)
