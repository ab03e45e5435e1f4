"""数据会签: owners sign what they saw, a changed figure reopens its own signature alone, objections are heard."""

import re

import pytest

from gonghui.core.errors import PowerMissing, Refusal, StepRefused
from gonghui.core.journal import entries_of
from gonghui.core.models import Kind
from gonghui.core.tests.races import outcomes
from gonghui.reports.actions import filings, making, signing
from gonghui.reports.filling import fill_report, text_of
from gonghui.reports.making import signatures
from gonghui.reports.models import Report
from gonghui.reports.tests.builders import H1, Federation, a_corrected_line
from gonghui.reports.tests.filing_builders import (
    AUGUST,
    FORM,
    a_draft_report,
    a_ready_report,
    a_second,
    all_signed,
    an_editor,
    an_owner,
    returned_by,
)

pytestmark = pytest.mark.django_db


def sign_all(report: Report) -> int:
    """Everything that waits, by an owner."""
    filling = fill_report(report)
    rows = signatures.waiting(report, filling)
    seen = signing.chosen(rows, filling)
    return signing.sign_figures(report, seen, by=an_owner(report.organisation), on=AUGUST).count


def printed_otherwise(report: Report, style: str, *, english: bool = False) -> None:
    """The editor prints F35 in another way, in both languages or in English alone."""
    text = text_of(fill_report(report), 6)
    words = [re.sub(r"\{F35[^}]*\}", f"{{F35|{style}}}", one) for one in (text.text, text.text_en)]
    kept = (text.text, words[1]) if english else words
    making.write_text(report, 6, *kept, base=text.version, by=an_editor(report.organisation), on=AUGUST)


def test_the_whole_is_signed_when_all_are(federation: Federation):
    report = a_draft_report(federation.city.organisation)
    assert signing.ask_signatures(report, by=an_editor(report.organisation), on=AUGUST) == 33
    owner, filling = an_owner(report.organisation), fill_report(report)
    rows = list(filling.rows)
    signing.sign_figures(report, signing.chosen(rows[:32], filling), by=owner, on=AUGUST)
    report.refresh_from_db()
    assert report.state == "draft"
    signing.sign_figures(report, signing.chosen(rows[32:], filling), by=owner, on=AUGUST)
    report.refresh_from_db()
    assert report.state == "signed"
    kind = Kind.objects.get(name="reports.figure_signed").pk
    assert entries_of(report).filter(kind=kind).count() == 33


def test_a_figure_that_changes_reopens_its_own_signature_alone(federation: Federation):
    line = returned_by(federation, "east", "F35", 500)
    returned_by(federation, "west", "F36", 900_00)
    report = a_ready_report(federation.city.organisation)
    a_corrected_line(line, federation.east, federation.city, 620)
    filling = fill_report(report)
    assert signatures.waiting(report, filling) == ["F35"]
    assert signatures.state_of(signatures.of(report)["F35"], filling.rows["F35"]) == "changed"
    with pytest.raises(StepRefused, match="还有 1 个数字没有会签"):
        filings.propose_filing(FORM, report.organisation, H1, by=an_editor(report.organisation), on=AUGUST)
    assert sign_all(report) == 1
    report.refresh_from_db()
    assert report.state == "approved"
    assert filings.propose_filing(FORM, report.organisation, H1, by=an_editor(report.organisation), on=AUGUST)


def test_a_change_too_small_to_print_is_still_a_change(federation: Federation):
    line = returned_by(federation, "east", "F35", 2_060_012)
    report = all_signed(a_draft_report(federation.city.organisation))
    a_corrected_line(line, federation.east, federation.city, 2_060_013)
    filling = fill_report(report)
    assert filling.rows["F35"].printed == signatures.of(report)["F35"].printed == "206万人次"
    assert signatures.waiting(report, filling) == ["F35"]


@pytest.mark.django_db(transaction=True)
def test_a_figure_that_changes_between_proposal_and_filing_stops_the_filing(federation: Federation):
    line = returned_by(federation, "east", "F35", 500)
    report = a_ready_report(federation.city.organisation)
    filings.propose_filing(FORM, report.organisation, H1, by=an_editor(report.organisation), on=AUGUST)
    a_corrected_line(line, federation.east, federation.city, 620)
    with pytest.raises(StepRefused, match="会签后又有变动"):
        filings.confirm_filing(report, by=a_second(report.organisation), on=AUGUST, mark=filings.pressed_now())
    sign_all(report)
    filings.confirm_filing(report, by=a_second(report.organisation), on=AUGUST, mark=filings.pressed_now())
    assert report.rows.get(row="F35").value.whole == (620,)


def test_what_is_signed_is_what_stood_on_the_page(federation: Federation):
    line = returned_by(federation, "east", "F35", 500)
    report = a_draft_report(federation.city.organisation)
    signing.ask_signatures(report, by=an_editor(report.organisation), on=AUGUST)
    a_corrected_line(line, federation.east, federation.city, 620)
    with pytest.raises(StepRefused, match="在您看的时候变了，现在印作 620人次"):
        signing.sign_figures(report, {"F35": "500 500人次"}, by=an_owner(report.organisation), on=AUGUST)
    signing.sign_figures(report, {"F35": "620 620人次"}, by=an_owner(report.organisation), on=AUGUST)
    kept = report.signatures.get(row="F35")
    assert (kept.whole, kept.printed, kept.state) == ((620,), "620人次", "signed")


def test_the_way_a_text_prints_a_number_is_signed_with_it(federation: Federation):
    returned_by(federation, "east", "F35", 2_060_012)
    report = all_signed(a_draft_report(federation.city.organisation))
    texts = text_of(fill_report(report), 6)
    text = texts.text.replace("{F35}", "{F35|over:2000000 突破}，也就是 {F35}")
    making.write_text(report, 6, text, base=texts.version, by=an_editor(report.organisation), on=AUGUST)
    filling = fill_report(report)
    assert signatures.waiting(report, filling) == ["F35"]
    assert sign_all(report) == 1
    assert report.signatures.get(row="F35").printed == "突破2000000人次、206万人次"


def test_a_number_printed_otherwise_since_the_page_was_read_waits_alone(federation: Federation):
    """The value is the same to the last digit; the words are not, and nobody has seen them."""
    returned_by(federation, "east", "F35", 2_060_012)
    report = a_draft_report(federation.city.organisation)
    signing.ask_signatures(report, by=an_editor(report.organisation), on=AUGUST)
    read = signing.chosen(["F35", "F36", "F42"], fill_report(report))
    printed_otherwise(report, "int")
    signed = signing.sign_figures(report, read, by=an_owner(report.organisation), on=AUGUST)
    assert (signed.count, [one.printed for one in signed.moved]) == (2, ["2060012人次"])
    assert {one.row for one in report.signatures.filter(state="signed")} == {"F36", "F42"}


def test_the_english_text_is_signed_with_the_chinese(federation: Federation):
    returned_by(federation, "east", "F35", 2_060_012)
    report = all_signed(a_draft_report(federation.city.organisation))
    printed_otherwise(report, "int", english=True)
    assert signatures.waiting(report, fill_report(report)) == ["F35"]
    assert sign_all(report) == 1


def test_however_many_ways_a_number_is_printed_each_is_signed(federation: Federation):
    returned_by(federation, "east", "F35", 2_060_012)
    report = all_signed(a_draft_report(federation.city.organisation))
    styles = ("int", "wan0", "wan1", "wan2", "over:2000000 突破", "over:2000000 逾", "near:2100000", "about:2060000")

    def written(last: str) -> list[str]:
        text = text_of(fill_report(report), 6)
        said = "，".join(f"{{F35|{style}}}" for style in (*styles, last))
        making.write_text(report, 6, said, base=text.version, by=an_editor(report.organisation), on=AUGUST)
        return signatures.waiting(report, fill_report(report))

    assert written("over:2050000 超过") == ["F35"]
    assert sign_all(report) == 1
    assert len(report.signatures.get(row="F35").printed) > 60
    assert written("over:2040000 超过") == ["F35"]


@pytest.mark.django_db(transaction=True)
def test_an_editor_and_an_owner_at_once_leave_nothing_signed_that_was_not_seen(federation: Federation):
    returned_by(federation, "east", "F35", 2_060_012)
    report = a_draft_report(federation.city.organisation)
    signing.ask_signatures(report, by=an_editor(report.organisation), on=AUGUST)
    owner = an_owner(report.organisation)
    for style in ("int", "wan0", "wan1"):  # a way it was signed in before would stand signed again
        read = signing.chosen(["F35"], fill_report(report))
        ended = outcomes(
            lambda style=style: printed_otherwise(Report.objects.get(), style),
            lambda read=read: signing.sign_figures(Report.objects.get(), read, by=owner, on=AUGUST),
        )
        assert sorted(ended) in (["done", "done"], ["done", "reports.figure_moved"])
        assert "F35" in signatures.waiting(report, fill_report(report))


def test_an_owner_of_a_department_signs_and_objects_for_that_department_alone(federation: Federation):
    city = federation.city.organisation
    report = a_draft_report(city)
    signing.ask_signatures(report, by=an_editor(city), on=AUGUST)
    owner, filling = an_owner(city, "服务职工部"), fill_report(report)
    with pytest.raises(StepRefused, match="由财务和经费部会签，您的岗位只负责服务职工部"):
        signing.sign_figures(report, signing.chosen(["F35", "F18"], filling), by=owner, on=AUGUST)
    with pytest.raises(StepRefused, match="由财务和经费部会签"):
        signing.object_figure(report, "F18", why="少一家", by=owner, on=AUGUST)
    assert not report.signatures.exclude(state="asked").exists()
    assert signing.sign_figures(report, signing.chosen(["F35"], filling), by=owner, on=AUGUST).count == 1
    both = an_owner(city, "服务职工部", "财务和经费部")
    assert signing.sign_figures(report, signing.chosen(["F36", "F18"], filling), by=both, on=AUGUST).count == 2


def test_nobody_who_made_the_report_signs_its_figures(federation: Federation):
    city = federation.city.organisation
    report = a_draft_report(city)
    signing.ask_signatures(report, by=an_editor(city), on=AUGUST)
    owner = an_owner(city)
    writer = type(owner)(**{**owner.__dict__, "powers": owner.powers | {"reports.edit"}})
    making.write_text(report, 6, "付款 {F35}。", base=0, by=writer, on=AUGUST)
    with pytest.raises(StepRefused, match="写报告的人"):
        signing.sign_figures(report, {"F35": ""}, by=writer, on=AUGUST)
    with pytest.raises(PowerMissing):
        signing.sign_figures(report, {"F35": ""}, by=a_second(city), on=AUGUST)
    with pytest.raises(StepRefused, match="本单位"):
        signing.sign_figures(report, {"F35": ""}, by=an_owner(federation.east.organisation), on=AUGUST)
    with pytest.raises(StepRefused, match="没有送来会签"):
        signing.sign_figures(report, {"F99": ""}, by=an_owner(city), on=AUGUST)


def test_an_objection_needs_its_reason_and_waits_for_the_editor(federation: Federation):
    report = a_draft_report(federation.city.organisation)
    editor, owner = an_editor(report.organisation), an_owner(report.organisation)
    signing.ask_signatures(report, by=editor, on=AUGUST)
    with pytest.raises(Refusal, match="请写明"):
        signing.object_figure(report, "F35", why=" ", by=owner, on=AUGUST)
    signing.object_figure(report, "F35", why="七月补报的还没有算进来", by=owner, on=AUGUST)
    rows = [row for row in fill_report(report).rows if row != "F35"]
    signing.sign_figures(report, signing.chosen(rows, fill_report(report)), by=owner, on=AUGUST)
    report.refresh_from_db()
    assert report.state == "draft"
    assert signing.ask_signatures(report, by=editor, on=AUGUST) == 1
    assert report.signatures.get(row="F35").why == ""
    assert sign_all(report) == 1
    report.refresh_from_db()
    assert report.state == "signed"


def test_what_is_signed_already_is_neither_sent_nor_signed_again(federation: Federation):
    report = all_signed(a_draft_report(federation.city.organisation))
    with pytest.raises(StepRefused, match="没有要送签的数字"):
        signing.ask_signatures(report, by=an_editor(report.organisation), on=AUGUST)
    with pytest.raises(StepRefused, match="都已会签"):
        signing.sign_figures(report, {"F35": ""}, by=an_owner(report.organisation), on=AUGUST)


def test_signatures_of_sensitive_figures_leave_no_person_in_the_journal(federation: Federation):
    report = all_signed(a_draft_report(federation.city.organisation))
    kind = Kind.objects.get(name="reports.figure_signed").pk
    signed = entries_of(report).filter(kind=kind)
    assert signed.filter(actor_id=0).count() == sum(one.figure.sensitive for one in fill_report(report))
