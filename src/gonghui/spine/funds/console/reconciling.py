"""The desk where answers of the bank come in, and what fits nothing is looked into."""

from datetime import date, datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.core.calendar_table import workdays
from gonghui.core.errors import Refusal
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions.posting import POST
from gonghui.spine.funds.console.books import SEE, book_of
from gonghui.spine.funds.flow import BATCH
from gonghui.spine.funds.forms import AnswerForm
from gonghui.spine.funds.models import AnswerFile, AnswerRow, Book, PaymentLine
from gonghui.spine.funds.rules import answers, banks, parameters
from gonghui.spine.funds.sheets import banks as files
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.web.today import Item, waiting

OPEN_SHOWN = 100


@page(SEE)
def funds_reconciling(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """Answers taken in, payments whose result is not known, rows that fit no payment."""
    book = book_of(request.actor, code)
    form = AnswerForm() if request.actor.may(BATCH) else None
    if request.method == "POST":
        request.actor.require(BATCH)
        form = AnswerForm(request.POST, request.FILES)
        if form.is_valid():
            sent = form.cleaned_data["file"]
            if sent.size > banks.FILE_BYTES_MOST:
                raise Refusal("funds.answer_size", "回单文件最大 10 MB，请分开导入")
            rows, sha256 = files.answers_of(sent.read(), form.cleaned_data["layout"])
            layout = form.cleaned_data["layout"]
            file = actions.take_answer(book, rows, layout=layout, sha256=sha256, by=request.actor, at=clock.now())
            messages.success(request, _("回单已处理"))
            return redirect("funds_answer", code, file.public_id)
    open_lines = PaymentLine.objects.filter(batch__book=book, batch__state="released", state__in=("sent", "unknown"))
    return render(
        request,
        "funds/console/reconciling.html",
        {
            "book": book,
            "form": form,
            "page": Keyset(AnswerFile.objects.filter(book=book), ("-received_at", "-id"), 50).page(request),
            "open_lines": open_lines.select_related("batch", "order", "account__payee").order_by("id")[:OPEN_SHOWN],
            "open_rows": _open(book).select_related("file").order_by("id")[:OPEN_SHOWN],
            "outcomes": answers.OUTCOMES,
        },
    )


def _open(book: Book) -> QuerySet[AnswerRow]:
    return AnswerRow.objects.filter(file__book=book, outcome__in=answers.OPEN, looked_at_by=None)


@page(SEE)
def funds_answer(request: ConsoleRequest, code: str, public_id: object) -> HttpResponseBase:
    """One answer of the bank, row by row with what became of it."""
    book = book_of(request.actor, code)
    file = get_object_or_404(AnswerFile, book=book, public_id=public_id)
    if request.method == "POST":
        request.actor.require(POST)
        seq = request.POST.get("row", "")
        row = get_object_or_404(AnswerRow, file=file, seq=int(seq) if seq.isdecimal() and len(seq) < 7 else 0)
        actions.settle_row(row, request.POST.get("note", ""), by=request.actor, on=clock.today())
        messages.success(request, _("已记下处理结果"))
        return redirect("funds_answer", code, public_id)
    rows = AnswerRow.objects.filter(file=file).select_related("line__batch", "line__order")
    return render(
        request,
        "funds/console/answer.html",
        {
            "book": book,
            "file": file,
            "page": Keyset(rows, ("seq",), 100).page(request),
            "outcomes": answers.OUTCOMES,
            "codes": answers.CODES,
            "open": answers.OPEN,
            "may_settle": request.actor.may(POST),
        },
    )


@waiting
def to_look_into(actor: Actor) -> list[Item]:
    """Rows of answers that fit no payment."""
    if not actor.may(POST):
        return []
    rows = AnswerRow.objects.filter(
        file__book__organisation_id=actor.organisation_id, outcome__in=answers.OPEN, looked_at_by=None
    )
    if not (count := rows.count()):
        return []
    code = rows.values_list("file__book__organisation__code", flat=True).first()
    return [Item(_("核对银行回单"), reverse("funds_reconciling", args=[code]), state=_("对不上"), count=count)]


@waiting
def to_hear(actor: Actor) -> list[Item]:
    """Payments at the bank of which nothing is known yet, and those the bank is in doubt about; each with its day."""
    if not actor.may(BATCH):
        return []
    lines = PaymentLine.objects.filter(batch__book__organisation_id=actor.organisation_id, batch__state="released")
    limits, items = parameters.on(clock.today()).deadlines, []
    for state, word, since, days in (
        ("sent", _("等银行回单"), "batch__released_at", limits.answer_workdays),
        ("unknown", _("银行未答复"), "settled_on", limits.doubt_workdays),
    ):
        rows = lines.filter(state=state)
        if count := rows.count():
            first, code = rows.order_by(since).values_list(since, "batch__book__organisation__code")[0]
            begun: date = clock.day_of(first) if isinstance(first, datetime) else first
            due = workdays().add_workdays(begun, days)
            url = reverse("funds_reconciling", args=[code])
            items.append(Item(_("向银行查询付款结果"), url, state=word, due=due, count=count))
    return items


urlpatterns = [
    path("funds/<str:code>/reconciling/", funds_reconciling, name="funds_reconciling"),
    path("funds/<str:code>/reconciling/<uuid:public_id>/", funds_answer, name="funds_answer"),
]
