"""A decision told to the person it is about: each step in words, in its numbers, and what came out."""

import ast
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from gonghui.core import money
from gonghui.core.rules.document import Document
from gonghui.core.rules.expressions import SIGNS, Program

WORDS = "min max abs round floor ceil before segments nth and or not if then else yes no comma"
ZH_WORDS = (
    "取小 取大 绝对值 四舍五入 舍去零头 进位取整 此前的 分段 第几项 _且_ _或_ 非_ 若_ _则_ ，否则_ 是 否 ，"  # zh
)
EN_WORDS = "min max abs round floor ceil earlier_ segments item _and_ _or_ not_ if_ _then_ ,_else_ yes no ,_"
ZH, EN = (
    dict(zip(WORDS.split(), (one.replace("_", " ") for one in words.split(" ")), strict=True))
    for words in (ZH_WORDS, EN_WORDS)
)
ABOVE = "{start} 以上 {rate}%", "{rate}% above {start}"  # zh
PRINTED = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}
RANKS: dict[type[ast.AST], tuple[str, int]] = {
    ast.Add: (" + ", 4),
    ast.Sub: (" − ", 4),
    ast.Mult: (" × ", 5),
    ast.Div: (" ÷ ", 5),
}


class Explained(NamedTuple):
    """One step: its name for machines and for people, its formula in words and in numbers, and what came out."""

    name: str
    title: str
    formula: str
    worked: str
    value: str


def shown(name: str, value: Any, words: Mapping[str, str] = ZH) -> str:
    """A value as people read it, by the unit its name ends in: yuan, days of the calendar, yes or no, numbers."""
    if value.__class__ is int and name.endswith("_fen"):
        return money.yuan(value)
    if isinstance(value, bool):
        return words["yes" if value else "no"]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction) and value.denominator == 1:
        value = int(value)
    if name.endswith("_fen") and isinstance(value, int):
        return money.yuan(value)
    if name.endswith("_on") and isinstance(value, int) and 0 < value <= date.max.toordinal():
        return date.fromordinal(value).isoformat()
    return f"{value:,}" if isinstance(value, int) else f"{float(value):g}"


NOW, BEFORE = "now", "before"
Place = tuple[str, str]
"""Where a value goes: as it stands now or stood before, and its name."""
Piece = str | Place


class Writer:
    """The steps of one scheme as sentences with places; filled anew for each decision."""

    def __init__(self, document: Document, program: Program, *, english: bool) -> None:
        self.document, self.english, self.words = document, english, EN if english else ZH
        self.constants = {
            name: shown(name, value, self.words)
            for name, value in document.parameters.items()
            if not isinstance(value, tuple)
        }
        self.units: dict[str, str] = {}
        """What each table of segments is applied to."""
        self.plans: list[tuple[str, str, str, str, tuple[Place, ...]]] = []
        for step in program.steps:
            pieces = self.pieces(step.written, 0, step.name)
            sentence = "".join(one.replace("%", "%%") if isinstance(one, str) else "%s" for one in pieces)
            places = tuple(one for one in pieces if not isinstance(one, str))
            titles = tuple(self.word("before") * (when == BEFORE) + self.title(name) for when, name in places)
            self.plans.append((step.name, self.title(step.name), sentence % titles, sentence, places))

    def explained(
        self, given: Mapping[str, Any], before: Mapping[str, Any], steps: Mapping[str, Any]
    ) -> list[Explained]:
        """Every step with the numbers of this case in it."""
        words = self.words
        now = dict(self.constants)
        for source in (given, steps):
            for name, value in source.items():
                now[name] = shown(name, value, words)
        filled = {NOW: now, BEFORE: {name: shown(name, value, words) for name, value in before.items()}}
        return [
            Explained(
                name, title, formula, sentence % tuple([filled[when][place] for when, place in places]), now[name]
            )
            for name, title, formula, sentence, places in self.plans
        ]

    def formulas(self) -> list[tuple[str, str, str]]:
        """Every step: its name, what people call it, its formula in words."""
        return [(name, title, formula) for name, title, formula, *_ in self.plans]

    def parameter(self, name: str) -> str:
        """A parameter's value in words; segments in the unit of what they are applied to."""
        value = self.document.parameters[name]
        if not isinstance(value, tuple):
            return self.constants[name]
        if isinstance(value[0], tuple):
            return self.word("comma").join(self.segments(self.units.get(name, ""), value))
        return self.word("comma").join(shown(name, one) for one in value)

    def segments(self, unit: str, rows: Any) -> list[str]:
        """From where on which percent."""
        above = ABOVE[self.english]
        return [above.format(start=shown(unit, start), rate=shown("", rate)) for start, rate in rows]

    def title(self, name: str) -> str:
        """What people call it."""
        return self.document.titles.get(name, (name, name))[self.english]

    def word(self, word: str) -> str:
        return self.words[word]

    def pieces(self, node: ast.expr, rank: int, step: str) -> list[Piece]:
        """The expression as texts and places; in brackets where it binds less than what stands around it."""
        found, own = self.unbracketed(node, step)
        return ["(", *found, ")"] if own < rank else found

    def unbracketed(self, node: ast.expr, step: str) -> tuple[list[Piece], int]:
        match node:
            case ast.Constant(value=value):
                return [shown("", value, self.words)], 9
            case ast.Name(id=name):
                return [(NOW, name)], 9
            case ast.BinOp(left=left, op=op, right=right):
                sign, own = RANKS[type(op)]
                return [*self.pieces(left, own, step), sign, *self.pieces(right, own + 1, step)], own
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return ["−", *self.pieces(operand, 6, step)], 6
            case ast.UnaryOp(operand=operand):
                return [self.word("not"), *self.pieces(operand, 4, step)], 3
            case ast.BoolOp(op=op, values=values):
                word, own = ("and", 2) if isinstance(op, ast.And) else ("or", 1)
                return self.listed(values, self.word(word), own + 1, step), own
            case ast.Compare(left=left, ops=ops, comparators=others):
                found = self.pieces(left, 4, step)
                for compare, other in zip(ops, others, strict=True):
                    sign = SIGNS[type(compare)]
                    found += [f" {PRINTED.get(sign, sign)} ", *self.pieces(other, 4, step)]
                return found, 3
            case ast.IfExp(test=test, body=body, orelse=orelse):
                parts = ("if", test), ("then", body), ("else", orelse)
                return [
                    one for word, part in parts for one in (self.word(word), *self.pieces(part, word != "else", step))
                ], 0
            case ast.Call(func=ast.Name(id=name), args=args):
                return self.called(name, args, step), 9
        raise AssertionError(ast.dump(node))  # pragma: no cover

    def called(self, name: str, args: list[ast.expr], step: str) -> list[Piece]:
        match name, args:
            case "before", [ast.Name(id=earlier)]:
                return [(BEFORE, earlier)]
            case "running", [one]:
                return [(BEFORE, step), " + ", *self.pieces(one, 4, step)]
            case "segments", [amount, ast.Name(id=table)]:
                unit = next((one.id for one in ast.walk(amount) if isinstance(one, ast.Name)), "")
                self.units[table] = unit
                parts = self.word("comma").join(self.segments(unit, self.document.parameters[table]))
                return [self.word(name), "(", *self.pieces(amount, 0, step), ": ", parts, ")"]
            case "nth", [ast.Name(id=table), place]:
                values: Any = self.document.parameters[table]
                listed = self.word("comma").join(shown(table, one) for one in values)
                return [self.word(name), "(", *self.pieces(place, 0, step), ": ", listed, ")"]
        return [self.word(name), "(", *self.listed(args, self.word("comma"), 0, step), ")"]

    def listed(self, nodes: list[ast.expr], between: str, rank: int, step: str) -> list[Piece]:
        found: list[Piece] = []
        for number, node in enumerate(nodes):
            found += [between, *self.pieces(node, rank, step)] if number else self.pieces(node, rank, step)
        return found
