"""The pages of officials: lists in scope, appointing, lending, ending, choosing a post, printed codes."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from gonghui.core import clock
from gonghui.spine.officials.models import Post, ResetCode
from gonghui.spine.officials.tests.builders import a_post, an_account
from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.models import Account

SignIn = Callable[[str, Organisation], Client]
SECRET = "an old long password"


def enter(account: Account) -> Client:
    """A client signed in with a password a moment ago."""
    client = Client()
    client.post("/accounts/login/", {"login": account.username, "password": SECRET})
    assert client.session.get("_auth_user_id") == str(account.pk)
    return client


@pytest.fixture
def sign_in(federation: Federation) -> SignIn:
    """A client acting in a fresh post."""
    return lambda role, place: enter(a_post(role, place).account)


def test_the_list_shows_the_subtrees_officials(federation: Federation, sign_in: SignIn) -> None:
    near, far = a_post("statistician", federation.wangjing), a_post("statistician", federation.haidian)
    page = sign_in("statistician", federation.chaoyang).get("/officials/").content.decode()
    assert near.account.name in page
    assert far.account.name not in page


def test_officials_out_of_sight_are_absent(federation: Federation, sign_in: SignIn) -> None:
    far = a_post("statistician", federation.haidian)
    client = sign_in("org_officer", federation.chaoyang)
    for url in (
        f"/officials/{far.account.public_id}/",
        f"/officials/posts/{far.public_id}/end/",
        f"/officials/posts/{far.public_id}/lend/",
        f"/officials/of/{federation.haidian.code}/",
        f"/officials/appoint/{federation.haidian.code}/",
        "/officials/00000000-0000-4000-8000-000000000000/",
    ):
        assert client.get(url).status_code == 404, url


def test_powers_are_asked_on_every_page(federation: Federation, sign_in: SignIn) -> None:
    post = a_post("statistician", federation.wangjing)
    client = sign_in("statistician", federation.chaoyang)
    assert client.get(f"/officials/{post.account.public_id}/").status_code == 200
    for url in (
        f"/officials/posts/{post.public_id}/end/",
        f"/officials/posts/{post.public_id}/lend/",
        f"/officials/appoint/{federation.wangjing.code}/",
        "/officials/codes/",
    ):
        assert client.get(url).status_code == 403, url
    assert client.post(f"/officials/{post.account.public_id}/code/").status_code == 403
    assert client.post(f"/officials/{post.account.public_id}/account/").status_code == 403
    assert sign_in("system_admin", federation.city).get("/officials/").status_code == 403


def test_departments_are_offered_where_a_role_speaks_for_them_and_shown_with_the_post(
    federation: Federation, sign_in: SignIn
) -> None:
    colleague = a_post("statistician", federation.chaoyang).account
    client = sign_in("org_officer", federation.chaoyang)
    url = f"/officials/appoint/{federation.chaoyang.code}/"
    assert 'value="财务和经费部"' in client.get(url).content.decode()
    assert "财务和经费部" not in client.get(f"/officials/appoint/{federation.wangjing.code}/").content.decode()
    sent = {"role": "figure_owner", "person": colleague.username, "on": clock.today()}
    client.post(url, {**sent, "departments": ["财务和经费部"]})
    assert Post.objects.get(account=colleague, role="figure_owner").departments == ["财务和经费部"]
    assert "财务和经费部" in client.get(f"/officials/{colleague.public_id}/").content.decode()
    refused = client.post(url, {**sent, "role": "reviewer", "departments": ["财务和经费部"]})
    assert "不分部门" in refused.content.decode()


def test_appointing_by_the_form(federation: Federation, sign_in: SignIn) -> None:
    colleague = a_post("statistician", federation.wangjing).account
    client = sign_in("org_officer", federation.chaoyang)
    url = f"/officials/appoint/{federation.wangjing.code}/"
    client.post(url, {"role": "reviewer", "person": colleague.username, "on": clock.today()})
    assert Post.objects.filter(account=colleague, role="reviewer").exists()
    refused = client.post(url, {"role": "reviewer", "person": colleague.username, "on": clock.today()})
    assert refused.status_code == 422
    assert "已任" in refused.content.decode()
    unknown = client.post(url, {"role": "reviewer", "person": "nobody", "on": clock.today()}).content.decode()
    assert "没有用户名为" in unknown
    assert "system_admin" not in client.get(url).content.decode()


def test_the_security_administrator_opens_accounts(federation: Federation, sign_in: SignIn) -> None:
    client = sign_in("security_admin", federation.city)
    url = f"/officials/appoint/{federation.wangjing.code}/"
    client.post(url, {"role": "statistician", "username": "new.clerk", "name": "王示例", "on": clock.today()})
    assert Account.objects.get(username="new.clerk").posts.count() == 1
    both = {"role": "statistician", "person": "new.clerk", "username": "x", "name": "y", "on": clock.today()}
    assert "两者选一" in client.post(url, both).content.decode()


def test_rights_are_changed_by_somebody_who_was_just_recognised(federation: Federation) -> None:
    post = a_post("org_officer", federation.chaoyang)
    client = Client()
    client.force_login(post.account, backend=settings.AUTHENTICATION_BACKENDS[1])
    response = client.get(f"/officials/appoint/{federation.wangjing.code}/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/reauthenticate/?next=")


def test_a_post_is_lent_taken_up_and_taken_back(federation: Federation) -> None:
    lead, clerk = a_post("unit_lead", federation.chaoyang), a_post("statistician", federation.chaoyang)
    owner, deputy = enter(lead.account), enter(clerk.account)
    today = clock.today()
    typed = {"deputy": str(clerk.account.public_id), "first_on": today, "last_on": today}
    owner.post(f"/officials/posts/{lead.public_id}/lend/", typed)
    lent = Post.objects.get(deputy_of=lead)
    page = deputy.get("/officials/post/").content.decode()
    assert f"代 {lead.account.name}" in page
    key = deputy.session.session_key
    assert deputy.post("/officials/post/", {"post": str(lent.public_id)}).status_code == 302
    assert deputy.session.session_key != key
    assert deputy.get("/officials/").context["actor"].role == "unit_lead"
    assert owner.get(f"/officials/posts/{lent.public_id}/end/").status_code == 200
    owner.post(f"/officials/posts/{lent.public_id}/end/", {"on": today})


def test_nobody_takes_up_a_post_that_is_not_theirs(federation: Federation, sign_in: SignIn) -> None:
    other = a_post("unit_lead", federation.chaoyang)
    client = sign_in("statistician", federation.chaoyang)
    assert client.post("/officials/post/", {"post": str(other.public_id)}).status_code == 404
    assert client.get("/officials/").context["actor"].role == "statistician"


def test_an_account_without_a_post_is_told_so(federation: Federation) -> None:
    client = enter(an_account())
    assert "没有在任的岗位" in client.get("/officials/post/").content.decode()
    assert client.get("/officials/").status_code == 403


def slip(page: str) -> str:
    match = re.search(r"(?<![\w-])[A-Z2-9]{4}-[A-Z2-9]{4}(?![\w-])", page)  # no piece of a random key
    assert match is not None
    return match[0]


def test_a_forgotten_password_is_reset_by_two_people_and_one_slip_each(federation: Federation, sign_in: SignIn) -> None:
    post = a_post("statistician", federation.wangjing)
    security, lead = sign_in("security_admin", federation.city), sign_in("unit_lead", federation.city)
    first = slip(security.post(f"/officials/{post.account.public_id}/code/").content.decode())
    code = ResetCode.objects.get()
    assert first not in security.get("/officials/codes/").content.decode()
    assert security.post(f"/officials/codes/{code.public_id}/confirm/").status_code in (302, 422)
    second = slip(lead.post(f"/officials/codes/{code.public_id}/confirm/").content.decode())
    visitor = Client()
    typed = {"username": post.account.username, "first": first, "second": second}
    fresh = "a fresh and long password"
    wrong = visitor.post("/officials/reset/", {**typed, "second": "AAAA-AAAA", "password": fresh, "again": fresh})
    assert wrong.status_code == 422
    different = visitor.post("/officials/reset/", {**typed, "password": fresh, "again": "other"})
    assert "两次输入的密码不同" in different.content.decode()
    done = visitor.post("/officials/reset/", {**typed, "password": fresh, "again": fresh})
    assert done.headers["Location"] == "/accounts/login/"
    post.account.refresh_from_db()
    assert post.account.check_password(fresh)


def test_a_code_waiting_can_be_voided(federation: Federation, sign_in: SignIn) -> None:
    post = a_post("statistician", federation.wangjing)
    security = sign_in("security_admin", federation.city)
    security.post(f"/officials/{post.account.public_id}/code/")
    code = ResetCode.objects.get()
    security.post(f"/officials/codes/{code.public_id}/void/")
    code.refresh_from_db()
    assert code.voided_at is not None


def test_disabling_an_account_signs_its_owner_out(federation: Federation, sign_in: SignIn) -> None:
    post = a_post("statistician", federation.wangjing)
    clerk = enter(post.account)
    assert clerk.get("/officials/").status_code == 200
    security = sign_in("security_admin", federation.city)
    security.post(f"/officials/{post.account.public_id}/account/")
    assert clerk.get("/officials/").status_code == 302
    security.post(f"/officials/{post.account.public_id}/account/", {"enable": "1"})
    post.account.refresh_from_db()
    assert post.account.is_active


def test_an_organisations_officials_stand_on_its_page(federation: Federation, sign_in: SignIn) -> None:
    post = a_post("statistician", federation.wangjing)
    client = sign_in("org_officer", federation.chaoyang)
    page = client.get(f"/officials/of/{federation.wangjing.code}/", headers={"hx-request": "true"}).content.decode()
    assert post.account.name in page
    assert "<html" not in page
