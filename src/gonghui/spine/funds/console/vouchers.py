"""Vouchers: the list of a month, those that wait, one to print, a new one by hand."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions.posting import MAKE, POST
from gonghui.spine.funds.console.books import SEE, book_of, month_asked, month_key
from gonghui.spine.funds.forms import VoucherForm
from gonghui.spine.funds.models import Book, BookMonth, Fund, LedgerAccount, Posting, VoucherDraft
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.web.models import Account
from gonghui.web.today import Item, waiting


@page(SEE)
def funds_vouchers(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The vouchers of a month by number, and above them those that wait."""
    book = book_of(request.actor, code)
    month = month_asked(book, request.GET.get("month", ""))
    posted = Posting.objects.filter(book=book, month=month)
    return render(
        request,
        "funds/console/vouchers.html",
        {
            "book": book,
            "month": month_key(month),
            "months": [one.key for one in BookMonth.objects.filter(book=book)],
            "page": Keyset(posted, ("-number",), 50).page(request),
            "drafts": VoucherDraft.objects.filter(book=book, state="waiting")[:50],
            "may_make": request.actor.may(MAKE),
        },
    )


@page(MAKE)
def funds_voucher_new(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The form of a voucher by hand."""
    book = book_of(request.actor, code)
    typed = request.POST if request.method == "POST" else request.typed
    form = VoucherForm(typed or None, book=book)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        draft = actions.draft_voucher(
            book,
            day=given["day"],
            memo=given["memo"],
            legs=form.legs(),
            attachments=given["attachments"],
            by=request.actor,
            on=clock.today(),
        )
        messages.success(request, _("凭证已制好，等他人审核记账"))
        return redirect("funds_draft", code, draft.public_id)
    return render(request, "funds/console/voucher_form.html", {"book": book, "form": form})


def _lines(book: Book, legs: list[tuple[int, int, int]]) -> list[dict[str, Any]]:
    accounts = {one.pk: one for one in LedgerAccount.objects.filter(book=book)}
    funds = {one.pk: one for one in Fund.objects.filter(book=book)}
    return [
        {"account": accounts[account], "fund": funds[fund], "debit": max(fen, 0), "credit": max(-fen, 0)}
        for account, fund, fen in legs
    ]


def _before(lines: list[dict[str, Any]]) -> dict[str, int]:
    """Income and expenses of the months before the book began, where an opening balance holds any."""
    income = sum(one["credit"] - one["debit"] for one in lines if one["account"].kind == "income")
    expense = sum(one["debit"] - one["credit"] for one in lines if one["account"].kind == "expense")
    return {"income": income, "expense": expense} if income or expense else {}


def _names(*accounts: int | None) -> list[str]:
    """The names of people by the numbers of their accounts; the platform itself has none."""
    known = dict(Account.objects.filter(pk__in=[one for one in accounts if one]).values_list("pk", "name"))
    return [known.get(one, _("系统")) if one is not None else "" for one in accounts]


@page(SEE)
def funds_voucher(request: ConsoleRequest, code: str, month: str, number: int) -> HttpResponseBase:
    """A posted voucher, made to be printed; what was posted by hand may be reversed."""
    book = book_of(request.actor, code)
    posting = get_object_or_404(Posting, book=book, month=month_asked(book, month), number=number)
    posting.book = book
    if request.method == "POST":
        request.actor.require(POST)
        red = actions.reverse_voucher(posting, by=request.actor, on=clock.today())
        messages.success(request, _("已冲销，红字凭证在本月"))
        return redirect("funds_voucher", code, red.month_key, red.number)
    made_by, checked_by = _names(posting.made_by, posting.checked_by)
    legs = list(posting.lines.order_by("seq").values_list("account_id", "fund_id", "amount_fen"))
    return render(
        request,
        "funds/console/voucher.html",
        {
            "book": book,
            "posting": posting,
            "lines": _lines(book, legs),
            "made_by": made_by,
            "checked_by": checked_by,
            "reversed_by": Posting.objects.filter(reverses=posting).first(),
            "may_reverse": request.actor.may(POST) and posting.origin in ("manual", "opening", "dues"),
        },
    )


def _draft(book: Book, public_id: object) -> VoucherDraft:
    return get_object_or_404(VoucherDraft.objects.select_related("book__organisation"), book=book, public_id=public_id)


@page(SEE)
def funds_draft(request: ConsoleRequest, code: str, public_id: object) -> HttpResponseBase:
    """A voucher that waits: somebody else posts it or sends it back."""
    book = book_of(request.actor, code)
    draft = _draft(book, public_id)
    if request.method == "POST":
        request.actor.require(POST)
        step = request.POST.get("step", "")
        if step == "post":
            posting = actions.post_draft(draft, by=request.actor)
            messages.success(request, _("已记账"))
            return redirect("funds_voucher", code, posting.month_key, posting.number)
        if step != "return":
            raise Http404
        actions.return_draft(draft, by=request.actor, on=clock.today())
        messages.success(request, _("已退回"))
        return redirect("funds_vouchers", code)
    (made_by,) = _names(draft.made_by)
    lines = _lines(book, draft.lines)
    return render(
        request,
        "funds/console/draft.html",
        {
            "book": book,
            "draft": draft,
            "lines": lines,
            "before": _before(lines) if draft.origin == "opening" else {},
            "made_by": made_by,
            "may_post": request.actor.may(POST) and draft.state == "waiting",
            "is_own": draft.made_by == request.actor.account_id,
        },
    )


@waiting
def to_post(actor: Actor) -> list[Item]:
    """Vouchers that wait for somebody other than their maker."""
    if not actor.may(POST):
        return []
    waits = VoucherDraft.objects.filter(actor.within("book__organisation__path"), state="waiting")
    mine = waits.filter(book__organisation_id=actor.organisation_id).exclude(made_by=actor.account_id)
    count, first = mine.count(), mine.select_related("book__organisation").first()
    if first is None:
        return []
    url = reverse("funds_vouchers", args=[first.book.organisation.code])
    return [Item(_("审核凭证"), url, state=_("待审核"), count=count)]


urlpatterns = [
    path("funds/<str:code>/vouchers/", funds_vouchers, name="funds_vouchers"),
    path("funds/<str:code>/vouchers/new/", funds_voucher_new, name="funds_voucher_new"),
    path("funds/<str:code>/vouchers/<uuid:public_id>/", funds_draft, name="funds_draft"),
    path("funds/<str:code>/vouchers/<str:month>/<int:number>/", funds_voucher, name="funds_voucher"),
]
