"""What search finds of social workers: people by number or whole name, positions and certificates by number.

Lists mask the names, so no part of one finds anybody: who types a name whole knows it already, and sees it masked.
"""

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gonghui.core import search
from gonghui.spine.officials.actions.certificates import digest_of
from gonghui.spine.officials.console.social_workers import SEE
from gonghui.spine.officials.models import Certificate, Position, SocialWorker, opens_scans
from gonghui.spine.organisations.models import Organisation
from gonghui.web.palette import A_SHELF, Found, Sought, searching

CANDIDATES = 60
"""How many people of the typed number or name are looked at for the union that was typed beside it."""
SHORTEST_NUMBER, SHORTEST_DIGITS = 4, 3
SHOWN = (
    "public_id",
    "worker_no",
    "name",
    "state",
    *(f"organisation__{name}" for name in ("code", "name", "short_name", "english_name")),
)


def _numbers(sought: Sought) -> list[str]:
    """What may be the beginning of a number; a word without a digit is none."""
    return [word.upper() for word in sought.words.split() if any(sign.isdigit() for sign in word)]


def _is_of(worker: SocialWorker, word: str) -> bool:
    """Whether a word is the worker's name, or the beginning or the digits of the number."""
    number = word.upper()
    return word == worker.name or worker.worker_no.startswith(number) or _ends_with(worker.worker_no, number)


def _ends_with(number: str, digits: str) -> bool:
    return digits.isdigit() and len(digits) >= SHORTEST_DIGITS and number.endswith(digits)


def _is_there(place: Organisation, words: Sequence[str]) -> bool:
    """Whether the words that are neither number nor name say the union."""
    return not words or search.fits(" ".join(words), place.name, place.english_name, place.code) is not None


@searching("专职社工")
def workers(sought: Sought) -> list[Found]:
    """Social workers in sight by number, its beginning or digits, or by whole name; the union may stand beside."""
    if not sought.words or not sought.actor.may(SEE):
        return []
    words = sought.words.split()
    wanted = Q(name__in=[*words, sought.words])
    for number in _numbers(sought):
        wanted |= search.starting("worker_no", number)
        if _ends_with(number, number):
            wanted |= Q(worker_no__endswith=number)
    seen = SocialWorker.objects.seen_by(sought.actor).filter(wanted).select_related("organisation")
    found = []
    for one in seen.only(*SHOWN).order_by("worker_no")[:CANDIDATES]:
        if one.name == sought.words or _is_there(one.organisation, [word for word in words if not _is_of(one, word)]):
            found.append(one)
    return [
        Found(
            f"{one.worker_no} {one.masked_name}",
            reverse("social_worker", args=[one.public_id]),
            f"{one.organisation.short_title} · {_(str(one.get_state_display()))}",
            (one.worker_no, sought.words),
        )
        for one in found[:A_SHELF]
    ]


@searching("社工岗位")
def positions(sought: Sought) -> list[Found]:
    """Positions in sight by the beginning of their number."""
    numbers = _numbers(sought)
    if len(numbers) != 1 or numbers[0] != sought.words.upper() or not sought.actor.may(SEE):
        return []
    seen = Position.objects.seen_by(sought.actor).filter(search.starting("post_no", numbers[0]))
    return [
        Found(
            one.post_no,
            reverse("position", args=[one.public_id]),
            " · ".join((one.organisation.short_title, _(one.grade_title), _places(one))),
        )
        for one in seen.select_related("organisation").order_by("post_no")[:A_SHELF]
    ]


def _places(position: Position) -> str:
    return ngettext("%(n)s 个名额", "%(n)s 个名额", position.headcount) % {"n": position.headcount}


@searching("社工证书")
def certificates(sought: Sought) -> list[Found]:
    """The certificate of a whole number, for who may open numbers; the number itself stays masked."""
    if not _numbers(sought) or len("".join(sought.words.split())) < SHORTEST_NUMBER:
        return []
    if not sought.actor.may(SEE) or not opens_scans(sought.actor):
        return []
    held = Certificate.objects.seen_by(sought.actor).filter(number_digest=digest_of(sought.words))
    return [
        Found(
            f"{_(one.title)} · {one.worker.masked_name}",
            reverse("certificate", args=[one.public_id]),
            f"{one.worker.worker_no} · {one.worker.organisation.short_title} · {_(str(one.get_state_display()))}",
            (sought.words,),
        )
        for one in held.select_related("worker__organisation")[:A_SHELF]
    ]
