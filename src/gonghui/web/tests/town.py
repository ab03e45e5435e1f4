"""A small urlconf and a middleware for tests of the shells: who acts is said by a header."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import last_position, record
from gonghui.core.journal_text import TextPlace
from gonghui.core.tests.facts import Counted
from gonghui.web import palette, urls
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.models import Account
from gonghui.web.stepup import asked_again
from gonghui.web.today import Item

WITHOUT_POST = "HTTP_X_WITHOUT_POST"
CHAOYANG = Actor(
    id=7,
    account_id=1,
    name="统计员",
    organisation_id=3,
    organisation_name="朝阳区总工会",
    path="/1/3/",
    level="district",
    role="statistician",
    powers=frozenset({"reports.see"}),
)


def somebody(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a signed-in account acts for Chaoyang, unless a header says it has no post."""

    def respond(request: HttpRequest) -> HttpResponse:
        account = request.user
        acting = isinstance(account, Account) and WITHOUT_POST not in request.META
        request.actor = replace(CHAOYANG, account_id=account.pk or 0) if acting else None  # type: ignore[attr-defined]
        return get_response(request)

    return respond


@page("reports.see")
def note(request: ConsoleRequest) -> HttpResponseBase:
    """A page with a form; the action refuses 件 for 人次."""
    if request.method == "POST":
        if request.POST["unit"] == "power":
            raise PowerMissing("access.power", "您现在的岗位没有这项权限（%(power)s）", power="reports.sign")
        if request.POST["unit"] != "人次":
            raise Refusal("town.unit", "单位应为人次，您填的是“%(unit)s”", unit=request.POST["unit"])
        return HttpResponse("done")
    if request.GET.get("bad"):
        raise Refusal("town.period", "没有这个期间：%(period)s", period=request.GET["bad"])
    return render(request, "web/tests/note.html")


@page()
@require_POST
def take(request: ConsoleRequest) -> HttpResponseBase:
    """A step that only takes POST."""
    raise Refusal("town.step", "当前状态不能执行")


@page()
def strict(request: ConsoleRequest) -> HttpResponseBase:
    """A page that cannot be shown for a wrong period, whether it is asked for or sent."""
    period = request.POST.get("period") or request.GET.get("period", "")
    if period:
        raise Refusal("town.period", "没有这个期间：%(period)s", period=period)
    return render(request, "web/tests/note.html")


@action
def _counted(people: int) -> None:
    if people > 9:
        raise Refusal("town.many", "太多：%(people)s", people=people)
    record(
        Counted(people=people), about=None, by=CHAOYANG, happened_on=date(2020, 4, 1), organisation=TextPlace("/1/3/")
    )


@page()
@require_POST
def count(request: ConsoleRequest) -> HttpResponseBase:
    """Something is recorded each time this is reached, and where it leads is another place each time."""
    _counted(int(request.POST["people"]))
    if "slip" in request.POST:
        return HttpResponse("the secret")
    return redirect(f"/note/?entry={last_position()}")


@page()
@require_POST
def weigh(request: ConsoleRequest) -> HttpResponseBase:
    """A step for somebody just recognised."""
    return asked_again(request, doing="盖章") or HttpResponse("|".join(request.POST.getlist("why")))


@page("reports.sign")
def seal(request: ConsoleRequest) -> HttpResponseBase:
    """A page the statistician may not see."""
    raise AssertionError("reached")


def crash(request: HttpRequest) -> HttpResponse:
    """Our own mistake."""
    raise ZeroDivisionError("secret of the machine")


def streets(sought: palette.Sought) -> list[palette.Found]:
    """Search hits."""
    return [palette.Found("望京街道总工会", "/x/", "110105")] if sought.words in "望京街道总工会" else []


def one_thing(actor: Actor) -> list[Item]:
    """Something waits."""
    return [Item("上半年上报 · 朝阳区", "/x/", state="退回", state_kind="late")]


handler403 = "gonghui.web.faults.forbidden"
handler404 = "gonghui.web.faults.absent"
handler500 = "gonghui.web.faults.broken"
urlpatterns = [
    *urls.urlpatterns,
    *(urls.demo_urlpatterns if not any(p.name == "demo_entrance" for p in urls.urlpatterns) else []),
    path("note/", note, name="note"),
    path("take/", take, name="take"),
    path("strict/", strict, name="strict"),
    path("count/", count, name="count"),
    path("weigh/", weigh, name="weigh"),
    path("seal/", seal, name="seal"),
    path("crash/", crash, name="crash"),
]
