"""A list of more people than one takes away alone: a purpose, another person, some hours, and a trace of it all."""

import io
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from gonghui.core.errors import PowerMissing, Refusal, StepRefused
from gonghui.core.journal import KIND_IDS, entries_of
from gonghui.core.models import Access
from gonghui.spine.officials.console.posts import LISTING
from gonghui.spine.officials.models import Post
from gonghui.spine.officials.tests.builders import a_post, acting, an_account
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.lists import actions, parameters
from gonghui.web.lists.models import ExportRequest
from gonghui.web.tests.builders import signed_in, taken
from gonghui.web.today import waiting_for

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people are many here."""
    held = parameters.on(timezone.localdate(NOW))
    monkeypatch.setattr(parameters, "on", lambda _day: replace(held, alone_most=2, open_most=2))


@pytest.fixture
def wanting(federation: Federation) -> Post:
    """An officer of a district with four posts in it."""
    for _ in range(3):
        a_post("statistician", federation.wangjing)
    return a_post("org_officer", federation.chaoyang)


@pytest.fixture
def head(federation: Federation, wanting: Post) -> Post:
    """The head of the same district, who may allow."""
    return a_post("unit_lead", federation.chaoyang)


def asked_by(client: Client, **filtered: str) -> ExportRequest:
    """A request made on the pages."""
    there = client.get("/lists/officials/export.csv", filtered)["Location"]
    assert there.startswith("/lists/officials/export/")
    page = client.get(there).content.decode()
    assert "超过 2 人的名单不由一个人带走" in page
    client.post(there, {"purpose": "印制通讯录，印完即删"})
    return ExportRequest.objects.latest("asked_at")


def kinds_about(request: ExportRequest) -> list[str]:
    """What the journal says of it."""
    return [KIND_IDS.name(entry.kind).partition(".")[2] for entry in entries_of(request).order_by("id")]


def test_many_people_leave_after_another_person_allowed_it_with_marks_and_traces(
    federation: Federation, wanting: Post, head: Post
) -> None:
    client, chair = signed_in(wanting.account), signed_in(head.account)
    request = asked_by(client)
    where = f"/lists/exports/{request.public_id}/"
    assert [item.url for item in waiting_for(acting(head)) if "导出" in item.title] == [where]
    assert "印制通讯录" in chair.get(where).content.decode()
    assert client.post(f"{where}file/", {"ending": "csv"}).status_code == 302, "not yet"
    assert Access.objects.filter(what="web.list_exported").count() == 0
    chair.post(f"{where}step/", {"step": "allow", "answer": "只限本次"})
    [item] = [item for item in waiting_for(acting(wanting)) if item.url == where]
    assert item.state == "已准许，待取走"
    text = taken(client.post(f"{where}file/", {"ending": "csv"})).decode()
    told = [line for line in text.split("\r\n") if line.startswith("# ")]
    assert f"# 取走人：{wanting.account.name} · 朝阳区总工会 · 组织干部" in told
    assert f"# 准许人：{head.account.name}" in told
    assert "# 用途：印制通讯录，印完即删" in told
    assert "# 行数：5" in told
    look = Access.objects.get(what="web.list_exported")
    assert (look.subject_id, look.why) == (request.pk, "印制通讯录，印完即删")
    assert kinds_about(request) == ["export_asked", "export_allowed", "export_taken"]
    assert not [item for item in waiting_for(acting(wanting)) if item.url == where]
    assert "已取走" in client.get("/lists/exports/").content.decode()


def test_nobody_allows_their_own_and_nobody_from_elsewhere_or_without_the_power_sees_it(
    federation: Federation, wanting: Post, head: Post
) -> None:
    request = asked_by(signed_in(wanting.account))
    where = f"/lists/exports/{request.public_id}/"
    own = acting(a_post("unit_lead", federation.chaoyang, account=wanting.account))
    given: dict[str, Any] = {"words": "", "now": timezone.now()}
    with pytest.raises(StepRefused, match="由另一个人答复"):
        actions.answer_export(request, "allow", by=own, **given)
    elsewhere = a_post("unit_lead", federation.haidian)
    with pytest.raises(PowerMissing):
        actions.answer_export(request, "allow", by=acting(elsewhere), **given)
    with pytest.raises(PowerMissing):
        actions.answer_export(request, "allow", by=acting(a_post("statistician", federation.chaoyang)), **given)
    above = a_post("unit_lead", federation.city)
    for stranger in (elsewhere, above, a_post("statistician", federation.chaoyang)):
        client = signed_in(stranger.account)
        assert client.get(where).status_code == 404
        assert client.post(f"{where}step/", {"step": "allow"}).status_code == 404
        assert client.post(f"{where}file/", {"ending": "csv"}).status_code == 404
    signed_in(head.account).post(f"{where}step/", {"step": "allow"})
    assert signed_in(head.account).post(f"{where}file/", {"ending": "csv"}).status_code == 302, (
        "only who asked takes it"
    )
    assert not Access.objects.filter(what="web.list_exported").exists()


def test_a_refusal_says_why_and_leads_nowhere(wanting: Post, head: Post) -> None:
    client, chair = signed_in(wanting.account), signed_in(head.account)
    where = f"/lists/exports/{asked_by(client).public_id}/"
    silent = chair.post(f"{where}step/", {"step": "refuse", "answer": " "}, headers={"referer": where})
    assert "请写明“说明”" in chair.get(silent["Location"] if silent.status_code == 302 else where).content.decode()
    chair.post(f"{where}step/", {"step": "refuse", "answer": "用途不清"})
    page = client.get(where).content.decode()
    assert "未准许" in page
    assert "用途不清" in page
    assert 'name="ending"' not in page
    request = ExportRequest.objects.get()
    assert kinds_about(request) == ["export_asked", "export_refused"]
    with pytest.raises(StepRefused):
        actions.take_export(request, rows=1, ending="csv", listing=LISTING, by=acting(wanting), now=timezone.now())


def test_a_request_lives_three_days_and_what_was_allowed_a_day(wanting: Post, head: Post) -> None:
    by, chair = acting(wanting), acting(head)

    def made(now: datetime) -> ExportRequest:
        return actions.ask_export(LISTING, QueryDict(), rows=5, purpose="核对", by=by, now=now)

    late = made(NOW)
    with pytest.raises(Refusal, match="已过时限"):
        actions.answer_export(late, "allow", words="", by=chair, now=NOW + timedelta(days=3))
    now = NOW + timedelta(days=3)
    allowed = made(now)
    actions.answer_export(allowed, "allow", words="", by=chair, now=now)
    given: dict[str, Any] = {"ending": "csv", "listing": LISTING, "by": by}
    actions.take_export(allowed, rows=5, now=now + timedelta(hours=23), **given)
    with pytest.raises(Refusal, match="已过时限"):
        actions.take_export(allowed, rows=5, now=now + timedelta(hours=24), **given)
    again = made(now)
    actions.answer_export(again, "allow", words="", by=chair, now=now)
    with pytest.raises(Refusal, match="现在有 6 行"):
        actions.take_export(again, rows=6, now=now, **given)
    actions.withdraw_export(again, by=by, now=now)
    with pytest.raises(StepRefused):
        actions.take_export(again, rows=5, now=now, **given)


def test_few_people_leave_at_once_and_a_purpose_is_asked_for_many(wanting: Post, federation: Federation) -> None:
    client = signed_in(wanting.account)
    name = "诸葛示例"
    a_post("reviewer", federation.wangjing, account=an_account(name))
    there = client.post("/lists/officials/search/", {"q": name})["Location"]
    assert client.get(f"/lists/officials/export.csv?{there.partition('?')[2]}").status_code == 200
    asking = client.get("/lists/officials/export.csv", {"role": "statistician"})["Location"]
    assert "岗位：统计员" in client.get(asking).content.decode()
    assert "有 1 处要改" in client.post(asking, {"purpose": " "}).content.decode()
    assert not ExportRequest.objects.exists()
    for _ in range(2):
        asked_by(client)
    assert "已有 2 份导出申请没有办完" in client.post(asking, {"purpose": "核对"}).content.decode()
    assert client.get("/lists/organisation_list/export/").status_code == 404


def test_answering_and_taking_ask_for_the_password_again(wanting: Post, head: Post) -> None:
    request = asked_by(signed_in(wanting.account))
    where = f"/lists/exports/{request.public_id}/"
    later = signed_in(head.account, seconds_ago=3_600)
    assert "/accounts/reauthenticate/" in later.post(f"{where}step/", {"step": "allow"})["Location"]
    signed_in(head.account).post(f"{where}step/", {"step": "allow"})
    late = signed_in(wanting.account, seconds_ago=3_600)
    assert "/accounts/reauthenticate/" in late.post(f"{where}file/", {"ending": "csv"})["Location"]
    request.refresh_from_db()
    assert request.times_taken == 0


def test_the_import_desks_layout_of_many_people_is_asked_for_as_well(wanting: Post, head: Post) -> None:
    client, chair = signed_in(wanting.account), signed_in(head.account)
    layout = "/imports/to/officials.posts/layout.xlsx"
    asking = client.get(layout)["Location"]
    assert asking == "/lists/officials-posts/export/"
    assert "导入格式" in client.get(asking).content.decode()
    client.post(asking, {"purpose": "核对后传回"})
    request = ExportRequest.objects.get()
    where = f"/lists/exports/{request.public_id}/"
    chair.post(f"{where}step/", {"step": "allow"})
    assert client.post(f"{where}file/", {"ending": "csv"}).status_code == 404
    book = openpyxl.load_workbook(io.BytesIO(client.post(f"{where}file/", {"ending": "xlsx"}).content))
    assert [row[0].value for row in book.worksheets[0].iter_rows(min_row=2)].count(wanting.account.username) == 1
    assert "用途：核对后传回" in [row[1].value for row in book.worksheets[1].iter_rows()]
    assert wanting.account.name in book.worksheets[0].oddFooter.center.text
    assert client.get(f"{layout}?empty=1").status_code == 200, "an empty one names nobody"
    assert kinds_about(request) == ["export_asked", "export_allowed", "export_taken"]


def test_the_layout_of_few_people_leaves_with_the_password(wanting: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    few = replace(parameters.on(timezone.localdate(NOW)), alone_most=200)
    monkeypatch.setattr(parameters, "on", lambda _day: few)
    layout = "/imports/to/officials.posts/layout.xlsx"
    assert signed_in(wanting.account).get(layout).status_code == 200
    later = signed_in(wanting.account, seconds_ago=3_600).get(layout)
    assert "/accounts/reauthenticate/" in later["Location"]
