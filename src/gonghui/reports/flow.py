"""How a line of a return moves, and how a report does: from its outline to the day it is published."""

from typing import Any

from gonghui.core.actor import Actor
from gonghui.core.flow import Flow, Guard, Step

LINE_FLOW = Flow(
    Step("submit", "draft", "submitted", needs="reports.sign", title="签发报送"),
    Step("accept", "submitted", "accepted", needs="reports.review", title="审核通过"),
    Step("refuse", "submitted", "refused", needs="reports.review", title="退回重填"),
    Step("reopen", "refused", "draft", needs="reports.enter", title="重新填写"),
    Step("withdraw", "submitted", "withdrawn", needs="reports.enter", title="撤回"),
    Step("correct", "accepted", "corrected", needs="reports.review", title="以更正代替"),
    states={
        "draft": "草稿",
        "submitted": "已报",
        "refused": "退回",
        "accepted": "通过",
        "withdrawn": "已撤回",
        "corrected": "已更正",
    },
)
"""Draft, submitted, accepted or refused and back to draft; corrected is taken when a correction is accepted."""

STAGES = ("outlined", "collecting", "draft", "signed", "circulated", "revised", "approved", "filed", "published")
"""Every stage a report can go through, in order; a form names those it uses."""
SHORTEST = ("draft", "filed")
"""What a report goes through at the least."""
OPEN = STAGES[: STAGES.index("filed")]
EDITABLE = frozenset({"outlined", "collecting", "draft", "signed", "revised"})
"""Where the text may still be changed."""


def _in_turn(name: str) -> Guard:
    """A stage is entered from the one before it in the report's own list only."""

    def guard(report: Any, _by: Actor) -> str | None:
        stages = report.stages.split()
        if name not in stages:
            return "这份报告不走这一步"
        before = stages[stages.index(name) - 1]
        return None if report.state == before else REPORT_WHY[before]

    return guard


def _back_to(name: str) -> Guard:
    """An approved report goes back to where its text was last written."""

    def guard(report: Any, _by: Actor) -> str | None:
        stages = report.stages.split()
        return None if name == ("revised" if "revised" in stages else "draft") else "这份报告不走这一步"

    return guard


REPORT_WHY = {
    "outlined": "先列出提纲",
    "collecting": "先完成收数",
    "draft": "先写成初稿",
    "signed": "数据会签还没有齐",
    "circulated": "先征求意见",
    "revised": "先改成修改稿",
    "approved": "还没有审定",
    "filed": "还没有备案",
}
"""Why a stage cannot be entered before the one it follows."""

REPORT_FLOW = Flow(
    Step("collect", "outlined", "collecting", needs="reports.edit", title="开始收数", guard=_in_turn("collecting")),
    Step("write", ("outlined", "collecting"), "draft", needs="reports.edit", title="写成初稿", guard=_in_turn("draft")),
    Step("sign", "draft", "signed", title="会签齐全", guard=_in_turn("signed")),
    Step(
        "circulate",
        ("draft", "signed"),
        "circulated",
        needs="reports.edit",
        title="征求意见",
        guard=_in_turn("circulated"),
    ),
    Step("ask_again", "revised", "circulated", needs="reports.edit", title="再征求一轮意见"),
    Step(
        "revise",
        ("draft", "signed", "circulated"),
        "revised",
        needs="reports.edit",
        title="改成修改稿",
        guard=_in_turn("revised"),
    ),
    Step(
        "approve",
        ("draft", "signed", "circulated", "revised"),
        "approved",
        needs="reports.approve",
        title="审定",
        guard=_in_turn("approved"),
    ),
    Step(
        "return_revised",
        "approved",
        "revised",
        needs="reports.approve",
        title="退回再改",
        guard=_back_to("revised"),
    ),
    Step("return_draft", "approved", "draft", needs="reports.approve", title="退回再改", guard=_back_to("draft")),
    Step(
        "file",
        ("draft", "signed", "circulated", "revised", "approved"),
        "filed",
        needs="reports.file_second",
        title="确认备案",
        guard=_in_turn("filed"),
    ),
    Step("publish", "filed", "published", needs="reports.publish", title="公布", guard=_in_turn("published")),
    states={
        "outlined": "提纲",
        "collecting": "收数",
        "draft": "初稿",
        "signed": "数据会签",
        "circulated": "征求意见",
        "revised": "修改稿",
        "approved": "审定",
        "filed": "已备案",
        "published": "已公布",
    },
)
"""From the outline to a filed report that stands for good; after publication only an erratum is added."""
