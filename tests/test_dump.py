"""A stolen dump: no paper, phone, card or address that anybody entered, searched for or brought is readable in it."""

import base64
import csv
import io
import logging
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.db import connection

from gonghui.core import columns, keyring
from gonghui.core.errors import Refusal
from gonghui.core.keyring import COLUMNS
from gonghui.project.backup import tables
from gonghui.spine.funds import actions as funds
from gonghui.spine.funds.actions import AccountEntry, OrderEntry, PayeeEntry
from gonghui.spine.funds.models import Fund, PayeeAccount
from gonghui.spine.funds.rules.ledger import credit, debit
from gonghui.spine.funds.tests.builders import a_card
from gonghui.spine.members import actions as members
from gonghui.spine.members.models import MemberRequest, Person
from gonghui.spine.members.tests.builders import a_paper, an_admission
from gonghui.web.imports import actions as imports
from gonghui.web.imports.models import ImportFile, ImportRow
from gonghui.web.imports.sheet import SHEETS, Scope
from gonghui.work.mutual_aid.actions import asking as asking_
from gonghui.work.mutual_aid.actions import claims, handing
from gonghui.work.mutual_aid.actions.claims import ClaimEntry
from gonghui.work.mutual_aid.models import WORDS as ASKED
from gonghui.work.mutual_aid.models import ReviewRequest
from gonghui.work.mutual_aid.tests.builders import a_row, a_table, received
from tests.readable import forms_of
from tests.world.federation import Branch, World
from tests.world.money import NOON
from tests.world.plan import TODAY

PAPERS = {name: a_paper(number) for name, number in (("kept", 8_765_401), ("brought", 8_765_402), ("wrong", 8_765_403))}
WORDS = {
    **{f"paper {name}": number for name, number in PAPERS.items()},
    **{f"number within the paper {name}": number[6:] for name, number in PAPERS.items()},
    "phone": "10098712345",
    "phone brought": "10098754321",
    "phone wished": "10098713579",
    "card": a_card(8_123_450),
    "payee's card": a_card(8_765_432),
    "address": "暗巷七号地下室",
    "diagnosis": "示例病症某某炎",
    "hospital": "示例第九十九医院",
    "who fetches letters": "某某某受托人",
    "what a member asks": "为什么没有给付这一笔",
    "what a member is told": "按条文没有过起付线云云",
    "name the bureau sent": "欧阳无此人",
}


def dumped() -> Iterator[tuple[str, bytes]]:
    """Every table as a thief reads it: its rows as text, bytes in hexadecimal; sessions and jobs unpacked."""
    with connection.cursor() as cursor:
        for table in tables.tables():
            with cursor.copy(f"copy {table.copied} to stdout") as out:
                yield table.name, b"".join(bytes(part) for part in out)
    for session in Session.objects.all():
        body = session.session_data.split(":")[0].lstrip(".")
        raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        yield "a session", zlib.decompress(raw) if session.session_data.startswith(".") else raw
    for path in Path(django_settings.MEDIA_ROOT).rglob("*"):
        if path.is_file():
            yield "a stored file", path.read_bytes()


def readable() -> list[str]:
    """Which of the words stand where, in any of their forms."""
    looked_for = {title: forms_of(word) for title, word in WORDS.items()}
    found = []
    for place, content in dumped():
        for title, forms in looked_for.items():
            if any(form in content for form in forms):
                found.append(f"{title} in {place}")
    return found


def enter(world: World, branch: Branch) -> Person:
    """Somebody is entered, paid, brought on a roster, asked about; whatever people type, the words are among it."""
    keeper = world.actor(f"{branch.key}.members")
    entry = an_admission(
        branch.town, paper=PAPERS["kept"], phone=WORDS["phone"], card=WORDS["card"], address=WORDS["address"]
    )
    [person] = members.admit_members([entry], by=keeper, on=TODAY)
    wish = MemberRequest(person=person, organisation=branch.town, what="phone", asked_on=TODAY, due_on=TODAY)
    from gonghui.spine.members.models.own import WISHED

    wish.value_sealed = WISHED.seal(WORDS["phone wished"], wish.public_id)
    wish.save()
    fund, accounts = Fund.objects.get(book=branch.book, is_restricted=True), funds.accounts_of(branch.book)
    payee = PayeeEntry("张示例", AccountEntry(WORDS["payee's card"], bank="示例银行"))
    order = OrderEntry(fund, accounts["warmth"], payee, 10_000, "warmth", request_key="dump")
    funds.order_payment(order, by=world.actor(f"{branch.key}.accountant"), at=NOON)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["职工姓名", "身份证号码", "联系电话", "本人同意", "入会时间", "备注"])
    writer.writerow(["张示例", PAPERS["brought"], WORDS["phone brought"], "是", "2020-06-01", WORDS["card"]])
    writer.writerow(["张示例", PAPERS["wrong"], WORDS["phone brought"] + "9", "是", "去年", WORDS["address"]])
    scope = Scope(world.actor(f"{branch.key}.members"), 0, TODAY)
    imports.bring_file(
        SHEETS["members.roster"], out.getvalue().encode(), f"{PAPERS['brought']} 名册.csv", scope=scope, on=TODAY
    )
    _aided(world, person)
    return person


def _aided(world: World, person: Person) -> None:
    """Mutual aid hears of an illness, of somebody the roster does not know, of who asks and what."""
    officer = world.actor("city.aid")
    said = {"is_inpatient": True, "self_pay1_fen": 864_237}
    claim = ClaimEntry(person, "universal", TODAY, said, hospital=WORDS["hospital"], diagnosis=WORDS["diagnosis"])
    claims.draft_claim(claim, by=officer, on=TODAY)
    asking = handing.Asking("proxy", "委托书已看", WORDS["who fetches letters"], "同事")
    handing.hand_over(person, 2020, asking, by=officer, on=TODAY)
    request = ReviewRequest.objects.get(pk=world.aid_review.pk)
    request.said = ASKED.seal(WORDS["what a member asks"], request.public_id)
    request.save()
    answering = world.actor("city.aid_lead")
    answerer = replace(answering, powers=answering.powers | officer.powers)
    asking_.answer_review(request, "right", WORDS["what a member is told"], by=answerer, on=TODAY)
    row = {**a_row(person, 姓名=WORDS["name the bureau sent"]), "证件号码": PAPERS["wrong"]}
    rows = [row, a_row(person, "8642.37", 就诊类别="住院", 结算日期=TODAY.isoformat())]
    received(world.city, a_table(rows), month=TODAY.year * 100 + TODAY.month, on=TODAY)


def ask(world: World, branch: Branch, person: Person) -> None:
    """Pages are sent what people look for, also where they err."""
    client = world.people[f"{branch.key}.members"].client()
    for word in (PAPERS["kept"], WORDS["phone"], PAPERS["wrong"]):
        assert client.post("/lists/members/search/", {"q": word}, follow=True).status_code == 200
        client.post("/search/", {"q": word}, headers={"HX-Request": "true"})
        client.post("/members/check/", {"paper_kind": "resident", "paper": word, "consents": "on"})
    page = f"/members/{person.public_id}/"
    reason = f"核对 {PAPERS['kept']} {WORDS['phone']}"
    for step in ("show", "exit", "send", "nothing"):
        client.post(f"{page}step/", {"step": step, "value": "paper", "why": reason, "on": "x", "target": WORDS["card"]})
    client.post(f"{page}change/", {"name": "张示例", "paper": PAPERS["wrong"], "phone": WORDS["phone brought"]})
    client.post("/members/new/", {"paper": PAPERS["wrong"], "address": WORDS["address"], "phone": WORDS["phone"]})


def test_words_that_are_kept_in_the_clear_take_no_number_of_a_person(world: World) -> None:
    branch = world.branches["chaoyang"]
    said = f"见{PAPERS['kept']}"
    keeper = world.people[f"{branch.key}.members"].client()
    page = f"/members/transfers/{branch.transfer.public_id}/"
    for path, sent in (
        (f"/members/{branch.member.public_id}/step/", {"step": "show", "value": "phone", "why": said}),
        (page, {"step": "decline", "why_not": said, "why": said}),
    ):
        keeper.post(path, sent)
    accounts, fund = funds.accounts_of(branch.book), Fund.objects.get(book=branch.book, is_restricted=True).pk
    legs = (debit(accounts["bank"].pk, fund, 1), credit(accounts["subsidy_warmth"].pk, fund, 1))
    accountant = world.actor("chaoyang.accountant")
    with pytest.raises(Refusal) as caught:
        funds.draft_voucher(branch.book, day=TODAY, memo=said, legs=legs, by=accountant, on=TODAY)
    assert caught.value.code == "text.personal"
    with pytest.raises(Refusal) as caught:
        members.turn_transfer(branch.transfer, "decline", by=world.actor("chaoyang.members"), on=TODAY, why_not=said)
    assert caught.value.code == "text.personal"
    assert readable() == []


def test_a_stolen_dump_shows_no_number_and_no_address(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    branch = world.branches["chaoyang"]
    person = enter(world, branch)
    assert (person.paper, person.phone, person.card, person.address) == tuple(
        WORDS[name] for name in ("paper kept", "phone", "card", "address")
    ), "they are there, and opened with the keys"
    assert ImportFile.objects.exists()
    assert ImportRow.objects.exists()
    ask(world, branch, person)
    assert readable() == []
    logs = caplog.text.encode()
    assert [title for title, word in WORDS.items() if word.encode() in logs] == []


@pytest.mark.parametrize("form", ["plain", "base64", "hexadecimal"])
def test_one_column_that_was_not_sealed_would_be_found(world: World, form: str) -> None:
    """The guard can fail: any sealed column, its value left as it was, is named."""
    enter(world, world.branches["chaoyang"])
    town = world.branches["chaoyang"].town
    person = Person.objects.filter(name="张示例", organisation=town, phone_sealed__isnull=False).latest("number")
    word = WORDS["phone"]
    kept = {"plain": word, "base64": base64.b64encode(f"x{word}".encode()).decode(), "hexadecimal": word.encode().hex()}
    Person.objects.filter(pk=person.pk).update(phone_sealed=kept[form].encode())
    if form == "plain":
        assert readable() == ["phone in members_person"]
    else:
        Person.objects.filter(pk=person.pk).update(phone_sealed=None, name=kept[form])
        assert readable() == ["phone in members_person"]
    assert {column.model._meta.label_lower for column in COLUMNS} <= {
        "members.person",
        "members.memberrequest",
        "funds.payeeaccount",
        "mutual_aid.claim",
        "mutual_aid.handover",
        "mutual_aid.reviewrequest",
        "mutual_aid.issue",
        *IN_COLUMNS,
    }, "a new sealed column has a word above"


IN_COLUMNS = (
    "mutual_aid.settlementpiece",
    "mutual_aid.settlementfile",
    "mutual_aid.standing",
    "mutual_aid.cover",
)
"""These hold numbers: no words of theirs could be found."""


def test_columns_of_numbers_do_not_unpack_as_they_lie(world: World) -> None:
    seen = set()
    for column in COLUMNS:
        name = column.model._meta.label_lower
        if name in IN_COLUMNS[:3]:
            for value in column.model._default_manager.exclude(**{column.name: None}).values_list(
                column.name, flat=True
            ):
                seen.add(name)
                with pytest.raises(zlib.error):
                    columns.unpacked(bytes(value))
    assert seen == set(IN_COLUMNS[:3])


def test_every_sealed_column_is_sealed_anew(
    world: World, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also those that guards keep from being changed: accounts of payees are another's to see, and ours to seal."""
    settings.GONGHUI_KEYRING = tmp_path / "keyring"
    known = bytes.fromhex("7e" * 32)
    keyring.make(settings.GONGHUI_KEYRING, finding=known, first=known)
    monkeypatch.setattr(keyring._held, "ring", None)
    monkeypatch.setattr(keyring, "SETTLE_SECONDS", 0.0)
    keyring.rotate()
    keyring.retire()
    newest = keyring.current().newest.id
    for column in keyring.COLUMNS:
        held = column.model._default_manager.exclude(**{column.name: None}).values_list(column.name, flat=True)
        assert {bytes(value)[2:6] for value in held} <= {newest}, column
    assert PayeeAccount.objects.exists()
    keyring._held.ring = None
