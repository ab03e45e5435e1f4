"""The addresses that all lists share: views under a name, the list as a file, an act on many rows."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from gonghui.core import access, clock
from gonghui.core.errors import Refusal
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.lists import parameters, requests, selecting
from gonghui.web.lists.declared import LISTINGS, LONGEST_QUERY, TAKEN, TYPES, Listing, opened
from gonghui.web.lists.models import NAME_LONGEST, SavedView, Selection
from gonghui.web.stepup import asked_again

VIEWS_MOST = 60
SHOWN = 10


def _sent(request: ConsoleRequest, listing: Listing[Any]) -> QueryDict:
    """The filter that a form of the list's page carries along; a longer one than is kept is refused, never cut."""
    asked = listing.kept(QueryDict(request.POST.get("query", "")[: 4 * LONGEST_QUERY]))
    if len(asked.urlencode()) > LONGEST_QUERY:
        raise Refusal("web.view_long", "筛选条件太长，存不下：请少填一些再存")
    return asked


@page()
@require_POST
def search(request: ConsoleRequest, name: str) -> HttpResponseBase:
    """What was typed into a list's filters becomes its address; where these may name people the form is sent here."""
    listing = opened(request.actor, name)
    return redirect(listing.url(request.actor, request.POST))


# Views under a name ---------------------------------------------------------------------------------------------


@page()
def views(request: ConsoleRequest) -> HttpResponseBase:
    """One's own views and those of one's union, by list."""
    seen = SavedView.objects.seen_by(request.actor).select_related("account").order_by("listing", "name", "id")
    rows = [
        {
            "view": view,
            "listing": LISTINGS[view.listing],
            "words": LISTINGS[view.listing].in_words(QueryDict(view.query)),
        }
        for view in seen
        if view.listing in LISTINGS and request.actor.may(LISTINGS[view.listing].power)
    ]
    return render(request, "lists/views.html", {"rows": rows, "own": request.actor.account_id, "longest": NAME_LONGEST})


@page()
@require_POST
def save_view(request: ConsoleRequest, name: str) -> HttpResponseBase:
    """The list as it is filtered stands under a name."""
    listing = opened(request.actor, name)
    asked = _sent(request, listing)
    called = _name(request.POST.get("name", ""))
    mine = SavedView.objects.filter(account=request.user, organisation_id=request.actor.organisation_id)
    if mine.count() >= VIEWS_MOST:
        raise Refusal("web.views_many", "已经存了 %(most)s 个视图：请先删去不用的", most=VIEWS_MOST)
    SavedView.objects.update_or_create(
        account=request.user,
        organisation_id=request.actor.organisation_id,
        listing=listing.name,
        name=called,
        defaults={"query": asked.urlencode(), "is_shared": bool(request.POST.get("shared"))},
    )
    messages.success(request, _("已存为视图“%(name)s”，在“视图”里随时打开") % {"name": called})
    return redirect(listing.url(request.actor, asked))


def _name(typed: str) -> str:
    called = " ".join(typed.split())
    if not called or len(called) > NAME_LONGEST:
        raise Refusal("web.view_name", "视图名称请写 1 到 %(longest)s 个字", longest=NAME_LONGEST)
    return called


@page()
@require_GET
def open_view(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The list as it was filtered, in the reader's own scope."""
    view = get_object_or_404(SavedView.objects.seen_by(request.actor), public_id=public_id)
    listing = opened(request.actor, view.listing)
    return redirect(listing.url(request.actor, QueryDict(view.query)))


@page()
@require_POST
def change_view(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """Its owner renames, shares or deletes a view."""
    seen = SavedView.objects.seen_by(request.actor).filter(account=request.user)
    view = get_object_or_404(seen, public_id=public_id)
    if request.POST.get("delete"):
        view.delete()
        messages.success(request, _("已删去视图“%(name)s”") % {"name": view.name})
        return redirect("views")
    called = _name(request.POST.get("name", ""))
    alike = SavedView.objects.filter(account=request.user, organisation_id=view.organisation_id, listing=view.listing)
    if alike.filter(name=called).exclude(pk=view.pk).exists():
        raise Refusal("web.view_name_taken", "这张名单已有叫“%(name)s”的视图：请换个名称", name=called)
    view.name, view.is_shared = called, bool(request.POST.get("shared"))
    view.save(update_fields=["name", "is_shared"])
    messages.success(request, _("已保存"))
    return redirect("views")


# The list as a file ---------------------------------------------------------------------------------------------


@page()
@require_GET
def take(request: ConsoleRequest, name: str, ending: str) -> HttpResponseBase:
    """Everything the filter finds, as .csv or .xlsx; many people's names are asked for first."""
    listing, actor = opened(request.actor, name), request.actor
    if ending not in TYPES:
        raise Http404
    asked = listing.asked(actor, request.GET)
    rows = listing.count(actor, asked)
    if listing.of_people and rows > parameters.on(clock.today()).alone_most:
        return redirect(f"{reverse('export_ask', args=[name])}?{listing.address(actor, asked)}")
    if listing.protected and (again := asked_again(request, then=listing.url(actor, asked))) is not None:
        return again
    if listing.protected:
        access.looked(actor, TAKEN, subject_type=listing.name)
    return listing.file(actor, asked, ending, [])


# An act on many rows --------------------------------------------------------------------------------------------


@page()
@require_POST
def select(request: ConsoleRequest, name: str) -> HttpResponseBase:
    """Rows are chosen for an act; what it will touch is shown next."""
    listing = opened(request.actor, name)
    act = listing.act(request.POST.get("act", ""))
    if act is None:
        raise Http404
    request.actor.require(act.power)
    asked = _sent(request, listing)
    ticked = None if request.POST.get("all") else request.POST.getlist("row")[: act.most]
    made = selecting.choose(listing, act, request.actor, query=asked.urlencode(), ticked=ticked)
    return redirect("selection", made.public_id)


@page()
def selection(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """What an act will touch; POST does it."""
    chosen = get_object_or_404(Selection.objects.seen_by(request.actor), public_id=public_id)
    listing, act = selecting.found(chosen)
    request.actor.require(act.power)
    form = act.form(request.POST or request.typed or None) if act.form is not None else None
    if act.step_up and (again := asked_again(request, doing=act.doing % {"n": chosen.rows})) is not None:
        return again
    if request.method == "POST" and (form is None or form.is_valid()):
        rows = selecting.unchanged(chosen, request.actor)
        done = act.run(rows, request.actor, clock.today(), form.cleaned_data if form is not None else {})
        words = ngettext("已办成 %(n)s 行", "已办成 %(n)s 行", done.rows) % {"n": done.rows}
        if not done.left:
            messages.success(request, words)
            return redirect(listing.url(request.actor, chosen.asked))
        return render(
            request,
            "lists/done.html",
            {"listing": listing, "act": act, "done": done, "back": listing.url(request.actor, chosen.asked)},
        )
    rows = selecting.show(chosen, request.actor)
    return render(
        request,
        "lists/selection.html",
        {
            "listing": listing,
            "act": act,
            "doing": _(act.doing) % {"n": len(rows)},
            "rows": list(listing.cells(request.actor, rows[:SHOWN])),
            "headings": [_(heading) for heading in listing.columns],
            "count": len(rows),
            "more": max(0, len(rows) - SHOWN),
            "words": [] if chosen.ticked else listing.in_words(chosen.asked),
            "form": form,
            "back": listing.url(request.actor, chosen.asked),
        },
    )


urlpatterns = [
    *requests.urlpatterns,
    path("lists/views/", views, name="views"),
    path("lists/views/<uuid:public_id>/", open_view, name="view_open"),
    path("lists/views/<uuid:public_id>/change/", change_view, name="view_change"),
    path("lists/selections/<uuid:public_id>/", selection, name="selection"),
    path("lists/<slug:name>/search/", search, name="list_search"),
    path("lists/<slug:name>/views/", save_view, name="view_save"),
    path("lists/<slug:name>/select/", select, name="list_select"),
    path("lists/<slug:name>/export.<slug:ending>", take, name="list_export"),
]
