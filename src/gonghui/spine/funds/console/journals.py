"""The lines of one account by period and fund, with what it holds after each; for money this is its journal."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gonghui.core.errors import Refusal
from gonghui.core.money import yuan
from gonghui.core.period import Period
from gonghui.spine.funds.console import taking
from gonghui.spine.funds.console.books import SEE, book_of, month_asked
from gonghui.spine.funds.models import Book, BookMonth, Fund, LedgerAccount
from gonghui.spine.funds.models.journals import CARRIED, Journal
from gonghui.spine.funds.rules.charts import TURNOVER
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset

PERIODS = (("month", 1), ("quarter", 3), ("half", 6), ("year", 12))


def period_asked(book: Book, key: str) -> Period:
    """The period of an address; the newest month of the book where none is said."""
    if not key:
        return Period.month(month_asked(book, ""))
    try:
        return Period.parse(key)
    except Refusal:
        raise Http404 from None


def said(period: Period) -> str:
    """The period in the reader's language."""
    return period.label_en if (get_language() or "").startswith("en") else period.label


def periods(book: Book, asked: Period) -> list[tuple[str, str]]:
    """The months, quarters, halves and years the book has something of, and the one asked for."""
    months = sorted(BookMonth.objects.filter(book=book).values_list("month", flat=True), reverse=True)
    found = {asked.key: said(asked)}
    for _kind, length in PERIODS:
        for month in months:
            year, first = month // 100, (month % 100 - 1) // length * length + 1
            one = Period(Period.month(100 * year + first).first, Period.month(100 * year + first + length - 1).last)
            found[one.key] = said(one)
    return list(found.items())


def fund_asked(book: Book, public_id: str) -> Fund | None:
    """The fund of an address; all of them where none is said."""
    if not public_id:
        return None
    try:
        return get_object_or_404(Fund, book=book, public_id=public_id)
    except ValidationError:
        raise Http404 from None


def _journal(book: Book, account: LedgerAccount, asked: QueryDict) -> Journal:
    without = tuple(one for one in CARRIED if one in asked.getlist("without") and account.kind in TURNOVER)
    period = period_asked(book, asked.get("period", ""))
    return Journal(book, account, period, fund_asked(book, asked.get("fund", "")), without)


def _shown(request: ConsoleRequest, journal: Journal, **more: Any) -> HttpResponseBase:
    shown = Keyset(journal.lines, Journal.ORDER, 50).page(request)
    debit, credit = journal.sums
    begin = journal.begin
    held = journal.held_before(shown.rows[0]) if shown.rows else begin
    return render(
        request,
        "funds/console/account.html",
        {
            "book": journal.book,
            "account": journal.account,
            "journal": journal,
            "period": said(journal.period),
            "periods": periods(journal.book, journal.period),
            "funds": list(journal.book.funds.all()),
            "carried": list(CARRIED.items()) if journal.account.kind in TURNOVER else [],
            "page": shown,
            "rows": journal.running(shown.rows, held),
            "sums": {"begin": begin, "debit": debit, "credit": credit, "end": begin + debit - credit},
            "address": request.GET.urlencode(),
            **more,
        },
    )


@page(SEE)
def funds_account(request: ConsoleRequest, code: str, key: str) -> HttpResponseBase:
    """The lines of one account."""
    book = book_of(request.actor, code)
    account = get_object_or_404(LedgerAccount, book=book, key=key)
    return _shown(request, _journal(book, account, request.GET), here="funds_ledger")


@page(SEE)
def funds_cash(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The journal of what lies in cash or at the bank, one account at a time."""
    book = book_of(request.actor, code)
    accounts = list(LedgerAccount.objects.filter(book=book, is_money=True))
    asked = request.GET.get("account") or "bank"
    account = next((one for one in accounts if one.key == asked), None)
    if account is None:
        raise Http404
    return _shown(request, _journal(book, account, request.GET), here="funds_cash", accounts=accounts)


@page(SEE)
def funds_account_file(request: ConsoleRequest, code: str, key: str) -> HttpResponseBase:
    """The same as a workbook."""
    book = book_of(request.actor, code)
    account = get_object_or_404(LedgerAccount, book=book, key=key)
    journal = _journal(book, account, request.GET)
    taking.few_enough(journal.lines.order_by()[: taking.ROWS_MOST + 1].count())
    debit, credit = journal.sums
    sums = [(_("借方合计"), yuan(debit)), (_("贷方合计"), yuan(credit))]
    if not journal.without:
        begin, end = journal.begin, journal.begin + debit - credit
        sums = [(_("期初余额"), _side(begin)), *sums, (_("期末余额"), _side(end))]
    headings = [_("日期"), _("月份"), _("编号"), _("摘要"), _("资金"), _("借方"), _("贷方")]
    return taking.taken(
        request,
        book,
        title=f"{book.organisation.title} {account.title}",
        headings=headings if journal.without else [*headings, _("方向"), _("余额")],
        rows=_cells(journal),
        narrowed=_narrowed(journal),
        sums=sums,
        name=f"journal-{code}-{key}-{journal.period.key}.xlsx",
    )


def _narrowed(journal: Journal) -> Iterator[tuple[str, str]]:
    yield _("科目"), journal.account.title
    yield _("期间"), said(journal.period)
    if journal.fund is not None:
        yield _("资金"), journal.fund.title
    for one in journal.without:
        yield _("不含"), str(CARRIED[one])


def _way(fen: int) -> str:
    return _("平") if not fen else _("借") if fen > 0 else _("贷")


def _side(fen: int) -> str:
    return f"{_way(fen)} {yuan(abs(fen))}"


def _cells(journal: Journal) -> Iterator[taking.Cells]:
    legs = journal.lines.order_by(*Journal.ORDER).iterator(chunk_size=5000)
    for leg, held in journal.running(legs, journal.begin):
        one, fen = leg.posting, leg.amount_fen
        amounts = (yuan(fen), "") if fen > 0 else ("", yuan(-fen))
        after = () if journal.without else (_way(held), yuan(abs(held)))
        yield (one.day.isoformat(), one.month_key, one.number, one.memo, leg.fund.title, *amounts, *after)


urlpatterns = [
    path("funds/<str:code>/cash/", funds_cash, name="funds_cash"),
    path("funds/<str:code>/ledger/<slug:key>/", funds_account, name="funds_account"),
    path("funds/<str:code>/ledger/<slug:key>/file.xlsx", funds_account_file, name="funds_account_file"),
]
