"""Pages of returns and of reports."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
for _name in ("rounds", "returns", "review", "imports", "report", "annex", "figures", "entries", "overview"):
    if find_spec(f"gonghui.reports.console.{_name}") is not None:
        urlpatterns += getattr(import_module(f"gonghui.reports.console.{_name}"), "urlpatterns", [])
