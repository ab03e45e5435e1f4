"""How amounts of lines are shown and how typed ones are read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES, Figure
from gonghui.reports import checking, parameters, rules
from gonghui.reports.actions.lines import was_sent
from gonghui.reports.checking import Checker, Draft, amount_text
from gonghui.reports.models import Line, Return, RoundFigure
from gonghui.reports.models.returns import is_open_to
from gonghui.spine.organisations.models import Organisation
from gonghui.web import say
from gonghui.web.imports import typed
from gonghui.web.templatetags.gonghui import yuan


def is_english() -> bool:
    """Whether the reader's language is English."""
    return (get_language() or "").startswith("en")


def name_of(organisation: Organisation) -> str:
    """The unit's name in the reader's language, short where the list is dense."""
    return (is_english() and organisation.english_name) or organisation.short_name or organisation.name


def input_text(value: int | None, figure: Figure) -> str:
    """A number as it stands in an input: plain digits, money in yuan."""
    if value is None:
        return ""
    return yuan(value).replace(",", "") if figure.is_money else str(value)


@dataclass(frozen=True)
class Against:
    """The change against the period before, in words."""

    text: str
    needs_reason: bool


def against(line: Line, before: rules.Amount | None) -> Against:
    """A line against what the unit returned for the period before."""
    figure = line.declared
    moved = rules.moved(
        line.amount,
        before,
        money=figure.is_money,
        ratio=figure.is_ratio,
        parameters=parameters.on(line.entered_on),
    )
    said = moved.said(english=is_english())
    return Against(said, moved.needs_reason and not line.reason and line.corrects_id is None)


def before_of(lines: Iterable[Line]) -> dict[int, rules.Amount]:
    """For each of some lines, what its unit returned for the period before; one query for all of them."""
    wanted = list(lines)
    if not wanted:
        return {}
    accepted = Line.objects.accepted().filter(
        organisation_id__in={line.organisation_id for line in wanted},
        figure__in={line.figure for line in wanted},
        last_on__lt=max(line.last_on for line in wanted),
    )
    by_unit: dict[tuple[int, str], list[Line]] = {}
    for line in accepted.order_by("last_on"):
        by_unit.setdefault((line.organisation_id, line.figure), []).append(line)
    found = {}
    for line in wanted:
        amount = checking.amount_before(by_unit.get((line.organisation_id, line.figure), []), line)
        if amount is not None:
            found[line.pk] = amount
    return found


@dataclass
class FormRow:
    """One figure of the return as its page shows it: what is known, what may be typed, what is wrong."""

    asked: RoundFigure
    coverage: str
    closed: bool
    before: rules.Amount | None
    line: Line | None
    correction: Line | None = None
    error: str = ""
    typed: dict[str, str] | None = None
    hidden: bool = False

    def veil(self) -> None:
        """The row says where it stands and nothing else."""
        self.hidden, self.before = True, None
        if self.line is not None:
            self.line.veil()

    @property
    def figure(self) -> Figure:
        return self.asked.declared

    @property
    def name(self) -> str:
        """The prefix of its inputs."""
        return self.asked.figure

    @property
    def is_open(self) -> bool:
        """Whether it may be typed into."""
        if self.line is None:
            return not self.closed
        return self.line.state in ("draft", "refused") and (not self.closed or was_sent(self.line))

    @property
    def unit(self) -> str:
        return checking.shown_unit(self.figure)

    @property
    def before_text(self) -> str:
        return amount_text(self.before, self.figure)

    @property
    def now_text(self) -> str:
        return amount_text(self.line.amount if self.line is not None else None, self.figure)

    @property
    def change(self) -> Against | None:
        return None if self.line is None or self.hidden else against(self.line, self.before)

    @property
    def values(self) -> dict[str, str]:
        """What stands in the inputs: what was typed, else the line."""
        if self.typed is not None:
            return self.typed
        if self.line is None:
            return dict.fromkeys(("number", "denominator", "nothing", "reason", "note"), "")
        return {
            "number": input_text(self.line.number, self.figure),
            "denominator": "" if self.line.denominator is None else str(self.line.denominator),
            "nothing": "1" if self.line.nothing else "",
            "coverage": self.line.coverage,
            "reason": self.line.reason,
            "note": self.line.note,
        }

    @property
    def coverages(self) -> list[tuple[str, str, bool]]:
        """The coverages to choose from, the present one marked."""
        now = self.values.get("coverage") or (self.line.coverage if self.line is not None else self.coverage)
        return [(key, _(title), key == now) for key, title in rules.COVERAGES.items()]


FIELDS = ("number", "denominator", "nothing", "coverage", "reason", "note")


def shown_rows(actor: Actor, in_return: Return, words: QueryDict | None = None) -> list[FormRow]:
    """The rows as the actor may read them: sensitive ones say nothing to who neither wrote nor decides on them."""
    rows = form_rows(in_return, words)
    if not is_open_to(actor, in_return.organisation):
        for row in rows:
            if row.figure.sensitive:
                row.veil()
    return rows


def form_rows(in_return: Return, words: QueryDict | None = None) -> list[FormRow]:
    """The rows of a return's page, in the round's order."""
    asked = [one for one in in_return.round.figures.all() if one.is_asked_of(in_return.organisation)]
    earlier = checking.before(in_return.organisation, asked)
    coverages = checking.default_coverages(in_return.organisation, [one.figure for one in asked])
    closed = in_return.round.closed_on is not None
    lines: dict[str, Line] = {}
    corrections: dict[str, Line] = {}
    for line in in_return.lines.exclude(state__in=("withdrawn", "corrected")).order_by("entered_on", "id"):
        if line.corrects_id is not None and line.state != "accepted":
            corrections[line.figure] = line
        else:
            lines[line.figure] = line
    rows = []
    for one in asked:
        row = FormRow(
            one,
            coverages[one.figure],
            closed,
            earlier.get(one.figure),
            lines.get(one.figure),
            corrections.get(one.figure),
        )
        if words is not None and row.is_open:
            row.typed = typed_fields(words, row.name)
        rows.append(row)
    return rows


def typed_fields(words: QueryDict, name: str) -> dict[str, str]:
    """What was typed for one figure."""
    return {field: str(words.get(f"{name}:{field}", "")).strip() for field in FIELDS}


def drafts_typed(rows: list[FormRow], checker: Checker) -> list[Draft]:
    """The drafts the page asks for: rows that say something new. What is wrong stands in `row.error`."""
    drafts = []
    for row in rows:
        if row.typed is None:
            continue
        try:
            draft = _draft(row)
            if draft is None or _same(draft, row):
                continue
            for refusal in checker.problems(draft):
                raise refusal
        except Refusal as refusal:
            row.error = said(refusal)
            continue
        drafts.append(draft)
    return drafts


def _draft(row: FormRow) -> Draft | None:
    values = row.typed or {}
    if not any(values[field] for field in ("number", "denominator", "nothing", "reason", "note")):
        if row.line is not None:
            raise Refusal(
                "reports.draft_emptied",
                "“%(title)s”已有草稿：改成 0、勾无此项，或在该行的页面删去草稿",
                title=row.figure.title,
            )
        return None
    title = row.figure.title
    return Draft(
        row.name,
        rules.Amount(
            typed.whole(values["number"], title=title, unit=row.unit, money=row.figure.is_money),
            typed.whole(values["denominator"], title=title, unit=row.unit, money=False),
            bool(values["nothing"]),
        ),
        values["coverage"] if values["coverage"] in rules.COVERAGES else "",
        note=values["note"],
        reason=values["reason"],
    )


def _same(draft: Draft, row: FormRow) -> bool:
    line = row.line
    return (
        line is not None
        and line.state == "draft"
        and (line.amount, line.note, line.reason) == (draft.amount, draft.note, draft.reason)
        and (not draft.coverage or line.coverage == draft.coverage)
    )


def said(refusal: Refusal) -> str:
    """A refusal in the reader's language."""
    return say.text(refusal)


def figure_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Figures to choose from, by title."""
    return sorted(((code, _(FIGURES[code].title)) for code in codes if code in FIGURES), key=lambda pair: pair[1])


def day_or_none(words: Any) -> date | None:
    """A day out of a date input."""
    try:
        return date.fromisoformat(str(words or ""))
    except ValueError:
        return None
