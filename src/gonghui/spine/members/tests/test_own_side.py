"""The member's own side: the account and its codes, own data, what is asked of the union, who looked."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.models import Access, Entry
from gonghui.spine.members import actions, schedule
from gonghui.spine.members.console import subjects
from gonghui.spine.members.models import ActivationCode, Consent, MemberRequest, Person, SignInCode, Transfer
from gonghui.spine.members.rules import own
from gonghui.spine.members.tests.builders import (
    OWN_PASSWORD,
    TODAY,
    a_keeper,
    a_member,
    a_paper,
    an_own_account,
    own_actor,
)
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web import sending
from gonghui.web.models import Account
from gonghui.web.tests.builders import signed_in

NAME, CARD, ADDRESS = "欧阳示例", "9990000000000003", "示例区示例路1号"


@pytest.fixture
def person(federation: Federation) -> Person:
    return a_member(federation.first, name=NAME, card=CARD, address=ADDRESS)


@pytest.fixture
def client(person: Person) -> Client:
    """The member's browser."""
    return signed_in(an_own_account(person))


def text(client: Client, url: str, **typed: str) -> str:
    return (client.post(url, typed, follow=True) if typed else client.get(url)).content.decode()


def the_code(person: Person) -> str:
    return actions.issue_activation(person, by=a_keeper(person.organisation), on=TODAY)


def opened(person: Person, code: str, *, paper: str = "", name: str = NAME) -> Account:
    return actions.open_account(paper or person.paper, name, code, OWN_PASSWORD, on=TODAY, address="10.0.0.1")


# The account ------------------------------------------------------------------------------------------------------


def test_a_code_opens_an_account_once_and_only_as_a_hash_is_kept(person: Person) -> None:
    code = the_code(person)
    assert code not in str(ActivationCode.objects.values_list())
    account = opened(person, own.printed_code(code).lower(), name="欧 阳示例")
    assert (account.is_member, account.username, account.name) == (True, person.number, person.number)
    with pytest.raises(Refusal) as again:
        opened(person, code)
    assert again.value.code == "members.code_wrong"
    newer = actions.open_account(person.paper, NAME, the_code(person), "another sentence of mine", on=TODAY)
    assert newer.pk == account.pk
    assert newer.check_password("another sentence of mine")


def test_whoever_guesses_is_told_the_same_whatever_is_wrong(person: Person) -> None:
    code, told = the_code(person), set()
    tries = (
        {"code": "AAAABBBBCCCC"},
        {"code": code, "name": "李样本"},
        {"code": code, "paper": a_paper()},
        {"code": code, "paper": "not a paper"},
    )
    for one in tries:
        with pytest.raises(Refusal) as wrong:
            opened(person, **one)
        told.add((wrong.value.code, str(wrong.value), *wrong.value.params))
    assert len(told) == 1
    assert ActivationCode.objects.get().tries == 2


def test_five_wrong_codes_void_it_and_old_ones_are_void(person: Person) -> None:
    code = the_code(person)
    for at in range(5):
        with pytest.raises(Refusal):
            actions.open_account(person.paper, NAME, "AAAABBBBCCCC", OWN_PASSWORD, on=TODAY, address=f"10.0.1.{at}")
    assert ActivationCode.objects.get().voided_at is not None
    with pytest.raises(Refusal):
        opened(person, code)
    late = the_code(person)
    ActivationCode.objects.filter(voided_at=None).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Refusal):
        opened(person, late)


def test_a_member_has_no_console_and_an_official_no_portal(client: Client, federation: Federation) -> None:
    assert client.get("/")["Location"] == "/my/"
    for url in ("/members/", "/officials/post/", "/journal/", "/keys/", "/guides/imports/"):
        assert client.get(url).status_code == 404, url
    assert client.get("/profile/")["Location"] == "/my/account/"
    official = Account.objects.create_user("somebody", OWN_PASSWORD, name="某干部")
    assert signed_in(official).get("/my/").status_code == 404
    signing_in = Client().post("/my/sign-in/", {"login": "somebody", "password": OWN_PASSWORD})
    assert signing_in["Location"] == "/"


def test_a_member_signs_in_by_number_and_closes_the_account(person: Person, client: Client) -> None:
    fresh = Client()
    sent = fresh.post("/my/sign-in/", {"login": person.number, "password": OWN_PASSWORD})
    assert sent["Location"] == "/my/"
    assert NAME in text(fresh, "/my/")
    assert fresh.post("/my/account/close/").status_code == 302
    assert client.get("/my/").status_code == 302, "every session has ended"
    assert Client().post("/my/sign-in/", {"login": person.number, "password": OWN_PASSWORD}).status_code == 200
    assert Person.objects.get().state == "active"


# Codes to the phone -----------------------------------------------------------------------------------------------


def test_codes_to_the_phone_are_off_unless_a_sender_is_named(client: Client) -> None:
    assert Client().get("/my/code/").status_code == 404


def test_a_code_goes_to_who_wished_so_and_signs_in_once(person: Person, settings, monkeypatch) -> None:
    settings.GONGHUI_SENDER = "gonghui.web.sending.to_outbox"
    an_own_account(person)
    sending.OUTBOX.clear()
    assert not actions.send_code(person.number, on=TODAY), "no consent"
    actions.consent_oneself(person, own.PHONE_CODES, by=own_actor(person), on=TODAY)
    monkeypatch.setattr(
        schedule.send_code_job, "defer", lambda sealed: schedule.send_code_job.func(sealed=sealed), raising=True
    )
    known, unknown = Client(), Client()
    answers = [
        (one.post("/my/code/", {"number": number}), number)
        for one, number in ((known, person.number), (unknown, "990000000000001"))
    ]
    assert {one.status_code for one, _number in answers} == {200}
    bodies = {one.content.decode().replace(number, "N").count("") for one, number in answers}
    assert len(bodies) == 1
    [(phone, words)] = sending.OUTBOX
    assert phone == person.phone
    assert "工会" not in words
    code = "".join(filter(str.isdigit, words))[:6]
    wrong = known.post("/my/code/", {"number": person.number, "code": "000000" if code != "000000" else "111111"})
    assert wrong.status_code == 422
    entered = known.post("/my/code/", {"number": person.number, "code": code})
    assert entered["Location"] == "/my/"
    assert unknown.post("/my/code/", {"number": person.number, "code": code}).status_code == 422
    for _more in range(5):
        actions.send_code(person.number, on=TODAY)
    assert SignInCode.objects.count() == own.scheme(TODAY).sign_ins_an_hour


# Own data ---------------------------------------------------------------------------------------------------------


def test_own_values_are_masked_and_shown_after_a_second_proof(person: Person, client: Client) -> None:
    page = text(client, "/my/data/")
    for secret in (person.paper, person.phone, CARD, ADDRESS):
        assert secret not in page
    assert person.paper in text(client, "/my/data/", value="paper")
    shown = Access.objects.get(what="members.own_value_shown")
    assert (shown.subject_id, shown.role, shown.why) == (person.pk, "member", "paper")
    late = signed_in(Account.objects.get(is_member=True), seconds_ago=3600)
    assert late.post("/my/data/", {"value": "paper"}).status_code == 302
    assert late.post("/my/data/export/json/").status_code == 302


def test_everything_is_taken_away_whole(person: Person, client: Client) -> None:
    taken = client.post("/my/data/export/json/")
    told = json.loads(taken.content)
    assert told["资料"]["证件号码"] == person.paper
    assert told["会籍"][0]["工会"] == person.organisation.title
    assert "attachment" in taken["Content-Disposition"]
    assert NAME not in taken["Content-Disposition"]
    assert CARD in client.post("/my/data/export/html/").content.decode()


def test_what_is_held_at_the_members_wish_goes_at_once(person: Person, client: Client) -> None:
    for key in own.OPTIONAL:
        client.post("/my/data/withdraw/", {"value": key})
    person = Person.objects.get()
    assert (person.phone_sealed, person.phone_index, person.card_sealed, person.address_sealed) == (None,) * 4
    assert client.post("/my/data/withdraw/", {"value": "paper"}).status_code in (302, 422)
    assert Person.objects.get().paper
    assert Entry.objects.of_kinds("members.value_withdrawn").count() == 3


def test_who_looked_is_told_by_role_union_and_reason_and_never_by_name(
    person: Person, client: Client, federation: Federation
) -> None:
    keeper = a_keeper(federation.third)
    actions.check_across("resident", person.paper, consents=True, by=keeper, on=TODAY)
    page = text(client, "/my/looks/")
    for word in ("跨工会查询会籍", federation.third.name, "会员管理员"):
        assert word in page, word
    assert keeper.name not in page
    other = a_member(federation.third, name="李样本")
    assert "跨工会查询会籍" not in text(signed_in(an_own_account(other)), "/my/looks/")


def test_consent_is_given_and_withdrawn_by_one_press_each_and_the_ledger_keeps_both(
    person: Person, client: Client
) -> None:
    for step in ("give", "withdraw", "give"):
        client.post("/my/consents/", {"step": step, "purpose": own.PHONE_CODES})
    rows = Consent.objects.filter(purpose=own.PHONE_CODES).order_by("id")
    assert [one.withdrawn_on is None for one in rows] == [False, True]
    assert {one.version for one in rows} == {own.scheme(TODAY).phone_version}


# Asking the union -------------------------------------------------------------------------------------------------


def test_a_correction_is_asked_for_answered_and_then_forgotten(person: Person, client: Client) -> None:
    sent = client.post("/my/affairs/", {"step": "ask", "what": "phone", "value": "100 9999 8888"})
    assert sent.status_code == 302
    asked = MemberRequest.objects.get()
    assert asked.value == "10099998888"
    assert b"10099998888" not in bytes(asked.value_sealed or b"")
    assert "已经提出" in text(client, "/my/affairs/", step="ask", what="phone", value="10099997777")
    actions.answer_request(asked, "agree", by=a_keeper(person.organisation), on=TODAY)
    asked.refresh_from_db()
    assert (asked.state, asked.value_sealed) == ("agreed", None)
    assert Person.objects.get().phone == "10099998888"
    assert Person.objects.get().card == CARD


def test_a_refusal_needs_a_reason_and_a_wrong_value_is_refused_at_once(person: Person, client: Client) -> None:
    assert "手机号" in text(client, "/my/affairs/", step="ask", what="phone", value="12")
    client.post("/my/affairs/", {"step": "leave"})
    asked, keeper = MemberRequest.objects.get(), a_keeper(person.organisation)
    with pytest.raises(Refusal):
        actions.answer_request(asked, "refuse", by=keeper, on=TODAY, why_not=" ")
    actions.answer_request(asked, "refuse", by=keeper, on=TODAY, why_not="请先结清会费")
    assert "请先结清会费" in text(client, "/my/affairs/")
    client.post("/my/affairs/", {"step": "leave"})
    asked = MemberRequest.objects.get(state="asked")
    actions.answer_request(asked, "agree", by=keeper, on=TODAY)
    assert Person.objects.get().state == "left"
    assert client.get("/my/").status_code == 200, "the data stay theirs"


def test_a_member_asks_to_go_over_and_takes_it_back(person: Person, client: Client, federation: Federation) -> None:
    go = {"step": "go", "target": federation.third.code}
    assert client.post("/my/affairs/", go).status_code == 200
    assert not Transfer.objects.exists(), "not without consent"
    assert client.post("/my/affairs/", {**go, "consents": "on"}).status_code == 302
    asked = Transfer.objects.get()
    assert (asked.state, asked.asked_by_member, asked.source) == ("asked", True, federation.first)
    with pytest.raises(Refusal):
        actions.turn_transfer(asked, "withdraw", by=a_keeper(federation.first), on=TODAY)
    client.post(f"/my/transfers/{asked.public_id}/back/")
    assert Transfer.objects.get().state == "withdrawn"
    client.post("/my/affairs/", {**go, "consents": "on"})
    again = Transfer.objects.get(state="asked")
    actions.turn_transfer(again, "release", by=a_keeper(federation.first), on=TODAY)
    actions.turn_transfer(again, "receive", by=a_keeper(federation.third), on=TODAY)
    assert Person.objects.get().organisation == federation.third


def test_nobody_acts_for_another_member(person: Person, client: Client, federation: Federation) -> None:
    other = a_member(federation.first, name="李样本")
    stranger = signed_in(an_own_account(other))
    client.post("/my/affairs/", {"step": "leave"})
    asked = MemberRequest.objects.get()
    assert stranger.post(f"/my/affairs/{asked.public_id}/back/").status_code == 404
    with pytest.raises(PowerMissing):
        actions.take_back(asked, by=own_actor(other), on=TODAY)
    with pytest.raises(PowerMissing):
        actions.withdraw_value(person, "phone", by=own_actor(other), on=TODAY)
    assert not Person.objects.seen_by(own_actor(other)).exists()


def test_a_request_goes_along_with_the_member(person: Person, client: Client, federation: Federation) -> None:
    client.post("/my/affairs/", {"step": "ask", "what": "phone", "value": "10099998888"})
    asked, old, new = MemberRequest.objects.get(), a_keeper(federation.first), a_keeper(federation.third)
    [moved] = actions.ask_transfers([person], federation.third, by=old, on=TODAY)
    actions.turn_transfer(moved, "receive", by=new, on=TODAY)
    assert not MemberRequest.objects.seen_by(old).exists()
    actions.answer_request(asked, "agree", by=new, on=TODAY)
    assert Person.objects.get().phone == "10099998888"


def test_an_import_is_not_taken_back_under_a_members_feet(person: Person, client: Client) -> None:
    with pytest.raises(Refusal) as refused:
        actions.bulk_withdraw([person.pk], by=a_keeper(person.organisation))
    assert refused.value.code == "members.undo_accounts"


def test_entries_about_a_request_lead_to_it_for_who_may_answer(person: Person, federation: Federation) -> None:
    an_own_account(person)
    asked = actions.ask_union(person, "leave", "", by=own_actor(person), on=TODAY)
    [found] = subjects.requests(a_keeper(federation.first), [asked.pk]).values()
    assert str(asked.public_id) in str(found)
    assert subjects.requests(a_keeper(federation.third), [asked.pk]) == {}
