"""A period among other words: how people say it, what is left of the words, what is no period."""

from datetime import date

import pytest

from gonghui.core.period_words import period_said

TODAY = date(2020, 8, 10)


@pytest.mark.parametrize(
    ("words", "key", "rest"),
    [
        ("12351-2020", "2020", "12351"),
        ("12351 2020年", "2020", "12351"),
        ("F40 2020H1", "2020H1", "f40"),
        ("f40 2020-h1", "2020H1", "f40"),
        ("2020 H1 F40", "2020H1", "f40"),
        ("补助 2019年下半年", "2019H2", "补助"),
        ("2019下半年补助", "2019H2", "补助"),
        ("2020年上半年 报告", "2020H1", "报告"),
        ("２０２０年上半年的报告", "2020H1", "报告"),
        ("上半年 报告", "2020H1", "报告"),
        ("下半年 报告", "2020H2", "报告"),
        ("四季度", "2019Q4", ""),
        ("2020年第二季度 会员", "2020Q2", "会员"),
        ("会员 2020Q2", "2020Q2", "会员"),
        ("会员2020年6月", "2020-06", "会员"),
        ("会员 2020-06", "2020-06", "会员"),
        ("9月3日", "2019-09-03", ""),
        ("2020年6月3号 名单", "2020-06-03", "名单"),
        ("2020-06-03", "2020-06-03", ""),
        ("2020/6/3 名单", "2020-06-03", "名单"),
        ("2020-W24", "2020-W24", ""),
        ("2020-01-20..2020-08-13", "2020-01-20..2020-08-13", ""),
        ("aid second half of 2019", "2019H2", "aid"),
        ("members first quarter of 2020", "2020Q1", "members"),
        ("members June 2020", "2020-06", "members"),
        ("3 jun 2020", "2020-06-03", ""),
    ],
)
def test_a_period_is_found_among_other_words(words: str, key: str, rest: str) -> None:
    period, left = period_said(words, TODAY)
    assert period is not None
    assert (period.key, left) == (key, rest)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "朝阳",
        "F40",
        "H1",
        "12351",
        "110105-BA-00231-7",
        "第1234条",
        "20201",
        "a2020",
        "2020H3",
        "2020年13月",
        "1234",
        "0000",
        "2500",
    ],
)
def test_what_names_no_period_stays_as_it_was_typed(words: str) -> None:
    assert period_said(words, TODAY) == (None, words)
