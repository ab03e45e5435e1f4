"""What is typed about members and transfers; the actions check it again."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from gonghui.core import clock
from gonghui.core import text as texts
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.spine.members.actions import Admission
from gonghui.spine.members.models import GENDERS, Person
from gonghui.spine.members.models.people import KINDS
from gonghui.spine.members.rules import membership as rules
from gonghui.spine.members.rules import own, papers
from gonghui.spine.organisations.forms import DayField, OrganisationField
from gonghui.spine.organisations.models import Organisation
from gonghui.web import say

FORMS = [(key, _(title)) for key, title in rules.FORMS.items()]
CONSENT_WANTED = _("须有本人同意：请取得同意后勾选")
VALUES = {"paper": _("证件号码"), "phone": _("手机号"), "card": _("银行卡号"), "address": _("住址")}
"""What is shown masked, and whole for a reason."""
MASKS = {
    "paper": papers.masked_paper,
    "phone": papers.masked_phone,
    "card": papers.masked_card,
    "address": papers.masked_address,
}


def _is_english() -> bool:
    return (get_language() or "").startswith("en")


class _Sheltered(forms.TextInput):
    """A field no browser remembers."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "off", "spellcheck": "false"})


class UnionByCodeField(forms.CharField):
    """Any union that keeps members, by its whole code: a transfer may lead out of the own scope."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=20, **given)
        self.widget.attrs |= {"autocomplete": "off"}

    def clean(self, value: Any) -> Any:
        """The union itself."""
        typed = super().clean(value)
        found = Organisation.objects.active().filter(code=(typed or "").strip().upper()).first()
        if typed and (found is None or found.level not in rules.LEVELS):
            raise ValidationError(gettext("没有代码为“%(typed)s”的基层工会，请核对代码") % {"typed": typed})
        return found


class MemberForm(forms.Form):
    """Somebody to admit, or what the roster says of somebody who is on it."""

    name = forms.CharField(label=_("姓名"), max_length=50, widget=_Sheltered)
    paper_kind = forms.ChoiceField(label=_("证件类型"), choices=KINDS)
    paper = forms.CharField(label=_("证件号码"), max_length=40, widget=_Sheltered)
    gender = forms.ChoiceField(label=_("性别"), choices=[("", _("照证件号码")), *GENDERS], required=False)
    born_on = DayField(label=_("出生日期"), required=False, help_text=_("居民身份证不用填"))
    form = forms.ChoiceField(label=_("用工形式"), choices=FORMS)
    phone = forms.CharField(label=_("手机号"), max_length=30, required=False, widget=_Sheltered)
    card = forms.CharField(label=_("银行卡号"), max_length=40, required=False, widget=_Sheltered)
    address = forms.CharField(label=_("住址"), max_length=120, required=False, widget=_Sheltered)
    consents = forms.BooleanField(label=_("已取得本人同意"), error_messages={"required": CONSENT_WANTED})

    def __init__(self, *args: Any, actor: Actor, person: Person | None = None, **given: Any) -> None:
        start = None
        if person is not None:
            kept = ("name", "paper_kind", "gender", "born_on", "form")
            start = {**{name: getattr(person, name) for name in kept}, "consents": True}
        super().__init__(*args, **{"initial": start, **given})
        self.person = person
        scheme = rules.scheme(clock.today())
        self.fields["born_on"].initial = person.born_on if person is not None else None
        self.fields["consents"].help_text = scheme.consent_text_en if _is_english() else scheme.consent_text
        if person is not None:
            for name in VALUES:
                self.fields[name].required = False
                self.fields[name].help_text = gettext("不填就不改")
            return
        self.fields["organisation"] = OrganisationField(actor, label=_("工会"), help_text=_("输入名称或代码"))
        if actor.level in rules.LEVELS:
            self.fields["organisation"].initial = actor.organisation_name
        self.fields["admitted_on"] = DayField(
            label=_("批准入会日期"), required=False, help_text=_("不填：原有会员建档，不计入新发展会员")
        )
        self.order_fields(["organisation", "name", "paper_kind", "paper", "admitted_on"])

    def entry(self) -> Admission:
        """The person as the action takes them; what was left empty of somebody known stays."""
        given, person = self.cleaned_data, self.person
        kept = {name: given[name] or (getattr(person, name) if person is not None else "") for name in VALUES}
        return Admission(
            organisation=person.organisation if person is not None else given["organisation"],
            name=given["name"],
            paper_kind=given["paper_kind"],
            gender=given["gender"],
            born_on=given["born_on"],
            form=given["form"],
            admitted_on=given.get("admitted_on"),
            consents=given["consents"],
            paper=kept["paper"],
            phone=kept["phone"],
            card=kept["card"],
            address=kept["address"],
        )


class CheckForm(forms.Form):
    """Whether somebody is in another union: the whole number, and their consent."""

    paper_kind = forms.ChoiceField(label=_("证件类型"), choices=KINDS)
    paper = forms.CharField(label=_("证件号码"), max_length=40, widget=_Sheltered, help_text=_("须填完整号码"))
    consents = forms.BooleanField(label=_("已取得本人同意"), error_messages={"required": CONSENT_WANTED})


class AskForm(forms.Form):
    """To which of the own unions somebody comes from another one."""

    def __init__(self, *args: Any, actor: Actor, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["target"] = OrganisationField(actor, label=_("接收工会"), help_text=_("输入名称或代码"))
        if actor.level in rules.LEVELS:
            self.fields["target"].initial = actor.organisation_name


class SendForm(forms.Form):
    """To which union a membership goes."""

    target = UnionByCodeField(label=_("接收工会代码"), help_text=_("请向接收工会索取完整代码"))


class StepForm(forms.Form):
    """The day of a step."""

    on = DayField(label=_("日期"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["on"].initial = clock.today


class WhyNotForm(forms.Form):
    """Why a transfer is not agreed to."""

    why_not = forms.CharField(label=_("不同意的原因"), max_length=200, min_length=2)


class ShowForm(forms.Form):
    """Which sealed value somebody wants to see, and why."""

    value = forms.ChoiceField(label=_("看哪一项"), choices=list(VALUES.items()))
    why = forms.CharField(label=_("查看原因"), max_length=100, min_length=2)

    def clean_why(self) -> str:
        """Kept in the clear, so no number stands in it."""
        try:
            return texts.words(self.cleaned_data["why"], longest=100, field="查看原因")
        except Refusal as refusal:
            raise ValidationError(say.text(refusal)) from refusal


class SpanForm(forms.Form):
    """From which day to which the roster is compared."""

    first = DayField(label=_("从"))
    last = DayField(label=_("到"))

    def clean(self) -> dict[str, Any]:
        """In this order."""
        typed = super().clean() or {}
        first, last = typed.get("first"), typed.get("last")
        if isinstance(first, date) and isinstance(last, date) and first > last:
            self.add_error("last", gettext("截止日期早于起始日期，请核对"))
        return typed


# A member's own side ----------------------------------------------------------------------------------------------


class OpenForm(forms.Form):
    """An account of one's own: the paper, the name, the printed code, and a password."""

    paper = forms.CharField(label=_("证件号码"), max_length=40, widget=_Sheltered)
    name = forms.CharField(label=_("姓名"), max_length=50, widget=_Sheltered)
    code = forms.CharField(label=_("开通码"), max_length=30, widget=_Sheltered, help_text=_("开通单上的三组字母和数字"))
    password = forms.CharField(
        label=_("设一个密码"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("不少于 15 个字符，可以是一句只有您知道的话"),
    )
    again = forms.CharField(
        label=_("密码再输一次"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Twice the same password."""
        typed = super().clean() or {}
        if typed.get("password") and typed.get("again") and typed["password"] != typed["again"]:
            self.add_error("again", gettext("两次输入的密码不一样，请再输一次"))
        return typed


class NumberForm(forms.Form):
    """To whom a sign-in code goes."""

    number = forms.CharField(label=_("会员编号"), max_length=20, widget=_Sheltered)


class DigitsForm(NumberForm):
    """The code that came."""

    code = forms.CharField(
        label=_("六位验证码"),
        max_length=6,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class AskUnionForm(forms.Form):
    """What is wrong, and how it should be."""

    what = forms.ChoiceField(
        label=_("要更正什么"), choices=[(key, _(title)) for key, title in own.ASKED.items() if key != "leave"]
    )
    value = forms.CharField(label=_("应该是"), max_length=300, widget=_Sheltered)


class GoForm(forms.Form):
    """To which union one wants to go."""

    target = UnionByCodeField(label=_("接收工会代码"), help_text=_("请向新单位的工会索取完整代码"))
    consents = forms.BooleanField(label=_("我同意接收工会看到我的姓名和会员编号"))


class AnswerForm(forms.Form):
    """Why a request is refused."""

    why_not = forms.CharField(label=_("不同意的原因"), max_length=200, min_length=2)
