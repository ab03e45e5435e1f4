"""Letters printed for members without a phone: found by the paper's number, for whom and why written down first."""

from uuid import UUID

from django import forms
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext_lazy

from gonghui.core import access, clock
from gonghui.core.errors import Refusal
from gonghui.spine.members.models import Person
from gonghui.spine.members.rules import papers
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.work.mutual_aid.actions import handing, letters
from gonghui.work.mutual_aid.facts import LETTERS_OPENED
from gonghui.work.mutual_aid.flow import ON_BEHALF, SEE
from gonghui.work.mutual_aid.forms.telling import told
from gonghui.work.mutual_aid.models import Handover


class HandingForm(forms.Form):
    """Whose letters of which year, for whom, on what ground."""

    paper = forms.CharField(
        label=gettext_lazy("会员的证件号码"), max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=2000, max_value=2100)
    whose = forms.ChoiceField(
        label=gettext_lazy("打给谁"), choices=[(key, gettext_lazy(title)) for key, title in ON_BEHALF.items()]
    )
    name = forms.CharField(label=gettext_lazy("来取的人"), max_length=50, required=False)
    relation = forms.CharField(
        label=gettext_lazy("与会员的关系"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("寄给会员本人的不用填这两项"),
    )
    reason = forms.CharField(
        label=gettext_lazy("事由"),
        max_length=200,
        help_text=gettext_lazy("如会员来信要求、看过哪些委托或继承的证明；加密保存"),
    )


@page(SEE)
def hand(request: ConsoleRequest) -> HttpResponseBase:
    """Who asks is written down; then the letters open, for this official, today."""
    form = HandingForm(request.POST if request.method == "POST" else None, initial={"year": clock.today().year})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        typed = papers.folded(given["paper"])
        seen = Person.objects.seen_by(request.actor).select_related("organisation")
        person = seen.of_paper(papers.kind_of(typed), typed).first()
        if person is None:
            raise Refusal("mutual_aid.nobody", "名册里没有这个证件号码的会员，请核对")
        said = handing.Asking(given["whose"], given["reason"], given["name"], given["relation"])
        made = handing.hand_over(person, given["year"], said, by=request.actor, on=clock.today())
        return redirect("aid_printed", made.public_id)
    return render(request, "mutual_aid/console/hand.html", {"form": form}, status=422 if form.errors else 200)


@page(SEE)
def printed(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """The letters of the year, to print; for who wrote down the asking, on that day. Each look is written down."""
    seen = Handover.objects.seen_by(request.actor).select_related("person__organisation")
    found: Handover = get_object_or_404(seen, public_id=public_id)
    if (found.made_by, found.made_on) != (request.actor.account_id, clock.today()):
        raise Http404
    access.looked(
        request.actor,
        LETTERS_OPENED,
        subject_type="members.person",
        subject_id=found.person_id,
        why=ON_BEHALF[found.whose],
    )
    listed = letters.letters_of(found.person, found.year)
    context = {
        "handover": found,
        "person": found.person,
        "asked_by": found.asked_by,
        "letters": [told(one) for one in listed],
        "total_fen": sum(one.settlement.ordered_fen for one in listed),
    }
    return render(request, "mutual_aid/console/printed.html", context)


urlpatterns = [
    path("mutual_aid/print/", hand, name="aid_print"),
    path("mutual_aid/print/<uuid:public_id>/", printed, name="aid_printed"),
]
