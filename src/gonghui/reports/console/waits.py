"""What waits for somebody in the making of reports: to sign, to comment, to answer, to approve, to file."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from gonghui.core.actor import Actor
from gonghui.reports.console.report import Place, is_english, short_name_of, title_of
from gonghui.reports.filling import fill_report
from gonghui.reports.making import signatures
from gonghui.reports.models import Asked, Remark, Report, Signature
from gonghui.reports.models.filings import STANDING
from gonghui.web.today import Item, waiting


def _title(kept: Report) -> str:
    place = Place.of(kept)
    return title_of(place.form, place.period, english=is_english())


@waiting
def to_sign(actor: Actor) -> list[Item]:
    """Figures of the own union's reports that wait for their owner, changed ones among them."""
    if not actor.may("reports.sign_figures"):
        return []
    items = []
    asked = Signature.objects.filter(report__organisation_id=actor.organisation_id).exclude(report__state__in=STANDING)
    reports = Report.objects.filter(pk__in=asked.values("report")).select_related("organisation")
    for kept in reports.order_by("-begun_on", "-id"):
        filling, found = fill_report(kept), signatures.of(kept)
        n = sum(
            row in found
            and found[row].state != Signature.OBJECTED
            and actor.answers_for(filling.form.department_of(row))
            for row in signatures.waiting(kept, filling)
        )
        if n:
            url = reverse("report_signing", args=[kept.form, kept.period, kept.organisation.code])
            items.append(Item(_title(kept), url, kept.begun_by_name, _("待会签"), count=n, only_me=True))
    return items


@waiting
def to_comment(actor: Actor) -> list[Item]:
    """Drafts of unions above that this unit was asked to comment on and has not."""
    if not actor.may("reports.see"):
        return []
    found = Asked.objects.filter(organisation_id=actor.organisation_id, report__state="circulated").select_related(
        "report__organisation"
    )
    items = []
    for one in found:
        kept = one.report
        spoken = Remark.objects.filter(report=kept, round=kept.round, organisation_id=actor.organisation_id)
        if one.round == kept.round and not spoken.exists():
            url = reverse("report_asked", args=[kept.public_id])
            items.append(Item(_title(kept), url, source=short_name_of(kept.organisation), state=_("征求意见")))
    return items


@waiting
def to_answer(actor: Actor) -> list[Item]:
    """What the editor has to answer: comments without an answer, figures an owner objects to."""
    if not actor.may("reports.edit"):
        return []
    items = []
    own = Report.objects.filter(organisation_id=actor.organisation_id).exclude(state__in=STANDING)
    for kept in own.select_related("organisation").order_by("-begun_on", "-id"):
        parts = [kept.form, kept.period, kept.organisation.code]
        remarks = kept.remarks.filter(accepted=None).count()
        if remarks:
            url = reverse("report_comments", args=parts)
            items.append(Item(_title(kept), url, state=_("意见待答复"), count=remarks))
        objections = kept.signatures.filter(state=Signature.OBJECTED).count()
        if objections:
            url = reverse("report_signing", args=parts)
            items.append(Item(_title(kept), url, state=_("数据负责人不同意"), state_kind="late", count=objections))
    return items


@waiting
def to_approve(actor: Actor) -> list[Item]:
    """Revised reports that wait for approval."""
    if not actor.may("reports.approve"):
        return []
    own = Report.objects.filter(organisation_id=actor.organisation_id, state="revised")
    return [
        Item(_title(kept), Place.of(kept).url, kept.begun_by_name, _("待审定"), only_me=True)
        for kept in own.select_related("organisation")
    ]


@waiting
def to_confirm(actor: Actor) -> list[Item]:
    """Reports of the own union that wait for this person to file them."""
    if not actor.may("reports.file_second"):
        return []
    drafts = Report.objects.filter(organisation_id=actor.organisation_id, proposed_account__isnull=False).exclude(
        Q(state__in=STANDING) | Q(proposed_account=actor.account_id)
    )
    return [
        Item(_title(kept), Place.of(kept).url, kept.proposed_by_name, _("待确认备案"), only_me=True)
        for kept in drafts.select_related("organisation").order_by("-proposed_on", "-id")
    ]
