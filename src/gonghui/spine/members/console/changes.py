"""Who came and who went between two days: two lists, their difference, and new members by segment."""

from collections import Counter

from django.db.models import Count
from django.http import HttpResponseBase, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core.actor import Actor
from gonghui.spine.members.actions.entries import Work, works
from gonghui.spine.members.console.roster import LISTS, of_list, span_of
from gonghui.spine.members.flow import SEE
from gonghui.spine.members.forms import SpanForm
from gonghui.spine.members.rules import membership as rules
from gonghui.spine.organisations.models import Organisation
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
    return render(
        request,
        "members/console/changes.html",
        {
            "form": form,
            "first": first,
            "last": last,
            "rows": [(SIGNS[key], _(LISTS[key]), counted[key], _url(key, first, last)) for key in SIGNS],
            "other": other,
            "net": counted["end"] - counted["start"],
            "segments": _segments(actor, first, last),
            "admitted": counted["admitted"],
        },
    )


def _url(which: str, first: object, last: object) -> str:
    words = QueryDict(mutable=True)
    words.update({"list": which, "first": str(first), "last": str(last), "state": "all"})
    return f"{reverse('members')}?{words.urlencode()}"


def _segments(actor: Actor, first: object, last: object) -> list[tuple[str, list[tuple[str, int]]]]:
    """New members by form of work, by the employer's ownership and by its size."""
    rows = of_list(actor, "admitted", first, last).values_list("organisation", "person__form")  # type: ignore[arg-type]
    counted = Counter({(place, form): many for place, form, many in rows.annotate(many=Count("id"))})
    kinds = works(Organisation.objects.filter(pk__in={place for place, _form in counted}).only("pk"))
    forms: Counter[str] = Counter()
    owners: Counter[str] = Counter()
    bands: Counter[str] = Counter()
    for (place, form), many in counted.items():
        work = kinds.get(place, Work())
        forms[_(rules.FORMS[form])] += many
        owners[_("非公有制单位") if work.non_public else _("其他单位")] += many
        bands[_("职工 %(band)s 人") % {"band": work.band} if work.band != "none" else _("无用人单位")] += many
    return [
        (_("用工形式"), forms.most_common()),
        (_("单位性质"), owners.most_common()),
        (_("单位规模"), bands.most_common()),
    ]


urlpatterns = [path("members/changes/", member_changes, name="member_changes")]
