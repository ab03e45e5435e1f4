"""The work report: choosing one, reading it with live figures, filing it with a second person."""

from collections import Counter
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gonghui.core import clock, numerals
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.figures import CLOCKS
from gonghui.core.han import han
from gonghui.core.period import Period
from gonghui.reports import report_forms
from gonghui.reports.actions import filings
from gonghui.reports.adjusting import adjustments
from gonghui.reports.breakdown.areas import is_masked, masked_rows
from gonghui.reports.console import steps
from gonghui.reports.filling import Filled, Filling, Piece, fill_report, is_hidden, prose
from gonghui.reports.models.filings import Report
from gonghui.reports.printing.kept import charts_for
from gonghui.reports.report_forms import Form
from gonghui.reports.standing import Standing
from gonghui.spine.organisations.models import Organisation
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.web.stepup import asked_again

FOUND_MOST = 20
PRINTS = (
    ("docx", "公文格式 .docx"),
    ("pdf", "公文格式 .pdf"),
    ("html", "自核对网页 .html"),
    ("json", "数字表 .json"),
)
PRESSED = "filing_pressed"


@dataclass(frozen=True)
class Place:
    """What a report's address names: form, period, organisation."""

    form: Form
    period: Period
    organisation: Organisation

    @property
    def parts(self) -> list[str]:
        """The address's parts, in its order."""
        return [self.form.code, self.period.key, self.organisation.code]

    @staticmethod
    def of(kept: Report) -> "Place":
        """The place of a begun report."""
        return Place(report_forms.form(kept.form), Period.parse(kept.period), kept.organisation)

    @property
    def name(self) -> str:
        """The organisation's name in the reader's language."""
        return name_of(self.organisation)

    @property
    def url(self) -> str:
        """The report's own address."""
        return reverse("report", args=self.parts)

    def figure_url(self, row_id: str) -> str:
        """The address of one figure's pane."""
        return reverse("report_figure", args=[*self.parts, row_id])


def place_of(actor: Actor, form: str, period: str, code: str) -> Place:
    """The report of the address within the reader's scope; what is not there and what is not theirs look the same."""
    try:
        found, days = report_forms.form(form), Period.parse(period)
    except Refusal:
        raise Http404 from None
    seen = Organisation.objects.seen_by(actor)
    organisation = seen.filter(code=code).first() or seen.resolved(code)
    if organisation is None:
        raise Http404
    if not found.serves(organisation.level, days):
        raise Http404
    return Place(found, days, organisation)


def begun(actor: Actor, form: str, period: str, code: str) -> tuple[Place, Report]:
    """The begun report of an address, without its numbers; one nobody began is not there."""
    place = place_of(actor, form, period, code)
    kept = Report.objects.select_related("organisation").of(place.form.code, place.organisation, place.period)
    if kept is None:
        raise Http404
    return place, kept


def done(request: ConsoleRequest, place: Place, act: Callable[..., Report], said: str) -> HttpResponseBase:
    """The report of a place after an act that may begin it, and what its page then says."""
    act(place.form.code, place.organisation, place.period, by=request.actor, on=clock.today())
    messages.success(request, said)
    return redirect(place.url)


def is_english() -> bool:
    """Whether the reader's language is English."""
    return (get_language() or "").startswith("en")


@dataclass(frozen=True)
class Live:
    """A printed number with what hangs on it: its words, its address, the card shown on hover and focus."""

    filled: Filled
    url: str
    organisation: str
    is_open: bool = False
    is_masked: bool = False
    as_of: int | None = None
    nth: int = 1
    change: str = ""
    """How it moved, where the reader asked to compare."""

    @property
    def mark(self) -> str:
        """What tells this place of the number from others on the page."""
        name = self.filled.row.id.replace("|", "-")
        return name if self.nth == 1 else f"{name}-{self.nth}"

    @property
    def title(self) -> str:
        """The figure's name, as it was filed, in the reader's language."""
        kept = self.filled.filed_as
        return (kept.title_en if is_english() else kept.title) if kept is not None else _(self.filled.figure.title)

    @property
    def meaning(self) -> str:
        """What the figure counts, as it was filed, in the reader's language."""
        kept = self.filled.filed_as
        return (
            (kept.meaning_en if is_english() else kept.meaning) if kept is not None else _(self.filled.figure.meaning)
        )

    @property
    def unit(self) -> str:
        """The unit of the exact value, as it was filed."""
        return self.filled.filed_as.unit if self.filled.filed_as is not None else self.filled.figure.unit

    @property
    def cut(self) -> int | None:
        """The journal position at which the number can be computed again."""
        return self.filled.cut or self.as_of

    @property
    def words(self) -> str:
        """The printed number in the reader's language; a small sensitive one of another unit stays hidden."""
        if self.is_masked:
            return "—"
        return self.filled.printed_en if is_english() else self.filled.printed

    @property
    def exact(self) -> str:
        """The value to the last digit."""
        return exact_of(self.filled)

    @property
    def number(self) -> str:
        """The value to the last digit without its unit; a share in percent."""
        return self.exact[: len(self.exact) - len(self.tail)].rstrip()

    @property
    def tail(self) -> str:
        """What is set smaller after the number: its unit, or the two whole numbers of a share."""
        whole = self.exact
        if self.filled.figure.is_ratio:
            at = max(whole.find("（"), whole.find("("))
            return whole[at:] if at >= 0 else ""
        if is_english() and self.filled.figure.is_money:
            return ""
        return whole.partition(" ")[2]

    @property
    def clock(self) -> str:
        """How the figure counts time."""
        return _(CLOCKS[self.filled.figure.clock])

    @property
    def days(self) -> str:
        """The days asked."""
        return days_of(self.filled)


def days_of(filled: Filled) -> str:
    """The days a number covers, in the reader's language; a stock has one day."""
    period = filled.period
    if filled.figure.clock == "stock":
        period = Period.day(period.last)
    return label_of(period)


def label_of(period: Period) -> str:
    """The period in the reader's language."""
    return period.label_en if is_english() else period.label


def dates_of(filled: Filled) -> str:
    """The first and last day as dates, where the words for the period do not say them."""
    period = filled.period
    if filled.figure.clock == "stock" or period.kind in ("day", "range"):
        return ""
    return f"{period.first.isoformat()} – {period.last.isoformat()}"


def exact_of(filled: Filled, value: Any = None) -> str:
    """A value of the row to the last digit, in the reader's language."""
    total = filled.value.total if value is None else value
    if is_english():
        return numerals.exact_en(total, filled.figure.unit, unit_en=filled.row.unit_en)
    return numerals.exact(total, filled.figure.unit)


def name_of(organisation: Organisation) -> str:
    """The organisation's name in the reader's language."""
    return (is_english() and organisation.english_name) or organisation.name


def short_name_of(organisation: Organisation) -> str:
    """The organisation's short name, in English its English one without what all of them share."""
    if is_english() and organisation.english_name:
        return organisation.english_name.removesuffix(" Federation of Trade Unions").removesuffix(" Trade Union")
    return organisation.short_name


@page("reports.see")
def reports(request: ConsoleRequest) -> HttpResponseBase:
    """Choosing a report: the own one first, any union of the subtree by name or code, and what was filed lately."""
    codes = report_forms.codes()
    form = request.GET.get("form", "")
    chosen = report_forms.form(form) if form in codes else report_forms.usual()
    words = request.GET.get("q", "").strip()[:60]
    typed = request.GET.get("period", "").strip()
    period, refusal = _asked_period(chosen, typed)
    own = get_object_or_404(Organisation.objects.seen_by(request.actor), pk=request.actor.organisation_id)
    organisations = _found(request.actor, own, words)
    filed = Keyset(Report.objects.seen_by(request.actor).select_related("organisation"), ("-begun_on", "-id"), 20)
    return render(
        request,
        "reports/console/reports.html",
        {
            "forms": [(code, name_of_form(report_forms.form(code))) for code in codes],
            "chosen": chosen,
            "period": period,
            "typed_period": typed or period.key,
            "refusal": refusal,
            "q": words,
            "own": Place(chosen, period, own) if chosen.serves(own.level, period) else None,
            "places": [Place(chosen, period, one) for one in organisations if chosen.serves(one.level, period)],
            "is_more": len(organisations) == FOUND_MOST,
            "filed": filed.page(request),
            "english": is_english(),
        },
    )


def _asked_period(chosen: Form, typed: str) -> tuple[Period, Refusal | None]:
    """The period typed, or the form's usual one with the reason why the typed one is not for it."""
    usual = chosen.period.over_before(clock.today()) if chosen.kind else chosen.period
    if not typed:
        return usual, None
    try:
        period = Period.parse(typed)
    except Refusal as error:
        return usual, error
    if chosen.kind and period.kind != chosen.kind:
        message = "“%(form)s”不用于%(period)s，请写成 %(example)s 这样的期间"
        params = {"form": name_of_form(chosen), "period": period.key, "example": chosen.period.key}
        return usual, Refusal("reports.form_period", message, **params)
    return period, None


def _found(actor: Actor, own: Organisation, words: str) -> list[Organisation]:
    """Unions of the subtree by part of their name or code; without words, those directly below."""
    seen = Organisation.objects.seen_by(actor).active()
    if words:
        named = Q(name__icontains=words) | Q(short_name__icontains=words) | Q(code__istartswith=words)
        return list(seen.filter(named).order_by("depth", "pinyin_key", "id")[:FOUND_MOST])
    return list(seen.filter(parent=own).order_by("level", "pinyin_key", "id")[: FOUND_MOST * 2])


def paper(
    request: ConsoleRequest, place: Place, kept: Report | None, filling: Filling, row_id: str = ""
) -> dict[str, Any]:
    """What the report's page shows, with or without an open figure."""
    english = is_english()
    masked = masked_rows(filling.shown, place.organisation, request.actor)
    lives = {
        key: Live(
            filled,
            place.figure_url(key),
            place.organisation.code,
            key == row_id,
            key in masked,
            filling.as_of,
        )
        for key, filled in filling.rows.items()
    }
    shown: Counter[str] = Counter()
    sections = [
        {
            "number": str(section.number) if english else han(section.number),
            "title": section.title,
            "position": section.position,
            "paragraphs": [[_piece(piece, lives, shown, masked) for piece in pieces] for pieces in section.paragraphs],
        }
        for section in prose(filling, english=english)
    ]
    return {
        "place": place,
        "name": name_of(place.organisation),
        "heading": title_of(place.form, place.period, english=english),
        "headline": title_of(place.form, place.period, english=english, head=True),
        "report": kept,
        "filling": filling,
        "sections": sections,
        "charts": charts_for(
            kept,
            filling,
            english=english,
            hidden=frozenset(key for key, live in lives.items() if live.is_masked),
        ),
        "prints": [
            {"title": title, "url": reverse("report_print", args=[*place.parts, ending])} for ending, title in PRINTS
        ],
        "missing": [live for live in lives.values() if live.filled.standing in (Standing.MISSING, Standing.SPLIT)],
        "moved": [live for live in lives.values() if live.filled.moved],
        "doubts": [] if masked else steps.doubts(request.actor, kept, filling, english=english),
        "row_count": len(lives),
        "row_id": row_id,
        "lives": list(lives.values()),
        "last_day": label_of(Period.day(place.period.last)),
        "english": english,
        **adjusted(filling, actor=request.actor),
        **_filing(request.actor, place, kept, filling),
    }


def name_of_form(form: Form) -> str:
    """What a form is called where one is chosen."""
    return form.name_en if is_english() else form.name


def adjusted(filling: Filling, *, actor: Actor | None = None) -> dict[str, Any]:
    """What came in late for the report before, as a table; for the public without sensitive rows and without doors."""
    rows, label = [], ""
    for one in adjustments(filling):
        place = Place.of(one.report)
        label = label_of(place.period)
        if is_masked(one.filled, place.organisation, actor) if actor is not None else one.filled.figure.sensitive:
            continue
        live = Live(one.filled, "", place.organisation.code)
        url = (
            f"{reverse('report_entries', args=[*place.parts, one.filled.row.id])}?moved=1" if actor is not None else ""
        )
        rows.append(
            {
                "title": live.title,
                "url": url,
                "filed": live.exact if one.filled.is_known else live.words,
                "now": exact_of(one.filled, one.now.total) if one.now is not None else _("口径已调整，不可比"),
                "difference": _signed(one.filled, one.difference) if one.now is not None else "—",
            }
        )
    return {"adjusted": rows, "adjusted_period": label}


def _signed(filled: Filled, difference: tuple[int, ...]) -> str:
    """A difference with its sign; of a share both whole numbers."""
    if len(difference) == 2:
        return f"{difference[0]:+,} / {difference[1]:+,}"
    return ("+" if difference[0] > 0 else "") + exact_of(filled, difference[0])


def title_of(form: Form, period: Period, *, english: bool, head: bool = False) -> str:
    """The report's title for a period."""
    if english:
        return (form.headline_en if head else form.title_en).format(period=period.label_en)
    return (form.headline if head else form.title).format(period=period.label)


def _piece(piece: Piece, lives: dict[str, Live], shown: "Counter[str]", masked: Set[str]) -> dict[str, Any]:
    hidden = is_hidden(piece.of, masked)
    live = None
    if piece.filled is not None:
        row = piece.filled.row.id
        shown[row] += 1
        own = lives[piece.filled.about]
        live = replace(own, filled=piece.filled, nth=shown[row], is_masked=is_hidden(row, masked))
    return {"text": "" if hidden else piece.text, "live": live}


def _filing(actor: Actor, place: Place, kept: Report | None, filling: Filling) -> dict[str, Any]:
    """Where the report stands on its way and what the reader may do about it."""
    way = kept.way if kept is not None else list(place.form.stages_at(place.organisation.level))
    own = actor.organisation_id == place.organisation.id
    offered = steps.offers(actor, place.parts, kept, way, filling)
    return {
        "is_own": own,
        "flow": steps.bar(kept, way),
        "steps": offered,
        "gaps": steps.gaps(filling) if any(one.name in steps.FINAL for one in offered) else [],
        "may_write": own and kept is not None and kept.is_editable and actor.may("reports.edit"),
        "signs": "signed" in way,
        "circulates": "circulated" in way,
        "errata": list(kept.errata.all()) if kept is not None else [],
        "is_over": clock.today() > place.period.last,
    }


@page("reports.edit")
@require_POST
def propose(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """Ask the second person to file the report."""
    said = _("已提请备案，等本单位负责人确认；确认前数字仍随台账更新")
    return done(request, place_of(request.actor, form, period, code), filings.propose_filing, said)


@page("reports.file_second")
@require_POST
def confirm(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """File the report. What was written before the press may still be landing: the page waits and says for what."""
    place, kept = begun(request.actor, form, period, code)
    heading = title_of(place.form, place.period, english=is_english())
    doing = f"{_('确认备案')} · {heading} {steps.without_numbers(fill_report(kept))}"
    if (shown_again := asked_again(request, doing=doing)) is not None:
        return shown_again
    pressed = request.session.get(PRESSED, {})
    if pressed.get("report") != str(kept.public_id) or "again" not in request.POST:
        read = request.POST.get("read", "")[:64]
        pressed = {"report": str(kept.public_id), "mark": filings.pressed_now(), "waited": 0, "read": read}
    settled = filings.settle(pressed["mark"], 1.0)
    if settled < pressed["mark"] and pressed["waited"] < filings.WAIT_SECONDS - 1:
        request.session[PRESSED] = {**pressed, "waited": pressed["waited"] + 1}
        shown = {"place": place, "name": name_of(place.organisation), "settled": settled, **pressed}
        return render(request, "reports/console/waiting.html", {**shown, "left": pressed["mark"] - settled})
    request.session.pop(PRESSED, None)
    filings.confirm_filing(kept, by=request.actor, on=clock.today(), mark=pressed["mark"], read=pressed.get("read", ""))
    messages.success(request, _("已备案：每个数字停在台账第 %(cut)s 条") % {"cut": f"{kept.cut:,}"})
    return redirect(place.url)


urlpatterns = [
    path("reports/", reports, name="reports"),
    path("reports/<slug:form>/<str:period>/<str:code>/propose/", propose, name="report_propose"),
    path("reports/<slug:form>/<str:period>/<str:code>/confirm/", confirm, name="report_confirm"),
]
