"""The day's digest by mail: who wants it, what it says, once a day, and the way out."""

import logging
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from gonghui.core.errors import Refusal
from gonghui.web import acting, digest, schedule, today
from gonghui.web.models import Account, Digest, DigestDay, Language
from gonghui.web.tests.town import CHAOYANG
from gonghui.web.today import Item

DAY = date(2020, 8, 10)
EIGHT = datetime(2020, 8, 10, 0, 0, tzinfo=UTC)  # eight in the morning in Shanghai
ADDRESS = "Zhang.San@example.org"
NAMED = Item("张三的申请", "/x/1/", source="李四", state="待审核", count=3)
BACK = Item("王五的上报", "/x/2/", state="退回")


@pytest.fixture(autouse=True)
def offered(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site sends mail, somebody holds one post, and something waits."""
    settings.GONGHUI_MAIL, settings.GONGHUI_MAIL_FROM = "locmem", "platform@union.example"
    settings.GONGHUI_SITE = "https://union.example"
    monkeypatch.setattr(acting, "_FINDING_ALL", [lambda account, on: [replace(CHAOYANG, account_id=account)]])
    waits(monkeypatch, NAMED, BACK)


def waits(monkeypatch: pytest.MonkeyPatch, *items: Item) -> None:
    monkeypatch.setattr(today, "WAITING", [lambda actor: items])


@pytest.fixture
def reader(account: Account) -> Account:
    """Somebody who wants it."""
    digest.begin(account, f" {ADDRESS} ", on=DAY)
    return account


def test_it_holds_counts_kinds_and_a_link_but_no_name_and_no_subject(reader: Account) -> None:
    assert digest.send_due(EIGHT) == 1
    sent = mail.outbox[0]
    assert sent.to == [ADDRESS]
    assert sent.subject == "工会工作平台：4 件事等您处理"
    assert "待审核  3" in sent.body
    assert "退回  1" in sent.body
    assert "https://union.example/" in sent.body
    whole = sent.message().as_string() + sent.body + sent.subject
    for word in ("张三", "李四", "王五", "/x/", reader.username, reader.name, CHAOYANG.organisation_name):
        assert word not in whole, word


def test_it_comes_once_a_day_and_not_before_its_hour(reader: Account) -> None:
    assert digest.send_due(EIGHT - timedelta(minutes=1)) == 0
    assert digest.send_due(EIGHT) == 1
    assert digest.send_due(EIGHT + timedelta(hours=3)) == 0
    assert digest.send_due(EIGHT + timedelta(days=1)) == 1
    assert len(mail.outbox) == 2
    assert set(DigestDay.objects.values_list("day", flat=True)) == {DAY, DAY + timedelta(days=1)}


def test_who_is_killed_between_taking_up_and_sending_sends_none_twice(
    reader: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    send = EmailBackend.send_messages
    monkeypatch.setattr(EmailBackend, "send_messages", killed)
    with pytest.raises(KeyboardInterrupt):
        digest.send_due(EIGHT)
    monkeypatch.setattr(EmailBackend, "send_messages", send)
    assert digest.send_due(EIGHT + timedelta(minutes=10)) == 0
    assert mail.outbox == []
    assert DigestDay.objects.get().sent_at is None


def test_a_server_that_refuses_is_not_asked_again_that_day_and_no_address_is_logged(
    reader: Account, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuses(*_: object) -> int:
        raise ConnectionRefusedError(f"no mail for {ADDRESS}")

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(EmailBackend, "send_messages", refuses)
    assert digest.send_due(EIGHT) == digest.send_due(EIGHT + timedelta(hours=1)) == 0
    assert "was not sent: ConnectionRefusedError" in caplog.text
    assert ADDRESS not in caplog.text


def test_two_workers_at_once_send_one(reader: Account) -> None:
    kept = Digest.objects.get()
    assert digest._send(kept, DAY, EIGHT)
    assert not digest._send(kept, DAY, EIGHT), "the second found the row of the first"
    assert len(mail.outbox) == 1


def test_nothing_is_sent_where_nothing_waits_where_nobody_asked_and_where_mail_is_off(
    reader: Account, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits(monkeypatch)
    assert digest.send_due(EIGHT) == 0
    assert DigestDay.objects.count() == 1, "taken up, so that it is not counted every ten minutes"
    waits(monkeypatch, NAMED)
    settings.GONGHUI_MAIL = ""
    assert digest.send_due(EIGHT + timedelta(days=1)) == 0
    settings.GONGHUI_MAIL = "locmem"
    Account.objects.update(is_active=False)
    assert digest.send_due(EIGHT + timedelta(days=2)) == 0
    Account.objects.update(is_active=True)
    digest.end(reader)
    assert digest.send_due(EIGHT + timedelta(days=3)) == 0
    assert mail.outbox == []


def test_somebody_without_a_post_gets_none(reader: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "_FINDING_ALL", [lambda account, on: []])
    assert digest.send_due(EIGHT) == 0


def test_it_speaks_the_readers_language(reader: Account) -> None:
    Account.objects.update(language=Language.ENGLISH)
    digest.send_due(EIGHT)
    shown = f"{mail.outbox[0].subject} {mail.outbox[0].body}"
    assert "4 matters wait for you" in shown


def test_the_address_is_kept_sealed_shown_short_and_refused_where_it_is_none(account: Account) -> None:
    digest.begin(account, ADDRESS, on=DAY)
    kept = Digest.objects.get()
    assert "example" not in kept.sealed_address
    assert digest.shown(kept) == "Z…@example.org"
    for wrong in ("", "zhang", "a@b", f"{'a' * 200}@example.org", "a@example.org\nBcc: b@example.org", "张@例.中国"):
        with pytest.raises(Refusal):
            digest.begin(account, wrong, on=DAY)


def the_way_out() -> str:
    found = re.search(r"https://union\.example(/digest/stop/\S+)", str(mail.outbox[0].body))
    assert found is not None
    return found[1]


def test_the_link_in_the_mail_ends_it_without_sign_in_and_looking_alone_changes_nothing(reader: Account) -> None:
    digest.send_due(EIGHT)
    stranger, link = Client(enforce_csrf_checks=True), the_way_out()
    assert reader.username not in link
    assert "不再发给我" in stranger.get(link).content.decode()
    assert Digest.objects.exists(), "mail programs look at links before people do"
    assert stranger.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Digest.objects.exists()
    assert "不再发了" in stranger.get(link).content.decode()
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe"] == f"<https://union.example{link}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_link_that_nobody_signed_ends_nothing(reader: Account) -> None:
    digest.send_due(EIGHT)
    link = the_way_out()
    for wrong in (link[:-4] + "AAA/", f"/digest/stop/{Digest.objects.get().public_id}/", "/digest/stop/x/"):
        assert Client().post(wrong).status_code == 404
    assert Digest.objects.exists()


def test_it_is_chosen_on_the_own_page_and_given_up_there(
    inside: Client, account: Account, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "每天发给我" in inside.get("/profile/").content.decode()
    here = {"Referer": "http://testserver/profile/"}
    refused = inside.post("/digest/", {"address": "zhang"}, headers=here, follow=True).content.decode()
    assert "“zhang”不是能收信的邮箱地址" in refused
    assert 'value="zhang"' in refused
    page = inside.post("/digest/", {"address": ADDRESS}, follow=True).content.decode()
    assert "Z…@example.org" in page
    assert ADDRESS not in page
    inside.post("/digest/", {"stop": "1"})
    assert not Digest.objects.exists()
    settings.GONGHUI_MAIL = ""
    assert "digest-address" not in inside.get("/profile/").content.decode()
    assert inside.post("/digest/", {"address": ADDRESS}).status_code == 404


def test_old_days_are_purged(reader: Account) -> None:
    digest.send_due(EIGHT)
    kept = schedule.KEEPING.on(DAY).digest_days
    schedule.purge(EIGHT + timedelta(days=kept))
    assert DigestDay.objects.exists()
    schedule.purge(EIGHT + timedelta(days=kept, hours=1))
    assert not DigestDay.objects.exists()
