"""A scheme read from its text: it decides cases, and any decision can be worked out again from what was kept of it."""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property, lru_cache
from types import FunctionType
from typing import Any, NamedTuple, NoReturn

from gonghui.core.errors import Refusal
from gonghui.core.rules import document as documents
from gonghui.core.rules import expressions
from gonghui.core.rules.document import Document, Example, Input
from gonghui.core.rules.explaining import Explained, Writer, shown
from gonghui.core.rules.expressions import Program
from gonghui.core.rules.refusals import refusal, refuse

Value = int | bool | date
KINDS = {"whole": "int", "yes_no": "bool", "date": "date"}
Compiled = Callable[[Mapping[str, Any], Mapping[str, int], Callable[[str, Any], NoReturn]], tuple[Any, Any]]


class Decision(NamedTuple):
    """One case decided: by which text, from what, as things stood before it, step by step; the last is the result."""

    version: str
    given: Mapping[str, Value]
    before: Mapping[str, int]
    steps: Mapping[str, int]
    result: int

    def kept(self) -> dict[str, Any]:
        """What is stored so that it can be worked out again: numbers, yes or no, days as text."""
        given = {name: one.isoformat() if isinstance(one, date) else one for name, one in self.given.items()}
        return {"version": self.version, "given": given, "before": dict(self.before), "steps": dict(self.steps)}


class Scheme:
    """One dated text, compiled. Make it by `read`."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.program = expressions.read(document)
        self.version = document.version
        self.steps = tuple(step.name for step in self.program.steps)
        self.totals = tuple(self.program.totals)
        self._decide = _compiled(document, self.program)
        for name in document.titles:
            if name not in {*self.steps, *document.inputs, *document.parameters}:
                at = document.text.index("[titles]")
                line, column = documents.place(document.text[at:], name)
                refuse("rules.title_of_nothing", document.text.count("\n", 0, at) + line, column, name=name[:60])
        for example in document.examples:
            self._try(example)

    @property
    def text(self) -> str:
        """The text as it is hashed; reading it again gives the same scheme."""
        return self._document.text

    @property
    def title(self) -> str:
        return self._document.title[0]

    @property
    def title_en(self) -> str:
        return self._document.title[1]

    @property
    def valid_from(self) -> date:
        return self._document.valid_from

    @property
    def source(self) -> str:
        return self._document.source

    @property
    def inputs(self) -> Mapping[str, Input]:
        """What a case must say."""
        return self._document.inputs

    @property
    def parameters(self) -> Mapping[str, documents.Parameter]:
        return self._document.parameters

    @property
    def defaults(self) -> frozenset[str]:
        """The parameters that nobody has vouched for yet."""
        return self._document.defaults

    @property
    def written(self) -> str:
        """The steps as they are written."""
        return self._document.steps

    @cached_property
    def used(self) -> frozenset[str]:
        """The names that steps speak of."""
        nodes = (node for step in self.program.steps for node in ast.walk(step.written))
        return frozenset(node.id for node in nodes if isinstance(node, ast.Name))

    def place(self, name: str) -> tuple[int, int]:
        """Line and column where a name is given its value."""
        return documents.place(self.text, name)

    def titled(self, name: str, *, english: bool = False) -> str:
        """What people call an input, a parameter or a step."""
        return self._writers[english].title(name)

    def in_words(self, *, english: bool = False) -> list[tuple[str, str, str]]:
        """Every step: its name, what people call it, its formula in words."""
        return self._writers[english].formulas()

    def parameter_in_words(self, name: str, *, english: bool = False) -> str:
        """What a parameter is set to, as people read it."""
        return self._writers[english].parameter(name)

    @property
    def examples(self) -> tuple[Example, ...]:
        """The worked examples, all of which come out."""
        return self._document.examples

    def decide(self, given: Mapping[str, Any], before: Mapping[str, int] | None = None) -> Decision:
        """The case decided; `before` holds the person's running totals, nothing where there are none."""
        stood, steps = self._decide(given, before or {}, self._refuse)
        return Decision(self.version, given, stood, steps, steps[self.steps[-1]])

    def decide_all(self, cases: Iterable[Mapping[str, Any]]) -> Iterator[Decision]:
        """A person's cases in order, each on top of those before it."""
        before: dict[str, int] = {}
        for given in cases:
            decision = self.decide(given, before)
            before = self.after(decision)
            yield decision

    def after(self, decision: Decision) -> dict[str, int]:
        """The running totals with this case in them."""
        return {name: decision.steps[name] for name in self.totals}

    def check(self, kept: Mapping[str, Any]) -> Decision:
        """The decision worked out again from what was kept of it, or a refusal naming the step that differs."""
        if kept["version"] != self.version:
            raise refusal("rules.other_version", version=kept["version"][:12])
        days = {name for name, one in self.inputs.items() if one.kind == "date"}
        given = {name: date.fromisoformat(one) if name in days else one for name, one in kept["given"].items()}
        found = self.decide(given, {name: kept["before"][name] for name in self.totals})
        for name in self.steps:
            if found.steps[name] != kept["steps"].get(name):
                raise refusal(
                    "rules.differs", title=self._named(name), kept=kept["steps"].get(name), found=found.steps[name]
                )
        return found

    def explain(self, decision: Decision, *, english: bool = False) -> list[Explained]:
        """The decision line by line: in words, in its numbers, and what came out."""
        return self._writers[english].explained(decision.given, decision.before, decision.steps)

    @cached_property
    def _writers(self) -> tuple[Writer, Writer]:
        return Writer(self._document, self.program, english=False), Writer(self._document, self.program, english=True)

    def _named(self, name: str) -> str:
        return self._document.titles.get(name, (name, name))[0]

    def _refuse(self, name: str, value: Any) -> NoReturn:
        """Say which of what was given cannot be decided on."""
        title = self._named(name)
        if value is None:
            raise refusal("rules.missing", title=title, name=name)
        if name in self.totals and type(value) is int:
            low, high = self.program.totals[name]
            raise refusal(
                "rules.total_range",
                title=title,
                name=name,
                value=shown(name, value),
                low=shown(name, low),
                high=shown(name, high),
            )
        one = self.inputs.get(name)
        if one is None:
            raise refusal("rules.unknown_input", title=title, name=name)
        if type(value).__name__ != KINDS[one.kind]:
            raise refusal("rules.kind", title=title, name=name, value=str(value)[:40])
        least, most = shown(name, one.low), shown(name, one.high)
        raise refusal("rules.range", title=title, name=name, value=shown(name, value), low=least, high=most)

    def _try(self, example: Example) -> None:
        """The example comes out as it says, or the text is refused where it stands."""
        expected: list[tuple[dict[str, Any], dict[str, Any]]] = []
        for case in example.cases:
            given = {name: case[name] for name in case if name in self.inputs}
            wanted = {name: case[name] for name in case if name not in self.inputs}
            if strange := sorted(set(wanted) - set(self.steps)):
                refuse("rules.example_name", example.line, title=example.title, name=strange[0][:60])
            if self.steps[-1] not in wanted:
                refuse("rules.example_result", example.line, title=example.title, name=self.steps[-1])
            expected.append((given, wanted))
        try:
            found = list(self.decide_all(given for given, _ in expected))
        except Refusal as error:
            refuse("rules.example_given", example.line, title=example.title, name=error.params.get("name", ""))
        for number, (decision, (_, wanted)) in enumerate(zip(found, expected, strict=True), 1):
            for name, value in wanted.items():
                if decision.steps[name] != value or type(value) is not type(decision.steps[name]):
                    refuse(
                        "rules.example",
                        example.line,
                        title=example.title,
                        number=number,
                        name=self._named(name),
                        wanted=shown(name, value),
                        found=shown(name, decision.steps[name]),
                    )


class Editions:
    """One scheme through time: the text that holds on a day, and the one a decision of years ago was made by."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.all = tuple(sorted((read(text) for text in texts), key=lambda one: one.valid_from))
        days = [one.valid_from for one in self.all]
        for one, day in zip(self.all[1:], days, strict=False):
            if one.valid_from == day:
                raise refusal("rules.same_day", day=day, title=one.title)

    def on(self, day: date) -> Scheme:
        """The newest that has begun."""
        for one in reversed(self.all):
            if one.valid_from <= day:
                return one
        raise Refusal("schemes.none", "%(day)s 没有有效的参数，请核对日期", day=day)

    def check(self, kept: Mapping[str, Any]) -> Decision:
        """A kept decision worked out again by the text it was made by."""
        for one in self.all:
            if one.version == kept["version"]:
                return one.check(kept)
        raise refusal("rules.other_version", version=kept["version"][:12])


def read(text: str) -> Scheme:
    """The scheme of a text whose worked examples come out, or a refusal with line and column."""
    return _read(documents.canonical(text))


@lru_cache(maxsize=64)
def _read(text: str) -> Scheme:
    return Scheme(documents.read(text))


def _compiled(document: Document, program: Program) -> Compiled:
    """The function of one case. Only names and numbers of our own making are in its text, never what people wrote."""
    body = []
    for name, one in document.inputs.items():
        beyond = f" or not {one.low} <= {name} <= {one.high}" if one.kind == "whole" else ""
        body.append(f"{name} = _given.get('{name}')")
        body.append(f"if _type({name}) is not _{KINDS[one.kind]}{beyond}: _refuse('{name}', {name})")
        if one.kind == "date":
            body.append(f"{name} = {name}.toordinal()")
    body.append(
        f"if _len(_given) != {len(document.inputs)}: _refuse(*_next(n for n in _given.items() if n[0] not in _inputs))"
    )
    for name, (low, high) in program.totals.items():
        then = f"_before_{name}"
        body.append(f"{then} = _before.get('{name}', 0)")
        body.append(f"if _type({then}) is not _int or not {low} <= {then} <= {high}: _refuse('{name}', {then})")
    for line in program.lines:
        body.append(f"{line.name} = " + (f"_before_{line.name} + {line.python}" if line.running else line.python))
        if line.running:
            body.append(
                f"if not {line.running[0]} <= {line.name} <= {line.running[1]}: _refuse('{line.name}', {line.name})"
            )
    stood = ", ".join(f"'{name}': _before_{name}" for name in dict.fromkeys((*program.totals, *program.befores)))
    steps = ", ".join(f"'{step.name}': {step.name}" for step in program.steps)
    body.append(f"return {{{stood}}}, {{{steps}}}")
    source = "def decide(_given, _before, _refuse):\n    " + "\n    ".join(body) + "\n"
    (code,) = (
        one for one in compile(source, f"<scheme {document.version[:12]}>", "exec").co_consts if hasattr(one, "co_code")
    )
    known = {"_int": int, "_bool": bool, "_date": date, "_type": type, "_len": len, "_next": next}
    return FunctionType(code, {**known, "_inputs": frozenset(document.inputs), "__builtins__": {}})
