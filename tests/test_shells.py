"""The shells in a real browser: themes, by keyboard, without scripts, signing in."""

import re

import pytest
from django.test import Client
from playwright.sync_api import Browser, expect

from gonghui.spine.officials.tests.builders import a_post
from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.models import Account, Language
from gonghui.web.tests.builders import signed_in
from tests.conftest import Walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "an old long password"


@pytest.fixture
def statistician(transactional_db: None) -> Account:
    """Chaoyang's statistician, appointed."""
    account = Account.objects.create_user("chaoyang.stats", PASSWORD, name="朝阳统计员")
    a_post("statistician", Federation().chaoyang, account=account)
    return account


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_accounts_theme_wins_over_the_devices(walk: Walk, statistician: Account, theme: str) -> None:
    Account.objects.update(theme=theme, larger_text=True)
    walk.sign_in(statistician)
    walk.page.emulate_media(color_scheme="light" if theme == "dark" else "dark")
    walk.open("/profile/")
    ground = walk.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(247, 246, 243)", "dark": "rgb(22, 24, 27)"}[theme]
    assert walk.violations() == []


def test_a_theme_is_taken_at_one_touch(walk: Walk, statistician: Account) -> None:
    walk.sign_in(statistician)
    walk.open("/profile/")
    with walk.page.expect_navigation():
        walk.page.get_by_label("深色").check()
    assert walk.page.locator("html").get_attribute("data-theme") == "dark"


def test_control_k_opens_the_palette_enter_goes_to_the_best_hit_and_escape_gives_the_focus_back(
    walk: Walk, statistician: Account
) -> None:
    walk.sign_in(statistician)
    walk.open("/profile/")
    walk.page.locator("main button").first.focus()
    stood = walk.page.evaluate("document.activeElement.textContent")
    walk.page.keyboard.press("Control+k")
    find = walk.page.locator("#palette-find")
    expect(find).to_be_focused()
    expect(walk.page.locator("#hits .hit").first).to_have_text("今日")
    assert walk.violations() == []
    walk.page.keyboard.type("没有这个词")
    expect(walk.page.locator("#hits")).to_contain_text("没有找到“没有这个词”")
    walk.page.keyboard.press("Escape")
    expect(walk.page.locator("#palette")).to_be_hidden()
    assert walk.page.evaluate("document.activeElement.textContent") == stood
    walk.page.keyboard.press("Control+k")
    walk.page.keyboard.type("wjjd")
    walk.page.keyboard.press("Enter")  # before the answer is there
    expect(walk.page.get_by_role("heading", level=1)).to_have_text("望京街道总工会")
    walk.page.keyboard.press("Control+k")
    walk.page.keyboard.type("工会")
    expect(walk.page.locator(".hit[aria-selected=true]")).to_have_count(1)
    first = find.get_attribute("aria-activedescendant")
    walk.page.keyboard.press("ArrowDown")
    assert find.get_attribute("aria-activedescendant") != first
    walk.page.keyboard.press("ArrowUp")
    assert find.get_attribute("aria-activedescendant") == first
    assert walk.violations() == []


def test_single_keys_walk_lists_and_places_but_never_while_one_types(walk: Walk, statistician: Account) -> None:
    walk.sign_in(statistician)
    walk.open("/organisations/")
    focused = "document.activeElement.textContent.trim()"
    walk.page.keyboard.press("j")
    first = walk.page.evaluate(focused)
    walk.page.keyboard.press("j")
    assert walk.page.evaluate(focused) != first
    walk.page.keyboard.press("k")
    assert walk.page.evaluate(focused) == first
    walk.page.keyboard.press("/")
    expect(walk.page.locator("main input[type=search]")).to_be_focused()
    walk.page.keyboard.type("jgo?")
    expect(walk.page.locator("main input[type=search]")).to_have_value("jgo?")
    expect(walk.page.locator("#keys-sheet")).to_be_hidden()
    walk.page.keyboard.press("Escape")
    walk.page.keyboard.press("?")
    expect(walk.page.locator("#keys-sheet")).to_be_visible()
    assert walk.violations() == []
    walk.page.keyboard.press("Escape")
    walk.page.keyboard.press("g")
    walk.page.keyboard.press("r")
    walk.page.wait_for_url("**/reports/")
    walk.page.keyboard.press("u")
    walk.page.wait_for_url("**/organisations/")
    Account.objects.update(single_keys=False)
    walk.open("/organisations/")
    walk.page.keyboard.press("?")
    expect(walk.page.locator("#keys-sheet")).to_be_hidden()
    walk.page.keyboard.press("Control+k")
    expect(walk.page.locator("#palette")).to_be_visible()


def test_the_first_stop_of_the_keyboard_skips_to_the_text(walk: Walk, statistician: Account) -> None:
    walk.sign_in(statistician)
    walk.open("/")
    walk.page.keyboard.press("Tab")
    walk.page.keyboard.press("Enter")
    expect(walk.page.locator("main")).to_be_focused()


def test_a_live_number_opens_its_pane_beside_the_text_and_back_leads_back(walk: Walk, statistician: Account) -> None:
    code = Organisation.objects.get(level="district", area_code="110105").code
    walk.sign_in(statistician)
    walk.open(f"/reports/beijing_2020h1/2020H1/{code}/")
    walk.page.evaluate("window.stayed = true")
    number = walk.page.locator(".paper a[data-pane]").first
    title = walk.page.locator("#pane h2").first.inner_text()
    number.click()
    expect(walk.page.locator("#pane h2").first).not_to_have_text(title)
    assert walk.page.evaluate("window.stayed") is True
    expect(number).to_be_focused()
    assert walk.violations() == []
    walk.page.go_back()
    expect(walk.page.locator("#pane h2").first).to_have_text(title)


def test_the_menu_opens_on_a_phone_without_scripts(
    browser: Browser, live_server: object, statistician: Account
) -> None:
    client = Client()
    client.force_login(statistician)
    address = str(live_server)
    context = browser.new_context(
        java_script_enabled=False, locale="zh-CN", viewport={"width": 360, "height": 740}, base_url=address
    )
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])
    page = context.new_page()
    page.goto("/")
    door = page.locator(".menu-phone nav").get_by_role("link", name="今日")
    expect(door).to_be_hidden()
    page.locator(".menu-phone summary").click()
    expect(door).to_be_visible()
    context.close()


def test_a_link_on_another_site_opens_its_page_for_whoever_is_signed_in(walk: Walk, statistician: Account) -> None:
    walk.open("/accounts/login/")
    walk.page.fill("#id_login", statistician.username)
    walk.page.fill("#id_password", PASSWORD)
    walk.page.keyboard.press("Enter")
    expect(walk.page.locator(".who")).to_be_visible()
    elsewhere = walk.address.replace("localhost", "127.0.0.1")
    assert elsewhere != walk.address
    walk.page.goto(f"{elsewhere}/accounts/login/")
    link = "document.body.innerHTML = `<a id=out href='${there}'>x</a>`"
    walk.page.evaluate(f"there => {{ {link} }}", f"{walk.address}/profile/")
    asked: list[str] = []
    walk.page.on("framenavigated", lambda frame: asked.append(frame.url))
    walk.page.click("#out")
    expect(walk.page.get_by_role("heading", name="朝阳统计员")).to_be_visible()
    assert asked == [f"{walk.address}/profile/"] * 2


@pytest.mark.parametrize("language", Language.values)
def test_what_was_sent_before_the_second_proof_comes_back_and_is_sent_by_one_press(
    walk: Walk, statistician: Account, language: str
) -> None:
    Account.objects.update(language=language)
    city = Organisation.objects.get(parent=None)
    security = a_post("security_admin", city).account
    Account.objects.filter(pk=security.pk).update(language=language)
    cookie = signed_in(security, seconds_ago=301).cookies["sessionid"]
    walk.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": walk.address}])
    walk.page.set_viewport_size({"width": 360, "height": 800})
    walk.page.on("dialog", lambda dialog: dialog.accept())
    walk.open(f"/officials/{statistician.public_id}/")
    walk.page.locator("form[action$='/code/'] button").click()
    walk.page.fill("#id_password", PASSWORD)
    walk.page.keyboard.press("Enter")
    walk.page.wait_for_url("**/profile/again/")
    assert walk.violations() == []
    assert not walk.overflows()
    if language == Language.ENGLISH:
        shown = walk.page.locator("main").inner_text().replace(statistician.name, "")
        assert not re.search(r"[\u4e00-\u9fff]", shown), shown
    walk.page.locator("main form .go").click()
    expect(walk.page.locator(".secret")).to_be_visible()
    assert statistician.reset_codes.count() == 1
