"""What the bank confirmed becomes aid paid: one entry for each payment, minus one for each that came back.

A list's answer is told at once, however many payments it holds, and once: `AnswerTold` and the entries commit together.
"""

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from gonghui.core.action import action
from gonghui.core.actor import SYSTEM
from gonghui.core.facts import group_of
from gonghui.core.flow import lock
from gonghui.core.journal import GROUP_IDS, KIND_IDS, SUBJECT_TYPE_IDS, canonical, entries_of, record, subject_type_of
from gonghui.spine.funds.models import PaymentOrder
from gonghui.spine.organisations.models import Organisation
from gonghui.work.mutual_aid.actions.pieces import BENEFITS
from gonghui.work.mutual_aid.facts import AidPaid, AidWaited, AnswerFollowed
from gonghui.work.mutual_aid.models import AnswerTold, Settlement, SettlementFile

OUTCOMES = ("succeeded", "returned")
_ANSWERS = """
select f.id from funds_answerfile f where f.book_id = %s and %s = any(f.paid_of) and not exists (
  select from mutual_aid_answertold t where t.answer = f.id and t."order" = %s)
order by f.id limit 1
"""
_TOLD = """
create temp table mutual_aid_told on commit drop as
select a.id as row, a.outcome, p.day, l.amount_fen, s.id, s.unit, s.industry, s.benefit
from funds_answerrow a
cross join lateral (select * from funds_paymentline where id = a.line_id limit 1) l
cross join lateral (select * from mutual_aid_settlement where id = l.about_id limit 1) s
cross join lateral (select day from funds_posting where id = a.posting_id limit 1) p
where a.file_id = %s and l.order_id = %s and a.outcome = any(%s)
"""
"""The rows of an answer and what they paid for: one look at each key, however wrong the server guesses how many."""
_PLACES = """
select distinct unit, day, null::int, null::int from mutual_aid_told
union select distinct null::int, null::date, benefit, industry from mutual_aid_told
"""
_INDUSTRIES = 128
"""Industries are letters; the groups of a plan stand in an array by benefit and industry."""
_TELL = f"""
insert into core_entry (subject_id, amount_fen, quantity, organisation_id, actor_id, happened_on, group_id, kind,
  subject_type, sign, path)
select t.id, case t.outcome when 'returned' then -t.amount_fen else t.amount_fen end,
  case t.outcome when 'returned' then -1 else 1 end, t.unit, %(actor)s, t.day,
  (%(groups)s::int[])[t.benefit * {_INDUSTRIES} + t.industry + 1], %(kind)s, %(subject)s, 1, w.path
from mutual_aid_told t join unnest(%(units)s::int[], %(days)s::date[], %(paths)s::text[]) as w(unit, day, path)
  on w.unit = t.unit and w.day = t.day
order by t.row
"""  # noqa: S608


def follow_list(order: PaymentOrder, *, on: date) -> None:
    """Every answer to a list that was not told yet is told, each by one of those who follow it at once."""
    while _tell_next(order, on=on):
        pass


def _tell_next(order: PaymentOrder, *, on: date) -> bool:
    """The first answer that was not told yet is told; whether there was one."""
    with transaction.atomic():
        lock(order, "state")
        with connection.cursor() as cursor:
            cursor.execute(_ANSWERS, [order.book_id, order.pk, order.pk])
            answer = cursor.fetchone()
        if answer is not None:
            _tell(order, answer[0], on=on)
        return answer is not None


@action
def _tell(order: PaymentOrder, answer: int, *, on: date) -> None:
    AnswerTold.objects.create(answer=answer, order=order.pk)
    file = SettlementFile.objects.select_related("organisation").get(order=order)
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [answer, order.pk, list(OUTCOMES)])
        cursor.execute(_PLACES)
        rows = cursor.fetchall()
    places = [(unit, day) for unit, day, _benefit, _industry in rows if unit is not None]
    units = {one.pk: one for one in Organisation.objects.filter(pk__in={unit for unit, _day in places})}
    kind = KIND_IDS.of(AidPaid.kind)  # type: ignore[attr-defined]
    groups: list[int | None] = [None] * (_INDUSTRIES * (max(BENEFITS) + 1))
    for _unit, _day, benefit, industry in rows:
        if benefit is not None:
            groups[benefit * _INDUSTRIES + industry] = GROUP_IDS.of(kind, group(file.plan, BENEFITS[benefit], industry))
    values: dict[str, Any] = {
        "actor": SYSTEM.id,
        "kind": kind,
        "subject": SUBJECT_TYPE_IDS.of(subject_type_of(Settlement)),
        "groups": groups,
        "units": [unit for unit, _day in places],
        "days": [day for _unit, day in places],
        "paths": [units[unit].path_on(day) for unit, day in places],
    }
    with connection.cursor() as cursor:
        cursor.execute(_TELL, values)
        told = cursor.rowcount
    record(AnswerFollowed(plan=file.plan, payments=told), about=file, by=SYSTEM, happened_on=on)
    _waited(file)


_WAITED = """
select day, sum(case outcome when 'returned' then -1 else 1 end * (day - %s)) from mutual_aid_told group by 1 order by 1
"""


def _waited(file: SettlementFile) -> None:
    """How long the payments took, for their mean."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITED, [file.received_on])
        days = cursor.fetchall()
        cursor.execute("drop table mutual_aid_told")
    for day, waited in days:
        record(AidWaited(plan=file.plan, days_in_all=int(waited)), about=file, by=SYSTEM, happened_on=day)


def group(plan: str, benefit: str, industry: int) -> str:
    """What the entries of some payments have in common."""
    fact = AidPaid(plan=plan, benefit=benefit, industry=chr(industry) if industry else "", payments=0, paid_fen=0)
    return canonical(group_of(fact))


def follow_settlement(order: PaymentOrder, settlement: Settlement, *, paid: bool, on: date) -> None:
    """A payment ordered by itself, for a settlement that waited, reached its member or came back; told once."""
    told = entries_of(settlement).of_kinds(AidPaid.kind).aggregate(n=Sum("quantity"))["n"] or 0  # type: ignore[attr-defined]
    if (told > 0) != paid:
        _tell_one(order, settlement, paid=paid, on=on)


@action
def _tell_one(order: PaymentOrder, settlement: Settlement, *, paid: bool, on: date) -> None:
    sign = 1 if paid else -1
    fact = AidPaid(
        plan=settlement.piece.file.plan,
        benefit=BENEFITS[settlement.benefit],
        industry=chr(settlement.industry) if settlement.industry else "",
        payments=sign,
        paid_fen=sign * order.amount_fen,
    )
    unit = Organisation.objects.get(pk=settlement.unit)
    record(fact, about=settlement, by=SYSTEM, happened_on=on, organisation=unit)
