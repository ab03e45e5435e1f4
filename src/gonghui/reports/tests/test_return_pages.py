"""The pages of rounds, returns, imports and review: who sees what, what a form saves, what stays out of sight."""

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gonghui.core.models import Access
from gonghui.core.period import Period
from gonghui.reports import actions
from gonghui.reports.models import Line, Return, Round
from gonghui.reports.sheets.out import workbook
from gonghui.reports.tests.builders import (
    HOTLINE,
    JULY,
    MEETINGS,
    PAID,
    PAYMENTS,
    QUALIFIED,
    Federation,
    a_draft,
    a_round,
    a_submitted_return,
    an_accepted_return,
    return_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(federation: Federation) -> Round:
    return a_round(federation.city, PAYMENTS, PAID, QUALIFIED, HOTLINE, MEETINGS)


def fields(in_return: Return, **numbers: dict[str, str]) -> dict[str, str]:
    """The inputs of the sheet as a browser sends them."""
    sent = {}
    for one in in_return.round.figures.all():
        typed = numbers.get(one.figure.replace(".", "_"), {})
        for field in ("number", "denominator", "reason", "note"):
            sent[f"{one.figure}:{field}"] = typed.get(field, "")
        sent[f"{one.figure}:coverage"] = typed.get("coverage", "subtree")
        if "nothing" in typed:
            sent[f"{one.figure}:nothing"] = "1"
    return sent


def text(response: Any) -> str:
    return re.sub(r"<[^>]+>", " ", response.content.decode())


def test_the_whole_way_of_a_return_by_its_pages(federation: Federation, opened: Round) -> None:
    in_return = return_of(opened, federation.east)
    address = reverse("return", args=[in_return.public_id])
    clerk, lead = (
        federation.east.browser("statistician"),
        federation.east.browser("unit_lead"),
    )
    sent = fields(in_return, mutual_aid_payments_made={"number": "２06"}, mutual_aid_paid_fen={"number": "1,234.56"})
    assert clerk.post(address, sent).status_code == 302
    assert sorted(in_return.lines.values_list("figure", "number", "state")) == [
        (PAID, 123_456, "draft"),
        (PAYMENTS, 206, "draft"),
    ]
    assert "没有改动" in text(clerk.post(address, sent, follow=True))
    assert clerk.post(reverse("send_return", args=[in_return.public_id])).status_code == 302
    page = lead.get(address).content.decode()
    [digest] = re.findall(r'name="digest" value="(\w+)"', page)
    assert lead.post(reverse("sign_return", args=[in_return.public_id]), {"digest": digest}).status_code == 302
    assert set(in_return.lines.values_list("state", flat=True)) == {"submitted"}
    reviewer = federation.city.browser("reviewer")
    desk = reviewer.get(reverse("review"))
    assert desk.status_code == 200
    ids = re.findall(r'name="line" value="([0-9a-f-]{36})"', desk.content.decode())
    assert len(ids) == 2
    pane = reviewer.get(reverse("review"), {"line": ids[0]})
    assert 'id="pane"' in pane.content.decode()
    assert reviewer.post(reverse("review"), {"line": ids[:1]}).status_code == 302
    refuse = {"step": "refuse", "reason": "与佐证不符"}
    assert reviewer.post(reverse("take_line", args=[ids[1]]), refuse).status_code == 302
    assert sorted(in_return.lines.values_list("state", flat=True)) == ["accepted", "refused"]
    assert "与佐证不符" in text(clerk.get(address))


def test_every_row_says_what_is_wrong_and_what_was_typed_stays(federation: Federation, opened: Round) -> None:
    in_return = return_of(opened, federation.east)
    clerk = federation.east.browser("statistician")
    sent = fields(
        in_return,
        mutual_aid_payments_made={"number": "3万"},
        mutual_aid_paid_fen={"number": "-5"},
        officials_qualified_share={"number": "41%"},
        hotline_cases_accepted={"number": "12", "note": "联系 13812345678"},
    )
    page = clerk.post(reverse("return", args=[in_return.public_id]), sent)
    assert page.status_code == 422
    words = text(page)
    for sentence in ("概数", "负数", "百分比", "手机号"):
        assert sentence in words
    assert 'value="3万"' in page.content.decode()
    assert not in_return.lines.exists()


def test_a_workbook_goes_out_and_comes_back_by_the_pages(federation: Federation, opened: Round) -> None:
    import openpyxl

    in_return = return_of(opened, federation.east)
    clerk = federation.east.browser("statistician")
    taken = clerk.get(reverse("take_workbook", args=[in_return.public_id]))
    assert taken["Content-Disposition"].startswith("attachment")
    assert Access.objects.filter(what="reports.workbook_taken").exists()
    book = openpyxl.load_workbook(io.BytesIO(taken.content))
    book["上报表"]["H9"] = 206
    buffer = io.BytesIO()
    book.save(buffer)
    file = SimpleUploadedFile("上报.xlsx", buffer.getvalue())
    sent = clerk.post(reverse("bring_workbook", args=[in_return.public_id]), {"workbook": file}, follow=True)
    [(address, _)] = sent.redirect_chain
    assert "206" in text(sent)
    assert not in_return.lines.exists()
    commit = address.rstrip("/") + "/do/commit/"
    assert clerk.post(commit).status_code == 302
    assert in_return.lines.get().number == 206
    commit = address.rstrip("/") + "/do/commit/"
    assert clerk.post(commit).status_code == 302
    assert in_return.lines.count() == 1


def test_the_preview_says_how_a_number_moves_against_the_last_period(federation: Federation) -> None:
    import openpyxl

    earlier = a_round(federation.city, PAYMENTS, period=Period.parse("2019H2"))
    an_accepted_return(earlier, federation.east, federation.city, a_draft(PAYMENTS, 100_000))
    in_return = return_of(a_round(federation.city, PAYMENTS), federation.east)
    book = openpyxl.load_workbook(io.BytesIO(workbook(in_return, demo=False)))
    book["上报表"]["H9"] = 206_000
    buffer = io.BytesIO()
    book.save(buffer)
    clerk = federation.east.browser("statistician")
    file = SimpleUploadedFile("上报.xlsx", buffer.getvalue())
    page = text(clerk.post(reverse("bring_workbook", args=[in_return.public_id]), {"workbook": file}, follow=True))
    found = re.search("上期 100,000[^行]{0,80}", page)
    assert found is not None
    assert re.search(r"比上期 \S+.*要补原因", found[0]), found[0]


def test_a_bad_workbook_lists_its_problems_on_the_page(federation: Federation, opened: Round) -> None:
    in_return = return_of(opened, federation.east)
    clerk = federation.east.browser("statistician")
    address = reverse("bring_workbook", args=[in_return.public_id])
    page = clerk.post(address, {"workbook": SimpleUploadedFile("上报.xlsx", b"hello")})
    assert page.status_code == 422
    assert "不是 Excel 工作簿" in text(page)
    lines = ",".join(["数字代码"]) + "\n"
    page = clerk.post(address, {"workbook": SimpleUploadedFile("上报.csv", lines.encode("gbk"))})
    assert "表头" in text(page)


def test_the_matrix_shows_five_states_and_reminds(federation: Federation, opened: Round) -> None:
    [accepted, _] = a_submitted_return(opened, federation.east, a_draft(PAYMENTS, 1), a_draft(PAID, 2))
    actions.accept_lines([accepted], by=federation.city.reviewer, on=JULY)
    [refused] = a_submitted_return(opened, federation.west, a_draft(PAYMENTS, 1))
    actions.refuse_line(refused, reason="不符", by=federation.city.reviewer, on=JULY)
    west = return_of(opened, federation.west)
    actions.enter_line(west, a_draft(PAID, 5), by=federation.west.clerk, on=JULY)
    reviewer = federation.city.browser("reviewer")
    address = reverse("round", args=[opened.public_id])
    words = text(reviewer.get(address))
    for state in ("未报", "草稿", "已报", "退回", "通过"):
        assert state in words
    ticked = {"return": [str(west.public_id)]}
    assert reviewer.post(reverse("remind", args=[opened.public_id]), ticked).status_code == 302
    west.refresh_from_db()
    assert west.reminders == 1
    assert "已催报 1 次" in text(federation.west.browser("statistician").get(reverse("return", args=[west.public_id])))
    twice = reviewer.post(reverse("remind", args=[opened.public_id]), ticked, follow=True)
    assert "今天都催过了" in text(twice)


def test_a_round_is_opened_from_the_form(federation: Federation) -> None:
    reviewer = federation.city.browser("reviewer")
    assert reviewer.get(reverse("open_round")).status_code == 200
    sent = {
        "form": "beijing_2020h1",
        "period": "2020H1",
        "title": "上半年收数",
        "due_on": "2020-08-20",
        "figure": [PAYMENTS, PAID],
    }
    assert reviewer.post(reverse("open_round"), sent).status_code == 302
    opened = Round.objects.get(title="上半年收数")
    assert sorted(one.figure for one in opened.figures.all()) == [PAID, PAYMENTS]
    page = reviewer.post(reverse("open_round"), {**sent, "due_on": ""})
    assert page.status_code == 422


def test_out_of_sight_is_absent_and_missing_power_is_forbidden(federation: Federation, opened: Round) -> None:
    [line] = an_accepted_return(opened, federation.east, federation.city, a_draft(PAYMENTS, 7))
    in_return = return_of(opened, federation.east)
    stranger = federation.west.browser("statistician")
    for name, key in (
        ("return", in_return),
        ("print_return", in_return),
        ("take_workbook", in_return),
        ("bring_workbook", in_return),
        ("line", line),
    ):
        assert stranger.get(reverse(name, args=[key.public_id])).status_code == 404, name
    for name, key in (
        ("send_return", in_return),
        ("upload_evidence", in_return),
        ("take_line", line),
        ("comment_line", line),
        ("correct_line", line),
        ("drop_line", line),
    ):
        assert stranger.post(reverse(name, args=[key.public_id])).status_code == 404, name
    assert stranger.get(reverse("review")).status_code == 403
    assert stranger.get(reverse("open_round")).status_code == 403
    above = federation.city.browser("statistician")
    assert above.get(reverse("line", args=[line.public_id])).status_code == 200
    assert above.post(reverse("send_return", args=[in_return.public_id])).status_code == 404


def test_sensitive_lines_stay_at_district_rank(federation: Federation, opened: Round) -> None:
    [line] = an_accepted_return(opened, federation.east, federation.city, a_draft(HOTLINE, 7))
    assert federation.city.browser("reviewer").get(reverse("line", args=[line.public_id])).status_code == 200
    assert Access.objects.filter(what="reports.line_opened", subject_id=line.pk).count() == 1
    assert federation.street.browser("statistician").get(reverse("line", args=[line.public_id])).status_code == 404


def test_what_was_changed_after_the_reviewer_opened_it_is_not_accepted_unseen(
    federation: Federation, opened: Round
) -> None:
    [line] = a_submitted_return(opened, federation.east, a_draft(PAYMENTS, 5))
    reviewer = federation.city.browser("reviewer")
    [seen] = re.findall(r'name="seen" value="([^"]+)"', reviewer.get(reverse("review")).content.decode())
    actions.refuse_line(line, reason="不符", by=federation.city.reviewer, on=JULY)
    a_submitted_return(opened, federation.east, a_draft(PAYMENTS, 5_000_000))
    for address, sent in (
        (reverse("review"), {"line": str(line.public_id), "seen": seen}),
        (reverse("take_line", args=[line.public_id]), {"step": "accept", "seen": seen}),
    ):
        assert "打开页面后改过" in text(reviewer.post(address, sent, follow=True))
        line.refresh_from_db()
        assert line.state == "submitted"
    page = reviewer.get(reverse("line", args=[line.public_id])).content.decode()
    again = re.findall(r'name="seen" value="([^"]+)"', page)[0]
    reviewer.post(reverse("take_line", args=[line.public_id]), {"step": "accept", "seen": again})
    line.refresh_from_db()
    assert line.state == "accepted"


def test_an_accepted_line_is_corrected_from_its_page(federation: Federation, opened: Round) -> None:
    [line] = an_accepted_return(opened, federation.east, federation.city, a_draft(PAID, 700))
    clerk = federation.east.browser("statistician")
    address = reverse("correct_line", args=[line.public_id])
    here = reverse("line", args=[line.public_id])
    wrong = clerk.post(address, {"number": "7.5", "reason": "", "coverage": "subtree", "next": here}, follow=True)
    assert "请写明更正的原因" in text(wrong)
    assert 'value="7.5"' in wrong.content.decode()
    sent = {"number": "7.50", "reason": "漏了一笔", "coverage": "subtree"}
    assert clerk.post(address, sent).status_code == 302
    correction = Line.objects.get(corrects=line)
    assert (correction.number, correction.state) == (750, "draft")


def test_a_comment_stands_under_the_line_for_both_sides(federation: Federation, opened: Round) -> None:
    [line] = a_submitted_return(opened, federation.east, a_draft(PAYMENTS, 7))
    reviewer = federation.city.browser("reviewer")
    assert reviewer.post(reverse("comment_line", args=[line.public_id]), {"text": "请核对"}).status_code == 302
    assert "请核对" in text(federation.east.browser("statistician").get(reverse("line", args=[line.public_id])))


def test_the_printed_return_leaves_room_for_names_and_seal(federation: Federation, opened: Round) -> None:
    an_accepted_return(opened, federation.east, federation.city, a_draft(PAYMENTS, 7))
    page = federation.east.browser("statistician").get(
        reverse("print_return", args=[return_of(opened, federation.east).public_id])
    )
    for words in ("填表人", "负责人", "电话", "日期", "盖章", "未报", federation.east.organisation.code):
        assert words in text(page)


def test_what_waits_is_on_the_dashboard(federation: Federation, opened: Round) -> None:
    clerk = federation.east.browser("statistician")
    assert "未报" in text(clerk.get("/"))
    a_submitted_return(opened, federation.east, a_draft(PAYMENTS, 7))
    assert "待审核" in text(federation.city.browser("reviewer").get("/"))


def test_lists_open_for_everybody_who_may_see(federation: Federation, opened: Round) -> None:
    for role, unit in (("statistician", federation.east), ("reviewer", federation.city), ("auditor", federation.city)):
        client = unit.browser(role)
        assert client.get(reverse("rounds")).status_code == 200
        assert client.get(reverse("returns")).status_code == 200
        assert client.get(reverse("round", args=[opened.public_id])).status_code == 200
    found = federation.city.browser("reviewer").post("/search/", {"q": "东区"}, follow=True)
    assert "/returns/" in found.content.decode()
    assert workbook(return_of(opened, federation.east), demo=True)


def test_what_only_looks_like_an_id_finds_nothing(federation: Federation, opened: Round) -> None:
    reviewer, nonsense = federation.city.browser("reviewer"), "z" * 36
    for name in ("round", "line"):
        assert reviewer.get(reverse("review"), {name: nonsense}).status_code == 200
    assert reviewer.post(reverse("review"), {"line": nonsense}).status_code == 422


def test_a_look_at_another_units_sheet_with_sensitive_figures_leaves_a_trace(
    federation: Federation, opened: Round
) -> None:
    in_return = return_of(opened, federation.east)
    a_submitted_return(opened, federation.east, a_draft(HOTLINE, 7), a_draft(PAYMENTS, 8))
    looked = Access.objects.filter(what="reports.return_opened", subject_id=in_return.pk)
    for name in ("return", "print_return"):
        federation.east.browser("statistician").get(reverse(name, args=[in_return.public_id]))
    assert looked.count() == 0
    for name in ("return", "print_return"):
        federation.city.browser("reviewer").get(reverse(name, args=[in_return.public_id]))
    assert looked.count() == 2
