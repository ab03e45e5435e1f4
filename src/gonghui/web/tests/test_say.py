"""Words for refusals, days and lengths of time; tags for amounts and states."""

from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.flow import Flow, Step
from gonghui.web import say
from gonghui.web.shell import place_title
from gonghui.web.templatetags import gonghui as tags

TODAY = date(2020, 8, 10)


def test_a_refusal_fills_its_places() -> None:
    refusal = Refusal("reports.unit", "单位应为%(unit)s", unit="人次")
    assert say.text(refusal) == "单位应为人次"


def test_a_percent_sign_without_places_is_just_a_sign() -> None:
    assert say.text(Refusal("x", "请填两个整数，不填 %")) == "请填两个整数，不填 %"


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2020, 8, 9), "超 1 天"),
        (date(2020, 8, 10), "今天"),
        (date(2020, 8, 24), "余 14 天"),
        (date(2020, 8, 25), "8月25日"),
        (date(2021, 1, 1), "2021年1月1日"),
    ],
)
def test_what_is_left_until_a_day(due: date, words: str) -> None:
    assert say.left(due, today=TODAY) == words


def test_days_in_english() -> None:
    with translation.override("en"):
        assert say.day(date(2020, 6, 12)) == "12 June 2020"


@pytest.mark.parametrize(("seconds", "words"), [(40, "40 秒"), (180, "3 分钟"), (4800, "1 小时 20 分")])
def test_lengths_of_time(seconds: int, words: str) -> None:
    assert say.spent(seconds) == words


@pytest.mark.parametrize(
    ("fen", "yuan"), [(0, "0.00"), (5, "0.05"), (-1205, "-12.05"), (39612845000, "396,128,450.00")]
)
def test_fen_as_yuan(fen: int, yuan: str) -> None:
    assert tags.yuan(fen) == yuan


def test_a_state_is_a_dot_and_a_word() -> None:
    class Line:
        FLOW = Flow(Step("submit", "draft", "submitted"), states={"draft": "草稿", "submitted": "已报"})
        state = "submitted"

    assert tags.state(Line()) == {"word": "已报", "kind": "wait"}
    assert tags.state("退回", "late") == {"word": "退回", "kind": "late"}


def test_the_place_is_named_in_the_readers_language() -> None:
    place = replace(SYSTEM, organisation_name="东区总工会", organisation_english="East Federation")
    assert place_title(place) == "东区总工会"
    with translation.override("en"):
        assert place_title(place) == "East Federation"
        assert place_title(replace(place, organisation_english="")) == "东区总工会"
