"""What search finds of the work on numbers: rounds, returns, entries, checkpoints, own pages, each in its own scope."""

import re
from datetime import datetime, time

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from gonghui.core import search
from gonghui.core.clock import SHANGHAI
from gonghui.reports import report_forms, seals
from gonghui.reports.console.amounts import name_of
from gonghui.reports.console.entries import in_words, seen_by
from gonghui.reports.console.finding_figures import own_union
from gonghui.reports.console.report import Place, name_of_form
from gonghui.reports.console.rounds import period_label
from gonghui.reports.models import Return, Round
from gonghui.spine.organisations.console.tree import organisations_for
from gonghui.web.palette import A_SHELF, Found, Sought, commanding, searching
from gonghui.web.templatetags.gonghui import moment

NEWEST = 60
"""How many of the newest rounds are looked through by title."""
NAMES = tuple(f"organisation__{name}" for name in ("name", "short_name", "english_name"))
SHOWN = ("public_id", "round__title", "round__period", *NAMES)
_A_NUMBER = re.compile(r"(?:第|#|no\.? ?)?(\d{1,15})(?:条)?", re.IGNORECASE)  # zh


@commanding
def own_pages(sought: Sought) -> list[Found]:
    """The own union's report, and its newest return."""
    own, form, found = sought.once(own_union), report_forms.usual(), list[Found]()
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


def _rounds(sought: Sought) -> list[Round]:
    """Rounds in sight whose title was typed, or whose period was, with a part of the title or alone."""
    newest = (
        Round.objects.seen_by(sought.actor).only("public_id", "title", "period").order_by("-due_on", "-id")[:NEWEST]
    )
    return [one for one in newest if search.fits(sought.words, one.title) is not None or _is_said(sought, one)]


def _is_said(sought: Sought, opened: Round) -> bool:
    if sought.period is None or not sought.period.overlaps(opened.days):
        return False
    words = sought.beside.words
    return not words or search.fits(words, opened.title) is not None


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
    opened, units = sought.once(_rounds), [one.pk for one in sought.beside.once(organisations_for)]
    if not opened and not units:
        return []
    wanted = Q(organisation_id=sought.actor.organisation_id, round__in=opened) | Q(organisation__in=units)
    seen = Return.objects.seen_by(sought.actor).filter(wanted).select_related("round", "organisation").only(*SHOWN)
    said, ordered = sought.period, seen.order_by("-round__due_on", "-round__id", "organisation__depth", "id")
    newest = ordered[: NEWEST if said is not None else A_SHELF]
    return [
        Found(name_of(one.organisation), reverse("return", args=[one.public_id]), one.round.title)
        for one in newest
        if said is None or said.overlaps(one.round.days)
    ][:A_SHELF]


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
    """Checkpoints by their number, or by the day they were signed."""
    if not sought.actor.may("journal.see"):
        return []
    number = _A_NUMBER.fullmatch(sought.words.removeprefix("检查点").strip())  # zh
    one = seals.numbered(int(number[1])) if number is not None else None
    found = [one] if one is not None else _signed(sought)
    return [
        Found(
            _("检查点 %(n)s") % {"n": f"{shown.blocks:,}"},
            reverse("checkpoint", args=[shown.blocks]),
            f"{moment(shown.at)} · {' '.join(shown.groups[:4])}",
            (str(shown.blocks),),
        )
        for shown in found
    ]


def _signed(sought: Sought) -> list[seals.Shown]:
    """The checkpoints of the day that was said; of a longer time where it is checkpoints that are sought."""
    said, kind = sought.period, sought.beside.words
    if said is None or not (search.fits(kind, _("检查点")) == 0 if kind else said.kind == "day"):
        return []
    first, end = (datetime.combine(day, time.min, SHANGHAI) for day in (said.first, said.end))
    return [seals.Shown(row) for row in seals.of_entries().filter(at__gte=first, at__lt=end)[:A_SHELF]]
