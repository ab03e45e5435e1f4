"""What a claim must say, which day of it counts, whether it came in time, and what may not be claimed twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gonghui.core.errors import Refusal
from gonghui.core.rules import Scheme

FROM_COVER = ("effective_on", "is_renewed", "shares")
"""Inputs that the cover says, never the claimant."""
BEGINS = ("admitted_on", "diagnosed_on")
ENDS = ("discharged_on", "diagnosed_on")
OFF_FEN = 1
"""So far the parts of a bill may be from its total: dossier 1.7."""

MATERIALS = {
    "identity": "身份证件复印件",
    "diagnosis": "诊断证明",
    "pathology": "病理报告",
    "discharge_summary": "出院小结",
    "settlement_sheet": "费用结算单",
    "invoice": "医疗费发票",
    "accident_statement": "单位事故说明",
    "disability_certificate": "伤残鉴定书",
    "other": "其他材料",
}
REASONS = {
    "in_waiting": "在等待期内",
    "not_covered": "不在保障范围内",
    "existed_before": "加入前已患",
    "already_paid": "已经给付过",
    "nothing_due": "按条文应付为零",
    "not_proved": "材料不足以证明",
    "false_statement": "陈述不实",
}
"""Why a claim is not paid, as the member reads it; the words beside it are sealed."""
REMARKS = {
    "universal": "职工医疗互助",  # zh
    "hospital_allowance": "互助ZYJT",  # zh
    "womens_diseases": "互助NZG",  # zh
    "critical_illness": "互助ZJ",  # zh
    "accident": "互助YW",  # zh
}
"""What stands on the bank's slip: the plan's short name, no disease (dossier 1.9)."""


@dataclass(frozen=True)
class Costs:
    """A bill in its parts, in fen."""

    total_fen: int
    insurer_fen: int
    self_pay1_fen: int
    self_pay2_fen: int
    outside_fen: int

    @property
    def parts_fen(self) -> int:
        """What the parts come to."""
        return self.insurer_fen + self.self_pay1_fen + self.self_pay2_fen + self.outside_fen


def check_costs(costs: Costs) -> None:
    """A bill whose parts are not its total is refused; the message repeats no amount of somebody's."""
    if min(costs.total_fen, costs.insurer_fen, costs.self_pay1_fen, costs.self_pay2_fen, costs.outside_fen) < 0:
        raise Refusal("mutual_aid.costs_negative", "费用不能是负数，请核对各项")
    if abs(costs.parts_fen - costs.total_fen) > OFF_FEN:
        raise Refusal(
            "mutual_aid.costs_differ", "医保支付、自付一、自付二、自费四项相加不等于总金额，请对照结算单逐项核对"
        )


def asked(scheme: Scheme) -> list[str]:
    """What a claim has to say under the text."""
    return [name for name in scheme.inputs if name not in FROM_COVER]


def begins_on(said: Mapping[str, Any], event_on: date) -> date:
    """The day that has to lie in the cover."""
    return next((said[name] for name in BEGINS if isinstance(said.get(name), date)), event_on)


def ends_on(said: Mapping[str, Any], event_on: date) -> date:
    """The day from which the time to claim runs."""
    return next((said[name] for name in ENDS if isinstance(said.get(name), date)), event_on)


def is_late(ended_on: date, claimed_on: date, window_days: int) -> bool:
    """Whether the claim came after the window."""
    return claimed_on > ended_on + timedelta(days=window_days)


def days_in_order(said: Mapping[str, Any], event_on: date, on: date) -> None:
    """No day of the claim lies ahead, and nobody leaves hospital before they came."""
    days = [one for one in said.values() if isinstance(one, date)] + [event_on]
    if (latest := max(days)) > on:
        raise Refusal("mutual_aid.claim_ahead", "日期 %(day)s 还没有到，请核对", day=latest)
    admitted, discharged = said.get("admitted_on"), said.get("discharged_on")
    if admitted is not None and discharged is not None and discharged < admitted:
        raise Refusal("mutual_aid.claim_order", "出院日期早于入院日期，请核对")


def stays_meet(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two stays have a day in common; who leaves and comes again on one day has two stays."""
    if not all(isinstance(said.get(name), date) for said in (one, other) for name in ("admitted_on", "discharged_on")):
        return False

    def span(said: Mapping[str, Any]) -> tuple[date, date]:
        return said["admitted_on"], max(said["discharged_on"], said["admitted_on"] + timedelta(days=1))

    (first, last), (begins, ends) = span(one), span(other)
    return first < ends and begins < last


def stood_down(part: str, account: int, others: Mapping[str, int | None]) -> str | None:
    """The part of the case that the person already had, where they may not have this one too."""
    return next((name for name, who in others.items() if name != part and who == account), None)


def short(asked_before: Sequence[str], asked_now: Sequence[str]) -> list[str]:
    """What is asked for now and was not in the one complete list."""
    return [one for one in asked_now if one not in asked_before]
