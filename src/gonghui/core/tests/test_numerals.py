"""Printed numbers: the 33 published ones, each threshold, and that nothing false is ever printed."""

import re
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gonghui.core import numerals
from gonghui.core.errors import Refusal
from gonghui.core.numerals import Amount, Style, exact, exact_en, holds, parse, printed, printed_en

# figure, exact value (money in fen), unit, style, English unit, token as published, English token
PUBLISHED: list[tuple[str, Amount, str, str, str, str, str]] = [
    ("F10", 2, "次", "han", "meeting|meetings", "两次", "two meetings"),
    ("F11", 1150, "名", "int", "", "1150名", "1,150 people"),
    ("F12", (536, 1150), "%", "pct1", "", "46.6%", "46.6%"),
    ("F13", (460, 1150), "%", "pct0", "", "40%", "40%"),
    ("F14", 396_128_450_00, "元", "yi2", "", "3.96亿元", "CNY 396 million"),
    ("F15", 42_003_600_00, "元", "wan0", "", "4200万元", "CNY 42 million"),
    ("F16", 13, "项", "yu", "measure|measures", "十余项", "more than 10 measures"),
    ("F18", 16_038, "家", "wan1", "enterprise|enterprises", "1.6万家", "16,000 enterprises"),
    ("F19", 187_214_560_00, "元", "yi2", "", "1.87亿元", "CNY 187 million"),
    ("F20", 31, "家", "int", "enterprise|enterprises", "31家", "31 enterprises"),
    ("F21", 8_480_000_00, "元", "wan0", "", "848万元", "CNY 8.48 million"),
    ("F26", 274, "家", "int", "employer|employers", "274家", "274 employers"),
    ("F27", 50_842, "个", "yu", "post|posts", "5万余个", "more than 50,000 posts"),
    ("F28", 11_043, "件", "wan1", "", "1.1万件", "11,000 cases"),
    ("F29", 150_318_600_00, "分", "yi1", "", "1.5亿元", "CNY 150 million"),
    ("F31", 7, "个方面", "int", "", "7个方面", "7 areas"),
    ("F34", 922, "个", "int", "service item|service items", "922个", "922 service items"),
    ("F35", 2_060_012, "人次", "wan0", "", "206万人次", "2.06 million person-times"),
    ("F36", 245_187_902_36, "分", "yi2", "", "2.45亿元", "CNY 245 million"),
    ("F38", (1200, 1200), "%", "pct0", "", "100%", "100%"),
    ("F39", (1200, 1200), "%", "pct1", "", "100%", "100%"),
    ("F40", (1200, 1200), "%", "pct2", "", "100%", "100%"),
    ("F42", 53_127, "件", "wan1", "appeal|appeals", "5.3万件", "53,000 appeals"),
    ("F43", 14_003, "个", "wan1", "home|homes", "1.4万个", "14,000 homes"),
    ("F44", 19_026, "个", "wan1", "station|stations", "1.9万个", "19,000 stations"),
    ("F45", 2325, "家", "int", "", "2325家", "2,325 units"),
    ("F46", 356, "个", "int", "station|stations", "356个", "356 stations"),
    ("F47", 36, "个", "int", "home|homes", "36个", "36 homes"),
    ("F48", 266, "个", "int", "station|stations", "266个", "266 stations"),
    ("F52", 602, "家", "int", "employer|employers", "602家", "602 employers"),
    ("F53", 97_812, "人", "wan2", "", "9.78万人", "97,800 people"),
    ("F54", (338, 820), "%", "above", "", "40%以上", "over 40%"),
    ("F56", 5, "项", "int", "", "5项", "5 items"),
]


@pytest.mark.parametrize("row", PUBLISHED, ids=[row[0] for row in PUBLISHED])
def test_each_published_figure_prints_to_its_token(row: tuple[str, Amount, str, str, str, str, str]) -> None:
    _, value, unit, style, unit_en, token, token_en = row
    assert printed(value, unit, style) == token
    assert printed_en(value, unit, style, unit_en=unit_en) == token_en
    assert holds(token, value)


@pytest.mark.parametrize(
    ("value", "unit", "style", "token"),
    [
        (20_600_000, "人次", "wan0", "2060万人次"),
        (187_000_000_00, "元", "yi2", "1.87亿元"),
        (20_000, "家", "wan1", "2万家"),
        (20_049, "家", "wan1", "2.0万家"),
        (9_999, "家", "wan1", "9999家"),
        (10_000, "家", "wan1", "1万家"),
        (99_999_999_00, "元", "yi2", "1.00亿元"),
        (99_994_999_00, "元", "yi2", "9999.5万元"),
        (84_370_00, "元", "yi2", "8.4万元"),
        (8_437_00, "元", "yi2", "8437元"),
        (8_437_50, "元", "wan0", "8437.50元"),
        (8_437_50, "元", "int", "8438元"),
        (30, "元", "int", "0.30元"),
        (0, "元", "yi2", "0元"),
        (0, "件", "wan1", "0件"),
        (0, "次", "han", "0次"),
        (-53_127, "件", "wan1", "-5.3万件"),
        (1, "次", "han", "一次"),
        (10, "项", "han", "十项"),
        (11, "项", "han", "十余项"),
        (19, "项", "han", "十余项"),
        (20, "项", "han", "二十项"),
        (21, "项", "han", "二十余项"),
        (100, "项", "han", "100项"),
        (123_456, "件", "auto", "12.3万件"),
        (14_003, "个", "cum", "累计1.4万个"),
        (14_003, "个", "cum wan2", "累计1.40万个"),
        (1150, "名", "preliminary", "初步1150名"),
        (0, "%", "int", "0%"),
    ],
)  # fmt: skip
def test_scale_and_zeros(value: Amount, unit: str, style: str, token: str) -> None:
    assert printed(value, unit, style) == token


@pytest.mark.parametrize(
    ("below", "at", "token_below", "token_at"),
    [(97_749, 97_750, "9.77万人", "9.78万人"), (97_849, 97_850, "9.78万人", "9.79万人")],
)
def test_half_goes_up(below: int, at: int, token_below: str, token_at: str) -> None:
    assert printed(below, "人", "wan2") == token_below
    assert printed(at, "人", "wan2") == token_at


def test_half_to_even_can_be_chosen() -> None:
    even = Style("wan1", rounding=numerals.HALF_EVEN)
    assert [printed(value, "件", even) for value in (52_500, 53_500, 52_501)] == ["5.2万件", "5.4万件", "5.3万件"]
    assert printed(52_500, "件", "wan1") == "5.3万件"
    assert holds("5.2万件", 52_500, numerals.HALF_EVEN)
    assert not holds("5.2万件", 52_500)


@pytest.mark.parametrize(
    ("ratio", "style", "token"),
    [
        ((9996, 10000), "pct1", "99.96%"),
        ((9996, 10000), "pct2", "99.96%"),
        ((999_999, 1_000_000), "pct1", "99.99%以上"),
        ((1, 1_000_000), "pct0", "不到0.01%"),
        ((4, 10_000), "pct1", "0.04%"),
        ((0, 7), "pct1", "0%"),
        ((7, 7), "pct1", "100%"),
        ((1_000_001, 1_000_000), "pct1", "超过100%"),
        ((3, 2), "pct0", "150%"),
        ((0, 0), "pct1", "—"),
        ((2, 5), "pct1", "40%"),
        ((40_001, 100_000), "pct1", "40.0%"),
    ],
)
def test_a_share_never_rounds_to_all_or_nothing(ratio: tuple[int, int], style: str, token: str) -> None:
    assert printed(ratio, "%", style) == token


@pytest.mark.parametrize(
    ("value", "unit", "style", "token"),
    [
        (50_001, "个", Style("yu", base="5万"), "5万余个"),
        (59_999, "个", Style("yu", base="5万"), "5万余个"),
        ((40, 100), "%", Style("above", base="40%"), "40%以上"),
        ((41, 100), "%", Style("above", base="40%"), "40%以上"),
        (285_000_001_00, "元", Style("near", base="3亿"), "近3亿元"),
        (285_000_000_00, "元", Style("near", base="3亿"), "近3亿元"),
        (105, "家", Style("about", base="100"), "约100家"),
        (95, "家", Style("about", base="100"), "约100家"),
        (2001, "家", Style("over", base="2000", word="突破"), "突破2000家"),
        (2200, "家", Style("over", base="2000"), "超过2000家"),
        (50_842, "个", "yu:5万", "5万余个"),
        (13, "项", "yu:十", "十余项"),
    ],
)
def test_a_true_claim_prints_its_base(value: Amount, unit: str, style: Style | str, token: str) -> None:
    assert printed(value, unit, style) == token


@pytest.mark.parametrize(
    ("value", "unit", "style"),
    [
        (49_990, "个", Style("yu", base="5万")),
        (50_000, "个", Style("yu", base="5万")),
        (60_000, "个", Style("yu", base="5万")),
        ((3988, 10000), "%", Style("above", base="40%")),
        (300_000_000_00, "元", Style("near", base="3亿")),
        (284_999_999_99, "元", Style("near", base="3亿")),
        (106, "家", Style("about", base="100")),
        (94, "家", Style("about", base="100")),
        (2000, "家", Style("over", base="2000", word="逾")),
        (2201, "家", Style("over", base="2000")),
    ],
)
def test_a_false_claim_is_refused_with_value_and_text(value: Amount, unit: str, style: Style) -> None:
    with pytest.raises(Refusal) as refused:
        printed(value, unit, style)
    assert refused.value.code == "numerals.claim_false"
    assert refused.value.params["value"] == exact(value, unit)
    assert style.base in str(refused.value.params["text"])


@pytest.mark.parametrize(
    ("value", "unit", "style", "token", "token_en"),
    [
        (60_000, "个", "yu", "6万个", "60,000"),
        (1_203, "个", "yu", "1000余个", "more than 1,000"),
        (1_203, "个", "yu_wan", "1000余个", "more than 1,000"),
        (503_000, "个", "yu", "50万余个", "more than 500,000"),
        (187_214_560_00, "元", "yu", "1.8亿余元", "more than CNY 180 million"),
        (7, "项", "yu", "七项", "seven items"),
        (10, "项", "yu", "十项", "ten items"),
        (11, "项", "yu", "十余项", "more than 10 items"),
        (25, "家", "yu", "20余家", "more than 20 units"),
        ((38, 100), "%", "above", "30%以上", "over 30%"),
        ((30, 100), "%", "above", "30%以上", "at least 30%"),
        ((7, 100), "%", "above", "7%以上", "at least 7%"),
        ((1, 300), "%", "above", "0.3%", "0.3%"),
        ((5, 5), "%", "above", "100%", "100%"),
        (293_000_000_00, "元", "near", "近3亿元", "nearly CNY 300 million"),
        (2_060_012, "人次", "over", "超过200万人次", "more than 2 million person-times"),
        (2_060_012, "人次", "about", "约200万人次", "about 2 million person-times"),
        (2000, "家", "about", "2000家", "2,000 units"),
    ],
)  # fmt: skip
def test_a_claim_without_base_names_the_roundest_true_number(
    value: Amount, unit: str, style: str, token: str, token_en: str
) -> None:
    assert printed(value, unit, style) == token
    assert printed_en(value, unit, style) == token_en


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("50余万人", [500_001, 599_999], [500_000, 600_000]),
        ("50万余人", [500_001, 509_999], [500_000, 510_000]),
        ("300多家", [301, 399], [300, 400]),
        ("百人以上", [100, 5000], [99]),
        ("30人以下", [30, 1], [31]),
        ("1000家左右", [950, 1050], [949, 1051]),
        ("累计1.4万个", [13_500, 14_499], [13_499, 14_500]),
        ("１．８７ 亿元", [187_000_000_00], [186_499_999_99, 187_500_000_00]),
        ("1,150名", [1150], [1149, 1151]),
        ("不到0.01%", [(1, 100_000)], [(0, 5), (1, 10_000)]),
        ("-5.3万件", [-53_127], [53_127]),
        ("46.6%", [(536, 1150)], [(47, 100), (0, 0)]),
    ],
)
def test_reading_back_gives_bounds(text: str, inside: list[Amount], outside: list[Amount]) -> None:
    assert all(holds(text, value) for value in inside)
    assert not any(holds(text, value) for value in outside)


def test_a_claim_knows_unit_and_marker() -> None:
    claim = parse("累计1.4万个")
    assert (claim.unit, claim.cumulative, claim.preliminary, claim.marker) == ("个", True, False, "")
    assert parse("初步1150名").preliminary
    assert [parse(text).marker for text in ("5万余个", "40%以上", "近3亿元", "约5家", "逾5家", "不足5家")] == [
        "yu", "above", "near", "about", "over", "under"
    ]  # fmt: skip
    assert (parse("206万人次").unit, parse("2.45亿元").unit) == ("人次", "元")
    assert parse("2.45亿元").lower == Fraction(244_500_000_00)


@pytest.mark.parametrize("text", ["", "很多", "万", "5余万余个", "第十四届", "一二三家", "1.2.3"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(text)
    assert refused.value.code == "numerals.unreadable"
    assert str(refused.value)


def test_styles_are_checked() -> None:
    for wrong in ("wan9", "", "pct", "int x", "above:"[:3]):
        with pytest.raises(Refusal, match=r"格式"):
            Style.read(wrong) if wrong else Style("")
    for value, unit, style in ((5, "件", "pct1"), ((1, 2), "%", "int"), ((1, 2), "%", "wan1"), ((1, 2), "%", "yu")):
        with pytest.raises(Refusal) as refused:
            printed(value, unit, style)
        assert refused.value.code == "numerals.style_of_value"
    with pytest.raises(Refusal) as refused:
        printed(14_003, "个", "cum wan1", clock="flow")
    assert refused.value.code == "numerals.cumulative_flow"
    assert printed(14_003, "个", "cum wan1", clock="stock") == "累计1.4万个"


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (2_060_012, "人次", "2,060,012 人次", "2,060,012 person-times"),
        (245_187_902_36, "分", "245,187,902.36 元", "CNY 245,187,902.36"),
        (-5, "元", "-0.05 元", "CNY -0.05"),
        ((536, 1150), "%", "46.6087%（536 / 1,150）", "46.6087% (536 / 1,150)"),
        ((1200, 1200), "%", "100%（1,200 / 1,200）", "100% (1,200 / 1,200)"),
        ((0, 0), "%", "—（0 / 0）", "— (0 / 0)"),
        (1, "件", "1 件", "1 case"),
    ],
)
def test_exact_values(value: Amount, unit: str, zh: str, en: str) -> None:
    assert (exact(value, unit), exact_en(value, unit)) == (zh, en)


COUNTS = st.one_of(st.integers(0, 200), st.integers(0, 10**6), st.integers(0, 10**12))
PLAIN = ["int", "auto", "han", "wan0", "wan1", "wan2", "yi0", "yi1", "yi2", "yu", "yu_wan", "above", "near", "about"]
PLAIN += ["over", "cum", "preliminary"]


@given(COUNTS, st.sampled_from(PLAIN), st.sampled_from(["件", "人次", "元"]), st.sampled_from([-1, 1]))
def test_what_is_printed_holds_for_its_value(count: int, code: str, unit: str, sign: int) -> None:
    value = count * sign
    token = printed(value, unit, code)
    assert holds(token, value), token
    assert (value == 0) == (re.sub(r"[^\d.一二三四五六七八九十两]", "", token) == "0")


@given(COUNTS, st.sampled_from(["wan0", "wan1", "wan2", "yi1", "yi2", "int"]), st.sampled_from(["件", "元"]))
def test_half_even_holds_under_its_own_rounding(value: int, code: str, unit: str) -> None:
    token = printed(value, unit, Style(code, rounding=numerals.HALF_EVEN))
    assert holds(token, value, numerals.HALF_EVEN), token


@given(
    st.integers(0, 10**7), st.integers(1, 10**7), st.sampled_from(["pct0", "pct1", "pct2", "above", "about", "auto"])
)
def test_a_printed_share_holds(part: int, whole: int, code: str) -> None:
    token = printed((part, whole), "%", code)
    assert holds(token, (part, whole)), token
    assert (token == "100%") == (part == whole)
    assert (token == "0%") == (part == 0)


@given(COUNTS, st.sampled_from(["wan0", "wan1", "wan2", "yi1", "yi2", "int", "auto"]), st.sampled_from(["件", "元"]))
def test_english_names_the_same_number(value: int, code: str, unit: str) -> None:
    assume(value)
    zh, en = printed(value, unit, code), printed_en(value, unit, code)
    number = re.sub(r"[^\d.]", "", en)
    scale = 10**9 if "billion" in en else 10**6 if "million" in en else 1
    named = Fraction(number) * scale * (100 if unit == "元" else 1)
    claim = parse(zh)
    assert claim.lower is not None
    assert claim.upper is not None
    assert named == (claim.lower + claim.upper) / 2
