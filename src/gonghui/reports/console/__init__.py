"""Pages of returns and of reports."""

from django.urls import URLPattern

from gonghui.reports.console import (
    annex,
    entries,
    figures,
    imports,
    lines,
    making,
    overview,
    published,
    report,
    returns,
    review,
    rounds,
)

_PAGES = (rounds, returns, lines, review, imports, making, published, report, annex, figures, entries, overview)
urlpatterns: list[URLPattern] = [one for module in _PAGES for one in getattr(module, "urlpatterns", [])]
