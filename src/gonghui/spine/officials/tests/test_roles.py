"""What roles.toml says, and what no edit of it may say."""

from datetime import date

import pytest
from django.conf import settings

from gonghui.core.errors import Refusal
from gonghui.spine.officials import rules
from gonghui.spine.officials.models import ADMINISTRATORS, ROLES
from gonghui.spine.organisations.rules import levels

EMPLOYERS_SIDE = ("base", "joint", "branch")


def test_the_issues_roles_are_all_there() -> None:
    assert set(ROLES) == {
        "statistician",
        "reviewer",
        "unit_lead",
        "report_editor",
        "figure_owner",
        "auditor",
        "org_officer",
        "hr_officer",
        "member_officer",
        "cashier",
        "payment_releaser",
        "accountant",
        "finance_lead",
        "aid_officer",
        "aid_reviewer",
        "aid_lead",
        "system_admin",
        "security_admin",
        "audit_admin",
    }
    assert ADMINISTRATORS == ["system_admin", "security_admin", "audit_admin"]


def test_roles_stand_at_known_levels_and_carry_both_names() -> None:
    for role in ROLES.values():
        assert set(role.levels) <= set(levels())
        assert set(role.also) <= set(role.levels)
        assert role.title
        assert role.title_en
    assert rules.read_roles(settings.GONGHUI_ROLES) == ROLES


@pytest.mark.parametrize("level", EMPLOYERS_SIDE)
def test_nobody_an_employer_pays_reviews_approves_appoints_or_sets_up(level: str) -> None:
    for role in ROLES.values():
        if level in role.levels:
            powers = role.powers_at(level)
            assert not {power for power in powers if power.split(".")[1] in ("review", "approve", "appoint", "set_up")}


def test_no_role_both_enters_and_reviews_or_edits_and_seconds_or_signs_what_it_enters() -> None:
    for role in ROLES.values():
        for level in role.levels:
            powers = role.powers_at(level)
            for pair in (
                {"reports.enter", "reports.review"},
                {"reports.enter", "reports.sign"},
                {"reports.edit", "reports.file_second"},
                {"organisations.set_up", "organisations.approve"},
                {"system.settings", "officials.security"},
                {"officials.security", "journal.audit"},
            ):
                assert not pair <= powers, (role.key, level, pair)


def test_system_administrators_see_no_work() -> None:
    assert ROLES["system_admin"].powers_at("city") == {"system.settings"}


def test_a_role_at_a_level_where_it_does_not_stand_is_refused() -> None:
    rules.check_level(ROLES["reviewer"], "district", level_title="区总工会")
    with pytest.raises(Refusal):
        rules.check_level(ROLES["reviewer"], "base", level_title="基层工会")
    with pytest.raises(Refusal):
        rules.role_of(ROLES, "president")


def test_two_administrators_do_not_meet_in_one_person() -> None:
    rules.check_separation(ROLES["system_admin"], [ROLES["auditor"]])
    rules.check_separation(ROLES["auditor"], [ROLES["audit_admin"]])
    with pytest.raises(Refusal) as caught:
        rules.check_separation(ROLES["system_admin"], [ROLES["audit_admin"]])
    assert caught.value.code == "officials.administrators"


@pytest.mark.parametrize(
    ("first", "last", "fits"),
    [
        (date(2020, 6, 1), date(2020, 6, 1), True),
        (date(2020, 6, 1), date(2020, 8, 31), True),
        (date(2020, 6, 1), date(2020, 9, 1), False),
        (date(2020, 6, 2), date(2020, 6, 1), False),
        (date(2020, 6, 1), None, False),
    ],
)
def test_a_post_is_lent_for_ninety_two_days_at_most(first: date, last: date | None, fits: bool) -> None:
    if fits:
        rules.check_delegation(first, last)
    else:
        with pytest.raises(Refusal):
            rules.check_delegation(first, last)


def test_a_typed_half_is_read_without_dashes_blanks_and_case() -> None:
    assert rules.clean_half(" abcd-efgh ") == "ABCDEFGH"
    assert rules.printed_half("ABCDEFGH") == "ABCD-EFGH"
