"""Rounds: who is asked, what is refused, reminders, the end; programmes; and what a filing closes."""

from datetime import date, timedelta

import pytest

from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.figures import FIGURES
from gonghui.core.journal import entries_of
from gonghui.core.period import Period
from gonghui.reports import actions, rules
from gonghui.reports.models import Return
from gonghui.reports.tests.builders import (
    DUE,
    H1,
    HOMES,
    JULY,
    OPENED,
    PAYMENTS,
    Federation,
    a_corrected_line,
    a_draft,
    a_round,
    a_submitted_return,
    an_accepted_return,
    asked_for,
    return_of,
    someone,
)
from gonghui.reports.tests.filing_builders import a_filed_report

pytestmark = pytest.mark.django_db


def names(federation: Federation, returns: list[Return]) -> set[str]:
    return {each.organisation.name for each in returns}


def test_the_city_asks_those_directly_below_and_itself(federation: Federation) -> None:
    opened = a_round(federation.city, PAYMENTS)
    assert names(federation, list(opened.returns.all())) == {"示范市总工会", "东区总工会", "西区总工会"}
    [entry] = entries_of(opened)
    assert entry.quantity == 3


def test_a_district_asks_its_streets_and_not_itself(federation: Federation) -> None:
    assert names(federation, list(a_round(federation.east, PAYMENTS).returns.all())) == {"东一街道总工会"}
    with pytest.raises(Refusal, match="没有在册的工会"):
        a_round(federation.west, PAYMENTS)


def opening(federation: Federation, **changes: object) -> str:
    asked: dict[str, object] = {
        "title": "上半年收数",
        "period": H1,
        "figures": asked_for(PAYMENTS),
        "due_on": DUE,
        "by": federation.city.reviewer,
        "on": OPENED,
        **changes,
    }
    with pytest.raises(Refusal) as refused:
        actions.open_round(federation.city.organisation, **asked)  # type: ignore[arg-type]
    return refused.value.code


def test_a_round_needs_a_title_a_day_ahead_and_known_figures(federation: Federation) -> None:
    assert opening(federation, title="  ") == "reports.round_title"
    assert opening(federation, title="字" * 81) == "reports.round_title"
    assert opening(federation, due_on=OPENED - timedelta(days=1)) == "reports.round_due"
    assert opening(federation, figures=[]) == "reports.round_empty"
    assert opening(federation, figures=[("no.figure", H1.first, H1.last)]) == "reports.figure_unknown"
    assert opening(federation, figures=[(PAYMENTS, H1.last, H1.first)]) == "reports.days_order"
    assert opening(federation, by=federation.city.clerk) == "access.power"
    assert opening(federation, by=federation.east.reviewer) == "reports.other_unit"


def test_a_stock_is_asked_for_its_last_day_whatever_days_are_given(federation: Federation) -> None:
    from gonghui.reports.tests.builders import HOMES

    [asked] = a_round(federation.city, HOMES).figures.all()
    assert (asked.first_on, asked.last_on) == (H1.last, H1.last)


def test_a_unit_is_reminded_once_a_day_by_the_one_that_asked(federation: Federation) -> None:
    opened = a_round(federation.city, PAYMENTS)
    east = return_of(opened, federation.east)
    assert actions.remind_returns([east], by=federation.city.reviewer, on=DUE) == 1
    with pytest.raises(Refusal) as again:
        actions.remind_returns([east], by=federation.city.reviewer, on=DUE)
    assert again.value.code == "reports.reminded"
    assert actions.remind_returns([east], by=federation.city.reviewer, on=DUE + timedelta(days=1)) == 1
    east.refresh_from_db()
    assert (east.reminders, east.reminded_on) == (2, DUE + timedelta(days=1))
    assert entries_of(east).count() == 2
    with pytest.raises(PowerMissing):
        actions.remind_returns([east], by=federation.west.reviewer, on=DUE + timedelta(days=2))


def test_a_closed_round_takes_nothing_new_and_still_decides(federation: Federation) -> None:
    opened = a_round(federation.city, PAYMENTS)
    [line] = a_submitted_return(opened, federation.east, a_draft(PAYMENTS, 5))
    actions.close_round(opened, by=federation.city.reviewer, on=JULY)
    with pytest.raises(Refusal) as closed:
        actions.enter_line(return_of(opened, federation.west), a_draft(PAYMENTS, 1), by=federation.west.clerk, on=JULY)
    assert closed.value.code == "reports.round_closed"
    with pytest.raises(Refusal):
        actions.close_round(opened, by=federation.city.reviewer, on=JULY)
    actions.accept_lines([line], by=federation.city.reviewer, on=JULY)
    corrected = a_corrected_line(line, federation.east, federation.city, 6)
    assert corrected.state == "accepted"


def test_a_draft_never_sent_is_not_signed_after_the_round_has_closed(federation: Federation) -> None:
    in_return = return_of(a_round(federation.city, PAYMENTS), federation.east)
    line = actions.enter_line(in_return, a_draft(PAYMENTS, 5), by=federation.east.clerk, on=JULY)
    actions.send_for_signature(in_return, by=federation.east.clerk, on=JULY)
    actions.close_round(in_return.round, by=federation.city.reviewer, on=JULY)
    with pytest.raises(Refusal, match="删去草稿") as signed:
        actions.sign_return(in_return, by=federation.east.lead, on=JULY)
    with pytest.raises(Refusal, match="示范市总工会") as sent:
        actions.send_for_signature(in_return, by=federation.east.clerk, on=JULY)
    assert signed.value.code == sent.value.code == "reports.round_closed_unsent"
    actions.drop_draft(line, by=federation.east.clerk, on=JULY)
    assert not in_return.lines.exists()


def test_a_late_draft_keeps_nothing_back_that_may_still_be_sent(federation: Federation) -> None:
    opened = a_round(federation.city, PAYMENTS, HOMES)
    [sent] = a_submitted_return(opened, federation.east, a_draft(PAYMENTS, 5))
    in_return = return_of(opened, federation.east)
    late = actions.enter_line(in_return, a_draft(HOMES, 9), by=federation.east.clerk, on=JULY)
    actions.comment_line(late, text="还在核对", by=federation.east.clerk, on=JULY)
    actions.close_round(opened, by=federation.city.reviewer, on=JULY)
    actions.refuse_line(sent, reason="不符", by=federation.city.reviewer, on=JULY)
    in_return = return_of(opened, federation.east)
    actions.enter_line(in_return, a_draft(PAYMENTS, 6), by=federation.east.clerk, on=JULY)
    actions.send_for_signature(in_return, by=federation.east.clerk, on=JULY)
    assert actions.sign_return(in_return, by=federation.east.lead, on=JULY) == 1
    assert dict(in_return.lines.values_list("figure", "state")) == {PAYMENTS: "submitted", HOMES: "draft"}


def test_what_came_back_is_mended_after_the_round_has_closed(federation: Federation) -> None:
    opened = a_round(federation.city, PAYMENTS)
    [line] = a_submitted_return(opened, federation.east, a_draft(PAYMENTS, 5))
    actions.close_round(opened, by=federation.city.reviewer, on=JULY)
    actions.refuse_line(line, reason="不符", by=federation.city.reviewer, on=JULY)
    [mended] = an_accepted_return(opened, federation.east, federation.city, a_draft(PAYMENTS, 6))
    assert (mended.pk, mended.number) == (line.pk, 6)


def test_a_programme_starts_once_for_a_known_work_by_the_administrator(federation: Federation) -> None:
    admin = someone(federation.city.organisation, "system_admin", "system.settings")
    june = date(2020, 6, 1)
    started = actions.start_programme("hotline", federation.east.organisation, by=admin, on=june)
    assert entries_of(started).count() == 1
    for app, code in (("hotline", "reports.programme_twice"), ("nowhere", "reports.app_unknown")):
        with pytest.raises(Refusal) as refused:
            actions.start_programme(app, federation.east.organisation, by=admin, on=june)
        assert refused.value.code == code
    with pytest.raises(PowerMissing):
        actions.start_programme("hotline", federation.west.organisation, by=federation.west.clerk, on=june)
    outsider = someone(federation.east.organisation, "system_admin", "system.settings")
    with pytest.raises(PowerMissing):
        actions.start_programme("hotline", federation.west.organisation, by=outsider, on=june)


@pytest.mark.django_db(transaction=True)
def test_after_a_filing_a_correction_is_the_one_door(federation: Federation) -> None:
    opened = a_round(federation.city, PAYMENTS)
    [line] = an_accepted_return(opened, federation.east, federation.city, a_draft(PAYMENTS, 100))
    [waiting] = a_submitted_return(opened, federation.west, a_draft(PAYMENTS, 50))
    a_filed_report(federation.city.organisation)
    later = a_round(federation.city, PAYMENTS, period=Period.parse("2020-06"), on=JULY)
    with pytest.raises(Refusal) as filed:
        actions.enter_line(return_of(later, federation.west), a_draft(PAYMENTS, 9), by=federation.west.clerk, on=JULY)
    assert filed.value.code == "reports.filed"
    with pytest.raises(Refusal) as filed:
        actions.accept_lines([waiting], by=federation.city.reviewer, on=JULY)
    assert filed.value.code == "reports.filed"
    a_corrected_line(line, federation.east, federation.city, 90)
    assert FIGURES[PAYMENTS].value(federation.city.organisation.path, H1).total == 90


def test_a_correction_needs_a_reason_another_number_and_nobody_elses_hand(federation: Federation) -> None:
    [line] = an_accepted_return(
        a_round(federation.city, PAYMENTS), federation.east, federation.city, a_draft(PAYMENTS, 100)
    )

    def correcting(**changes: object) -> str:
        asked: dict[str, object] = {
            "amount": rules.Amount(90),
            "reason": "漏统计",
            "by": federation.east.clerk,
            "on": JULY,
            **changes,
        }
        with pytest.raises(Refusal) as refused:
            actions.correct_line(line, **asked)  # type: ignore[arg-type]
        return refused.value.code

    assert correcting(reason=" ") == "reports.correction_reason"
    assert correcting(amount=rules.Amount(100)) == "reports.correction_same"
    assert correcting(amount=rules.Amount(-1)) == "reports.negative"
    assert correcting(by=federation.city.clerk) == "reports.other_unit"
    assert correcting(by=federation.east.lead) == "access.power"
    actions.correct_line(line, amount=rules.Amount(90), reason="漏统计", by=federation.east.clerk, on=JULY)
    actions.send_for_signature(line.in_return, by=federation.east.clerk, on=JULY)
    actions.sign_return(line.in_return, by=federation.east.lead, on=JULY)
    assert correcting() == "reports.correction_under_way"
