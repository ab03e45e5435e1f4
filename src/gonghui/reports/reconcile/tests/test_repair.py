"""Mending: what is undone, what is left, and where every sign stood."""

import pytest

from gonghui.reports.reconcile.repair import Lines, mend


@pytest.mark.parametrize(
    ("given", "mended"),
    [
        ("返还1 .87亿元", "返还1.87亿元"),
        ("建成1.\n4万个", "建成1.4万个"),
        ("放款848\n\n万元", "放款848万元"),
        ("服务206万人\n次", "服务206万人次"),
        ("受理５．３万件，占４０％", "受理5.3万件，占40%"),
        ("挂牌2,325家、1，150名", "挂牌2325家、1150名"),
        ("要\n坚坚定定信信心心\n走下去", "要坚定信心走下去"),  # the title stands in the middle of a sentence
        ("坚坚定定信信心心\n新增602家", "坚定信心\n新增602家"),
        ("职 工 之 家", "职工之家"),
        ("占46.\n6%", "占46.6%"),
        ("占百分之三\n十七、其余", "占百分之三十七、其余"),
        ("拨打12351 53127件", "拨打12351\n53127件"),
        ("工作：\n1、抓学习\n2、抓服务", "工作：\n1、抓学习\n2、抓服务"),
        ("Smart Union 平台", "Smart Union平台"),
    ],
)
def test_damage_is_undone(given: str, mended: str) -> None:
    assert mend(given).text == mended


@pytest.mark.parametrize("line", ["人人参与", "坚坚定信心", "2200", "共11", "形形色色"])
def test_only_a_line_doubled_sign_by_sign_is_halved(line: str) -> None:
    assert mend(line).text == line


def test_a_page_number_between_sentences_is_dropped_and_a_broken_number_is_not() -> None:
    assert mend("办理完毕。\n12\n上半年").text == "办理完毕。上半年"
    assert mend("办理完毕。\n— 3 —\n上半年").text == "办理完毕。上半年"
    assert mend("办理了\n31\n家").text == "办理了31家"


def test_every_sign_knows_where_it_stood() -> None:
    given = "建成 1 .\n４万个，\n２，３２５家"
    mended = mend(given)
    start = mended.text.index("1.4万个")
    first, last = mended.span(start, start + len("1.4万个"))
    assert given[first:last] == "1 .\n４万个"
    assert all(at < len(given) for at in mended.at)
    assert list(mended.at) == sorted(mended.at)


def test_lines_and_columns_count_from_one() -> None:
    lines = Lines.of("甲\n乙丙\n")
    assert [lines.place(at) for at in (0, 2, 3)] == [(1, 1), (2, 1), (2, 2)]
