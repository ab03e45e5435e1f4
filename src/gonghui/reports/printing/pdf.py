"""A report as .pdf: the same paper as the .docx, set by typst with open fonts in it, or the deployer's before them.

Tagged, with title and language; the filing's instant is its only time.
"""

import json
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

from gonghui.reports.charts import Chart
from gonghui.reports.printing import drawing, faces, layout, qr
from gonghui.reports.printing.joined import parts, spaced
from gonghui.reports.printing.paper import Number, Paper, Run, level_of
from gonghui.reports.printing.stands import stands
from gonghui.reports.printing.tables import Table, widths

MIME = "application/pdf"
SERIF, SANS = "Noto Serif SC", "Noto Sans SC"


@cache
def _source() -> bytes:
    return (Path(__file__).parent / "paper.typ").read_bytes()


def render(paper: Paper) -> bytes:
    """The document; the same paper gives the same bytes."""
    said = json.dumps(_said(paper), ensure_ascii=False)
    return faces.compiled(_source(), {"paper": said}, form="pdf")


def _said(paper: Paper) -> dict[str, Any]:
    """The paper as the plain values the layout reads."""
    header = " · ".join(part for part in (_draft(paper), paper.banner) if part)
    return {
        "english": paper.english,
        "name": paper.name,
        "agency": paper.agency,
        "filed": _instant(paper),
        "faces": _faces(),
        "header": header,
        "title": paper.title,
        "subtitle": paper.subtitle,
        "addressee": paper.addressee,
        "sections": [
            {
                "level": section.heading.level,
                "text": section.heading.text,
                "paragraphs": [
                    {"level": level_of(runs), "runs": [part for run in runs for part in _parts(run)]}
                    for runs in section.paragraphs
                ],
            }
            for section in paper.sections
        ],
        "goes-along": layout.goes_along(paper.last_words, english=paper.english),
        "attachments": paper.attachments,
        "signed": paper.is_signed and bool(paper.dated),
        "dated": paper.dated,
        "dated-in": layout.dated_in(paper.agency, paper.dated, english=paper.english),
        "annexes": [
            {"title": annex.title, "tables": [_table(table, english=paper.english) for table in annex.tables]}
            for annex in paper.annexes
        ],
        "charts-title": paper.charts_title,
        "charts": [_chart(chart) for chart in paper.charts],
        "stands": stands(paper),
        "qr": qr.svg(paper.seal.qr) if paper.seal is not None else "",
        "qr-words": " ".join(paper.seal.groups) if paper.seal is not None else "",
    }


def _draft(paper: Paper) -> str:
    if not paper.is_draft:
        return ""
    return "Draft" if paper.english else "草稿"  # zh


def _instant(paper: Paper) -> dict[str, int] | None:
    if paper.filed_at is None:
        return None
    at = paper.filed_at.astimezone(UTC)
    names = ("year", "month", "day", "hour", "minute", "second")
    return {name: getattr(at, name) for name in names}


@cache
def _faces() -> dict[str, Any]:
    """The faces of each part of the text: the official ones where the deployer has them, else the open ones."""
    there = faces.families()

    def of(official: str, otherwise: str) -> list[str]:
        return [name for name in (official, *layout.ALTERNATIVES[official]) if name in there] or [otherwise]

    title = of(layout.TITLE, SERIF)
    return {
        "body": [*of(layout.BODY, SERIF), SERIF],
        "kai": [*of(layout.KAI, SERIF), SERIF],
        "hei": [*of(layout.HEI, SANS), SANS],
        "song": [*of(layout.SONG, SERIF), SERIF],
        "title": [*title, SERIF],
        "plain-title": title[0] == SERIF,
    }


def _parts(run: Run) -> list[dict[str, Any]]:
    """A run in parts; a kept one is never broken over two lines."""
    if isinstance(run, Number) and " " in run.text:
        return [{"kept": False, "text": spaced(run.text)}]
    return [{"kept": is_kept, "text": text} for is_kept, text in parts(run)]


def _table(table: Table, *, english: bool) -> dict[str, Any]:
    across = widths(table, layout.TEXT_WIDTH, english=english)
    return {"head": table.head, "rows": table.rows, "note": table.note, "widths": across}


def _chart(chart: Chart) -> dict[str, Any]:
    words = "; ".join(" ".join(row) for row in chart.rows)
    return {"title": chart.title, "svg": drawing.svg(chart), "alt": f"{chart.title}: {words}", "note": chart.note}
