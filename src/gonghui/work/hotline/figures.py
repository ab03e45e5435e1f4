"""The numbers hotline gives to reports; so far all are returned by the unions."""

from gonghui.core.figures import Figure, returned

CASES_ACCEPTED = Figure(
    "hotline.cases_accepted",
    "热线受理职工诉求",
    unit="件",
    clock="flow",
    meaning="12351热线在期内受理的职工诉求件数，按受理日计；含咨询，不含重复来电与无效来电。",
    fold=returned("count"),
    sensitive=True,
)
"""Workers' appeals the 12351 hotline accepted, by day of acceptance; consultations count, repeated calls do
not."""
