"""Rows whose members somebody found become money: the month's next part, once, under the year's cap, by two people."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from django.conf import settings
from django.urls import reverse

from gonghui.core import audit
from gonghui.core.errors import Refusal
from gonghui.spine.members.models import Person
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.work.mutual_aid import actions
from gonghui.work.mutual_aid.actions import gathering, issues, releasing, standing
from gonghui.work.mutual_aid.models import ISSUE, Issue, Participant, Settlement, SettlementFile
from gonghui.work.mutual_aid.tests.builders import (
    FEBRUARY,
    RELEASER,
    SAMPLER,
    Money,
    a_card_holder,
    a_row,
    a_table,
    an_account,
    noon,
    paid,
    received,
    released,
)
from gonghui.work.mutual_aid.tests.test_scheme_pages import browse as _browse
from gonghui.work.mutual_aid.tests.test_scheme_pages import text_of

browse = _browse
FINDER, GATHERER = an_account(211), an_account(212)


@pytest.fixture
def federation(db: None, tmp_path, monkeypatch) -> Federation:
    """A small federation whose plans have their texts and their money."""
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    found = Federation()
    actions.keep_shipped_editions(found.city, on=FEBRUARY)
    found.money = Money(found.city)  # type: ignore[attr-defined]
    return found


@pytest.fixture
def month(federation):
    """A released month: one row paid, one of the same member under another name, found by an officer."""
    person = a_card_holder(federation.first, 1)
    rows = [
        a_row(person, "8642.37", 就诊类别="住院"),
        a_row(person, "5218.46", 就诊类别="住院", 结算日期="2020-01-20", 姓名="李示例"),
    ]
    file = released(received(federation.city, a_table(rows)))
    issues.know_issue(Issue.objects.get(file=file), person, "单位来函证明", by=FINDER, on=FEBRUARY)
    return file


def gathered(file, on=FEBRUARY):
    part = gathering.gather_rows(file.organisation, file.plan, file.month, by=GATHERER, on=on)
    actions.read_file(part, on=on)
    part.refresh_from_db()
    return part


def test_a_known_row_is_paid_on_top_of_the_year(month):
    part = gathered(month)
    assert (part.state, part.part, part.rows, part.summary["ordered_fen"]) == ("previewed", 2, 1, 195_162)
    paid(released(part))
    whose = Participant.objects.get().pk
    with standing.locked_for("universal", whose) as shards:
        totals = shards.of(whose, 2020, ["inpatient_sum_fen"])
    assert totals == ({"inpatient_sum_fen": 864_237 + 521_846}, 0)
    assert sorted(Settlement.objects.values_list("ordered_fen", flat=True)) == [195_162, 220_271]
    assert [one.title for one in audit.run() if one.differences] == []


def test_the_years_cap_holds_over_the_parts_of_a_month(federation):
    person = a_card_holder(federation.first, 1)
    rows = [a_row(person, "900000.00", 就诊类别="住院"), a_row(person, "900000.00", 就诊类别="住院", 姓名="李示例")]
    file = released(received(federation.city, a_table(rows)))
    issues.know_issue(Issue.objects.get(file=file), person, "单位来函证明", by=FINDER, on=FEBRUARY)
    assert Settlement.objects.get().ordered_fen > 0
    assert gathered(file).summary["ordered_fen"] == 0


def test_rows_are_gathered_once(month):
    gathered(month)
    with pytest.raises(Refusal, match="没有查明了会员"):
        gathered(month)


def test_what_a_dropped_part_held_may_be_gathered_again(month):
    first = gathered(month)
    actions.drop_file(first, by=GATHERER, on=FEBRUARY)
    assert gathered(month).rows == 1


def test_who_found_gathered_or_sampled_does_not_release(month):
    part = gathered(month)
    content = part.summary["sha256"]
    actions.sample_file(part, content=content, by=SAMPLER, on=FEBRUARY)
    for same, words in ((FINDER, "您查明会员"), (GATHERER, "不能放行"), (SAMPLER, "不能放行")):
        with pytest.raises(Refusal, match=words):
            actions.release_file(part, content=content, by=same, on=FEBRUARY)
    actions.release_file(part, content=content, by=RELEASER, on=FEBRUARY)


def test_a_row_the_bureau_sent_again_is_not_paid_twice(month, federation):
    part = gathered(month)
    row = issues.said_of(Issue.objects.get(part=part))
    person = Person.objects.get()
    again = a_row(person, "5218.46", 就诊类别="住院", 结算日期="2020-01-20", 结算流水号=row["txn"])
    released(received(federation.city, a_table([again])))
    actions.sample_file(part, content=part.summary["sha256"], by=SAMPLER, on=FEBRUARY)
    with pytest.raises(Refusal, match="重新试算"):
        actions.release_file(part, content=part.summary["sha256"], by=RELEASER, on=FEBRUARY)
    actions.preview_again(part, by=GATHERER, on=FEBRUARY)
    actions.read_file(part, on=FEBRUARY)
    part.refresh_from_db()
    assert part.summary["settlements"] == 0
    assert Settlement.objects.count() == 2


def test_a_row_that_the_bureau_corrected_comes_with_the_next_part(federation):
    person = a_card_holder(federation.first, 1)
    good, wrong = a_row(person, "8642.37", 就诊类别="住院"), a_row(person, 自付一="一千")
    file = released(received(federation.city, a_table([good, wrong])), partly=True)
    issues.leave_issue(Issue.objects.get(file=file), "已请医保部门改正", by=FINDER, on=FEBRUARY)
    part = released(received(federation.city, a_table([good, {**wrong, "自付一": "1500.00"}])))
    assert (part.part, part.summary["counts"]["known"], part.summary["settlements"]) == (2, 1, 1)
    assert Settlement.objects.count() == 2


def test_who_was_no_member_on_the_day_cannot_be_the_rows(federation):
    person = a_card_holder(federation.first, 1)
    file = released(received(federation.city, a_table([a_row(person, 结算日期="2019-02-01")])))
    with pytest.raises(Refusal, match="不在会"):
        issues.know_issue(Issue.objects.get(file=file), person, "查过", by=FINDER, on=FEBRUARY)


def test_nobody_finds_that_a_row_is_of_a_member_of_their_own_name(federation):
    person = a_card_holder(federation.first, 1)
    file = released(received(federation.city, a_table([a_row(person), a_row(person, 姓名="李示例")])))
    with pytest.raises(Refusal, match="同名"):
        issues.know_issue(
            Issue.objects.get(file=file), person, "查过", by=replace(FINDER, name=person.name), on=FEBRUARY
        )
    assert Issue.objects.get(file=file).state == "open"


def test_a_month_that_is_not_released_has_nothing_to_gather(federation):
    person = a_card_holder(federation.first, 1)
    file = received(federation.city, a_table([a_row(person), a_row(person, 姓名="李示例")]))
    issues.know_issue(Issue.objects.get(file=file), person, "单位来函证明", by=FINDER, on=FEBRUARY)
    with pytest.raises(Refusal, match="没有查明了会员"):
        gathered(file)
    content = file.summary["sha256"]
    actions.sample_file(file, content=content, by=SAMPLER, on=FEBRUARY)
    actions.release_file(file, content=content, by=RELEASER, on=FEBRUARY)
    releasing.release_rest(file, by=RELEASER, at=noon(FEBRUARY))
    assert gathered(file).rows == 1


def test_the_desk_offers_what_is_known_and_gathers_it(month, browse):
    page = reverse("aid_exceptions", args=[month.public_id])
    officer = replace(GATHERER, organisation_id=month.organisation_id)
    client = browse(officer)
    assert "本月有 1 行已查明会员" in text_of(client.get(page))
    assert "known member" in text_of(browse(officer, english=True).get(page))
    answer = client.post(page)
    part = SettlementFile.objects.get(part=2)
    assert (answer.status_code, answer.url) == (302, reverse("aid_file", args=[part.public_id]))
    assert (part.state, part.received_by) == ("reading", GATHERER.account_id)
    assert "已查明会员" not in text_of(client.get(page))
    assert "没有变化" in text_of(client.post(page))
    assert "第2份" in text_of(client.get(page + "?state=settled"))


def test_the_sample_page_takes_a_wrong_row_out(federation, browse):
    person = a_card_holder(federation.first, 1)
    file = received(federation.city, a_table([a_row(person, "80000.00", 就诊类别="住院"), a_row(person)]))
    client = browse(replace(SAMPLER, organisation_id=federation.city.pk))
    assert "有一行不对" in text_of(client.get(reverse("aid_sample", args=[file.public_id])))
    sent = {"step": "mark", "content": file.summary["sha256"], "why": "多写了一位"}
    page = reverse("aid_file", args=[file.public_id])
    assert "没有第 0 行" in text_of(client.post(page, {**sent, "row": "x"}))
    assert client.post(page, {**sent, "row": "2"}).status_code == 302
    issue = Issue.objects.get(file=file)
    assert "多写了一位" not in text_of(client.get(reverse("aid_exceptions", args=[file.public_id])))
    assert "多写了一位" in text_of(client.get(reverse("aid_exception", args=[issue.public_id])))


def test_the_desk_says_how_many_known_rows_stayed(month, browse):
    issue = Issue.objects.get(file=month, state="settled")
    also = Issue.objects.get(pk=issue.pk)
    also.pk, also.public_id, also._state.adding = None, uuid4(), True
    also.said = ISSUE.seal(json.dumps({**issues.said_of(issue), "day": 0}), also.public_id)
    also.row += 1000
    also.save(force_insert=True)
    client = browse(replace(GATHERER, organisation_id=month.organisation_id))
    answer = client.post(reverse("aid_exceptions", args=[month.public_id]), follow=True)
    assert "另有 1 行没有并入" in text_of(answer)
