"""What search finds of numbers: figures and reports, for the period that is said among the words."""

import re
from dataclasses import dataclass
from functools import cache

from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from gonghui.core import clock, search
from gonghui.core.period import Period
from gonghui.reports import report_forms
from gonghui.reports.console.report import Place, is_english, label_of, name_of_form, title_of
from gonghui.reports.filling import belongs
from gonghui.reports.flow import REPORT_FLOW
from gonghui.reports.models.filings import Report
from gonghui.reports.report_forms import PLACE, Form, Row, clauses_of
from gonghui.spine.organisations.console.tree import organisations_for
from gonghui.spine.organisations.models import Organisation
from gonghui.web.palette import A_SHELF, Found, Sought, searching

NEWEST = 60
"""How many of the newest reports of some years are looked through."""
SHOWN = ("form", "period", "state", "organisation__code", "organisation__name", "organisation__english_name")
_SAID, _ELSEWHERE = 0, 2
"""How well a form's period fits the one that was said: it is that one; or the form was written for another one."""


def own_union(sought: Sought) -> Organisation | None:
    """The reader's own union, where its reports may be seen."""
    if not sought.actor.may("reports.see"):
        return None
    seen = Organisation.objects.seen_by(sought.actor).only("code", "name", "english_name", "level")
    return seen.filter(pk=sought.actor.organisation_id).first()


# Periods ----------------------------------------------------------------------------------------------------------


def _times(form: Form, said: Period | None) -> list[tuple[int, Period]]:
    """The periods of a form that are meant, each with how well it fits, the newest first."""
    if said is None:
        return [(_SAID, form.period.over_before(clock.today()) if form.kind else form.period)]
    if not form.kind:
        fit = _SAID if form.period == said else 1
        return [(fit, form.period)] if form.period in said else [(_ELSEWHERE, said)]
    if form.kind == said.kind:
        return [(_SAID, said)]
    found, newest = [], form.period.over_before(min(said.end, clock.today()))
    while newest in said:
        found.append((1, newest))
        newest = newest.previous()
    return found


def _meant(level: str, said: Period | None) -> list[tuple[int, Form, Period]]:
    """The forms of a union at this level with the periods that are meant, the nearest first, then the usual form."""
    forms = sorted(map(report_forms.form, report_forms.codes()), key=lambda one: one is not report_forms.usual())
    times = [(fit, form, period) for form in forms for fit, period in _times(form, said) if form.serves(level, period)]
    return sorted(times, key=lambda each: each[0])


# Figures ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Printed:
    """A row of a form with the names it is found by and the words around its number in the prose."""

    row: Row
    names: tuple[str, ...]
    signs: str
    """The names and their initials: what no word of a question stands in, it cannot fit."""
    prose: str
    prose_words: tuple[str, ...]

    def nearness(self, words: str, typed: list[str]) -> int | None:
        """How near the best of the names is."""
        return search.fits(words, *self.names) if all(word in self.signs for word in typed) else None

    def is_told_by(self, words: list[str]) -> bool:
        """Whether the words stand in the prose around the number, letters and digits at the beginning of a word."""
        return all(
            any(own.startswith(word) for own in self.prose_words) if word.isascii() else word in self.prose
            for word in words
        )


@cache
def _printed(code: str) -> tuple[_Printed, ...]:
    form = report_forms.form(code)
    prose: dict[str, str] = {row.id: "" for row in form.rows}
    for section in form.sections:
        for clause in clauses_of(section):
            for row_id in clause.rows:
                prose[row_id] += search.normal(PLACE.sub(" ", f" {clause.text} {clause.text_en} "))
    with translation.override("en"):
        english = {row.id: _(row.figure.title) for row in form.rows}
    names = {row.id: (row.id, row.figure.title, english[row.id], row.figure.name) for row in form.rows}
    return tuple(
        _Printed(
            row,
            names[row.id],
            " ".join(part for name in names[row.id] for part in (search.normal(name), search.initials(name))),
            prose[row.id],
            tuple(re.findall("[a-z0-9]+", prose[row.id])),
        )
        for row in form.rows
    )


@searching("数字")
def figures(sought: Sought) -> list[Found]:
    """Figures by title, in either language, by the form's number or the figure's name; else by the words that a report
    prints around them. In the reader's own report, for the period that was said."""
    own, words = sought.once(own_union), sought.beside.words
    if own is None or not words:
        return []
    meant = _meant(own.level, sought.period)
    listed = [
        (one, Place(form, period, own))
        for _fit, form, period in meant
        for one in _printed(form.code)
        if belongs(one.row, own, period)
    ]
    typed = search.query_words(words)
    near = [(one.nearness(words, typed), one, place) for one, place in listed]
    named = sorted(((n, one, place) for n, one, place in near if n is not None), key=lambda each: each[0])
    hits = [(one, place) for _near, one, place in named]
    if not hits and len(words) > 1:
        hits = [(one, place) for one, place in listed if typed and one.is_told_by(typed)]
    first = {one.row.figure.name: (one, place) for one, place in reversed(hits)}
    return [_figure(one, place) for one, place in hits if first[one.row.figure.name] == (one, place)]


def _figure(one: _Printed, place: Place) -> Found:
    figure = one.row.figure
    note = f"{one.row.id} · {label_of(place.period)} · {_(figure.meaning)}"
    return Found(_(figure.title), place.figure_url(one.row.id), note, one.names)


# Reports ----------------------------------------------------------------------------------------------------------


@searching("工作报告")
def reports(sought: Sought) -> list[Found]:
    """Reports by the title of their form, their period, or the union that was typed; one that nobody has begun where
    the words say which one it is."""
    if not sought.actor.may("reports.see"):
        return []
    forms, rest = _forms_named(sought.beside)
    units = rest.once(organisations_for) if rest.words else []
    if rest.words and not units:
        return []
    seen = Report.objects.seen_by(sought.actor).select_related("organisation").only(*SHOWN)
    seen = seen.order_by("-begun_on", "-id")
    if units:
        seen = seen.filter(organisation__in=units)
    if forms:
        seen = seen.filter(form__in=[form.code for form in forms])
    kept = _within(seen, sought.period)[:A_SHELF]
    found = [_begun(one) for one in kept]
    if sought.period is not None or (forms and units):
        found += _not_begun(sought, forms, units, kept)
    return found[:A_SHELF]


def _forms_named(sought: Sought) -> tuple[list[Form], Sought]:
    """The forms whose name was typed, and what else was: the name of a union. By initials only a whole name counts."""
    forms = [report_forms.form(code) for code in report_forms.codes()]
    names = {form.code: search.normal(f"{form.name} {form.name_en}") for form in forms}
    if whole := [form for form in forms if search.fits(sought.words, form.name, form.name_en) is not None]:
        return whole, Sought(sought.actor, "")
    typed = search.normal(sought.words).split()
    said = [word for word in typed if any(word in name for name in names.values())]
    if not said or len(typed) == 1:
        return [], sought
    named = [form for form in forms if all(word in names[form.code] for word in said)]
    return named, Sought(sought.actor, " ".join(word for word in typed if word not in said))


def _within(reports: QuerySet[Report], said: Period | None) -> list[Report]:
    """Those of the period that was said."""
    if said is None:
        return list(reports[:A_SHELF])
    years = Q()
    for year in {said.first.year, said.last.year}:
        years |= Q(period__startswith=str(year))
    return [one for one in reports.filter(years)[:NEWEST] if Period.parse(one.period) in said]


def _begun(kept: Report) -> Found:
    return _found(Place.of(kept), _(REPORT_FLOW.states[kept.state]))


def _found(place: Place, state: str) -> Found:
    title = f"{place.name} · {title_of(place.form, place.period, english=is_english())}"
    also = (place.period.key, f"{place.name} {name_of_form(place.form)}", name_of_form(place.form))
    return Found(title, place.url, f"{place.period.key} · {state}", also)


def _not_begun(sought: Sought, forms: list[Form], units: list[Organisation], kept: list[Report]) -> list[Found]:
    """The reports that the words name and nobody has begun: their pages show the numbers as they stand.

    Of a family one report of a period is enough; those of its parts are offered where there is none of the whole.
    """
    own = sought.once(own_union)
    meant = [
        (fit, Place(form, period, unit))
        for unit in units or ([own] if own is not None else [])
        for fit, form, period in _meant(unit.level, sought.period)
        if fit < _ELSEWHERE and (not forms or form in forms)
    ]
    nearest = min((fit for fit, _place in meant), default=_SAID)
    told = {(one.period, one.organisation_id, report_forms.form(one.form).family) for one in kept}
    found = []
    for fit, place in meant:
        key = (place.period.key, place.organisation.pk, place.form.family)
        if fit == nearest and key not in told:
            told.add(key)
            found.append(_found(place, _("尚未开始")))
    return found
