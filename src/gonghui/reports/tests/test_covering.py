"""Who was counted in a line before an act dated back took it elsewhere: no day of a union is returned twice."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES
from gonghui.core.period import Period
from gonghui.reports import actions, rules
from gonghui.reports.models import Line, audits
from gonghui.reports.tests.builders import (
    H1,
    PAYMENTS,
    Federation,
    Unit,
    a_draft,
    a_federation,
    a_round,
    an_accepted_return,
)
from gonghui.reports.tests.test_moved_levels import ACTS, MAY, Play, Step, moved
from gonghui.spine.organisations.actions import restore_organisation
from gonghui.spine.organisations.models import PathSpan
from gonghui.spine.organisations.models.audits import entry_differences


@pytest.mark.django_db
def test_the_days_since_a_move_dated_back_are_counted_where_they_were_said_until_a_correction_leaves_them_out() -> None:
    federation = a_federation()
    east, west, street, city = federation.east, federation.west, federation.street, federation.city
    opened = a_round(city, PAYMENTS)
    [line] = an_accepted_return(opened, east, city, a_draft(PAYMENTS, 50, coverage="subtree"))
    moved(street, west)
    own = a_round(west, PAYMENTS, period=MAY)
    with pytest.raises(Refusal, match="东区总工会") as refused:
        an_accepted_return(own, street, west, a_draft(PAYMENTS, 7))
    assert refused.value.code == "reports.counted_there"
    with pytest.raises(Refusal) as whole:
        an_accepted_return(opened, west, city, a_draft(PAYMENTS, 30, coverage="subtree"))
    assert whole.value.code == "reports.counted_there"
    on = date(2020, 7, 20)
    page = east.browser("statistician").get(f"/lines/{line.public_id}/").content.decode()
    assert "计入了 2020年4月20日起划出的 东一街道" in page
    assert 'name="leaves_out"' in page
    held = actions.correct_line(
        line, amount=rules.Amount(43), reason="划出东一街道", leaves_out=True, by=east.clerk, on=on
    )
    actions.send_for_signature(line.in_return, by=east.clerk, on=on)
    actions.sign_return(line.in_return, by=east.lead, on=on)
    actions.accept_lines([held], by=city.reviewer, on=on)
    an_accepted_return(opened, west, city, a_draft(PAYMENTS, 37, coverage="subtree"))
    paid = FIGURES[PAYMENTS]
    for unit in (east, west):
        unit.organisation.refresh_from_db()
    assert [paid.value(one.organisation.path, H1).total for one in (east, west, city)] == [43, 37, 80]


# Whatever happens ---------------------------------------------------------------------------------------------------

RETURNS = st.lists(
    st.tuples(
        st.sampled_from(["say", "say", "say", "move", "move", "correct", "leave out", "merge", "restore"]),
        st.integers(0, 5),
        st.integers(0, 11),
        st.integers(0, 90),
    ),
    min_size=6,
    max_size=14,
)
MONTHS = ("2020-01", "2020-02", "2020-03", "2020Q1", "2020-04", "2020-05", "2020-06", "2020Q2", "2020H1")


Day = tuple[int, int]
"""A union's key and a day, as a number."""


class Returning(Play):
    """The same federation, asked what it paid out: who is counted in which line, as its tree was known then."""

    def __init__(self, federation: Federation) -> None:
        super().__init__(federation)
        self.today = date(2020, 7, 1)
        self.counted: dict[int, set[Day]] = {}

    def days(self, unit: Unit, period: Period, coverage: str) -> set[Day]:
        """The days of the period on which each unit stood under this one, as far as is known today."""
        spans = list(PathSpan.objects.filter(organisation__in=[one.organisation for one in self.units]))
        at = [span for span in spans if span.organisation_id == unit.organisation.pk]
        found: set[Day] = set()
        for span in spans:
            for here in at:
                if span.path != here.path if coverage == "own" else not span.path.startswith(here.path):
                    continue
                first = max(span.first_on, here.first_on, period.first).toordinal()
                last = min(span.last_on or period.last, here.last_on or period.last, period.last).toordinal()
                found |= {(span.organisation_id, day) for day in range(first, last + 1)}
        return found

    def take(self, step: Step) -> None:
        """One step in the summer after the half-year; what does not fit is refused."""
        what, at, when, number = step
        unit = self.units[at]
        unit.organisation.refresh_from_db()
        self.today += timedelta(days=1)
        period = Period.parse(MONTHS[when % len(MONTHS)])
        mine = Line.objects.accepted().filter(organisation=unit.organisation, figure=PAYMENTS).order_by("id")
        try:
            with transaction.atomic():
                if what in ("move", "merge"):
                    to = self.units[number % len(self.units)]
                    to.organisation.refresh_from_db()
                    ACTS[what](
                        unit.organisation, to.organisation, by=SYSTEM, on=date(2020, 1, 2) + timedelta(when * 16)
                    )
                elif what == "restore":
                    restore_organisation(unit.organisation, by=SYSTEM, on=date(2020, 3, 2) + timedelta(when * 16))
                elif what == "say":
                    if not unit.organisation.is_active:
                        return
                    coverage, above = "subtree" if number % 2 else "own", self.superior(unit)
                    opened = a_round(above, PAYMENTS, period=period, on=self.today)
                    draft = a_draft(PAYMENTS, number, coverage=coverage)
                    [line] = an_accepted_return(opened, unit, above, draft, on=self.today)
                    self.counted[line.pk] = self.days(unit, period, coverage)
                elif lines := list(mine):
                    self.corrected(lines[when % len(lines)], unit, number, leaves_out=what == "leave out")
        except Refusal:
            return

    def corrected(self, line: Line, unit: Unit, number: int, *, leaves_out: bool) -> None:
        """The line says another number, of the same units or without those who are elsewhere by now."""
        above = self.superior(unit)
        amount = rules.Amount(number + 100)
        held = actions.correct_line(
            line, amount=amount, reason="漏统计", by=unit.clerk, on=self.today, leaves_out=leaves_out
        )
        actions.send_for_signature(line.in_return, by=unit.clerk, on=self.today)
        actions.sign_return(line.in_return, by=unit.lead, on=self.today)
        actions.accept_lines([held], by=above.reviewer, on=self.today)
        stays = self.counted[line.pk]
        if leaves_out:
            for covering in line.coverings.all():
                since = covering.first_on.toordinal()
                stays = {(pk, day) for pk, day in stays if pk not in covering.units or day < since}
        self.counted[held.pk] = stays


def returned(steps: list[Step]) -> None:
    """The steps are taken; whatever was moved when, no day of a unit is in two lines, and the city has the sum."""
    with transaction.atomic():
        play = Returning(a_federation())
        for step in steps:
            play.take(step)
        lines = list(Line.objects.accepted().filter(figure=PAYMENTS).order_by("id"))
        for at, line in enumerate(lines):
            for other in lines[:at]:
                twice = play.counted[line.pk] & play.counted[other.pk]
                assert not twice, (line.organisation.name, line.first_on, other.organisation.name, other.first_on)
        year = Period.parse("2020H1")
        assert FIGURES[PAYMENTS].value(play.city.organisation.path, year).total == sum(one.number or 0 for one in lines)
        assert list(audits.lines_against_entries()) == list(entry_differences()) == []
        transaction.set_rollback(True)


@pytest.mark.django_db
@example(steps=[("say", 3, 0, 65), ("merge", 5, 2, 82), ("say", 2, 8, 1)])
@example(steps=[("say", 4, 0, 0), ("merge", 0, 0, 1), ("say", 4, 0, 0)])
@example(steps=[("say", 1, 0, 1), ("move", 3, 2, 0), ("say", 3, 8, 0)])
@example(steps=[("move", 3, 2, 0), ("say", 3, 8, 0), ("say", 1, 0, 1)])
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=RETURNS)
def test_no_day_of_a_union_is_returned_twice_whatever_is_dated_back(steps: list[Step]) -> None:
    returned(steps)


@pytest.mark.soak
@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=RETURNS)
def test_no_day_of_a_union_is_returned_twice_in_many_more_orders(steps: list[Step]) -> None:
    returned(steps)
