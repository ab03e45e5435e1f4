"""A number against the year before and the period before: what is compared with what, and what is not."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES, Ask, Value, answer
from gonghui.core.period import Period
from gonghui.reports import audits, comparing, report_forms
from gonghui.reports.actions import making
from gonghui.reports.changes import Way
from gonghui.reports.comparing import Comparison, Side, Why, base_days, compared
from gonghui.reports.filling import Filling, fill, fill_report, filled_report, standing_report
from gonghui.reports.making import signatures
from gonghui.reports.making.proofreading import of_section
from gonghui.reports.models import Line, Report
from gonghui.reports.printing.kept import kept
from gonghui.reports.printing.paper import Number, Run, made
from gonghui.reports.printing.table import figure_table, table_hash
from gonghui.reports.reconcile import aside
from gonghui.reports.reconcile.against import AGREES, held_against, read_for
from gonghui.reports.report_forms import Form, Row
from gonghui.reports.standing import KNOWN, Standing
from gonghui.reports.tests.builders import (
    H1,
    HOTLINE,
    Federation,
    Unit,
    a_corrected_line,
    a_draft,
    a_federation,
    a_round,
    an_accepted_return,
)
from gonghui.reports.tests.filing_builders import AUGUST, a_draft_report, a_filed_report, all_signed, an_editor, the_row
from gonghui.reports.tests.test_audits import behind_the_back

H1_BEFORE, H2_BEFORE = Period.parse("2019H1"), Period.parse("2019H2")
HALF = "half_year"


def half_form() -> Form:
    """The half-year's form."""
    return report_forms.form(HALF)


def returned(unit: Unit, above: Unit, period: Period, **numbers: object) -> None:
    """What a unit returned for a period, by the name of the row in the half-year's form."""
    stock = Period.day(period.last)
    rows = {row.id: row for row in half_form().rows}
    figures, drafts = [], []
    for name, number in numbers.items():
        figure = rows[name].figure
        days = stock if figure.clock == "stock" else period
        figures.append((figure.name, days.first, days.last))
        pair = number if isinstance(number, tuple) else (number,)
        drafts.append(a_draft(figure.name, *pair, reason="照实填报"))
    on = period.last + timedelta(days=3)
    an_accepted_return(a_round(above, period=period, figures=figures, on=on), unit, above, *drafts, on=on)


def filled(unit: Unit, period: Period = H1) -> Filling:
    """The unit's half-year."""
    return fill(half_form(), unit.organisation, period)


def against(unit: Unit, row: str, way: Way = "yoy", period: Period = H1, **more: bool) -> Comparison:
    """One row of the half-year against its base."""
    filling = filled(unit, period)
    return comparing.compare([(filling.rows[row].side, way)], unit.organisation, None, **more)[0]


# The rule ---------------------------------------------------------------------------------------------------------


def a_side(row: Row, *whole: int, standing: Standing = KNOWN, version: int = 1, period: Period = H1) -> Side:
    return Side(row, period, Value((0,) * len(whole), whole), standing, version)


def test_the_base_is_the_year_before_or_the_days_before() -> None:
    assert base_days(H1, "yoy") == H1_BEFORE
    assert base_days(H1, "pop") == H2_BEFORE
    assert base_days(Period.parse("2020-02"), "yoy") == Period.parse("2019-02")
    assert base_days(Period.day(date(2020, 6, 30)), "yoy").last == date(2019, 6, 30)


@pytest.mark.parametrize(
    ("now", "base", "why", "words"),
    [
        ((10,), a_side(the_row("F42"), 0), Why.ZERO, "—（上年同期为零）"),
        ((10,), a_side(the_row("F42"), 0, standing=Standing.MISSING), Why.MISSING, "上年同期未报"),
        ((10,), a_side(the_row("F42"), 0, standing=Standing.NONE), Why.NONE, "上年同期无此项"),
        ((10,), a_side(the_row("F42"), 0, standing=Standing.SPLIT), Why.SPLIT, "上年同期未能按此区间拆分"),
        ((10,), a_side(the_row("F42"), 30, version=2), Why.REDEFINED, "口径调整，不可比"),
        ((10,), a_side(the_row("F42"), 19), None, "同比减少9件"),
        ((10,), a_side(the_row("F42"), 20), None, "同比下降50%"),
        ((40,), a_side(the_row("F42"), 40), None, "同比持平"),
        ((338, 820), a_side(the_row("F54"), 309, 806), None, "同比提高2.9个百分点"),
        ((338, 820), a_side(the_row("F54"), 0, 0), Why.ZERO, "—（上年同期为零）"),
        ((245_000_000_00,), a_side(the_row("F36"), 210_000_000_00), None, "同比增长16.7%"),
        ((20_00,), a_side(the_row("F36"), 19_99), None, "同比增加0.01元"),
        ((40_00,), a_side(the_row("F36"), 20_00), None, "同比增长100%"),
        ((40_00,), a_side(the_row("F14"), 20_00), Why.ASOF, "截至数，不作对比"),
    ],
)
def test_a_pair_is_compared_by_its_kind_or_says_why_not(
    now: tuple[int, ...], base: Side, why: Why | None, words: str
) -> None:
    found = compared(a_side(base.row, *now), base, "yoy")
    assert (found.why, found.printed) == (why, words)
    assert (found.change is None) == (why is not None)


def test_a_number_that_is_not_there_is_compared_with_nothing() -> None:
    row = the_row("F42")
    found = compared(a_side(row, 0, standing=Standing.MISSING), a_side(row, 30), "yoy")
    assert found.why == Why.EMPTY
    assert compared(a_side(the_row("F54"), 0, 0), a_side(the_row("F54"), 3, 8), "yoy").why == Why.EMPTY


def test_words_are_said_in_both_languages() -> None:
    row = the_row("F42")
    cases: tuple[tuple[int, int, Way], ...] = ((30, 20, "yoy"), (20, 20, "pop"), (9, 19, "yoy"))
    said = [compared(a_side(row, n), a_side(row, m), way) for n, m, way in cases]
    assert [one.printed_en for one in said] == [
        "up 50% on a year earlier",
        "level with the period before",
        "down by 10 appeals on a year earlier",
    ]
    assert [one.short(english=False) for one in said] == ["+50%", "持平", "−10件"]


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_change_is_told_of_exact_values_only_where_there_is_a_base(now: int, base: int) -> None:
    found = compared(a_side(the_row("F42"), now), a_side(the_row("F42"), base), "yoy")
    assert (found.change is None) == (base == 0)
    if found.change is not None and found.change.kind == "percent":
        assert base >= 20
        assert found.change.amount * base == 100 * (now - base)


# Asked of the journal -----------------------------------------------------------------------------------------------


def test_a_half_year_is_compared_with_the_journals_half_year_before(federation: Federation) -> None:
    east, city = federation.east, federation.city
    returned(east, city, H1_BEFORE, H4=2_000, H10=210_000_000_00, H3=(45, 100), H11=500)
    returned(east, city, H2_BEFORE, H4=1_000, H11=520)
    returned(east, city, H1, H4=3_000, H10=245_000_000_00, H3=(48, 100), H11=530, H5=12)
    assert against(city, "H4").printed == "同比增长50%"
    assert against(city, "H4", "pop").printed == "环比增长200%"
    assert against(city, "H10").printed == "同比增长16.7%"
    assert against(city, "H3").printed == "同比提高3个百分点"
    assert against(city, "H11").printed == "同比增长6%"
    assert against(city, "H11", "pop").printed == "环比增长1.9%"
    assert against(city, "H5").why == Why.MISSING
    assert against(city, "H7").why == Why.EMPTY
    base = against(city, "H4").base
    assert (base.period, base.value.whole, base.filed) == (H1_BEFORE, (2_000,), None)


def test_all_bases_of_a_report_are_asked_in_one_go(federation: Federation) -> None:
    returned(federation.east, federation.city, H1, H4=3_000, H10=5_00, H11=530, H5=12)
    wanted: list[tuple[Side, Way]] = [(one.side, "yoy") for one in filled(federation.city)]
    with CaptureQueriesContext(connection) as asked:
        comparing.compare(wanted, federation.city.organisation, None)
    tables = [query["sql"] for query in asked.captured_queries if "core_kind" not in query["sql"]]
    assert sum("gonghui_months(" in sql for sql in tables) == 1
    assert len(tables) <= 8, tables


@pytest.mark.django_db(transaction=True)
def test_a_filed_base_counts_as_it_was_filed_unless_it_is_recomputed(monkeypatch: pytest.MonkeyPatch) -> None:
    federation = a_federation()
    east, city = federation.east, federation.city
    returned(east, city, H1_BEFORE, H4=2_000)
    report = a_filed_report(city.organisation, H1_BEFORE, HALF)
    a_corrected_line(Line.objects.get(figure=HOTLINE), east, city, 2_500)
    returned(east, city, H1, H4=3_000)
    as_filed = against(city, "H4")
    assert (as_filed.base.value.whole, as_filed.printed) == ((2_000,), "同比增长50%")
    assert as_filed.base.filed is not None
    assert as_filed.base.filed.report == report
    again = against(city, "H4", recomputed=True)
    assert (again.base.value.whole, again.base.filed, again.printed) == ((2_500,), None, "同比增长20%")

    monkeypatch.setitem(vars(FIGURES[HOTLINE]), "version", 2)
    assert against(city, "H4").printed == "口径调整，不可比"
    assert against(city, "H4", recomputed=True).printed == "同比增长20%"


def test_the_year_to_date_is_asked_whole_and_not_added_up_from_printed_months(federation: Federation) -> None:
    """4.9 + 5.0 + 5.1 as printed is not what the months come to."""
    east, city = federation.east, federation.city
    months = [Period.parse(f"2020-0{n}") for n in (1, 2, 3)]
    for month, number in zip(months, (49_449, 50_449, 51_449), strict=True):
        returned(east, city, month, H4=number)
    year = Period(months[0].first, months[-1].last)
    value = answer([Ask(FIGURES[HOTLINE], city.organisation.path, year)])[0]
    assert value.whole == (151_347,)


# In print ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_form_prints_what_it_asks_to_compare_and_the_filing_keeps_it() -> None:
    federation = a_federation()
    east, city = federation.east, federation.city
    returned(east, city, H1_BEFORE, H4=2_000, H10=210_000_000_00)
    returned(east, city, H1, H4=3_000, H8=500_00, H10=245_000_000_00)
    draft = "".join(run.text for run in _runs(filled_report(half_form(), city.organisation, H1)[1]))
    assert "热线受理职工诉求3000件，同比增长50%；" in draft
    assert "金额2.45亿元，同比增长16.7%。" in draft
    assert "金额500元。" in draft  # nothing was returned the year before: the form says nothing of it

    report = a_filed_report(city.organisation, H1, HALF)
    a_corrected_line(Line.objects.get(figure=HOTLINE, last_on=H1_BEFORE.last), east, city, 2_500)
    stood = standing_report(Report.objects.get(pk=report.pk))
    for english, words in ((False, "同比增长50%"), (True, "up 50% on a year earlier")):
        (said,) = (run for run in _runs(stood, english=english) if isinstance(run, Number) and run.row == "H4|yoy")
        assert (said.text, said.value, said.period) == (words, (2_000,), H1_BEFORE)
        paper = kept(report, english=english)
        assert paper is not None
        assert said.text in {number.text for number in paper.numbers}
    rows = {row["row"]: row for row in json.loads(figure_table(report))["rows"]}
    assert (rows["H4|yoy"]["value"], rows["H4|yoy"]["printed"]) == ([2_000], "同比增长50%")
    assert report.table_hash == table_hash(figure_table(report))
    assert list(audits.filed_numbers_at_their_cut()) == []
    behind_the_back(
        """update reports_filedrow set compared = jsonb_set(compared, '{0,value}', '[1900]') where row = 'H4'"""
    )
    assert [(one.kept, one.counted) for one in audits.filed_numbers_at_their_cut()] == [("[1900]", "[2000]")]


def _runs(filling: Filling, *, english: bool = False) -> list[Run]:
    """What the paper of a report prints, run by run."""
    paper = made(None, filling, english=english)
    return [run for section in paper.sections for paragraph in section.paragraphs for run in paragraph]


def test_the_published_half_year_of_2020_compares_nothing() -> None:
    assert not any(row.compare for row in report_forms.form("beijing_2020h1").rows)


def test_a_form_refuses_to_compare_what_has_no_period() -> None:
    text = (report_forms.FOLDER / "beijing_2020h1.toml").read_text(encoding="utf-8")
    with pytest.raises(Refusal, match="截至数"):
        report_forms.parse(text.replace('id = "F14"\n', 'id = "F14"\ncompare = "yoy"\n'), file="x.toml")
    with pytest.raises(Refusal, match="没有“always”这一种"):
        report_forms.parse(text.replace('id = "F35"\n', 'id = "F35"\ncompare = "always"\n'), file="x.toml")


def test_the_proofreader_knows_comparisons(federation: Federation) -> None:
    returned(federation.east, federation.city, H1_BEFORE, H4=2_000)
    returned(federation.east, federation.city, H1, H4=3_000, H5=30)
    report = a_draft_report(federation.city.organisation, H1, HALF)
    text = "受理 {H4}，{H4|yoy}；受理 {H5}，{H5|yoy}。"
    making.write_text(report, 2, text, "", base=0, by=an_editor(federation.city.organisation), on=AUGUST)
    filling = fill_report(report)
    assert [(one.mark, str(one.refusal)) for one in of_section(filling, 2, text, "")] == [
        ("W_BASE", "第 1 段：“{H5|yoy}”没有可比的数，会印成“上年同期未报”")
    ]
    wrong = "受理 {H4}，同比增长{H4|yoy}。受理 {H5}，{H5|pop}个百分点。"
    assert [one.mark for one in of_section(filling, 2, wrong, "")] == ["E_CLAIM", "E_CLAIM"]


def test_a_text_not_saved_yet_is_previewed_with_its_comparison(federation: Federation) -> None:
    returned(federation.east, federation.city, H1_BEFORE, H9=2_000)
    returned(federation.east, federation.city, H1, H9=3_000)
    organisation = federation.city.organisation
    a_draft_report(organisation, H1, HALF)
    address = reverse("report_text", args=[HALF, H1.key, organisation.code, 4])
    sent = {"text": "付款 {H9}，{H9|yoy}。", "text_en": "", "base": 0, "preview": "1"}
    page = federation.city.browser("report_editor").post(address, sent).content.decode()
    assert "同比增长50%</data>" in page
    assert 'data-insert="{H9|yoy}"' in page


def test_a_changed_base_asks_for_a_new_signature(federation: Federation) -> None:
    returned(federation.east, federation.city, H1_BEFORE, H4=2_000)
    returned(federation.east, federation.city, H1, H4=3_000)
    report = all_signed(a_draft_report(federation.city.organisation, H1, HALF))
    assert signatures.waiting(report, fill_report(report)) == []
    line = Line.objects.get(figure=HOTLINE, last_on=H1_BEFORE.last)
    a_corrected_line(line, federation.east, federation.city, 2_500)
    assert signatures.waiting(report, fill_report(report)) == ["H4"]


def test_changes_printed_by_a_form_are_read_back_as_changes(federation: Federation) -> None:
    returned(federation.east, federation.city, H1_BEFORE, H4=2_000, H10=210_000_000_00, H3=(45, 100))
    returned(federation.east, federation.city, H1, H4=3_000, H10=245_000_000_00, H3=(48, 100))
    filling = filled_report(half_form(), federation.city.organisation, H1)[1]
    text = "".join(run.text for run in _runs(filling))
    reading = read_for(text, filling.form, filling.organisation, filling.period)
    done = held_against(reading, filling.rows.values())
    assert {(one.filled.row.id, one.verdict) for one in done.figures} >= {
        ("H4", AGREES),
        ("H10", AGREES),
        ("H3", AGREES),
    }
    assert sorted(one.token.text for one in done.unmatched if one.why == aside.CHANGE) == ["16.7%", "3个百分点", "50%"]
