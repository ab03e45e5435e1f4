"""The one model of a printed report. docx, pdf and html are renderers of it and ask nothing else.

It holds no instant but the filing's: a filed report printed twice is the same paper twice.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import translation
from django.utils.translation import gettext as _

from gonghui.core import numerals
from gonghui.core.figures import CLOCKS
from gonghui.core.period import Period, day_label, day_label_en
from gonghui.reports.adjusting import adjustments
from gonghui.reports.charts import Chart, charts_of
from gonghui.reports.filling import Filled, Filling, Piece, is_hidden, prose
from gonghui.reports.models.filings import Report
from gonghui.reports.printing import numbering
from gonghui.reports.printing.annexes import annex_of
from gonghui.reports.printing.tables import Annex
from gonghui.spine.organisations.models import Organisation
from gonghui.web import shell

HIDDEN = "—"
LONGEST_HEADING = 40
WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60\u3000-\u303f"  # zh


@dataclass(frozen=True)
class Words:
    """A run of text without a live number; `of` names the row whose number it repeats."""

    text: str
    of: str = ""


@dataclass(frozen=True)
class Number:
    """A printed number and the question it answers; what is the number in the text is never broken over two lines."""

    text: str
    row: str
    figure: str
    version: int
    title: str
    meaning: str
    unit: str
    clock: str
    clock_words: str
    organisation: str
    period: Period
    days: str
    cut: int | None
    value: tuple[int, ...]
    exact: str
    is_known: bool = True

    @property
    def dates(self) -> str:
        """The days counted, for checking against the table; of a stock the day it is counted on."""
        first, last = self.period.first.isoformat(), self.period.last.isoformat()
        return last if self.clock == "stock" else f"{first} – {last}"


Run = Words | Number


@dataclass(frozen=True)
class Heading:
    """A heading with its sign: 一、 （一） 1. （1）."""

    level: int
    sign: str
    title: str

    @property
    def text(self) -> str:
        """The heading as it is printed."""
        return self.sign + self.title


@dataclass(frozen=True)
class Section:
    """A heading, its paragraphs, and the charts printed after them."""

    heading: Heading
    paragraphs: tuple[tuple[Run, ...], ...]
    charts: tuple[Chart, ...] = ()
    is_later: bool = False
    """Whether it was added after the filing, so that no hash of the filing covers it."""


@dataclass(frozen=True)
class Seal:
    """The checkpoint the filing is sealed under: its twelve groups of signs, and the text its QR code holds."""

    origin: str
    blocks: int
    groups: tuple[str, ...]
    qr: str


@dataclass(frozen=True)
class Paper:
    """A report ready to be printed."""

    english: bool
    title: tuple[str, ...]
    subtitle: str
    addressee: str
    sections: tuple[Section, ...]
    annexes: tuple[Annex, ...]
    charts_title: str
    agency: str
    dated: str
    is_signed: bool
    stand: str
    banner: str
    form: str
    period: Period
    organisation: str
    cut: int | None
    filed_at: datetime | None
    filed_on: date | None
    hides: bool = False
    table_hash: str = ""
    document_hash: str = ""
    seal: Seal | None = None

    @property
    def name(self) -> str:
        """The title in one line."""
        return (" " if self.english else "").join(self.title)

    @property
    def is_draft(self) -> bool:
        """Whether the numbers may still move."""
        return self.filed_at is None

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Every chart; on paper they stand together in an annex, so that no page of text is left half empty."""
        return tuple(chart for section in self.sections for chart in section.charts)

    @property
    def attachments(self) -> tuple[str, ...]:
        """The titles of what is attached on paper, in order."""
        return (*(annex.title for annex in self.annexes), *((self.charts_title,) if self.charts else ()))

    @property
    def last_words(self) -> str:
        """The last paragraph of the text."""
        paragraphs = [runs for section in self.sections for runs in section.paragraphs]
        return "".join(run.text for run in paragraphs[-1]) if paragraphs else ""

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Every live number in the order of the prose."""
        runs = (run for section in self.sections for paragraph in section.paragraphs for run in paragraph)
        return tuple(run for run in runs if isinstance(run, Number))


def made(report: Report | None, filling: Filling, *, english: bool = False) -> Paper:
    """The paper of a report with every row in it, made now."""
    with translation.override("en" if english else "zh-hans"):
        return _Maker(report, filling, english).paper()


def without(paper: Paper, hidden: frozenset[str]) -> Paper:
    """The paper for a reader who may not see these rows: — in the text, neither chart nor column; nothing is asked."""
    if not hidden:
        return paper
    sections = tuple(
        replace(
            section,
            paragraphs=tuple(_without(runs, hidden) for runs in section.paragraphs),
            charts=tuple(one for one in section.charts if not is_hidden(one.row, hidden)),
        )
        for section in paper.sections
    )
    tables = ((annex, tuple(filter(None, (one.without(hidden) for one in annex.tables)))) for annex in paper.annexes)
    annexes = tuple(replace(annex, tables=kept) for annex, kept in tables if kept)
    return replace(paper, sections=sections, annexes=annexes, hides=True, document_hash="")


def _without(runs: Sequence[Run], hidden: frozenset[str]) -> tuple[Run, ...]:
    return tuple(
        replace(run, text=HIDDEN, value=(), exact="", is_known=False)
        if isinstance(run, Number) and is_hidden(run.row, hidden)
        else run
        for run in runs
        if isinstance(run, Number) or not is_hidden(run.of, hidden)
    )


_LOOSE = re.compile(rf"(?<=[{WIDE}]) +| +(?=[{WIDE}])")


def closed(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Chinese text without the blanks that a screen sets between characters and numbers; paper has none."""
    found: list[Run] = []
    for n, run in enumerate(runs):
        if isinstance(run, Number):
            found.append(run)
            continue
        text = _LOOSE.sub("", run.text)
        text = text.lstrip(" ") if n else text
        text = text.rstrip(" ") if n < len(runs) - 1 else text
        found += [replace(run, text=text)] if text else []
    return tuple(found)


def appended(after: int, title: str, lines: Sequence[str], *, english: bool) -> Section:
    """One more section after so many others: plain lines under the next heading."""
    heading = Heading(1, numbering.label(1, after + 1, english=english), title)
    return Section(heading, tuple((Words(line),) if english else closed([Words(line)]) for line in lines))


def level_of(runs: Sequence[Run]) -> int:
    """2 to 4 where a paragraph is a heading somebody typed, such as （一）, 1. or （1）; 0 for text."""
    text = "".join(run.text for run in runs)
    written = numbering.read(text)
    is_heading = written is not None and written[0] > 1 and len(text) <= LONGEST_HEADING and text[-1:] not in "。；"
    return written[0] if written is not None and is_heading else 0


@dataclass(frozen=True)
class _Maker:
    report: Report | None
    filling: Filling
    english: bool

    def paper(self) -> Paper:
        filled = self.report if self.report is not None and self.report.is_filed else None
        form, organisation, period = self.filling.form, self.filling.organisation, self.filling.period
        name = self.agency(organisation)
        title = form.title_en if self.english else form.title
        cut = filled.cut if filled is not None else self.filling.as_of
        return Paper(
            english=self.english,
            title=(name, title.format(period=period.label_en if self.english else period.label)),
            subtitle=self.subtitle(filled),
            addressee=form.addressee_en if self.english else form.addressee,
            sections=self.sections(),
            annexes=self.annexes(),
            charts_title=self.titled(_("%(period)s数字图")),
            agency=name,
            dated=self.day(filled.filed_on) if filled is not None and filled.filed_on else "",
            is_signed=not form.speaker,
            stand=self.stand(filled, cut),
            banner=_(shell.DEMO_WORDS) if shell.is_demo() else "",
            form=form.code,
            period=period,
            organisation=organisation.code,
            cut=cut,
            filed_at=filled.filed_at if filled is not None else None,
            filed_on=filled.filed_on if filled is not None else None,
            table_hash=filled.table_hash if filled is not None else "",
        )

    def agency(self, organisation: Organisation) -> str:
        return (self.english and organisation.english_name) or organisation.name

    def day(self, day: date) -> str:
        return day_label_en(day) if self.english else day_label(day)

    def days(self, filled: Filled) -> str:
        period = filled.period if filled.figure.clock != "stock" else Period.day(filled.period.last)
        return period.label_en if self.english else period.label

    def subtitle(self, filed: Report | None) -> str:
        """The line in round brackets under the title: day and speaker of what is filed, or that it is a draft."""
        form, last = self.filling.form, self.filling.period.last
        if filed is None or filed.filed_on is None:
            words = _("草稿，截至%(day)s") % {"day": self.day(last)}
        else:
            speaker = form.speaker_en if self.english else form.speaker
            if not speaker:
                return ""  # the day stands under the agency at the end
            said = speaker.format(organisation=self.agency(self.filling.organisation))
            between = ", " if self.english else "\u3000"
            words = between.join(part for part in (self.day(filed.filed_on), said) if part)
        return f"({words})" if self.english else f"（{words}）"  # zh

    def stand(self, filed: Report | None, cut: int | None) -> str:
        """Where in the journal the numbers stand."""
        at = f"{cut:,}" if cut is not None else ""
        if filed is not None and filed.filed_on is not None:
            return _("%(day)s备案，数字停在台账第 %(cut)s 条") % {"day": self.day(filed.filed_on), "cut": at}
        if cut is None:
            return _("草稿：还有人在登记，数字会变")
        return _("草稿：数字取自台账第 %(cut)s 条，备案前会变") % {"cut": at}

    def annexes(self) -> tuple[Annex, ...]:
        title = self.titled(_("%(period)s主要数字分单位表"))
        found = annex_of(self.filling, title, english=self.english)
        return (found,) if found is not None else ()

    def titled(self, words: str) -> str:
        period = self.filling.period
        return words % {"period": period.label_en if self.english else period.label}

    def sections(self) -> tuple[Section, ...]:
        written = prose(self.filling, english=self.english)
        charts = charts_of(self.filling, english=self.english)
        found = []
        for one, number in zip(written, numbering.counted([1] * len(written)), strict=True):
            paragraphs = tuple(self.paragraph(pieces) for pieces in one.paragraphs)
            rows = {run.row for runs in paragraphs for run in runs if isinstance(run, Number)}
            own = tuple(chart for chart in charts if chart.row in rows)
            charts = [chart for chart in charts if chart not in own]
            heading = Heading(1, numbering.label(1, number, english=self.english), one.title)
            found.append(Section(heading, paragraphs, own))
        if late := self.adjusted():
            found.append(appended(len(found), _("上期调整"), late, english=self.english))
        return tuple(found)

    def adjusted(self) -> list[str]:
        """What came in late for the report before, a line a figure; sensitive figures are not in a print."""
        found = []
        for one in adjustments(self.filling):
            if one.filled.figure.sensitive:
                continue
            filled, meant = one.filled, one.filled.definition
            exact = self.exact(filled, filled.value.total) if filled.is_known else filled.said(english=self.english)
            said = {"title": meant.title_en if self.english else meant.title, "filed": exact}
            if one.now is None:
                found.append(_("%(title)s：备案时 %(filed)s，口径已调整，与现在的数不可比。") % said)
            else:
                now = self.exact(filled, one.now.total)
                found.append(_("%(title)s：备案时 %(filed)s，现在 %(now)s。") % {**said, "now": now})
        return found

    def exact(self, filled: Filled, value: int | tuple[int, int]) -> str:
        unit = filled.definition.unit
        if self.english:
            return numerals.exact_en(value, unit, unit_en=filled.row.unit_en)
        return numerals.exact(value, unit)

    def paragraph(self, pieces: Sequence[Piece]) -> tuple[Run, ...]:
        runs: list[Run] = []
        for piece in pieces:
            if piece.filled is not None:
                runs.append(self.number(piece.filled))
            elif piece.text:
                last = runs[-1] if runs else None
                before = last.text if isinstance(last, Words) and last.of == piece.of else ""
                runs[len(runs) - bool(before) :] = [Words(before + piece.text, piece.of)]
        return tuple(runs) if self.english else closed(runs)

    def number(self, filled: Filled) -> Number:
        figure, row, meant = filled.figure, filled.row, filled.definition
        return Number(
            text=filled.said(english=self.english),
            row=row.id,
            figure=figure.name,
            version=meant.version,
            title=meant.title_en if self.english else meant.title,
            meaning=meant.meaning_en if self.english else meant.meaning,
            unit=meant.unit,
            clock=figure.clock,
            clock_words=_(CLOCKS[figure.clock]),
            organisation=self.filling.organisation.code,
            period=filled.period,
            days=self.days(filled),
            cut=filled.cut if filled.cut is not None else self.filling.as_of,
            value=filled.value.whole if filled.is_known else (),
            exact=self.exact(filled, filled.value.total) if filled.is_known else "",
            is_known=filled.is_known,
        )
