"""The numbers loans gives to reports; so far all are returned by the unions."""

from gonghui.core.figures import Figure, returned

EMPLOYERS_GRANTED = Figure(
    "loans.employers_granted",
    "获创业贷款的企业",
    unit="家",
    clock="flow",
    meaning="期内经工会推荐获得职工创业小额贷款的中小微企业户数，同一企业只计一家。",
    fold=returned("distinct"),
    returned_by="city",
)
"""Firms that were granted a start-up microloan on the union's recommendation, each once."""

GRANTED_FEN = Figure(
    "loans.granted_fen",
    "创业小额贷款发放额",
    unit="分",
    clock="flow",
    meaning="期内银行向上述企业发放的职工创业小额贷款金额，按放款日计。",
    fold=returned("total"),
    returned_by="city",
)
"""Start-up microloans the bank paid out to those firms, by day of payment."""
