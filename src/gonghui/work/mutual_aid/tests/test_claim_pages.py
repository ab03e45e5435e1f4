"""The pages of enrolment and claims: a unit enrols, premium comes in, a claim goes from the window to its payment."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from gonghui.core.actor import Actor
from gonghui.core.models import Access
from gonghui.spine.funds.models import Fund
from gonghui.spine.funds.tests import conftest as acting
from gonghui.web.models import Account
from gonghui.web.papers.tests.builders import a_pdf
from gonghui.web.tests.builders import signed_in
from gonghui.work.mutual_aid.models import Claim, ClaimPaper, Cover, Enrolment, PlanMoney
from gonghui.work.mutual_aid.tests.claiming import APRIL, JANUARY, Centre, a_worker, accepted, an_entry, covered

Browse = Callable[[Actor], Client]
SECRET = "示例病"


@pytest.fixture
def centre(db: None, settings: Any, tmp_path: Any) -> Centre:
    """A centre with its people; papers lie in a folder of the test's own."""
    settings.MEDIA_ROOT, settings.GONGHUI_TODAY = tmp_path, JANUARY
    return Centre()


@pytest.fixture
def browse(settings: Any) -> Browse:
    """The browser of an actor."""
    settings.MIDDLEWARE = [
        f"{acting.__name__}.acting" if name.endswith("project.middleware.actor") else name
        for name in settings.MIDDLEWARE
    ]

    def opened(actor: Actor) -> Client:
        account, _made = Account.objects.get_or_create(
            pk=actor.account_id, defaults={"username": f"person{actor.account_id}", "name": "示例员"}
        )
        acting.ACTING[account.pk] = actor
        return signed_in(account)

    return opened


def text_of(response: Any) -> str:
    """What the page says beside its menu, without markup."""
    page = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", f"<main{page}")))


def test_a_unit_enrols_and_finance_brings_it_into_force(centre, browse):
    people = [a_worker(centre.unit) for _ in range(2)]
    clerk = browse(centre.clerk)
    begun = {"plan": "hospital_allowance", "organisation": centre.unit.code, "first_on": "2020-02-01", "on_post": "2"}
    assert clerk.post(reverse("aid_enrolments"), begun).status_code == 302
    made = Enrolment.objects.get()
    place = reverse("aid_enrolment", args=[made.public_id])
    wrong = clerk.post(place, {"step": "paste", "pasted": f"{people[0].number} 99\nX-0\n{people[1].number}"})
    assert "第 1 行：每人 1 至 10 份" in text_of(wrong).replace(" ：", "：")
    assert "第 2 行" in text_of(wrong)
    assert made.covers.count() == 0
    table = f"示例名单,\n会员编号,份数\n{people[0].number},2\n{people[1].paper},x\n".encode("gbk")
    faulty = clerk.post(place, {"step": "paste", "file": SimpleUploadedFile("名单.csv", table)})
    assert "第 4 行：份数应为整数" in text_of(faulty)
    clerk.post(place, {"step": "paste", "pasted": f"{people[0].number} 2\n{people[1].paper}"})
    assert sorted(made.covers.values_list("shares", flat=True)) == [1, 2]
    clerk.post(place, {"step": "submit"})
    assert "核对名单，确认参保" in text_of(browse(centre.chair).get(place))
    browse(centre.chair).post(place, {"step": "certify"})
    finance = browse(centre.finance)
    said = finance.post(place, {"step": "premium", "fen": "100", "received_on": "2020-01-02"}, follow=True)
    assert "还差 80.00" in text_of(said)
    finance.post(place, {"step": "premium", "fen": "80.00", "received_on": "2020-01-02"})
    made.refresh_from_db()
    assert (made.state, made.received_fen) == ("in_force", 18_000)
    assert set(made.covers.values_list("state", flat=True)) == {"active"}


def test_a_claim_goes_from_the_window_to_its_payment(centre, browse, settings):
    person = a_worker(centre.unit)
    covered(centre, person)
    settings.GONGHUI_TODAY = APRIL
    window = browse(centre.window)
    begun = {"plan": "hospital_allowance", "number": person.number, "on": "2020-03-02"}
    form = window.post(reverse("aid_claim_new"), begun)
    assert "2020-03" not in form.url
    typed = {
        "input-admitted_on": "2020-03-02",
        "input-discharged_on": "2020-03-19",
        "input-is_same_cause_again": "no",
        "hospital": "示例医院",
        "diagnosis": SECRET,
        "bills": "011001900104 12345678",
    }
    made = window.post(form.url, typed)
    claim = Claim.objects.get()
    assert made.url == reverse("aid_claim", args=[claim.public_id])
    paper = SimpleUploadedFile("a.pdf", a_pdf("出院小结"))
    window.post(reverse("aid_claim_papers", args=[claim.public_id]), {"kind": "discharge_summary", "papers": paper})
    window.post(made.url, {"step": "submit"})
    first, second = browse(centre.first), browse(centre.second)
    desk = f"{reverse('aid_claims')}?state=mine&claim={claim.public_id}"
    assert SECRET in text_of(first.get(desk))
    assert Access.objects.filter(what="mutual_aid.claim_opened", account_id=centre.first.account_id).count() == 1
    paper_url = reverse("aid_claim_paper", args=[ClaimPaper.objects.get().public_id])
    assert first.get(paper_url)["Content-Type"] == "application/pdf"
    first.post(made.url, {"step": "accept"})
    fixed = {name: one for name, one in typed.items() if name.startswith("input-")}
    assert "560.00" in text_of(first.get(made.url))
    first.post(made.url, {"step": "review", "proposal": "pay", **fixed})
    assert second.post(made.url, {"step": "approve"}).status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.decided_fen) == ("approved", 56_000)
    first.post(made.url, {"step": "pay"})
    claim.refresh_from_db()
    assert (claim.state, claim.order.amount_fen, claim.order.remark) == ("in_payment", 56_000, "互助ZYJT")


def test_the_unit_sees_that_there_is_a_claim_and_nothing_of_health(centre, browse, settings):
    person = a_worker(centre.unit)
    covered(centre, person)
    settings.GONGHUI_TODAY = APRIL
    claim = accepted(centre, an_entry(person, bills=["01100190010412345678"]))
    clerk = browse(centre.clerk)
    place = reverse("aid_claim", args=[claim.public_id])
    for said in (text_of(clerk.get(reverse("aid_claims"))), text_of(clerk.get(place))):
        assert "待初审" in said
        assert not [word for word in (SECRET, "示例医院", "12345678", "560", "2020年3月") if word in said]
    assert clerk.post(place, {"step": "withdraw"}).status_code == 404
    assert not Access.objects.filter(what="mutual_aid.claim_opened").exists()
    other = centre.person("member_officer", centre.federation.third)
    assert browse(other).get(place).status_code == 404


def test_a_cover_is_ended_on_the_page_of_its_enrolment(centre, browse):
    cover = covered(centre, a_worker(centre.unit), first_on=JANUARY)
    place = reverse("aid_enrolment", args=[cover.enrolment.public_id])
    browse(centre.clerk).post(place, {"step": "end", "cover": str(cover.public_id), "why": "retired"})
    ended = Cover.objects.get()
    assert (ended.state, ended.why, ended.last_on) == ("terminated", "retired", date(2020, 1, 31))


def test_a_cover_is_doubted_by_one_and_voided_by_another_on_that_page(centre, browse, settings):
    settings.GONGHUI_TODAY = APRIL
    cover = covered(centre, a_worker(centre.unit))
    place = reverse("aid_enrolment", args=[cover.enrolment.public_id])
    asked = {"step": "doubt", "cover": cover.public_id, "ground": "互助调〔2020〕3号"}
    assert "已办" in text_of(browse(centre.second).post(place, asked, follow=True))
    leader = browse(centre.lead)
    assert "待决定作废" in text_of(leader.get(reverse("today")))
    assert leads_to(leader.get(reverse("aid_enrolments"), {"state": "doubted"}), place)
    assert "互助调〔2020〕3号" in text_of(leader.get(place))
    leader.post(place, {"step": "void", "cover": cover.public_id})
    cover.refresh_from_db()
    assert cover.state == "voided"


def leads_to(response: Any, address: str) -> bool:
    """Whether a page leads to an address."""
    return f'href="{address}"' in response.content.decode()


def test_a_leader_says_which_fund_pays(centre, browse):
    PlanMoney.objects.filter(plan="accident").delete()
    lead, place = browse(centre.lead), reverse("aid_money")
    own = Fund.objects.create(book=centre.book, name="自有", nature="own")
    typed = {
        "plan": "accident",
        "fund": own.pk,
        "spent_on": centre.accounts["custody"].pk,
        "pays_from": centre.accounts["bank"].pk,
    }
    assert "不是代管资金" in text_of(lead.post(place, typed))
    assert lead.post(place, {**typed, "fund": centre.fund.pk}).status_code == 302
    assert PlanMoney.objects.get(plan="accident").fund == centre.fund
    assert browse(centre.first).get(place).status_code == 403
