"""Headings of an official paper follow one another: 一、 （一） 1. （1）."""

import pytest

from gonghui.reports.printing import numbering


def _codes(*lines: str) -> list[tuple[int, str, str]]:
    return [(one.line, one.code.rpartition(".")[2], one.due) for one in numbering.findings(lines)]


def test_headings_in_order_are_left_alone():
    lines = [
        "一、概况",
        "（一）上半年",
        "1.互助",
        "（1）付款",
        "（2）退款",
        "2.帮扶",
        "（二）下半年",
        "二、打算",
        "（一）任务",
    ]
    assert _codes(*lines) == []


def test_third_follows_second():
    assert _codes("一、概况", "（一）甲", "（三）乙") == [(3, "numbering_gap", "（二）")]
    assert _codes("一、概况", "三、乙") == [(2, "numbering_gap", "二、")]


def test_a_heading_starts_again_under_a_new_parent():
    assert _codes("一、甲", "（一）甲", "二、乙", "（二）乙") == [(4, "numbering_gap", "（一）")]


def test_a_level_left_out_is_named():
    assert _codes("一、概况", "1.互助") == [(2, "numbering_jump", "（一）")]


@pytest.mark.parametrize(
    ("line", "due"),
    [
        ("1、互助", "1."),
        ("（一）、互助", "（一）"),
        ("（1）、互助", "（1）"),
        ("(一)互助", "（一）"),
        ("一.互助", "一、"),
    ],
)
def test_a_sign_the_standard_does_not_know_is_refused(line: str, due: str):
    assert _codes("一、概况", "（一）甲", line) == [(3, "numbering", due)]
    [found] = numbering.findings(["一、概况", line])
    assert (found.stops, found.refusal.code, found.refusal.params["line"]) == (True, "reports.numbering", 2)


def test_text_that_only_begins_with_a_number_is_no_heading():
    assert _codes("1.4万个职工之家", "5、6月份", "2020年", "（12份）", "一线职工") == []


def test_numbers_are_counted_within_their_parent():
    assert numbering.counted([1, 2, 2, 3, 1, 2]) == [1, 1, 2, 1, 2, 1]
    assert [numbering.label(level, 12) for level in (1, 2, 3, 4)] == ["十二、", "（十二）", "12.", "（12）"]
    assert [numbering.read(numbering.label(level, 12)) for level in (1, 2, 3, 4)] == [(n, 12) for n in (1, 2, 3, 4)]


def test_what_stands_under_a_section_begins_at_the_second_level():
    assert numbering.findings(["（一）甲", "1.乙", "（二）丙"], under=1) == []
    assert [one.code.rpartition(".")[2] for one in numbering.findings(["1.乙"], under=1)] == ["numbering_jump"]
