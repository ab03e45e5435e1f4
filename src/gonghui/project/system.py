"""The state of the machinery: how far the journal is settled and folded, what waits, what failed. No business data."""

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.http import HttpResponseBase
from django.urls import path
from procrastinate.contrib.django.models import ProcrastinateJob

from gonghui.core import journal, rollup
from gonghui.core.errors import Refusal
from gonghui.core.seals import checkpoints, sealing
from gonghui.core.seals.canon import ENTRIES
from gonghui.reports import seals
from gonghui.web import say
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
            **_sealed(settled),
            "version": version,
            "megabytes": size // 2**20,
            "waiting": jobs.get("todo", 0) + jobs.get("doing", 0),
            "failed": jobs.get("failed", 0),
            "profile": settings.GONGHUI_PROFILE,
        },
    )


def _sealed(settled: int) -> dict[str, object]:
    """How far the journal is sealed, the newest checkpoint, and whether the signer will sign the next."""
    head, newest = sealing.head(), seals.of_entries().first()
    try:
        key, why = checkpoints.key_at_hand().id, ""
        checkpoints.refuse_what_did_not_grow(ENTRIES, head.number)
    except Refusal as refusal:
        key, why = "", say.text(refusal)
    return {
        "blocks": head.number,
        "unsealed": max(0, settled - head.last_id),
        "checkpoint": newest,
        "seal_key": key,
        "why_no_key": why,
    }


urlpatterns = [path("system/", system, name="system")]
