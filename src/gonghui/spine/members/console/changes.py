"""Who came and who went between two days: two lists, their difference, and new members by segment."""

from django.http import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _

from gonghui.spine.members.console.segments import parted, url
from gonghui.spine.members.console.spans import LISTS, of_list, span_of
from gonghui.spine.members.flow import SEE
from gonghui.spine.members.forms import SpanForm
from gonghui.web.console import ConsoleRequest, page, render

SIGNS = {"start": "", "admitted": "+", "came": "+", "left": "−", "went": "−", "end": "="}


@page(SEE)
def member_changes(request: ConsoleRequest) -> HttpResponseBase:
    """The list of the first day and that of the last, what lies between them, and how many were new."""
    actor = request.actor
    first, last = span_of(request.GET)
    sent = request.GET if {"first", "last"} & set(request.GET) else None
    form = SpanForm(sent, initial={"first": first, "last": last})
    counted = {which: of_list(actor, which, first, last).count() for which in LISTS}
    other = counted["end"] - counted["start"] - counted["admitted"] - counted["came"]
    other += counted["left"] + counted["went"]
    rows = [(SIGNS[key], _(LISTS[key]), counted[key], url(key, first, last)) for key in SIGNS]
    rows.insert(-1, ("±", _("重新入会、建档、工会合并"), other, ""))
    return render(
        request,
        "members/console/changes.html",
        {
            "form": form,
            "first": first,
            "last": last,
            "rows": rows,
            "net": counted["end"] - counted["start"],
            "cuts": parted(actor, first, last),
            "admitted": counted["admitted"],
        },
    )


urlpatterns = [path("members/changes/", member_changes, name="member_changes")]
