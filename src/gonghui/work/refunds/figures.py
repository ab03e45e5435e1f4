"""The numbers refunds gives to reports; so far all are returned by the unions."""

from gonghui.core.figures import Figure, returned

EMPLOYERS_REFUNDED = Figure(
    "refunds.employers_refunded",
    "获返还经费的小微企业",
    unit="家",
    clock="flow",
    meaning="期内收到工会经费返还的小微企业户数；同一企业期内多次返还只计一家。",
    fold=returned("distinct"),
)
"""Small and micro employers that got union dues refunded, each once however often it was paid."""

REFUNDED_FEN = Figure(
    "refunds.refunded_fen",
    "返还小微企业工会经费",
    unit="分",
    clock="flow",
    meaning="期内返还到小微企业的工会经费金额，按付款成功日计。",
    fold=returned("total"),
)
"""Union dues paid back to small and micro employers, by the day the bank confirmed it."""
