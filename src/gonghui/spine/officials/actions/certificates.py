"""Certificates: entered by one person, verified by another against the original, renewed, and lapsing by the clock."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gonghui.core import crypto, text
from gonghui.core.action import action
from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import record
from gonghui.spine.officials import rules as posts
from gonghui.spine.officials.actions import lists
from gonghui.spine.officials.actions.scans import attach, drop, stored
from gonghui.spine.officials.actions.social_workers import require_worker
from gonghui.spine.officials.facts import (
    CertificateDue,
    CertificateLapsed,
    CertificateRejected,
    CertificateRenewed,
    CertificateSubmitted,
    CertificateVerified,
    RenewalSubmitted,
)
from gonghui.spine.officials.flow import CERTIFICATE_FLOW, HOLDING, SUBMIT
from gonghui.spine.officials.models import Certificate, CertificateScan, Registration, SocialWorker
from gonghui.spine.officials.models.social_workers import NUMBER
from gonghui.spine.officials.rules import social_workers as rules
from gonghui.web.papers.keeping import Paper

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class CertificateEntry:
    """A certificate as somebody enters it."""

    worker: SocialWorker
    kind: str
    level: str
    number: str
    issued_on: date
    issuer: str
    until: date | None = None


def clean_number(typed: str) -> str:
    """A certificate's number as it is kept and compared: half-width capitals, no blanks."""
    found = "".join(text.fold(typed).upper().split())
    if not 4 <= len(found) <= rules.LONGEST_NUMBER:
        raise Refusal("officials.certificate_number", "证书编号须为 4 至 60 个字符，请照证书填写")
    return found


def digest_of(number: str) -> str:
    """What a number is found by again."""
    return crypto.digest(clean_number(number), purpose=NUMBER)


@action
def submit_certificates(entries: Sequence[CertificateEntry], *, by: Actor, on: date) -> list[Certificate]:
    """Each waits for somebody else to see the original."""
    by.require(SUBMIT)
    workers = {worker.pk: worker for worker in lists.lock(entry.worker for entry in entries)}
    new = [made(entry, workers[entry.worker.pk], by=by, on=on) for entry in entries]
    _check_new(new)
    Certificate.objects.bulk_create(new)
    Registration.objects.bulk_create(
        Registration(
            certificate=one, until=one.registered_until, submitted_on=on, submitted_by_id=by.account_id or None
        )
        for one in new
    )
    for one in new:
        record(CertificateSubmitted(certificate=one.kind), about=one, by=by, happened_on=on)
    return new


def made(entry: CertificateEntry, worker: SocialWorker, *, by: Actor, on: date) -> Certificate:
    """The row of an entry, cleaned and checked; it is not saved."""
    require_worker(by, worker)
    kind = rules.kind_of(entry.kind, on)
    rules.check_certificate(kind, entry.level, issued_on=entry.issued_on, until=entry.until, on=on)
    rules.check_age(worker.born_on, entry.issued_on)
    issuer = text.clean(entry.issuer, longest=80, field="发证机关")
    if not issuer:
        raise Refusal("officials.issuer", "发证机关必填，请照证书填写")
    number, public_id = clean_number(entry.number), uuid.uuid4()
    return Certificate(
        public_id=public_id,
        worker=worker,
        kind=kind.key,
        level=entry.level,
        number_sealed=crypto.seal(number, purpose=NUMBER, place=str(public_id)),
        number_digest=digest_of(number),
        issued_on=entry.issued_on,
        issuer=issuer,
        registered_until=entry.until,
    )


def taken_numbers(new: Sequence[Certificate]) -> set[tuple[str, str]]:
    """Kinds and numbers that are registered already, or come twice."""
    asked = Counter((one.kind, one.number_digest) for one in new)
    known = Certificate.objects.exclude(state="rejected").filter(number_digest__in=[key[1] for key in asked])
    taken = {pair for pair in known.values_list("kind", "number_digest") if pair in asked}
    return taken | {pair for pair, times in asked.items() if times > 1}


def _check_new(new: Sequence[Certificate]) -> None:
    """No two certificates of a kind have one number, whoever holds them."""
    taken = taken_numbers(new)
    for one in new:
        if (one.kind, one.number_digest) in taken:
            raise twice(one)


def twice(certificate: Certificate) -> Refusal:
    """What is said of a number that is registered already."""
    return Refusal(
        "officials.certificate_dup",
        "工号 %(worker_no)s 的“%(kind)s”证书编号已经登记过，一个编号只能登记一次，请核对",
        worker_no=certificate.worker.worker_no,
        kind=certificate.title,
    )


@action
def submit_renewal(certificate: Certificate, until: date, *, by: Actor, on: date) -> None:
    """A longer registration waits for somebody else to see the original."""
    by.require(SUBMIT)
    [worker] = lists.lock([certificate.worker])
    require_worker(by, worker)
    [certificate] = _locked([certificate])
    check_renewal(certificate, until, on=on)
    Registration.objects.create(
        certificate=certificate, until=until, submitted_on=on, submitted_by_id=by.account_id or None
    )
    record(RenewalSubmitted(certificate=certificate.kind), about=certificate, by=by, happened_on=on)


def check_renewal(certificate: Certificate, until: date, *, on: date) -> None:
    """Refuse a renewal of what is not registered, or one that ends no later."""
    if certificate.state not in (*HOLDING, "lapsed") or not certificate.declared.registered:
        raise Refusal("officials.renewal_none", "这份证书不用续登记，或还没有核验过")
    if certificate.waiting is not None:
        raise Refusal("officials.renewal_waits", "这份证书已提交续登记，等人核验")
    if certificate.registered_until is not None and until <= certificate.registered_until:
        raise Refusal(
            "officials.renewal_days",
            "新的登记止日 %(until)s 不晚于现在的 %(now)s，请核对",
            until=until,
            now=certificate.registered_until,
        )
    if until < on:
        raise Refusal("officials.renewal_past", "新的登记止日 %(until)s 已经过去，请核对", until=until)


# With scans --------------------------------------------------------------------------------------------------------


def submit_with_scans(entry: CertificateEntry, scans: Sequence[Paper], *, by: Actor, on: date) -> Certificate:
    """The certificate waits for somebody else to see the original, and its scans until then."""
    return _behind(scans, lambda: submit_certificates([entry], by=by, on=on)[0], by=by, on=on)


def renew_with_scans(
    certificate: Certificate, *, until: date, scans: Sequence[Paper], by: Actor, on: date
) -> Certificate:
    """A longer registration waits for somebody else to see the original, with its own scans."""

    def renewal() -> Certificate:
        submit_renewal(certificate, until, by=by, on=on)
        return certificate

    return _behind(scans, renewal, by=by, on=on)


def add_scans(certificate: Certificate, scans: Sequence[Paper], *, by: Actor, on: date) -> Certificate:
    """Scans come later, while it still waits."""

    def again() -> Certificate:
        by.require(SUBMIT)
        [worker] = lists.lock([certificate.worker])
        require_worker(by, worker)
        return _locked([certificate])[0]

    return _behind(scans, again, by=by, on=on)


def _behind(papers: Sequence[Paper], enter: Callable[[], Certificate], *, by: Actor, on: date) -> Certificate:
    with stored(papers) as found:
        return _entered(enter, found, by=by, on=on)


@action
def _entered(enter: Callable[[], Certificate], found: Sequence[CertificateScan], *, by: Actor, on: date) -> Certificate:
    certificate = enter()
    if found:
        attach(found, certificate, by=by, on=on)
    return certificate


# The second person ------------------------------------------------------------------------------------------------


def _locked(certificates: Iterable[Certificate]) -> list[Certificate]:
    """The rows held, read anew with who holds them and what waits."""
    rows = Certificate.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk for one in certificates])
    return list(rows.select_related("worker__organisation").prefetch_related("registrations").order_by("pk"))


@action
def check_certificates(
    certificates: Sequence[Certificate], step: str, *, by: Actor, on: date, why_not: str = ""
) -> None:
    """Another person saw the originals: verified or renewed they hold from the day on, rejected they do not."""
    workers = lists.lock(one.worker for one in certificates)
    for worker in workers:
        require_worker(by, worker)
    words = text.clean(why_not, longest=200, field="退回原因")
    if step == "reject" and not words:
        raise Refusal("officials.reject_why", "退回须写明原因，请填写")
    found = _locked(certificates)
    registrations = []
    for one in found:
        registrations.append(_checked(one, step, words, by=by, on=on))
        fact = {"verify": CertificateVerified, "renew": CertificateRenewed, "reject": CertificateRejected}[step]
        record(fact(certificate=one.kind), about=one, by=by, happened_on=on)
    Registration.objects.bulk_update(registrations, ["accepted", "checked_on", "checked_by", "why_not"], batch_size=500)
    Certificate.objects.bulk_update(found, ["state", "registered_until"], batch_size=500)
    if step == "reject":
        drop(registrations)
    else:
        lists.settle(workers, by=by, on=on)


def _checked(certificate: Certificate, step: str, words: str, *, by: Actor, on: date) -> Registration:
    """The waiting registration decided on; a renewal sent back leaves the certificate as it was."""
    waiting = certificate.waiting
    renewal = certificate.state != "submitted"
    name = "renew" if step == "reject" and renewal else step
    taken = CERTIFICATE_FLOW.check(name, certificate, by=by)
    assert waiting is not None
    posts.check_days(waiting.submitted_on, on)
    waiting.accepted, waiting.checked_on, waiting.checked_by_id = step != "reject", on, by.account_id or None
    waiting.why_not = words if step == "reject" else ""
    if not (step == "reject" and renewal):
        certificate.state = taken.after
    if step == "renew":
        certificate.registered_until = waiting.until
    return waiting


@action
def turn_certificates(certificates: Sequence[Certificate], workers: Sequence[SocialWorker], *, on: date) -> None:
    """What the calendar did up to the day: registrations that end soon or ended, each told on its own day.

    The lists follow: a certificate that lapsed counts no more from the day after its last.
    """
    locked = lists.lock([*workers, *(one.worker for one in certificates)])
    found = _locked(certificates)
    for one in found:
        _turned(one, on)
    Certificate.objects.bulk_update(found, ["state"], batch_size=500)
    lists.settle(locked, by=SYSTEM, on=on)


def _turned(certificate: Certificate, on: date) -> None:
    """The state the calendar gives, with an entry on each day on which it changed."""
    until = certificate.registered_until
    checked = max((one.checked_on for one in certificate.registrations.all() if one.checked_on), default=None)
    if until is None or checked is None:
        return
    due_on = max(until - timedelta(days=rules.scheme(on).due_days), checked)
    lapsed_on = max(until + ONE_DAY, checked)
    if certificate.state in CERTIFICATE_FLOW.steps["fall_due"].leaves and due_on <= until:
        CERTIFICATE_FLOW.check("fall_due", certificate, by=SYSTEM)
        certificate.state = "due"
        record(CertificateDue(certificate=certificate.kind), about=certificate, by=SYSTEM, happened_on=due_on)
    if certificate.state in HOLDING and until < on:
        CERTIFICATE_FLOW.check("lapse", certificate, by=SYSTEM)
        certificate.state = "lapsed"
        record(CertificateLapsed(certificate=certificate.kind), about=certificate, by=SYSTEM, happened_on=lapsed_on)
