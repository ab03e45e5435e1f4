"""Fills a report form for an organisation and period: every number is asked of the journal, now or at a cut."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gonghui.core import numerals
from gonghui.core.errors import Refusal
from gonghui.core.figures import Ask, Figure, Value, answer
from gonghui.core.journal import last_position, watermark
from gonghui.core.period import Period
from gonghui.reports import report_forms
from gonghui.reports.models.filings import FiledRow, Report
from gonghui.reports.places import paths_of
from gonghui.reports.report_forms import PLACE, Clause, Form, Row
from gonghui.reports.standing import KNOWN, WORDS, Standing, standings
from gonghui.spine.organisations.models import Organisation

DISTRICT_RANK = frozenset({"city", "district", "industry"})
SCOPES = {
    "city": ("全市", "the city"),  # zh
    "district": ("全区", "the district"),  # zh
    "industry": ("全行业", "the industry"),  # zh
    "town": ("辖内", "the area"),  # zh
    "sector": ("辖内", "the area"),  # zh
    "joint": ("辖内", "the area"),  # zh
}
OWN_SCOPE = ("本单位", "the union's own place of work")  # zh


@dataclass(frozen=True)
class Filled:
    """One row of a filled report: the value, the words printed for it, and how it stood when it was filed."""

    row: Row
    period: Period
    value: Value
    standing: Standing
    printed: str
    printed_en: str
    cut: int | None = None
    now: Value | None = None

    @property
    def figure(self) -> Figure:
        """The figure asked."""
        return self.row.figure

    @property
    def moved(self) -> bool:
        """Whether the figure has another value now than when it was filed (△)."""
        return self.now is not None and self.now.whole != self.value.whole

    @property
    def is_known(self) -> bool:
        """Whether there is a number at all, nought included."""
        return self.standing == KNOWN

    @property
    def whole_of(self) -> int | None:
        """What a share of exactly 100% is the whole of: a bare 100% says too little."""
        whole = self.value.whole
        return whole[1] if len(whole) == 2 and whole[0] == whole[1] and whole[1] > 0 else None

    def said(self, *, english: bool) -> str:
        """The printed words in one of the two languages."""
        return self.printed_en if english else self.printed

    @property
    def attribute(self) -> str:
        """The exact value for the page's markup: 2060012, or 536/1150."""
        return "/".join(str(part) for part in self.value.whole) if self.is_known else ""


@dataclass(frozen=True)
class Filling:
    """A form filled for one organisation and period.

    `as_of` is the position a draft can be computed again at; none while somebody is writing.
    """

    form: Form
    organisation: Organisation
    period: Period
    rows: Mapping[str, Filled]
    cut: int | None = None
    as_of: int | None = None

    @property
    def moved_count(self) -> int:
        """How many filed numbers have moved since."""
        return sum(filled.moved for filled in self.rows.values())

    @property
    def known_count(self) -> int:
        """How many rows have a number."""
        return sum(filled.is_known for filled in self.rows.values())

    def __iter__(self) -> Any:
        return iter(self.rows.values())


def belongs(row: Row, level: str) -> bool:
    """Whether a report of this level prints the row at all; a row left out is never printed as nought.

    Sensitive figures stop at district rank. What only the city returns says nothing of one district.
    """
    figure = row.figure
    if figure.sensitive and level not in DISTRICT_RANK:
        return False
    recorded_here = figure.fold.kind is not None or bool(figure.fold.parts)
    return level == "city" or figure.returned_by == "any" or recorded_here


def rows_for(form: Form, organisation: Organisation) -> list[Row]:
    """The form's rows that an organisation's report prints."""
    return [row for row in form.rows if belongs(row, organisation.level)]


def fill(form: Form, organisation: Organisation, period: Period, cut: int | None = None) -> Filling:
    """Every row of the organisation's report, asked in one go."""
    rows = rows_for(form, organisation)
    filled = fill_rows(rows, organisation, period, form.period, cut)
    return Filling(form, organisation, period, {one.row.id: one for one in filled}, cut)


def fill_rows(
    rows: Sequence[Row], organisation: Organisation, period: Period, own: Period, cut: int | None = None
) -> list[Filled]:
    """The rows' values, standings and printed words."""
    spans = [row.days(period, own) for row in rows]
    paths = paths_of([organisation]).get(organisation.pk, ())
    asks = [Ask(row.figure, organisation.path, span, paths) for row, span in zip(rows, spans, strict=True)]
    values = answer(asks, cut)
    stood = standings(asks, values)
    return [
        _filled(row, span, value, standing, cut)
        for row, span, value, standing in zip(rows, spans, values, stood, strict=True)
    ]


def _filled(row: Row, span: Period, value: Value, standing: Standing, cut: int | None) -> Filled:
    if standing != KNOWN:
        zh, en = WORDS[standing]
        return Filled(row, span, value, standing, zh, en, cut)
    figure, total = row.figure, value.total
    return Filled(
        row,
        span,
        value,
        standing,
        numerals.printed(total, row.unit, row.style, clock=figure.clock),
        numerals.printed_en(total, row.unit, row.style, unit_en=row.unit_en, clock=figure.clock),
        cut,
    )


def standing_report(report: Report) -> Filling:
    """A filed report as it stands: values and words from the filing, and each figure's value now beside it."""
    form = report_forms.form(report.form)
    period = Period.parse(report.period)
    kept = [(row, one) for one in report.rows.order_by("id") if (row := form.row(one.row)) is not None]
    path, paths = report.organisation.path, paths_of([report.organisation]).get(report.organisation_id, ())
    asks = [Ask(row.figure, path, Period(one.first_on, one.last_on), paths) for row, one in kept]
    now = answer(asks)
    rows = {one.row: _as_filed(row, one, value, report.cut) for (row, one), value in zip(kept, now, strict=True)}
    return Filling(form, report.organisation, period, rows, report.cut)


def _as_filed(row: Row, one: FiledRow, now: Value, cut: int | None) -> Filled:
    return Filled(
        row, Period(one.first_on, one.last_on), one.value, Standing(one.standing), one.printed, one.printed_en, cut, now
    )


def filled_report(form: Form, organisation: Organisation, period: Period) -> tuple[Report | None, Filling]:
    """The report of a form, organisation and period: as filed if it is, else as the journal stands."""
    report = Report.objects.select_related("organisation").of(form.code, organisation, period)
    if report is not None and report.is_filed:
        return report, standing_report(report)
    before = last_position()
    filling = fill(form, organisation, period)
    still = before == watermark() == last_position()
    return report, replace(filling, as_of=before if still else None)


# Prose ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """A run of words, or one live figure; `of` names the row whose number the words repeat."""

    text: str = ""
    filled: Filled | None = None
    of: str = ""


@dataclass(frozen=True)
class Written:
    """A section as it is printed: its number, heading and paragraphs."""

    number: int
    title: str
    paragraphs: tuple[tuple[Piece, ...], ...]


def prose(filling: Filling, *, english: bool = False) -> list[Written]:
    """The report's sections in words; clauses, paragraphs and sections without their numbers are left out."""
    written: list[Written] = []
    for section in filling.form.sections:
        paragraphs = tuple(
            pieces
            for paragraph in section.paragraphs
            if (pieces := tuple(_paragraph(paragraph, filling, english=english)))
        )
        if paragraphs:
            title = section.title_en if english else section.title
            written.append(Written(len(written) + 1, title, paragraphs))
    return written


def _paragraph(sentences: Iterable[Sequence[Clause]], filling: Filling, *, english: bool) -> Iterable[Piece]:
    between, end = ("; ", ". ") if english else ("；", "。")
    for clauses in sentences:
        kept = [clause for clause in clauses if all(row in filling.rows for row in clause.rows)]
        for n, clause in enumerate(kept):
            text = clause.text_en if english else clause.text
            if english and n == 0:
                text = text[0].upper() + text[1:]
            yield from _pieces(text, filling, english=english)
            yield Piece(end if n == len(kept) - 1 else between)


def _pieces(text: str, filling: Filling, *, english: bool) -> Iterable[Piece]:
    scope = SCOPES.get(filling.organisation.level, OWN_SCOPE)[english]
    label = filling.period.label_en if english else filling.period.label
    at = 0
    for place in PLACE.finditer(text):
        if place.start() > at:
            yield Piece(text[at : place.start()])
        at = place.end()
        if place[1] == "scope":
            yield Piece(scope)
        elif place[1] == "period":
            yield Piece(label)
        else:
            filled = filling.rows[place[1]]
            yield Piece(filled=filled)
            if filled.whole_of is not None:
                n = filled.whole_of
                yield Piece(f" ({n:,} {filled.row.of_en})" if english else f"（{n}{filled.row.of}）", of=filled.row.id)
    if at < len(text):
        yield Piece(text[at:])


# For other programs ---------------------------------------------------------------------------------------------


def as_json(form_code: str, period: str, organisation_code: str | None = None) -> list[dict[str, Any]]:
    """The rows of a report as plain values, stable for other programs; value = returned + recorded."""
    organisation = organisation_of(organisation_code)
    filling = fill(report_forms.form(form_code), organisation, Period.parse(period))
    return [
        {
            "row": filled.row.id,
            "figure": filled.figure.name,
            "title": filled.figure.title,
            "unit": filled.figure.unit,
            "clock": filled.figure.clock,
            "value": _plain(filled.value.whole),
            "printed": filled.printed,
            "returned": _plain(filled.value.returned),
            "recorded": _plain(filled.value.recorded),
        }
        for filled in filling
    ]


def organisation_of(code: str | None) -> Organisation:
    """The organisation of a code; the city where none is given."""
    if code is None:
        return Organisation.objects.city()
    found = Organisation.objects.filter(code=code).first()
    if found is None:
        raise Refusal("reports.organisation_unknown", "没有组织代码 %(code)s，请核对后再试", code=code[:30])
    return found


def _plain(parts: tuple[int, ...]) -> int | list[int]:
    return parts[0] if len(parts) == 1 else list(parts)
