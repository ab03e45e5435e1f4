"""The tables of books and payments."""

from gonghui.spine.funds.models.ledger import (
    NATURES,
    ORIGINS,
    Book,
    BookMonth,
    Carried,
    DayTurn,
    Fund,
    LedgerAccount,
    Leg,
    Posting,
    VoucherDraft,
    balance,
    balances,
    turnovers,
)

__all__ = [
    "NATURES",
    "ORIGINS",
    "Book",
    "BookMonth",
    "Carried",
    "DayTurn",
    "Fund",
    "LedgerAccount",
    "Leg",
    "Posting",
    "VoucherDraft",
    "balance",
    "balances",
    "turnovers",
]
