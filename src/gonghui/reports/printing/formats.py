"""A report in each of its formats: one paper, one table of figures, one proof, and a renderer for each ending."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from gonghui.reports.filling import Filling
from gonghui.reports.models.filings import Report
from gonghui.reports.printing import docx, page, pdf
from gonghui.reports.printing.kept import paper_of
from gonghui.reports.printing.paper import Paper
from gonghui.reports.printing.sealed import Proof, filing_proof, sealed
from gonghui.reports.printing.table import figure_table, without


@dataclass(frozen=True)
class Sheet:
    """What the formats are made of, each part when a format asks for it; `hidden` rows stand in none."""

    report: Report | None
    filling: Filling
    english: bool = False
    hidden: frozenset[str] = frozenset()

    @property
    def filed(self) -> Report | None:
        """The report, where it is filed."""
        return self.report if self.report is not None and self.report.is_filed else None

    @cached_property
    def proof(self) -> Proof | None:
        """That the filing stands in the journal; what hides a row cannot be held against it."""
        return None if self.hidden else filing_proof(self.filed)

    @cached_property
    def paper(self) -> Paper:
        """The words, numbers and charts."""
        return sealed(paper_of(self.report, self.filling, english=self.english, hidden=self.hidden), self.proof)

    @cached_property
    def table(self) -> bytes:
        """The table of figures."""
        table = figure_table(self.filed if self.filed is not None else self.filling)
        return without(table, self.hidden) if self.hidden else table


@dataclass(frozen=True)
class Format:
    """What a file of this ending is, and what makes it."""

    mime: str
    make: Callable[[Sheet], bytes]


FORMATS: dict[str, Format] = {
    "docx": Format(docx.MIME, lambda sheet: docx.render(sheet.paper)),
    "pdf": Format(pdf.MIME, lambda sheet: pdf.render(sheet.paper)),
    "html": Format("text/html; charset=utf-8", lambda sheet: page.render(sheet.paper, sheet.table, sheet.proof)),
    "json": Format("application/json", lambda sheet: sheet.table),
}
