"""Scans behind a certificate that waits to be verified: sealed first, then written down; gone when it is refused."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial

from django.db import transaction

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import record
from gonghui.spine.officials.actions import lists
from gonghui.spine.officials.actions.social_workers import require_worker
from gonghui.spine.officials.facts import ScanAdded, ScanWithdrawn
from gonghui.spine.officials.flow import SUBMIT
from gonghui.spine.officials.models import Certificate, CertificateScan, Registration
from gonghui.spine.officials.rules import social_workers as rules
from gonghui.web.papers import keeping
from gonghui.web.papers.keeping import Paper


@contextmanager
def stored(papers: Sequence[Paper]) -> Iterator[list[CertificateScan]]:
    """The papers sealed on the disk, as rows nobody saved yet; gone again where what they stand behind is refused."""
    scans: list[CertificateScan] = []
    try:
        for paper in papers:
            scan = CertificateScan(public_id=uuid.uuid4(), content_type=paper.content_type, size=len(paper.content))
            scan.stored_name = keeping.store(paper, seal=scan.seal)
            scans.append(scan)
        yield scans
    except BaseException:
        _forget([scan.stored_name for scan in scans])
        raise


def attach(scans: Sequence[CertificateScan], certificate: Certificate, *, by: Actor, on: date) -> None:
    """The stored scans stand behind what waits; the certificate is held by the action that asks."""
    waiting = Registration.objects.filter(certificate=certificate, accepted=None).first()
    if waiting is None:
        raise _too_late()
    most = rules.scheme(on).scans_most
    if waiting.scans.count() + len(scans) > most:
        raise Refusal(
            "officials.scans_most", "一次登记最多附 %(most)s 份扫描件：请合并成一份，或先撤回不用的", most=most
        )
    for scan in scans:
        scan.registration, scan.added_by_id, scan.added_on = waiting, by.account_id or None, on
    CertificateScan.objects.bulk_create(scans)
    record(ScanAdded(certificate=certificate.kind, scans=len(scans)), about=certificate, by=by, happened_on=on)


def drop(registrations: Iterable[Registration]) -> None:
    """The scans behind them are gone, from the disk as soon as the action stands."""
    scans = CertificateScan.objects.filter(registration__in=registrations)
    names = list(scans.values_list("stored_name", flat=True))
    scans.delete()
    transaction.on_commit(partial(_forget, names), robust=True)


def _forget(names: Sequence[str]) -> None:
    for name in names:
        keeping.forget(name)


@action
def withdraw_scan(scan: CertificateScan, *, by: Actor, on: date) -> None:
    """A scan that nobody decided on yet is taken back, and gone."""
    by.require(SUBMIT)
    certificate = scan.registration.certificate
    [worker] = lists.lock([certificate.worker])
    require_worker(by, worker)
    if not CertificateScan.objects.filter(pk=scan.pk, registration__accepted=None).delete()[0]:
        raise _too_late()
    transaction.on_commit(partial(keeping.forget, scan.stored_name), robust=True)
    record(ScanWithdrawn(certificate=certificate.kind), about=certificate, by=by, happened_on=on)


def _too_late() -> Refusal:
    return Refusal("officials.scan_late", "这份证书没有在等核验，扫描件不能再加或撤回")
