"""Report forms: one TOML file per form and year, with sections, own prose, and rows that bind figures to a precision.

A file is read and checked whole when it is first asked for: an unknown figure or place, a unit that does not fit,
a row no sentence prints, are refused with the file, the row and the remedy.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES, Figure
from gonghui.core.numerals import Style
from gonghui.core.period import KINDS, Period
from gonghui.reports.changes import WAYS, Way
from gonghui.reports.flow import SHORTEST, STAGES
from gonghui.reports.report_forms.drawn import Plan, plans

FOLDER = Path(__file__).parent
PLACE = re.compile(r"\{(\w+)\}")
FREE_PLACES = frozenset({"scope", "period"})
MONEY = "分"


@dataclass(frozen=True)
class Row:
    """One number of the form: which figure it asks, over which days, and how it is printed."""

    id: str
    figure: Figure
    unit: str
    unit_en: str
    style: Style
    first: date | None
    last: date | None
    of: str
    of_en: str
    counted_by: str = ""
    compare: tuple[Way, ...] = ()

    def days(self, period: Period, own: Period) -> Period:
        """The days the row asks for: its own dates in the form's own period, else the period with its first day."""
        if self.first is None or self.last is None:
            return period
        if period == own:
            return Period(self.first, self.last)
        return Period(self.first, period.last) if self.first <= period.last else period


@dataclass(frozen=True)
class Clause:
    """A part of a sentence, printed only when every number in it belongs in the reader's report."""

    text: str
    text_en: str

    @property
    def rows(self) -> tuple[str, ...]:
        """The ids of the rows named in the Chinese text."""
        return tuple(name for name in PLACE.findall(self.text) if name not in FREE_PLACES)


@dataclass(frozen=True)
class Section:
    """A headed part of the prose with the rows it prints."""

    title: str
    title_en: str
    paragraphs: tuple[tuple[tuple[Clause, ...], ...], ...]
    rows: tuple[Row, ...]
    department: str = ""
    department_en: str = ""


@dataclass(frozen=True)
class Form:
    """A report form; the period is the one it was written for, or with `kind` an example of those it serves.

    Reports of one `family` follow one another: the next one says what came in late for the one before.
    """

    code: str
    title: str
    title_en: str
    headline: str
    headline_en: str
    period: Period
    sections: tuple[Section, ...]
    name: str = ""
    name_en: str = ""
    family: str = ""
    kind: str = ""
    levels: tuple[str, ...] = ()
    stages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    charts: tuple[Plan, ...] = ()
    addressee: str = ""
    addressee_en: str = ""
    speaker: str = ""
    speaker_en: str = ""
    annex_changes: bool = False
    """Whether the annex says, union by union, how the rows moved that the form compares."""

    def stages_at(self, level: str) -> tuple[str, ...]:
        """The stages a report of a union at this level goes through."""
        return self.stages.get(level) or self.stages.get("other") or SHORTEST

    def serves(self, level: str, period: Period) -> bool:
        """Whether a union of the level may report for the period by this form."""
        return (not self.levels or level in self.levels) and (not self.kind or period.kind == self.kind)

    def section_of(self, row_id: str) -> Section | None:
        """The section that prints a row."""
        return next((part for part in self.sections if any(row.id == row_id for row in part.rows)), None)

    def department_of(self, row_id: str, *, english: bool = False) -> str:
        """The department that answers for a row, or nothing where anybody may."""
        part = self.section_of(row_id)
        return "" if part is None else part.department_en if english else part.department

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every row in the order of the prose."""
        return tuple(row for section in self.sections for row in section.rows)

    def row(self, row_id: str) -> Row | None:
        """The row of an id, or None."""
        return next((row for row in self.rows if row.id == row_id), None)


def codes() -> list[str]:
    """The codes of all forms on this platform, newest file name last."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def usual() -> Form:
    """The form opened where none is asked for: the newest of those written for one period."""
    forms = [form(code) for code in codes()]
    return max(forms, key=lambda one: (not one.kind, one.period.last, one.code))


def departments(level: str) -> dict[str, str]:
    """The departments that answer for figures of a union at this level, with their English names."""
    return {
        part.department: part.department_en
        for one in map(form, codes())
        if not one.levels or level in one.levels
        for part in one.sections
        if part.department
    }


def family(name: str) -> list[Form]:
    """The forms whose reports follow one another."""
    return [one for one in map(form, codes()) if one.family == name]


@cache
def form(code: str) -> Form:
    """The form of a code, read and checked."""
    if code not in codes():
        raise Refusal(
            "reports.form_unknown",
            "没有“%(form)s”这张报告表，现有：%(known)s",
            form=code[:60],
            known="、".join(codes()),
        )
    return parse((FOLDER / f"{code}.toml").read_text(encoding="utf-8"), file=f"{code}.toml")


def parse(text: str, *, file: str) -> Form:
    """The form written in a TOML text; what does not hold together is refused by file and row."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refusal(
            "reports.form_toml", "%(file)s 不是完整的 TOML：%(why)s，请改正该处", file=file, why=str(error)
        ) from None
    reader = _Reader(file)
    sections = tuple(reader.section(part) for part in table.get("section", []))
    made = Form(
        code=reader.text(table, "form", "form"),
        title=reader.text(table, "title", "form"),
        title_en=reader.text(table, "title_en", "form"),
        headline=reader.text(table, "headline", "form"),
        headline_en=reader.text(table, "headline_en", "form"),
        period=Period.parse(reader.text(table, "period", "form")),
        sections=sections,
        name=table.get("name", "") or reader.text(table, "form", "form"),
        name_en=table.get("name_en", "") or reader.text(table, "form", "form"),
        family=table.get("family", "") or reader.text(table, "form", "form"),
        kind=reader.known(table, "kind", KINDS),
        levels=tuple(table.get("levels", ())),
        stages=reader.stages(table.get("stages", {})),
        charts=plans(
            table.get("chart", []),
            {row.id: row.figure.clock for section in sections for row in section.rows},
            reader.refuse,
        ),
        annex_changes=reader.yes(table, "annex_changes"),
        **{key: str(table.get(key, "")) for key in ("addressee", "addressee_en", "speaker", "speaker_en")},
    )
    reader.check(made)
    return made


@dataclass(frozen=True)
class _Reader:
    """Reads the parts of one file and says where something is wrong."""

    file: str

    def refuse(self, code: str, message: str, row: str, **params: object) -> Refusal:
        return Refusal(f"reports.form_{code}", message, file=self.file, row=row, **params)

    def text(self, table: Mapping[str, Any], key: str, where: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse("missing", "%(file)s 第 %(row)s 行：缺少 %(key)s，请补上", where, key=key)
        return value

    def yes(self, table: Mapping[str, Any], key: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self.refuse("yes", "%(file)s 的 %(row)s 只能写 true 或 false", key)
        return value

    def section(self, table: Mapping[str, Any]) -> Section:
        title = self.text(table, "title", "section")
        return Section(
            title=title,
            title_en=self.text(table, "title_en", title),
            paragraphs=tuple(
                tuple(self.sentence(sentence, title) for sentence in paragraph.get("sentence", []))
                for paragraph in table.get("paragraph", [])
            ),
            rows=tuple(self.row({"compare": table.get("compare", ""), **row}) for row in table.get("row", [])),
            department=table.get("department", ""),
            department_en=table.get("department_en", ""),
        )

    def known(self, table: Mapping[str, Any], key: str, words: Sequence[str]) -> str:
        value = str(table.get(key, ""))
        if value and value not in words:
            raise self.refuse(
                "word",
                "%(file)s 第 %(row)s 行：没有“%(value)s”这一种，请用 %(words)s",
                key,
                value=value,
                words="、".join(words),
            )
        return value

    def stages(self, table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
        """The stages by level; they keep their order, and no report goes without a draft and a filing."""
        found = {level: tuple(names) for level, names in table.items()}
        for level, names in found.items():
            for name in names:
                self.known({"stages": name}, "stages", STAGES)
            if list(names) != sorted(names, key=STAGES.index) or not set(SHORTEST) <= set(names):
                raise self.refuse(
                    "stages",
                    "%(file)s 第 %(row)s 行：环节“%(names)s”次序不对，或缺少初稿、备案，请按 %(words)s 的次序写",
                    level,
                    names="、".join(names),
                    words="、".join(STAGES),
                )
        return found

    def sentence(self, table: Mapping[str, Any], where: str) -> tuple[Clause, ...]:
        texts, english = table.get("clauses", []), table.get("clauses_en", [])
        if not texts or len(texts) != len(english):
            raise self.refuse(
                "clauses",
                "%(file)s 第 %(row)s 行：中文 %(zh)s 个分句、英文 %(en)s 个，请一一对应",
                where,
                zh=len(texts),
                en=len(english),
            )
        clauses = tuple(Clause(zh, en) for zh, en in zip(texts, english, strict=True))
        for clause in clauses:
            if sorted(PLACE.findall(clause.text)) != sorted(PLACE.findall(clause.text_en)):
                raise self.refuse(
                    "places",
                    "%(file)s 第 %(row)s 行：分句“%(text)s”中英文的数字位置不同，请对齐",
                    where,
                    text=clause.text,
                )
        return clauses

    def row(self, table: Mapping[str, Any]) -> Row:
        row_id = self.text(table, "id", "row")
        code = self.text(table, "figure", row_id)
        if code not in FIGURES:
            raise self.refuse(
                "figure",
                "%(file)s 第 %(row)s 行：没有登记数字 %(figure)s，请改成 docs/figures.md 里的名称",
                row_id,
                figure=code,
            )
        figure = FIGURES[code]
        unit = self.text(table, "unit", row_id)
        fits = ("元",) if figure.unit == MONEY else (figure.unit,)
        if unit not in fits:
            raise self.refuse(
                "unit",
                "%(file)s 第 %(row)s 行：单位写作“%(unit)s”，数字 %(figure)s 的单位是“%(fits)s”，请改成一致",
                row_id,
                unit=unit,
                figure=code,
                fits=fits[0],
            )
        style = self.style(table, row_id, ratio=figure.is_ratio)
        first, last = table.get("first"), table.get("last")
        if figure.clock == "asof" and (first is None or last is None):
            raise self.refuse(
                "days", "%(file)s 第 %(row)s 行：%(figure)s 是截至数，请写明 first 和 last", row_id, figure=code
            )
        if (first is None) != (last is None) or (first is not None and last < first):
            raise self.refuse("days", "%(file)s 第 %(row)s 行：first 和 last 要成对，且 first 不晚于 last", row_id)
        counted_by = table.get("counted_by", "")
        if figure.sensitive and figure.is_money and counted_by not in FIGURES:
            raise self.refuse(
                "counted_by",
                "%(file)s 第 %(row)s 行：%(figure)s 是不公开明细的金额，请用 counted_by 写明按哪个件数决定显示",
                row_id,
                figure=code,
            )
        return Row(
            row_id, figure, unit, table.get("unit_en", ""), style, first, last,
            table.get("of", ""), table.get("of_en", ""), counted_by, self.compare(table, row_id, figure),
        )  # fmt: skip

    def compare(self, table: Mapping[str, Any], row_id: str, figure: Figure) -> tuple[Way, ...]:
        """What the form's prose compares the number with: yoy, pop or both; a figure as of its own day with nothing."""
        written = str(table.get("compare", "")).split()
        for word in written:
            self.known({"compare": word}, "compare", WAYS)
        if written and figure.clock == "asof":
            raise self.refuse(
                "compare", "%(file)s 第 %(row)s 行：%(figure)s 是截至数，没有可比的期间，请去掉 compare",
                row_id, figure=figure.name,
            )  # fmt: skip
        return tuple(way for way in WAYS if way in written)

    def style(self, table: Mapping[str, Any], row_id: str, *, ratio: bool) -> Style:
        written = self.text(table, "style", row_id)
        try:
            style = Style.read(written)
        except Refusal:
            raise self.refuse(
                "style",
                "%(file)s 第 %(row)s 行：没有“%(style)s”这种印法，请用 int、wan1、yi2、pct1、han、yu、above 等",
                row_id,
                style=written,
            ) from None
        if ratio != style.code.startswith(("pct", "above")):
            raise self.refuse(
                "style",
                "%(file)s 第 %(row)s 行：“%(style)s”印不了这个数字，占比用 pct 或 above，其余不用",
                row_id,
                style=written,
            )
        return style

    def check(self, made: Form) -> None:
        ids = [row.id for row in made.rows]
        for row_id in ids:
            if ids.count(row_id) > 1:
                raise self.refuse("twice", "%(file)s 第 %(row)s 行：编号重复，请留一个", row_id)
        for section in made.sections:
            own = {row.id for row in section.rows}
            printed = [name for clause in clauses_of(section) for name in clause.rows]
            for name in printed:
                if name not in own:
                    raise self.refuse(
                        "place",
                        "%(file)s 第 %(row)s 行：“%(section)s”里没有这一行，请补 row 或改文字",
                        name,
                        section=section.title,
                    )
            for row_id in sorted(own - set(printed)):
                raise self.refuse(
                    "unprinted",
                    "%(file)s 第 %(row)s 行：“%(section)s”的文字里没有 {%(row)s}，请写进分句",
                    row_id,
                    section=section.title,
                )


def clauses_of(section: Section) -> Iterator[Clause]:
    """Every clause of a section in order."""
    for paragraph in section.paragraphs:
        for sentence in paragraph:
            yield from sentence
