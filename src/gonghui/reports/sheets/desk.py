"""The workbook of a return at the import desk: its rows are drafts, its difference says how each moves."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES
from gonghui.core.personal import personal_numbers
from gonghui.reports import checking, parameters, rules
from gonghui.reports.actions.lines import drop_draft, enter_lines
from gonghui.reports.actions.rounds import acts_for
from gonghui.reports.checking import Checker, Draft
from gonghui.reports.models import Line, Return
from gonghui.reports.sheets import table
from gonghui.reports.sheets.columns import SHEET
from gonghui.reports.sheets.table import ReadRow
from gonghui.web.imports import actions as imports
from gonghui.web.imports.cells import placed
from gonghui.web.imports.headers import Header
from gonghui.web.imports.kinds import Choice, Text, Whole, YesNo
from gonghui.web.imports.models import Import
from gonghui.web.imports.opening import Opened
from gonghui.web.imports.reading import Problem, Reading, Row
from gonghui.web.imports.sheet import CHANGED, NEW, SAME, Change, Column, Only, Remark, Scope, Sheet, Standing, sheet

REASON = "变动原因"
AMOUNTS = ("number", "denominator", "nothing")
ENTERED = (*AMOUNTS, "coverage", "reason", "note")
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
SENT_BACK, DRAFT = "refused", "draft"


@sheet
class Returns(Sheet):
    """The drafts of one return; a row that was sent back is taken up again by bringing it."""

    name, title, power = "reports.return", "上报表", "reports.enter"
    stands_alone, asks_day, worksheets = False, False, (SHEET,)
    keys = (("figure",),)
    columns = (
        Column("figure", "数字代码", Text(80)),
        Column("number", "本期数", Whole()),
        Column("denominator", "总数", Whole()),
        Column("nothing", "无此项", YesNo()),
        Column("coverage", "填报范围", Choice(dict(rules.COVERAGES))),
        Column("reason", REASON, Text(500)),
        Column("note", "备注", Text(500)),
        Column("state", "状态", Choice({DRAFT: "草稿", SENT_BACK: "被退回"}), ours=True),
    )

    def bring_url(self, target: int) -> str:
        """The import page of the return."""
        return reverse("bring_workbook", args=[_return(target).public_id])

    def done_url(self, target: int) -> str:
        """The return with its drafts."""
        return reverse("return", args=[_return(target).public_id])

    # Reading ------------------------------------------------------------------------------------------------------

    def read(self, opened: Opened, scope: Scope) -> tuple[Header, Reading]:
        """What the workbook says for this return, with everything wrong in it."""
        in_return = _return(scope.target)
        acts_for(scope.actor, in_return.organisation_id, power=self.power)
        at, columns = table.find_header(opened)
        found = table.read(opened, in_return)
        checker = Checker(in_return, on=scope.on)
        _check_rows(found, checker)
        if not found.rows and not found.problems:
            raise Refusal("reports.nothing_entered", "没有填任何一项：请填数、填 0 或勾无此项")
        headings = tuple(str(value) for value in opened.rows[at])
        reading = Reading(_kept_rows(found, opened, at), [one.as_json() for one in found.notices[: table.KEPT]])
        standing = {one.values["figure"]: one for one in self.rows(scope)}
        by_number = {row.row: row for row in reading.rows}
        for read_row in found.rows:
            if read_row.is_whole:
                by_number[read_row.row].change = _change(read_row, standing.get(read_row.draft.figure), checker)
        for problem in found.in_order():
            where = placed(problem.cell) or (at + 1, 0)
            refusal = Refusal(problem.code, problem.message, **problem.params)
            row = by_number.setdefault(where[0], Row(where[0], opened.rows[where[0] - 1]))
            row.problems.append(Problem(_column_at(columns, where[1]), problem.cell, problem.value, refusal))
        reading.rows = [by_number[number] for number in sorted(by_number)]
        return Header(at, headings, dict(columns)), reading

    def rows(self, scope: Scope, only: Only | None = None) -> Iterable[Standing]:
        """The drafts of the return, those that were sent back among them; of lines asked for by key, whatever state."""
        lines = Line.objects.filter(in_return_id=scope.target, corrects=None)
        subjects = set(only.subjects) if only is not None else set()
        for line in lines.order_by("figure", "pk"):
            if line.state in (DRAFT, SENT_BACK) or line.pk in subjects:
                yield Standing(line.pk, _values(line))

    def kept_cell(self, value: Any, key: str = "") -> Any:
        """No personal number is kept anywhere."""
        del key
        if isinstance(value, str):
            return "……" if personal_numbers(value) else value[:500]
        return value

    # Doing --------------------------------------------------------------------------------------------------------

    def apply(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """The rows are drafts of the return."""
        drafts = [_draft(change.values) for change in changes]
        lines = enter_lines(_return(scope.target), drafts, by=by, on=on, upload=scope.source)
        for change, line in zip(changes, lines, strict=True):
            change.subject = line.pk

    def obstacles(self, changes: Sequence[Change], scope: Scope, *, after: int) -> Iterable[tuple[Change, Refusal]]:
        """Lines that went on to the level above, or that are talked about."""
        lines = Line.objects.in_bulk([one.subject for one in changes if one.subject is not None])
        for change in changes:
            line = lines[change.subject or 0]
            if line.state != DRAFT:
                yield change, Refusal("reports.undo_sent", "已经报送：请先撤回")
            elif change.is_new and line.submitted_on is not None:
                yield change, Refusal("reports.undo_sent_before", "报送过，不能删去：请改数后再报")
            elif change.is_new and line.comments.exists():
                yield change, Refusal("reports.undo_discussed", "已有意见往来")

    def undo(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """New drafts are gone, the others say again what they said."""
        lines = Line.objects.in_bulk([one.subject for one in changes if one.subject is not None])
        for change in changes:
            if change.is_new:
                drop_draft(lines[change.subject or 0], by=by, on=on)
        before = [_draft(change.was) for change in changes if not change.is_new]
        if before:
            enter_lines(_return(scope.target), before, by=by, on=on)

    # Saying -------------------------------------------------------------------------------------------------------

    def label(self, values: Mapping[str, Any]) -> str:
        """The figure's code; `titled` says it in words."""
        return str(values.get("figure") or "")

    def titled(self, label: str) -> str:
        """The figure's title."""
        return _(FIGURES[label].title) if label in FIGURES else label

    def cells(self, label: str, was: Mapping[str, Any], values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """The amount in the figure's own unit, then what else differs."""
        others = {key: value for key, value in values.items() if key not in (*AMOUNTS, "figure")}
        said = super().cells(label, was, others)
        if label not in FIGURES or not set(AMOUNTS) & set(values):
            return said
        return [(_("本期数"), _shown(label, was), _shown(label, values)), *said]

    def remarks(self, rows: Sequence[tuple[int, str, Mapping[str, Any]]], scope: Scope) -> Mapping[int, list[Remark]]:
        """Last period's value beside each row, how it moves, and whether that asks for a reason."""
        in_return = _return(scope.target)
        asked = [one for one in in_return.round.figures.all() if one.is_asked_of(in_return.organisation)]
        before = checking.before(in_return.organisation, asked)
        drafts = {line.figure: line for line in in_return.lines.filter(corrects=None)}
        held = parameters.on(scope.on)
        found: dict[int, list[Remark]] = {}
        for row, label, values in rows:
            earlier, draft = before.get(label), drafts.get(label)
            if earlier is None or label not in FIGURES:
                continue
            figure = FIGURES[label]
            amount = _amount(values) if set(AMOUNTS) & set(values) else draft.amount if draft is not None else None
            if amount is None:
                continue
            moved = rules.moved(amount, earlier, money=figure.is_money, ratio=figure.is_ratio, parameters=held)
            change = moved.said(english=(get_language() or "").startswith("en"))
            said = [Remark(_("上期 %(value)s") % {"value": checking.amount_text(earlier, figure)})]
            if change:
                said.append(Remark(_("比上期 %(change)s") % {"change": change}))
            if moved.needs_reason and not values.get("reason", draft.reason if draft is not None else ""):
                said.append(Remark(_("变动较大，导入后要补原因才能送签"), is_warning=True))
            found[row] = said
        return found


def _return(target: int) -> Return:
    return Return.objects.select_related("round", "organisation").get(pk=target)


def _values(line: Line) -> dict[str, Any]:
    return {
        "figure": line.figure,
        "number": line.number,
        "denominator": line.denominator,
        "nothing": line.nothing or None,
        "coverage": line.coverage,
        "reason": line.reason or None,
        "note": line.note or None,
        "state": line.state,
    }


def _change(row: ReadRow, found: Standing | None, checker: Checker) -> Change:
    draft = row.draft
    values = {
        "figure": draft.figure,
        "number": draft.amount.number,
        "denominator": draft.amount.denominator,
        "nothing": draft.amount.nothing or None,
        "coverage": draft.coverage or checker.coverages.get(draft.figure),
        "reason": draft.reason.strip() or None,
        "note": draft.note.strip() or None,
        "state": DRAFT,
    }
    if found is None:
        touched = tuple(key for key in ("figure", *ENTERED) if values[key] is not None)
        return Change(row.row, NEW, values, {}, touched, None, draft.figure)
    touched = tuple(key for key in (*ENTERED, "state") if values[key] != found.values[key])
    what = CHANGED if touched else SAME
    return Change(row.row, what, values, dict(found.values), touched, found.subject, draft.figure)


def _amount(values: Mapping[str, Any]) -> rules.Amount:
    return rules.Amount(values.get("number"), values.get("denominator"), bool(values.get("nothing")))


def _draft(values: Mapping[str, Any]) -> Draft:
    return Draft(
        str(values["figure"]),
        _amount(values),
        str(values.get("coverage") or ""),
        note=str(values.get("note") or ""),
        reason=str(values.get("reason") or ""),
    )


def _shown(figure: str, values: Mapping[str, Any]) -> str:
    amount = _amount(values)
    empty = amount.number is None and amount.denominator is None and not amount.nothing
    return "" if empty else checking.amount_text(amount, FIGURES[figure])


def _kept_rows(found: table.Reading, opened: Opened, header: int) -> list[Row]:
    """Every row of the file that says anything: those of drafts, and the rest to be handed back as it came."""
    read = {row.row for row in found.rows}
    return [
        Row(number, cells, is_apart=number not in read)
        for number, cells in enumerate(opened.rows[: imports.KEPT_ROWS], 1)
        if number != header + 1 and any(value not in ("", None) for value in cells)
    ]


def _column_at(columns: Mapping[str, int], at: int) -> str:
    return next((key for key, where in columns.items() if where == at), "")


def _check_rows(found: table.Reading, checker: Checker) -> None:
    for row in found.rows:
        unread = row.broken | (frozenset(AMOUNTS) if row.broken & set(AMOUNTS) else frozenset())
        for refusal in checker.problems(row.draft):
            key = CELL_OF.get(refusal.code, "figure")
            if key == "note" and refusal.params.get("where") == REASON:
                key = "reason"
            if key not in unread:
                found.wrong(row.cells[key], _typed(row, key), refusal)


def _typed(row: ReadRow, key: str) -> object:
    """What stood in the cell: money in yuan."""
    draft, number = row.draft, row.draft.amount.number
    if key == "number" and number is not None and FIGURES[draft.figure].is_money:
        return f"{number / 100:.2f}"
    return {
        "figure": draft.figure,
        "unit": draft.unit,
        "coverage": rules.COVERAGES.get(draft.coverage, ""),
        "number": number,
        "denominator": draft.amount.denominator,
        "nothing": "是" if draft.amount.nothing else "",
        "note": draft.note,
        "reason": draft.reason,
    }[key]


# For those who have the bytes ------------------------------------------------------------------------------------


def bring_workbook(in_return: Return, content: bytes, name: str, *, by: Actor, on: date) -> Import:
    """The workbook is on the desk, read and checked whole; a file that cannot be read at all is refused."""
    acts_for(by, in_return.organisation_id, power=Returns.power)
    batch = imports.bring_file(Returns.declared(), content, name, scope=Scope(by, in_return.pk, on), on=on)
    batch.refresh_from_db()
    return batch


def commit_workbook(batch: Import, *, by: Actor, on: date) -> list[Line]:
    """Every row of the workbook is a draft of the return; those drafts."""
    imports.commit_import(batch, by=by, on=on)
    return list(Line.objects.filter(upload_id=batch.pk).order_by("figure", "pk"))
