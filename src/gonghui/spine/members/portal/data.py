"""A member's own data: seen, taken away, erased where that is lawful; who looked; what was consented to."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gonghui.core import access, clock
from gonghui.core.facts import LOOKS
from gonghui.core.models import Access
from gonghui.spine.members import actions
from gonghui.spine.members.forms import MASKS, VALUES
from gonghui.spine.members.models import Membership, Person, own_person
from gonghui.spine.members.rules import membership, own
from gonghui.spine.organisations.models import Organisation
from gonghui.web import shell
from gonghui.web.console import ConsoleRequest, attachment, render
from gonghui.web.desk import Keyset
from gonghui.web.portal import ROLE, held_of, kept_words, portal
from gonghui.web.stepup import asked_again

SUBJECT = "members.person"
SHOWN, EXPORTED = "members.own_value_shown", "members.own_data_exported"
LOOKS_SHOWN, LOOKS_EXPORTED = 40, 10_000
KEPT = (
    ("会员编号、姓名、性别、出生日期、用工形式", "会籍管理所必需：在籍期间和离会后 3 年，到期删除"),
    ("证件号码", "核对身份、防止重复入会所必需：在籍期间和离会后 3 年，到期删除"),
    ("会籍、接转和同意的记录", "证明会籍和同意：离会或撤回后 3 年，到期删除"),
    ("谁看过我的资料", "留痕须保存，任何人都不能改、不能删：不少于 6 个月"),
    ("手机号、银行卡号、住址", "您愿意才留：可以随时撤回，立即从名册上删去"),
)
"""What is kept of a member, and until when: why it cannot be deleted at once, or can."""


def _values(person: Person, shown: Sequence[str] = ()) -> list[dict[str, Any]]:
    found = []
    for key, title in VALUES.items():
        value = getattr(person, key)
        found.append(
            {
                "key": key,
                "title": title,
                "value": value if key in shown else (MASKS[key](value) if value else ""),
                "is_whole": key in shown,
                "may_withdraw": key in own.OPTIONAL and bool(value),
            }
        )
    return found


@portal
def data(request: ConsoleRequest) -> HttpResponseBase:
    """What the roster holds of the member, sealed values masked; POST shows one of them."""
    person, shown = own_person(request.actor), []
    if request.method == "POST":
        key = request.POST.get("value", "")
        if key not in VALUES:
            raise Http404
        if (again := asked_again(request, doing=_("查看自己的证件或联系方式"))) is not None:
            return again
        access.looked(request.actor, SHOWN, subject_type=SUBJECT, subject_id=person.pk, why=key)
        shown = [key]
    context = {
        "person": person,
        "values": _values(person, shown),
        "kept": [*((_(a), _(b)) for a, b in KEPT), *kept_words()],
    }
    return render(request, "members/portal/data.html", context)


@portal
@require_POST
def withdraw_value(request: ConsoleRequest) -> HttpResponseBase:
    """A value that is held only at the member's wish is erased."""
    actions.withdraw_value(own_person(request.actor), request.POST.get("value", ""), by=request.actor, on=clock.today())
    messages.success(request, _("已从名册上删去"))
    return redirect("my_data")


# Who looked -------------------------------------------------------------------------------------------------------


def _looks_of(person: Person) -> Any:
    return Access.objects.filter(subject_type=SUBJECT, subject_id=person.pk)


def _told(rows: Sequence[Access]) -> list[dict[str, Any]]:
    """When, which role of which union, what for: never who."""
    places = Organisation.objects.in_bulk({row.organisation_id for row in rows})
    told = []
    for row in rows:
        place, (key, colon, why) = places.get(row.organisation_id), row.why.partition(": ")
        oneself = row.role == ROLE
        told.append(
            {
                "at": row.looked_at,
                "what": _(LOOKS.get(row.what, row.what)),
                "which": str(VALUES[key]) if key in VALUES else "",
                "why": why if colon and key in VALUES else ("" if key in VALUES else row.why),
                "role": _("您本人") if oneself else shell.role_title(row.role) or row.role,
                "place": "" if oneself or place is None else place.title,
            }
        )
    return told


@portal
def looks(request: ConsoleRequest) -> HttpResponseBase:
    """Who looked at the member's data, newest first."""
    shown = Keyset(_looks_of(own_person(request.actor)), ("-id",), LOOKS_SHOWN).page(request)
    return render(request, "members/portal/looks.html", {"page": shown, "rows": _told(shown.rows)})


# Consent ----------------------------------------------------------------------------------------------------------


def _purposes() -> dict[str, tuple[str, str]]:
    """The title and today's words of each purpose."""
    roster, phone = membership.scheme(clock.today()), own.scheme(clock.today())
    english = (get_language() or "").startswith("en")
    return {
        own.ROSTER: (_("会籍管理"), roster.consent_text_en if english else roster.consent_text),
        own.PHONE_CODES: (_("手机接收登录验证码"), phone.phone_text_en if english else phone.phone_text),
    }


@portal
def consents(request: ConsoleRequest) -> HttpResponseBase:
    """What the member consents to, and the ledger of it; POST gives or withdraws."""
    person = own_person(request.actor)
    if request.method == "POST":
        act = actions.withdraw_oneself if request.POST.get("step") == "withdraw" else actions.consent_oneself
        act(person, request.POST.get("purpose", ""), by=request.actor, on=clock.today())
        messages.success(request, _("已记下"))
        return redirect("my_consents")
    ledger = list(person.consents.order_by("-id"))
    standing = {one.purpose: one for one in ledger if one.withdrawn_on is None}
    purposes = _purposes()
    return render(
        request,
        "members/portal/consents.html",
        {
            "purposes": [(key, title, words, standing.get(key)) for key, (title, words) in purposes.items()],
            "ledger": [(purposes.get(one.purpose, (one.purpose, ""))[0], one) for one in ledger],
        },
    )


# Taking it away ---------------------------------------------------------------------------------------------------


@portal
@require_POST
def export(request: ConsoleRequest, form: str) -> HttpResponseBase:
    """Everything that is held of the member: for machines, or to read."""
    if form not in ("json", "html"):
        raise Http404
    if (again := asked_again(request, doing=_("导出自己的资料"))) is not None:
        return again
    person = own_person(request.actor)
    access.looked(request.actor, EXPORTED, subject_type=SUBJECT, subject_id=person.pk, why=form)
    told = _everything(person) | held_of(request.actor)
    if form == "json":
        content = json.dumps(told, ensure_ascii=False, indent=1, default=str)
        return attachment(content, "my-data.json", "application/json")
    return attachment(
        render_to_string("members/portal/export.html", {"told": told, "on": timezone.now()}, request=request),
        "my-data.html",
        "text/html; charset=utf-8",
    )


def _everything(person: Person) -> dict[str, Any]:
    """What is held of the person, by its names in the reader's language, values whole."""
    held = Membership.objects.filter(person=person).select_related("organisation").order_by("first_on")
    purposes = _purposes()
    moved = person.transfers.select_related("source", "target").order_by("asked_on")
    looked = _told(list(_looks_of(person).order_by("-id")[:LOOKS_EXPORTED]))
    return {
        _("资料"): {
            _("会员编号"): person.number,
            _("姓名"): person.name,
            _("证件类型"): person.get_paper_kind_display(),
            **{str(title): getattr(person, key) for key, title in VALUES.items()},
            _("性别"): person.get_gender_display(),
            _("出生日期"): person.born_on,
            _("用工形式"): person.get_form_display(),
            _("状态"): person.get_state_display(),
        },
        _("会籍"): [
            {
                _("工会"): one.organisation.title,
                _("起始日期"): one.first_on,
                _("截止日期"): one.last_on or "",
                _("起因"): one.get_began_display(),
            }
            for one in held
        ],
        _("会籍接转"): [
            {
                _("原工会"): one.source.title,
                _("接收工会"): one.target.title,
                _("提出日期"): one.asked_on,
                _("状态"): one.get_state_display(),
            }
            for one in moved
        ],
        _("同意"): [
            {
                _("目的"): purposes.get(one.purpose, (one.purpose, ""))[0],
                _("版本"): one.version,
                _("同意日期"): one.given_on,
                _("撤回日期"): one.withdrawn_on or "",
            }
            for one in person.consents.order_by("id")
        ],
        _("我的申请"): [
            {
                _("事项"): one.get_what_display(),
                _("提出日期"): one.asked_on,
                _("状态"): one.get_state_display(),
                _("原因"): one.why_not,
            }
            for one in person.requests.order_by("asked_on")
        ],
        _("谁看过"): [
            {
                _("时间"): f"{timezone.localtime(one['at']):%Y-%m-%d %H:%M}",
                _("岗位"): one["role"],
                _("组织"): one["place"],
                _("事项"): " ".join(filter(None, (one["what"], one["which"]))),
                _("说明"): one["why"],
            }
            for one in looked
        ],
    }


urlpatterns = [
    path("my/data/", data, name="my_data"),
    path("my/data/withdraw/", withdraw_value, name="my_value_withdraw"),
    path("my/data/export/<slug:form>/", export, name="my_export"),
    path("my/looks/", looks, name="my_looks"),
    path("my/consents/", consents, name="my_consents"),
]
