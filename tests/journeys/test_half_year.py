"""The standing acceptance scene: the replayed half-year prints every published figure, from rows and nothing else."""

import csv
import re
from pathlib import Path

import pytest

from gonghui.core import audit
from gonghui.core.figures import FIGURES, entries_behind
from gonghui.core.period import Period
from gonghui.reports import report_forms
from gonghui.reports.filling import Filling, fill
from gonghui.reports.models import Line
from gonghui.scenario import replay
from gonghui.scenario.stage import Stage
from gonghui.scenario.targets import EMPLOYERS_COVERED, TARGETS
from gonghui.spine.organisations.models import Employer, Organisation, SetUp, tree_differences
from gonghui.web.models import DemoAccount

HALF_YEAR = Period.parse("2020H1")
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
    assert printed == wanted
    assert len(printed) == 33


def test_every_value_is_the_exact_one(report):
    values = {one.figure.name: one.value.whole for one in report}
    wanted = {
        target.figure: (target.number,) if target.denominator is None else (target.number, target.denominator)
        for target in TARGETS
    }
    assert values == {**wanted, "organisations.employers_covered": (EMPLOYERS_COVERED,)}


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
    lines = Line.objects.filter(in_return__round__period="2020H1")
    assert set(lines.values_list("state", flat=True)) == {"accepted", "corrected"}
    assert not lines.filter(evidence=None).exists()
    assert not lines.filter(upload=None, corrects=None).exists()


def test_the_demo_accounts_are_listed_in_their_order(federation):
    names = list(DemoAccount.objects.values_list("account__username", flat=True))
    assert names[:4] == ["chaoyang.stats", "chaoyang.lead", "haidian.stats", "wangjing.clerk"]
    assert len(names) == 16


def test_a_second_replay_changes_nothing(federation):
    before = Line.objects.count(), Organisation.objects.count(), SetUp.objects.count()
    replay.run(federation.scale, lambda label, done, total: None)
    assert (Line.objects.count(), Organisation.objects.count(), SetUp.objects.count()) == before
