"""My mutual aid: what covers me, what was paid, why that much, and somebody to look at a zero."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.spine.members.models import Membership, Person, own_person
from gonghui.web import say
from gonghui.web.console import ConsoleRequest, render
from gonghui.web.portal import Door, at_home, portal
from gonghui.web.templatetags.gonghui import fen
from gonghui.work.mutual_aid.actions import asking, letters
from gonghui.work.mutual_aid.forms.telling import BENEFITS, is_english, told
from gonghui.work.mutual_aid.models import Cover, Settlement
from gonghui.work.mutual_aid.portal.claims import claimable, claims_of
from gonghui.work.mutual_aid.rules import numbers
from gonghui.work.mutual_aid.rules.plans import PLANS

COVERS = ("pending", "active", "doubted", "expired", "exhausted", "terminated")
WAITS = ("waiting_days", "no_pay_days")
"""By what a plan's text calls the days of which nothing is paid after a cover begins."""
SHOWN = 20


class ReviewForm(forms.Form):
    """What the member wants to say, if anything."""

    said = forms.CharField(
        label=gettext_lazy("想说的话"),
        required=False,
        max_length=asking.SAID_MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _mine(request: ConsoleRequest, number: str) -> Settlement:
    """One of the member's own settlements; anybody else's is absent."""
    found = letters.settlements_of(own_person(request.actor)).select_related("piece__file__organisation")
    one: Settlement | None = found.filter(pk=numbers.of_letters(number) or 0).first()
    if one is None:
        raise Http404
    return one


# Cover ----------------------------------------------------------------------------------------------------------------


def _covers(person: Person) -> list[dict[str, Any]]:
    """What covers the person: the plan of all members, and what their unit enrolled them in."""
    today, english = clock.today(), is_english()
    held = list(Membership.objects.filter(person=person).order_by("first_on"))
    shown: list[dict[str, Any]] = [
        {
            "plan": plan.key,
            "title": plan.title_en if english else plan.title,
            "is_on": person.state != "left",
            "since": held[0].first_on if held and held[0].began != "taken_over" else None,
            "until": held[-1].last_on if held and person.state == "left" else None,
        }
        for plan in PLANS.values()
        if plan.is_settled
    ]
    enrolled = Cover.objects.filter(person=person, state__in=COVERS).select_related("enrolment__edition")
    for one in enrolled.order_by("-first_on")[:SHOWN]:
        plan = one.of_plan
        shown.append(
            {
                "plan": plan.key,
                "title": plan.title_en if english else plan.title,
                "cover": one,
                "is_on": one.state == "active",
                "pays_from": _pays_from(one, today),
            }
        )
    return shown


def _pays_from(cover: Cover, today: date) -> date | None:
    """The first day of which the plan pays, while that is ahead; a cover renewed without a gap waits no more."""
    parameters = cover.enrolment.edition.scheme.parameters
    days: Any = next((parameters[name] for name in WAITS if name in parameters), 0)
    first = cover.first_on + timedelta(days=int(days))
    return first if not cover.is_renewed and first > max(today, cover.first_on) else None


# Money ----------------------------------------------------------------------------------------------------------------


@portal
def mine(request: ConsoleRequest) -> HttpResponseBase:
    """My cover; what reached me this year; every settlement of a year with what became of its money."""
    person, today = own_person(request.actor), clock.today()
    years = letters.years_of(person) or [today.year]
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() and int(asked[:4]) in years else years[0]
    rows = letters.told_of(person, year)
    return render(
        request,
        "mutual_aid/portal/mine.html",
        {
            "covers": _covers(person),
            "arrived": letters.arrived_in(person, today.year),
            "this_year": today.year,
            "years": years,
            "year": year,
            "rows": [(one, BENEFITS[one.benefit], numbers.in_letters(one.settlement.pk)) for one in rows],
            "total_fen": sum(one.settlement.ordered_fen for one in rows),
            "claims": claims_of(person, request.actor).order_by("-made_on", "-pk")[:SHOWN],
            "claimable": [(one.key, one.title_en if is_english() else one.title) for one in claimable(person)],
        },
    )


@portal
def why(request: ConsoleRequest, number: str) -> HttpResponseBase:
    """Why this amount: the letter, line by line; of a zero, the way to ask somebody to look at it."""
    settlement = _mine(request, number)
    review = asking.asked_of(settlement)
    context = {
        **told(letters.letter_of(settlement)),
        "number": number,
        "review": review,
        "form": ReviewForm(request.typed) if review is None and asking.may_be_asked(settlement) else None,
    }
    return render(request, "mutual_aid/portal/why.html", context)


@portal
@require_POST
def ask(request: ConsoleRequest, number: str) -> HttpResponseBase:
    """Somebody is asked to look at it."""
    settlement, form = _mine(request, number), ReviewForm(request.POST)
    said = form.cleaned_data["said"] if form.is_valid() else request.POST.get("said", "")
    made = asking.ask_review(settlement, said, by=request.actor, on=clock.today())
    messages.success(request, _("已提出，%(day)s 前由人复核后答复您") % {"day": say.day(made.due_on)})
    return redirect("my_aid_why", number)


@at_home
def door(actor: Actor) -> Sequence[Door]:
    """What reached the member this year, at their home."""
    arrived = letters.arrived_in(own_person(actor), clock.today().year)
    if not arrived.payments:
        return [Door(_("我的互助"), reverse("my_aid"), _("我的保障、互助金和为什么是这个数"))]
    many = _("今年到账 %(n)s 笔") % {"n": arrived.payments}
    last = _("最近一笔 %(day)s 到账") % {"day": say.day(arrived.last_on)} if arrived.last_on else ""
    return [Door(_("医疗互助"), reverse("my_aid"), last, fen(arrived.fen), many)]


urlpatterns = [
    path("my/aid/", mine, name="my_aid"),
    path("my/aid/<str:number>/", why, name="my_aid_why"),
    path("my/aid/<str:number>/review/", ask, name="my_aid_review"),
]
