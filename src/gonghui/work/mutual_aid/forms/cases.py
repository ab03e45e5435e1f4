"""A case typed by hand to try a text out on: a field for each input, and one for each total as it stood before."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gonghui.core import money
from gonghui.core.errors import Refusal
from gonghui.core.rules import Scheme
from gonghui.web import say

BEFORE = "before-"
YES_NO = [("no", _("否")), ("yes", _("是"))]


class SignedYuanField(forms.CharField):
    """An amount in yuan, as fen; below nothing for what is taken back."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=24, **given)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self, value: Any) -> Any:
        """Fen, or nothing where nothing was typed."""
        typed = str(super().clean(value)).strip()
        if not typed:
            return None
        is_negative = typed[0] in "-\u2212"
        try:
            fen = money.read(typed[1:] if is_negative else typed)
        except Refusal as refusal:
            raise ValidationError(say.text(refusal)) from None
        return -fen if is_negative else fen


class CaseForm(forms.Form):
    """The inputs of a scheme by their names; days as days, amounts in yuan."""

    def __init__(self, scheme: Scheme, *given: Any, english: bool, **more: Any) -> None:
        super().__init__(*given, **more)
        self.scheme = scheme
        for name, one in scheme.inputs.items():
            self.fields[name] = _field(name, one.kind, scheme.titled(name, english=english))
        for name in scheme.totals:
            title = gettext("此前的%(title)s") % {"title": scheme.titled(name, english=english)}
            field = _field(name, "whole", title)
            field.required = False
            self.fields[BEFORE + name] = field

    @property
    def now(self) -> list[forms.BoundField]:
        """What the case is."""
        return [self[name] for name in self.scheme.inputs]

    @property
    def earlier(self) -> list[forms.BoundField]:
        """How things stood before it."""
        return [self[BEFORE + name] for name in self.scheme.totals]

    @property
    def case(self) -> tuple[dict[str, Any], dict[str, int]]:
        """What a scheme decides: the inputs, and the totals before."""
        typed = self.cleaned_data
        given = {
            name: typed[name] == "yes" if one.kind == "yes_no" else typed[name]
            for name, one in self.scheme.inputs.items()
        }
        return given, {name: typed[BEFORE + name] or 0 for name in self.scheme.totals}


def _field(name: str, kind: str, title: str) -> forms.Field:
    if kind == "yes_no":
        return forms.ChoiceField(label=title, choices=YES_NO, initial="no")
    if kind == "date":
        return forms.DateField(label=title, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    if name.endswith("_fen"):
        return SignedYuanField(label=gettext("%(title)s（元）") % {"title": title})
    return forms.IntegerField(label=title)


def first_case(scheme: Scheme) -> dict[str, Any]:
    """The first worked example, as the form shows it."""
    case = scheme.examples[0].cases[0]
    return {name: _shown(name, case[name]) for name in scheme.inputs}


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value
    return money.yuan(value, grouped=False) if name.endswith("_fen") else value
