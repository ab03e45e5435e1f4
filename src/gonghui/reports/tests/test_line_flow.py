"""Every step of a line from every state, allowed and refused; nobody without the power, nothing out of order."""

import pytest
from django.db import IntegrityError, transaction

from gonghui.core.actor import Actor
from gonghui.core.errors import PowerMissing, StepRefused
from gonghui.reports.flow import LINE_FLOW
from gonghui.reports.models import Line
from gonghui.reports.tests.builders import (
    PAYMENTS,
    Federation,
    a_corrected_line,
    a_draft,
    a_round,
    a_submitted_return,
    an_accepted_return,
    return_of,
)

pytestmark = pytest.mark.django_db
ARROWS = {
    ("draft", "submit"): "submitted",
    ("submitted", "accept"): "accepted",
    ("submitted", "refuse"): "refused",
    ("submitted", "withdraw"): "withdrawn",
    ("refused", "reopen"): "draft",
    ("accepted", "correct"): "corrected",
}
ALL_POWERS = frozenset({"reports.enter", "reports.sign", "reports.review"})


def someone(powers: frozenset[str]) -> Actor:
    return Actor(1, 1, "示例", 1, "示例", "/", "city", "any", powers)


@pytest.mark.parametrize("step", list(LINE_FLOW.steps))
@pytest.mark.parametrize("state", list(LINE_FLOW.states))
def test_each_step_leaves_only_the_states_drawn(federation: Federation, state: str, step: str) -> None:
    line = Line(state=state)
    if (state, step) in ARROWS:
        assert LINE_FLOW.check(step, line, by=someone(ALL_POWERS)).after == ARROWS[state, step]
    else:
        with pytest.raises(StepRefused):
            LINE_FLOW.check(step, line, by=someone(ALL_POWERS))
    with pytest.raises(PowerMissing):
        LINE_FLOW.check(step, line, by=someone(frozenset()))


def in_database(line: Line, **changes: object) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.filter(pk=line.pk).update(**changes)


def test_the_database_keeps_an_accepted_line_as_it_was(federation: Federation) -> None:
    [line] = an_accepted_return(
        a_round(federation.city, PAYMENTS), federation.east, federation.city, a_draft(PAYMENTS, 5)
    )
    in_database(line, number=6)
    in_database(line, coverage="own")
    in_database(line, state="draft")
    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.filter(pk=line.pk)._raw_delete("default")
    corrected = a_corrected_line(line, federation.east, federation.city, 7)
    in_database(line, state="accepted")
    assert Line.objects.get(pk=corrected.pk).number == 7


def test_the_database_itself_refuses_two_accepted_lines_that_overlap(federation: Federation) -> None:
    an_accepted_return(
        a_round(federation.east, PAYMENTS), federation.street, federation.east, a_draft(PAYMENTS, 5, coverage="own")
    )
    [own] = a_submitted_return(
        a_round(federation.city, PAYMENTS), federation.east, a_draft(PAYMENTS, 5, coverage="own")
    )
    with pytest.raises(IntegrityError, match="reports_line_reach"), transaction.atomic():
        Line.objects.filter(pk=own.pk).update(state="accepted", coverage="subtree")
    Line.objects.filter(pk=own.pk).update(state="accepted")


def test_the_database_refuses_an_amount_that_says_two_things(federation: Federation) -> None:
    opened = a_round(federation.city, PAYMENTS)
    [line] = a_submitted_return(opened, federation.east, a_draft(PAYMENTS, 5))
    in_database(line, nothing=True)
    in_database(line, number=-1)
    in_database(line, number=None)
    in_database(line, denominator=3)
    in_database(line, state="lost")
    assert return_of(opened, federation.east).lines.count() == 1
