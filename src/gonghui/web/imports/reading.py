"""From cells to a difference: each row read by its columns, held against the list, everything wrong said at once."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from gonghui.core import text as texts
from gonghui.core.errors import Refusal
from gonghui.web.imports.cells import letter, place, placed
from gonghui.web.imports.headers import Header
from gonghui.web.imports.kinds import as_text
from gonghui.web.imports.opening import Opened
from gonghui.web.imports.sheet import APART, CHANGED, NEW, SAME, WRONG, Change, Only, Scope, Sheet, Standing, Values

Progress = Callable[[int, int], None]


@dataclass
class Problem:
    """One thing wrong: the column of ours, the cell, what stands in it, and the refusal that says what to do."""

    column: str
    cell: str
    value: str
    refusal: Refusal

    def kept(self) -> dict[str, Any]:
        """As it is kept with the row."""
        return {
            "column": self.column,
            "cell": self.cell,
            "value": self.value,
            "code": self.refusal.code,
            "message": self.refusal.message,
            "params": {name: v if isinstance(v, int) else str(v) for name, v in self.refusal.params.items()},
        }


@dataclass
class Row:
    """One row of the file as it was read."""

    row: int
    cells: Sequence[Any]
    values: Values = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    change: Change | None = None
    is_apart: bool = False


@dataclass
class Reading:
    """All rows of a file against the list, and what is worth knowing beside."""

    rows: list[Row]
    notices: list[dict[str, Any]] = field(default_factory=list)


def silent(done: int, total: int) -> None:
    """Nobody waits for progress."""


def read(opened: Opened, header: Header, sheet: Sheet, scope: Scope, progress: Progress = silent) -> Reading:
    """Every row of the opened file as a change of the list."""
    reading = Reading([*_above(opened, header), *_rows(opened, header, sheet)])
    total = max(1, len(reading.rows))
    progress(total // 4, total)
    if opened.encoding and opened.encoding != "UTF-8":
        reading.notices.append(
            {"message": "文件按 %(encoding)s 编码读取，请核对汉字", "params": {"encoding": opened.encoding}}
        )
    _note_formulas(opened, header, reading)
    _resolve(reading.rows, header, sheet, scope)
    totals = compare(reading.rows, header, sheet, scope)
    if totals:
        rows = "、".join(str(number) for number in totals[:10])
        reading.notices.append({"message": "第 %(rows)s 行是合计，不导入", "params": {"rows": rows}})
    progress(total // 2, total)
    _check(reading, header, sheet, scope)
    progress(total * 3 // 4, total)
    return reading


def _above(opened: Opened, header: Header) -> Iterator[Row]:
    """What stands above the header, to be handed back with the rest."""
    for number, cells in enumerate(opened.rows[: header.row], 1):
        if any(value not in ("", None) for value in cells):
            yield Row(number, cells, is_apart=True)


def _rows(opened: Opened, header: Header, sheet: Sheet) -> Iterator[Row]:
    """The rows below the header that say anything, each cell read by its column."""
    formulas = {cell for cell, _valued in opened.formulas}
    odd = opened.errors | formulas
    merged = _merged_rows(opened.merged, header)
    columns = [(sheet.column(key), at) for key, at in header.mapping.items() if not sheet.column(key).ours]
    for number, cells in enumerate(opened.rows[header.row + 1 :], header.row + 2):
        row = Row(number, cells)
        for column, at in columns:
            value = cells[at] if at < len(cells) else ""
            if odd and (cell := place(number, at)) in odd and (cell in opened.errors or value == ""):
                shown = sheet.faulty_cell(value, column.key)
                _wrong(row, column.key, at, shown, _odd(column.title, cell not in opened.errors))
                continue
            if value == "" or value is None or (isinstance(value, str) and not value.strip()):
                row.values[column.key] = None
                continue
            try:
                row.values[column.key] = column.kind.read(value, title=column.title)
            except Refusal as refusal:
                _wrong(row, column.key, at, sheet.faulty_cell(value, column.key), refusal)
        if number in merged:
            _wrong(row, "", merged[number][0], "", Refusal("imports.merged", MERGED, area=merged[number][1]))
        if row.problems or any(value is not None for value in row.values.values()):
            yield row


MERGED = "表格里有合并单元格 %(area)s：请取消合并，逐行填写"


def _odd(title: str, is_formula: bool) -> Refusal:
    if is_formula:
        return Refusal(
            "imports.formula_empty", "“%(title)s”是公式而没有存下结果：请在 Excel 里重算并保存，或直接填写", title=title
        )
    return Refusal("imports.cell_error", "“%(title)s”是错误值：请改填内容", title=title)


def _wrong(row: Row, key: str, at: int, value: Any, refusal: Refusal) -> None:
    """A fault of a cell, beside what of it is shown; what is not shown is not said in the sentence either."""
    shown, typed = as_text(value) if value is not None else "", row.cells[at] if at < len(row.cells) else ""
    if typed not in ("", None) and shown != as_text(typed):
        said = {name: _hidden(each, typed, shown) for name, each in refusal.params.items()}
        refusal = Refusal(refusal.code, refusal.message, **said)
    row.problems.append(Problem(key, place(row.row, at), shown[:60], refusal))


def _hidden(said: object, typed: Any, shown: str) -> object:
    return said.replace(as_text(typed), shown).replace(str(typed), shown) if isinstance(said, str) else said


def _merged_rows(areas: Iterable[str], header: Header) -> dict[int, tuple[int, str]]:
    """The rows below the header into which merged cells of our columns reach, with the first column and the area."""
    found: dict[int, tuple[int, str]] = {}
    last = max(header.mapping.values(), default=0)
    for area in areas:
        first, _, end = area.partition(":")
        start, stop = placed(first), placed(end or first)
        if start is None or stop is None or start[1] > last or stop[0] <= header.row + 1:
            continue
        for number in range(max(start[0], header.row + 2), min(stop[0], start[0] + 1_000) + 1):
            found.setdefault(number, (start[1], area))
    return found


def _stands_in(opened: Opened, cell: str) -> Any:
    """What was read in a cell."""
    at = placed(cell)
    if at is None or at[0] > len(opened.rows) or at[1] >= len(opened.rows[at[0] - 1]):
        return None
    return opened.rows[at[0] - 1][at[1]]


def _note_formulas(opened: Opened, header: Header, reading: Reading) -> None:
    """Results of formulas are taken; that is said once, with the first cell."""
    ours = {letter(at) for at in header.mapping.values()}
    taken = [
        cell
        for cell, valued in opened.formulas
        if valued and re.sub(r"\d", "", cell) in ours and _stands_in(opened, cell) not in ("", None)
    ]
    if taken:
        message = "有 %(count)s 个公式（如 %(cell)s），已取存下的结果，请核对"
        reading.notices.append({"message": message, "params": {"count": len(taken), "cell": taken[0]}})


# Against the list -------------------------------------------------------------------------------------------------


def only(rows: Sequence[Row], sheet: Sheet) -> Only | None:
    """What to ask the list for: the keys of a few rows, or everything."""
    if len(rows) > sheet.all_from:
        return None
    columns = {key for keys in sheet.keys for key in keys[:1]} | {keys[-1] for keys in sheet.keys}
    values = {key: {row.values.get(key) for row in rows} - {None} for key in columns}
    return Only(values={key: found for key, found in values.items() if found})


def index(standing: Iterable[Standing], keys: Sequence[str]) -> dict[tuple[Any, ...], Standing]:
    """The rows of the list by a key; a key that two of them share finds neither."""
    found: dict[tuple[Any, ...], Standing] = {}
    twice = set()
    for one in standing:
        key = tuple(one.values.get(name) for name in keys)
        if None in key:
            continue
        if key in found:
            twice.add(key)
        found[key] = one
    return {key: one for key, one in found.items() if key not in twice}


TOTALS = frozenset(("合计", "总计", "共计", "小计", "total", "totals", "sum"))  # zh


def _is_total(row: Row) -> bool:
    """Whether a row only adds up the others: the first words in it say so."""
    first = next((value for value in row.cells if isinstance(value, str) and value.strip()), "")
    return texts.fold(first).replace(" ", "").rstrip(":").lower() in TOTALS


def compare(rows: Sequence[Row], header: Header, sheet: Sheet, scope: Scope) -> list[int]:
    """Each row is new, changed, or as the list has it; the numbers of rows that are sums, which say nothing to it."""
    standing = list(sheet.rows(scope, only(rows, sheet)))
    indexes = [(keys, index(standing, keys)) for keys in sheet.keys]
    seen: dict[Any, int] = {}
    totals = []
    for row in rows:
        if row.is_apart:
            continue
        found, key, keys = _match(row.values, indexes, sheet)
        at = header.mapping.get(keys[0], min(header.mapping.values())) if keys else min(header.mapping.values())
        if found is None and sheet.key_is_ours and keys == sheet.keys[0]:
            _wrong(row, keys[0], at, row.values[keys[0]], _unknown(sheet, keys[0], row.values[keys[0]]))
            continue
        if key is None:
            if _is_total(row):
                row.is_apart, row.values = True, {}
                row.problems.clear()
                totals.append(row.row)
            elif not row.problems:
                wanted = sheet.keys[-1][0]
                _wrong(row, wanted, header.mapping.get(wanted, at), "", _keyless(sheet))
            continue
        identity = found.subject if found is not None else key
        if identity in seen:
            _wrong(
                row, keys[0], at, row.values.get(keys[0]) or "", Refusal("imports.twice", TWICE, first=seen[identity])
            )
            continue
        seen[identity] = row.row
        row.change = _changed(row, found, sheet)
        _check_columns(row, header, sheet)
    return totals


TWICE = "与第 %(first)s 行是同一条：一条只填一行，请删去一行"


def _match(
    values: Values, indexes: Sequence[tuple[Sequence[str], Mapping[tuple[Any, ...], Standing]]], sheet: Sheet
) -> tuple[Standing | None, tuple[Any, ...] | None, Sequence[str]]:
    """The row of the list that a row of the file is about, by the first key it fills in; and that key."""
    for keys, known in indexes:
        key = tuple(values.get(name) for name in keys)
        if None not in key:
            return known.get(key), (tuple(keys), *key), keys
    return None, None, ()


def _unknown(sheet: Sheet, key: str, value: Any) -> Refusal:
    column = sheet.column(key)
    return Refusal(
        "imports.unknown",
        "“%(title)s”%(value)s 不在名册里：请核对，新增的行请把这一格留空",
        title=column.title,
        value=column.kind.shown(value),
    )


def _keyless(sheet: Sheet) -> Refusal:
    titles = " / ".join("、".join(sheet.column(key).title for key in keys) for keys in sheet.keys)
    return Refusal("imports.keyless", "看不出这一行说的是哪一条：请填 %(columns)s", columns=titles)


def _changed(row: Row, found: Standing | None, sheet: Sheet) -> Change:
    was = dict(found.values) if found is not None else {}
    kept = _never_emptied(sheet) if found is not None else row.values.keys()
    values = {**was, **{key: value for key, value in row.values.items() if value is not None or key not in kept}}
    touched = tuple(key for key in row.values if values.get(key) != was.get(key))
    what = NEW if found is None else (CHANGED if touched else SAME)
    subject = found.subject if found is not None else None
    return Change(row.row, what, values, was, touched, subject, sheet.label(was or values)[:160])


@cache
def _never_emptied(sheet: Sheet) -> frozenset[str]:
    """Columns in which an empty cell of a row that stands says nothing: those it cannot change, and our own number."""
    ours = sheet.keys[0] if sheet.key_is_ours else ()
    return frozenset([*ours, *(column.key for column in sheet.columns if column.fixed)])


def _check_columns(row: Row, header: Header, sheet: Sheet) -> None:
    """A new row has what it needs; one that stands keeps what is not changed here, and empties nothing it needs."""
    change = row.change
    assert change is not None
    broken = {problem.column for problem in row.problems}
    for column in sheet.columns:
        at = header.mapping.get(column.key)
        if column.required and change.values.get(column.key) is None and column.key not in broken:
            if change.is_new or column.key in change.touched:
                where = at if at is not None else min(header.mapping.values())
                message = MISSING if at is not None else NO_COLUMN
                _wrong(row, column.key, where, "", Refusal("imports.missing", message, title=column.title))
        elif column.fixed and not change.is_new and column.key in change.touched and at is not None:
            shown = column.kind.shown(change.was.get(column.key)) or "（空）"
            _wrong(
                row,
                column.key,
                at,
                column.kind.shown(change.values.get(column.key)),
                Refusal("imports.fixed", FIXED, title=column.title, was=shown),
            )


MISSING = "缺少“%(title)s”：请填写"
NO_COLUMN = "表里没有“%(title)s”这一列：请加上这一列，或按“列名对应”说明是哪一列"
FIXED = "“%(title)s”不在这里改，名册里是“%(was)s”：请改回原样，或到这一条的页面上办理"


def _resolve(rows: Sequence[Row], header: Header, sheet: Sheet, scope: Scope) -> None:
    def wrong(row: Row, key: str, refusal: Refusal) -> None:
        at = header.mapping.get(key, min(header.mapping.values()))
        value = row.cells[at] if at < len(row.cells) else ""
        _wrong(row, key, at, sheet.faulty_cell(value, key), refusal)

    sheet.resolve([row for row in rows if not row.is_apart], scope, wrong)


def _check(reading: Reading, header: Header, sheet: Sheet, scope: Scope) -> None:
    """What the app itself finds wrong, shown at the cell of the column it names."""
    by_change = {id(row.change): row for row in reading.rows if row.change is not None}

    def wrong(change: Change, key: str, refusal: Refusal) -> None:
        row = by_change[id(change)]
        at = header.mapping.get(key, min(header.mapping.values()))
        if not any(problem.column == key for problem in row.problems):
            shown = sheet.column(key).kind.shown(change.values.get(key))
            row.problems.append(Problem(key, place(row.row, at), shown[:60], refusal))

    whole = [
        row.change for row in reading.rows if row.change is not None and row.change.what != SAME and not row.problems
    ]
    if whole:
        sheet.check(whole, scope, wrong)


def state_of(row: Row) -> str:
    """What the row is to the list."""
    if row.problems:
        return WRONG
    if row.change is None:
        return APART if row.is_apart else WRONG
    return row.change.what
