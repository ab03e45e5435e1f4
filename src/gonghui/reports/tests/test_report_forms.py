"""A form that does not hold together is refused by file, row and remedy."""

import re
from datetime import timedelta

import pytest

from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES
from gonghui.core.period import Period
from gonghui.reports import report_forms
from gonghui.reports.filling import fill, prose
from gonghui.reports.tests.builders import a_draft, a_federation, a_round, an_accepted_return

HEAD = """
form = "t"
title = "{period}报告"
title_en = "Report, {period}"
headline = "回顾"
headline_en = "Review"
period = "2020H1"
[[section]]
title = "服务"
title_en = "Service"
"""
ROW = """
[[section.row]]
id = "F35"
figure = "mutual_aid.payments_made"
unit = "人次"
style = "wan0"
"""
PROSE = """
[[section.paragraph]]
[[section.paragraph.sentence]]
clauses = ["付款 {F35}"]
clauses_en = ["Paid {F35}"]
"""


def parsed(text: str) -> report_forms.Form:
    """The form of a text."""
    return report_forms.parse(text, file="t.toml")


def test_a_whole_form_is_read():
    made = parsed(HEAD + PROSE + ROW)
    assert [row.id for row in made.rows] == ["F35"]
    assert made.period == Period.parse("2020H1")


@pytest.mark.parametrize(
    ("was", "becomes", "code", "says"),
    [
        ("mutual_aid.payments_made", "mutual_aid.payments", "figure", "docs/figures.md"),
        ('unit = "人次"', 'unit = "件"', "unit", "人次"),
        ('style = "wan0"', 'style = "wan9"', "style", "wan9"),
        ('style = "wan0"', 'style = "pct1"', "style", "占比"),
        ('"付款 {F35}"', '"付款 {F36}"', "places", "对齐"),
        ('"Paid {F35}"', '"Paid"', "places", "对齐"),
        ('clauses_en = ["Paid {F35}"]', "clauses_en = []", "clauses", "一一对应"),
        ('id = "F35"', 'id = "F36"', "place", "补 row"),
        ('title_en = "Service"', "", "missing", "title_en"),
        ('style = "wan0"', 'style = "wan0"\nfirst = 2020-01-20', "days", "成对"),
        ('style = "wan0"', 'style = "wan0"\nfirst = 2020-02-20\nlast = 2020-02-19', "days", "first"),
        ("mutual_aid.payments_made", "assistance.warmth_fen", "unit", "元"),
    ],
)
def test_what_does_not_hold_together_is_refused(was: str, becomes: str, code: str, says: str):
    text = HEAD + PROSE + ROW
    assert was in text
    with pytest.raises(Refusal) as refused:
        parsed(text.replace(was, becomes))
    assert refused.value.code == f"reports.form_{code}"
    assert "t.toml" in str(refused.value)
    assert says in str(refused.value)


def test_a_row_no_sentence_prints_is_refused():
    other = ROW.replace("F35", "F36").replace("payments_made", "paid_fen").replace("人次", "元")
    with pytest.raises(Refusal, match="F36"):
        parsed(HEAD + PROSE + ROW + other)


def test_a_row_named_twice_is_refused():
    with pytest.raises(Refusal, match="编号重复"):
        parsed(HEAD + PROSE + ROW + ROW)


def test_an_asof_row_says_its_days():
    text = (HEAD + PROSE + ROW).replace("mutual_aid.payments_made", "assistance.warmth_fen").replace("人次", "元")
    with pytest.raises(Refusal, match="截至数"):
        parsed(text)


def test_broken_toml_is_refused_by_file():
    with pytest.raises(Refusal, match=re.escape("t.toml")):
        parsed("form = ")


def test_sensitive_money_says_which_cases_decide_what_is_shown():
    text = (HEAD + PROSE + ROW).replace("mutual_aid.payments_made", "disputes.recovered_fen").replace("人次", "元")
    with pytest.raises(Refusal, match="counted_by"):
        parsed(text)


def test_a_form_that_is_not_there_names_those_that_are():
    with pytest.raises(Refusal, match="beijing_2020h1"):
        report_forms.form("nanjing")


def test_every_form_on_the_platform_is_whole():
    for code in report_forms.codes():
        assert report_forms.form(code).code == code


def test_own_days_hold_in_the_forms_own_period_and_begin_there_in_others():
    row = report_forms.form("beijing_2020h1").row("F14")
    assert row is not None
    own = Period.parse("2020H1")
    assert row.days(own, own).key == "2020-01-20..2020-08-13"
    assert row.days(Period.parse("2020"), own).key == "2020-01-20..2020-12-31"
    assert row.days(Period.parse("2019"), own).key == "2019"


def test_no_form_or_figure_uses_the_words_we_refuse():
    texts = [figure.title + figure.meaning for figure in FIGURES.values()]
    texts += [(report_forms.FOLDER / f"{code}.toml").read_text() for code in report_forms.codes()]
    for refused in ("\u8206\u60c5", "\u5de5\u8fd0", "\u653f\u6cbb\u5b89\u5168"):
        assert not [text for text in texts if refused in text]


@pytest.mark.parametrize(
    ("stages", "why"),
    [
        ('[stages]\nother = ["filed", "draft"]\n', "次序不对"),
        ('[stages]\nother = ["draft", "published"]\n', "缺少初稿、备案"),
        ('[stages]\nother = ["draft", "printed", "filed"]\n', "没有“printed”"),
        ('kind = "fortnight"\n', "没有“fortnight”"),
    ],
)
def test_stages_out_of_order_and_unknown_words_are_refused(stages: str, why: str):
    head = HEAD.replace("[[section]]", stages + "[[section]]")
    with pytest.raises(Refusal, match=why):
        parsed(head + PROSE + ROW)


def test_a_form_without_stages_takes_the_shortest_way():
    made = parsed(HEAD + PROSE + ROW)
    assert made.stages_at("city") == ("draft", "filed")
    assert made.family == "t"


def test_each_form_says_whom_and_which_periods_it_serves():
    quarter, half, enterprise = (report_forms.form(code) for code in ("quarter", "half_year", "enterprise"))
    for period, kind in (("2020Q1", quarter), ("2019Q4", quarter), ("2021H2", half), ("2018H1", half)):
        assert kind.serves("district", Period.parse(period))
    assert not quarter.serves("district", Period.parse("2020H1"))
    assert not quarter.serves("base", Period.parse("2020Q1"))
    assert enterprise.serves("base", Period.parse("2020H1"))
    assert not enterprise.serves("city", Period.parse("2020H1"))
    assert report_forms.usual().code == "beijing_2020h1"
    assert {one.code for one in report_forms.family("half_year")} == {"beijing_2020h1", "half_year"}


def test_a_small_union_s_forms_hold_no_sensitive_figure_and_few_steps():
    enterprise = report_forms.form("enterprise")
    assert not any(row.figure.sensitive or row.figure.returned_by == "city" for row in enterprise.rows)
    assert enterprise.stages_at("base") == ("draft", "filed", "published")
    assert report_forms.form("quarter").stages_at("city") == ("draft", "signed", "filed", "published")
    assert len(report_forms.form("half_year").stages_at("district")) == 9


@pytest.mark.django_db
@pytest.mark.parametrize("code", report_forms.codes())
def test_every_form_prints_for_every_level_it_serves_and_keeps_nought_none_and_missing_apart(code: str):
    form, federation = report_forms.form(code), a_federation()
    units = [federation.city, federation.east, federation.street, federation.shop]
    period = form.period
    served = [one for one in units if form.serves(one.organisation.level, period)]
    assert served
    for unit in served:
        filling = fill(form, unit.organisation, period)
        assert filling.rows
        returned = [one for one in filling if one.figure.fold.kind is None and not one.figure.fold.parts]
        assert {one.printed for one in returned} == {"未报"}
        for english in (False, True):
            text = "".join(p.text or p.filled.said(english=english) for one in prose(filling, english=english)
                           for line in one.paragraphs for p in line)  # fmt: skip
            assert "{" not in text
    unit = served[-1]
    above = {"base": federation.street, "town": federation.east, "district": federation.city}[unit.organisation.level]
    opened = a_round(above, "mutual_aid.payments_made", "mutual_aid.paid_fen", period=period, on=period.last)
    drafts = [a_draft("mutual_aid.payments_made", 0), a_draft("mutual_aid.paid_fen", None, nothing=True)]
    an_accepted_return(opened, unit, above, *drafts, on=period.last + timedelta(days=3))
    found = {one.figure.name: one.printed for one in fill(form, unit.organisation, period)}
    assert (found["mutual_aid.payments_made"], found["mutual_aid.paid_fen"]) == ("0人次", "无此项")
    assert found["places.homes_built"] == "未报"


@pytest.mark.parametrize("code", report_forms.codes())
def test_every_form_draws_something(code: str) -> None:
    assert report_forms.form(code).charts
