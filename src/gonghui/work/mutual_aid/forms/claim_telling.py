"""What a claim says and how it was decided, as officials and its member both read it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from gonghui.core import money
from gonghui.work.mutual_aid.flow import CLAIM_FLOW
from gonghui.work.mutual_aid.forms.telling import is_english
from gonghui.work.mutual_aid.models import Claim
from gonghui.work.mutual_aid.rules import claims as rules


def inputs_of(found: Claim, said: Mapping[str, Any], *, english: bool) -> list[tuple[str, Any]]:
    """What the text was given, each under its title."""
    scheme = found.edition.scheme
    return [(scheme.titled(name, english=english), shown_value(name, one)) for name, one in said["inputs"].items()]


def shown_value(name: str, value: Any) -> Any:
    """A yes, an amount in yuan, a day or a number as a page shows it."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if name.endswith("_fen"):
        return money.yuan(value)
    return value


def listed(materials: Sequence[str]) -> str:
    """Papers by name, as a sentence lists them."""
    return (", " if is_english() else "、").join(_(rules.MATERIALS[one]) for one in materials)


def told_line(line: dict[str, Any]) -> dict[str, Any]:
    """Somebody's words with the step's name."""
    titles = {"admit_late": _("同意逾期受理"), "mend": _("改正所填内容"), "fail": _("付款未成")}
    step = line["step"]
    title = titles.get(step) or _(CLAIM_FLOW.steps[step].title)
    items = listed(line.get("items", ()))
    return {"title": title, "on": date.fromisoformat(line["on"]), "words": line["words"], "items": items}


def lines_of(found: Claim, *, english: bool) -> list[Any]:
    """The decision told line by line, worked out again from what was kept of it."""
    kept = found.computed
    if kept is None:
        return []
    scheme = found.edition.scheme
    decision = scheme.check({name: kept[name] for name in ("version", "given", "before", "steps")})
    return scheme.explain(decision, english=english)
