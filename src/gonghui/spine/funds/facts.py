"""What can happen to books, funds and payments. No names, no accounts at banks: amounts and record ids only."""

from gonghui.core.facts import fact


@fact(title="开设账簿")
class BookOpened:
    """A union began to keep its book on the platform."""

    chart: str


@fact(title="设立资金")
class FundOpened:
    """A fund was set up in a book, bound to its purpose or not."""

    nature: str
    restricted: bool


@fact(title="凭证记账")
class VoucherPosted:
    """A voucher of so much was posted; it stands for good."""

    origin: str
    total_fen: int


@fact(title="制作凭证")
class VoucherDrafted:
    """A voucher was made out and waits for somebody else to check and post it."""

    total_fen: int


@fact(title="退回凭证")
class VoucherReturned:
    """A voucher that waited was sent back unposted."""


@fact(title="月末结账")
class MonthClosed:
    """A month of a book was closed; nothing can be posted to it any more."""


@fact(title="年度结账")
class YearClosed:
    """Income and expenses of a year were carried into what is left over."""
