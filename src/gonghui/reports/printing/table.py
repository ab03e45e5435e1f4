"""The figure table of a report: one canonical text of its rows, whose SHA-256 the filing writes into the journal.

The same bytes are the .json print, stand in the .html print, and are what the hash is taken over: ordered keys, no
blanks, one line feed at the end. A filed report's table is built from the filing alone, so it comes out the same as
long as the filing stands, whatever became of form, figures and tree.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from gonghui.core.journal import KIND_IDS, entries_of
from gonghui.core.models import FactGroup
from gonghui.reports import comparing
from gonghui.reports.filling import Filled, Filling, is_hidden
from gonghui.reports.models.filings import FiledRow, Report
from gonghui.reports.standing import Standing

FORMAT = "gonghui-table-1"
FILED = "reports.report_filed"


def figure_table(of: Report | Filling) -> bytes:
    """The rows of a report: row, figure, definition version, scope, first and last day, cut, value, the words
    printed for it in both languages.

    A value is a list of whole numbers, one or two; it is empty where there is no number (未报, 无此项). A filed table
    has sixteen random bytes beside its rows: without them whoever sees all rows but a small hidden one, and the hash,
    would find it by trying ten numbers.
    """
    if isinstance(of, Report):
        form, period, cut = of.form, of.period, of.cut
        code, path = of.organisation.code, _filed_path(of)
        rows: Iterable[dict[str, Any]] = (row for one in of.rows.order_by("id") for row in _of_filed(one))
    else:
        form, period, cut = of.form.code, of.period.key, of.cut if of.cut is not None else of.as_of
        code, path = of.organisation.code, of.organisation.path
        rows = (row for filled in of for row in _of_filled(filled))
    scope = {"code": code, "path": path}
    table = {
        "format": FORMAT,
        "form": form,
        "period": period,
        "rows": [{**row, "scope": scope, "cut": cut} for row in rows],
    }
    if isinstance(of, Report) and of.table_salt:
        table["salt"] = of.table_salt
    return _canonical(table)


def _canonical(table: dict[str, Any]) -> bytes:
    return (json.dumps(table, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()


def without(table: bytes, hidden: frozenset[str]) -> bytes:
    """The table less the rows a reader may not see, and less its salt; its hash is no longer the filed one."""
    whole = json.loads(table)
    whole.pop("salt", None)
    return _canonical({**whole, "rows": [row for row in whole["rows"] if not is_hidden(row["row"], hidden)]})


def table_hash(table: bytes) -> str:
    """The SHA-256 of a figure table, as the filing's entry says it."""
    return hashlib.sha256(table).hexdigest()


def filed_facts(report: Report) -> dict[str, Any]:
    """What the entry of its filing says; nothing where there is no such entry."""
    group = entries_of(report).of_kinds(FILED).values("group_id")[:1]
    return FactGroup.objects.filter(pk__in=group).values_list("facts", flat=True).first() or {}


def _filed_path(report: Report) -> str:
    """Where the organisation stood when the report was filed; a union that moves keeps its filed tables."""
    filed = entries_of(report).filter(kind=KIND_IDS.known(FILED) or -1).values_list("path", flat=True).first()
    return filed if filed is not None else report.organisation.path


def _of_filed(one: FiledRow) -> Iterable[dict[str, Any]]:
    yield {
        "row": one.row,
        "figure": one.figure,
        "version": getattr(one, "version", 1),
        "first": one.first_on.isoformat(),
        "last": one.last_on.isoformat(),
        "value": list(one.value.whole) if one.standing == Standing.KNOWN else [],
        "printed": one.printed,
        "printed_en": one.printed_en,
    }
    yield from (_compared(one.row, one.figure, said) for said in one.compared)


def _of_filled(filled: Filled) -> Iterable[dict[str, Any]]:
    yield {
        "row": filled.row.id,
        "figure": filled.figure.name,
        "version": getattr(filled.figure, "version", 1),
        "first": filled.period.first.isoformat(),
        "last": filled.period.last.isoformat(),
        "value": list(filled.value.whole) if filled.is_known else [],
        "printed": filled.printed,
        "printed_en": filled.printed_en,
    }
    said = (comparing.kept(one) for one in filled.comparisons)
    yield from (_compared(filled.row.id, filled.figure.name, one) for one in said)


def _compared(row: str, figure: str, said: dict[str, Any]) -> dict[str, Any]:
    """A number that the row is compared with, as a row of its own under the comparison's name: F35|yoy."""
    told = {key: said[key] for key in ("version", "first", "last", "value", "printed", "printed_en")}
    return {"row": f"{row}|{said['way']}", "figure": figure, **told}
