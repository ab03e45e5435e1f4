"""Filters and tags for amounts, days, states and what was typed."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from gonghui.core import clock
from gonghui.core.errors import Refusal
from gonghui.web import once as once_keys
from gonghui.web import say

register = template.Library()

KINDS = {
    "draft": "",
    "submitted": "wait",
    "accepted": "ok",
    "refused": "late",
    "withdrawn": "",
    "corrected": "go",
    "outlined": "",
    "collecting": "go",
    "signed": "go",
    "circulated": "wait",
    "revised": "go",
    "approved": "wait",
    "filed": "ok",
    "published": "ok",
    "prospect": "",
    "preparing": "go",
    "elected": "wait",
    "established": "ok",
    "verified": "ok",
    "renewed": "ok",
    "due": "wait",
    "lapsed": "late",
    "rejected": "late",
    "on_post": "ok",
    "leave": "wait",
    "seconded": "wait",
    "hired": "go",
}


@register.filter
def grouped(number: int | None) -> str:
    """A whole number with its thousands parted: 2,060,012."""
    return "" if number is None else f"{number:,}"


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as yuan with two places, thousands parted: 3,961,284.50."""
    if fen is None:
        return ""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"


@register.filter
def fen(amount: int | None) -> str:
    """Fen as an amount with its unit: 3,961,284.50 元."""
    return "" if amount is None else gettext("%(yuan)s 元") % {"yuan": yuan(amount)}


@register.filter
def cnday(day: date | datetime | None) -> str:
    """A day as people write it in the reader's language."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = timezone.localtime(day).date()
    return say.day(day)


@register.filter
def moment(instant: datetime | None) -> str:
    """A day and the time of the day."""
    if instant is None:
        return ""
    local = timezone.localtime(instant)
    return f"{say.day(local.date())} {local:%H:%M}"


@register.filter
def left(due: date | None) -> str:
    """What is left until a due day."""
    return "" if due is None else say.left(due, today=clock.today())


@register.filter
def is_late(due: date | None) -> bool:
    """Whether a due day has passed."""
    return due is not None and due < clock.today()


@register.filter
def spent(seconds: int | None) -> str:
    """A length of time in words."""
    return "" if seconds is None else say.spent(seconds)


@register.filter
def listed(words: Iterable[str]) -> str:
    """Words one after another, parted as the reader's language does."""
    return say.listed(words)


@register.filter
def said(refusal: Refusal | str | None) -> str:
    """A refusal, or a bare Chinese string of a rule, in the reader's language."""
    if refusal is None or refusal == "":
        return ""
    return say.text(refusal) if isinstance(refusal, Refusal) else gettext(str(refusal))


@register.inclusion_tag("parts/state.html")
def state(thing: Any, kind: str | None = None) -> dict[str, str]:
    """A dot and the word of the state `thing` is in; a bare string is the word itself."""
    if isinstance(thing, str | Promise):
        return {"word": gettext(str(thing)) if thing else "", "kind": kind or ""}
    code = str(thing.state)
    flow = getattr(thing, "FLOW", None) or getattr(thing, "flow", None)
    states = getattr(flow, "states", {}) or {}
    word = getattr(thing, "state_title", None) or states.get(code)
    if not word:
        shown = getattr(thing, "get_state_display", None)
        word = shown() if shown else code
    if kind is None:
        kind = getattr(thing, "state_kind", None)
    return {"word": gettext(str(word)), "kind": KINDS.get(code, "") if kind is None else kind}


@register.simple_tag
def once() -> SafeString:
    """The hidden field by which a form sent twice acts once."""
    return format_html('<input type="hidden" name="{}" value="{}">', once_keys.FIELD, once_keys.fresh_key())


@register.inclusion_tag("parts/bar.html")
def bar(percent: float, label: str = "") -> dict[str, object]:
    """A bar drawn as SVG: no inline style is needed."""
    return {"percent": max(0, min(100, round(float(percent), 1))), "label": label}


@register.simple_tag(takes_context=True)
def typed(context: template.Context, name: str, otherwise: object = "") -> object:
    """What somebody typed into a field before the page was refused, else the value given."""
    words: QueryDict | None = getattr(context.get("request"), "typed", None)
    return otherwise if words is None or name not in words else words[name]


@register.simple_tag(takes_context=True)
def was_chosen(context: template.Context, name: str, choice: object) -> str:
    """`selected` for the choice that was typed."""
    return "selected" if typed(context, name) == str(choice) else ""


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: object) -> str:
    """The address of this view with some of its query changed; an empty value leaves a name out."""
    query = context["request"].GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"
