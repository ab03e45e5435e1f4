"""Enrolments of units in paid plans: the list, one with its roll and its steps, and the premiums finance waits for."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gonghui.core import clock, money
from gonghui.core.actor import Actor
from gonghui.core.facts import KINDS
from gonghui.core.journal import entries_of
from gonghui.core.models import Kind
from gonghui.spine.members.models import Person
from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.rules import UNIONS
from gonghui.web import say
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.web.today import Item, waiting
from gonghui.work.mutual_aid import sheets
from gonghui.work.mutual_aid.actions import enrolment as actions
from gonghui.work.mutual_aid.actions import rolls
from gonghui.work.mutual_aid.actions.enrolment import LEAVING, Enrolling
from gonghui.work.mutual_aid.flow import CERTIFY, COVER_FLOW, ENROL, ENROLMENT_FLOW, LEAD, PREMIUM, SECOND, SEE
from gonghui.work.mutual_aid.forms.claims import YuanField, day_field
from gonghui.work.mutual_aid.models import Cover, Enrolment
from gonghui.work.mutual_aid.rules import enrolment as rules
from gonghui.work.mutual_aid.rules.plans import PLANS

POWERS = (SEE, ENROL, CERTIFY)


class EnrolmentForm(forms.Form):
    """A plan, from when, for how many on post."""

    plan = forms.ChoiceField(
        label=gettext_lazy("计划"),
        choices=[(one.key, gettext_lazy(one.title)) for one in PLANS.values() if one.is_enrolled],
    )
    organisation = forms.ChoiceField(label=gettext_lazy("工会"))
    first_on = day_field(gettext_lazy("生效日期"))
    on_post = forms.IntegerField(label=gettext_lazy("在职人数"), min_value=1)

    def __init__(self, *given: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*given, **more)
        units = Organisation.objects.seen_by(actor).active().filter(level__in=UNIONS).order_by("name")[:200]
        self.units = {one.code: one for one in units}
        self.fields["organisation"].choices = [(code, one.name) for code, one in self.units.items()]  # type: ignore[attr-defined]


class PremiumForm(forms.Form):
    """Money that came in."""

    fen = YuanField(label=gettext_lazy("到账金额（元）"))
    received_on = day_field(gettext_lazy("到账日期"))


def enrolment_of(actor: Actor, public_id: UUID) -> Enrolment:
    """An enrolment in sight."""
    _may_see(actor)
    seen = Enrolment.objects.seen_by(actor).select_related("organisation", "edition", "follows__organisation")
    found: Enrolment = get_object_or_404(seen, public_id=public_id)
    return found


def _takes_premiums(actor: Actor) -> bool:
    """Whether the actor keeps the book that premiums come into, which is the city's."""
    return actor.level == "city" and actor.may(PREMIUM)


def _may_see(actor: Actor) -> None:
    if not any(map(actor.may, POWERS)) and not _takes_premiums(actor):
        actor.require(SEE)


@page()
def enrolments(request: ConsoleRequest) -> HttpResponseBase:
    """The enrolments in sight, newest first, and the way to begin one."""
    actor, state = request.actor, request.GET.get("state", "")
    _may_see(actor)
    rows = Enrolment.objects.seen_by(actor).select_related("organisation")
    if state in ENROLMENT_FLOW.states:
        rows = rows.filter(state=state)
    elif state == "doubted":
        rows = rows.filter(pk__in=Cover.objects.filter(state=state).values("enrolment"))
    form = None
    if actor.may(ENROL):
        form = EnrolmentForm(request.POST or request.typed or None, actor=actor)
        if request.method == "POST" and form.is_valid():
            typed = form.cleaned_data
            entry = Enrolling(form.units[typed["organisation"]], typed["plan"], typed["first_on"], typed["on_post"])
            made = actions.draft_enrolment(entry, by=actor, on=clock.today())
            messages.success(request, _("已建好，请加名单"))
            return redirect("aid_enrolment", made.public_id)
    elif request.method == "POST":
        actor.require(ENROL)
    return render(
        request,
        "mutual_aid/console/enrolments.html",
        {
            "page": Keyset(rows, ("-made_on", "-id"), 50).page(request),
            "state": state,
            "states": [
                *((key, _(word)) for key, word in ENROLMENT_FLOW.states.items()),
                ("doubted", _("有保障待决定作废")),
            ],
            "form": form,
        },
    )


@page()
def enrolment(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """One enrolment: its roll, what is due, and the steps; POST takes one."""
    found = enrolment_of(request.actor, public_id)
    roll, pasted = None, ""
    if request.method == "POST":
        step = request.POST.get("step", "")
        if step == "paste":
            file = request.FILES.get("file")
            pasted = request.POST.get("pasted", "")
            if file is not None:
                pasted = sheets.lines_of(file.read(sheets.LARGEST + 1), file.name or "")
            roll = rolls.read_roll(found, pasted, sees_all=request.actor.level == "city")
            if not roll.wrong and roll.people:
                actions.put_on_roll(found, roll.people, by=request.actor, on=clock.today())
                messages.success(request, _("名单已存下"))
                return redirect("aid_enrolment", found.public_id)
        else:
            return _step(request, found, step)
    return render(request, "mutual_aid/console/enrolment.html", _shown(request, found, roll, pasted))


def _shown(request: ConsoleRequest, found: Enrolment, roll: rolls.Roll | None, pasted: str) -> dict[str, Any]:
    actor = request.actor
    covers = found.covers.select_related("person").exclude(state="cancelled")
    is_running = found.state == "in_force" and covers.filter(state="active").exists()
    is_roll_open = found.state in ("draft", "returned") and actor.may(ENROL)
    terms = rules.terms(found.of_plan, found.edition.scheme)
    offers = [one for one in ENROLMENT_FLOW.offers(found, by=actor) if one.step.needs is not None]
    return {
        "one": found,
        "terms": terms,
        "few": actions.is_few(found),
        "percent": rules.on(found.first_on).participation_percent,
        "page": Keyset(covers, ("id",), 100).page(request),
        "is_roll_open": is_roll_open,
        "pick": _to_pick(found) if is_roll_open and "pick" in request.GET else None,
        "wrong": [(line, say.text(refusal)) for line, refusal in roll.wrong] if roll is not None else [],
        "pasted": pasted,
        "offers": [one for one in offers if one.step.name not in ("return", "certify")],
        "may_certify": found.state == "checked" and actor.may(CERTIFY) and found.submitted_by != actor.account_id,
        "may_add": found.state == "in_force" and found.follows_id is None and actor.may(ENROL),
        "may_end": is_running and actor.may(ENROL),
        "may_doubt": is_running and actor.may(SECOND),
        "doubted": [(one, COVER_FLOW.offers(one, by=actor)) for one in covers.filter(state="doubted")],
        "leaving": [(key, _(word)) for key, word in LEAVING.items() if key != "not_member"],
        "premium_form": PremiumForm(request.typed or None)
        if found.state == "awaiting_premium" and _takes_premiums(actor)
        else None,
        "history": _history(found),
    }


def _to_pick(found: Enrolment) -> list[Person]:
    """The union's members who are not on the roll yet, as many as one page bears."""
    on_roll = found.covers.exclude(state="cancelled").values("person")
    members = Person.objects.filter(organisation=found.organisation).members().exclude(pk__in=on_roll)
    if found.of_plan.women_alone:
        members = members.filter(gender=rules.WOMAN)
    return list(members.order_by("number")[:500])


def _history(found: Enrolment) -> list[dict[str, Any]]:
    entries = list(entries_of(found).order_by("-id")[:20])
    names = dict(Kind.objects.filter(pk__in={one.kind for one in entries}).values_list("pk", "name"))
    return [
        {"title": _(KINDS[names[one.kind]].title), "on": one.happened_on, "url": reverse("entry", args=[one.id])}
        for one in entries
    ]


def _ended(cover: Cover, sent: QueryDict, by: Actor, on: date) -> None:
    actions.end_cover(cover, sent.get("why", "") if sent.get("why") in LEAVING else "left", on=on, by=by)


COVER_STEPS: dict[str, Callable[[Cover, QueryDict, Actor, date], None]] = {
    "end": _ended,
    "doubt": lambda cover, sent, by, on: actions.doubt_cover(cover, sent.get("ground", ""), by=by, on=on),
    "void": lambda cover, _sent, by, on: actions.void_cover(cover, by=by, on=on),
    "keep": lambda cover, _sent, by, on: actions.keep_cover(cover, by=by, on=on),
}
"""Steps of one person's cover."""


def _step(request: ConsoleRequest, found: Enrolment, step: str) -> HttpResponseBase:
    by, on, sent = request.actor, clock.today(), request.POST
    if step == "pick":
        people = Person.objects.filter(organisation=found.organisation, public_id__in=sent.getlist("person"))
        shares = int(sent["shares"]) if sent.get("shares", "").isdigit() else 1
        actions.put_on_roll(found, [(one, shares) for one in people], by=by, on=on)
    elif step == "take_off":
        keys = found.covers.filter(public_id__in=sent.getlist("cover")).values_list("pk", flat=True)
        actions.take_off_roll(found, list(keys), by=by, on=on)
    elif step == "submit":
        actions.submit_enrolment(found, by=by, on=on)
    elif step == "return":
        actions.return_enrolment(found, sent.get("words", ""), by=by, on=on)
    elif step == "certify":
        actions.certify_enrolment(found, few_why=sent.get("words", ""), by=by, on=on)
    elif step == "cancel":
        actions.cancel_enrolment(found, by=by, on=on)
    elif step == "premium":
        return _premium(request, found)
    elif step == "add":
        form = forms.Form(sent)
        form.fields["first_on"] = day_field("")
        day = form.cleaned_data["first_on"] if form.is_valid() else found.first_on
        made = actions.add_to(found, day, by=by, on=on)
        return redirect("aid_enrolment", made.public_id)
    elif step in COVER_STEPS:
        COVER_STEPS[step](get_object_or_404(Cover, enrolment=found, public_id=sent.get("cover") or None), sent, by, on)
    else:
        raise Http404
    messages.success(request, _("已办，并记入台账"))
    return redirect("aid_enrolment", found.public_id)


def _premium(request: ConsoleRequest, found: Enrolment) -> HttpResponseBase:
    request.actor.require(PREMIUM)
    form = PremiumForm(request.POST)
    if not form.is_valid():
        shown = _shown(request, found, None, "")
        return render(request, "mutual_aid/console/enrolment.html", {**shown, "premium_form": form})
    typed = form.cleaned_data
    actions.receive_premium(
        found, typed["fen"] or 0, received_on=typed["received_on"], by=request.actor, on=clock.today()
    )
    if found.short_fen:
        messages.warning(request, _("已登记，还差 %(short)s 元") % {"short": money.yuan(found.short_fen)})
    else:
        messages.success(request, _("保费已收齐，参保生效"))
    return redirect("aid_enrolment", found.public_id)


# What waits ---------------------------------------------------------------------------------------------------------


@waiting
def to_do(actor: Actor) -> list[Item]:
    """Rolls to be certified, rolls that came back, premiums to be recorded, covers that somebody holds to be false."""
    items = []
    for does, state in (
        (actor.may(CERTIFY), "checked"),
        (actor.may(ENROL), "returned"),
        (_takes_premiums(actor), "awaiting_premium"),
    ):
        if not does:
            continue
        rows = Enrolment.objects.seen_by(actor).filter(state=state)
        if many := rows.count():
            due = rows.order_by("due_on").values_list("due_on", flat=True)[0]
            url = f"{reverse('aid_enrolments')}?state={state}"
            items.append(Item(_("参保"), url, state=_(ENROLMENT_FLOW.states[state]), due=due, count=many))
    if actor.may(LEAD) and (many := Cover.objects.seen_by(actor).filter(state="doubted").count()):
        url = f"{reverse('aid_enrolments')}?state=doubted"
        items.append(Item(_("参保"), url, state=_(COVER_FLOW.states["doubted"]), count=many))
    return items


urlpatterns = [
    path("mutual_aid/enrolments/", enrolments, name="aid_enrolments"),
    path("mutual_aid/enrolments/<uuid:public_id>/", enrolment, name="aid_enrolment"),
]
