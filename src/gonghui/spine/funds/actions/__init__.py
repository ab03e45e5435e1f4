"""The verbs of books and payments; the only code that writes these tables."""

from gonghui.spine.funds.actions.bank import settle_row, take_answer
from gonghui.spine.funds.actions.batches import (
    cancel_batch,
    content_sha256,
    held,
    lines_of,
    make_batch,
    release_batch,
)
from gonghui.spine.funds.actions.closing import close_month, close_year
from gonghui.spine.funds.actions.orders import OrderEntry, approve_order, cancel_order, fix_order, order_payment
from gonghui.spine.funds.actions.payees import AccountEntry, PayeeEntry, confirm_account, keep_payee
from gonghui.spine.funds.actions.posting import (
    NewVoucher,
    draft_opening,
    draft_voucher,
    post_draft,
    post_voucher,
    post_vouchers,
    return_draft,
    reverse_voucher,
)
from gonghui.spine.funds.actions.reconciling import (
    BookItem,
    Differences,
    candidates,
    differences,
    explain_movement,
    match_movement,
    release_movement,
    take_statement,
)
from gonghui.spine.funds.actions.setting_up import FundEntry, accounts_of, open_book, open_fund

__all__ = [
    "AccountEntry",
    "BookItem",
    "Differences",
    "FundEntry",
    "NewVoucher",
    "OrderEntry",
    "PayeeEntry",
    "accounts_of",
    "approve_order",
    "cancel_batch",
    "cancel_order",
    "candidates",
    "close_month",
    "close_year",
    "confirm_account",
    "content_sha256",
    "differences",
    "draft_opening",
    "draft_voucher",
    "explain_movement",
    "fix_order",
    "held",
    "keep_payee",
    "lines_of",
    "make_batch",
    "match_movement",
    "open_book",
    "open_fund",
    "order_payment",
    "post_draft",
    "post_voucher",
    "post_vouchers",
    "release_batch",
    "release_movement",
    "return_draft",
    "reverse_voucher",
    "settle_row",
    "take_answer",
    "take_statement",
]
