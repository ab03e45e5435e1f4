"""A scheme's text: what stands in it, and where. Lines and columns count from 1, columns in characters.

```toml
title = "住院津贴"
valid_from = 2011-01-01
source = "…"
steps = '''
over_days = max(stay_days - free_days, 0)
pays_fen = over_days * daily_fen * shares
'''
[inputs]                  # [least, most], "date" or "yes_no"
stay_days = [1, 3660]
shares = [1, 10]
[parameters.certain]      # published: whole numbers, decimals as text, days, lists, segments as [[from, percent], …]
daily_fen = 4_000
[parameters.default]      # set here until somebody knows better
free_days = 3
[titles]                  # Chinese, or Chinese and English
pays_fen = ["应付", "To pay"]
[[examples]]              # a person's cases in order; what is not an input is what must come out
title = "…"
cases = [{ stay_days = 17, shares = 1, pays_fen = 56_000 }]
```
"""

import hashlib
import keyword
import re
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, NoReturn

from gonghui.core.rules.refusals import refuse

LONGEST = 100_000
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
FUNCTIONS = ("min", "max", "abs", "round", "floor", "ceil", "segments", "nth", "running", "before")
RESERVED = frozenset({*FUNCTIONS, "refused"})
LONGEST_NAME = 40
KEYS = {"title", "title_en", "valid_from", "source", "steps", "inputs", "parameters", "titles", "examples"}
CERTAINTIES = ("certain", "default")
DAYS = (1, date.max.toordinal())
_STEPS = re.compile(r"^steps\s*=\s*'''\n?", re.MULTILINE)
_TOLD = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)\Z", re.DOTALL)

Segments = tuple[tuple[int, Fraction], ...]
Parameter = Fraction | date | tuple[Fraction, ...] | Segments
"""A number, a day, a list, or segments: from where on which percent."""


@dataclass(frozen=True)
class Input:
    """A number between two others; a day as its number in the calendar; yes or no."""

    name: str
    kind: str
    low: int
    high: int


@dataclass(frozen=True)
class Example:
    """A person's cases in order, each with what is given and what must come out."""

    title: str
    title_en: str
    line: int
    cases: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Document:
    """What one text says; `line` and `column` are where its steps begin."""

    text: str
    title: tuple[str, str]
    valid_from: date
    source: str
    steps: str
    line: int
    inputs: dict[str, Input]
    parameters: dict[str, Parameter]
    defaults: frozenset[str]
    titles: dict[str, tuple[str, str]]
    examples: tuple[Example, ...]

    @property
    def version(self) -> str:
        """The hash of the text: the same text is the same scheme."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def canonical(text: str) -> str:
    """The text as it is hashed: one kind of line end, no blanks behind lines, one line end at the end."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip(" \t") for line in lines).strip("\n") + "\n"


def place(text: str, name: str) -> tuple[int, int]:
    """Where a key is given its value, line and column; the beginning where it is not."""
    found = re.search(rf"^[ \t]*(\[+(?:[\w.]*\.)?)?({re.escape(name)})\s*[\]=.]", text, re.MULTILINE)
    if found is None:
        return 1, 1
    before = text[: found.start(2)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def read(text: str) -> Document:
    """What the text says, or a refusal with line and column."""
    text = canonical(text)
    if len(text) > LONGEST:
        refuse("rules.too_long", line=text.count("\n"), length=len(text), longest=LONGEST)
    return _Reader(text, _toml(text)).document()


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        told = _TOLD.match(str(error))
        line, column = (int(told[2]), int(told[3])) if told and told[2] else (text.count("\n"), 1)
        refuse("rules.toml", line, column, why=told[1] if told else "")


class _Reader:
    """Turns what TOML holds into what a scheme needs, key by key."""

    def __init__(self, text: str, top: dict[str, Any]) -> None:
        self.text, self.top = text, top

    def document(self) -> Document:
        if unknown := sorted(set(self.top) - KEYS):
            self._no(unknown[0], "rules.unknown_key", allowed="、".join(sorted(KEYS)))
        titles, line = self._titles(), self._steps_line()
        inputs, parameters = self._inputs(), self._parameters()
        if twice := sorted(set(inputs) & set(parameters)):
            self._no(twice[0], "rules.twice")
        return Document(
            text=self.text,
            title=(self._expect("title", str), str(self.top.get("title_en", self.top["title"]))),
            valid_from=self._expect("valid_from", date),
            source=self._expect("source", str),
            steps=self.top["steps"],
            line=line,
            inputs=inputs,
            parameters=parameters,
            defaults=frozenset(self._table("parameters").get("default", {})),
            titles=titles,
            examples=self._examples(),
        )

    def _no(self, name: str, code: str, **params: object) -> NoReturn:
        line, column = place(self.text, name)
        refuse(code, line, column, name=name, **params)

    def _expect(self, name: str, kind: type) -> Any:
        found = self.top.get(name)
        if type(found) is not kind or not found:
            refuse(f"rules.no_{name}", *(place(self.text, name) if name in self.top else (1, 1)))
        return found

    def _table(self, name: str) -> dict[str, Any]:
        found = self.top.get(name, {})
        if not isinstance(found, dict):
            self._no(name, "rules.table")
        return found

    def _steps_line(self) -> int:
        steps = self._expect("steps", str)
        for found in _STEPS.finditer(self.text):
            if self.text.startswith(steps, found.end()):
                return self.text.count("\n", 0, found.end()) + 1
        self._no("steps", "rules.steps_quotes")

    def name(self, name: str) -> str:
        """A name as it may be used in a step."""
        if not NAME.match(name) or len(name) > LONGEST_NAME or keyword.iskeyword(name) or name in RESERVED:
            self._no(name, "rules.name")
        return name

    def _inputs(self) -> dict[str, Input]:
        return {self.name(name): self._input(name, value) for name, value in self._table("inputs").items()}

    def _input(self, name: str, value: Any) -> Input:
        match value:
            case "yes_no":
                return Input(name, "yes_no", 0, 1)
            case "date":
                return Input(name, "date", *DAYS)
            case [int(low), int(high)] if bool not in (type(low), type(high)) and -(2**62) < low <= high < 2**62:
                return Input(name, "whole", low, high)
        self._no(name, "rules.input")

    def _parameters(self) -> dict[str, Parameter]:
        table = self._table("parameters")
        if unknown := sorted(set(table) - set(CERTAINTIES)):
            self._no(unknown[0], "rules.certainty")
        found: dict[str, Parameter] = {}
        for certainty in CERTAINTIES:
            for name, value in table.get(certainty, {}).items():
                if name in found:
                    self._no(name, "rules.twice")
                found[self.name(name)] = self._parameter(name, value)
        return found

    def _parameter(self, name: str, value: Any) -> Parameter:
        if type(value) is date:
            return value
        if not isinstance(value, list):
            return self._number(name, value)
        if value and all(isinstance(row, list) and len(row) == 2 for row in value):
            rows = tuple((self._number(name, first), self._number(name, rate)) for first, rate in value)
            starts = [int(first) for first, _ in rows if first.denominator == 1]
            if len(starts) == len(rows) and sorted(set(starts)) == starts:
                return tuple(zip(starts, (rate for _, rate in rows), strict=True))
            self._no(name, "rules.segments_order")
        if value:
            return tuple(self._number(name, one) for one in value)
        self._no(name, "rules.empty")

    def _number(self, name: str, value: Any) -> Fraction:
        if type(value) is int:
            return Fraction(value)
        if isinstance(value, str) and re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", value, re.ASCII):
            try:
                return Fraction(Decimal(value))
            except InvalidOperation:  # pragma: no cover
                pass
        self._no(name, "rules.number", value=str(value)[:40])

    def _titles(self) -> dict[str, tuple[str, str]]:
        found = {}
        for name, value in self._table("titles").items():
            match value:
                case str(chinese):
                    found[name] = (chinese, name)
                case [str(chinese), str(english)]:
                    found[name] = (chinese, english)
                case _:
                    self._no(name, "rules.titles")
        return found

    def _examples(self) -> tuple[Example, ...]:
        rows = self.top.get("examples", [])
        starts = [
            self.text.count("\n", 0, one.start()) + 1 for one in re.finditer(r"^\[\[examples\]\]", self.text, re.M)
        ]
        if not isinstance(rows, list) or not rows or len(rows) != len(starts):
            self._no("examples", "rules.no_examples")
        return tuple(self._example(row, line) for row, line in zip(rows, starts, strict=True))

    def _example(self, row: Any, line: int) -> Example:
        match row:
            case {"title": str(title), "cases": [_, *_] as cases, **rest} if set(rest) <= {"title_en"}:
                if all(isinstance(case, dict) for case in cases):
                    return Example(title, str(rest.get("title_en", title)), line, tuple(cases))
        refuse("rules.example_shape", line)
