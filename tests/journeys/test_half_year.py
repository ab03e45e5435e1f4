"""The standing acceptance scene: the replayed half-year prints every published figure, from rows and nothing else.

Then the visitor's scene on it: fill the open round, sign it, refuse one line, accept the rest, file, correct. Both
stand in one file, so that the processes of a test run replay the half-year once.
"""

import csv
import re
from datetime import date
from pathlib import Path

import pytest
from django.db.models import Count

from gonghui.core import audit
from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES, entries_behind
from gonghui.core.journal import entries_of
from gonghui.core.period import Period
from gonghui.reports import actions, report_forms, rules
from gonghui.reports.actions import filings
from gonghui.reports.adjusting import adjustments
from gonghui.reports.breakdown.bridge import bridge
from gonghui.reports.checking import Draft
from gonghui.reports.filling import Filling, fill, fill_report, filled_report
from gonghui.reports.making import proofreading, signatures
from gonghui.reports.models import Line, Report
from gonghui.reports.sheets import desk as desk_of_returns
from gonghui.reports.sheets.out import figures_for, workbook
from gonghui.scenario import acts, replay, returns, rounds
from gonghui.scenario.pen import filled
from gonghui.scenario.places import district
from gonghui.scenario.returns import cells
from gonghui.scenario.stage import DEMO_TODAY, Stage
from gonghui.scenario.targets import EMPLOYERS_COVERED, MUTUAL_AID, TARGETS
from gonghui.spine.funds.models import Book, PaymentLine
from gonghui.spine.organisations.models import Employer, Organisation, SetUp, tree_differences
from gonghui.web.models import DemoAccount

FORM, HALF_YEAR = "beijing_2020h1", Period.parse("2020H1")
JULY = rounds.july()[-1]
PUBLISHED = {
    row["id"]: re.sub(r"[\s⏎]", "", row["text_as_printed"])
    for row in csv.DictReader((Path(__file__).parent / "published_2020h1.csv").open(encoding="utf-8"))
}


@pytest.fixture
def report(federation: Stage) -> Filling:
    """The city's report, filled as it stands."""
    return fill(report_forms.form("beijing_2020h1"), Organisation.objects.city(), HALF_YEAR)


def test_every_published_figure_is_printed_as_it_was_published(report):
    printed = {one.row.id: re.sub(r"\s", "", one.printed) for one in report}
    wanted = {**PUBLISHED, "F56": f"{PUBLISHED['F56'].count('、')}项"}  # published as a list numbered 1、 to 5、
    assert len(printed) == 33
    for row in ("F35", "F36"):  # as many payments as the scale says; at its true size `bills` are tried by themselves
        assert printed.pop(row) != wanted.pop(row)
    assert printed == wanted


def test_every_value_is_the_exact_one(report, federation):
    values = {one.figure.name: one.value.whole for one in report}
    wanted = {
        target.figure: (target.number,) if target.denominator is None else (target.number, target.denominator)
        for target in TARGETS
    }
    for figure in MUTUAL_AID:  # what the plan's text made of the generated bills, paid as the bank said
        [number], [whole] = values.pop(figure), wanted.pop(figure)
        assert abs(number - whole * federation.scale) < 0.03 * whole * federation.scale
    assert values == {**wanted, "organisations.employers_covered": (EMPLOYERS_COVERED,)}


def test_what_changed_in_the_tree_in_march_accounts_for_every_difference(federation):
    covered = FIGURES["organisations.employers_covered"]
    zone, daxing = (federation.unit(district(code).key) for code in (acts.TO, acts.MOVED[0]))
    town = federation.seat(acts.seat_of(acts.INTO))
    for unit, then, change, now in ((zone, 25, 1, 26), (daxing, 25, -1, 24), (town, 2, 4, 6)):
        unit.refresh_from_db()
        found = bridge(covered, unit, HALF_YEAR)
        assert (found.then.total, [row.value for row in found.rows], found.now.total) == (then, [(change,)], now)
        assert found.shared == (0,)


def test_every_value_is_the_sum_of_the_rows_behind_it(report):
    for one in report:
        rows = list(entries_behind(one.figure, report.organisation.path, one.period))
        assert rows, one.row.id
        if one.figure.is_distinct and one.value.recorded != (0,):
            assert len({row.subject_id for row in rows}) == one.value.total
        elif not one.figure.is_ratio:
            sums = sum(row.sign * (row.amount_fen if one.figure.is_money else row.quantity) for row in rows)
            assert sums == one.value.total, one.row.id


def test_the_parts_of_the_tree_add_up_to_the_city(report):
    city = report.organisation
    for one in report:
        if one.figure.is_distinct and one.value.recorded != (0,):
            continue
        parts = [one.figure.value(child.path, one.period).whole for child in city.children.all()]
        own = sum(
            row.sign * (row.amount_fen if one.figure.is_money else row.quantity)
            for row in entries_behind(one.figure, city.path, one.period)
            if row.organisation_id == city.id
        )
        if len(one.value.whole) == 1:
            assert sum(part[0] for part in parts) + own == one.value.total, one.row.id


def test_chaoyang_opens_into_its_streets_and_wangjing_into_its_unions(federation):
    stations = FIGURES["places.stations_built"]
    chaoyang, wangjing = federation.unit("chaoyang"), federation.unit("望京街道")
    levels = {path: stations.value(path, HALF_YEAR).whole[0] for path in (chaoyang.path, wangjing.path)}
    towns = [stations.value(town.path, HALF_YEAR).whole[0] for town in chaoyang.children.filter(level="town")]
    own = Line.objects.accepted().get(organisation=chaoyang, figure=stations.name, last_on=HALF_YEAR.last)
    assert own.coverage == "own"
    assert sum(towns) + (own.number or 0) == levels[chaoyang.path]
    unions = [stations.value(union.path, HALF_YEAR).whole[0] for union in wangjing.children.all()]
    assert sum(1 for level in unions if level) >= 6
    assert 0 < sum(unions) < levels[wangjing.path]


def test_the_books_are_sound_and_the_tree_is_whole(federation):
    assert [finding.title for finding in audit.run() if finding.differences] == []
    assert list(tree_differences()) == []


def test_602_employers_came_under_a_union_by_the_whole_flow(federation):
    done = SetUp.objects.filter(state="established", established_on__range=(HALF_YEAR.first, HALF_YEAR.last))
    assert Employer.objects.filter(set_ups__in=done).count() == EMPLOYERS_COVERED
    assert {"prospect", "preparing", "elected"} <= set(SetUp.objects.open().values_list("state", flat=True))


def test_july_shows_every_state_and_chaoyang_has_not_begun(federation):
    july = Line.objects.filter(in_return__round__period="2020-07")
    assert set(july.values_list("state", flat=True)) == {"draft", "submitted", "refused", "accepted"}
    assert not july.filter(organisation=federation.unit("chaoyang")).exists()


def test_every_line_of_the_half_year_is_decided_and_has_its_paper(federation):
    lines = Line.objects.filter(in_return__round__period__in=["2020H1", "2020-06"])
    assert set(lines.values_list("state", flat=True)) == {"accepted", "corrected"}
    assert not lines.filter(evidence=None).exists()
    assert not lines.filter(upload=None, corrects=None).exists()


def test_the_demo_accounts_are_listed_in_their_order(federation):
    names = list(DemoAccount.objects.values_list("account__username", flat=True))
    assert names[:4] == ["chaoyang.stats", "chaoyang.lead", "haidian.stats", "wangjing.clerk"]
    assert len(names) == 29


def test_one_report_is_published_and_the_next_is_left_to_be_filed(federation):
    city = Organisation.objects.city()
    past, now = (Report.objects.get(organisation=city, period=period) for period in ("2019H2", "2020H1"))
    assert (past.state, past.errata.count()) == ("published", 1)
    assert (now.state, now.is_proposed) == ("approved", False)
    filling = fill_report(now)
    assert signatures.waiting(now, filling) == []
    assert [one for one in proofreading.of_report(filling) if one.is_error] == []
    (late,) = adjustments(filling)
    assert (late.filled.figure.name, late.difference) == ("refunds.employers_refunded", (12,))
    assert not now.remarks.filter(accepted=None).exists()


def test_a_second_replay_changes_nothing(federation):
    before = Line.objects.count(), Organisation.objects.count(), SetUp.objects.count()
    replay.run(federation.scale, lambda label, done, total: None)
    assert (Line.objects.count(), Organisation.objects.count(), SetUp.objects.count()) == before


# The visitor ----------------------------------------------------------------------------------------------------


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
    upload = desk_of_returns.bring_workbook(in_return, content, "七月.xlsx", by=by, on=DEMO_TODAY)
    assert upload.wrong == 0
    return desk_of_returns.commit_workbook(upload, by=by, on=DEMO_TODAY)


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
    assert "还没有到账" in line.refusal
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


def test_the_citys_book_lives_with_work_for_everybody(federation):
    book = Book.objects.get(organisation=federation.unit("city"))
    lines = PaymentLine.objects.filter(batch__book=book)
    assert set(lines.filter(order__purpose__startswith="dues").values_list("state", flat=True)) == {"succeeded"}
    warmth = lines.filter(order__purpose="warmth")
    assert dict(warmth.values_list("state").annotate(n=Count("id")).order_by()) == {
        "failed": 3,
        "returned": 1,
        "sent": 8,
        "succeeded": 120,
        "waiting": 6,
    }
    assert list(book.months.filter(state="open").values_list("month", flat=True)) == [202007]
