"""The numbers mutual_aid gives to reports; so far all are returned by the unions."""

from gonghui.core.figures import Figure, returned

PAYMENTS_MADE = Figure(
    "mutual_aid.payments_made",
    "互助保障服务职工",
    unit="人次",
    clock="flow",
    meaning="期内向会员成功付款的互助给付笔数，一笔计一人次，按付款成功日计。",
    fold=returned("count"),
)
"""Payments of mutual aid that reached members, by the day the bank confirmed them; one payment is one person-
time."""

PAID_FEN = Figure(
    "mutual_aid.paid_fen",
    "互助保障付款金额",
    unit="分",
    clock="flow",
    meaning="期内向会员成功付款的互助给付金额，按付款成功日计。",
    fold=returned("total"),
)
"""Money of mutual aid that reached members, by the day the bank confirmed it."""
