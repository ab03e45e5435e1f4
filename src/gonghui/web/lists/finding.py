"""What search finds of lists: views kept under a name."""

from django.urls import reverse
from django.utils.translation import gettext as _

from gonghui.web.lists.declared import LISTINGS
from gonghui.web.lists.models import SavedView
from gonghui.web.palette import Found, Sought, fitting, searching


@searching("视图")
def views(sought: Sought) -> list[Found]:
    """One's own views and those of one's union, by name, of lists that one may open."""
    open_to_them = {name for name, listing in LISTINGS.items() if sought.actor.may(listing.power)}
    seen = SavedView.objects.seen_by(sought.actor).filter(listing__in=open_to_them)
    return fitting(
        sought.words,
        [
            Found(one.name, reverse("view_open", args=[one.public_id]), _(LISTINGS[one.listing].title))
            for one in seen.only("public_id", "name", "listing").order_by("name", "id")
        ],
    )
