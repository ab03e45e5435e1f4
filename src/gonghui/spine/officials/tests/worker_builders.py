"""Social workers, their positions and certificates for tests, made by the actions themselves."""

from datetime import date
from itertools import count
from typing import Any

from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.period import Period
from gonghui.spine.officials import actions
from gonghui.spine.officials.actions import CertificateEntry, PositionEntry, Posting, WorkerEntry
from gonghui.spine.officials.figures import QUALIFIED_SHARE
from gonghui.spine.officials.models import Certificate, Position, SocialWorker
from gonghui.spine.organisations.models import Organisation

LONG_AGO, NEW_YEAR, MARCH, JUNE = date(2018, 1, 2), date(2020, 1, 2), date(2020, 3, 2), date(2020, 6, 1)
TODAY = date(2020, 8, 10)
_numbers = count(1)


def a_position(organisation: Organisation, *, headcount: int = 9, first_on: date = LONG_AGO) -> Position:
    """A position at the union."""
    entry = PositionEntry(organisation, f"gw-{next(_numbers)}", "junior", headcount, first_on)
    return actions.open_positions([entry], by=SYSTEM, on=TODAY)[0]


def an_entry(organisation: Organisation, **given: Any) -> WorkerEntry:
    """Somebody to be put on the roll."""
    number = next(_numbers)
    known: dict[str, Any] = {
        "worker_no": f"sg-{number}",
        "name": f"王示例{number}",
        "born_on": date(1990, 5, 6),
        "hired_on": LONG_AGO,
    }
    return WorkerEntry(organisation=organisation, **{**known, **given})


def a_hired_worker(organisation: Organisation, **given: Any) -> SocialWorker:
    """Somebody on the roll, on no position yet."""
    return actions.enrol_workers([an_entry(organisation, **given)], by=SYSTEM, on=TODAY)[0]


def on_post(position: Position, *, since: date = NEW_YEAR, on: date = TODAY, **given: Any) -> SocialWorker:
    """Somebody on the position."""
    worker = a_hired_worker(position.organisation, **given)
    actions.post_workers([Posting(worker, position, since)], by=SYSTEM, on=on)
    return SocialWorker.objects.get(pk=worker.pk)


def a_certificate(worker: SocialWorker, *, until: date | None = date(2022, 6, 30), **given: Any) -> Certificate:
    """A certificate entered, and looked at by nobody yet."""
    known: dict[str, Any] = {
        "kind": "social_work",
        "level": "worker",
        "number": f"2019-{next(_numbers):06d}",
        "issued_on": date(2016, 6, 1),
        "issuer": "示范市人力资源和社会保障局",
    }
    by, on = given.pop("by", SYSTEM), given.pop("on", NEW_YEAR)
    entry = CertificateEntry(worker=worker, until=until, **{**known, **given})
    return actions.submit_certificates([entry], by=by, on=on)[0]


def verified(certificate: Certificate, *, on: date = NEW_YEAR, by: Actor = SYSTEM) -> Certificate:
    """The certificate, holding."""
    actions.check_certificates([certificate], "verify", by=by, on=on)
    return Certificate.objects.get(pk=certificate.pk)


def renewed(certificate: Certificate, until: date, *, on: date, by: Actor = SYSTEM) -> Certificate:
    """The certificate registered for longer."""
    actions.submit_renewal(certificate, until, by=by, on=on)
    actions.check_certificates([certificate], "renew", by=by, on=on)
    return Certificate.objects.get(pk=certificate.pk)


def share(organisation: Organisation, on: date) -> object:
    """The figure of the union's subtree on a day."""
    organisation.refresh_from_db()
    return QUALIFIED_SHARE.value(organisation.path, Period.day(on)).total


def lists_of(organisation: Organisation, on: date) -> tuple[int, int]:
    """What the tables say of the union's subtree on the day, counted person by person."""
    here = SocialWorker.objects.filter(spells__position__organisation__in=Organisation.objects.under(organisation.path))
    return here.qualified(on).distinct().count(), here.on_post(on).distinct().count()
