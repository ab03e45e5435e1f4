"""The numbers of dues: what came in, whose part it is, how many employers paid."""

from gonghui.core.figures import Figure, distinct, total
from gonghui.spine.funds.facts import DuesCollected, DuesSplit, EmployerPaid

DUES_PAID = Figure(
    "funds.dues_paid_fen",
    "收缴工会经费",
    unit="分",
    clock="flow",
    meaning="期内单位缴纳的工会经费和建会筹备金，按缴款日和收缴工会计，含直接归基层的部分；退税在退税日冲减。",
    fold=total(DuesCollected, "paid_fen"),
)
"""Dues that employers paid, by the day of payment and the union that collected; refunds of tax are taken off."""

DUES_EMPLOYERS = Figure(
    "funds.dues_employers",
    "缴纳工会经费的单位",
    unit="家",
    clock="flow",
    meaning="期内缴过工会经费或建会筹备金的单位数，按统一社会信用代码，一家只计一次。",
    fold=distinct(EmployerPaid),
)
"""Employers that paid dues at least once in the period, each code counted once."""


def _part(level: str, title: str) -> Figure:
    """One level's part of dues that were posted."""
    return Figure(
        f"funds.dues_{level}_fen",
        title,
        unit="分",
        clock="flow",
        meaning="期内记账的经费中这一级应得的部分，按凭证日期和收缴工会计；冲销在冲销日减去。",
        fold=total(DuesSplit, "part_fen", level=level),
    )


DUES_BASE = _part("base", "工会经费分成（基层工会）")
DUES_DISTRICT = _part("district", "工会经费分成（区级工会）")
DUES_CITY = _part("city", "工会经费分成（市总工会）")
DUES_ACFTU = _part("acftu", "工会经费分成（全国总工会）")
