"""The state of the machinery: how far the journal is settled and folded, what waits, what failed. No business data."""

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.http import HttpResponseBase
from django.urls import path
from procrastinate.contrib.django.models import ProcrastinateJob

from gonghui.core import journal, rollup
from gonghui.web.console import ConsoleRequest, page, render


@page("system.settings")
def system(request: ConsoleRequest) -> HttpResponseBase:
    """What an operator looks at first."""
    newest, settled, folded = journal.last_position(), journal.watermark(), rollup.position()
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('server_version'), pg_database_size(current_database())")
        version, size = cursor.fetchone()
    jobs = dict(ProcrastinateJob.objects.values_list("status").annotate(n=Count("id")))
    return render(
        request,
        "project/system.html",
        {
            "newest": newest,
            "unsettled": newest - settled,
            "unfolded": max(0, settled - folded),
            "version": version,
            "megabytes": size // 2**20,
            "waiting": jobs.get("todo", 0) + jobs.get("doing", 0),
            "failed": jobs.get("failed", 0),
            "profile": settings.GONGHUI_PROFILE,
        },
    )


urlpatterns = [path("system/", system, name="system")]
