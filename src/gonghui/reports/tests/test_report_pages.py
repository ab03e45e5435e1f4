"""The report's pages: what stands in the markup, who may open what, and the trace that sensitive looks leave."""

import io
import re
from html.parser import HTMLParser

import openpyxl
import pytest
from django.urls import reverse

from gonghui.core import journal
from gonghui.core.models import Access, Entry
from gonghui.reports.actions import filings
from gonghui.reports.console import entries
from gonghui.reports.models import Report
from gonghui.reports.tests.builders import (
    HOMES,
    JULY,
    PAYMENTS,
    Federation,
    Unit,
    a_corrected_line,
    a_draft,
    a_round,
    an_accepted_return,
)
from gonghui.reports.tests.filing_builders import a_filed_report, a_ready_report, returned_by, the_city_returns_all
from gonghui.spine.officials.tests.builders import a_post
from gonghui.spine.organisations.models import Organisation
from gonghui.web.tests import builders as browsers

pytestmark = pytest.mark.django_db
FORM, H1 = "beijing_2020h1", "2020H1"


class Numbers(HTMLParser):
    """Collects the `<data>` elements: attributes and the text inside, and any tag that stands in one."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, str | None], str]] = []
        self.inside: list[str] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._open:
            self.inside.append(tag)
        if tag == "data":
            self._open = True
            self.found.append((dict(attrs), ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "data":
            self._open = False

    def handle_data(self, text: str) -> None:
        if self._open:
            attrs, before = self.found[-1]
            self.found[-1] = (attrs, before + text)


def address(name: str, unit: Unit, *more: str) -> str:
    """The address of a page of a unit's report."""
    return reverse(name, args=[FORM, H1, unit.organisation.code, *more])


def test_every_number_carries_what_it_says_and_nothing_is_inserted(federation: Federation):
    the_city_returns_all(federation)
    page = federation.city.browser("reviewer").get(address("report", federation.city))
    numbers = Numbers()
    numbers.feed(page.content.decode())
    assert page.status_code == 200
    assert len(numbers.found) == 33
    assert numbers.inside == []
    found = {attrs["data-row"]: (attrs, text) for attrs, text in numbers.found}
    attrs, text = found["F35"]
    assert text == "206万人次"
    assert attrs["value"] == "2060012"
    assert (attrs["data-figure"], attrs["data-unit"]) == ("mutual_aid.payments_made", "人次")
    assert (attrs["data-period"], attrs["data-clock"], attrs["data-cut"]) == ("2020H1", "flow", "")
    assert attrs["data-organisation"] == federation.city.organisation.code
    assert found["F12"][0]["value"] == "536/1150"
    assert found["F14"][0]["data-period"] == "2020-01-20..2020-08-13"


def test_a_number_opens_to_its_entries_and_an_entry_to_its_record_in_two_clicks(federation: Federation):
    line = returned_by(federation, "east", "F35", 500)
    client = federation.city.browser("reviewer")
    page = client.get(address("report", federation.city)).content.decode()
    pane_url = address("report_figure", federation.city, "F35")
    assert f'href="{pane_url}"' in page
    pane = client.get(pane_url).content.decode()
    entries_url = address("report_entries", federation.city, "F35")
    assert f'href="{entries_url}"' in pane
    assert "500" in pane
    listed = client.get(entries_url).content.decode()
    entry = Entry.objects.of_kinds("reports.figure_returned").get(subject_id=line.pk)
    assert reverse("entry", args=[entry.pk]) in listed
    assert client.get(reverse("entry", args=[entry.pk])).status_code == 200


def test_htmx_gets_the_pane_alone(federation: Federation):
    client = federation.city.browser("reviewer")
    url = address("report_figure", federation.city, "F35")
    alone = client.get(url, headers={"HX-Request": "true", "HX-Target": "pane"}).content.decode()
    assert alone.lstrip().startswith('<aside class="sheet" id="pane"')
    assert "<html" in client.get(url).content.decode()


@pytest.mark.parametrize("name", ["report", "report_annex", "report_annex_xlsx"])
def test_what_is_out_of_scope_and_what_is_absent_look_the_same(federation: Federation, name: str):
    stranger = federation.west.browser("statistician")
    theirs = stranger.get(address(name, federation.east))
    absent = stranger.get(reverse(name, args=[FORM, H1, "110000-XX-99999-9"]))
    assert theirs.status_code == absent.status_code == 404
    assert _bare(theirs.content) == _bare(absent.content)
    assert stranger.get(address(name, federation.city)).status_code == 404
    assert stranger.get(address(name, federation.west)).status_code == 200


def _bare(content: bytes) -> str:
    """A page without what differs from request to request."""
    own = r'(csrfmiddlewaretoken" value="|X-CSRFToken":")[^"]+|value="/[^"]*"|next=[^"]*|[A-Z0-9]{4}-[A-Z0-9]{4}。'
    return re.sub(own, "", content.decode())


def test_figure_and_entries_of_another_branch_are_not_there(federation: Federation):
    line = returned_by(federation, "east", "F35", 500)
    entry = Entry.objects.of_kinds("reports.figure_returned").get(subject_id=line.pk)
    stranger = federation.west.browser("statistician")
    for url in (
        address("report_figure", federation.east, "F35"),
        address("report_entries", federation.east, "F35"),
        reverse("entry", args=[entry.pk]),
    ):
        assert stranger.get(url).status_code == 404
    assert f"/journal/{entry.pk}/" not in stranger.get(reverse("journal")).content.decode()
    assert f"/journal/{entry.pk}/" in federation.east.browser("statistician").get(reverse("journal")).content.decode()


def test_a_base_union_opens_its_own_report_without_sensitive_rows(federation: Federation):
    clerk = federation.shop.browser("statistician")
    assert clerk.get(address("report", federation.shop)).status_code == 200
    for row in ("F28", "F42", "F38", "F10", "F99"):
        assert clerk.get(address("report_figure", federation.shop, row)).status_code == 404
        assert clerk.get(address("report_entries", federation.shop, row)).status_code == 404


def test_sensitive_entries_open_for_the_unit_that_recorded_them_alone(federation: Federation):
    line = returned_by(federation, "east", "F42", 4_000)
    entry = Entry.objects.of_kinds("reports.figure_returned").get(subject_id=line.pk)
    link = f"/journal/{entry.pk}/"
    city = federation.city.browser("reviewer")
    own = federation.east.browser("statistician")
    assert link not in city.get(address("report_entries", federation.city, "F42")).content.decode()
    assert link not in city.get(reverse("journal")).content.decode()
    assert city.get(link).status_code == 404
    assert link in own.get(address("report_entries", federation.east, "F42")).content.decode()
    assert own.get(link).status_code == 200
    assert "4,000" in city.get(address("report_figure", federation.city, "F42")).content.decode()


def test_a_street_sees_nothing_of_its_districts_sensitive_entries(federation: Federation):
    returned_by(federation, "east", "F42", 4_000)
    street = federation.street.browser("statistician")
    assert street.get(address("report", federation.east)).status_code == 404
    assert "热线受理" not in street.get(address("report", federation.street)).content.decode()


def test_looking_at_sensitive_figures_leaves_a_trace(federation: Federation):
    returned_by(federation, "east", "F42", 4_000)
    client = federation.east.browser("statistician")
    before = Access.objects.count()
    client.get(address("report_figure", federation.east, "F35"))
    assert Access.objects.count() == before
    for name, row in (("report_figure", ["F42"]), ("report_entries", ["F42"]), ("report_annex_xlsx", [])):
        client.get(address(name, federation.east, *row))
    assert list(Access.objects.order_by("id").values_list("what", flat=True)[before:]) == [
        "reports.figure_opened",
        "reports.entries_opened",
        "reports.annex_exported",
    ]


def test_a_small_sensitive_number_of_another_unit_stays_hidden(federation: Federation):
    returned_by(federation, "east", "F42", 7)
    url = address("report", federation.east)
    assert "7件" not in federation.city.browser("reviewer").get(url).content.decode()
    assert "7件" in federation.east.browser("statistician").get(url).content.decode()


def test_money_is_as_open_as_the_cases_behind_it(federation: Federation):
    returned_by(federation, "east", "F28", 3)
    returned_by(federation, "east", "F29", 123_456_700)
    city, own = (
        federation.city.browser("reviewer"),
        federation.east.browser("statistician"),
    )
    for name, row in (("report", []), ("report_figure", ["F29"]), ("report_annex", [])):
        url = address(name, federation.east, *row)
        assert "1,234,567" not in city.get(url).content.decode()
        assert "1,234,567" in own.get(url).content.decode()


def test_verifying_a_hidden_number_does_not_print_it(federation: Federation):
    returned_by(federation, "east", "F42", 7)
    _file(federation.east)
    url = address("report_verify", federation.east, "F42")
    looked = Access.objects.filter(what="reports.figure_opened")
    assert "7 件" not in federation.city.browser("reviewer").get(url).content.decode()
    assert looked.count() == 1
    assert "7 件" in federation.east.browser("statistician").get(url).content.decode()


def test_small_parts_of_a_sensitive_figure_print_as_a_dash(federation: Federation):
    returned_by(federation, "east", "F42", 4_000)
    returned_by(federation, "west", "F42", 9)
    pane = federation.city.browser("reviewer").get(address("report_figure", federation.city, "F42"))
    text = pane.content.decode()
    assert text.count('<span class="right">—</span>') == 3  # west, the city's own nought, and east, which would tell
    assert "4,000" not in text


def test_a_moved_number_is_marked_and_the_pane_says_both(federation: Federation):
    line = returned_by(federation, "east", "F35", 500)
    _file(federation.city)
    a_corrected_line(line, federation.east, federation.city, 620)
    client = federation.city.browser("reviewer")
    page = client.get(address("report", federation.city)).content.decode()
    numbers = Numbers()
    numbers.feed(page)
    moved = [(attrs["data-row"], text) for attrs, text in numbers.found if attrs.get("class") == "moved"]
    assert moved == [("F35", "500人次")]
    pane = client.get(address("report_figure", federation.city, "F35")).content.decode()
    assert "500 人次" in pane
    assert "620 人次" in pane
    checked = client.get(address("report_verify", federation.city, "F35")).content.decode()
    assert "与备案一致" in checked


def _file(unit: Unit) -> Report:
    """The unit's report filed; inside a test's transaction the watermark cannot pass its own writer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(filings, "watermark", journal.last_position)
        return a_filed_report(unit.organisation)


def test_filing_goes_through_two_people_and_the_page_says_so(federation: Federation, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(filings, "watermark", journal.last_position)
    a_ready_report(federation.city.organisation)
    editor = federation.city.browser("report_editor")
    lead = federation.city.browser("unit_lead")
    propose, confirm = address("report_propose", federation.city), address("report_confirm", federation.city)
    assert lead.post(propose).status_code == 403
    assert "提请备案" in editor.get(address("report", federation.city)).content.decode()
    assert editor.post(propose).status_code == 302
    assert editor.post(confirm).status_code == 403
    assert "确认备案" in lead.get(address("report", federation.city)).content.decode()
    assert lead.get(reverse("today")).content.decode().count("待确认备案") == 1
    assert lead.post(confirm).status_code == 302
    report = Report.objects.get()
    assert (report.state, report.rows.count()) == ("filed", 33)
    assert "已备案" in lead.get(address("report", federation.city)).content.decode()


def test_filing_is_confirmed_by_somebody_just_recognised_and_what_was_sent_comes_back(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(filings, "watermark", journal.last_position)
    a_ready_report(federation.city.organisation)
    federation.city.browser("report_editor").post(address("report_propose", federation.city))
    account = a_post("unit_lead", federation.city.organisation).account
    lead = browsers.signed_in(account, seconds_ago=301)
    sent = {"next": address("report", federation.city), "why": "核对<无误>"}
    again = lead.post(address("report_confirm", federation.city), sent)
    assert again.headers["Location"] == "/accounts/reauthenticate/?next=%2Fprofile%2Fagain%2F"
    assert Report.objects.get().state == "approved"
    shown = lead.post(again.headers["Location"], {"password": "an old long password"}, follow=True)
    page = shown.content.decode()
    assert f'action="{address("report_confirm", federation.city)}"' in page
    assert 'name="why" value="核对&lt;无误&gt;"' in page
    assert Report.objects.get().state == "approved"
    assert lead.post(address("report_confirm", federation.city), sent).status_code == 302
    assert Report.objects.get().state == "filed"


def test_only_what_the_second_person_has_read_is_filed(federation: Federation, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(filings, "watermark", journal.last_position)

    def returned(figure: str, number: int) -> None:
        opened, east = a_round(federation.east, figure), federation.east
        an_accepted_return(opened, federation.street, east, a_draft(figure, number), on=JULY)

    returned(PAYMENTS, 500)
    a_ready_report(federation.street.organisation)
    federation.street.browser("report_editor").post(address("report_propose", federation.street))
    lead, there = federation.street.browser("unit_lead"), address("report", federation.street)

    def press() -> str:
        page = lead.get(there).content.decode()
        shown = re.search(r'name="read" value="(\w{64})"', page)
        assert shown is not None
        assert f"{shown[1][:4]} {shown[1][4:8]}" in page
        return shown[1]

    read = press()
    assert press() == read
    returned(HOMES, 7)
    lead.post(address("report_confirm", federation.street), {"next": there, "read": read})
    assert Report.objects.get().state == "draft"
    assert "您看过以后报告又有变动" in lead.get(there).content.decode()
    now = press()
    assert now != read
    lead.post(address("report_confirm", federation.street), {"next": there, "read": now})
    assert Report.objects.get().state == "filed"


def test_sensitive_figures_leave_with_somebody_just_recognised(federation: Federation):
    the_city_returns_all(federation)
    account = a_post("reviewer", federation.city.organisation).account
    asked = browsers.signed_in(account, seconds_ago=301).get(address("report_annex_xlsx", federation.city))
    assert asked.status_code == 302
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    assert asked.headers["Location"].endswith("annex%2F")
    assert Access.objects.filter(what="reports.annex_exported").count() == 0
    assert browsers.signed_in(account).get(address("report_annex_xlsx", federation.city)).status_code == 200


def test_confirming_waits_and_says_for_what(federation: Federation, monkeypatch: pytest.MonkeyPatch):
    a_ready_report(federation.city.organisation)
    editor = federation.city.browser("report_editor")
    lead = federation.city.browser("unit_lead")
    editor.post(address("report_propose", federation.city))
    monkeypatch.setattr(filings, "settle", lambda mark, seconds: mark - 3)
    page = lead.post(address("report_confirm", federation.city))
    assert page.status_code == 200
    assert "还有 3 条没有落定" in page.content.decode()
    for _second in range(filings.WAIT_SECONDS - 2):
        page = lead.post(address("report_confirm", federation.city), {"again": "1"})
        assert "没有落定" in page.content.decode()
    again = {"again": "1", "next": address("report", federation.city)}
    page = lead.post(address("report_confirm", federation.city), again, follow=True)
    assert "请稍后再按" in page.content.decode()
    assert Report.objects.get().state == "approved"


def test_the_annex_workbook_holds_numbers_as_numbers_and_harmless_text(federation: Federation):
    returned_by(federation, "east", "F35", 500)
    returned_by(federation, "east", "F54", 30, 60)
    Organisation.objects.filter(pk=federation.west.organisation.pk).update(short_name="=cmd|'/c calc'!A0")
    response = federation.city.browser("reviewer").get(address("report_annex_xlsx", federation.city))
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    assert sheet is not None
    rows = {row[0]: row for row in sheet.iter_rows(min_row=4, values_only=True) if row[0]}
    assert rows["F35"][6] == 500
    assert rows["F54"][6] == 0.5
    assert rows["F10"][6] == "未报"
    assert any(str(cell).startswith("'=") for cell in rows["编号"])
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert response["Content-Disposition"].startswith("attachment")


def test_the_list_finds_unions_of_the_own_subtree_only(federation: Federation):
    client = federation.east.browser("statistician")
    page = client.get(reverse("reports"), {"q": "街道"}).content.decode()
    assert "东一街道总工会" in page
    assert "西区总工会" not in client.get(reverse("reports"), {"q": "区"}).content.decode()
    wrong = client.get(reverse("reports"), {"period": "去年"}).content.decode()
    assert "看不懂期间" in wrong


def test_roles_without_the_power_are_refused(federation: Federation):
    admin = federation.city.browser("system_admin")
    assert admin.get(reverse("reports")).status_code == 403
    assert admin.get(address("report", federation.city)).status_code == 403
    assert admin.get(reverse("journal")).status_code == 403


def test_the_journal_lists_sparse_and_dense_subtrees_alike(federation: Federation, monkeypatch: pytest.MonkeyPatch):
    line = returned_by(federation, "east", "F35", 500)
    entry = Entry.objects.of_kinds("reports.figure_returned").get(subject_id=line.pk)
    east = federation.east.browser("statistician")
    shown = []
    for sparse in (0, 10**9):
        monkeypatch.setattr(entries, "SPARSE", sparse)
        for asked in ({}, {"kind": "reports.figure_returned"}, {"unit": federation.east.organisation.code}):
            page = east.get(reverse("journal"), asked).content.decode()
            assert f"/journal/{entry.pk}/" in page
            shown.append(sorted(set(re.findall(r"/journal/(\d+)/", page))))
        assert "没有记录" in east.get(reverse("journal"), {"unit": "西区总工会"}).content.decode()
    assert shown[:3] == shown[3:]
