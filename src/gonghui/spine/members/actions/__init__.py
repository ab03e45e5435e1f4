"""The verbs of the roster; the only code that writes its tables."""

from gonghui.spine.members.actions.accounts import close_account, issue_activation, open_account, send_code, use_code
from gonghui.spine.members.actions.checks import Answer, check_across, note_elsewhere
from gonghui.spine.members.actions.entries import Admission
from gonghui.spine.members.actions.own import (
    answer_request,
    ask_own_transfer,
    ask_union,
    consent_oneself,
    take_back,
    take_back_transfer,
    withdraw_oneself,
    withdraw_value,
    wording,
)
from gonghui.spine.members.actions.people import (
    Admitted,
    admit_members,
    bulk_admit,
    bulk_enter,
    correct_member,
    give_consent,
    turn_member,
    withdraw_consent,
)
from gonghui.spine.members.actions.transfers import ask_transfers, turn_due_transfers, turn_transfer
from gonghui.spine.members.actions.withdrawing import bulk_withdraw

__all__ = [
    "Admission",
    "Admitted",
    "Answer",
    "admit_members",
    "answer_request",
    "ask_own_transfer",
    "ask_transfers",
    "ask_union",
    "bulk_admit",
    "bulk_enter",
    "bulk_withdraw",
    "check_across",
    "close_account",
    "consent_oneself",
    "correct_member",
    "give_consent",
    "issue_activation",
    "note_elsewhere",
    "open_account",
    "send_code",
    "take_back",
    "take_back_transfer",
    "turn_due_transfers",
    "turn_member",
    "turn_transfer",
    "use_code",
    "withdraw_consent",
    "withdraw_oneself",
    "withdraw_value",
    "wording",
]
