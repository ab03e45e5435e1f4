"""The addresses of the platform: the shells of web, and each app's console pages."""

from django.urls import URLPattern, URLResolver

from gonghui.project import system
from gonghui.reports import console as reports
from gonghui.spine.officials import console as officials
from gonghui.spine.organisations import console as organisations
from gonghui.web import urls as web

urlpatterns: list[URLPattern | URLResolver] = [
    *web.urlpatterns,
    *reports.urlpatterns,
    *organisations.urlpatterns,
    *officials.urlpatterns,
    *system.urlpatterns,
]

handler403 = "gonghui.web.faults.forbidden"
handler404 = "gonghui.web.faults.absent"
handler500 = "gonghui.web.faults.broken"
