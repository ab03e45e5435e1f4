"""The desk of transfers, with both sides; and the question whether somebody is in another union."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core import clock, crypto
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.spine.members import actions
from gonghui.spine.members.actions.checks import ELSEWHERE
from gonghui.spine.members.flow import CHECK, KEEP, OPEN, SEE, TRANSFER_FLOW
from gonghui.spine.members.forms import AskForm, CheckForm, WhyNotForm
from gonghui.spine.members.models import Person, Transfer
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.web.today import Item, waiting

ASKED = "members.asked transfer"
SIDES = {"out": "待我方确认转出", "in": "待我方确认转入", "all": "全部"}


def knows_source(actor: Actor, transfer: Transfer) -> bool:
    """Whether the actor may read which union the member comes from: not before that union has let go."""
    return transfer.released_on is not None or actor.sees(transfer.source.path)


@page(SEE)
def transfers(request: ConsoleRequest) -> HttpResponseBase:
    """The transfers of the subtree's unions, the nearest day first."""
    actor, side = request.actor, request.GET.get("side", "all")
    side = side if side in SIDES else "all"
    rows = Transfer.objects.seen_by(actor).select_related("person", "source", "target")
    if side == "out":
        rows = rows.filter(actor.within("source__path"), state="asked")
    elif side == "in":
        rows = rows.filter(actor.within("target__path"), state="released")
    shown = Keyset(rows, ("-asked_on", "-id") if side == "all" else ("due_on", "id"), 50).page(request)
    today = clock.today()
    return render(
        request,
        "members/console/transfers.html",
        {
            "page": shown,
            "rows": [(one, knows_source(actor, one), one.state in OPEN and one.due_on < today) for one in shown],
            "side": side,
            "sides": [(key, _(word)) for key, word in SIDES.items()],
            "may_check": actor.may(CHECK),
        },
    )


def transfer_of(actor: Actor, public_id: object) -> Transfer:
    """The transfer if one of its unions is the actor's; else there is none."""
    rows = Transfer.objects.seen_by(actor).select_related("person__organisation", "source", "target", "asked_by")
    return get_object_or_404(rows, public_id=public_id)


@page(SEE)
def transfer(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """One transfer: where it stands, and the steps of the own side; POST takes one."""
    found, actor = transfer_of(request.actor, public_id), request.actor
    step = request.POST.get("step", "")
    if request.method == "POST":
        actor.require(KEEP)
        if step in TRANSFER_FLOW.steps:
            words = request.POST.get("why_not", "")
            actions.turn_transfer(found, step, by=actor, on=clock.today(), why_not=words)
            messages.success(request, _("已办“%(step)s”，并记入台账") % {"step": _(TRANSFER_FLOW.steps[step].title)})
        return redirect("transfer", found.public_id)
    offers = TRANSFER_FLOW.offers(found, by=actor) if actor.may(KEEP) else []
    own = [offer for offer in offers if offer.allowed]
    return render(
        request,
        "members/console/transfer.html",
        {
            "transfer": found,
            "person": found.person,
            "sees_person": actor.sees(found.person.organisation.path),
            "knows_source": knows_source(actor, found),
            "steps": [one.step for one in own if one.step.name not in ("object", "decline")],
            "no": next((one.step for one in own if one.step.name in ("object", "decline")), None),
            "why_form": WhyNotForm(request.typed or None),
            "is_open": found.state in OPEN,
        },
    )


# Asking across unions ---------------------------------------------------------------------------------------------


@page(CHECK)
def member_check(request: ConsoleRequest) -> HttpResponseBase:
    """Whether somebody is in another union; if so, the transfer may be asked for with one more press."""
    typed = request.POST if request.method == "POST" else request.typed
    form, answer, token, target = CheckForm(typed or None), None, "", None
    if request.method == "POST" and request.POST.get("step") == "ask":
        return _ask(request)
    if request.method == "POST" and form.is_valid():
        answer = actions.check_across(
            form.cleaned_data["paper_kind"],
            form.cleaned_data["paper"],
            consents=form.cleaned_data["consents"],
            by=request.actor,
            on=clock.today(),
        )
        if answer.how == ELSEWHERE and answer.person is not None and request.actor.may(KEEP):
            token = crypto.seal(str(answer.person.public_id), purpose=ASKED, place=_place(request.actor))
            target = AskForm(actor=request.actor)
    return render(
        request,
        "members/console/check.html",
        {"form": form, "answer": answer, "token": token, "target": target},
    )


def _place(actor: Actor) -> str:
    return f"{actor.account_id} {clock.today()}"


def _ask(request: ConsoleRequest) -> HttpResponseBase:
    """The transfer of whoever was just found elsewhere is asked for."""
    actor = request.actor
    actor.require(KEEP)
    token = request.POST.get("token", "")
    try:
        public_id = crypto.unseal(token, purpose=ASKED, place=_place(actor))
    except crypto.Unreadable:
        raise Refusal("members.check_stale", "这次查询已经过期：请重新查询") from None
    form = AskForm(request.POST, actor=actor)
    if not form.is_valid():
        context = {"form": CheckForm(), "answer": {"how": ELSEWHERE}, "token": token, "target": form}
        return render(request, "members/console/check.html", context)
    person = get_object_or_404(Person, public_id=public_id)
    [made] = actions.ask_transfers([person], form.cleaned_data["target"], by=actor, on=clock.today())
    messages.success(request, _("已提出会籍接转，等原工会确认"))
    return redirect("transfer", made.public_id)


# What waits -------------------------------------------------------------------------------------------------------


@waiting
def to_do(actor: Actor) -> list[Item]:
    """Transfers that wait for the own side: one item for each side, not one a person."""
    if not actor.may(KEEP):
        return []
    rows, items = Transfer.objects.all(), []
    for side, found in (
        ("out", rows.filter(actor.within("source__path"), state="asked")),
        ("in", rows.filter(actor.within("target__path"), state="released")),
    ):
        if many := found.count():
            due = found.order_by("due_on").values_list("due_on", flat=True)[0]
            url = f"{reverse('transfers')}?side={side}"
            items.append(Item(_("会籍接转"), url, state=_(SIDES[side]), due=due, count=many))
    return items


urlpatterns = [
    path("members/transfers/", transfers, name="transfers"),
    path("members/transfers/<uuid:public_id>/", transfer, name="transfer"),
    path("members/check/", member_check, name="member_check"),
]
