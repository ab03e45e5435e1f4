"""Who looked: the append-only list of openings of what is protected, exports, and refused tries."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from gonghui.core.actor import Actor
from gonghui.core.facts import LOOKS
from gonghui.core.models import Access
from gonghui.spine.officials.forms import role_name
from gonghui.spine.officials.models import ROLES
from gonghui.spine.organisations.models import Organisation
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.lists.declared import Filter, Listing, Shown, listed
from gonghui.web.models import Account


def _seen(actor: Actor, asked: QueryDict) -> QuerySet[Access]:
    """What officials of the subtree looked at; what the system itself did (nobody's organisation) is the city's."""
    own = Q(organisation_id__in=Organisation.objects.under(actor.path).values("pk"))
    seen = Access.objects.filter(own | Q(organisation_id=0) if actor.level == "city" else own)
    what = asked.get("what", "")
    return seen.filter(what=what) if what in LOOKS else seen


def _said(looks: Sequence[Access]) -> list[dict[str, Any]]:
    """The looks with the people, places and words they name."""
    people = Account.objects.in_bulk({row.account_id for row in looks})
    places = Organisation.objects.in_bulk({row.organisation_id for row in looks})
    return [
        {
            "look": row,
            "account": people.get(row.account_id),
            "place": places.get(row.organisation_id),
            "role": role_name(ROLES[row.role]) if row.role in ROLES else row.role,
            "what": _(LOOKS.get(row.what, row.what)),
        }
        for row in looks
    ]


def _told(_actor: Actor, looks: Sequence[Access]) -> Iterable[Sequence[Shown]]:
    """The looks as their list shows them."""
    for row in _said(looks):
        look, account, place = row["look"], row["account"], row["place"]
        at = f"{timezone.localtime(look.looked_at):%Y-%m-%d %H:%M:%S}"
        who, where = (account.name, place.title if place else "") if account else ("", "")
        yield (at, who, row["role"], where, row["what"], look.subject_type, look.why)


LISTING = listed(
    Listing(
        name="accesses",
        title="查看留痕",
        power="access.see",
        rows=_seen,
        order=("-id",),
        columns=("时间", "谁", "岗位", "组织", "事项", "对象", "说明"),
        cells=_told,
        filters={"what": Filter("事项", lambda what: _(LOOKS.get(what, what)))},
        protected=True,
    )
)


@page("access.see")
def accesses(request: ConsoleRequest) -> HttpResponseBase:
    """What officials of the subtree looked at, newest first; the list itself holds no protected value."""
    listing = LISTING.page(request)
    kinds = [(code, _(title)) for code, title in LOOKS.items()]
    shown = {"page": listing, "rows": _said(listing.rows), "what": request.GET.get("what", ""), "kinds": kinds}
    return render(request, "officials/console/accesses.html", shown)


urlpatterns = [path("officials/accesses/", accesses, name="accesses")]
