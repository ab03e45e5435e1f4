"""The plans of mutual aid. Their numbers stand in the texts of `schemes/`; here is what no text may change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Family = Literal["free_universal", "paid_group"]
Benefit = Literal["reimburse", "daily_allowance", "lump_sum", "by_grade"]


@dataclass(frozen=True)
class Plan:
    """A plan: whose money it is, what it pays for, how it comes to know of a case.

    `is_settled` says that the bureau's files settle it; `by_year` that its totals run by the calendar year, so that a
    new text of it begins on a first of January only. Of the other plans each cover keeps to the text of its first day.
    """

    key: str
    title: str
    title_en: str
    family: Family
    benefit: Benefit
    is_settled: bool = False
    by_year: bool = False
    women_alone: bool = False

    @property
    def is_enrolled(self) -> bool:
        """Whether a unit enrols people and pays for shares."""
        return self.family == "paid_group"

    def may_begin(self, day: date) -> bool:
        """Whether a text of the plan may begin on the day."""
        return not self.by_year or (day.month, day.day) == (1, 1)

    def next_day(self, on: date) -> date:
        """The first day ahead from which a text of the plan may well begin."""
        month = 12 if self.by_year else on.month
        return date(on.year + month // 12, month % 12 + 1, 1)


SETTLED_INPUTS: Mapping[str, str] = {
    **dict.fromkeys(("is_inpatient", "is_emergency", "is_special_outpatient"), "yes_no"),
    **dict.fromkeys(("self_pay1_fen", "self_pay2_fen", "outside_fen", "insurer_fen", "total_fen"), "whole"),
}
"""What a text of a settled plan may ask of a settlement, with its kind; it need not ask for all of it."""
PLANS: Mapping[str, Plan] = {
    one.key: one
    for one in (
        Plan(
            "universal",
            "在职职工医疗互助保障计划",
            "Universal mutual medical aid",
            "free_universal",
            "reimburse",
            is_settled=True,
            by_year=True,
        ),
        Plan("hospital_allowance", "住院津贴互助保障", "Hospital allowance", "paid_group", "daily_allowance"),
        Plan(
            "womens_diseases",
            "女职工特殊疾病互助保障",
            "Women's special diseases",
            "paid_group",
            "lump_sum",
            women_alone=True,
        ),
        Plan("critical_illness", "重大疾病互助保障", "Critical illness", "paid_group", "lump_sum"),
        Plan("accident", "意外伤害互助保障", "Accident", "paid_group", "by_grade"),
    )
}
