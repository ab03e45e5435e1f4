"""What is typed about posts and codes; the actions check it again."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.spine.officials import rules
from gonghui.spine.officials.models import ROLES, Post
from gonghui.spine.officials.rules import Role
from gonghui.spine.organisations.models import Organisation
from gonghui.web import say
from gonghui.web.models import Account


def role_name(role: Role) -> str:
    """The role's name in the reader's language."""
    return role.title_en if _is_english() else role.title


def _is_english() -> bool:
    return (get_language() or "").startswith("en")


def day_field(label: Any, **given: Any) -> forms.DateField:
    """A day picked in the browser's own calendar."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given)


class PersonField(forms.CharField):
    """A person by user name, among those whom the actor sees in a post."""

    def __init__(self, actor: Actor, **given: Any) -> None:
        super().__init__(max_length=60, **given)
        self.actor = actor

    def clean(self, value: Any) -> Any:
        """The account itself; one out of sight is as absent as one that never was."""
        typed = super().clean(value)
        if not typed:
            return None
        seen = Post.objects.seen_by(self.actor).values("account")
        found = Account.objects.filter(username=typed.strip(), pk__in=seen).first()
        if found is None:
            raise ValidationError(gettext("您的范围内没有用户名为“%(typed)s”的干部，请核对") % {"typed": typed})
        return found


class AppointForm(forms.Form):
    """A post for somebody who has an account, or for a new one."""

    role = forms.ChoiceField(label=_("岗位"))
    on = day_field(_("起始日期"))
    until = day_field(_("截止日期"), required=False)

    def __init__(self, *args: Any, actor: Actor, organisation: Organisation, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["person"] = PersonField(
            actor, label=_("用户名"), required=not actor.may("officials.accounts"), help_text=_("已有账号的干部")
        )
        if actor.may("officials.accounts"):
            self.fields["username"] = forms.CharField(
                label=_("新用户名"),
                max_length=60,
                required=False,
                help_text=_("没有账号的，在这里开立；登录要另开重置码"),
            )
            self.fields["name"] = forms.CharField(label=_("姓名"), max_length=60, required=False)
        self.fields["on"].initial = clock.today
        offered = [
            role
            for role in ROLES.values()
            if organisation.level in role.levels and (not role.administrator or actor.may("officials.accounts"))
        ]
        self.fields["role"].choices = [(role.key, role_name(role)) for role in offered]  # type: ignore[attr-defined]
        self._offer_departments([role_name(role) for role in offered if role.by_department], organisation.level)
        self.order_fields(["role", "departments", "person", "username", "name", "on", "until"])

    def _offer_departments(self, speaking: list[str], level: str) -> None:
        """The departments a post may be limited to, where a role on offer speaks for any."""
        known = rules.departments_at(level) if speaking else {}
        if known:
            self.fields["departments"] = forms.MultipleChoiceField(
                label=_("部门"),
                choices=[(name, english or name) if _is_english() else (name, name) for name, english in known.items()],
                widget=forms.CheckboxSelectMultiple,
                required=False,
                help_text=gettext("只用于“%(roles)s”：选了就只会签这些部门的数，一个不选就是全部")
                % {"roles": say.listed(speaking)},
            )

    def clean(self) -> dict[str, Any]:
        """Exactly one of an existing person and a new one."""
        typed = super().clean() or {}
        existing, fresh = typed.get("person"), typed.get("username", "").strip()
        if "person" not in self.errors and bool(existing) == bool(fresh):
            raise ValidationError(gettext("请填已有干部的用户名，或为新干部填新用户名和姓名，两者选一"))
        if fresh and not typed.get("name", "").strip():
            self.add_error("name", gettext("开立新账号须填姓名"))
        return typed


class DelegateForm(forms.Form):
    """A colleague for the days of an absence."""

    first_on = day_field(_("起始日期"))
    last_on = day_field(_("截止日期"))

    def __init__(self, *args: Any, colleagues: list[Account], **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["deputy"] = forms.ChoiceField(
            label=_("代理人"), choices=[(str(one.public_id), f"{one.name}（{one.username}）") for one in colleagues]
        )
        self.fields["first_on"].initial = clock.today
        self.colleagues = {str(one.public_id): one for one in colleagues}
        self.order_fields(["deputy", "first_on", "last_on"])

    def deputy(self) -> Account:
        """The colleague chosen."""
        return self.colleagues[self.cleaned_data["deputy"]]


class EndForm(forms.Form):
    """The last day of a post."""

    on = day_field(_("截止日期"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["on"].initial = clock.today


class ResetForm(forms.Form):
    """The way in with a printed code."""

    username = forms.CharField(
        label=_("用户名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    first = forms.CharField(
        label=_("第一半"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("安全管理员打印的一半"),
    )
    second = forms.CharField(
        label=_("第二半"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("复核人打印的一半"),
    )
    password = forms.CharField(
        label=_("新密码"), max_length=128, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label=_("再输一次"), max_length=128, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        """The same password twice."""
        typed = super().clean() or {}
        if typed.get("password") != typed.get("again"):
            self.add_error("again", gettext("两次输入的密码不同，请重新输入"))
        return typed
