"""Books and what they hold: funds, the ledger by month, the closing of months."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core import access, clock
from gonghui.core.actor import Actor
from gonghui.spine.funds import actions
from gonghui.spine.funds.facts import LEDGER_TAKEN
from gonghui.spine.funds.forms import BookForm, FundForm
from gonghui.spine.funds.models import Book, BookMonth, LedgerAccount, Posting, VoucherDraft, balances, turnovers
from gonghui.spine.funds.rules import ledger, parameters
from gonghui.spine.funds.rules.charts import KINDS
from gonghui.spine.funds.sheets import workbook
from gonghui.spine.organisations.models import Organisation
from gonghui.web.console import ConsoleRequest, attachment, page, render
from gonghui.web.desk import Keyset
from gonghui.web.stepup import asked_again
from gonghui.web.today import Item, waiting

SEE, KEEP, CLOSE, MAKE = "funds.see", "funds.keep", "funds.close", "funds.vouchers"


def book_of(actor: Actor, code: str) -> Book:
    """The book of a union that the actor sees; else there is none."""
    seen = Book.objects.seen_by(actor).select_related("organisation")
    return get_object_or_404(seen, organisation__code=code)


def month_asked(book: Book, key: str) -> int:
    """The month of an address, 2020-06; today's, or the book's newest before, where none is said."""
    if not key:
        today = ledger.month_of(clock.today())
        found = BookMonth.objects.filter(book=book, month__lte=today).values_list("month", flat=True).first()
        return found or ledger.month_of(book.started_on)
    try:
        year, month = key.split("-")
        return ledger.month_of(date(int(year), int(month), 1))
    except ValueError:
        raise Http404 from None


def month_key(month: int) -> str:
    """202006 as 2020-06."""
    return f"{month // 100}-{month % 100:02}"


@page(SEE)
def funds(request: ConsoleRequest) -> HttpResponseBase:
    """The books in sight; the union's own is begun here."""
    actor = request.actor
    own = Organisation.objects.get(pk=actor.organisation_id)
    has_own = Book.objects.filter(organisation=own).exists()
    form = BookForm(request.typed or None) if actor.may(KEEP) and not has_own else None
    if request.method == "POST":
        actor.require(KEEP)
        form = BookForm(request.POST)
        if form.is_valid():
            started_on = form.cleaned_data["started_on"]
            book = actions.open_book(own, started_on=started_on, by=actor, on=clock.today())
            messages.success(request, _("账簿已启用，先设资金，再记期初余额"))
            return redirect("funds_book", book.organisation.code)
    seen = Book.objects.seen_by(actor).select_related("organisation")
    shown = Keyset(seen, ("organisation__path",), 50).page(request)
    return render(request, "funds/console/funds.html", {"page": shown, "form": form})


@page(SEE)
def funds_book(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """One book: its funds with what is held, bespoken and free, and the ways to everything else."""
    book = book_of(request.actor, code)
    form = FundForm(request.typed or None) if request.actor.may(KEEP) else None
    if request.method == "POST":
        request.actor.require(KEEP)
        form = FundForm(request.POST)
        if form.is_valid():
            actions.open_fund(book, form.entry(), by=request.actor, on=clock.today())
            messages.success(request, _("资金已设立"))
            return redirect("funds_book", code)
    held = list(book.funds.all())
    return render(
        request,
        "funds/console/book.html",
        {
            "book": book,
            "funds": held,
            "total": sum(one.held_fen for one in held),
            "form": form,
            "drafts": VoucherDraft.objects.filter(book=book, state="waiting").count(),
            "wants_opening": bool(held) and not _begun(book),
            "may_make": request.actor.may(MAKE),
        },
    )


def _begun(book: Book) -> bool:
    """Whether the opening balance stands or waits to be checked, or a closed month shows that there was none."""
    waits = VoucherDraft.objects.filter(book=book, origin="opening", state="waiting")
    stands = Posting.objects.filter(book=book, origin="opening")
    return stands.exists() or waits.exists() or BookMonth.objects.filter(book=book, state="closed").exists()


def _rows(book: Book, month: int) -> list[dict[str, Any]]:
    """The trial balance of a month: what each account had, what went through it, what it has."""
    first, last = date(month // 100, month % 100, 1), ledger.last_day(month)
    moved = turnovers(book, first, last)
    ends = balances(book, last)
    rows = []
    for account in LedgerAccount.objects.filter(book=book):
        end = sum(fen for (key, _fund), fen in ends.items() if key == account.pk)
        debit = sum(one[0] for (key, _fund), one in moved.items() if key == account.pk)
        credit = sum(one[1] for (key, _fund), one in moved.items() if key == account.pk)
        if end or debit or credit:
            begin = end - debit + credit
            rows.append({"account": account, "begin": begin, "debit": debit, "credit": credit, "end": end})
    return rows


@page(SEE)
def funds_ledger(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The accounts of a month with their turnover and balance."""
    book = book_of(request.actor, code)
    month = month_asked(book, request.GET.get("month", ""))
    rows = _rows(book, month)
    sums = {name: sum(row[name] for row in rows) for name in ("debit", "credit")}
    return render(
        request,
        "funds/console/ledger.html",
        {
            "book": book,
            "rows": rows,
            "kinds": KINDS,
            "sums": sums,
            "month": month_key(month),
            "months": [one.key for one in BookMonth.objects.filter(book=book)],
        },
    )


@page(SEE)
def funds_export(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The ledger of a month as a workbook; that it was taken away is written down."""
    book = book_of(request.actor, code)
    month = month_asked(book, request.GET.get("month", ""))
    if (shown_again := asked_again(request, then=request.get_full_path())) is not None:
        return shown_again
    access.looked(request.actor, LEDGER_TAKEN, subject_type="funds.book", subject_id=book.pk)
    content = workbook.ledger(book, date(month // 100, month % 100, 1), ledger.last_day(month))
    return attachment(content, f"ledger-{code}-{month_key(month)}.xlsx", workbook.MIME)


# Closing ----------------------------------------------------------------------------------------------------------


@page(SEE)
def funds_months(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The months of a book; the oldest open one may be closed."""
    book = book_of(request.actor, code)
    today = clock.today()
    if request.method == "POST":
        request.actor.require(CLOSE)
        month = month_asked(book, request.POST.get("month", ""))
        if (shown_again := asked_again(request, doing=_("结账"))) is not None:
            return shown_again
        if month % 100 == 12:
            actions.close_year(book, month // 100, by=request.actor, on=today)
        else:
            actions.close_month(book, month, by=request.actor, on=today)
        messages.success(request, _("%(month)s 已结账") % {"month": month_key(month)})
        return redirect("funds_months", code)
    months = list(BookMonth.objects.filter(book=book, month__lte=ledger.month_of(today))[:120])
    oldest = min((one.month for one in months if one.state == "open"), default=0)
    over = [one for one in months if one.month == oldest and ledger.last_day(one.month) < today]
    return render(
        request,
        "funds/console/months.html",
        {
            "book": book,
            "months": months,
            "closable": over[0].key if over and request.actor.may(CLOSE) else "",
            "drafts": VoucherDraft.objects.filter(book=book, state="waiting").count(),
        },
    )


@waiting
def to_close(actor: Actor) -> list[Item]:
    """The oldest month of one's own book that is over and still open."""
    book = Book.objects.filter(organisation_id=actor.organisation_id).select_related("organisation").first()
    if book is None or not actor.may(CLOSE):
        return []
    today = clock.today()
    over = BookMonth.objects.filter(book=book, state="open", month__lt=ledger.month_of(today))
    oldest = over.order_by("month").first()
    if oldest is None:
        return []
    following, day = ledger.next_month(oldest.month), parameters.on(today).deadlines.close_day
    due = date(following // 100, following % 100, day)
    title = _("%(month)s 结账") % {"month": oldest.key}
    return [Item(title, reverse("funds_months", args=[book.organisation.code]), state=_("未结账"), due=due)]


urlpatterns = [
    path("funds/", funds, name="funds"),
    path("funds/<str:code>/", funds_book, name="funds_book"),
    path("funds/<str:code>/ledger/", funds_ledger, name="funds_ledger"),
    path("funds/<str:code>/ledger/export/", funds_export, name="funds_export"),
    path("funds/<str:code>/months/", funds_months, name="funds_months"),
]
