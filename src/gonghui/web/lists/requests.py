"""The pages of lists of many people: asking for one, what was asked in the union, one request and its answer."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from gonghui.core import access, clock
from gonghui.core import text as texts
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.web import say, shell
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.web.lists import actions, export, parameters
from gonghui.web.lists.declared import LAYOUTS, LISTINGS, TAKEN, Takeable, takeable
from gonghui.web.lists.flow import EXPORT_FLOW
from gonghui.web.lists.models import WHY_LONGEST, ExportRequest
from gonghui.web.stepup import asked_again
from gonghui.web.today import Item, waiting

KINDS = {"asked": "wait", "allowed": "go", "refused": "late", "withdrawn": ""}
SHOWN = 40


class PurposeForm(forms.Form):
    """What the list is wanted for."""

    purpose = forms.CharField(
        label=gettext_lazy("用途"),
        max_length=WHY_LONGEST,
        help_text=gettext_lazy("写明做什么用、交给谁、何时删去；另一人据此答复，文件里也写着"),
    )

    def clean_purpose(self) -> str:
        """Kept in the clear and written into the file, so no number of a person stands in it."""
        try:
            return texts.words(self.cleaned_data["purpose"], longest=WHY_LONGEST, field="用途")
        except Refusal as refusal:
            raise forms.ValidationError(say.text(refusal)) from refusal


def _request(actor: Actor, public_id: object) -> tuple[ExportRequest, Takeable]:
    """The request and its list, for who asked and for who may allow; else there is none."""
    seen = ExportRequest.objects.seen_by(actor).select_related("account", "answered_by")
    found = get_object_or_404(seen, public_id=public_id)
    listing = takeable(found.listing)
    if listing is None:
        raise Http404
    return found, listing


def state_of(request: ExportRequest, now: datetime) -> tuple[str, str]:
    """How a request stands, in words and colour."""
    if request.is_over(now):
        return _("已过时限"), ""
    if request.state == "allowed" and request.times_taken:
        return _("已取走"), "ok"
    return _(EXPORT_FLOW.states[request.state]), KINDS[request.state]


@page()
def ask(request: ConsoleRequest, name: str) -> HttpResponseBase:
    """More people than one takes away alone: what for, and then another person is asked; fewer need no asking."""
    actor, listing = request.actor, takeable(name)
    if listing is None or not listing.of_people:
        raise Http404
    actor.require(listing.power)
    asked = listing.asked(actor, request.GET)
    rows, limits = listing.count(actor, asked), parameters.on(clock.today())
    if rows <= limits.alone_most:
        return redirect(listing.url(actor, asked))
    form = PurposeForm(request.POST or request.typed or None)
    if request.method == "POST" and form.is_valid():
        purpose = form.cleaned_data["purpose"]
        made = actions.ask_export(listing, asked, rows=rows, purpose=purpose, by=actor, now=timezone.now())
        messages.success(request, _("已提出申请，等本单位另一人准许"))
        return redirect("export_request", made.public_id)
    return render(
        request,
        "lists/ask.html",
        {
            "listing": listing,
            "form": form,
            "rows": rows,
            "words": listing.in_words(asked),
            "limits": limits,
            "back": listing.url(actor, asked),
        },
    )


@page()
def export_requests(request: ConsoleRequest) -> HttpResponseBase:
    """One's own requests, and for whoever may allow them those of the whole union, newest first."""
    actor, now = request.actor, timezone.now()
    known = {**LISTINGS, **LAYOUTS}
    seen = ExportRequest.objects.seen_by(actor).filter(listing__in=known).select_related("account")
    listed = Keyset(seen, ("-asked_at", "-id"), SHOWN).page(request)
    rows = [(one, known[one.listing], *state_of(one, now)) for one in listed.rows]
    return render(request, "lists/requests.html", {"page": listed, "rows": rows})


@page()
def export_request(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """One request: who wants what for what, and what the reader may do about it."""
    found, listing = _request(request.actor, public_id)
    now, asked = timezone.now(), found.asked
    alive = not found.is_over(now)
    offers = {one.step.name: one for one in EXPORT_FLOW.offers(found, by=request.actor)} if alive else {}
    return render(
        request,
        "lists/request.html",
        {
            "found": found,
            "listing": listing,
            "words": listing.in_words(asked),
            "state": state_of(found, now),
            "is_own": found.account_id == request.actor.account_id,
            "alive": alive,
            "offers": offers,
            "answering": [one for name, one in offers.items() if name in ("allow", "refuse")],
            "endings": listing.endings(),
            "typed": request.typed or {},
            "longest": WHY_LONGEST,
            "list_url": listing.url(request.actor, asked) if request.actor.may(listing.power) else "",
        },
    )


@page()
@require_POST
def take_step(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """It is allowed, refused or withdrawn."""
    found, listing = _request(request.actor, public_id)
    step = request.POST.get("step", "")
    if step not in ("allow", "refuse", "withdraw"):
        raise Http404
    doing = f"{_(EXPORT_FLOW.steps[step].title)} · {_(listing.title)}"
    if step != "withdraw" and (again := asked_again(request, doing=doing)) is not None:
        return again
    now, by = timezone.now(), request.actor
    if step == "withdraw":
        actions.withdraw_export(found, by=by, now=now)
        messages.success(request, _("已撤回"))
    else:
        actions.answer_export(found, step, words=request.POST.get("answer", ""), by=by, now=now)
        messages.success(request, _("已答复，并记入台账"))
    return redirect("export_request", found.public_id)


@page()
@require_POST
def take(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The list as a file, within what was allowed; it says who took it, what for, and who allowed it."""
    found, listing = _request(request.actor, public_id)
    ending = request.POST.get("ending", "")
    if ending not in dict(listing.endings()):
        raise Http404
    actor, asked = request.actor, found.asked
    if (again := asked_again(request, doing=_("取走“%(name)s”") % {"name": _(listing.title)})) is not None:
        return again
    rows = listing.count(actor, asked)
    actions.take_export(found, rows=rows, ending=ending, listing=listing, by=actor, now=timezone.now())
    access.looked(actor, TAKEN, subject_type=listing.name, subject_id=found.pk, why=found.purpose)
    return listing.file(actor, asked, ending, _mark(found, actor))


def _mark(found: ExportRequest, actor: Actor) -> export.Statement:
    """What makes one file tell whose it is."""
    answered = found.answered_by.name if found.answered_by is not None else ""
    return [
        (_("取走人"), f"{actor.name} · {shell.place_title(actor)} · {shell.role_title(actor.role)}"),
        (_("准许人"), answered),
        (_("申请编号"), str(found.public_id)[:8]),
        (_("用途"), found.purpose),
    ]


@waiting
def to_do(actor: Actor) -> list[Item]:
    """Requests that wait for this person's answer, and one's own that were answered and are not yet taken away."""
    now = timezone.now()
    seen = ExportRequest.objects.seen_by(actor).open(now).select_related("account").order_by("ends_at", "id")
    items = []
    for one in seen[:SHOWN]:
        own, listing = one.account_id == actor.account_id, takeable(one.listing)
        if listing is None or own != (one.state == "allowed") or one.times_taken:
            continue
        title = ngettext("导出“%(name)s” %(n)s 行", "导出“%(name)s” %(n)s 行", one.rows)
        items.append(
            Item(
                title % {"name": _(listing.title), "n": f"{one.rows:,}"},
                reverse("export_request", args=[one.public_id]),
                source=_("自己") if own else one.account.name,
                state=_("已准许，待取走") if own else _("待准许"),
                state_kind="go" if own else "wait",
                due=timezone.localdate(one.ends_at),
                only_me=own,
            )
        )
    return items


urlpatterns = [
    path("lists/exports/", export_requests, name="export_requests"),
    path("lists/exports/<uuid:public_id>/", export_request, name="export_request"),
    path("lists/exports/<uuid:public_id>/step/", take_step, name="export_request_step"),
    path("lists/exports/<uuid:public_id>/file/", take, name="export_request_file"),
    path("lists/<slug:name>/export/", ask, name="export_ask"),
]
