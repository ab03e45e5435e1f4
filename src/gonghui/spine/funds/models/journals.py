"""The lines of one account through time, with what it holds after each; and what a period earned and spent."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from gonghui.core.period import Period
from gonghui.spine.funds.models.ledger import Book, BookMonth, Fund, LedgerAccount, Leg, Posting, balances, turnovers
from gonghui.spine.funds.rules.charts import TURNOVER

CARRIED = {"opening": _("期初余额"), "year_end": _("年终结转")}
"""Vouchers that bring amounts over: nothing is earned or spent by them in the period they stand in."""
ONE_DAY = timedelta(days=1)
Sides = Mapping[tuple[int, int], tuple[int, int]]


def carried(book: Book, period: Period, origins: Collection[str]) -> list[int]:
    """The vouchers of these origins in a period, each found by an index: there are few, whatever the book holds."""
    found: list[Posting] = []
    if "opening" in origins:
        opened = list(Posting.objects.filter(book=book, origin="opening"))
        found += opened + list(Posting.objects.filter(reverses__in=[one.pk for one in opened]))
    if "year_end" in origins:
        # It is the last voucher of its December: with it the month is closed.
        ends = [100 * year + 12 for year in range(period.first.year, period.last.year + 1)]
        closed = BookMonth.objects.filter(book=book, month__in=ends, state="closed", last_number__gt=0)
        for month, number in closed.values_list("month", "last_number"):
            found += Posting.objects.filter(book=book, month=month, number=number, origin="year_end")
    return sorted(one.pk for one in found if one.day in period)


def sides(legs: "QuerySet[Leg]") -> Sides:
    """Debit and credit of each account and fund among some lines."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for account, fund, fen in legs.values_list("account_id", "fund_id", "amount_fen"):
        debit, credit = found.get((account, fund), (0, 0))
        found[account, fund] = (debit + max(fen, 0), credit + max(-fen, 0))
    return found


def moved(book: Book, period: Period, without: Collection[str], accounts: Collection[int]) -> Sides:
    """Debit and credit of some accounts by fund within a period, but for vouchers of some origins."""
    found = dict(turnovers(book, period.first, period.last, list(accounts)))
    apart = Leg.objects.filter(posting__in=carried(book, period, without), account__in=accounts)
    for key, (debit, credit) in sides(apart).items():
        has = found[key]
        found[key] = (has[0] - debit, has[1] - credit)
    return {key: one for key, one in found.items() if any(one)}


# One account ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Journal:
    """The lines of one account in a period, of one fund or of all; oldest first, as they would stand in a book."""

    book: Book
    account: LedgerAccount
    period: Period
    fund: Fund | None = None
    without: tuple[str, ...] = ()

    ORDER = ("day", "posting_id", "seq")

    @property
    def lines(self) -> "QuerySet[Leg]":
        """The lines."""
        first, last = self.period.first, self.period.last
        found = self._of_fund(Leg.objects.filter(account=self.account, day__range=(first, last)))
        if self.without:
            found = found.exclude(posting__in=carried(self.book, self.period, self.without))
        return found.select_related("posting", "fund")

    @property
    def sums(self) -> tuple[int, int]:
        """Debit and credit of all of them."""
        found = moved(self.book, self.period, self.without, [self.account.pk])
        mine = [one for (_account, fund), one in found.items() if self._is_asked(fund)]
        return sum(one[0] for one in mine), sum(one[1] for one in mine)

    @property
    def begin(self) -> int:
        """What the account held before the period."""
        return self._held(self.period.first - ONE_DAY)

    def running(self, lines: Iterable[Leg], held: int) -> Iterator[tuple[Leg, int]]:
        """Each line with what the account holds after it."""
        for leg in lines:
            held += leg.amount_fen
            yield leg, held

    def held_before(self, leg: Leg) -> int:
        """What the account held before one of its lines."""
        same_day = self._of_fund(Leg.objects.filter(account=self.account, day=leg.day))
        earlier = same_day.filter(Q(posting__lt=leg.posting_id) | Q(posting=leg.posting_id, seq__lt=leg.seq))
        return self._held(leg.day - ONE_DAY) + (earlier.aggregate(fen=Sum(F("amount_fen")))["fen"] or 0)

    def _held(self, on: date) -> int:
        held = balances(self.book, on, [self.account.pk])
        return sum(fen for (_account, fund), fen in held.items() if self._is_asked(fund))

    def _is_asked(self, fund: int) -> bool:
        return self.fund is None or self.fund.pk == fund

    def _of_fund(self, legs: "QuerySet[Leg]") -> "QuerySet[Leg]":
        return legs if self.fund is None else legs.filter(fund=self.fund)


# Income and expenditure -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Earned:
    """What one account of income or expense has of one fund: in the period, in its year so far, before the book."""

    account: LedgerAccount
    fund: Fund
    fen: int
    year_fen: int
    before_fen: int = 0


class Sums(NamedTuple):
    """The same, added up."""

    fen: int
    year_fen: int
    before_fen: int


@dataclass(frozen=True)
class Results:
    """A statement of income and expenditure. The year so far holds what was earned and spent before the book began."""

    period: Period
    year: Period
    rows: list[Earned]

    def of(self, kind: str, fund: Fund | None = None) -> list[Earned]:
        """The rows of income, or those of expense."""
        return [one for one in self.rows if one.account.kind == kind and (fund is None or one.fund == fund)]

    def sums(self, kind: str, fund: Fund | None = None) -> Sums:
        """What they come to."""
        rows = self.of(kind, fund)
        return Sums(*(sum(getattr(one, name) for one in rows) for name in Sums._fields))

    def left(self, fund: Fund | None = None) -> Sums:
        """What is left over of income after expense."""
        pairs = zip(self.sums("income", fund), self.sums("expense", fund), strict=True)
        return Sums(*(income - expense for income, expense in pairs))


def results(book: Book, period: Period, fund: Fund | None = None) -> Results:
    """What came in and what was spent, by account and fund; what the end of a year carries over is no expense."""
    year = Period(date(period.last.year, 1, 1), period.last)
    accounts = {one.pk: one for one in LedgerAccount.objects.filter(book=book, kind__in=TURNOVER)}
    now, whole = moved(book, period, CARRIED, accounts), moved(book, year, ["year_end"], accounts)
    before = sides(Leg.objects.filter(posting__in=carried(book, year, ["opening"]), account__in=accounts))
    funds = {one.pk: one for one in book.funds.all() if fund is None or one == fund}
    order = {pk: at for at, pk in enumerate(accounts)}
    keys = {key for key in {*now, *whole} if key[1] in funds}

    def fen(found: Sides, key: tuple[int, int]) -> int:
        debit, credit = found.get(key, (0, 0))
        return debit - credit if accounts[key[0]].is_debit else credit - debit

    rows = [
        Earned(accounts[key[0]], funds[key[1]], fen(now, key), fen(whole, key), fen(before, key))
        for key in sorted(keys, key=lambda one: (order[one[0]], one[1]))
    ]
    return Results(period, year, rows)
