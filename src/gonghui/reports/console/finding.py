"""What search finds of reports: rounds, returns, reports, figures, entries and checkpoints, each in its own scope."""

import re

from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from gonghui.core import search
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
"""How many of the newest rounds are looked through by title."""
_A_NUMBER = re.compile(r"(?:第|#|no\.? ?)?(\d{1,15})(?:条)?", re.IGNORECASE)  # zh


def _own(sought: Sought) -> Organisation | None:
    """The reader's own union, where its reports may be seen."""
    if not sought.actor.may("reports.see"):
        return None
    return Organisation.objects.seen_by(sought.actor).filter(pk=sought.actor.organisation_id).first()


def _units(sought: Sought) -> list[int]:
    return [one.pk for one in sought.once(organisations_for)]


@commanding
def own_pages(sought: Sought) -> list[Found]:
    """The own union's report, and its newest return."""
    own, form, found = sought.once(_own), report_forms.usual(), list[Found]()
    if own is not None and form.serves(own.level, form.period):
        found.append(Found(_("打开本单位的工作报告"), Place(form, form.period, own).url, name_of_form(form)))
    newest = _("填报本单位的最新一轮")
    typed = not sought.words or search.fits(sought.words, newest) is not None
    if own is not None and typed and sought.actor.may("reports.enter"):
        returns = Return.objects.seen_by(sought.actor).filter(organisation=own).select_related("round")
        answer = returns.order_by("-round__due_on", "-round__id").first()
        if answer is not None:
            found.append(Found(newest, reverse("return", args=[answer.public_id]), answer.round.title))
    return found


@searching("数字")
def figures(sought: Sought) -> list[Found]:
    """Figures by title, in either language, by the form's number or the figure's name; in the reader's own report."""
    own, form = sought.once(_own), report_forms.usual()
    if own is None:
        return []
    with translation.override("en"):
        english = {row.id: _(row.figure.title) for row in form.rows}
    place = Place(form, form.period, own)
    return fitting(
        sought.words,
        [
            Found(
                _(row.figure.title),
                place.figure_url(row.id),
                f"{row.id} · {_(row.figure.meaning)}",
                also=(row.id, row.figure.title, english[row.id], row.figure.name),
            )
            for row in form.rows
            if belongs(row, own.level)
        ],
    )


@searching("工作报告")
def reports(sought: Sought) -> list[Found]:
    """Reports that were begun, by the title of their form, their period, or the union that was typed."""
    if not sought.actor.may("reports.see"):
        return []
    named = [code for code in report_forms.codes() if _fits(sought, name_of_form(report_forms.form(code)))]
    wanted = Q(form__in=named) | Q(organisation__in=_units(sought)) | Q(period__iexact=sought.words)
    seen = Report.objects.seen_by(sought.actor).filter(wanted).select_related("organisation")
    return [_report(one) for one in seen.order_by("-begun_on", "-id")[:A_SHELF]]


def _fits(sought: Sought, title: str) -> bool:
    return search.fits(sought.words, title) is not None


def _report(kept: Report) -> Found:
    place = Place.of(kept)
    title = f"{place.name} · {name_of_form(place.form)}"
    return Found(title, place.url, f"{place.period.key} · {_(REPORT_FLOW.states[kept.state])}", (place.period.key,))


def _rounds(sought: Sought) -> list[Round]:
    """Rounds in sight whose title was typed."""
    newest = Round.objects.seen_by(sought.actor).order_by("-due_on", "-id")[:NEWEST]
    return [one for one in newest if _fits(sought, one.title)]


@searching("统计上报")
def rounds(sought: Sought) -> list[Found]:
    """Rounds in sight by title."""
    if not sought.actor.may("reports.see"):
        return []
    found = sought.once(_rounds)
    return [Found(one.title, reverse("round", args=[one.public_id]), period_label(one)) for one in found]


@searching("上报")
def returns(sought: Sought) -> list[Found]:
    """The own answers to the rounds that were typed, and what the unions that were typed have returned lately."""
    if not sought.actor.may("reports.see"):
        return []
    answers = Q(organisation_id=sought.actor.organisation_id, round__in=sought.once(_rounds))
    wanted = answers | Q(organisation__in=_units(sought))
    seen = Return.objects.seen_by(sought.actor).filter(wanted).select_related("round", "organisation")
    newest = seen.order_by("-round__due_on", "-round__id", "organisation__depth", "id")[:A_SHELF]
    return [
        Found(name_of(one.organisation), reverse("return", args=[one.public_id]), one.round.title) for one in newest
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
