"""The first administrators: two people, once, from nothing; what they print opens their accounts."""

from datetime import date

import pytest
from django.test import Client

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.journal import KIND_IDS
from gonghui.core.models import Entry
from gonghui.spine.officials import actions
from gonghui.spine.officials.models import Post
from gonghui.spine.officials.tests.builders import a_post, acting, an_account
from gonghui.spine.organisations.actions import Founding
from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.tests.builders import Federation

pytestmark = pytest.mark.django_db
TODAY = date(2020, 6, 1)
CITY = Founding("示例市总工会", "city", None, english_name="Example Federation of Trade Unions", area_code="110000")
TWO = (("first.one", "张示例"), ("second.one", "李示例"))
FRESH = "a fresh and long password"


def appointed() -> list[actions.FirstCode]:
    return actions.appoint_first_administrators(TWO, city=CITY, founded_on=date(2000, 5, 1), on=TODAY)


def test_from_nothing_two_people_get_in_and_can_let_others_in() -> None:
    codes = appointed()
    assert Organisation.objects.get().name == CITY.name
    posts = list(Post.objects.order_by("account__username"))
    assert [(post.role, post.account.username) for post in posts] == [("security_admin", name) for name, _ in TWO]
    for code in codes:
        typed = {"username": code.username, "first": code.first, "second": code.second}
        done = Client().post("/officials/reset/", {**typed, "password": FRESH, "again": FRESH})
        assert done.headers["Location"] == "/accounts/login/"
        with pytest.raises(Refusal):
            actions.use_reset_code(code.username, code.first, code.second, FRESH, on=TODAY)
    one, other = (acting(post) for post in posts)
    third = actions.open_account(
        "third.one", "王示例", organisation=posts[0].organisation, role="audit_admin", by=one, on=TODAY
    )
    issued, _half = actions.issue_reset_code(third, by=one, on=TODAY)
    actions.confirm_reset_code(issued, by=other, on=TODAY)
    kinds = [KIND_IDS.name(entry.kind) for entry in Entry.objects.all()]
    assert kinds.count("officials.account_opened") == 3


def test_it_is_refused_as_soon_as_there_was_an_administrator_of_any_kind(federation: Federation) -> None:
    gone = a_post("audit_admin", federation.city)
    actions.end_post(gone, by=SYSTEM, on=TODAY)
    with pytest.raises(Refusal) as caught:
        appointed()
    assert caught.value.code == "officials.administrator_exists"


def test_a_second_time_is_refused_and_a_standing_federation_is_kept(federation: Federation) -> None:
    appointed()
    assert Organisation.objects.filter(parent=None).count() == 1
    with pytest.raises(Refusal):
        appointed()


def test_it_takes_two_people() -> None:
    with pytest.raises(Refusal) as caught:
        actions.appoint_first_administrators((TWO[0], TWO[0]), city=CITY, founded_on=TODAY, on=TODAY)
    assert caught.value.code == "officials.first_two"
    assert not Organisation.objects.exists()


def test_neither_may_take_a_second_of_the_three_roles_themselves_or_by_the_other(federation: Federation) -> None:
    appointed()
    one, other = Post.objects.filter(role="security_admin").order_by("account__username")
    for by in (acting(one), acting(other)):
        with pytest.raises(Refusal):
            actions.appoint(one.account, organisation=federation.city, role="audit_admin", by=by, on=TODAY)
    actions.appoint(an_account(), organisation=federation.city, role="audit_admin", by=acting(one), on=TODAY)


def test_the_reset_codes_page_says_where_the_first_came_from() -> None:
    code = appointed()[0]
    actions.use_reset_code(code.username, code.first, code.second, FRESH, on=TODAY)
    client = Client()
    client.post("/accounts/login/", {"login": code.username, "password": FRESH})
    assert "首次开通" in client.get("/officials/codes/").content.decode()
