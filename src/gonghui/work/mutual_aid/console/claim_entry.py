"""A claim entered at the window or by a unit with the member's consent, and the papers behind it."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core import access, clock
from gonghui.core.errors import Refusal
from gonghui.spine.members.models import Person
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.work.mutual_aid.actions import claim_papers, claims
from gonghui.work.mutual_aid.console.claims import MINE, claim_of, opens
from gonghui.work.mutual_aid.console.schemes import is_english
from gonghui.work.mutual_aid.facts import PAPER_OPENED
from gonghui.work.mutual_aid.flow import ENROL, REVIEW
from gonghui.work.mutual_aid.forms.claims import BeginForm, ClaimForm, entry_of, given_paper, papers_of, typed_claim
from gonghui.work.mutual_aid.models import ClaimPaper, Edition, edition_on
from gonghui.work.mutual_aid.rules.plans import PLANS


def _enters(request: ConsoleRequest) -> bool:
    """Whether the actor enters for their unit; at the window it is for whoever comes."""
    if not request.actor.may(REVIEW):
        request.actor.require(ENROL)
        return True
    return False


@page()
def begin(request: ConsoleRequest) -> HttpResponseBase:
    """Whose claim and under which plan, then the plan's own form."""
    _enters(request)
    typed = request.POST if request.method == "POST" else request.typed
    form = BeginForm(typed or None)
    if request.method == "POST" and form.is_valid():
        seen = Person.objects.seen_by(request.actor).filter(number=form.cleaned_data["number"].upper())
        person = seen.first()
        if person is None:
            form.add_error("number", _("您的范围内没有这个编号的会员，请核对"))
        else:
            place = reverse("aid_claim_enter", args=[person.public_id, form.cleaned_data["plan"]])
            return redirect(f"{place}?year={form.cleaned_data['on'].year}")
    return render(request, "mutual_aid/console/claim_begin.html", {"form": form})


@page()
def enter(request: ConsoleRequest, public_id: UUID, plan: str) -> HttpResponseBase:
    """A new claim of a member under a plan, as its text of the day asks."""
    by_unit = _enters(request)
    if plan not in PLANS:
        raise Http404
    person = get_object_or_404(
        Person.objects.seen_by(request.actor).select_related("organisation"), public_id=public_id
    )
    edition = _edition(request, plan)
    typed = request.POST if request.method == "POST" else request.typed
    form = ClaimForm(edition.scheme, typed or None, english=is_english(), by_unit=by_unit)
    if request.method == "POST" and form.is_valid():
        entry = entry_of(form, person, plan, channel="unit" if by_unit else "staff")
        made = claims.draft_claim(entry, by=request.actor, on=clock.today())
        messages.success(request, _("已存为草稿：请附上材料再提交"))
        return redirect("aid_claim", made.public_id)
    return _form(request, form, person, edition)


def _edition(request: ConsoleRequest, plan: str) -> Edition:
    """The text whose questions the form asks; which one decides is said by the day of the case itself."""
    year = request.GET.get("year", "")
    try:
        return edition_on(plan, date(int(year), 12, 31)) if year.isdigit() else edition_on(plan, clock.today())
    except (Refusal, ValueError):
        return edition_on(plan, clock.today())


def _form(request: ConsoleRequest, form: ClaimForm, person: Person, edition: Edition, **more: Any) -> HttpResponseBase:
    context = {"form": form, "person": person, "edition": edition, **more}
    return render(request, "mutual_aid/console/claim_form.html", context)


@page()
def change(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """A draft written anew by its maker."""
    by_unit, found = _enters(request), claim_of(request.actor, public_id)
    if found.state != "draft" or found.made_by != request.actor.account_id:
        raise Http404
    scheme = found.edition.scheme
    typed = request.POST if request.method == "POST" else request.typed
    form = ClaimForm(scheme, typed or None, initial=typed_claim(found), english=is_english(), by_unit=by_unit)
    if request.method == "POST" and form.is_valid():
        entry = entry_of(form, found.person, found.plan, channel=found.channel)
        claims.change_claim(found, entry, by=request.actor, on=clock.today())
        messages.success(request, _("已存下"))
        return redirect("aid_claim", found.public_id)
    return _form(request, form, found.person, found.edition, claim=found)


# Papers -------------------------------------------------------------------------------------------------------------


@page()
def add(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """Papers stand behind a claim, or one of a draft is taken back."""
    _enters(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    found, on = claim_of(request.actor, public_id), clock.today()
    if not opens(request.actor, found):
        raise Http404
    if asked := request.POST.get("withdraw", ""):
        paper = next((one for one in ClaimPaper.objects.filter(claim=found) if str(one.public_id) == asked), None)
        if paper is None:
            raise Http404
        claim_papers.withdraw_paper(paper, by=request.actor, on=on)
        messages.success(request, _("已撤回，材料已删除"))
        return redirect("aid_claim", found.public_id)
    papers = papers_of(request.FILES.getlist("papers"), on)
    claim_papers.add_papers(found, request.POST.get("kind", ""), papers, by=request.actor, on=on)
    messages.success(request, _("材料已加密保存"))
    return redirect("aid_claim", found.public_id)


@page()
def paper(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """One paper, a picture in the page or a file to keep; written down before it is given."""
    if not any(map(request.actor.may, (*MINE, ENROL))):
        request.actor.require(REVIEW)
    rows = ClaimPaper.objects.select_related("claim__organisation", "claim__unit")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    claim = claim_of(request.actor, found.claim.public_id)
    if not opens(request.actor, claim):
        raise Http404
    access.looked(request.actor, PAPER_OPENED, subject_type="mutual_aid.claimpaper", subject_id=found.pk)
    return given_paper(found)


urlpatterns = [
    path("mutual_aid/claims/new/", begin, name="aid_claim_new"),
    path("mutual_aid/claims/new/<uuid:public_id>/<slug:plan>/", enter, name="aid_claim_enter"),
    path("mutual_aid/claims/<uuid:public_id>/change/", change, name="aid_claim_change"),
    path("mutual_aid/claims/<uuid:public_id>/papers/", add, name="aid_claim_papers"),
    path("mutual_aid/papers/<uuid:public_id>/", paper, name="aid_claim_paper"),
]
