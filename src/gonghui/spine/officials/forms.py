"""What is typed about posts and codes; the actions check it again."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.spine.officials import actions, rules
from gonghui.spine.officials.actions import PositionEntry, WorkerEntry
from gonghui.spine.officials.models import ROLES, Position, Post, SocialWorker
from gonghui.spine.officials.rules import Role
from gonghui.spine.officials.rules import social_workers as workers
from gonghui.spine.organisations.forms import DayField, OrganisationField
from gonghui.spine.organisations.models import Organisation
from gonghui.web import say
from gonghui.web.models import Account
from gonghui.web.papers import keeping
from gonghui.web.papers.keeping import Paper


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


# Social workers ---------------------------------------------------------------------------------------------------


class PositionField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A position of the actor's own scope that stands today, with its union."""

    def __init__(self, actor: Actor, **given: Any) -> None:
        seen = Position.objects.seen_by(actor).filter(last_on=None, organisation__is_active=True)
        super().__init__(queryset=seen.select_related("organisation"), to_field_name="post_no", **given)

    def label_from_instance(self, position: Any) -> str:
        """The number and the union."""
        return f"{position.post_no} {position.organisation.short_title}"


def _titles(pairs: Any) -> list[tuple[str, str]]:
    return [(key, gettext(title)) for key, title in pairs.items()]


class WorkerForm(forms.Form):
    """A social worker on the roll; on a position at once where one is chosen."""

    worker_no = forms.CharField(label=_("工号"), max_length=20)
    name = forms.CharField(label=_("姓名"), max_length=50)
    born_on = day_field(_("出生日期"), help_text=_("用来核对取得证书时的年龄"))
    hired_on = day_field(_("聘用日期"), required=False, help_text=_("不填为拟聘"))
    contract_to = day_field(_("合同止日"), required=False)
    station = forms.CharField(label=_("服务站"), max_length=60, required=False)
    duties = forms.MultipleChoiceField(label=_("职责"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, actor: Actor, worker: SocialWorker | None = None, **given: Any) -> None:
        start = {name: getattr(worker, name) for name in self.base_fields} if worker is not None else None
        super().__init__(*args, **{"initial": start, **given})
        self.worker = worker
        self.fields["duties"].choices = _titles(workers.scheme(clock.today()).duties)  # type: ignore[attr-defined]
        if worker is not None:
            del self.fields["worker_no"]
            return
        self.fields["organisation"] = OrganisationField(actor, label=_("组织"), help_text=_("输入名称或代码"))
        self.fields["position"] = PositionField(actor, label=_("岗位"), required=False)
        self.fields["first_on"] = day_field(_("到岗日期"), required=False)
        self.order_fields(["organisation", "worker_no", "name", "born_on", "hired_on", "contract_to"])

    def clean(self) -> dict[str, Any]:
        """A position and its first day go together, and take somebody who is hired."""
        typed = super().clean() or {}
        if (typed.get("position") is None) != (typed.get("first_on") is None):
            self.add_error("first_on", gettext("岗位和到岗日期要么都填，要么都不填"))
        if typed.get("position") is not None and typed.get("hired_on") is None:
            self.add_error("hired_on", gettext("上岗的社工须有聘用日期"))
        return typed

    def entry(self) -> WorkerEntry:
        """The social worker as the action takes them."""
        given = self.cleaned_data
        return WorkerEntry(
            organisation=self.worker.organisation if self.worker is not None else given["organisation"],
            worker_no=self.worker.worker_no if self.worker is not None else given["worker_no"],
            name=given["name"],
            born_on=given["born_on"],
            hired_on=given["hired_on"],
            contract_to=given["contract_to"],
            station=given["station"],
            duties=tuple(given["duties"]),
            account=self.worker.account if self.worker is not None else None,
        )

    def enrol(self, *, by: Actor, on: date) -> SocialWorker:
        """On the roll, and on the position."""
        return actions.enrol_and_post(
            self.entry(), self.cleaned_data["position"], self.cleaned_data["first_on"], by=by, on=on
        )


class WorkerStepForm(forms.Form):
    """The day of a step, and the position where it leads to one."""

    on = DayField(label=_("日期"))

    def __init__(self, *args: Any, actor: Actor, step: str, **given: Any) -> None:
        super().__init__(*args, **given)
        if step in ("post", "transfer"):
            self.fields["position"] = PositionField(actor, label=_("岗位"))
            self.order_fields(["position", "on"])
        if step == "end":
            self.fields["on"].label = _("在岗到")


class PositionForm(forms.Form):
    """A position for social workers."""

    post_no = forms.CharField(label=_("岗位编号"), max_length=20)
    grade = forms.ChoiceField(label=_("职级"))
    headcount = forms.IntegerField(label=_("编制人数"), min_value=1, max_value=999)
    first_on = DayField(label=_("设立日期"))
    last_on = day_field(_("撤销日期"), required=False)

    def __init__(self, *args: Any, actor: Actor, position: Position | None = None, **given: Any) -> None:
        start = {name: getattr(position, name) for name in self.base_fields} if position is not None else None
        super().__init__(*args, **{"initial": start, **given})
        self.position = position
        self.fields["grade"].choices = _titles(workers.scheme(clock.today()).grades)  # type: ignore[attr-defined]
        if position is not None:
            del self.fields["post_no"], self.fields["first_on"]
        else:
            self.fields["organisation"] = OrganisationField(actor, label=_("组织"), help_text=_("输入名称或代码"))
            self.order_fields(["organisation", "post_no"])

    def entry(self) -> PositionEntry:
        """The position as the action takes it."""
        given, stands = self.cleaned_data, self.position
        return PositionEntry(
            organisation=stands.organisation if stands is not None else given["organisation"],
            post_no=stands.post_no if stands is not None else given["post_no"],
            grade=given["grade"],
            headcount=given["headcount"],
            first_on=stands.first_on if stands is not None else given["first_on"],
            last_on=given["last_on"],
        )


class Scans(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class ScansField(forms.Field):
    """Scans of a certificate, each checked and redrawn: what is wrong with one is said beside the field."""

    widget = Scans

    def __init__(self, **given: Any) -> None:
        self.scheme = workers.scheme(clock.today())
        most = self.scheme.scan_bytes // 2**20
        hint = gettext("PDF、PNG 或 JPG，每份不超过 %(most)s MB，最多 %(count)s 份；加密保存，退回即删")
        super().__init__(label=_("扫描件"), help_text=hint % {"most": most, "count": self.scheme.scans_most}, **given)
        self.widget.attrs.update(multiple=True, accept=".pdf,.png,.jpg,.jpeg")

    def clean(self, value: Any) -> list[Paper]:
        """The papers as they may be kept."""
        files = super().clean(value) or []
        if len(files) > self.scheme.scans_most:
            raise ValidationError(
                gettext("选了 %(count)s 份，最多 %(most)s 份：请合并成一份，或分开提交")
                % {"count": len(files), "most": self.scheme.scans_most}
            )
        return [self._checked(file, place) for place, file in enumerate(files, 1)]

    def _checked(self, file: "UploadedFile[bytes]", place: int) -> Paper:
        most = self.scheme.scan_bytes
        try:
            content = file.read(most + 1)
            return keeping.checked(content, file.name or "", largest=most, personal=True, size=file.size or 0)
        except Refusal as refusal:
            words = {"place": place, "why": say.text(refusal)}
            raise ValidationError(gettext("第 %(place)s 份：%(why)s") % words) from refusal


class CertificateForm(forms.Form):
    """A certificate as its holder's union enters it."""

    kind_level = forms.ChoiceField(label=_("证书和级别"))
    number = forms.CharField(
        label=_("证书编号"), max_length=workers.LONGEST_NUMBER, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    issued_on = DayField(label=_("发证日期"))
    issuer = forms.CharField(label=_("发证机关"), max_length=80)
    until = day_field(_("登记止日"), required=False, help_text=_("有登记有效期的证书才填"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["scans"] = ScansField(required=False)
        kinds = workers.scheme(clock.today()).certificates.values()
        self.fields["kind_level"].choices = [  # type: ignore[attr-defined]
            (gettext(kind.title), [(f"{kind.key}.{key}", gettext(title)) for key, title in kind.levels.items()])
            for kind in kinds
        ]


class RenewalForm(forms.Form):
    """A longer registration."""

    until = day_field(_("新的登记止日"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["scans"] = ScansField(required=False)


class ScansForm(forms.Form):
    """Scans that come later, while a certificate waits."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["scans"] = ScansField()


class RejectForm(forms.Form):
    """Why a certificate is sent back."""

    why_not = forms.CharField(label=_("退回原因"), max_length=200)


class RevealForm(forms.Form):
    """Why somebody wants to see a number or a scan."""

    why = forms.CharField(label=_("查看原因"), max_length=100, min_length=2)
