"""A filled report prints what the journal holds, and nothing else."""

from datetime import date

import pytest

from gonghui.core import answers, journal, rollup
from gonghui.core.actor import SYSTEM
from gonghui.core.period import Period
from gonghui.reports import filling, plain_rows
from gonghui.reports.breakdown import areas
from gonghui.reports.standing import Standing
from gonghui.reports.tests.builders import H1, a_draft, a_federation, a_round, an_accepted_return
from gonghui.reports.tests.filing_builders import CITY_TARGETS, returned_by, the_city_returns_all, the_form, the_row
from gonghui.spine.organisations.actions import move_organisation
from gonghui.spine.organisations.models import Organisation

pytestmark = pytest.mark.django_db

PUBLISHED = {
    "F10": "两次", "F11": "1150名", "F12": "46.6%", "F13": "40%", "F14": "3.96亿元", "F15": "4200万元", "F16": "十余项",
    "F18": "1.6万家", "F19": "1.87亿元", "F20": "31家", "F21": "848万元", "F26": "274家", "F27": "5万余个",
    "F28": "1.1万件", "F29": "1.5亿元", "F31": "7个方面", "F34": "922个", "F35": "206万人次", "F36": "2.45亿元",
    "F38": "100%", "F39": "100%", "F40": "100%", "F42": "5.3万件", "F43": "1.4万个", "F44": "1.9万个", "F45": "2325家",
    "F46": "356个", "F47": "36个", "F48": "266个", "F53": "9.78万人", "F54": "40%以上", "F56": "5项",
}  # fmt: skip


def test_every_published_token_is_printed_from_returned_numbers():
    federation = a_federation()
    the_city_returns_all(federation)
    filled = filling.fill(the_form(), federation.city.organisation, H1)
    assert {row: filled.rows[row].printed for row in PUBLISHED} == PUBLISHED
    assert filled.rows["F52"].printed == "未报"  # nobody has ever recorded one here
    assert len(filled.rows) == 33


def test_plain_values_are_returned_plus_recorded():
    federation = a_federation()
    the_city_returns_all(federation)
    rows = {row["row"]: row for row in plain_rows.as_json("beijing_2020h1", "2020H1")}
    assert rows["F12"]["value"] == [536, 1150]
    assert rows["F36"] | {"title": ""} == {
        "row": "F36",
        "figure": "mutual_aid.paid_fen",
        "title": "",
        "unit": "分",
        "clock": "flow",
        "value": 24518790236,
        "printed": "2.45亿元",
        "returned": 24518790236,
        "recorded": 0,
    }
    for row in rows.values():
        value, returned, recorded = (
            [n] if isinstance(n, int) else n for n in (row["value"], row["returned"], row["recorded"])
        )
        assert value == [a + b for a, b in zip(returned, recorded, strict=True)]


def test_a_share_of_which_nothing_is_known_is_nought_of_nought():
    a_federation()
    rows = {row["row"]: row for row in plain_rows.as_json("beijing_2020h1", "2020H1")}
    assert rows["F12"]["value"] == [0, 0]
    assert rows["F12"]["printed"] == "未报"


def test_nought_and_nothing_and_missing_are_three_things():
    federation = a_federation()
    opened = a_round(
        federation.city, "mutual_aid.payments_made", "refunds.employers_refunded", "hotline.cases_accepted"
    )
    an_accepted_return(
        opened,
        federation.east,
        federation.city,
        a_draft("mutual_aid.payments_made", 0),
        a_draft("refunds.employers_refunded", None, nothing=True),
    )
    rows = filling.fill(the_form(), federation.east.organisation, H1).rows
    assert rows["F35"].printed == "0人次"
    assert rows["F18"].printed == "无此项"
    assert rows["F42"].printed == "未报"


def test_a_stock_that_ended_prints_nothing_here_and_one_that_fell_to_nought_prints_nought():
    federation = a_federation()
    march = Period.parse("2020-03")
    for unit, last in ((federation.east, {"number": None, "nothing": True}), (federation.west, {"number": 0})):
        for period, said in ((march, {"number": 40}), (Period.parse("2020-06"), last)):
            opened = a_round(federation.city, "places.homes_built", period=period)
            draft = a_draft("places.homes_built", reason="撤并", **said)
            an_accepted_return(opened, unit, federation.city, draft)
    printed = {
        (unit.organisation.name, period.key): filling.fill(the_form(), unit.organisation, period).rows["F43"].printed
        for unit in (federation.east, federation.west, federation.city)
        for period in (march, H1)
    }
    assert printed == {
        ("东区总工会", "2020-03"): "40个",
        ("东区总工会", "2020H1"): "无此项",
        ("西区总工会", "2020-03"): "40个",
        ("西区总工会", "2020H1"): "0个",
        ("示范市总工会", "2020-03"): "80个",
        ("示范市总工会", "2020H1"): "0个",
    }


def test_days_that_cut_through_a_line_print_no_number():
    federation = a_federation()
    returned_by(federation, "east", "F35", 500)
    rows = filling.fill(the_form(), federation.city.organisation, Period.parse("2020Q2")).rows
    assert rows["F35"].standing == Standing.SPLIT
    assert rows["F35"].printed == "未能按此区间拆分"
    assert filling.fill(the_form(), federation.city.organisation, Period.parse("2020")).rows["F35"].printed == "500人次"


def test_a_stock_is_not_cut_by_the_first_day():
    federation = a_federation()
    returned_by(federation, "east", "F43", 12)
    for period in ("2020H1", "2020Q3", "2020"):
        assert (
            filling.fill(the_form(), federation.city.organisation, Period.parse(period)).rows["F43"].printed == "12个"
        )
    assert filling.fill(the_form(), federation.city.organisation, Period.parse("2020Q1")).rows["F43"].printed == "未报"


def test_sensitive_rows_stop_at_district_rank():
    federation = a_federation()
    assert {"F28", "F29", "F42"} <= set(filling.fill(the_form(), federation.east.organisation, H1).rows)
    for unit in (federation.street, federation.shop):
        rows = filling.fill(the_form(), unit.organisation, H1).rows
        assert not {"F28", "F29", "F31", "F38", "F39", "F40", "F42"} & set(rows)


def test_what_only_the_city_returns_is_left_out_below_it():
    federation = a_federation()
    rows = filling.fill(the_form(), federation.east.organisation, H1).rows
    assert set(rows) == {
        "F14",
        "F18",
        "F19",
        "F28",
        "F29",
        "F35",
        "F36",
        "F42",
        "F43",
        "F44",
        "F45",
        "F52",
        "F53",
        "F54",
    }


def test_a_clause_without_its_number_is_left_out_and_the_sentence_still_ends():
    federation = a_federation()
    filled = filling.fill(the_form(), federation.shop.organisation, H1)
    for english in (False, True):
        text = words(filled, english=english)
        assert "热线" not in text
        assert "hotline" not in text
        assert "{" not in text
        assert "；。" not in text
    assert [section.title for section in filling.prose(filled)] == [
        "抗疫中的帮扶",
        "复工和企业",
        "服务职工",
        "组织建设",
    ]
    assert [section.number for section in filling.prose(filled)] == [1, 2, 3, 4]


def test_a_whole_hundred_percent_shows_of_how_many():
    federation = a_federation()
    the_city_returns_all(federation)
    filled = filling.fill(the_form(), federation.city.organisation, H1)
    assert "认定准确率 100%（1200份）" in words(filled)
    assert "recognition right in 100% (1,200 files)" in words(filled, english=True)


def test_the_form_holds_every_measured_figure():
    assert {row.id for row in the_form().rows} == {*CITY_TARGETS, "F52"}


def words(filled: filling.Filling, *, english: bool = False) -> str:
    """The report as plain text."""
    return "\n".join(
        "".join(piece.filled.said(english=english) if piece.filled else piece.text for piece in pieces)
        for section in filling.prose(filled, english=english)
        for pieces in section.paragraphs
    )


def test_our_prose_is_not_the_published_one():
    theirs = "强思想 抓落实 聚人心 树信心 勇担当 善作为 讲大局 促发展 "
    theirs += "重协商 保稳定 创品牌 提效能 打基础 增活力 讲规矩 守纪律"
    titles = "".join(section.title for section in the_form().sections)
    assert not [word for word in theirs.split() if word in titles]
    assert len(the_form().sections) == 8


def test_a_moved_union_keeps_its_numbers_and_its_superiors_keep_theirs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rollup, "watermark", journal.last_position)  # the test's own writer holds the lock
    federation = a_federation()
    opened = a_round(federation.east, "mutual_aid.payments_made", "places.homes_built")
    drafts = [a_draft("mutual_aid.payments_made", 77), a_draft("places.homes_built", 9)]
    an_accepted_return(opened, federation.street, federation.east, *drafts)
    for folded in (False, True):
        if folded:
            rollup.fold_all()
            move_organisation(
                federation.street.organisation, federation.west.organisation, by=SYSTEM, on=date(2020, 8, 20)
            )
        answers.forget()
        found = {}
        for name in ("city", "east", "west", "street"):
            organisation = getattr(federation, name).organisation
            organisation.refresh_from_db()
            rows = filling.fill(the_form(), organisation, H1).rows
            found[name] = (rows["F35"].printed, rows["F43"].printed)
        assert found == {
            "city": ("77人次", "9个"),
            "east": ("77人次", "9个"),
            "west": ("未报", "未报"),
            "street": ("77人次", "9个"),
        }


def test_the_parts_of_a_figure_follow_where_unions_stood(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rollup, "watermark", journal.last_position)
    federation = a_federation()
    opened = a_round(federation.east, "mutual_aid.payments_made")
    an_accepted_return(opened, federation.street, federation.east, a_draft("mutual_aid.payments_made", 77))
    move_organisation(federation.street.organisation, federation.west.organisation, by=SYSTEM, on=date(2020, 8, 20))
    rollup.fold_all()
    row = the_row("F35")
    for name, parts in {"east": [(None, 77)], "west": [("东一街道总工会", 0), (None, 0)]}.items():
        organisation = Organisation.objects.get(pk=getattr(federation, name).organisation.pk)
        cells = areas.cells([(row, H1)], organisation, areas.below(organisation), None)["F35"]
        assert [(cell.organisation and cell.organisation.name, cell.value.total) for cell in cells] == parts
