"""Who looked: the append-only list of openings of what is protected, exports, and refused tries."""

from django.db.models import Q
from django.http import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _

from gonghui.core.models import Access
from gonghui.spine.officials.forms import role_name
from gonghui.spine.officials.models import ROLES
from gonghui.spine.organisations.models import Organisation
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.web.models import Account

WHAT = {
    "denied": "越权被拒",
    "reports.figure_opened": "打开敏感数字",
    "reports.entries_opened": "打开敏感数字的记录",
    "reports.entry_opened": "打开敏感记录",
    "reports.line_opened": "打开敏感的上报行",
    "reports.return_opened": "打开有敏感数字的上报",
    "reports.annex_opened": "打开附表",
    "reports.annex_exported": "导出附表",
    "reports.evidence_taken": "下载佐证",
    "reports.workbook_taken": "取走上报表",
    "web.purged": "到期清理",
}


@page("access.see")
def accesses(request: ConsoleRequest) -> HttpResponseBase:
    """What officials of the subtree looked at, newest first; the list itself holds no protected value."""
    own = Q(organisation_id__in=Organisation.objects.under(request.actor.path).values("pk"))
    # What the system itself did (nobody's organisation) is the whole federation's.
    seen = Access.objects.filter(own | Q(organisation_id=0) if request.actor.level == "city" else own)
    what = request.GET.get("what", "")
    if what in WHAT:
        seen = seen.filter(what=what)
    listed = Keyset(seen, ("-id",)).page(request)
    people = Account.objects.in_bulk({row.account_id for row in listed})
    places = Organisation.objects.in_bulk({row.organisation_id for row in listed})
    rows = [
        {
            "look": row,
            "account": people.get(row.account_id),
            "place": places.get(row.organisation_id),
            "role": role_name(ROLES[row.role]) if row.role in ROLES else row.role,
            "what": _(WHAT[row.what]) if row.what in WHAT else row.what,
        }
        for row in listed
    ]
    kinds = [(code, _(title)) for code, title in WHAT.items()]
    return render(
        request, "officials/console/accesses.html", {"page": listed, "rows": rows, "what": what, "kinds": kinds}
    )


urlpatterns = [path("officials/accesses/", accesses, name="accesses")]
