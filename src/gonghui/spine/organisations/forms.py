"""What officials type about organisations and set-ups; the actions check it again."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from gonghui.core import clock, codes
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.actions import EmployerEntry
from gonghui.spine.organisations.models import ABANDON_REASONS, OWNERSHIPS, SET_UP_KINDS, Industry, Organisation
from gonghui.web import say

UPPER_LEVELS = ("city", "district", "industry", "town", "sector")
EMPLOYERS_MOST = 40


class DayField(forms.DateField):
    """A day that is not in the future; today unless another is typed."""

    def __init__(self, **given: Any) -> None:
        super().__init__(
            initial=clock.today, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given
        )

    def validate(self, value: Any) -> None:
        """Refuse a day that has not come yet."""
        super().validate(value)
        if value is not None and value > clock.today():
            raise ValidationError(gettext("%(day)s 还没有到，请填今天或以前的日期") % {"day": say.day(value)})


class OrganisationField(forms.CharField):
    """An organisation of the actor's own scope, typed by its code or picked from the list."""

    def __init__(self, actor: Actor, **given: Any) -> None:
        super().__init__(max_length=rules.NAME_LONGEST, **given)
        self.actor = actor
        self.widget.attrs |= {"list": "superiors", "autocomplete": "off"}

    def clean(self, value: Any) -> Any:
        """The organisation itself; one out of sight is as absent as one that never was."""
        typed = super().clean(value)
        if not typed:
            return None
        seen = Organisation.objects.seen_by(self.actor).active()
        found = list(seen.filter(code=typed.strip().upper())[:1]) or list(seen.filter(name=typed.strip())[:2])
        if len(found) != 1 and (now := seen.resolved(typed)) is not None:
            return now
        if len(found) != 1:
            raise ValidationError(gettext("您的范围内没有“%(typed)s”，请从列表中选择或填组织代码") % {"typed": typed})
        return found[0]


class ScopedForm(forms.Form):
    """A form that knows who fills it in, for what they may see."""

    def __init__(self, *args: Any, actor: Actor, **given: Any) -> None:
        super().__init__(*args, **given)
        self.actor = actor

    def superiors(self) -> list[Organisation]:
        """The organisations offered as superiors: the upper levels of the scope."""
        upper = Organisation.objects.seen_by(self.actor).active().filter(level__in=UPPER_LEVELS)
        return list(upper.order_by("depth", "pinyin_key", "id")[:600])


def area_choices() -> list[tuple[str, str]]:
    """The areas counted alone, by name."""
    english = (get_language() or "").startswith("en")
    return [(one.code, one.name_en if english else one.name) for one in codes.DISTRICTS.values()]


def section_choices() -> list[tuple[str, str]]:
    """The sections of the national economy."""
    return [(letter, f"{letter} {gettext(title)}") for letter, title in rules.sections().items()]


class FoundingForm(ScopedForm):
    """A new organisation."""

    level = forms.ChoiceField(label=_("层级"))
    name = forms.CharField(label=_("名称"), max_length=rules.NAME_LONGEST)
    short_name = forms.CharField(label=_("简称"), max_length=40, required=False)
    english_name = forms.CharField(label=_("英文名称"), max_length=160, required=False)
    area_code = forms.CharField(
        label=_("行政区划代码"), max_length=12, required=False, help_text=_("街道乡镇填 9 位，区填 6 位；不填则同上级")
    )
    industry = forms.ModelChoiceField(
        label=_("产业"), queryset=Industry.objects.filter(is_active=True), required=False, help_text=_("产业工会必选")
    )
    uscc = forms.CharField(label=_("工会法人代码"), max_length=40, required=False, help_text=_("以 81 或 89 开头"))
    on = DayField(label=_("成立日期"))

    def __init__(self, *args: Any, actor: Actor, **given: Any) -> None:
        super().__init__(*args, actor=actor, **given)
        levels = [(one.key, _(one.title)) for one in rules.levels().values() if one.under]
        self.fields["level"].choices = levels  # type: ignore[attr-defined]
        self.fields["superior"] = OrganisationField(actor, label=_("上级组织"), help_text=_("输入名称或代码"))
        self.order_fields(["level", "superior", "name"])

    def clean(self) -> dict[str, Any]:
        """An industry union says which industry it is for."""
        typed = super().clean() or {}
        if typed.get("level") == "industry" and not typed.get("industry"):
            self.add_error("industry", gettext("产业工会须选产业；目录里没有的先登记"))
        return typed


class RenameForm(forms.Form):
    """Another name for an organisation."""

    name = forms.CharField(label=_("新名称"), max_length=rules.NAME_LONGEST)
    short_name = forms.CharField(label=_("简称"), max_length=40, required=False)
    english_name = forms.CharField(label=_("英文名称"), max_length=160, required=False)
    on = DayField(label=_("更名日期"))


class MoveForm(ScopedForm):
    """Another superior for an organisation."""

    on = DayField(label=_("变更日期"))

    def __init__(self, *args: Any, actor: Actor, **given: Any) -> None:
        super().__init__(*args, actor=actor, **given)
        self.fields["to"] = OrganisationField(actor, label=_("新上级"), help_text=_("输入名称或代码"))
        self.order_fields(["to", "on"])


class SecondaryForm(ScopedForm):
    """A second superior for an organisation, or none."""

    on = DayField(label=_("变更日期"))

    def __init__(self, *args: Any, actor: Actor, **given: Any) -> None:
        super().__init__(*args, actor=actor, **given)
        self.fields["superior"] = OrganisationField(
            actor, label=_("业务指导上级"), required=False, help_text=_("不填则取消；统计只按隶属上级")
        )
        self.order_fields(["superior", "on"])


class CloseForm(forms.Form):
    """The end of an organisation."""

    on = DayField(label=_("撤销日期"))


class MergeForm(ScopedForm):
    """The organisation that goes on for another."""

    on = DayField(label=_("合并日期"))

    def __init__(self, *args: Any, actor: Actor, **given: Any) -> None:
        super().__init__(*args, actor=actor, **given)
        self.fields["into"] = OrganisationField(actor, label=_("并入"), help_text=_("输入名称或代码"))
        self.order_fields(["into", "on"])


class SplitForm(forms.Form):
    """A new organisation out of another, and which of those below go with it."""

    name = forms.CharField(label=_("新组织名称"), max_length=rules.NAME_LONGEST)
    short_name = forms.CharField(label=_("简称"), max_length=40, required=False)
    english_name = forms.CharField(label=_("英文名称"), max_length=160, required=False)
    on = DayField(label=_("分设日期"))
    unit = forms.MultipleChoiceField(label=_("转入新组织的下级"))
    ends = forms.BooleanField(label=_("原组织同时撤销，其余下级和业务由新组织承继"), required=False)

    def __init__(self, *args: Any, units: Sequence[Organisation], **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["unit"].choices = [(one.code, one.short_title) for one in units]  # type: ignore[attr-defined]


class RestoreForm(forms.Form):
    """The day from which an organisation stands again."""

    on = DayField(label=_("恢复日期"))


class IndustryForm(forms.Form):
    """One row of the list of industries."""

    code = forms.CharField(label=_("代码"), max_length=12, help_text=_("如 INDU-01"))
    name = forms.CharField(label=_("名称"), max_length=60)
    english_name = forms.CharField(label=_("英文名称"), max_length=120, required=False)
    order = forms.IntegerField(label=_("次序"), min_value=0, max_value=999, initial=0)
    is_active = forms.BooleanField(label=_("在用"), required=False, initial=True)


# Setting up ---------------------------------------------------------------------------------------------------------


class ProposalForm(ScopedForm):
    """A prospect: the union to be, without its employers."""

    kind = forms.ChoiceField(label=_("形式"), choices=SET_UP_KINDS)
    name = forms.CharField(label=_("拟用名称"), max_length=rules.NAME_LONGEST)
    english_name = forms.CharField(label=_("英文名称"), max_length=160, required=False)
    on = DayField(label=_("摸排日期"))

    def __init__(self, *args: Any, actor: Actor, **given: Any) -> None:
        super().__init__(*args, actor=actor, **given)
        self.fields["superior"] = OrganisationField(actor, label=_("上级工会"), help_text=_("输入名称或代码"))
        self.order_fields(["kind", "superior", "name", "english_name", "on"])


class EmployerForm(forms.Form):
    """One employer of a prospect."""

    uscc = forms.CharField(label=_("统一社会信用代码"), max_length=40)
    name = forms.CharField(label=_("单位名称"), max_length=rules.NAME_LONGEST)
    area_code = forms.ChoiceField(label=_("所在区"))
    industry_code = forms.ChoiceField(label=_("行业门类"))
    ownership = forms.ChoiceField(label=_("单位类型"), choices=OWNERSHIPS)
    employees = forms.IntegerField(label=_("职工人数"), min_value=1, max_value=2_000_000)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["industry_code"].choices = section_choices()  # type: ignore[attr-defined]
        self.fields["area_code"].choices = area_choices()  # type: ignore[attr-defined]

    def has_changed(self) -> bool:
        """Whether anything was typed; what the lists were set to before does not count."""
        return any(self.data.get(self.add_prefix(name)) for name in ("uscc", "name", "employees"))

    def clean_uscc(self) -> str:
        """The code with a true check digit, said beside the field."""
        try:
            return codes.employer_uscc(self.cleaned_data["uscc"])
        except Refusal as refusal:
            raise ValidationError(say.text(refusal)) from refusal

    def entry(self) -> EmployerEntry:
        """The employer as the action takes it."""
        return EmployerEntry(**self.cleaned_data)


EmployerSet = forms.formset_factory(
    EmployerForm, extra=0, max_num=EMPLOYERS_MOST, validate_max=True, absolute_max=EMPLOYERS_MOST + 1
)


class ApproveForm(forms.Form):
    """The superior's agreement that a union be prepared."""

    preparers = forms.IntegerField(label=_("筹备组人数"), min_value=1, max_value=200)
    approval_no = forms.CharField(label=_("批复文号"), max_length=60)
    on = DayField(label=_("批复日期"))


class ElectionForm(forms.Form):
    """The result of the members' meeting."""

    members = forms.IntegerField(label=_("会员人数"), min_value=1, max_value=2_000_000)
    entitled = forms.IntegerField(label=_("应到会人数"), min_value=1, help_text=_("保留会籍的会员不计"))
    attended = forms.IntegerField(label=_("到会人数"), min_value=0)
    votes = forms.IntegerField(label=_("当选者最低得票"), min_value=0)
    term_years = forms.TypedChoiceField(label=_("任期"), coerce=int)
    on = DayField(label=_("选举日期"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        years = rules.set_up_scheme(clock.today()).term_years
        self.fields["term_years"].choices = [(one, gettext("%(n)s 年") % {"n": one}) for one in years]  # type: ignore[attr-defined]


class EstablishForm(forms.Form):
    """The superior's approval of the result."""

    establishment_no = forms.CharField(label=_("批复文号"), max_length=60)
    on = DayField(label=_("批复日期"))


class AbandonForm(forms.Form):
    """The end of a set-up without a union."""

    reason = forms.ChoiceField(label=_("终止原因"), choices=ABANDON_REASONS)
    on = DayField(label=_("终止日期"))


STEP_FORMS: dict[str, type[forms.Form]] = {
    "approve": ApproveForm,
    "elect": ElectionForm,
    "establish": EstablishForm,
    "abandon": AbandonForm,
}


def on_of(form: forms.Form) -> date:
    """The business day a form carries."""
    day: date = form.cleaned_data["on"]
    return day
