"""Holding a text against the books: the verdict at the printed precision, what is hidden, what programs get."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from gonghui.core.errors import Refusal
from gonghui.core.figures import Value
from gonghui.reports import report_forms
from gonghui.reports.filling import Filled
from gonghui.reports.reconcile import incoming, said
from gonghui.reports.reconcile.against import Reconciled, as_json, catalogue, held_against
from gonghui.reports.reconcile.reading import read
from gonghui.reports.standing import Standing


def _held(text: str, values: dict[str, tuple[int, ...]], hidden: tuple[str, ...] = ()) -> Reconciled:
    form = report_forms.form("beijing_2020h1")
    rows = [
        Filled(row, form.period, Value(values[row.id], (0,) * len(values[row.id])), Standing.KNOWN, "", "")
        if row.id in values
        else Filled(row, form.period, Value((0,), (0,)), Standing.MISSING, "未报", "not reported")
        for row in form.rows
    ]
    return held_against(read(text, catalogue(form)), rows, hidden)


@pytest.mark.parametrize(
    ("text", "row", "value", "agrees"),
    [
        ("返还小微企业工会经费1.87亿元。", "F19", (187_214_560_00,), True),
        ("返还小微企业工会经费1.87亿元。", "F19", (187_500_000_00,), False),
        ("返还小微企业工会经费近1.87亿元。", "F19", (187_214_560_00,), False),
        ("“工会就业服务号”发布岗位5万余个。", "F27", (50_842,), True),
        ("“工会就业服务号”发布岗位5万余个。", "F27", (60_000,), False),
        ("持证社会工作者占40%以上。", "F54", (338, 820), True),
        ("持证社会工作者占40%以上。", "F54", (39_99, 100_00), False),
        ("劳模初步人选中，一线职工占46.6%。", "F12", (536, 1150), True),
        ("劳模初步人选中，一线职工占46.7%。", "F12", (536, 1150), False),
        ("困难职工识别准确率达100%。", "F38", (1199, 1200), False),
    ],
)
def test_a_number_agrees_at_its_printed_precision(text: str, row: str, value: tuple[int, ...], agrees: bool) -> None:
    (held,) = _held(text, {row: value}).figures
    assert (held.filled.row.id, held.agrees) == (row, agrees)


def test_a_list_agrees_only_with_its_exact_count() -> None:
    text = "下半年重点任务：\n1、抓学习。\n2、抓服务。\n3、抓改革。"
    assert [_held(text, {"F56": (n,)}).figures[0].agrees for n in (2, 3, 4)] == [False, True, False]


def test_where_the_books_have_nothing_neither_is_said() -> None:
    (held,) = _held("新发展会员9万人。", {}).figures
    assert (held.agrees, held.computed) == (None, None)
    assert said.computed(held) == "未报"


def test_a_hidden_row_tells_neither_its_number_nor_whether_it_agrees() -> None:
    done = _held("12351热线受理诉求7件。", {"F42": (7,)}, hidden=("F42",))
    (row,) = as_json(done)["figures"]
    assert (row["row"], row["computed"], row["agrees"]) == ("F42", None, None)
    assert [said.computed(one) for one in done.figures] == ["—"]
    assert "7" not in said.why(done.figures[0])


def test_programs_get_base_units_and_the_place() -> None:
    done = _held("8月13日\n返还小微企业工会经费1 .87亿元。\n累计建成职工之家1.4万个。", {"F19": (187_214_560_36,)})
    assert json.loads(json.dumps(as_json(done))) == {
        "figures": [
            {
                "text": "1.87亿元",
                "value": 187_000_000,
                "unit": "元",
                "marker": "",
                "row": "F19",
                "figure": "refunds.refunded_fen",
                "computed": 187_214_560.36,
                "agrees": True,
                "line": 2,
                "column": 11,
            },
            {
                "text": "1.4万个",
                "value": 14_000,
                "unit": "个",
                "marker": "累计",
                "row": "F43",
                "figure": "places.homes_built",
                "computed": None,
                "agrees": None,
                "line": 3,
                "column": 9,
            },
        ],
        "unmatched": [{"text": "8月13日", "kind": "date", "why": "date", "line": 1, "column": 1}],
    }


def test_a_figure_the_form_does_not_bind_goes_to_the_unmatched_by_name() -> None:
    form = report_forms.form("beijing_2020h1")
    reading = read("新发展会员9万人。", catalogue(form))
    (left,) = as_json(held_against(reading, []))["unmatched"]
    assert (left["text"], left["why"], left["figure"]) == ("9万人", "not_in_form", "members.people_admitted")


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("1.87亿元", "四舍五入后印成这样的数，从 186,500,000 元 到 187,500,000 元"),
        ("近1.87亿元", "“近”：从 177,650,000 元 起，不到 187,000,000 元"),
        ("1.8亿多元", "“余”：多于 180,000,000 元，不到 190,000,000 元"),
        ("至少1亿元", "“以上”：不少于 100,000,000 元"),
        ("约1亿元", "“约”：95,000,000 元 到 105,000,000 元"),
        ("逾1亿元", "“超过”：多于 100,000,000 元，不超过 110,000,000 元"),
        ("不足2亿元", "“不到”：少于 200,000,000 元"),
        ("1～2亿元", "范围：从 100,000,000 元 到 200,000,000 元"),
    ],
)
def test_it_says_what_the_printed_number_allows(printed: str, words: str) -> None:
    (held,) = _held(f"返还小微企业工会经费{printed}。", {"F19": (1,)}).figures
    assert said.why(held) == words


def test_a_range_tells_both_its_ends_to_programs() -> None:
    (row,) = as_json(_held("返还小微企业工会经费1～2亿元。", {"F19": (187_214_560_36,)}))["figures"]
    assert (row["text"], row["from"], row["value"], row["agrees"]) == ("1～2亿元", 100_000_000, 200_000_000, True)


def test_a_change_is_told_by_the_figure_it_is_of() -> None:
    (left,) = _held("新发展会员9万人，同比增长12%。", {"F53": (90_000,)}).unmatched
    assert said.why_left(left) == "是“新发展会员”的增减幅度，不是本期数"


def test_bounds_are_written_without_needless_decimals() -> None:
    assert said.number(Fraction(4655, 100), "%") == "46.55%"
    assert said.number(Fraction(12345), "件") == "12,345"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "reconcile.empty"),
        ("　\n \n".encode(), "reconcile.empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4, "reconcile.no_text"),
        (b"\x01\x02\x03\x04\x05\x06\x07" * 20 + "新发展会员5万人".encode(), "reconcile.no_text"),
        (b"%PDF-1.7\n" + bytes(range(128, 256)) * 40, "reconcile.no_text"),
        ("会员".encode() * 31_000, "reconcile.too_long"),
        (b"5" * 5_000_000, "reconcile.too_long"),
    ],
)
def test_what_is_no_text_or_too_much_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    file = tmp_path / "text"
    file.write_bytes(content)
    with pytest.raises(Refusal) as refusal:
        incoming.text_of_file(file)
    assert refusal.value.code == code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_the_usual_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "text"
    file.write_bytes("新增建会单位602家，\r\n新发展会员9.78万人。".encode(encoding))
    assert incoming.text_of_file(file) == "新增建会单位602家，\n新发展会员9.78万人。"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="打不开文件"):
        incoming.text_of_file(tmp_path / "nothing.txt")
