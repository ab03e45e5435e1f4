"""The texts of the plans, open to everybody: what is paid, by which steps, with worked examples."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import path

from gonghui.core import clock
from gonghui.web.console import render
from gonghui.work.mutual_aid.forms.telling import is_english, parameters_of
from gonghui.work.mutual_aid.models import editions_of
from gonghui.work.mutual_aid.rules.plans import PLANS


def plan(request: HttpRequest, key: str, begins: str = "") -> HttpResponseBase:
    """One text of a plan: the one that holds today, or the one that began on a day; the others are named."""
    published = editions_of(key) if key in PLANS else []
    held = [one for one in published if one.valid_from <= clock.today()] or published
    try:
        wanted = date.fromisoformat(begins) if begins else None
    except ValueError:
        raise Http404 from None
    shown = next((one for one in published if one.valid_from == wanted), None) if wanted else next(iter(held), None)
    if shown is None:
        raise Http404
    english = is_english()
    context = {
        "edition": shown,
        "others": [one for one in published if one != shown],
        "scheme": shown.scheme,
        "parameters": parameters_of(shown.scheme),
        "steps": shown.scheme.in_words(english=english),
        "examples": [one.title_en if english else one.title for one in shown.scheme.examples],
        "lines": shown.text.splitlines(),
    }
    return render(request, "mutual_aid/portal/plan.html", context)


urlpatterns = [
    path("mutual_aid/plans/<slug:key>/", plan, name="aid_plan"),
    path("mutual_aid/plans/<slug:key>/<str:begins>/", plan, name="aid_plan_text"),
]
