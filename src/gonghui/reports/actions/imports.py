"""Taking over an uploaded workbook: read and checked whole first, then committed once, all of it or nothing."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES
from gonghui.core.journal import record
from gonghui.reports import parameters, rules
from gonghui.reports.actions.lines import enter_lines
from gonghui.reports.actions.rounds import acts_for
from gonghui.reports.checking import Checker, Draft
from gonghui.reports.facts import WorkbookChecked, WorkbookCommitted
from gonghui.reports.models import Line, Return, Upload
from gonghui.reports.sheets import table
from gonghui.reports.sheets.columns import SHEET
from gonghui.reports.sheets.marked import grid_of
from gonghui.reports.sheets.table import Reading, ReadRow
from gonghui.web.imports.opening import open_upload

REASON = "变动原因"
AMOUNTS = frozenset({"number", "denominator", "nothing"})
CELL_OF = {
    "reports.unit": "unit",
    "reports.coverage": "coverage",
    "reports.coverage_city": "coverage",
    "reports.denominator_missing": "denominator",
    "reports.denominator_zero": "denominator",
    "reports.denominator_not_asked": "denominator",
    "reports.nothing_with_number": "nothing",
    "reports.text_long": "note",
    "reports.text_personal": "note",
    "reports.empty": "number",
    "reports.negative": "number",
    "reports.too_large": "number",
    "reports.share_over_one": "number",
}
"""Which column a refusal is shown at; every other one stands at the figure."""


def check_workbook(in_return: Return, content: bytes, name: str, *, by: Actor, on: date) -> Upload:
    """The upload with everything wrong in it; a file that cannot be read at all is refused. Read outside the action."""
    acts_for(by, in_return.organisation_id, power="reports.enter")
    opened = open_upload(content, name, largest=parameters.on(on).workbook_bytes, wanted=(SHEET,))
    reading = table.read(opened, in_return)
    _check_rows(reading, Checker(in_return, on=on))
    if not reading.rows and not reading.problems:
        raise Refusal("reports.nothing_entered", "没有填任何一项：请填数、填 0 或勾无此项")
    grid = grid_of(opened.rows) if reading.problems else []
    return _keep(in_return, content, name, reading, grid, by=by, on=on)


def _check_rows(reading: Reading, checker: Checker) -> None:
    for row in reading.rows:
        unread = row.broken | (AMOUNTS if row.broken & AMOUNTS else frozenset())
        for refusal in checker.problems(row.draft):
            key = CELL_OF.get(refusal.code, "figure")
            if key == "note" and refusal.params.get("where") == REASON:
                key = "reason"
            if key not in unread:
                reading.wrong(row.cells[key], _shown(row, key), refusal)


def _shown(row: ReadRow, key: str) -> object:
    draft = row.draft
    return {
        "figure": draft.figure,
        "unit": draft.unit,
        "coverage": rules.COVERAGES.get(draft.coverage, ""),
        "number": _typed(draft),
        "denominator": draft.amount.denominator,
        "nothing": "是" if draft.amount.nothing else "",
        "note": draft.note,
        "reason": draft.reason,
    }[key]


def _typed(draft: Draft) -> object:
    """The number as it stood in the cell: money in yuan."""
    number = draft.amount.number
    return f"{number / 100:.2f}" if number is not None and FIGURES[draft.figure].is_money else number


@action
def _keep(
    in_return: Return, content: bytes, name: str, reading: Reading, grid: list[list[Any]], *, by: Actor, on: date
) -> Upload:
    digest = hashlib.sha256(content).hexdigest()
    Return.objects.select_for_update().get(pk=in_return.pk)  # the same file twice at once is one upload
    upload = Upload.objects.select_for_update().filter(in_return=in_return, sha256=digest).first()
    if upload is not None and upload.state == Upload.State.COMMITTED:
        raise already_committed(upload)
    if upload is None:
        upload = Upload(in_return=in_return, organisation=in_return.organisation, sha256=digest)
    upload.original_name = clean_name(name)
    upload.size = len(content)
    upload.state = Upload.State.FAULTY if reading.problems else Upload.State.CHECKED
    upload.cells = [as_cells(row) for row in reading.rows if row.is_whole]
    upload.problems = [problem.as_json() for problem in reading.in_order()[: table.KEPT]]
    upload.problem_count = len(reading.problems)
    upload.notices = [notice.as_json() for notice in reading.notices[: table.KEPT]]
    upload.grid = grid
    upload.uploaded_by, upload.uploaded_account, upload.uploaded_on = by.id, by.account_id, on
    upload.save(force_insert=upload._state.adding)
    record(WorkbookChecked(problems=upload.problem_count), about=upload, by=by, happened_on=on)
    return upload


def already_committed(upload: Upload) -> Refusal:
    """The same content was taken over before: nothing happens a second time."""
    return Refusal(
        "reports.upload_again",
        "这份文件已于 %(on)s 导入，没有重复导入：数有变动请改过再传",
        on=upload.committed_on.isoformat() if upload.committed_on else "",
    )


def clean_name(name: str) -> str:
    """The last part of a file name, printable and short; kept as words only."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in last if c.isprintable())[-120:] or "?"


def as_cells(row: ReadRow) -> dict[str, Any]:
    """A row as it waits for the commit."""
    draft = row.draft
    return {
        "row": row.row,
        "figure": draft.figure,
        "number": draft.amount.number,
        "denominator": draft.amount.denominator,
        "nothing": draft.amount.nothing,
        "coverage": draft.coverage,
        "note": draft.note,
        "reason": draft.reason,
        "unit": draft.unit,
    }


def as_draft(cells: Mapping[str, Any]) -> Draft:
    """A waiting row as a draft."""
    return Draft(
        str(cells["figure"]),
        rules.Amount(cells["number"], cells["denominator"], bool(cells["nothing"])),
        str(cells["coverage"]),
        note=str(cells["note"]),
        reason=str(cells["reason"]),
        unit=str(cells["unit"]),
    )


@action
def commit_upload(upload: Upload, *, by: Actor, on: date) -> list[Line]:
    """Every row of the workbook is a draft of the return; a second commit of the same content is refused."""
    acts_for(by, upload.organisation_id, power="reports.enter")
    upload = Upload.objects.select_for_update(of=("self",)).select_related("in_return").get(pk=upload.pk)
    if upload.state == Upload.State.COMMITTED:
        raise already_committed(upload)
    if upload.state != Upload.State.CHECKED:
        raise Refusal("reports.upload_faulty", "这份文件有错误，没有导入：请在工作簿里改正后再传")
    in_return = Return.objects.select_related("round", "organisation").get(pk=upload.in_return_id)
    drafts = [as_draft(cells) for cells in upload.cells]
    lines = enter_lines(in_return, drafts, by=by, on=on, upload=upload)
    upload.state, upload.committed_on = Upload.State.COMMITTED, on
    upload.save(update_fields=["state", "committed_on"])
    record(WorkbookCommitted(lines=len(lines)), about=upload, by=by, happened_on=on)
    return lines
