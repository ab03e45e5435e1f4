"""Cleaning of typed and pasted text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.core import text
from gonghui.core.errors import Refusal


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("  示例（北京）\u3000科技\t有限公司 ", "示例（北京） 科技 有限公司"),
        ("１２３５１ ＡＢＣ", "12351 ABC"),
        ("坏\u202e字\u200b符\x00\ufeff", "坏字符"),
        ("e\u0301", "é"),
        ("第一行\n第二行", "第一行 第二行"),
        ("𠮷田", "𠮷田"),
    ],
)
def test_one_line_is_cleaned(typed: str, clean: str) -> None:
    assert text.clean(typed, longest=50) == clean


def test_lines_are_kept_where_asked() -> None:
    assert text.clean("\r\n甲  乙\r\n\n\n\n丙\n", longest=50, lines=True) == "甲 乙\n\n丙"


def test_length_counts_characters_at_below_and_above() -> None:
    assert text.clean("𠮷" * 9, longest=10) == "𠮷" * 9
    assert text.clean("𠮷" * 10, longest=10) == "𠮷" * 10
    with pytest.raises(Refusal) as refused:
        text.clean("𠮷" * 11, longest=10, field="名称")
    assert refused.value.code == "text.too_long"
    assert str(refused.value) == "名称太长：有11个字，最多10个，请缩短"


def test_codes_and_numbers_fold_entirely() -> None:
    assert text.fold(" １，２３４．５０％ ") == "1,234.50%"
    assert text.fold("９１Ａ\u200bＢ") == "91AB"


def test_the_middle_dot_of_a_name_is_one() -> None:
    assert {text.person_name(f"阿依{dot}古丽") for dot in "·\u2022\u2027\u30fb"} == {"阿依·古丽"}


@pytest.mark.parametrize(
    ("damaged", "mended"),
    [
        ("返还经费1 .87亿元", "返还经费1.87亿元"),
        ("职工之家1.\n4万个", "职工之家1.4万个"),
        ("发布5\n万余个岗位", "发布5万余个岗位"),
        ("坚坚定定信信心心", "坚定信心"),
        ("坚坚定", "坚坚定"),
        ("日 报 、 周 报", "日报、周报"),
        ("服务206万人\n次", "服务206万人次"),
    ],
)
def test_damaged_text_is_mended(damaged: str, mended: str) -> None:
    assert text.mend(damaged) == mended


@given(st.text())
def test_cleaning_twice_changes_nothing_and_hides_nothing(typed: str) -> None:
    once = text.clean(typed, longest=10**6, lines=True)
    assert text.clean(once, longest=10**6, lines=True) == once
    assert not any(unicodedata.category(sign) in {"Cc", "Cf"} for sign in once if sign != "\n")
