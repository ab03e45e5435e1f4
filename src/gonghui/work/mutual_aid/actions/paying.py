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
select f.id from funds_answerfile f where f.book_id = %s and not exists (
  select from mutual_aid_answertold t where t.answer = f.id and t."order" = %s)
and exists (
  select from funds_answerrow a join funds_paymentline l on l.id = a.line_id
  where a.file_id = f.id and l.order_id = %s and a.outcome = any(%s))
order by f.id limit 1
"""
_PLACES = """
select s.unit, s.industry, s.benefit, p.day, count(*) from funds_answerrow a
join funds_paymentline l on l.id = a.line_id join mutual_aid_settlement s on s.id = l.about_id
join funds_posting p on p.id = a.posting_id
where a.file_id = %s and l.order_id = %s and a.outcome = any(%s) group by 1, 2, 3, 4
"""
_TELL = """
insert into core_entry (subject_id, amount_fen, quantity, organisation_id, actor_id, happened_on, group_id, kind,
  subject_type, sign, path)
select s.id, case a.outcome when 'returned' then -l.amount_fen else l.amount_fen end,
  case a.outcome when 'returned' then -1 else 1 end, s.unit, %(actor)s, p.day, w.group_id, %(kind)s, %(subject)s, 1,
  w.path
from funds_answerrow a join funds_paymentline l on l.id = a.line_id join mutual_aid_settlement s on s.id = l.about_id
join funds_posting p on p.id = a.posting_id
join unnest(%(units)s::int[], %(industries)s::int[], %(benefits)s::int[], %(days)s::date[], %(groups)s::int[],
  %(paths)s::text[]) as w(unit, industry, benefit, day, group_id, path)
  on w.unit = s.unit and w.industry = s.industry and w.benefit = s.benefit and w.day = p.day
where a.file_id = %(answer)s and l.order_id = %(order)s and a.outcome = any(%(outcomes)s)
order by a.id
"""


def follow_list(order: PaymentOrder, *, on: date) -> None:
    """Every answer to a list that was not told yet is told, each by one of those who follow it at once."""
    while _tell_next(order, on=on):
        pass


def _tell_next(order: PaymentOrder, *, on: date) -> bool:
    """The first answer that was not told yet is told; whether there was one."""
    with transaction.atomic():
        lock(order, "state")
        with connection.cursor() as cursor:
            cursor.execute(_ANSWERS, [order.book_id, order.pk, order.pk, list(OUTCOMES)])
            answer = cursor.fetchone()
        if answer is not None:
            _tell(order, answer[0], on=on)
        return answer is not None


@action
def _tell(order: PaymentOrder, answer: int, *, on: date) -> None:
    AnswerTold.objects.create(answer=answer, order=order.pk)
    file = SettlementFile.objects.select_related("organisation").get(order=order)
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [answer, order.pk, list(OUTCOMES)])
        places = cursor.fetchall()
    units = {one.pk: one for one in Organisation.objects.filter(pk__in={row[0] for row in places})}
    kind = KIND_IDS.of(AidPaid.kind)  # type: ignore[attr-defined]
    groups = [GROUP_IDS.of(kind, group(file.plan, BENEFITS[row[2]], row[1])) for row in places]
    values: dict[str, Any] = {
        "actor": SYSTEM.id,
        "kind": kind,
        "subject": SUBJECT_TYPE_IDS.of(subject_type_of(Settlement)),
        "answer": answer,
        "order": order.pk,
        "outcomes": list(OUTCOMES),
        "units": [row[0] for row in places],
        "industries": [row[1] for row in places],
        "benefits": [row[2] for row in places],
        "days": [row[3] for row in places],
        "groups": groups,
        "paths": [units[row[0]].path_on(row[3]) for row in places],
    }
    with connection.cursor() as cursor:
        cursor.execute(_TELL, values)
        told = cursor.rowcount
    record(AnswerFollowed(plan=file.plan, payments=told), about=file, by=SYSTEM, happened_on=on)
    _waited(order, answer, file, on=on)


_WAITED = """
select p.day, sum(case a.outcome when 'returned' then -1 else 1 end * (p.day - %s)) from funds_answerrow a
join funds_paymentline l on l.id = a.line_id join funds_posting p on p.id = a.posting_id
where a.file_id = %s and l.order_id = %s and a.outcome = any(%s) group by 1 order by 1
"""


def _waited(order: PaymentOrder, answer: int, file: SettlementFile, *, on: date) -> None:
    """How long the payments took, for their mean."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITED, [file.received_on, answer, order.pk, list(OUTCOMES)])
        days = cursor.fetchall()
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
