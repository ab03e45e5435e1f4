"""The review desk: submitted lines of the units directly below, one beside the list, accepted alone or together."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES
from gonghui.reports import actions
from gonghui.reports.checking import amount_text
from gonghui.reports.console.amounts import against, before_of, figure_choices, name_of
from gonghui.reports.console.lines import line_context, seen_of, trace_look
from gonghui.reports.console.rounds import uuids
from gonghui.reports.models import Line, Round
from gonghui.spine.organisations.models import Organisation
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.lists.declared import Act, Done, Filter, Listing, Shown, listed

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


def _told(_actor: Actor, lines: Sequence[Line]) -> Iterable[Sequence[Shown]]:
    """The lines as the queue shows them."""
    before = before_of(lines)
    for line in lines:
        change = against(line, before.get(line.pk)).text
        number, days = amount_text(line.amount, line.declared), (line.first_on, line.last_on)
        title, evidence = _(line.declared.title), _("有") if line.evidence_id else ""
        yield (name_of(line.organisation), title, *days, number, change, line.reason, evidence)


def _accept_seen(lines: Sequence[Line], by: Actor, on: date, _typed: Mapping[str, Any]) -> Done:
    """All of them or none; each as it was shown."""
    return Done(actions.accept_lines(lines, by=by, on=on, seen={str(one.public_id): one.digest for one in lines}))


def _unit_word(code: str) -> str:
    found = Organisation.objects.filter(code=code).first()
    return name_of(found) if found is not None else code


LISTING = listed(
    Listing(
        name="review",
        title="审核台",
        power="reports.review",
        rows=_queue,
        order=("path", "figure", "id"),
        columns=("填报单位", "数字", "期间起", "期间止", "本期", "比上期", "说明", "佐证"),
        cells=_told,
        filters={
            "round": Filter("收数", lambda word: str(Round.objects.filter(public_id__in=uuids([word])).first() or "")),
            "unit": Filter("填报单位", _unit_word),
            "figure": Filter("数字", lambda code: _(FIGURES[code].title) if code in FIGURES else code),
        },
        acts=(Act("accept", "通过", "通过 %(n)s 行", "reports.review", _accept_seen, most=AT_ONCE),),
        fingerprint=lambda line: line.digest,
        protected=True,
    )
)


@page("reports.review")
def review(request: ConsoleRequest) -> HttpResponseBase:
    """The queue; POST accepts what is ticked. Everything the filter finds goes by way of a selection."""
    if request.method == "POST":
        return _accept(request)
    queue = _queue(request.actor, request.GET)
    listing = LISTING.page(request, queue)
    before = before_of(listing.rows)
    everything = Line.objects.seen_by(request.actor).to_review(request.actor)
    chosen = uuids([request.GET.get("line", "")])
    open_line = queue.filter(public_id__in=chosen).first() if chosen else None
    if open_line is not None:
        trace_look(request.actor, open_line)
    return render(
        request,
        "reports/console/review.html",
        {
            "page": listing,
            "rows": [
                (
                    line,
                    name_of(line.organisation),
                    amount_text(line.amount, line.declared),
                    against(line, before.get(line.pk)),
                )
                for line in listing
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
    ids = uuids(request.POST.getlist("line"))
    lines = list(Line.objects.seen_by(actor).to_review(actor).filter(public_id__in=ids))
    if not lines:
        raise Refusal("reports.nothing_chosen", "没有选中要通过的行")
    count = actions.accept_lines(lines, by=actor, on=clock.today(), seen=seen_of(request.POST))
    messages.success(request, ngettext("已通过 %(n)s 行", "已通过 %(n)s 行", count) % {"n": count})
    return redirect(reverse("review"))


urlpatterns = [path("review/", review, name="review")]
