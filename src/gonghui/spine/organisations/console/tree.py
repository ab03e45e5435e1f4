"""The tree, level by level; an organisation; founding and changing one; the list of industries."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, prefetch_related_objects
from django.forms import Form, model_to_dict
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gonghui.core import clock, search
from gonghui.core.actor import Actor
from gonghui.core.facts import KINDS
from gonghui.core.journal import entries_of
from gonghui.core.models import Kind
from gonghui.spine.organisations import actions, forms
from gonghui.spine.organisations.actions import Founding
from gonghui.spine.organisations.console import histories
from gonghui.spine.organisations.models import Industry, Organisation, SetUp, find_organisations
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.web.palette import A_SHELF, Found, Sought, searching

CHILDREN = 60
FOUND_MOST = 50
HISTORY_MOST = 60


def address(name: str, *args: object, **query: str) -> str:
    """The address of a page that may not be there yet: empty then."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def one_of(actor: Actor, code: str) -> Organisation:
    """The organisation of the code if the actor sees it; else there is none."""
    return get_object_or_404(
        Organisation.objects.seen_by(actor).select_related("parent", "secondary", "industry"), code=code
    )


def _children(organisation: Organisation, request: HttpRequest) -> Any:
    """One page of the organisations directly below, each with whether it has any below itself."""
    below = Organisation.objects.filter(parent=OuterRef("pk"), is_active=True)
    children = organisation.children.active().annotate(has_children=Exists(below))
    # Districts before industries under the city; towns and sectors before single unions elsewhere.
    by_level = "level" if organisation.level == "city" else "-level"
    return Keyset(children, (by_level, "pinyin_key", "id"), CHILDREN).page(request)


@page("organisations.see")
def tree(request: ConsoleRequest) -> HttpResponseBase:
    """The tree from the reader's own organisation down, or what a search in it found."""
    own = get_object_or_404(Organisation.objects.seen_by(request.actor), pk=request.actor.organisation_id)
    words = request.GET.get("q", "").strip()[: search.LONGEST_QUERY]
    found: Sequence[Organisation] = []
    if words:
        found = _found(request.actor, words, FOUND_MOST + 1)
    return render(
        request,
        "organisations/console/tree.html",
        {
            "own": own,
            "q": words,
            "found": found[:FOUND_MOST],
            "found_more": len(found) > FOUND_MOST,
            "page": None if words else _children(own, request),
            "may_found": request.actor.may("organisations.edit"),
            "is_city": own.level == "city",
        },
    )


def _found(actor: Actor, words: str, limit: int) -> list[Organisation]:
    """Organisations of the scope by name, pinyin initials or code."""
    found = find_organisations(actor, words, limit)
    prefetch_related_objects(found, "parent")
    return found


@page("organisations.see")
def below(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The children of one node, for the tree to open in place."""
    parent = one_of(request.actor, code)
    return render(request, "organisations/console/below.html", {"parent": parent, "page": _children(parent, request)})


@page("organisations.see")
def organisation(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """One organisation: its facts, line, officials, reports, what is below, its history. Old codes lead on."""
    seen = Organisation.objects.seen_by(request.actor)
    if not seen.filter(code=code).exists() and (now := seen.resolved(code)) is not None:
        messages.info(request, _("“%(typed)s”现在是“%(name)s”") % {"typed": code, "name": now.title})
        return redirect("organisation", now.code)
    found = one_of(request.actor, code)
    line = [one for one in Organisation.objects.line_of(found.path) if one.pk != found.pk]
    return render(
        request,
        "organisations/console/organisation.html",
        {
            "one": found,
            "line": [(one, request.actor.sees(one.path)) for one in line],
            "page": _children(found, request),
            "told": histories.told(request.actor, found),
            "successor": Organisation.objects.now_of(found.code) if found.successor_id else None,
            "employers": found.employers.order_by("name")[:100],
            "set_ups": SetUp.objects.seen_by(request.actor).open().filter(superior=found).count(),
            "history": _history(found),
            "may_change": request.actor.may("organisations.edit") and found.is_active,
            "may_restore": request.actor.may("organisations.edit")
            and not found.is_active
            and found.pk != request.actor.organisation_id,
            "may_found": request.actor.may("organisations.edit") and found.is_active and found.level != "branch",
            "officials_url": address("officials_of", found.code),
            "reports_url": address("reports"),
            "then_url": address("then_and_now_of", found.code) if request.actor.may("reports.see") else "",
        },
    )


def _history(found: Organisation) -> list[dict[str, Any]]:
    """What the journal says about the organisation, newest first."""
    entries = list(entries_of(found).order_by("-id")[:HISTORY_MOST])
    names = dict(Kind.objects.filter(pk__in={entry.kind for entry in entries}).values_list("pk", "name"))
    return [
        {
            "title": _(KINDS[names[entry.kind]].title) if names[entry.kind] in KINDS else names[entry.kind],
            "on": entry.happened_on,
            "recorded_at": entry.recorded_at,
            "reversed": entry.sign < 0,
            "url": address("entry", entry.id),
        }
        for entry in entries
    ]


@page("organisations.edit")
def found_new(request: ConsoleRequest) -> HttpResponseBase:
    """The founding form."""
    start = {"level": "base", "superior": request.actor.organisation_name}
    under = request.GET.get("under", "")
    if under:
        superior = one_of(request.actor, under)
        start = {"superior": superior.code, "level": _likely_level(superior)}
    form = forms.FoundingForm(request.POST or request.typed or None, actor=request.actor, initial=start)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        on = given.pop("on")
        made = actions.found_organisation(Founding(**given), by=request.actor, on=on)
        messages.success(request, _("已建立“%(name)s”，代码 %(code)s") % {"name": made.name, "code": made.code})
        return redirect("organisation", made.code)
    return render(request, "organisations/console/found.html", {"form": form})


def _likely_level(superior: Organisation) -> str:
    """What is most often founded under an organisation of this level."""
    likely = {"city": "district", "district": "town", "industry": "base", "town": "base", "sector": "base"}
    return likely.get(superior.level, "branch")


@page("organisations.edit")
def change(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The forms that rename, move, close an organisation or give it a second superior, each with its own address."""
    return _change_page(request, one_of(request.actor, code), request.typed)


def _change_page(request: ConsoleRequest, found: Organisation, typed: QueryDict | None) -> HttpResponseBase:
    which = typed.get("form", "") if typed is not None else ""

    def shown(name: str, kind: type[Form], **given: Any) -> Form:
        return kind(typed if which == name else None, auto_id=f"{name}_%s", **given)

    named = {"name": found.name, "short_name": found.short_name, "english_name": found.english_name}
    return render(
        request,
        "organisations/console/change.html",
        {
            "one": found,
            "rename": shown("rename", forms.RenameForm, initial=named),
            "move": shown("move", forms.MoveForm, actor=request.actor, initial={"to": request.GET.get("to", "")}),
            "secondary": shown(
                "secondary",
                forms.SecondaryForm,
                actor=request.actor,
                initial={"superior": found.secondary.code if found.secondary else ""},
            ),
            "close": shown("close", forms.CloseForm),
            "superiors": forms.MoveForm(actor=request.actor).superiors(),
            "is_own": found.pk == request.actor.organisation_id,
        },
    )


@page("organisations.edit")
@require_POST
def changed(request: ConsoleRequest, code: str, what: str) -> HttpResponseBase:
    """Take one of the changes."""
    found = one_of(request.actor, code)
    kinds: dict[str, Any] = {
        "rename": lambda: forms.RenameForm(request.POST),
        "move": lambda: forms.MoveForm(request.POST, actor=request.actor),
        "secondary": lambda: forms.SecondaryForm(request.POST, actor=request.actor),
        "close": lambda: forms.CloseForm(request.POST),
    }
    if what not in kinds:
        raise Http404
    form = kinds[what]()
    if not form.is_valid():
        return _change_page(request, found, request.POST)
    given = dict(form.cleaned_data)
    by, on = request.actor, given.pop("on")
    if what == "rename":
        actions.rename_organisation(found, by=by, on=on, **given)
    elif what == "move":
        actions.move_organisation(found, given["to"], by=by, on=on)
    elif what == "secondary":
        actions.set_secondary_superior(found, given["superior"], by=by, on=on)
    else:
        actions.close_organisation(found, by=by, on=on)
    messages.success(request, _("已保存，并记入台账"))
    return redirect("organisation", found.code)


@page("organisations.see")
def industries(request: ConsoleRequest) -> HttpResponseBase:
    """The list of industries; the city's organising officers edit it."""
    may_edit = request.actor.may("organisations.edit") and request.actor.level == "city"
    rows = Industry.objects.order_by("order", "code")
    edited = rows.filter(code=request.GET.get("code", "")).first()
    start = model_to_dict(edited, ["code", "name", "english_name", "order", "is_active"]) if edited else {}
    form = forms.IndustryForm(request.POST or request.typed or None, initial=start)
    if request.method == "POST":
        request.actor.require("organisations.edit")
        if form.is_valid():
            actions.edit_industry(by=request.actor, on=clock.today(), **form.cleaned_data)
            messages.success(request, _("已保存，并记入台账"))
            return redirect("industries")
    unions = Organisation.objects.seen_by(request.actor).filter(level="industry").select_related("industry")
    return render(
        request,
        "organisations/console/industries.html",
        {
            "rows": [(row, [one for one in unions if one.industry_id == row.pk]) for row in rows],
            "form": form,
            "may_edit": may_edit,
            "edited": edited,
        },
    )


@searching("组织")
def find(sought: Sought) -> list[Found]:
    """Organisations of the scope, for the search box."""
    if not sought.actor.may("organisations.see"):
        return []
    return [
        Found(
            one.title,
            reverse("organisation", args=[one.code]),
            f"{one.code} · {one.get_level_display()}",
            also=(one.code, one.name),
        )
        for one in sought.once(organisations_for)
    ]


def organisations_for(sought: Sought) -> list[Organisation]:
    """The organisations in sight that were typed; other shelves build on them."""
    return find_organisations(sought.actor, sought.words, A_SHELF)


urlpatterns = [
    path("organisations/", tree, name="organisations"),
    path("organisations/new/", found_new, name="organisation_new"),
    path("organisations/industries/", industries, name="industries"),
    path("organisations/<str:code>/", organisation, name="organisation"),
    path("organisations/<str:code>/below/", below, name="organisation_below"),
    path("organisations/<str:code>/change/", change, name="organisation_change"),
    path("organisations/<str:code>/change/<slug:what>/", changed, name="organisation_changed"),
]
