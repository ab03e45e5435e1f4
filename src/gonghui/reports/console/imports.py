"""The workbook of a return: taking it, bringing it back to the import desk."""

from django.http import HttpResponseBase
from django.urls import path

from gonghui.core import access, clock
from gonghui.reports.console.amounts import name_of
from gonghui.reports.console.returns import own_return
from gonghui.reports.console.rounds import period_label
from gonghui.reports.sheets import Returns
from gonghui.reports.sheets.out import workbook
from gonghui.web import shell
from gonghui.web.console import ConsoleRequest, attachment, page, render
from gonghui.web.imports.console import take_in
from gonghui.web.imports.models import Import
from gonghui.web.imports.opening import XLSX
from gonghui.web.imports.sheet import Scope


@page("reports.enter")
def take_workbook(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The pre-filled workbook."""
    in_return = own_return(request.actor, public_id)
    access.looked(request.actor, "reports.workbook_taken", subject_type="reports.return", subject_id=in_return.pk)
    name = f"{in_return.organisation.code}-{in_return.round.period}.xlsx"
    return attachment(workbook(in_return, demo=shell.is_demo()), name, XLSX)


@page("reports.enter")
def bring_workbook(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The upload: read and checked whole; nothing is taken over yet."""
    in_return = own_return(request.actor, public_id)
    if request.method == "POST":
        return take_in(request, Returns.declared(), Scope(request.actor, in_return.pk, clock.today()))
    return render(
        request,
        "reports/console/import.html",
        {
            "in_return": in_return,
            "round": in_return.round,
            "name": name_of(in_return.organisation),
            "label": period_label(in_return.round),
            "uploads": Import.objects.brought(Returns.name, in_return.pk).on_lists_of(request.actor)[:10],
        },
    )


urlpatterns = [
    path("returns/<uuid:public_id>/workbook/", take_workbook, name="take_workbook"),
    path("returns/<uuid:public_id>/import/", bring_workbook, name="bring_workbook"),
]
