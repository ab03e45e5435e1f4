"""The audit finds what somebody changed behind the actions' back, and nothing else."""

import pytest

from gonghui.core.actor import SYSTEM
from gonghui.spine.organisations import actions
from gonghui.spine.organisations.models import Employer, Organisation, PathSpan, audits
from gonghui.spine.organisations.tests.builders import JUNE, MARCH, Federation, an_established_set_up

CHECKS = (
    audits.tree_differences,
    audits.superior_differences,
    audits.entry_differences,
    audits.coverage_differences,
)


@pytest.fixture
def worked(federation: Federation) -> Federation:
    """A federation that moved, set up and closed unions."""
    actions.move_organisation(federation.first, federation.catering, by=SYSTEM, on=MARCH)
    closed = an_established_set_up(federation.wangjing, on=MARCH).union
    an_established_set_up(federation.wangjing, on=JUNE)
    assert closed is not None
    actions.close_organisation(closed, by=SYSTEM, on=JUNE)
    return federation


def findings() -> dict[str, list[str]]:
    found = {check.__name__: [one.where for one in check()] for check in CHECKS}
    return {name: where for name, where in found.items() if where}


def test_honest_work_leaves_no_difference(worked: Federation) -> None:
    assert findings() == {}


def test_a_superior_changed_without_an_action_is_found(worked: Federation) -> None:
    path = f"{worked.haidian.path}{worked.third.id}/"
    Organisation.objects.filter(pk=worked.third.pk).update(parent=worked.haidian, path=path, depth=3)
    assert findings() == {
        "tree_differences": [f"present span of {worked.third.code}"],
        "superior_differences": [worked.third.code],
    }


def test_a_changed_span_is_found_by_tree_and_entries(worked: Federation) -> None:
    PathSpan.objects.filter(organisation=worked.wangjing).update(path=worked.haidian.path)
    found = findings()
    assert found["tree_differences"] == [f"present span of {worked.wangjing.code}"]
    assert len(found["entry_differences"]) == 6


def test_a_gap_between_spans_is_found(worked: Federation) -> None:
    PathSpan.objects.filter(organisation=worked.first, last_on=None).update(first_on=JUNE)
    assert f"spans of {worked.first.pk}" in findings()["tree_differences"]


def test_an_employer_given_to_a_union_without_an_action_is_found(worked: Federation) -> None:
    Employer.objects.update(organisation=worked.second)
    assert len(findings()["coverage_differences"]) == 1
