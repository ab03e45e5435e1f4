"""Fills a report form for an organisation and period: every number is asked of the journal, now or at a cut."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext, override

from gonghui.core import numerals
from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES, Ask, Figure, Value, answer
from gonghui.core.journal import last_position, watermark
from gonghui.core.numerals import Style
from gonghui.core.period import Period
from gonghui.reports import comparing, report_forms, wording
from gonghui.reports.changes import Way
from gonghui.reports.comparing import Comparison, Side
from gonghui.reports.models.filings import FiledRow, Report
from gonghui.reports.models.returns import Programme
from gonghui.reports.organised import as_now, as_then
from gonghui.reports.places import paths_of
from gonghui.reports.report_forms import Clause, Form, Row
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
class Definition:
    """What a figure meant when it was asked: its version, name, unit and meaning, in both languages."""

    version: int
    title: str
    title_en: str
    unit: str
    meaning: str
    meaning_en: str


def definition_of(figure: Figure) -> Definition:
    """The figure as it is declared now."""
    with override("en"):
        title_en, meaning_en = gettext(figure.title), gettext(figure.meaning)
    return Definition(figure.version, figure.title, title_en, figure.unit, figure.meaning, meaning_en)


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
    filed_as: Definition | None = None
    comparisons: tuple[Comparison, ...] = ()
    """Those that the form or the text asks for."""
    compared: Comparison | None = None
    """The one that the printed words say, where they say a change and not the number itself."""

    @property
    def definition(self) -> Definition:
        """What the number means: as it was filed, else as the figure is declared now."""
        return self.filed_as or definition_of(self.row.figure)

    @property
    def is_redefined(self) -> bool:
        """Whether the figure counts something else now than when it was filed, so that the two cannot be compared."""
        return self.filed_as is not None and self.filed_as.version != self.row.figure.version

    @property
    def about(self) -> str:
        """The form's row that it is, or that it compares."""
        return self.row.id.partition("|")[0]

    @property
    def figure(self) -> Figure:
        """The figure asked."""
        return self.row.figure

    @property
    def side(self) -> Side:
        """The number as one side of a comparison."""
        version = self.filed_as.version if self.filed_as is not None else self.figure.version
        return Side(self.row, self.period, self.value, self.standing, version, self.cut)

    @property
    def moved(self) -> bool:
        """Whether the figure has another value now than when it was filed (△)."""
        return self.now is not None and not self.is_redefined and self.now.whole != self.value.whole

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
        """The exact value for the page's markup: 2060012, or 536/1150; of a comparison the exact change."""
        if self.compared is not None:
            return self.compared.attribute
        return "/".join(str(part) for part in self.value.whole) if self.is_known else ""


@dataclass(frozen=True)
class Text:
    """A section as somebody wrote it; `version` counts how often."""

    title: str
    title_en: str
    text: str
    text_en: str
    version: int = 0
    by: str = ""


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
    texts: Mapping[int, Text] = field(default_factory=dict)

    @property
    def shown(self) -> Iterable[Filled]:
        """Every number the prose gives away: its own, and those it compares them with, under the comparison's name."""
        for filled in self.rows.values():
            yield filled
            yield from (said_of(one, filled.filed_as) for one in filled.comparisons)

    @property
    def names(self) -> frozenset[str]:
        """What of it may be hidden: its rows and its comparisons."""
        return frozenset(one.row.id for one in self.shown)

    def __iter__(self) -> Any:
        return iter(self.rows.values())


def is_hidden(name: str, hidden: Set[str]) -> bool:
    """Whether a row, or a comparison of it, is among those a reader may not see."""
    return name in hidden or name.partition("|")[0] in hidden


def said_of(one: Comparison, filed_as: Definition | None = None) -> Filled:
    """A comparison as a row of its own: the number compared with, in the words of the change.

    It is named by the comparison, so that one may be hidden without the other.
    """
    base, row = one.base, replace(one.base.row, id=one.key)
    then = filed_as
    if base.version != (then.version if then is not None else row.figure.version):
        then = replace(then or definition_of(row.figure), version=base.version)
    return Filled(
        row, base.period, base.value, base.standing, one.printed, one.printed_en, base.cut, filed_as=then, compared=one
    )


def belongs(row: Row, organisation: Organisation, period: Period) -> bool:
    """Whether the organisation's report prints the row at all; a row left out is never printed as nought.

    Sensitive figures stop at district rank, and so do those recorded there where their programme runs. What only the
    city returns says nothing of one district.
    """
    figure = row.figure
    is_low = organisation.level not in DISTRICT_RANK
    if is_low and (figure.sensitive or (figure.high and _is_recorded(figure.app, organisation, period))):
        return False
    recorded_here = figure.fold.kind is not None or bool(figure.fold.parts)
    return organisation.level == "city" or figure.returned_by == "any" or recorded_here


def _is_recorded(app: str, organisation: Organisation, period: Period) -> bool:
    """Whether an app's work is recorded on the platform where the organisation stands, by the end of the period."""
    begun = Programme.objects.filter(app=app, first_on__lte=period.last).values_list("path", flat=True)
    return any(organisation.path.startswith(path) for path in begun)


def rows_for(form: Form, organisation: Organisation, period: Period | None = None) -> list[Row]:
    """The form's rows that an organisation's report prints, for the form's own period or another."""
    return [row for row in form.rows if belongs(row, organisation, period or form.period)]


def fill(
    form: Form, organisation: Organisation, period: Period, cut: int | None = None, *, now: bool = False
) -> Filling:
    """Every row of the organisation's report, asked in one go; with `now` as organised today."""
    rows = rows_for(form, organisation, period)
    filled = fill_rows(rows, organisation, period, form.period, cut, now=now)
    return Filling(form, organisation, period, {one.row.id: one for one in filled}, cut)


def fill_rows(
    rows: Sequence[Row],
    organisation: Organisation,
    period: Period,
    own: Period,
    cut: int | None = None,
    *,
    now: bool = False,
) -> list[Filled]:
    """The rows' values, standings and printed words."""
    spans = [row.days(period, own) for row in rows]
    plain = [Ask(row.figure, organisation.path, span) for row, span in zip(rows, spans, strict=True)]
    asks = as_then(plain, organisation)
    values = answer(as_now(plain, organisation) if now else asks, cut)
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
    kept_rows = [(row, one) for one in report.rows.order_by("id") if (row := _row_of(one, form)) is not None]
    path, paths = report.organisation.path, paths_of([report.organisation]).get(report.organisation_id, ())
    asks = [Ask(row.figure, path, Period(one.first_on, one.last_on), paths) for row, one in kept_rows]
    now = answer(asks)
    rows = {one.row: _as_filed(row, one, value, report.cut) for (row, one), value in zip(kept_rows, now, strict=True)}
    return Filling(form, report.organisation, period, rows, report.cut, texts=texts_of(report))


def _row_of(one: FiledRow, form: Form) -> Row | None:
    """The form's row while it asks what was filed, else what the filing kept: a form that changed hides nothing."""
    row = form.row(one.row)
    if row is not None and row.figure.name == one.figure:
        return row
    figure = FIGURES.get(one.figure)
    if figure is None:
        return None
    unit = "元" if figure.is_money else figure.unit
    return Row(one.row, figure, unit, "", Style.read("auto"), None, None, "", "")


def _as_filed(row: Row, one: FiledRow, now: Value, cut: int | None) -> Filled:
    days, standing = Period(one.first_on, one.last_on), Standing(one.standing)
    filled = Filled(row, days, one.value, standing, one.printed, one.printed_en, cut, now, _filed_as(one))
    return replace(filled, comparisons=tuple(comparing.as_kept(filled.side, said) for said in one.compared))


def _filed_as(one: FiledRow) -> Definition | None:
    """The definition of then; none was kept before filings kept them."""
    if not one.title:
        return None
    return Definition(one.version, one.title, one.title_en, one.unit, one.meaning, one.meaning_en)


def texts_of(report: Report) -> dict[int, Text]:
    """What people wrote into the report, by section: the newest version of each."""
    newest = report.blocks.order_by("section", "-version").distinct("section")
    return {
        one.section: Text(one.title, one.title_en, one.text, one.text_en, one.version, one.written_by_name)
        for one in newest
    }


def fill_report(report: Report, cut: int | None = None) -> Filling:
    """A report that is not filed yet, with the text people wrote, now or at a cut."""
    filling = fill(report_forms.form(report.form), report.organisation, Period.parse(report.period), cut)
    return with_comparisons(replace(filling, texts=texts_of(report)))


def with_comparisons(filling: Filling) -> Filling:
    """The report with the comparisons that its form or its text asks for, all asked in one go."""
    asked = {(row, way): None for row, filled in filling.rows.items() for way in filled.row.compare}
    lines = (line for text in filling.texts.values() for said in (text.text, text.text_en) for line in said.split("\n"))
    for place in (place for line in lines for place in wording.places(line)):
        if place.row in filling.rows and (way := comparing.way_of(place.style)) is not None:
            asked[place.row, way] = None
    known = {(row, one.way) for row, filled in filling.rows.items() for one in filled.comparisons}
    asked = {key: None for key in asked if key not in known}
    if not asked:
        return filling
    found = comparing.compare([(filling.rows[row].side, way) for row, way in asked], filling.organisation, filling.cut)
    rows = dict(filling.rows)
    for (row, _way), one in zip(asked, found, strict=True):
        rows[row] = replace(rows[row], comparisons=(*rows[row].comparisons, one))
    return replace(filling, rows=rows)


def filled_report(form: Form, organisation: Organisation, period: Period) -> tuple[Report | None, Filling]:
    """The report of a form, organisation and period: as filed if it is, else as the journal stands."""
    report = Report.objects.select_related("organisation").of(form.code, organisation, period)
    if report is not None and report.is_filed:
        return report, standing_report(report)
    before = last_position()
    filling = fill(form, organisation, period)
    still = before == watermark() == last_position()
    texts = texts_of(report) if report is not None else {}
    return report, with_comparisons(replace(filling, as_of=before if still else None, texts=texts))


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
    position: int = 0


def prose(filling: Filling, *, english: bool = False) -> list[Written]:
    """The report's sections in words; clauses, paragraphs and sections without their numbers are left out."""
    written: list[Written] = []
    for position in range(1, len(filling.form.sections) + 1):
        text = text_of(filling, position)
        lines = wording.paragraphs((text.text_en or text.text) if english else text.text)
        paragraphs = tuple(pieces for line in lines if (pieces := tuple(pieces_of(line, filling, english=english))))
        if paragraphs:
            title = text.title_en if english else text.title
            written.append(Written(len(written) + 1, title, paragraphs, position))
    return written


def text_of(filling: Filling, position: int) -> Text:
    """A section's text: as people wrote it, else the form's own."""
    return filling.texts.get(position) or first_text(filling, position)


def first_text(filling: Filling, position: int) -> Text:
    """The form's own prose for a section, without the clauses whose numbers the organisation does not report."""
    section = filling.form.sections[position - 1]
    zh, en = ([_paragraph(one, filling, english=english) for one in section.paragraphs] for english in (False, True))
    return Text(section.title, section.title_en, "\n".join(filter(None, zh)), "\n".join(filter(None, en)))


def _paragraph(sentences: Iterable[Sequence[Clause]], filling: Filling, *, english: bool) -> str:
    between, end = ("; ", ". ") if english else ("；", "。")
    said = []
    for clauses in sentences:
        kept = [clause for clause in clauses if all(row in filling.rows for row in clause.rows)]
        texts = [_compared(clause.text_en if english else clause.text, filling, english=english) for clause in kept]
        if texts:
            first = texts[0][0].upper() + texts[0][1:] if english else texts[0]
            said.append(between.join([first, *texts[1:]]) + end)
    return "".join(said)


def _compared(clause: str, filling: Filling, *, english: bool) -> str:
    """The clause with a place for each comparison that its rows ask for and that can be told."""
    for filled in filling:
        place = f"{{{filled.row.id}}}"
        told = [one for one in filled.comparisons if one.way in filled.row.compare and one.is_told]
        if told and place in clause:
            said = [f"{{{one.key}}}" for one in told]
            with_them = f"{place} ({', '.join(said)})" if english else "，".join([place, *said])
            clause = clause.replace(place, with_them, 1)
    return clause


def pieces_of(line: str, filling: Filling, *, english: bool) -> Iterable[Piece]:
    """A paragraph as it is printed: runs of words and live numbers; what cannot be printed stays as it was written."""
    at = 0
    for place in wording.places(line):
        if not place.is_word and place.row not in filling.rows:
            continue
        if place.start > at:
            yield Piece(line[at : place.start])
        at = place.end
        if place.is_word:
            yield Piece(_word(place.row, filling, english=english))
            continue
        if (way := comparing.way_of(place.style)) is not None:
            yield Piece(filled=_in_comparison(filling.rows[place.row], way))
            continue
        filled = styled(filling.rows[place.row], place.style)
        yield Piece(filled=filled)
        if filled.whole_of is not None:
            n = filled.whole_of
            yield Piece(f" ({n:,} {filled.row.of_en})" if english else f"（{n}{filled.row.of}）", of=filled.row.id)
    if at < len(line):
        yield Piece(line[at:])


def _in_comparison(filled: Filled, way: Way) -> Filled:
    """The row's comparison in words; one that nobody asked yet is a dash."""
    found = next((one for one in filled.comparisons if one.way == way), None)
    if found is None:
        return replace(filled, printed=numerals.NOTHING, printed_en=numerals.NOTHING)
    return said_of(found, filled.filed_as)


def _word(name: str, filling: Filling, *, english: bool) -> str:
    if name == "scope":
        return SCOPES.get(filling.organisation.level, OWN_SCOPE)[english]
    return filling.period.label_en if english else filling.period.label


def styled(filled: Filled, style: str) -> Filled:
    """The number printed in another way; a way that is not true of it leaves it as the form prints it."""
    if not style or not filled.is_known:
        return filled
    row, total, clock = filled.row, filled.value.total, filled.figure.clock
    try:
        wanted = Style.read(style)
        printed = numerals.printed(total, row.unit, wanted, clock=clock)
        printed_en = numerals.printed_en(total, row.unit, wanted, unit_en=row.unit_en, clock=clock)
    except Refusal:
        return filled
    return replace(filled, printed=printed, printed_en=printed_en)


def organisation_of(code: str | None, period: Period | None = None) -> Organisation:
    """The organisation of a code, or what became of it; the city where none is given.

    One that was merged away answers for itself in periods that begin before, its successor in later ones.
    """
    if code is None:
        return Organisation.objects.city()
    found = Organisation.objects.filter(code=code).first()
    if found is not None and period is not None and found.closed_on is not None and found.closed_on <= period.first:
        found = Organisation.objects.now_of(found.code)
    found = found or Organisation.objects.all().resolved(code)
    if found is None:
        raise Refusal("reports.organisation_unknown", "没有组织代码 %(code)s，请核对后再试", code=code[:30])
    return found
