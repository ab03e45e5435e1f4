"""Addresses of books and payments."""

from tests.permissions.row import ACCOUNTING, CASHING, FUND_READERS, RELEASING, TREASURING, Row, file
from tests.world.federation import Branch

ORDERING, POSTING = ACCOUNTING, ACCOUNTING | TREASURING
DISTRICT = ("district", "district")

ROWS: dict[str, Row] = {
    "funds": Row(read=FUND_READERS, send=TREASURING),
    "funds_book": Row(
        *DISTRICT,
        read=FUND_READERS,
        send=TREASURING,
        doers=("city.treasurer", "{b}.treasurer"),
        body=lambda world, branch: {"name": branch.marked("新资金"), "nature": "own"},
    ),
    "funds_ledger": Row(*DISTRICT, read=FUND_READERS),
    "funds_export": Row(*DISTRICT, read=FUND_READERS),
    "funds_account": Row("district ledger_account", "district", read=FUND_READERS),
    "funds_account_file": Row("district ledger_account", "district", read=FUND_READERS),
    "funds_cash": Row(*DISTRICT, read=FUND_READERS),
    "funds_income": Row(*DISTRICT, read=FUND_READERS),
    "funds_income_file": Row(*DISTRICT, read=FUND_READERS),
    "funds_months": Row(
        *DISTRICT,
        read=FUND_READERS,
        send=TREASURING,
        doers=("city.treasurer", "{b}.treasurer"),
        body=lambda world, branch: {"month": "2020-01"},
    ),
    "funds_opening": Row(
        *DISTRICT,
        read=ACCOUNTING,
        send=ACCOUNTING,
        doers=("city.accountant", "{b}.accountant"),
        body=lambda world, branch: {"lines": _opening(branch)},
    ),
    "funds_opening_layout": Row(*DISTRICT, read=ACCOUNTING),
    "funds_vouchers": Row(*DISTRICT, read=FUND_READERS),
    "funds_voucher_new": Row(
        *DISTRICT,
        read=ACCOUNTING,
        send=ACCOUNTING,
        doers=("city.accountant", "{b}.accountant"),
        body=lambda world, branch: {
            "day": "2020-08-03",
            "memo": branch.marked("提现"),
            "attachments": "1",
            "account1": str(branch.book.accounts.get(key="cash").pk),
            "fund1": str(branch.book.funds.order_by("id")[0].pk),
            "debit1": "5",
            "account2": str(branch.book.accounts.get(key="bank").pk),
            "fund2": str(branch.book.funds.order_by("id")[0].pk),
            "credit2": "5",
        },
    ),
    "funds_voucher": Row(
        "district voucher_month voucher_number",
        "district",
        read=FUND_READERS,
        send=POSTING,
        doers=("city.accountant", "city.treasurer", "{b}.accountant", "{b}.treasurer"),
    ),
    "funds_draft": Row(
        "district voucher_draft",
        "district",
        read=FUND_READERS,
        send=POSTING,
        doers=("city.accountant", "city.treasurer", "{b}.treasurer"),
        in_vain=("{b}.accountant",),
        body=lambda world, branch: {"step": "post"},
    ),
    "dues": Row(read=FUND_READERS),
    "dues_row": Row(
        "dues_row",
        "district",
        read=FUND_READERS,
        send=ACCOUNTING,
        doers=("city.accountant", "{b}.accountant"),
        body=lambda world, branch: {"step": "doubt"},
    ),
    "funds_dues": Row(
        *DISTRICT,
        read=FUND_READERS,
        send=ACCOUNTING,
        doers=("city.accountant", "{b}.accountant"),
        body=lambda world, branch: {"day": branch.dues.paid_on.isoformat()},
    ),
    "funds_dues_new": Row(
        *DISTRICT,
        read=ACCOUNTING,
        send=ACCOUNTING,
        doers=("city.accountant", "{b}.accountant"),
        body=lambda world, branch: {
            "uscc": branch.dues.payer.uscc,
            "name": branch.dues.name,
            "union": branch.town.code,
            "what": "dues",
            "period": "2020-06",
            "wages": "500",
            "payable": "10",
            "paid": "10",
            "paid_on": "2020-08-03",
            "mode": "B",
            "tax_voucher_no": branch.marked("T"),
        },
    ),
    "funds_dues_owed": Row(
        "district dues_up city_code",
        "district",
        read=FUND_READERS,
        send=ORDERING,
        doers=("city.accountant", "{b}.accountant"),
        body=lambda world, branch: {
            "period": "2020-07",
            "fund": str(branch.book.funds.get(is_restricted=False).pk),
            "number": "9990000002",
            "bank": "示例银行",
        },
    ),
    "funds_orders": Row(*DISTRICT, read=FUND_READERS),
    "funds_order_new": Row(
        *DISTRICT,
        read=ORDERING,
        send=ORDERING,
        doers=("city.accountant", "{b}.accountant"),
        body=lambda world, branch: {
            "fund": str(branch.book.funds.get(is_restricted=True).pk),
            "spent_on": str(branch.book.accounts.get(key="warmth").pk),
            "payee": branch.marked("新收款"),
            "payee_kind": "person",
            "account_kind": "corporate",
            "number": "9990000001",
            "bank": "示例银行",
            "amount": "5",
            "purpose": "warmth",
        },
    ),
    "funds_order": Row(
        "district payment_order",
        "district",
        read=FUND_READERS,
        send=TREASURING,
        doers=("city.treasurer", "{b}.treasurer"),
        body=lambda world, branch: {"step": "approve"},
    ),
    "funds_batches": Row(
        *DISTRICT,
        read=FUND_READERS,
        send=CASHING,
        doers=("city.cashier", "{b}.cashier"),
        body=lambda world, branch: {"order": [str(branch.ready_order.public_id)], "pays_from": "bank"},
    ),
    "funds_batch": Row(
        "district payment_batch",
        "district",
        read=FUND_READERS,
        send=RELEASING,
        doers=("city.releaser", "{b}.releaser"),
        body=lambda world, branch: {"step": "release", "content": branch.batch.content_sha256},
    ),
    "funds_batch_file": Row("district sent_batch", "district", read=CASHING, query="layout=csv_utf8"),
    "funds_reconciling": Row(
        *DISTRICT,
        read=FUND_READERS,
        send=CASHING,
        doers=("city.cashier", "{b}.cashier"),
        body=lambda world, branch: {"layout": "csv_utf8", "file": file("answer.csv", _answer())},
    ),
    "funds_statements": Row(
        *DISTRICT,
        read=FUND_READERS,
        send=CASHING,
        doers=("city.cashier", "{b}.cashier"),
        body=lambda world, branch: {
            "account": str(branch.book.accounts.get(key="bank").pk),
            "layout": "csv_utf8",
            "file": file("statement.csv", _statement()),
        },
    ),
    "funds_statement": Row("district statement", "district", read=FUND_READERS),
    "funds_movement": Row(
        "district statement movement",
        "district",
        read=FUND_READERS,
        send=POSTING,
        doers=("city.accountant", "city.treasurer", "{b}.accountant", "{b}.treasurer"),
        body=lambda world, branch: {"item": "", "note": branch.marked("待查")},
    ),
    "funds_answer": Row(
        "district bank_answer",
        "district",
        read=FUND_READERS,
        send=POSTING,
        doers=("city.accountant", "city.treasurer", "{b}.accountant", "{b}.treasurer"),
        body=lambda world, branch: {"row": "2", "note": branch.marked("查实")},
    ),
}


def _answer() -> bytes:
    """An answer about a payment nobody knows."""
    return "付款参考号,金额,结果,原因,银行流水号,日期\r\nX,1.00,成功,,B9,2020-08-03\r\n合计,1,1.00\r\n".encode()


def _statement() -> bytes:
    """A statement that goes on where the world's ends."""
    heads = "交易日期,借方金额,贷方金额,余额,对方户名,流水号,摘要"
    return f"{heads}\r\n2020-08-06,,1.00,94978.00,某单位,S3,来款\r\n".encode()


def _opening(branch: Branch) -> str:
    fund = branch.book.funds.order_by("id")[0].name
    return f"102 银行存款|{fund}|5|\n固定资产|{fund}|7\n331|{fund}||12"
