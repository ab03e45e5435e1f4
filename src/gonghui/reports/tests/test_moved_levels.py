"""A union that is moved takes its levels along: sums under every path are right on every day, the total never moves."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES
from gonghui.core.journal import entries_of
from gonghui.core.period import Period
from gonghui.reports import actions, checking, locks, rules
from gonghui.reports.actions import levels
from gonghui.reports.models import Line, Programme, StockSeries, audits
from gonghui.reports.tests.builders import (
    FOUNDED,
    H1,
    HOMES,
    PAYMENTS,
    QUALIFIED,
    Federation,
    Unit,
    a_draft,
    a_federation,
    a_round,
    a_submitted_return,
    a_unit,
    an_accepted_return,
)
from gonghui.reports.tests.filing_builders import a_filed_report
from gonghui.spine.organisations.actions import merge_organisations, move_organisation, restore_organisation
from gonghui.spine.organisations.models import Organisation, PathSpan
from gonghui.spine.organisations.models.audits import entry_differences

MARCH, MAY, JUNE = Period.parse("2020-03"), Period.parse("2020-05"), Period.parse("2020-06")
APRIL_20 = date(2020, 4, 20)


def a_level(
    unit: Unit, above: Unit, period: Period, number: int, figure: str = HOMES, on: date | None = None, **more: Any
) -> Line:
    """A level of the unit, accepted by the unit above on the day or the day after its own."""
    draft, on = a_draft(figure, number, reason="新建", **more), on or period.last + timedelta(days=1)
    return an_accepted_return(a_round(above, figure, period=period, on=on), unit, above, draft, on=on)[0]


def a_correction(line: Line, unit: Unit, above: Unit, number: int, on: date) -> None:
    """The line says another number, accepted by the unit above."""
    held = actions.correct_line(line, amount=rules.Amount(number), reason="漏统计", by=unit.clerk, on=on)
    actions.send_for_signature(line.in_return, by=unit.clerk, on=on)
    actions.sign_return(line.in_return, by=unit.lead, on=on)
    actions.accept_lines([held], by=above.reviewer, on=on)


def moved(unit: Unit, to: Unit, on: date = APRIL_20) -> None:
    """The unit stands under another superior."""
    move_organisation(unit.organisation, to.organisation, by=SYSTEM, on=on)
    for organisation in Organisation.objects.filter(pk__in=[unit.organisation.pk]):
        unit.organisation = organisation


def homes(unit: Unit, on: date) -> object:
    """The stock under the unit's present path on a day."""
    unit.organisation.refresh_from_db()
    return FIGURES[HOMES].value(unit.organisation.path, Period.day(on)).total


@pytest.mark.django_db
def test_the_level_leaves_with_the_union_on_the_day_of_the_move() -> None:
    federation = a_federation()
    line = a_level(federation.street, federation.east, MARCH, 70)
    a_level(federation.east, federation.city, MARCH, 5, coverage="own")
    moved(federation.street, federation.west)
    eve = APRIL_20 - timedelta(days=1)
    assert [homes(unit, eve) for unit in (federation.east, federation.west, federation.city)] == [75, 0, 75]
    assert [homes(unit, APRIL_20) for unit in (federation.east, federation.west, federation.city)] == [5, 70, 75]
    a_level(federation.street, federation.west, MAY, 80)
    assert [homes(unit, MAY.last) for unit in (federation.east, federation.west, federation.city)] == [5, 80, 85]
    added = [(one.happened_on, one.quantity, one.why) for one in entries_of(line)]
    assert added == [(MARCH.last, 70, None), (APRIL_20, -70, levels.MOVED), (APRIL_20, 70, levels.MOVED)]


@pytest.mark.django_db
def test_a_late_or_corrected_level_before_the_move_states_the_transfer_anew() -> None:
    federation = a_federation()
    line = a_level(federation.street, federation.east, Period.parse("2020-02"), 70)
    moved(federation.street, federation.west)
    a_level(federation.street, federation.west, MARCH, 90)
    assert [homes(unit, MARCH.last) for unit in (federation.east, federation.west)] == [90, 0]
    assert [homes(unit, MAY.last) for unit in (federation.east, federation.west)] == [0, 90]
    a_correction(line, federation.street, federation.west, 60, MAY.last)
    assert homes(federation.east, date(2020, 2, 29)) == 60
    assert [homes(unit, MAY.last) for unit in (federation.east, federation.west)] == [0, 90]
    assert list(audits.lines_against_entries()) == list(audits.levels_where_units_stand()) == []


@pytest.mark.django_db
def test_a_share_in_two_numbers_moves_part_by_part() -> None:
    federation = a_federation()
    a_level(federation.street, federation.east, MARCH, 30, QUALIFIED, denominator=80)
    moved(federation.street, federation.west)
    period = Period.day(APRIL_20)
    values = [
        FIGURES[QUALIFIED].value(unit.organisation.path, period).total for unit in (federation.east, federation.west)
    ]
    assert values == [(0, 0), (30, 80)]


@pytest.mark.django_db
def test_a_union_does_not_bring_its_level_under_one_that_answers_for_all_below() -> None:
    federation = a_federation()
    a_level(federation.street, federation.east, MARCH, 70)
    a_level(federation.west, federation.city, MARCH, 40, coverage="subtree")
    with pytest.raises(Refusal, match="西区总工会") as refused:
        moved(federation.street, federation.west)
    assert refused.value.code == "reports.move_level_twice"
    a_level(federation.street, federation.east, Period.parse("2020-04-18"), 0)
    moved(federation.street, federation.west)
    assert [homes(unit, APRIL_20) for unit in (federation.east, federation.west)] == [0, 40]
    a_level(federation.west, federation.city, MAY, 110, coverage="subtree")
    assert homes(federation.city, MAY.last) == 110
    with pytest.raises(Refusal) as twice:
        a_level(federation.street, federation.west, MAY, 70)
    assert twice.value.code == "reports.overlap"


@pytest.mark.django_db
def test_who_has_left_is_in_nobodys_way_and_who_was_there_then_still_is() -> None:
    federation = a_federation()
    a_level(federation.street, federation.east, MARCH, 70)
    moved(federation.street, federation.west)
    with pytest.raises(Refusal, match="东一街道") as then:
        a_level(federation.east, federation.city, Period.parse("2020-02"), 75, coverage="subtree")
    assert then.value.code == "reports.overlap"
    a_level(federation.east, federation.city, MAY, 5, coverage="subtree")
    with pytest.raises(Refusal, match="东一街道"):
        a_level(federation.west, federation.city, MAY, 100, coverage="subtree")


@pytest.mark.django_db(transaction=True)
def test_neither_a_move_nor_a_late_level_changes_what_is_filed() -> None:
    federation = a_federation()
    a_level(federation.street, federation.east, MARCH, 70, coverage="own")
    a_level(federation.shop, federation.street, MARCH, 2, coverage="own")
    moved(federation.street, federation.west)
    a_filed_report(federation.west.organisation)
    with pytest.raises(Refusal, match="西区总工会") as refused:
        a_level(federation.street, federation.west, Period.parse("2020-02"), 60)
    assert refused.value.code == "reports.filed"
    with pytest.raises(Refusal, match="2020-06-30") as moving:
        moved(federation.street, federation.east, date(2020, 6, 30))
    assert moving.value.code == "reports.move_filed"
    moved(federation.street, federation.east, date(2020, 7, 1))
    assert [homes(unit, date(2020, 7, 1)) for unit in (federation.east, federation.west)] == [72, 0]


@pytest.mark.django_db
def test_an_undecided_line_counts_where_its_unit_stood_on_its_last_day() -> None:
    federation = a_federation()
    opened = a_round(federation.east, PAYMENTS, period=MAY, on=MARCH.last)
    [line] = a_submitted_return(opened, federation.street, a_draft(PAYMENTS, 7), on=MAY.last)
    moved(federation.street, federation.west, date(2020, 6, 1))
    Line.objects.filter(pk=line.pk).update(last_on=date(2020, 6, 30))  # written for days that came to lie after it
    actions.accept_lines([line], by=federation.west.reviewer, on=date(2020, 7, 3))
    west, east = federation.west.organisation.path, federation.east.organisation.path
    assert [FIGURES[PAYMENTS].value(path, JUNE).total for path in (west, east)] == [7, 0]


@pytest.mark.django_db
def test_a_programme_goes_with_its_union() -> None:
    federation = a_federation()
    by = federation.city.reviewer
    actions.start_programme("mutual_aid", federation.street.organisation, by=by, on=date(2020, 2, 1))
    moved(federation.street, federation.west)
    assert Programme.objects.get().path == federation.street.organisation.path
    for path in PathSpan.objects.filter(organisation=federation.street.organisation).values_list("path", flat=True):
        with pytest.raises(Refusal) as refused:
            checking.check_programme(FIGURES[PAYMENTS], rules.Span(path, rules.OWN, MAY.first, MAY.last))
        assert refused.value.code == "reports.programme_runs"


@pytest.mark.django_db(transaction=True)
def test_two_acceptances_of_one_series_before_and_after_a_move_exclude_each_other() -> None:
    """While one transaction holds the family at the old path, another that asks for the new path waits."""
    federation = a_federation()
    old = federation.street.organisation.path
    moved(federation.street, federation.west)
    waited: list[bool] = []

    def other() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local lock_timeout = '200ms'")
            try:
                locks.lock_families([(HOMES, federation.street.organisation.path)])
                waited.append(False)
            except Exception:
                waited.append(True)
        connection.close()

    with transaction.atomic():
        locks.lock_families([(HOMES, old)])
        thread = Thread(target=other)
        thread.start()
        thread.join()
    assert waited == [True]


# Whatever happens -----------------------------------------------------------------------------------------------

Step = tuple[str, int, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["level", "level", "level", "move", "move", "correct", "merge", "restore"]),
        st.integers(0, 5),
        st.integers(0, 11),
        st.integers(0, 90),
    ),
    min_size=6,
    max_size=14,
)


ACTS: dict[str, Callable[..., object]] = {"move": move_organisation, "merge": merge_organisations}


class Play:
    """A federation that is rearranged while levels come in, late ones too; what does not fit is refused."""

    def __init__(self, federation: Federation) -> None:
        self.city, self.today = federation.city, date(2020, 3, 1)
        self.districts = [federation.east, federation.west]
        towns = [federation.street, a_unit("西一街道总工会", "town", federation.west.organisation)]
        self.units = [*self.districts, *towns, federation.shop, a_unit("示例工厂工会", "base", towns[1].organisation)]

    def superior(self, unit: Unit) -> Unit:
        """Who is above the unit now."""
        unit.organisation.refresh_from_db()
        above = next(one for one in [self.city, *self.units] if one.organisation.pk == unit.organisation.parent_id)
        above.organisation.refresh_from_db()
        return above

    def take(self, step: Step) -> None:
        """One step on a day of its own, or nothing where it is refused."""
        what, at, when, number = step
        unit = self.units[at]
        self.today += timedelta(days=number % 9)
        day = self.today - timedelta(days=when * 11)
        try:
            with transaction.atomic():
                if what in ("move", "merge"):
                    to, act = self.units[number % len(self.units)], ACTS[what]
                    back = timedelta(days=when * 7 if number % 3 == 0 else 0)
                    for one in (unit, to):
                        one.organisation.refresh_from_db()
                    act(unit.organisation, to.organisation, by=SYSTEM, on=self.today + timedelta(days=1) - back)
                elif what == "restore":
                    restore_organisation(unit.organisation, by=SYSTEM, on=self.today + timedelta(days=1))
                elif what == "level":
                    coverage = "subtree" if number % 7 == 0 else "own"
                    above = self.superior(unit)
                    if not unit.organisation.is_active:
                        return  # who is merged away is asked nothing any more
                    a_level(unit, above, Period.day(day), number, on=self.today, coverage=coverage)
                elif lines := list(Line.objects.accepted().filter(organisation=unit.organisation).order_by("last_on")):
                    a_correction(lines[when % len(lines)], unit, self.superior(unit), number, self.today)
        except Refusal:
            return

    def expected(self, path: str, on: date) -> int:
        """The last levels of the unions that stood under the path on the day, from the tables alone."""
        whole = 0
        for unit in self.units:
            organisation = unit.organisation
            if not organisation.path_on(on).startswith(path):
                continue
            levels = Line.objects.accepted().filter(organisation=organisation, last_on__lte=on).order_by("last_on")
            whole += sum({one.coverage: one.number or 0 for one in levels}.values())
        return whole


@pytest.mark.django_db
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_under_every_path_on_every_day_stand_the_levels_of_the_unions_there(steps: list[Step]) -> None:
    played(steps)


@pytest.mark.soak
@pytest.mark.django_db
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_under_every_path_on_every_day_in_many_more_orders(steps: list[Step]) -> None:
    played(steps)


def played(steps: list[Step]) -> None:
    """The steps are taken, and every sum is compared with the tables."""
    with transaction.atomic():
        play = Play(a_federation())
        for step in steps:
            play.take(step)
        for unit in play.units:
            unit.organisation.refresh_from_db()
        said = Line.objects.accepted().values_list("last_on", flat=True)
        moves = PathSpan.objects.values_list("first_on", flat=True)
        days = {day for on in (*said, *moves) for day in (on, on - timedelta(days=1))} - {FOUNDED - timedelta(days=1)}
        for path in set(PathSpan.objects.values_list("path", flat=True)):
            for on in days:
                assert FIGURES[HOMES].value(path, Period.day(on)).total == play.expected(path, on), (path, on)
        for unit in play.units:
            for series in StockSeries.objects.filter(organisation=unit.organisation):
                assert series.path == unit.organisation.path
        assert list(audits.lines_against_entries()) == list(audits.levels_where_units_stand()) == []
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("coverage", ["own", "subtree"])
def test_a_merger_hands_the_level_over_and_the_next_one_follows_on_it(coverage: str) -> None:
    federation = a_federation()
    a_level(federation.west, federation.city, MARCH, 30, coverage=coverage)
    a_level(federation.east, federation.city, MARCH, 50, coverage=coverage)
    merge_organisations(federation.west.organisation, federation.east.organisation, by=SYSTEM, on=APRIL_20)
    figure = FIGURES[HOMES]
    east = Organisation.objects.get(pk=federation.east.organisation.pk)
    city = federation.city.organisation

    def level(organisation: Organisation, day: date) -> object:
        return figure.value(organisation.path, Period.day(day)).total

    before = APRIL_20 - timedelta(days=1)
    assert [level(city, day) for day in (before, APRIL_20, MAY.last)] == [80, 80, 80]
    assert [level(east, day) for day in (before, APRIL_20)] == [50, 80]
    a_level(federation.east, federation.city, MAY, 75, coverage=coverage)
    assert [level(city, day) for day in (APRIL_20, MAY.last)] == [80, 75], "the next level replaces both"
    for difference in (audits.lines_against_entries, audits.levels_where_units_stand, entry_differences):
        assert list(difference()) == []


@pytest.mark.django_db
def test_a_merger_dated_back_leaves_the_levels_said_since_and_adds_them_up_after_the_last() -> None:
    federation = a_federation()
    a_level(federation.west, federation.city, MARCH, 30)
    a_level(federation.west, federation.city, JUNE, 35)
    a_level(federation.east, federation.city, MAY, 50)
    merge_organisations(federation.west.organisation, federation.east.organisation, by=SYSTEM, on=APRIL_20)
    east = federation.east
    assert [homes(east, day) for day in (APRIL_20 - timedelta(days=1), APRIL_20, MAY.last, JUNE.last)] == [
        0,
        30,
        80,
        85,
    ]
    a_level(east, federation.city, Period.parse("2020-07"), 90)
    assert [homes(unit, date(2020, 7, 31)) for unit in (east, federation.city)] == [90, 90], "one level for both"
    for difference in (audits.lines_against_entries, audits.levels_where_units_stand, entry_differences):
        assert list(difference()) == []


@pytest.mark.django_db
def test_a_merger_hands_no_level_over_to_where_another_union_answers_for_all_below_it() -> None:
    federation = a_federation()
    town = a_unit("西一街道总工会", "town", federation.west.organisation)
    works = a_unit("示例工厂工会", "base", town.organisation)
    a_level(federation.shop, federation.street, MARCH, 56)
    a_level(town, federation.west, MARCH, 70, coverage="subtree")
    with pytest.raises(Refusal, match="西一街道总工会") as refused, transaction.atomic():
        merge_organisations(federation.shop.organisation, works.organisation, by=SYSTEM, on=APRIL_20)
    assert refused.value.code == "reports.level_meets"
    a_level(federation.shop, federation.street, Period.parse("2020-04-18"), 0)
    merge_organisations(federation.shop.organisation, works.organisation, by=SYSTEM, on=APRIL_20)
    assert homes(federation.city, APRIL_20) == 70


@pytest.mark.django_db
def test_who_is_restored_has_its_level_back_and_the_sum_stays() -> None:
    federation = a_federation()
    west, east, city = federation.west, federation.east, federation.city
    a_level(west, city, MARCH, 30, coverage="subtree")
    a_level(east, city, MARCH, 50, coverage="subtree")
    merge_organisations(west.organisation, east.organisation, by=SYSTEM, on=APRIL_20)
    a_level(east, city, MAY, 85, coverage="subtree")
    restore_organisation(west.organisation, by=SYSTEM, on=JUNE.last)
    assert [homes(unit, JUNE.last) for unit in (west, east, city)] == [30, 55, 85]
    assert [homes(unit, MAY.last) for unit in (west, east, city)] == [0, 85, 85]
    a_level(west, city, Period.parse("2020-07"), 33, coverage="subtree")
    assert [homes(unit, date(2020, 7, 31)) for unit in (west, east, city)] == [33, 55, 88]
    for difference in (audits.lines_against_entries, audits.levels_where_units_stand, entry_differences):
        assert list(difference()) == []


@pytest.mark.django_db
def test_nobody_is_restored_out_of_a_level_that_no_longer_holds_its_own() -> None:
    federation = a_federation()
    a_level(federation.west, federation.city, MARCH, 30)
    a_level(federation.east, federation.city, MARCH, 50)
    merge_organisations(federation.west.organisation, federation.east.organisation, by=SYSTEM, on=APRIL_20)
    a_level(federation.east, federation.city, MAY, 20)
    with pytest.raises(Refusal, match="东区总工会") as refused, transaction.atomic():
        restore_organisation(federation.west.organisation, by=SYSTEM, on=JUNE.last)
    assert refused.value.code == "reports.restore_level_short"


@pytest.mark.django_db
def test_a_return_for_days_after_a_merger_dated_back_is_corrected_where_it_was_said() -> None:
    federation = a_federation()
    opened = a_round(federation.city, PAYMENTS)
    [west] = an_accepted_return(opened, federation.west, federation.city, a_draft(PAYMENTS, 30, coverage="subtree"))
    an_accepted_return(opened, federation.east, federation.city, a_draft(PAYMENTS, 50, coverage="subtree"))
    a_correction(west, federation.west, federation.city, 32, date(2020, 7, 20))
    west = Line.objects.accepted().get(organisation=federation.west.organisation)
    merge_organisations(federation.west.organisation, federation.east.organisation, by=SYSTEM, on=APRIL_20)
    paid, east, city = FIGURES[PAYMENTS], federation.east.organisation, federation.city.organisation
    assert [paid.value(one.path, H1).total for one in (east, city)] == [82, 82]
    a_correction(west, federation.west, federation.east, 33, date(2020, 8, 3))
    assert [paid.value(one.path, H1).total for one in (east, city)] == [83, 83]
    assert list(audits.lines_against_entries()) == list(entry_differences()) == []


@pytest.mark.django_db(transaction=True)
def test_no_act_is_dated_back_into_a_filed_number() -> None:
    federation = a_federation()
    opened = a_round(federation.east, PAYMENTS)
    an_accepted_return(opened, federation.street, federation.east, a_draft(PAYMENTS, 7))
    a_filed_report(federation.city.organisation)
    with pytest.raises(Refusal, match="示范市总工会") as refused:
        moved(federation.street, federation.west, date(2020, 1, 1))
    assert refused.value.code == "reports.move_into_filed", "the parts of its filed table would not make the whole"
    moved(federation.street, federation.west, APRIL_20)
    assert FIGURES[PAYMENTS].value(federation.west.organisation.path, H1).total == 7
    a_filed_report(federation.west.organisation)
    with pytest.raises(Refusal, match="西区总工会") as refused:
        moved(federation.street, federation.east, date(2020, 5, 1))
    assert refused.value.code == "reports.move_into_filed"
