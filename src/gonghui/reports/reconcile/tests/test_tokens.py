"""Numbers of a text: value, unit and marker; and what only looks like one."""

from fractions import Fraction

import pytest

from gonghui.reports.reconcile.repair import mend
from gonghui.reports.reconcile.tokens import DATE, FIGURE, PHRASE, find


def _only(text: str):
    (token,) = [one for one in find(mend(text).text) if one.kind == FIGURE]
    return token


@pytest.mark.parametrize(
    ("text", "value", "unit", "marker"),
    [
        ("召开两次会议", 2, "次", ""),
        ("措施十余项", 10, "项", "余"),
        ("措施十几项", 10, "项", "余"),
        ("共三十多个", 30, "个", "余"),
        ("岗位5万余个", 50_000, "个", "余"),
        ("近3亿元", 300_000_000, "元", "近"),
        ("节约1.2亿元", 120_000_000, "元", ""),
        ("最近30家", 30, "家", ""),
        ("折合约4200万元", 42_000_000, "元", "约"),
        ("联合约46万家", 460_000, "家", "约"),
        ("突破2000家", 2000, "家", "突破"),
        ("占40%以上", 40, "%", "以上"),
        ("占百分之四十六点六", Fraction("46.6"), "%", ""),
        ("其中百分之五十三来自一线", 53, "%", ""),
        ("四成以上", 40, "%", "以上"),
        ("2亿4500万元", 245_000_000, "元", ""),
        ("三亿九千六百万元", 396_000_000, "元", ""),
        ("一万六千家", 16_000, "家", ""),
        ("3千余件", 3000, "件", "余"),
        ("二百七十四家", 274, "家", ""),
        ("206万人（次）", 2_060_000, "人次", ""),
        ("7个方面", 7, "个方面", ""),
        ("募得4200万", 42_000_000, "", ""),
    ],
)
def test_value_unit_and_marker_are_read(text: str, value: Fraction, unit: str, marker: str) -> None:
    token = _only(text)
    assert (token.value, token.unit, token.marker) == (value, unit, marker)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("占30%～40%", 30, 40, "%"),
        ("占30－40％", 30, 40, "%"),
        ("近3～4万件", 30_000, 40_000, "件"),
        ("3至4千件", 3000, 4000, "件"),
        ("1200-1500家", 1200, 1500, "家"),
        ("来自233—398家", 233, 398, "家"),
        ("五至六项", 5, 6, "项"),
        ("三到四成", 30, 40, "%"),
        ("1.5～2亿元", 150_000_000, 200_000_000, "元"),
    ],
)
def test_a_range_is_one_number(text: str, low: int, high: int, unit: str) -> None:
    token = _only(text)
    assert token.least is not None
    assert (token.least.value, token.value, token.unit) == (low, high, unit)


@pytest.mark.parametrize("text", ["从5万人到6万人", "发展会员5万人—3万家", "40%～30%"])
def test_two_numbers_that_are_no_range_stay_two(text: str) -> None:
    assert len([one for one in find(mend(text).text) if one.kind == FIGURE]) == 2


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("“四个意识”", PHRASE),
        ("第十四届", PHRASE),
        ("十九届四中全会", PHRASE),
        ("一线职工", PHRASE),
        ("三方机制", PHRASE),
        ("12351热线", PHRASE),
        ("百人以上非公企业", PHRASE),
        ("2020-2021年", DATE),
        ("8月13日", DATE),
        ("2020年上半年", DATE),
    ],
)
def test_dates_and_fixed_phrases_are_no_figures(text: str, kind: str) -> None:
    assert [token.kind for token in find(text)] == [kind]


@pytest.mark.parametrize("text", ["万众一心", "统一部署", "一批项目", "一个家", "千方百计", "百姓", "十分重要"])
def test_numerals_inside_words_are_nothing(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("text", "unit", "true", "false"),
    [
        ("3.96亿元", "元", 396_128_450_00, 396_500_000_00),
        ("5万余个", "", 50_842, 50_000),
        ("2亿4500万元", "元", 245_187_902_36, 245_600_000_00),
        ("近1.5亿元", "元", 149_000_000_00, 150_318_600_00),
        ("超过40%", "%", (338, 820), (40, 100)),
        ("至少40%", "%", (40, 100), (3999, 10000)),
        ("四成", "%", (44, 100), (46, 100)),
        ("两次", "", 2, 3),
        ("募得4200万", "元", 42_003_600_00, 43_003_600_00),
        ("30%～40%", "%", (40, 100), (4001, 10000)),
        ("3～4万件", "", 30_000, 29_999),
    ],
)
def test_a_printed_number_allows_what_its_precision_and_marker_say(text: str, unit: str, true, false) -> None:
    claim = _only(text).claim(unit)
    assert claim.holds(true)
    assert not claim.holds(false)
