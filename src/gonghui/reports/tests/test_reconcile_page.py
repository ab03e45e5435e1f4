"""The page to paste into and the command: what they show, what they hide, what they keep of the text (nothing)."""

import json
import logging
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.serializers import serialize
from django.urls import reverse

from gonghui.core.errors import Refusal
from gonghui.core.models import Entry
from gonghui.reports.reconcile import command
from gonghui.reports.tests.builders import Federation
from gonghui.reports.tests.filing_builders import CITY_TARGETS, FORM, returned_by, the_city_returns_all
from gonghui.reports.tests.test_report_pages import address

pytestmark = pytest.mark.django_db
TEXT = "上半年，12351热\n线受理职工诉求 5.3万\n件。新发展会员９.78万人，返还小微企业工会经费1.88亿元。接待来访7批。"
SECRET = "绝不该留下的一句话"


def test_a_pasted_text_is_held_against_the_report(federation: Federation) -> None:
    the_city_returns_all(federation)
    client = federation.city.browser("report_editor")
    url = address("report_reconcile", federation.city)
    assert "粘贴文字" in client.get(url).content.decode()
    response = client.post(url, {"text": TEXT})
    page = response.content.decode()
    assert response.status_code == 200
    assert "对上 3 个数：2 个相符，1 个不符；2 处没有对上" in page
    assert f'href="{address("report_figure", federation.city, "F42")}"' in page
    assert "53,127 件" in page
    assert '<a id="m-1" class="token ok" href="#h-1" title="热线受理职工诉求">5.3万\n件</a>' in page
    assert '<span class="token left"' in page
    assert 'class="token late"' in page
    assert (
        address("report_reconcile", federation.city) in client.get(address("report", federation.city)).content.decode()
    )


def test_in_english_the_page_speaks_english(federation: Federation) -> None:
    the_city_returns_all(federation)
    client = federation.city.browser("report_editor")
    client.cookies["gonghui_language"] = "en"
    page = client.post(address("report_reconcile", federation.city), {"text": TEXT}).content.decode()
    assert "3 matched: 2 agreeing, 1 not; 2 not matched" in page
    assert "The books disagree" in page


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "没有文字可核对"),
        ("没有一个数目字的话。", "文字里没有数字"),
        (SECRET + "五" * 70_000, "文字太长"),
        ("乱码\x01\x02\x03\x04\x05\x06", "这不是文字"),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_field(federation: Federation, text: str, sentence: str) -> None:
    client = federation.city.browser("report_editor")
    response = client.post(address("report_reconcile", federation.city), {"text": text})
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "对上的数字" not in page


def test_nothing_of_the_text_is_kept_or_logged(federation: Federation, caplog: pytest.LogCaptureFixture) -> None:
    client = federation.city.browser("report_editor")
    caplog.set_level(logging.DEBUG)
    before = Entry.objects.count()
    for text in (SECRET + TEXT, SECRET, SECRET + "\x01\x02\x03\x04\x05"):
        client.post(address("report_reconcile", federation.city), {"text": text})
    assert Entry.objects.count() == before
    assert SECRET not in caplog.text
    assert all(SECRET not in str(session.get_decoded()) for session in Session.objects.all())
    assert SECRET not in serialize("json", Session.objects.all())
    assert SECRET not in client.get(address("report_reconcile", federation.city)).content.decode()


def test_a_small_sensitive_number_of_another_unit_stays_hidden(federation: Federation) -> None:
    returned_by(federation, "east", "F42", 7)
    text = {"text": "12351热线受理诉求7件。"}
    url = address("report_reconcile", federation.east)
    above = federation.city.browser("report_editor").post(url, text).content.decode()
    own = federation.east.browser("report_editor").post(url, text).content.decode()
    assert "小于 10，只对本单位显示" in above
    assert "与台账相符" not in above
    assert "与台账相符" in own


def test_another_branch_and_an_absent_one_look_the_same(federation: Federation) -> None:
    stranger = federation.west.browser("report_editor")
    theirs = stranger.post(address("report_reconcile", federation.east), {"text": TEXT})
    absent = stranger.post(reverse("report_reconcile", args=[FORM, "2020H1", "110000-XX-99999-9"]), {"text": TEXT})
    assert theirs.status_code == absent.status_code == 404


def test_the_command_prints_json_for_programs(federation: Federation, tmp_path: Path) -> None:
    the_city_returns_all(federation)
    file = tmp_path / "printed.txt"
    file.write_text(TEXT, encoding="gb18030")
    done = json.loads(command.answer(file, FORM, "2020H1", None, as_data=True, english=False))
    assert [(one["row"], one["computed"], one["agrees"]) for one in done["figures"]] == [
        ("F42", CITY_TARGETS["F42"][0], True),
        ("F53", CITY_TARGETS["F53"][0], True),
        ("F19", 187_214_560, False),
    ]
    assert [one["text"] for one in done["unmatched"]] == ["12351", "7批"]
    assert "3 matched" in command.answer(file, FORM, "2020H1", None, as_data=False, english=True)


def test_the_command_refuses_what_is_no_text_and_what_has_no_number(federation: Federation, tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    for content, code in (
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "reconcile.no_text"),
        ("没有一个数目字".encode(), "reconcile.no_figures"),
    ):
        file.write_bytes(content)
        with pytest.raises(Refusal) as refusal:
            command.answer(file, FORM, "2020H1", None, as_data=True, english=False)
        assert refusal.value.code == code
