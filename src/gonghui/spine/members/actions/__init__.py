"""The verbs of the roster; the only code that writes its tables."""

from gonghui.spine.members.actions.checks import Answer, check_across
from gonghui.spine.members.actions.entries import Admission
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
    "ask_transfers",
    "bulk_admit",
    "bulk_enter",
    "bulk_withdraw",
    "check_across",
    "correct_member",
    "give_consent",
    "turn_due_transfers",
    "turn_member",
    "turn_transfer",
    "withdraw_consent",
]
