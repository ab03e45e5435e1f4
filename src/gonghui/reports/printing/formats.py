"""A report in each of its formats: one paper, one table of figures, one proof, and a renderer for each ending."""

from collections.abc import Callable
from dataclasses import dataclass

from gonghui.reports.filling import Filling
from gonghui.reports.models.filings import Report
from gonghui.reports.printing import docx, page, pdf
from gonghui.reports.printing.kept import paper_of
from gonghui.reports.printing.paper import Paper
from gonghui.reports.printing.sealed import Proof, filing_proof, sealed
from gonghui.reports.printing.table import figure_table, without


@dataclass(frozen=True)
class Sheet:
    """What every format is made of."""

    paper: Paper
    table: bytes
    proof: Proof | None


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


def sheet_of(report: Report | None, filling: Filling, *, english: bool, hidden: frozenset[str] = frozenset()) -> Sheet:
    """A report ready to be printed in any format; rows that this reader may not see stand in none of them."""
    filed = report if report is not None and report.is_filed else None
    proof = filing_proof(filed)
    paper = sealed(paper_of(report, filling, english=english, hidden=hidden), proof)
    table = figure_table(filed if filed is not None else filling)
    return Sheet(paper, without(table, hidden) if hidden else table, proof)
