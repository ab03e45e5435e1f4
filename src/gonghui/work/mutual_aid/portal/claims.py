"""A member's own claims: entered on the phone, sent once, read line by line when decided, appealed against in time."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.spine.funds.actions import AccountEntry
from gonghui.spine.members.models import Person, own_person
from gonghui.web.console import ConsoleRequest, render
from gonghui.web.portal import portal
from gonghui.web.stepup import asked_again
from gonghui.work.mutual_aid.actions import claim_money, claim_papers, claims, reviewing
from gonghui.work.mutual_aid.forms.claim_telling import inputs_of, lines_of, listed, told_line
from gonghui.work.mutual_aid.forms.claims import COSTS, ClaimForm, entry_of, given_paper, papers_of, typed_claim
from gonghui.work.mutual_aid.forms.telling import is_english
from gonghui.work.mutual_aid.models import Claim, ClaimPaper, Cover, Edition, edition_on
from gonghui.work.mutual_aid.rules import claims as rules
from gonghui.work.mutual_aid.rules import enrolment as limits
from gonghui.work.mutual_aid.rules.plans import PLANS, Plan

WRITTEN = ("draft", "need_materials")
"""States in which the member adds papers; what a draft says may be changed too."""
UNDECIDED = (*WRITTEN, "submitted", "accepted", "first_reviewed", "second_reviewed", "withdrawn", "lapsed")
"""States in which nothing stands that a member could be told."""
SAID_AT_ONCE = ("ask", "admit_late", "appeal", "uphold", "dismiss", "fail")
"""Whose words the member reads as they are said; those between reviewers are theirs."""


def claims_of(person: Person, actor: Actor) -> QuerySet[Claim]:
    """The member's claims, as far as they were submitted, and the drafts of their own."""
    mine: QuerySet[Claim] = Claim.objects.filter(participant__person=person)
    return mine.exclude(Q(state="draft") & ~Q(made_by=actor.account_id))


def claimable(person: Person) -> list[Plan]:
    """The plans under which the member may have something to claim: that of all members, and those they were in."""
    held = set(
        Cover.objects.filter(person=person, state__in=claims.COVERED)
        .order_by()
        .values_list("plan", flat=True)
        .distinct()
    )
    return [plan for plan in PLANS.values() if not plan.is_enrolled or plan.key in held]


def _mine(request: ConsoleRequest, public_id: UUID) -> Claim:
    """One of the member's own claims; anybody else's is absent."""
    rows = claims_of(own_person(request.actor), request.actor).select_related(
        "participant__person__organisation", "organisation", "unit", "edition", "cover__enrolment", "order"
    )
    found: Claim | None = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


# Entering -------------------------------------------------------------------------------------------------------------


def _edition(person: Person, plan: str) -> Edition:
    """The text whose questions the form asks: that of the newest cover, or of today."""
    held = Cover.objects.filter(person=person, plan=plan, state__in=claims.COVERED)
    cover = held.select_related("enrolment__edition").order_by("-first_on").first()
    return cover.enrolment.edition if cover is not None else edition_on(plan, clock.today())


def _form(request: ConsoleRequest, edition: Edition, **given: Any) -> ClaimForm:
    typed = request.POST if request.method == "POST" else request.typed
    return ClaimForm(edition.scheme, typed or None, english=is_english(), **given)


def _page(request: ConsoleRequest, form: ClaimForm, edition: Edition) -> HttpResponseBase:
    context = {
        "form": form,
        "plan": PLANS[edition.plan],
        "edition": edition,
        "claim": claim,
        "is_english": is_english(),
    }
    return render(request, "mutual_aid/portal/claim_form.html", context, status=422 if form.errors else 200)


@portal
def enter(request: ConsoleRequest, plan: str) -> HttpResponseBase:
    """A new claim of the member's own, kept as a draft."""
    person = own_person(request.actor)
    if plan not in [one.key for one in claimable(person)]:
        raise Http404
    edition = _edition(person, plan)
    form = _form(request, edition)
    if request.method == "POST" and form.is_valid():
        entry = entry_of(form, person, plan, channel="self")
        made = claims.draft_claim(entry, by=request.actor, on=clock.today())
        messages.success(request, _("已存为草稿：请附上材料再提交"))
        return redirect("my_aid_claim", made.public_id)
    return _page(request, form, edition)


@portal
def change(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """The member's own draft written anew."""
    found = _mine(request, public_id)
    if found.state != "draft":
        raise Http404
    form = _form(request, found.edition, initial=typed_claim(found))
    if request.method == "POST" and form.is_valid():
        entry = entry_of(form, found.person, found.plan, channel=found.channel)
        claims.change_claim(found, entry, by=request.actor, on=clock.today())
        messages.success(request, _("已存下"))
        return redirect("my_aid_claim", found.public_id)
    return _page(request, form, found.edition)


@portal
@require_POST
def papers(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """Papers stand behind the claim, or one is taken back."""
    found, on = _mine(request, public_id), clock.today()
    if asked := request.POST.get("withdraw", ""):
        paper = next((one for one in ClaimPaper.objects.filter(claim=found) if str(one.public_id) == asked), None)
        if paper is None:
            raise Http404
        claim_papers.withdraw_paper(paper, by=request.actor, on=on)
        messages.success(request, _("已撤回，材料已删除"))
        return redirect("my_aid_claim", found.public_id)
    kept = papers_of(request.FILES.getlist("papers"), on)
    claim_papers.add_papers(found, request.POST.get("kind", ""), kept, by=request.actor, on=on)
    messages.success(request, _("材料已加密保存"))
    return redirect("my_aid_claim", found.public_id)


@portal
def paper(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """A paper behind one of the member's own claims, whoever added it."""
    found = ClaimPaper.objects.select_related("claim").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    _mine(request, found.claim.public_id)
    return given_paper(found)


# Reading and what may be done -----------------------------------------------------------------------------------------


def _told(found: Claim) -> list[dict[str, Any]]:
    """What was said to the member on the way; of the reviewers' words those that carry a refusal that stands."""
    told = found.told
    reviews = [one for one in told if one["step"] == "review"]
    stands = found.state not in UNDECIDED and found.proposal == "reject"
    shown = [one for one in told if one["step"] in SAID_AT_ONCE or (stands and one in reviews[-1:])]
    return [told_line(one) for one in shown]


@portal
def claim(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """One claim of the member's: where it stands, why this amount, and what they may do about it."""
    found, today = _mine(request, public_id), clock.today()
    if request.method == "POST":
        return _step(request, found)
    said, english = found.content, is_english()
    there = list(ClaimPaper.objects.filter(claim=found))
    kinds = {one.kind for one in there}
    is_decided = found.state not in UNDECIDED
    context = {
        "claim": found,
        "plan": found.of_plan,
        "is_english": english,
        "said": said,
        "inputs": inputs_of(found, said, english=english),
        "costs": [(COSTS[name], fen) for name, fen in (said["costs"] or {}).items()],
        "account_tail": (said["account"] or {}).get("number", "")[-4:],
        "papers": there,
        "materials": rules.MATERIALS,
        "lacking": listed([one for one in limits.on(found.made_on).materials[found.plan] if one not in kinds]),
        "told": _told(found),
        "is_decided": is_decided,
        "lines": lines_of(found, english=english) if is_decided else [],
        "kept": found.computed if is_decided else None,
        "reason": _(rules.REASONS[found.reason]) if is_decided and found.reason else "",
        "may_write": found.state in WRITTEN,
        "may_withdraw": found.state in ("draft", "submitted", "need_materials", "accepted"),
        "may_pay_again": found.state == "pay_failed",
        "may_appeal": found.state == "rejected" and (found.due_on is None or today <= found.due_on),
    }
    return render(request, "mutual_aid/portal/claim.html", context)


def _step(request: ConsoleRequest, found: Claim) -> HttpResponseBase:
    step, by, on = request.POST.get("step", ""), request.actor, clock.today()
    if step == "submit":
        claims.submit_claim(found, by=by, on=on)
        messages.success(request, _("已提交，办理进度在这里看"))
    elif step == "withdraw":
        claims.withdraw_claim(found, by=by, on=on)
        messages.success(request, _("已撤回"))
    elif step == "appeal":
        reviewing.appeal_claim(found, request.POST.get("words", ""), by=by, on=on)
        messages.success(request, _("申诉已提出，由没有办过这份申请的负责人决定"))
    elif step == "pay_again":
        if (again := asked_again(request, doing=_("换账户再付"))) is not None:
            return again
        account = AccountEntry(request.POST.get("number", ""), bank=request.POST.get("bank", ""))
        claim_money.pay_again(found, account, by=by, at=clock.now())
        messages.success(request, _("新账户已提交：核实以后再付给您"))
    else:
        raise Http404
    return redirect("my_aid_claim", found.public_id) if found.state != "withdrawn" else redirect("my_aid")


urlpatterns = [
    path("my/aid/claims/new/<slug:plan>/", enter, name="my_aid_claim_new"),
    path("my/aid/claims/<uuid:public_id>/", claim, name="my_aid_claim"),
    path("my/aid/claims/<uuid:public_id>/change/", change, name="my_aid_claim_change"),
    path("my/aid/claims/<uuid:public_id>/papers/", papers, name="my_aid_claim_papers"),
    path("my/aid/papers/<uuid:public_id>/", paper, name="my_aid_paper"),
]
