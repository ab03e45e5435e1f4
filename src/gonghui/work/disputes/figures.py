"""The numbers disputes gives to reports; so far all are returned by the unions."""

from gonghui.core.figures import Figure, returned

CASES_ACCEPTED = Figure(
    "disputes.cases_accepted",
    "调解与法律援助受理案件",
    unit="件",
    clock="flow",
    meaning="期内受理的劳动争议调解案件与工会法律援助案件之和；同一争议先调解后援助的，两边各计一件。",
    fold=returned("count"),
    sensitive=True,
)
"""Labour disputes taken to mediation plus cases of union legal aid, by day of acceptance; one dispute in both
counts twice."""

RECOVERED_FEN = Figure(
    "disputes.recovered_fen",
    "为职工挽回经济损失",
    unit="分",
    clock="flow",
    meaning="期内生效的调解协议、裁决或判决确定由职工取得的金额，按文书生效日计。",
    fold=returned("total"),
    sensitive=True,
)
"""Money that effective agreements, awards and judgments gave to workers, by the day the document took
effect."""
