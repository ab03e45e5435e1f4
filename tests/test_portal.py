"""The members' portal in a real browser and among others: passkeys, small screens, what a stranger finds."""

import re
from typing import Any

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from playwright.sync_api import expect

from gonghui.core.models import Access
from gonghui.spine.members import actions
from gonghui.spine.members.models import MemberRequest, Person
from gonghui.spine.members.rules import own
from gonghui.spine.members.tests.builders import (
    OWN_PASSWORD,
    TODAY,
    a_keeper,
    a_member,
    an_own_account,
    own_actor,
)
from gonghui.spine.officials.tests.builders import a_post
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.models import Account, Language
from gonghui.web.tests.builders import signed_in
from tests.conftest import Walk
from tests.world.federation import World

PAGES = ("my", "my_card", "my_affairs", "my_data", "my_looks", "my_consents", "my_account")
ENTRANCES = ("my_sign_in", "my_open", "my_help")
CARD, ADDRESS = "9990000000000003", "示例区示例路1号"
HAN = re.compile(r"[\u4e00-\u9fff]")


def with_a_key(walk: Walk) -> None:
    """The browser has a platform authenticator that knows its user."""
    keys = walk.context.new_cdp_session(walk.page)
    keys.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def grow_old(walk: Walk) -> None:
    """An hour passes since the browser's visitor showed password or key."""
    cookies: Any = walk.context.cookies()
    store = SessionStore(next(one["value"] for one in cookies if one["name"] == "sessionid"))
    for shown in store[AUTHENTICATION_METHODS_SESSION_KEY]:
        shown["at"] -= 3600
    store.save()


def add_a_key_and_sign_in_with_it(walk: Walk, entrance: str, login: str, password: str) -> None:
    """By password the first time; then a key is added, and the next time it is the key alone."""
    with_a_key(walk)
    walk.open(entrance)
    walk.page.locator("input[name=login]").fill(login)
    walk.page.locator("input[type=password]").fill(password)
    walk.page.get_by_role("button", name="登录", exact=True).click()
    walk.page.wait_for_url(lambda url: entrance not in url)
    walk.open("/accounts/2fa/keys/add/")
    if walk.page.locator("input[type=password]").count():
        walk.page.locator("input[type=password]").fill(password)
        walk.page.get_by_role("button", name="确认").click()
    walk.page.get_by_label("可以单独登录").check()
    assert walk.violations() == []
    walk.page.get_by_role("button", name="添加").click()
    expect(walk.page.get_by_role("heading", level=1)).to_have_text("恢复码")
    walk.open("/accounts/2fa/keys/")
    expect(walk.page.locator("main")).to_contain_text("通行密钥 1")
    assert walk.violations() == []
    walk.open("/profile/")
    walk.page.get_by_role("button", name="退出登录").click()
    walk.page.wait_for_url(f"**{entrance}**")
    walk.page.get_by_role("button", name="用通行密钥登录").click()
    walk.page.wait_for_url(lambda url: entrance not in url)


def show_the_key_again(walk: Walk) -> None:
    """The page that asks for a second proof is answered with the key."""
    if walk.page.locator("#mfa_webauthn_reauthenticate").count() == 0:
        walk.page.get_by_role("link", name=re.compile("密钥")).click()
    walk.page.locator("#mfa_webauthn_reauthenticate").click()
    walk.page.wait_for_url("**/profile/again/")
    walk.page.locator("main form .go").click()


@pytest.fixture
def federation(transactional_db: None) -> Federation:
    return Federation()


@pytest.mark.browser
def test_an_officials_passkey_signs_in_alone_and_is_the_second_proof(walk: Walk, federation: Federation) -> None:
    person = a_member(federation.first, card=CARD)
    account = Account.objects.create_user("first.members", OWN_PASSWORD, name="会员管理员")
    a_post("member_officer", federation.first, account=account)
    add_a_key_and_sign_in_with_it(walk, "/accounts/login/", "first.members", OWN_PASSWORD)
    grow_old(walk)
    walk.open(f"/members/{person.public_id}/")
    walk.page.get_by_label("看哪一项").select_option("card")
    walk.page.get_by_label("查看原因").fill("核对银行卡")
    walk.page.get_by_role("button", name="显示").click()
    walk.page.wait_for_url("**/reauthenticate/**")
    show_the_key_again(walk)
    expect(walk.page.locator("main")).to_contain_text(CARD)


@pytest.mark.browser
def test_a_members_passkey_signs_in_alone_and_is_the_second_proof(walk: Walk, federation: Federation) -> None:
    person = a_member(federation.first, card=CARD)
    an_own_account(person)
    walk.page.set_viewport_size({"width": 360, "height": 780})
    add_a_key_and_sign_in_with_it(walk, "/my/sign-in/", person.number, OWN_PASSWORD)
    walk.page.wait_for_url("**/my/")
    grow_old(walk)
    walk.open("/my/data/")
    walk.page.get_by_role("button", name="显示银行卡号").click()
    walk.page.wait_for_url("**/reauthenticate/**")
    show_the_key_again(walk)
    expect(walk.page.locator("main")).to_contain_text(CARD)


@pytest.mark.browser
def test_the_portal_is_whole_on_a_phone_in_the_dark_and_in_english(walk: Walk, federation: Federation) -> None:
    person = a_member(federation.first, name="欧阳示例", card=CARD, address=ADDRESS)
    account = an_own_account(person)
    me = own_actor(person)
    actions.ask_union(person, "phone", "10099998888", by=me, on=TODAY)
    actions.consent_oneself(person, own.PHONE_CODES, by=me, on=TODAY)
    actions.ask_own_transfer(person, federation.third, consents=True, by=me, on=TODAY)
    actions.check_across("resident", person.paper, consents=True, by=a_keeper(federation.third), on=TODAY)
    Account.objects.update(language=Language.ENGLISH)
    walk.page.set_viewport_size({"width": 360, "height": 780})
    walk.page.emulate_media(color_scheme="dark")
    wrong = []
    for name in (*ENTRANCES, *PAGES):
        if name == PAGES[0]:
            walk.sign_in(account)
        assert walk.open(reverse(name)).status == 200, name
        wrong += [f"{name}: {one}" for one in walk.violations()]
        wrong += [f"{name}: scrolls sideways"] * walk.overflows()
        if name in PAGES:
            said = walk.page.locator("main").inner_text()
            for known in (federation.first.name, federation.third.name, person.name, "中文", "示例区"):
                said = said.replace(known, "")
            wrong += [f"{name}: {line}" for line in said.splitlines() if HAN.search(line)]
    assert wrong == []


# Among others -----------------------------------------------------------------------------------------------------


def test_a_member_finds_nothing_of_another_and_no_page_shows_sealed_values(world: World) -> None:
    """Every own page of one member, with the other's words and ids asked for: absent, and no secret of anybody."""
    here, there = world.branches["haidian"], world.branches["chaoyang"]
    client = signed_in(here.own)
    for name in ("my_request_back", "my_transfer_back"):
        for public_id in (there.request.public_id, there.transfer.public_id, there.member.public_id):
            assert client.post(reverse(name, args=[public_id])).status_code == 404
    secrets = [getattr(one.member, key) for one in (here, there) for key in ("paper", "phone", "card", "address")]
    secrets += [one.request.value for one in (here, there)] + [there.canary, there.member.number]
    for name in PAGES:
        page = client.get(reverse(name))
        assert page.status_code == 200
        assert [one for one in secrets if one and one in page.content.decode()] == [], name
    taken = client.post(reverse("my_export", args=["json"])).content.decode()
    assert here.member.paper in taken
    for one in (there.canary, there.member.number, there.member.paper):
        assert one not in taken
    for url in (f"/members/{here.member.public_id}/", f"/members/requests/{here.request.public_id}/", "/members/"):
        assert client.get(url).status_code == 404, "the console is not there, not even for the own record"


def test_officials_see_no_sealed_value_of_a_member_but_what_is_asked_for(world: World) -> None:
    branch = world.branches["chaoyang"]
    clerk = world.people["chaoyang.members"].client()
    sealed = [getattr(branch.member, key) for key in ("paper", "phone", "address")]
    asked = clerk.get(f"/members/requests/{branch.request.public_id}/").content.decode()
    assert branch.request.value in asked
    for url in (f"/members/requests/{branch.request.public_id}/", "/members/requests/", "/members/"):
        text = clerk.get(url).content.decode()
        assert [one for one in sealed if one in text] == [], url
    assert Access.objects.filter(what="members.request_opened", subject_id=branch.member.pk).exists()
    stranger = world.people["haidian.members"].client()
    assert branch.canary not in stranger.get("/members/requests/?state=all").content.decode()


def test_every_own_step_leaves_the_other_members_as_they_were(world: World) -> None:
    here, there = world.branches["haidian"], world.branches["chaoyang"]
    before = Person.objects.filter(pk=there.member.pk).values().get()
    client = signed_in(here.own)
    client.post(reverse("my_value_withdraw"), {"value": "phone", "person": str(there.member.public_id)})
    client.post(reverse("my_affairs"), {"step": "leave", "person": there.member.number})
    assert Person.objects.filter(pk=there.member.pk).values().get() == before
    assert Person.objects.get(pk=here.member.pk).phone == ""
    assert MemberRequest.objects.filter(person=there.member).count() == 1
