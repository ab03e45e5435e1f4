"""The addresses of the platform: the shells of web, and each app's console pages."""

from django.urls import URLPattern, URLResolver, path

from gonghui.project import menu as _menu  # noqa: F401  # its doors stand in the palette from the first page on
from gonghui.project import system
from gonghui.reports import api as reports_api
from gonghui.reports import console as reports
from gonghui.spine.funds import console as funds
from gonghui.spine.members import console as members
from gonghui.spine.members import portal as members_portal
from gonghui.spine.officials import console as officials
from gonghui.spine.organisations import console as organisations
from gonghui.web import api
from gonghui.web import urls as web
from gonghui.web.imports import console as imports
from gonghui.work.mutual_aid import console as mutual_aid
from gonghui.work.mutual_aid import portal as mutual_aid_portal

machines = api.shell()
machines.add_router("checkpoints", reports_api.router)

urlpatterns: list[URLPattern | URLResolver] = [
    *web.urlpatterns,
    *imports.urlpatterns,
    *reports.urlpatterns,
    *organisations.urlpatterns,
    *officials.urlpatterns,
    *funds.urlpatterns,
    *members.urlpatterns,
    *members_portal.urlpatterns,
    *mutual_aid.urlpatterns,
    *mutual_aid_portal.urlpatterns,
    *system.urlpatterns,
    path("api/v1/", machines.urls),
]

handler403 = "gonghui.web.faults.forbidden"
handler404 = "gonghui.web.faults.absent"
handler500 = "gonghui.web.faults.broken"
