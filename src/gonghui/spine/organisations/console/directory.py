"""The directory: every organisation of the reader's subtree in one list, by level, area, place and state."""

from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import path
from django.utils.translation import gettext as _

from gonghui.core import codes, search
from gonghui.core.actor import Actor
from gonghui.spine.organisations.console.tree import one_of
from gonghui.spine.organisations.models import LEVELS, Organisation, shared_terms
from gonghui.spine.organisations.models.finding import TERMS
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.lists.declared import Filter, Listing, Shown, listed

STANDING, CLOSED, ALL = "standing", "closed", "all"


def _states() -> list[tuple[str, str]]:
    return [(STANDING, _("在册")), (CLOSED, _("已撤销")), (ALL, _("全部"))]


def _asked(actor: Actor, asked: QueryDict) -> QuerySet[Organisation]:
    """The organisations the address asks for: those that stand, unless it asks for others."""
    rows = Organisation.objects.seen_by(actor).select_related("parent", "industry")
    state = asked.get("state", STANDING)
    if state in (STANDING, CLOSED):
        rows = rows.filter(is_active=state == STANDING)
    if (level := asked.get("level", "")) in dict(LEVELS):
        rows = rows.filter(level=level)
    if under := asked.get("under", "").strip():
        rows = rows.under(one_of(actor, under.upper()).path)
    if area := asked.get("area", "").strip():
        rows = rows.filter(_in_area(codes.now_of_area(codes.area(area))))
    if words := asked.get("q", "").strip()[: search.LONGEST_QUERY]:
        return search.matching(rows, TERMS, "name", words, shared_terms(actor.path))
    return rows


def _in_area(code: str) -> Q:
    """Within a district or street; the development area is counted alone, never as a part of Daxing."""
    return Q(area_code__startswith=code) & (Q() if code == codes.BDA else ~Q(area_code__startswith=codes.BDA))


def _area_word(typed: str) -> str:
    """The code, and what an abolished one is taken for."""
    if typed[:6] not in codes.ABOLISHED:
        return typed
    words = {"code": typed, "name": codes.ABOLISHED[typed[:6]][0], "now": codes.now_of_area(typed)}
    return _("%(code)s（%(name)s已撤销，按 %(now)s）") % words


def _told(_actor: Actor, units: Sequence[Organisation]) -> Iterable[Sequence[Shown]]:
    """The organisations as their list shows them."""
    levels = {key: str(title) for key, title in LEVELS}
    for one in units:
        over = one.parent
        above = (over.code, over.short_title) if over is not None else ("", "")
        industry = one.industry.name if one.industry is not None else ""
        days = (one.founded_on, one.closed_on or "")
        yield (one.code, one.title, levels[one.level], one.area_code, *above, industry, one.uscc, *days)


LISTING = listed(
    Listing(
        name="organisation_list",
        title="组织名录",
        power="organisations.see",
        rows=_asked,
        order=("pinyin_key", "id"),
        columns=(
            "组织代码",
            "名称",
            "层级",
            "行政区划",
            "上级代码",
            "上级组织",
            "产业",
            "工会法人代码",
            "成立日期",
            "撤销日期",
        ),
        cells=_told,
        reads=(
            *("code", "name", "english_name", "level", "area_code", "uscc", "founded_on", "closed_on"),
            *("parent__code", "parent__short_name", "parent__english_name", "industry__name"),
        ),
        filters={
            "q": Filter("名称"),
            "level": Filter("层级", lambda key: str(dict(LEVELS).get(key, key))),
            "under": Filter("上级代码"),
            "area": Filter("行政区划", _area_word),
            "state": Filter("状态", lambda key: dict(_states()).get(key, key)),
        },
    )
)


@page("organisations.see")
def directory(request: ConsoleRequest) -> HttpResponseBase:
    """The list as the address asks for it."""
    asked = request.GET
    return render(
        request,
        "organisations/console/directory.html",
        {
            "page": LISTING.page(request),
            "levels": LEVELS,
            "states": _states(),
            "state": asked.get("state", STANDING),
            "asked": {name: asked.get(name, "") for name in LISTING.filters},
            "taken_for": _area_word(area) if (area := asked.get("area", "").strip())[:6] in codes.ABOLISHED else "",
        },
    )


urlpatterns = [path("organisations/list/", directory, name="organisation_list")]
