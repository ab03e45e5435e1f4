"""Scans behind certificates: sealed on the disk, opened for a reason that is written down, gone when sent back."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import entries_of
from gonghui.core.models import Access, Entry, Kind
from gonghui.spine.officials import actions
from gonghui.spine.officials.forms import RevealForm
from gonghui.spine.officials.models import Certificate, CertificateScan, SocialWorker
from gonghui.spine.officials.rules import social_workers as rules
from gonghui.spine.officials.tests import worker_builders as made
from gonghui.spine.officials.tests.builders import a_post, acting
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.papers import keeping
from gonghui.web.papers.keeping import Paper
from gonghui.web.papers.tests.builders import a_pdf, a_picture
from gonghui.web.tests.builders import signed_in

pytestmark = pytest.mark.django_db
NAME, NUMBER = "欧阳示例", "SECRET-4321"
ON_SCAN = "OUYANG 990101198503070017"
SCAN = a_pdf(f"{ON_SCAN} {NUMBER}", compressed=False)
WHY = "向发证机关核对"
OPENED = "officials.scan_opened"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)


@pytest.fixture
def worker(federation: Federation) -> SocialWorker:
    return made.on_post(made.a_position(federation.wangjing), name=NAME)


@pytest.fixture
def certificate(worker: SocialWorker) -> Certificate:
    return made.a_certificate(worker, number=NUMBER)


@pytest.fixture
def scan(certificate: Certificate) -> CertificateScan:
    actions.add_scans(certificate, [a_paper()], by=SYSTEM, on=made.TODAY)
    return CertificateScan.objects.get()


@pytest.fixture
def committing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an action leaves for after its commit is done at its end."""
    monkeypatch.setattr(transaction, "on_commit", lambda act, **_given: act())


@pytest.fixture
def one_megabyte(monkeypatch: pytest.MonkeyPatch) -> None:
    """The most a scan may have."""
    now = replace(rules.scheme(made.TODAY), scan_bytes=2**20)
    monkeypatch.setattr(rules, "scheme", lambda _on: now)


def a_paper(content: bytes = SCAN, name: str = "scan.pdf") -> Paper:
    return keeping.checked(content, name, largest=2**20, personal=True)


def a_file(content: bytes = SCAN, name: str = "scan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def entered(role: str, federation: Federation) -> tuple[Client, Actor]:
    post = a_post(role, federation.chaoyang)
    return signed_in(post.account), acting(post)


def on_disk() -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in keeping.folder().iterdir()}


def page_of(certificate: Certificate) -> str:
    return f"/social-workers/certificates/{certificate.public_id}/"


def address_of(scan: CertificateScan) -> str:
    return f"/social-workers/certificates/scans/{scan.public_id}/"


def typed(**more: object) -> dict[str, object]:
    return {
        "step": "certificate",
        "kind_level": "social_work.worker",
        "number": NUMBER,
        "issued_on": "2016-06-01",
        "issuer": "示范市人社局",
        "until": "2022-06-30",
        **more,
    }


def beside(page: str, field: str) -> str:
    """What is said beside a field."""
    found = re.search(rf'id="{field}_error">(.*?)</div>', page)
    return found[1] if found else ""


# Kept ----------------------------------------------------------------------------------------------------------------


def test_a_certificate_comes_with_its_scans(federation: Federation, worker: SocialWorker) -> None:
    client, actor = entered("hr_officer", federation)
    files = [a_file(), a_file(a_picture(), "背面.jpg")]
    answer = client.post(f"/social-workers/{worker.public_id}/step/", typed(scans=files))
    assert answer.status_code == 302
    found = Certificate.objects.get()
    assert [(one.content_type, one.added_by_id) for one in CertificateScan.objects.order_by("content_type")] == [
        ("application/pdf", actor.account_id),
        ("image/jpeg", actor.account_id),
    ]
    names = Kind.objects.in_bulk(entries_of(found).values_list("kind", flat=True))
    assert sorted(kind.name for kind in names.values()) == ["officials.certificate_submitted", "officials.scan_added"]
    page = client.get(page_of(found)).content.decode()
    assert "打开第 2 份" in page
    assert "背面" not in page


def test_neither_disk_nor_tables_show_whose_scan_it_is(scan: CertificateScan) -> None:
    [kept] = on_disk().values()
    for canary in (ON_SCAN, NUMBER, NAME, "%PDF"):
        assert canary.encode() not in kept
    told = f"{CertificateScan.objects.values().get()} {list(Entry.objects.values())}"
    for canary in ("OUYANG", NUMBER, NAME, "scan.pdf"):
        assert canary not in told
    assert ON_SCAN.encode() in CertificateScan.objects.get().content


def test_mutant_a_scan_kept_unsealed_lies_open_on_the_disk(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CertificateScan, "seal", None)
    actions.add_scans(certificate, [a_paper()], by=SYSTEM, on=made.TODAY)
    [kept] = on_disk().values()
    assert NUMBER.encode() in kept


def test_a_scan_opens_for_its_own_row_alone(scan: CertificateScan) -> None:
    actions.add_scans(scan.registration.certificate, [a_paper(a_picture(), "b.jpg")], by=SYSTEM, on=made.TODAY)
    other = CertificateScan.objects.exclude(pk=scan.pk).get()
    other.stored_name = scan.stored_name
    with pytest.raises(Refusal) as refused:
        assert other.content
    assert refused.value.code == "officials.scan_unreadable"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"<html>", "scan.html", "不收 .html 文件"),
        (b"", "scan.pdf", "应大于零"),
        (b"%PDF" + b"x" * 2**21, "scan.pdf", "文件有 2.0 MB"),
        (a_picture("PNG"), "scan.pdf", "文件内容不是 .pdf"),
    ],
)
def test_a_wrong_file_is_said_beside_the_field_and_what_was_typed_stays(
    federation: Federation, worker: SocialWorker, content: bytes, name: str, said: str, one_megabyte: None
) -> None:
    client, _actor = entered("hr_officer", federation)
    sent = typed(scans=[a_file(), a_file(content, name)])
    page = client.post(f"/social-workers/{worker.public_id}/step/", sent).content.decode()
    assert said in beside(page, "id_scans")
    assert "第 2 份" in beside(page, "id_scans")
    assert "示范市人社局" in page
    assert 'value="2016-06-01"' in page
    assert not Certificate.objects.exists()
    assert on_disk() == {}


def test_a_refused_submission_leaves_nothing_on_the_disk(
    federation: Federation, worker: SocialWorker, certificate: Certificate
) -> None:
    client, _actor = entered("hr_officer", federation)
    answer = client.post(f"/social-workers/{worker.public_id}/step/", typed(scans=[a_file()]))
    assert (answer.status_code, on_disk()) == (422, {})
    assert "示范市人社局" in answer.content.decode()


def test_who_may_not_submit_has_nothing_read(
    federation: Federation, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "checked", lambda *_given, **_more: pytest.fail("read"))
    verifier, _actor = entered("org_officer", federation)
    for sent in ({"step": "scans"}, {"step": "renewal", "until": "2024-01-01"}):
        assert verifier.post(f"{page_of(certificate)}step/", {**sent, "scans": a_file()}).status_code == 403
    worker = f"/social-workers/{certificate.worker.public_id}/step/"
    assert verifier.post(worker, typed(scans=a_file())).status_code == 403


def test_no_more_than_five_stand_behind_a_registration(scan: CertificateScan) -> None:
    paper = a_paper()
    with pytest.raises(Refusal) as refused:
        actions.add_scans(scan.registration.certificate, [paper] * 5, by=SYSTEM, on=made.TODAY)
    assert refused.value.code == "officials.scans_most"
    assert len(on_disk()) == 1


# Opened --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["hr_officer", "org_officer"])
def test_a_scan_is_opened_for_a_reason_that_is_written_down(
    federation: Federation, scan: CertificateScan, role: str
) -> None:
    client, actor = entered(role, federation)
    refused = client.post(address_of(scan), {"why": ""})
    assert beside(refused.content.decode(), "scan_why")
    assert not Access.objects.filter(what=OPENED).exists()
    answer = client.post(address_of(scan), {"why": WHY})
    assert ON_SCAN.encode() in answer.content
    assert answer["Content-Type"] == "application/pdf"
    assert 'attachment; filename="certificate-scan.pdf"' in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]
    look = Access.objects.get(what=OPENED)
    assert (look.account_id, look.subject_type, look.subject_id, look.why) == (
        actor.account_id,
        "officials.certificatescan",
        scan.pk,
        WHY,
    )


def test_mutant_a_scan_opened_without_a_reason(
    federation: Federation, scan: CertificateScan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RevealForm.base_fields["why"], "required", False)
    client, _actor = entered("org_officer", federation)
    assert ON_SCAN.encode() in client.post(address_of(scan), {"why": ""}).content


def test_who_is_not_recognised_a_moment_ago_is_asked_again_first(federation: Federation, scan: CertificateScan) -> None:
    client = Client()
    client.force_login(a_post("org_officer", federation.chaoyang).account, backend=settings.AUTHENTICATION_BACKENDS[1])
    assert client.post(address_of(scan), {"why": WHY}).status_code == 302
    assert not Access.objects.filter(what=OPENED).exists()


def test_a_get_gives_no_scan(federation: Federation, scan: CertificateScan) -> None:
    client, _actor = entered("org_officer", federation)
    assert ON_SCAN.encode() not in client.get(f"{address_of(scan)}?why={WHY}").content


def test_out_of_sight_a_scan_is_as_absent_as_none(federation: Federation, scan: CertificateScan) -> None:
    stranger = signed_in(a_post("org_officer", federation.haidian).account)
    absent = address_of(scan).replace(str(scan.public_id), "00000000-0000-4000-8000-00000000dead")
    answers = [stranger.post(address, {"why": WHY}).status_code for address in (address_of(scan), absent)]
    assert answers == [404, 404]
    auditor, _actor = entered("auditor", federation)
    assert [auditor.post(address, {"why": WHY}).status_code for address in (address_of(scan), absent)] == [403, 403]
    assert "formaction" not in auditor.get(page_of(scan.registration.certificate)).content.decode()
    assert not Access.objects.filter(what=OPENED).exists()


# Verified, sent back, taken back -------------------------------------------------------------------------------------


def test_the_verifier_is_told_where_there_is_no_scan(federation: Federation, certificate: Certificate) -> None:
    verifier, _actor = entered("org_officer", federation)
    hr, _other = entered("hr_officer", federation)
    pages = ("/social-workers/certificates/", page_of(certificate))
    assert all("未附扫描件：请核对原件" in verifier.get(page).content.decode() for page in pages)
    answer = hr.post(f"{page_of(certificate)}step/", {"step": "scans", "scans": [a_file()]})
    assert answer.status_code == 302
    assert not any("未附扫描件" in verifier.get(page).content.decode() for page in pages)


def test_what_is_sent_back_leaves_no_scan(scan: CertificateScan, committing: None) -> None:
    actions.check_certificates([scan.registration.certificate], "reject", by=SYSTEM, on=made.TODAY, why_not="看不清")
    assert (CertificateScan.objects.count(), on_disk()) == (0, {})


def test_a_renewal_sent_back_takes_its_own_scans_along_and_no_others(scan: CertificateScan, committing: None) -> None:
    certificate = made.verified(scan.registration.certificate, on=made.TODAY)
    actions.renew_with_scans(certificate, until=date(2025, 6, 30), scans=[a_paper()], by=SYSTEM, on=made.TODAY)
    assert len(on_disk()) == 2
    actions.check_certificates([certificate], "reject", by=SYSTEM, on=made.TODAY, why_not="看不清")
    assert list(on_disk()) == [scan.stored_name]


@pytest.mark.parametrize("withdraw", [actions.withdraw_certificates, actions.withdraw_renewals])
def test_what_is_withdrawn_leaves_no_scan(scan: CertificateScan, committing: None, withdraw: Any) -> None:
    certificate = scan.registration.certificate
    if withdraw is actions.withdraw_renewals:
        certificate = made.verified(certificate, on=made.TODAY)
        actions.renew_with_scans(certificate, until=date(2025, 6, 30), scans=[a_paper()], by=SYSTEM, on=made.TODAY)
    withdraw([certificate], by=SYSTEM)
    assert list(on_disk()) == ([scan.stored_name] if withdraw is actions.withdraw_renewals else [])


def test_a_wrong_scan_is_taken_back_while_it_waits(
    federation: Federation, scan: CertificateScan, committing: None
) -> None:
    client, _actor = entered("hr_officer", federation)
    certificate = scan.registration.certificate
    step = {"step": "withdraw_scan", "scan": str(scan.public_id)}
    assert client.post(f"{page_of(certificate)}step/", step).status_code == 302
    assert (CertificateScan.objects.count(), on_disk()) == (0, {})
    assert client.post(f"{page_of(certificate)}step/", step).status_code == 404


def test_once_verified_scans_neither_come_nor_go(scan: CertificateScan) -> None:
    certificate = made.verified(scan.registration.certificate, on=made.TODAY)
    for act in (
        lambda: actions.withdraw_scan(scan, by=SYSTEM, on=made.TODAY),
        lambda: actions.add_scans(certificate, [a_paper()], by=SYSTEM, on=made.TODAY),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "officials.scan_late"
    assert list(on_disk()) == [scan.stored_name]
