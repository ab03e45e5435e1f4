"""Chinese numerals both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.core.han import LIMIT, han, han_counted, read_han


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "零"), (1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (100, "一百"),
        (105, "一百零五"), (110, "一百一十"), (1001, "一千零一"), (10000, "一万"), (100010, "十万零一十"),
        (120000, "十二万"), (100000001, "一亿零一"), (1234567890, "十二亿三千四百五十六万七千八百九十"),
    ],
)  # fmt: skip
def test_numerals_as_written(number: int, text: str) -> None:
    assert han(number) == text
    assert read_han(text) == number


@given(st.integers(0, LIMIT - 1))
def test_what_is_written_reads_back(number: int) -> None:
    assert read_han(han(number)) == number


def test_two_before_a_measure_word() -> None:
    assert [han_counted(number) for number in (1, 2, 3, 12)] == ["一", "两", "三", "十二"]
    assert read_han("两") == 2


@pytest.mark.parametrize("text", ["", "abc", "一二", "12", "第三", "万"])
def test_what_is_no_numeral_is_none(text: str) -> None:
    assert read_han(text) is None


def test_a_bare_place_stands_for_one_of_it() -> None:
    assert read_han("百") == 100


@pytest.mark.parametrize("number", [-1, LIMIT])
def test_numbers_out_of_reach_are_an_error(number: int) -> None:
    with pytest.raises(ValueError, match="numeral"):
        han(number)
