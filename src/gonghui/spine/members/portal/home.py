"""A member's home, the card to show, and what they have under way with their union."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gonghui.core import clock
from gonghui.spine.members import actions
from gonghui.spine.members.forms import AskUnionForm, GoForm
from gonghui.spine.members.models import Membership, Person, Transfer, own_person
from gonghui.web.console import ConsoleRequest, render
from gonghui.web.portal import doors_of, portal

SHOWN = 20


@portal
def home(request: ConsoleRequest) -> HttpResponseBase:
    """The card, and what is under way."""
    person = own_person(request.actor)
    context = {"person": person, "moving": _moving(person), "asked": person.requests.filter(state="asked")}
    return render(request, "members/portal/home.html", {**context, "doors": doors_of(request.actor)})


def _moving(person: Person) -> Transfer | None:
    return Transfer.objects.waiting().filter(person=person).select_related("source", "target").first()


@portal
def card(request: ConsoleRequest) -> HttpResponseBase:
    """The membership certificate, to show or to print."""
    person = own_person(request.actor)
    held = list(Membership.objects.filter(person=person).select_related("organisation").order_by("first_on"))
    context = {"person": person, "first": held[0], "held": held, "today": clock.today()}
    return render(request, "members/portal/card.html", context)


@portal
def affairs(request: ConsoleRequest) -> HttpResponseBase:
    """What was asked of the union and what came of it; a transfer on its way; the forms to ask."""
    person, step, today = own_person(request.actor), request.POST.get("step", ""), clock.today()
    typed = request.POST if request.method == "POST" else request.typed
    ask, go = AskUnionForm(typed if step == "ask" else None), GoForm(typed if step == "go" else None)
    if request.method == "POST":
        if step == "ask" and ask.is_valid():
            given = ask.cleaned_data
            actions.ask_union(person, given["what"], given["value"], by=request.actor, on=today)
            messages.success(request, _("已提出，工会会在期限内答复"))
            return redirect("my_affairs")
        if step == "leave":
            actions.ask_union(person, "leave", "", by=request.actor, on=today)
            messages.success(request, _("已提出，工会会在期限内答复"))
            return redirect("my_affairs")
        if step == "go" and go.is_valid():
            given = go.cleaned_data
            actions.ask_own_transfer(person, given["target"], consents=given["consents"], by=request.actor, on=today)
            messages.success(request, _("已提出，两边工会会在期限内答复"))
            return redirect("my_affairs")
    past = Transfer.objects.filter(person=person).select_related("source", "target").order_by("-asked_on", "-id")
    return render(
        request,
        "members/portal/affairs.html",
        {
            "person": person,
            "requests": person.requests.order_by("-asked_on", "-id")[:SHOWN],
            "transfers": past[:SHOWN],
            "moving": _moving(person),
            "ask": ask,
            "go": go,
            "step": step,
            "today": today,
            "doors": doors_of(request.actor),
        },
    )


@portal
@require_POST
def take_back(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """A request of the member's own is taken back."""
    found = get_object_or_404(own_person(request.actor).requests.select_related("person"), public_id=public_id)
    actions.take_back(found, by=request.actor, on=clock.today())
    messages.success(request, _("已撤回"))
    return redirect("my_affairs")


@portal
@require_POST
def stay(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """A transfer that the member asked for is taken back."""
    found = get_object_or_404(own_person(request.actor).transfers.select_related("person"), public_id=public_id)
    actions.take_back_transfer(found, by=request.actor, on=clock.today())
    messages.success(request, _("已撤回"))
    return redirect("my_affairs")


urlpatterns = [
    path("my/", home, name="my"),
    path("my/card/", card, name="my_card"),
    path("my/affairs/", affairs, name="my_affairs"),
    path("my/affairs/<uuid:public_id>/back/", take_back, name="my_request_back"),
    path("my/transfers/<uuid:public_id>/back/", stay, name="my_transfer_back"),
]
