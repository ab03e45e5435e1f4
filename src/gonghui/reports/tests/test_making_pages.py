"""The pages of a report in the making, and the one that anybody reads."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from gonghui.core import journal
from gonghui.reports.actions import circulating, filings, making, signing
from gonghui.reports.filling import fill_report, text_of
from gonghui.reports.models import Remark, Report, Signature
from gonghui.reports.tests.builders import H1, Federation, Unit, a_corrected_line
from gonghui.reports.tests.filing_builders import (
    AUGUST,
    FORM,
    a_draft_report,
    a_filed_report,
    a_ready_report,
    a_second,
    all_signed,
    an_editor,
    returned_by,
    the_city_returns_all,
)
from gonghui.spine.officials.tests.builders import a_post
from gonghui.spine.organisations.models import Organisation

pytestmark = pytest.mark.django_db


def signed_in(role: str, organisation: Organisation, *departments: str) -> Client:
    """A browser of somebody in the role, limited to these departments where any are named."""
    client = Client()
    post = a_post(role, organisation, departments=departments)
    client.force_login(post.account, backend=settings.AUTHENTICATION_BACKENDS[1])
    return client


def address(name: str, unit: Unit, *more: object) -> str:
    """The address of a page of a unit's half-year report."""
    return reverse(name, args=[FORM, H1.key, unit.organisation.code, *more])


def published(federation: Federation, monkeypatch: pytest.MonkeyPatch) -> Report:
    """The city's report, open to everybody."""
    monkeypatch.setattr(filings, "watermark", journal.last_position)
    report = a_filed_report(federation.city.organisation)
    return filings.publish_report(report, by=a_second(report.organisation), on=AUGUST)


def test_the_way_is_shown_and_a_step_out_of_reach_says_why(federation: Federation):
    editor = signed_in("report_editor", federation.city.organisation)
    page = editor.get(address("report", federation.city)).content.decode()
    assert "开始编写" in page
    assert editor.post(address("report_begin", federation.city)).status_code == 302
    page = editor.get(address("report", federation.city)).content.decode()
    assert re.search(r'class="now" aria-current="step"><span>提纲', page)
    assert "开始收数" in page
    lead = signed_in("unit_lead", federation.city.organisation).get(address("report", federation.city))
    assert "您现在的岗位没有这项权限" in lead.content.decode()
    stranger = signed_in("unit_lead", federation.east.organisation)
    assert stranger.get(address("report", federation.city)).status_code == 404
    assert editor.post(address("report_step", federation.city), {"step": "collect"}).status_code == 302
    assert Report.objects.get().state == "collecting"


def test_a_preview_prints_live_numbers_and_saves_nothing(federation: Federation):
    returned_by(federation, "east", "F35", 500)
    a_draft_report(federation.city.organisation)
    editor = signed_in("report_editor", federation.city.organisation)
    url = address("report_text", federation.city, 6)
    assert "{F35}" in editor.get(url).content.decode()
    sent = {"text": "付款 {F35}，另有 36 个。", "text_en": "", "base": "0", "preview": "1"}
    page = editor.post(url, sent).content.decode()
    assert "500人次</data>，另有 36 个。" in page
    assert re.search(r"<b>手写的数</b>[^<]*</span> <span[^>]*>W_ORPHAN_NUMBER<", page)
    assert "还没有保存" in page
    assert not Report.objects.get().blocks.exists()


def test_doubts_and_emptied_sections_stand_beside_the_report(federation: Federation):
    city = federation.city.organisation
    report = a_draft_report(city)
    making.write_text(report, 6, "去年有 1800 家。", base=0, by=an_editor(city), on=AUGUST)
    making.write_text(report, 8, "", base=0, by=an_editor(city), on=AUGUST)
    for role in ("report_editor", "unit_lead"):
        page = signed_in(role, city).get(address("report", federation.city)).content.decode()
        assert "“1800 家”是手写的数" in page
        assert "没有文字，报告里不印" in page
        assert (f'href="{address("report_text", federation.city, 8)}"' in page) == (role == "report_editor")
    stranger = signed_in("report_editor", federation.east.organisation)
    response = stranger.get(address("report", federation.city))
    assert "手写的数" not in response.content.decode()


def test_what_was_typed_survives_a_refusal_and_another_editor(federation: Federation):
    returned_by(federation, "east", "F35", 500)
    report = a_draft_report(federation.city.organisation)
    editor = signed_in("report_editor", federation.city.organisation)
    url = address("report_text", federation.city, 6)
    page = editor.post(url, {"text": "超过{F35}", "text_en": "Kept", "base": "0"})
    assert page.status_code == 422
    assert "超过{F35}</textarea>" in page.content.decode()
    assert "Kept</textarea>" in page.content.decode()
    making.write_text(report, 6, "别人写的 {F35}", base=0, by=an_editor(report.organisation), on=AUGUST)
    page = editor.post(url, {"text": "我写的 {F35}", "text_en": "", "base": "0"})
    words = page.content.decode()
    assert page.status_code == 422
    assert "我写的 {F35}</textarea>" in words
    assert "别人写的 {F35}" in words
    assert 'name="base" value="1"' in words
    again = editor.post(url, {"text": "我写的 {F35}", "text_en": "", "base": "1"})
    assert again.status_code == 302
    assert "我写的" in editor.get(address("report", federation.city)).content.decode()


@pytest.mark.parametrize(
    ("text", "text_en", "said"),
    [
        ("改过 {F35}。", None, "中文改了，英文还是原来的"),
        (None, "Changed: {F35}.", "英文改了，中文还是原来的"),
        ("改过 {F35}。", "Changed: {F35}.", ""),
    ],
)
def test_a_language_left_as_it_was_is_pointed_out(federation: Federation, text: str, text_en: str, said: str):
    report = a_draft_report(federation.city.organisation)
    now = text_of(fill_report(report), 6)
    editor = signed_in("report_editor", federation.city.organisation)
    sent = {"text": text or now.text.replace("\n", "\r\n"), "text_en": text_en or now.text_en, "base": "0"}
    page = editor.post(address("report_text", federation.city, 6), sent, follow=True).content.decode()
    assert "已保存这一部分" in page
    assert [words for words in ("中文改了", "英文改了") if words in page] == [said[:4]] * bool(said)


def test_a_number_printed_twice_has_two_marks(federation: Federation):
    report = a_draft_report(federation.city.organisation)
    making.write_text(report, 6, "{F35}，还是 {F35}。", base=0, by=an_editor(report.organisation), on=AUGUST)
    page = signed_in("report_editor", federation.city.organisation).get(address("report", federation.city))
    ids = re.findall(r'id="([^"]+)"', page.content.decode())
    assert {"n-F35", "n-F35-2"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_an_owner_finds_signs_and_objects(federation: Federation):
    line = returned_by(federation, "east", "F35", 500)
    report = a_draft_report(federation.city.organisation)
    signing.ask_signatures(report, by=an_editor(report.organisation), on=AUGUST)
    owner = signed_in("figure_owner", federation.city.organisation)
    desk = address("report_signing", federation.city)
    assert desk in owner.get(reverse("today")).content.decode()
    assert 'name="seen-F35" value="500 500人次"' in owner.get(desk).content.decode()
    read = {"row": ["F35", "F36"], "seen-F35": "500 500人次", "seen-F36": "1 1元"}
    sent = owner.post(address("report_sign", federation.city), read, follow=True).content.decode()
    assert "已会签 1 / 33" in sent
    assert "”在您看的时候变了，现在印作 未报，没有签" in sent
    a_corrected_line(line, federation.east, federation.city, 620)
    page = owner.get(desk).content.decode()
    assert "签后有变，待重签" in page
    assert "签的是 500人次" in page
    owner.post(address("report_object", federation.city), {"row": "F35", "why": "还缺一家", "next": desk})
    editor = signed_in("report_editor", federation.city.organisation)
    assert "数据负责人不同意" in editor.get(reverse("today")).content.decode()
    assert "还缺一家" in editor.get(desk).content.decode()
    assert 'name="row"' not in editor.get(desk).content.decode()


def test_the_desk_of_a_department_offers_its_own_figures_and_says_where_nobody_signs(federation: Federation):
    city = federation.city.organisation
    report = a_draft_report(city)
    signing.ask_signatures(report, by=an_editor(city), on=AUGUST)
    desk = address("report_signing", federation.city)
    finance = signed_in("figure_owner", city, "财务和经费部")
    page = finance.get(desk).content.decode()
    assert set(re.findall(r'name="row" value="(\w+)"', page)) == {"F16", "F18", "F19", "F20", "F21"}
    assert "您的岗位只负责 财务和经费部" in page
    assert re.search("现在没有人能会签这些部门的数：[^。]*服务职工部", page)
    assert not re.search("现在没有人能会签这些部门的数：[^。]*财务", page)
    assert 'num">5</span>' in finance.get(reverse("today")).content.decode()
    signed_in("figure_owner", city)
    assert "现在没有人能会签" not in finance.get(desk).content.decode()


def test_rows_without_a_number_are_named_before_the_step_and_forbid_nothing(federation: Federation):
    street = federation.street.organisation
    returned_by(federation, "east", "F35", 500)
    making.begin_report(FORM, street, H1, by=an_editor(street), on=AUGUST)
    url = address("report", federation.street)
    above = signed_in("report_editor", federation.city.organisation).get(url)
    assert "个没有数" not in above.content.decode()
    lead = signed_in("unit_lead", street)
    page = lead.get(url)
    missing = [live.title for live in page.context["missing"]]
    assert missing
    assert f"个数字里有 {len(missing)} 个没有数" in page.content.decode()
    filings.propose_filing(FORM, street, H1, by=an_editor(street), on=AUGUST)
    asked = re.search(r'data-confirm="([^"]*)"', lead.get(url).content.decode())
    assert asked is not None
    named = f"未报 {len(missing)} 个（{'、'.join(missing)}）"
    assert named in asked[1]
    assert "备案后不再改动" in asked[1]
    lead.post(address("report_confirm", federation.street))  # asks for the password first, and says again what for
    assert named in lead.session["kept_step"]["doing"]


def test_what_was_signed_of_a_hidden_number_is_hidden_with_it(federation: Federation):
    """The city reads a district's signing desk: neither the small number of now nor the one that was signed."""
    line = returned_by(federation, "east", "F42", 5)
    report = all_signed(a_draft_report(federation.east.organisation))
    a_corrected_line(line, federation.east, federation.city, 7)
    desk = address("report_signing", federation.east)
    own = signed_in("figure_owner", federation.east.organisation).get(desk).content.decode()
    assert "签的是 5件" in own
    Signature.objects.filter(report=report, row="F42").update(why="只有 5 件")
    above = signed_in("report_editor", federation.city.organisation).get(desk).content.decode()
    assert "签后有变，待重签" in above
    assert "5件" not in above
    assert "只有 5 件" not in above


def test_an_asked_unit_reads_the_draft_and_comments_and_others_do_not(federation: Federation):
    returned_by(federation, "west", "F42", 5)
    report = all_signed(a_draft_report(federation.city.organisation))
    circulating.ask_comments(report, [federation.east.organisation], by=an_editor(report.organisation), on=AUGUST)
    url = reverse("report_asked", args=[report.public_id])
    east = signed_in("unit_lead", federation.east.organisation)
    assert url in east.get(reverse("today")).content.decode()
    page = east.get(url).content.decode()
    assert '受理诉求 <data value="">—</data>' in page  # five cases are too few to be passed round
    assert east.post(url, {"text": "第六段请分两句"}).status_code == 302
    assert url not in east.get(reverse("today")).content.decode()
    assert signed_in("unit_lead", federation.west.organisation).get(url).status_code == 404
    assert Client().get(url).status_code == 302
    editor = signed_in("report_editor", federation.city.organisation)
    comments = editor.get(address("report_comments", federation.city)).content.decode()
    assert "第六段请分两句" in comments
    answer = {"remark": str(Remark.objects.get().public_id), "accepted": "1", "answer": ""}
    assert editor.post(address("report_answer", federation.city), answer).status_code == 302
    assert Remark.objects.get().accepted


def test_the_adjustment_of_the_report_before_opens_to_its_entries(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(filings, "watermark", journal.last_position)
    line = returned_by(federation, "east", "F35", 500)
    a_filed_report(federation.city.organisation, form="half_year")
    a_corrected_line(line, federation.east, federation.city, 620)
    editor = signed_in("report_editor", federation.city.organisation)
    later = reverse("report", args=["half_year", "2020H2", federation.city.organisation.code])
    page = editor.get(later).content.decode()
    assert "上期调整" in page
    assert "+120 人次" in page
    door = reverse("report_entries", args=["half_year", "2020H1", federation.city.organisation.code, "H9"]) + "?moved=1"
    assert door in page
    assert editor.get(door).status_code == 200


def test_anybody_reads_a_published_report_and_goes_no_further(federation: Federation, monkeypatch: pytest.MonkeyPatch):
    the_city_returns_all(federation)
    report = published(federation, monkeypatch)
    filings.add_erratum(report, said="驿站", should_say="暖心驿站", by=a_second(report.organisation), on=AUGUST)
    anybody = Client()
    url = reverse("open_report", args=[report.public_id])
    page = anybody.get(url)
    words = page.content.decode()
    assert page.status_code == 200
    assert page["X-Robots-Tag"] == "all"
    assert ">206万人次</data>" in words
    assert ">5.3万件</data>" in words  # sensitive, and large enough
    for row in ("F31", "F38", "F39", "F40"):  # seven areas; shares without a single exception
        assert re.search(rf'<data value=""[^>]*data-row="{row}"[^>]*>—</data>', words), row
    assert "（1200份）" not in words
    assert "应为" in words
    assert "/reports/beijing" not in words
    assert "/journal/" not in words
    assert report.table_hash in words
    assert url in anybody.get(reverse("open_reports")).content.decode()


def test_what_is_not_published_is_not_there(federation: Federation, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(filings, "watermark", journal.last_position)
    report = a_ready_report(federation.city.organisation)
    assert Client().get(reverse("open_report", args=[report.public_id])).status_code == 404
    assert "还没有公布的报告" in Client().get(reverse("open_reports")).content.decode()


def test_publishing_asks_who_it_is_and_then_adds_errata_only(federation: Federation, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(filings, "watermark", journal.last_position)
    a_filed_report(federation.city.organisation)
    lead = signed_in("unit_lead", federation.city.organisation)
    assert lead.get(address("report_erratum", federation.city)).status_code == 404
    assert lead.post(address("report_publish", federation.city))["Location"].startswith("/accounts/reauthenticate/")
    assert Report.objects.get().state == "filed"


def test_the_list_offers_a_form_only_where_it_opens(federation: Federation):
    city = signed_in("reviewer", federation.city.organisation)
    page = city.get(reverse("reports"), {"form": "enterprise"}).content.decode()
    assert "不用于本单位和下一级" in page
    found = city.get(reverse("reports"), {"form": "enterprise", "period": "2020H1", "q": "商店"}).content.decode()
    shop = reverse("report", args=["enterprise", "2020H1", federation.shop.organisation.code])
    assert shop in found
    assert city.get(shop).status_code == 200
    wrong = city.get(reverse("reports"), {"form": "quarter", "period": "2020H1"}).content.decode()
    assert "请写成 2020Q1 这样的期间" in wrong
    for url in re.findall(r'href="(/reports/quarter/[^"]+)"', wrong):
        assert city.get(url).status_code == 200
    assert city.get(reverse("report", args=["quarter", "2020H1", federation.city.organisation.code])).status_code == 404
