"""How a line of a return moves: the unit writes and signs it, the level above decides, a correction replaces it."""

from gonghui.core.flow import Flow, Step

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

REPORT_FLOW = Flow(
    Step("file", "draft", "filed", needs="reports.file_second", title="确认备案"),
    states={"draft": "草稿", "filed": "已备案"},
)
"""A report is a draft until a second person files it; a filed one stands for good."""
