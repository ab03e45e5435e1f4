"""The desk of claims: the list, one case open with its papers and its arithmetic, and the steps that may be taken."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core import access, clock
from gonghui.core.actor import Actor
from gonghui.core.facts import KINDS
from gonghui.core.journal import entries_of
from gonghui.core.models import Kind
from gonghui.spine.funds.actions import AccountEntry
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.web.today import Item, waiting
from gonghui.work.mutual_aid.actions import claim_money, claims, reviewing
from gonghui.work.mutual_aid.console.schemes import is_english
from gonghui.work.mutual_aid.facts import CLAIM_OPENED
from gonghui.work.mutual_aid.flow import CLAIM_FLOW, ENROL, LEAD, REVIEW, SECOND, SEE
from gonghui.work.mutual_aid.forms.claim_telling import inputs_of, lines_of, listed, told_line
from gonghui.work.mutual_aid.forms.claims import COSTS, InputsForm, typed_inputs
from gonghui.work.mutual_aid.models import Claim, ClaimPaper
from gonghui.work.mutual_aid.rules import claims as rules
from gonghui.work.mutual_aid.rules import enrolment as limits
from gonghui.work.mutual_aid.rules import parameters

MINE = {
    REVIEW: ("submitted", "accepted"),
    SECOND: ("first_reviewed",),
    LEAD: ("second_reviewed", "appealed", "recovery_asked", "recovery"),
}
"""The states in which a claim waits for who has the power."""
OWN_STEPS = ("submit", "supply", "withdraw", "appeal", "pay_again")
PLAIN = ("submit", "supply", "withdraw", "accept", "approve", "reject", "lead_approve", "set_off", "pay")
"""Steps that ask for no words."""
WORDS = ("send_back", "lead_back", "appeal", "dismiss", "find_wrong", "keep_paid", "recover", "recovered", "write_off")


def opens(actor: Actor, claim: Claim) -> bool:
    """Whether the actor reads what a claim says: who decides about such claims, and its maker while it is open."""
    if claim.made_by == actor.account_id and claim.state in ("draft", "need_materials"):
        return True
    return actor.sees(claim.organisation.path) and any(map(actor.may, MINE))


def claim_of(actor: Actor, public_id: UUID) -> Claim:
    """A claim in sight, with what a page needs of it."""
    if not any(map(actor.may, (SEE, ENROL))):
        actor.require(SEE)
    rows = Claim.objects.seen_by(actor).select_related(
        "participant__person__organisation",
        "organisation",
        "unit",
        "edition",
        "cover__enrolment__organisation",
        "order",
    )
    found: Claim = get_object_or_404(rows, public_id=public_id)
    if found.state == "draft" and found.made_by != actor.account_id:
        raise Http404
    return found


@page()
def desk(request: ConsoleRequest) -> HttpResponseBase:
    """The claims in sight, those that wait for the actor first; one of them open beside the list."""
    actor, state = request.actor, request.GET.get("state", "")
    if not any(map(actor.may, (SEE, ENROL))):
        actor.require(SEE)
    mine = [one for power, states in MINE.items() if actor.may(power) for one in states]
    rows = Claim.objects.seen_by(actor).select_related("participant__person", "unit")
    state = state if state in (*CLAIM_FLOW.states, "all") else ("mine" if mine else "all")
    if state == "mine":
        rows = rows.filter(state__in=mine)
    elif state != "all":
        rows = rows.filter(state=state)
    if state in ("all", "draft"):
        rows = rows.exclude(_others_drafts(actor))
    order = ("due_on", "id") if state == "mine" else ("-made_on", "-id")
    shown = Keyset(rows, order, 50).page(request)
    today = clock.today()
    return render(
        request,
        "mutual_aid/console/claims.html",
        {
            "page": shown,
            "rows": [(one, one.due_on is not None and one.due_on < today) for one in shown],
            "state": state,
            "states": [*([("mine", _("待我办理"))] if mine else []), ("all", _("全部")), *_states()],
            "may_fund": actor.may(LEAD),
            "may_enter": actor.may(REVIEW) or actor.may(ENROL),
            **_pane(request, shown.rows),
        },
    )


def _others_drafts(actor: Actor) -> Q:
    return Q(state="draft") & ~Q(made_by=actor.account_id)


def _states() -> list[tuple[str, str]]:
    return [(key, _(word)) for key, word in CLAIM_FLOW.states.items()]


def _pane(request: ConsoleRequest, rows: list[Claim]) -> dict[str, Any]:
    """The claim that the address opens, and the one after it."""
    asked = request.GET.get("claim", "")
    try:
        found = claim_of(request.actor, UUID(asked))
    except (ValueError, Http404):
        return {"open": None}
    keys = [one.pk for one in rows]
    at = keys.index(found.pk) + 1 if found.pk in keys else 0
    return {
        "open": found,
        "next": rows[at] if at < len(rows) and rows[at].pk != found.pk else None,
        **body(request, found),
    }


@page()
def claim(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """One claim by itself; POST takes a step."""
    found = claim_of(request.actor, public_id)
    if request.method == "POST":
        return _step(request, found)
    return render(request, "mutual_aid/console/claim.html", {"open": found, **body(request, found)})


def body(request: ConsoleRequest, found: Claim) -> dict[str, Any]:
    """What the pane shows; where it shows what the claim says, the look is written down first."""
    actor, today = request.actor, clock.today()
    shown: dict[str, Any] = {
        "is_open": opens(actor, found),
        "is_late_now": found.due_on is not None and found.due_on < today,
        "history": _history(found) if actor.sees(found.organisation.path) else [],
        "person": found.participant.person,
    }
    if not shown["is_open"]:
        return shown
    access.looked(actor, CLAIM_OPENED, subject_type="mutual_aid.claim", subject_id=found.pk)
    said, english, scheme = found.content, is_english(), found.edition.scheme
    wanted = limits.on(found.made_on).materials[found.plan]
    papers = list(ClaimPaper.objects.filter(claim=found))
    there = {one.kind for one in papers}
    may = _offers(found, actor)
    names = {one["name"] for one in may if one["allowed"]}
    return {
        **shown,
        "said": said,
        "inputs": inputs_of(found, said, english=english),
        "costs": [(COSTS[name], fen) for name, fen in (said["costs"] or {}).items()],
        "papers": papers,
        "materials": rules.MATERIALS,
        "lacking": listed([one for one in wanted if one not in there]),
        "told": [told_line(line) for line in found.told],
        "lines": lines_of(found, english=english),
        "kept": found.computed,
        "offers": may,
        "plain": [one for one in may if one["name"] in PLAIN],
        "wordy": [one for one in may if one["name"] in WORDS and one["allowed"]],
        "may": names,
        "reasons": [(key, _(word)) for key, word in rules.REASONS.items()],
        "form": InputsForm(scheme, initial=typed_inputs(scheme, said["inputs"]), english=english, auto_id="fix_%s")
        if names & {"review", "uphold"}
        else None,
        "trial": _trial(found, said, english) if names & {"review", "uphold"} else None,
        "may_admit": found.is_late and found.late_by is None and found.state == "submitted" and actor.may(LEAD),
        "may_write": found.state in ("draft", "need_materials")
        and (found.made_by == actor.account_id or actor.may(REVIEW)),
        "may_change": found.state == "draft" and found.made_by == actor.account_id,
    }


def _trial(found: Claim, said: dict[str, Any], english: bool) -> dict[str, Any]:
    """What it would come to now."""
    done = reviewing.worked_out(found, said)
    lines = found.edition.scheme.explain(done.decision, english=english)
    return {"lines": lines, "ordered_fen": done.ordered_fen, "offset_fen": done.offset_fen}


def _offers(found: Claim, actor: Actor) -> list[dict[str, Any]]:
    """The steps of the state that people take, allowed or greyed with the reason."""
    much = (found.decided_fen or 0) >= parameters.on(clock.today()).leader_fen
    own = found.made_by == actor.account_id
    listed = []
    for offer in CLAIM_FLOW.offers(found, by=actor):
        name, allowed, why = offer.step.name, offer.allowed, offer.why
        if name in ("confirm", "approve"):
            if (name == "confirm") != much:
                continue
            name = "approve"
        if name == "pay":
            allowed, why = actor.may(REVIEW), "" if actor.may(REVIEW) else "您现在的岗位没有这项权限"
            if not found.ordered_fen:
                continue
        elif name == "set_off" and found.ordered_fen:
            continue
        elif offer.step.needs is None:
            if name not in OWN_STEPS:
                continue
            allowed, why = own, "" if own else "由会员本人或代办人办理"
        listed.append({"name": name, "title": _(offer.step.title), "allowed": allowed, "why": _(why) if why else ""})
    return listed


def _history(found: Claim) -> list[dict[str, Any]]:
    entries = list(entries_of(found).order_by("-id")[:30])
    names = dict(Kind.objects.filter(pk__in={one.kind for one in entries}).values_list("pk", "name"))
    return [
        {"title": _(KINDS[names[one.kind]].title), "on": one.happened_on, "url": reverse("entry", args=[one.id])}
        for one in entries
    ]


def _step(request: ConsoleRequest, found: Claim) -> HttpResponseBase:
    """One step; afterwards the same claim stands open where it stood."""
    step, by, on = request.POST.get("step", ""), request.actor, clock.today()
    words = request.POST.get("words", "")
    if not opens(by, found) and found.made_by != by.account_id:
        raise Http404
    if step in ("submit", "supply"):
        claims.submit_claim(found, by=by, on=on)
    elif step in ("withdraw", "accept"):
        {"withdraw": claims.withdraw_claim, "accept": claims.accept_claim}[step](found, by=by, on=on)
    elif step == "admit_late":
        claims.admit_late(found, words, by=by, on=on)
    elif step == "ask":
        claims.ask_materials(found, request.POST.getlist("item"), words, by=by, on=on)
    elif step in ("review", "uphold"):
        if (wrong := _decide(request, found, step, words)) is not None:
            return wrong
    elif step in ("approve", "reject", "lead_approve"):
        taken = {"approve": reviewing.approve_claim, "reject": reviewing.reject_claim}
        taken.get(step, reviewing.lead_approve)(found, by=by, on=on)
    elif step in ("send_back", "lead_back", "appeal", "dismiss"):
        worded = {
            "send_back": reviewing.send_back,
            "lead_back": reviewing.lead_back,
            "appeal": reviewing.appeal_claim,
            "dismiss": reviewing.dismiss_appeal,
        }
        worded[step](found, words, by=by, on=on)
    elif step == "pay":
        by.require(REVIEW)
        claim_money.pay_claim(found, by=by, at=clock.now())
    elif step == "set_off":
        claim_money.close_set_off(found, by=by, on=on)
    elif step == "pay_again":
        claim_money.pay_again(found, _account(request), by=by, at=clock.now())
    elif step == "find_wrong":
        claim_money.find_wrong(found, words, by=by, on=on)
    elif step in ("keep_paid", "recover", "recovered", "write_off"):
        claim_money.decide_recovery(found, step, words, by=by, on=on)
    else:
        raise Http404
    messages.success(request, _("已办，并记入台账"))
    return _afterwards(request, found)


def _afterwards(request: ConsoleRequest, found: Claim) -> HttpResponseBase:
    """From the desk on to the next case of the list; else the claim stays open."""
    state, following = request.POST.get("desk", ""), request.POST.get("following", "")
    if state not in ("mine", *CLAIM_FLOW.states):
        return redirect("aid_claim", found.public_id)
    query = {"state": state, **({"claim": following} if following else {})}
    return redirect(f"{reverse('aid_claims')}?{urlencode(query)}")


def _account(request: ConsoleRequest) -> AccountEntry:
    return AccountEntry(request.POST.get("number", ""), bank=request.POST.get("bank", ""))


def _decide(request: ConsoleRequest, found: Claim, step: str, words: str) -> HttpResponseBase | None:
    """A first review or an upheld appeal, with the inputs as they were mended."""
    scheme, by, on = found.edition.scheme, request.actor, clock.today()
    form = InputsForm(scheme, request.POST, english=is_english(), auto_id="fix_%s")
    if not form.is_valid():
        return render(request, "mutual_aid/console/claim.html", {"open": found, **body(request, found), "form": form})
    if step == "uphold":
        reviewing.uphold_appeal(found, words, inputs=form.inputs, by=by, on=on)
        return None
    proposal, reason = request.POST.get("proposal", ""), request.POST.get("reason", "")
    reviewing.review_claim(found, proposal, reason=reason, words=words, inputs=form.inputs, by=by, on=on)
    return None


# What waits ---------------------------------------------------------------------------------------------------------


@waiting
def to_do(actor: Actor) -> list[Item]:
    """Claims that wait for this person: one item for each state, with what is left of its days."""
    items = []
    for power, states in MINE.items():
        if not actor.may(power):
            continue
        for state in states:
            rows = Claim.objects.seen_by(actor).filter(state=state)
            if many := rows.count():
                due = rows.order_by("due_on").values_list("due_on", flat=True)[0]
                url = f"{reverse('aid_claims')}?state={state}"
                items.append(Item(_("互助申请"), url, state=_(CLAIM_FLOW.states[state]), due=due, count=many))
    return items


urlpatterns = [
    path("mutual_aid/claims/", desk, name="aid_claims"),
    path("mutual_aid/claims/<uuid:public_id>/", claim, name="aid_claim"),
]
