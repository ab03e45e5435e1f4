"""One member: masked, with what was done and what may be done; a value whole for a reason; the certificate."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core import access, clock
from gonghui.core.actor import Actor
from gonghui.core.facts import KINDS
from gonghui.core.journal import entries_of
from gonghui.core.models import Kind
from gonghui.spine.members import actions
from gonghui.spine.members.flow import KEEP, MEMBER_FLOW, SEE, UNMASK
from gonghui.spine.members.forms import MASKS, VALUES, MemberForm, SendForm, ShowForm, StepForm
from gonghui.spine.members.models import Membership, Person
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.stepup import asked_again

OPENED, SHOWN, CERTIFICATE = "members.member_opened", "members.value_shown", "members.certificate_printed"
SUBJECT = "members.person"
SHOWN_ENTRIES = 60


def member_of(actor: Actor, public_id: object) -> Person:
    """The member if the actor sees them; else there is none."""
    return get_object_or_404(Person.objects.seen_by(actor).select_related("organisation"), public_id=public_id)


@page(SEE)
def member(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """One of them, by full name, the papers masked: that it was opened is written down."""
    return _opened(request, member_of(request.actor, public_id))


def _opened(request: ConsoleRequest, person: Person) -> HttpResponseBase:
    access.looked(request.actor, OPENED, subject_type=SUBJECT, subject_id=person.pk)
    return _member_page(request, person)


def _member_page(
    request: ConsoleRequest, person: Person, *, shown: dict[str, str] | None = None, sent: dict[str, Any] | None = None
) -> HttpResponseBase:
    """The page; `shown` are values that were just asked for, `sent` forms that were just sent."""
    actor, sent, typed = request.actor, sent or {}, request.typed
    offers = MEMBER_FLOW.offers(person, by=actor) if actor.may(KEEP) else []
    asked = typed.get("step", "") if typed is not None else request.GET.get("step", "")
    step = next((offer.step for offer in offers if offer.allowed and offer.step.name == asked), None)
    held = Membership.objects.filter(person=person).select_related("organisation").order_by("-first_on")
    show = ShowForm(typed if asked == "show" else None) if actor.may(UNMASK) else None
    waiting = person.transfers.waiting().select_related("source", "target").first()
    sending = asked == "send" and actor.may(KEEP) and person.state != "left" and waiting is None
    return render(
        request,
        "members/console/member.html",
        {
            "person": person,
            "values": [(key, title, _shown(person, key, shown or {})) for key, title in VALUES.items()],
            "memberships": held,
            "consents": person.consents.order_by("-id"),
            "waiting": waiting,
            "offers": offers,
            "step": step,
            "form": sent.get("step") or StepForm(typed or None) if step is not None else None,
            "sending": sending,
            "send_form": sent.get("send") or SendForm(typed or None) if sending else None,
            "may_keep": actor.may(KEEP),
            "show_form": sent.get("show") or show,
            "history": _history(person),
        },
    )


def _shown(person: Person, key: str, shown: dict[str, str]) -> str:
    if key in shown:
        return shown[key]
    value = getattr(person, key)
    return MASKS[key](value) if value else "—"


def _history(person: Person) -> list[dict[str, Any]]:
    """What the journal says about the member, newest first."""
    entries = list(entries_of(person).order_by("-id")[:SHOWN_ENTRIES])
    names = dict(Kind.objects.filter(pk__in={entry.kind for entry in entries}).values_list("pk", "name"))
    return [
        {"title": _(KINDS[names[one.kind]].title), "on": one.happened_on, "url": reverse("entry", args=[one.id])}
        for one in entries
        if names[one.kind] in KINDS
    ]


@page(SEE)
def member_step(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The step that the form asks for: of the flow, sent to another union, a value shown, a consent withdrawn."""
    person, step = member_of(request.actor, public_id), request.POST.get("step", "")
    if request.method != "POST":
        return _opened(request, person)
    if step == "show":
        return _show(request, person)
    request.actor.require(KEEP)
    if step == "send":
        return _send(request, person)
    if step == "withdraw_consent":
        actions.withdraw_consent(person, request.POST.get("purpose", ""), by=request.actor, on=clock.today())
        messages.success(request, _("已撤回，并记入台账"))
    elif step in MEMBER_FLOW.steps:
        form = StepForm(request.POST)
        if not form.is_valid():
            request.typed = request.POST
            return _member_page(request, person, sent={"step": form})
        actions.turn_member(person, step, by=request.actor, on=clock.today(), day=form.cleaned_data["on"])
        messages.success(request, _("已办“%(step)s”，并记入台账") % {"step": _(MEMBER_FLOW.steps[step].title)})
    return redirect("member", person.public_id)


def _send(request: ConsoleRequest, person: Person) -> HttpResponseBase:
    form = SendForm(request.POST)
    if not form.is_valid():
        request.typed = request.POST
        return _member_page(request, person, sent={"send": form})
    [made] = actions.ask_transfers([person], form.cleaned_data["target"], by=request.actor, on=clock.today())
    messages.success(request, _("已转出，等接收工会确认"))
    return redirect("transfer", made.public_id)


def _show(request: ConsoleRequest, person: Person) -> HttpResponseBase:
    """One value, once, to whoever may and says why; written down before it is shown."""
    request.actor.require(UNMASK)
    form = ShowForm(request.POST)
    if not form.is_valid():
        return _member_page(request, person, sent={"show": form})
    if (again := asked_again(request, doing=_("查看会员的证件或联系方式"))) is not None:
        return again
    key, why = form.cleaned_data["value"], form.cleaned_data["why"]
    access.looked(request.actor, SHOWN, subject_type=SUBJECT, subject_id=person.pk, why=f"{key}: {why}")
    return _member_page(request, person, shown={key: getattr(person, key) or "—"})


@page(KEEP)
def member_change(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The form of what the roster says of somebody; what is sealed is not shown, and stays where left empty."""
    person = member_of(request.actor, public_id)
    access.looked(request.actor, OPENED, subject_type=SUBJECT, subject_id=person.pk)
    typed = request.POST if request.method == "POST" else request.typed
    form = MemberForm(typed or None, actor=request.actor, person=person)
    if request.method == "POST" and form.is_valid():
        entry = form.entry()
        actions.note_elsewhere(entry.paper_kind, entry.paper, by=request.actor, on=clock.today())
        actions.correct_member(person, entry, by=request.actor, on=clock.today())
        messages.success(request, _("已改好，并记入台账"))
        return redirect("member", person.public_id)
    return render(request, "members/console/member_form.html", {"form": form, "person": person})


@page(SEE)
def member_certificate(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The membership certificate, to print."""
    person = member_of(request.actor, public_id)
    access.looked(request.actor, CERTIFICATE, subject_type=SUBJECT, subject_id=person.pk)
    held = list(Membership.objects.filter(person=person).select_related("organisation").order_by("first_on"))
    context = {"person": person, "first": held[0], "held": held[-1], "today": clock.today()}
    return render(request, "members/console/certificate.html", context)


urlpatterns = [
    path("members/<uuid:public_id>/", member, name="member"),
    path("members/<uuid:public_id>/step/", member_step, name="member_step"),
    path("members/<uuid:public_id>/change/", member_change, name="member_change"),
    path("members/<uuid:public_id>/certificate/", member_certificate, name="member_certificate"),
]
