"""征求意见: rounds, who was asked, every comment answered; and what came in late for the report before."""

import pytest

from gonghui.core.errors import PowerMissing, Refusal, StepRefused
from gonghui.core.period import Period
from gonghui.reports.actions import circulating, filings, making
from gonghui.reports.adjusting import adjustments, before
from gonghui.reports.console.report import adjusted
from gonghui.reports.filling import fill, fill_report, standing_report
from gonghui.reports.models import Report
from gonghui.reports.printing.kept import paper_of
from gonghui.reports.tests.builders import (
    H1,
    JULY,
    Federation,
    a_corrected_line,
    a_draft,
    a_round,
    an_accepted_return,
    someone,
)
from gonghui.reports.tests.filing_builders import (
    AUGUST,
    a_draft_report,
    a_filed_report,
    a_second,
    all_signed,
    an_editor,
    returned_by,
    the_form,
)

pytestmark = pytest.mark.django_db
PAST = Period.parse("2019H2")


def circulated(federation: Federation) -> Report:
    """The city's draft before its eastern district."""
    report = all_signed(a_draft_report(federation.city.organisation))
    circulating.ask_comments(
        report, [federation.east.organisation], by=an_editor(federation.city.organisation), on=AUGUST
    )
    return report


def test_every_comment_is_answered_before_the_text_is_revised(federation: Federation):
    report = circulated(federation)
    editor = an_editor(report.organisation)
    remark = circulating.comment_report(report, "第二段请写明起止日期", by=federation.east.lead, on=AUGUST)
    with pytest.raises(StepRefused, match="1 条意见没有答复"):
        making.move_report(report, "revise", by=editor, on=AUGUST)
    with pytest.raises(Refusal, match="写明原因"):
        circulating.answer_comment(remark, accepted=False, answer="", by=editor, on=AUGUST)
    circulating.answer_comment(remark, accepted=False, answer="日期在说明里", by=editor, on=AUGUST)
    making.move_report(report, "revise", by=editor, on=AUGUST)
    assert report.remarks.get().accepted is False
    circulating.ask_comments(report, [federation.west.organisation], by=editor, on=AUGUST)
    report.refresh_from_db()
    assert (report.state, report.round) == ("circulated", 2)


def test_only_who_was_asked_in_this_round_comments(federation: Federation):
    report = circulated(federation)
    with pytest.raises(StepRefused, match="没有征求本单位"):
        circulating.comment_report(report, "意见", by=federation.west.lead, on=AUGUST)
    for text, why in (("  ", "请写明意见"), ("字" * 1001, "最多 1000 字")):
        with pytest.raises(Refusal, match=why):
            circulating.comment_report(report, text, by=federation.east.lead, on=AUGUST)
    making.move_report(report, "revise", by=an_editor(report.organisation), on=AUGUST)
    with pytest.raises(StepRefused, match="不在征求意见"):
        circulating.comment_report(report, "晚了", by=federation.east.lead, on=AUGUST)


def test_units_outside_the_subtree_are_not_asked(federation: Federation):
    report = all_signed(a_draft_report(federation.east.organisation))
    editor = an_editor(report.organisation)
    for units, why in (
        ([], "至少选一个"),
        ([federation.west.organisation], "不是本单位的下级"),
        ([federation.east.organisation], "不是本单位的下级"),
    ):
        with pytest.raises(Refusal, match=why):
            circulating.ask_comments(report, units, by=editor, on=AUGUST)
    with pytest.raises(PowerMissing):
        circulating.ask_comments(
            report, [federation.street.organisation], by=someone(report.organisation, "statistician"), on=AUGUST
        )
    report.refresh_from_db()
    assert (report.state, report.round) == ("signed", 0)


# What came in late -----------------------------------------------------------------------------------------------


def a_past_line(federation: Federation, number: int):
    """A number of the half-year before, returned and accepted."""
    opened = a_round(federation.city, "mutual_aid.payments_made", period=PAST)
    draft = a_draft("mutual_aid.payments_made", number)
    return an_accepted_return(opened, federation.east, federation.city, draft, on=JULY)[0]


@pytest.mark.django_db(transaction=True)
def test_the_next_report_says_what_came_in_late_for_the_one_before(federation: Federation):
    city = federation.city.organisation
    line = a_past_line(federation, 500)
    past = a_filed_report(city, PAST)
    assert adjustments(fill(the_form(), city, H1)) == []
    a_corrected_line(line, federation.east, federation.city, 620)
    (found,) = adjustments(fill(the_form(), city, H1))
    assert (found.report, found.filled.row.id) == (past, "F35")
    assert (found.filled.value.whole, found.now.whole, found.difference) == ((500,), (620,), (120,))
    assert adjustments(fill(the_form(), federation.east.organisation, H1)) == ()


@pytest.mark.django_db(transaction=True)
def test_a_figure_that_counts_something_else_since_is_named_and_not_compared(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
):
    city = federation.city.organisation
    line = a_past_line(federation, 500)
    a_filed_report(city, PAST)
    a_corrected_line(line, federation.east, federation.city, 620)
    monkeypatch.setitem(the_form().row("F35").figure.__dict__, "version", 2)
    (found,) = adjustments(fill(the_form(), city, H1))
    assert (found.filled.row.id, found.now, found.difference) == ("F35", None, (0,))
    assert adjusted(fill(the_form(), city, H1))["adjusted"][0]["now"] == "口径已调整，不可比"
    late = paper_of(None, fill(the_form(), city, H1)).sections[-1]
    assert late.paragraphs[0][0].text == "互助保障服务职工：备案时500人次，口径已调整，与现在的数不可比。"


@pytest.mark.django_db(transaction=True)
def test_a_filed_report_s_adjustments_stop_at_its_own_cut(federation: Federation):
    city = federation.city.organisation
    line = a_past_line(federation, 500)
    a_filed_report(city, PAST)
    changed = a_corrected_line(line, federation.east, federation.city, 620)
    report = a_filed_report(city, H1)
    a_corrected_line(changed, federation.east, federation.city, 700)
    (found,) = adjustments(standing_report(report))
    assert found.now.whole == (620,)


@pytest.mark.django_db(transaction=True)
def test_only_the_report_of_the_same_family_and_length_before_is_adjusted(federation: Federation):
    city = federation.city.organisation
    returned_by(federation, "east", "F35", 5)
    past = a_filed_report(city, PAST, "half_year")
    assert before(fill(the_form(), city, H1)) == past
    assert before(fill(the_form(), city, Period.parse("2020Q2"))) is None
    assert before(fill(the_form(), city, Period.parse("2019H1"))) is None
    assert before(fill_report(past)) is None


@pytest.mark.django_db(transaction=True)
def test_prints_carry_the_adjustments_as_they_were_filed_and_the_errata_as_they_are_added(federation: Federation):
    city = federation.city.organisation
    line = a_past_line(federation, 500)
    a_filed_report(city, PAST)
    changed = a_corrected_line(line, federation.east, federation.city, 620)
    report = a_filed_report(city, H1)
    a_corrected_line(changed, federation.east, federation.city, 700)
    lead = a_second(city)
    filings.publish_report(report, by=lead, on=AUGUST)
    before = last_section(report)
    assert before == ("上期调整", "互助保障服务职工：备案时500人次，现在620人次。")
    filings.add_erratum(report, said="驿站", should_say="暖心驿站", by=lead, on=AUGUST)
    assert last_section(report) == ("勘误", "第1号，2020年8月10日：原文“驿站”，应为“暖心驿站”。")
    title, words = last_section(report, english=True)
    assert title == "Errata"
    assert "10 August 2020" in words


def last_section(report: Report, *, english: bool = False) -> tuple[str, str]:
    """The last heading of the printed report and the text under it."""
    last = paper_of(report, standing_report(report), english=english).sections[-1]
    return last.heading.title, "".join(run.text for runs in last.paragraphs for run in runs)
