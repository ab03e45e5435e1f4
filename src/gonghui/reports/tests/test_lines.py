"""Lines through their actions: what counts, what clashes, who may, and what the journal then says."""

from datetime import date

import pytest

from gonghui.core.errors import PowerMissing, Refusal, StepRefused
from gonghui.core.figures import FIGURES
from gonghui.core.journal import entries_of
from gonghui.core.period import Period
from gonghui.reports import actions, rules
from gonghui.reports.models import Line
from gonghui.reports.tests.builders import (
    FRONTLINE,
    H1,
    HOMES,
    HOTLINE,
    JULY,
    MEETINGS,
    PAID,
    PAYMENTS,
    QUALIFIED,
    Federation,
    a_corrected_line,
    a_draft,
    a_round,
    a_submitted_return,
    an_accepted_return,
    return_of,
)

pytestmark = pytest.mark.django_db


def value(code: str, path: str, period: Period = H1) -> object:
    return FIGURES[code].value(path, period).total


def test_an_accepted_line_is_one_entry_and_counts_at_every_level_above(federation: Federation) -> None:
    opened = a_round(federation.city, PAYMENTS)
    [line] = an_accepted_return(opened, federation.east, federation.city, a_draft(PAYMENTS, 398_204))
    [entry] = entries_of(line)
    assert (entry.quantity, entry.happened_on, entry.actor_id) == (398_204, H1.last, federation.city.reviewer.id)
    assert value(PAYMENTS, federation.city.organisation.path) == 398_204
    assert value(PAYMENTS, federation.east.organisation.path) == 398_204
    assert value(PAYMENTS, federation.west.organisation.path) == 0


def test_money_goes_to_the_entrys_amount_and_no_quantity(federation: Federation) -> None:
    opened = a_round(federation.city, PAID)
    [line] = an_accepted_return(opened, federation.east, federation.city, a_draft(PAID, 24_518_790_236))
    [entry] = entries_of(line)
    assert (entry.quantity, entry.amount_fen) == (0, 24_518_790_236)
    assert value(PAID, federation.city.organisation.path) == 24_518_790_236


def test_a_ratio_is_two_entries_and_sums_part_by_part(federation: Federation) -> None:
    opened = a_round(federation.city, QUALIFIED)
    for unit, number, of in ((federation.east, 200, 500), (federation.west, 138, 320)):
        [line] = an_accepted_return(opened, unit, federation.city, a_draft(QUALIFIED, number, of))
        assert entries_of(line).count() == 2
    assert value(QUALIFIED, federation.city.organisation.path) == (338, 820)


def test_a_sensitive_entry_names_no_person(federation: Federation) -> None:
    opened = a_round(federation.city, HOTLINE)
    [line] = an_accepted_return(opened, federation.east, federation.city, a_draft(HOTLINE, 5_312))
    [entry] = entries_of(line).filter(quantity=5_312)
    assert entry.actor_id == 0
    assert entry.happened_on == H1.last


def test_own_line_above_and_subtree_line_below_stand_together(federation: Federation) -> None:
    opened = a_round(federation.city, PAYMENTS)
    an_accepted_return(opened, federation.east, federation.city, a_draft(PAYMENTS, 10))
    a_submitted_return(opened, federation.city, a_draft(PAYMENTS, 3, coverage="own"))
    assert Line.objects.filter(state="submitted").count() == 1


def test_subtree_line_above_an_accepted_one_is_refused_and_names_it(federation: Federation) -> None:
    an_accepted_return(a_round(federation.east, PAYMENTS), federation.street, federation.east, a_draft(PAYMENTS, 10))
    opened = a_round(federation.city, PAYMENTS)
    with pytest.raises(Refusal, match="东一街道总工会") as refused:
        actions.enter_lines(
            return_of(opened, federation.east), [a_draft(PAYMENTS, 12)], by=federation.east.clerk, on=JULY
        )
    assert refused.value.code == "reports.overlap"
    actions.enter_lines(
        return_of(opened, federation.east), [a_draft(PAYMENTS, 2, coverage="own")], by=federation.east.clerk, on=JULY
    )


def test_nothing_zero_and_not_reported_are_three_things(federation: Federation) -> None:
    opened = a_round(federation.city, PAYMENTS)
    [zero] = an_accepted_return(opened, federation.east, federation.city, a_draft(PAYMENTS, 0))
    [nothing] = an_accepted_return(opened, federation.west, federation.city, a_draft(PAYMENTS, None, nothing=True))
    assert (zero.number, zero.nothing) == (0, False)
    assert (nothing.number, nothing.nothing) == (None, True)
    assert entries_of(nothing).count() == 1
    assert not return_of(opened, federation.city).lines.exists()


def test_a_correction_reverses_and_restates_for_the_same_day(federation: Federation) -> None:
    opened = a_round(federation.city, PAYMENTS)
    [line] = an_accepted_return(opened, federation.east, federation.city, a_draft(PAYMENTS, 100))
    correction = a_corrected_line(line, federation.east, federation.city, 90)
    line.refresh_from_db()
    assert (line.state, correction.state) == ("corrected", "accepted")
    assert value(PAYMENTS, federation.city.organisation.path) == 90
    assert {entry.happened_on for entry in entries_of(correction)} == {H1.last}


def test_a_correction_that_came_back_is_written_anew(federation: Federation) -> None:
    opened = a_round(federation.city, PAYMENTS)
    [line] = an_accepted_return(opened, federation.east, federation.city, a_draft(PAYMENTS, 100))
    clerk, lead, in_return = federation.east.clerk, federation.east.lead, line.in_return
    first = actions.correct_line(line, amount=rules.Amount(90), reason="重复", by=clerk, on=JULY)
    again = actions.correct_line(line, amount=rules.Amount(91), reason="重复", by=clerk, on=JULY)
    assert again.pk == first.pk
    actions.send_for_signature(in_return, by=clerk, on=JULY)
    actions.sign_return(in_return, by=lead, on=JULY)
    with pytest.raises(StepRefused, match="已有更正"):
        actions.correct_line(line, amount=rules.Amount(92), reason="重复", by=clerk, on=JULY)
    again.refresh_from_db()
    actions.refuse_line(again, reason="请附说明", by=federation.city.reviewer, on=JULY)
    mended = actions.correct_line(line, amount=rules.Amount(95), reason="重复，附表", by=clerk, on=JULY)
    assert (mended.pk, mended.state, mended.number) == (first.pk, "draft", 95)
    actions.send_for_signature(in_return, by=clerk, on=JULY)
    actions.sign_return(in_return, by=lead, on=JULY)
    actions.accept_lines([mended], by=federation.city.reviewer, on=JULY)
    assert value(PAYMENTS, federation.city.organisation.path) == 95


def test_a_stock_is_recorded_as_differences_and_a_correction_moves_the_later_ones(federation: Federation) -> None:
    q1, q2 = Period.parse("2020Q1"), Period.parse("2020Q2")
    [first] = an_accepted_return(
        a_round(federation.city, HOMES, period=q1), federation.east, federation.city, a_draft(HOMES, 700)
    )
    [second] = an_accepted_return(
        a_round(federation.city, HOMES, period=q2), federation.east, federation.city, a_draft(HOMES, 690)
    )
    assert [entry.quantity for entry in entries_of(second)] == [-10]
    assert value(HOMES, federation.city.organisation.path, q1) == 700
    assert value(HOMES, federation.city.organisation.path, q2) == 690
    a_corrected_line(first, federation.east, federation.city, 650)
    assert value(HOMES, federation.city.organisation.path, q1) == 650
    assert value(HOMES, federation.city.organisation.path, q2) == 690


def test_a_level_put_in_between_moves_the_next_difference_only(federation: Federation) -> None:
    city = federation.city.organisation.path
    for key, level in (("2020-03", 10), ("2020-05", 30), ("2020-04", 25)):
        period = Period.parse(key)
        an_accepted_return(
            a_round(federation.city, HOMES, period=period),
            federation.east,
            federation.city,
            a_draft(HOMES, level, reason="新建"),
        )
    assert [value(HOMES, city, Period.parse(key)) for key in ("2020-03", "2020-04", "2020-05")] == [10, 25, 30]


def test_a_city_only_figure_is_refused_from_a_district(federation: Federation) -> None:
    opened = a_round(federation.city, MEETINGS, FRONTLINE)
    with pytest.raises(Refusal) as refused:
        actions.enter_line(return_of(opened, federation.east), a_draft(MEETINGS, 2), by=federation.east.clerk, on=JULY)
    assert refused.value.code == "reports.city_only"
    [line] = a_submitted_return(opened, federation.city, a_draft(FRONTLINE, 536, 1150))
    actions.accept_lines([line], by=federation.city.reviewer, on=JULY)
    assert value(FRONTLINE, federation.city.organisation.path) == (536, 1150)


def test_a_sensitive_figure_stays_at_district_rank(federation: Federation) -> None:
    opened = a_round(federation.east, HOTLINE)
    with pytest.raises(Refusal) as refused:
        actions.enter_line(
            return_of(opened, federation.street), a_draft(HOTLINE, 2), by=federation.street.clerk, on=JULY
        )
    assert refused.value.code == "reports.rank_only"


def test_only_the_level_directly_above_reviews(federation: Federation) -> None:
    [line] = a_submitted_return(a_round(federation.east, PAYMENTS), federation.street, a_draft(PAYMENTS, 10))
    with pytest.raises(PowerMissing):
        actions.accept_lines([line], by=federation.city.reviewer, on=JULY)
    with pytest.raises(PowerMissing):
        actions.accept_lines([line], by=federation.west.reviewer, on=JULY)
    actions.accept_lines([line], by=federation.east.reviewer, on=JULY)


def test_nobody_accepts_or_signs_what_they_entered(federation: Federation) -> None:
    city = federation.city
    one_person = city.clerk.__class__(
        **{**city.clerk.__dict__, "powers": frozenset({"reports.enter", "reports.sign", "reports.review"})}
    )
    in_return = return_of(a_round(city, PAYMENTS), city)
    actions.enter_line(in_return, a_draft(PAYMENTS, 3), by=one_person, on=JULY)
    actions.send_for_signature(in_return, by=one_person, on=JULY)
    with pytest.raises(Refusal, match="不能是同一人"):
        actions.sign_return(in_return, by=one_person, on=JULY)
    actions.sign_return(in_return, by=city.lead, on=JULY)
    with pytest.raises(StepRefused, match="不能是同一人"):
        actions.accept_lines(in_return.lines.all(), by=one_person, on=JULY)
    actions.accept_lines(in_return.lines.all(), by=city.reviewer, on=JULY)


def test_a_refused_line_is_taken_up_again_and_a_withdrawn_one_is_written_anew(federation: Federation) -> None:
    opened = a_round(federation.city, PAYMENTS)
    [line] = a_submitted_return(opened, federation.east, a_draft(PAYMENTS, 10))
    actions.refuse_line(line, reason="与佐证不符", by=federation.city.reviewer, on=JULY)
    [again] = a_submitted_return(opened, federation.east, a_draft(PAYMENTS, 11))
    assert (again.pk, again.state, again.number) == (line.pk, "submitted", 11)
    actions.withdraw_line(again, by=federation.east.clerk, on=JULY)
    [anew] = an_accepted_return(opened, federation.east, federation.city, a_draft(PAYMENTS, 12))
    assert anew.pk != again.pk


def test_a_figure_run_on_the_platform_is_not_returned(federation: Federation) -> None:
    actions.start_programme(
        "mutual_aid", federation.east.organisation, by=federation.city.reviewer, on=date(2020, 6, 1)
    )
    opened = a_round(federation.city, PAYMENTS)
    with pytest.raises(Refusal) as refused:
        actions.enter_line(return_of(opened, federation.east), a_draft(PAYMENTS, 2), by=federation.east.clerk, on=JULY)
    assert refused.value.code == "reports.programme_runs"
    actions.enter_line(return_of(opened, federation.west), a_draft(PAYMENTS, 2), by=federation.west.clerk, on=JULY)
    a_submitted_return(opened, federation.city, a_draft(PAYMENTS, 2, coverage="own"))


def test_a_programme_does_not_start_over_standing_lines(federation: Federation) -> None:
    an_accepted_return(a_round(federation.city, PAYMENTS), federation.east, federation.city, a_draft(PAYMENTS, 2))
    with pytest.raises(Refusal) as refused:
        actions.start_programme(
            "mutual_aid", federation.city.organisation, by=federation.city.reviewer, on=date(2020, 6, 1)
        )
    assert refused.value.code == "reports.overlap"
    with pytest.raises(Refusal, match="月初"):
        actions.start_programme(
            "mutual_aid", federation.city.organisation, by=federation.city.reviewer, on=date(2020, 7, 2)
        )
    actions.start_programme(
        "mutual_aid", federation.city.organisation, by=federation.city.reviewer, on=date(2020, 7, 1)
    )


def test_a_large_change_asks_for_a_reason_before_signature(federation: Federation) -> None:
    an_accepted_return(
        a_round(federation.city, PAYMENTS, period=Period.parse("2019H2")),
        federation.east,
        federation.city,
        a_draft(PAYMENTS, 100),
    )
    in_return = return_of(a_round(federation.city, PAYMENTS), federation.east)
    actions.enter_line(in_return, a_draft(PAYMENTS, 130), by=federation.east.clerk, on=JULY)
    with pytest.raises(Refusal) as refused:
        actions.send_for_signature(in_return, by=federation.east.clerk, on=JULY)
    assert refused.value.code == "reports.reason_needed"
    actions.enter_line(in_return, a_draft(PAYMENTS, 130, reason="新方案上线"), by=federation.east.clerk, on=JULY)
    actions.send_for_signature(in_return, by=federation.east.clerk, on=JULY)


def test_what_is_signed_is_what_was_seen(federation: Federation) -> None:
    from gonghui.reports.actions.lines import digest_of

    in_return = return_of(a_round(federation.city, PAYMENTS), federation.east)
    actions.enter_line(in_return, a_draft(PAYMENTS, 1), by=federation.east.clerk, on=JULY)
    actions.send_for_signature(in_return, by=federation.east.clerk, on=JULY)
    seen = digest_of(list(in_return.lines.all()))
    actions.enter_line(in_return, a_draft(PAYMENTS, 2), by=federation.east.clerk, on=JULY)
    with pytest.raises(StepRefused):
        actions.sign_return(in_return, by=federation.east.lead, on=JULY, digest=seen)
    actions.send_for_signature(in_return, by=federation.east.clerk, on=JULY)
    with pytest.raises(StepRefused, match="有改动"):
        actions.sign_return(in_return, by=federation.east.lead, on=JULY, digest=seen)


def test_nothing_is_saved_when_one_of_many_is_wrong(federation: Federation) -> None:
    in_return = return_of(a_round(federation.city, PAYMENTS, PAID), federation.east)
    with pytest.raises(Refusal):
        actions.enter_lines(in_return, [a_draft(PAYMENTS, 1), a_draft(PAID, -5)], by=federation.east.clerk, on=JULY)
    assert not in_return.lines.exists()


def test_amount_of_a_share_is_two_whole_numbers(federation: Federation) -> None:
    with pytest.raises(Refusal, match="两个整数"):
        rules.check_amount(rules.Amount(46), title="占比", ratio=True, money=False)
