"""What officials and members are both told of texts and letters, in the reader's language."""

from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gonghui.core.rules import Scheme
from gonghui.work.mutual_aid.actions.letters import Letter
from gonghui.work.mutual_aid.rules.drafts import read_by_work

BENEFITS = {
    "outpatient": gettext_lazy("门诊"),
    "emergency": gettext_lazy("急诊"),
    "inpatient": gettext_lazy("住院"),
    "special_outpatient": gettext_lazy("门诊特殊病"),
}


def is_english() -> bool:
    """Whether the reader reads English."""
    return (get_language() or "").startswith("en")


def parameters_of(scheme: Scheme) -> list[dict[str, Any]]:
    """The parameters as people read them, and whether anybody vouched for them."""
    english, others = is_english(), set(read_by_work(scheme))
    return [
        {
            "name": name,
            "title": scheme.titled(name, english=english),
            "value": scheme.parameter_in_words(name, english=english),
            "unit": _("元") if name.endswith("_fen") else "",
            "is_default": name in scheme.defaults,
            "is_for_work": name in others,
        }
        for name in scheme.parameters
    ]


def told(letter: Letter) -> dict[str, Any]:
    """A letter as its template shows it."""
    return {"letter": letter, "lines": letter.lines(english=is_english()), "benefit": BENEFITS[letter.benefit]}
