"""Guides are the texts of docs/, shown as pages: whole, escaped, with their pictures, in a language they have."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from gonghui.web import guides
from gonghui.web.models import Account
from gonghui.web.tests.builders import signed_in

DOCS = Path(settings.ROOT) / "docs"


@pytest.mark.parametrize(
    ("name", "language", "file"),
    [(name, language, file) for name, written in guides.GUIDES.items() for language, file in written.items()],
)
def test_a_guide_says_every_word_of_its_text_and_shows_its_pictures(name: str, language: str, file: str) -> None:
    with translation.override({"zh": "zh-hans"}.get(language, language)):
        shown = guides.guide_of(name)
    text = (DOCS / file).read_text("utf-8")
    assert shown.title == text.splitlines()[0].removeprefix("# ")
    said = re.sub(r"<[^>]+>", "", shown.body)
    for line in text.splitlines()[1:]:
        for part in re.split(r"[^\u3400-\u9fffA-Za-z]+", re.sub(r"!\[.*?\]\(.*?\)|\]\(.*?\)|^```.*", "", line)):
            assert part in said, line
    for picture in re.findall(r"!\[.*?\]\(pictures/(.+?)\.png\)", text):
        assert f'src="/guides/pictures/{picture}.png"' in shown.body


def test_what_is_typed_as_markup_stays_words(tmp_path: Path) -> None:
    file = tmp_path / "guide.md"
    file.write_text(
        "# 题\n\n<script>alert(1)</script> [门](javascript:alert(1)) ![图](https://example.org/x.png)\n", "utf-8"
    )
    body = guides._read(file, 1, "zh").body
    assert "<script" not in body
    assert "href" not in body
    assert "<img" not in body
    assert "&lt;script&gt;" in body


@pytest.mark.django_db
def test_a_guide_stands_in_the_language_it_is_written_in() -> None:
    browser = signed_in(Account.objects.create(username="reader", name="示例"))
    for language, told in (("en", 1), ("zh-hans", 0)):
        Account.objects.update(language=language)
        page = browser.get("/guides/imports/").content.decode()
        assert '<article class="sheet pad guide" lang="zh-Hans">' in page
        assert page.count("This guide is in Chinese.") == told
    assert "Search and keyboard" in browser.get("/guides/keys/?in=en").content.decode()
    assert "搜索与快捷键" in browser.get("/guides/keys/?in=xx").content.decode()
    assert browser.get("/guides/nothing/").status_code == 404
    assert browser.get("/guides/pictures/nothing.png").status_code == 404
    assert browser.get("/guides/pictures/import-bring.png")["Content-Type"] == "image/png"
