"""Social workers: the list, one of them with their posts and certificates, new ones, and the positions they hold."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core import access, clock
from gonghui.core.actor import Actor
from gonghui.core.facts import KINDS
from gonghui.core.journal import entries_of
from gonghui.core.models import Kind
from gonghui.core.paths import end_of
from gonghui.spine.officials import actions
from gonghui.spine.officials.actions import CertificateEntry, Posting
from gonghui.spine.officials.flow import HOLDING, STAFF, SUBMIT, WORKER_FLOW
from gonghui.spine.officials.forms import CertificateForm, PositionForm, WorkerForm, WorkerStepForm
from gonghui.spine.officials.models import Certificate, Position, SocialWorker, Spell
from gonghui.spine.officials.rules import social_workers as rules
from gonghui.spine.organisations.models import Organisation
from gonghui.web import say
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.desk import Keyset
from gonghui.web.lists.declared import Filter, Listing, Shown, listed

SEE = "officials.social_workers"
OPENED = "officials.worker_opened"
LISTS = {"on_post": "在岗", "qualified": "在岗持证", "unqualified": "在岗未持证"}
SHOWN_ENTRIES = 20


def day_asked(query: QueryDict) -> date:
    """The day a list is asked for; today where none or a broken one is."""
    try:
        return date.fromisoformat(query.get("on", ""))
    except ValueError:
        return clock.today()


def _rows(actor: Actor, query: QueryDict) -> QuerySet[SocialWorker]:
    """The social workers that an address asks for, within the actor's reach."""
    on = day_asked(query)
    rows = SocialWorker.objects.seen_by(actor)
    which = query.get("list", "")
    if which in LISTS:
        rows = rows.qualified(on) if which == "qualified" else rows.on_post(on)
        rows = rows.exclude(pk__in=SocialWorker.objects.qualified(on)) if which == "unqualified" else rows
    if query.get("state") in WORKER_FLOW.states:
        rows = rows.filter(state=query["state"])
    if words := query.get("unit", "").strip()[:60]:
        units = Organisation.objects.seen_by(actor).filter(Q(code=words) | Q(name=words) | Q(short_name=words))
        under = Q(pk__in=[])
        for unit in units:
            under |= Q(organisation__path__gte=unit.path, organisation__path__lt=end_of(unit.path))
        rows = rows.filter(under)
    if query.get("kind") in rules.scheme(on).certificates:
        holding = Certificate.objects.filter(kind=query["kind"], state__in=HOLDING)
        rows = rows.filter(pk__in=holding.values("worker"))
    if query.get("contract") == "soon":
        soon = clock.today() + timedelta(days=rules.scheme(on).contract_days)
        rows = rows.exclude(state="left").filter(contract_to__range=(clock.today(), soon))
    if number := query.get("no", "").strip()[:20]:
        rows = rows.filter(worker_no__startswith=number.upper())
    certificates = Certificate.objects.exclude(state="rejected")
    return rows.select_related("organisation").prefetch_related(Prefetch("certificates", certificates))


def _cells(actor: Actor, rows: Sequence[SocialWorker]) -> Iterable[Sequence[Shown]]:
    for one in rows:
        held = say.listed(f"{_(each.title)}（{_(each.get_state_display())}）" for each in one.certificates.all())
        state = _(str(one.get_state_display()))
        yield (one.worker_no, one.masked_name, one.organisation.title, one.station, state, held, one.contract_to)


LISTING = Listing(
    "social_workers",
    "专职社工",
    SEE,
    rows=_rows,
    order=("worker_no",),
    columns=("工号", "姓名", "组织", "服务站", "状态", "证书", "合同止日"),
    cells=_cells,
    filters={
        "list": Filter("名单", lambda key: _(LISTS.get(key, key))),
        "on": Filter("日期"),
        "state": Filter("状态", lambda key: _(WORKER_FLOW.states.get(key, key))),
        "kind": Filter("证书种类"),
        "unit": Filter("组织"),
        "no": Filter("工号", personal=True),
        "contract": Filter("合同将到期"),
    },
    protected=True,
    of_people=True,
)
listed(LISTING)


@page(SEE)
def social_workers(request: ConsoleRequest) -> HttpResponseBase:
    """The social workers of the subtree, as many of them on post and qualified as the figure says."""
    asked = LISTING.asked(request.actor, request.GET)
    on = day_asked(asked)
    seen = SocialWorker.objects.seen_by(request.actor)
    everybody, qualified = seen.on_post(on).count(), seen.qualified(on).count()
    return render(
        request,
        "officials/console/social_workers.html",
        {
            "page": LISTING.page(request),
            "asked": asked,
            "on": on,
            "lists": [(key, _(word)) for key, word in LISTS.items()],
            "states": [(key, _(word)) for key, word in WORKER_FLOW.states.items()],
            "kinds": [(kind.key, _(kind.title)) for kind in rules.scheme(on).certificates.values()],
            "everybody": everybody,
            "qualified": qualified,
            "percent": percent(qualified, everybody),
            "may_staff": request.actor.may(STAFF),
        },
    )


def percent(part: int, whole: int) -> str:
    """A share with one decimal, cut off and never rounded up to what it does not reach; a dash for nothing."""
    if not whole:
        return "—"
    tenths = part * 1000 // whole
    return f"{tenths // 10}.{tenths % 10}%"


# One social worker ------------------------------------------------------------------------------------------------


def one_of(actor: Actor, public_id: object) -> SocialWorker:
    """The social worker if the actor sees them; else there is none."""
    seen = SocialWorker.objects.seen_by(actor).select_related("organisation", "account")
    return get_object_or_404(seen, public_id=public_id)


@page(SEE)
def social_worker(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """One of them, by full name: that it was opened is written down."""
    return _opened(request, one_of(request.actor, public_id))


def _opened(request: ConsoleRequest, worker: SocialWorker) -> HttpResponseBase:
    access.looked(request.actor, OPENED, subject_type="officials.socialworker", subject_id=worker.pk)
    return _worker_page(request, worker, request.typed)


def _worker_page(
    request: ConsoleRequest, worker: SocialWorker, typed: QueryDict | None, *, sent: CertificateForm | None = None
) -> HttpResponseBase:
    actor, today = request.actor, clock.today()
    offers = WORKER_FLOW.offers(worker, by=actor)
    asked = (typed.get("step") if typed is not None else "") or request.GET.get("step", "")
    step = next((offer.step for offer in offers if offer.allowed and offer.step.name == asked), None)
    adding = asked == "certificate" and actor.may(SUBMIT)
    certificates = worker.certificates.prefetch_related("registrations__submitted_by", "registrations__checked_by")
    return render(
        request,
        "officials/console/social_worker.html",
        {
            "worker": worker,
            "duties": say.listed(_(title) for title in worker.duty_titles(today)),
            "spells": Spell.objects.filter(worker=worker)
            .select_related("position__organisation")
            .order_by("-first_on"),
            "certificates": list(certificates),
            "offers": offers if actor.may(STAFF) else [],
            "step": step,
            "form": WorkerStepForm(typed or None, actor=actor, step=step.name) if step is not None else None,
            "adding": adding,
            "certificate_form": (sent or CertificateForm(typed or None)) if adding else None,
            "may_submit": actor.may(SUBMIT),
            "history": history_of(worker),
        },
    )


def history_of(record: Any) -> list[dict[str, Any]]:
    """What the journal says about a record, newest first."""
    entries = list(entries_of(record).order_by("-id")[:SHOWN_ENTRIES])
    names = dict(Kind.objects.filter(pk__in={entry.kind for entry in entries}).values_list("pk", "name"))
    return [
        {
            "title": _(KINDS[names[entry.kind]].title),
            "people": entry.sign * entry.quantity if names[entry.kind].endswith("_changed") else None,
            "on": entry.happened_on,
            "url": reverse("entry", args=[entry.id]),
        }
        for entry in entries
        if names[entry.kind] in KINDS
    ]


@page(SEE)
def worker_step(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The step that the form asks for is taken; refused, the page stands here with what was typed, kept nowhere."""
    worker, step = one_of(request.actor, public_id), request.POST.get("step", "")
    if request.method != "POST":
        return _opened(request, worker)
    if step == "certificate":
        return _submit(request, worker)
    if step not in WORKER_FLOW.steps:
        return redirect("social_worker", worker.public_id)
    form = WorkerStepForm(request.POST, actor=request.actor, step=step)
    if not form.is_valid():
        return _worker_page(request, worker, request.POST)
    on, position = form.cleaned_data["on"], form.cleaned_data.get("position")
    if step == "post" and position is not None:
        actions.post_workers([Posting(worker, position, on)], by=request.actor, on=clock.today())
    else:
        actions.turn_worker(worker, step, by=request.actor, on=clock.today(), day=on, position=position)
    messages.success(request, _("已办“%(step)s”，并记入台账") % {"step": _(WORKER_FLOW.steps[step].title)})
    return redirect("social_worker", worker.public_id)


def _submit(request: ConsoleRequest, worker: SocialWorker) -> HttpResponseBase:
    request.actor.require(SUBMIT)
    form = CertificateForm(request.POST, request.FILES)
    if not form.is_valid():
        return _worker_page(request, worker, request.POST, sent=form)
    given = form.cleaned_data
    kind, _sign, level = given.pop("kind_level").partition(".")
    scans = given.pop("scans")
    entry = CertificateEntry(worker=worker, kind=kind, level=level, **given)
    made = actions.submit_with_scans(entry, scans, by=request.actor, on=clock.today())
    messages.success(request, _("已提交“%(title)s”，等他人对着原件核验") % {"title": _(made.title)})
    if made.is_doubtful:
        messages.warning(
            request,
            _("“%(title)s”的全国考试 %(day)s 以后不再发证，请再核对发证日期")
            % {"title": _(made.title), "day": say.day(made.declared.last_issued_on or made.issued_on)},
        )
    return redirect("social_worker", worker.public_id)


@page(STAFF)
def worker_new(request: ConsoleRequest) -> HttpResponseBase:
    """The form that puts somebody on the roll, and on a position where one is chosen."""
    typed = request.POST if request.method == "POST" else request.typed
    form = WorkerForm(typed or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        worker = form.enrol(by=request.actor, on=clock.today())
        messages.success(request, _("已登记工号 %(number)s") % {"number": worker.worker_no})
        return redirect("social_worker", worker.public_id)
    return render(request, "officials/console/worker_form.html", {"form": form, "worker": None})


@page(STAFF)
def worker_change(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The form of what the roll says about somebody."""
    worker = one_of(request.actor, public_id)
    access.looked(request.actor, OPENED, subject_type="officials.socialworker", subject_id=worker.pk)
    typed = request.POST if request.method == "POST" else request.typed
    form = WorkerForm(typed or None, actor=request.actor, worker=worker)
    if request.method == "POST" and form.is_valid():
        actions.change_worker(worker, form.entry(), by=request.actor, on=clock.today())
        messages.success(request, _("已改好，并记入台账"))
        return redirect("social_worker", worker.public_id)
    return render(request, "officials/console/worker_form.html", {"form": form, "worker": worker})


# Positions --------------------------------------------------------------------------------------------------------


def _positions(actor: Actor, on: date) -> QuerySet[Position]:
    seen = Position.objects.seen_by(actor).select_related("organisation")
    return seen.with_filled(on)


@page(SEE)
def positions(request: ConsoleRequest) -> HttpResponseBase:
    """The positions of the subtree with their places, how many are filled, and how many are empty."""
    on = clock.today()
    shown = Keyset(_positions(request.actor, on), ("post_no",), 50).page(request)
    marked = rules.scheme(on).vacancy_percent_marked
    rows = [
        {"position": one, "empty": empty, "is_marked": empty * 100 >= marked * one.headcount}
        for one in shown
        for empty in [one.headcount - one.filled]
    ]
    return render(
        request,
        "officials/console/positions.html",
        {"page": shown, "rows": rows, "marked": marked, "may_staff": request.actor.may(STAFF)},
    )


@page(SEE)
def position(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """One position: its places, who holds them, and the form that changes it."""
    on = clock.today()
    found = get_object_or_404(_positions(request.actor, on), public_id=public_id)
    may_staff = request.actor.may(STAFF)
    form = PositionForm(request.typed or None, actor=request.actor, position=found) if may_staff else None
    if request.method == "POST":
        request.actor.require(STAFF)
        form = PositionForm(request.POST, actor=request.actor, position=found)
        if form.is_valid():
            actions.change_position(found, form.entry(), by=request.actor, on=on)
            messages.success(request, _("已改好，并记入台账"))
            return redirect("position", found.public_id)
    held = Spell.objects.filter(position=found).select_related("worker").order_by("-first_on", "-id")[:200]
    return render(
        request,
        "officials/console/position.html",
        {"position": found, "empty": found.headcount - found.filled, "form": form, "held": held},
    )


@page(STAFF)
def position_new(request: ConsoleRequest) -> HttpResponseBase:
    """The form of a new position."""
    typed = request.POST if request.method == "POST" else request.typed
    form = PositionForm(typed or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        [made] = actions.open_positions([form.entry()], by=request.actor, on=clock.today())
        messages.success(request, _("已设立岗位 %(number)s") % {"number": made.post_no})
        return redirect("position", made.public_id)
    return render(request, "officials/console/position_form.html", {"form": form})


urlpatterns = [
    path("social-workers/", social_workers, name="social_workers"),
    path("social-workers/new/", worker_new, name="social_worker_new"),
    path("social-workers/positions/", positions, name="positions"),
    path("social-workers/positions/new/", position_new, name="position_new"),
    path("social-workers/positions/<uuid:public_id>/", position, name="position"),
    path("social-workers/<uuid:public_id>/", social_worker, name="social_worker"),
    path("social-workers/<uuid:public_id>/step/", worker_step, name="social_worker_step"),
    path("social-workers/<uuid:public_id>/change/", worker_change, name="social_worker_change"),
]
