"""Payment orders: the list, one of them with its steps, a new one by hand."""

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.core.facts import KINDS
from gonghui.core.journal import entries_of
from gonghui.core.models import Kind
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import AccountEntry
from gonghui.spine.funds.console import lists
from gonghui.spine.funds.console.books import SEE, book_of
from gonghui.spine.funds.flow import ORDER, ORDER_FLOW
from gonghui.spine.funds.forms import AccountForm, OrderForm
from gonghui.spine.funds.models import PaymentLine, PaymentOrder
from gonghui.spine.funds.rules import parameters
from gonghui.web import once
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.web.today import Item, waiting

APPROVING = ("funds.approve", "funds.approve_middle", "funds.approve_large")


@page(SEE)
def funds_orders(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The payment orders of a book, those of one state where one is chosen."""
    book = book_of(request.actor, code)
    rows = PaymentOrder.objects.filter(book=book).select_related("payee__account", "fund")
    state = request.GET.get("state", "")
    if state in ORDER_FLOW.states:
        rows = rows.filter(state=state)
    return render(
        request,
        "funds/console/orders.html",
        {
            "book": book,
            "page": Keyset(rows, ("-made_on", "-id"), 50).page(request),
            "purposes": parameters.on(clock.today()).purposes,
            "state": state,
            "states": [(key, _(word)) for key, word in ORDER_FLOW.states.items()],
            "may_order": request.actor.may(ORDER),
        },
    )


@page(ORDER)
def funds_order_new(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The form of a payment ordered by hand; programmes order theirs themselves."""
    request.actor.require(SEE)
    book = book_of(request.actor, code)
    typed = request.POST if request.method == "POST" else request.typed
    form = OrderForm(typed or None, book=book)
    if request.method == "POST" and form.is_valid():
        key = f"hand-{request.POST.get(once.FIELD) or once.fresh_key()}"
        order = actions.order_payment(form.entry(key), by=request.actor, at=clock.now())
        messages.success(request, _("付款单已提交，等待审批"))
        return redirect("funds_order", code, order.public_id)
    return render(request, "funds/console/order_form.html", {"book": book, "form": form})


def _may(order: PaymentOrder, actor: Actor) -> list[str]:
    """The steps that the actor may take with an order as it stands."""
    tier = parameters.tier_of(order.amount_fen, clock.today())
    offered = []
    if order.state == "waiting" and actor.may(tier.power) and order.made_by != actor.account_id:
        offered.append("approve")
    if actor.may(ORDER) and order.state in ("failed", "returned"):
        offered.append("fix")
    account = order.payee.account if order.payee is not None else None
    waits = account is not None and actions.held(order, at=clock.now()) is not None
    if waits and account is not None and actor.may("funds.approve") and account.set_by != actor.account_id:
        offered.append("confirm")
    if actor.may(ORDER) and order.state in ORDER_FLOW.steps["dissolve" if order.is_list else "cancel"].leaves:
        offered.append("cancel")
    return offered


@page(SEE)
def funds_order(request: ConsoleRequest, code: str, public_id: object) -> HttpResponseBase:
    """One payment order: what, to whom, where it stands, and the steps that may be taken."""
    book = book_of(request.actor, code)
    order = get_object_or_404(
        PaymentOrder.objects.select_related(
            "payee__account", "fund", "spent_on", "book__organisation", "from_line__order"
        ),
        book=book,
        public_id=public_id,
    )
    typed = request.POST if request.POST.get("number") else None
    form = AccountForm(typed, use_required_attribute=False)  # left empty, the account stays
    line = lists.line_of(order, request) if order.is_list else None
    if request.method == "POST" and not (form.is_bound and not form.is_valid()):
        entry = form.account_entry() if form.is_bound else None
        return _step(request, order, code, line, entry)
    shown = {
        "book": book,
        "order": order,
        "tier": parameters.tier_of(order.amount_fen, clock.today()) if order.amount_fen else None,
        "may": _may(order, request.actor),
        "purpose": parameters.on(clock.today()).purposes.get(order.purpose, order.purpose),
        "held_until": actions.held(order, at=clock.now()),
        "form": form,
        "history": history_of(order),
    }
    if order.is_list:
        return render(request, "funds/console/list.html", shown | lists.shown(order, request, line))
    shown["lines"] = order.lines.select_related("batch").order_by("-id")
    return render(request, "funds/console/order.html", shown)


def _step(
    request: ConsoleRequest, order: PaymentOrder, code: str, line: PaymentLine | None, entry: AccountEntry | None
) -> HttpResponseBase:
    step, actor = request.POST.get("step", ""), request.actor
    if step == "approve":
        if not any(map(actor.may, APPROVING)):
            actor.require(parameters.tier_of(order.amount_fen, clock.today()).power)
        actions.approve_order(order, minutes=request.POST.get("minutes", ""), by=actor, on=clock.today())
    elif step == "cancel":
        actions.cancel_order(order, by=actor, on=clock.today())
    elif step == "fix":
        actions.fix_order(order, entry, by=actor, at=clock.now())
    elif step == "confirm" and order.payee is not None and order.payee.account is not None:
        actions.confirm_account(order.payee.account, by=actor, at=clock.now())
    elif step == "apart" and line is not None:
        order = actions.split_off(line, entry, by=actor, at=clock.now())
    elif step == "give_up" and line is not None:
        order = actions.give_up(line, by=actor, at=clock.now())
    else:
        raise Http404
    messages.success(request, _("已办，并记入台账"))
    return redirect("funds_order", code, order.public_id)


def history_of(order: PaymentOrder) -> list[dict[str, object]]:
    """What the journal says about an order, newest first."""
    entries = list(entries_of(order).order_by("-id")[:20])
    names = dict(Kind.objects.filter(pk__in={entry.kind for entry in entries}).values_list("pk", "name"))
    return [
        {
            "title": _(KINDS[names[entry.kind]].title),
            "on": entry.happened_on,
            "fen": entry.amount_fen,
            "url": reverse("entry", args=[entry.id]),
        }
        for entry in entries
        if names[entry.kind] in KINDS
    ]


@waiting
def to_approve(actor: Actor) -> list[Item]:
    """Payment orders that wait for this person's word."""
    powers = [power for power in APPROVING if actor.may(power)]
    if not powers:
        return []
    waits = (
        PaymentOrder.objects.filter(book__organisation_id=actor.organisation_id, state="waiting")
        .exclude(made_by=actor.account_id)
        .select_related("book__organisation")
    )
    mine = [one for one in waits[:500] if actor.may(parameters.tier_of(one.amount_fen, clock.today()).power)]
    if not mine:
        return []
    url = f"{reverse('funds_orders', args=[mine[0].book.organisation.code])}?state=waiting"
    return [Item(_("审批付款单"), url, state=_("待审批"), count=len(mine))]


urlpatterns = [
    path("funds/<str:code>/orders/", funds_orders, name="funds_orders"),
    path("funds/<str:code>/orders/new/", funds_order_new, name="funds_order_new"),
    path("funds/<str:code>/orders/<uuid:public_id>/", funds_order, name="funds_order"),
]
