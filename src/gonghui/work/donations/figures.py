"""The numbers donations gives to reports; so far all are returned by the unions."""

from gonghui.core.figures import Figure, returned

RAISED_FEN = Figure(
    "donations.raised_fen",
    "驰援武汉募集款物",
    unit="分",
    clock="asof",
    meaning="支援武汉募捐收到的资金与物资折价之和，从起算日累计到截止日，按入账日计。",
    fold=returned("total"),
    returned_by="city",
)
"""Money received and goods at their value in the campaign for Wuhan, from a first day to a stated day, by day
of receipt."""
