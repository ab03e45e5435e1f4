"""Collection rounds: the list, opening one, and the matrix of who has sent what, with reminders."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.figures import CLOCKS, FIGURES
from gonghui.core.period import Period
from gonghui.reports import actions, checking, report_forms
from gonghui.reports.actions.rounds import Asked
from gonghui.reports.console.amounts import day_or_none, is_english, name_of
from gonghui.reports.flow import LINE_FLOW
from gonghui.reports.models import Line, Programme, Return, Round, RoundFigure
from gonghui.reports.models.returns import is_open_to
from gonghui.spine.organisations.models import Organisation
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.lists.declared import Act, Listing, Shown, listed, row_by_row

CELL_KINDS = {"draft": "", "submitted": "wait", "refused": "late", "accepted": "ok"}
ORDER = ("draft", "refused", "submitted", "accepted")
MISSING = "未报"
UUID_LOOKS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Cell:
    """One unit's standing in one figure."""

    word: str
    kind: str
    line: Line | None = None
    asked: bool = True


@dataclass
class Row:
    """One unit of the matrix."""

    in_return: Return
    name: str
    cells: list[Cell] = field(default_factory=list)

    @property
    def missing(self) -> int:
        """How many figures have not been sent."""
        return sum(1 for cell in self.cells if cell.asked and (cell.line is None or cell.line.state == "draft"))


def period_label(opened: Round) -> str:
    """The round's period in the reader's language."""
    return opened.days.label_en if is_english() else opened.days.label


def _round(actor: Actor, public_id: object) -> Round:
    return get_object_or_404(Round.objects.seen_by(actor).select_related("organisation"), public_id=public_id)


def _asking(actor: Actor, _asked: QueryDict) -> QuerySet[Round]:
    """Every round that asks somebody of the subtree, with how many it asks there and how many have sent."""
    mine = Q(returns__organisation__path__startswith=actor.path)
    sent = mine & Q(returns__lines__state__in=("submitted", "accepted", "refused"))
    return (
        Round.objects.seen_by(actor)
        .select_related("organisation")
        .annotate(
            asked=Count("returns", filter=mine, distinct=True),
            sent=Count("returns__lines__in_return", filter=sent, distinct=True),
        )
    )


def _told(_actor: Actor, listing: Sequence[Any]) -> Iterable[Sequence[Shown]]:
    """The rounds as their list shows them."""
    for one in listing:
        closed = one.closed_on or ""
        yield (one.title, name_of(one.organisation), period_label(one), one.sent, one.asked, one.due_on, closed)


LISTING = listed(
    Listing(
        name="rounds",
        title="统计上报",
        power="reports.see",
        rows=_asking,
        order=("-due_on", "-id"),
        columns=("收数", "发起单位", "期间", "已报单位", "应报单位", "截止", "结束"),
        cells=_told,
        acts=(Act("close", "结束收数", "结束 %(n)s 次收数", "rounds.open", row_by_row(actions.close_round, str)),),
        size=30,
        fingerprint=lambda one: str(one.closed_on),
    )
)


@page("reports.see")
def rounds(request: ConsoleRequest) -> HttpResponseBase:
    """Every round that asks somebody of the subtree, newest first."""
    return render(
        request,
        "reports/console/rounds.html",
        {"page": LISTING.page(request), "may_open": request.actor.may("rounds.open"), "label": period_label},
    )


@page("rounds.open")
def open_round(request: ConsoleRequest) -> HttpResponseBase:
    """The form of a round; its figures and days come from a report form or are ticked one by one."""
    codes = report_forms.codes()
    chosen = request.POST.get("form") or request.GET.get("form") or report_forms.usual().code
    form = report_forms.form(chosen) if chosen in codes else report_forms.usual()
    written = (request.POST.get("period") or request.GET.get("period") or form.period.key).strip()
    if request.method == "POST":
        period = Period.parse(written)
        asked = _asked(form, period)
        ticked = set(request.POST.getlist("figure"))
        opened = actions.open_round(
            _own(request.actor),
            title=request.POST.get("title", ""),
            period=period,
            figures=[one for one in asked if one[0] in ticked],
            due_on=day_or_none(request.POST.get("due_on")) or date.min,
            by=request.actor,
            on=clock.today(),
            form=form.code,
        )
        messages.success(request, _("已开始收数，下级在“今日”看得到"))
        return redirect("round", opened.public_id)
    try:
        period = Period.parse(written)
    except Refusal:
        period = form.period
    return render(
        request,
        "reports/console/open_round.html",
        {
            "forms": [(code, report_forms.form(code)) for code in codes],
            "form_code": form.code,
            "period": period,
            "written": written,
            "figures": _figures_offered(form, period, request.actor),
            "title": _("%(period)s收数") % {"period": period.label_en if is_english() else period.label},
            "ticked": set(request.typed.getlist("figure")) if request.typed is not None else None,
        },
    )


def _own(actor: Actor) -> Organisation:
    return get_object_or_404(Organisation.objects.seen_by(actor), pk=actor.organisation_id)


def _asked(form: report_forms.Form, period: Period) -> list[Asked]:
    """The form's figures with the days it asks for."""
    found: dict[str, Asked] = {}
    for row in form.rows:
        days = row.days(period, form.period)
        found.setdefault(row.figure.name, (row.figure.name, days.first, days.last))
    return list(found.values())


def _figures_offered(form: report_forms.Form, period: Period, actor: Actor) -> list[dict[str, Any]]:
    """The form's figures; those recorded on the platform for the days are not ticked."""
    running = {
        programme.app: programme
        for programme in Programme.objects.filter(path__in=checking.above(actor.path), first_on__lte=period.last)
    }
    return [
        {
            "figure": FIGURES[code],
            "code": code,
            "first": first,
            "last": last,
            "clock": _(CLOCKS[FIGURES[code].clock]),
            "runs": running.get(FIGURES[code].app),
            "city": FIGURES[code].returned_by == "city",
        }
        for code, first, last in _asked(form, period)
        if FIGURES[code].returned_by == "any" or actor.level == "city"
    ]


@page("reports.see")
def matrix(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """Who has sent what: organisations by figures, each cell in one of five states."""
    opened = _round(request.actor, public_id)
    figures = list(opened.figures.all())
    rows = matrix_rows(request.actor, opened, figures)
    asking = [sum(row.cells[at].asked for row in rows) for at in range(len(figures))]
    alone = [at for at, many in enumerate(asking) if many == 1 < len(rows)]
    shared = [at for at, many in enumerate(asking) if many and at not in alone]
    counted = Counter(cell.word for row in rows for cell in row.cells if cell.asked)
    states = [(MISSING, ""), *((LINE_FLOW.states[state], CELL_KINDS[state]) for state in ORDER)]
    own = request.actor.organisation_id == opened.organisation_id
    return render(
        request,
        "reports/console/matrix.html",
        {
            "round": opened,
            "label": period_label(opened),
            "heads": [figures[at].declared for at in shared],
            "rows": [(row, [row.cells[at] for at in shared]) for row in rows],
            "alone": [(figures[at].declared, row.cells[at]) for at in alone for row in rows if row.cells[at].asked],
            "counts": [(word, kind, counted[word]) for word, kind in states],
            "may_remind": own and request.actor.may("reports.review") and opened.closed_on is None,
            "may_close": own and request.actor.may("rounds.open") and opened.closed_on is None,
            "late": sum(1 for row in rows if row.missing),
        },
    )


def matrix_rows(actor: Actor, opened: Round, figures: list[RoundFigure]) -> list[Row]:
    """The matrix as far as the actor sees it; three queries however large."""
    returns = Return.objects.seen_by(actor).filter(round=opened).select_related("organisation", "round")
    lines = (
        Line.objects.seen_by(actor)
        .filter(in_return__round=opened, state__in=ORDER)
        .only("public_id", "in_return_id", "figure", "state", "nothing", "corrects_id")
    )
    standing: dict[tuple[int, str], Line] = {}
    for line in lines:
        known = standing.get((line.in_return_id, line.figure))
        if known is None or ORDER.index(line.state) > ORDER.index(known.state):
            standing[line.in_return_id, line.figure] = line
    ordered = returns.order_by("organisation__depth", "organisation__level", "organisation__area_code", "id")
    rows = []
    for each in ordered:
        row = Row(each, name_of(each.organisation))
        for one in figures:
            here = standing.get((each.pk, one.figure))
            if not one.is_asked_of(each.organisation):
                row.cells.append(Cell("", "", asked=False))
            elif here is None:
                row.cells.append(Cell(MISSING, ""))
            else:
                if one.declared.sensitive and not is_open_to(actor, each.organisation):
                    here.nothing = False  # that there is no such work is a number too
                row.cells.append(Cell(LINE_FLOW.states[here.state], CELL_KINDS[here.state], here))
        rows.append(row)
    return rows


@page("reports.review")
@require_POST
def remind(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The ticked units are reminded."""
    opened = _round(request.actor, public_id)
    wanted = Return.objects.seen_by(request.actor).filter(
        round=opened, public_id__in=uuids(request.POST.getlist("return"))
    )
    found = list(wanted)
    if not found:
        raise Refusal("reports.remind_nobody", "没有选中要催的单位：请先勾选")
    count = actions.remind_returns(found, by=request.actor, on=clock.today())
    messages.success(request, ngettext("已催报 %(n)s 家", "已催报 %(n)s 家", count) % {"n": count})
    return redirect("round", opened.public_id)


def uuids(words: list[str]) -> list[str]:
    """Only what looks like a public id."""
    return [word for word in words[:10_000] if UUID_LOOKS.fullmatch(word)]


@page("rounds.open")
@require_POST
def close(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The round is closed."""
    opened = _round(request.actor, public_id)
    actions.close_round(opened, by=request.actor, on=clock.today())
    messages.success(request, _("已结束收数；已报的仍可审核，更正照常"))
    return redirect("round", opened.public_id)


urlpatterns = [
    path("rounds/", rounds, name="rounds"),
    path("rounds/open/", open_round, name="open_round"),
    path("rounds/<uuid:public_id>/", matrix, name="round"),
    path("rounds/<uuid:public_id>/remind/", remind, name="remind"),
    path("rounds/<uuid:public_id>/close/", close, name="close_round"),
]
