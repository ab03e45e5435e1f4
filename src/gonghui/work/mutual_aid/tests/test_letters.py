"""The members' side of aid: own letters alone, a zero looked at by somebody, letters printed for who has no phone."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gonghui.core import clock
from gonghui.core.errors import Refusal
from gonghui.core.models import Access, Entry
from gonghui.spine.members.models import Membership, Person
from gonghui.spine.members.tests.builders import a_member, an_own_account, own_actor
from gonghui.spine.officials.tests.builders import a_post
from gonghui.spine.organisations.tests.builders import Federation, an_actor
from gonghui.web.models import Account
from gonghui.web.tests.builders import signed_in
from gonghui.work.mutual_aid import actions
from gonghui.work.mutual_aid.actions import asking, handing, letters
from gonghui.work.mutual_aid.actions.handing import Asking
from gonghui.work.mutual_aid.models import Handover, Issue, ReviewRequest, Settlement, SettlementFile
from gonghui.work.mutual_aid.rules import numbers
from gonghui.work.mutual_aid.tests.builders import (
    FEBRUARY,
    RELEASER,
    SAMPLER,
    Money,
    a_card_holder,
    a_row,
    a_table,
    paid,
    received,
    released,
)

HAN = re.compile(r"[\u4e00-\u9fff]")
SAID, ANSWER = "住院两次，请再看看", "本年累计没有过起付线，原结果正确"


@pytest.fixture
def federation(db: None, tmp_path, monkeypatch) -> Federation:
    """A small federation whose plans have their texts and their money."""
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    monkeypatch.setattr(clock, "today", lambda: date(2020, 2, 20))
    found = Federation()
    actions.keep_shipped_editions(found.city, on=FEBRUARY)
    Money(found.city)
    return found


@pytest.fixture
def person(federation: Federation) -> Person:
    """A member with a zero and a payment that arrived."""
    member = a_card_holder(federation.first, 1)
    rows = [a_row(member, "780.40"), a_row(member, "1010.05", 结算日期="2020-01-20")]
    paid(released(received(federation.city, a_table(rows))))
    return member


def the_zero() -> Settlement:
    return Settlement.objects.select_related("piece__file__organisation").get(ordered_fen=0)


def why_of(settlement: Settlement) -> str:
    return reverse("my_aid_why", args=[numbers.in_letters(settlement.pk)])


def an_officer(federation: Federation, name: str = "aid.officer", role: str = "aid_officer") -> Client:
    account = Account.objects.create_user(name, "a sentence of an officer", name="互助经办人")
    a_post(role, federation.city, account=account)
    return signed_in(account)


# Pages ----------------------------------------------------------------------------------------------------------------


def test_a_member_sees_money_cover_and_reasons_in_both_languages(person: Person) -> None:
    client = signed_in(an_own_account(person))
    home = client.get("/my/").content.decode()
    assert "今年到账 1 笔" in home
    assert "79.05 元" in home
    answer = client.get(reverse("my_aid"))
    page = answer.content.decode()
    assert "2020 年到账 1 笔，合计 79.05 元" in page
    assert f"尾号 {person.card[-4:]}" in page
    assert "这次没有互助金" in page
    assert "在会期间都有" in page
    assert len(answer.content) < 20_000
    letter = client.get(why_of(Settlement.objects.get(ordered_fen=7_905))).content.decode()
    assert "1,790.45" in letter
    assert "每一步都四舍五入到分" in letter
    assert "请人工复核" not in letter
    assert Access.objects.count() == 0
    zero = the_zero()
    client.cookies["gonghui_language"] = "en"
    asking.ask_review(zero, "please look", by=own_actor(person), on=FEBRUARY)
    for url in (reverse("my_aid"), why_of(zero), reverse("aid_plan", args=["universal"])):
        page = client.get(url).content.decode().partition("<main")[2].partition("</main>")[0]
        page = re.sub(r'<(dd|ol) [^>]*lang="zh-Hans".*?</\1>', "", page, flags=re.DOTALL)
        assert HAN.findall(page) == [], url


def test_another_members_letter_is_absent(federation: Federation, person: Person) -> None:
    other = a_card_holder(federation.first, 2)
    client = signed_in(an_own_account(other))
    zero = the_zero()
    for url in (why_of(zero), reverse("my_aid_why", args=["0"]), reverse("my_aid_why", args=["ZZZZZZZZZZZZZ"])):
        assert client.get(url).status_code == 404
    assert client.post(why_of(zero) + "review/", {"said": SAID}).status_code == 404
    assert "还没有" in client.get(reverse("my_aid")).content.decode()
    with pytest.raises(Refusal, match="只有会员本人"):
        asking.ask_review(zero, SAID, by=own_actor(other), on=FEBRUARY)
    assert not ReviewRequest.objects.exists()
    rows = [a_row(other, "120.00", 结算日期="2020-01-25") for _each in range(30)]
    released(received(federation.city, a_table(rows)))
    with CaptureQueriesContext(connection) as many:
        page = client.get(reverse("my_aid")).content.decode()
    assert "2020 年结算 30 笔" in page
    assert len(many) <= 32


def test_a_plan_is_read_by_anybody(federation: Federation) -> None:
    client = Client()
    page = client.get(reverse("aid_plan", args=["universal"])).content.decode()
    assert "200,000.00" in page
    assert client.get(reverse("aid_plan_text", args=["universal", "2017-01-01"])).status_code == 200
    assert client.get(reverse("aid_plan", args=["nothing"])).status_code == 404
    for words in (["universal", "2016-01-01"], ["universal", "yesterday"], ["nothing", "2017-01-01"]):
        assert client.get(reverse("aid_plan_text", args=words)).status_code == 404


# A zero ---------------------------------------------------------------------------------------------------------------


def test_a_zero_is_looked_at_once_by_somebody_else(federation: Federation, person: Person) -> None:
    client, zero = signed_in(an_own_account(person)), the_zero()
    assert client.post(why_of(zero) + "review/", {"said": SAID}).status_code == 302
    asked = ReviewRequest.objects.get()
    assert (asked.state, asked.words, asked.settlement) == ("open", SAID, zero.pk)
    assert (asked.due_on - clock.today()).days >= 15
    assert SAID.encode() not in bytes(asked.said)
    assert SAID not in str(list(Entry.objects.values()))
    assert client.post(why_of(zero) + "review/", {"said": SAID}).status_code in (302, 422)
    assert ReviewRequest.objects.count() == 1
    with pytest.raises(Refusal, match="不用人工复核"):
        asking.ask_review(Settlement.objects.get(ordered_fen=7_905), "", by=own_actor(person), on=FEBRUARY)
    with pytest.raises(Refusal, match="须由他人复核"):
        asking.answer_review(asked, "right", ANSWER, by=RELEASER, on=FEBRUARY)
    with pytest.raises(Refusal, match="同名"):
        asking.answer_review(asked, "right", ANSWER, by=replace(SAMPLER, name=person.name), on=FEBRUARY)
    officer = an_officer(federation)
    assert "人工复核申请" in officer.get("/").content.decode()
    url = reverse("aid_review", args=[asked.public_id])
    page = officer.get(url).content.decode()
    assert SAID in page
    assert "780.40" in page
    assert Access.objects.filter(what="mutual_aid.review_opened", subject_id=asked.pk).count() == 1
    assert officer.post(url, {"finding": "right"}).status_code == 422
    assert officer.post(url, {"finding": "right", "words": ANSWER}).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.answer_words) == ("answered", ANSWER)
    told = client.get(why_of(zero)).content.decode()
    assert ANSWER in told
    assert "原结果正确" in told
    with pytest.raises(Refusal):
        asking.answer_review(asked, "wrong", ANSWER, by=SAMPLER, on=FEBRUARY)


# Without a phone ------------------------------------------------------------------------------------------------------


def test_letters_are_printed_once_it_stands_who_asked(federation: Federation, person: Person) -> None:
    officer = an_officer(federation)
    typed = {"paper": person.paper, "year": "2020", "whose": "proxy", "reason": "看过委托书"}
    assert officer.post(reverse("aid_print"), typed).status_code == 422
    answer = officer.post(reverse("aid_print"), {**typed, "name": "李示例", "relation": "配偶"})
    made = Handover.objects.get()
    assert answer["Location"] == reverse("aid_printed", args=[made.public_id])
    assert person.paper not in answer["Location"]
    page = officer.get(answer["Location"]).content.decode()
    assert "李示例" in page
    assert page.count("每一步都四舍五入到分") == 2
    looked = Access.objects.get(what="mutual_aid.letters_opened")
    assert looked.subject_id == person.pk
    told = str(list(Entry.objects.values())) + str(list(Access.objects.values())) + str(list(Handover.objects.values()))
    assert "李示例" not in told
    assert person.paper not in told
    assert an_officer(federation, "another.officer").get(answer["Location"]).status_code == 404
    by = an_actor("aid_officer", federation.city)
    with pytest.raises(Refusal, match="没有登记该会员去世"):
        handing.hand_over(person, 2020, Asking("heir", "看过公证书", "李示例", "女儿"), by=by, on=FEBRUARY)
    Membership.objects.filter(person=person).update(ended="deceased", last_on=FEBRUARY)
    with pytest.raises(Refusal, match="已去世"):
        handing.hand_over(person, 2020, Asking("post", "来信要求"), by=by, on=FEBRUARY)
    handing.hand_over(person, 2020, Asking("heir", "看过公证书", "李示例", "女儿"), by=by, on=FEBRUARY)


def test_money_that_waits_is_said_so(federation: Federation) -> None:
    one, other = a_member(federation.first, admitted_on=date(2019, 3, 2)), a_card_holder(federation.first, 1)
    dead = a_card_holder(federation.first, 2)
    Membership.objects.filter(person=dead).update(ended="deceased", last_on=FEBRUARY)
    Person.objects.filter(pk=dead.pk).update(state="left")
    released(received(federation.city, a_table([a_row(one), a_row(other), a_row(dead)])))
    assert letters.told_of(one, 2020)[0].paid.state == letters.NO_ACCOUNT
    assert letters.told_of(other, 2020)[0].paid.state == letters.ON_ITS_WAY
    assert letters.told_of(dead, 2020)[0].paid.state == letters.NO_ACCOUNT
    assert Issue.objects.get(person=dead).code == "died"
    assert letters.arrived_in(other, 2020).payments == 0
    paid(SettlementFile.objects.get(), results=["failed"])
    assert letters.told_of(other, 2020)[0].paid.state == letters.CAME_BACK


def test_a_month_that_pays_nothing_is_released_all_the_same(federation: Federation) -> None:
    member = a_card_holder(federation.first, 1)
    file = released(received(federation.city, a_table([a_row(member, "780.40")])))
    assert (file.state, file.order.state) == ("released", "cancelled")
    assert letters.told_of(member, 2020)[0].paid.state == letters.NOTHING
