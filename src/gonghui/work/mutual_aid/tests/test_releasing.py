"""A month released: decided once, paid through the spine, counted by the bank's word, explained to the fen."""

from datetime import date

import pytest
from django.conf import settings
from procrastinate.contrib.django.models import ProcrastinateJob

from gonghui.core import clock
from gonghui.core.errors import Refusal
from gonghui.core.period import Period
from gonghui.spine.funds.models import PaymentLine, PaymentOrder
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.work.mutual_aid import actions, schedule
from gonghui.work.mutual_aid.actions import letters, standing
from gonghui.work.mutual_aid.figures import PAID_FEN, PAYMENTS_MADE, PEOPLE_AIDED
from gonghui.work.mutual_aid.models import Issue, Participant, Settlement
from gonghui.work.mutual_aid.tests.builders import (
    FEBRUARY,
    RECEIVER,
    RELEASER,
    SAMPLER,
    Money,
    a_card_holder,
    a_row,
    a_table,
    answered,
    paid,
    received,
    released,
)

MARCH = date(2020, 3, 5)
H1 = Period.parse("2020H1")


@pytest.fixture
def federation(db: None, tmp_path, monkeypatch) -> Federation:
    """A small federation whose plans have their texts and their money."""
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    found = Federation()
    actions.keep_shipped_editions(found.city, on=FEBRUARY)
    found.money = Money(found.city)  # type: ignore[attr-defined]
    return found


def values(federation, path=None):
    at = path or federation.city.path
    return tuple(one.value(at, H1).total for one in (PAYMENTS_MADE, PAID_FEN, PEOPLE_AIDED))


def test_a_month_goes_from_the_file_to_the_figures(federation):
    one, two = a_card_holder(federation.first, 1), a_card_holder(federation.third, 2)
    rows = [a_row(one, "780.40"), a_row(one, "1010.05", 结算日期="2020-01-20"), a_row(two, "8642.37", 就诊类别="住院")]
    file = released(received(federation.city, a_table(rows)))
    assert file.state == "released"
    assert (file.order.payments, file.order.amount_fen, file.order.state) == (2, 228_176, "waiting")
    assert values(federation) == (0, 0, 0)
    paid(file)
    assert values(federation) == (2, 228_176, 2)
    assert values(federation, federation.chaoyang.path) == (1, 7_905, 1)
    assert federation.money.fund.committed_fen == 0


def test_totals_go_on_from_month_to_month(federation):
    person = a_card_holder(federation.first, 1)
    paid(released(received(federation.city, a_table([a_row(person, "8642.37", 就诊类别="住院")]))))
    row = a_row(person, "5218.46", 就诊类别="住院", 结算日期="2020-02-11")
    second = released(received(federation.city, a_table([row]), month=202002, on=MARCH), on=MARCH)
    assert second.summary["ordered_fen"] == 195_162
    paid(second, on=MARCH)
    assert values(federation) == (2, 220_271 + 195_162, 1)


def test_what_a_reversal_leaves_overpaid_is_set_off(federation):
    person = a_card_holder(federation.first, 1)
    stay = a_row(person, "8642.37", 就诊类别="住院")
    released(received(federation.city, a_table([stay])))
    back = {**a_row(person), **{key: f"-{stay[key]}" for key in ("总金额", "自付一")}, "就诊类别": "住院"}
    back |= {"冲销流水号": stay["结算流水号"], "结算日期": "2020-02-03"}
    again = a_row(person, "8742.37", 就诊类别="住院", 结算日期="2020-02-20")
    second = released(received(federation.city, a_table([back, again]), month=202002, on=MARCH), on=MARCH)
    told = {name: second.summary[name] for name in ("decided_fen", "ordered_fen", "offset_fen", "back")}
    assert told == {"decided_fen": 3_000, "ordered_fen": 3_000, "offset_fen": 220_271, "back": 1}
    its = Participant.objects.get().pk
    with standing.locked_for("universal", its) as shards:
        assert shards.of(its, 2020, ["inpatient_sum_fen"]) == ({"inpatient_sum_fen": 874_237}, 0)


def test_a_failed_payment_counts_only_when_it_was_paid_after_all(federation):
    people = [a_card_holder(federation.first, n) for n in range(3)]
    file = released(received(federation.city, a_table([a_row(one) for one in people])))
    paid(file, results=["failed"])
    assert values(federation)[0] == 2


def test_a_payment_that_comes_back_is_taken_off_on_its_own_day(federation):
    people = [a_card_holder(federation.first, n) for n in range(2)]
    file = released(received(federation.city, a_table([a_row(one) for one in people])))
    paid(file)
    answered(file, results=["returned"], on=MARCH)
    assert values(federation) == (1, 5_000, 1)
    assert PAYMENTS_MADE.value(federation.city.path, Period.parse("2020-02")).total == 2


def test_who_received_or_sampled_does_not_release(federation):
    file = received(federation.city, a_table([a_row(a_card_holder(federation.first, 1))]))
    content = file.summary["sha256"]
    actions.sample_file(file, content=content, by=SAMPLER, on=FEBRUARY)
    for same in (RECEIVER, SAMPLER):
        with pytest.raises(Refusal, match="不能放行"):
            actions.release_file(file, content=content, by=same, on=FEBRUARY)


def test_of_two_files_of_a_month_one_is_released(federation):
    people = [a_card_holder(federation.first, n) for n in range(2)]
    files = [received(federation.city, a_table([a_row(one)])) for one in people]
    for file in files:
        actions.sample_file(file, content=file.summary["sha256"], by=SAMPLER, on=FEBRUARY)
    actions.release_file(files[0], content=files[0].summary["sha256"], by=RELEASER, on=FEBRUARY)
    with pytest.raises(Refusal, match="已由他人在 2020-02-05 放行"):
        actions.release_file(files[1], content=files[1].summary["sha256"], by=RELEASER, on=FEBRUARY)


def test_wrong_rows_stay_behind_only_where_somebody_says_so(federation):
    person = a_card_holder(federation.first, 1)
    file = received(federation.city, a_table([a_row(person), a_row(person, 自付一="一千")]))
    with pytest.raises(Refusal, match="填写有误"):
        released(file)
    actions.release_file(file, content=file.summary["sha256"], partly=True, by=RELEASER, on=FEBRUARY)


def test_a_fund_that_is_short_stops_the_release(federation):
    people = [a_card_holder(federation.first, n) for n in range(2)]
    file = received(federation.city, a_table([a_row(one, "500000.00", 就诊类别="住院") for one in people] * 1))
    federation.money.set.fund.refresh_from_db()
    file.summary["ordered_fen"] = 11_000_000_00
    file.save()
    with pytest.raises(Refusal, match="请先收款"):
        released(file)


def test_a_release_asked_for_again_while_it_waits_is_done_once(federation):
    file = received(federation.city, a_table([a_row(a_card_holder(federation.first, 1))]))
    for _ in range(2):
        schedule.files.read(file)
        schedule.files.release(file, post=RELEASER.id, at=clock.now())
    jobs = ProcrastinateJob.objects.filter(task_name__in=("mutual_aid.read", "mutual_aid.release"))
    assert jobs.count() == 2


def test_money_without_an_account_waits_on_the_desk(federation):
    from gonghui.spine.members.tests.builders import a_member

    person = a_member(federation.first, admitted_on=date(2019, 3, 2))
    file = released(received(federation.city, a_table([a_row(person), a_row(a_card_holder(federation.first, 1))])))
    issue = Issue.objects.get(file=file)
    assert (issue.code, issue.ordered_fen, Settlement.objects.filter(line=0).count()) == ("no_account", 5_000, 1)
    assert PaymentLine.objects.filter(order=file.order).count() == 1


def test_a_letter_tells_each_step(federation):
    person = a_card_holder(federation.first, 1)
    rows = [a_row(person, "780.40"), a_row(person, "1010.05", 结算日期="2020-01-20")]
    paid(released(received(federation.city, a_table(rows))))
    second, first = letters.letters_of(person)
    assert (first.settlement.ordered_fen, second.settlement.ordered_fen) == (0, 7_905)
    assert second.paid.state == letters.ARRIVED
    words = " ".join(line.worked for line in second.lines(english=False))
    assert "1,790.45" in words
    assert "79.05" in second.lines(english=False)[-1].value


def test_a_settlement_comes_once_whatever_file_brings_it(federation):
    person = a_card_holder(federation.first, 1)
    row = a_row(person)
    released(received(federation.city, a_table([row])))
    again = received(federation.city, a_table([row, a_row(person, "90.00")]))
    assert (again.summary["counts"]["known"], again.part, again.summary["settlements"]) == (1, 2, 1)
    assert PaymentOrder.objects.count() == 1
