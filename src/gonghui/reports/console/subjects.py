"""What an entry of reports, lists, organisations and officials is about."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from gonghui.core.actor import Actor
from gonghui.core.period import Period
from gonghui.reports import report_forms, seals
from gonghui.reports.console.report import Place, is_english, name_of, short_name_of, title_of
from gonghui.reports.models import Evidence, Line, Report, Return, Round
from gonghui.spine.officials.models import Certificate, Position, Post, ResetCode, SocialWorker
from gonghui.spine.organisations.models import Employer, Organisation, SetUp
from gonghui.web.imports.models import Import
from gonghui.web.lists.declared import takeable
from gonghui.web.lists.models import ExportRequest
from gonghui.web.subjects import Found, Subject, address_of, resolver


@resolver("reports.line")
def lines(actor: Actor, ids: Sequence[int]) -> Found:
    """Lines of returns, by figure and unit."""
    seen = Line.objects.seen_by(actor).filter(pk__in=ids).select_related("organisation")
    return {
        line.pk: Subject(
            _("%(unit)s上报的%(figure)s")
            % {"unit": short_name_of(line.organisation), "figure": _(line.declared.title)},
            address_of("line", line.public_id),
        )
        for line in seen
    }


@resolver("reports.return")
def returns(actor: Actor, ids: Sequence[int]) -> Found:
    """Returns, by round and unit."""
    seen = Return.objects.seen_by(actor).filter(pk__in=ids).select_related("organisation", "round")
    return {one.pk: Subject(str(one), address_of("return", one.public_id)) for one in seen}


@resolver("reports.evidence")
def papers(actor: Actor, ids: Sequence[int]) -> Found:
    """Papers, opened at the return they back; what a file is called stays there."""
    seen = Evidence.objects.seen_by(actor).filter(pk__in=ids)
    return {
        one.pk: Subject(_("%(of)s的佐证") % {"of": one.in_return}, address_of("return", one.in_return.public_id))
        for one in seen.select_related("in_return__organisation", "in_return__round")
    }


@resolver("lists.exportrequest")
def export_requests(actor: Actor, ids: Sequence[int]) -> Found:
    """Requests to take a list away, by the list's name."""
    seen = ExportRequest.objects.seen_by(actor).filter(pk__in=ids)
    return {
        one.pk: Subject(_(taken.title), address_of("export_request", one.public_id))
        for one in seen
        if (taken := takeable(one.listing)) is not None
    }


@resolver("imports.import")
def imports(actor: Actor, ids: Sequence[int]) -> Found:
    """Imports, by list; opened by their own unit alone."""
    return {
        one.pk: Subject(_("%(of)s的导入") % {"of": _(one.declared.title)}, address_of("import", one.public_id))
        for one in Import.objects.on_lists_of(actor).filter(pk__in=ids)
    }


@resolver("core.witnessed")
def kept_checkpoints(actor: Actor, ids: Sequence[int]) -> Found:
    """Checkpoints of others, kept here."""
    return {
        one.pk: Subject(
            _("%(origin)s的检查点 %(blocks)s") % {"origin": one.origin, "blocks": f"{one.blocks:,}"},
            address_of("kept_checkpoint", one.public_id) if actor.may("journal.see") else "",
        )
        for one in seals.kept_in_sight(actor).filter(pk__in=ids)
    }


@resolver("reports.round")
def rounds(actor: Actor, ids: Sequence[int]) -> Found:
    """Collection rounds."""
    seen = Round.objects.seen_by(actor).filter(pk__in=ids)
    return {one.pk: Subject(one.title, address_of("round", one.public_id)) for one in seen}


@resolver("reports.report")
def filed_reports(actor: Actor, ids: Sequence[int]) -> Found:
    """Reports, by title and unit."""
    found = {}
    for kept in Report.objects.seen_by(actor).filter(pk__in=ids).select_related("organisation"):
        place = Place(report_forms.form(kept.form), Period.parse(kept.period), kept.organisation)
        title = title_of(place.form, place.period, english=is_english())
        found[kept.pk] = Subject(f"{short_name_of(kept.organisation)} · {title}", place.url)
    return found


@resolver("organisations.organisation")
def organisations(actor: Actor, ids: Sequence[int]) -> Found:
    """Unions of the tree."""
    seen = Organisation.objects.seen_by(actor).filter(pk__in=ids)
    return {one.pk: Subject(name_of(one), address_of("organisation", one.code)) for one in seen}


@resolver("officials.post")
def posts(actor: Actor, ids: Sequence[int]) -> Found:
    """Posts, by the person who holds them."""
    if not actor.may("officials.see"):
        return {}
    seen = Post.objects.seen_by(actor).filter(pk__in=ids).select_related("account")
    return {one.pk: Subject(one.account.name, address_of("official", one.account.public_id)) for one in seen}


@resolver("officials.resetcode")
def reset_codes(actor: Actor, ids: Sequence[int]) -> Found:
    """Reset codes, by the person they are for."""
    if not actor.may("officials.see"):
        return {}
    seen = ResetCode.objects.seen_by(actor).filter(pk__in=ids).select_related("account")
    return {
        one.pk: Subject(
            _("%(name)s的重置码") % {"name": one.account.name}, address_of("official", one.account.public_id)
        )
        for one in seen
    }


@resolver("officials.position")
def positions(actor: Actor, ids: Sequence[int]) -> Found:
    """Positions for social workers, by their number and union."""
    if not actor.may("officials.social_workers"):
        return {}
    seen = Position.objects.seen_by(actor).filter(pk__in=ids).select_related("organisation")
    return {
        one.pk: Subject(
            _("%(unit)s的岗位%(post_no)s") % {"unit": short_name_of(one.organisation), "post_no": one.post_no},
            address_of("position", one.public_id),
        )
        for one in seen
    }


@resolver("officials.socialworker")
def social_workers(actor: Actor, ids: Sequence[int]) -> Found:
    """Social workers, by their number and a masked name; the page behind says who opened it."""
    if not actor.may("officials.social_workers"):
        return {}
    seen = SocialWorker.objects.seen_by(actor).filter(pk__in=ids)
    return {
        one.pk: Subject(f"{one.worker_no} {one.masked_name}", address_of("social_worker", one.public_id))
        for one in seen
    }


@resolver("officials.certificate")
def certificates(actor: Actor, ids: Sequence[int]) -> Found:
    """Certificates, by their kind and whose they are; opened at the social worker."""
    if not actor.may("officials.social_workers"):
        return {}
    seen = Certificate.objects.seen_by(actor).filter(pk__in=ids).select_related("worker")
    return {
        one.pk: Subject(
            _("%(worker)s的%(certificate)s证书") % {"worker": one.worker.worker_no, "certificate": _(one.title)},
            address_of("social_worker", one.worker.public_id),
        )
        for one in seen
    }


@resolver("organisations.employer")
def employers(actor: Actor, ids: Sequence[int]) -> Found:
    """Employers, opened at the union that covers them."""
    seen = Employer.objects.seen_by(actor).filter(pk__in=ids).select_related("organisation")
    return {
        one.pk: Subject(one.name, address_of("organisation", one.organisation.code) if one.organisation else "")
        for one in seen
    }


@resolver("organisations.setup")
def set_ups(actor: Actor, ids: Sequence[int]) -> Found:
    """Set-ups, by the union's name."""
    seen = SetUp.objects.seen_by(actor).filter(pk__in=ids)
    return {one.pk: Subject(one.title, address_of("set_up", one.public_id)) for one in seen}
