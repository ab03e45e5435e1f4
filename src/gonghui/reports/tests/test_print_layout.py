"""The .docx and .pdf of a paper: grid, headings, numbers kept whole, one time and no other. No database."""

import io
import json
import re
import subprocess
import zipfile
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx as python_docx
import pypdfium2
import pytest

from gonghui.core.errors import Refusal
from gonghui.reports.charts import Chart
from gonghui.reports.printing import docx, drawing, faces, layout, pdf, qr
from gonghui.reports.printing.joined import joined, parts, plain
from gonghui.reports.printing.paper import Heading, Paper, Seal, Section, Words, closed, level_of
from gonghui.reports.printing.plain import plain as as_plain
from gonghui.reports.printing.plain import rebuilt
from gonghui.reports.printing.tables import Annex, Table
from gonghui.reports.tests.paper_builders import a_number, a_paper

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
GROUPS = tuple(f"{n:02}AB" for n in range(12))
SQUARE = qr.words("示范市总工会", 12, GROUPS)
OPTION = {
    "animation": False,
    "xAxis": {"type": "value"},
    "yAxis": {"type": "category", "data": ["东区", "西区"]},
    "series": [{"type": "bar", "data": [3, 4.5], "label": {"show": True}}],
}
TALLY = Chart("F35-areas", "F35", "互助付款，按区（万人次）", OPTION, 80, ("各单位", "人次"), (("东区", "30,000"),))


def whole_paper(*, english: bool = False) -> Paper:
    """A paper with all there is: a heading typed by hand, a chart, an annex, a checkpoint."""
    paper = a_paper(english=english)
    typed = (Words("（一）互助"),)
    first = paper.sections[0]
    table = Table(
        ("各单位", "人次", "元"), (("合计", "2,060,012", "245,187,902.36"), ("东区", "—", "0.00")), "—：不显示。"
    )
    return replace(
        paper,
        sections=(replace(first, paragraphs=(typed, *first.paragraphs), charts=(TALLY,)),),
        annexes=(Annex("2020年上半年主要数字分单位表", (table,)),),
        charts_title="2020年上半年数字图",
        table_hash="ab" * 32,
        seal=Seal("示范市总工会", 12, GROUPS, SQUARE),
    )


def _parts(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _pages(document: bytes) -> list[str]:
    with pypdfium2.PdfDocument(document) as opened:
        return [page.get_textpage().get_text_range() for page in opened]


def _lines(document: bytes) -> list[str]:
    return [plain(line).replace(" ", "") for page in _pages(document) for line in page.splitlines()]


# docx -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("english", [False, True])
def test_the_package_is_whole(english: bool):
    parts = _parts(docx.render(whole_paper(english=english)))
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(content)
    for name in (name for name in parts if name.endswith(".rels")):
        folder = name.replace("_rels/", "").rpartition("/")[0]
        for relation in ElementTree.fromstring(parts[name]):
            target = relation.get("Target", "")
            assert (target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")) in parts
    types = ElementTree.fromstring(parts["[Content_Types].xml"])
    named = {one.get("PartName", "").lstrip("/") for one in types if one.get("PartName")}
    ends = {one.get("Extension") for one in types if one.get("Extension")}
    assert named <= parts.keys()
    assert all(name in named or name.rpartition(".")[2] in ends for name in parts if name != "[Content_Types].xml")


@pytest.mark.parametrize("english", [False, True])
def test_every_printed_number_is_in_the_document_and_whole(english: bool):
    paper = whole_paper(english=english)
    opened = python_docx.Document(io.BytesIO(docx.render(paper)))
    runs = [run.text for paragraph in opened.paragraphs for run in paragraph.runs]
    for number in paper.numbers:
        assert joined(number.text) in runs
    cells = [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
    assert {"2,060,012", "245,187,902.36", "—"} <= set(cells)
    assert GROUPS[0] in " ".join(cells)
    assert opened.core_properties.title == paper.name


def test_a_joiner_stands_wherever_a_line_could_end_in_a_number():
    assert joined("1.87亿元") == "1.87\u2060亿\u2060元"
    assert joined("46.6%") == "46.6%"
    assert joined("约3亿元") == "约\u20603\u2060亿\u2060元"
    assert joined("十余项") == "十\u2060余\u2060项"
    assert joined("2.06 million payments to workers") == "2.06\u00a0million\u00a0payments to workers"
    assert joined("CNY 245 million") == "CNY\u00a0245\u00a0million"
    assert joined("two times") == "two\u00a0times"
    assert parts(Words("从1月20日，14,870家")) == [
        (False, "从"), (True, "1月"), (True, "20日"), (False, "，"), (True, "14,870家")
    ]  # fmt: skip


def test_a_line_may_end_before_the_number_of_a_comparison():
    number = whole_paper().numbers[0]
    assert parts(replace(number, text="同比增长25.4%")) == [(False, "同比增长"), (True, "25.4%")]
    assert parts(replace(number, text="累计1.4万个")) == [(True, "累计1.4万个")]


def test_the_page_is_that_of_the_standard():
    parts = _parts(docx.render(whole_paper()))
    section = ElementTree.fromstring(parts["word/document.xml"]).find(f"{W}body/{W}sectPr")
    assert section is not None

    def mm(tag: str, *names: str) -> list[int]:
        found = section.find(W + tag)
        assert found is not None
        return [round(int(found.get(W + name, "0")) / 1440 * 25.4) for name in names]

    assert mm("pgSz", "w", "h") == [210, 297]
    assert mm("pgMar", "top", "bottom", "left", "right") == [37, 35, 28, 26]
    grid = section.find(W + "docGrid")
    assert grid is not None
    assert [grid.get(W + name) for name in ("type", "linePitch", "charSpace")] == ["linesAndChars", "579", "-848"]
    settings = parts["word/settings.xml"].decode()
    assert "<w:evenAndOddHeaders/>" in settings
    assert all("PAGE" in parts[name].decode() for name in parts if name.startswith("word/footer"))
    assert all("演示数据" in parts[name].decode() for name in parts if name.startswith("word/header"))


def _style(styles: ElementTree.Element, name: str) -> tuple[str, str, str, str]:
    """A style's Chinese face, size, first-line indent and line."""
    for style in styles:
        if style.get(W + "styleId") == name:
            fonts, size = style.find(f".//{W}rFonts"), style.find(f".//{W}sz")
            indent, spacing = style.find(f".//{W}ind"), style.find(f".//{W}pPr/{W}spacing")
            return (
                fonts.get(W + "eastAsia", "") if fonts is not None else "",
                size.get(W + "val", "") if size is not None else "",
                indent.get(W + "firstLineChars", "") if indent is not None else "",
                spacing.get(W + "line", "") if spacing is not None else "",
            )
    raise AssertionError(name)


def test_each_part_of_the_text_has_its_face_and_size():
    parts = _parts(docx.render(whole_paper()))
    styles = ElementTree.fromstring(parts["word/styles.xml"])
    assert _style(styles, "Normal") == ("", "32", "200", "579")
    assert _style(styles, "Title")[:3] == ("方正小标宋简体", "44", "0")
    assert [_style(styles, f"Heading{n}")[:2] for n in (1, 2, 3, 4)] == [
        ("黑体", "32"),
        ("楷体_GB2312", "32"),
        ("仿宋_GB2312", "32"),
        ("仿宋_GB2312", "32"),
    ]
    assert _style(styles, "Subtitle")[0] == "楷体_GB2312"
    assert (_style(styles, "FooterOdd")[1], _style(styles, "FooterEven")[1]) == ("28", "28")
    table = ElementTree.fromstring(parts["word/fontTable.xml"])
    assert {one.get(W + "name") for one in table} == set(layout.ALTERNATIVES)
    assert all(one.find(W + "altName") is not None for one in table)
    used = re.findall(r'<w:pStyle w:val="(\w+)"/>', parts["word/document.xml"].decode())
    assert {"Heading1", "Heading2", "Title", "Subtitle"} <= set(used)


def test_the_filing_is_the_only_time():
    paper = whole_paper()
    package = docx.render(paper)
    assert package == docx.render(paper)
    instants = set(re.findall(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"".join(_parts(package).values())))
    assert instants == {b"2020-08-10T02:30:00Z"}
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    document = pdf.render(paper)
    assert document == pdf.render(paper)
    assert set(re.findall(rb"D:[\dZ]+", document)) == {b"D:20200810023000Z"}
    assert set(re.findall(rb"\d{4}-\d\d-\d\dT[\d:]+Z?", document)) <= {b"2020-08-10T02:30:00Z"}


def test_a_draft_carries_no_time_and_says_that_it_is_one():
    draft = replace(whole_paper(), filed_at=None, filed_on=None, seal=None)
    package, document = docx.render(draft), pdf.render(draft)
    assert not re.search(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"".join(_parts(package).values()))
    assert not re.search(rb"D:\d{8}|\d{4}-\d\d-\d\dT\d\d:", document)
    assert all("草稿" in page for page in _pages(document))
    assert all("草稿" in part.decode() for name, part in _parts(package).items() if name.startswith("word/header"))


@pytest.mark.office
def test_libreoffice_takes_the_document_keeps_the_grid_and_breaks_no_number(soffice: str, tmp_path: Path):
    paper = whole_paper()
    (tmp_path / "report.docx").write_bytes(docx.render(paper))
    (tmp_path / "full.docx").write_bytes(docx.render(_full("工", 28 * 22 * 2 + 60)))
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = [soffice, home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    files = [str(tmp_path / name) for name in ("report.docx", "full.docx")]
    subprocess.run([*command, *files], check=True, capture_output=True, timeout=120)
    lines = _lines((tmp_path / "report.pdf").read_bytes())
    for number in paper.numbers:
        assert any(number.text in line for line in lines), number.text
    assert any("245,187,902.36" in line for line in lines)
    with pypdfium2.PdfDocument((tmp_path / "full.pdf").read_bytes()) as opened:
        assert list(_rows(opened[1]).values()) == [28] * 22
    with pypdfium2.PdfDocument((tmp_path / "report.pdf").read_bytes()) as opened:
        assert _gaps(opened[0]) <= 0.4  # the quarter of a character that LibreOffice sets between scripts, no more


def _rows(page: Any) -> Counter[int]:
    """How many 工 stand on each line of a page."""
    text = page.get_textpage()
    places = [text.get_charbox(n) for n in range(text.count_chars()) if text.get_text_range(n, 1) == "工"]
    return Counter(round(place[1]) for place in places)


def _gaps(page: Any) -> float:
    """The widest empty place on a line after a number, or between it and the word before it, in characters."""
    text = page.get_textpage()
    signs = [(text.get_text_range(n, 1), text.get_charbox(n)) for n in range(text.count_chars())]
    beside = [
        after[0] - before[2]
        for (one, before), (other, after) in pairwise(signs)
        if (one.isdigit() or one == "%" or (one.isalpha() and other.isdigit())) and abs(before[1] - after[1]) < 8
    ]
    return float(max(beside) / layout.SIZE_3)


# pdf ------------------------------------------------------------------------------------------------------------


def _full(sign: str, count: int) -> Paper:
    """A paper of nothing but one long paragraph."""
    section = Section(Heading(1, "", "正文"), ((Words(sign * count),),))
    return a_paper(title=(), subtitle="", addressee="", sections=(section,), banner="", is_signed=False)


def test_a_full_page_has_22_lines_of_28_characters():
    document = pdf.render(_full("工", 28 * 22 * 2 + 60))
    with pypdfium2.PdfDocument(document) as opened:
        page = opened[1]
        text = page.get_textpage()
        boxes = [text.get_charbox(n) for n in range(text.count_chars()) if text.get_text_range(n, 1) == "工"]
        height = page.get_height()
    rows = Counter(round(box[1]) for box in boxes)
    assert list(rows.values()) == [28] * 22
    points = 72 / 25.4
    top, bottom = height - max(box[3] for box in boxes), min(box[1] for box in boxes)
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    assert 37 <= top / points <= 39.5
    assert bottom / points >= 35
    assert 27.9 <= left / points <= 29
    assert (210 - 26) - 1 <= right / points <= (210 - 26) + 0.2
    pitches = {
        round(a - b, 1) for a, b in zip(sorted(rows, reverse=True), sorted(rows, reverse=True)[1:], strict=False)
    }
    assert pitches <= {28, 29, 30}


@pytest.mark.parametrize("english", [False, True])
def test_every_printed_number_stands_on_one_line_of_the_pdf(english: bool):
    paper = whole_paper(english=english)
    document = pdf.render(paper)
    lines = _lines(document)
    for number in paper.numbers:
        assert any(number.text.replace(" ", "") in line for line in lines), number.text
    text = "".join(lines)
    for words in ("245,187,902.36", *GROUPS, "ab" * 32, paper.banner.replace(" ", "")):
        assert words in text
    assert len(_pages(document)) == 3  # text, annex table, annex chart


@pytest.mark.parametrize("lines", range(6, 16))
def test_what_is_attached_is_listed_on_a_page_with_the_end_of_the_text(lines: int):
    text = (Words("工" * (26 + 28 * lines)),), (Words("末" * 40),)
    whole = whole_paper()
    paper = replace(whole, sections=(replace(whole.sections[0], paragraphs=text),))
    (page,) = (page for page in _pages(pdf.render(paper)) if "附件：" in page)
    assert "末" in page
    opened = python_docx.Document(io.BytesIO(docx.render(paper)))
    kept = [
        one.text
        for one in opened.paragraphs
        if one.paragraph_format.keep_with_next and one.style.name in ("Normal", "Listed")
    ]
    assert [one[:1] for one in kept[-4:]] == ["末", "", "附", "\u3000"]  # and the day after them


@pytest.mark.parametrize("gap", range(12))
def test_no_line_ends_inside_a_number_wherever_it_falls(gap: int):
    prose = (Words("工" * (10 + gap)), a_number("F36", "245187902.36亿元以上", (1,), ""), Words("，到8月13日为止。"))
    lines = _lines(pdf.render(replace(a_paper(), sections=(Section(Heading(1, "一、", "甲"), (prose,)),))))
    assert any("245187902.36亿元以上" in line for line in lines)
    assert any("8月" in line for line in lines)
    assert any("13日" in line for line in lines)


def test_the_pdf_names_itself_and_is_tagged():
    paper = whole_paper()
    document = pdf.render(paper)
    with pypdfium2.PdfDocument(document) as opened:
        assert opened.get_metadata_dict()["Title"] == paper.name
        assert opened.is_tagged()
    assert b"/Lang" in document


def test_page_numbers_stand_outside_between_dashes():
    document = pdf.render(_full("工", 28 * 22 * 2 + 60))
    with pypdfium2.PdfDocument(document) as opened:
        for n, page in enumerate(opened, start=1):
            text = page.get_textpage()
            found = text.search(f"— {n} —").get_next()
            assert found is not None
            box = text.get_charbox(found[0])
            middle = page.get_width() / 2
            assert (box[0] > middle) == (n % 2 == 1)
            assert box[1] < 35 * 72 / 25.4


def test_typed_text_is_never_read_as_markup():
    nasty = '#panic("x") *b* $x$ @a <l> \\ `r` //c \u202e {{ 1 }} &amp; ]]> =cmd|x\x0b'
    section = Section(Heading(1, "一、", nasty), ((Words(nasty), a_number("F35", "5家", (5,), "5 家")),))
    paper = replace(a_paper(), sections=(section,), title=(nasty,), agency=nasty)
    text = "".join(_pages(pdf.render(paper)))
    assert '#panic("x") *b*' in text
    opened = python_docx.Document(io.BytesIO(docx.render(paper)))
    assert any(nasty[:-1] in paragraph.text for paragraph in opened.paragraphs)


# Parts ----------------------------------------------------------------------------------------------------------


def test_chinese_text_is_closed_up_around_numbers():
    number = a_number("F35", "206万人次", (1,), "")
    runs = closed([Words("从 1 月 20 日，付款 "), number, Words(" 次。12351 热线 OK go")])
    assert [run.text for run in runs] == ["从1月20日，付款", "206万人次", "次。12351热线OK go"]


def test_a_short_line_with_a_sign_is_a_heading_and_a_long_one_is_text():
    assert [level_of((Words(text),)) for text in ("（一）互助", "1.互助", "（2）互助", "一、互助", "互助")] == [
        2,
        3,
        4,
        0,
        0,
    ]
    assert level_of((Words("（一）互助付款增加，服务面扩大。"),)) == 0
    assert level_of((Words("（一）" + "长" * 60),)) == 0


def test_a_paper_comes_back_from_its_plain_form():
    paper = whole_paper()
    assert rebuilt(Paper, json.loads(json.dumps(as_plain(paper)))) == paper


def test_a_chart_is_drawn_the_same_by_any_engine():
    first = drawing.svg(TALLY)
    ElementTree.fromstring(first)
    assert not re.search(r"style=|class=|<style|<script|\bzr\d", first)
    assert "东区" in first
    drawing._svg.cache_clear()
    drawing._ENGINE.close()
    assert drawing.svg(TALLY) == first
    assert drawing.png(TALLY).startswith(b"\x89PNG")


def test_a_folder_of_fonts_that_is_not_there_is_named(settings: Any, tmp_path: Path):
    settings.GONGHUI_FONTS = str(tmp_path / "nowhere")
    with pytest.raises(Refusal) as refused:
        faces._fonts.__wrapped__()
    assert refused.value.params["folder"] == str(tmp_path / "nowhere")


def test_a_deployers_fonts_come_first_and_the_machines_never(settings: Any, tmp_path: Path):
    settings.GONGHUI_FONTS = str(tmp_path)
    assert faces._folders()[0] == tmp_path
    found = set(faces._fonts.__wrapped__().families())
    assert found == {"Noto Sans SC", "Noto Serif SC"}
