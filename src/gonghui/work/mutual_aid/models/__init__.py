"""The tables of mutual aid."""

from gonghui.work.mutual_aid.models import audits
from gonghui.work.mutual_aid.models.claims import BILL, CHANNELS, Claim, ClaimBill, ClaimPaper
from gonghui.work.mutual_aid.models.editions import Edition, edition_on, editions_of
from gonghui.work.mutual_aid.models.enrolment import COVER_TOTALS, Cover, Enrolment
from gonghui.work.mutual_aid.models.participants import OWED, TOTALS, Participant, Standing
from gonghui.work.mutual_aid.models.replays import Replay
from gonghui.work.mutual_aid.models.reviews import ANSWER, ASKED_BY, WORDS, Handover, ReviewRequest
from gonghui.work.mutual_aid.models.settlements import (
    ISSUE,
    PIECE,
    SAMPLE,
    AnswerTold,
    FileProgress,
    Issue,
    PlanMoney,
    Settlement,
    SettlementFile,
    SettlementPiece,
)

__all__ = [
    "ANSWER",
    "ASKED_BY",
    "BILL",
    "CHANNELS",
    "COVER_TOTALS",
    "ISSUE",
    "OWED",
    "PIECE",
    "SAMPLE",
    "TOTALS",
    "WORDS",
    "AnswerTold",
    "Claim",
    "ClaimBill",
    "ClaimPaper",
    "Cover",
    "Edition",
    "Enrolment",
    "FileProgress",
    "Handover",
    "Issue",
    "Participant",
    "PlanMoney",
    "Replay",
    "ReviewRequest",
    "Settlement",
    "SettlementFile",
    "SettlementPiece",
    "Standing",
    "audits",
    "edition_on",
    "editions_of",
]
