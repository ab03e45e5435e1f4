"""What is found in a text: places, units, periods, claims, numbers typed by hand, parts that do not add up."""

import inspect
import re
from dataclasses import replace

import pytest

from gonghui.core.figures import Value
from gonghui.core.period import Period
from gonghui.reports import report_forms
from gonghui.reports.filling import Filled, Filling
from gonghui.reports.making import proofreading
from gonghui.reports.standing import KNOWN, MISSING
from gonghui.spine.organisations.models import Organisation

H1 = Period.parse("2020H1")
FORM = report_forms.form("beijing_2020h1")
VALUES = {"F35": 2_060_012, "F34": 922, "F43": 14_003, "F44": 19_026, "F45": 2_325, "F46": 356, "F47": 36, "F48": 266}


def a_filling(**values: int) -> Filling:
    """The form with some numbers in it."""
    rows = {}
    for row in FORM.rows:
        value = {**VALUES, **values}.get(row.id)
        whole = (value or 0,) * (2 if row.figure.is_ratio else 1)
        printed = f"{value}{row.unit}" if value is not None else "未报"
        known = KNOWN if value is not None else MISSING
        rows[row.id] = Filled(row, row.days(H1, H1), Value((0,) * len(whole), whole), known, printed, printed)
    rows["F35"] = replace(rows["F35"], printed="206万人次")
    return Filling(FORM, Organisation(level="city"), H1, rows)


def marks(text: str, **more: int) -> list[str]:
    """The dossier's marks found in a text."""
    return [one.mark for one in proofreading.of_text(text, a_filling(**more))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("付款 {F35}。", []),
        ("付款 {F35@2020H1}。", []),
        ("到{period}末，{scope}有 {F43}。", []),
        ("付款 {F99}。", ["E_MEASURE"]),
        ("付款 {}。", ["E_MEASURE"]),
        ("付款 {F35|wan9}。", ["E_MEASURE"]),
        ("付款 {F35|pct1}。", ["E_MEASURE"]),
        ("付款 {F35@2019H2}。", ["E_PERIOD"]),
        ("付款 {F35@昨天}。", ["E_PERIOD"]),
        ("付款 {F35}件。", ["E_UNIT"]),
        ("付款 {F35}人次。", ["E_UNIT"]),
        ("付款 {F35} 人次。", ["E_UNIT"]),
        ("付款 {F。", ["E_MEASURE"]),
        ("付款 F}。", ["E_MEASURE"]),
        ("付款 {F35}}。", ["E_MEASURE"]),
        ("服务 {F34}项目。", []),
        ("{F45}家庭。", []),
    ],
)
def test_places_name_a_figure_of_this_report_and_carry_their_unit(text: str, expected: list[str]):
    assert marks(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("突破{F45|over:2200 突破}。", ["E_CLAIM"]),  # 突破突破2200家
        ("{F45|over:2200 突破}。", []),
        ("{F45|over:2400}。", ["E_CLAIM"]),
        ("超过{F45}。", ["E_CLAIM"]),
        ("{F45}以上。", []),
        ("{F45}以下。", []),
        ("{F45}余。", ["E_CLAIM"]),
        ("近{F45}。", ["E_CLAIM"]),
        ("近 {F45}。", ["E_CLAIM"]),
        ("{F45} 余。", ["E_CLAIM"]),
        ("最近{F45}。", []),
        ("签约{F45}。", []),
        ("约{F45}。", []),
        ("不到{F45}。", ["E_CLAIM"]),
    ],
)
def test_words_around_a_number_must_be_true_of_it(text: str, expected: list[str]):
    assert marks(text) == expected


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("建成 36 个", ["36 个"]),
        ("约3.5万件", ["约3.5万件"]),
        ("召开两次会议", ["两次"]),
        ("十余项措施", ["十余项"]),
        ("占百分之四十", ["百分之四十"]),
        ("占 40%以上", ["40%以上"]),
        ("2020年6月30日，第3次会议", []),
        ("第十四届，一线职工一起", []),
        ("三方机制，一家", []),
        ("一百二十名", ["一百二十名"]),
        ("12351 热线", ["12351"]),
        ("１２ 件", ["１２ 件"]),
    ],
)
def test_numbers_typed_by_hand_are_listed_dates_and_ordinals_are_not(text: str, numbers: list[str]):
    assert [words for _at, words in proofreading.typed_numbers(text)] == numbers


def test_the_forms_own_numbers_are_no_orphans():
    filling = a_filling()
    own = "从 1 月 20 日到 8 月 13 日，12351 热线受理 {F42}"
    assert [one.mark for one in proofreading.of_text(own, filling, fixed=own)] == []
    found = proofreading.of_text("12351 热线受理 53127件", filling, fixed=own)
    assert [(one.mark, one.params["written"]) for one in found] == [("W_ORPHAN_NUMBER", "53127件")]


def test_english_numbers_are_found_too_but_for_years_and_dates():
    filling = a_filling()
    text = "In 2020, by 13 August, 5,300 appeals and 2.5 million; {F35}."
    found = proofreading.of_text(text, filling, english=True)
    assert [one.params["written"] for one in found] == ["5,300", "2.5 million"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("上图 {F43}，其中 {F46}、{F47}。", ["W_PARTS"]),
        ("上图 {F43}，其中 {F46}。", []),
        ("上图 {F47}，其中 {F46}。", ["W_PARTS"]),
        ("上图 {F44}，其中 {F45}。", []),
        ("上图 658个，其中 {F46}、{F47}、{F48}。", ["W_ORPHAN_NUMBER"]),
        ("上图 700个，其中 {F46}、{F47}、{F48}。", ["W_ORPHAN_NUMBER", "W_PARTS"]),
        ("上图 {F43}。其中 {F46}、{F47}。另有 {F48}。", ["W_PARTS"]),
    ],
)
def test_parts_after_of_which_add_up_to_the_number_before(text: str, expected: list[str]):
    assert marks(text) == expected


def test_a_number_that_is_not_there_makes_no_claim():
    assert marks("超过{F10}。") == []


def test_only_errors_stand_in_the_way():
    found = proofreading.of_text("{F99} 36 个", a_filling())
    assert [(one.mark, one.is_error) for one in found] == [("E_MEASURE", True), ("W_ORPHAN_NUMBER", False)]
    assert found[0].refusal.code == "reports.text_measure"


def test_headings_typed_in_a_section_are_checked():
    assert "E_NUMBERING" in marks("1、互助\n付款 {F35}。")
    assert "W_NUMBERING" in marks("（一）互助\n付款 {F35}。\n（三）驿站\n建成 {F44}。")
    assert not [mark for mark in marks("（一）互助\n付款 {F35}。\n（二）驿站\n建成 {F44}。") if "NUMBERING" in mark]


def test_every_mark_has_words():
    used = re.findall(r'"([EW]_[A-Z_]+)"', inspect.getsource(proofreading))
    assert set(used) == set(proofreading.NAMES)
    assert min(used.count(mark) for mark in used) > 1, "named, and found by something"


def test_what_both_languages_get_wrong_is_said_once():
    found = proofreading.of_section(a_filling(), 6, "{F99}", "{F99}")
    assert [one.mark for one in found] == ["E_MEASURE"]
    found = proofreading.of_section(a_filling(), 6, "{F98}", "{F99}")
    assert [one.mark for one in found] == ["E_MEASURE", "E_MEASURE"]
