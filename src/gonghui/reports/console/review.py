"""The review desk: submitted lines of the units directly below, one beside the list, accepted alone or together."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import ngettext

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.reports import actions
from gonghui.reports.console.amounts import against, amount_text, before_of, figure_choices, name_of
from gonghui.reports.console.lines import line_context, seen_of, trace_look
from gonghui.reports.console.rounds import uuids
from gonghui.reports.models import Line, Round
from gonghui.spine.organisations.models import Organisation
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset

AT_ONCE, UNITS = 20_000, 500


def _queue(actor: Actor, asked: Any) -> QuerySet[Line]:
    """The lines the address asks for, of those the actor decides on."""
    found = Line.objects.seen_by(actor).to_review(actor).select_related("organisation", "in_return__round", "evidence")
    if ids := uuids([asked.get("round", "")]):
        found = found.filter(in_return__round__public_id__in=ids)
    if code := asked.get("figure", ""):
        found = found.filter(figure=code)
    if unit := asked.get("unit", ""):
        found = found.filter(organisation__code=unit)
    return found


@page("reports.review")
def review(request: ConsoleRequest) -> HttpResponseBase:
    """The queue; POST accepts what is ticked, or everything the filter shows."""
    if request.method == "POST":
        return _accept(request)
    queue = _queue(request.actor, request.GET)
    listed = Keyset(queue, ("path", "figure", "id"), 50).page(request)
    before = before_of(listed.rows)
    everything = Line.objects.seen_by(request.actor).to_review(request.actor)
    chosen = uuids([request.GET.get("line", "")])
    open_line = queue.filter(public_id__in=chosen).first() if chosen else None
    if open_line is not None:
        trace_look(request.actor, open_line)
    return render(
        request,
        "reports/console/review.html",
        {
            "page": listed,
            "rows": [
                (
                    line,
                    name_of(line.organisation),
                    amount_text(line.amount, line.declared),
                    against(line, before.get(line.pk)),
                )
                for line in listed
            ],
            "rounds": Round.objects.filter(pk__in=everything.values("in_return__round")).order_by("-due_on"),
            "figures": figure_choices(everything.values_list("figure", flat=True).distinct()),
            "units": [
                (one.code, name_of(one))
                for one in Organisation.objects.filter(pk__in=everything.values("organisation"))[:UNITS]
            ],
            "round_id": request.GET.get("round", ""),
            "figure_code": request.GET.get("figure", ""),
            "unit_code": request.GET.get("unit", ""),
            "open_line": open_line,
            "pane": line_context(request.actor, open_line) if open_line is not None else {},
            "here": request.get_full_path(),
        },
    )


def _accept(request: ConsoleRequest) -> HttpResponseBase:
    actor = request.actor
    if request.POST.get("all"):
        lines = list(_queue(actor, request.POST)[:AT_ONCE])
    else:
        ids = uuids(request.POST.getlist("line"))
        lines = list(Line.objects.seen_by(actor).to_review(actor).filter(public_id__in=ids))
    if not lines:
        raise Refusal("reports.nothing_chosen", "没有选中要通过的行")
    count = actions.accept_lines(lines, by=actor, on=clock.today(), seen=seen_of(request.POST))
    messages.success(request, ngettext("已通过 %(n)s 行", "已通过 %(n)s 行", count) % {"n": count})
    return redirect(reverse("review"))


urlpatterns = [path("review/", review, name="review")]
