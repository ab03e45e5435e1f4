"""A report on its way: stages in turn, text by people, what stands in the way of approval."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, connections, transaction

from gonghui.core import audit
from gonghui.core.actor import SYSTEM
from gonghui.core.errors import PowerMissing, Refusal, StepRefused
from gonghui.core.journal import entries_of
from gonghui.core.models import FactGroup
from gonghui.core.period import Period
from gonghui.reports import report_forms
from gonghui.reports.actions import filings, making, signing
from gonghui.reports.filling import fill_report, filled_report, prose, standing_report, texts_of
from gonghui.reports.flow import REPORT_FLOW, STAGES
from gonghui.reports.models import Block, Report
from gonghui.reports.printing.table import figure_table, table_hash
from gonghui.reports.tests.builders import (
    H1,
    PAYMENTS,
    a_corrected_line,
    a_draft,
    a_federation,
    a_round,
    an_accepted_return,
)
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
    the_form,
)

pytestmark = pytest.mark.django_db
commits = pytest.mark.django_db(transaction=True)
"""For tests that file: a cut needs entries that are committed."""


def words(report: Report, position: int) -> str:
    """A section as it is printed."""
    written = next(one for one in prose(filled(report)) if one.position == position)
    return "\n".join("".join(piece.text or piece.filled.printed for piece in line) for line in written.paragraphs)


def filled(report: Report):
    """The report's numbers as its page shows them."""
    return filled_report(report_forms.form(report.form), report.organisation, Period.parse(report.period))[1]


def test_a_report_of_a_city_begins_at_its_outline_and_a_street_s_at_its_draft():
    federation = a_federation()
    city, street = federation.city.organisation, federation.street.organisation
    whole = making.begin_report(FORM, city, H1, by=an_editor(city), on=AUGUST)
    short = making.begin_report(FORM, street, H1, by=an_editor(street), on=AUGUST)
    assert (whole.state, tuple(whole.way)) == ("outlined", STAGES)
    assert (short.state, short.way) == ("draft", ["draft", "filed", "published"])
    with pytest.raises(StepRefused, match="已经由"):
        making.begin_report(FORM, city, H1, by=an_editor(city), on=AUGUST)


def test_no_stage_is_skipped():
    city = a_federation().city.organisation
    report = making.begin_report(FORM, city, H1, by=an_editor(city), on=AUGUST)
    for step, by in (("write", an_editor(city)), ("revise", an_editor(city)), ("approve", a_second(city))):
        with pytest.raises(StepRefused):
            making.move_report(report, step, by=by, on=AUGUST)
    making.move_report(report, "collect", by=an_editor(city), on=AUGUST)
    making.move_report(report, "write", by=an_editor(city), on=AUGUST)
    with pytest.raises(StepRefused, match="不能执行"):
        making.move_report(report, "approve", by=a_second(city), on=AUGUST)
    with pytest.raises(StepRefused, match="还在“初稿”"):
        filings.propose_filing(FORM, city, H1, by=an_editor(city), on=AUGUST)
    with pytest.raises(StepRefused, match="没有这一步"):
        making.move_report(report, "file", by=a_second(city), on=AUGUST)


def test_every_step_of_every_stage_is_allowed_from_the_stage_before_alone():
    class Standing:
        stages = " ".join(STAGES)
        state = ""

    for step in REPORT_FLOW.steps.values():
        if step.guard is None or step.name.startswith("return"):
            continue
        for state in step.leaves:
            one = Standing()
            one.state = state
            before = STAGES[STAGES.index(step.after) - 1]
            assert (step.guard(one, SYSTEM) is None) == (state == before), (step.name, state)


def test_approval_and_the_stages_need_their_powers_and_the_own_union():
    federation = a_federation()
    city, east = federation.city.organisation, federation.east.organisation
    report = making.begin_report(FORM, city, H1, by=an_editor(city), on=AUGUST)
    with pytest.raises(PowerMissing):
        making.move_report(report, "collect", by=a_second(city), on=AUGUST)
    with pytest.raises(StepRefused, match="本单位"):
        making.move_report(report, "collect", by=an_editor(east), on=AUGUST)
    with pytest.raises(StepRefused, match="本单位"):
        making.write_text(report, 6, "", base=0, by=an_editor(east), on=AUGUST)
    with pytest.raises(PowerMissing):
        making.write_text(report, 6, "", base=0, by=a_second(city), on=AUGUST)


def test_a_form_is_refused_for_a_union_or_a_period_it_is_not_made_for():
    federation = a_federation()
    shop, city = federation.shop.organisation, federation.city.organisation
    for form, organisation, period in (
        ("quarter", shop, "2020Q1"),
        ("quarter", city, "2020H1"),
        ("enterprise", city, "2020H1"),
    ):
        with pytest.raises(Refusal, match="不用于"):
            making.begin_report(form, organisation, Period.parse(period), by=an_editor(organisation), on=AUGUST)


def test_an_edited_section_prints_live_numbers_and_earlier_versions_stay():
    federation = a_federation()
    city = federation.city.organisation
    report = a_draft_report(city)
    editor = an_editor(city)
    making.write_text(report, 6, "付款 {F35}，都是{scope}的。", "Paid {F35}.", base=0, by=editor, on=AUGUST)
    returned_by(federation, "east", "F35", 500)
    assert words(report, 6) == "付款 500人次，都是全市的。"
    making.write_text(report, 6, "第一行 {F35}\n\n第二行", base=1, by=editor, on=AUGUST)
    assert words(report, 6) == "第一行 500人次\n第二行"
    assert Block.objects.filter(report=report, section=6).count() == 2
    english = prose(filled(report), english=True)
    assert "".join(p.text for p in next(one for one in english if one.position == 6).paragraphs[0]) == "第一行 "


def test_of_two_editors_the_second_is_told_who_wrote_meanwhile():
    city = a_federation().city.organisation
    report = a_draft_report(city)
    first, second = an_editor(city), an_editor(city)
    making.write_text(report, 6, "一 {F35}", base=0, by=first, on=AUGUST)
    with pytest.raises(StepRefused, match=f"{first.name} 在您写的时候改过") as refused:
        making.write_text(report, 6, "二 {F36}", base=0, by=second, on=AUGUST)
    assert refused.value.code == "reports.text_changed"
    making.write_text(report, 6, "二 {F36}", base=1, by=second, on=AUGUST)
    assert texts_of(report)[6].text == "二 {F36}"


def test_a_text_that_cannot_be_printed_is_not_saved():
    federation = a_federation()
    returned_by(federation, "east", "F35", 500)
    city = federation.city.organisation
    report = a_draft_report(city)
    for text, code in (
        ("付款 {F99}", "reports.text_measure"),
        ("付款 {F35@2019H2}", "reports.text_period"),
        ("付款 {F35}件", "reports.text_unit"),
        ("付款超过{F35}", "reports.text_claim"),
        ("字" * 8_001, "reports.text_long"),
    ):
        with pytest.raises(Refusal) as refused:
            making.write_text(report, 6, text, base=0, by=an_editor(city), on=AUGUST)
        assert refused.value.code == code, text
    assert not report.blocks.exists()


def test_a_sentence_that_became_false_stands_in_the_way_of_filing():
    federation = a_federation()
    street = federation.street.organisation
    opened = a_round(federation.east, PAYMENTS)
    line = an_accepted_return(opened, federation.street, federation.east, a_draft(PAYMENTS, 420))[0]
    report = a_draft_report(street)
    making.write_text(report, 6, "付款{F35|over:400}。", base=0, by=an_editor(street), on=AUGUST)
    assert words(report, 6) == "付款超过400人次。"
    a_corrected_line(line, federation.street, federation.east, 390)
    with pytest.raises(Refusal, match="390 人次 不符") as refused:
        filings.propose_filing(FORM, street, H1, by=an_editor(street), on=AUGUST)
    assert refused.value.code == "reports.text_claim"


def test_writing_after_the_proposal_withdraws_it():
    street = a_federation().street.organisation
    report = filings.propose_filing(FORM, street, H1, by=an_editor(street), on=AUGUST)
    making.write_text(report, 6, "另写一段。", base=0, by=an_editor(street), on=AUGUST)
    report.refresh_from_db()
    assert not report.is_proposed
    with pytest.raises(StepRefused, match="还没有人提请"):
        filings.confirm_filing(report, by=a_second(street), on=AUGUST, mark=0)


def test_an_approved_report_goes_back_to_be_mended_and_loses_its_approval():
    city = a_federation().city.organisation
    report = a_ready_report(city)
    with pytest.raises(StepRefused, match="先退回修改"):
        making.write_text(report, 6, "改", base=0, by=an_editor(city), on=AUGUST)
    making.move_report(report, "return_revised", by=a_second(city), on=AUGUST)
    report.refresh_from_db()
    assert (report.state, report.approved_on) == ("revised", None)
    making.write_text(report, 6, "改", base=0, by=an_editor(city), on=AUGUST)


@commits
def test_what_is_filed_keeps_its_text_and_definitions_whatever_becomes_of_the_form(monkeypatch: pytest.MonkeyPatch):
    federation = a_federation()
    returned_by(federation, "east", "F35", 500)
    report = a_filed_report(federation.city.organisation)
    before = words(report, 6)
    figure = the_form().row("F35").figure
    monkeypatch.setattr(
        report_forms.Form, "sections", property(lambda _self: pytest.fail("the form is read")), raising=False
    )
    monkeypatch.undo()
    for name, value in (("version", 2), ("title", "另一个名称"), ("meaning", "另一种数法"), ("unit", "人")):
        monkeypatch.setitem(figure.__dict__, name, value)
    stood = standing_report(report).rows["F35"]
    kept = stood.definition
    assert (kept.version, kept.title, kept.unit) == (1, "互助保障服务职工", "人次")
    assert kept.meaning != "另一种数法"
    assert kept.title_en
    assert stood.is_redefined
    assert not stood.moved
    assert words(report, 6) == before
    assert report.blocks.filter(version=1).count() == len(the_form().sections)


@commits
@pytest.mark.parametrize("bound", [None, "F36"])
def test_a_row_that_left_the_form_still_stands_in_what_was_filed_with_it(monkeypatch: pytest.MonkeyPatch, bound: str):
    """Gone from the form, or asking another figure by now: the filed number, its words and its text stay."""
    federation = a_federation()
    returned_by(federation, "east", "F35", 500)
    report = a_filed_report(federation.city.organisation)
    before, form_row = words(report, 6), report_forms.Form.row
    monkeypatch.setattr(
        report_forms.Form, "row", lambda form, name: form_row(form, bound or "none" if name == "F35" else name)
    )
    stood = standing_report(report).rows["F35"]
    assert (stood.figure.name, stood.value.whole, stood.printed, stood.moved) == (PAYMENTS, (500,), "500人次", False)
    assert words(report, 6) == before


@commits
def test_the_filing_says_the_hash_of_its_figure_table():
    federation = a_federation()
    returned_by(federation, "east", "F35", 500)
    report = a_filed_report(federation.city.organisation)
    said = FactGroup.objects.get(pk=entries_of(report).latest("id").group_id).facts
    assert said["table"] == report.table_hash == table_hash(figure_table(report))
    filed, again = json.loads(figure_table(report)), json.loads(figure_table(fill_report(report, report.cut)))
    assert len(filed.pop("salt")) == 32
    assert filed == again


@commits
def test_a_published_report_carries_errata_and_nothing_else_changes():
    city = a_federation().city.organisation
    report = a_filed_report(city)
    lead = a_second(city)
    with pytest.raises(StepRefused, match="已公布的报告"):
        filings.add_erratum(report, said="甲", should_say="乙", by=lead, on=AUGUST)
    filings.publish_report(report, by=lead, on=AUGUST)
    for _again in range(2):
        filings.add_erratum(report, said="甲", should_say="乙", by=lead, on=AUGUST)
    assert [one.number for one in report.errata.all()] == [1, 2]
    with pytest.raises(Refusal, match="请写明"):
        filings.add_erratum(report, said="甲", should_say="  ", by=lead, on=AUGUST)
    with pytest.raises(StepRefused):
        filings.publish_report(report, by=lead, on=AUGUST)
    with pytest.raises(PowerMissing):
        filings.add_erratum(report, said="甲", should_say="乙", by=an_editor(city), on=AUGUST)
    with pytest.raises(StepRefused):
        making.move_report(report, "return_revised", by=lead, on=AUGUST)


@commits
def test_the_database_keeps_the_text_the_signatures_and_the_errata_of_what_was_filed():
    city = a_federation().city.organisation
    report = a_filed_report(city)
    filings.publish_report(report, by=a_second(city), on=AUGUST)
    filings.add_erratum(report, said="甲", should_say="乙", by=a_second(city), on=AUGUST)
    for statement in (
        "update reports_block set text = 'x' where report_id = %s",
        "delete from reports_block where report_id = %s",
        "insert into reports_block (report_id, section, version, title, title_en, text, text_en, written_account, "
        "written_by_name, written_at) select report_id, section, 99, title, '', 'x', '', 1, '', now() "
        "from reports_block where report_id = %s limit 1",
        "update reports_signature set printed = 'x' where report_id = %s",
        "delete from reports_signature where report_id = %s",
        "delete from reports_asked where report_id = %s",
        "update reports_erratum set said = 'x' where report_id = %s",
        "delete from reports_erratum where report_id = %s",
        "update reports_report set state = 'filed' where id = %s",
        "update reports_report set table_hash = '' where id = %s",
    ):
        refused = pytest.raises(DatabaseError, match=r"is filed|only adds up")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [report.pk])


@commits
def test_publication_moves_nothing_but_the_state():
    street = a_federation().street.organisation
    report = filings.propose_filing(FORM, street, H1, by=an_editor(street), on=AUGUST)
    filings.confirm_filing(report, by=a_second(street), on=AUGUST, mark=0)
    with pytest.raises(DatabaseError, match="is filed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("update reports_report set state = 'published', cut = 1 where id = %s", [report.pk])
    filings.publish_report(report, by=a_second(street), on=AUGUST)
    assert Report.objects.published().get() == report


def test_signing_is_not_asked_before_the_draft_nor_where_a_form_has_none():
    federation = a_federation()
    city, street = federation.city.organisation, federation.street.organisation
    early = making.begin_report(FORM, city, H1, by=an_editor(city), on=AUGUST)
    with pytest.raises(StepRefused, match="从初稿开始"):
        signing.ask_signatures(early, by=an_editor(city), on=AUGUST)
    short = a_draft_report(street)
    with pytest.raises(StepRefused, match="不走数据会签"):
        signing.ask_signatures(short, by=an_editor(street), on=AUGUST)
    assert all_signed(a_draft_report(federation.east.organisation)).state == "signed"


@commits
@pytest.mark.parametrize(
    ("statement", "title"),
    [
        ("update reports_filedrow set returned = 501 where row = 'F35'", "备案的数字按切点重算一致"),
        ("update reports_filedrow set printed = '九人次' where row = 'F35'", "备案的数据表与台账里的散列值一致"),
        ("update reports_report set table_hash = 'x'", "备案的数据表与台账里的散列值一致"),
    ],
)
def test_the_audit_names_a_report_that_somebody_changed_past_the_triggers(statement: str, title: str):
    federation = a_federation()
    returned_by(federation, "east", "F35", 500)
    report = a_filed_report(federation.city.organisation)
    a_filed_report(federation.street.organisation)
    assert [one.title for one in audit.run() if one.differences] == []
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute(
            f"{statement} and report_id = %s" if "where" in statement else f"{statement} where id = %s", [report.pk]
        )
        cursor.execute("set session_replication_role = origin")
    found = {one.title: one.differences for one in audit.run() if one.differences}
    assert title in found
    assert str(report.public_id) in found[title][0].where


@commits
@pytest.mark.parametrize(
    "statement", ["update reports_report set state = 'approved', cut = null", "delete from reports_report"]
)
def test_the_audit_names_a_filing_whose_report_no_longer_stands(statement: str):
    report = a_filed_report(a_federation().city.organisation)
    (filing,) = entries_of(report).of_kinds("reports.report_filed")
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute(f"{statement} where id = %s", [report.pk])
        cursor.execute("set session_replication_role = origin")
    found = {one.title: one.differences for one in audit.run() if one.differences}
    assert [one.where for one in found["台账里备案过的报告都还在"]] == [f"entry {filing.pk}"]


@commits
def test_of_editors_who_save_at_once_one_is_kept_and_the_others_are_told():
    street = a_federation().street.organisation
    report, editors = a_draft_report(street), [an_editor(street) for _n in range(4)]

    def save(n: int) -> str:
        try:
            making.write_text(Report.objects.get(pk=report.pk), 6, f"第{n}人", base=0, by=editors[n], on=AUGUST)
        except StepRefused as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "kept"

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(save, range(4))) == ["kept", *["reports.text_changed"] * 3]
