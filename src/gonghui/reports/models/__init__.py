"""Tables of returns and of filed reports."""

from gonghui.reports.models import audits
from gonghui.reports.models.filings import FiledRow, Report
from gonghui.reports.models.making import Asked, Block, Erratum, Remark, Signature
from gonghui.reports.models.papers import FiledPaper
from gonghui.reports.models.returns import (
    Comment,
    Covering,
    Evidence,
    Line,
    Programme,
    Return,
    Round,
    RoundFigure,
    StockSeries,
)

__all__ = [
    "Asked",
    "Block",
    "Comment",
    "Covering",
    "Erratum",
    "Evidence",
    "FiledPaper",
    "FiledRow",
    "Line",
    "Programme",
    "Remark",
    "Report",
    "Return",
    "Round",
    "RoundFigure",
    "Signature",
    "StockSeries",
    "audits",
]
