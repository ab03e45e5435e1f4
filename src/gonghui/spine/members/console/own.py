"""The union's side of what members do for themselves: codes to print, requests to answer."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gonghui.core import access, clock
from gonghui.core.actor import Actor
from gonghui.spine.members import actions
from gonghui.spine.members.console.members import SUBJECT, member_of
from gonghui.spine.members.flow import KEEP, REQUEST_FLOW
from gonghui.spine.members.forms import MASKS, AnswerForm
from gonghui.spine.members.models import MemberRequest
from gonghui.spine.members.rules import own
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.web.stepup import asked_again
from gonghui.web.today import Item, waiting

CODE_ISSUED, REQUEST_OPENED = "members.code_issued", "members.request_opened"


@page(KEEP)
@require_POST
def issue_code(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The slip with the code by which the member opens an account; it is shown this once."""
    person = member_of(request.actor, public_id)
    if (again := asked_again(request, doing=_("开出会员开通码"))) is not None:
        return again
    code = actions.issue_activation(person, by=request.actor, on=clock.today())
    access.looked(request.actor, CODE_ISSUED, subject_type=SUBJECT, subject_id=person.pk)
    context = {"person": person, "code": own.printed_code(code), "days": own.scheme(clock.today()).code_days}
    return render(request, "members/console/code_slip.html", context)


@page(KEEP)
def requests(request: ConsoleRequest) -> HttpResponseBase:
    """What members ask of the subtree's unions, the nearest day first."""
    rows = MemberRequest.objects.seen_by(request.actor).select_related("person__organisation")
    every = request.GET.get("state") == "all"
    shown = Keyset(rows if every else rows.filter(state="asked"), ("due_on", "id"), 50).page(request)
    return render(request, "members/console/requests.html", {"page": shown, "every": every})


@page(KEEP)
def member_request(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """One request: what stands, what should stand, and the answer; POST gives it."""
    rows = MemberRequest.objects.seen_by(request.actor).select_related(
        "person__organisation", "organisation", "done_by"
    )
    found, step = get_object_or_404(rows, public_id=public_id), request.POST.get("step", "")
    form = AnswerForm(request.typed or None)
    if request.method == "POST":
        form = AnswerForm(request.POST)
        if step == "agree" or (step == "refuse" and form.is_valid()):
            words = form.cleaned_data["why_not"] if step == "refuse" else ""
            actions.answer_request(found, step, by=request.actor, on=clock.today(), why_not=words)
            messages.success(request, _("已答复，并记入台账"))
            return redirect("member_request", found.public_id)
    access.looked(request.actor, REQUEST_OPENED, subject_type=SUBJECT, subject_id=found.person_id)
    return render(
        request,
        "members/console/request.html",
        {
            "asked": found,
            "person": found.person,
            "now": _as_shown(found),
            "value": found.value,
            "steps": {offer.step.name: offer.step for offer in REQUEST_FLOW.offers(found, by=request.actor)},
            "form": form,
            "is_open": found.state == "asked",
        },
    )


def _as_shown(found: MemberRequest) -> str:
    """What the roster says now, masked where it is sealed."""
    if found.what == "name":
        return found.person.name
    value = getattr(found.person, found.what) if found.what in MASKS else ""
    return MASKS[found.what](value) if value else ""


@waiting
def to_do(actor: Actor) -> list[Item]:
    """Requests that wait for an answer: one item for all."""
    if not actor.may(KEEP):
        return []
    found = MemberRequest.objects.seen_by(actor).filter(state="asked")
    many = found.count()
    if not many:
        return []
    due = found.order_by("due_on").values_list("due_on", flat=True)[0]
    return [Item(_("会员申请"), reverse("member_requests"), state=_("待工会答复"), due=due, count=many)]


urlpatterns = [
    path("members/requests/", requests, name="member_requests"),
    path("members/requests/<uuid:public_id>/", member_request, name="member_request"),
    path("members/<uuid:public_id>/code/", issue_code, name="member_code"),
]
