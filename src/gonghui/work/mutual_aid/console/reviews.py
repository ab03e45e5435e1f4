"""What members asked somebody to look at again: by the day the answer is due, the letter beside it."""

from collections.abc import Sequence
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gonghui.core import access, clock
from gonghui.core.actor import Actor
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.web.today import Item, waiting
from gonghui.work.mutual_aid import actions
from gonghui.work.mutual_aid.actions import asking, letters
from gonghui.work.mutual_aid.facts import REVIEW_OPENED
from gonghui.work.mutual_aid.flow import ASKED_FLOW, FINDINGS, SEE, SETTLE
from gonghui.work.mutual_aid.forms.telling import told
from gonghui.work.mutual_aid.models import ReviewRequest


class AnswerForm(forms.Form):
    """What somebody found, and why."""

    finding = forms.ChoiceField(
        label=gettext_lazy("复核结果"), choices=[(key, gettext_lazy(title)) for key, title in FINDINGS.items()]
    )
    words = forms.CharField(
        label=gettext_lazy("理由"),
        help_text=gettext_lazy("会员会看到。有误的，写明错在哪里、怎样改正"),
        max_length=asking.ANSWER_MOST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@page(SEE)
def reviews(request: ConsoleRequest) -> HttpResponseBase:
    """What was asked, by the day of the answer; what members said stands on the page of each."""
    state = "answered" if request.GET.get("state") == "answered" else "open"
    rows = ReviewRequest.objects.seen_by(request.actor).filter(state=state)
    order = ("due_on", "id") if state == "open" else ("-due_on", "-id")
    context = {"page": Keyset(rows, order, 50).page(request), "state": state, "states": ASKED_FLOW.states}
    return render(request, "mutual_aid/console/reviews.html", context)


@page(SEE)
def review(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """One of them with its letter; the look is written down. Who had not released it answers."""
    found: ReviewRequest = get_object_or_404(
        ReviewRequest.objects.seen_by(request.actor).select_related("organisation"), public_id=public_id
    )
    form = AnswerForm(request.POST if request.method == "POST" else request.typed)
    if request.method == "POST":
        if not request.actor.may(SETTLE):
            raise Http404
        if form.is_valid():
            given = form.cleaned_data
            asking.answer_review(found, given["finding"], given["words"], by=request.actor, on=clock.today())
            messages.success(request, _("已答复，会员在手机上能看到"))
            return redirect("aid_reviews")
    settlement = actions.settled(found.settlement)
    if settlement is None:
        raise Http404
    access.looked(request.actor, REVIEW_OPENED, subject_type="mutual_aid.reviewrequest", subject_id=found.pk)
    context = {
        **told(letters.letter_of(settlement)),
        "review": found,
        "file": settlement.piece.file,
        "form": form if found.state == "open" and request.actor.may(SETTLE) else None,
        "is_releaser": request.actor.account_id == found.released_by,
    }
    return render(request, "mutual_aid/console/review.html", context, status=422 if form.errors else 200)


@waiting
def to_answer(actor: Actor) -> Sequence[Item]:
    """Members wait for an answer."""
    if not actor.may(SETTLE):
        return []
    found = ReviewRequest.objects.seen_by(actor).filter(state="open").exclude(released_by=actor.account_id)
    first = found.order_by("due_on").first()
    if first is None:
        return []
    url = reverse("aid_reviews")
    return [Item(_("人工复核申请"), url, state=_("待复核"), due=first.due_on, count=found.count())]


urlpatterns = [
    path("mutual_aid/reviews/", reviews, name="aid_reviews"),
    path("mutual_aid/reviews/<uuid:public_id>/", review, name="aid_review"),
]
