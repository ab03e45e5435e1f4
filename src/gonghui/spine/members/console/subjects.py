"""What an entry of the roster is about."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from gonghui.core.actor import Actor
from gonghui.spine.members.flow import KEEP, SEE
from gonghui.spine.members.models import MemberRequest, Person, Transfer
from gonghui.web.subjects import Found, Subject, address_of, resolver


@resolver("members.person")
def members(actor: Actor, ids: Sequence[int]) -> Found:
    """Members, by number; names stay on the roster."""
    if not actor.may(SEE):
        return {}
    seen = Person.objects.seen_by(actor).filter(pk__in=ids)
    return {
        one.pk: Subject(_("会员 %(number)s") % {"number": one.number}, address_of("member", one.public_id))
        for one in seen.only("pk", "number", "public_id")
    }


@resolver("members.transfer")
def transfers(actor: Actor, ids: Sequence[int]) -> Found:
    """Transfers, by whose membership goes over."""
    if not actor.may(SEE):
        return {}
    seen = Transfer.objects.seen_by(actor).filter(pk__in=ids).select_related("person")
    return {
        one.pk: Subject(
            _("会员 %(number)s 的会籍接转") % {"number": one.person.number}, address_of("transfer", one.public_id)
        )
        for one in seen
    }


@resolver("members.memberrequest")
def requests(actor: Actor, ids: Sequence[int]) -> Found:
    """What members ask of their union, by who asks."""
    if not actor.may(KEEP):
        return {}
    seen = MemberRequest.objects.seen_by(actor).filter(pk__in=ids).select_related("person")
    return {
        one.pk: Subject(
            _("会员 %(number)s 的申请") % {"number": one.person.number}, address_of("member_request", one.public_id)
        )
        for one in seen
    }
