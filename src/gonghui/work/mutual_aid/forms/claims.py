"""A claim as it is typed: what the plan's text asks for, the hospital, the bill, the account."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gonghui.core import money
from gonghui.core.errors import Refusal
from gonghui.core.rules import Scheme
from gonghui.spine.funds.actions import AccountEntry
from gonghui.spine.members.models import Person
from gonghui.web import say
from gonghui.web.console import attachment
from gonghui.web.papers import keeping
from gonghui.work.mutual_aid.actions import claim_papers
from gonghui.work.mutual_aid.actions.claims import ClaimEntry
from gonghui.work.mutual_aid.models import Claim, ClaimPaper
from gonghui.work.mutual_aid.rules import claims as rules
from gonghui.work.mutual_aid.rules.claims import Costs
from gonghui.work.mutual_aid.rules.plans import PLANS

COSTS = {
    "total_fen": _("总金额（元）"),
    "insurer_fen": _("医保支付（元）"),
    "self_pay1_fen": _("自付一（元）"),
    "self_pay2_fen": _("自付二（元）"),
    "outside_fen": _("自费（元）"),
}
COST = "cost-"
INPUT = "input-"


class YuanField(forms.CharField):
    """An amount in yuan, as fen."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=24, **given)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self, value: Any) -> Any:
        """Fen, or nothing where nothing was typed."""
        typed = str(super().clean(value)).strip()
        if not typed:
            return None
        try:
            return money.read(typed)
        except Refusal as refusal:
            raise ValidationError(say.text(refusal)) from None


def day_field(title: Any, **given: Any) -> forms.DateField:
    """A day, picked or typed."""
    return forms.DateField(label=title, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given)


class InputsForm(forms.Form):
    """What the text asks for, each by its own name and title."""

    def __init__(self, scheme: Scheme, *given: Any, english: bool, **more: Any) -> None:
        super().__init__(*given, **more)
        self.scheme = scheme
        for name in rules.asked(scheme):
            self.fields[INPUT + name] = _field(scheme, name, english)

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields of the text."""
        return [self[INPUT + name] for name in rules.asked(self.scheme)]

    @property
    def inputs(self) -> dict[str, Any]:
        """What was typed, as the text takes it."""
        kinds = {name: self.scheme.inputs[name].kind for name in rules.asked(self.scheme)}
        typed = {name: self.cleaned_data[INPUT + name] for name in kinds}
        return {name: one == "yes" if kinds[name] == "yes_no" else one for name, one in typed.items()}


def _field(scheme: Scheme, name: str, english: bool) -> forms.Field:
    one, title = scheme.inputs[name], scheme.titled(name, english=english)
    if one.kind == "yes_no":
        return forms.ChoiceField(label=title, choices=[("no", _("否")), ("yes", _("是"))], initial="no")
    if one.kind == "date":
        return day_field(title)
    if name.endswith("_fen"):
        return YuanField(label=gettext("%(title)s（元）") % {"title": title})
    return forms.IntegerField(label=title, min_value=one.low, max_value=one.high)


def typed_inputs(scheme: Scheme, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs as the fields show them."""
    shown = {}
    for name, value in inputs.items():
        if isinstance(value, bool):
            shown[INPUT + name] = "yes" if value else "no"
        elif isinstance(value, date):
            shown[INPUT + name] = value.isoformat()
        else:
            shown[INPUT + name] = money.yuan(value) if name.endswith("_fen") else value
    return shown


class ClaimForm(InputsForm):
    """The whole claim."""

    def __init__(self, scheme: Scheme, *given: Any, by_unit: bool = False, **more: Any) -> None:
        super().__init__(scheme, *given, **more)
        if not any(one.kind == "date" for one in scheme.inputs.values()) or scheme.inputs.keys() <= set(
            rules.FROM_COVER
        ):
            self.fields["event_on"] = day_field(_("发生日期"), help_text=_("结算日、确诊日或事故日"))
        for name, field in (
            ("hospital", forms.CharField(label=_("医院"), max_length=60, required=False)),
            ("diagnosis", forms.CharField(label=_("诊断"), max_length=200, required=False)),
            (
                "bills",
                forms.CharField(
                    label=_("发票号码"),
                    required=False,
                    widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
                    help_text=_("一行一张，代码连着号码；没有发票的不填"),
                ),
            ),
        ):
            self.fields[name] = field
        for name, title in COSTS.items():
            self.fields[COST + name] = YuanField(label=title, required=False)
        self.fields["number"] = forms.CharField(
            label=_("收款银行卡号"),
            max_length=40,
            required=False,
            help_text=_("不填的付到会员登记的卡"),
            widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        )
        self.fields["bank"] = forms.CharField(label=_("开户行"), max_length=60, required=False)
        if by_unit:
            self.fields["consents"] = forms.BooleanField(
                label=_("会员已单独同意由单位代办，知道单位会看到病情和费用"), required=True
            )

    @property
    def rest(self) -> list[forms.BoundField]:
        """The fields that every plan has."""
        asked = {one.name for one in self.asked}
        return [one for one in self if one.name not in asked]

    @property
    def costs(self) -> Costs | None:
        """The bill in its parts, where any was typed."""
        typed = {name: self.cleaned_data.get(COST + name) for name in COSTS}
        if all(one is None for one in typed.values()):
            return None
        return Costs(**{name: one or 0 for name, one in typed.items()})

    @property
    def event_on(self) -> date:
        """The day of the case: typed, or the last of the days that the text asks for."""
        typed = self.cleaned_data.get("event_on")
        return typed or max(one for one in self.inputs.values() if isinstance(one, date))

    @property
    def account(self) -> AccountEntry | None:
        """Where to pay, where that is not the member's card."""
        number = self.cleaned_data["number"].strip()
        return AccountEntry(number, bank=self.cleaned_data["bank"]) if number else None

    @property
    def bills(self) -> tuple[str, ...]:
        """The invoices' numbers."""
        return tuple(line.strip() for line in self.cleaned_data["bills"].splitlines() if line.strip())


def entry_of(form: ClaimForm, person: Person, plan: str, *, channel: str) -> ClaimEntry:
    """What a valid form says of somebody's case under a plan."""
    typed = form.cleaned_data
    return ClaimEntry(
        person,
        plan,
        form.event_on,
        form.inputs,
        channel=channel,
        hospital=typed["hospital"],
        diagnosis=typed["diagnosis"],
        bills=form.bills,
        costs=form.costs,
        account=form.account,
        consents=bool(typed.get("consents")),
    )


def typed_claim(found: Claim) -> dict[str, Any]:
    """A claim as the fields of its form show it."""
    said = found.content
    account = said["account"] or {}
    return {
        **typed_inputs(found.edition.scheme, said["inputs"]),
        "event_on": said["event_on"],
        "hospital": said["hospital"],
        "diagnosis": said["diagnosis"],
        "bills": "\n".join(said["bills"]),
        "number": account.get("number", ""),
        "bank": account.get("bank", ""),
        **{COST + name: money.yuan(fen) for name, fen in (said["costs"] or {}).items()},
    }


def given_paper(paper: ClaimPaper) -> HttpResponse:
    """The paper for whoever may see it: a picture in the page, anything else as a file to keep."""
    answer: HttpResponse = attachment(paper.content, f"paper.{paper.ending}", paper.content_type)
    if paper.ending != "pdf":
        answer["Content-Disposition"] = "inline"
    return answer


def papers_of(files: "Sequence[UploadedFile[bytes]]", on: date) -> list[keeping.Paper]:
    """The uploaded papers as they may be kept: each looked through and redrawn by the scanner's child process."""
    if not files:
        raise Refusal("mutual_aid.no_paper", "请选择要附的文件")
    most = claim_papers.largest(on)
    return [
        keeping.checked(one.read(most + 1), one.name or "", largest=most, personal=True, size=one.size or 0)
        for one in files
    ]


class BeginForm(forms.Form):
    """Whose claim, under which plan."""

    plan = forms.ChoiceField(label=_("计划"), choices=[(one.key, _(one.title)) for one in PLANS.values()])
    number = forms.CharField(label=_("会员编号"), max_length=20, help_text=_("在“会员”里按姓名或证件查"), strip=True)
    on = day_field(_("发生日期"), help_text=_("入院、确诊、事故或结算的日子，决定按哪一年的条文"))
