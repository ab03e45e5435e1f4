"""The statement of income and expenditure of a period, by account and fund; each number opens to its lines."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponseBase, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core.money import yuan
from gonghui.spine.funds.console import taking
from gonghui.spine.funds.console.books import SEE, book_of
from gonghui.spine.funds.console.journals import fund_asked, period_asked, periods, said
from gonghui.spine.funds.models import Posting
from gonghui.spine.funds.models.journals import CARRIED, Earned, Results, results
from gonghui.spine.funds.rules.charts import KINDS, TURNOVER
from gonghui.web.console import ConsoleRequest, page, render


def _address(code: str, row: Earned, period: str, without: list[str]) -> str:
    """Where the lines stand that a number is the sum of."""
    words = QueryDict(mutable=True)
    words["period"], words["fund"] = period, str(row.fund.public_id)
    words.setlist("without", without)
    return f"{reverse('funds_account', args=[code, row.account.key])}?{words.urlencode()}"


def _groups(code: str, found: Results) -> Iterator[dict[str, Any]]:
    for kind in TURNOVER:
        rows = [
            {
                "row": row,
                "now": _address(code, row, found.period.key, [*CARRIED]),
                "year": _address(code, row, found.year.key, ["year_end"]),
            }
            for row in found.of(kind)
        ]
        yield {"kind": kind, "word": _(KINDS[kind]), "rows": rows, "sums": found.sums(kind)}


@page(SEE)
def funds_income(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """What came in and what was spent in a period, and in its year so far."""
    book = book_of(request.actor, code)
    period, fund = period_asked(book, request.GET.get("period", "")), fund_asked(book, request.GET.get("fund", ""))
    found = results(book, period, fund)
    funds = list(book.funds.all())
    shown = [one for one in funds if any(row.fund == one for row in found.rows)]
    before = any(row.before_fen for row in found.rows)
    return render(
        request,
        "funds/console/income.html",
        {
            "book": book,
            "found": found,
            "period": said(period),
            "year": said(found.year),
            "periods": periods(book, period),
            "fund": fund,
            "funds": funds,
            "groups": list(_groups(code, found)),
            "left": found.left(),
            "by_fund": [(one, found.sums("income", one), found.sums("expense", one), found.left(one)) for one in shown],
            "opening": Posting.objects.filter(book=book, origin="opening").first() if before else None,
            "address": request.GET.urlencode(),
        },
    )


@page(SEE)
def funds_income_file(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The same as a workbook."""
    book = book_of(request.actor, code)
    period, fund = period_asked(book, request.GET.get("period", "")), fund_asked(book, request.GET.get("fund", ""))
    found = results(book, period, fund)
    narrowed = [(_("期间"), said(period)), *([(_("资金"), fund.title)] if fund is not None else [])]
    heads = [_("类别"), _("科目"), _("资金"), _("本期（元）"), _("本年累计（元）"), _("其中启用以前（元）")]
    return taking.taken(
        request,
        book,
        title=f"{book.organisation.title} {_('收支表')}",
        headings=heads,
        rows=_cells(found),
        narrowed=narrowed,
        sums=[(word, _three(sums)) for word, sums in _sums(found)],
        name=f"income-{code}-{period.key}.xlsx",
    )


def _cells(found: Results) -> Iterator[taking.Cells]:
    for kind in TURNOVER:
        for row in found.of(kind):
            yield _(KINDS[kind]), row.account.title, row.fund.title, *_amounts(row)


def _amounts(sums: Any) -> tuple[str, str, str]:
    return yuan(sums.fen), yuan(sums.year_fen), yuan(sums.before_fen)


def _three(sums: Any) -> str:
    return " · ".join(_amounts(sums))


def _sums(found: Results) -> Iterator[tuple[str, Any]]:
    yield _("收入合计"), found.sums("income")
    yield _("支出合计"), found.sums("expense")
    yield _("结余"), found.left()


urlpatterns = [
    path("funds/<str:code>/income/", funds_income, name="funds_income"),
    path("funds/<str:code>/income/file.xlsx", funds_income_file, name="funds_income_file"),
]
