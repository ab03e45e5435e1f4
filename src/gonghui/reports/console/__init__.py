"""Pages of returns and of reports."""

from django.urls import URLPattern

from gonghui.reports.console import (
    annex,
    bridging,
    checkpoints,
    entries,
    figures,
    finding,
    finding_figures,
    imports,
    lines,
    making,
    overview,
    prints,
    published,
    reading,
    reconcile,
    report,
    returns,
    review,
    rounds,
    subjects,
    waits,
)

_PAGES = (
    rounds,
    returns,
    lines,
    review,
    imports,
    making,
    published,
    reconcile,
    report,
    reading,
    annex,
    bridging,
    figures,
    finding,
    finding_figures,
    entries,
    overview,
    prints,
    checkpoints,
    subjects,
    waits,
)
urlpatterns: list[URLPattern] = [one for module in _PAGES for one in getattr(module, "urlpatterns", [])]
