"""What search finds of reports: rounds, returns, reports, figures, entries and checkpoints, each in its own scope."""

import re

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from gonghui.core import search
from gonghui.core.actor import Actor
from gonghui.reports import report_forms, seals
from gonghui.reports.console.amounts import name_of
from gonghui.reports.console.entries import in_words, seen_by
from gonghui.reports.console.report import Place, name_of_form
from gonghui.reports.console.rounds import period_label
from gonghui.reports.filling import belongs
from gonghui.reports.flow import REPORT_FLOW
from gonghui.reports.models import Return, Round
from gonghui.reports.models.filings import Report
from gonghui.spine.organisations.console.tree import organisations_for
from gonghui.spine.organisations.models import Organisation
from gonghui.web.palette import A_SHELF, Found, Sought, commanding, fitting, searching

NEWEST = 60
"""How many of the newest rounds and reports are looked through by title; older ones are found by their union."""
_A_NUMBER = re.compile(r"(?:第|#|no\.? ?)?(\d{1,15})(?:条)?", re.IGNORECASE)  # zh


@commanding
def own_pages(actor: Actor) -> list[Found]:
    """The own union's report, and its newest return."""
    own = Organisation.objects.seen_by(actor).filter(pk=actor.organisation_id).first()
    if own is None or not actor.may("reports.see"):
        return []
    form, found = report_forms.usual(), []
    if form.serves(own.level, form.period):
        found.append(Found(_("打开本单位的工作报告"), Place(form, form.period, own).url, name_of_form(form)))
    newest = Return.objects.seen_by(actor).filter(organisation=own).select_related("round")
    answer = newest.order_by("-round__due_on", "-round__id").first()
    if answer is not None and actor.may("reports.enter"):
        url = reverse("return", args=[answer.public_id])
        found.append(Found(_("填报本单位的最新一轮"), url, answer.round.title))
    return found


@searching("数字")
def figures(sought: Sought) -> list[Found]:
    """Figures by title, in either language, by the form's number or the figure's name; in the reader's own report."""
    actor, form = sought.actor, report_forms.usual()
    organisation = Organisation.objects.seen_by(actor).filter(pk=actor.organisation_id).first()
    if organisation is None or not actor.may("reports.see"):
        return []
    place = Place(form, form.period, organisation)
    return fitting(sought.words, [_figure(row, place) for row in form.rows if belongs(row, organisation.level)])


def _figure(row: report_forms.Row, place: Place) -> Found:
    with translation.override("en"):
        english = _(row.figure.title)
    also = (row.id, row.figure.title, english, row.figure.name)
    return Found(_(row.figure.title), place.figure_url(row.id), f"{row.id} · {_(row.figure.meaning)}", also)


@searching("工作报告")
def reports(sought: Sought) -> list[Found]:
    """Reports that were begun: the newest in sight by title, and those of the unions that were typed."""
    if not sought.actor.may("reports.see"):
        return []
    seen = Report.objects.seen_by(sought.actor).select_related("organisation").order_by("-begun_on", "-id")
    listed = [_report(one) for one in seen[:NEWEST]]
    units = [one.pk for one in sought.once(organisations_for)]
    theirs = [_report(one) for one in seen.filter(organisation__in=units)[:A_SHELF]] if units else []
    return list(dict.fromkeys((*fitting(sought.words, listed), *theirs)))


def _report(kept: Report) -> Found:
    place = Place.of(kept)
    title = f"{place.name} · {name_of_form(place.form)}"
    return Found(title, place.url, f"{place.period.key} · {_(REPORT_FLOW.states[kept.state])}", (place.period.key,))


@searching("统计上报")
def rounds(sought: Sought) -> list[Found]:
    """Rounds in sight by title."""
    if not sought.actor.may("reports.see"):
        return []
    newest = Round.objects.seen_by(sought.actor).order_by("-due_on", "-id")[:NEWEST]
    return fitting(
        sought.words, [Found(one.title, reverse("round", args=[one.public_id]), period_label(one)) for one in newest]
    )


@searching("本单位报表")
def returns(sought: Sought) -> list[Found]:
    """The own answers to a round that was typed, and what the unions that were typed have returned lately."""
    if not sought.actor.may("reports.see"):
        return []
    seen = Return.objects.seen_by(sought.actor).select_related("round", "organisation")
    seen = seen.order_by("-round__due_on", "-round__id", "organisation__depth", "id")
    own = seen.filter(organisation_id=sought.actor.organisation_id)[:NEWEST]
    units = [one.pk for one in sought.once(organisations_for)]
    theirs = seen.filter(organisation__in=units)[:A_SHELF] if units else []
    answers = [one for one in own if search.fits(sought.words, one.round.title) is not None]
    return [
        Found(name_of(one.organisation), reverse("return", args=[one.public_id]), one.round.title)
        for one in dict.fromkeys((*answers, *theirs))
    ]


@searching("台账")
def entries(sought: Sought) -> list[Found]:
    """The entry of a number, where the reader may open it."""
    number = _A_NUMBER.fullmatch(sought.words)
    if number is None or not (sought.actor.may("reports.see") or sought.actor.may("journal.see")):
        return []
    rows = list(seen_by(sought.actor, moved=True).filter(pk=int(number[1])))
    return [
        Found(
            _("台账第 %(n)s 条") % {"n": f"{shown.entry.pk:,}"},
            shown.url,
            f"{shown.kind} · {shown.organisation}",
            (number[1], sought.words),
        )
        for shown in in_words(sought.actor, rows)
    ]


@searching("检查点")
def checkpoints(sought: Sought) -> list[Found]:
    """Checkpoints by their number."""
    number = _A_NUMBER.fullmatch(sought.words.removeprefix("检查点").strip())  # zh
    if number is None or not sought.actor.may("journal.see") or int(number[1]) >= 2**31:
        return []
    found = seals.numbered(int(number[1]))
    if found is None:
        return []
    title = _("检查点 %(n)s") % {"n": f"{found.blocks:,}"}
    return [Found(title, reverse("checkpoint", args=[found.blocks]), " ".join(found.groups[:4]), (number[1],))]
