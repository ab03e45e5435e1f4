"""The .html print: one file that reads, shows what each number counts, and checks its own proof without a network.

The file carries its own policy: only this script and this style, by their hashes, and pictures within the page.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from gonghui.core.figures import FIGURES
from gonghui.core.numerals import MONEY_UNITS, UNITS_EN
from gonghui.core.seals import canon, note
from gonghui.reports.charts import Chart
from gonghui.reports.printing import drawing, qr
from gonghui.reports.printing.page_words import words
from gonghui.reports.printing.paper import HIDDEN, Number, Paper, Section

HERE = Path(__file__).parent
STYLE, SCRIPT = "page.css", "page.js"
STYLE_HERE, SCRIPT_HERE = "<!--style-->", "<!--script-->"
POLICY = (
    "default-src 'none'; script-src '{script}'; style-src '{style}'; img-src data:; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True)
class Step:
    """One hash on the way to a root, and the side it stands on."""

    side: str
    hash: str


@dataclass(frozen=True)
class Chain:
    """The proof as the page shows it: the entry, its way to the block's root, the block's way to the checkpoint."""

    entry: str
    salt: str
    path: tuple[Step, ...]
    header: str
    tree: tuple[Step, ...]
    note: str
    key: str
    origin: str
    blocks: int
    groups: tuple[str, ...]
    qr: str


@dataclass(frozen=True)
class TableRow:
    """One row of the table of figures, every cell as the text that is hashed; title and unit are for the reader."""

    row: str
    figure: str
    version: int
    first: str
    last: str
    value: str
    printed: str
    printed_en: str
    title: str
    unit: str


@dataclass(frozen=True)
class ShownTable:
    """The table of figures as the page shows it."""

    format: str
    form: str
    period: str
    code: str
    path: str
    cut: int | None
    rows: tuple[TableRow, ...]
    salt: str = ""


@cache
def _file(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def fingerprint(text: str) -> str:
    """A script or style as the policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def render(paper: Paper, table: bytes, proof: Mapping[str, Any] | None = None) -> bytes:
    """The page. A draft and a paper with hidden numbers carry no proof, whatever is handed in."""
    chain = chain_of(proof) if proof is not None and not paper.is_draft and not paper.hides else None
    with translation.override("en" if paper.english else "zh-hans"):
        shown = shown_table(paper, table)
        page: str = render_to_string(
            "reports/printing/page.html",
            {
                "paper": paper,
                "agency": paper.agency,
                "sections": _sections(paper.sections, shown, english=paper.english),
                "table": shown,
                "chain": chain,
                "words": words(),
                "policy": POLICY.format(script=fingerprint(_file(SCRIPT)), style=fingerprint(_file(STYLE))),
            },
        )
    # No text of the page can hold these marks: what is written into the page is escaped.
    page = page.replace(STYLE_HERE, f"<style>{_file(STYLE)}</style>", 1)
    return page.replace(SCRIPT_HERE, f"<script>{_file(SCRIPT)}</script>", 1).encode()


def chain_of(proof: Mapping[str, Any]) -> Chain:
    """The proof of an entry (`gonghui-proof-1`) as text for the page."""
    entry, block, checkpoint = proof["entry"], proof["block"], proof["checkpoint"]
    whole = note.signed_text(checkpoint["text"], checkpoint["key"], base64.b64decode(checkpoint["signature"]))
    signed = note.read(whole)
    header = canon.header_text(
        **{**block_fields(block), "root": bytes.fromhex(block["root"]), "previous": bytes.fromhex(block["previous"])}
    )
    groups = tuple(note.groups(signed.text))
    square = qr.svg(qr.words(signed.note.origin, signed.note.blocks, groups))
    return Chain(
        entry=entry["text"],
        salt=entry["salt"],
        path=_steps(proof["path"]),
        header=header.decode(),
        tree=_steps(proof["tree_path"]),
        note=whole,
        key=checkpoint["public_key"],
        origin=signed.note.origin,
        blocks=signed.note.blocks,
        groups=groups,
        qr=qr.address(square),
    )


def block_fields(block: Mapping[str, Any]) -> dict[str, Any]:
    """The plain fields of a block's header."""
    return {name: block[name] for name in ("stream", "number", "first_id", "last_id", "entries")}


def _steps(path: Iterable[Mapping[str, str]]) -> tuple[Step, ...]:
    return tuple(Step(step["side"], step["hash"]) for step in path)


def shown_table(paper: Paper, table: bytes) -> ShownTable:
    """The table's canonical text as cells. Where numbers are hidden, only rows whose number the prose shows."""
    whole = json.loads(table)
    rows = whole["rows"]
    open_rows = {number.row for number in paper.numbers if number.text != HIDDEN}
    meant = {number.row: (number.title, number.unit) for number in paper.numbers}
    scope = rows[0]["scope"] if rows else {"code": paper.organisation, "path": ""}
    return ShownTable(
        format=whole["format"],
        form=whole["form"],
        period=whole["period"],
        code=scope["code"],
        path=scope["path"],
        cut=rows[0]["cut"] if rows else paper.cut,
        rows=tuple(
            _row(row, meant, english=paper.english) for row in rows if not paper.hides or row["row"] in open_rows
        ),
        salt="" if paper.hides else whole.get("salt", ""),
    )


def _row(row: Mapping[str, Any], meant: Mapping[str, tuple[str, str]], *, english: bool) -> TableRow:
    title, unit = meant.get(row["row"]) or _meant(row["figure"])
    return TableRow(
        row=row["row"],
        figure=row["figure"],
        version=row["version"],
        first=row["first"],
        last=row["last"],
        value=" / ".join(f"{part:,}" for part in row["value"]) or "—",
        printed=row["printed"],
        printed_en=row["printed_en"],
        title=title,
        unit="" if len(row["value"]) == 2 or unit == "%" else _unit(unit, english=english),
    )


def _meant(code: str) -> tuple[str, str]:
    """The name and unit of a figure that the prose does not name, as it is declared today."""
    figure = FIGURES.get(code)
    return (_(figure.title), figure.unit) if figure is not None else ("", "")


def _unit(unit: str, *, english: bool) -> str:
    if unit in MONEY_UNITS:
        return _("分")
    return UNITS_EN.get(unit, "|").rpartition("|")[2] if english else unit


@dataclass(frozen=True)
class Run:
    """A run of text, or a number with the card it shows."""

    text: str = ""
    number: Number | None = None
    card: str = ""
    is_proven: bool = False


def _sections(sections: Sequence[Section], table: ShownTable, *, english: bool) -> list[dict[str, Any]]:
    cards = count(1)
    rows = {(row.row, row.first, row.last, row.printed_en if english else row.printed) for row in table.rows}
    return [
        {
            "level": section.heading.level,
            "title": section.heading.text,
            "paragraphs": [[_run(run, cards, rows) for run in paragraph] for paragraph in section.paragraphs],
            "charts": [_drawn(chart) for chart in section.charts],
            "is_later": section.is_later,
        }
        for section in sections
    ]


def _run(run: Any, cards: "count[int]", rows: Set[tuple[str, str, str, str]]) -> Run:
    """A number of other days or in other words than its row's stands on the text alone, so does a comparison's."""
    if not isinstance(run, Number):
        return Run(text=run.text)
    own = (run.row, run.period.first.isoformat(), run.period.last.isoformat(), run.text)
    return Run(number=run, card=f"card-{next(cards)}", is_proven=run.text != HIDDEN and own in rows)


def _drawn(chart: Chart) -> dict[str, Any]:
    return {"chart": chart, "source": qr.address(drawing.svg(chart))}
