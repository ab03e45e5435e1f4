"""The steps of a scheme, read against a whitelist and written down in Python and in SQL.

A step is a name and a small expression over inputs, parameters and earlier steps. Inside a step fractions are exact;
the step itself is whole, rounded half up, away from nothing. `running(x)` is the sum of x over a person's cases so far,
this one with it; `before(step)` is an earlier step as it stood before this case.
"""

import ast
import difflib
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any, NoReturn

from gonghui.core.rules import terms
from gonghui.core.rules.document import FUNCTIONS, LONGEST_NAME, NAME, RESERVED, Document
from gonghui.core.rules.refusals import refuse
from gonghui.core.rules.terms import Atom, Term, Truth

CASES = 10_000
"""So many cases of one person a running total has room for."""
MOST_STEPS, DEEPEST, MOST_NODES = 100, 40, 5_000
SIGNS: dict[type[ast.AST], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
LEAST = {"max": 2, "min": 2}
ARGUMENTS = {"abs": 1, "round": 1, "floor": 1, "ceil": 1, "segments": 2, "nth": 2, "running": 1, "before": 1}


@dataclass(frozen=True)
class Line:
    """One assignment in both languages; `running` ones sum what `sql` says over the cases so far."""

    name: str
    python: str
    sql: str
    running: tuple[int, int] | None = None
    """The least and the most a running total may be."""


@dataclass(frozen=True)
class Step:
    """A step as people wrote it: its expression, and whether it says yes or no."""

    name: str
    written: ast.expr
    is_truth: bool


@dataclass
class Program:
    """All steps, written down; `totals` are carried from case to case, `befores` are asked for by before()."""

    steps: list[Step] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    totals: dict[str, tuple[int, int]] = field(default_factory=dict)
    befores: list[str] = field(default_factory=list)


def read(document: Document) -> Program:
    """The steps of a document, or a refusal with the line and column of the text."""
    return _Reader(document).program()


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document, self.made = document, Program()
        self.known: dict[str, Term | Truth] = {
            name: Truth(name, f'"{name}"', True)
            if one.kind == "yes_no"
            else Term(Atom(name, f'"{name}"', one.low, one.high, True))
            for name, one in document.inputs.items()
        }
        self.defined: dict[str, ast.expr] = {}
        self.past: dict[str, Term | Truth] = {}
        self.asked: ast.Call | None = None
        """The before() being answered, in which names mean what they meant before this case."""
        self.lines = document.steps.split("\n")

    # Places -----------------------------------------------------------------------------------------------------

    def no(self, node: ast.AST, code: str, **params: object) -> NoReturn:
        """Refuse what stands there; ast counts lines from 1 and columns in bytes from 0."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        written = self.lines[line - 1].encode()[:column].decode(errors="replace") if line <= len(self.lines) else ""
        refuse(code, self.document.line + line - 1, len(written) + 1, **params)

    def program(self) -> Program:
        statements = self.parse()
        if len(statements) > MOST_STEPS:
            self.no(statements[MOST_STEPS], "rules.too_many", most=MOST_STEPS)
        for statement in statements:
            self.step(statement)
        if self.made.steps[-1].is_truth:
            self.no(statements[-1], "rules.last_step")
        return self.made

    def parse(self) -> list[ast.stmt]:
        try:
            tree = ast.parse(self.document.steps)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1
            refuse("rules.syntax", self.document.line + line - 1, column)
        if not tree.body:
            self.no(tree, "rules.no_steps")
        self.measure(tree)
        return tree.body

    def measure(self, tree: ast.AST) -> None:
        """Refuse what is nested deeper, or longer, than anybody can read."""
        level, count = [(one, one) for one in ast.iter_child_nodes(tree)], 0
        for depth in range(DEEPEST + 1):
            count += len(level)
            if level and (depth == DEEPEST or count > MOST_NODES):
                self.no(level[0][1], "rules.too_deep")
            level = [
                (inner, inner if hasattr(inner, "lineno") else place)
                for one, place in level
                for inner in ast.iter_child_nodes(one)
            ]

    # Steps ------------------------------------------------------------------------------------------------------

    def step(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self.check_name(statement, name)
            case _:
                self.no(statement, "rules.not_a_step")
        match value:
            case ast.Call(func=ast.Name(id="running")):
                found: Term | Truth = self.running(name, value)
            case _:
                found = self.keep_step(name, value)
        self.known[name], self.defined[name] = found, value
        self.made.steps.append(Step(name, value, isinstance(found, Truth)))

    def check_name(self, node: ast.AST, name: str) -> None:
        if not NAME.match(name) or len(name) > LONGEST_NAME or name in RESERVED:
            self.no(node, "rules.name", name=name)
        if name in self.known or name in self.document.parameters:
            self.no(node, "rules.twice", name=name)

    def keep_step(self, name: str, node: ast.expr) -> Term | Truth:
        """The step under its name, whole."""
        found = self.guarded(node)
        if isinstance(found, Truth):
            self.made.lines.append(Line(name, found.python, found.sql))
            return Truth(name, f'"{name}"', True)
        try:
            atom = terms.rounded(found, self.keep)
        except terms.TooLarge:
            self.too_large(node)
        self.made.lines.append(Line(name, atom.python, atom.sql))
        return Term(Atom(name, f'"{name}"', atom.low, atom.high, True))

    def running(self, name: str, call: ast.Call) -> Term:
        (argument,) = self.arguments(call, 1)
        try:
            one = terms.rounded(self.number(argument), self.keep)
            low, high = (terms.whole(end * CASES).low for end in (min(one.low, 0), max(one.high, 0)))
        except terms.TooLarge:
            self.too_large(call)
        self.made.totals[name] = (low, high)
        self.made.lines.append(Line(name, one.python, one.sql, (low, high)))
        self.past[name] = Term(Atom(f"_before_{name}", f'"_before_{name}"', low, high, True))
        return Term(Atom(name, f'"{name}"', low, high, True))

    def keep(self, atom: Atom) -> Atom:
        """The number under a name of its own, unless it is one already."""
        if atom.is_plain:
            return atom
        name = f"_{len(self.made.lines)}"
        self.made.lines.append(Line(name, atom.python, atom.sql))
        return Atom(name, f'"{name}"', atom.low, atom.high, True)

    # Expressions ------------------------------------------------------------------------------------------------

    def guarded(self, node: ast.expr) -> Term | Truth:
        """What the expression is; what could pass 64 bits or be divided by nothing is refused where it stands."""
        try:
            return self.expression(node)
        except terms.TooLarge:
            self.too_large(node)
        except terms.NoDivisor:
            self.no(getattr(node, "right", node), "rules.no_divisor")

    def too_large(self, node: ast.AST) -> NoReturn:
        self.no(node, "rules.too_large")

    def expression(self, node: ast.expr) -> Term | Truth:
        match node:
            case ast.Constant(value=bool(value)):
                return Truth(str(value), str(value).lower(), True)
            case ast.Constant(value=int(value)):
                return terms.exact(value)
            case ast.Constant(value=float()):
                self.no(node, "rules.decimal")
            case ast.Name(id=name):
                return self.named(node, name)
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() as op, right=right):
                return self.calculated(op, self.number(left), self.number(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return terms.negative(self.number(operand))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                one = self.truth(operand)
                return Truth(f"(not {one.python})", f"(not {one.sql})")
            case ast.BoolOp(op=op, values=values):
                return self.joined("and" if isinstance(op, ast.And) else "or", [self.truth(one) for one in values])
            case ast.Compare():
                return self.compared(node)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return terms.either(self.truth(test), self.number(body), self.number(orelse), self.keep)
            case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
                return self.called(node, name)
            case ast.Call(func=ast.Name(id=name)):
                self.unknown(node, name, list(FUNCTIONS))
        self.no(node, "rules.not_allowed", functions=" ".join(FUNCTIONS))

    def number(self, node: ast.expr) -> Term:
        found = self.guarded(node)
        if isinstance(found, Truth):
            self.no(node, "rules.not_a_number")
        return found

    def truth(self, node: ast.expr) -> Truth:
        found = self.guarded(node)
        if isinstance(found, Term):
            self.no(node, "rules.not_a_truth")
        return found

    def calculated(self, op: ast.operator, one: Term, other: Term) -> Term:
        match op:
            case ast.Add():
                return terms.add(one, other, self.keep)
            case ast.Sub():
                return terms.subtract(one, other, self.keep)
            case ast.Mult():
                return terms.multiply(one, other)
        return terms.divide(one, other, self.keep)

    def joined(self, word: str, parts: list[Truth]) -> Truth:
        python, sql = (f" {word} ".join(texts) for texts in zip(*((one.python, one.sql) for one in parts), strict=True))
        return Truth(f"({python})", f"({sql})")

    def compared(self, node: ast.Compare) -> Truth:
        parts = [self.number(one) for one in (node.left, *node.comparators)]
        parts = [Term(self.keep(one.above), one.below) for one in parts]
        found = []
        for one, op, other in zip(parts, node.ops, parts[1:], strict=False):
            if type(op) not in SIGNS:
                self.no(node, "rules.not_allowed", functions=" ".join(FUNCTIONS))
            found.append(terms.compare(one, SIGNS[type(op)], other, self.keep))
        return found[0] if len(found) == 1 else self.joined("and", found)

    # Names ------------------------------------------------------------------------------------------------------

    def named(self, node: ast.expr, name: str) -> Term | Truth:
        if name in self.document.parameters:
            return self.parameter(node, name)
        if name not in self.known:
            self.unknown(node, name, [*self.known, *self.document.parameters])
        if self.asked is None:
            return self.known[name]
        if name in self.past:
            return self.past[name]
        if name in self.document.inputs:
            self.no(self.asked, "rules.before_input", name=name)
        return self.stood_before(name)

    def stood_before(self, name: str) -> Term | Truth:
        """The step worked out anew from the running totals as they were."""
        found = self.keep_step(f"_before_{name}", self.defined[name])
        self.past[name] = found
        return found

    def parameter(self, node: ast.expr, name: str) -> Term:
        match self.document.parameters[name]:
            case Fraction() as value:
                return terms.exact(value)
            case date() as day:
                return terms.exact(day.toordinal())
        self.no(node, "rules.is_a_table", name=name)

    def table(self, node: ast.expr, *, segments: bool) -> Any:
        match node:
            case ast.Name(id=name) if name in self.document.parameters:
                found = self.document.parameters[name]
                if isinstance(found, tuple) and isinstance(found[0], tuple) is segments:
                    return found
            case ast.Name(id=name) if name not in self.known:
                self.unknown(node, name, list(self.document.parameters))
        if segments:
            self.no(node, "rules.not_a_table")
        self.no(node, "rules.not_a_list")

    def unknown(self, node: ast.AST, name: str, among: list[str]) -> NoReturn:
        near = difflib.get_close_matches(name, among, 1)
        if near:
            self.no(node, "rules.unknown_name", name=name[:60], near=near[0])
        self.no(node, "rules.unknown_name_alone", name=name[:60])

    # Functions --------------------------------------------------------------------------------------------------

    def arguments(self, node: ast.Call, count: int, least: int = 0) -> list[ast.expr]:
        if node.keywords or any(isinstance(one, ast.Starred) for one in node.args):
            self.no(node, "rules.arguments")
        if len(node.args) < least or (count and len(node.args) != count):
            self.no(node, "rules.arguments_many", count=count or least, found=len(node.args))
        return node.args

    def called(self, node: ast.Call, name: str) -> Term | Truth:
        nodes = self.arguments(node, ARGUMENTS.get(name, 0), LEAST.get(name, 0))
        match name:
            case "min" | "max":
                found, *others = (self.number(one) for one in nodes)
                for other in others:
                    found = terms.extreme(found, other, self.keep, most=name == "max")
                return found
            case "abs":
                one = self.number(nodes[0])
                return terms.extreme(one, terms.negative(one), self.keep, most=True)
            case "round":
                return Term(terms.rounded(self.number(nodes[0]), self.keep))
            case "floor":
                return Term(terms.floor(self.number(nodes[0]), self.keep))
            case "ceil":
                return terms.negative(Term(terms.floor(terms.negative(self.number(nodes[0])), self.keep)))
            case "segments":
                return self.segments(node, self.number(nodes[0]), self.table(nodes[1], segments=True))
            case "nth":
                return self.nth(node, self.table(nodes[0], segments=False), self.number(nodes[1]))
            case "before":
                return self.before(node, nodes[0])
        self.no(node, "rules.running_inside")

    def segments(self, node: ast.Call, amount: Term, rows: tuple[tuple[int, Fraction], ...]) -> Term:
        """Each part of the amount at the percent of its segment, exact."""
        below = amount.below.low
        if below != amount.below.high:
            self.no(node.args[0], "rules.own_step")
        scale = lcm(*(percent.denominator for _, percent in rows))
        whole = [(start * below, int(percent * scale)) for start, percent in rows]
        return Term(terms.segments(self.keep(amount.above), whole), terms.whole(100 * scale * below))

    def nth(self, node: ast.Call, values: tuple[Fraction, ...], place: Term) -> Term:
        """That one of a list, the first being 1."""
        at = self.keep(terms.rounded(place, self.keep))
        if at.low < 1 or at.high > len(values):
            self.no(node.args[1], "rules.nth_range", length=len(values), low=at.low, high=at.high)
        scale = lcm(*(value.denominator for value in values))
        return Term(terms.nth(at, [int(value * scale) for value in values]), terms.whole(scale))

    def before(self, node: ast.Call, argument: ast.expr) -> Term | Truth:
        match argument:
            case ast.Name(id=name) if name in self.defined and self.asked is None:
                self.asked = node
                found = self.named(argument, name)
                self.asked = None
                if name not in self.made.befores:
                    self.made.befores.append(name)
                return found
        self.no(argument, "rules.before_step")
