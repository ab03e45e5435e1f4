"""Reset without mail: two people, one use, the second factor stays."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.utils import timezone

from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import KIND_IDS, entries_of
from gonghui.spine.officials import actions
from gonghui.spine.officials.models import Post, ResetCode
from gonghui.spine.officials.tests.builders import JUNE, a_post, acting, an_official
from gonghui.spine.organisations.tests.builders import Federation

pytestmark = pytest.mark.django_db
FRESH = "a fresh and long password"
SECRET = "an old long password"


@pytest.fixture
def post(federation: Federation) -> Post:
    return a_post("statistician", federation.chaoyang)


def printed(federation: Federation, post: Post) -> tuple[ResetCode, str, str]:
    code, first = actions.issue_reset_code(post, by=an_official("security_admin", federation.city), on=JUNE)
    second = actions.confirm_reset_code(code, by=an_official("unit_lead", federation.city), on=JUNE)
    code.refresh_from_db()
    return code, first, second


def test_both_halves_set_a_password_end_sessions_and_leave_the_second_factor(
    federation: Federation, post: Post
) -> None:
    factor = Authenticator.objects.create(user=post.account, type=Authenticator.Type.TOTP, data={"secret": "x"})
    session = post.account.sessions.create()
    code, first, second = printed(federation, post)
    actions.use_reset_code(post.account.username, first, second.lower(), FRESH, on=JUNE)
    post.account.refresh_from_db()
    session.refresh_from_db()
    code.refresh_from_db()
    assert post.account.check_password(FRESH)
    assert session.ended_at is not None
    assert Authenticator.objects.filter(pk=factor.pk).exists()
    assert code.state(timezone.now()) == "used"
    assert [KIND_IDS.name(entry.kind) for entry in entries_of(code)] == [
        "officials.reset_code_issued",
        "officials.reset_code_confirmed",
        "officials.reset_code_used",
    ]


def test_a_code_is_used_once(federation: Federation, post: Post) -> None:
    _, first, second = printed(federation, post)
    actions.use_reset_code(post.account.username, first, second, FRESH, on=JUNE)
    with pytest.raises(Refusal):
        actions.use_reset_code(post.account.username, first, second, "another long password", on=JUNE)


def test_one_person_alone_opens_nothing(federation: Federation, post: Post) -> None:
    security = an_official("security_admin", federation.city)
    code, first = actions.issue_reset_code(post, by=security, on=JUNE)
    with pytest.raises(Refusal):
        actions.use_reset_code(post.account.username, first, "", FRESH, on=JUNE)
    with pytest.raises(Refusal) as caught:
        actions.confirm_reset_code(code, by=security, on=JUNE)
    assert caught.value.code == "officials.code_two_people"
    with pytest.raises(IntegrityError), transaction.atomic():
        ResetCode.objects.filter(pk=code.pk).update(confirmed_by=security.account_id)


def test_nobody_issues_or_confirms_their_own(federation: Federation) -> None:
    own = a_post("security_admin", federation.city)
    with pytest.raises(Refusal) as caught:
        actions.issue_reset_code(own, by=acting(own), on=JUNE)
    assert caught.value.code == "officials.code_own"
    lead = a_post("unit_lead", federation.city)
    code, _ = actions.issue_reset_code(lead, by=acting(own), on=JUNE)
    with pytest.raises(Refusal) as caught:
        actions.confirm_reset_code(code, by=acting(lead), on=JUNE)
    assert caught.value.code == "officials.code_own"


@pytest.mark.parametrize("role", ["system_admin", "audit_admin", "org_officer", "unit_lead"])
def test_issuing_is_the_security_administrators(federation: Federation, post: Post, role: str) -> None:
    with pytest.raises(PowerMissing):
        actions.issue_reset_code(post, by=an_official(role, federation.city), on=JUNE)


def test_five_wrong_tries_void_the_code(federation: Federation, post: Post) -> None:
    code, first, second = printed(federation, post)
    for _ in range(5):
        with pytest.raises(Refusal) as caught:
            actions.use_reset_code(post.account.username, first, "WRONGWRO", FRESH, on=JUNE)
        assert caught.value.code == "officials.code_wrong"
    code.refresh_from_db()
    assert code.state(timezone.now()) == "voided"
    with pytest.raises(Refusal):
        actions.use_reset_code(post.account.username, first, second, FRESH, on=JUNE)


def test_a_stranger_without_either_half_voids_nothing_and_closes_the_page_for_their_address_only(
    federation: Federation, post: Post
) -> None:
    code, first, second = printed(federation, post)
    name = post.account.username
    for number in range(12):
        with pytest.raises(Refusal) as caught:
            actions.use_reset_code(name.upper(), "WRONGWRO", "WRONGWRO", FRESH, on=JUNE, address="10.6.6.6")
        assert caught.value.code == ("officials.code_wrong" if number < 5 else "officials.code_closed")
    code.refresh_from_db()
    assert (code.state(timezone.now()), code.tries) == ("usable", 0)
    with pytest.raises(Refusal):
        actions.use_reset_code(name, first, second, FRESH, on=JUNE, address="10.6.6.6")
    actions.use_reset_code(name, first, second, FRESH, on=JUNE, address="10.0.0.9")


def test_wrong_codes_never_close_the_sign_in_of_the_name(federation: Federation, post: Post, settings: Any) -> None:
    settings.AXES_ENABLED = True
    for number in range(60):
        with pytest.raises(Refusal):
            actions.use_reset_code(post.account.username, "x", "y", FRESH, on=JUNE, address=f"10.6.6.{number}")
    answer = Client().post("/accounts/login/", {"login": post.account.username, "password": SECRET})
    assert answer.status_code == 302


def test_unknown_names_are_counted_alike(federation: Federation) -> None:
    for number in range(6):
        with pytest.raises(Refusal) as caught:
            actions.use_reset_code("nobody.here", "x", "y", FRESH, on=JUNE, address="10.6.6.6")
        assert caught.value.code == ("officials.code_wrong" if number < 5 else "officials.code_closed")


def test_unknown_names_and_late_codes_get_the_same_answer(federation: Federation, post: Post) -> None:
    code, first, second = printed(federation, post)
    ResetCode.objects.filter(pk=code.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    said = set()
    for username in (post.account.username, "nobody.here"):
        with pytest.raises(Refusal) as caught:
            actions.use_reset_code(username, first, second, FRESH, on=JUNE)
        said.add(str(caught.value))
    assert len(said) == 1


def test_a_weak_password_does_not_use_the_code_up(federation: Federation, post: Post) -> None:
    _, first, second = printed(federation, post)
    with pytest.raises(Refusal) as caught:
        actions.use_reset_code(post.account.username, first, second, "12345", on=JUNE)
    assert caught.value.code == "officials.password"
    actions.use_reset_code(post.account.username, first, second, FRESH, on=JUNE)
    assert authenticate(None, username=post.account.username, password=FRESH) is not None


def test_a_new_code_voids_the_one_before(federation: Federation, post: Post) -> None:
    old, first, second = printed(federation, post)
    printed(federation, post)
    old.refresh_from_db()
    assert old.state(timezone.now()) == "voided"
    with pytest.raises(Refusal):
        actions.use_reset_code(post.account.username, first, second, FRESH, on=JUNE)


def test_a_code_is_voided_on_request_and_cannot_be_confirmed_then(federation: Federation, post: Post) -> None:
    security = an_official("security_admin", federation.city)
    code, _ = actions.issue_reset_code(post, by=security, on=JUNE)
    actions.void_reset_code(code, by=security, on=JUNE)
    with pytest.raises(Refusal):
        actions.confirm_reset_code(code, by=an_official("unit_lead", federation.city), on=JUNE)
    with pytest.raises(Refusal):
        actions.void_reset_code(code, by=security, on=JUNE)


def test_a_disabled_account_gets_no_code(federation: Federation, post: Post) -> None:
    security = an_official("security_admin", federation.city)
    actions.disable_account(post.account, by=security, on=JUNE)
    with pytest.raises(Refusal) as caught:
        actions.issue_reset_code(post, by=security, on=JUNE)
    assert caught.value.code == "officials.account_disabled"
