"""What a book holds on the day it begins: pasted or brought as a workbook, then checked and posted by somebody else."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _

from gonghui.core import clock
from gonghui.spine.funds import actions
from gonghui.spine.funds.console.books import book_of
from gonghui.spine.funds.forms import OpeningForm
from gonghui.spine.funds.models import Book, LedgerAccount, Posting, VoucherDraft
from gonghui.spine.funds.rules.charts import KINDS, TURNOVER
from gonghui.spine.funds.sheets import opening, workbook
from gonghui.web import say
from gonghui.web.console import ConsoleRequest, attachment, page, render
from gonghui.web.imports.opening import open_upload

MAKE = "funds.vouchers"
LARGEST = 2 * 2**20


@page(MAKE)
def funds_opening(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The lines of the opening balance: read, checked, and handed to somebody else."""
    book = book_of(request.actor, code)
    returned = VoucherDraft.objects.filter(book=book, origin="opening", state="returned").order_by("-id").first()
    again = opening.as_text(opening.rows_of(book, returned.lines)) if returned is not None else ""
    form, faults = OpeningForm(request.typed or None, initial={"lines": again}), list[str]()
    if request.method == "POST":
        form = OpeningForm(request.POST, request.FILES)
        if form.is_valid():
            rows = _rows(form.cleaned_data)
            found = opening.read(book, rows)
            faults = [say.text(one) for one in found.faults]
            if not faults:
                draft = actions.draft_opening(book, found.legs, by=request.actor, on=clock.today())
                messages.success(request, _("期初余额已制好，等他人审核记账"))
                return redirect("funds_draft", code, draft.public_id)
            if form.cleaned_data["file"] is not None:
                form = OpeningForm({"lines": opening.as_text(rows)})
    return render(
        request,
        "funds/console/opening.html",
        {
            "book": book,
            "form": form,
            "faults": faults[: opening.SHOWN],
            "more": len(faults[opening.SHOWN :]),
            "funds": [one.title for one in book.funds.all()],
            "accounts": _accounts(book),
            "kinds": KINDS,
            "returned": returned,
            "mid_year": book.started_on.month > 1,
            "posted": Posting.objects.filter(book=book, origin="opening").first(),
            "waits": VoucherDraft.objects.filter(book=book, origin="opening", state="waiting").first(),
        },
        status=422 if faults else 200,
    )


def _rows(given: dict[str, Any]) -> list[tuple[int, opening.Row]]:
    """The lines of the workbook where there is one, else those that were typed."""
    file = given["file"]
    if file is None:
        return opening.pasted(given["lines"])
    opened = open_upload(file.read(), file.name, largest=LARGEST)
    return opening.listed(enumerate(opened.rows, 1))


def _accounts(book: Book) -> Any:
    accounts = LedgerAccount.objects.filter(book=book)
    return accounts if book.started_on.month > 1 else accounts.exclude(kind__in=TURNOVER)


@page(MAKE)
def funds_opening_layout(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The workbook to fill in."""
    book = book_of(request.actor, code)
    return attachment(opening.layout(book), f"{_('期初余额')}-{code}.xlsx", workbook.MIME)


urlpatterns = [
    path("funds/<str:code>/opening/", funds_opening, name="funds_opening"),
    path("funds/<str:code>/opening/layout.xlsx", funds_opening_layout, name="funds_opening_layout"),
]
