"""From cells to drafts: finds the table, reads each row, and says everything that is wrong with it at once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES, Figure
from gonghui.core.personal import personal_numbers
from gonghui.reports import rules
from gonghui.reports.checking import Draft, shown_unit
from gonghui.reports.models import Return
from gonghui.reports.sheets.columns import CODE_LABEL, COLUMNS, ENTERED, HEADINGS, NUMBER_LABEL
from gonghui.spine.organisations.models import Organisation
from gonghui.web.imports import typed
from gonghui.web.imports.cells import letter, place
from gonghui.web.imports.opening import Opened

HEADER_WITHIN = 30
KEPT = 500
"""So many problems are kept for the page; the rest is counted."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong, or worth knowing: the cell, what stands in it, and the sentence with the remedy."""

    cell: str
    value: str
    code: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """As it is kept with the upload."""
        params = {name: value if isinstance(value, int) else str(value) for name, value in self.params.items()}
        return {
            "cell": self.cell,
            "value": self.value,
            "code": self.code,
            "message": self.message,
            "params": params,
        }


@dataclass(frozen=True)
class ReadRow:
    """One row that says something: its draft, its cells by column, and the columns that could not be read."""

    row: int
    draft: Draft
    cells: Mapping[str, str]
    broken: frozenset[str] = frozenset()

    @property
    def is_whole(self) -> bool:
        """Whether every cell could be read."""
        return not self.broken


@dataclass
class Reading:
    """What a workbook says: drafts, problems that forbid the import, notices that do not."""

    rows: list[ReadRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)
    empty: int = 0

    def in_order(self) -> list[Problem]:
        """The problems in the order of the sheet: by row, then by column."""
        return sorted(self.problems, key=lambda problem: _place_of(problem.cell))

    def wrong(self, cell: str, value: object, refusal: Refusal) -> None:
        """Keep a problem."""
        self.problems.append(Problem(cell, shown(value), refusal.code, refusal.message, refusal.params))

    def notice(self, cell: str, value: object, code: str, message: str, **params: object) -> None:
        """Keep a notice."""
        self.notices.append(Problem(cell, shown(value), code, message, params))


def _place_of(cell: str) -> tuple[int, int, str]:
    match = re.match(r"([A-Z]{1,3})(\d+)", cell)
    return (int(match[2]), len(match[1]), match[1]) if match else (0, 0, cell)


def shown(value: object) -> str:
    """A cell's content, short enough to be shown; personal numbers are never repeated."""
    text = "" if value is None else str(value)
    return "……" if personal_numbers(text) else text[:60]


def read(opened: Opened, in_return: Return) -> Reading:
    """Everything the opened file says for this return."""
    reading = Reading()
    at, columns = find_header(opened)
    _check_meta(opened.rows[:at], in_return, reading)
    _check_merged(opened.merged, at + 1, columns, reading)
    if opened.encoding and opened.encoding != "UTF-8":
        reading.notice(
            "", "", "reports.csv_read_as", "文件按 %(encoding)s 编码读取，请核对汉字", encoding=opened.encoding
        )
    formulas = dict(opened.formulas)
    seen: dict[str, int] = {}
    for index, cells in enumerate(opened.rows[at + 1 :], at + 2):
        row = _Row(index, cells, columns, opened, formulas, reading)
        row.read(seen)
    return reading


def find_header(opened: Opened) -> tuple[int, dict[str, int]]:
    """Where the header stands and which column is which; refused with what is missing."""
    best: tuple[int, dict[str, int]] | None = None
    for at, cells in enumerate(opened.rows[:HEADER_WITHIN]):
        found: dict[str, int] = {}
        for index, value in enumerate(cells):
            key = HEADINGS.get(str(value).strip())
            if key is not None and key not in found:
                found[key] = index
        if best is None or len(found) > len(best[1]):
            best = (at, found)
    missing = [column.heading for column in COLUMNS if best is None or column.key not in best[1]]
    if best is None or len(best[1]) < 3:
        raise Refusal(
            "reports.wrong_header",
            "前 %(rows)s 行里没有表头（应有：%(columns)s）：请用本页下载的上报表，不要删改表头",
            rows=HEADER_WITHIN,
            columns="、".join(column.heading for column in COLUMNS),
        )
    if missing:
        raise Refusal(
            "reports.header_missing",
            "第 %(row)s 行的表头缺少：%(columns)s。请改回原来的列名，或重新下载上报表",
            row=best[0] + 1,
            columns="、".join(missing),
        )
    return best


def _check_meta(above: list[list[Any]], in_return: Return, reading: Reading) -> None:
    """The sheet must be this unit's and this round's; a csv without these lines passes."""
    wanted = {
        CODE_LABEL: (in_return.organisation.code, "reports.other_organisation",
                     "这张表是组织代码 %(found)s 的，当前单位是 %(wanted)s：请用本单位下载的表"),
        NUMBER_LABEL: (in_return.round.public_id.hex[:12], "reports.other_round",
                       "这张表的收数编号是 %(found)s，当前收数是 %(wanted)s：请用本次下载的表"),
    }  # fmt: skip
    for row, cells in enumerate(above, 1):
        for index, value in enumerate(cells[:-1]):
            if (asked := wanted.get(str(value).strip().rstrip("：:"))) is None:
                continue
            found = str(cells[index + 1]).strip()
            if asked[0] == in_return.organisation.code and _has_become(in_return.organisation, found):
                said = "这张表是组织代码 %(found)s 的，它现在是本单位（%(wanted)s），按本单位读取"
                where, words = place(row, index + 1), {"found": found[:40], "wanted": asked[0]}
                reading.notice(where, found, "reports.organisation_became", said, **words)
            elif found and found != asked[0]:
                reading.wrong(
                    place(row, index + 1), found, Refusal(asked[1], asked[2], found=found[:40], wanted=asked[0])
                )


def _has_become(organisation: Organisation, typed: str) -> bool:
    """Whether an old code, a name of then or an abolished area is this organisation now."""
    return typed != organisation.code and Organisation.objects.filter(pk=organisation.pk).resolved(typed) is not None


def _check_merged(merged: Iterable[str], header: int, columns: Mapping[str, int], reading: Reading) -> None:
    """Merged cells are fine above the header; inside the table nobody can say which row they mean."""
    last = max(columns.values())
    for area in merged:
        first, _, end = area.partition(":")
        match = re.fullmatch(r"([A-Z]+)(\d+)", end or first)
        start = re.fullmatch(r"([A-Z]+)(\d+)", first)
        if match is None or start is None or int(match[2]) < header:
            continue
        if start[1] > letter(last) and len(start[1]) >= len(letter(last)):
            continue
        reading.wrong(
            first,
            area,
            Refusal("reports.merged", "表格里有合并单元格 %(area)s：请取消合并，逐行填写", area=area),
        )


@dataclass
class _Row:
    """One row of the table while it is read."""

    row: int
    cells: list[Any]
    columns: Mapping[str, int]
    opened: Opened
    formulas: Mapping[str, bool]
    reading: Reading

    def cell(self, key: str) -> str:
        return place(self.row, self.columns[key])

    def value(self, key: str) -> Any:
        index = self.columns[key]
        value = self.cells[index] if index < len(self.cells) else ""
        return value.strip() if isinstance(value, str) else value

    def text(self, key: str) -> str:
        return str(self.value(key))

    def is_empty(self, key: str) -> bool:
        return self.value(key) == "" and self.cell(key) not in self.formulas

    def wrong(self, key: str, code: str, message: str, **params: object) -> None:
        self.reading.wrong(self.cell(key), self.value(key), Refusal(code, message, **params))

    def read(self, seen: dict[str, int]) -> None:
        entered = [key for key in ENTERED if key != "coverage" and not self.is_empty(key)]
        code = self.text("figure")
        if not code and not entered:
            return
        if not code:
            self.wrong("figure", "reports.row_no_figure", "这一行填了数却没有数字代码：请恢复代码，或清空这一行")
            return
        if code in seen:
            self.wrong(
                "figure",
                "reports.duplicate_row",
                "与第 %(first)s 行重复：同一个数只填一行，请删去一行",
                first=seen[code],
            )
            return
        seen[code] = self.row
        figure = FIGURES.get(code)
        if figure is None:
            self.wrong("figure", "reports.figure_unknown", "没有登记数字 %(figure)s：请从列表中选", figure=code[:60])
            return
        if not entered:
            self.reading.empty += 1
            return
        before = len(self.reading.problems)
        amount = self._amount(figure)
        coverage = self._coverage(figure)
        cells = {key: self.cell(key) for key in self.columns}
        wrong = {problem.cell for problem in self.reading.problems[before:]}
        broken = frozenset(key for key, cell in cells.items() if cell in wrong)
        draft = Draft(
            code, amount, coverage, note=self.text("note"), reason=self.text("reason"), unit=self.text("unit")
        )
        self.reading.rows.append(ReadRow(self.row, draft, cells, broken))

    def _coverage(self, figure: Figure) -> str:
        text = self.text("coverage")
        if not text:
            return ""
        for coverage, title in rules.COVERAGES.items():
            if text in (title, coverage):
                return coverage
        self.wrong(
            "coverage",
            "reports.coverage",
            "“%(title)s”的填报范围应为“本级”或“本级及所辖”，请改正",
            title=figure.title,
        )
        return ""

    def _amount(self, figure: Figure) -> rules.Amount:
        nothing = self._nothing(figure)
        number = self._number("number", figure, money=figure.is_money)
        denominator = self._number("denominator", figure, money=False)
        return rules.Amount(number, denominator, nothing)

    def _nothing(self, figure: Figure) -> bool:
        if self.is_empty("nothing"):
            return False
        text = self.text("nothing").lower()
        if text in rules.NOTHING_WORDS:
            return True
        if text not in ("否", "no", "false", "0"):
            self.wrong(
                "nothing",
                "reports.nothing_word",
                "“%(title)s”的无此项只填“是”或留空：没有这项工作填“是”",
                title=figure.title,
            )
        return False

    def _number(self, key: str, figure: Figure, *, money: bool) -> int | None:
        cell, value = self.cell(key), self.value(key)
        if cell in self.formulas:
            if not self.formulas[cell] or cell in self.opened.errors or value == "":
                self.wrong(
                    key,
                    "reports.formula_empty",
                    "“%(title)s”是公式而没有存下结果：请在 Excel 里重算并保存，或直接填数",
                    title=figure.title,
                )
                return None
            self.reading.notice(
                cell, value, "reports.formula_taken", "“%(title)s”是公式，已取存下的结果，请核对", title=figure.title
            )
        elif cell in self.opened.errors:
            self.wrong(key, "reports.cell_error", "“%(title)s”是错误值：请改填整数", title=figure.title)
            return None
        if value == "" or value is None:
            return None
        if isinstance(value, bool):
            self.wrong(key, "reports.not_a_number", "“%(title)s”不是数：请改填整数", title=figure.title)
            return None
        if cell in self.opened.percents:
            self.reading.wrong(cell, value, typed.percent(figure.title))
            return None
        try:
            number = self._from_text(cell, value, figure) if isinstance(value, str) else Decimal(repr(value))
            return typed.in_units(number, title=figure.title, money=money)
        except Refusal as refusal:
            self.reading.wrong(cell, value, refusal)
            return None

    def _from_text(self, cell: str, value: str, figure: Figure) -> Decimal:
        digits = typed.digits_of(value, title=figure.title, unit=shown_unit(figure))
        if not value.isascii():
            self.reading.notice(
                cell,
                value,
                "reports.full_width",
                "“%(title)s”填了全角数字，已按 %(number)s 读取，请核对",
                title=figure.title,
                number=digits,
            )
        elif not self.opened.encoding:
            self.reading.notice(
                cell,
                value,
                "reports.number_as_text",
                "“%(title)s”的数存成了文本，已按 %(number)s 读取，请核对",
                title=figure.title,
                number=digits,
            )
        return Decimal(digits)
