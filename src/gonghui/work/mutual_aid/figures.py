"""The numbers mutual_aid gives to reports: payments, people, cases, money and how long it took."""

from gonghui.core.figures import Figure, distinct, ratio, total
from gonghui.work.mutual_aid.facts import AidPaid, AidWaited, IssueOpened, SettlementsDecided

PAYMENTS_MADE = Figure(
    "mutual_aid.payments_made",
    "互助保障服务职工",
    unit="人次",
    clock="flow",
    meaning="期内向会员成功付款的互助给付笔数，一笔计一人次，按付款成功日计。",
    fold=total(AidPaid, "payments"),
    high=True,
)
"""Payments of mutual aid that reached members, by the day the bank confirmed them; one payment is one person-
time."""

PAID_FEN = Figure(
    "mutual_aid.paid_fen",
    "互助保障付款金额",
    unit="分",
    clock="flow",
    meaning="期内向会员成功付款的互助给付金额，按付款成功日计。",
    fold=total(AidPaid, "paid_fen"),
    high=True,
)
"""Money of mutual aid that reached members, by the day the bank confirmed it."""

PEOPLE_AIDED = Figure(
    "mutual_aid.people_aided",
    "互助保障惠及职工",
    unit="人",
    clock="flow",
    meaning="期内收到过互助给付的会员人数，一人多次只计一人，按付款成功日计。",
    fold=distinct(AidPaid, heads=True),
    high=True,
)
"""People whom a payment of mutual aid reached, each once however often."""

INPATIENT_PAYMENTS = Figure(
    "mutual_aid.inpatient_payments",
    "住院互助给付",
    unit="人次",
    clock="flow",
    meaning="期内成功付款的住院互助给付笔数，按付款成功日计。",
    fold=total(AidPaid, "payments", benefit="inpatient"),
    high=True,
)
"""Payments for stays in hospital, a part of `payments_made`."""

SETTLEMENTS_DECIDED = Figure(
    "mutual_aid.settlements_decided",
    "核定医保结算",
    unit="件",
    clock="flow",
    meaning="期内按方案核定的医保结算件数，不论是否应付，按放行日计。",
    fold=total(SettlementsDecided, "settlements"),
    high=True,
)
"""Settlements of the bureau decided, paid or not, by the day of their release."""

SETTLEMENTS_WAITING = Figure(
    "mutual_aid.settlements_excepted",
    "异常医保结算",
    unit="件",
    clock="flow",
    meaning="期内不能自动核定或付款、须人工处理的医保结算件数，按试算日计。",
    fold=total(IssueOpened, "settlements"),
    high=True,
)
"""Settlements that could not be decided or paid by themselves."""

DAYS_TO_PAY = Figure(
    "mutual_aid.days_to_pay",
    "平均付款天数",
    unit="日",
    clock="flow",
    meaning="期内成功付款的互助给付，从收到结算文件到付款成功的天数之和，与付款笔数之比。",
    fold=ratio(total(AidWaited, "days_in_all"), total(AidPaid, "payments")),
    high=True,
)
"""Days from a file's receipt to the bank's success, over all payments: their sum and how many there were."""
