"""What an entry of mutual aid is about."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from gonghui.core.actor import Actor
from gonghui.web.subjects import Found, Subject, address_of, resolver
from gonghui.work.mutual_aid.flow import CERTIFY, ENROL, SEE
from gonghui.work.mutual_aid.models import (
    Claim,
    Cover,
    Edition,
    Enrolment,
    Handover,
    Issue,
    Replay,
    ReviewRequest,
    Settlement,
    SettlementFile,
)
from gonghui.work.mutual_aid.rules import numbers


@resolver("mutual_aid.edition")
def editions(actor: Actor, ids: Sequence[int]) -> Found:
    """Texts of plans, by plan and day."""
    if not actor.may(SEE):
        return {}
    return {
        one.pk: Subject(
            _("%(plan)s（%(day)s 起）") % {"plan": one.title, "day": one.valid_from},
            address_of("aid_scheme", one.public_id),
        )
        for one in Edition.objects.seen_by(actor).filter(pk__in=ids)
    }


@resolver("mutual_aid.replay")
def replays(actor: Actor, ids: Sequence[int]) -> Found:
    """Replays of texts, by year."""
    if not actor.may(SEE):
        return {}
    seen = Replay.objects.filter(pk__in=ids, edition__in=Edition.objects.seen_by(actor)).select_related("edition")
    return {
        one.pk: Subject(
            _("方案重放 %(year)s 年") % {"year": one.year},
            address_of("aid_replay", one.edition.public_id, one.public_id),
        )
        for one in seen
    }


@resolver("mutual_aid.settlementfile")
def settlement_files(actor: Actor, ids: Sequence[int]) -> Found:
    """The bureau's files, by month."""
    if not actor.may(SEE):
        return {}
    return {
        one.pk: Subject(_("医保结算 %(month)s") % {"month": one.month_key}, address_of("aid_file", one.public_id))
        for one in SettlementFile.objects.seen_by(actor).filter(pk__in=ids)
    }


@resolver("mutual_aid.settlement")
def settlements(actor: Actor, ids: Sequence[int]) -> Found:
    """Settlements, by the letter that explains them; their member is not named."""
    if not actor.may(SEE):
        return {}
    seen = Settlement.objects.filter(actor.within("piece__file__organisation__path"), pk__in=ids)
    return {
        one.pk: Subject(_("互助金给付"), address_of("aid_letter", numbers.in_letters(one.pk)))
        for one in seen.only("pk")
    }


@resolver("mutual_aid.issue")
def issues(actor: Actor, ids: Sequence[int]) -> Found:
    """Rows that wait, by where they stand."""
    if not actor.may(SEE):
        return {}
    return {
        one.pk: Subject(_("异常结算 第%(row)s行") % {"row": one.row}, address_of("aid_exception", one.public_id))
        for one in Issue.objects.seen_by(actor).filter(pk__in=ids)
    }


@resolver("mutual_aid.enrolment")
def enrolments(actor: Actor, ids: Sequence[int]) -> Found:
    """Enrolments, by unit and plan."""
    if not any(map(actor.may, (SEE, ENROL, CERTIFY))):
        return {}
    return {
        one.pk: Subject(
            _("%(unit)s：%(plan)s") % {"unit": one.organisation.short_title, "plan": _(one.of_plan.title)},
            address_of("aid_enrolment", one.public_id),
        )
        for one in Enrolment.objects.seen_by(actor).filter(pk__in=ids).select_related("organisation")
    }


@resolver("mutual_aid.cover")
def covers(actor: Actor, ids: Sequence[int]) -> Found:
    """Covers, by plan, on the page of their enrolment; who is covered stays there."""
    if not any(map(actor.may, (SEE, ENROL, CERTIFY))):
        return {}
    seen = Cover.objects.seen_by(actor).filter(pk__in=ids).select_related("enrolment")
    return {one.pk: Subject(_(one.of_plan.title), address_of("aid_enrolment", one.enrolment.public_id)) for one in seen}


@resolver("mutual_aid.claim")
def claims(actor: Actor, ids: Sequence[int]) -> Found:
    """Claims, by plan; whose they are and what they say stays on their page."""
    if not any(map(actor.may, (SEE, ENROL))):
        return {}
    return {
        one.pk: Subject(
            _("互助申请（%(plan)s）") % {"plan": _(one.of_plan.title)}, address_of("aid_claim", one.public_id)
        )
        for one in Claim.objects.seen_by(actor).filter(pk__in=ids)
    }


@resolver("mutual_aid.reviewrequest")
def reviews(actor: Actor, ids: Sequence[int]) -> Found:
    """What members asked somebody to look at again; whose they are stays on their page."""
    if not actor.may(SEE):
        return {}
    seen = ReviewRequest.objects.seen_by(actor).filter(pk__in=ids)
    return {one.pk: Subject(_("人工复核申请"), address_of("aid_review", one.public_id)) for one in seen}


@resolver("mutual_aid.handover")
def handovers(actor: Actor, ids: Sequence[int]) -> Found:
    """Letters printed for somebody, by the year; for whom is sealed."""
    if not actor.may(SEE):
        return {}
    seen = Handover.objects.seen_by(actor).filter(pk__in=ids)
    return {one.pk: Subject(_("代打互助金说明 %(year)s 年") % {"year": one.year}, "") for one in seen}
