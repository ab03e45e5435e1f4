"""Books for tests, made by the actions themselves."""

from datetime import date
from itertools import count

from gonghui.core.actor import SYSTEM
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import FundEntry, NewVoucher
from gonghui.spine.funds.models import Book, Fund, Posting
from gonghui.spine.funds.rules.ledger import credit, debit
from gonghui.spine.organisations.models import Organisation

JANUARY, MARCH, JUNE, JULY = date(2020, 1, 1), date(2020, 3, 2), date(2020, 6, 1), date(2020, 7, 1)
GENERAL, WARMTH = FundEntry("一般经费"), FundEntry("送温暖资金", "superior_subsidy", is_restricted=True)
_numbers = count(1)


class Books:
    """A book with a general fund and a restricted one; amounts are given in fen."""

    def __init__(self, organisation: Organisation, started_on: date = JANUARY) -> None:
        self.book: Book = actions.open_book(
            organisation, started_on=started_on, funds=(GENERAL, WARMTH), by=SYSTEM, on=started_on
        )
        self.general, self.warmth = Fund.objects.filter(book=self.book).order_by("is_restricted")
        self.accounts = actions.accounts_of(self.book)

    def account(self, key: str) -> int:
        """The number of an account."""
        return self.accounts[key].pk

    def receipt(self, fen: int, *, fund: Fund | None = None, day: date = MARCH) -> NewVoucher:
        """Money came in."""
        to = (fund or self.general).pk
        income = "subsidy_warmth" if fund == self.warmth else "contributions"
        return NewVoucher(
            self.book, day, "收到", (debit(self.account("bank"), to, fen), credit(self.account(income), to, fen))
        )

    def spending(self, fen: int, *, fund: Fund | None = None, day: date = MARCH) -> NewVoucher:
        """Money went out."""
        out = (fund or self.general).pk
        return NewVoucher(
            self.book, day, "支出", (debit(self.account("warmth"), out, fen), credit(self.account("bank"), out, fen))
        )

    def post(self, voucher: NewVoucher) -> Posting:
        """The platform posts it."""
        return actions.post_voucher(voucher, by=SYSTEM)

    def held(self, fund: Fund) -> int:
        """What the database says lies of a fund at the bank."""
        return Fund.objects.get(pk=fund.pk).held_fen
