"""Profile, sessions, language, theme, the demo's way in, and the pages nobody wants."""

import logging
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.core.actor import SYSTEM
from gonghui.web import palette, sessions, today
from gonghui.web.models import Account, DemoAccount, DemoMarker, Progress, SessionRow
from gonghui.web.tests import town
from gonghui.web.today import Item


def signed_in(account: Account, agent: str = "") -> Client:
    client = Client(headers={"User-Agent": agent})
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"


def test_the_profile_lists_the_sessions_and_can_end_one(account: Account) -> None:
    desk, phone = signed_in(account, FIREFOX), signed_in(account, SAFARI)
    phone.get("/profile/")
    page = desk.get("/profile/").content.decode()
    assert "Firefox · Linux" in page
    assert "Safari · iPhone" in page
    other = SessionRow.objects.get(browser="Safari · iPhone")
    desk.post("/profile/sessions/end/", {"session": str(other.public_id)})
    assert phone.get("/profile/").status_code == 302
    assert desk.get("/profile/").status_code == 200


def test_nobody_ends_the_session_of_another(account: Account, inside: Client) -> None:
    stranger = Account.objects.create_user("stranger")
    signed_in(stranger).get("/profile/")
    theirs = SessionRow.objects.get(account=stranger)
    assert inside.post("/profile/sessions/end/", {"session": str(theirs.public_id)}).status_code == 404
    assert inside.post("/profile/sessions/end/", {"session": "nonsense"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.ended_at is None


@pytest.mark.parametrize(("column", "minutes", "stands"), [("seen_at", 29, True), ("seen_at", 31, False)])
def test_half_an_hour_without_a_request_ends_a_session(inside: Client, column: str, minutes: int, stands: bool) -> None:
    inside.get("/profile/")
    SessionRow.objects.update(**{column: timezone.now() - timedelta(minutes=minutes)})
    assert (inside.get("/profile/").status_code == 200) is stands


def test_twelve_hours_end_a_session_in_any_case(inside: Client) -> None:
    inside.get("/profile/")
    SessionRow.objects.update(began_at=timezone.now() - timedelta(hours=12, seconds=1))
    assert inside.get("/profile/").status_code == 302


def test_disabling_an_account_ends_its_sessions_at_once(inside: Client, account: Account) -> None:
    assert inside.get("/profile/").status_code == 200
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert inside.get("/profile/").status_code == 302


def test_browsers_are_named_without_versions() -> None:
    assert sessions.family(FIREFOX) == "Firefox · Linux"
    assert sessions.family("curl/8") == ""


def test_chinese_is_first_whatever_the_browser_accepts(client: Client, db: None) -> None:
    page = client.get("/accounts/login/", headers={"Accept-Language": "en"}).content.decode()
    assert 'lang="zh-Hans"' in page


def test_a_stranger_can_read_english_and_an_account_keeps_it(client: Client, account: Account) -> None:
    answer = client.post("/language/", {"language": "en", "next": "/accounts/login/"})
    assert answer.url == "/accounts/login/"  # type: ignore[attr-defined]
    assert 'lang="en"' in client.get("/accounts/login/").content.decode()
    inside = signed_in(account)
    inside.post("/language/", {"language": "en"})
    account.refresh_from_db()
    assert account.language == "en"
    assert client.post("/language/", {"language": "fr"}).status_code == 404


def test_theme_and_text_size_follow_the_account(inside: Client, account: Account) -> None:
    inside.post("/theme/", {"theme": "dark", "text": "larger"})
    page = inside.get("/profile/").content.decode()
    assert 'data-theme="dark"' in page
    assert 'class="larger"' in page
    assert inside.post("/theme/", {"theme": "pink"}).status_code == 404


def test_no_state_changes_by_get(inside: Client) -> None:
    for address in ("/language/", "/theme/", "/profile/sessions/end/", "/demo/"):
        assert inside.get(address).status_code in (404, 405)


@pytest.fixture
def offered(account: Account) -> DemoAccount:
    DemoMarker.objects.create()
    return DemoAccount.objects.create(account=account, title="朝阳区统计员", try_this="填一张预填表")


def test_one_click_signs_in_where_the_demo_left_its_marker(client: Client, offered: DemoAccount, settings: Any) -> None:
    settings.GONGHUI_PROFILE = "demo"
    page = client.get("/accounts/login/").content.decode()
    assert "填一张预填表" in page
    assert "演示数据，由程序生成，仅总数取自公开报道" in page
    assert client.post("/demo/", {"as": "chaoyang.stats"}).status_code == 302
    assert client.session["_auth_user_id"] == str(offered.account_id)


@pytest.mark.parametrize(("profile", "marker"), [("demo", False), ("production", True), ("test", True)])
def test_one_click_exists_nowhere_else(
    client: Client, offered: DemoAccount, settings: Any, profile: str, marker: bool
) -> None:
    settings.GONGHUI_PROFILE = profile
    if not marker:
        DemoMarker.objects.all().delete()
    assert client.post("/demo/", {"as": "chaoyang.stats"}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_in_the_demo_one_account_follows_the_other(account: Account, offered: DemoAccount, settings: Any) -> None:
    settings.GONGHUI_PROFILE = "demo"
    second = Account.objects.create_user("city.review")
    DemoAccount.objects.create(account=second, title="市总审核员", try_this="退回一行")
    client = signed_in(account)
    assert "退回一行" in client.get("/accounts/login/").content.decode()
    client.post("/demo/", {"as": "city.review"})
    assert client.session["_auth_user_id"] == str(second.pk)
    settings.GONGHUI_PROFILE = "production"
    assert client.get("/accounts/login/").status_code == 302


def test_only_offered_accounts_can_be_entered(client: Client, offered: DemoAccount, settings: Any) -> None:
    settings.GONGHUI_PROFILE = "demo"
    Account.objects.create_user("real.person")
    assert client.post("/demo/", {"as": "real.person"}).status_code == 404
    Account.objects.update(is_active=False)
    assert client.post("/demo/", {"as": "chaoyang.stats"}).status_code == 404


def test_the_strip_says_how_far_the_replay_has_come(client: Client, db: None, settings: Any) -> None:
    settings.GONGHUI_PROFILE = "demo"
    now = timezone.now()
    Progress.objects.create(label="导入上报", done=250, total=1000, began_at=now - timedelta(minutes=1), updated_at=now)
    page = client.get("/progress/").content.decode()
    assert "250 / 1,000" in page
    assert "约余 3 分钟" in page
    Progress.objects.update(finished=True)
    assert client.get("/progress/").content.decode().strip() == ""


def test_absent_pages_look_like_ours_and_carry_a_number(client: Client, db: None, caplog: Any) -> None:
    caplog.set_level(logging.INFO, "gonghui.faults")
    answer = client.get("/nowhere/?name=张三")
    page = answer.content.decode()
    assert answer.status_code == 404
    number = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", page)
    assert number
    assert number[0] in caplog.text
    assert "张三" not in caplog.text


def test_our_own_mistake_tells_nothing_of_the_machine(client: Client, db: None) -> None:
    client.raise_request_exception = False
    answer = client.get("/crash/")
    assert answer.status_code == 500
    assert "我们这里出错了" in answer.content.decode()
    assert "secret of the machine" not in answer.content.decode()


def test_a_form_without_its_token_says_what_to_do(account: Account) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/language/", {"language": "en"})
    assert answer.status_code == 403
    assert "这一页放得太久了" in answer.content.decode()


def test_the_first_page_shows_what_waits(inside: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(today, "WAITING", [])
    assert "眼下没有等您处理的事" in inside.get("/").content.decode()
    monkeypatch.setattr(today, "WAITING", [town.one_thing])
    assert "上半年上报 · 朝阳区" in inside.get("/").content.decode()


def test_a_long_list_says_what_it_leaves_out_and_never_leaves_out_what_is_mine_alone(
    inside: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = [Item(f"上报 {n}", "/", state="未报", due=date(2020, 7, 1)) for n in range(14)]
    last = [Item("半年报告", "/mine/", state="待确认备案", only_me=True), Item("请示", "/", state="待审批", count=3)]
    monkeypatch.setattr(today, "WAITING", [lambda actor: [*last, *due]])
    page = inside.get("/").content.decode()
    assert "/mine/" in page
    assert "还有 3 项没有列在这里" in page
    assert "待审批 3 · 未报 2" in page
    assert "请示" not in page
    whole = inside.get("/?all").content.decode()
    assert "请示" in whole
    assert "没有列在这里" not in whole


@pytest.mark.django_db
def test_initials_lead_to_what_is_called_so_before_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    pages, units = palette.Found("产业目录", "/industries/"), palette.Found("朝阳区总工会", "/organisations/1/")
    monkeypatch.setattr(palette, "COMMANDS", [lambda sought: [pages]])
    monkeypatch.setattr(palette, "SEARCHES", [("组织", lambda sought: palette.fitting(sought.words, [units]))])
    assert [shelf.found for shelf in palette.shelves(SYSTEM, "cy")] == [[units], [pages]]
    assert palette.shelves(SYSTEM, "产业")[0].found == [pages]


def test_search_shows_shelves_and_says_when_nothing_is_found(inside: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(palette, "SEARCHES", [("单位", town.streets)])
    assert "望京街道总工会" in inside.post("/search/", {"q": "望京"}, follow=True).content.decode()
    assert "没有找到“通州”" in inside.post("/search/", {"q": "通州"}, follow=True).content.decode()
    part = inside.post("/search/", {"q": " 望 京 "}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part


def test_what_was_typed_stands_in_no_address_and_opens_for_its_reader_alone(inside: Client, account: Account) -> None:
    led = inside.post("/search/", {"q": "张三"})
    assert led.status_code == 302
    assert led.headers["Location"] != palette.address(account, "张三"), "sealed anew each time"
    assert "张三" not in unquote(led.headers["Location"])
    assert 'value="张三"' in inside.get(led.headers["Location"]).content.decode()
    other = Account.objects.create_user("somebody.else")
    for foreign in (palette.address(other, "张三"), "/search/?s=g1.x.y", "/search/?q=张三"):
        page = inside.get(foreign)
        assert page.status_code == 200
        assert "张三" not in page.content.decode()


def test_single_keys_are_switched_off_for_the_account(inside: Client, account: Account) -> None:
    assert "data-keys" not in inside.get("/keys/").content.decode()
    assert 'data-keys="off"' in inside.post("/keys/", {"single": "off"}, follow=True).content.decode()
    assert 'data-keys="off"' not in inside.post("/keys/", {"single": "on"}, follow=True).content.decode()
