"""The verbs of books and payments; the only code that writes these tables."""

from gonghui.spine.funds.actions.closing import close_month, close_year
from gonghui.spine.funds.actions.posting import (
    NewVoucher,
    draft_voucher,
    post_draft,
    post_voucher,
    post_vouchers,
    return_draft,
    reverse_voucher,
)
from gonghui.spine.funds.actions.setting_up import FundEntry, accounts_of, open_book, open_fund, post_opening

__all__ = [
    "FundEntry",
    "NewVoucher",
    "accounts_of",
    "close_month",
    "close_year",
    "draft_voucher",
    "open_book",
    "open_fund",
    "post_draft",
    "post_opening",
    "post_voucher",
    "post_vouchers",
    "return_draft",
    "reverse_voucher",
]
