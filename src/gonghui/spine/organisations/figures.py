"""The numbers the tree of unions gives to reports."""

from gonghui.core.figures import Figure, distinct
from gonghui.spine.organisations.facts import EmployerCovered

EMPLOYERS_COVERED = Figure(
    "organisations.employers_covered",
    "新增建会单位",
    unit="家",
    clock="flow",
    meaning="期内首次被工会覆盖的用人单位，按批复成立日计；联合工会按所含单位数计，撤销后二十四个月以内再次建会的不计。",
    fold=distinct(EmployerCovered),
)
"""Different employers that came under a union in the period, by the day the superior approved it."""
