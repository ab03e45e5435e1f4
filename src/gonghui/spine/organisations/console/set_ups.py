"""The set-up desk: the list, one case beside it, and the steps that may be taken on it."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gonghui.core import codes, search
from gonghui.core.actor import Actor
from gonghui.core.facts import KINDS
from gonghui.core.journal import entries_of
from gonghui.core.models import Kind
from gonghui.spine.organisations import actions, forms, rules
from gonghui.spine.organisations.actions import Proposal
from gonghui.spine.organisations.console.tree import address, one_of
from gonghui.spine.organisations.flow import SET_UP_FLOW
from gonghui.spine.organisations.forms import STEP_FORMS, EmployerSet, ProposalForm, on_of
from gonghui.spine.organisations.models import SET_UP_KINDS, Organisation, SetUp
from gonghui.spine.organisations.rules import Ballot
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.lists.declared import Filter, Listing, Shown, listed
from gonghui.web.palette import A_SHELF, Found, Sought, searching
from gonghui.web.today import Item, waiting

LINE = ("prospect", "preparing", "elected", "established")
STATES = ("open", *SET_UP_FLOW.states)
LISTED_MOST = 40
"""More than this stand on the first page as one line."""


def _case(actor: Actor, public_id: object) -> SetUp:
    """The set-up if the actor sees it; else there is none."""
    seen = SetUp.objects.seen_by(actor).select_related("superior", "union", "proposed_by", "established_by")
    return get_object_or_404(seen, public_id=public_id)


def _asked(actor: Actor, asked: QueryDict) -> QuerySet[SetUp]:
    """The set-ups the address asks for: the open ones unless it names a state."""
    state, under = asked.get("state", "open"), asked.get("under", "")
    rows = SetUp.objects.seen_by(actor).select_related("superior")
    if state == "open":
        rows = rows.open()
    elif state in SET_UP_FLOW.states:
        rows = rows.filter(state=state)
    return rows.filter(superior__path__startswith=one_of(actor, under).path) if under else rows


def _states() -> list[tuple[str, str]]:
    """The states a list is narrowed to."""
    return [("open", _("未办结")), *((key, _(title)) for key, title in SET_UP_FLOW.states.items()), ("all", _("全部"))]


def _told(_actor: Actor, cases: Sequence[SetUp]) -> Iterable[Sequence[Shown]]:
    """The set-ups as their list shows them."""
    kinds, states = {key: str(title) for key, title in SET_UP_KINDS}, dict(_states())
    for case in cases:
        over = case.superior
        yield (case.title, kinds[case.kind], over.title, over.code, states[case.state], case.prospected_on)


LISTING = listed(
    Listing(
        name="set_ups",
        title="建会",
        power="organisations.set_ups",
        rows=_asked,
        order=("-prospected_on", "-id"),
        columns=("拟建工会", "形式", "上级工会", "上级代码", "状态", "摸排日期"),
        cells=_told,
        reads=(
            *("name", "english_name", "kind", "state", "prospected_on"),
            *("superior__name", "superior__english_name", "superior__code"),
        ),
        filters={"state": Filter("状态", lambda key: dict(_states()).get(key, key)), "under": Filter("上级代码")},
        size=40,
    )
)


def _listed(request: ConsoleRequest) -> dict[str, Any]:
    """The list as the address asks for it."""
    return {
        "page": LISTING.page(request),
        "state": request.GET.get("state", "open"),
        "under": request.GET.get("under", ""),
        "states": _states(),
        "may_propose": request.actor.may("organisations.set_up"),
    }


@page("organisations.set_ups")
def set_ups(request: ConsoleRequest) -> HttpResponseBase:
    """The desk with no case open."""
    return render(request, "organisations/console/set_ups.html", _listed(request))


@page("organisations.set_ups")
def set_up(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The desk with one case open."""
    return _desk(request, _case(request.actor, public_id), request.typed)


def _desk(request: ConsoleRequest, case: SetUp, typed: QueryDict | None) -> HttpResponseBase:
    shown = {**_listed(request), **_shown(request, case, typed)}
    return render(request, "organisations/console/set_ups.html", shown)


def _shown(request: ConsoleRequest, case: SetUp, typed: QueryDict | None) -> dict[str, Any]:
    """Everything the pane of a case shows."""
    offers = SET_UP_FLOW.offers(case, by=request.actor)
    allowed = [offer.step.name for offer in offers if offer.allowed]
    onward = next((name for name in allowed if name != "abandon"), "")
    asked = (typed.get("step") if typed is not None else "") or request.GET.get("step") or onward
    step = SET_UP_FLOW.steps[asked] if asked in allowed else None
    return {
        "case": case,
        "flow": _flow(case),
        "employers": case.employers.select_related("organisation").order_by("name"),
        "offers": offers,
        "step": step,
        "form": STEP_FORMS[step.name](typed or None) if step is not None else None,
        "due": reply_due(case),
        "history": _history(case),
        "scheme": rules.set_up_scheme(case.prospected_on),
        "needed": _needed(case),
        "superior_url": reverse("organisation", args=[case.superior.code]),
        "union_url": reverse("organisation", args=[case.union.code])
        if case.union is not None and request.actor.sees(case.union.path)
        else "",
    }


def _flow(case: SetUp) -> list[tuple[str, str]]:
    """The bar: what is done, where the case is."""
    if case.state == "abandoned":
        return [(SET_UP_FLOW.states["abandoned"], "now")]
    at = LINE.index(case.state)
    over = case.state == "established"
    return [
        (SET_UP_FLOW.states[name], "done" if n < at or over else "now" if n == at else "")
        for n, name in enumerate(LINE)
    ]


def reply_due(case: SetUp) -> date | None:
    """The day by which the superior answers what lies with it; nothing while the next step is not the superior's."""
    asked = {"prospect": case.prospected_on, "elected": case.elected_on}.get(case.state)
    if asked is None:
        return None
    return asked + timedelta(days=rules.set_up_scheme(asked).reply_within_days)


def _needed(case: SetUp) -> dict[str, int] | None:
    """The quorum and the votes that the members' meeting needed."""
    if case.entitled is None or case.elected_on is None:
        return None
    scheme = rules.set_up_scheme(case.elected_on)
    return {"quorum": scheme.quorum(case.entitled), "votes": scheme.votes_needed(case.entitled)}


def _history(case: SetUp) -> list[dict[str, Any]]:
    entries = list(entries_of(case).order_by("-id"))
    names = dict(Kind.objects.filter(pk__in={entry.kind for entry in entries}).values_list("pk", "name"))
    return [
        {
            "title": _(KINDS[names[entry.kind]].title),
            "on": entry.happened_on,
            "recorded_at": entry.recorded_at,
            "url": address("entry", entry.id),
        }
        for entry in entries
        if names[entry.kind] in KINDS
    ]


@page("organisations.set_ups")
@require_POST
def take_step(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """Take the step the pane's form asks for."""
    case = _case(request.actor, public_id)
    step = request.POST.get("step", "")
    if step not in STEP_FORMS:
        raise Http404
    form = STEP_FORMS[step](request.POST)
    if not form.is_valid():
        return _desk(request, case, request.POST)
    _take(request.actor, case, step, form)
    messages.success(
        request, _("“%(name)s”已%(step)s，并记入台账") % {"name": case.name, "step": _(SET_UP_FLOW.steps[step].title)}
    )
    return redirect("set_up", case.public_id)


def _take(by: Actor, case: SetUp, step: str, form: Form) -> None:
    given, on = form.cleaned_data, on_of(form)
    if step == "approve":
        actions.approve_preparation(case, preparers=given["preparers"], approval_no=given["approval_no"], by=by, on=on)
    elif step == "elect":
        ballot = Ballot(given["entitled"], given["attended"], given["votes"], given["term_years"])
        actions.record_election(case, ballot, members=given["members"], by=by, on=on)
    elif step == "establish":
        actions.establish_union(case, establishment_no=given["establishment_no"], by=by, on=on)
    else:
        actions.abandon_set_up(case, reason=given["reason"], by=by, on=on)


@page("organisations.set_up")
def propose(request: ConsoleRequest) -> HttpResponseBase:
    """The form of a new prospect with its employers; another employer can be added without losing what was typed."""
    typed = request.POST if request.method == "POST" else request.typed
    wants_more = typed is not None and "more" in typed
    if typed is not None and wants_more:
        typed = typed.copy()
        shown = typed.get("e-TOTAL_FORMS", "")
        count = int(shown) if shown.isdecimal() and len(shown) < 3 else 1
        typed["e-TOTAL_FORMS"] = str(min(count + 1, forms.EMPLOYERS_MOST))
    start = {"superior": "" if request.actor.level == "city" else request.actor.organisation_name, "kind": "base"}
    if under := request.GET.get("under", ""):
        start["superior"] = one_of(request.actor, under).code
    form = ProposalForm(typed or None, actor=request.actor, initial=start)
    area = _own_area(request.actor)
    employers = EmployerSet(typed or None, prefix="e", initial=[{"area_code": area}])
    if request.method == "POST" and not wants_more and form.is_valid() and employers.is_valid():
        given = dict(form.cleaned_data)
        on = given.pop("on")
        entries = [one.entry() for one in employers if one.cleaned_data]
        made = actions.propose_set_up(Proposal(employers=entries, **given), by=request.actor, on=on)
        messages.success(request, _("已登记“%(name)s”，等上级同意筹备") % {"name": made.name})
        return redirect("set_up", made.public_id)
    if wants_more:
        for one in (form, *employers):
            one.errors.clear()
    return render(
        request, "organisations/console/propose.html", {"form": form, "employers": employers, "more": wants_more}
    )


def _own_area(actor: Actor) -> str:
    """The area of the actor's own organisation, which most employers share."""
    return codes.district_of(Organisation.objects.get(pk=actor.organisation_id).area_code)


@searching("建会")
def find(sought: Sought) -> list[Found]:
    """Set-ups of the scope by the union's name, for the search box."""
    if not sought.actor.may("organisations.set_ups"):
        return []
    seen = SetUp.objects.seen_by(sought.actor).only("public_id", "name", "english_name", "state", "search_terms")
    found = search.ranked(seen, "search_terms", "name", sought.words, limit=A_SHELF, exact=False)
    return [Found(one.title, reverse("set_up", args=[one.public_id]), str(one.get_state_display())) for one in found]


@waiting
def to_do(actor: Actor) -> list[Item]:
    """Set-ups whose next step the actor may take."""
    wanted = []
    if actor.may("organisations.approve"):
        wanted += ["prospect", "elected"]
    if actor.may("organisations.set_up"):
        wanted += ["preparing"]
    if not wanted:
        return []
    cases = SetUp.objects.seen_by(actor).filter(state__in=wanted).select_related("superior")
    items = []
    for case in cases.order_by("prospected_on", "id")[:LISTED_MOST]:
        step = next(offer for offer in SET_UP_FLOW.offers(case, by=actor))
        if step.allowed:
            url = reverse("set_up", args=[case.public_id])
            word = _("待%(step)s") % {"step": _(step.step.title)}
            items.append(Item(case.name, url, source=case.superior.short_title, state=word, due=reply_due(case)))
    if (more := cases.count() - LISTED_MOST) > 0:
        items.append(Item(_("其余的建会"), reverse("set_ups"), state=_("待办"), count=more))
    return items


urlpatterns = [
    path("set-ups/", set_ups, name="set_ups"),
    path("set-ups/new/", propose, name="set_up_new"),
    path("set-ups/<uuid:public_id>/", set_up, name="set_up"),
    path("set-ups/<uuid:public_id>/step/", take_step, name="set_up_step"),
]
