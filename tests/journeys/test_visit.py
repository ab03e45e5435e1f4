"""The visitor's scene: fill the open round, sign it, refuse one line, accept the rest, file, correct."""

from datetime import date

import pytest

from gonghui.core.errors import Refusal
from gonghui.core.journal import entries_of
from gonghui.core.period import Period
from gonghui.reports import actions, report_forms, rules
from gonghui.reports.actions import filings
from gonghui.reports.checking import Draft
from gonghui.reports.filling import filled_report
from gonghui.reports.models import Line
from gonghui.reports.sheets.out import figures_for, workbook
from gonghui.scenario import returns, rounds
from gonghui.scenario.pen import filled
from gonghui.scenario.returns import cells
from gonghui.scenario.stage import DEMO_TODAY, Stage
from gonghui.spine.organisations.models import Organisation

FORM, HALF_YEAR = "beijing_2020h1", Period.parse("2020H1")
JULY = rounds.july()[-1]


def fill_july(stage: Stage) -> list[Line]:
    """Chaoyang's statistician fills in nothing but the numbers of the pre-filled workbook and imports it."""
    in_return = returns.return_of(stage, JULY, "chaoyang")
    asked = [one.figure for one in figures_for(in_return)]
    answers = {}
    for one in figures_for(in_return):
        written = cells(one.declared, JULY.answers("chaoyang")[one.figure], "")
        answers[one.figure] = {"number": written["number"]}
    content = filled(workbook(in_return, demo=True), asked, answers)
    by = stage.actor("chaoyang.stats")
    upload = actions.check_workbook(in_return, content, "七月.xlsx", by=by, on=DEMO_TODAY)
    assert upload.problems == []
    return actions.commit_upload(upload, by=by, on=DEMO_TODAY)


def test_a_visitor_fills_july_and_the_city_decides_on_it(visited):
    lines = fill_july(visited)
    assert len(lines) == len(rounds.JULY_FIGURES)
    in_return = lines[0].in_return
    actions.send_for_signature(in_return, by=visited.actor("chaoyang.stats"), on=DEMO_TODAY)
    assert actions.sign_return(in_return, by=visited.actor("chaoyang.lead"), on=DEMO_TODAY) == len(lines)
    reviewer = visited.actor("city.review")
    waiting = Line.objects.to_review(reviewer)
    one = waiting.filter(organisation=visited.unit("chaoyang")).earliest("figure")
    actions.refuse_line(one, reason="请附街道明细", by=reviewer, on=DEMO_TODAY)
    rest = waiting.count()
    assert rest > len(lines)
    assert actions.accept_lines(waiting, by=reviewer, on=DEMO_TODAY) == rest
    assert not Line.objects.to_review(reviewer).exists()


def test_haidian_is_told_why_its_line_came_back(federation):
    line = Line.objects.get(organisation=federation.unit("haidian"), state="refused")
    assert "会籍转入" in line.refusal
    assert line.comments.exists()


def test_a_filed_number_stands_and_is_marked_after_a_correction(visited):
    city = Organisation.objects.city()
    report = filings.propose_filing(FORM, city, HALF_YEAR, by=visited.actor("city.editor"), on=DEMO_TODAY)
    mark = filings.pressed_now()
    filings.settle(mark)
    filings.confirm_filing(report, by=visited.actor("city.lead"), on=DEMO_TODAY, mark=mark)
    line = Line.objects.accepted().get(
        organisation=visited.unit("chaoyang"), figure="hotline.cases_accepted", last_on=HALF_YEAR.last
    )
    correct(visited, line, (line.number or 0) - 1_000)
    _, filling = filled_report(report_forms.form(FORM), city, HALF_YEAR)
    moved = {one.row.id: one for one in filling if one.moved}
    assert set(moved) == {"F42"}
    assert moved["F42"].printed == "5.3万件"
    assert moved["F42"].now is not None
    assert moved["F42"].now.total == 53_127 - 1_000
    assert [entry.sign for entry in entries_of(line)].count(-1) == 1


def correct(stage: Stage, line: Line, number: int) -> None:
    """Chaoyang states the right number, signs it, and the city accepts it."""
    clerk, head, reviewer = (stage.actor(name) for name in ("chaoyang.stats", "chaoyang.lead", "city.review"))
    correction = actions.correct_line(
        line, amount=rules.Amount(number), reason="含重复来电，已剔除", by=clerk, on=DEMO_TODAY
    )
    actions.send_for_signature(line.in_return, by=clerk, on=DEMO_TODAY)
    actions.sign_return(line.in_return, by=head, on=DEMO_TODAY)
    actions.accept_lines([correction], by=reviewer, on=DEMO_TODAY)


def test_nothing_new_enters_the_half_year_once_it_is_filed(visited):
    city = Organisation.objects.city()
    report = filings.propose_filing(FORM, city, HALF_YEAR, by=visited.actor("city.editor"), on=DEMO_TODAY)
    mark = filings.pressed_now()
    filings.settle(mark)
    filings.confirm_filing(report, by=visited.actor("city.lead"), on=DEMO_TODAY, mark=mark)
    opened = actions.open_round(
        city,
        title="上半年补报",
        period=HALF_YEAR,
        figures=[("hotline.cases_accepted", HALF_YEAR.first, HALF_YEAR.last)],
        due_on=date(2020, 8, 20),
        by=visited.actor("city.review"),
        on=DEMO_TODAY,
    )
    in_return = opened.returns.get(organisation=visited.unit("offices"))
    draft = Draft("hotline.cases_accepted", rules.Amount(1))
    with pytest.raises(Refusal) as refused:
        actions.enter_line(in_return, draft, by=visited.actor("offices.stats"), on=DEMO_TODAY)
    assert refused.value.code == "reports.filed"
