"""One line of a return: its page and pane, the steps, the thread, corrections, its entries."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gonghui.core import access, clock
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.figures import CLOCKS
from gonghui.core.flow import Offer
from gonghui.core.journal import entries_of
from gonghui.reports import actions, checking, rules
from gonghui.reports.actions.review import reviewer_check
from gonghui.reports.checking import amount_text
from gonghui.reports.console.amounts import against, before_of, input_text, name_of
from gonghui.reports.flow import LINE_FLOW
from gonghui.reports.models import Comment, Line
from gonghui.spine.organisations.models import Organisation
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.imports import typed

LINE_STEPS = ("draft", "submitted", "accepted")


def line_of(actor: Actor, public_id: object) -> Line:
    """The line if the actor sees it."""
    seen = Line.objects.seen_by(actor).select_related("organisation", "in_return__round", "evidence", "corrects")
    return get_object_or_404(seen, public_id=public_id)


@page("reports.see")
def line_page(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """One line: what it says, where it stands, the steps, the thread, its papers and entries."""
    line = line_of(request.actor, public_id)
    trace_look(request.actor, line)
    return render(request, "reports/console/line.html", line_context(request.actor, line))


def seen_of(posted: QueryDict) -> dict[str, str]:
    """What the lines said on the page that was sent: digests by public id."""
    return dict(one.split(":", 1) for one in posted.getlist("seen")[:20_000] if ":" in one)


def trace_look(actor: Actor, line: Line) -> None:
    """A look at another unit's sensitive figure leaves a trace."""
    if line.declared.sensitive and line.organisation_id != actor.organisation_id:
        access.looked(actor, "reports.line_opened", subject_type="reports.line", subject_id=line.pk)


def line_context(actor: Actor, line: Line) -> dict[str, Any]:
    """Everything a line's page or pane shows."""
    hidden = not line.is_open_to(actor)
    before = None if hidden else before_of([line]).get(line.pk)
    if hidden:
        line.veil()
    figure = line.declared
    own = line.organisation_id == actor.organisation_id
    correction = line.corrections.exclude(state__in=("withdrawn", "corrected")).order_by("-id").first()
    may_write = correction is None or correction.state in ("draft", "refused")
    return {
        "line": line,
        "figure": figure,
        "name": name_of(line.organisation),
        "clock": _(CLOCKS[figure.clock]),
        "unit": checking.shown_unit(figure),
        "now_text": amount_text(line.amount, figure),
        "before_text": amount_text(before, figure),
        "change": against(line, before),
        "hidden": hidden,
        "coverage": _(rules.COVERAGES[line.coverage]),
        "flow": flow_of(line),
        "offers": offers_for(line, actor),
        "own": own,
        "may_correct": own and line.state == "accepted" and actor.may("reports.enter") and may_write,
        "may_drop": own and line.state == "draft" and line.submitted_on is None and actor.may("reports.enter"),
        "number_text": input_text(line.number, figure),
        "coverages": [(key, _(title), key == line.coverage) for key, title in rules.COVERAGES.items()],
        "correction": correction,
        "covered": [] if hidden else covered_by(line),
        "comments": Comment.objects.seen_by(actor).filter(line=line),
        "entries": _entries(actor, line),
    }


def covered_by(line: Line) -> list[tuple[date, str, int]]:
    """Whom the line counts since before acts dated back took them elsewhere: the day, some names, how many in all."""
    found = []
    for covering in line.coverings.order_by("first_on", "id"):
        tops = Organisation.objects.filter(pk__in=covering.units).exclude(parent__in=covering.units)
        names = "、".join(name_of(one) for one in tops.order_by("path")[:3])
        found.append((covering.first_on, names, len(covering.units)))
    return found


def _entries(actor: Actor, line: Line) -> list[Any]:
    """The entries of the line; of a sensitive figure only the unit that recorded them sees them."""
    if line.declared.sensitive and line.organisation_id != actor.organisation_id:
        return []
    return list(entries_of(line))


def flow_of(line: Line) -> list[tuple[str, str]]:
    """Where the line stands on its way."""
    states = LINE_FLOW.states
    if line.state in ("refused", "withdrawn"):
        return [(states["draft"], "done"), (states["submitted"], "done"), (states[line.state], "now")]
    if line.state == "corrected":
        return [*((states[state], "done") for state in LINE_STEPS), (states["corrected"], "now")]
    at = LINE_STEPS.index(line.state)
    return [(states[state], "done" if n < at else "now" if n == at else "") for n, state in enumerate(LINE_STEPS)]


def offers_for(line: Line, actor: Actor) -> list[Offer]:
    """The steps that leave the present state and are taken on a line's page; what may not be taken says why."""
    own = line.organisation_id == actor.organisation_id
    found = []
    for offer in LINE_FLOW.offers(line, by=actor):
        name = offer.step.name
        if name in ("submit", "correct"):
            continue
        if name in ("withdraw", "reopen"):
            if own:
                found.append(offer)
            continue
        if offer.allowed:
            try:
                reviewer_check(line, by=actor)
            except Refusal as refusal:
                offer = Offer(offer.step, False, refusal.message)
        found.append(offer)
    return found


@page("reports.see")
@require_POST
def take(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """One step of one line."""
    line = line_of(request.actor, public_id)
    step, on = request.POST.get("step", ""), clock.today()
    if step == "accept":
        actions.accept_lines([line], by=request.actor, on=on, seen=seen_of(request.POST))
    elif step == "refuse":
        actions.refuse_line(line, reason=request.POST.get("reason", ""), by=request.actor, on=on)
    elif step == "withdraw":
        actions.withdraw_line(line, by=request.actor, on=on)
    elif step == "reopen":
        actions.reopen_line(line, by=request.actor, on=on)
    else:
        raise Http404
    messages.success(request, _("已%(step)s") % {"step": _(LINE_FLOW.steps[step].title)})
    onward = request.POST.get("next", "")
    return redirect(onward) if onward.startswith("/review/") else redirect("line", line.public_id)


@page("reports.see")
@require_POST
def comment(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """A remark under the line."""
    line = line_of(request.actor, public_id)
    actions.comment_line(line, text=request.POST.get("text", ""), by=request.actor, on=clock.today())
    return redirect("line", line.public_id)


@page("reports.enter")
@require_POST
def correct(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """A correction is drafted; it goes the way of every line."""
    line = line_of(request.actor, public_id)
    figure = line.declared
    unit = checking.shown_unit(figure)
    post = request.POST
    amount = rules.Amount(
        typed.whole(post.get("number", ""), title=figure.title, unit=unit, money=figure.is_money),
        typed.whole(post.get("denominator", ""), title=figure.title, unit=unit, money=False),
        bool(post.get("nothing")),
    )
    correction = actions.correct_line(
        line,
        amount=amount,
        reason=post.get("reason", ""),
        coverage=post.get("coverage", ""),
        leaves_out=bool(post.get("leaves_out")),
        by=request.actor,
        on=clock.today(),
    )
    messages.success(request, _("更正已写成草稿：送签、签发后由上级审核"))
    return redirect("line", correction.public_id)


@page("reports.enter")
@require_POST
def drop(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """A draft is gone."""
    line = line_of(request.actor, public_id)
    actions.drop_draft(line, by=request.actor, on=clock.today())
    messages.success(request, _("草稿已删去，这个数又是未报"))
    return redirect("return", line.in_return.public_id)


urlpatterns = [
    path("lines/<uuid:public_id>/", line_page, name="line"),
    path("lines/<uuid:public_id>/take/", take, name="take_line"),
    path("lines/<uuid:public_id>/comment/", comment, name="comment_line"),
    path("lines/<uuid:public_id>/correct/", correct, name="correct_line"),
    path("lines/<uuid:public_id>/drop/", drop, name="drop_line"),
]
