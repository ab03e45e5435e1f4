"""The .html print as bytes: one file, its own policy, the same twice, and nothing in it that the reader may not see."""

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from gonghui.reports.printing import page, page_words, qr
from gonghui.reports.tests.paper_builders import a_paper, a_proof, a_table, numbers

PROOF = a_proof()


@pytest.mark.parametrize("english", [False, True])
def test_the_page_rebuilds_byte_for_byte(english: bool) -> None:
    paper = a_paper(english=english)
    assert page.render(paper, a_table(), a_proof()) == page.render(paper, a_table(), a_proof())


def test_the_policy_allows_this_script_and_style_and_nothing_else() -> None:
    text = page.render(a_paper(), a_table(), PROOF).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    scripts, styles = (
        re.findall(r"<script>(.*?)</script>", text, re.DOTALL),
        re.findall(r"<style>(.*?)</style>", text, re.DOTALL),
    )
    assert len(scripts) == len(styles) == 1
    for kind, body in (("script-src", scripts[0]), ("style-src", styles[0])):
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{kind} &#x27;sha256-{digest}&#x27;;" in policy
    assert policy.startswith("default-src &#x27;none&#x27;")
    assert "unsafe" not in policy


def test_nothing_in_it_comes_from_elsewhere() -> None:
    text = page.render(a_paper(), a_table(), PROOF).decode()
    addresses = re.findall(r'(?:src|href|action)="([^"]*)"', text)
    assert [one for one in addresses if not one.startswith(("#", "data:image/svg+xml;base64,"))] == []
    assert not re.search(r"https?:|@import|url\(", text)
    assert not re.search(r"\sstyle=|\son[a-z]+=", text)


def test_what_is_written_into_the_report_stays_text() -> None:
    evil = "</script><script>alert(1)</script><!--script-->"
    text = page.render(a_paper(agency=evil, addressee=evil), a_table(), PROOF).decode()
    assert text.count("<script>") == 1
    assert "alert(1)" in text
    assert "<script>alert" not in text


def test_a_draft_and_a_page_with_hidden_numbers_carry_no_proof() -> None:
    salt = PROOF["entry"]["salt"]
    assert salt in page.render(a_paper(), a_table(), PROOF).decode()
    draft = page.render(a_paper(filed_at=None, filed_on=None), a_table(), PROOF).decode()
    assert salt not in draft
    assert "草稿" in draft
    unsealed = page.render(a_paper(), a_table()).decode()
    assert "尚未封存" in unsealed


def test_a_hidden_number_is_not_in_the_file_in_any_shape() -> None:
    paper = a_paper(hides=True)
    seen = numbers()
    hidden = replace(seen[1], text="—", value=(), exact="", is_known=False)
    section = replace(paper.sections[0], paragraphs=((seen[0], hidden),))
    text = page.render(replace(paper, sections=(section,)), a_table(), PROOF).decode().partition("<script>")[0]
    assert "2,060,012" in text
    for shape in ("15,031,860,005", "15031860005", "1.5亿元", "536 / 1,150", PROOF["entry"]["salt"]):
        assert shape not in text
    assert hashlib.sha256(a_table()).hexdigest() not in text


def test_the_script_finds_every_sentence_it_asks_for() -> None:
    script = (page.HERE / page.SCRIPT).read_text()
    known = {key for key, _text in page_words.words()}
    names = re.findall(r'\b(?:said|same)\("([a-z-]+[a-z])"|[?:] "(kept-[a-z]+)"', script)
    asked = {one for pair in names for one in pair if one}
    asked |= {f"verdict-{word}" for word in ("bad", "none", "open", "same")}
    assert asked <= known
    assert known <= asked | {
        "of-" + one for one in ("printed", "value", "figure", "version", "days", "scope", "cut", "card", "name")
    }


def test_a_number_that_an_editor_prints_in_other_words_is_no_lie_but_has_no_proof() -> None:
    """`{F35|over:2000000 突破}` says another thing than the table; the script would call it changed."""
    paper, first = a_paper(), numbers()[0]
    own = replace(paper.sections[0], paragraphs=((first, replace(first, text="突破200万人次")),))
    text = page.render(replace(paper, sections=(own,)), a_table(), PROOF).decode()
    shown = {words: "data-row" in tag for tag, words in re.findall(r"<data ([^>]*)>([^<]*)</data>", text)}
    assert shown == {"206万人次": True, "突破200万人次": False}


def test_the_square_says_whose_checkpoint_it_is_and_its_groups() -> None:
    groups = PROOF["checkpoint"]["groups"]
    words = qr.words("示范市总工会 5f0c2a9e", 3, groups)
    assert words.split("\n")[:2] == ["示范市总工会 5f0c2a9e", "3"]
    assert " ".join(words.split("\n")[2:]).split() == groups
    assert not re.search(r"https?:", words)


def test_the_square_is_the_same_as_drawing_and_as_picture(tmp_path: object) -> None:
    import io

    words = qr.words("示范市总工会 5f0c2a9e", 3, PROOF["checkpoint"]["groups"])
    drawing = qr.svg(words, "二维码")
    assert "gradient" not in drawing
    side = int(re.findall(r'viewBox="0 0 (\d+)', drawing)[0])
    black = {
        (x, y)
        for start, y, length in ((int(a), int(b), int(c)) for a, b, c in re.findall(r"M(\d+) (\d+)h(\d+)v1", drawing))
        for x in range(start, start + length)
    }
    picture = Image.open(io.BytesIO(qr.png(words, 3))).convert("L")
    assert picture.size == (side * 3, side * 3)
    assert {(x, y) for x in range(side) for y in range(side) if picture.getpixel((x * 3 + 1, y * 3 + 1)) == 0} == black
    assert qr.png(words) == qr.png(words)


def test_the_guide_names_the_script_that_pages_carry_now() -> None:
    here = page.fingerprint((page.HERE / page.SCRIPT).read_text())
    for name in ("verify.md", "verify.zh-CN.md"):
        text = (Path(__file__).parents[4] / "docs" / name).read_text()
        assert re.findall(r"sha256-[A-Za-z0-9+/=]{44}", text) == [here], f"docs/{name}: put {here}"


def test_a_row_keeps_the_name_its_figure_had_when_it_was_filed() -> None:
    text = page.render(a_paper(), a_table(), PROOF).decode()
    row = re.search(r'<tr id="r-F35">.*?</tr>', text, re.DOTALL)
    assert row is not None
    assert "职工医疗互助服务职工" in row[0]
