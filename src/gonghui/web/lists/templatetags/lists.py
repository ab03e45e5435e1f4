"""The tools of a list on its page: views under a name, the list as a file, acts on many rows."""

from datetime import date
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse

from gonghui.core.actor import Actor
from gonghui.web import say
from gonghui.web.lists.declared import LISTINGS, Shown
from gonghui.web.lists.models import NAME_LONGEST, SavedView

register = template.Library()


@register.filter
def cell(shown: Shown) -> str:
    """What a cell says on a page: days as people write them."""
    if isinstance(shown, date):
        return say.day(shown)
    return "" if shown is None else f"{shown:,}" if isinstance(shown, int) else shown


@register.inclusion_tag("lists/tools.html", takes_context=True)
def list_tools(context: template.Context, name: str) -> dict[str, Any]:
    """Views and files, for the head of the page."""
    request: HttpRequest = context["request"]
    actor: Actor = context["actor"]
    listing = LISTINGS[name]
    asked = listing.asked(actor, request.GET)
    words = listing.address(actor, asked)
    return {
        "request": request,
        "name": name,
        "query": asked.urlencode(),
        "views": SavedView.objects.seen_by(actor).filter(listing=name),
        "files": [
            (title, reverse("list_export", args=[name, ending]) + (f"?{words}" if words else ""))
            for ending, title in listing.endings()
        ],
        "of_people": listing.of_people,
        "longest": NAME_LONGEST,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("lists/acts.html", takes_context=True)
def list_acts(context: template.Context, name: str) -> dict[str, Any]:
    """Buttons that act on the rows ticked, or on all that the filter finds; the boxes of the rows name this form."""
    request: HttpRequest = context["request"]
    actor: Actor = context["actor"]
    listing = LISTINGS[name]
    return {
        "request": request,
        "name": name,
        "query": listing.asked(actor, request.GET).urlencode(),
        "acts": [act for act in listing.acts if actor.may(act.power)],
        "csrf_token": context.get("csrf_token"),
    }
