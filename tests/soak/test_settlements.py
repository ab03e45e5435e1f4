"""Months of settlements under kills, and beside claims of the same members: each decided once, no cap passed."""

import os
import random
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from gonghui.core import audit
from gonghui.core.errors import Refusal
from gonghui.core.models import Entry
from gonghui.spine.funds import actions as funds
from gonghui.spine.funds.models import PaymentBatch, PaymentLine
from gonghui.spine.funds.tests.builders import a_card
from gonghui.spine.members.models import Person
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.work.mutual_aid import actions
from gonghui.work.mutual_aid.actions import paying, pieces, releasing, reviewing, standing, trying
from gonghui.work.mutual_aid.models import Claim, Participant, Settlement, SettlementFile, SettlementPiece
from gonghui.work.mutual_aid.rules import numbers
from gonghui.work.mutual_aid.tests import claiming
from gonghui.work.mutual_aid.tests.builders import (
    APPROVER,
    PAYER,
    RECEIVER,
    RELEASER,
    SAMPLER,
    Money,
    a_card_holder,
    a_row,
    a_table,
    answered,
    noon,
    received,
    told,
)
from tests.soak.killing import at_random_moments, killed

pytestmark = [pytest.mark.soak, pytest.mark.django_db(transaction=True)]
PEOPLE, ROWS, KILLS = 60, 400, 200
MONTHS = tuple((202000 + month, date(2020, month + 1, 1)) for month in range(1, 12))


@pytest.fixture
def federation(tmp_path, monkeypatch) -> Federation:
    """A federation whose files are parted into several ranges."""
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    monkeypatch.setattr(trying, "ROWS_A_RANGE", 60)
    found = Federation()
    actions.keep_shipped_editions(found.city, on=MONTHS[0][1])
    Money(found.city, 1_000_000_000_00)
    return found


def a_month(people: list[Person], month: int, draw: random.Random) -> list[dict[str, str]]:
    """Settlements of a month, small and large, at home and in hospital."""
    rows = []
    for _ in range(ROWS):
        fen = draw.choice([draw.randint(0, 90_000), draw.randint(0, 900_000), draw.randint(0, 20_000_000)])
        day = f"{month // 100}-{month % 100:02}-{draw.randint(1, 28):02}"
        kind = draw.choice(["门诊", "急诊", "住院", "门诊特殊病"])
        rows.append(a_row(draw.choice(people), f"{fen // 100}.{fen % 100:02}", 就诊类别=kind, 结算日期=day))
    return rows


def decided() -> dict[bytes, tuple[int, int]]:
    """What stands of every settlement, by the bureau's number."""
    return {one.txn.bytes: (one.decided_fen, one.ordered_fen) for one in Settlement.objects.all()}


def by_the_function(files: list[SettlementFile]) -> dict[bytes, tuple[int, int]]:
    """The same by the text's function, one person after the other, from what the pieces say was sent."""
    found: dict[bytes, tuple[int, int]] = {}
    before: dict[int, dict[str, int]] = {}
    for file in files:
        for piece in SettlementPiece.objects.filter(file=file).select_related("edition").order_by("number"):
            content, scheme = pieces.opened(piece), piece.edition.scheme
            for at in range(len(content["row"])):
                who = int(content["participant"][at])
                given = {
                    "is_inpatient": int(content["benefit"][at]) == pieces.INPATIENT,
                    "self_pay1_fen": int(content["self_pay1_fen"][at]),
                }
                decision = scheme.decide(given, before.get(who, {}))
                before[who] = scheme.after(decision)
                found[content["txn"][at].tobytes()] = decision.result, max(decision.result, 0)
    return found


def test_months_killed_at_random_moments_are_decided_as_if_nobody_had_killed_them(federation) -> None:
    seed, kills = random.randrange(2**32), 0
    print(f"moments drawn from {seed}")  # noqa: T201 (shown where it fails)
    draw = random.Random(seed)
    people = [a_card_holder(federation.first if n % 2 else federation.third, n) for n in range(PEOPLE)]
    files = []
    for month, on in MONTHS:
        content = a_table(a_month(people, month, draw))
        file = actions.receive_file(federation.city, actions.Sent("universal", month, [content]), by=RECEIVER, on=on)
        kills += _read(file, on, draw)
        sha256 = SettlementFile.objects.get(pk=file.pk).summary["sha256"]
        file.refresh_from_db()
        actions.sample_file(file, content=sha256, by=SAMPLER, on=on)
        actions.release_file(file, content=sha256, by=RELEASER, on=on)
        kills += _release(file, on, draw)
        files.append(SettlementFile.objects.get(pk=file.pk))
        kills += _paid(files[-1], on, draw)
        if kills >= KILLS:
            break
    assert kills >= KILLS
    assert decided() == by_the_function(files)
    assert len(decided()) == ROWS * len(files)
    paid = Settlement.objects.filter(ordered_fen__gt=0)
    entries = Entry.objects.of_kinds("mutual_aid.aid_paid")
    assert sorted(entries.values_list("subject_id", "amount_fen")) == sorted(paid.values_list("pk", "ordered_fen"))
    assert PaymentLine.objects.filter(state="succeeded").count() == paid.count()
    assert [one.title for one in audit.run() if one.differences] == []


def _read(file: SettlementFile, on: date, draw: random.Random) -> int:
    """The worker reads it, killed again and again until it gets by."""

    def read() -> None:
        actions.read_file(SettlementFile.objects.select_related("organisation").get(pk=file.pk), on=on)

    kills = 0
    while SettlementFile.objects.get(pk=file.pk).state == "reading":
        kills += killed(read, at=draw.randint(1, 60) if kills < 25 else 0, late=draw.choice([0, 0.01, 0.1]))
    return kills


def _release(file: SettlementFile, on: date, draw: random.Random) -> int:
    def release() -> None:
        found = SettlementFile.objects.select_related("organisation", "order__book__organisation").get(pk=file.pk)
        if found.state == "releasing":
            releasing.release_rest(found, by=RELEASER, at=noon(on))

    def is_done() -> bool:
        return SettlementFile.objects.get(pk=file.pk).state == "released"

    kills = at_random_moments(release, is_done, draw, 60, latest=0.05)
    if not is_done():
        release()
    assert is_done()
    return kills


def _paid(file: SettlementFile, on: date, draw: random.Random) -> int:
    """Approved, released to the bank, answered; then the reaction is killed before it gets by."""
    assert file.order is not None
    if not Settlement.objects.filter(piece__file=file, ordered_fen__gt=0).exists():  # everybody has come to the cap
        assert file.order.state == "cancelled"
        return 0
    funds.approve_order(file.order, minutes="1号", by=APPROVER, on=on)
    for batch in PaymentBatch.objects.filter(order=file.order).select_related("book__organisation"):
        funds.release_batch(batch, content=batch.content_sha256, by=PAYER, at=noon(on))
    wanted = Settlement.objects.filter(ordered_fen__gt=0).count()
    silent, answers = (lambda: None), answered
    _quietly(answers, file, on, silent)
    kills = at_random_moments(told, lambda: _told() == wanted, draw, 20, latest=0.02)
    told()
    assert _told() == wanted
    return kills


def _quietly(answers: Any, file: SettlementFile, on: date, silent: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gonghui.work.mutual_aid.tests.builders.told", silent)
        answers(file, on=on)


def _told() -> int:
    return Entry.objects.of_kinds("mutual_aid.aid_paid").count()


def test_a_month_and_a_claim_of_one_member_at_once_stay_below_the_cap(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    centre, cap = claiming.Centre(), 20_000_000
    orders = set()
    for n, (month, on) in enumerate(
        ((202001, date(2020, 2, 5)), (202002, date(2020, 3, 5)), (202003, date(2020, 4, 1)))
    ):
        person = claiming.a_worker(centre.unit, card=a_card(500 + n))
        entry = claiming.an_entry(person, "universal", inputs={"self_pay1_fen": 35_000_000}, event_on=date(2020, 1, 20))
        claim = claiming.reviewed(centre, entry)
        day = f"{month // 100}-{month % 100:02}-11"
        rows = [a_row(person, "350000.00", 就诊类别="住院", 结算日期=day)]
        file = received(centre.city, a_table(rows), month=month, on=on)
        actions.sample_file(file, content=file.summary["sha256"], by=SAMPLER, on=on)
        actions.release_file(file, content=file.summary["sha256"], by=RELEASER, on=on)
        connections.close_all()
        child = os.fork()
        if child == 0:
            releasing.release_rest(SettlementFile.objects.get(pk=file.pk), by=RELEASER, at=noon(on))
            os._exit(0)
        try:
            reviewing.approve_claim(claiming.fresh(claim), by=centre.second, on=claiming.APRIL)
            orders.add("claim first")
        except Refusal:  # the month was first: the claim goes back to be worked out anew
            orders.add("month first")
        assert os.waitpid(child, 0)[1] == 0
        who = Participant.objects.get(person=person)
        scheme = centre_scheme(file)
        shards = standing.seen("universal", [numbers.shard_of(who.pk)])
        totals, _owed = shards.of(who.pk, 2020, list(scheme.totals))
        settled = Settlement.objects.get(piece__file=file)
        given = {"is_inpatient": True, "self_pay1_fen": 0}
        due = scheme.decide(given, totals).steps["entitled_fen"]
        claimed = Claim.objects.get(pk=claim.pk)
        approved = due - settled.decided_fen if claimed.state not in ("accepted", "first_reviewed") else 0
        assert due <= cap
        assert settled.decided_fen + approved == due
    assert orders


def test_two_who_follow_a_list_at_once_tell_each_answer_once(federation) -> None:
    people = [a_card_holder(federation.first, n) for n in range(PEOPLE)]
    for month, on in MONTHS[:4]:
        file = received(federation.city, a_table(a_month(people, month, random.Random(month))), month=month, on=on)
        actions.sample_file(file, content=file.summary["sha256"], by=SAMPLER, on=on)
        actions.release_file(file, content=file.summary["sha256"], by=RELEASER, on=on)
        releasing.release_rest(file, by=RELEASER, at=noon(on))
        assert file.order is not None
        funds.approve_order(file.order, minutes="1号", by=APPROVER, on=on)
        for batch in PaymentBatch.objects.filter(order=file.order).select_related("book__organisation"):
            funds.release_batch(batch, content=batch.content_sha256, by=PAYER, at=noon(on))
        _quietly(answered, file, on, lambda: None)
        connections.close_all()
        child = os.fork()
        if child == 0:
            try:
                paying.follow_list(file.order, on=on)
            except BaseException:
                os._exit(1)
            os._exit(0)
        paying.follow_list(file.order, on=on)
        assert os.waitpid(child, 0)[1] == 0
    assert _told() == Settlement.objects.filter(ordered_fen__gt=0).count()


def centre_scheme(file: SettlementFile) -> Any:
    """The text of the file's pieces."""
    edition = SettlementPiece.objects.filter(file=file).select_related("edition")[0].edition
    assert edition is not None
    return edition.scheme
