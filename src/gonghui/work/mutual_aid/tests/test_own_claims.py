"""Members' own claims on the phone: entered and sent once, told line by line, appealed against in time."""

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from gonghui.core.models import Entry
from gonghui.spine.funds.models import PaymentOrder
from gonghui.spine.funds.tests.builders import a_card
from gonghui.spine.members.models import Person
from gonghui.spine.members.tests.builders import an_own_account
from gonghui.web.papers.tests.builders import a_pdf
from gonghui.web.tests.builders import signed_in
from gonghui.work.mutual_aid.actions import claim_money, claims, reviewing
from gonghui.work.mutual_aid.models import Claim, ClaimPaper
from gonghui.work.mutual_aid.tests.claiming import (
    APRIL,
    JANUARY,
    Centre,
    a_worker,
    an_entry,
    covered,
    fresh,
    ordered,
    reviewed,
)

TYPED = {
    "input-admitted_on": "2020-03-02",
    "input-discharged_on": "2020-03-19",
    "input-is_same_cause_again": "no",
    "hospital": "示例医院",
    "diagnosis": "示例病",
    "bills": "011001900104 12345678",
}
NEW = "my_aid_claim_new"


@pytest.fixture
def centre(db: None, settings: Any, tmp_path: Any) -> Centre:
    """A centre with its people on the first of April; papers lie in a folder of the test's own."""
    settings.MEDIA_ROOT, settings.GONGHUI_TODAY = tmp_path, JANUARY
    return Centre()


@pytest.fixture
def person(centre: Centre, settings: Any) -> Person:
    """A member whose hospital allowance is in force."""
    member = a_worker(centre.unit)
    covered(centre, member)
    settings.GONGHUI_TODAY = APRIL
    return member


@pytest.fixture
def phone(person: Person) -> Client:
    """The member's browser."""
    return signed_in(an_own_account(person))


def said(response: Any) -> str:
    """The page beside its frame."""
    return str(response.content.decode().partition("<main")[2].partition("</main>")[0])


def rejected(centre: Centre, person: Person) -> Claim:
    """One that two reviewers refused."""
    found = reviewed(centre, an_entry(person), proposal="reject", reason="not_proved", words="缺出院小结")
    reviewing.reject_claim(found, by=centre.second, on=APRIL)
    return fresh(found)


def test_a_member_enters_a_claim_adds_papers_and_sends_it_once(centre: Centre, phone: Client) -> None:
    assert reverse(NEW, args=["hospital_allowance"]) in said(phone.get(reverse("my_aid")))
    assert "入院" in said(phone.get(reverse(NEW, args=["hospital_allowance"])))
    made = phone.post(reverse(NEW, args=["hospital_allowance"]), TYPED)
    claim = Claim.objects.get()
    assert made["Location"] == reverse("my_aid_claim", args=[claim.public_id])
    assert (claim.state, claim.channel) == ("draft", "self")
    paper = SimpleUploadedFile("a.pdf", a_pdf("出院小结"))
    place = reverse("my_aid_claim_papers", args=[claim.public_id])
    phone.post(place, {"kind": "discharge_summary", "papers": paper})
    assert ClaimPaper.objects.get().kind == "discharge_summary"
    phone.post(reverse("my_aid_claim_change", args=[claim.public_id]), TYPED | {"hospital": "另一示例医院"})
    assert "另一示例医院" in said(phone.get(made["Location"]))
    for _again in range(2):
        phone.post(made["Location"], {"step": "submit"})
    told = Entry.objects.filter(subject_id=claim.pk)
    claim.refresh_from_db()
    assert claim.state == "submitted"
    assert told.exists()
    assert not [one for one in told if "示例" in str(vars(one)) or "12345678" in str(vars(one))]
    page = said(phone.get(made["Location"]))
    assert "提交申请" not in page
    assert "撤回申请" in page


def test_the_same_invoice_is_refused_in_plain_words_and_nothing_typed_is_lost(phone: Client) -> None:
    phone.post(reverse(NEW, args=["hospital_allowance"]), TYPED)
    again = TYPED | {"input-admitted_on": "2020-03-21", "input-discharged_on": "2020-03-25", "hospital": "第二示例医院"}
    answer = phone.post(reverse(NEW, args=["hospital_allowance"]), again)
    assert answer.status_code in (409, 422)
    page = answer.content.decode()
    assert "已用于" in page
    assert "第二示例医院" in page
    assert Claim.objects.count() == 1


def test_an_own_claim_is_refused_under_a_plan_without_cover(phone: Client) -> None:
    assert phone.get(reverse(NEW, args=["accident"])).status_code == 404
    assert phone.post(reverse(NEW, args=["accident"]), TYPED).status_code == 404


def test_nothing_is_told_of_an_amount_before_the_decision(centre: Centre, person: Person, phone: Client) -> None:
    claim = reviewed(centre, an_entry(person))
    place = reverse("my_aid_claim", args=[claim.public_id])
    for url in (place, reverse("my_aid")):
        assert "560.00" not in said(phone.get(url))
    reviewing.approve_claim(claim, by=centre.second, on=APRIL)
    page = said(phone.get(place))
    assert "为什么是这个数" in page
    assert "560.00" in page
    assert "给付日数" in page


def test_a_refusal_is_told_with_its_reason_and_appealed_against_in_time(
    centre: Centre, person: Person, phone: Client
) -> None:
    claim = rejected(centre, person)
    place = reverse("my_aid_claim", args=[claim.public_id])
    page = said(phone.get(place))
    assert "材料不足以证明" in page
    assert "缺出院小结" in page
    assert "提出申诉" in page
    phone.post(place, {"step": "appeal", "words": "出院小结已寄到"})
    claim.refresh_from_db()
    assert claim.state == "appealed"
    assert "出院小结已寄到" in said(phone.get(place))
    reviewing.dismiss_appeal(claim, "仍缺材料", by=centre.lead, on=APRIL)
    assert "仍缺材料" in said(phone.get(place))


def test_the_pages_are_whole_in_english(centre: Centre, person: Person, phone: Client) -> None:
    claim = rejected(centre, person)
    phone.cookies["gonghui_language"] = "en"
    for url in (reverse("my_aid_claim", args=[claim.public_id]), reverse(NEW, args=["universal"])):
        page = said(phone.get(url)).replace("示例医院", "").replace("示例病", "").replace("缺出院小结", "")
        assert re.findall(r"[\u4e00-\u9fff]+", page) == [], url


def test_after_the_deadline_there_is_no_appeal(centre: Centre, person: Person, phone: Client, settings: Any) -> None:
    claim = rejected(centre, person)
    place = reverse("my_aid_claim", args=[claim.public_id])
    assert claim.due_on is not None
    for day, is_open in ((claim.due_on, True), (claim.due_on + timedelta(days=1), False)):
        settings.GONGHUI_TODAY = day
        assert ('name="words"' in said(phone.get(place))) is is_open
    answer = phone.post(place, {"step": "appeal", "words": "迟了的话"})
    assert "申诉期限" in answer.content.decode()
    claim.refresh_from_db()
    assert claim.state == "rejected"


def test_after_a_payment_that_failed_the_member_gives_another_account(
    centre: Centre, person: Person, phone: Client
) -> None:
    claim = ordered(centre, an_entry(person))
    place = reverse("my_aid_claim", args=[claim.public_id])
    assert "换账户再付" not in said(phone.get(place))
    PaymentOrder.objects.filter(pk=claim.order_id).update(state="failed")
    claim_money.follow_order(PaymentOrder.objects.get(pk=claim.order_id), on=APRIL)
    assert "银行没有付成" in said(phone.get(place))
    typed = {"step": "pay_again", "number": "6222", "bank": "示例银行"}
    wrong = phone.post(place, typed)
    assert wrong.status_code == 422
    assert 'value="示例银行"' in said(wrong)
    assert phone.post(place, {**typed, "number": a_card(9)}).status_code == 302
    assert fresh(claim).state == "in_payment"
    page = said(phone.get(place))
    assert f"尾号 {a_card(9)[-4:]}" in page
    assert a_card(9) not in page


def test_a_member_opens_the_papers_of_their_own_claims_alone(centre: Centre, person: Person, phone: Client) -> None:
    phone.post(reverse(NEW, args=["hospital_allowance"]), TYPED)
    claim = Claim.objects.get()
    paper = SimpleUploadedFile("a.pdf", a_pdf("出院小结"))
    phone.post(reverse("my_aid_claim_papers", args=[claim.public_id]), {"kind": "discharge_summary", "papers": paper})
    url = reverse("my_aid_paper", args=[ClaimPaper.objects.get().public_id])
    assert url in said(phone.get(reverse("my_aid_claim", args=[claim.public_id])))
    assert phone.get(url).content.startswith(b"%PDF")
    assert signed_in(an_own_account(a_worker(centre.unit))).get(url).status_code == 404


def test_anothers_claim_and_the_windows_draft_are_absent(centre: Centre, person: Person, phone: Client) -> None:
    other = a_worker(centre.unit)
    covered(centre, other, first_on=date(2020, 3, 1))
    theirs = reviewed(centre, an_entry(person))
    draft = claims.draft_claim(
        an_entry(person, inputs={"admitted_on": date(2020, 3, 21), "discharged_on": date(2020, 3, 25)}),
        by=centre.window,
        on=APRIL,
    )
    stranger = signed_in(an_own_account(other))
    for client, claim in ((stranger, theirs), (phone, draft)):
        for name in ("my_aid_claim", "my_aid_claim_change", "my_aid_claim_papers"):
            place = reverse(name, args=[claim.public_id])
            assert client.post(place, {"step": "withdraw"}).status_code == 404
        assert str(claim.public_id) not in client.get(reverse("my_aid")).content.decode()


def test_the_export_of_ones_data_holds_ones_mutual_aid(
    centre: Centre, person: Person, phone: Client, settings: Any
) -> None:
    claim = reviewed(centre, an_entry(person, bills=["01100190010412345678"]))
    place = reverse("my_export", args=["json"])

    def taken() -> Any:
        answer = phone.post(place)
        return json.loads(answer.content)

    told = taken()
    assert [(one["份数"], one["状态"]) for one in told["互助保障"]] == [(1, "保障中")]
    assert [one["互助金"] for one in told["互助申请"]] == [""]
    reviewing.approve_claim(claim, by=centre.second, on=APRIL)
    after = taken()["互助申请"][0]
    assert (after["互助金"], after["诊断"], after["发票号码"]) == ("560.00", "示例病", "01100190010412345678")
    assert "给付日数" in after["怎么算"]
    first, second = after["怎么算"].split("\n")[:2]
    assert f"{first}<br>{second}" in phone.post(reverse("my_export", args=["html"])).content.decode()
    assert "最后一笔办结后 10 年" in phone.get(reverse("my_data")).content.decode()
    other = a_worker(centre.unit)
    stranger = signed_in(an_own_account(other)).post(place)
    assert json.loads(stranger.content)["互助申请"] == []
