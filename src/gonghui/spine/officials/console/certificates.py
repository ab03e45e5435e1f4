"""Certificates: those that wait to be verified, one of them beside its original, and what lapses in the time ahead."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Case, DateField, F, Max, Min, Q, Value, When
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core import access, clock
from gonghui.core.actor import Actor
from gonghui.spine.officials import actions
from gonghui.spine.officials.console.social_workers import SEE, history_of, percent
from gonghui.spine.officials.flow import CERTIFICATE_FLOW, HOLDING, STAFF, SUBMIT, UNMASK, VERIFY
from gonghui.spine.officials.forms import RejectForm, RenewalForm, RevealForm, ScansForm
from gonghui.spine.officials.models import Certificate, CertificateScan, Registration, SocialWorker, opens_scans
from gonghui.spine.officials.rules import social_workers as rules
from gonghui.spine.officials.rules.social_workers import Ahead
from gonghui.web.console import ConsoleRequest, attachment, page, render
from gonghui.web.desk import Keyset
from gonghui.web.stepup import asked_again
from gonghui.web.today import Item, waiting

OPENED, NUMBER_SHOWN = "officials.certificate_opened", "officials.number_shown"
SCAN_OPENED = "officials.scan_opened"
SPANS = ("days", "winter", "year")
CHART_WIDTH, CHART_HEIGHT, CHART_ROOM = 640, 160, 6


def certificate_of(actor: Actor, public_id: object) -> Certificate:
    """The certificate if the actor sees whose it is; else there is none."""
    seen = Certificate.objects.seen_by(actor).select_related("worker__organisation", "worker__account")
    return get_object_or_404(seen.prefetch_related("registrations__scans__added_by"), public_id=public_id)


@page(SEE)
def certificates(request: ConsoleRequest) -> HttpResponseBase:
    """The certificates of the subtree; those that wait for a second person unless another state is asked for."""
    state = request.GET.get("state", "waiting")
    rows = Certificate.objects.seen_by(request.actor).select_related("worker__organisation")
    if state == "waiting":
        rows = rows.to_verify()
    elif state in CERTIFICATE_FLOW.states:
        rows = rows.filter(state=state)
    listed = rows.prefetch_related("registrations__scans")
    place = f"certificates {request.actor.account_id}"
    shown = Keyset(listed, ("worker__worker_no", "id"), 50, place=place).page(request)
    return render(
        request,
        "officials/console/certificates.html",
        {
            "page": shown,
            "unbacked": sum(one.is_unbacked for one in shown) if request.actor.may(VERIFY) else 0,
            "state": state,
            "may_submit": request.actor.may(SUBMIT),
            "states": [
                ("waiting", _("等待核验")),
                *((key, _(word)) for key, word in CERTIFICATE_FLOW.states.items()),
                ("all", _("全部")),
            ],
        },
    )


@page(SEE)
def certificate(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """One certificate: what was entered, by whom, and what may be done about it; that it was opened is written down."""
    return _opened(request, certificate_of(request.actor, public_id))


def _opened(request: ConsoleRequest, found: Certificate) -> HttpResponseBase:
    access.looked(request.actor, OPENED, subject_type="officials.certificate", subject_id=found.pk)
    return _certificate_page(request, found, request.typed)


def _certificate_page(
    request: ConsoleRequest,
    found: Certificate,
    typed: QueryDict | None,
    *,
    number: str = "",
    sent: Mapping[str, forms.Form] | None = None,
) -> HttpResponseBase:
    """The page; `sent` are forms of it that were just sent and are shown as they are."""
    sent, waiting = sent or {}, found.waiting
    actor, asked = request.actor, typed.get("step", "") if typed is not None else ""
    offers = [
        offer
        for offer in CERTIFICATE_FLOW.offers(found, by=actor)
        if offer.step.needs is not None and (offer.step.name != "renew" or waiting is not None)
    ]
    can_renew = (
        actor.may(SUBMIT) and found.declared.registered and waiting is None and found.state in (*HOLDING, "lapsed")
    )
    adding = actor.may(SUBMIT) and waiting is not None
    return render(
        request,
        "officials/console/certificate.html",
        {
            "certificate": found,
            "worker": found.worker,
            "number": number,
            "masked": rules.masked_number(found.number),
            "registrations": found.registrations.select_related("submitted_by", "checked_by").order_by("-id"),
            "offers": offers,
            "may_decide": any(offer.allowed for offer in offers),
            "may_reveal": opens_scans(actor),
            "reject_form": RejectForm(typed if asked == "reject" else None),
            "reveal_form": RevealForm(typed if asked == "reveal" else None),
            "renewal_form": sent.get("renewal") or RenewalForm(typed if asked == "renewal" else None)
            if can_renew
            else None,
            "scans_form": sent.get("scans") or ScansForm(auto_id="add_%s") if adding else None,
            "scan_reason": sent.get("scan") or RevealForm(auto_id="scan_%s"),
            "history": history_of(found),
        },
    )


@page(SEE)
def certificate_step(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """Verified, renewed, sent back, a renewal entered, or the number shown for a reason."""
    found, step = certificate_of(request.actor, public_id), request.POST.get("step", "")
    if request.method != "POST":
        return _opened(request, found)
    if step == "reveal":
        return _reveal(request, found)
    if step == "renewal":
        request.actor.require(SUBMIT)
        form = RenewalForm(request.POST, request.FILES)
        if not form.is_valid():
            return _certificate_page(request, found, request.POST, sent={"renewal": form})
        actions.renew_with_scans(found, **form.cleaned_data, by=request.actor, on=clock.today())
        messages.success(request, _("已提交续登记，等他人对着原件核验"))
        return redirect("certificate", found.public_id)
    if step in ("scans", "withdraw_scan"):
        return _scans(request, found)
    if step not in ("verify", "renew", "reject"):
        return redirect("certificate", found.public_id)
    words = request.POST.get("why_not", "") if step == "reject" else ""
    actions.check_certificates([found], step, by=request.actor, on=clock.today(), why_not=words)
    messages.success(request, _("已退回，提交人会看到原因") if step == "reject" else _("已核验，从今天起有效"))
    return redirect("certificates")


def _reveal(request: ConsoleRequest, found: Certificate) -> HttpResponseBase:
    """The number, once, to whoever may and says why; written down before it is shown."""
    if not request.actor.may(VERIFY):
        request.actor.require(UNMASK)
    form = RevealForm(request.POST)
    if not form.is_valid():
        return _certificate_page(request, found, request.POST)
    if (again := asked_again(request, doing=_("查看证书编号"))) is not None:
        return again
    access.looked(
        request.actor,
        NUMBER_SHOWN,
        subject_type="officials.certificate",
        subject_id=found.pk,
        why=form.cleaned_data["why"],
    )
    return _certificate_page(request, found, None, number=found.number)


# Scans ------------------------------------------------------------------------------------------------------------


def _scans(request: ConsoleRequest, found: Certificate) -> HttpResponseBase:
    """Scans added to what waits, or one of them taken back."""
    request.actor.require(SUBMIT)
    if request.POST["step"] == "withdraw_scan":
        scan = next((one for one in found.scans if str(one.public_id) == request.POST.get("scan")), None)
        if scan is None:
            raise Http404
        actions.withdraw_scan(scan, by=request.actor, on=clock.today())
        messages.success(request, _("已撤回，扫描件已删除"))
        return redirect("certificate", found.public_id)
    form = ScansForm(request.POST, request.FILES, auto_id="add_%s")
    if not form.is_valid():
        return _certificate_page(request, found, None, sent={"scans": form})
    actions.add_scans(found, form.cleaned_data["scans"], by=request.actor, on=clock.today())
    messages.success(request, _("扫描件已加密保存"))
    return redirect("certificate", found.public_id)


@page(SEE)
def certificate_scan(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The scan, taken away by whoever may and says why; written down before it is given."""
    if not opens_scans(request.actor):
        request.actor.require(UNMASK)
    seen = CertificateScan.objects.seen_by(request.actor).select_related("registration__certificate")
    scan = get_object_or_404(seen, public_id=public_id)
    found = certificate_of(request.actor, scan.registration.certificate.public_id)
    if request.method != "POST":
        return _opened(request, found)
    form = RevealForm(request.POST, auto_id="scan_%s")
    if not form.is_valid():
        return _certificate_page(request, found, None, sent={"scan": form})
    if (again := asked_again(request, doing=_("打开证书扫描件"))) is not None:
        return again
    access.looked(
        request.actor,
        SCAN_OPENED,
        subject_type="officials.certificatescan",
        subject_id=scan.pk,
        why=form.cleaned_data["why"],
    )
    return attachment(scan.content, f"certificate-scan.{scan.ending}", scan.content_type)


# What lapses ------------------------------------------------------------------------------------------------------


def last_days(actor: Actor, on: date) -> tuple[dict[int, date | None], int]:
    """Those who count today with the last day of the certificate that holds longest, and how many are on post."""
    seen = SocialWorker.objects.seen_by(actor)
    counting = [key for key, kind in rules.scheme(on).certificates.items() if kind.counts_for_share]
    forever = Value(date.max, output_field=DateField())
    held = Q(certificates__kind__in=counting, certificates__registrations__accepted=True)
    held &= Q(certificates__registrations__checked_on__lte=on)
    until = Case(
        When(certificates__registrations__until=None, then=forever),
        default=F("certificates__registrations__until"),
        output_field=DateField(),
    )
    rows = seen.qualified(on).annotate(last_day=Max(until, filter=held)).values_list("pk", "last_day")
    found = [(pk, None if last == date.max else last) for pk, last in rows]
    return dict(found), seen.on_post(on).count()


@page(SEE)
def lapses(request: ConsoleRequest) -> HttpResponseBase:
    """Which certificates lapse in the time ahead, and what that does to the share if nobody renews."""
    on = clock.today()
    scheme = rules.scheme(on)
    ends = {"days": on + timedelta(days=scheme.due_days), "winter": scheme.winter_after(on), "year": _year_after(on)}
    span = request.GET.get("until", "")
    span = span if span in SPANS else "winter"
    until = ends[span]
    people, everybody = last_days(request.actor, on)
    points = rules.ahead(list(people.values()), everybody, on=on, until=until)
    wanted = scheme.share_percent_wanted
    lapsing = Certificate.objects.seen_by(request.actor).lapsing(on, until).select_related("worker__organisation")
    renewing = Registration.objects.filter(certificate__in=lapsing, accepted=None).count()
    shown = Keyset(lapsing.prefetch_related("registrations"), ("registered_until", "id"), 100).page(request)
    return render(
        request,
        "officials/console/lapses.html",
        {
            "on": on,
            "until": until,
            "span": span,
            "spans": [(key, ends[key]) for key in SPANS],
            "now": points[0],
            "then": points[-1],
            "now_percent": percent(points[0].qualified, everybody),
            "then_percent": percent(points[-1].qualified, everybody),
            "points": [(point, percent(point.qualified, everybody), point.falls_below(wanted)) for point in points],
            "wanted": wanted,
            "below": next((point for point in points if point.falls_below(wanted)), None),
            "chart": _chart(points, on=on, until=until, wanted=wanted) if everybody else None,
            "page": shown,
            "rows": [(one, people.get(one.worker_id) == one.registered_until) for one in shown],
            "renewing": renewing,
        },
    )


def _year_after(on: date) -> date:
    return rules.birthday(on, 1)


def _chart(points: Sequence[Ahead], *, on: date, until: date, wanted: int) -> dict[str, Any]:
    """The steps of the share as lines of a drawing, from the lowest to the highest share there is."""
    whole = points[0].everybody
    shares = [100 * point.qualified / whole for point in points]
    high, low = max(*shares, wanted) + 1, max(0.0, min(*shares, wanted) - 1)
    days = max(1, (until - on).days)

    def across(day: date) -> float:
        return round((day - on).days * CHART_WIDTH / days, 1)

    def down(share: float) -> float:
        return round(CHART_ROOM + (high - share) * (CHART_HEIGHT - 2 * CHART_ROOM) / (high - low), 1)

    corners = [f"0,{down(shares[0])}"]
    for before, share, point in zip(shares, shares[1:], points[1:], strict=False):
        corners += [f"{across(point.on)},{down(before)}", f"{across(point.on)},{down(share)}"]
    corners.append(f"{CHART_WIDTH},{down(shares[-1])}")
    return {
        "width": CHART_WIDTH,
        "height": CHART_HEIGHT,
        "corners": " ".join(corners),
        "line": down(wanted),
        "label": down(wanted) - 4,
    }


# What waits -------------------------------------------------------------------------------------------------------


@waiting
def to_do(actor: Actor) -> list[Item]:
    """Certificates to verify, registrations and contracts that end soon: one item each, not one a person."""
    on, items = clock.today(), []
    if actor.may(VERIFY):
        waits = Certificate.objects.seen_by(actor).to_verify().count()
        if waits:
            items.append(Item(_("核验社工证书"), reverse("certificates"), state=_("待核验"), count=waits))
    if actor.may(STAFF):
        items += _ending(actor, on)
    return items


def _ending(actor: Actor, on: date) -> list[Item]:
    scheme, items = rules.scheme(on), []
    first = on
    for days in sorted(scheme.reminder_days):
        last = on + timedelta(days=days)
        ending = Certificate.objects.seen_by(actor).lapsing(first, last).exclude(registrations__accepted=None)
        found = ending.aggregate(first=Min("registered_until"))["first"]
        if found is not None:
            title = _("社工证书登记 %(days)s 天内到期") % {"days": days}
            url = f"{reverse('lapses')}?until=days"
            items.append(Item(title, url, state=_("将到期"), due=found, count=ending.count()))
        first = last + timedelta(days=1)
    contracts = SocialWorker.objects.seen_by(actor).filter(
        state__in=("hired", "on_post", "leave", "seconded"),
        contract_to__range=(on, on + timedelta(days=scheme.contract_days)),
    )
    if (soonest := contracts.aggregate(first=Min("contract_to"))["first"]) is not None:
        url = f"{reverse('social_workers')}?contract=soon"
        items.append(Item(_("社工合同将到期"), url, state=_("将到期"), due=soonest, count=contracts.count()))
    return items


urlpatterns = [
    path("social-workers/certificates/", certificates, name="certificates"),
    path("social-workers/certificates/lapses/", lapses, name="lapses"),
    path("social-workers/certificates/scans/<uuid:public_id>/", certificate_scan, name="certificate_scan"),
    path("social-workers/certificates/<uuid:public_id>/", certificate, name="certificate"),
    path("social-workers/certificates/<uuid:public_id>/step/", certificate_step, name="certificate_step"),
]
