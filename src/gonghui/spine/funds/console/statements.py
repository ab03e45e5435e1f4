"""Bank statements beside the book: taken in, compared month by month, and what is uncertain decided by people."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions.posting import POST
from gonghui.spine.funds.console.books import SEE, book_of, month_asked, month_key
from gonghui.spine.funds.flow import BATCH
from gonghui.spine.funds.forms import MatchForm, StatementForm
from gonghui.spine.funds.models import Book, BookMonth, Statement, StatementRow
from gonghui.spine.funds.rules import statements
from gonghui.spine.funds.sheets.statements import movements_of
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.web.today import Item, waiting


@page(SEE)
def funds_statements(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """Each account at the bank at the end of a month: book and bank, and everything that parts them."""
    book = book_of(request.actor, code)
    form = StatementForm(book=book) if request.actor.may(BATCH) else None
    if request.method == "POST":
        request.actor.require(BATCH)
        form = StatementForm(request.POST, request.FILES, book=book)
        if form.is_valid():
            return redirect("funds_statement", code, _taken(request, form).public_id)
    month = month_asked(book, request.GET.get("month", ""))
    told = [account for account in book.accounts.all() if Statement.objects.filter(account=account).exists()]
    compared = [(account, found) for account in told if (found := actions.differences(account, month)) is not None]
    return render(
        request,
        "funds/console/statements.html",
        {
            "book": book,
            "form": form,
            "month": month_key(month),
            "months": [one.key for one in BookMonth.objects.filter(book=book)],
            "compared": compared,
            "page": Keyset(Statement.objects.filter(book=book), ("-received_at", "-id"), 20).page(request),
            "layouts": {key: one.title for key, one in statements.layouts().items()},
        },
    )


def _taken(request: ConsoleRequest, form: StatementForm) -> Statement:
    sent, layout = form.cleaned_data["file"], form.cleaned_data["layout"]
    if sent.size > statements.FILE_BYTES_MOST:
        raise Refusal("funds.statement_size", "对账单文件最大 10 MB，请分开导入")
    told, sha256 = movements_of(sent.read(), layout)
    account, by = form.cleaned_data["account"], request.actor
    statement = actions.take_statement(account, told, layout=layout, sha256=sha256, by=by, at=clock.now())
    messages.success(request, _("对账单已导入，能确定的已经核对"))
    return statement


@page(SEE)
def funds_statement(request: ConsoleRequest, code: str, public_id: object) -> HttpResponseBase:
    """One statement, row by row with what of the book each is."""
    book = book_of(request.actor, code)
    statement = get_object_or_404(Statement.objects.select_related("account"), book=book, public_id=public_id)
    rows = StatementRow.objects.filter(statement=statement).select_related("line__order", "posting")
    return render(
        request,
        "funds/console/statement.html",
        {
            "book": book,
            "statement": statement,
            "page": Keyset(rows, ("seq",), 100).page(request),
            "ways_matched": statements.WAYS,
        },
    )


@page(SEE)
def funds_movement(request: ConsoleRequest, code: str, public_id: object, seq: int) -> HttpResponseBase:
    """One movement: what of the book it may be, or why the book does not have it; each with a reason."""
    book = book_of(request.actor, code)
    row = get_object_or_404(
        StatementRow.objects.select_related("statement", "account__book", "line__order", "posting"),
        statement__book=book,
        statement__public_id=public_id,
        seq=seq,
    )
    found = actions.candidates(row) if row.how in ("", "explained") else []
    form = MatchForm(request.typed or None, found=found)
    if request.method == "POST":
        request.actor.require(POST)
        if request.POST.get("step") == "release":
            actions.release_movement(row, by=request.actor, on=clock.today())
            messages.success(request, _("已撤回，重新待核对"))
            return redirect("funds_movement", code, public_id, seq)
        form = MatchForm(request.POST, found=found)
        if form.is_valid():
            _settle(request, row, form)
            return redirect("funds_statement", code, public_id)
    return render(
        request,
        "funds/console/movement.html",
        {
            "book": book,
            "row": row,
            "form": form if row.how in ("", "explained") and request.actor.may(POST) else None,
            "may_release": row.how in ("amount_day", "by_hand", "explained") and request.actor.may(POST),
            "ways_matched": statements.WAYS,
        },
    )


def _settle(request: ConsoleRequest, row: StatementRow, form: MatchForm) -> None:
    key, note = form.cleaned_data["item"], form.cleaned_data["note"]
    if key:
        actions.match_movement(row, key, note, by=request.actor, on=clock.today())
        messages.success(request, _("已核对，并记入台账"))
    else:
        actions.explain_movement(row, note, by=request.actor, on=clock.today())
        messages.success(request, _("已记下说明；入账以前它一直在差异里"))


def _open(book: Book) -> int:
    return StatementRow.objects.filter(statement__book=book, how="").count()


@waiting
def to_match(actor: Actor) -> list[Item]:
    """Movements of one's own book that nobody has matched or explained."""
    if not actor.may(POST):
        return []
    book = Book.objects.filter(organisation_id=actor.organisation_id).select_related("organisation").first()
    if book is None or not (count := _open(book)):
        return []
    where = reverse("funds_statements", args=[book.organisation.code])
    return [Item(_("核对银行对账单"), where, state=_("待核对"), count=count)]


urlpatterns = [
    path("funds/<str:code>/statements/", funds_statements, name="funds_statements"),
    path("funds/<str:code>/statements/<uuid:public_id>/", funds_statement, name="funds_statement"),
    path("funds/<str:code>/statements/<uuid:public_id>/<int:seq>/", funds_movement, name="funds_movement"),
]
