"""A report as a file: the same numbers in every format, the same bytes for ever, nothing that is not for the reader."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import docx as python_docx
import pypdfium2
import pytest
from django.db import connection

from gonghui.core import journal as books
from gonghui.core.errors import Refusal
from gonghui.core.figures import Value
from gonghui.core.models import Access, FactGroup
from gonghui.core.period import Period
from gonghui.reports import audits, charts, report_forms
from gonghui.reports.actions import filings
from gonghui.reports.filling import Filling, fill, filled_report, standing_report
from gonghui.reports.models import FiledPaper, Report
from gonghui.reports.printing import kept as keeping
from gonghui.reports.printing.formats import FORMATS, Sheet
from gonghui.reports.printing.joined import plain
from gonghui.reports.printing.kept import kept
from gonghui.reports.printing.plain import plain as as_plain
from gonghui.reports.printing.table import figure_table, table_hash, without
from gonghui.reports.report_forms import Form
from gonghui.reports.report_forms.drawn import Plan
from gonghui.reports.standing import SPLIT
from gonghui.reports.tests.builders import H1 as HALF
from gonghui.reports.tests.builders import Federation, Unit, a_corrected_line
from gonghui.reports.tests.filing_builders import (
    AUGUST,
    FORM,
    a_filed_report,
    a_second,
    returned_by,
    the_city_returns_all,
    the_form,
)
from gonghui.reports.tests.test_report_pages import address
from gonghui.spine.organisations.models import Organisation

pytestmark = pytest.mark.django_db


def _filed(unit: Unit) -> Report:
    """The unit's report filed; inside a test's transaction the watermark cannot pass its own writer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filings, "watermark", books.last_position)
        return a_filed_report(unit.organisation)


def _print(unit: Unit, ending: str, *, english: bool = False) -> bytes:
    """The unit's report as it stands, as a file for its own people."""
    report, filling = filled_report(the_form(), unit.organisation, HALF)
    return FORMATS[ending].make(Sheet(report, filling, english=english))


def _text(ending: str, content: bytes) -> str:
    """The words of a print, without blanks and line ends."""
    if ending == "docx":
        opened = python_docx.Document(io.BytesIO(content))
        cells = [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
        found = [*(paragraph.text for paragraph in opened.paragraphs), *cells]
    else:
        with pypdfium2.PdfDocument(content) as document:
            found = [page.get_textpage().get_text_range() for page in document]
    return "".join("".join(plain(one) for one in found).split())


@pytest.mark.parametrize("english", [False, True])
def test_every_printed_number_stands_in_every_format(federation: Federation, english: bool):
    the_city_returns_all(federation)
    report = _filed(federation.city)
    words = [one.printed_en if english else one.printed for one in report.rows.all()]
    assert len(words) == 33
    for ending in ("docx", "pdf"):
        text = _text(ending, _print(federation.city, ending, english=english))
        for one in words:
            assert "".join(one.split()) in text, (ending, one)
    page = _print(federation.city, "html", english=english).decode()
    table = json.loads(_print(federation.city, "json"))
    assert [row["printed"] for row in table["rows"]] == [one.printed for one in report.rows.order_by("id")]
    for one in words:
        assert one in page or one.replace("'", "&#x27;") in page


def test_the_pages_of_the_city_report_are_counted(federation: Federation):
    """The golden number: text, annex tables, charts. A change of layout shows here first."""
    the_city_returns_all(federation)
    returned_by(federation, "east", "F35", 50_000)
    _filed(federation.city)
    counted = {}
    for english in (False, True):
        with pypdfium2.PdfDocument(_print(federation.city, "pdf", english=english)) as document:
            counted[english] = len(document)
    assert counted == {False: 4, True: 5}


def test_a_filed_report_prints_the_same_whatever_comes_later(federation: Federation):
    line = returned_by(federation, "east", "F35", 50_000)
    returned_by(federation, "west", "F35", 1_234)
    report = _filed(federation.city)
    before = {
        (ending, english): _print(federation.city, ending, english=english)
        for ending in FORMATS
        for english in (False, True)
    }
    assert report.table_hash == table_hash(before["json", False])
    a_corrected_line(line, federation.east, federation.city, 62_000)
    Organisation.objects.filter(pk=federation.east.organisation.pk).update(short_name="新东区", name="新东区总工会")
    Organisation.objects.filter(pk=federation.city.organisation.pk).update(name="改名市总工会", english_name="Renamed")
    for (ending, english), content in before.items():
        assert _print(federation.city, ending, english=english) == content, ending


def test_the_table_is_the_same_before_and_after_filing(federation: Federation):
    the_city_returns_all(federation)
    report = _filed(federation.city)
    again = fill(the_form(), federation.city.organisation, HALF, report.cut)
    filed = json.loads(figure_table(report))
    assert len(filed.pop("salt")) == 32
    assert json.loads(figure_table(again)) == filed
    rows = {row["row"]: row for row in filed["rows"]}
    assert rows["F12"]["value"] == [536, 1150]
    assert rows["F35"]["value"] == [2_060_012]
    assert rows["F35"]["scope"] == {
        "code": federation.city.organisation.code,
        "path": federation.city.organisation.path,
    }
    assert {row["cut"] for row in rows.values()} == {report.cut}


def _filed_before_words_were_hashed(unit: Unit) -> Report:
    report = _filed(unit)
    group = FactGroup.objects.get(facts__table=report.table_hash)
    older = {name: said for name, said in group.facts.items() if name not in ("paper", "paper_en")}
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        FactGroup.objects.filter(pk=group.pk).update(facts=older)
        cursor.execute("reset session_replication_role")
    assert list(audits.filed_papers_under_their_hash()) == []
    return report


@pytest.mark.parametrize("change", [{"value": [2_060_013]}, {"text": "260万人次"}])
def test_an_older_paper_whose_number_somebody_changed_is_found_out(federation: Federation, change: dict[str, object]):
    the_city_returns_all(federation)
    report = _filed_before_words_were_hashed(federation.city)
    one = FiledPaper.objects.get(report=report, english=False)
    number = next(
        run
        for section in one.document["sections"]
        for paragraph in section["paragraphs"]
        for run in paragraph
        if run.get("row") == "F35"
    )
    number |= change
    one.save()
    with pytest.raises(Exception, match="F35"):
        kept(report, english=False)
    assert kept(report, english=True) is not None


@pytest.mark.parametrize(("ending", "kind"), [(ending, one.mime) for ending, one in FORMATS.items()])
def test_a_print_is_a_file_to_keep_and_leaves_a_trace(federation: Federation, ending: str, kind: str):
    the_city_returns_all(federation)
    before = Access.objects.count()
    answer = federation.city.browser("reviewer").get(address("report_print", federation.city, ending))
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Disposition"].endswith(f'.{ending}"')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert [one.what for one in Access.objects.order_by("id")[before:]] == ["reports.report_printed"]


def test_strangers_and_unknown_endings_find_nothing(federation: Federation):
    stranger = federation.west.browser("statistician")
    assert stranger.get(address("report_print", federation.east, "pdf")).status_code == 404
    assert stranger.get(address("report_print", federation.west, "exe")).status_code == 404


def test_what_the_page_hides_no_print_shows(federation: Federation):
    returned_by(federation, "east", "F42", 7)
    returned_by(federation, "east", "F35", 50_000)
    client = federation.city.browser("reviewer")
    own = federation.east.browser("statistician")
    for ending in ("docx", "pdf"):
        theirs = client.get(address("report_print", federation.east, ending)).content
        assert "7件" not in _text(ending, theirs)
        assert "5万人次" in _text(ending, theirs)
        assert "7件" in _text(ending, own.get(address("report_print", federation.east, ending)).content)
    table = json.loads(client.get(address("report_print", federation.east, "json")).content)
    assert "F42" not in {row["row"] for row in table["rows"]}
    assert "F35" in {row["row"] for row in table["rows"]}


# Charts ---------------------------------------------------------------------------------------------------------


def _drawing(*plans: Plan) -> Form:
    return replace(the_form(), charts=plans)


def _filling(unit: Unit, form: Form, period: Period = HALF) -> Filling:
    return fill(form, unit.organisation, period)


MONTHS = Plan("F52-months", "F52", "months", "建会", "Unions")
AREAS = Plan("F35-areas", "F35", "areas", "付款", "Payments")


def test_a_chart_of_areas_adds_up_to_the_number_it_is_of(federation: Federation):
    returned_by(federation, "east", "F35", 50_000)
    returned_by(federation, "west", "F35", 1_234)
    filling = _filling(federation.city, _drawing(AREAS))
    chart = charts.charts_of(filling)[0]
    assert chart.rows[:2] == (("东区总工会", "50,000"), ("西区总工会", "1,234"))
    assert sum(int(row[1].replace(",", "")) for row in chart.rows) == filling.rows["F35"].value.total
    points = chart.option["series"][0]["data"]
    assert [(one["value"], one["label"]["formatter"]) for one in points] == [(5.0, "5.00"), (0.12, "0.12")]
    assert chart.title == "付款（万人次）"
    json.dumps(dict(chart.option))  # plain values only


def test_of_many_unions_the_longest_are_drawn_and_the_others_said_in_words(federation: Federation):
    returned_by(federation, "east", "F35", 50_000)
    returned_by(federation, "west", "F35", 1_234)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "MOST_BARS", 1)
        chart = charts.charts_of(_filling(federation.city, _drawing(AREAS)))[0]
    assert chart.rows == (("东区总工会", "50,000"), ("其余 1 个", "1,234"))
    assert [point["value"] for point in chart.option["series"][0]["data"]] == [5.0]
    assert chart.note == "未画出：其余 1 个，共 1,234。"


def test_small_parts_of_a_sensitive_figure_are_not_drawn(federation: Federation):
    returned_by(federation, "east", "F42", 4_000)
    returned_by(federation, "west", "F42", 9)
    form = _drawing(Plan("F42-areas", "F42", "areas", "热线", "Hotline"))
    found = charts.charts_of(_filling(federation.city, form))
    assert all("4,000" not in cell and cell != "9" for chart in found for row in chart.rows for cell in row)
    assert all("4000" not in json.dumps(dict(chart.option)) for chart in found)


@pytest.mark.parametrize("english", [False, True])
def test_a_hidden_row_stands_nowhere_in_a_paper_and_nothing_is_asked_for_it(
    federation: Federation, english: bool, django_assert_max_num_queries: Any
):
    the_city_returns_all(federation)
    returned_by(federation, "east", "F35", 51_234)
    report = _filed(federation.city)
    filling = standing_report(report)
    whole = Sheet(report, filling, english=english).paper
    with django_assert_max_num_queries(12):
        paper = Sheet(report, filling, english=english, hidden=frozenset({"F35", "F38"})).paper
    assert {one.row for one in whole.charts} - {one.row for one in paper.charts} == {"F35"}
    assert [(one.text, one.exact) for one in paper.numbers if one.row in ("F35", "F38")] == [("—", "")] * 2
    before, after = (json.dumps(as_plain(one), ensure_ascii=False) for one in (whole, paper))
    assert [words.count('"of": "F38"') for words in (before, after)] == [1, 0]  # how many the share is of
    for number in ("51,234", "2,111,246", "2111246"):
        assert number in before
        assert number not in after
    assert (paper.hides, paper.seal, paper.document_hash) == (True, None, "")


def test_months_are_drawn_only_where_the_books_can_tell_them_apart(federation: Federation):
    returned_by(federation, "east", "F35", 500)  # one line for the whole half-year
    months = replace(AREAS, id="F35-months", way="months")
    assert charts.charts_of(_filling(federation.city, _drawing(months))) == []
    assert charts.charts_of(_filling(federation.city, _drawing(MONTHS))) == []  # nothing yet: no empty chart


def test_recorded_months_are_drawn_and_add_up(federation: Federation, journal: Callable[[str], object]):
    where = federation.east.organisation.path
    covered = "organisations.employer_covered area=110105 industry=I64 non_public=true band=small"
    days = ("2020-01-07", "2020-03-05", "2020-03-31", "2020-06-30", "2020-07-01")
    journal("\n".join(f"{day} {where} {covered} about={n}" for n, day in enumerate(days, start=1)))
    filling = _filling(federation.city, _drawing(MONTHS))
    chart = charts.charts_of(filling)[0]
    assert [row[1] for row in chart.rows] == ["1", "0", "2", "0", "0", "1"]
    assert sum(int(row[1]) for row in chart.rows) == filling.rows["F52"].value.total
    assert charts.charts_of(filling, english=True)[0].rows[2] == ("Mar", "2")
    half = fill(_drawing(MONTHS), federation.city.organisation, Period.parse("2020-03"))
    assert charts.charts_of(half) == []  # one month is no line
    line = Value(filling.rows["F52"].value.recorded, (1,))
    returned = replace(filling, rows={"F52": replace(filling.rows["F52"], value=line)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "standings", lambda asks, parts: [SPLIT] * len(asks))
        assert charts.charts_of(returned) == []  # a line for the half-year besides: its months are not known


def test_the_report_page_has_the_charts_table_and_no_style(federation: Federation):
    returned_by(federation, "east", "F35", 50_000)
    page = federation.city.browser("reviewer").get(address("report", federation.city)).content.decode()
    assert 'id="chart-F35-areas" type="application/json"' in page
    assert "<details open><summary>" in page
    assert "50,000" in page[page.index('class="charts"') :]
    assert "style=" not in page


@pytest.mark.parametrize(
    ("chart", "code"),
    [
        ('row = "F99"\nway = "areas"\ntitle = "图"\ntitle_en = "Chart"', "reports.form_chart"),
        ('row = "F35"\nway = "pie"\ntitle = "图"\ntitle_en = "Chart"', "reports.form_chart_way"),
        ('row = "F44"\nway = "months"\ntitle = "图"\ntitle_en = "Chart"', "reports.form_chart_way"),
        ('row = "F35"\nway = "areas"\ntitle = "图"', "reports.form_chart_title"),
        ('row = "F35"\nway = "areas"\ntitle = "图"\ntitle_en = "Chart"', "reports.form_chart"),  # a second time
    ],
)
def test_a_chart_that_cannot_be_drawn_is_refused_with_the_form(chart: str, code: str):
    text = (report_forms.FOLDER / f"{FORM}.toml").read_text() + f"\n[[chart]]\n{chart}\n"
    with pytest.raises(Exception) as refused:
        report_forms.parse(text, file="one.toml")
    assert getattr(refused.value, "code", "") == code


def test_the_web_starts_without_what_only_prints_and_exports_need():
    said = "import django; django.setup(); import gonghui.project.urls, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout.split()
    assert "gonghui.reports.printing.formats" in loaded
    assert not {"docx", "duckdb", "typst", "py_mini_racer", "pypdfium2", "pylopdf_fonts_zh_cn"} & set(loaded)


def test_a_hidden_number_is_not_found_by_trying_it_against_the_hash(federation: Federation):
    returned_by(federation, "east", "F42", 7)
    report = _filed(federation.east)
    whole = figure_table(report)
    assert table_hash(whole) == report.table_hash
    shown = json.loads(without(whole, frozenset({"F42"})))
    assert "salt" not in shown
    hidden = next(row for row in json.loads(whole)["rows"] if row["row"] == "F42")
    tried = {**shown, "rows": [row for row in json.loads(whole)["rows"] if row["row"] != "F42"]}
    at = [row["row"] for row in json.loads(whole)["rows"]].index("F42")
    tried["rows"].insert(at, hidden)
    guess = json.dumps(tried, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    assert guess.encode() != whole
    assert table_hash(guess.encode()) != report.table_hash


@pytest.mark.parametrize(("way", "english"), [("words", False), ("drawing", True), ("gone", False)])
def test_a_kept_paper_that_somebody_changed_is_not_printed(federation: Federation, way: str, english: bool):
    returned_by(federation, "east", "F35", 50_000)
    report = _filed(federation.city)
    assert list(audits.filed_papers_under_their_hash()) == []
    one = FiledPaper.objects.get(report=report, english=english)
    section = next(section for section in one.document["sections"] if section["charts"])
    if way == "words":
        next(run for run in section["paragraphs"][0] if run[""] == "Words")["text"] += "再创新高"
    else:
        section["charts"][0]["option"]["series"][0]["data"][0]["value"] = 1.0
    one.delete() if way == "gone" else one.save()
    for ending in ("docx", "pdf", "html"):
        with pytest.raises(Refusal, match="改动或删去"):
            _print(federation.city, ending, english=english)
    assert kept(report, english=not english) is not None
    (found,) = audits.filed_papers_under_their_hash()
    assert found.where.endswith("paper_en" if english else "paper")


def test_mutant_a_paper_that_is_printed_unchecked(federation: Federation, monkeypatch: pytest.MonkeyPatch):
    report = _filed(federation.city)
    one = FiledPaper.objects.get(report=report, english=False)
    one.document["addressee"] = "各位代表："
    one.save()
    monkeypatch.setattr(keeping, "filed_facts", lambda report: {})
    assert "各位代表：" in _text("docx", _print(federation.city, "docx"))


def test_pages_and_notices_that_somebody_changed_are_named(federation: Federation):
    returned_by(federation, "east", "F35", 50_000)
    report = _filed(federation.city)
    lead = a_second(federation.city.organisation)
    filings.publish_report(report, by=lead, on=AUGUST)
    filings.add_erratum(report, said="驿站", should_say="暖心驿站", by=lead, on=AUGUST)
    assert [*audits.words_on_pages(), *audits.notices_under_their_hash()] == []
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute("update reports_block set text = '再创新高。' || text where section = 1")
        cursor.execute("update reports_erratum set should_say = '歇脚点'")
        cursor.execute("reset session_replication_role")
    (words,) = audits.words_on_pages()
    assert words.kept.startswith("再创新高。")
    (notice,) = audits.notices_under_their_hash()
    assert notice.where.endswith("erratum 1")
    with pytest.raises(Refusal, match="第 1 号勘误"):
        _print(federation.city, "docx")
