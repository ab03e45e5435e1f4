"""Everybody who answers, signs and reviews in the replay has a post of their own."""

from collections import Counter

from django.utils import translation

from gonghui.scenario import posts, rounds
from gonghui.spine.officials.models import ROLES

EVERY = (*rounds.before(), *rounds.monthly(), *rounds.half_year(), *rounds.outlays(), *rounds.july())


def test_usernames_and_roles_are_known_and_given_once():
    holders = posts.holders()
    assert max(Counter(one.username for one in holders).values()) == 1
    assert all(one.role in ROLES for one in holders)


def test_filler_signer_and_reviewer_are_three_people():
    known = {one.username for one in posts.holders()}
    for one in EVERY:
        for unit in one.units:
            three = {posts.clerk(unit), posts.head(unit), one.reviewer}
            assert len(three) == 3
            assert three <= known


def test_the_three_administrators_are_three_accounts():
    administrators = [one for one in posts.holders() if ROLES[one.role].administrator]
    assert len(administrators) == len({one.username for one in administrators}) == 3


def test_the_sign_in_page_offers_what_the_issue_names():
    assert [one.username for one in posts.offered()] == [
        "chaoyang.stats",
        "chaoyang.lead",
        "haidian.stats",
        "wangjing.clerk",
        "base.clerk",
        "education.stats",
        "city.stats",
        "city.review",
        "city.editor",
        "city.owner",
        "city.finance",
        "city.lead",
        "city.org",
        "city.hr",
        "chaoyang.members",
        "city.accountant",
        "city.cashier",
        "city.releaser",
        "city.treasurer",
        "city.aid",
        "city.aid_reviewer",
        "city.aid_lead",
        "base.members",
        "base.lead",
        "city.audit",
        "chaoyang.audit",
        "admin.system",
        "admin.security",
        "admin.audit",
    ]
    assert all(len(one.title) <= 120 and len(one.try_this) <= 300 for one in posts.offered())


def test_what_the_sign_in_page_says_of_an_account_is_said_in_english_too():
    with translation.override("en"):
        said = [one for offered in posts.offered() for one in (offered.title, offered.try_this)]
        assert [one for one in said if translation.gettext(one) == one] == []
