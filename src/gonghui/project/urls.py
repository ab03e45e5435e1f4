"""The addresses of the platform: sign-in, the shells of web, and each app's console pages."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("accounts/", include("allauth.urls"))]
for module in ("gonghui.web.urls", "gonghui.reports.console", "gonghui.spine.organisations.console"):
    if find_spec(module):
        urlpatterns += import_module(module).urlpatterns
