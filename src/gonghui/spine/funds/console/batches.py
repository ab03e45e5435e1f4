"""Batches: put together by the cashier, released by another, written as the bank's file."""

from uuid import UUID

from django.contrib import messages
from django.db.models import F, Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core import access, clock
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.spine.funds import actions
from gonghui.spine.funds.console.books import SEE, book_of
from gonghui.spine.funds.facts import BANK_FILE_TAKEN
from gonghui.spine.funds.flow import BATCH, RELEASE
from gonghui.spine.funds.forms import layout_choices
from gonghui.spine.funds.models import LedgerAccount, PaymentBatch, PaymentLine, PaymentOrder
from gonghui.spine.funds.rules import banks, parameters
from gonghui.spine.funds.sheets import banks as files
from gonghui.web.console import ConsoleRequest, attachment, page, render
from gonghui.web.desk import Keyset
from gonghui.web.stepup import asked_again
from gonghui.web.today import Item, waiting

READY_SHOWN, LINES_SHOWN = 500, 200


@page(SEE)
def funds_batches(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The batches of a book; the cashier puts the payments that are ready together."""
    book = book_of(request.actor, code)
    if request.method == "POST":
        request.actor.require(BATCH)
        chosen = PaymentOrder.objects.filter(book=book, public_id__in=_ids(request.POST.getlist("order"))).order_by(
            "made_on", "id"
        )
        pays_from = get_object_or_404(LedgerAccount, book=book, key=request.POST.get("pays_from", ""))
        batch = actions.make_batch(list(chosen), pays_from=pays_from, by=request.actor, at=clock.now())
        messages.success(request, _("已组批，等付款复核人放行"))
        return redirect("funds_batch", code, batch.public_id)
    ready = PaymentOrder.objects.filter(book=book, state="ready").select_related("payee__account", "fund")
    rows = [(one, actions.held(one, at=clock.now())) for one in ready.order_by("id")[:READY_SHOWN]]
    return render(
        request,
        "funds/console/batches.html",
        {
            "book": book,
            "page": Keyset(PaymentBatch.objects.filter(book=book), ("-number",), 50).page(request),
            "rows": rows,
            "money": LedgerAccount.objects.filter(book=book, is_money=True).exclude(key="cash"),
            "purposes": parameters.on(clock.today()).purposes,
            "may_make": request.actor.may(BATCH),
        },
    )


def _ids(typed: list[str]) -> list[UUID]:
    found = []
    for word in typed:
        try:
            found.append(UUID(word))
        except ValueError:
            raise Refusal("funds.batch_ready", "所选付款单有的已不在待组批状态，请刷新后重新勾选") from None
    return found


def _batch(request: ConsoleRequest, code: str, public_id: object) -> PaymentBatch:
    book = book_of(request.actor, code)
    seen = PaymentBatch.objects.select_related("book__organisation", "pays_from", "order")
    found: PaymentBatch = get_object_or_404(seen, book=book, public_id=public_id)
    return found


@page(SEE)
def funds_batch(request: ConsoleRequest, code: str, public_id: object) -> HttpResponseBase:
    """One batch: what it pays, by its hash; whoever releases it releases exactly this."""
    batch, actor = _batch(request, code, public_id), request.actor
    if request.method == "POST":
        step = request.POST.get("step", "")
        if step == "release":
            actor.require(RELEASE)
            if (shown_again := asked_again(request, doing=_("放行付款批次"))) is not None:
                return shown_again
            actions.release_batch(batch, content=request.POST.get("content", ""), by=actor, at=clock.now())
            messages.success(request, _("已放行，出纳可以取银行文件"))
        elif step == "cancel":
            actor.require(BATCH)
            actions.cancel_batch(batch, by=actor, on=clock.today())
            messages.success(request, _("批次已撤销，付款单回到待组批"))
        else:
            raise Http404
        return redirect("funds_batch", code, public_id)
    lines = batch.lines.select_related("order", "account__payee").exclude(state="dropped", batch__state="draft")
    return render(
        request,
        "funds/console/batch.html",
        {
            "book": batch.book,
            "batch": batch,
            "page": Keyset(lines, ("seq",), LINES_SHOWN).page(request),
            "purposes": parameters.on(clock.today()).purposes,
            "replaced": _replaced(batch),
            "may_release": actor.may(RELEASE) and batch.state == "draft" and _is_approved(batch),
            "may_cancel": actor.may(BATCH) and batch.state == "draft" and batch.order is None,
            "may_take": actor.may(BATCH) and batch.released_by is not None,
            "layouts": layout_choices(),
        },
    )


def _is_approved(batch: PaymentBatch) -> bool:
    """A batch of single orders has approved ones only; of a list, the list must be."""
    return batch.order is None or batch.order.state in ("batched", "sent")


def _replaced(batch: PaymentBatch) -> list[PaymentLine]:
    """Payments of a list's batch that may not be released, because the account is another by now."""
    if batch.order is None or batch.state != "draft":
        return []
    lines = PaymentLine.objects.filter(batch=batch, state="waiting").select_related("account__payee")
    return list(lines.exclude(account=F("account__payee__account")).order_by("seq")[:LINES_SHOWN])


@page(BATCH)
def funds_batch_file(request: ConsoleRequest, code: str, public_id: object) -> HttpResponseBase:
    """The bank's file of a released batch. It holds account numbers: that it was taken is written down."""
    batch = _batch(request, code, public_id)
    if (shown_again := asked_again(request, then=request.get_full_path())) is not None:
        return shown_again
    layout = banks.layout_of(request.GET.get("layout", "csv_utf8"))
    content = files.file_of(batch, layout.key)
    access.looked(request.actor, BANK_FILE_TAKEN, subject_type="funds.paymentbatch", subject_id=batch.pk)
    mime = "application/xml" if layout.kind == "iso20022" else "text/csv"
    return attachment(content, f"{batch.title}.{layout.ending}", mime)


@waiting
def to_pay(actor: Actor) -> list[Item]:
    """Payments to put together, and batches to release."""
    items = []
    if actor.may(BATCH):
        ready = PaymentOrder.objects.filter(book__organisation_id=actor.organisation_id, state="ready")
        if count := ready.count():
            url = reverse("funds_batches", args=[_code(ready)])
            items.append(Item(_("组成付款批次"), url, state=_("待组批"), count=count))
    if actor.may(RELEASE):
        drafts = PaymentBatch.objects.filter(book__organisation_id=actor.organisation_id, state="draft")
        drafts = drafts.filter(Q(order=None) | Q(order__state__in=["batched", "sent"]))
        if count := drafts.count():
            url = reverse("funds_batches", args=[_code(drafts)])
            items.append(Item(_("放行付款批次"), url, state=_("待放行"), count=count))
    return items


def _code(rows: object) -> str:
    return str(rows.values_list("book__organisation__code", flat=True).first())  # type: ignore[attr-defined]


urlpatterns = [
    path("funds/<str:code>/batches/", funds_batches, name="funds_batches"),
    path("funds/<str:code>/batches/<uuid:public_id>/", funds_batch, name="funds_batch"),
    path("funds/<str:code>/batches/<uuid:public_id>/file/", funds_batch_file, name="funds_batch_file"),
]
