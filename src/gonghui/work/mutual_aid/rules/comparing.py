"""Two texts of a plan side by side: which parameters, inputs, steps and examples differ."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from gonghui.core.rules import Scheme

Line = tuple[str, str]
"""A line of a text with its mark: taken out (`-`), put in (`+`), or in both (a blank)."""


MOST_PAIRS = 1_000_000
"""So many pairs of lines are compared at most."""


@dataclass(frozen=True)
class Change:
    """What is called so was this and is that, in words; empty where it is not in the text."""

    name: str
    title: str
    old: str
    new: str
    is_default: bool


@dataclass(frozen=True)
class Changes:
    """How one text differs from another."""

    parameters: list[Change]
    inputs: list[Change]
    steps: list[Line]
    examples: list[tuple[str, str]]
    """Titles of worked examples that were put in (`+`), taken out (`-`) or changed (`~`)."""
    text: list[Line]

    @property
    def none(self) -> bool:
        """Whether the texts say the same but for the day from which they hold."""
        return not [line for mark, line in self.text if mark != " " and not line.startswith("valid_from")]

    @property
    def steps_differ(self) -> bool:
        return any(mark != " " for mark, _ in self.steps)


def changes(old: Scheme, new: Scheme, *, english: bool = False) -> Changes:
    """What the new text says otherwise than the old one."""
    before, after = _examples(old, english), _examples(new, english)
    return Changes(
        parameters=list(_parameters(old, new, english)),
        inputs=list(_inputs(old, new, english)),
        steps=list(lines(old.written, new.written)),
        examples=[
            (title, "+" if title not in before else "-" if title not in after else "~")
            for title in dict.fromkeys((*before, *after))
            if before.get(title) != after.get(title)
        ],
        text=list(lines(old.text, new.text)),
    )


def lines(old: str, new: str) -> Iterator[Line]:
    """The lines of both texts, marked. Where there is too much between the same beginning and end it is not aligned."""
    before, after = old.strip("\n").split("\n"), new.strip("\n").split("\n")
    head = _same(before, after)
    tail = _same(before[head:][::-1], after[head:][::-1])
    yield from ((" ", line) for line in before[:head])
    yield from _aligned(before[head : len(before) - tail], after[head : len(after) - tail])
    yield from ((" ", line) for line in before[len(before) - tail :])


def _same(one: Sequence[str], other: Sequence[str]) -> int:
    """With how many lines both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))


def _aligned(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    if len(before) * len(after) > MOST_PAIRS:
        yield from (("-", line) for line in before)
        yield from (("+", line) for line in after)
        return
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            yield from ((" ", line) for line in before[a:b])
            continue
        yield from (("-", line) for line in before[a:b])
        yield from (("+", line) for line in after[c:d])


def _parameters(old: Scheme, new: Scheme, english: bool) -> Iterator[Change]:
    for name in dict.fromkeys((*new.parameters, *old.parameters)):
        was, now = (
            one.parameter_in_words(name, english=english) if name in one.parameters else "" for one in (old, new)
        )
        same = old.parameters.get(name) == new.parameters.get(name)
        if not same or (name in old.defaults) != (name in new.defaults):
            told = new if name in new.parameters else old
            yield Change(name, told.titled(name, english=english), was, now, name in told.defaults)


def _inputs(old: Scheme, new: Scheme, english: bool) -> Iterator[Change]:
    for name in dict.fromkeys((*new.inputs, *old.inputs)):
        if old.inputs.get(name) != new.inputs.get(name):
            was, now = (
                f"{one.inputs[name].low:,} … {one.inputs[name].high:,}" if name in one.inputs else ""
                for one in (old, new)
            )
            yield Change(name, (new if name in new.inputs else old).titled(name, english=english), was, now, False)


def _examples(scheme: Scheme, english: bool) -> dict[str, tuple[dict[str, object], ...]]:
    return {(one.title_en if english else one.title): one.cases for one in scheme.examples}
