"""Which texts are found, and what the catalogues hold."""

from pathlib import Path

import polib
import pytest

from gonghui.project import messages


def chinese(texts: object) -> list[str]:
    return [text.chinese for text in texts]  # type: ignore[attr-defined]


def test_every_chinese_literal_of_a_module_but_its_docstrings_is_a_text() -> None:
    source = '"""模块。"""\nTITLE = "受理"\ndef f() -> str:\n    """说明。"""\n'
    source += '    return ("第一句，"\n "第二句")\nX = "plain"\n'
    assert chinese(messages.in_python(source, "web", "x.py")) == ["受理", "第一句，第二句"]


def test_a_line_marked_zh_and_the_parts_of_an_f_string_are_no_texts() -> None:
    source = 'DIGITS = "零一二三"  # zh\ndef f(n: int) -> str:\n    return f"第{n}项"\n'
    assert chinese(messages.in_python(source, "core", "x.py")) == []


def test_translate_tags_are_texts_with_their_places_and_plurals() -> None:
    source = (
        '{% load i18n %}{% translate "今日" %}{{ x|default:_("无") }}{% translate \'单位\' as u %}'
        "{% blocktranslate with n=total %}共 {{ n }} 件{% endblocktranslate %}"
        "{% blocktranslate count n=total %}{{ n }} 家{% plural %}{{ n }} 家们{% endblocktranslate %}"
    )
    found = list(messages.in_template(source, "web", "x.html"))
    assert chinese(found) == ["今日", "无", "单位", "共 %(n)s 件", "%(n)s 家"]
    assert [text.plural for text in found if text.plural] == ["%(n)s 家们"]


def test_chinese_outside_translate_tags_is_named_by_line() -> None:
    source = (
        '<h1>标题</h1>\n{% translate "好" %}\n{# 注释 #}{% comment %}中{% endcomment %}\n{% include "a" with t="词" %}'
    )
    assert messages.bare_chinese(source) == [1, 4]


def test_words_in_tags_that_translate_them_are_texts_and_not_bare() -> None:
    source = '{% state "草稿" "" %}'
    assert chinese(messages.in_template(source, "web", "x.html")) == ["草稿"]
    assert messages.bare_chinese(source) == []


def test_titles_with_their_own_english_beside_them_need_none() -> None:
    document = {"a": {"title": "统计员", "title_en": "Statistician"}, "b": [{"title": "审核"}]}
    assert chinese(messages.in_titles(document, "project", "roles.toml")) == ["审核"]


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree of two rings: core says one word, web the same and another."""
    for ring, text in (("core", 'A = "件"\n'), ("web", 'A = "件"\nB = "共 %(n)s 家"\n')):
        (tmp_path / ring).mkdir()
        (tmp_path / ring / "words.py").write_text(text)
    monkeypatch.setattr(messages, "SOURCES", tmp_path)
    return tmp_path


def test_a_text_goes_into_the_innermost_ring_that_uses_it_and_keeps_its_english(
    sources: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert messages.add_missing() == 1
    web = polib.pofile(str(messages.catalogue("web")))
    assert [entry.msgid for entry in web] == ["共 %(n)s 家"]
    web[0].msgstr = "%(n)s employers in all"
    web.save()
    core = polib.pofile(str(messages.catalogue("core")))
    core[0].msgstr = "case"
    core.save()
    assert messages.add_missing() == 0
    before = messages.catalogue("web").read_bytes()
    assert messages.add_missing() == 0
    assert messages.catalogue("web").read_bytes() == before
    assert messages.check() == 0
    assert messages.add_missing("core") == 0
    assert messages.compile_all() == 0
    assert messages.catalogue("web").with_suffix(".mo").exists()


def test_english_with_other_places_fails(sources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    messages.add_missing()
    for ring, english in (("core", "case"), ("web", "%(many)s employers")):
        file = polib.pofile(str(messages.catalogue(ring)))
        file[0].msgstr = english
        file.save()
    assert messages.check() == 1
    assert "places differ" in capsys.readouterr().out


def test_counted_texts_of_python_files_have_two_english_forms() -> None:
    source = 'text = ngettext("%(n)s 行", "%(n)s 行", 2)\nother = _("件")\n'
    found = list(messages.in_python(source, "web", "web/pages.py"))
    assert [(text.chinese, text.plural) for text in found] == [("%(n)s 行", "%(n)s 行"), ("件", "")]
