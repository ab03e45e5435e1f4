"""A text tried out: its worked examples as they come out, and a case typed by hand, told line by line."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from gonghui.core.errors import Refusal
from gonghui.core.rules import Explained, Scheme
from gonghui.core.rules.explaining import EN, ZH, shown
from gonghui.web.console import ConsoleRequest
from gonghui.work.mutual_aid.forms.cases import CaseForm, first_case


@dataclass(frozen=True)
class Told:
    """One case decided: what was given in words, every step, what came out."""

    given: list[tuple[str, str]]
    steps: list[Explained]

    @property
    def result(self) -> Explained:
        """The last step."""
        return self.steps[-1]


@dataclass(frozen=True)
class Tried:
    """The form of a case, and what came out of it or why nothing did."""

    form: CaseForm
    told: Told | None = None
    refusal: Refusal | None = None


def _told(scheme: Scheme, given: dict[str, Any], before: dict[str, int], english: bool) -> Told:
    decision = scheme.decide(given, before)
    words = EN if english else ZH
    names = [(scheme.titled(name, english=english), shown(name, value, words)) for name, value in given.items()]
    return Told(names, scheme.explain(decision, english=english))


def examples_of(scheme: Scheme) -> list[tuple[str, list[Told]]]:
    """Every worked example with its cases, each on top of those before it."""
    english = (get_language() or "").startswith("en")
    found = []
    for example in scheme.examples:
        before: dict[str, int] = {}
        cases = []
        for case in example.cases:
            given = {name: case[name] for name in scheme.inputs}
            cases.append(_told(scheme, given, before, english))
            before = scheme.after(scheme.decide(given, before))
        found.append((example.title_en if english else example.title, cases))
    return found


def trial_of(request: ConsoleRequest, scheme: Scheme) -> Tried:
    """The case that was typed, decided; or the form with the first worked example in it."""
    english = (get_language() or "").startswith("en")
    if request.method != "POST" or request.POST.get("step") != "try":
        return Tried(CaseForm(scheme, english=english, initial=first_case(scheme)))
    form = CaseForm(scheme, request.POST, english=english)
    if not form.is_valid():
        return Tried(form)
    try:
        return Tried(form, _told(scheme, *form.case, english))
    except Refusal as refusal:
        return Tried(form, refusal=refusal)
