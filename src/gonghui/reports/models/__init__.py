"""Tables of returns and of filed reports."""

from gonghui.reports.models import audits
from gonghui.reports.models.filings import FiledRow, Report
from gonghui.reports.models.returns import (
    Comment,
    Evidence,
    Line,
    Programme,
    Return,
    Round,
    RoundFigure,
    StockSeries,
    Upload,
)

__all__ = [
    "Comment",
    "Evidence",
    "FiledRow",
    "Line",
    "Programme",
    "Report",
    "Return",
    "Round",
    "RoundFigure",
    "StockSeries",
    "Upload",
    "audits",
]
