"""Appointing, ending, lending; whose rights a request acts with."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import KIND_IDS, entries_of
from gonghui.spine.officials import actions
from gonghui.spine.officials.models import ADMINISTRATORS, Post, actor_for, posts_of
from gonghui.spine.officials.tests.builders import JUNE, LONG_AGO, MARCH, a_post, acting, an_account, an_official
from gonghui.spine.organisations import actions as tree
from gonghui.spine.organisations.tests.builders import Federation

pytestmark = pytest.mark.django_db


def kinds(post: Post) -> list[str]:
    return [KIND_IDS.name(entry.kind) for entry in entries_of(post)]


def test_rights_are_read_in_one_query(federation: Federation) -> None:
    post = a_post("statistician", federation.chaoyang)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        actor = actor_for(post.account, None, JUNE)
    assert len(queries) == 1
    assert actor is not None
    assert (actor.id, actor.path, actor.level) == (post.id, federation.chaoyang.path, "district")
    assert actor.may("reports.enter")
    assert not actor.may("reports.review")
    assert kinds(post) == ["officials.post_appointed"]


def test_powers_depend_on_the_level(federation: Federation) -> None:
    assert an_official("unit_lead", federation.chaoyang).may("organisations.approve")
    assert not an_official("unit_lead", federation.first).may("organisations.approve")


def test_a_post_speaks_for_its_departments_and_so_does_whoever_it_is_lent_to(federation: Federation) -> None:
    post = a_post("figure_owner", federation.chaoyang, departments=["服务职工部", "组织部"])
    assert kinds(post) == ["officials.post_appointed", "officials.post_limited"]
    actor = acting(post)
    assert actor.answers_for("组织部")
    assert actor.answers_for("")
    assert not actor.answers_for("财务和经费部")
    assert an_official("figure_owner", federation.chaoyang).answers_for("财务和经费部")
    colleague = a_post("statistician", federation.chaoyang).account
    lent = actions.delegate(post, colleague, first_on=JUNE, last_on=JUNE, by=acting(post), on=JUNE)
    assert lent.departments == post.departments


@pytest.mark.parametrize(
    ("role", "department", "code"),
    [
        ("figure_owner", "宣传部", "officials.department"),
        ("figure_owner", "工会委员会", "officials.department"),
        ("statistician", "组织部", "officials.no_departments"),
    ],
)
def test_a_limit_names_a_department_that_has_work_at_the_level(
    federation: Federation, role: str, department: str, code: str
) -> None:
    with pytest.raises(Refusal) as caught:
        a_post(role, federation.chaoyang, departments=[department])
    assert caught.value.code == code


def test_with_two_posts_one_is_chosen_first(federation: Federation) -> None:
    account = an_account()
    first = a_post("statistician", federation.chaoyang, account=account)
    second = a_post("org_officer", federation.chaoyang, account=account)
    assert actor_for(account, None, JUNE) is None
    assert acting(second).role == "org_officer"
    assert acting(first).role == "statistician"


def test_somebody_elses_post_is_not_acted_in(federation: Federation) -> None:
    mine, other = a_post("statistician", federation.chaoyang), a_post("unit_lead", federation.chaoyang)
    actor = actor_for(mine.account, str(other.public_id), JUNE)
    assert actor is not None
    assert actor.id == mine.id


def test_a_post_begins_and_ends_on_its_days(federation: Federation) -> None:
    post = a_post("statistician", federation.chaoyang, on=MARCH)
    actions.end_post(post, by=SYSTEM, on=JUNE)
    days = {
        on: actor_for(post.account, None, on) is not None
        for on in (MARCH - timedelta(days=1), MARCH, JUNE, JUNE + timedelta(days=1))
    }
    assert list(days.values()) == [False, True, True, False]


def test_rights_end_with_the_account_and_with_the_organisation(federation: Federation) -> None:
    post = a_post("statistician", federation.first)
    tree.close_organisation(federation.first, by=SYSTEM, on=JUNE)
    assert actor_for(post.account, None, JUNE) is None
    other = a_post("statistician", federation.second)
    actions.disable_account(other.account, by=an_official("security_admin", federation.city), on=JUNE)
    assert actor_for(other.account, None, JUNE) is None


def test_a_moved_organisation_moves_its_officials_scope(federation: Federation) -> None:
    post = a_post("statistician", federation.wangjing)
    tree.move_organisation(federation.wangjing, federation.haidian, by=SYSTEM, on=JUNE)
    assert acting(post).path.startswith(federation.haidian.path)


def test_appointing_needs_power_reach_and_another_person(federation: Federation) -> None:
    account = an_account()

    def appoint(by: object) -> Post:
        return actions.appoint(account, organisation=federation.wangjing, role="statistician", by=by, on=JUNE)  # type: ignore[arg-type]

    for actor in (an_official("statistician", federation.chaoyang), an_official("org_officer", federation.haidian)):
        with pytest.raises(PowerMissing):
            appoint(actor)
    officer = an_official("org_officer", federation.chaoyang)
    with pytest.raises(Refusal) as caught:
        appoint(replace(officer, account_id=account.pk))
    assert caught.value.code == "officials.oneself"
    appoint(officer)
    with pytest.raises(Refusal) as caught:
        appoint(officer)
    assert caught.value.code == "officials.post_held"


def test_only_the_security_administrator_appoints_administrators(federation: Federation) -> None:
    account = an_account()

    def appoint(by: object) -> Post:
        return actions.appoint(account, organisation=federation.city, role="audit_admin", by=by, on=JUNE)  # type: ignore[arg-type]

    with pytest.raises(PowerMissing):
        appoint(an_official("org_officer", federation.city))
    appoint(an_official("security_admin", federation.city))


def test_no_two_administrators_in_one_person_by_rule(federation: Federation) -> None:
    post = a_post("system_admin", federation.city)
    with pytest.raises(Refusal) as caught:
        a_post("audit_admin", federation.city, account=post.account, on=JUNE)
    assert caught.value.code == "officials.administrators"
    actions.end_post(post, by=SYSTEM, on=MARCH)
    a_post("audit_admin", federation.city, account=post.account, on=JUNE)


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_no_two_administrators_in_one_person_by_the_database(federation: Federation, role: str) -> None:
    post = a_post("system_admin", federation.city)
    row = Post(account=post.account, organisation=federation.city, role=role, first_on=JUNE)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_an_absent_colleagues_post_is_lent_with_begin_and_end(federation: Federation) -> None:
    post, colleague = a_post("unit_lead", federation.chaoyang), a_post("statistician", federation.chaoyang)
    lent = actions.delegate(
        post, colleague.account, first_on=JUNE, last_on=date(2020, 6, 10), by=acting(post), on=MARCH
    )
    assert actor_for(colleague.account, str(lent.public_id), date(2020, 5, 31)).role == "statistician"
    actor = acting(lent)
    assert (actor.role, actor.id) == ("unit_lead", lent.id)
    assert actor_for(colleague.account, str(lent.public_id), date(2020, 6, 11)).role == "statistician"
    assert actor_for(colleague.account, None, JUNE).role == "statistician"
    assert [one.id for one in posts_of(colleague.account, JUNE)] == [colleague.id, lent.id]
    assert kinds(lent) == ["officials.post_delegated"]


def test_a_lent_post_ends_with_its_owners(federation: Federation) -> None:
    post, colleague = a_post("unit_lead", federation.chaoyang), a_post("statistician", federation.chaoyang)
    lent = actions.delegate(
        post, colleague.account, first_on=MARCH, last_on=date(2020, 5, 30), by=acting(post), on=MARCH
    )
    later = actions.delegate(
        post, colleague.account, first_on=date(2020, 6, 5), last_on=date(2020, 6, 30), by=acting(post), on=MARCH
    )
    actions.end_post(post, by=SYSTEM, on=date(2020, 4, 30))
    lent.refresh_from_db()
    assert lent.last_on == date(2020, 4, 30)
    held = {
        one.id
        for on in (date(2020, 5, 1), date(2020, 6, 5), date(2020, 6, 6))
        for one in posts_of(colleague.account, on)
    }
    assert held == {colleague.id}
    assert later.id not in held


def test_who_has_left_acts_for_nobody_any_more(federation: Federation) -> None:
    post, colleague = a_post("unit_lead", federation.chaoyang), a_post("statistician", federation.chaoyang)
    lent = actions.delegate(
        post, colleague.account, first_on=MARCH, last_on=date(2020, 5, 30), by=acting(post), on=MARCH
    )
    actions.end_post(colleague, by=SYSTEM, on=date(2020, 4, 30))
    on_the_last_day, after = date(2020, 4, 30), date(2020, 5, 1)
    assert actor_for(colleague.account, str(lent.public_id), on_the_last_day).id == lent.id
    assert actor_for(colleague.account, str(lent.public_id), after) is None
    assert posts_of(colleague.account, after) == []


def test_an_official_takes_back_what_they_lent(federation: Federation) -> None:
    post, colleague = a_post("unit_lead", federation.chaoyang), a_post("statistician", federation.chaoyang)
    lent = actions.delegate(
        post, colleague.account, first_on=MARCH, last_on=date(2020, 5, 30), by=acting(post), on=MARCH
    )
    with pytest.raises(PowerMissing):
        actions.end_post(lent, by=acting(colleague), on=MARCH)
    actions.end_post(lent, by=acting(post), on=MARCH)


def test_lending_is_refused_where_it_makes_no_sense(federation: Federation) -> None:
    post, colleague = a_post("unit_lead", federation.chaoyang), a_post("statistician", federation.chaoyang)
    stranger = a_post("statistician", federation.haidian)
    end = date(2020, 6, 10)
    lent = actions.delegate(post, colleague.account, first_on=JUNE, last_on=end, by=acting(post), on=JUNE)
    for code, one, deputy in (
        ("officials.deputy_twice", lent, stranger.account),
        ("officials.deputy_oneself", post, post.account),
        ("officials.deputy_colleague", post, stranger.account),
        ("officials.post_held", post, colleague.account),
    ):
        with pytest.raises(Refusal) as caught:
            actions.delegate(one, deputy, first_on=JUNE, last_on=end, by=SYSTEM, on=JUNE)
        assert caught.value.code == code
    with pytest.raises(PowerMissing):
        actions.delegate(post, colleague.account, first_on=JUNE, last_on=end, by=acting(stranger), on=JUNE)


def test_a_superiors_official_may_stand_in_at_a_small_union(federation: Federation) -> None:
    clerk, above = a_post("statistician", federation.first), a_post("statistician", federation.wangjing)
    lent = actions.delegate(clerk, above.account, first_on=JUNE, last_on=JUNE, by=acting(clerk), on=JUNE)
    assert acting(lent).path == federation.first.path


def test_an_administrators_post_is_not_lent_to_another_administrator(federation: Federation) -> None:
    system, audit = a_post("system_admin", federation.city), a_post("audit_admin", federation.city)
    with pytest.raises(Refusal) as caught:
        actions.delegate(system, audit.account, first_on=JUNE, last_on=JUNE, by=acting(system), on=JUNE)
    assert caught.value.code == "officials.administrators"


def test_an_account_is_opened_without_a_password(federation: Federation) -> None:
    security = an_official("security_admin", federation.city)
    post = actions.open_account(
        "new.clerk", "王示例", organisation=federation.wangjing, role="statistician", by=security, on=JUNE
    )
    assert not post.account.has_usable_password()
    assert kinds(post) == ["officials.post_appointed", "officials.account_opened"]
    for username, code in (("new.clerk", "officials.username_taken"), ("有空格 的", "officials.account")):
        with pytest.raises(Refusal) as caught:
            actions.open_account(
                username, "李示例", organisation=federation.wangjing, role="statistician", by=security, on=JUNE
            )
        assert caught.value.code == code


def test_disabling_ends_every_session_and_enabling_lets_in_again(federation: Federation) -> None:
    post = a_post("statistician", federation.chaoyang, on=LONG_AGO)
    row = post.account.sessions.create()
    security = an_official("security_admin", federation.city)
    actions.disable_account(post.account, by=security, on=JUNE)
    row.refresh_from_db()
    assert row.ended_at is not None
    with pytest.raises(Refusal):
        actions.disable_account(post.account, by=security, on=JUNE)
    actions.enable_account(post.account, by=security, on=JUNE)
    assert actor_for(post.account, None, JUNE) is not None
    with pytest.raises(Refusal):
        actions.disable_account(post.account, by=replace(security, account_id=post.account_id), on=JUNE)
