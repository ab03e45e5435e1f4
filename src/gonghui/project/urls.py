"""The addresses of the platform: the shells of web, and each app's console pages."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver

FACES = (
    "gonghui.web.urls",
    "gonghui.reports.console",
    "gonghui.spine.organisations.console",
    "gonghui.spine.officials.console",
)
urlpatterns: list[URLPattern | URLResolver] = []
for face in FACES:
    if find_spec(face):
        urlpatterns += getattr(import_module(face), "urlpatterns", [])

handler403 = "gonghui.web.faults.forbidden"
handler404 = "gonghui.web.faults.absent"
handler500 = "gonghui.web.faults.broken"
