"""Merging, splitting and restoring organisations: what it will touch is shown before anything is done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _

from gonghui.core.errors import Refusal
from gonghui.spine.organisations import actions, forms
from gonghui.spine.organisations.actions import Founding, Part, moving, reshaping
from gonghui.spine.organisations.console.tree import one_of
from gonghui.spine.organisations.models import Employer, Organisation, SetUp, TreeAct
from gonghui.web import say
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.stepup import asked_again

UNITS_MOST = 200
LOOK = "look"
"""The button that shows what an act would touch and does nothing."""


@dataclass(frozen=True)
class Preview:
    """What an act will touch, line by line, or why it cannot be done."""

    lines: Sequence[tuple[str, str]] = ()
    refusal: Refusal | None = None


def _shown(
    request: ConsoleRequest, what: str, found: Organisation, form: Form, preview: Preview | None, **more: Any
) -> HttpResponseBase:
    return render(
        request,
        "organisations/console/reshape.html",
        {"one": found, "what": what, "form": form, "preview": preview, **_words(what), **more},
    )


def _words(what: str) -> dict[str, str]:
    words = {
        "merge": (
            _("合并组织"),
            _("这个组织撤销，下级、单位和未办结的建会都转到并入的组织。过去的数字留在原处，代码仍可查到。"),
            _("合并"),
        ),
        "split": (
            _("分设组织"),
            _("选定的下级从分设之日起转到新组织，与原组织同属一个上级。过去的数字留在原处。"),
            _("分设"),
        ),
        "restore": (
            _("恢复建制"),
            _("当时一起转走、现在还在那里的下级转回来。这是一次新的变更，两次变更之间的归属不变。"),
            _("恢复"),
        ),
    }
    title, text, button = words[what]
    return {"title": title, "text": text, "button": button}


def _preview(check: Callable[[], object], lines: Callable[[], Sequence[tuple[str, str]]]) -> Preview:
    try:
        check()
    except Refusal as refusal:
        return Preview(refusal=refusal)
    return Preview(lines())


def _touched(found: Organisation, *, on: date) -> list[tuple[str, str]]:
    """How much stands under the organisation, in the words of the preview."""
    under = Organisation.objects.under(found.path).exclude(pk=found.pk)
    return [
        (_("下级组织"), str(under.active().count())),
        (_("其中直接下级"), str(found.children.active().count())),
        (_("覆盖单位"), str(Employer.objects.filter(organisation=found).count())),
        (_("未办结的建会"), str(SetUp.objects.open().filter(superior=found).count())),
        (_("自哪天起"), say.day(on)),
        (_("改记到新隶属的台账"), _("%(n)s 笔") % {"n": f"{moving.accounted_since(found, on=on):,}"}),
    ]


def _form(request: ConsoleRequest, kind: Callable[..., Any], **given: Any) -> Any:
    """The form as it was sent, as it is looked at beforehand, or as it comes back from a refusal."""
    return kind(request.POST or request.typed, **given)


def _sent(request: ConsoleRequest, form: Form) -> bool:
    """Whether it is to be done; LOOK only asks what it would touch."""
    return request.method == "POST" and LOOK not in request.POST and form.is_valid()


@page("organisations.edit")
def merge(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """Choose what it is merged into; see what that touches; do it."""
    found = one_of(request.actor, code)
    form = _form(request, forms.MergeForm, actor=request.actor)
    if _sent(request, form):
        into, on = form.cleaned_data["into"], form.cleaned_data["on"]
        doing = _("把“%(name)s”并入“%(into)s”") % {"name": found.title, "into": into.title}
        if (shown_again := asked_again(request, doing=doing)) is not None:
            return shown_again
        actions.merge_organisations(found, into, by=request.actor, on=on)
        messages.success(request, _("已合并，并记入台账"))
        return redirect("organisation", into.code)
    preview = None
    if form.is_bound and form.is_valid():
        into, on = form.cleaned_data["into"], form.cleaned_data["on"]
        preview = _preview(
            lambda: reshaping.check_merge(found, into, on=on),
            lambda: [(_("并入"), into.title), *_touched(found, on=on)],
        )
    return _shown(request, "merge", found, form, preview, superiors=form.superiors())


@page("organisations.edit")
def split(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """Name the new organisation and who goes with it; see what that touches; do it."""
    found = one_of(request.actor, code)
    below = list(found.children.active().order_by("pinyin_key", "id")[: UNITS_MOST + 1])
    if len(below) > UNITS_MOST:
        below = below[:UNITS_MOST]
    form = _form(request, forms.SplitForm, units=below)
    if _sent(request, form):
        doing = _("从“%(name)s”分设“%(new)s”") % {"name": found.title, "new": form.cleaned_data["name"]}
        if (shown_again := asked_again(request, doing=doing)) is not None:
            return shown_again
        part, on, ends = _part(form, found, below)
        made = actions.split_organisation(found, [part], by=request.actor, on=on, successor=0 if ends else None)
        messages.success(request, _("已分设“%(name)s”，代码 %(code)s") % {"name": made[0].name, "code": made[0].code})
        return redirect("organisation", made[0].code)
    preview = None
    if form.is_bound and form.is_valid():
        part, on, _ends = _part(form, found, below)
        preview = _preview(
            lambda: reshaping.check_split(found, [part], on=on),
            lambda: [
                (_("新组织"), part.founding.name),
                (_("转入新组织的下级"), "、".join(unit.short_title for unit in part.units)),
                *_touched(found, on=on),
            ],
        )
    return _shown(request, "split", found, form, preview, units=below, chosen=form["unit"].value() or [])


def _part(form: forms.SplitForm, found: Organisation, below: Sequence[Organisation]) -> tuple[Part, date, bool]:
    typed = form.cleaned_data
    founding = Founding(typed["name"], found.level, None, typed["short_name"], typed["english_name"])
    chosen = set(typed["unit"])
    return Part(founding, [unit for unit in below if unit.code in chosen]), typed["on"], typed["ends"]


@page("organisations.edit")
def restore(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """See who comes back with it; do it."""
    found = one_of(request.actor, code)
    if found.is_active:
        raise Http404
    form = _form(request, forms.RestoreForm)
    ending = reshaping.ending_of(found)
    if _sent(request, form):
        doing = _("恢复“%(name)s”") % {"name": found.title}
        if (shown_again := asked_again(request, doing=doing)) is not None:
            return shown_again
        actions.restore_organisation(found, by=request.actor, on=form.cleaned_data["on"])
        messages.success(request, _("已恢复，并记入台账"))
        return redirect("organisation", found.code)
    preview = None
    if form.is_bound and form.is_valid():
        on = form.cleaned_data["on"]
        preview = _preview(
            lambda: reshaping.check_restore(found, ending, on=on),
            lambda: _coming_back(found, ending, on=on),
        )
    return _shown(request, "restore", found, form, preview)


def _coming_back(found: Organisation, ending: TreeAct | None, *, on: date) -> list[tuple[str, str]]:
    """Who and what comes back with a restored organisation, in the words of the preview."""
    superior, holder = reshaping.check_restore(found, ending, on=on), found.parent
    units = reshaping.former_units(ending) if ending is not None else []
    lines = [(_("上级组织"), superior.title), (_("转回的下级"), str(len(units)))]
    if holder is not None:
        lines += [
            (_("转回的单位"), str(reshaping.former_employers(found, holder).count())),
            (_("转回的建会"), str(reshaping.former_set_ups(found, holder).count())),
        ]
    entries = sum(moving.accounted_since(unit, on=on) for unit in units)
    return [*lines, (_("自哪天起"), say.day(on)), (_("改记到新隶属的台账"), _("%(n)s 笔") % {"n": f"{entries:,}"})]


urlpatterns = [
    path("organisations/<str:code>/merge/", merge, name="organisation_merge"),
    path("organisations/<str:code>/split/", split, name="organisation_split"),
    path("organisations/<str:code>/restore/", restore, name="organisation_restore"),
]
