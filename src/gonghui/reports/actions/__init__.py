"""The verbs of returns: rounds, lines, review. Filing has its own module beside them."""

from gonghui.reports.actions.evidence import add_evidence
from gonghui.reports.actions.lines import (
    attach_evidence,
    comment_line,
    correct_line,
    decline_signature,
    drop_draft,
    enter_line,
    enter_lines,
    reopen_line,
    send_for_signature,
    sign_return,
    withdraw_line,
)
from gonghui.reports.actions.review import accept_lines, refuse_line
from gonghui.reports.actions.rounds import close_round, open_round, remind_returns, start_programme

__all__ = [
    "accept_lines",
    "add_evidence",
    "attach_evidence",
    "close_round",
    "comment_line",
    "correct_line",
    "decline_signature",
    "drop_draft",
    "enter_line",
    "enter_lines",
    "open_round",
    "refuse_line",
    "remind_returns",
    "reopen_line",
    "send_for_signature",
    "sign_return",
    "start_programme",
    "withdraw_line",
]
